"""From claims to what a person is: official, spokesperson or private, with role, body and organization in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from nlp.people_bodies import Body, classify, make_body
from nlp.people_claims import Claim
from nlp.people_mentions import Cluster
from nlp.people_offices import OfficeNamer, prefixed
from nlp.people_vocabulary import vocabulary
from nlp.people_words import Word

OFFICES = re.compile(
    r"\b(?:office|division|agency|administration|bureau|commission|authority|board|council|county|city|department"
    r"|court|district|police)\b",
    re.IGNORECASE,
)
NEARBY = 2  # sentences before a spokesperson in which their body is looked for
NEARBY_WORDS = 90
BOARDS = (("school", "school board member"), ("education", "school board member"), ("council", "council member"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a claim makes of a person. `hints` are document offsets of words that may
    tell the place."""

    kind: str
    role: str | None
    body: str | None = None
    organization: str | None = None
    level: str = "any"
    hints: tuple[tuple[int, int], ...] = ()
    listed: bool = True


PRIVATE = Standing("private", None)


class RoleReader:
    """Judges claims in one document. `is_place` and `is_organization` say what document offsets are; `primary` is the
    kind of the story's main place (city, county, state)."""

    def __init__(
        self,
        text: str,
        words: list[Word],
        is_place: Callable[[int, int], bool],
        is_organization: Callable[[int, int], bool],
        primary: str | None,
    ) -> None:
        self.text = text
        self.words = words
        self.is_place = is_place
        self.is_organization = is_organization
        self.agencies = [str(name) for _, _, name in vocabulary().agencies.find(words)]
        self.offices = OfficeNamer(text, words, is_place, primary)

    def settle(self, cluster: Cluster) -> Standing:
        """The standing of a person: the first office told directly, else any, else an organization, else private."""
        standings = [(claim, self.judge(claim, cluster)) for claim in cluster.claims if not claim.private]
        officials = [(claim, s) for claim, s in standings if s.kind == "official"]
        if officials:
            return self._best_office(officials)
        private = any(claim.private for claim in cluster.claims)
        speakers = [s for claim, s in standings if s.kind == "spokesperson" and not (private and claim.title is None)]
        if not speakers:
            return PRIVATE
        first = next((s for s in speakers if s.organization), speakers[0])
        role = next((s.role for s in speakers if s.role), None)
        return Standing("spokesperson", role, None, first.organization, hints=first.hints)

    @staticmethod
    def _best_office(officials: list[tuple[Claim, Standing]]) -> Standing:
        """A direct tie before a pronoun's, a present office before a past one; hints to the place from every tie."""
        ranked = sorted(
            officials, key=lambda pair: (not pair[0].direct, pair[0].title is None or pair[0].title.lead == "police")
        )
        best = ranked[0][1]
        if best.role and best.role.startswith("former "):
            present = best.role.removeprefix("former ")
            best = next((s for _, s in ranked if s.role == present), best)
        hints = best.hints + tuple(hint for _, s in ranked if s.level == best.level for hint in s.hints)
        return replace(best, hints=hints)

    def judge(self, claim: Claim, cluster: Cluster) -> Standing:
        """The standing that one claim gives."""
        if claim.member:
            return Standing(
                "official", f"former {claim.member}" if claim.former else claim.member, level=_level(claim.member)
            )
        if claim.title is None:
            return self._bare(claim)
        if claim.title.kind == "office":
            return self._office(claim, cluster, claim.body)
        if claim.title.kind == "either":
            return self._either(claim, cluster)
        return self._calling(claim, cluster)

    def _bare(self, claim: Claim) -> Standing:
        body = claim.body
        told = body is not None and (body.sort == "other" or self.is_organization(body.start, body.end))
        if body is None or not told or self.is_place(body.start, body.end):
            return PRIVATE
        return Standing("spokesperson", None, None, body.text, hints=((body.start, body.end),))

    def _organized(self, body: Body) -> bool:
        """Whether words name an organization and no place."""
        if body.sort == "other":
            return True
        if self.is_place(body.start, body.end):
            return False
        return self.is_organization(body.start, body.end) or len(body.text.split()) > 1 or not body.text.isalpha()

    def _either(self, claim: Claim, cluster: Cluster) -> Standing:
        """A title that a government's or another organization's people can hold."""
        body, role, lead = claim.body, claim.title.role, claim.title.lead
        if lead == "board" and claim.mods and claim.mods.party:
            return PRIVATE
        if lead == "member":
            return self._member(claim, body)
        if role.endswith("secretary") and role != "press secretary" and (body is None or body.agency):
            return self._secretary(claim, body)
        vague = body is None or body.text.lower() in ("department", "agency", "office")
        if vague and lead == "body" and role not in vocabulary().lists["unplaced"]:
            near = self._nearby(claim)
            if role != "spokesperson" and near is not None:
                return self._local(claim, near)
            body = near or body
        if body is None:
            return self._lone(claim, cluster)
        if body.sort == "government" or body.agency or self.is_place(body.start, body.end):
            return self._office(claim, cluster, body)
        if body.sort == "media":
            return PRIVATE
        owned = claim.mods is not None and claim.mods.owned and body.sort is None
        if (lead == "board" and body.sort != "other") or (owned and role in vocabulary().lists["leads"]):
            return self._office(claim, cluster, None if owned else body)
        return Standing("spokesperson", role, None, body.text, hints=((body.start, body.end),))

    @staticmethod
    def _local(claim: Claim, body: Body) -> Standing:
        """An officer whose local body was named just before; a federal agency named nearby proves nothing."""
        if body.agency or body.sort != "government":
            return PRIVATE
        return Standing("official", prefixed(claim.title.role, claim), body.text, hints=((body.start, body.end),))

    def _lone(self, claim: Claim, cluster: Cluster) -> Standing:
        """No body told: chairs and police ranks are local, "Chief Jane Doe" leads the police, others stay private."""
        title = claim.title
        before = claim.at < claim.name.start and self.text[claim.at].isupper()
        leading = title.role in vocabulary().lists["leads"] and before
        if leading or title.lead in ("board", "police") or title.role == "vice president":
            return self._office(claim, cluster, None)
        return Standing("spokesperson", "spokesperson") if title.role == "spokesperson" else PRIVATE

    @staticmethod
    def _member(claim: Claim, body: Body | None) -> Standing:
        """A member of a government's board; members of anything else are private persons."""
        words = body.text.lower() if body else ""
        role = next((role for key, role in BOARDS if key in words), None)
        if role is None or body is None or body.sort == "other":
            return PRIVATE
        return Standing("official", prefixed(role, claim), body.text, None, "city", ((body.start, body.end),))

    def _secretary(self, claim: Claim, body: Body | None) -> Standing:
        """A secretary's department: the one told, else that of an agency named nearby or anywhere in the story."""
        near = body or self._nearby(claim)
        agency = near.agency if near and near.agency else next(iter(self.agencies), None)
        agency = vocabulary().parents.get(agency or "", agency)
        role = f"{agency or ''} {claim.title.role}".strip()
        return Standing("official", prefixed(role, claim), agency, None, "federal")

    def _calling(self, claim: Claim, cluster: Cluster) -> Standing:
        body, role = claim.body, claim.title.role
        if role == "president" and body is None and claim.at < claim.name.start:
            return Standing("official", prefixed("president", claim), "White House", level="federal", listed=False)
        if body is None and role not in vocabulary().lists["loose"]:
            near = self._nearby(claim, same_sentence=True)
            body = near if near is not None and near.sort == "other" else None
        if body is None or body.sort == "media" or (body.sort is None and not self._organized(body)):
            return PRIVATE
        if body.sort == "government" and claim.title.office in ("professor", "pastor"):
            return PRIVATE
        if body.sort == "government" and (body.agency or OFFICES.search(body.text)):
            return self._office(claim, cluster, body)
        return Standing("spokesperson", role, None, body.text, hints=((body.start, body.end),))

    def _nearby(self, claim: Claim, *, same_sentence: bool = False) -> Body | None:
        """The organization or agency last named before the claim, within this sentence and the two before."""
        first = claim.name.first
        sentence = self.words[first].sentence
        reach = 0 if same_sentence else NEARBY
        start = first
        while start > 0 and sentence - self.words[start - 1].sentence <= reach and first - start < NEARBY_WORDS:
            start -= 1
        runs = [run for run in _capital_runs(self.words, start, first) if self._names_body(run)]
        if not runs:
            return None
        latest = runs[-1][0].sentence
        return make_body(self.text, next(run for run in runs if run[0].sentence == latest))

    def _names_body(self, run: list[Word]) -> bool:
        sort = classify(run)
        if all(word.norm in vocabulary().title_words for word in run):
            return False
        if sort == "government":
            return len(run) > 1 or run[0].text.isupper()
        return sort == "other" and (len(run) > 1 or run[0].text.isupper())

    def _office(self, claim: Claim, cluster: Cluster, body: Body | None) -> Standing:
        role, level = self.offices.role(claim, cluster, body)
        told = set(body.text.lower().split()) if body else set()
        listed = claim.title.listed and not told & vocabulary().unlisted
        hints = ((body.start, body.end),) if body else ()
        return Standing("official", prefixed(role, claim), self.offices.body(claim, body), None, level, hints, listed)


def _level(role: str) -> str:
    return "county" if role.startswith("county") else "city"


def _capital_runs(words: list[Word], start: int, end: int) -> list[list[Word]]:
    """Runs of capitalised words, small words between capitals included."""
    runs: list[list[Word]] = []
    run: list[Word] = []
    for index in range(start, end):
        word = words[index]
        small = (
            run and word.glued and word.norm in ("of", "for", "and") and index + 1 < end and words[index + 1].capital
        )
        lower_body = word.glued and run and word.norm in ("office", "department", "police") and run[-1].capital
        if (word.capital and (not run or word.glued)) or small or lower_body:
            run.append(word)
            continue
        if run:
            runs.append(run)
        run = [word] if word.capital else []
    return [*runs, run] if run else runs
