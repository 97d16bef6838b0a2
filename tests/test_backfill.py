"""WARC files as they are found: gzip, plain, huge, torn, damaged; read twice, nothing is added twice."""

import gzip
import io
import os
import random
import tracemalloc
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from data.archive import Archive
from data.backfill import BackfillError, backfill, read_pages
from data.records import Article
from data.warc_records import LONG_AGO, MAX_BODY, read_records
from tests.factories import make_source

HTML = "<html><head><title>{title}</title></head><body><p>{text}</p></body></html>"


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def page(n=1, text="The county board voted on its ICE contract."):
    return HTML.format(title=f"Story {n}", text=f"{text} Part {n}.").encode()


class Warc:
    """Writes a WARC file record by record and knows where each begins."""

    def __init__(self, file: Path, *, compressed=True):
        self.file = file
        self.offsets = []
        self._stream = file.open("wb")
        self._writer = WARCWriter(self._stream, gzip=compressed)

    def add(
        self, url, body=None, *, status="200 OK", kind="text/html; charset=utf-8", record="response", date=None, **http
    ):
        headers = [("Content-Type", kind)] if kind else []
        headers += [(name.replace("_", "-"), value) for name, value in http.items()]
        self.offsets.append(self._stream.tell())
        self._writer.write_record(
            self._writer.create_warc_record(
                url,
                record,
                payload=io.BytesIO(page() if body is None else body),
                http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": date or "2026-09-16T01:00:00Z"},
            )
        )
        return self

    def stories(self, count, host="ledger.example"):
        for n in range(count):
            self.add(f"https://{host}/{n}", page(n))
        return self

    def close(self):
        self._stream.close()
        return self.file


def extract_article(html, url):
    """A stand-in for the crawler's: a title and a paragraph, or nothing."""
    text = html.decode("utf-8", "replace") if isinstance(html, bytes) else html
    if "explode" in text:
        raise ValueError("bad page")
    if "die now" in text:
        os._exit(9)
    if "<title>" not in text:
        return None
    title = text.split("<title>")[1].split("</title>")[0]
    return Article(url.partition("?")[0], title, text.split("<p>")[1].split("</p>")[0], published="2026-09-15")


def screen(title, text):
    return 0.9 if "ICE" in text else 0.1


def run(archive, *files, **changes):
    options = {"archive": archive, "extract_article": extract_article, "screen": screen, "threshold": 0.5}
    return backfill(files, **options | {"progress": None} | changes)


def figures(counts):
    return {name: getattr(counts, name) for name in counts.__slots__ if name != "problems" and getattr(counts, name)}


def titles(archive):
    return [article.title for _, article in archive.articles()]


# --- what is taken -----------------------------------------------------------------------------------------------


def mixed(file, **form):
    warc = Warc(file, **form)
    warc.add("https://ledger.example/kept?utm=1", page(1))
    warc.add("https://ledger.example/other", page(2, "A deer was freed from a pond."))
    warc.add("https://ledger.example/front", b"<html><body>links</body></html>")
    warc.add("https://ledger.example/photo", b"\xff\xd8\xff", kind="image/jpeg")
    warc.add("https://ledger.example/gone", page(3), status="404 Not Found")
    warc.add("https://ledger.example/moved", b"", status="301 Moved")
    warc.add("https://ledger.example/ask", b"", record="request", status="GET / HTTP/1.1")
    warc.add("https://ledger.example/bad", b"<html>explode</html>")
    warc.add("https://ledger.example/xhtml", page(4), kind="application/xhtml+xml")
    warc.add("https://ledger.example/untold", page(5), kind=None)
    warc.add("https://ledger.example/data", b'{"a": 1}', kind=None)
    return warc


