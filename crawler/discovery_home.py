"""What an outlet's home page tells: the publishing system, declared feeds, sections, its name, language and town."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html

from crawler.articles import meta_values
from crawler.canonical import belongs, canonical_url, host_of
from crawler.linked_data import Item, linked_items, text_of, types_of
from crawler.markup import VisibleLines, clean_line, parse
from crawler.sections import looks_like_story

MAX_DECLARED = 12  # feeds that a page declares; more are passed over
MAX_SECTIONS = 4  # of the navigation
_FEED_TYPES = ("rss", "atom", "feed+json", "rdf")
_ORGANIZATIONS = ("NewsMediaOrganization", "Organization", "LocalBusiness", "GovernmentOrganization", "WebSite")
_KINDS = {
    "RadioStation": "radio",
    "BroadcastService": "radio",
    "TelevisionStation": "tv",
    "GovernmentOrganization": "government",
}
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|"
    "OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AS|GU|MP|VI"
)
# "12 Main St., Albany, NY 12207": the town before the postal code of a US address
_TOWN = re.compile(rf"([A-Z][A-Za-z.'\u2019 -]{{2,40}}?),\s*({_STATES})\.?\s+\d{{5}}(?:-\d{{4}})?\b")
_TITLE_PARTS = re.compile(r"\s+[|\-–—•·»:]+\s+|\s*\|\s*|:\s+")
_GENERIC = re.compile(
    r"^(?:home(?: ?page| news)?|front page|welcome(?: to)?|(?:(?:local|latest|breaking|top) )?news|inicio|portada)$",
    re.IGNORECASE,
)
_FEED_LINK = re.compile(
    r"/(?:rss|feeds?|atom)(?:[/?.]|$)|\.(?:rss|atom)$|[?&](?:f|format)=rss\b|feed\.(?:xml|json)$", re.IGNORECASE
)
_READ = 1_000_000  # characters of source searched for marks


@dataclass(frozen=True, slots=True)
class Lead:
    """An address that may be worth reading: `kind` is feed, sitemap or section, `title` what its link was called."""

    kind: str
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """A home page read; `url` is where it was found after redirects. What the page does not tell is empty.

    `systems` are keys of `discovery.toml`. `towns` are (town, postal code of the state), likeliest first. `bare` is
    true where the page shows nothing without a browser.
    """

    url: str
    name: str = ""
    language: str = ""
    kind: str = ""
    systems: tuple[str, ...] = ()
    feeds: tuple[Lead, ...] = ()
    sections: tuple[Lead, ...] = ()
    towns: tuple[tuple[str, str], ...] = ()
    paywall: str = "none"
    bare: bool = False

    @property
    def domain(self) -> str:
        """The host of the page, as the registry writes it."""
        return (urlsplit(self.url).hostname or "").lower()


@dataclass(frozen=True, slots=True)
class System:
    """A publishing system: what gives it away, and where it keeps things (paths)."""

    name: str
    marks: re.Pattern[str]
    kind: str = ""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The compiled `discovery.toml`."""

    systems: dict[str, System]
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    wanted: re.Pattern[str]
    unwanted: re.Pattern[str]
    never: re.Pattern[str]
    sections: tuple[re.Pattern[str], ...]
    metered: re.Pattern[str]
    hard: re.Pattern[str]
    stale_days: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The patterns and paths of `discovery.toml`, read once."""
    raw = tomllib.loads(files("crawler").joinpath("discovery.toml").read_text(encoding="utf-8"))
    topics = raw["topics"]
    return Vocabulary(
        {key: _system(told, raw["systems"]) for key, told in raw["systems"].items()},
        tuple(raw["everywhere"]["feeds"]),
        tuple(raw["everywhere"]["sitemaps"]),
        *(_any(topics[name]) for name in ("wanted", "unwanted", "never")),
        tuple(re.compile(pattern, re.IGNORECASE) for pattern in raw["sections"]["patterns"]),
        _any(raw["paywall"]["metered"]),
        _any(raw["paywall"]["hard"]),
        raw["stale_days"],
    )


def _system(told: dict[str, Any], all_told: dict[str, dict[str, Any]]) -> System:
    like = all_told[told["like"]] if "like" in told else {}
    paths = ((*told.get(name, ()), *like.get(name, ())) for name in ("feeds", "sitemaps", "sections"))
    return System(told["name"], _any(told["marks"]), told.get("kind", ""), *paths)


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def read_home(text: str, url: str, headers: str = "") -> Home:
    """Read the home page `text` found at `url`; `headers` are the response's, one `name: value` a line.

    A page without markup gives a Home that tells nothing but its system. Never raises on a page.
    """
    systems = _systems(f"{headers}\n{text[:_READ]}")
    kind = next((vocabulary().systems[key].kind for key in systems if vocabulary().systems[key].kind), "")
    tree = parse(text)
    if tree is None:
        return Home(url, systems=systems, kind=kind, bare=True)
    items, meta, shown = linked_items(tree), meta_values(tree), VisibleLines(tree).all()
    domain = (urlsplit(url).hostname or "").lower()
    base = _base(tree, url)
    return Home(
        url,
        name=_name(tree, items, meta, domain),
        language=_language(tree, meta),
        kind=_kind(items, domain) or kind,
        systems=systems,
        feeds=tuple(_declared_feeds(tree, base)),
        sections=tuple(_sections(tree, base, domain)),
        towns=tuple(_towns(items, shown)),
        paywall=_paywall(items, text[:_READ]),
        bare=len(tree.xpath("//a[@href]")) < 5 and bool(tree.xpath("//script")),
    )


def _systems(source: str) -> tuple[str, ...]:
    return tuple(key for key, system in vocabulary().systems.items() if system.marks.search(source))


def _base(tree: lxml.html.HtmlElement, url: str) -> str:
    return joined(url, tree.xpath("string(//base/@href)")) or url


def joined(base: str, href: str) -> str:
    """`href` as an absolute address without its fragment, "" where it is none. Queries stay: feeds live in them."""
    try:
        address = urljoin(base, href.strip()[:2_000]).partition("#")[0]
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    return address.replace(" ", "%20") if usable and "\n" not in address else ""


def _declared_feeds(tree: lxml.html.HtmlElement, base: str) -> list[Lead]:
    found: dict[str, Lead] = {}
    for link in tree.xpath("//link[@rel and @href and @type]")[:300]:
        kind = link.get("type").lower()
        if "alternate" not in link.get("rel").lower().split() or not any(name in kind for name in _FEED_TYPES):
            continue
        if address := joined(base, link.get("href")):
            found.setdefault(address, Lead("feed", address, clean_line(link.get("title") or "")[:200]))
    for anchor in tree.xpath("//a[@href]")[:3_000]:  # many a site names its feeds in the footer only
        address = joined(base, anchor.get("href"))
        if address and _FEED_LINK.search(address):
            found.setdefault(address, Lead("feed", address, clean_line(anchor.text_content())[:200]))
    return list(found.values())[:MAX_DECLARED]


def _sections(tree: lxml.html.HtmlElement, base: str, domain: str) -> list[Lead]:
    """Links that look like the sections worth reading, best first, each path once."""
    ranked: dict[str, tuple[int, Lead]] = {}
    for anchor in tree.xpath("//a[@href]")[:3_000]:
        address = canonical_url(anchor.get("href"), base)
        words = clean_line(anchor.text_content())[:80]
        if not address or not belongs(address, domain) or looks_like_story(address) or len(words.split()) > 5:
            continue
        rank = _section_rank(words, address)
        if rank is not None and (address not in ranked or rank < ranked[address][0]):
            ranked[address] = (rank, Lead("section", address, words))
    return [lead for _, lead in sorted(ranked.values(), key=lambda one: (one[0], len(one[1].url)))][:MAX_SECTIONS]


def _section_rank(words: str, address: str) -> int | None:
    path = unquote(urlsplit(address).path)
    told = f"{words} {path}"
    if path == "/" or topic(told) in ("unwanted", "never"):
        return None
    return next((rank for rank, pattern in enumerate(vocabulary().sections) if pattern.search(told)), None)


def topic(told: str) -> str:
    """`never`, `unwanted`, `wanted` or "" for an address or title; underscores and dashes part words."""
    words = re.sub(r"[_/-]+", " ", told)
    both = f"{told} {words}"
    for name in ("never", "unwanted", "wanted"):
        if getattr(vocabulary(), name).search(both):
            return name
    return ""


def _name(tree: lxml.html.HtmlElement, items: list[Item], meta: dict[str, str], domain: str) -> str:
    """What the outlet calls itself; a part of the title that the domain echoes before others, its host at last."""
    organizations = sorted((item for item in items if types_of(item) & set(_ORGANIZATIONS)), key=_trust)
    told = [meta.get("og:site_name", ""), *(text_of(item.get("name")) for item in organizations)]
    told += [meta.get("application-name", ""), meta.get("apple-mobile-web-app-title", "")]
    title = clean_line(tree.findtext(".//title") or "")[:300]
    parts = [part for part in _TITLE_PARTS.split(title) if part and not _GENERIC.match(part)]
    logos = [clean_line(alt)[:120] for alt in tree.xpath("//img/@alt")[:20]]
    echoed = [
        part for part in (*parts, *logos) if len(part) > 3 and _squashed(part).removeprefix("the") in _squashed(domain)
    ]
    names = [name[:120] for name in (*told, *echoed, *(parts or [title])) if name and not _GENERIC.match(name)]
    host = domain.removeprefix("www.")
    return next((name for name in names if name.lower().removeprefix("www.") != host), names[0] if names else "")


def _squashed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _trust(item: Item) -> int:
    return min(_ORGANIZATIONS.index(name) for name in types_of(item) & set(_ORGANIZATIONS))


def _language(tree: lxml.html.HtmlElement, meta: dict[str, str]) -> str:
    told = tree.get("lang") or meta.get("og:locale") or meta.get("content-language") or ""
    found = re.match(r"[a-z]{2,3}(?![a-z])", told.strip().lower())
    return found.group() if found else ""


def _kind(items: list[Item], domain: str) -> str:
    if domain.endswith(".gov") or re.search(r"\.(?:us|mil)$", domain):
        return "government"
    return next((_KINDS[name] for item in items for name in types_of(item) if name in _KINDS), "")


def _towns(items: list[Item], shown: list[str]) -> list[tuple[str, str]]:
    """Towns of the organizations' addresses, then those of addresses printed on the page, the most frequent first."""
    told = [town for item in items for town in _addresses(item.get("address"))]
    printed = Counter(
        (clean_line(town).split(". ")[-1], state) for line in shown[-400:] for town, state in _TOWN.findall(line[:500])
    )
    return list(dict.fromkeys([*told, *(town for town, _ in printed.most_common(5))]))


def _addresses(value: object) -> list[tuple[str, str]]:
    found = []
    for one in (value if isinstance(value, list) else [value])[:5]:
        if isinstance(one, dict):
            town, state = text_of(one.get("addressLocality")), text_of(one.get("addressRegion"))
            found += [(town[:80], state[:40])] if town and state else []
        elif isinstance(one, str):
            found += [(clean_line(town), state) for town, state in _TOWN.findall(one[:500])]
    return found


def _paywall(items: list[Item], source: str) -> str:
    if vocabulary().hard.search(source):
        return "hard"
    locked = any(str(item.get("isAccessibleForFree")).strip().lower() == "false" for item in items)
    return "metered" if locked or vocabulary().metered.search(source) else "none"


def same_place(one: str, other: str) -> bool:
    """Whether two addresses differ in no more than scheme, a leading `www.` or a slash at the end."""
    first, second = urlsplit(one), urlsplit(other)
    return (host_of(one), first.port if first.port not in (80, 443) else None, first.path.rstrip("/"), first.query) == (
        host_of(other),
        second.port if second.port not in (80, 443) else None,
        second.path.rstrip("/"),
        second.query,
    )
