"""Headlines without the outlet's name, and the outlet's name."""

from __future__ import annotations

import re

import lxml.html

from crawler.boilerplate import words_of
from crawler.canonical import host_of
from crawler.linked_data import Item, text_of
from crawler.markup import VisibleLines, clean_line

MAX_TITLE = 400  # characters
_READ = 2_000  # characters of a heading that are looked at
_LABEL = 20  # characters
_TOP = 80  # visible lines among which the headline is looked for
_LEADING = re.compile(r"\s+[|\-–—•·»]+\s+|\s*\|\s*|\s*:\s+")
_SEPARATOR = re.compile(r"\s+[|\-–—•·»:]+\s+|\s*\|\s*")


def article_title(
    tree: lxml.html.HtmlElement, item: Item, meta: dict[str, str], outlet: str, url: str, shown: VisibleLines
) -> str:
    """The headline: JSON-LD's, else the page's social one, its first heading, its `<title>`; "" where none is told.

    `shown` are the page's visible lines, among which a page without headings prints its headline.
    """
    headings = [text for h in tree.xpath("//h1")[:10] if (text := clean_line(h.text_content()[:_READ]))]
    page_title = clean_line((tree.findtext(".//title") or "")[:_READ])
    told = [text_of(item.get("headline")), meta.get("og:title", ""), meta.get("twitter:title", "")]
    fitting = [h for h in headings if any(_same_story(h, other) for other in (*told, page_title) if other)]
    if told[0] and not any(_same_story(told[0], other) for other in (*told[1:], page_title, *headings) if other):
        told.append(told.pop(0))  # a description in the place of the headline
    candidates = [*told, *fitting, page_title, *headings]
    printed = {_bare(line) for line in (*headings, *shown.first(_TOP)) if len(line) < MAX_TITLE}
    for candidate in candidates:
        title = without_outlet(candidate, outlet, url, printed)
        if title and not _cut_off(title) and not _is_named(title, outlet, url):
            return title[:MAX_TITLE]
    return next((without_outlet(c, outlet, url, printed) for c in candidates if c), "")[:MAX_TITLE]


def without_outlet(title: str, outlet: str, url: str, printed: set[str]) -> str:
    """`title` less trailing (or leading) parts that name the outlet, its site or its section.

    A part goes when it names the outlet, or when what stays is one of `printed`, the lines that the page shows (as
    bare words).
    """
    title = clean_line(title)
    while (cut := _last_separator(title)) is not None:
        head, tail = title[: cut[0]].strip(), title[cut[1] :].strip()
        told = _bare(head) in printed and len(head) > min(len(tail), _LABEL)  # not "Opinion" of "Opinion | Headline"
        if not head or not (told or _is_outlet(tail, outlet, url)):
            break
        title = head
    first = _LEADING.search(title)
    if first and first.start():
        head, tail = title[: first.start()], title[first.end() :]
        if _is_outlet(head, outlet, url, more=2) or _bare(tail) in printed:
            return tail
    return title


def outlet_name(item: Item, meta: dict[str, str], url: str) -> str:
    """The outlet as the page names it: JSON-LD's publisher, `og:site_name`, the application's name, else its host."""
    names = [text_of(item.get("publisher")), meta.get("og:site_name", ""), meta.get("application-name", "")]
    told = [name for name in names if name and not name.lower().startswith(("http:", "https:", "@"))]
    return next((name for name in told if len(name) <= 100), host_of(url))


def _bare(line: str) -> str:
    return " ".join(words_of(line))


def _last_separator(title: str) -> tuple[int, int] | None:
    spans = [found.span() for found in _SEPARATOR.finditer(title)]
    return spans[-1] if spans else None


def _is_outlet(part: str, outlet: str, url: str, more: int = 4) -> bool:
    """Whether `part` of a title is the outlet's name, its host, or a shorter or (by `more` words) fuller form of it."""
    letters, name = "".join(words_of(part)), "".join(words_of(outlet))
    if not letters or len(words_of(part)) > len(words_of(outlet)) + more:
        return False
    shorter, longer = sorted((letters, name), key=len)
    by_name = len(shorter) >= 3 and longer.startswith(shorter)
    return (
        by_name or _is_named(part, outlet, url) or any(letters.startswith(s) for s in _host_names(url) if len(s) >= 4)
    )


def _is_named(title: str, outlet: str, url: str) -> bool:
    """Whether `title` is nothing but the outlet's name or host."""
    letters = "".join(words_of(title))
    return letters == "".join(words_of(outlet)) or letters in _host_names(url)


def _host_names(url: str) -> set[str]:
    host = host_of(url)
    return {"".join(words_of(host)), "".join(words_of(host.rsplit(".", 1)[0]))}


def _same_story(heading: str, other: str) -> bool:
    mine, theirs = set(words_of(heading)), set(words_of(other))
    return len(mine) >= 3 and len(mine & theirs) >= 0.5 * len(mine)


def _cut_off(title: str) -> bool:
    return title.endswith(("...", "…"))
