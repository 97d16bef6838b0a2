"""A council's file written as an article: plain sentences that tell what the body did, is asked to do, and when.

The API tells a matter in fields and codes. What is published and read further on is prose, so the fields are retold,
the decision first. Of a measure that is not passed only the reasons are kept: its operative part says "the City hereby
ends the agreement", which has not happened.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crawler.legistar_api import Action, Event, Matter, Sponsor, Version, Vote
from crawler.legistar_words import (
    body_name,
    council,
    first_fit,
    fits,
    is_committee,
    legible,
    measure,
    members,
    person,
    spoken_day,
    subject,
    words,
)
from data.records import Article, Outlet, Source

MAX_TEXT = 60_000  # characters of a matter's own text in an article
_OPERATIVE = re.compile(
    r"^\W*(?:now,?\s*(?:and\s*)?therefore\b|(?:and\s+)?be it\b|(?:further\s+)?resolved\b|section\s+(?:1|one|i)\b|"
    r"part\s+(?:1|i)\b|do(?:es)?\s+ordain|the (?:people|council|board)\b.{0,80}\bordains?\b|it is hereby)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting at which a matter is on the agenda; `hearing` where the agenda calls it one, `past` where it was."""

    event: Event
    hearing: bool = False
    past: bool = False

    @property
    def cancelled(self) -> bool:
        """Whether it will not take place."""
        return fits(words()["statuses"]["cancelled"], f"{self.event.status} {self.event.comment} {self.event.location}")

    @property
    def state(self) -> str:
        """What decides whether an article must be written anew."""
        marks = "h" * self.hearing + "x" * self.cancelled + "p" * self.past
        return re.sub(r"[\s,]+", "", f"{self.event.id}@{self.event.date}T{self.event.time}{marks}")


@dataclass(slots=True)
class Dossier:
    """All that was learnt of one matter."""

    matter: Matter
    meetings: list[Meeting] = field(default_factory=list)
    text: str = ""
    sponsors: list[Sponsor] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    votes: dict[int, list[Vote]] = field(default_factory=dict)  # action id -> roll call

    @property
    def title(self) -> str:
        """The matter's title, or its short name where it has none."""
        return legible(self.matter.title or self.matter.name or self.matter.file)


def page_of(domain: str, matter: int) -> str:
    """The public page of a matter. Its LegislationDetail page has numbers of its own, which the API does not tell;
    the gateway leads there from the API's."""
    return f"https://{domain}/gateway.aspx?id={matter}&m=l"


def latest(versions: list[Version], current: str) -> str | None:
    """The key of the current version's text, else of the newest; None where there is none."""
    found = next((version for version in versions if current and version.value == current), None)
    found = found or max(versions, key=lambda version: (version.value.isdigit(), version.value.zfill(8)), default=None)
    return found.key if found else None


def current_sponsors(sponsors: list[Sponsor]) -> list[str]:
    """The names of the people who sponsor the newest version, in order."""
    people = [sponsor for sponsor in sponsors if sponsor.person and sponsor.name]
    newest = max((sponsor.version.zfill(8) for sponsor in people), default="")
    ordered = sorted((s for s in people if s.version.zfill(8) == newest), key=lambda sponsor: sponsor.sequence)
    return [name for name in dict.fromkeys(person(sponsor.name) for sponsor in ordered) if name]


def act(action: Action) -> str:
    """What an action comes to: approved, rejected, recommended, heard, postponed, referred, vetoed, opened ..."""
    found = first_fit(words()["acts"], action.name, ["other"])[0]
    if found in ("approved", "recommended") and action.passed == 0:
        return "rejected"
    return "recommended" if found == "approved" and is_committee(action.body) else found


def decision(dossier: Dossier) -> Action | None:
    """The last act of the deciding body that settles the matter, or what its status says; None while it is open."""
    acts = [a for a in dossier.actions if not is_committee(a.body) and act(a) in ("approved", "rejected", "vetoed")]
    if acts:
        return acts[-1]
    matter, known = dossier.matter, words()["statuses"]
    day = matter.passed or matter.enacted
    told = "approved" if fits(known["approved"], matter.status) else fits(known["rejected"], matter.status) and "failed"
    if not told or not day or is_committee(matter.body):
        return None
    return Action(0, day, told, matter.body)


