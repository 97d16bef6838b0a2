"""What a feed or news sitemap tells before any fetch: the plainly unrelated is left out, nothing of the subject is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.titles_screen import plainly_unrelated
from data.sample.stories import load_outlets
from nlp.relevance import SCREEN_THRESHOLD, screen
from tests.crawling import MemoryArchive, crawl_apart, rss, small_web, source_at, story

GOLD = Path(__file__).parent / "gold"
NEWS = "https://herald.example/news/2026/11/a-story"


@pytest.mark.parametrize("file", ["dev.jsonl", "held_back.jsonl"])
def test_no_relevant_story_of_the_gold_set_is_dropped(file):
    rows = [json.loads(line) for line in (GOLD / file).read_text(encoding="utf-8").splitlines()]
    dropped = [row["id"] for row in rows if row["relevant"] and plainly_unrelated(row["title"] or "", row["url"])]
    assert dropped == []
    assert sum(row["relevant"] for row in rows) > 100


def test_of_the_sample_outlets_sports_are_dropped_and_nothing_that_the_screen_keeps():
    stories = [(outlet.url(s.link), s) for outlet in load_outlets().values() for s in outlet.stories(0)]
    dropped = [(url, s) for url, s in stories if plainly_unrelated(s.headline, url)]
    assert len(dropped) >= 8
    assert [s.slug for _, s in dropped if screen(s.headline, "\n".join(s.body)) >= SCREEN_THRESHOLD] == []


@pytest.mark.parametrize(
    "url",
    [
        "https://herald.example/sports/high-school/bulldogs-beat-hawks",
        "https://herald.example/obituaries/2026/jane-roe",
        "https://herald.example/news/deportes/gana-la-liga/",
        "https://herald.example/Weather/cold-front-nears",
    ],
)
def test_sections_that_never_tell_of_the_subject(url):
    assert plainly_unrelated("Read more", url)
    assert plainly_unrelated("", url)
    assert not plainly_unrelated("Sheriff ends 287(g) agreement", url)


@pytest.mark.parametrize(
    "title",
    [
        "Obituary: Jane Roe, 87, teacher",
        "Powerball: See the winning numbers for Saturday's drawing",
        "Today's horoscope for Nov. 20, 2026",
        "Recipe: Sweet potato pie",
        "Weekend forecast: Rain, then sun",
        "High school football scores from Week 9",
        "How to watch Lakers vs. Celtics: odds and live stream",
        "Wordle hints for Friday",
        "Horóscopo de hoy",
        "Lotería: resultados de anoche",
        "Pet of the week: Biscuit",
    ],
)
def test_titles_that_tell_it_themselves(title):
    assert plainly_unrelated(title, NEWS)


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Obituary: Former sheriff who refused ICE holds", NEWS),
        ("Weather forecast for ICE protest: rain", NEWS),
        ("Fans walk out as ICE waits outside stadium", "https://herald.example/sports/fans-walk-out"),
        ("Read more", "https://herald.example/sports/immigration-agents-at-the-gate"),
        ("Read more", "https://herald.example/sports/ice-at-the-stadium-gates"),
        ("Club cancela partido por redadas", "https://herald.example/deportes/club-cancela-partido"),
        ("Ties go to the status quo", NEWS),
        ("Police blotter & notes", NEWS),
        ("Recipes for disaster at county jail", NEWS),
        ("The last three leave", "https://herald.example/2026/11/sports-complex/the-last-three-leave"),
        ("", "https://herald.example/"),
    ],
)
def test_what_may_be_of_the_subject_is_fetched(title, url):
    assert not plainly_unrelated(title, url)


@pytest.mark.parametrize("title", ["Ice hockey: Bears win", "Bears sharpen up on ice time", "Ice fishing derby opens"])
def test_ice_that_is_frozen_does_not_count(title):
    assert plainly_unrelated(title, "https://herald.example/sports/a-story")


def test_the_spider_does_not_fetch_them(tmp_path):
    archive = MemoryArchive()
    listed = rss(
        "<link>/sports/bulldogs-beat-hawks</link><title>Bulldogs beat Hawks</title>",
        "<link>/news/powerball-winning-numbers</link><title>Powerball winning numbers for Friday</title>",
        "<link>/sports/team-answers-to-ice-agreement</link><title>Team answers to ICE agreement</title>",
        "<link>/news/county-ends-agreement</link><title>County ends agreement</title>",
        etag='"f"',
    )
    with small_web({"/feed": listed}) as web:
        web.pages |= {
            path: story(path) for path in ("/sports/team-answers-to-ice-agreement", "/news/county-ends-agreement")
        }
        counts = crawl_apart([source_at(web, feeds=["/feed"])], archive, tmp_path)
        assert "/sports/bulldogs-beat-hawks" not in web.requested()
        assert "/news/powerball-winning-numbers" not in web.requested()
    assert (counts.links, counts.unrelated, counts.fetched, counts.kept) == (4, 2, 2, 2)
    assert archive.visits[f"{web.root}/feed"].etag == '"f"'  # read to its end: what was passed over is not awaited
