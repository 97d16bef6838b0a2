"""The position that plain words take on working with federal immigration enforcement.

"Our deputies are not immigration agents", "officers do not ask for papers", "the jail will keep answering when ICE
calls": what a body does with the federal side, willingly or not.
"""

from __future__ import annotations

from spacy.tokens import Doc, Span, Token

from nlp.action_claims import Scene
from nlp.action_syntax import is_negated, is_verb, subject_of

REACH = 12  # tokens between a refusal and what is refused
CLOSE = 9  # tokens between a dealing and whom it is with
WILLING = 5  # tokens between a word of will and the dealing
_EDGES = frozenset({";", ":", "but", "because", "although", "while", "unless", "if"})
_ELLIPSIS = frozenset({"not", "n't", "n’t", "no", "never"})
_US = frozenset(
    {"we", "i", "us", "office", "department", "agency", "force", "city", "county", "town", "state", "village"}
)
_TOPIC = (
    "party.ICE",
    "party.CBP",
    "party.DHS",
    "relevance.strong",
    "statements.matter",
    "type.287g",
    "type.detainer",
)


def position_of(scene: Scene, sentence: Span) -> str | None:
    """The stance that the sentence's plain words take, None where they take none or both."""
    if _refuses(scene, sentence) or _elliptic(scene, sentence) or _keeps_away(scene, sentence):
        return "against_cooperation"
    return "for_cooperation" if _is_willing(scene, sentence) else None


def is_dealing(scene: Scene, words: Span) -> bool:
    """True where `words` tell of local dealings with the federal side: "round up immigrants for ICE"."""
    return any(_dealt(scene, words.doc[start:end], words.end) for start, end in _dealings(scene, words))


def _dealings(scene: Scene, words: Span) -> list[tuple[int, int]]:
    return scene.tags.outermost("statements.dealings", words.start, words.end)


def _dealt(scene: Scene, dealing: Span, end: int) -> bool:
    """True where the federal side or immigration stands right behind a dealing, or is part of its words."""
    return scene.tags.any(_TOPIC, dealing.start, min(end, dealing.end + CLOSE))


def _refuses(scene: Scene, sentence: Span) -> bool:
    """As in "will not help ICE", "are not immigration agents", "no business checking anybody's status"."""
    for start, end in scene.tags.outermost("statements.refusals", sentence.start, sentence.end):
        stop = _stop(scene.doc, end, min(sentence.end, end + REACH))
        if _is_others(scene, scene.doc[start], scene.doc[stop - 1] if stop > end else scene.doc[end - 1]):
            continue
        reach = scene.doc[end:stop]
        if scene.tags.any(("statements.not_us",), end, min(end + 4, stop)):
            return True
        if any(_dealt(scene, scene.doc[s:e], sentence.end) for s, e in _dealings(scene, reach)):
            return True
    return False


def _stop(doc: Doc, low: int, high: int) -> int:
    """The end of the clause that begins at `low`, at most `high`."""
    return next((i for i in range(low, high) if doc[i].lower_ in _EDGES), high)


def _is_others(scene: Scene, refusal: Token, last: Token) -> bool:
    """True where the one who does not is the federal side, or an immigrant who should not be afraid."""
    verb = next((t for t in scene.doc[refusal.i : last.i + 1] if is_verb(t)), None)
    verb = verb if verb is not None else refusal.head
    subject = subject_of(verb)
    if subject is None:
        return False
    return scene.is_federal(subject) or scene.tags.has(subject, "objects.detainees", "statements.others")


def _elliptic(scene: Scene, sentence: Span) -> bool:
    """As in "Asked whether police would join ICE raids, the chief said they would not"."""
    words = [t for t in sentence if not t.is_punct and not t.is_space]
    if len(words) < 6 or words[-1].lower_ not in _ELLIPSIS or (words[-1].lower_ == "no" and words[-2].lower_ != "said"):
        return False
    return is_dealing(scene, sentence)


def _keeps_away(scene: Scene, sentence: Span) -> bool:
    """As in "troopers will stay out of immigration sweeps", "we do not have the staff to be Border Patrol"."""
    for token in sentence:
        if not is_verb(token) or not speaks_of_us(scene, subject_of(token)):
            continue
        after = scene.doc[token.i + 1 : min(sentence.end, token.i + 1 + REACH)]
        if scene.tags.has(token, "statements.avoiding") and scene.tags.inside(sentence, *_TOPIC[:4]):
            return not is_negated(token)
        if not scene.tags.inside(after, *_TOPIC):
            continue
        lacks = token.lemma_ == "have" and is_negated(token)
        if lacks and scene.tags.inside(after, "statements.means"):
            return True
    return False


def speaks_of_us(scene: Scene, subject: Token | None) -> bool:
    """True for the local side as the one who does or does not: "deputies", "the city", "we"."""
    if subject is None or scene.is_federal(subject):
        return False
    return subject.lower_ in _US or scene.tags.has(subject, "operations.local_bodies", "bodies.local")


def _is_willing(scene: Scene, sentence: Span) -> bool:
    """As in "stands ready to help ICE", "will keep answering when ICE calls"."""
    for _, end in scene.tags.outermost("statements.willing", sentence.start, sentence.end):
        reach = scene.doc[end : min(sentence.end, end + WILLING)]
        if any(_dealt(scene, scene.doc[s:e], sentence.end) for s, e in _dealings(scene, reach)):
            return True
    return False
