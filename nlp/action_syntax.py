"""Small questions to the parse: who is the subject, what governs a word, is it negated.

The small parser errs on headlines and long sentences, so each question has an answer from word order too.
All offsets are token indices into the document.
"""

from __future__ import annotations

from spacy.tokens import Span, Token

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
# Prepositions and markers behind which another clause begins that does not govern ours.
BREAKS = frozenset(
    [
        "after",
        "before",
        "since",
        "despite",
        "amid",
        "because",
        "while",
        "when",
        "as",
        "over",
        "following",
        "though",
        "although",
        "until",
        "if",
        "once",
        "whereas",
        "unless",
        "through",
        "during",
        "under",
    ]
)
CLAUSE_EDGES = frozenset(";:.?!—–") | {"--"}
RELATIVES = frozenset({"which", "who", "whose", "whom", "where"})
DEEPEST = 14  # governors followed upwards


def is_verb(token: Token) -> bool:
    """Verbs and auxiliaries by the tagger, and capitalised headline verbs by their ending position."""
    return token.pos_ in ("VERB", "AUX")


_BETWEEN = frozenset({"not", "formally", "immediately", "officially", "be"})  # words after "to" in "to be ended"


def is_infinitive(token: Token) -> bool:
    """True for "end" in "to end", with at most two words between."""
    for i in range(token.i - 1, max(token.sent.start - 1, token.i - 4), -1):
        before = token.doc[i]
        if before.lower_ == "to":
            return True
        if before.pos_ not in ("ADV", "PART") and before.lower_ not in _BETWEEN:
            return False
    return False


def is_hidden_main(token: Token) -> bool:
    """The main verb of a sentence whose long subject led the parser astray.

    "A policy that barred police from helping was rescinded": the parse makes the subject the root and hangs the main
    verb somewhere below it. It is a finite verb right of that noun which no relative pronoun introduces.
    """
    root = token.sent.root
    if root.pos_ not in ("NOUN", "PROPN") or root.i >= token.i or not is_verb(token):
        return False
    auxiliary = [c for c in token.children if c.dep_ in ("aux", "auxpass")]
    finite = token.tag_ in ("VBD", "VBZ", "VBP") or any(a.tag_ in ("VBD", "VBZ", "VBP", "MD") for a in auxiliary)
    relative = any(c.tag_ in ("WDT", "WP", "WP$") or c.lower_ == "that" for c in token.children)
    return finite and not relative and any(t.i in (root.i, token.i) or t.head.i == root.i for t in token.ancestors)


def subject_of(token: Token) -> Token | None:
    """The subject of a verb: its own, or that of the verb it is coordinated with or a complement of."""
    if is_hidden_main(token):
        return token.sent.root
    seen = 0
    while seen < DEEPEST:
        subjects = [child for child in token.children if child.dep_ in SUBJECTS]
        if subjects:  # the nearest: the parser takes a dateline for a first subject
            return max((s for s in subjects if s.i < token.i), key=lambda s: s.i, default=subjects[0])
        if token.dep_ not in ("conj", "xcomp", "advcl", "ccomp", "pcomp", "prep", "aux") or token.head.i == token.i:
            return _owner(token)
        token, seen = token.head, seen + 1
    return None


def _owner(token: Token) -> Token | None:
    """The noun a relative or participial clause is about, the possessor of a nominal act."""
    if token.dep_ in ("relcl", "acl") and token.head.i != token.i:
        return token.head
    for child in token.children:
        if child.dep_ == "poss":
            return child
    return None


def governors(core: Token) -> list[Token]:
    """The words above `core` whose meaning scopes over it, nearest first."""
    chain: list[Token] = []
    if is_hidden_main(core):
        return chain
    token = core
    for _ in range(DEEPEST):
        head = token.head
        if head.i == token.i or head.sent != core.sent or _breaks(token, head):
            break
        if token.dep_ == "conj":
            token = head
            continue
        chain.append(head)
        token = head
    return chain + _main_above(core, token)


def _main_above(core: Token, top: Token) -> list[Token]:
    """The main verb that the parser missed, where the chain ends in the noun that is its subject."""
    if top.i == core.i or top.i != core.sent.root.i or top.pos_ not in ("NOUN", "PROPN"):
        return []
    return [t for t in core.sent if t.i > core.i and is_hidden_main(t)][-1:]


