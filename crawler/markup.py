"""Bytes to text to a tree, safe on hostile pages.

A page may lie about its charset, nest without end or carry a million elements. Everything downstream works on what
this module lets through: text of at most `MAX_BYTES`, and a tree whose parsing is linear in the page's size.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
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
_IN_TAG = r"""(?:[^>=]++|=\s*+(?:"[^"]*+"?|'[^']*+'?)?)*+"""  # a quote opens a value after "=" alone
_TAG = re.compile(rf"</?[a-zA-Z]{_IN_TAG}")
_TOKEN = re.compile(  # a comment, a declaration, an element whose inside is no markup, any other tag
    rf"<(?:(?i:(s(?:cript|tyle)|t(?:extarea|itle)|xmp|iframe|no(?:embed|frames))\b){_IN_TAG}(?:>(?:[^<]++|<(?!/(?i:\1)))*+)?"
    rf"|/?[a-zA-Z]{_IN_TAG}|!--(?:[^-]++|-(?!-!?>))*+|(?:[!?]|/[^a-zA-Z])[^>]*+)",
)
_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"?|'[^']*+'?)|/""")
_CONTROL = bytes.maketrans(bytes(range(32)), bytes(c if c in (9, 10, 13) else 32 for c in range(32)))
_NO_MARKS = str.maketrans("", "", "-_")
_NAME_MARKS = str.maketrans("-_", "  ")
_PLAIN = lxml.etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement)
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
    clean = text.encode("utf-8", "replace").translate(_CONTROL)
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_PLAIN)  # lxml.html's own asks a Python function for each element touched
    try:
        return lxml.html.document_fromstring(clean, parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return None


def drop_code(tree: lxml.html.HtmlElement) -> None:
    """Take out of `tree`, in place, what is no text of the page: scripts, styles, drawings, embedded pages, and the
    banner of a web archive that kept it.

    They are a good part of a page's elements; whatever reads the tree afterwards is the faster for it.
    """
    words = element_words()
    lxml.etree.strip_elements(tree, *words["code"], with_tail=False)
    for body in list(tree.iter("body")):
        for banner in [child for child in body if child.get("id") in words["archive_ids"]]:
            banner.drop_tree()


def slim_copy(tree: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """A copy without what never holds a story (navigation, forms' fields, players); tables that lay out the page, told
    by a cell with a passage of text in it, become plain blocks.
    """
    copy = deepcopy(tree)
    lxml.etree.strip_elements(copy, *element_words()["code"], *element_words()["never_story"], with_tail=False)
    for table in list(copy.iter("table")):
        if any(len(cell.text_content()) > _PASSAGE for cell in table.iter("td")):
            for part in table.xpath("self::table | ./tr | ./tr/td | ./*[self::tbody]/tr | ./*/tr/td | ./tbody"):
                part.tag = "div"
    return copy


def name_words(element: lxml.html.HtmlElement) -> list[str]:
    """The words in the element's class and id: `news-letter_Box` has news, letter, box."""
    names = element.get("class", "") + " " + element.get("id", "")
    return names[:500].lower().translate(_NAME_MARKS).split()


def joined_names(element: lxml.html.HtmlElement) -> list[str]:
    """The names in the element's class and id without their hyphens: `live-blog_Post` is liveblogpost."""
    names = element.get("class", "") + " " + element.get("id", "")
    return names[:500].lower().translate(_NO_MARKS).split()


def oversized(tree: lxml.html.HtmlElement) -> bool:
    """Whether the tree has more than MAX_ELEMENTS elements."""
    return next(islice(tree.iter(), MAX_ELEMENTS, None), None) is not None


def clean_line(text: str) -> str:
    """One line of running text: white space collapsed, invisible characters gone."""
    return " ".join(_INVISIBLE.sub("", text).split())


class VisibleLines:
    """What a reader sees of the page, one string a block; the page is walked only as far as somebody reads."""

    def __init__(self, tree: lxml.html.HtmlElement) -> None:
        unseen = element_words()["unseen"]
        self._rest = block_lines(tree, skip=lambda node: node.tag in unseen)
        self._read: list[str] = []

    def first(self, count: int) -> list[str]:
        """The first `count` lines, or all where there are no more."""
        self._read.extend(islice(self._rest, max(0, count - len(self._read))))
        return self._read[:count]

    def all(self) -> list[str]:
        """Every line."""
        self._read.extend(self._rest)
        return self._read


def block_lines(element: lxml.html.HtmlElement, *, skip: Callable[[lxml.html.HtmlElement], bool]) -> Iterator[str]:
    """The text under `element`, one string a block, leaving out the subtrees for which `skip` is true."""
    blocks = element_words()["blocks"]
    pieces: list[str] = []
    walk = lxml.etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if node is not element and skip(node):
                walk.skip_subtree()  # its end is told all the same
                continue
            added = node.text
        elif node is element:
            break
        else:
            added = node.tail
        if node.tag in blocks:
            if pieces and (line := clean_line("".join(pieces))):
                yield line
            pieces = [added] if added else []
        elif added:
            pieces.append(added)
    if line := clean_line("".join(pieces)):
        yield line


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
    for token in _TOKEN.finditer(text):
        if token.end() - token.start() > _LONG_TAG and (tag := _TAG.match(text, token.start())):
            work += len(_VALUE.sub(" ", tag[0]).split()) ** 2
    return work > _ATTRIBUTE_WORK
