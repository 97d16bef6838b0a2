"""The text of the story on a page.

Three readings are compared: trafilatura's (precise mode), the element that the page itself marks as the body, and
JSON-LD's `articleBody`. The visible text is preferred; the others step in where it is much shorter, which happens on
pages that scripts complete, on paid pages and on broken markup.
"""

from __future__ import annotations

import re
from copy import deepcopy

import lxml.etree
import lxml.html
from trafilatura import bare_extraction

from crawler.boilerplate import words_of
from crawler.markup import block_lines, clean_line, element_words, name_words, oversized, slim_copy

MAX_TEXT = 200_000  # characters; a longer text is cut at a paragraph
_ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_SHORT = 250  # characters below which the next reading is tried
_LONG_BOX = 2_000  # characters; a longer box of such a name is more than an appeal
_SHORT_FACTS = 400  # characters
_MUCH_LONGER = 1.6
_DECLARED = (
    "//*[contains(concat(' ', normalize-space(@itemprop), ' '), ' articleBody ')]",
    "//*[@data-testid='article-body' or @id='article-body' or @id='story-body']",
)


def body_lines(tree: lxml.html.HtmlElement, linked: list[str], url: str) -> list[str]:
    """The paragraphs of the story; `linked` are those of JSON-LD's `articleBody` (empty where it has none)."""
    page = _without_appeals(slim_copy(tree))
    costly = not oversized(page)
    visible = _longest_needed(_extract(page, url, favor_precision=True) if costly else [], _declared(tree))
    lines = _longest_needed(visible, linked)
    if costly and _size(lines) < _SHORT:  # the recall mode also dumps JSON-LD, so it comes last
        lines = max(lines, _extract(page, url, favor_recall=True), key=_size)
    return _bounded(_within(lines, linked))


def _extract(tree: lxml.html.HtmlElement, url: str, **mode: bool) -> list[str]:
    try:
        found = bare_extraction(deepcopy(tree), url=url, include_comments=False, **mode)
    except (ValueError, RecursionError, lxml.etree.LxmlError):
        return []
    text = getattr(found, "text", None) or ""
    return [line for raw in text.split("\n") if (line := clean_line(_ROW.sub(_row_text, raw)))]


def _row_text(row: re.Match[str]) -> str:
    """A table's row, which comes as `| a | b |`, as words; its ruler `|---|---|` as nothing."""
    cells = [cell.strip() for cell in row[1].split("|")]
    return "" if all(set(cell) <= set("-: ") for cell in cells) else ", ".join(cell for cell in cells if cell)


def _declared(tree: lxml.html.HtmlElement) -> list[str]:
    for path in _DECLARED:
        found = [block_lines(element, skip=_is_aside) for element in tree.xpath(path)[:5]]
        if found:
            return max(found, key=_size)
    return []


def _is_aside(element: lxml.html.HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in element_words()["asides"]:
        return True
    return not element_words()["aside_names"].isdisjoint(name_words(element))


def _without_appeals(page: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """`page` less its short lists of facts and its boxes that ask for money, addresses or clicks, told by their names.

    A box with a good part of the page's passages in it is the story, whatever its name. Changes the page in place.
    """
    appeals = element_words()["appeal_names"]
    most = min(_LONG_BOX, sum(len(paragraph.text_content()) for paragraph in page.iter("p")) / 3)
    for box in page.xpath("//div[@class or @id] | //aside[@class or @id] | //section[@class or @id]"):
        if not appeals.isdisjoint(name_words(box)) and len(box.text_content()) < most:
            box.drop_tree()
    for facts in page.xpath("//dl"):  # date, contact, department of a press release
        if len(facts.text_content()) < _SHORT_FACTS:
            facts.drop_tree()
    return page


def _longest_needed(preferred: list[str], other: list[str]) -> list[str]:
    """`other` where it is much longer than `preferred` or `preferred` is next to nothing."""
    return other if _size(other) > _MUCH_LONGER * max(_size(preferred), 1) else preferred


def _within(lines: list[str], linked: list[str]) -> list[str]:
    """`lines` without what comes before the first and after the last line that JSON-LD's body also has.

    Applied only where the two bodies are clearly the same text, so that a summary in JSON-LD cuts nothing.
    """
    known = _shingles(words_of(" ".join(linked)))
    hits = [number for number, line in enumerate(lines) if _overlap(line, known) >= 0.5]
    covered = sum(len(lines[number]) for number in hits)
    if not hits or covered < 0.7 * _size(linked) or covered < 0.7 * _size(lines):
        return lines
    return lines[hits[0] : hits[-1] + 1]


def _overlap(line: str, known: set[tuple[str, ...]]) -> float:
    shingles = _shingles(words_of(line))
    return len(shingles & known) / len(shingles) if shingles else 0.0


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + 4]) for start in range(len(words) - 3)}


def _size(lines: list[str]) -> int:
    return sum(map(len, lines))


def _bounded(lines: list[str]) -> list[str]:
    kept: list[str] = []
    room = MAX_TEXT
    for line in lines:
        if len(line) > room:
            return kept or [line[:MAX_TEXT]]
        kept.append(line)
        room -= len(line) + 1
    return kept
