"""Bytes to text to a tree, safe on hostile pages.

A page may lie about its charset, nest without end or carry a million elements. Everything downstream works on what
this module lets through: text of at most `MAX_BYTES`, and a tree whose parsing is linear in the page's size.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from importlib.resources import files
from itertools import islice

import lxml.etree
import lxml.html
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

MAX_BYTES = 10_000_000  # longer pages are not read at all
MAX_ELEMENTS = 16_000  # real news pages have 500 to 12,000; the costly extractors are kept off larger trees
_LONG_TAG = 200  # characters; shorter tags cannot hold enough attributes to matter
_ATTRIBUTE_WORK = 20_000_000  # comparisons: the parser compares each attribute of a tag with all others of it
_PASSAGE = 300  # characters: no cell of a table of figures holds as many
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")


@lru_cache(maxsize=1)
def element_words() -> dict[str, frozenset[str]]:
    """The sets of `markup.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("markup.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}


def decode(body: bytes, charset: str | None = None) -> str:
    """`body` as text: byte order mark, then UTF-8 wherever the bytes are UTF-8, then the declared charset, then cp1252.

    `charset` is what the HTTP header said, if anything. Latin-1 is read as cp1252, as browsers do. Never raises:
    bytes that fit nothing become U+FFFD.
    """
    encoding, mark = read_bom(body)
    if encoding:
        return body[len(mark or b"") :].decode(encoding, "replace")
    declared = resolve_encoding(charset or "") or html_body_declared_encoding(body) or ""
    utf8 = _strict(body, "utf-8")
    if utf8 is None and declared in ("", "utf-8") and _mostly_utf8(body):
        utf8 = body.decode("utf-8", "replace")
    candidates = (text for name in (declared, "cp1252") if (text := _strict(body, name)) is not None)
    return utf8 if utf8 is not None else next(candidates, None) or _loose(body, declared)


def parse(text: str) -> lxml.html.HtmlElement | None:
    """The tree of `text`, or None where there is no markup in it or the markup is built to exhaust a parser.

    Comments and processing instructions are left out; nesting is cut at libxml2's limit of 256.
    """
    if len(text) > MAX_BYTES or not text.strip() or _bloated_tags(text):
        return None
    clean = _CONTROL.sub(" ", text).encode("utf-8", "replace")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        return lxml.html.document_fromstring(clean, parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return None


def slim_copy(tree: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """A copy without what never holds a story (drawings, menus of choices, embedded code); tables that lay out the
    page, told by a cell with a passage of text in it, become plain blocks.
    """
    copy = deepcopy(tree)
    lxml.etree.strip_elements(copy, "style", "svg", "select", "iframe", "object", "template", "canvas", with_tail=False)
    for table in list(copy.iter("table")):
        if any(len(cell.text_content()) > _PASSAGE for cell in table.iter("td")):
            for part in table.xpath("self::table | ./tr | ./tr/td | ./*[self::tbody]/tr | ./*/tr/td | ./tbody"):
                part.tag = "div"
    return copy


def name_words(element: lxml.html.HtmlElement) -> set[str]:
    """The words in the element's class and id: `news-letter_Box` has news, letter, box."""
    names = f"{element.get('class', '')} {element.get('id', '')}"[:500].lower()
    return set(names.replace("-", " ").replace("_", " ").split())


def oversized(tree: lxml.html.HtmlElement) -> bool:
    """Whether the tree has more than MAX_ELEMENTS elements."""
    return next(islice(tree.iter(), MAX_ELEMENTS, None), None) is not None


def clean_line(text: str) -> str:
    """One line of running text: white space collapsed, invisible characters gone."""
    return " ".join(_INVISIBLE.sub("", text).split())


def visible_lines(tree: lxml.html.HtmlElement) -> list[str]:
    """What a reader sees of the page, one string a block, scripts and styles left out."""
    unseen = element_words()["unseen"]
    return block_lines(tree, skip=lambda node: node.tag in unseen)


def block_lines(element: lxml.html.HtmlElement, *, skip: Callable[[lxml.html.HtmlElement], bool]) -> list[str]:
    """The text under `element`, one string a block, leaving out the subtrees for which `skip` is true."""
    blocks = element_words()["blocks"]
    pieces: list[str] = []
    skipped = 0
    for event, node in lxml.etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if skipped or (node is not element and skip(node)):
                skipped += 1
            else:
                pieces.append(("\n" if node.tag in blocks else "") + (node.text or ""))
            continue
        skipped -= 1 if skipped else 0
        if not skipped and node is not element:
            pieces.append(("\n" if node.tag in blocks else "") + (node.tail or ""))
    return [line for raw in "".join(pieces).split("\n") if (line := clean_line(raw))]


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding) if encoding else None
    except (UnicodeDecodeError, LookupError):
        return None


def _loose(body: bytes, declared: str) -> str:
    try:
        return body.decode(declared or "cp1252", "replace")
    except LookupError:
        return body.decode("cp1252", "replace")


def _mostly_utf8(body: bytes) -> bool:
    """One stray byte, or a page cut in the middle of a character, does not make UTF-8 something else."""
    high = sum(byte > 127 for byte in body[:200_000])
    return body[:200_000].decode("utf-8", "replace").count("\ufffd") * 5 < high


def _bloated_tags(text: str) -> bool:
    work = 0
    for chunk in _without_scripts(text).split("<"):
        if len(chunk) > _LONG_TAG and chunk[0].isalpha():
            work += len(_QUOTED.sub("", chunk).partition(">")[0].split()) ** 2
    return work > _ATTRIBUTE_WORK


def _without_scripts(text: str) -> str:
    """`text` less the inside of its scripts, where "<" begins no tag."""
    lower = text.lower() if text.isascii() else text  # a lower-case letter may be longer than its capital
    pieces, end = [], 0
    while (start := lower.find("<script", end)) >= 0 and (stop := lower.find("</script", start)) >= 0:
        pieces.append(text[end:start])
        end = stop
    return "".join(pieces) + text[end:]