@pytest.mark.parametrize("compressed", [True, False])
def test_each_record_is_counted_by_what_became_of_it(archive, tmp_path, compressed):
    file = mixed(tmp_path / "mixed.warc", compressed=compressed).close()
    counts = run(archive, file)
    kept = {"articles": 4, "relevant": 3, "added": 3}
    assert figures(counts) == kept | {"records": 10, "no_article": 1, "not_html": 2, "bad_status": 2, "errors": 1}
    assert titles(archive) == ["Story 1", "Story 4", "Story 5"]
    assert len(counts.problems) == 1
    assert counts.problems[0].endswith(": https://ledger.example/bad: ValueError: bad page")


def test_a_kept_page_leads_back_to_its_bytes(archive, tmp_path):
    warc = mixed(tmp_path / "mixed.warc.gz")
    file = warc.close()
    run(archive, file)
    [row, *_] = archive.db["articles"].rows_where(order_by="id")
    assert (row["warc_file"], row["warc_offset"], row["url"]) == (
        "mixed.warc.gz",
        warc.offsets[0],
        "https://ledger.example/kept",
    )
    with file.open("rb") as stream:
        stream.seek(row["warc_offset"])
        assert b"Story 1" in gzip.GzipFile(fileobj=stream).read(2000)
    visit = archive.visit("https://ledger.example/kept")
    assert (visit.outcome, visit.fetched, visit.screen) == ("kept", "2026-09-16T01:00:00+00:00", 0.9)
    assert visit.detail == f"mixed.warc.gz@{warc.offsets[0]}"
    outcomes = {
        url: archive.visit(f"https://ledger.example/{url}").outcome for url in ("kept?utm=1", "other", "front", "bad")
    }
    assert outcomes == {"kept?utm=1": "redirect", "other": "irrelevant", "front": "no_article", "bad": "failed"}


def test_run_again_it_adds_nothing_and_reads_no_page_twice(archive, tmp_path):
    file = mixed(tmp_path / "mixed.warc.gz").close()
    run(archive, file)
    before = archive.counts(), list(archive.db["visits"].rows)
    counts = run(archive, file)
    assert (archive.counts(), list(archive.db["visits"].rows)) == before
    assert (counts.known, counts.added, counts.errors) == (5, 0, 1)  # the failed page is tried again


def test_two_captures_of_a_page_are_two_versions_in_their_own_order(archive, tmp_path):
    late = (
        Warc(tmp_path / "late.warc.gz")
        .add("https://a.example/1", page(1, "ICE late."), date="2026-09-20T00:00:00Z")
        .close()
    )
    early = (
        Warc(tmp_path / "early.warc.gz")
        .add("https://a.example/1", page(1, "ICE early."), date="2026-09-10T00:00:00Z")
        .close()
    )
    for _ in range(2):
        counts = run(archive, late, early)
    assert [a.text for _, a in archive.articles()] == ["ICE late. Part 1."]
    assert archive.counts()["article_versions"] == 1
    assert counts.added == 0


def test_outlets_of_the_registry_are_recognized_by_host(archive, tmp_path):
    archive.sync_sources([make_source(domain="ledger.example", city="Richmond")])
    warc = Warc(tmp_path / "a.warc.gz")
    for host in ("www.ledger.example", "news.ledger.example", "notledger.example"):
        warc.add(f"https://{host}/1", page(1))
    run(archive, warc.close())
    assert [(a.source_id, a.source.city if a.source else None) for _, a in archive.articles()] == [
        ("ledger", "Richmond"), ("ledger", "Richmond"), (None, None),
    ]  # fmt: skip


def test_progress_goes_from_nothing_to_all(archive, tmp_path):
    files = [Warc(tmp_path / f"{n}.warc.gz").stories(20).close() for n in range(2)]
    seen = []
    run(archive, *files, progress=lambda done, total: seen.append((done, total)))
    total = sum(file.stat().st_size for file in files)
    assert {t for _, t in seen} == {total}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (total, total)


