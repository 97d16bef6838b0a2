"""The labelled gold texts are sound: every label is the codebook's, every place is real, every word is in the text."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from data.gazetteer import load_gazetteer
from nlp.ontology import load

FOLDER = Path(__file__).parent / "gold"
FILES = sorted(FOLDER.glob("*.jsonl"))
FIELDS = {"id", "url", "title", "text", "published", "source", "relevant"} | {
    *("primary_place", "events", "officials", "spokespeople", "quotes", "kind")
}
EVENT_FIELDS = {"type", "status", "place", "date", "agreement_type", "direction", "stance", "form"} | {
    *("votes_for", "votes_against", "crowd_low", "crowd_high", "actors", "central", "evidence")
}
TRAPS = {"hard_case", "negative"}
KINDS = TRAPS | {"lede", "brief", "story", "agenda", "press_release", "opinion", "live_blog", "headline", "broken"}
PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# What may stand before a sentence: nothing, a stop with its closing marks, or a new line; then opening quote marks.
SENTENCE_BREAK = re.compile(r"(?:^|[.!?…][\"”’')\]]*\s+|\n\s*)[\"“‘'(\[]*$")


@cache
def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def all_rows() -> list[dict[str, Any]]:
    return [row for path in FILES for row in rows(path)]


def begins_a_sentence(words: str, text: str) -> bool:
    return any(SENTENCE_BREAK.search(text[: hit.start()]) for hit in re.finditer(re.escape(words), text))


def known(place: dict[str, Any]) -> bool:
    gazetteer = load_gazetteer()
    if place["kind"] == "state":
        return any(found.name == place["name"] for found in gazetteer.states(place["state"]))
    look_up = {"county": gazetteer.counties, "city": gazetteer.cities}[place["kind"]]
    return bool(look_up(place["name"], place["state"]))


def is_partial_date(value: str) -> bool:
    if not PARTIAL_DATE.fullmatch(value):
        return False
    year, month, day = (*map(int, value.split("-")), 1, 1)[:3]
    return bool(date(year, month, day))


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def gold(request):
    return rows(request.param)


@pytest.fixture(scope="module")
def ontology():
    return load()


def faults(gold, test):
    """Ids of the rows that fail, never their words: one of the files is held back."""
    return [row["id"] for row in gold if not test(row)]


def event_faults(gold, test):
    return [(row["id"], n) for row in gold for n, event in enumerate(row["events"]) if not test(row, event)]


def test_there_are_two_files_of_gold():
    assert {path.name for path in FILES} == {"dev.jsonl", "held_back.jsonl"}


def test_every_row_and_event_has_its_fields(gold):
    assert not faults(gold, lambda row: set(row) == FIELDS and row["kind"] in KINDS)
    assert not event_faults(gold, lambda _, event: set(event) == EVENT_FIELDS)


def test_ids_and_urls_are_unique_over_all_files():
    for field in ("id", "url"):
        assert not [key for key, times in Counter(row[field] for row in all_rows()).items() if times > 1]


def test_the_files_share_no_text():
    texts = [{" ".join(f"{row['title']} {row['text']}".lower().split()) for row in rows(path)} for path in FILES]
    assert not set.intersection(*texts)
    assert [len(seen) for seen in texts] == [len(rows(path)) for path in FILES]


def test_a_row_is_relevant_when_it_has_events(gold):
    assert not faults(gold, lambda row: row["relevant"] is bool(row["events"]))
    assert not faults(gold, lambda row: row["kind"] != "negative" or not row["relevant"])
    assert not faults(gold, lambda row: not row["relevant"] or any(e["central"] for e in row["events"]))


def test_evidence_begins_a_sentence_of_the_text_or_title(gold):
    def told(row, event):
        words = event["evidence"]
        return bool(words) and any(begins_a_sentence(words, row[part]) for part in ("text", "title"))

    assert not event_faults(gold, told)


def test_words_of_a_kind_are_the_codebooks(gold, ontology):
    allowed = {
        "type": set(ontology.event_types),
        "status": set(ontology.statuses),
        "agreement_type": {None, *ontology.agreement_types},
        "direction": {None, *ontology.directions},
        "stance": {None, *ontology.stances},
        "form": {None, *ontology.protest_forms},
    }
    for field, words in allowed.items():
        assert not event_faults(gold, lambda _, event, field=field, words=words: event[field] in words), field


def test_fields_of_one_family_stay_in_it(gold):
    def fits(_, event):
        is_policy = event["type"].startswith("policy_")
        is_protest = event["type"] == "protest"
        may_be_neutral = event["type"] == "official_statement"
        counted = any(event[field] is not None for field in ("form", "crowd_low", "crowd_high"))
        return (
            is_policy == (event["direction"] is not None)
            and (may_be_neutral or is_protest == (event["stance"] is not None))
            and (is_protest or not counted)
        )

    assert not event_faults(gold, fits)


def test_numbers_are_sane(gold):
    def sane(_, event):
        numbers = [event[f] for f in ("votes_for", "votes_against", "crowd_low", "crowd_high")]
        low, high = numbers[2:]
        whole = all(n is None or (isinstance(n, int) and n >= 0) for n in numbers)
        return whole and (low is None or high is None or low <= high)

    assert not event_faults(gold, sane)


def test_dates_are_partial_iso(gold):
    assert not faults(gold, lambda row: row["published"] is None or is_partial_date(row["published"]))
    assert not event_faults(gold, lambda _, event: event["date"] is None or is_partial_date(event["date"]))


def test_places_are_in_the_gazetteer(gold):
    assert not event_faults(gold, lambda _, event: known(event["place"]))
    assert not faults(gold, lambda row: row["primary_place"] is None or known(row["primary_place"]))
    assert not faults(
        gold,
        lambda row: row["source"] is None or known({**row["source"], "kind": "city", "name": row["source"]["city"]}),
    )


def test_people_and_their_words_are_in_the_text(gold):
    def named(row):
        people = [person["name"] for person in (*row["officials"], *row["spokespeople"])]
        return all(name in f"{row['title']}\n{row['text']}" for name in people)

    def quoted(row):
        people = {person["name"] for person in (*row["officials"], *row["spokespeople"])}
        return all(q["first_words"] in row["text"] and q["speaker"] in people for q in row["quotes"])

    assert not faults(gold, named)
    assert not faults(gold, quoted)


def test_every_type_status_agreement_and_state_is_there(ontology):
    events = [event for row in all_rows() for event in row["events"]]
    assert {event["type"] for event in events} == set(ontology.event_types)
    assert {event["status"] for event in events} == set(ontology.statuses) - {"unconfirmed"}  # said by lists alone
    assert {event["agreement_type"] for event in events} - {None} == set(ontology.agreement_types)
    assert len({event["place"]["state"] for event in events} - {"DC"}) == 50


def test_a_third_or_more_are_hard_cases_and_negatives():
    kinds = Counter(row["kind"] for row in all_rows())
    assert set(kinds) == KINDS
    assert 3 * sum(kinds[kind] for kind in TRAPS) >= kinds.total()