def write_article(dossier: Dossier, source: Source) -> Article:
    """The matter as an article of kind `agenda`, with the public page's address."""
    matter, made = dossier.matter, decision(dossier)
    days = [a.date for a in dossier.actions if a.date] + [day for day in (matter.passed, matter.introduced) if day]
    published = max(days, default=matter.modified[:10])
    return Article(
        url=page_of(source.domain, matter.id),
        title=dossier.title[:300],
        text="\n\n".join(filter(None, _paragraphs(dossier, source, made))),
        published=min(published, matter.modified[:10]),
        modified=matter.modified[:10],
        outlet=source.name,
        language="en",
        source=Outlet(source.name, source.city or None, source.state),
        source_id=source.id,
        kind="agenda",
    )


def _paragraphs(dossier: Dossier, source: Source, made: Action | None) -> list[str]:
    names = current_sponsors(dossier.sponsors)
    if _noun(dossier) == "hearing":
        return [*_hearings(dossier, source), _file(dossier.matter)]
    thing = measure(dossier.title, dossier.matter.type)
    lead = _decided(thing, made, dossier.votes, source) if made else _proposed(thing, dossier, names, source)
    behind = (
        f"The sponsor{'s are' if len(names) > 1 else ' is'} {members(names, source, dossier.matter.body)}."
        if names and made
        else ""
    )
    return [
        lead,
        *(_meeting(meeting, dossier, source) for meeting in dossier.meetings),
        *(_step(action, source) for action in dossier.actions if action is not made),
        behind,
        _file(dossier.matter),
        _own_words(dossier, passed=bool(made and act(made) == "approved")),
    ]


def _decided(thing: str, made: Action, votes: Mapping[int, list[Vote]], source: Source) -> str:
    verb = {"approved": "approved", "rejected": "rejected", "vetoed": "vetoed"}[act(made)]
    who = "the mayor" if verb == "vetoed" and fits("mayor", made.body) else f"the {body_name(made.body, source)}"
    yes, no = _sides(votes.get(made.id, []))
    on = f"On {spoken_day(made.date)}, " if made.date else ""
    told = f"{on}{who} {verb} {thing}{_tally(made, yes, no)}."
    sides = [
        f"{members(names, source, made.body)} voted {side}."
        for names, side in ((yes, "in favor"), (no, "against"))
        if names
    ]
    return " ".join([told[:1].upper() + told[1:], *sides])


def _tally(made: Action, yes: list[str], no: list[str]) -> str:
    told = re.fullmatch(r"\s*(\d{1,3})\s*[-:–]\s*(\d{1,3})\b.*", made.tally)
    if told:
        return f" by a vote of {told[1]}-{told[2]}"
    if not yes and not no:
        return ""
    ahead, behind = (len(no), len(yes)) if act(made) == "rejected" and len(no) > len(yes) else (len(yes), len(no))
    return f" by a vote of {ahead}-{behind}"


def _sides(votes: list[Vote]) -> tuple[list[str], list[str]]:
    known = words()["votes"]
    return tuple(
        [person(vote.person) for vote in votes if vote.person and re.fullmatch(known[side], vote.value.strip(), re.I)]
        for side in ("for", "against")
    )


def _proposed(thing: str, dossier: Dossier, names: list[str], source: Source) -> str:
    day = dossier.matter.introduced or min((a.date for a in dossier.actions if a.date), default=None)
    on = f"On {spoken_day(day)}, " if day else ""
    if names:
        told = f"{on}{members(names, source, dossier.matter.body)} proposed {thing} in the {council(source)}."
    elif on:
        told = f"{on}{thing} was proposed in the {council(source)}."
    else:
        told = f"the {council(source)} is considering {thing}."
    return told[:1].upper() + told[1:]


def _meeting(meeting: Meeting, dossier: Dossier, source: Source) -> str:
    return meeting_sentence(meeting, f"the {_noun(dossier)}", source)


def _noun(dossier: Dossier) -> str:
    """What kind of thing the matter is; a hearing is one only where its title or type says nothing else."""
    return first_fit(words()["types"], f"{dossier.title} {dossier.matter.type}", ["measure"])[0]


