"""One night's visit to one client of the Legistar Web API, from its meetings to its changed matters."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from scrapy import Request
from scrapy.http import Response

from crawler.archive import WarcPlace
from crawler.backoff import rest_words
from crawler.canonical import belongs, canonical_url
from crawler.legistar import Dossier, Meeting, latest, page_of, write_agenda, write_article
from crawler.legistar_api import (
    PAGE,
    Action,
    Api,
    Event,
    Item,
    LegistarError,
    Matter,
    Row,
    Sponsor,
    Text,
    Version,
    Vote,
    read_one,
    read_rows,
)
from crawler.legistar_calls import Answer, Asking, UnansweredError
from crawler.legistar_state import Mark, Prefix, failure, is_done, matter_state, told
from crawler.legistar_words import fits, legible, words
from crawler.plan import Plan, fetched_at, now
from data.records import Article, Source, Visit

Script = Generator[Request, Answer, None]

BEHIND = timedelta(days=14)  # so long a meeting that was announced is told as one that was
AHEAD = timedelta(days=60)  # meetings further off are not on an agenda yet
MAX_EVENT_PAGES = 4
MAX_MATTER_PAGES = 40  # a night; the rest is the next night's
AGAIN = timedelta(days=3)  # after which an agenda that seems unchanged is looked at all the same
TITLE_SHARE = 0.5  # of the threshold is enough for a title alone
ROLL_CALLS = 3  # the last ones of a matter
MAX_FAILURES = 3  # matters or agendas in a row that cannot be had, after which the client is left for the next night
_DENIED = frozenset({401, 403})

_log = logging.getLogger(__name__)


class _LeftError(Exception):
    """Nothing more is to be asked of this client tonight."""


@dataclass
class ClientVisit:
    """What one visit needs. `ask(url)` puts a question, `today` is the day from which meetings are to come."""

    source: Source
    api: Api
    plan: Plan
    ask: Callable[[str], Asking]
    today: date

    def __post_init__(self) -> None:
        self._meetings: dict[int, list[Meeting]] = {}  # matter id -> meetings to come
        self._taken: set[int] = set()  # matters dealt with tonight
        self._pages = 0  # matters and agendas asked for
        self._in_a_row = 0  # failures

    def run(self) -> Script:
        """The whole visit as a script of requests. What goes wrong is noted, and ends at most this very visit."""
        try:
            yield from self._part("events", self._read_events)
            yield from self._part("matters", self._read_matters)
            yield from self._read_announced()
        except _LeftError:
            return

    def _part(self, kind: str, read: Callable[[str], Script]) -> Script:
        listing = self.api.listing(kind)
        if rest := self.plan.backoff.resting(listing):
            own = self.plan.counts.of(self.source.id)
            self.plan.counts.listings_resting += 1
            own.resting, own.trouble = own.resting + 1, f"{listing}: {rest_words(rest)}"[:300]
            return
        try:
            yield from read(listing)
        except LegistarError as error:
            self._broken(listing, UnansweredError(str(error)))
        except UnansweredError as error:
            self._broken(listing, error)
            if error.alone or error.status in _DENIED:
                raise _LeftError from error

    # meetings

    def _read_events(self, listing: str) -> Script:
        events: dict[int, Event] = {}
        skip = 0
        for _ in range(MAX_EVENT_PAGES):
            rows = yield from self._rows(Event, self.api.events(self.today - BEHIND, self.today + AHEAD, skip))
            fresh = [event for event in rows if event.id not in events]
            events |= {event.id: event for event in fresh}
            skip += len(rows)
            if len(rows) < PAGE:
                break
            if not fresh:
                raise LegistarError(f"{listing}: the same page again and again")
        self.plan.counts.listings += 1
        self.plan.backoff.well(listing)
        self._record(listing, "no_article", 200, f"meetings {len(events)}")
        for event in events.values():
            yield from self._read_agenda(event)

    def _read_agenda(self, event: Event) -> Script:
        key = self.api.listing(f"events/{event.id}/eventitems")
        known = self.plan.archive.visit(key)
        state = f"modified={event.modified} published={'_'.join(event.published.split()) or '-'}"
        past = event.date < self.today.isoformat()
        if past and known is None:
            return
        fresh = known and datetime.fromisoformat(now()) - datetime.fromisoformat(known.fetched) < AGAIN
        unchanged = fresh and known.outcome == "no_article" and (known.detail or "").startswith(state)
        if not past and not unchanged:
            if self._is_full():
                self.plan.counts.postponed += 1
            else:
                yield from self._ask_agenda(event, key, state)
        for word in told((known := self.plan.archive.visit(key)) and known.detail).get("matters", "").split(","):
            if word:
                meeting = Meeting(event, hearing=word[-1] == "h", past=past)
                self._meetings.setdefault(int(word.rstrip("h")), []).append(meeting)

    def _ask_agenda(self, event: Event, key: str, state: str) -> Script:
        self._pages += 1
        try:
            response = yield from self._get(self.api.items(event.id))
            items = read_rows(Item, response.body, self.api.public(response.url))
        except (UnansweredError, LegistarError) as error:
            self._failed(key, self.plan.archive.visit(key), error)
            return
        self._in_a_row = 0
        chosen = [item for item in items if self._may_matter(item.title, f"{item.name} {item.note}")]
        loose = [item for item in chosen if not item.matter]
        if loose:
            self._keep_agenda(event, loose, response)
        found = {item.matter: self._is_hearing(event, item) for item in chosen if item.matter}
        words_ = ",".join(f"{matter}{'h' * hearing}" for matter, hearing in sorted(found.items()))
        self._record(key, "no_article", 200, f"{state} matters={words_}" if words_ else state)

    @staticmethod
    def _is_hearing(event: Event, item: Item) -> bool:
        return fits(words()["statuses"]["hearing"], f"{event.body} {event.comment} {item.title} {item.note}")

    def _keep_agenda(self, event: Event, items: list[Item], response: Response) -> None:
        """An article on the lines of an agenda that stand for no matter."""
        url = canonical_url(event.url) if event.url else None
        if not url or not belongs(url, self.source.domain):
            url = f"https://{self.source.domain}/MeetingDetail.aspx?LEGID={event.id}"
        hearing = any(self._is_hearing(event, item) for item in items)
        article = write_agenda(Meeting(event, hearing), [item.title for item in items], url, self.source)
        self._store(article, article.text, f"modified={event.modified}", [response], self.plan.archive.visit(url))

    # matters

    def _read_matters(self, listing: str) -> Script:
        mark = Mark.of(self.plan.archive.visit(listing), self.plan.since)
        prefix, lower, skip = Prefix(mark.until), mark.lower, 0
        met: set[int] = set()
        found = 0
        for _ in range(MAX_MATTER_PAGES):
            rows = yield from self._rows(Matter, self.api.matters(lower, skip))
            if sorted(row.modified for row in rows) != [row.modified for row in rows]:
                raise LegistarError(f"{listing}: not in the order asked for")
            fresh = [matter for matter in rows if matter.id not in met]
            met |= {matter.id for matter in fresh}
            for matter in fresh:
                prefix.expect(matter.modified, matter.id)
            found += len([m for m in fresh if mark.until is None or m.modified > mark.until])
            whole = yield from self._sift(fresh, mark, prefix, listing)
            self._remember(listing, replace(mark, until=prefix.until))
            if len(rows) < PAGE or not whole:
                break
            if not fresh and skip:
                raise LegistarError(f"{listing}: the same page again and again")
            last = rows[-1].modified[:19]
            lower, skip = (last, 0) if last > (lower or "") else (lower, skip + len(rows))
        self._well(listing, new=found)

    def _sift(
        self, matters: list[Matter], mark: Mark, prefix: Prefix, listing: str
    ) -> Generator[Request, Answer, bool]:
        """Deal with a page of matters; false where some had to be left for the next night."""
        for matter in matters:
            new = mark.until is None or matter.modified > mark.until
            if matter.id not in self._meetings and not self._may_matter(
                matter.title or matter.name, f"{matter.name} {matter.type} {matter.body}"
            ):
                if new:
                    self.plan.counts.add(self.source.id, "irrelevant")
                prefix.settle(matter.id, stands=True)
                continue
            if self._is_full():
                self.plan.counts.postponed += 1
                return False
            self._taken.add(matter.id)
            state = matter_state(matter.modified, [m.state for m in self._meetings.get(matter.id, [])])
            if is_done(self.plan.archive.visit(page_of(self.source.domain, matter.id)), state):
                self.plan.counts.seen += 1
                prefix.settle(matter.id, stands=True)
                continue
            try:
                stands = yield from self._read_matter(matter.id, state)
            except _LeftError:
                self._remember(listing, replace(mark, until=prefix.until))
                raise
            prefix.settle(matter.id, stands=stands)
            self._remember(listing, replace(mark, until=prefix.until))
        return True

    def _read_announced(self) -> Script:
        """The matters on the agenda of a meeting to come that have not changed themselves."""
        for matter in [matter for matter in self._meetings if matter not in self._taken]:
            known = self.plan.archive.visit(page_of(self.source.domain, matter))
            before = told(known.detail if known else None).get("modified", "")
            state = matter_state(before or "-", [m.state for m in self._meetings[matter]])
            if known and before and is_done(known, state):
                self.plan.counts.seen += 1
            elif self._is_full():
                self.plan.counts.postponed += 1
            else:
                yield from self._read_matter(matter, state)

    def _read_matter(self, matter: int, state: str) -> Generator[Request, Answer, bool]:
        """Learn all of one matter and keep it where it is relevant; whether that stands."""
        self._pages += 1
        self.plan.counts.fetched += 1
        url = page_of(self.source.domain, matter)
        known = self.plan.archive.visit(url)
        try:
            yield from self._learn(matter, url, known)
        except (UnansweredError, LegistarError) as error:
            return self._failed(url, known, error, state)
        self._in_a_row = 0
        return True

    def _learn(self, matter: int, url: str, known: Visit | None) -> Script:
        responses = [(yield from self._get(self.api.matter(matter)))]
        dossier = Dossier(self._one(Matter, responses[-1]), self._meetings.get(matter, []))
        state = matter_state(dossier.matter.modified, [meeting.state for meeting in dossier.meetings])
        versions = yield from self._optional(Version, self.api.matter(matter, "versions"), responses)
        if key := latest(versions, dossier.matter.version):
            dossier.text = yield from self._text(self.api.matter(matter, f"texts/{key}"), responses)
        words_ = f"{dossier.matter.name}\n{dossier.matter.type}\n{dossier.text}"
        score = float(self.plan.screen(dossier.title, words_))
        if score < self.plan.threshold or dossier.matter.restricted:
            self._settle(url, "irrelevant", state, score)
            return
        dossier.sponsors = yield from self._optional(Sponsor, self.api.matter(matter, "sponsors"), responses)
        actions = yield from self._optional(Action, self.api.matter(matter, "histories"), responses)
        dossier.actions = sorted(actions, key=lambda action: (action.date or "", action.id))
        for action in [action for action in dossier.actions if action.passed >= 0][-ROLL_CALLS:]:
            # the API answers 500 for a vote that was not recorded by name
            dossier.votes[action.id] = yield from self._optional(Vote, self.api.votes(action.id), responses, {404, 500})
        self._store(write_article(dossier, self.source), words_, state, responses, known, score)

    # asking

    def _get(self, url: str) -> Asking:
        return (yield from self.ask(url))

    def _rows(self, kind: type[Row], url: str) -> Generator[Request, Answer, list[Row]]:
        response = yield from self._get(url)
        return read_rows(kind, response.body, self.api.public(response.url))

    def _text(self, url: str, responses: list[Response]) -> Generator[Request, Answer, str]:
        """A matter's words; none where the same in RTF, pictures and all, make the answer too large."""
        try:
            response = yield from self._get(url)
        except UnansweredError as error:
            if error.too_large:
                return ""
            raise
        responses.append(response)
        return self._one(Text, response).plain

    def _optional(
        self, kind: type[Row], url: str, responses: list[Response], missing: Iterable[int] = (404,)
    ) -> Generator[Request, Answer, list[Row]]:
        """The rows of a part that some matters do not have, which the statuses `missing` say."""
        try:
            response = yield from self._get(url)
        except UnansweredError as error:
            if error.status in missing:
                return []
            raise
        responses.append(response)
        return read_rows(kind, response.body, self.api.public(response.url))

    def _one(self, kind: type[Row], response: Response) -> Row:
        return read_one(kind, response.body, self.api.public(response.url))

    def _may_matter(self, title: str, rest: str) -> bool:
        return self.plan.screen(legible(title), rest) >= self.plan.threshold * TITLE_SHARE

    def _is_full(self) -> bool:
        limit = self.plan.limit
        return self._pages >= self.plan.max_pages or (limit is not None and self.plan.counts.fetched >= limit)

    # noting

    def _store(
        self,
        article: Article,
        screened: str,
        state: str,
        responses: list[Response],
        known: Visit | None,
        score: float | None = None,
    ) -> None:
        """Keep an article with its raw answers, the first of which it leads back to."""
        score = float(self.plan.screen(article.title, screened)) if score is None else score
        if score < self.plan.threshold:
            self._settle(article.url, "irrelevant", state, score)
            return
        places: list[WarcPlace] = [
            self.plan.warc.write(
                response.replace(url=self.api.public(response.url)), datetime.fromisoformat(fetched_at(response))
            )
            for response in responses
        ]
        visit = Visit(article.url, self.source.id, now(), "kept", 200, screen=score, detail=state)
        self.plan.archive.keep_article(article, visit, raw=places[0])
        self.plan.counts.add(self.source.id, "kept")
        self.plan.report()

    def _settle(self, url: str, outcome: str, detail: str, score: float | None = None) -> None:
        self.plan.archive.record_visit(Visit(url, self.source.id, now(), outcome, 200, screen=score, detail=detail))
        self.plan.counts.add(self.source.id, outcome)
        self.plan.report()

    def _failed(self, url: str, known: Visit | None, error: Exception, state: str = "") -> bool:
        """Note that a matter or an agenda could not be had; whether that stands. Raises _LeftError after too many."""
        lost = error if isinstance(error, UnansweredError) else UnansweredError(str(error))
        own = self.plan.counts.of(self.source.id)
        own.trouble = f"{url}: {lost}"[:300]
        if lost.alone:
            self.plan.counts.postponed += 1
            own.broken += 1
            raise _LeftError from error
        detail = failure(known, state or "modified=-", f"{url}: {lost}", final=lost.stands)
        if known is None or known.outcome != "no_article":  # what is known of an agenda stays known
            self._record(url, lost.outcome, lost.status, detail)
        self.plan.counts.add(self.source.id, lost.outcome)
        _log.warning("%s: %s: %s", self.source.id, url, lost)
        self._in_a_row += 1
        if self._in_a_row >= MAX_FAILURES:
            own.broken += 1
            raise _LeftError from error
        return lost.stands

    def _well(self, listing: str, *, new: int) -> None:
        self.plan.backoff.well(listing)
        own = self.plan.counts.of(self.source.id)
        self.plan.counts.listings += 1
        self.plan.counts.links += new
        own.links += new
        if new:
            own.read += 1
        else:
            self.plan.counts.listings_unchanged += 1
            own.unchanged += 1
        self.plan.report()

    def _broken(self, listing: str, error: UnansweredError) -> None:
        """Note a listing that could not be read; how far it was read before stays known."""
        self.plan.backoff.failed(listing, self.source.id, error.kind, status=error.status, detail=str(error))
        self.plan.counts.listings_failed += 1
        own = self.plan.counts.of(self.source.id)
        own.broken, own.trouble = own.broken + 1, f"{listing}: {error}"[:300]
        own.refused += error.status in (*_DENIED, 429) or error.outcome == "robots"
        mark = Mark.stored(self.plan.archive.visit(listing))
        self._record(listing, error.outcome, error.status, mark.detail(str(error)))
        _log.warning("%s: %s: %s", self.source.id, listing, error)
        self.plan.report()

    def _remember(self, listing: str, mark: Mark) -> None:
        self._record(listing, "no_article", 200, mark.detail())

    def _record(self, url: str, outcome: str, status: int | None, detail: str) -> None:
        self.plan.archive.record_visit(Visit(url, self.source.id, now(), outcome, status, detail=detail[:1_000]))
