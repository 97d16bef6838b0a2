"""How an office is worded: "county supervisor", "DHS assistant secretary", "state senator", "former mayor"."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from nlp.people_bodies import Body
from nlp.people_claims import Claim
from nlp.people_mentions import Cluster
from nlp.people_vocabulary import Title, vocabulary
from nlp.people_words import Word, normalize

PARTY = re.compile(
    r"[,\s(]{1,3}(?:[DRI]|Dem|Rep|DFL)\.?[-–]\s?([A-Z][A-Za-z. ]{0,24}?)(?=[,);]|\.\s|\n| who\b| said\b|$)"
)
DISTRICT = re.compile(r"(?:\d|District|Ward|Precinct)\b.*")
AMBIGUOUS = {
    "senator": ("state senator", "US senator"),
    "representative": ("state representative", "US representative"),
}
PLAIN_COURTS = ("judge", "district judge", "district court judge")
PLAIN_CHIEFS = ("chief", "deputy chief", "assistant chief")


class OfficeNamer:
    """Words an office by its body and its story. `is_place` says whether document offsets are a place's name; `primary`
    is the kind of the story's main place (city, county, state)."""

    def __init__(self, text: str, words: list[Word], is_place: Callable[[int, int], bool], primary: str | None) -> None:
        self.text = text
        self.words = words
        self.is_place = is_place
        self.primary = primary
        self.norms = {word.norm for word in words}
        self.pairs = {f"{a.norm} {b.norm}" for a, b in pairwise(words)}
        self.boards = list(vocabulary().members.find(words))

    def role(self, claim: Claim, cluster: Cluster, body: Body | None) -> tuple[str, str]:
        """The role without former, acting or -elect, and the level of government."""
        title = claim.title
        level = (claim.mods.level if claim.mods else None) or title.level
        words = body.text.lower() if body else ""
        if title.office in AMBIGUOUS:
            return self._legislator(cluster, title.office)
        if title.office == "judge":
            return _court(claim, words), "court"
        if title.lead == "council":
            return self._council(title, words, level)
        if title.lead == "level":
            return self._leveled(title.role, words, level, body)
        if title.lead == "board":
            return self._board(claim, title.role, body), "county"
        if title.lead in ("body", "police"):
            return self._bodied(claim, body), "federal" if body and body.agency else level
        if title.lead == "federal" and (level == "federal" or (body and body.agency == "DOJ")):
            return title.role.replace("attorney general", "US attorney general"), "federal"
        if title.role == "president":
            return _presided(words)
        deputy = claim.mods.deputy if claim.mods else ""
        return f"{deputy} {title.role}".strip(), title.level if level not in ("state", "county") else level

    def body(self, claim: Claim, body: Body | None) -> str | None:
        """The body's name for the tables; None where the place will tell it better."""
        if body is None or body.agency or self.is_place(body.start, body.end):
            return body.agency if body else None
        last = body.text.split()[-1].lower()
        if last in ("city", "county", "town", "village") and claim.title.office.startswith("council"):
            return f"{body.text} Council" if " " in body.text else None
        if DISTRICT.match(body.text) or body.text.lower() in ("city", "county", "state", "court", "state's"):
            return None
        return None if body.sort is None and claim.title.kind == "office" else body.text

    def _council(self, title: Title, words: str, level: str) -> tuple[str, str]:
        only_county = "county council" in self.pairs and "city council" not in self.pairs
        county = level == "county" or "county" in words or only_county
        return ("county council member", "county") if county else (title.role, level)

    def _leveled(self, role: str, words: str, level: str, body: Body | None) -> tuple[str, str]:
        """County or city commissioner, police commissioner, FDLE commissioner."""
        if body is not None and (body.agency or (body.text.isupper() and body.text.isalpha())):
            return f"{body.agency or body.text} {role}", "any"
        for field in vocabulary().lists["fields"]:
            if words.endswith((field, field + "s", field + " department")):
                return f"{field} {role}", "city"
        if "county" in words or level == "county":
            return f"{'city' if self._in_city(role, words) else 'county'} {role}", "county"
        return (role if role == "trustee" else f"{'town' if 'town' in words else level} {role}"), level

    def _in_city(self, role: str, words: str) -> bool:
        """A bare "Commissioner" in a city's story, where no county commission is told."""
        if role != "commissioner" or "county" in words:
            return False
        if {"city commission", "city commissioners"} & self.pairs:
            return True
        return self.primary == "city" and not {"county commission", "county commissioners"} & self.pairs

    def _board(self, claim: Claim, role: str, body: Body | None) -> str:
        """County board chair, NORCOR board chair: the board told, else the last board named before."""
        if body is not None and not self.is_place(body.start, body.end):
            name = _generic_board(body.text)
        else:
            name = self._last_board(claim.name.first) or ("county board" if self.primary == "county" else "")
        return f"{name} {role}".strip().replace("board board", "board")

    def _last_board(self, index: int) -> str:
        name = ""
        for first, last, _ in self.boards:
            if first >= index:
                break
            text = " ".join(word.norm for word in self.words[first:last])
            single = text.endswith(("council", "commission", "board", "legislature", "court"))
            name = "county board" if text == "board of supervisors" else text if single else name
        return name

    def _bodied(self, claim: Claim, body: Body | None) -> str:
        """ICE director, director of corrections, police chief, mayor's spokesperson."""
        role = claim.title.role
        if body is None:
            return role.replace("chief", "police chief") if role in PLAIN_CHIEFS else role
        told_after = body.text.islower() and body.start > claim.name.start
        if told_after and "of" in self.text[claim.at : body.start].split():
            return f"{role} of {body.text}"
        patron = vocabulary().patrons.get(normalize(body.text.split()[0]))
        if patron:
            return f"{patron}'s {role}"
        short = body.agency or _short(body)
        if role in PLAIN_CHIEFS and (body.sort is None or short in ("police", "LAPD", "NYPD")):
            return role.replace("chief", "police chief")
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
        lists = vocabulary().lists
        local = self.norms & lists["statehouse"] and not self.norms & lists["nation"]
        return (state, "state") if local else (federal, "federal")


