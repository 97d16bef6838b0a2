"""Which way a policy points: towards more cooperation with federal enforcement, or less.

The sign of a small product: cooperation counts plus, sanctuary counts minus, and every limiting word before it ("bar",
"end", "exceptions") turns it round. "Close loopholes in a sanctuary ordinance" limits: minus, minus, minus.
"""

from __future__ import annotations

from spacy.tokens import Token

from nlp.action_claims import Scene

CONTENT = 34  # tokens after a policy's name in which its content is told


def direction_of(scene: Scene, head: Token, trigger: Token) -> str | None:
    """Which way a policy points, by the words of its name and content; None where they do not tell."""
    low = max(head.sent.start, min(head.i, _after(trigger, head)))
    sign = sign_of(scene, low, min(head.sent.end, head.i + CONTENT))
    return sign_name(sign)


def _after(trigger: Token, head: Token) -> int:
    """The first token of the policy's own words: behind its verb, or at its left edge."""
    return trigger.i + 1 if trigger.i < head.i else head.left_edge.i


def sign_of(scene: Scene, low: int, high: int) -> int:
    """+1 for more cooperation, -1 for less, 0 where the words do not tell."""
    sign = 1
    i = low
    while i < high:
        token = scene.doc[i]
        if scene.tags.has(token, "cooperation.sanctuary"):
            return -sign
        if keeps_from(token) or (scene.tags.has(token, "cooperation.limiting") and token.lower_ != "out"):
            sign = -sign
        elif scene.tags.has(token, "cooperation.words"):
            return -sign if scene.tags.any(["cooperation.removal"], i + 1, min(high, i + 8)) else sign
        i += 1
    return 0


def keeps_from(token: Token) -> bool:
    """As in "kept officers from calling ICE": the keeping forbids."""
    if token.lemma_.lower() != "keep" or token.pos_ != "VERB":
        return False
    after = token.doc[token.i + 1 : min(token.sent.end, token.i + 7)]
    return any(t.lower_ == "from" and t.i + 1 < len(token.doc) and t.nbor(1).tag_ == "VBG" for t in after)


def sign_name(sign: int) -> str | None:
    return {1: "expands_cooperation", -1: "limits_cooperation"}.get(sign)


def title_direction(scene: Scene) -> str | None:
    """Which way the headline points, for measures whose own sentence does not tell."""
    first = scene.sentences[0] if scene.sentences else None
    if first is None or not scene.in_title(first[0]):
        return None
    return sign_name(sign_of(scene, first.start, first.end))
