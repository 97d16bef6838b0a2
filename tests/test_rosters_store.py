"""Federal lists in the archive: records, events and agreements, each once and for ever."""

from dataclasses import replace

import pytest

from data.archive import Archive
from data.gazetteer import load_gazetteer
from data.linking import link
from data.publish import publish
from data.records import Visit
from data.roster_records import PIPELINE
from data.rosters import is_known, keep_roster, newest_issue
from tests.factories import add_story, make_article, make_report
from tests.roster_sheets import FOLDER, roster, row

GALVESTON = row("Galveston County Sheriff's Office", county="Galveston County")
WHARTON = row("Wharton County Sheriff's Office", county="Wharton County", signed="2026-01-20")
CONSTABLES = [row(f"Galveston County Constable Precinct {n}", county="Galveston County") for n in (1, 4)]
STATE = [
    row(f"Florida {name}", "FLORIDA", type="State Agency") for name in ("Lottery", "Lottery Police", "National Guard")
]


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def keep(archive, issue, **more):
    visit = Visit(issue.url, "ice-287g", f"{issue.dated}T06:00:00+00:00", "kept", 200, '"a"')
    return keep_roster(archive, issue, visit, gazetteer=load_gazetteer(), **more)


def reports(archive, *names):
    query = f"SELECT {', '.join(names)} FROM reports JOIN articles ON articles.id = article_id ORDER BY reports.id"
    return [r if len(names) > 1 else r[0] for r in archive.db.execute(query).fetchall()]


def events(archive):
    query = (
        "SELECT type, status, date, date_precision, agreement_name FROM events WHERE reports_count > 0 ORDER BY date"
    )
    return archive.db.execute(query).fetchall()


def test_the_first_list_gives_every_row_as_an_agreement(archive):
    outcome = keep(archive, roster(GALVESTON, WHARTON, dated="2026-01-31"), raw=("tracker-1.warc.gz", 512))
    assert (outcome.outcome, outcome.counts["signed"], outcome.unplaced) == ("first", 2, ())
    assert reports(archive, "type", "status", "date", "date_precision", "place_id", "agreement_type") == [
        ("agreement_signed", "occurred", "2025-09-22", "day", "fips:48167", "287g_task_force"),
        ("agreement_signed", "occurred", "2026-01-20", "day", "fips:48481", "287g_task_force"),
    ]
    assert set(reports(archive, "counterparty", "kind", "read_by", "warc_file", "warc_offset", "source_id")) == {
        ("ICE", "record", PIPELINE, "tracker-1.warc.gz", 512, "ice-287g")
    }


def test_a_record_is_one_sentence_that_is_its_own_evidence(archive):
    keep(archive, roster(GALVESTON))
    (text, evidence, start, end, url, title), = reports(
        archive, "text", "evidence", "evidence_start", "evidence_end", "url", "title"
    )  # fmt: skip
    assert text == evidence == text[start:end]
    assert text == (
        "ICE's list of participating agencies of January 5, 2026 has Galveston County Sheriff's Office "
        "(Galveston County, Texas) under the Task Force Model, signed September 22, 2025."
    )
    fragment = "tx-galveston-county-sheriffs-office-galveston-county-task-force-2025-09-22"
    assert url == f"{FOLDER}participatingAgencies01052026am.xlsx#{fragment}"
    assert title == "Galveston County Sheriff's Office, TX: 287(g) Task Force Model"


def test_the_same_file_twice_changes_nothing(archive):
    issue = roster(GALVESTON, WHARTON)
    keep(archive, issue)
    before = archive.counts()
    assert keep(archive, issue).outcome == "known"
    assert keep(archive, replace(issue, url=f"{FOLDER}again.xlsx")).outcome == "known"
    assert archive.counts() | {"visits": 0} == before | {"visits": 0}
    assert is_known(archive, issue.sha256)


