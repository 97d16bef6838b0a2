"""A rich invented tracker.db for the tests of the site: real places, invented people, events, outlets and words."""

from __future__ import annotations

import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlite_utils

from data.public_schema import create_public_tables, index_public_tables

BUILT = "2025-11-20T05:00:00Z"
TODAY = date(2025, 11, 20)
SCRIPT = "<script>alert('x')</script>"
HOSTILE_EVENT = "ev-hostile"
LEAD_EVENT = "ev-lead"
STATES = {
    "AK": ("Alaska", 64.2, -149.5),
    "AZ": ("Arizona", 34.0, -111.1),
    "CA": ("California", 36.8, -119.4),
    "CO": ("Colorado", 39.0, -105.5),
    "FL": ("Florida", 27.8, -81.7),
    "GA": ("Georgia", 32.2, -82.9),
    "HI": ("Hawaii", 19.9, -155.6),
    "IL": ("Illinois", 40.6, -89.4),
    "LA": ("Louisiana", 31.2, -92.1),
    "MA": ("Massachusetts", 42.4, -71.4),
    "MD": ("Maryland", 39.0, -76.6),
    "MN": ("Minnesota", 46.7, -94.7),
    "NC": ("North Carolina", 35.8, -79.0),
    "NJ": ("New Jersey", 40.1, -74.4),
    "NY": ("New York", 43.0, -75.0),
    "OR": ("Oregon", 43.8, -120.6),
    "PA": ("Pennsylvania", 41.2, -77.2),
    "PR": ("Puerto Rico", 18.2, -66.6),
    "TX": ("Texas", 31.0, -99.9),
    "VA": ("Virginia", 37.4, -78.7),
    "WA": ("Washington", 47.8, -120.7),
    "WI": ("Wisconsin", 43.8, -88.8),
}
PLACES = [  # id, name, kind, state, county, population, latitude, longitude, weight
    ("fips:06013", "Contra Costa County", "county", "CA", "06013", 1165927, 37.919, -121.928, 9),
    ("geonames:5387428", "Richmond", "city", "CA", "06013", 116448, 37.936, -122.348, 6),
    ("geonames:5339111", "Concord", "city", "CA", "06013", 125410, 37.978, -122.031, 2),
    ("geonames:5378538", "Oakland", "city", "CA", "06001", 440646, 37.804, -122.271, 5),
    ("geonames:5391959", "San Francisco", "city", "CA", "06075", 873965, 37.775, -122.419, 6),
    ("fips:06037", "Los Angeles County", "county", "CA", "06037", 10014009, 34.320, -118.225, 5),
    ("geonames:5368361", "Los Angeles", "city", "CA", "06037", 3898747, 34.052, -118.244, 8),
    ("geonames:4560349", "Philadelphia", "city", "PA", "42101", 1603797, 39.952, -75.164, 9),
    ("fips:42011", "Berks County", "county", "PA", "42011", 428849, 40.416, -75.926, 3),
    ("fips:34003", "Bergen County", "county", "NJ", "34003", 955732, 40.959, -74.074, 5),
    ("fips:34017", "Hudson County", "county", "NJ", "34017", 724854, 40.737, -74.075, 5),
    ("geonames:5099836", "Jersey City", "city", "NJ", "34017", 292449, 40.728, -74.078, 3),
    ("geonames:5128581", "New York City", "city", "NY", "36061", 8804190, 40.714, -74.006, 9),
    ("geonames:4887398", "Chicago", "city", "IL", "17031", 2746388, 41.850, -87.650, 9),
    ("fips:17031", "Cook", "county", "IL", "17031", 5275541, 41.840, -87.817, 4),
    ("geonames:4250542", "Springfield", "city", "IL", "17167", 114394, 39.801, -89.644, 1),
    ("geonames:4951788", "Springfield", "city", "MA", "25013", 155929, 42.101, -72.590, 2),
    ("geonames:4930956", "Boston", "city", "MA", "25025", 675647, 42.358, -71.060, 6),
    ("fips:25005", "Bristol County", "county", "MA", "25005", 579200, 41.797, -71.115, 3),
    ("fips:48201", "Harris County", "county", "TX", "48201", 4731145, 29.858, -95.393, 6),
    ("geonames:4699066", "Houston", "city", "TX", "48201", 2304580, 29.763, -95.363, 4),
    ("geonames:4671654", "Austin", "city", "TX", "48453", 961855, 30.267, -97.743, 4),
    ("fips:48439", "Tarrant County", "county", "TX", "48439", 2110640, 32.772, -97.291, 3),
    ("fips:12086", "Miami-Dade County", "county", "FL", "12086", 2701767, 25.611, -80.497, 5),
    ("geonames:4164138", "Miami", "city", "FL", "12086", 442241, 25.774, -80.194, 3),
    ("fips:12105", "Polk County", "county", "FL", "12105", 725046, 27.950, -81.698, 3),
    ("fips:04013", "Maricopa County", "county", "AZ", "04013", 4420568, 33.349, -112.491, 6),
    ("geonames:5308655", "Phoenix", "city", "AZ", "04013", 1608139, 33.448, -112.074, 3),
    ("geonames:5419384", "Denver", "city", "CO", "08031", 715522, 39.739, -104.985, 6),
    ("geonames:5809844", "Seattle", "city", "WA", "53033", 737015, 47.606, -122.332, 5),
    ("fips:53033", "King County", "county", "WA", "53033", 2269675, 47.491, -121.834, 4),
    ("geonames:5746545", "Portland", "city", "OR", "41051", 652503, 45.523, -122.676, 5),
    ("geonames:5037649", "Minneapolis", "city", "MN", "27053", 429954, 44.980, -93.264, 5),
    ("geonames:4180439", "Atlanta", "city", "GA", "13121", 498715, 33.749, -84.388, 3),
    ("fips:13067", "Cobb County", "county", "GA", "13067", 766149, 33.941, -84.576, 3),
    ("fips:37119", "Mecklenburg County", "county", "NC", "37119", 1115482, 35.247, -80.833, 5),
    ("fips:51059", "Fairfax County", "county", "VA", "51059", 1150309, 38.834, -77.276, 4),
    ("fips:24033", "Prince George's County", "county", "MD", "24033", 967201, 38.830, -76.847, 2),
    ("fips:22071", "Orleans", "county", "LA", "22071", 383997, 30.068, -89.928, 2),
    ("geonames:4335045", "New Orleans", "city", "LA", "22071", 383997, 29.955, -90.075, 4),
    ("fips:55079", "Milwaukee County", "county", "WI", "55079", 939489, 43.017, -87.482, 4),
    ("geonames:5856195", "Honolulu", "city", "HI", "15003", 350964, 21.307, -157.858, 2),
    ("geonames:5879400", "Anchorage", "city", "AK", "02020", 291247, 61.218, -149.900, 2),
    ("geonames:4568127", "San Juan", "city", "PR", "72127", 342259, 18.466, -66.106, 2),
]
TYPES = [  # name, label, family, definition
    ("agreement_proposed", "Agreement proposed", "agreement", "An agreement is put forward, applied for or weighed."),
    ("agreement_signed", "Agreement signed", "agreement", "An agreement is signed, approved or enters into force."),
    ("agreement_renewed", "Agreement renewed", "agreement", "An existing agreement is renewed, extended or expanded."),
    ("agreement_suspended", "Agreement suspended", "agreement", "An existing agreement is paused."),
    ("agreement_terminated", "Agreement ended", "agreement", "A party ends or cancels it, or decides not to renew it."),
    ("agreement_rejected", "Agreement rejected", "agreement", "A body or official turns a proposed agreement down."),
    ("policy_proposed", "Policy proposed", "policy", "A rule on cooperation is put forward."),
    ("policy_adopted", "Policy adopted", "policy", "A rule on cooperation is passed, signed or issued."),
    ("policy_repealed", "Policy repealed", "policy", "An existing rule is repealed, rescinded or weakened."),
    ("protest", "Protest", "action", "People assemble over immigration enforcement or cooperation with it."),
    ("public_meeting", "Public meeting", "action", "A hearing, forum, town hall or council debate."),
    ("lawsuit_filed", "Lawsuit filed", "court", "A suit, complaint or appeal on cooperation is filed."),
    ("court_ruling", "Court ruling", "court", "A court orders, enjoins, dismisses or decides."),
    ("federal_response", "Federal response", "federal", "ICE, DHS, DOJ or the White House answers a local act."),
    ("enforcement_operation", "Enforcement operation", "federal", "A federal operation with a local part in it."),
    ("data_access_revoked", "Data access revoked", "data", "ICE loses access to a local database or network."),
    ("official_statement", "Official statement", "people", "An official takes a position on cooperation."),
    ("investigation", "Investigation", "people", "An audit, inspection or report is opened or published."),
]
AGREEMENTS = [
    ("287g_jail_enforcement", "287(g), jail enforcement", "Deputies question and process people in the jail for ICE."),
    ("287g_task_force", "287(g), task force", "Officers enforce immigration law on the street under ICE."),
    ("detention", "Detention contract", "Jail beds rented to ICE."),
    ("data_sharing", "Data sharing", "ICE reads a local database."),
    ("detainer", "Detainer policy", "People are held for ICE after they would go free."),
]
OUTLETS = ["The Harbor Ledger", "Valley Courier", "Channel 6 Newsroom", "The Prairie Standard", "El Faro del Sur"]
PEOPLE = ["Ada Whitlock", "Marcus Oyelaran", "Teresa Quintanilla", "Henrik Dahlgren", "Joy Abernathy", "Lou Castellano"]
ROLES = ["mayor", "sheriff", "council member", "county executive", "police chief", "attorney general"]
SENTENCES = {
    "agreement_signed": "Sheriff {p} signed the agreement with ICE on {d}; deputies of {w} will be trained this fall.",
    "agreement_terminated": "The board voted {v} to end the contract under which {w} has held detainees for ICE.",
    "protest": "Some {n} people marched through {w} on {d} to demand that the jail stop renting beds to ICE.",
    "policy_adopted": "The council of {w} voted {v} to bar its police from asking about immigration status.",
    "lawsuit_filed": "The suit, filed on {d}, says that {w} held three men for ICE without a judge's warrant.",
    "federal_response": "A spokesperson for ICE called the decision of {w} a gift to dangerous criminals.",
}
DEFAULT = "Officials of {w} spoke on {d} about how far they would work with federal immigration agents."


