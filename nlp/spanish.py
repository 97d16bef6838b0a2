"""Events, officials and quotes of Spanish stories, by an ordered table of patterns over sentences (`spanish.toml`).

No parse is to be had, so the rules ask for little: a sentence of the subject, the first pattern of the table that it
fits, the government its words name. Confidence is lower than for English accordingly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from data.records import Evidence, Place, Quote, Report
from nlp.dates import DateMention, news_date
from nlp.document import locate
from nlp.languages import spanish_words
from nlp.officials import Person
from nlp.place_government import place_near
from nlp.quote_marks import quotations
from nlp.votes import read_votes

NAME = r"[A-ZÁÉÍÓÚÑ][\wáéíóúñ'’-]+(?: (?:de |la |del )?[A-ZÁÉÍÓÚÑ][\wáéíóúñ'’-]+){1,3}"
OF_WHERE = r"(?: (?:de|del) (?:[\w.]+ ){0,3}?[\w.]+,?)?"  # "del condado de Orange,"
REACH = 90  # characters after a quotation in which its attribution is looked for
TITLE_BONUS, PLACE_MALUS = 0.05, 0.2
POLICIES, PROTESTS = "policy_", ("protest", "official_statement")
FILLED = ("agreement_type", "counterparty", "direction", "votes_for", "votes_against", "crowd_low", "crowd_high")
_FIGURE = re.compile(r"\b(\d{1,3}(?:[.,]\d{3})+|\d{1,5}) (?:personas|manifestantes|residentes|estudiantes|vecinos)\b")


@dataclass(frozen=True, slots=True)
class Patterns:
    """`spanish.toml`, compiled."""

    topic: re.Pattern[str]
    events: tuple[tuple[str, re.Pattern[str], float], ...]
    tables: dict[str, dict[str, re.Pattern[str]]]
    officials: re.Pattern[str]
    cue: re.Pattern[str]


@lru_cache(maxsize=1)
def patterns() -> Patterns:
    """The vocabulary, compiled once."""
    words = spanish_words()
    roles = "|".join(sorted(map(re.escape, words["roles"]), key=len, reverse=True))
    tables = ("status", "directions", "stances", "forms", "agreements")
    return Patterns(
        topic=re.compile(words["topic"]),
        events=tuple(
            (p["type"], re.compile(rf"\b(?:{p['match']})", re.IGNORECASE), p["strength"]) for p in words["patterns"]
        ),
        tables={t: {k: re.compile(v, re.IGNORECASE) for k, v in words[t].items()} for t in tables},
        officials=re.compile(rf"(?i:\b(?P<former>ex ?)?(?P<role>{roles}))\b{OF_WHERE},? (?P<name>{NAME})"),
        cue=re.compile(rf"\b(?P<cue>{'|'.join(words['cues']['said'])})\b"),
    )


class Spanish:
    """spaCy component: sets `doc._.people`, `doc._.reports` and `doc._.quotes` of a Spanish story."""

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        doc._.people = find_officials(doc, text)
        doc._.reports = find_events(doc)
        doc._.quotes = find_quotes(doc, text)
        return doc


def find_officials(doc: Doc, text: str) -> list[Person]:
    """Holders of office named with it ("la alcaldesa Ana Ruiz"), with later mentions by surname."""
    found: dict[str, Person] = {}
    for match in patterns().officials.finditer(text):
        name = match["name"]
        person = found.get(name) or Person(name, "official", _role(match), place=place_near(doc, match.start()))
        found[name] = person
    for person in found.values():
        surname = person.name.split()[-1]
        mentions = re.finditer(rf"\b(?:{re.escape(person.name)}|{re.escape(surname)})\b", text)
        person.named = person.spans = [m.span() for m in mentions]
    return sorted(found.values(), key=lambda p: p.spans[0])


def _role(match: re.Match[str]) -> str:
    role = spanish_words()["roles"][match["role"].lower()]
    return f"former {role}" if match["former"] else role


def find_events(doc: Doc) -> list[Report]:
    """One report for each type and place, with the sentence that tells it best."""
    best: dict[tuple[str, str | None, str | None], Report] = {}
    about = False  # whether the sentence before spoke of the subject
    for sentence in doc.sents:
        of_subject = bool(patterns().topic.search(sentence.text))
        report = _report(doc, sentence) if of_subject or about else None
        about = of_subject
        if report is None:
            continue
        key = (report.type, report.place_id, report.form)
        best[key] = _joined(best[key], report) if key in best else report
    return list(best.values())


def _joined(one: Report, other: Report) -> Report:
    """Two accounts of one event: the surer one, with what only the other tells."""
    best, rest = (one, other) if one.confidence >= other.confidence else (other, one)
    empty = {name: getattr(rest, name) for name in FILLED if getattr(best, name) in (None, "other")}
    if best.evidence.where == "title":  # a headline tells no day and hardly a status
        empty |= {"date": rest.date, "date_precision": rest.date_precision, "status": rest.status}
    return replace(best, **empty)


def _report(doc: Doc, sentence: Span) -> Report | None:
    text = sentence.text
    told = next(((t, m, s) for t, p, s in patterns().events if (m := p.search(text))), None)
    if told is None:
        return None
    kind, match, strength = told
    lead = len(text) - len(text.lstrip())
    start, end = sentence.start_char + lead, sentence.start_char + len(text.rstrip())
    where, low, high = locate(doc, start, end)
    place = place_near(doc, start + max(0, match.start() - lead), street=kind == "protest")
    status = _first("status", text) or "occurred"
    day, precision = _date(doc, sentence, status)
    votes = read_votes(text) or (None, None)
    return Report(
        type=kind,
        status=status,
        date=day,
        date_precision=precision,
        place_id=place.id if place else None,
        evidence=Evidence(where, low, high, doc.text[start:end]),
        confidence=_confidence(strength, where, place),
        **_fields(kind, text, votes),
    )


def _fields(kind: str, text: str, votes: tuple[int | None, int | None]) -> dict[str, Any]:
    """What only some types carry."""
    told: dict[str, Any] = {"votes_for": votes[0], "votes_against": votes[1]}
    if kind.startswith("agreement_"):
        told |= {"agreement_type": _first("agreements", text) or "other"}
        told |= {"counterparty": "ICE" if "ICE" in text else None}
    if kind.startswith(POLICIES):
        told["direction"] = _first("directions", text)
    if kind in PROTESTS:
        told["stance"] = _first("stances", text) or "against_cooperation"
    if kind == "protest":
        told["form"] = _first("forms", text)
        told["crowd_low"], told["crowd_high"] = _crowd(text)
    return told


def _first(table: str, text: str) -> str | None:
    return next((name for name, pattern in patterns().tables[table].items() if pattern.search(text)), None)


def _crowd(text: str) -> tuple[int | None, int | None]:
    """People present: a figure before a word for people, else a word of number."""
    figure = _FIGURE.search(text)
    if figure:
        people = int(re.sub(r"[.,]", "", figure[1]))
        return people, people
    lowered = text.lower()
    crowds = spanish_words()["crowds"]
    return next((tuple(crowds[words]) for words in crowds if f"{words} de " in lowered), (None, None))


def _date(doc: Doc, sentence: Span, status: str) -> tuple[str | None, str]:
    own: list[DateMention] = [m for m in doc._.dates if sentence.start_char <= m.start < sentence.end_char]
    if own:
        return own[0].date, own[0].precision
    return (None, "unknown") if status == "background" else news_date(doc, sentence.start_char)


def _confidence(strength: float, where: str, place: Place | None) -> float:
    told = 0.85 * strength + TITLE_BONUS * (where == "title") - PLACE_MALUS * (place is None)
    return round(max(0.05, min(0.95, told)), 2)


def find_quotes(doc: Doc, text: str) -> list[Quote]:
    """Words between quotation marks whose speaker, an official of the story, is named just after or just before."""
    found = []
    body = doc._.body
    for quotation in quotations(text, body):
        low, high = quotation.inner()
        if len(text[low:high].split()) < 3:
            continue  # a word in quotation marks is no statement
        after, before = (
            text[quotation.end : quotation.end + REACH],
            text[max(body, quotation.start - REACH) : quotation.start],
        )
        cue = patterns().cue.search(after) or patterns().cue.search(before)
        speaker = _speaker(doc._.people, quotation.start, quotation.end) if cue else None
        if cue and speaker:
            said = text[low:high].strip().rstrip(",")
            found.append(Quote(speaker.name, speaker.role, said, low - body, high - body, cue["cue"], True))
    return found


def _speaker(people: list[Person], start: int, end: int) -> Person | None:
    """The official named nearest to a quotation, within reach."""
    near = [
        (min(abs(low - end), abs(start - high)), index)
        for index, person in enumerate(people)
        for low, high in person.spans
        if end <= low <= end + REACH or start - REACH <= high <= start
    ]
    return people[min(near)[1]] if near else None


@Language.factory("tracker_spanish")
def make_spanish(nlp: Language, name: str) -> Spanish:
    """The component as spaCy's configuration builds it."""
    return Spanish()
