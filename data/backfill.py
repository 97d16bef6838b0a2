"""WARC files read as if their pages had been crawled: the same extraction, the same screen, the same archive.

Safe to stop and run again: a record that was taken in is known by its file and offset, and a page already kept adds
nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.errors import TrackerError
from data.records import Article, Outlet, Source, Visit
from data.warc_records import WarcRecord, read_records

if TYPE_CHECKING:
    from data.archive import Archive

Extract = Callable[[str | bytes, str], Article | None]
Screen = Callable[[str, str], float]
PAGES_IN_TRANSACTION = 50
TOLD_PROBLEMS = 100


class BackfillError(TrackerError):
    """A WARC file cannot be opened; the message names it."""


@dataclass(slots=True)
class BackfillCounts:
    """What became of the response records.

    `records` are all of them, damaged ones included; `known` those taken in by an earlier run; `articles` the pages
    that gave an article, of which `relevant` passed the screen and are kept, `added` of them new to the archive.
    `problems` tells the first hundred damaged records and failed pages as `FILE@OFFSET: what`.
    """

    records: int = 0
    known: int = 0
    articles: int = 0
    relevant: int = 0
    added: int = 0
    no_article: int = 0
    not_html: int = 0
    bad_status: int = 0
    too_large: int = 0
    damaged: int = 0
    errors: int = 0
    problems: list[str] = field(default_factory=list)

    def tell(self, problem: str) -> None:
        """Keep a problem's line, while there are not too many."""
        if len(self.problems) < TOLD_PROBLEMS:
            self.problems.append(problem)


@dataclass(slots=True)
class _Reading:
    """What a page gave: an article with its screen score, none, or an error."""

    article: Article | None = None
    score: float = 0.0
    error: str = ""


def backfill(
    paths: Sequence[Path],
    *,
    archive: Archive,
    extract_article: Extract,
    screen: Screen,
    threshold: float,
    progress: Callable[[int, int], None] | None = None,
    workers: int = 0,
) -> BackfillCounts:
    """Take the pages of WARC files into the archive; memory does not grow with their size.

    `extract_article(html, url)` and `screen(title, text)` are the crawler's and the extractor's own; a page whose
    score reaches `threshold` is kept. `progress` is told the bytes read and the bytes in all. With `workers`, pages
    are read by that many processes (both functions must then be importable by name); the order of the results, and so
    the archive, is the same. Raises BackfillError for a file that cannot be opened, before anything is read.
    """
    sizes = [_size(Path(path)) for path in paths]
    counts = BackfillCounts()
    sources = _Sources(archive.sources())
    read = _Reader(extract_article, screen)
    pages = _new_pages(paths, sizes, archive, counts, progress or (lambda done, total: None))
    batch: list[tuple[WarcRecord, _Reading]] = []
    for record, reading in _readings(pages, read, workers):
        batch.append((record, reading))
        if len(batch) == PAGES_IN_TRANSACTION:
            _store(batch, archive, sources, threshold, counts)
            batch = []
    _store(batch, archive, sources, threshold, counts)
    return counts


def read_pages(path: Path) -> Iterator[WarcRecord]:
    """The HTML pages of a WARC file that were answered with status 200, in its order."""
    return (record for record in read_records(Path(path)) if record.kind == "page")


def _size(path: Path) -> int:
    try:
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise BackfillError(f"{path}: {error.strerror or error}") from error


def _new_pages(
    paths: Sequence[Path],
    sizes: list[int],
    archive: Archive,
    counts: BackfillCounts,
    progress: Callable[[int, int], None],
) -> Iterator[WarcRecord]:
    """The pages that no earlier run took in; everything else is counted here."""
    before = 0
    for path, size in zip(paths, sizes, strict=True):
        for record in read_records(Path(path)):
            progress(before + record.at, sum(sizes))
            counts.records += 1
            if record.kind == "damaged":
                counts.tell(f"{record.reference}: {record.problem}")
            if record.kind != "page":
                setattr(counts, record.kind, getattr(counts, record.kind) + 1)
            elif _known(record, archive):
                counts.known += 1
            else:
                yield record
        before += size
        progress(before, sum(sizes))


def _known(record: WarcRecord, archive: Archive) -> bool:
    visit = archive.visit(record.url)
    return visit is not None and visit.detail == record.reference


# --- reading pages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """Extraction and screen as one call that another process can make."""

    extract_article: Extract
    screen: Screen

    def __call__(self, body: str | bytes, url: str) -> _Reading:
        try:
            article = self.extract_article(body, url)
            return _Reading(article, self.screen(article.title, article.text) if article else 0.0)
        except Exception as error:  # a page is hostile; one that breaks the extractor costs itself alone
            return _Reading(error=f"{type(error).__name__}: {error}")


