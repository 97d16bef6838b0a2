"""Releases on the site: listed with their checksums, handed out whole, and nothing else with them."""

from __future__ import annotations

import pytest

from data.export import export
from data.site_downloads import FOLDER
from tests.site_client import Site
from tests.site_fixture import build_site_database


@pytest.fixture
def site(tmp_path):
    return Site(build_site_database(tmp_path / "tracker.db"))


def test_before_the_first_release_the_page_says_where_the_data_is(site):
    page = site.page("/downloads")
    assert "No release has been made here yet" in page.text_content()
    assert page.xpath("//a[@href='/tracker.db']")


def test_a_release_is_listed_and_handed_out(site, tmp_path):
    release = export(site.path, tmp_path / FOLDER)
    page = site.page("/downloads")
    links = page.xpath("//section//a/@href")
    assert {link.rsplit("/", 1)[1] for link in links} == set(release.files)
    for link in links:
        answer = site.get(link)
        assert answer.status_code == 200
        assert answer.content == (release.folder / link.rsplit("/", 1)[1]).read_bytes()
    assert site.get(f"/downloads/{release.folder.name}/events.csv").headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    "path",
    [
        "/downloads/sanctuary-tracker-2026-01-01/events.csv",
        "/downloads/..%2F..%2Fetc/passwd",
        "/downloads/{release}/..%2F..%2Ftracker.db",
        "/downloads/{release}/%2e%2e",
        "/downloads/{release}/secret.csv",
        "/downloads/{release}/.hidden",
        "/downloads/private/archive.csv",
    ],
)
def test_nothing_else_is_handed_out(site, tmp_path, path):
    release = export(site.path, tmp_path / FOLDER)
    (tmp_path / "outside.csv").write_text("private")
    (release.folder / "secret.csv").symlink_to(tmp_path / "outside.csv")
    (release.folder / ".hidden").write_text("private")
    (tmp_path / FOLDER / "private").mkdir()
    (tmp_path / FOLDER / "private" / "archive.csv").write_text("private")
    answer = site.get(path.format(release=release.folder.name), follow_redirects=True)
    assert answer.status_code in (400, 404)
    assert "private" not in answer.text.replace("archive", "")