# Verbs that take "for" and an act as their object; behind others "for" gives a reason.
_FOR = frozenset(
    [
        "call",
        "push",
        "vote",
        "ask",
        "press",
        "plan",
        "advocate",
        "opt",
        "campaign",
        "fight",
        "rally",
        "argue",
        "lobby",
        "pay",
        "wait",
        "prepare",
    ]
)


def _breaks(token: Token, head: Token) -> bool:
    if token.dep_ == "prep" and token.lower_ == "for" and is_verb(head) and head.lemma_ not in _FOR:
        return True
    if token.dep_ in ("appos", "parataxis", "punct"):
        return True
    if token.dep_ in ("relcl", "acl"):
        return head.pos_ not in ("NOUN", "PROPN")
    if token.dep_ == "advcl":
        return not is_infinitive(token) or any(c.dep_ == "mark" and c.lower_ in BREAKS for c in token.children)
    if any(c.lower_ == "whether" for c in token.children):
        return False  # "split over whether to end"
    return head.lower_ in BREAKS and head.pos_ in ("ADP", "SCONJ")


def words_before(core: Token, reach: int = 10) -> list[Token]:
    """The words left of `core` up to the edge of its clause, nearest first."""
    found: list[Token] = []
    for i in range(core.i - 1, max(core.sent.start, core.i - reach) - 1, -1):
        token = core.doc[i]
        if token.text in CLAUSE_EDGES or token.lower_ in RELATIVES or token.lower_ in BREAKS:
            break
        found.append(token)
    return found


def is_negated(token: Token) -> bool:
    """True where `token` or its auxiliaries carry "not", "never", "no longer"; by parse, then by the words before."""
    if any(c.dep_ == "neg" for c in token.children):
        return True
    for before in words_before(token, 4):
        if before.lower_ in ("not", "n't", "n’t", "never", "neither", "nor", "without", "cannot"):
            return before.head.i == token.i or token.i - before.i <= 3
        if before.pos_ not in ("AUX", "PART", "ADV", "DET"):
            return False
    return False


def auxiliaries(token: Token) -> list[Token]:
    """The auxiliaries of a verb, those it shares with the verb it is coordinated with included."""
    own = [c for c in token.children if c.dep_ in ("aux", "auxpass")]
    if not own and _is_gapped(token):
        return [c for c in token.head.children if c.dep_ in ("aux", "auxpass")]
    if own or token.dep_ != "conj" or any(c.dep_ in SUBJECTS for c in token.children):
        return own or [t for t in words_before(token, 3) if t.pos_ == "AUX"]
    return [c for c in token.head.children if c.dep_ in ("aux", "auxpass") and c.i < token.head.i]


def _is_gapped(token: Token) -> bool:
    """As in "should be shut down and the contract terminated": the second verb goes without the first one's words."""
    return (
        token.dep_ == "conj"
        and token.tag_ in ("VBN", "VBD")
        and token.head.tag_ == "VBN"
        and any(c.dep_ == "auxpass" for c in token.head.children)
        and not any(c.dep_ in ("dobj", "ccomp", "xcomp") for c in token.children)
    )


def is_passive(token: Token) -> bool:
    """True for "was ended", "been signed", and participles that modify a noun."""
    if any(c.dep_ in ("auxpass", "nsubjpass") for c in token.children):
        return True
    return token.tag_ == "VBN" and (token.dep_ == "acl" or any(a.lemma_ == "be" for a in auxiliaries(token)))


def noun_phrase(token: Token) -> Span:
    """The words of the noun phrase of which `token` is the head, relative clauses left out."""
    low = min([token.i, *(c.left_edge.i for c in token.children if c.i < token.i)])
    high = token.i
    for child in token.children:
        if child.i > token.i and child.dep_ in (
            "prep",
            "conj",
            "cc",
            "appos",
            "punct",
            "compound",
            "nmod",
            "case",
            "poss",
        ):
            high = max(high, child.right_edge.i)
    return token.doc[low : high + 1]