def test_a_later_list_tells_what_was_signed_and_what_is_gone(archive):
    keep(archive, roster(GALVESTON, CONSTABLES[0]))
    later = roster(GALVESTON, WHARTON, dated="2026-01-31")
    outcome = keep(archive, later)
    assert (outcome.outcome, outcome.counts["signed"], outcome.counts["gone"], outcome.counts["kept"]) == (
        "compared",
        1,
        1,
        1,
    )
    assert reports(archive, "type", "status", "date", "date_precision", "confidence")[2:] == [
        ("agreement_signed", "occurred", "2026-01-20", "day", 0.98),
        ("agreement_terminated", "unconfirmed", "2026-01-31", "month", 0.5),
    ]
    assert "no longer has Galveston County Constable Precinct 1" in reports(archive, "text")[3]


def test_a_row_that_is_gone_leaves_its_agreement_in_force_until_somebody_tells(archive):
    keep(archive, roster(GALVESTON, WHARTON))
    keep(archive, roster(WHARTON, dated="2026-01-31"))
    link(archive)
    told = {(e[0], e[1]): e for e in events(archive)}
    assert ("agreement_terminated", "unconfirmed") in told
    end = make_report(type="agreement_terminated", date="2026-01-20", place_id="fips:48167",
                      agreement_type="287g_task_force", agreement_name="287(g)", counterparty="ICE")  # fmt: skip
    add_story(archive, end, article=make_article(published="2026-01-21"))
    link(archive)
    ended = [e for e in events(archive) if e[0] == "agreement_terminated"]
    assert ended == [
        ("agreement_terminated", "occurred", "2026-01-20", "day", "287(g), Galveston County Sheriff's Office")
    ]


def test_news_of_a_signing_and_its_row_are_one_event(archive):
    keep(archive, roster(GALVESTON, *CONSTABLES))
    news = make_report(type="agreement_signed", date="2025-09-23", place_id="fips:48167", agreement_type="287g",
                       agreement_name="287(g)", counterparty="ICE")  # fmt: skip
    add_story(archive, news, article=make_article(published="2025-09-24"))
    counts = link(archive)
    assert (counts["reports"], counts["events"]) == (4, 3)
    assert {e[4] for e in events(archive)} == {
        f"287(g), Galveston County {name}"
        for name in ("Sheriff's Office", "Constable Precinct 1", "Constable Precinct 4")
    }


def test_agencies_of_one_place_have_each_their_agreement(archive):
    keep(archive, roster(*STATE, GALVESTON, *CONSTABLES))
    counts = link(archive)
    assert (counts["events"], counts["agreements"]) == (6, 6)


def test_records_are_no_wire_story_and_wait_for_no_reader(archive):
    keep(archive, roster(*STATE, GALVESTON, *CONSTABLES))
    assert link(archive)["articles_compared"] == 0
    assert set(reports(archive, "wire_group")) == {None}
    assert list(archive.unread("some-pipeline-9")) == []
    add_story(archive, make_report())
    assert len(list(archive.unread("some-pipeline-9"))) == 1


def test_a_renamed_agency_keeps_its_record_event_and_name(archive):
    old = row("Dogulas County Sheriff's Office", "MISSOURI", "Douglas County")
    keep(archive, roster(old, GALVESTON))
    link(archive)
    before = events(archive), archive.db.execute("SELECT id FROM events ORDER BY id").fetchall()
    outcome = keep(
        archive, roster(GALVESTON, replace(old, agency="Douglas County Sheriff's Office"), dated="2026-01-31")
    )
    link(archive)
    assert (outcome.counts["renamed"], outcome.counts["signed"], outcome.counts["gone"]) == (1, 0, 0)
    assert (events(archive), archive.db.execute("SELECT id FROM events ORDER BY id").fetchall()) == before
    keep(archive, roster(GALVESTON, dated="2026-02-02"))
    link(archive)
    agreements = "SELECT count(DISTINCT agreement_id) FROM events WHERE place_id = 'fips:29067'"
    assert archive.db.execute(agreements).fetchone()[0] == 1  # its end is that of the agreement first recorded


def test_a_corrected_date_and_county_correct_the_record(archive):
    lost = row("Northwest Regional Police Department", "PENNSYLVANIA")
    outcome = keep(archive, roster(lost, GALVESTON))
    assert [r.agency for r in outcome.unplaced] == ["Northwest Regional Police Department"]
    assert reports(archive, "place_id")[0] is None
    found = replace(lost, county="Lancaster County", signed="2025-09-23")
    keep(archive, roster(found, GALVESTON, dated="2026-01-31"))
    assert sorted(reports(archive, "place_id", "date")) == [("fips:42071", "2025-09-23"), ("fips:48167", "2025-09-22")]
    assert archive.counts()["articles"] == 2