def build_site_database(path: Path, *, sample: bool = True, events: int = 200, seed: int = 7) -> Path:
    """Write an invented tracker.db to `path` and return it."""
    db = sqlite_utils.Database(sqlite3.connect(path))
    db.execute("pragma synchronous = off")
    create_public_tables(db)
    rows = invented_rows(events, random.Random(seed))
    rows["meta"] = [
        {"key": "sample", "value": "1" if sample else "0"},
        {"key": "built", "value": BUILT},
        {"key": "pipeline", "value": "test-1"},
    ]
    with db.conn:
        for table, records in rows.items():
            db[table].insert_all(records)
    index_public_tables(db)
    db.conn.close()
    return path


def invented_rows(count: int, chance: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Rows for every public table but `meta`."""
    events, reports, actors, quotes, deals = [], [], [], [], {}
    weights = [place[8] for place in PLACES]
    for number in range(count):
        place = chance.choices(PLACES, weights)[0]
        event = invented_event(number, place, chance)
        events.append(event)
        deal = joined_agreement(event, deals, chance)
        event["agreement_id"] = deal
        reports += invented_reports(event, len(reports), chance)
        if number % 3 == 0:
            actors.append(actor(event, len(actors), number))
            quotes.append(quote(event, len(quotes), number))
    add_lead(events, reports, actors, quotes, deals)
    add_hostile(events, reports, actors, quotes)
    counted = [e["place_id"] for e in events]
    return {
        "places": [place_row(p, counted.count(p[0])) for p in PLACES] + [state_row(s) for s in STATES],
        "event_types": [dict(zip(("name", "label", "family", "definition"), t, strict=True)) for t in TYPES],
        "agreement_types": [dict(zip(("name", "label", "definition"), a, strict=True)) for a in AGREEMENTS],
        "sources": [source_row(i) for i in range(len(OUTLETS))],
        "agreements": list(deals.values()),
        "events": events,
        "reports": reports,
        "officials": [official_row(i) for i in range(len(PEOPLE) * 3)],
        "event_actors": actors,
        "quotes": quotes,
        "runs": [{"id": 1, "stage": "publish", "started": BUILT, "finished": BUILT, "counts": '{"events": 200}'}],
    }


def place_row(place: tuple, events: int) -> dict[str, Any]:
    """A row of `places`."""
    keys = ("id", "name", "kind", "state", "county_fips", "population", "latitude", "longitude")
    return {**dict(zip(keys, place, strict=False)), "state_name": STATES[place[3]][0], "events_count": events}


def state_row(code: str) -> dict[str, Any]:
    """A state's row of `places`."""
    name, latitude, longitude = STATES[code]
    told = {"id": f"state:{code}", "name": name, "kind": "state", "state": code, "state_name": name}
    return {**told, "population": 0, "latitude": latitude, "longitude": longitude, "events_count": 0}


def source_row(number: int) -> dict[str, Any]:
    """A row of `sources`."""
    name = OUTLETS[number]
    told = {"id": f"outlet-{number}", "name": name, "domain": host(name), "state": "CA", "kind": "daily"}
    return {**told, "language": "en", "paywall": "none", "articles_count": 10, "last_article": "2025-11-18"}


def host(outlet: str) -> str:
    """The invented host name of an outlet."""
    return outlet.lower().replace(" ", "-") + ".example"


def official_row(number: int) -> dict[str, Any]:
    """A row of `officials`; their places go round."""
    place = PLACES[number % len(PLACES)]
    name = f"{PEOPLE[number % 6]}" if number < 6 else f"{PEOPLE[number % 6]} {'Jr.' if number < 12 else 'III'}"
    told = {"id": f"of-{number}", "name": name, "role": ROLES[number % 6], "body": place[1], "place_id": place[0]}
    return {**told, "articles_count": 20 - number}


def invented_event(number: int, place: tuple, chance: random.Random) -> dict[str, Any]:
    """A row of `events` with a kind, a date and a sentence that fit each other."""
    kind = chance.choice(TYPES)
    day = TODAY - timedelta(days=int(abs(chance.gauss(0, 500))))
    status = chance.choices(["occurred", "announced", "proposed", "denied", "ongoing"], [70, 12, 10, 4, 4])[0]
    if status == "announced" and number % 2:
        day = TODAY + timedelta(days=chance.randint(5, 90))
    precision = chance.choices(["day", "week", "month", "year", "unknown"], [80, 6, 8, 3, 3])[0]
    votes = chance.choice([(5, 2), (7, 0), (4, 3)])
    said = SENTENCES.get(kind[0], DEFAULT).format(
        p=chance.choice(PEOPLE),
        d=f"{day:%B} {day.day}",
        w=place[1],
        v=f"{votes[0]}-{votes[1]}",
        n=chance.randint(40, 900),
    )
    event = {
        "id": f"ev-{number:04d}",
        "title": f"{place[1]}: {kind[1][0].lower()}{kind[1][1:]}",
        "type": kind[0],
        "status": status,
        "date": day.isoformat(),
        "date_precision": precision,
        "place_id": place[0],
        "state": place[3],
        "agreement_type": chance.choice(AGREEMENTS)[0] if kind[2] == "agreement" else None,
        "agreement_name": None,
        "counterparty": "ICE" if kind[2] == "agreement" else None,
        "direction": chance.choice(["limits_cooperation", "expands_cooperation"]) if kind[2] == "policy" else None,
        "stance": chance.choice(["against_cooperation", "for_cooperation"]) if kind[0] == "protest" else None,
        "form": "march" if kind[0] == "protest" else None,
        "votes_for": votes[0] if "voted" in said else None,
        "votes_against": votes[1] if "voted" in said else None,
        "crowd_low": 200 if kind[0] == "protest" else None,
        "crowd_high": 999 if kind[0] == "protest" else None,
        "summary": said,
        "confidence": round(chance.uniform(0.45, 0.99), 3),
        "reports_count": 1,
        "outlets_count": 1,
        "first_seen": min(day, TODAY).isoformat(),
        "last_seen": min(day + timedelta(days=2), TODAY).isoformat(),
        "review": "confirmed" if number % 9 == 0 else "corrected" if number % 31 == 0 else "unreviewed",
        "latitude": place[6],
        "longitude": place[7],
    }
    return event


def joined_agreement(event: dict[str, Any], deals: dict[str, dict], chance: random.Random) -> str | None:
    """The agreement an event acts on, made where there is none yet, its state set by the newest event."""
    if not event["agreement_type"]:
        return None
    key = f"ag-{event['place_id']}-{event['agreement_type']}"
    state = {"agreement_signed": "active", "agreement_renewed": "active", "agreement_proposed": "proposed"}
    state |= {"agreement_suspended": "suspended", "agreement_terminated": "ended", "agreement_rejected": "rejected"}
    deal = deals.setdefault(
        key, {"id": key, "place_id": event["place_id"], "agreement_type": event["agreement_type"], "events_count": 0}
    )
    deal["events_count"] += 1
    if event["date"] >= deal.get("since", ""):
        deal |= {"state": state[event["type"]], "since": event["date"], "event_id": event["id"]}
        deal |= {"name": chance.choice([None, "287(g)"]), "counterparty": "ICE"}
    return key


def invented_reports(event: dict[str, Any], start: int, chance: random.Random) -> list[dict[str, Any]]:
    """One to four reports of an event."""
    rows = []
    for number, outlet in enumerate(chance.sample(OUTLETS, chance.choice([1, 1, 2, 3, 4]))):
        said = event["summary"] if number == 0 else f"As {outlet} put it: {event['summary']}"
        rows.append(report(start + number + 1, event, outlet, said, wire=None))
    event["reports_count"] = event["outlets_count"] = len(rows)
    return rows


def report(number: int, event: dict[str, Any], outlet: str, said: str, wire: int | None) -> dict[str, Any]:
    """A row of `reports`."""
    return {
        "id": number,
        "event_id": event["id"],
        "url": f"https://{host(outlet)}/news/{number}",
        "headline": event["title"],
        "outlet": outlet,
        "source_id": f"outlet-{OUTLETS.index(outlet)}",
        "published": event["last_seen"],
        "status": event["status"],
        "date": event["date"],
        "date_precision": event["date_precision"],
        "evidence": said,
        "evidence_where": "text",
        "evidence_start": 0,
        "evidence_end": len(said),
        "confidence": event["confidence"],
        "wire_group": wire,
    }


def actor(event: dict[str, Any], number: int, person: int, part: str = "decided") -> dict[str, Any]:
    """A row of `event_actors`."""
    of = person % (len(PEOPLE) * 3)
    return {
        "id": number + 1,
        "event_id": event["id"],
        "official_id": f"of-{of}",
        "name": PEOPLE[of % 6],
        "part": part,
        "date": event["date"],
    }


def quote(event: dict[str, Any], number: int, person: int, text: str = "") -> dict[str, Any]:
    """A row of `quotes`."""
    of = person % (len(PEOPLE) * 3)
    return {
        "id": number + 1,
        "event_id": event["id"],
        "speaker": PEOPLE[of % 6],
        "role": ROLES[of % 6],
        "official_id": f"of-{of}",
        "text": text or f"We owe the people of this place an answer, and number {number} is the one we have.",
        "direct": number % 4 != 0,
        "cue": "said",
        "url": f"https://{host(OUTLETS[0])}/news/{number}",
        "outlet": OUTLETS[0],
        "published": event["last_seen"],
    }


def add_lead(events: list, reports: list, actors: list, quotes: list, deals: dict) -> None:
    """A story with everything: an agreement, a wire group of three outlets, votes, actors in every part, quotes."""
    place = next(p for p in PLACES if p[0] == "fips:06013")
    event = invented_event(9000, place, random.Random(1)) | {
        "id": LEAD_EVENT,
        "title": "Contra Costa County supervisors end the jail contract with ICE",
        "type": "agreement_terminated",
        "status": "occurred",
        "date": "2025-11-18",
        "date_precision": "day",
        "agreement_id": "ag-lead",
        "agreement_type": "detention",
        "agreement_name": "West County bed contract",
        "counterparty": "ICE",
        "votes_for": 4,
        "votes_against": 1,
        "summary": "Supervisors voted 4-1 on Tuesday to end the contract under which it rents jail beds to ICE.",
        "confidence": 0.964,
        "reports_count": 4,
        "outlets_count": 2,
        "first_seen": "2025-11-18",
        "last_seen": "2025-11-19",
        "direction": None,
        "stance": None,
        "form": None,
        "crowd_low": None,
        "crowd_high": None,
    }
    events.append(event)
    deals["ag-lead"] = {
        "id": "ag-lead",
        "place_id": place[0],
        "agreement_type": "detention",
        "name": "West County bed contract",
        "counterparty": "ICE",
        "state": "ended",
        "since": "2025-11-18",
        "event_id": LEAD_EVENT,
        "events_count": 1,
    }
    start = len(reports)
    reports.append(report(start + 1, event, OUTLETS[0], event["summary"], wire=None))
    wire = "The county board on Tuesday cancelled its detention agreement with federal immigration authorities."
    reports.extend(report(start + 2 + i, event, OUTLETS[1 + i], wire, wire=77) for i in range(3))
    for person, part in enumerate(("decided", "voted_for", "voted_against", "sponsored", "announced")):
        actors.append(actor(event, len(actors), person, part))
    quotes.append(quote(event, len(quotes), 1, "Our jail is not for rent, and the people who live here told us so."))


def add_hostile(events: list, reports: list, actors: list, quotes: list) -> None:
    """An event whose every text tries to be markup and whose link tries to be a script."""
    place = next(p for p in PLACES if p[0] == "geonames:4560349")
    event = invented_event(9001, place, random.Random(2)) | {
        "id": HOSTILE_EVENT,
        "title": f"{SCRIPT} & \"quoted\" 'title' \x0b end",
        "status": "occurred",
        "date": "2025-11-17",
        "date_precision": "day",
        "summary": f"</blockquote>{SCRIPT}<img src=x onerror=alert(1)> {'long' * 60}",
        "agreement_name": '"><svg onload=alert(1)>',
    }
    events.append(event)
    start = len(reports)
    rows = [report(start + i, event, OUTLETS[0], event["summary"], wire=None) for i in (1, 2, 3)]
    rows[0]["url"] = "javascript:alert(document.domain)"
    rows[1]["url"] = 'https://harbor.example.evil" onmouseover="alert(1)/x'
    rows[2]["url"] = "data:text/html,<script>alert(1)</script>"
    rows[0]["headline"] = f"</title>{SCRIPT}"
    rows[0]["outlet"] = f"<b>Outlet</b>{SCRIPT}"
    reports.extend(rows)
    actors.append(actor(event, len(actors), 0) | {"name": SCRIPT, "official_id": None, "part": "<i>odd</i>"})
    quotes.append(
        quote(event, len(quotes), 0, f"{SCRIPT}{{{{ 7 * 7 }}}}") | {"speaker": f"A {SCRIPT}", "url": "javascript:1"}
    )