def test_a_missing_file_is_named_before_anything_is_read(archive, tmp_path):
    file = Warc(tmp_path / "a.warc.gz").stories(1).close()
    with pytest.raises(BackfillError, match=r"none\.warc\.gz: No such file"):
        run(archive, file, tmp_path / "none.warc.gz")
    assert archive.counts()["articles"] == 0


def test_an_empty_file_and_a_file_of_something_else(archive, tmp_path):
    (tmp_path / "empty.warc.gz").write_bytes(b"")
    (tmp_path / "text.warc").write_bytes(b"Not a web archive at all\r\n" * 100)
    (tmp_path / "zip.warc.gz").write_bytes(gzip.compress(b"Not a web archive at all\r\n" * 100))
    counts = run(archive, tmp_path / "empty.warc.gz", tmp_path / "text.warc", tmp_path / "zip.warc.gz")
    assert figures(counts) == {"records": 2, "damaged": 2}
    assert [problem.split(":")[0] for problem in counts.problems] == ["text.warc@0", "zip.warc.gz@0"]


# --- damage ------------------------------------------------------------------------------------------------------


def kept_numbers(archive):
    return [int(title.split()[1]) for title in titles(archive)]


def test_a_torn_last_record_costs_only_itself(archive, tmp_path):
    warc = Warc(tmp_path / "torn.warc.gz").stories(5)
    file = warc.close()
    file.write_bytes(file.read_bytes()[: warc.offsets[4] + 150])
    counts = run(archive, file)
    assert kept_numbers(archive) == [0, 1, 2, 3]
    assert counts.damaged == 1
    assert counts.problems == [f"torn.warc.gz@{warc.offsets[4]}: the file ends within a record"]


@pytest.mark.parametrize("at", [0, 3, 30, 200])
def test_damage_in_the_middle_costs_only_its_record(archive, tmp_path, at):
    warc = Warc(tmp_path / "hurt.warc.gz").stories(5)
    file = warc.close()
    content = bytearray(file.read_bytes())
    hurt = warc.offsets[2] + at
    content[hurt : hurt + 12] = b"\xff" * 12
    file.write_bytes(content)
    counts = run(archive, file)
    assert kept_numbers(archive) == [0, 1, 3, 4]
    assert counts.damaged == 1
    assert counts.problems[0].startswith(f"hurt.warc.gz@{warc.offsets[2]}: ")


def test_a_wrong_checksum_is_damage(archive, tmp_path):
    warc = Warc(tmp_path / "sum.warc.gz").stories(3)
    file = warc.close()
    content = bytearray(file.read_bytes())
    content[warc.offsets[2] - 8] ^= 0xFF
    file.write_bytes(content)
    assert run(archive, file).damaged == 1
    assert kept_numbers(archive) == [0, 2]


def test_damage_in_a_plain_file_costs_only_its_record(archive, tmp_path):
    warc = Warc(tmp_path / "plain.warc", compressed=False).stories(5)
    file = warc.close()
    content = bytearray(file.read_bytes())
    content[warc.offsets[2] : warc.offsets[2] + 8] = b"XXXXXXXX"
    file.write_bytes(content)
    counts = run(archive, file)
    assert kept_numbers(archive) == [0, 1, 3, 4]
    assert counts.damaged >= 1
    assert counts.problems[0].startswith("plain.warc@")


def test_one_gzip_stream_over_all_records_is_read(archive, tmp_path):
    plain = Warc(tmp_path / "plain.warc", compressed=False).stories(30).close()
    (tmp_path / "whole.warc.gz").write_bytes(gzip.compress(plain.read_bytes()))
    counts = run(archive, tmp_path / "whole.warc.gz")
    assert figures(counts) == {"records": 30, "articles": 30, "relevant": 30, "added": 30}
    assert run(archive, tmp_path / "whole.warc.gz").known == 30


