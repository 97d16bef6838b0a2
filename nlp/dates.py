"""Dates: every expression of time in a document, and the date that belongs to a clause.

The expressions are read by `date_rules`; this module adds what the parse tells: the tense that decides between last
and next Tuesday, and the verb a date belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from nlp import date_rules
from nlp.date_rules import Telling, words

CLIMB = 12  # heads climbed from a date to the verb that tells its tense, and from a deed to the verb of saying
TOLD_AFTER = 400  # characters after an undated deed within which its date may still be told
RECENT = 8  # days before publication within which a sentence's date is the story's news
_ORDER = {"day": 0, "week": 1, "month": 2, "year": 3}


@dataclass(slots=True)
class DateMention:
    """One expression of time. `start` and `end` are document offsets, `date` the first day of the range meant.

    `role` is "at" for the time of a deed, "since" and "deadline" for the edges of a stretch of time ("since 2010",
    "by August"), "stretch" for a time that lasted ("for months"), "attribute" for the age of a thing ("a 2009 law").
    `future` is seen from the day of publication.
    """

    start: int
    end: int
    date: str
    precision: str
    future: bool
    role: str = "at"


class Dates:
    """spaCy component: sets `doc._.dates`."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.dates = mentions(doc)
        return doc


@Language.factory("tracker_dates")
def make_dates(nlp: Language, name: str) -> Dates:
    """The component as spaCy's configuration builds it."""
    return Dates()


def mentions(doc: Doc) -> list[DateMention]:
    """The expressions of time of `doc`, resolved against the publication date of its article."""
    published = doc._.article.published if doc._.article else None
    telling = Telling.of(published)
    found = date_rules.find(doc.text, published, lambda start, end: _ahead(doc, start, end))
    return [_mention(doc, item, telling) for item in found]


def _mention(doc: Doc, item: date_rules.Found, telling: Telling | None) -> DateMention:
    role = item.rule if item.rule in ("stretch", "attribute") else _role(doc.text, item.start, item.end)
    return DateMention(
        start=item.start,
        end=item.end,
        date=item.date.isoformat(),
        precision=item.precision,
        future=_lies_ahead(doc, item, telling),
        role=role,
    )


def _lies_ahead(doc: Doc, item: date_rules.Found, telling: Telling | None) -> bool:
    if item.rule in ("stretch", "attribute"):
        return False
    if telling is None:
        return _ahead(doc, item.start, item.end)
    if item.date > telling.today:
        return True
    running = {
        "day": item.date,
        "week": date_rules.add_days(item.date, 6),
        "month": date_rules.add_months(item.date, 1),
    }
    last = running.get(item.precision, date(item.date.year, 12, 31))
    return last >= telling.today and _ahead(doc, item.start, item.end)


@lru_cache(maxsize=1)
def _edges() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lead = r"(?:\b(?:the|early|late|mid|about|around|at least|end|beginning|start|of|on|in|as)[ -])*$"
    since, deadline = (
        rf"(?i)\b(?:{'|'.join(map(re.escape, words()['clauses'][key]))}) {lead}" for key in ("since", "deadline")
    )
    return re.compile(since), re.compile(deadline)


def _role(text: str, start: int, end: int) -> str:
    """What the words just before the date make of it. A date's own first words ("since 2010") count as such."""
    before = text[max(0, start - 40) : start] + re.split(r"\d|[A-Z]", text[start:end].lstrip(), maxsplit=1)[0]
    since, deadline = _edges()
    if since.search(before):
        return "since"
    return "deadline" if deadline.search(before) else "at"


# --- tense ----------------------------------------------------------------------------------------------------------


def _ahead(doc: Doc, start: int, end: int) -> bool:
    """True where the clause around these offsets looks ahead."""
    if _role(doc.text, start, end) == "deadline":
        return not _told_past(doc, start, end)
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None or not doc.has_annotation("DEP"):
        return bool(_FUTURE_NEARBY.search(doc.text[max(0, start - 80) : start]))
    return _looks_ahead(span.root)


