"""From claims to what a person is: official, spokesperson or private, with role, body and organization in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from nlp.people_bodies import Body, classify, make_body
from nlp.people_claims import Claim
from nlp.people_mentions import Cluster
from nlp.people_vocabulary import vocabulary
from nlp.people_words import Word, normalize

PARTY = re.compile(r"[,\s(]{1,3}(?:[DRI]|Dem|Rep|DFL)\.?[-–]\s?([A-Z][A-Za-z. ]{0,24}?)(?=[,);]|\.\s|\n| who\b| said\b|$)")
OFFICES = re.compile(r"\b(?:office|division|agency|administration|bureau|commission|authority|board|council|county|city|department|court|district|police)\b", re.IGNORECASE)
DISTRICT = re.compile(r"(?:\d|District|Ward|Precinct)\b.*")
NEARBY = 2  # sentences before a spokesperson in which their body is looked for
LOCAL_LEVELS = {"commissioner": "county", "supervisor": "county", "legislator": "county", "freeholder": "county"}
LEADS = frozenset(
    {"chief", "commander", "warden", "secretary", "assistant secretary", "deputy secretary", "press secretary", "captain"}
    | {"lieutenant", "sergeant", "chief of staff", "deputy chief of staff"}
)
UNPLACED = LEADS | {"head", "acting head", "director", "official", "general counsel", "ceo", "CEO", "chief executive"}
PATRONS = {"mayor": "mayor", "governor": "governor", "gov": "governor", "sheriff": "sheriff", "sen": "senator", "rep": "representative"}
BOARDS = (("school", "school board member"), ("education", "school board member"), ("council", "council member"))
SINGULAR = ("council", "commission", "board", "legislature", "court")
AMBIGUOUS = {"senator": ("state senator", "US senator"), "representative": ("state representative", "US representative")}
STATE_HOUSES = frozenset({"legislature", "statehouse", "unicameral"})
NATION = frozenset({"congress", "congressional", "congressman", "congresswoman", "washington", "delegation"})


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
        self.primary = primary
        self.pairs = {f"{a.norm} {b.norm}" for a, b in zip(words, words[1:], strict=False)}
        self.text = text
        self.words = words
        self.is_place = is_place
        self.is_organization = is_organization
        self.norms = {word.norm for word in words}

    def settle(self, cluster: Cluster) -> Standing:
        """The standing of a person: the first office told directly, else any, else an organization, else private."""
        standings = [(claim, self.judge(claim, cluster)) for claim in cluster.claims if not claim.private]
        officials = [(claim, s) for claim, s in standings if s.kind == "official"]
        if officials:
            return self._best_office(officials)
        private = any(claim.private for claim in cluster.claims)
        speakers = [s for claim, s in standings if s.kind == "spokesperson" and not (private and claim.title is None)]
        if not speakers:
            return Standing("private", None)
        first = next((s for s in speakers if s.organization), speakers[0])
        role = next((s.role for s in speakers if s.role), None)
        return Standing("spokesperson", role, None, first.organization, hints=first.hints)

    @staticmethod
    def _best_office(officials: list[tuple[Claim, Standing]]) -> Standing:
        """A direct tie before a pronoun's, a present office before a past one; hints to the place from every tie."""
        ranked = sorted(officials, key=lambda pair: (not pair[0].direct, pair[0].title is None or pair[0].title.lead == "police"))
        best = ranked[0][1]
        if best.role and best.role.startswith("former "):
            present = best.role.removeprefix("former ")
            best = next((s for _, s in ranked if s.role == present), best)
        hints = best.hints + tuple(hint for _, s in ranked if s.level == best.level for hint in s.hints)
        return replace(best, hints=hints)

    def judge(self, claim: Claim, cluster: Cluster) -> Standing:
        """The standing that one claim gives."""
        if claim.member:
            return Standing("official", f"former {claim.member}" if claim.former else claim.member, level=_level(claim.member))
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
            return Standing("private", None)
        return Standing("spokesperson", None, None, body.text, hints=((body.start, body.end),))

    def _organized(self, body: Body) -> bool:
        """Whether words name an organization and no place."""
        if body.sort == "other":
            return True
        if self.is_place(body.start, body.end):
            return False
        return self.is_organization(body.start, body.end) or len(body.text.split()) > 1 or not body.text.isalpha()

    def _either(self, claim: Claim, cluster: Cluster) -> Standing:
        body, role = claim.body, claim.title.role
        if claim.title.lead == "board" and claim.mods and claim.mods.party:
            return Standing("private", None)
        if claim.title.lead == "member":
            return self._member(claim, body)
        if role.endswith("secretary") and role != "press secretary" and (body is None or body.agency):
            return self._secretary(claim, body)
        vague = body is not None and body.text.lower() in ("department", "agency", "office")
        if (body is None or vague) and role not in UNPLACED and claim.title.lead == "body":
            body = self._nearby(claim) or body
            if role != "spokesperson" and body and body.agency:
                return Standing("private", None)
            if role != "spokesperson" and body and (body.sort == "government" or body.agency):
                return Standing("official", _prefixed(role, claim), body.agency or body.text, None, "any", ((body.start, body.end),))
        if body is None:
            before = claim.at < claim.name.start and self.text[claim.at].isupper()
            lone_officer = (role in LEADS and before) or claim.title.lead in ("board", "police") or role == "vice president"
            return self._office(claim, cluster, None) if lone_officer else self._unplaced(claim)
        if body.sort == "government" or body.agency or self.is_place(body.start, body.end):
            return self._office(claim, cluster, body)
        if body.sort == "media":
            return Standing("private", None)
        owned = claim.mods is not None and claim.mods.owned and body.sort is None
        if (claim.title.lead == "board" and body.sort != "other") or (owned and role in LEADS):
            return self._office(claim, cluster, None if owned else body)
        return Standing("spokesperson", role, None, body.text, hints=((body.start, body.end),))

    @staticmethod
    def _member(claim: Claim, body: Body | None) -> Standing:
        """A member of a government's board; members of anything else are private persons."""
        words = body.text.lower() if body else ""
        role = next((role for key, role in BOARDS if key in words), None)
        if role is None or body is None or body.sort == "other":
            return Standing("private", None)
        return Standing("official", _prefixed(role, claim), body.text, None, "city", ((body.start, body.end),))

    def _secretary(self, claim: Claim, body: Body | None) -> Standing:
        """A secretary's department: the one told, else that of an agency named nearby or anywhere in the story."""
        near = body or self._nearby(claim)
        agency = near.agency if near and near.agency else next((str(n) for _, _, n in vocabulary().agencies.find(self.words)), None)
        agency = vocabulary().parents.get(agency or "", agency)
        role = f"{agency or ''} {claim.title.role}".strip()
        return Standing("official", _prefixed(role, claim), agency, None, "federal")

    @staticmethod
    def _unplaced(claim: Claim) -> Standing:
        if claim.title.role == "spokesperson":
            return Standing("spokesperson", "spokesperson")
        return Standing("private", None)

    def _calling(self, claim: Claim, cluster: Cluster) -> Standing:
        body, role = claim.body, claim.title.role
        if role == "president" and body is None and claim.at < claim.name.start:
            return Standing("official", _prefixed("president", claim), "White House", level="federal", listed=False)
        if body is None and role not in ("member", "leader", "volunteer", "father", "sister", "activist"):
            near = self._nearby(claim, same_sentence=True)
            body = near if near is not None and near.sort == "other" else None
        if body is None or body.sort == "media" or (body.sort is None and not self._organized(body)):
            return Standing("private", None)
        if body.sort == "government" and claim.title.office in ("professor", "pastor"):
            return Standing("private", None)
        if body.sort == "government" and (body.agency or OFFICES.search(body.text)):
            return self._office(claim, cluster, body)
        return Standing("spokesperson", role, None, body.text, hints=((body.start, body.end),))

    def _nearby(self, claim: Claim, *, same_sentence: bool = False) -> Body | None:
        """The organization or agency last named before the claim, within this sentence and the two before."""
        first = claim.name.first
        sentence = self.words[first].sentence
        reach = 0 if same_sentence else NEARBY
        start = first
        while start > 0 and sentence - self.words[start - 1].sentence <= reach and first - start < 90:
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

    # offices

    def _office(self, claim: Claim, cluster: Cluster, body: Body | None) -> Standing:
        title, level = claim.title, claim.mods.level if claim.mods else None
        role, level = self._role(claim, cluster, body, level or title.level)
        listed = title.listed and not (body and body.text.lower().split()[-1:] and set(body.text.lower().split()) & vocabulary().unlisted)
        hints = ((body.start, body.end),) if body else ()
        return Standing("official", _prefixed(role, claim), self._body_text(claim, body), None, level, hints, listed)

    def _body_text(self, claim: Claim, body: Body | None) -> str | None:
        """The body's name for the tables; None where the place will tell it better."""
        if body is None or body.agency or self.is_place(body.start, body.end):
            return body.agency if body else None
        last = body.text.split()[-1].lower()
        if last in ("city", "county", "town", "village") and claim.title.office.startswith("council"):
            return f"{body.text} Council" if " " in body.text else None
        if DISTRICT.match(body.text) or body.text.lower() in ("city", "county", "state", "court", "state's"):
            return None
        return None if body.sort is None and claim.title.kind == "office" else body.text

    def _role(self, claim: Claim, cluster: Cluster, body: Body | None, level: str) -> tuple[str, str]:
        title = claim.title
        words = body.text.lower() if body else ""
        if title.office in AMBIGUOUS:
            return self._legislator(cluster, title.office)
        if title.office == "judge":
            return _court(claim, words), "court"
        if title.lead == "council":
            county = level == "county" or "county" in words or ("county council" in self.pairs and "city council" not in self.pairs)
            return ("county council member" if county else title.role), "county" if county else level
        if title.lead == "level":
            return self._leveled(title.role, words, level, body)
        if title.lead == "board":
            return self._board(claim, title.role, body), "county"
        if title.lead in ("body", "police"):
            if body and body.text.islower() and body.start > claim.name.start and "of" in self.text[claim.at : body.start].split():
                return f"{title.role} of {body.text}", level
            return self._bodied(title.role, body), "federal" if body and body.agency else level
        if title.lead == "federal" and (level == "federal" or (body and body.agency in ("DOJ", "US"))):
            return title.role.replace("attorney general", "US attorney general"), "federal"
        if title.role == "president" and "board" in words:
            return f"{'county ' if 'county' in words else ''}board president", "county"
        if title.role == "president" and "council" in words:
            return "council president", "city"
        deputy = claim.mods.deputy if claim.mods else ""
        return f"{deputy} {title.role}".strip(), title.level if level not in ("state", "county") else level

    def _leveled(self, role: str, words: str, level: str, body: Body | None) -> tuple[str, str]:
        if body is not None and (body.agency or (body.text.isupper() and body.text.isalpha())):
            return f"{body.agency or body.text} {role}", "any"
        for sort in ("police", "fire", "health", "port", "insurance", "agriculture", "labor", "correction", "education"):
            if words.endswith((sort, sort + "s", sort + " department")):
                return f"{sort} {role}", "city"
        if "county" in words or level == "county":
            in_city = self.primary == "city" and "county commission" not in self.pairs and "county commissioners" not in self.pairs
            local = "county" not in words and (in_city or {"city commission", "city commissioners"} & self.pairs)
            return f"{'city' if local and role == 'commissioner' else 'county'} {role}", "county"
        if role == "trustee":
            return role, level
        return f"{'town' if 'town' in words else level} {role}", level

    def _board(self, claim: Claim, role: str, body: Body | None) -> str:
        """County board chair, NORCOR board chair: the board's name, or the last board named before."""
        if body is not None and not self.is_place(body.start, body.end):
            lower = [word for word in body.text.split() if word[0].isupper() or len(body.text.split()) < 4]
            name = body.text.lower() if body.text.lower().startswith(("county", "city", "school")) else _generic_board(" ".join(lower))
            return f"{name} {role}".replace("board board", "board")
        name = self._last_board(claim.name.first) or ("county board" if self.primary == "county" else "")
        return f"{name} {role}".strip().replace("board board", "board")

    def _last_board(self, index: int) -> str:
        name = ""
        for first, last, _ in vocabulary().members.find(self.words[:index]):
            text = " ".join(word.norm for word in self.words[first:last])
            name = "county board" if text == "board of supervisors" else text if text.endswith(SINGULAR) else name
        return name

    @staticmethod
    def _bodied(role: str, body: Body | None) -> str:
        if role in ("chief", "deputy chief", "assistant chief") and (body is None or body.sort is None):
            return role.replace("chief", "police chief")
        if body is None:
            return role
        first = normalize(body.text.split()[0])
        if first in PATRONS:
            return f"{PATRONS[first]}'s {role}"
        short = body.agency or _short(body)
        if short in ("police", "LAPD", "NYPD") and "chief" in role:
            return role.replace("chief", "police chief") if role in ("chief", "deputy chief", "assistant chief") else f"{short} {role}"
        return f"{short} {role}"

    def _legislator(self, cluster: Cluster, office: str) -> tuple[str, str]:
        """State or federal: by the words of any claim, by the party's place, by the story's own legislature."""
        state, federal = AMBIGUOUS[office]
        told = {c.title.role for c in cluster.claims if c.title} | {c.mods.level for c in cluster.claims if c.mods}
        if told & {"state", "state senator", "state representative"}:
            return state, "state"
        if told & {"federal", "US senator", "US representative"}:
            return federal, "federal"
        for form in cluster.forms:
            party = PARTY.match(self.text, form.end)
            if party:
                place = party.group(1).lower().replace(".", "").strip()
                return (federal, "federal") if place in vocabulary().states else (state, "state")
        local = self.norms & STATE_HOUSES and not self.norms & NATION
        return (state, "state") if local else (federal, "federal")


