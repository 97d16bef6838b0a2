"""Bytes to text to a tree, safe on hostile pages.

A page may lie about its charset, nest without end or carry a million elements. Everything downstream works on what
this module lets through: text of at most `MAX_BYTES`, and a tree whose parsing is linear in the page's size.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

import lxml.etree
import lxml.html
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

MAX_BYTES = 10_000_000  # longer pages are not read at all
MAX_ELEMENTS = 30_000  # real news pages have 500 to 15,000; the costly extractors are kept off larger trees
_MAX_TAG = 20_000  # characters; only tags longer than this are checked for their number of attributes
_MAX_ATTRIBUTES = 1_000  # the parser compares each attribute with all others of its tag
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "td",
        "tr",
        "ul",
    ]
)


def decode(body: bytes, charset: str | None = None) -> str:
    """`body` as text: byte order mark, then UTF-8 wherever the bytes are UTF-8, then the declared charset, then cp1252.

    `charset` is what the HTTP header said, if anything. Latin-1 is read as cp1252, as browsers do. Never raises:
    bytes that fit nothing become U+FFFD.
    """
    encoding, mark = read_bom(body)
    if encoding:
        return body[len(mark or b"") :].decode(encoding, "replace")
    declared = resolve_encoding(charset or "") or html_body_declared_encoding(body) or ""
    for candidate in ("utf-8", declared, "cp1252"):
        text = _strict(body, candidate)
        if text is not None:
            return text
    return body.decode("utf-8" if declared in ("", "utf-8") and _mostly_utf8(body) else declared or "cp1252", "replace")


def parse(text: str) -> lxml.html.HtmlElement | None:
    """The tree of `text`, or None where there is no markup in it or the markup is built to exhaust a parser.

    Comments and processing instructions are left out; nesting is cut at libxml2's limit of 256.
    """
    if len(text) > MAX_BYTES or not text.strip() or _bloated_tag(text):
        return None
    clean = _CONTROL.sub(" ", text).encode("utf-8", "replace")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        return lxml.html.document_fromstring(clean, parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return None


def oversized(tree: lxml.html.HtmlElement) -> bool:
    """Whether the tree has more than MAX_ELEMENTS elements."""
    return next(islice(tree.iter(), MAX_ELEMENTS, None), None) is not None


def clean_line(text: str) -> str:
    """One line of running text: white space collapsed, invisible characters gone."""
    return " ".join(_INVISIBLE.sub("", text).split())


def visible_text(tree: lxml.html.HtmlElement) -> str:
    """The page's text as one line, without scripts and styles; at most 200,000 characters."""
    return " ".join(block_lines(tree, skip=lambda node: node.tag in ("script", "style", "template")))[:200_000]


def block_lines(element: lxml.html.HtmlElement, *, skip: Callable[[lxml.html.HtmlElement], bool]) -> list[str]:
    """The text under `element`, one string a block, leaving out the subtrees for which `skip` is true."""
    pieces: list[str] = []
    skipped = 0
    for event, node in lxml.etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if skipped or (node is not element and skip(node)):
                skipped += 1
            else:
                pieces.append(("\n" if node.tag in _BLOCKS else "") + (node.text or ""))
            continue
        skipped -= 1 if skipped else 0
        if not skipped and node is not element:
            pieces.append(("\n" if node.tag in _BLOCKS else "") + (node.tail or ""))
    return [line for raw in "".join(pieces).split("\n") if (line := clean_line(raw))]


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding) if encoding else None
    except (UnicodeDecodeError, LookupError):
        return None


def _mostly_utf8(body: bytes) -> bool:
    """One stray byte, or a page cut in the middle of a character, does not make UTF-8 something else."""
    high = sum(byte > 127 for byte in body[:200_000])
    return body[:200_000].decode("utf-8", "replace").count("\ufffd") * 5 < high


def _bloated_tag(text: str) -> bool:
    long_chunks = (chunk for chunk in text.split("<") if len(chunk) > _MAX_TAG)
    return any(len(_QUOTED.sub("", chunk).partition(">")[0].split()) > _MAX_ATTRIBUTES for chunk in long_chunks)
