"""The text of the story on a page.

Three readings are compared: trafilatura's (precise mode), the element that the page itself marks as the body, and
JSON-LD's `articleBody`. The visible text is preferred; the others step in where it is much shorter, which happens on
pages that scripts complete, on paid pages and on broken markup.
"""

from __future__ import annotations

import re
from functools import lru_cache

import lxml.etree
import lxml.html
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from crawler.boilerplate import words_of
from crawler.markup import block_lines, clean_line, element_words, name_words, oversized, slim_copy
from crawler.page_kinds import live_posts

MAX_TEXT = 200_000  # characters; a longer text is cut at a paragraph
_ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_SHORT = 250  # characters below which the next reading is tried
_LONG_BOX = 2_000  # characters; a longer box of such a name is more than an appeal
_MENU = 4  # items
_LINKED = 0.75  # of a menu's characters
_SHORT_FACTS = 400  # characters
_MUCH_LONGER = 1.6
_DOUBTFUL = 2_000  # characters; a longer reading is not of the wrong part of the page
_LOST = 0.4  # of the page's paragraphs: a reading with less may have taken the wrong part of the page
_DECLARED = lxml.etree.XPath(
    "descendant::*[@itemprop or @id or @data-testid]"  # the quick test first
    "[contains(@itemprop, 'articleBody') or @data-testid='article-body' or @id='article-body' or @id='story-body']"
)


def body_lines(tree: lxml.html.HtmlElement, linked: list[str], *, live: bool = False) -> list[str]:
    """The paragraphs of the story; `linked` are those of JSON-LD's `articleBody` (empty where it has none).

    Of a `live` blog, the text of every post on the page.
    """
    page = slim_copy(tree)
    _drop_menus(page)
    passages = sum(len(paragraph.text_content()) for paragraph in page.iter("p"))
    _drop_appeals(page, passages)
    costly = not oversized(page)
    lines = _extract(page, "quick") if costly else []
    if costly and _size(lines) < min(_LOST * passages, _DOUBTFUL):
        lines = max(lines, _extract(page, "precise"), key=_size)
    lines = _longest_needed(_declared(tree, lines), linked)
    if live:
        return _bounded(_with_posts(tree, lines, linked))
    if costly and _size(lines) < _SHORT:
        lines = max(lines, _extract(page, "generous"), key=_size)
    return _bounded(_within(lines, linked))


@lru_cache(maxsize=3)
def _mode(name: str) -> Extractor:
    """Trafilatura's options: precise by its own rules, precise beside other extractors, or all that may be text."""
    generous = name == "generous"
    return Extractor(
        output_format="python", comments=False, fast=name == "quick", precision=not generous, recall=generous
    )


def _extract(tree: lxml.html.HtmlElement, mode: str) -> list[str]:
    try:
        found = bare_extraction(tree, options=_mode(mode))  # works on a copy of the tree
    except (ValueError, RecursionError, lxml.etree.LxmlError):
        return []
    text = getattr(found, "text", None) or ""
    return [line for raw in text.split("\n") if (line := clean_line(_ROW.sub(_row_text, raw)))]


def _row_text(row: re.Match[str]) -> str:
    """A table's row, which comes as `| a | b |`, as words; its ruler `|---|---|` as nothing."""
    cells = [cell.strip() for cell in row[1].split("|")]
    return "" if all(set(cell) <= set("-: ") for cell in cells) else ", ".join(cell for cell in cells if cell)


def _declared(tree: lxml.html.HtmlElement, lines: list[str]) -> list[str]:
    """The text of the element that the page marks as the body, where that is needed in place of `lines`."""
    longer = [element for element in _DECLARED(tree)[:5] if len(element.text_content()) > _MUCH_LONGER * _size(lines)]
    found = [list(block_lines(element, skip=_is_aside)) for element in longer]
    return _longest_needed(lines, max(found, key=_size, default=[]))


def _is_aside(element: lxml.html.HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in element_words()["asides"]:
        return True
    return not element_words()["aside_names"].isdisjoint(name_words(element))


def _with_posts(tree: lxml.html.HtmlElement, lines: list[str], linked: list[str]) -> list[str]:
    """What stands above the posts, then the posts: the page's own, or those of JSON-LD where these are more."""
    shown = [line for post in live_posts(tree) for line in block_lines(post, skip=_is_aside)]
    posts = max(shown, linked, key=_size)
    if _size(posts) <= _size(lines):
        return lines
    told = {" ".join(words_of(line)) for line in posts}
    return [line for line in lines if " ".join(words_of(line)) not in told] + posts


def _drop_appeals(page: lxml.html.HtmlElement, passages: int) -> None:
    """Take out of `page` its short lists of facts and its boxes that ask for money, addresses or clicks, told by name.

    A box with a good part of the page's `passages` (characters) in it is the story, whatever its name.
    """
    appeals = element_words()["appeal_names"]
    most = min(_LONG_BOX, passages / 3)
    for box in list(page.iter("div", "aside", "section")):
        if box.attrib and not appeals.isdisjoint(name_words(box)) and len(box.text_content()) < most:
            box.drop_tree()
    for facts in list(page.iter("dl")):  # date, contact, department of a press release
        if len(facts.text_content()) < _SHORT_FACTS:
            facts.drop_tree()


def _drop_menus(page: lxml.html.HtmlElement) -> None:
    """Take out of `page` its lists of nothing but links, which a precise reading leaves out anyway."""
    for menu in list(page.iter("ul", "ol")):
        if len(menu) >= _MENU and (total := len(menu.text_content())) < _LONG_BOX:
            linked = sum(len(link.text_content()) for link in menu.iter("a"))
            if linked >= _LINKED * total and menu.getparent() is not None:
                menu.drop_tree()


def _longest_needed(preferred: list[str], other: list[str]) -> list[str]:
    """`other` where it is much longer than `preferred` or `preferred` is next to nothing."""
    return other if _size(other) > _MUCH_LONGER * max(_size(preferred), 1) else preferred


def _within(lines: list[str], linked: list[str]) -> list[str]:
    """`lines` without what comes before the first and after the last line that JSON-LD's body also has.

    Applied only where the two bodies are clearly the same text, so that a summary in JSON-LD cuts nothing.
    """
    if not linked:
        return lines
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
