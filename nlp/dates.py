"""Dates: every expression of time in a document, and the date that belongs to a clause.

The expressions are read by `date_rules`, the tense that decides between last and next Tuesday by `date_tense`; this
module adds the verb a date belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from nlp import date_rules
from nlp.date_rules import Telling
from nlp.date_tense import CLIMB, Tense, governing_verb, verbs_above

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
    telling, tense = Telling.of(published), Tense(doc)
    return [_mention(item, telling, tense) for item in date_rules.find(tense.text, published, tense.ahead)]


def _mention(item: date_rules.Found, telling: Telling | None, tense: Tense) -> DateMention:
    role = item.rule if item.rule in ("stretch", "attribute") else tense.role(item.start, item.end)
    return DateMention(
        start=item.start,
        end=item.end,
        date=item.date.isoformat(),
        precision=item.precision,
        future=_lies_ahead(item, telling, tense),
        role=role,
    )


def _lies_ahead(item: date_rules.Found, telling: Telling | None, tense: Tense) -> bool:
    if item.rule in ("stretch", "attribute"):
        return False
    if telling is None:
        return tense.ahead(item.start, item.end)
    if item.date > telling.today:
        return True
    running = {
        "day": item.date,
        "week": date_rules.add_days(item.date, 6),
        "month": date_rules.add_months(item.date, 1),
    }
    last = running.get(item.precision, date(item.date.year, 12, 31))
    return last >= telling.today and tense.ahead(item.start, item.end)


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
    trigger = span.root
    usable = [m for m in near if _fits(doc, m, span, future, background) and not _aside(doc, m, trigger)]
    if not usable:
        return None
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
    first = doc.char_span(mention.start, mention.end, alignment_mode="expand")[0].lower_
    return first not in ("after", "amid", "following", "during") and governing_verb(root) == trigger


def _aside(doc: Doc, mention: DateMention, trigger: Token) -> bool:
    """True where the date is that of a relative clause on somebody else: "he quit, like Ms. Poe, who quit in May"."""
    for verb in verbs_above(_root(doc, mention)):
        if verb == trigger or verb.is_ancestor(trigger):
            return False
        if verb.dep_ == "relcl":
            return True
    return False


def _distance(doc: Doc, mention: DateMention, trigger: Token) -> int:
    """Below 0 for a date within the deed's own phrase, 0 for one of its verb, then one for each verb climbed.

    Dates of other clauses come after those.
    """
    root = _root(doc, mention)
    if trigger.pos_ not in ("VERB", "AUX") and (trigger.is_ancestor(root) or root.is_ancestor(trigger)):
        return -1
    verb = governing_verb(root)
    if verb is None:
        return CLIMB + 1
    for steps, above in enumerate(verbs_above(trigger)):
        if above == verb:
            return steps
    below = list(verbs_above(verb))
    own = next(iter(verbs_above(trigger)), None)
    if own in below:
        return CLIMB + 1 + below.index(own)
    return 2 * CLIMB + 2


def _root(doc: Doc, mention: DateMention) -> Token:
    return doc.char_span(mention.start, mention.end, alignment_mode="expand").root