_FUTURE_NEARBY = re.compile(r"(?i)\b(?:will|shall|scheduled|planned|plans to|set to|set for|va a|van a)\b[^.!?\n]*$")


def _told_past(doc: Doc, start: int, end: int) -> bool:
    """A stretch that ended: "was held until June" looks back, "must leave by June" ahead."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None or not doc.has_annotation("DEP"):
        return False
    verb = _governing_verb(span.root)
    if verb is None or verb.tag_ not in ("VBD", "VBN"):
        return False
    return _any_child(verb, {"had"}) or (verb.tag_ == "VBD" and verb.lemma_ in words()["clauses"]["lasting_verbs"])


def _looks_ahead(token: Token) -> bool:
    for _ in range(CLIMB):
        if _is_planned(token):
            return True
        if token.lower_ in ("after", "following", "since"):
            return False  # "will end it after Tuesday's vote" tells a vote that was
        if token.pos_ in ("VERB", "AUX"):
            return _verb_ahead(token)
        if token.head is token:
            return False
        token = token.head
    return False


def _is_planned(token: Token) -> bool:
    """ "a vigil planned for Friday", "Friday's deadline", "an upcoming hearing"."""
    clauses = words()["clauses"]
    if token.lower_ in clauses["future_nouns"]:
        return True
    return token.tag_ == "VBN" and token.lemma_ in clauses["future_verbs"] and token.dep_ in ("acl", "amod")


def _verb_ahead(verb: Token) -> bool:
    """Future, a plan's infinitive, a passive plan, the calendar's present ("the council meets Monday")."""
    clauses = words()["clauses"]
    helpers = {child.lower_ for child in verb.children if child.dep_ in ("aux", "auxpass")}
    if helpers & {"will", "'ll", "’ll", "shall", "wo", "must"} and "have" not in helpers:
        return True
    if verb.dep_ == "ccomp" and helpers & {"would", "could", "might"} and "have" not in helpers:
        return True  # "said she would meet them"; but "would not say Thursday" is of that Thursday
    if verb.lemma_ in clauses["planning_verbs"] and verb.tag_ in ("VBN", "VBD"):
        return True
    if "to" in helpers or (verb.tag_ == "VB" and verb.dep_ in ("xcomp", "ROOT", "acl", "advcl") and not helpers):
        return _infinitive_ahead(verb)
    if verb.tag_ == "VBG":
        return bool(helpers & {"is", "are", "'s", "’s", "'re", "’re"}) and "been" not in helpers
    return verb.tag_ in ("VBZ", "VBP") and verb.lemma_ in clauses["calendar_verbs"]


def _infinitive_ahead(verb: Token) -> bool:
    """ "agreed to meet them Friday" lies ahead; "voted Tuesday to end it", "had to leave" do not say so of the vote."""
    head = verb.head
    if verb.dep_ == "ROOT" or head is verb:
        return True  # the headline's future: "Sheriff to cut ties Friday"
    if head.lemma_ in words()["clauses"]["future_verbs"] or verb.dep_ in ("acl", "relcl"):
        return True
    return head.pos_ in ("VERB", "AUX") and (head.lemma_ == "be" or _verb_ahead(head))


def _any_child(token: Token, lowered: set[str]) -> bool:
    return any(child.lower_ in lowered for child in token.children)


# --- the date of a clause -------------------------------------------------------------------------------------------


def date_for(
    doc: Doc, start: int, end: int, *, future: bool = False, background: bool = False
) -> tuple[str | None, str]:
    """(ISO date, precision) of the deed told at these document offsets; (None, "unknown") where none is told.

    The date is the one attached to the deed's own verb, else to the verbs above it ("said Tuesday it will cancel"),
    else the nearest in the sentence. With `future` a date ahead is preferred (a meeting, a march to come); without,
    dates ahead and edges of stretches are passed over ("voted Tuesday to end the contract by August"). A deed of the
    day's news without a date takes that of the news around it (`news_date`); with `future` or `background`
    it stays without.
    """
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None or not len(span):
        return None, "unknown"
    own = _in_sentence(doc, span, future, background)
    if own:
        return own.date, own.precision
    if future or background:
        return None, "unknown"
    return news_date(doc, span.sent.start_char if doc.has_annotation("SENT_START") else start)


def news_date(doc: Doc, offset: int) -> tuple[str | None, str]:
    """The date of the news told at this document offset, taken from the story around it.

    The newest date told so far, else one told just after ("has sued the sheriff. The suit was filed Tuesday"), else
    the month of publication.
    """
    telling = Telling.of(doc._.article.published if doc._.article else None)
    if telling is None:
        return None, "unknown"
    news = [m for m in doc._.dates if m.start < offset + TOLD_AFTER and _is_news(doc, m, telling)]
    before = [m for m in news if m.start < offset]
    if before:
        newest = max(before, key=lambda m: m.date)
        return newest.date, newest.precision
    if news:
        return news[0].date, news[0].precision
    return telling.today.replace(day=1).isoformat(), "month"


def _is_news(doc: Doc, mention: DateMention, telling: Telling) -> bool:
    if mention.future or mention.role != "at" or mention.precision not in ("day", "week"):
        return False
    back = (telling.today - date.fromisoformat(mention.date)).days
    return 0 <= back <= RECENT and mention.start >= doc._.body


def _in_sentence(doc: Doc, span: Span, future: bool, background: bool) -> DateMention | None:
    if not doc.has_annotation("SENT_START"):
        return None
    sentence = span.sent
    near = [m for m in doc._.dates if sentence.start_char <= m.start < sentence.end_char]
    usable = [m for m in near if _fits(doc, m, span, future, background)]
    if not usable:
        return None
    trigger = span.root
    return min(
        usable,
        key=lambda m: (
            _distance(doc, m, trigger),
            m.role == "stretch",
            _ORDER[m.precision],
            abs(m.start - span.start_char),
        ),
    )


def _fits(doc: Doc, mention: DateMention, span: Span, future: bool, background: bool) -> bool:
    if mention.role == "attribute":
        return span.start <= _root(doc, mention).head.i < span.end
    if mention.role == "stretch":
        return not future and _lasted(doc, mention, span.root)
    if future:
        return mention.future
    return not mention.future and mention.role in (("at", "since") if background else ("at",))


def _lasted(doc: Doc, mention: DateMention, trigger: Token) -> bool:
    """True where it is the deed that lasted: "protested for months", "months of protests"; not what came after it."""
    root = _root(doc, mention)
    if root.is_ancestor(trigger):
        return True
    after = doc.text[mention.start : mention.end].lower().startswith(("after", "amid", "following", "during"))
    return not after and _governing_verb(root) == trigger


def _distance(doc: Doc, mention: DateMention, trigger: Token) -> int:
    """Below 0 for a date within the deed's own phrase, 0 for one of its verb, then one for each verb climbed.

    Dates of other clauses come after those.
    """
    root = _root(doc, mention)
    if trigger.pos_ not in ("VERB", "AUX") and (trigger.is_ancestor(root) or root.is_ancestor(trigger)):
        return -1
    verb = _governing_verb(root)
    if verb is None:
        return CLIMB + 1
    for steps, above in enumerate(_verbs_above(trigger)):
        if above == verb:
            return steps
    below = list(_verbs_above(verb))
    own = next(iter(_verbs_above(trigger)), None)
    if own in below:
        return CLIMB + 1 + below.index(own)
    return 2 * CLIMB + 2


def _root(doc: Doc, mention: DateMention) -> Token:
    return doc.char_span(mention.start, mention.end, alignment_mode="expand").root


def _governing_verb(token: Token) -> Token | None:
    return next(_verbs_above(token), None)


def _verbs_above(token: Token) -> Iterator[Token]:
    """The token itself if a verb, then the verbs over it, nearest first; helpers stand for their main verb."""
    for _ in range(2 * CLIMB):
        if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass"):
            yield token
        if token.head is token:
            return
        token = token.head
