"""Acts told by two words that stand apart: light verbs ("gave its blessing to") and split particles ("voted it down").

The verb says little; its noun or its particle names the act. The pairs stand in the ontology's table [light], one
list for each act, written "verb noun"; particles are read from the phrases of the acts themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from spacy.tokens import Token

from nlp import ontology
from nlp.action_claims import Scene
from nlp.action_syntax import CLAUSE_EDGES

REACH = 5  # tokens after a light verb in which its noun may stand
_PARTICLES = frozenset({"down", "off", "out", "up", "away", "aside", "back", "apart", "over"})
_SPLIT = ("end", "reject", "suspend", "renew", "sign", "propose")  # acts whose phrases may be split
_LENGTHENING = frozenset({"give", "add", "tack", "tag", "buy", "grant", "win", "get"})
_TAKING = frozenset({"take", "get", "pull", "yank", "bring", "move", "drop"})
_PUTTING = frozenset({"put", "bring", "get", "lead", "enter"})
_MORE = frozenset({"another", "more", "additional", "extra", "further"})
_SPANS = frozenset({"year", "years", "month", "months"})


def light_act(scene: Scene, verb: Token) -> str | None:
    """The act that `verb` tells together with a word behind it, None where it tells none so."""
    noun = _light_noun(verb)
    return noun[1] if noun else _by_years(verb) or _in_or_out(verb) or _by_particle(scene, verb)


def light_end(verb: Token) -> int:
    """The token behind the noun of a light verb, 0 where it has none."""
    noun = _light_noun(verb)
    return noun[0] + 1 if noun else 0


@lru_cache(maxsize=1)
def _pairs() -> Mapping[str, dict[str, str]]:
    """verb -> {noun: act}, of the table [light]."""
    table: dict[str, dict[str, str]] = {}
    for act, pairs in ontology.load().words["light"].items():
        for pair in pairs:
            verb, _, noun = pair.partition(" ")
            table.setdefault(verb, {})[noun] = act
    return table


def _light_noun(verb: Token) -> tuple[int, str] | None:
    """As in "gave their unanimous blessing", "pulled the plug", "turned thumbs down", "said no"."""
    nouns = _pairs().get(verb.lemma_.lower())
    if nouns is None:
        return None
    for token in verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 1 + REACH)]:
        if token.text in CLAUSE_EDGES or token.lower_ in ("to", "of", "from", "that"):
            return None
        if token.lower_ in nouns:
            return token.i, nouns[token.lower_]
        if verb.lemma_.lower() == "say" and token.pos_ != "ADV":
            return None  # "said there are no plans"
    return None


def _by_years(verb: Token) -> str | None:
    """As in "gave its contract another five years", "tacked two more years onto the deal"."""
    if verb.lemma_.lower() not in _LENGTHENING:
        return None
    after = verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 12)]
    return "renew" if is_longer([t.lower_ for t in after]) else None


def is_longer(words: list[str]) -> bool:
    """True for words that tell a further time: "another three years", "two more years", "an additional year"."""
    spans = [i for i, word in enumerate(words) if word in _SPANS]
    return any(not _MORE.isdisjoint(words[max(0, i - 3) : i]) for i in spans)


def _in_or_out(verb: Token) -> str | None:
    """As in "took the county out of the program", "put the county into it"."""
    lemma = verb.lemma_.lower()
    if lemma not in _TAKING and lemma not in _PUTTING:
        return None
    after = [t.lower_ for t in verb.doc[verb.i + 1 : min(verb.sent.end, verb.i + 8)]]
    if lemma in _TAKING and any(a == "out" and b == "of" for a, b in pairwise(after)):
        return "end"
    return "sign" if lemma in _PUTTING and "into" in after else None


def _by_particle(scene: Scene, verb: Token) -> str | None:
    """As in "voted the deal down", "called it off", where nothing stands between but the object."""
    if verb.i + 2 >= verb.sent.end:
        return None
    particle = next((c for c in verb.children if c.dep_ == "prt" and c.i > verb.i + 1), None)
    particle = particle or next((t for t in verb.doc[verb.i + 2 : min(verb.sent.end, verb.i + 4)] if _closes(t)), None)
    if particle is None or particle.lower_ not in _PARTICLES:
        return None
    phrase = f"{verb.lower_} {particle.lower_}"
    return next((a for a in _SPLIT if phrase in _phrases(a)), None)


def _closes(token: Token) -> bool:
    """True for a particle right behind "it", "them" or a short object, not for a preposition before its own noun."""
    before = token.nbor(-1).lower_ in ("it", "them", "theirs") or token.nbor(-1).pos_ in ("NOUN", "PROPN")
    return token.lower_ in _PARTICLES and before and not any(c.dep_ == "pobj" for c in token.children)


@lru_cache(maxsize=16)
def _phrases(act: str) -> frozenset[str]:
    return frozenset(p for p in ontology.load().acts[act].verbs if " " in p)
