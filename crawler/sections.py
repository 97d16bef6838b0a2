"""Section pages: which of their links are stories."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import lxml.html

from crawler.canonical import belongs, canonical_url
from crawler.links import Link, Listing
from crawler.markup import clean_line
from crawler.pages import names_story, vocabulary

MAX_LINKS = 300  # of one page
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|xml|rss|json|js|css|ics|docx?|xlsx?)$", re.IGNORECASE)
_DATED = re.compile(r"/(?:19|20)\d\d[/-]\d{1,2}(?:[/-]\d{1,2})?(?:/|-)")
_NUMBERED = re.compile(r"(?:[-_/]|article_?|story_?)(?:[0-9a-f]{8}-[0-9a-f-]{20,}|\d{5,})(?:\.\w+|/)?$")
_NUMBER_AT = 200  # characters from the end of a path that may hold it
_YEAR = re.compile(r"/(?:19|20)\d\d(?:/|-)")
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)


def read_section(tree: lxml.html.HtmlElement, url: str, domain: str) -> Listing:
    """The story links of a section page fetched from `url`, in page order, on the outlet's own `domain`."""
    base = (tree.xpath("string(//base/@href)") or "").strip()
    base = canonical_url(base, url) or url
    found: dict[str, str] = {}
    for anchor in tree.xpath("//a[@href]")[:5_000]:
        if "nofollow" in (anchor.get("rel") or "").lower():
            continue
        address = canonical_url(anchor.get("href"), base)
        if address and belongs(address, domain) and looks_like_story(address):
            found.setdefault(address, clean_line(anchor.text_content())[:500])
    links = [Link(address, title=title) for address, title in found.items() if address != url]
    return Listing(tuple(links[:MAX_LINKS]), cut=len(links) > MAX_LINKS)


def looks_like_story(url: str) -> bool:
    """Whether the address reads like a story's: a date, a number or a headline in it, not the name of a section."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if names_story(parts.query):
        return True
    if _FILE.search(path) or vocabulary().front_path.match(path):
        return False
    if _DATED.search(path) or _NUMBERED.search(path[-_NUMBER_AT:]):
        return True
    return _headline_words(path) >= (2 if _YEAR.search(path) else 3)


def _headline_words(path: str) -> int:
    """How many words the longest name in `path` has: `/news/sheriff-signs-pact/c227ab51/` has three."""
    names = _ENDING.sub("", path).split("/")
    return max(sum(bool(word) for word in re.split(r"[-_]+", name)) for name in names)