def _prefixed(role: str, claim: Claim) -> str:
    mods = claim.mods
    if claim.former or (mods and mods.former):
        return f"former {role}"
    if claim.elect or (mods and mods.elect):
        return f"{role}-elect"
    return f"acting {role}" if mods and mods.acting else role


def _court(claim: Claim, words: str) -> str:
    mods, role = claim.mods, claim.title.role
    if role not in ("judge", "district judge", "district court judge"):
        return role.replace("US district court judge", "US district judge")
    if words.endswith("county") or "county" in words.split()[-1:]:
        return "county judge"
    if mods and mods.level == "federal" or words.startswith(("u.s", "us ", "federal")):
        return "US district judge"
    return "immigration judge" if "immigration" in words else "judge"


def _generic_board(text: str) -> str:
    lower = text.lower()
    for sort in ("county commission", "county board", "city council", "county council", "school board", "planning commission"):
        if sort in lower:
            return sort
    return "county board" if "supervisors" in lower or "county" in lower else text


def _short(body: Body) -> str:
    """Police, sheriff's office, city, or the body's own name."""
    lower = body.text.lower().replace("’", "'")
    for key, name in (("sheriff", "sheriff's office"), ("police", "police"), ("corrections", "corrections")):
        if key in lower:
            return name
    if lower.endswith(("'s office", "'s offices")):
        return lower.split()[-2] + " office" if len(lower.split()) > 1 else lower
    return lower if lower.islower() and body.text.islower() else body.text


def _level(role: str) -> str:
    return "county" if role.startswith("county") else "city"


def _capital_runs(words: list[Word], start: int, end: int) -> list[list[Word]]:
    """Runs of capitalised words, small words between capitals included."""
    runs: list[list[Word]] = []
    run: list[Word] = []
    for index in range(start, end):
        word = words[index]
        small = run and word.glued and word.norm in ("of", "for", "and") and index + 1 < end and words[index + 1].capital
        lower_body = word.glued and run and word.norm in ("office", "department", "police") and run[-1].capital
        if (word.capital and (not run or word.glued)) or small or lower_body:
            run.append(word)
            continue
        if run:
            runs.append(run)
        run = [word] if word.capital else []
    return [*runs, run] if run else runs
