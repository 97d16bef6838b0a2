"""Extraction of article text: F1 and speed beside plain trafilatura, on pages of the article-extraction benchmark.

Run by `make bench`. The pages are no part of the project: `TRACKER_EVAL` names the folder that holds
`article_extraction/` (default `../shared/eval` beside the checkout). The measure is that benchmark's: shingles of four
word tokens, each with its count; precision and recall averaged over pages; F1 of the averages. Speed is in pages a
second of processor time, the best of a few rounds in which all contestants take turns, so that a busy machine favours
none.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import trafilatura

from crawler.articles import extract_article

CHECKOUT = Path(__file__).resolve().parents[2]
EVAL = Path(os.environ.get("TRACKER_EVAL") or CHECKOUT.parent / "shared" / "eval")
GOAL = 0.970
ROUNDS = 3


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The shingles of four tokens; a shorter text is one shingle."""
    tokens = re.findall(r"\w+", text)
    starts = range(max(1, len(tokens) - 3))
    return Counter(tuple(tokens[start : start + 4]) for start in starts if tokens)


def page_score(true: str, found: str) -> tuple[float | None, float]:
    """(precision, recall) of one page; precision is None where nothing was found."""
    wanted, got = shingles(true), shingles(found)
    hits = (wanted & got).total()
    precision = hits / got.total() if got else None
    return precision, hits / wanted.total() if wanted else 1.0


def overall(scores: list[tuple[float | None, float]]) -> tuple[float, float, float]:
    """(F1, precision, recall) over all pages."""
    precision = statistics.mean(p for p, _ in scores if p is not None)
    recall = statistics.mean(r for _, r in scores)
    return 2 * precision * recall / (precision + recall), precision, recall


def ours(html: str, url: str) -> str:
    """The project's extraction: title, dates, authors, language and kind as well."""
    article = extract_article(html, url)
    return article.text if article else ""


def default(html: str, url: str) -> str:
    """Trafilatura as that benchmark runs it: the text alone."""
    return trafilatura.extract(html, url=url, include_comments=False) or ""


def precise(html: str, url: str) -> str:
    """Trafilatura with its precise mode."""
    return trafilatura.extract(html, url=url, include_comments=False, favor_precision=True) or ""


def quick(html: str, url: str) -> str:
    """Trafilatura with its precise mode and without its second opinions, as fast as it gets."""
    return trafilatura.extract(html, url=url, include_comments=False, favor_precision=True, fast=True) or ""


CONTESTANTS: dict[str, Callable[[str, str], str]] = {
    "trafilatura": default,
    "trafilatura, precise": precise,
    "trafilatura, precise, fast": quick,
    "extract_article": ours,
}


@pytest.mark.skipif(not (EVAL / "article_extraction").is_dir(), reason=f"no article_extraction in {EVAL}")
def test_article_text_on_the_benchmark():
    folder = EVAL / "article_extraction"
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    pages = {key: gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes()).decode("utf-8") for key in truth}
    seconds = dict.fromkeys(CONTESTANTS, float("inf"))
    texts: dict[str, dict[str, str]] = {}
    for _ in range(ROUNDS):
        for name, extract in CONTESTANTS.items():
            started = time.process_time()
            texts[name] = {key: extract(pages[key], truth[key]["url"]) for key in truth}
            seconds[name] = min(seconds[name], time.process_time() - started)
    figures = {}
    print()
    for name, found in texts.items():
        scores = [page_score(truth[key]["articleBody"], found[key]) for key in truth]
        figures[name], precision, recall = overall(scores)
        print(
            f"{name:<26} F1 {figures[name]:.4f}  precision {precision:.4f}  recall {recall:.4f}"
            f"  {len(truth) / seconds[name]:.0f} pages/s"
        )
    assert figures["extract_article"] >= max(GOAL, *figures.values())
    assert seconds["extract_article"] <= min(seconds["trafilatura"], seconds["trafilatura, precise"])
