"""Where quotation marks open and close: curly and straight, repeated at paragraphs, sometimes never closed.

Works on raw text, one pass, so unbalanced marks and very long lines cost no more than others.
"""

from __future__ import annotations

from dataclasses import dataclass

OPENING = "“«„"
CLOSING = "”»"
STRAIGHT = '"'
BEFORE_OPEN = " \t\n\u00a0([{—–-/:…"
NEVER_OPENED = 30  # characters from a paragraph's start to a closing mark that lacks its opening one
SINGLE_OPEN = "‘"
SINGLE_CLOSE = "’"


@dataclass(slots=True)
class Quotation:
    """One quotation: offsets of its marks (end after the closing one), whether it was closed, whether the next
    paragraph carries on, and the offsets of the words inside."""

    start: int
    end: int
    closed: bool
    continues: bool = False

    def inner(self) -> tuple[int, int]:
        """Offsets of the words between the marks."""
        return self.start + 1, self.end - 1 if self.closed else self.end


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Start and end offsets of the non-empty lines."""
    found, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            found.append((start, end))
        start = end + 1
    return found


def quotations(text: str, start: int = 0) -> list[Quotation]:
    """The outermost quotations from `start` on, in order. None spans paragraphs; an unclosed one ends with its own."""
    found: list[Quotation] = []
    for first, last in paragraphs(text):
        if last <= start:
            continue
        here = _double(text, max(first, start), last) or _single(text, max(first, start), last)
        if found and not found[-1].closed and here and not text[first : here[0].start].strip(" \t\u00a0-"):
            found[-1].continues = True
        found += here
    return found


def _double(text: str, first: int, last: int) -> list[Quotation]:
    found: list[Quotation] = []
    open_at: int | None = None
    for index in range(first, last):
        mark = text[index]
        if mark not in OPENING and mark not in CLOSING and mark != STRAIGHT:
            continue
        if open_at is None:
            if mark in OPENING or _opens(text, index, first, last):
                open_at = index
            elif mark in CLOSING and not found and index - first > NEVER_OPENED:
                found.append(Quotation(first - 1, index + 1, closed=True))
        elif mark in CLOSING or (mark == STRAIGHT and _closes(text, index, first, last)):
            found.append(Quotation(open_at, index + 1, closed=True))
            open_at = None
        elif mark in OPENING and text[open_at] in OPENING and _at_new_start(text, index):
            found.append(Quotation(open_at, index, closed=False))
            open_at = index
    if open_at is not None:
        found.append(Quotation(open_at, last, closed=False))
    return [one for one in found if text[one.start + 1 : one.end].strip()]


def _opens(text: str, index: int, first: int, last: int) -> bool:
    """A straight (or wrongly turned) mark opens before a word that does not touch what precedes it."""
    before = text[index - 1] if index > first else " "
    after = text[index + 1] if index + 1 < last else " "
    return before in BEFORE_OPEN and not after.isspace()


def _closes(text: str, index: int, first: int, last: int) -> bool:
    """A straight mark inside a quotation closes it unless it stands before a word after a space."""
    before = text[index - 1] if index > first else " "
    after = text[index + 1] if index + 1 < last else " "
    return not (before.isspace() and (after.isalnum() or after in "'‘“"))


def _at_new_start(text: str, index: int) -> bool:
    """An opening mark while one is open: the first was never closed, if a sentence ended before this one."""
    before = text[max(0, index - 3) : index].rstrip()
    return before[-1:] in (".", "!", "?", ",", ":")


def _single(text: str, first: int, last: int) -> list[Quotation]:
    """British outer marks ‘...’, read only where a paragraph has no double marks; apostrophes are passed over."""
    found: list[Quotation] = []
    open_at: int | None = None
    for index in range(first, last):
        mark = text[index]
        if mark == SINGLE_OPEN and open_at is None:
            open_at = index
        elif mark == SINGLE_CLOSE and open_at is not None and not _apostrophe(text, index, last):
            found.append(Quotation(open_at, index + 1, closed=True))
            open_at = None
    return [one for one in found if len(text[one.start + 1 : one.end - 1].split()) > 2]


def _apostrophe(text: str, index: int, last: int) -> bool:
    after = text[index + 1] if index + 1 < last else " "
    return after.isalnum() or (text[index - 1] not in ".,!?…" and text[index - 1] == "s")
