"""The private database: nothing twice, nothing lost, one transaction a step."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from data.archive import Archive, ArchiveError
from data.archive_rows import report_from_row
from tests.factories import (
    PIPELINE,
    add_story,
    make_article,
    make_extraction,
    make_official,
    make_quote,
    make_report,
    make_source,
    make_spokesperson,
    make_visit,
)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def rows(archive, table, order="rowid"):
    return list(archive.db[table].rows_where(order_by=order))


# --- opening -----------------------------------------------------------------------------------------------------


def test_it_is_durable_and_checks_its_keys(archive):
    pragmas = {name: archive.db.execute(f"PRAGMA {name}").fetchone()[0] for name in
               ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}  # fmt: skip
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    with pytest.raises(sqlite3.IntegrityError):
        archive.db["quotes"].insert({"article_id": 99, "ordinal": 0, "speaker": "X", "text": "x"})


def test_what_is_no_database_is_refused_by_name(tmp_path):
    file = tmp_path / "archive.db"
    file.write_bytes(b"this is a text file, not a database " * 200)
    with pytest.raises(ArchiveError, match=r"archive\.db: file is not a database"):
        Archive(file)


def test_a_missing_folder_is_made(tmp_path):
    with Archive(tmp_path / "new" / "home" / "archive.db") as archive:
        assert archive.counts()["articles"] == 0


# --- outlets -----------------------------------------------------------------------------------------------------


def test_sources_follow_the_registry(archive):
    first = make_source(feeds=("https://a.example/1", "https://a.example/2"), sections=("https://a.example/s",))
    archive.sync_sources([first, make_source(id="old", domain="old.example")])
    archive.sync_sources([make_source(id="new", domain="new.example"), first])
    assert archive.sources() == [first, make_source(id="new", domain="new.example")]


# --- visits ------------------------------------------------------------------------------------------------------


def test_a_visit_comes_back_as_it_was_recorded(archive):
    visit = make_visit(etag='W/"1"', last_modified="Tue, 15 Sep 2026 10:00:00 GMT", detail="fine", screen=None)
    assert archive.visit(visit.url) is None
    archive.record_visit(visit)
    assert archive.visit(visit.url) == visit


def test_the_newest_visit_counts(archive):
    new = make_visit(fetched="2026-09-20T00:00:00+00:00", outcome="not_modified")
    archive.record_visit(make_visit(fetched="2026-09-16T00:00:00+00:00"))
    archive.record_visit(new)
    archive.record_visit(make_visit(fetched="2020-01-01T00:00:00+00:00", outcome="failed"))
    assert archive.visit(new.url) == new
    assert archive.counts()["visits"] == 1


# --- articles ----------------------------------------------------------------------------------------------------


def test_a_story_comes_back_as_it_was_kept(archive):
    article = make_article(authors=("Ana Ruiz", "B. Cole"), paywalled=True, modified="2026-09-16")
    article_id = archive.keep_article(article, make_visit(article), raw=("crawl-1.warc.gz", 4711))
    assert list(archive.articles()) == [(article_id, article)]
    assert archive.visit(article.url).outcome == "kept"
    [row] = rows(archive, "articles")
    assert (row["warc_file"], row["warc_offset"], row["version"]) == ("crawl-1.warc.gz", 4711, 1)


def test_unchanged_text_adds_nothing(archive):
    article = make_article()
    first = archive.keep_article(article, make_visit(article), raw=("a", 1))
    later = make_visit(article, fetched="2026-09-18T00:00:00+00:00")
    assert archive.keep_article(article, later, raw=("b", 2)) == first
    [row] = rows(archive, "articles")
    assert (row["version"], row["warc_file"], row["fetched"]) == (1, "a", "2026-09-18T00:00:00+00:00")
    assert archive.counts()["article_versions"] == 0


def test_changed_text_is_a_new_version_and_the_old_one_stays_in_the_history(archive):
    article = make_article(text="The board will vote on Tuesday.")
    article_id = archive.keep_article(article, make_visit(article), raw=("a", 1))
    updated = replace(article, text="The board voted 4-1.", modified="2026-09-17")
    visit = make_visit(article, fetched="2026-09-17T00:00:00+00:00")
    assert archive.keep_article(updated, visit, raw=("b", 2)) == article_id
    assert list(archive.articles()) == [(article_id, updated)]
    [old] = rows(archive, "article_versions")
    assert (old["version"], old["text"], old["warc_file"]) == (1, article.text, "a")
    assert rows(archive, "articles")[0]["version"] == 2


def test_a_capture_older_than_the_kept_one_goes_to_the_history_only_once(archive):
    article = make_article(text="The newest wording.")
    archive.keep_article(article, make_visit(article), raw=None)
    older = replace(article, text="An earlier wording.")
    for _ in range(2):
        archive.keep_article(older, make_visit(article, fetched="2026-09-01T00:00:00+00:00"), raw=("old", 5))
    assert [a.text for _, a in archive.articles()] == ["The newest wording."]
    assert [(v["text"], v["version"]) for v in rows(archive, "article_versions")] == [("An earlier wording.", 2)]
    assert rows(archive, "articles")[0]["version"] == 1


def test_two_captures_seen_again_in_order_add_nothing(archive):
    article = make_article(text="First.")
    captures = [(article, "2026-09-01"), (replace(article, text="Second."), "2026-09-02")]
    for capture, day in captures * 2:
        archive.keep_article(capture, make_visit(article, fetched=f"{day}T00:00:00+00:00"), raw=None)
    assert [a.text for _, a in archive.articles()] == ["Second."]
    assert archive.counts()["article_versions"] == 1


def test_a_text_that_comes_back_is_current_again(archive):
    article = make_article(text="A")
    for day, text in enumerate("ABA", start=1):
        visit = make_visit(article, fetched=f"2026-09-0{day}T00:00:00+00:00")
        archive.keep_article(replace(article, text=text), visit, raw=None)
    assert [a.text for _, a in archive.articles()] == ["A"]
    assert sorted(v["text"] for v in rows(archive, "article_versions")) == ["A", "B"]
    assert rows(archive, "articles")[0]["version"] == 3


def test_hostile_text_is_kept_with_its_length(archive):
    texts = ["", "a\ud83d b\udc00 c", "nul \x00 and \x1b", "\U0001f9ca ice"]
    for text in texts:
        article = make_article(title=text, text=text)
        first = archive.keep_article(article, make_visit(article, detail=text), raw=None)
        assert archive.keep_article(article, make_visit(article, detail=text), raw=None) == first
    assert [a.text for _, a in archive.articles()] == ["", "a\ufffd b\ufffd c", *texts[2:]]
    assert archive.counts()["article_versions"] == 0


def test_article_and_visit_are_one_transaction(archive):
    article = make_article()
    with pytest.raises(sqlite3.IntegrityError):
        archive.keep_article(replace(article, title=None), make_visit(article), raw=None)
    assert archive.visit(article.url) is None
    assert archive.counts()["articles"] == 0


# --- readings ----------------------------------------------------------------------------------------------------


def test_unread_stories_are_those_this_pipeline_has_not_read_at_their_version(archive):
    stories = [make_article() for _ in range(3)]
    ids = [archive.keep_article(a, make_visit(a), raw=None) for a in stories]
    assert list(archive.unread(PIPELINE)) == list(zip(ids, stories, strict=True))
    archive.store_extraction(ids[0], make_extraction(stories[0], make_report()))
    archive.store_extraction(ids[1], make_extraction(stories[1]))
    assert [article_id for article_id, _ in archive.unread(PIPELINE)] == [ids[2]]
    assert [article_id for article_id, _ in archive.unread("test-2")] == ids
    changed = replace(stories[0], text="Another text.")
    archive.keep_article(changed, make_visit(changed, fetched="2026-09-30T00:00:00+00:00"), raw=None)
    assert [article_id for article_id, _ in archive.unread(PIPELINE)] == [ids[0], ids[2]]


def test_readings_may_be_stored_while_unread_is_walked(archive):
    total = 450  # more than two of its pages
    with archive.writing():
        for _ in range(total):
            article = make_article(text="short")
            archive.keep_article(article, make_visit(article), raw=None)
    seen = []
    for article_id, article in archive.unread(PIPELINE):
        seen.append(article_id)
        archive.store_extraction(article_id, make_extraction(article))
    assert len(seen) == len(set(seen)) == total
    assert list(archive.unread(PIPELINE)) == []


def test_a_version_that_came_in_during_the_reading_stays_unread(archive):
    article = make_article(text="Before.")
    archive.keep_article(article, make_visit(article), raw=None)
    [(article_id, read)] = archive.unread(PIPELINE)
    later = make_visit(article, fetched="2026-09-30T00:00:00+00:00")
    archive.keep_article(replace(article, text="After."), later, raw=None)
    archive.store_extraction(article_id, make_extraction(read))
    assert [a.text for _, a in archive.unread(PIPELINE)] == ["After."]


def test_an_extraction_replaces_the_one_before(archive):
    report = make_report(actors=[("Rosa Whitlock", "decided")], votes_for=4, votes_against=1)
    people = {"officials": [make_official()], "spokespeople": [make_spokesperson()], "quotes": [make_quote()]}
    article = make_article()
    article_id = add_story(archive, report, make_report(type="protest"), article=article, **people)
    assert report_from_row(rows(archive, "reports")[0]) == report
    assert [(p["kind"], p["name"], p["body"], p["organization"]) for p in rows(archive, "persons")] == [
        ("official", "Rosa Whitlock", "Contra Costa County", None),
        ("spokesperson", "Dana Ferro", None, "East Bay Rights Project"),
    ]
    assert [(q["speaker"], q["direct"]) for q in rows(archive, "quotes")] == [("Rosa Whitlock", 1)]
    archive.store_extraction(article_id, make_extraction(article, make_report(status="announced"), pipeline="test-2"))
    assert [r["status"] for r in rows(archive, "reports")] == ["announced"]
    assert archive.counts() | {"persons": 0, "quotes": 0} == archive.counts()
    assert rows(archive, "articles")[0]["read_by"] == "test-2"


def test_a_failed_extraction_leaves_the_one_before(archive):
    article = make_article()
    article_id = add_story(archive, make_report(), article=article)
    broken = make_extraction(article, make_report(), quotes=[make_quote(speaker=None)], pipeline="test-2")
    with pytest.raises(sqlite3.IntegrityError):
        archive.store_extraction(article_id, broken)
    assert archive.counts()["reports"] == 1
    assert rows(archive, "articles")[0]["read_by"] == PIPELINE


# --- passes ------------------------------------------------------------------------------------------------------


def test_a_run_is_recorded_with_its_counts(archive):
    with archive.run("link") as counts:
        assert rows(archive, "runs")[0]["status"] == "running"
        counts["events"] = 3
    [row] = rows(archive, "runs")
    assert (row["stage"], row["status"], json.loads(row["counts"])) == ("link", "done", {"events": 3})
    assert row["started"] <= row["finished"]


def test_a_failed_run_says_why_and_fails(archive):
    with pytest.raises(ValueError, match="no such thing"), archive.run("crawl") as counts:
        counts["pages"] = 2
        raise ValueError("no such thing")
    [row] = rows(archive, "runs")
    assert (row["status"], row["error"], row["counts"]) == ("failed", "ValueError: no such thing", '{"pages": 2}')


# --- two processes and sudden death ------------------------------------------------------------------------------

WRITER = """
    import sys
    from dataclasses import replace
    from data.archive import Archive
    from tests.factories import make_article, make_visit
    name, total = sys.argv[2], int(sys.argv[3])
    with Archive(sys.argv[1]) as archive:
        for n in range(total):
            article = make_article(url=f"https://{name}.example/{n}", text=f"{name} {n} " * 50)
            archive.keep_article(article, make_visit(article), raw=None)
            print(n, flush=True)
"""


def writer(file: Path, name: str, total: int) -> subprocess.Popen:
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(file), name, str(total)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."})


def test_two_writers_that_open_a_new_archive_at_once_wait_for_each_other(tmp_path):
    file = tmp_path / "archive.db"
    started = [writer(file, name, 40) for name in ("one", "two")]
    assert [len(process.communicate(timeout=60)[0].split()) for process in started] == [40, 40]
    assert [process.returncode for process in started] == [0, 0]
    with Archive(file) as archive:
        assert archive.counts()["articles"] == 80


def test_a_killed_writer_loses_nothing_it_said_was_kept(tmp_path):
    file = tmp_path / "archive.db"
    process = writer(file, "one", 100_000)
    for _ in range(25):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    told = 25 + len(process.communicate(timeout=60)[0].split("\n")) - 1
    with Archive(file) as archive:
        kept = archive.counts()
        assert kept["articles"] == kept["visits"] >= told
        assert archive.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