def prefixed(role: str, claim: Claim) -> str:
    """The role with former, acting or -elect as the claim tells it."""
    mods = claim.mods
    if claim.former or (mods and mods.former):
        return f"former {role}"
    if claim.elect or (mods and mods.elect):
        return f"{role}-elect"
    return f"acting {role}" if mods and mods.acting else role


def _presided(words: str) -> tuple[str, str]:
    """The president of a board or a council."""
    if "board" in words:
        return f"{'county ' if 'county' in words else ''}board president", "county"
    return ("council president", "city") if "council" in words else ("president", "any")


def _court(claim: Claim, words: str) -> str:
    mods, role = claim.mods, claim.title.role
    if role not in PLAIN_COURTS:
        return role.replace("US district court judge", "US district judge")
    if "county" in words.split()[-1:]:
        return "county judge"
    if (mods and mods.level == "federal") or words.startswith(("u.s", "us ", "federal")):
        return "US district judge"
    return "immigration judge" if "immigration" in words else "judge"


def _generic_board(text: str) -> str:
    """The sort of board, where its name tells one, else its own name."""
    lower = text.lower()
    for sort in ("county commission", "county board", "city council", "county council", "school board"):
        if sort in lower:
            return sort
    return "county board" if "supervisors" in lower or "county" in lower else text


def _short(body: Body) -> str:
    """Police, sheriff's office, governor's office, or the body's own name."""
    lower = normalize(body.text)
    for key, name in (("sheriff", "sheriff's office"), ("police", "police"), ("corrections", "corrections")):
        if key in lower:
            return name
    parts = lower.split()
    return f"{parts[-2]} office" if len(parts) > 1 and parts[-2].endswith("'s") and parts[-1] == "office" else body.text
