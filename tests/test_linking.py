"""Reports become events that keep their ids: through new nights, new readings, new orders."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from data.archive import Archive
from data.event_dates import gap, parse_day, span_of
from data.events import Told, joint_confidence, merge_reports
from data.linking import keep_names, link
from tests.factories import (
    CONTRA_COSTA,
    DENVER,
    RICHMOND,
    add_story,
    make_article,
    make_extraction,
    make_report,
    make_text,
    make_visit,
)


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def story(url, *reports, published="2026-09-16", **article):
    fields = {"text": make_text(url, 3), "source_id": url.split("/")[2], "published": published, "url": url}
    return make_article(**fields | article), reports


def add(archive, *stories):
    return [add_story(archive, *reports, article=article) for article, reports in stories]


def events(archive):
    return {row["id"]: row for row in archive.db["events"].rows_where("reports_count > 0", order_by="id")}


def urls(archive):
    """The events as sets of article URLs, by id."""
    found = {}
    query = "SELECT event_id, url FROM reports JOIN articles ON articles.id = article_id WHERE event_id IS NOT NULL"
    for event_id, url in archive.db.execute(query):
        found.setdefault(event_id, set()).add(url)
    return {event_id: frozenset(members) for event_id, members in found.items()}


STORIES = [
    story("https://a.example/1", make_report(date="2026-09-15"), make_report(type="protest", place_id=RICHMOND.id)),
    story("https://b.example/1", make_report(date="2026-09-16", agreement_type=None), published="2026-09-17"),
    story("https://c.example/1", make_report(status="announced", date="2026-12-31"), published="2026-09-14"),
    story("https://d.example/1", make_report(place_id=DENVER.id), published="2026-09-18"),
    story("https://e.example/1", make_report(status="background", date=None, date_precision="unknown"),
          make_report(type="agreement_signed", status="background", date="2012-01-01", date_precision="year"),
          published="2026-11-02"),
]  # fmt: skip


def test_reports_of_one_event_get_one_id(archive):
    add(archive, *STORIES)
    counts = link(archive)
    assert set(urls(archive).values()) == {
        frozenset({f"https://{letter}.example/1" for letter in "abce"}),
        frozenset({"https://a.example/1"}),
        frozenset({"https://d.example/1"}),
        frozenset({"https://e.example/1"}),
    }
    assert counts == {
        "articles_compared": 5,
        "reports": 7,
        "reports_without_place": 0,
        "events": 4,
        "events_new": 4,
        "events_gone": 0,
        "agreements": 2,
    }
    assert all(len(event_id) == 10 and int(event_id, 16) >= 0 for event_id in events(archive))


def test_ids_do_not_depend_on_the_order_of_the_stories(tmp_path):
    found = set()
    for seed in range(6):
        stories = random.Random(seed).sample(STORIES, len(STORIES))
        with Archive(tmp_path / f"{seed}.db") as archive:
            add(archive, *stories)
            link(archive)
            found.add(frozenset(urls(archive).items()))
    assert len(found) == 1


def test_a_second_pass_changes_nothing(archive):
    add(archive, *STORIES)
    link(archive)
    before = events(archive), urls(archive), list(archive.db["agreements"].rows)
    counts = link(archive)
    assert (events(archive), urls(archive), list(archive.db["agreements"].rows)) == before
    assert (counts["events_new"], counts["articles_compared"]) == (0, 0)


def test_an_event_keeps_its_id_when_an_earlier_story_comes_in_later(archive):
    add(archive, STORIES[1])
    link(archive)
    [event_id] = events(archive)
    add(archive, STORIES[2], STORIES[0])
    link(archive)
    assert len(urls(archive)[event_id]) == 3


def test_night_by_night_gives_the_same_events_as_all_at_once(tmp_path):
    with Archive(tmp_path / "nightly.db") as nightly, Archive(tmp_path / "whole.db") as whole:
        for one in STORIES:
            add(nightly, one)
            link(nightly)
        add(whole, *STORIES)
        link(whole)
        assert set(urls(nightly).values()) == set(urls(whole).values())


def test_an_event_keeps_its_id_when_a_better_extractor_reads_it_again(archive):
    article, _ = STORIES[0]
    [article_id] = add(archive, STORIES[0])
    link(archive)
    before = {row["type"]: event_id for event_id, row in events(archive).items()}
    better = [
        make_report(date="2026-09-14", votes_for=4, votes_against=1, sentence="The board voted 4-1 to end it."),
        make_report(type="protest", place_id=CONTRA_COSTA.id, form="rally"),  # the place was wrong
    ]
    archive.store_extraction(article_id, make_extraction(article, *better, pipeline="test-2"))
    link(archive)
    assert {row["type"]: event_id for event_id, row in events(archive).items()} == before


def test_a_corrected_type_keeps_the_id_where_the_sentence_is_the_same(archive):
    article, _ = one = story("https://a.example/1", make_report(type="agreement_terminated"))
    [article_id] = add(archive, one)
    link(archive)
    before = set(events(archive))
    archive.store_extraction(article_id, make_extraction(article, make_report(type="agreement_suspended")))
    link(archive)
    assert set(events(archive)) == before
    assert [row["type"] for row in events(archive).values()] == ["agreement_suspended"]


def test_a_split_leaves_the_id_with_the_larger_part_and_a_merge_with_the_larger_event(archive):
    stories = [story(f"https://{x}.example/1", make_report()) for x in "abc"]
    ids = add(archive, *stories)
    link(archive)
    [event_id] = events(archive)
    moved = make_report(date="2024-01-05", sentence="It ended in January 2024.")
    archive.store_extraction(ids[0], make_extraction(stories[0][0], moved))
    link(archive)
    assert len(events(archive)) == 2
    assert urls(archive)[event_id] == {"https://b.example/1", "https://c.example/1"}
    archive.store_extraction(ids[0], make_extraction(stories[0][0], make_report()))
    counts = link(archive)
    assert set(events(archive)) == {event_id}
    assert counts["events_gone"] == 1


def test_an_event_without_reports_is_gone_and_its_id_is_never_given_again(archive):
    article, _ = one = story("https://a.example/1", make_report())
    [article_id] = add(archive, one)
    link(archive)
    [first] = events(archive)
    archive.store_extraction(article_id, make_extraction(article))
    assert link(archive)["events_gone"] == 1
    assert events(archive) == {}
    archive.store_extraction(article_id, make_extraction(article, make_report()))  # the same birth text as before
    link(archive)
    [second] = events(archive)
    assert second != first
    assert archive.db["events"].count == 2


def test_a_report_without_a_place_joins_no_event(archive):
    add(archive, story("https://a.example/1", make_report(place_id=None)))
    counts = link(archive)
    assert (counts["events"], counts["reports_without_place"]) == (0, 1)


def test_an_updated_story_is_one_report(archive):
    article, _ = one = story("https://a.example/1", make_report(status="announced"))
    add(archive, one)
    link(archive)
    updated = replace(article, text="The board voted 4-1.")
    article_id = archive.keep_article(updated, make_visit(article, fetched="2026-09-20T00:00:00+00:00"), raw=None)
    archive.store_extraction(article_id, make_extraction(updated, make_report()))
    link(archive)
    [row] = events(archive).values()
    assert (row["reports_count"], row["status"]) == (1, "occurred")


def test_a_failure_leaves_everything_as_it_was(archive, monkeypatch):
    add(archive, *STORIES[:2])
    link(archive)
    before = events(archive), urls(archive)
    add(archive, *STORIES[2:])
    monkeypatch.setattr("data.linking._changed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        link(archive)
    assert (events(archive), urls(archive)) == before


# --- names -------------------------------------------------------------------------------------------------------


def test_the_larger_claim_wins_and_newborn_groups_get_names_of_their_own():
    claims = [Counter(x=1), Counter(x=2, y=1), Counter(), Counter(y=1)]
    names = keep_names(claims, ["b0", "b1", "b2", "b3"], taken={"x", "y"})
    assert names[1] == "x"
    assert names[3] == "y"
    assert len(set(names)) == 4


def test_a_taken_name_is_never_given():
    [first] = keep_names([Counter()], ["birth"], taken=())
    [second] = keep_names([Counter()], ["birth"], taken={first})
    assert first != second
    assert keep_names([Counter()], ["birth"], taken={first}) == [second]


# --- merging -----------------------------------------------------------------------------------------------------


def told(*reports, groups=None, published="2026-09-16"):
    groups = groups or range(1, len(reports) + 1)
    return [
        Told(n, n, f"https://{n}.example/", date.fromisoformat(published), f"outlet {n}", group, 0, report)
        for n, (group, report) in enumerate(zip(groups, reports, strict=True), start=1)
    ]


def test_what_most_texts_tell_is_the_event():
    event = merge_reports(
        told(
            make_report(date="2026-09-14", votes_for=7, votes_against=2, crowd_low=200, agreement_type="287g"),
            make_report(date="2026-09-15", votes_for=7, votes_against=2, crowd_low=150, crowd_high=999),
            make_report(date="2026-09-15", votes_for=7, votes_against=1, counterparty="US Marshals"),
            make_report(status="announced", date="2026-09-13"),
            make_report(date="2026-09-01", date_precision="month", agreement_type="detention"),
        )
    )
    assert (event.status, event.date, event.date_precision) == ("occurred", "2026-09-15", "day")
    assert (event.votes_for, event.votes_against) == (7, 2)
    assert (event.crowd_low, event.crowd_high) == (150, 999)
    assert (event.agreement_type, event.counterparty) == ("detention", "ICE")
    assert (event.reports_count, event.outlets_count) == (5, 5)


def test_one_wire_story_has_one_voice():
    wire, own = make_report(date="2026-09-15"), make_report(date="2026-09-14", confidence=0.7)
    assert merge_reports(told(wire, wire, wire, own, own, groups=[1, 1, 1, 2, 3])).date == "2026-09-14"


def test_a_model_of_287g_beats_the_bare_section():
    reports = [make_report(agreement_type=kind) for kind in ("287g", "287g", "287g_task_force")]
    assert merge_reports(told(*reports)).agreement_type == "287g_task_force"


def test_a_lasting_protest_is_dated_by_its_first_day():
    days = [make_report(type="protest", date=day) for day in ("2026-09-17", "2026-09-17", "2026-09-15")]
    assert merge_reports(told(*days), lasting=("protest",)).date == "2026-09-15"


def test_the_best_evidence_tells_the_events_own_status_in_the_text():
    announced = make_report(status="announced", confidence=0.99)
    headline = make_report(confidence=0.95)
    headline.evidence.where = "title"
    event = merge_reports(told(announced, headline, make_report(confidence=0.6), make_report(confidence=0.7)))
    assert event.best_report == 4


def test_confidence_grows_with_independent_texts_only():
    one = make_report(confidence=0.6)
    assert joint_confidence(told(one)) == pytest.approx(0.6)
    assert joint_confidence(told(one, one, one, groups=[1, 1, 1])) == pytest.approx(0.6)
    assert joint_confidence(told(one, one)) == pytest.approx(1 - 0.4 * 0.7)
    assert joint_confidence(told(*[one] * 40)) == 0.99
    assert joint_confidence(told(make_report(confidence=7.0))) == 0.99
    assert joint_confidence(told(make_report(confidence=-1.0))) == 0.0


# --- days --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-15", date(2026, 9, 15)),
        ("2026-09-15T10:00:00Z", date(2026, 9, 15)),
        ("2026-09", date(2026, 9, 1)),
        ("2026", date(2026, 1, 1)),
        ("2026-02-30", None),
        ("0000-01-01", None),
        ("soon", None),
        (None, None),
    ],
)
def test_days_are_read_from_iso_dates(text, day):
    assert parse_day(text) == day


def test_spans_and_the_days_between_them():
    september = span_of(date(2026, 9, 1), "month")
    assert september == (date(2026, 9, 1), date(2026, 9, 30))
    assert span_of(date(2026, 12, 9), "month")[1] == date(2026, 12, 31)
    assert gap(september, span_of(date(2026, 10, 5), "day")) == 5
    assert gap(span_of(date(2026, 10, 5), "day"), september) == 5
    assert gap(span_of(date(2026, 1, 1), "year"), september) == 0
    assert span_of(date(2026, 9, 14), "week")[1] == date(2026, 9, 20)