def _hearings(dossier: Dossier, source: Source) -> list[str]:
    """A file that is nothing but a hearing: when it is, was, or that one is planned."""
    on = subject(dossier.title)
    to_come = [meeting_sentence(replace(meeting, hearing=True), on, source) for meeting in dossier.meetings]
    held = [
        f"On {spoken_day(action.date)}, the {body_name(action.body, source)} held a public hearing on {on}."
        for action in dossier.actions
        if action.date and act(action) in ("heard", "approved")
    ]
    return [*to_come, *held] or [f"The {council(source)} plans to hold a public hearing on {on}."]


def meeting_sentence(meeting: Meeting, thing: str, source: Source) -> str:
    """Where and when a body will deal with `thing`."""
    event = meeting.event
    kind = "hearing" if meeting.hearing else "meeting"
    body, day = body_name(event.body, source), spoken_day(event.date)
    if meeting.cancelled:
        return f"The {body} canceled its public {kind} of {day}."
    if meeting.past:
        return f"On {day}, {thing} was on the agenda of a public {kind} of the {body}."
    where = re.split(words()["hearings"]["online"], event.location, maxsplit=1, flags=re.IGNORECASE)[0].strip(" .,-(")
    place = f" The place is {where[:150]}." if where else ""
    hour = re.sub(r"[^\d:APMapm. ]", "", event.time).strip()
    begins = f" It begins at {hour}." if hour else ""
    return f"On {day}, the {body} will hold a public {kind} on {thing}.{begins}{place}"


def _step(action: Action, source: Source) -> str:
    if not action.date:
        return ""
    who, on = f"the {body_name(action.body, source)}", f"On {spoken_day(action.date)},"
    told = re.fullmatch(r"\s*(\d{1,3})\s*[-:–]\s*(\d{1,3})\b.*", action.tally)
    votes = f" {told[1]}-{told[2]}" if told else ""
    match act(action):
        case "recommended":
            return f"{on} {who} voted{votes} to recommend it."
        case "rejected":
            return f"{on} {who} voted{votes} against recommending it."
        case "heard":
            return f"{on} {who} held a public hearing on it."
        case "postponed":
            return f"{on} {who} put it off."
        case "referred":
            return f"{on} {who} sent it to another body."
    return ""


def _file(matter: Matter) -> str:
    told = [("File number", matter.file), ("type", matter.type), ("status", matter.status)]
    # a status "Public Hearing Set" would be read as a hearing of its own
    line = ", ".join(f"{name} {value}" for name, value in told if value and not fits(r"\bhearing|forum|meeting", value))
    return f"{line[:1].upper()}{line[1:]}." if line else ""


def _own_words(dossier: Dossier, *, passed: bool) -> str:
    """The matter's text: from its body on, whole where it is passed, else up to where it begins to decide."""
    text = dossier.text.replace("\r\n", "\n").replace("\r", "\n")
    if found := re.search(r"^\.\.\s*body\b.*$", text, re.IGNORECASE | re.MULTILINE):
        text = text[found.end() :]
    if not passed and (operative := _OPERATIVE.search(text)):
        text = text[: operative.start()]
    elif not passed:
        text = ""
    text = re.sub(r"^\.\.\s*\w+.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"[ \t]*\n[ \t\n]*\n", "\n\n", text).strip()[:MAX_TEXT]


def write_agenda(meeting: Meeting, titles: list[str], url: str, source: Source) -> Article:
    """An article on the lines of a meeting's agenda that belong to no matter."""
    things = [measure(legible(title), "") for title in titles]
    event = meeting.event
    published = (event.published or event.modified)[:10]
    return Article(
        url=url,
        title=legible(titles[0])[:300],
        text="\n\n".join(meeting_sentence(meeting, thing, source) for thing in things),
        published=published if re.fullmatch(r"\d{4}-\d\d-\d\d", published) else event.modified[:10],
        modified=event.modified[:10],
        outlet=source.name,
        language="en",
        source=Outlet(source.name, source.city or None, source.state),
        source_id=source.id,
        kind="agenda",
    )
