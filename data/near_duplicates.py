"""Which articles are the same text: one wire story in five outlets is one witness, not five.

Texts are compared by their runs of five words (shingles), as MinHash signatures (Broder 1997) looked up by banding
(locality-sensitive hashing; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", ch. 3). The signatures and
bands stay in the archive, so a night's work is only that night's articles. A group's number is the smallest article
id in it, and the groups do not depend on the order in which articles came in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from datasketch import MinHash

if TYPE_CHECKING:
    from data.archive import Archive

WORDS_IN_SHINGLE = 5
PERMUTATIONS = 128
BANDS, ROWS = 32, 4  # texts that share half their shingles meet in a band with probability 0.87, nine tenths: 1.0
SAME = 0.6  # estimated Jaccard similarity from which two texts are one
CONTAINED = 0.85  # ... or the part of the shorter text that the longer one holds (a story cut for space)
SHORTEST = 40  # shingles below which containment proves nothing
_WORD = re.compile(r"[^\W_]+")


def shingles(text: str) -> set[bytes]:
    """The runs of five words of `text`, case and punctuation left out; a shorter text is one run."""
    words = _WORD.findall(text.lower())
    runs = range(max(len(words) - WORDS_IN_SHINGLE + 1, min(len(words), 1)))
    return {" ".join(words[n : n + WORDS_IN_SHINGLE]).encode("utf-8", "surrogatepass") for n in runs}


def signature(runs: Iterable[bytes]) -> np.ndarray:
    """MinHash signature of a set of shingles: 128 unsigned 32-bit numbers."""
    sketch = MinHash(PERMUTATIONS, seed=1, scheme="affine32")
    sketch.update_batch(sorted(runs))
    return sketch.hashvalues.astype("<u4")


def bands(minhash: np.ndarray) -> list[int]:
    """The keys under which a signature is looked up: signed 64-bit numbers, one for each band."""
    parts = (n.to_bytes(1, "big") + minhash[n * ROWS : (n + 1) * ROWS].tobytes() for n in range(BANDS))
    return [int.from_bytes(blake2b(part, digest_size=8).digest(), "big", signed=True) for part in parts]


def alike(first: np.ndarray, second: np.ndarray, sizes: tuple[int, int]) -> bool:
    """Whether two signatures belong to one text; `sizes` are the numbers of shingles behind them."""
    jaccard = float(np.mean(first == second))
    if jaccard >= SAME:
        return True
    shared = jaccard * sum(sizes) / (1 + jaccard)
    return min(sizes) >= SHORTEST and shared / min(sizes) >= CONTAINED


def group_articles(archive: Archive) -> int:
    """Give every article that has none, or has a new version, its near-duplicate group; returns how many were read.

    A changed article keeps the group it had (it is the same story) and may join another group to it. Rows of official
    lists are left out: they are worded alike and tell different things.
    """
    count = 0
    for articles in _unsigned(archive):
        with archive.writing():
            for article_id, version, text in articles:
                _sign(archive, article_id, version, text)
        count += len(articles)
    return count


def _unsigned(archive: Archive) -> Iterator[list[tuple[int, int, str]]]:
    query = """
        SELECT articles.id, articles.version, articles.text FROM articles
        LEFT JOIN signatures ON signatures.article_id = articles.id
        WHERE articles.id > ? AND signatures.version IS NOT articles.version AND articles.kind <> 'record'
        ORDER BY articles.id LIMIT 200
    """
    last = 0
    while rows := archive.db.execute(query, [last]).fetchall():
        yield rows
        last = rows[-1][0]


def _sign(archive: Archive, article_id: int, version: int, text: str) -> None:
    runs = shingles(text)
    archive.db["bands"].delete_where("article_id = ?", [article_id])
    if runs:
        minhash = signature(runs)
        _join(archive, article_id, _matches(archive, article_id, minhash, len(runs)))
        archive.db["bands"].insert_all({"band": band, "article_id": article_id} for band in bands(minhash))
    else:
        minhash = np.zeros(0, "<u4")
        _join(archive, article_id, [])
    archive.db["signatures"].insert(
        {"article_id": article_id, "version": version, "shingles": len(runs), "minhash": minhash.tobytes()},
        replace=True,
    )


def _matches(archive: Archive, article_id: int, minhash: np.ndarray, size: int) -> list[int]:
    query = f"""
        SELECT DISTINCT signatures.article_id, signatures.minhash, signatures.shingles FROM bands
        JOIN signatures ON signatures.article_id = bands.article_id
        WHERE bands.band IN ({", ".join("?" * BANDS)}) AND bands.article_id <> ?
    """
    return [
        other
        for other, stored, other_size in archive.db.execute(query, [*bands(minhash), article_id])
        if alike(minhash, np.frombuffer(stored, "<u4"), (size, other_size))
    ]


def _join(archive: Archive, article_id: int, others: list[int]) -> None:
    """One group out of the article's own (kept from an earlier version) and those of the texts it matches."""
    marks = ", ".join("?" * (len(others) + 1))
    query = f"SELECT DISTINCT wire_group FROM articles WHERE id IN ({marks}) AND wire_group IS NOT NULL"
    groups = [row[0] for row in archive.db.execute(query, [article_id, *others])]
    group = min([*groups, article_id])
    archive.db.execute("UPDATE articles SET wire_group = ? WHERE id = ?", [group, article_id])
    for other in groups:
        if other != group:
            archive.db.execute("UPDATE articles SET wire_group = ? WHERE wire_group = ?", [group, other])