def test_pending_agencies_are_proposals_and_found_again_when_they_sign(archive):
    keep(archive, roster(GALVESTON))
    keep(archive, roster(replace(WHARTON, signed=None), dated="2026-01-10", status="pending"))
    assert reports(archive, "type", "status", "date_precision")[1] == ("agreement_proposed", "proposed", "unknown")
    outcome = keep(archive, roster(GALVESTON, WHARTON, dated="2026-01-31"))
    assert outcome.counts["from_pending"] == 1
    keep(archive, roster(CONSTABLES[0], dated="2026-02-01", status="pending"))  # granted: no end of anything
    link(archive)
    assert "agreement_terminated" not in {e[0] for e in events(archive)}


def test_a_cut_list_concludes_nothing_until_it_is_accepted(archive):
    many = [row(f"Galveston County Constable Precinct {n}", county="Galveston County") for n in range(1, 31)]
    keep(archive, roster(*many))
    cut = roster(*many[:10], dated="2026-01-31")
    outcome = keep(archive, cut)
    assert outcome.outcome == "doubtful"
    assert "20 of 30 rows are gone at once" in outcome.problem
    assert archive.counts()["reports"] == 30
    whole = keep(archive, roster(*many, dated="2026-02-01"))
    assert (whole.counts["kept"], whole.counts["gone"]) == (30, 0)
    again = roster(*many[:10], dated="2026-02-02")
    assert keep(archive, again).outcome == "doubtful"
    assert keep(archive, again, accept=True).counts["gone"] == 20


def test_an_older_list_is_kept_and_concludes_nothing(archive):
    keep(archive, roster(GALVESTON, WHARTON, dated="2026-01-31"))
    assert keep(archive, roster(GALVESTON)).outcome == "older"
    assert archive.counts()["reports"] == 2
    assert newest_issue(archive, "participating")[0]["dated"] == "2026-01-31"


def test_the_afternoon_edition_follows_the_morning_one(archive):
    keep(archive, roster(GALVESTON, edition="am"))
    assert keep(archive, roster(GALVESTON, WHARTON, edition="pm")).outcome == "compared"


def test_an_issue_is_stored_whole_or_not_at_all(archive, monkeypatch):
    keep(archive, roster(GALVESTON))
    before = {table: list(archive.db[table].rows) for table in ("articles", "reports", "roster_rows", "visits")}
    stored = []

    def fail(*args):
        stored.append(args)
        if len(stored) == 2:
            raise RuntimeError("power gone")
        return Archive.store_extraction(archive, *args)

    monkeypatch.setattr(archive, "store_extraction", fail)
    with pytest.raises(RuntimeError):
        keep(archive, roster(GALVESTON, WHARTON, *CONSTABLES, dated="2026-01-31"))
    assert {table: list(archive.db[table].rows) for table in before} == before


def test_the_list_is_a_source_of_its_own_kind(archive, tmp_path):
    keep(archive, roster(GALVESTON, *STATE))
    link(archive)
    publish(archive, tmp_path / "tracker.db", event_types=[("agreement_signed", "Signed", "agreement", "x")],
            agreement_types=[("287g_task_force", "Task force", "x")], gazetteer=load_gazetteer(), sample=False,
            pipeline="test-1")  # fmt: skip
    with Archive(tmp_path / "other.db") as other:
        db = other.db
        db.attach("public", tmp_path / "tracker.db")
        assert db.execute("SELECT id, kind, articles_count FROM public.sources").fetchall() == [
            ("ice-287g", "records", 4)
        ]
        assert db.execute("SELECT DISTINCT source_id FROM public.reports").fetchall() == [("ice-287g",)]
        titles = [r[0] for r in db.execute("SELECT title FROM public.events ORDER BY title")]
    assert (
        "Galveston County, TX, signs a 287(g) task-force agreement with ICE (Galveston County Sheriff's Office)"
        in titles
    )