def _readings(pages: Iterable[WarcRecord], read: _Reader, workers: int) -> Iterator[tuple[WarcRecord, _Reading]]:
    if workers < 1:
        yield from ((page, read(page.body, page.url)) for page in pages)
        return
    pool = _Pool(read, workers)
    try:
        for page in pages:
            pool.put(page)
            if pool.full:
                yield pool.take()
        while pool.waiting:
            yield pool.take()
    finally:
        pool.close()


def _processes(number: int) -> ProcessPoolExecutor:
    """Fresh processes, which inherit no open database."""
    return ProcessPoolExecutor(number, mp_context=get_context("spawn"))


class _Pool:
    """Processes with a bounded queue that gives back in the order in which it was given.

    A page that kills the process that reads it takes the pages beside it along; then one process reads them one after
    another until the deadly page is found, or all have been read.
    """

    def __init__(self, read: _Reader, workers: int) -> None:
        self._read, self._workers = read, workers
        self._executor = _processes(workers)
        self._suspects = 0
        self.waiting: deque[tuple[WarcRecord, Future[_Reading]]] = deque()

    @property
    def full(self) -> bool:
        return len(self.waiting) >= 4 * self._workers

    def put(self, page: WarcRecord) -> None:
        self.waiting.append((page, self._submit(page)))

    def take(self) -> tuple[WarcRecord, _Reading]:
        page, future = self.waiting.popleft()
        try:
            return page, future.result()
        except BrokenProcessPool:
            return page, self._by_itself(page)

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)

    def _submit(self, page: WarcRecord) -> Future[_Reading]:
        try:
            return self._executor.submit(self._read, page.body, page.url)
        except BrokenProcessPool as error:
            failed: Future[_Reading] = Future()
            failed.set_exception(error)
            return failed

    def _by_itself(self, page: WarcRecord) -> _Reading:
        if not self._suspects:
            self._suspects = len(self.waiting) + 1
            self._start(1)
        self._suspects -= 1
        try:
            reading = self._submit(page).result()
        except BrokenProcessPool:
            reading = _Reading(error="the page killed the process that read it")
            self._suspects = 0
        if not self._suspects:
            self._start(self._workers)
            self.waiting = deque((page, self._submit(page)) for page, _ in self.waiting)
        return reading

    def _start(self, workers: int) -> None:
        self.close()
        self._executor = _processes(workers)


# --- keeping them ----------------------------------------------------------------------------------------------------


class _Sources:
    """The registry's outlets by host."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_domain = {source.domain.removeprefix("www."): source for source in sources}

    def of(self, url: str) -> Source | None:
        """The outlet whose domain the URL's host is or lies under."""
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        while host:
            if host in self._by_domain:
                return self._by_domain[host]
            host = host.partition(".")[2]
        return None


def _store(
    batch: list[tuple[WarcRecord, _Reading]],
    archive: Archive,
    sources: _Sources,
    threshold: float,
    counts: BackfillCounts,
) -> None:
    before = archive.db["articles"].count
    with archive.writing():
        for record, reading in batch:
            _store_one(record, reading, archive, sources, threshold, counts)
    counts.added += archive.db["articles"].count - before


def _store_one(
    record: WarcRecord,
    reading: _Reading,
    archive: Archive,
    sources: _Sources,
    threshold: float,
    counts: BackfillCounts,
) -> None:
    source = sources.of(record.url)
    visit = Visit(record.url, source.id if source else "", record.fetched, "no_article", 200, detail=record.reference)
    if reading.error:
        counts.errors += 1
        counts.tell(f"{record.reference}: {record.url}: {reading.error}")
        archive.record_visit(replace(visit, outcome="failed", detail=f"{record.reference}: {reading.error}"))
        return
    article = reading.article
    if article is None:
        counts.no_article += 1
        archive.record_visit(visit)
        return
    counts.articles += 1
    if article.url != record.url:
        archive.record_visit(replace(visit, outcome="redirect"))
    visit = replace(visit, url=article.url, outcome="irrelevant", screen=reading.score)
    if reading.score < threshold:
        archive.record_visit(visit)
        return
    counts.relevant += 1
    home = Outlet(source.name, source.city or None, source.state) if source else article.source
    article = replace(article, source=home, source_id=source.id if source else article.source_id)
    archive.keep_article(article, replace(visit, outcome="kept"), raw=(record.file, record.offset))
