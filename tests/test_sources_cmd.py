"""`tracker sources add` and `tracker sources check` as an operator runs them, and the registry file that they write."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from data.errors import StorageError
from data.gazetteer import load_gazetteer
from data.registry_file import Change, add_line, change_lines, check_line
from data.settings import load_settings
from data.sources import COLUMNS, SourcesError, load_sources
from tests.crawling import Reply, small_web
from tests.looking_around import TODAY, feed, home, moved, news_sitemap, proxied, site

ROOT = Path(__file__).resolve().parent.parent
HEADER = ",".join(COLUMNS)
BUGLE = 'bugle,"Bugle, The",bugle.example,Salem,Marion County,OR,daily,en,http://bugle.example/feed/,,,none,,'
POST = "post,Post,www.post.example,Reno,Washoe County,NV,daily,en,http://www.post.example/feed/,,,none,,"
WORDPRESS = '<script src="/wp-content/app.js"></script>'
FOOTER = "<footer>Ferry Herald, 12 Main Street, Astoria, OR 97103</footer>"
FRESH = (TODAY - date.today()).days  # the helpers' stories are dated around TODAY; here the clock is the real one


@pytest.fixture
def registry(tmp_path):
    (tmp_path / "home").mkdir()
    load_gazetteer()  # compiled once for all tests of this machine
    (tmp_path / "home" / "cache").symlink_to((load_settings().home / "cache").absolute())
    file = tmp_path / "outlets.csv"
    file.write_bytes("\n".join((HEADER, BUGLE, POST)).encode())  # no line end after the last line
    return file


def tracker(registry, *arguments, web=None, **environment):
    told = {
        "TRACKER_HOME": str(registry.parent / "home"),
        "TRACKER_CONTACT": "desk@ferry.example",
        "TRACKER_DELAY": "0",
    }
    told |= proxied(web.port) if web else {}
    return subprocess.run(
        [sys.executable, "-m", "tracker", "sources", *arguments, "--registry", str(registry)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | told | environment,
        check=False,
        timeout=60,
    )


def herald(**more):
    pages = {"/": home(WORDPRESS, FOOTER), "/feed/": feed(age=FRESH), "/news-sitemap.xml": news_sitemap(age=FRESH)}
    return site("herald.example", pages | more)


LINE = (
    "herald,Ferry Herald,herald.example,Astoria,Clatsop County,OR,weekly,en,http://herald.example/feed/,"
    "http://herald.example/news-sitemap.xml,,none,WordPress,"
)


def test_add_writes_the_line_after_those_of_its_state_and_leaves_the_rest(registry):
    with small_web(herald()) as web:
        done = tracker(registry, "add", "herald.example", "--kind", "weekly", web=web)
    assert done.returncode == 0, done.stderr
    assert LINE in done.stdout
    assert registry.read_text().splitlines() == [HEADER, BUGLE, LINE, POST]
    assert [s.id for s in load_sources(registry)] == ["bugle", "herald", "post"]
    assert [p.name for p in registry.parent.iterdir() if p.name != "home"] == ["outlets.csv"]


def test_add_takes_what_it_is_told_and_a_dry_run_writes_nothing(registry):
    before = registry.read_bytes()
    told = ["--id", "fh", "--name", "The Herald", "--city", "Ontario", "--state", "or", "--kind", "tv", "--dry-run"]
    with small_web(herald()) as web:
        done = tracker(registry, "add", "http://herald.example/", *told, web=web)
    assert done.returncode == 0, done.stderr
    assert "fh,The Herald,herald.example,Ontario,Malheur County,OR,tv,en," in done.stdout
    assert registry.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "body", "names"),
    [
        ([], "", ["--state", "--kind", "--city"]),
        (["--kind", "government"], "", ["--state"]),
        (["--city", "Springfield", "--kind", "tv"], "", ["--state"]),
    ],
)
def test_add_asks_for_what_the_pages_do_not_tell(registry, arguments, body, names):
    before = registry.read_bytes()
    with small_web(herald(**{"/": home(WORDPRESS, body)})) as web:
        done = tracker(registry, "add", "http://herald.example", *arguments, web=web)
    assert done.returncode == 1
    assert [name for name in ("--state", "--kind", "--city") if name in done.stderr] == names
    assert done.stderr.count("\n") == 1
    assert registry.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["https://www.bugle.example/news"], 1, "bugle.example already"),
        (["herald.example", "--id", "post"], 1, "called post already"),
        (["ftp://herald.example"], 2, "no web address"),
        (["http://[herald.example"], 2, "no web address"),
        (["herald.example", "--kind", "blog"], 2, "blog"),
        (["herald.example", "--state", "ZZ"], 2, "ZZ"),
    ],
)
def test_add_refuses_before_asking_anybody(registry, arguments, status, words):
    before = registry.read_bytes()
    with small_web({}) as web:
        done = tracker(registry, "add", *arguments, web=web)
        assert web.log == []
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert registry.read_bytes() == before


def test_add_refuses_a_domain_it_was_redirected_to(registry):
    pages = site("old.example", {"/": moved("http://bugle.example/")})
    pages |= site("bugle.example", {"/": home(WORDPRESS, FOOTER), "/feed/": feed(age=FRESH)})
    with small_web(pages) as web:
        done = tracker(registry, "add", "http://old.example", "--kind", "daily", web=web)
    assert done.returncode == 1
    assert "bugle.example already" in done.stderr


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({"/": home()}, "names new stories of herald.example"),
        ({"/": home(), "/feed/": feed(age=FRESH + 50)}, "/feed/: stale, newest story"),
        ({"/": Reply("", 403)}, "HTTP 403"),
        ({}, "HTTP 404"),
    ],
)
def test_add_says_why_an_outlet_cannot_be_read(registry, pages, words):
    with small_web(site("herald.example", pages)) as web:
        done = tracker(registry, "add", "http://herald.example", web=web)
    assert done.returncode == 1
    assert words in done.stderr


def test_both_say_whom_to_name_where_no_contact_is_set(registry):
    for arguments in (["add", "herald.example"], ["check"]):
        done = tracker(registry, *arguments, TRACKER_CONTACT="")
        assert done.returncode == 1
        assert "contact" in done.stderr


def test_check_tells_every_outlet_worst_first_and_writes_json(registry, tmp_path):
    pages = site("bugle.example", {"/": home(), "/feed/": feed(age=FRESH)}) | site("www.post.example", {"/": home()})
    with small_web(pages) as web:
        done = tracker(registry, "check", "--json", str(tmp_path / "out.json"), web=web)
    assert done.returncode == 3, done.stderr
    first, second, counts = done.stdout.splitlines()
    assert first.split()[:3] == ["dead", "NV", "post"]
    assert second.split()[:3] == ["ok", "OR", "bugle"]
    assert counts == "checked: 2 outlets: 1 ok, 1 dead"
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["counts"] == {"ok": 1, "dead": 1}
    assert {s["id"]: s["verdict"] for s in told["sources"]} == {"bugle": "ok", "post": "dead"}
    assert told["sources"][0]["listings"][0]["stories"] == 8


def test_check_of_one_healthy_outlet_ends_well(registry):
    with small_web(site("bugle.example", {"/": home(), "/feed/": feed(age=FRESH)})) as web:
        assert tracker(registry, "check", "bugle", web=web).returncode == 0
        assert tracker(registry, "check", "--state", "OR", web=web).returncode == 0
        assert tracker(registry, "check", "nobody", web=web).returncode == 1


def test_fix_rewrites_moved_and_dead_addresses_and_prints_the_difference(registry):
    pages = site("bugle.example", {"/": home(), "/feed/": moved("/rss.xml"), "/rss.xml": feed(age=FRESH)})
    pages |= site("www.post.example", {"/": home(WORDPRESS), "/news-sitemap.xml": news_sitemap(age=FRESH)})
    with small_web(pages) as web:
        done = tracker(registry, "check", "--fix", web=web)
        assert done.returncode == 3
        assert "  - http://bugle.example/feed/\n  + http://bugle.example/rss.xml" in done.stdout
        assert "changed: 2 outlets" in done.stdout
        again = tracker(registry, "check", "--fix", web=web)
    assert again.returncode == 0, again.stdout
    assert "changed: 0 outlets" in again.stdout
    header, bugle, post = registry.read_text().splitlines()
    assert header == HEADER
    assert bugle == BUGLE.replace("/feed/", "/rss.xml")
    assert post == POST.replace("http://www.post.example/feed/,", ",http://www.post.example/news-sitemap.xml")


def test_without_fix_nothing_is_written(registry):
    before = registry.read_bytes()
    with small_web(site("bugle.example", {"/": home(), "/feed/": moved("/rss"), "/rss": feed(age=FRESH)})) as web:
        assert tracker(registry, "check", "bugle", web=web).returncode == 3
    assert registry.read_bytes() == before


# the file itself

NEW = {"id": "x", "name": "X", "domain": "x.example", "city": "Reno", "state": "NV", "kind": "daily"}


def test_a_line_keeps_the_files_form(tmp_path):
    file = tmp_path / "r.csv"
    file.write_bytes(
        "\ufeffid,domain,name,state,kind,city\r\na,a.example,A,TX,tv,Waco\r\n\r\nb,b.example,B,UT,tv,Ogden\r\n".encode()
    )
    file.chmod(0o640)
    assert (
        add_line(file, NEW | {"name": 'The "X",\n daily', "state": "TX"})
        == 'x,x.example,"The ""X"", daily",TX,daily,Reno'
    )
    assert file.read_bytes().decode() == (
        "\ufeffid,domain,name,state,kind,city\r\na,a.example,A,TX,tv,Waco\r\n"
        'x,x.example,"The ""X"", daily",TX,daily,Reno\r\n\r\nb,b.example,B,UT,tv,Ogden\r\n'
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_row_of_several_lines_is_changed_whole(tmp_path):
    file = tmp_path / "r.csv"
    file.write_text(
        'id,domain,name,state,kind,city,notes\na,a.example,"A\nB",TX,tv,Waco,"two\nlines"\nb,b.example,B,UT,tv,Ogden,\n'
    )
    assert change_lines(file, {"a": {"notes": "one"}, "b": {"notes": ""}}) == [
        Change("a", "notes", "two\nlines", "one")
    ]
    assert file.read_text().splitlines()[-1] == "b,b.example,B,UT,tv,Ogden,"
    assert [s.notes for s in load_sources(file)] == ["one", ""]


@pytest.mark.parametrize(
    "bad",
    [{"state": "ZZ"}, {"id": "bugle"}, {"domain": "post.example"}, {"city": ""}, {"feeds": "nonsense"}, {"id": "B D"}],
)
def test_a_line_that_is_refused_changes_nothing(registry, bad):
    before = registry.read_bytes()
    for write in (add_line, check_line):
        with pytest.raises(SourcesError):
            write(registry, NEW | bad)
    assert registry.read_bytes() == before
    assert sorted(p.name for p in registry.parent.iterdir()) == ["home", "outlets.csv"]


def test_a_column_that_the_file_lacks_is_not_lost_silently(tmp_path):
    file = tmp_path / "r.csv"
    file.write_text("id,domain,name,state,kind,city\n")
    with pytest.raises(SourcesError, match="feeds"):
        add_line(file, NEW | {"feeds": "http://x.example/feed"})
    with pytest.raises(SourcesError, match="nobody"):
        change_lines(file, {"nobody": {"name": "N"}})


def test_a_broken_registry_is_not_written_to(registry):
    registry.write_text(registry.read_text() + "\nbroken,line\n")
    before = registry.read_bytes()
    with pytest.raises(SourcesError, match=r"outlets\.csv:4"):
        add_line(registry, NEW)
    assert registry.read_bytes() == before


def test_a_link_to_the_registry_stays_a_link(registry, tmp_path):
    link = tmp_path / "link.csv"
    link.symlink_to(registry)
    add_line(link, NEW)
    assert link.is_symlink()
    assert "x.example" in registry.read_text()


def test_a_disk_that_fails_leaves_the_old_file(registry, monkeypatch):
    before = registry.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="disk full"):
        add_line(registry, NEW)
    assert registry.read_bytes() == before
    assert sorted(p.name for p in registry.parent.iterdir()) == ["home", "outlets.csv"]


def _add(registry, number):
    add_line(registry, NEW | {"id": f"x{number}", "domain": f"x{number}.example"})


def test_lines_added_at_the_same_time_are_all_there(registry):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_add, args=(registry, number)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert {s.id for s in load_sources(registry)} == {"bugle", "post", *(f"x{number}" for number in range(8))}
