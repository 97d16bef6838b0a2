"""The invented outlets' pages, shown by the site while samples are loaded."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from lxml import html

from tests.site_client import Site, words
from tests.site_fixture import build_site_database


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return Site(build_site_database(tmp_path_factory.mktemp("sample") / "tracker.db"))


@pytest.fixture
def outlets(monkeypatch) -> Callable[..., None]:
    """Makes the sample web answer as told, and notes what it was asked."""

    def answer(status: int, headers: dict[str, str], body: bytes) -> list[tuple[str, str]]:
        asked = []

        def respond(host, path, headers_asked, revision=0):
            asked.append((host, path))
            return SimpleNamespace(status=status, headers=headers, body=body)

        monkeypatch.setattr("data.sample.site.respond", respond)
        return asked

    return answer


def test_sample_page_keeps_its_links_inside_and_says_that_it_is_invented(site, outlets):
    body = (
        b"<html><head><title>x</title></head><body class=a><a href='/news/2'>n</a>"
        b'<a href="https://other.example/a">o</a><a href="https://real.org/">r</a><a href="#top">t</a>'
        b"<p>caf\xe9</p></body></html>"
    )
    asked = outlets(200, {"Content-Type": "text/html; charset=latin-1", "Set-Cookie": "a=1"}, body)
    response = site.get("/sample/paper.example/news/1?page=2")
    assert asked == [("paper.example", "/news/1?page=2")]
    assert response.headers["content-type"] == "text/html; charset=latin-1"
    assert "set-cookie" not in response.headers
    document = html.fromstring(response.content.decode("latin-1"))
    assert document.xpath("//p/text()") == ["café"]
    assert "Invented sample." in words(document.xpath("//div[@role='note']")[0])
    links = document.xpath("//a/@href")
    assert links[1:] == ["/sample/paper.example/news/2", "/sample/other.example/a", "https://real.org/", "#top"]


def test_sample_redirect_and_gzip(site, outlets):
    outlets(302, {"Location": "https://paper.example/moved"}, b"")
    assert site.get("/sample/paper.example/old").headers["location"] == "/sample/paper.example/moved"
    outlets(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(b"<body><p>told</p></body>"))
    response = site.get("/sample/paper.example/zipped")
    assert "content-encoding" not in response.headers and b"<p>told</p>" in response.content


def test_only_invented_hosts_are_answered(site, outlets):
    asked = outlets(200, {}, b"")
    for host in ("example.com", "paper.example.com", "..", "localhost"):
        assert site.get(f"/sample/{host}/x").status_code == 404
    assert asked == []