def test_random_damage_never_stops_the_reader(tmp_path):
    warc = Warc(tmp_path / "r.warc.gz").stories(8)
    content = warc.close().read_bytes()
    for seed in range(40):
        chance = random.Random(seed)
        hurt = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(hurt))
            hurt[at : at + chance.randint(1, 40)] = chance.randbytes(chance.randint(0, 60))
        (tmp_path / "r.warc.gz").write_bytes(hurt)
        records = list(read_records(tmp_path / "r.warc.gz"))
        assert sum(r.kind == "page" for r in records) >= 2
        assert sum(r.kind == "damaged" for r in records) <= 8


# --- bounds and encodings ----------------------------------------------------------------------------------------


def bodies(file):
    return [record.body for record in read_pages(file)]


def test_encodings_of_transfer_and_content_are_undone(tmp_path):
    body = page(1)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    warc = Warc(tmp_path / "e.warc.gz")
    warc.add("https://a.example/1", gzip.compress(body), Content_Encoding="gzip", kind="text/html")
    warc.add("https://a.example/2", chunked, Transfer_Encoding="chunked", kind="text/html")
    warc.add("https://a.example/3", body, Content_Encoding="gzip", kind="text/html")  # says so, but is not
    assert bodies(warc.close()) == [body] * 3


def test_a_charset_that_the_server_names_is_believed_where_it_fits(tmp_path):
    warc = Warc(tmp_path / "c.warc.gz")
    warc.add("https://a.example/1", "<html>Peña</html>".encode("latin-1"), kind="text/html; charset=ISO-8859-1")
    warc.add("https://a.example/2", "<html>Peña</html>".encode("latin-1"), kind="text/html; charset=utf-8")
    warc.add("https://a.example/3", b"<html></html>", kind="text/html; charset=no-such")
    assert bodies(warc.close()) == ["<html>Peña</html>", b"<html>Pe\xf1a</html>", b"<html></html>"]


def test_a_date_that_cannot_be_read_is_long_ago(tmp_path):
    warc = Warc(tmp_path / "d.warc.gz")
    warc.add("https://a.example/1", date="yesterday").add("https://a.example/2", date="2026-09-16T03:00:00+02:00")
    assert [r.fetched for r in read_pages(warc.close())] == [LONG_AGO, "2026-09-16T01:00:00+00:00"]


def test_huge_pages_are_left_out_and_memory_stays_small(archive, tmp_path):
    warc = Warc(tmp_path / "h.warc.gz")
    warc.add("https://a.example/huge", b"<html>" + b"x" * (MAX_BODY + 70_000))
    warc.add("https://a.example/over", b"<html>" + b"x" * MAX_BODY)
    warc.add("https://a.example/bomb", gzip.compress(b"<html>" + bytes(4 * MAX_BODY), 1), Content_Encoding="gzip")
    warc.stories(100)
    file = warc.close()
    tracemalloc.start()
    counts = run(archive, file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (counts.too_large, counts.relevant, counts.damaged) == (3, 100, 0)
    assert peak < 5 * MAX_BODY


# --- several processes -------------------------------------------------------------------------------------------


def test_processes_give_the_same_archive_in_the_same_order(tmp_path):
    file = Warc(tmp_path / "p.warc.gz").stories(60).close()
    with Archive(tmp_path / "one.db") as one, Archive(tmp_path / "many.db") as many:
        alone, together = run(one, file), run(many, file, workers=2)
        assert alone == together
        assert list(one.db["articles"].rows) == list(many.db["articles"].rows)


def test_a_page_that_kills_its_reader_costs_only_itself(archive, tmp_path):
    warc = Warc(tmp_path / "k.warc.gz").stories(3)
    warc.add("https://a.example/deadly", b"<html>die now</html>").stories(3, host="after.example")
    counts = run(archive, warc.close(), workers=2)
    assert (counts.errors, counts.relevant) == (1, 6)
    assert counts.problems[0].endswith("https://a.example/deadly: the page killed the process that read it")
