"""What the outlets of the simulated country print: stories, pages and listings, each a pure function of seeds.

The same country (outlets, pages, moment) gives the same bytes in every process, so that two crawls can be compared.
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

SHARE_RELEVANT = 0.02
SHARE_NEAR = 1 / 12  # of the others have a word of the subject all the same
SHARE_NEWS = 0.4  # of outlets that print something new on the second night
SHARE_UPDATED = 0.02  # of stories that are told anew on the second night
WIRE_EVERY = 25  # each so-manieth outlet prints the second night's wire story
LISTINGS = ("rss", "atom", "news", "section")
LISTING_PATHS = {"rss": "/feed/", "atom": "/atom.xml", "news": "/news-sitemap.xml", "section": "/local-news/"}
LAYOUTS = ("press", "blox", "arc", "table", "node")
VALIDATORS = ("both", "etag", "modified")


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The vocabulary, `country.toml`."""
    return tomllib.loads(Path(__file__).with_name("country.toml").read_text(encoding="utf-8"))


def host_of(number: int) -> str:
    """The host name of an outlet, counted from 1."""
    return f"paper-{number:04d}.example"


@dataclass(frozen=True)
class Story:
    """One story at one revision; `touched` is when it was last changed."""

    path: str
    title: str
    paragraphs: tuple[str, ...]
    author: str
    published: datetime
    touched: datetime
    relevant: bool


@dataclass(frozen=True)
class Outlet:
    """One outlet of the country: its number from 1, the stories it prints by the second night's end."""

    number: int
    pages: int
    moment: datetime  # when the first night begins

    @property
    def host(self) -> str:
        """Its host name."""
        return host_of(self.number)

    @property
    def listing(self) -> str:
        """How it names its stories: rss, atom, news (a news sitemap) or section (a page)."""
        return LISTINGS[self.number % len(LISTINGS)]

    @property
    def listing_path(self) -> str:
        """Where it names them."""
        return LISTING_PATHS[self.listing]

    @property
    def layout(self) -> str:
        """The make of its pages."""
        return LAYOUTS[self.number % len(LAYOUTS)]

    @property
    def validators(self) -> str:
        """What its answers carry: both, etag or modified."""
        return VALIDATORS[self.number % len(VALIDATORS)]

    @cached_property
    def home(self) -> tuple[str, str, str]:
        """County, state and town."""
        counties = words()["counties"]
        return tuple(counties[random.Random(f"home {self.number}").randrange(len(counties))])

    @cached_property
    def name(self) -> str:
        """What it is called."""
        return f"{self.home[2]} {words()['papers'][self.number % 10]} {self.number}"

    @cached_property
    def latency(self) -> float:
        """Seconds until its answers begin, as of a server some way off: 0.05 to 0.4."""
        return random.Random(f"latency {self.number}").uniform(0.05, 0.4)

    def count(self, night: int) -> int:
        """How many stories it has printed by that night (1 or 2)."""
        if night < 2:
            return self.pages
        chance = random.Random(f"second night {self.number}")
        return self.pages + (chance.randint(1, 3) if chance.random() < SHARE_NEWS or self.carries_wire else 0)

    @property
    def carries_wire(self) -> bool:
        """Whether the wire story is the last that it prints on the second night."""
        return self.number % WIRE_EVERY == 0

    def changes(self, night: int) -> bool:
        """Whether its listing is another one in that night than in the first."""
        return night > 1 and (self.count(night) > self.pages or any(self.updated(n) for n in range(self.pages)))

    def updated(self, n: int) -> bool:
        """Whether story `n` is told anew on the second night."""
        return n < self.pages and random.Random(f"update {self.number} {n}").random() < SHARE_UPDATED

    def story(self, n: int, night: int) -> Story:
        """Story `n` (from 0, oldest first) as it stands on that night."""
        wire = self.carries_wire and night > 1 and n == self.count(night) - 1
        chance = random.Random("wire" if wire else f"story {self.number} {n}")
        relevant = wire or chance.random() < SHARE_RELEVANT
        published = self._published(n)
        home = words()["counties"][7] if wire else self.home
        title, paragraphs = _tell(chance, home, relevant, published)
        touched = published
        if night > 1 and self.updated(n):
            touched = self.moment - timedelta(minutes=30)
            paragraphs = (*paragraphs, "This story was updated on Wednesday with another remark from the meeting.")
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        path = f"/{published:%Y/%m/%d}/{slug}-{self.number:04d}{n:03d}/"
        return Story(path, title, paragraphs, _person(chance), published, touched, relevant)

    def _published(self, n: int) -> datetime:
        if n >= self.pages:
            return self.moment - timedelta(minutes=50 - n % 10)
        return self.moment - timedelta(hours=3 + 45 * (self.pages - n) / self.pages)

    def by_path(self, path: str, night: int) -> tuple[int, Story] | None:
        """Number and story at that path."""
        told = re.search(r"-\d{4}(\d{3})/$", path)
        n = int(told[1]) if told else self.count(night)
        if n >= self.count(night):
            return None
        story = self.story(n, night)
        return (n, story) if story.path == path else None


def _person(chance: random.Random) -> str:
    return f"{chance.choice(words()['first'])} {chance.choice(words()['last'])}"


def _tell(
    chance: random.Random, home: tuple[str, str, str], relevant: bool, published: datetime
) -> tuple[str, tuple[str, ...]]:
    county, state, town = home
    fill = {
        "county": county, "town": town, "person": _person(chance), "other": _person(chance),
        "day": f"{published:%A}", "ayes": chance.randint(4, 9), "noes": chance.randint(0, 3),
        "crowd": chance.randint(40, 900),
    }  # fmt: skip
    dateline = f"{town.upper()}, {state} — "
    if relevant:
        told = chance.choice(words()["relevant"])
        title, lead, pool = told["title"], told["lead"], words()["supporting"]["sentences"]
    else:
        other = words()["other"]
        title, lead, pool = chance.choice(other["titles"]), chance.choice(other["sentences"]), other["sentences"]
    picked = [chance.choice(pool) for _ in range(chance.randint(12, 34))]
    if not relevant and chance.random() < SHARE_NEAR:
        picked[-1] = chance.choice(words()["other"]["near"])
    groups = [picked[i : i + 3] for i in range(0, len(picked), 3)]
    texts = [dateline + lead, *(" ".join(group) for group in groups)]
    return title.format(**fill), tuple(text.format(**fill) for text in texts)


# --- pages -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chrome:
    """What stands around every story of one outlet."""

    head: str
    top: str
    side: str
    foot: str


@lru_cache(maxsize=4096)
def chrome(number: int, name: str) -> Chrome:
    """The outlet's styles, scripts, navigation, side column and footer: 5 to 15 kB."""
    chance = random.Random(f"chrome {number}")
    made = words()["chrome"]
    css = "".join(
        f".{chance.choice('abcdefgh')}{i}{{margin:{chance.randint(0, 40)}px;color:#{chance.randrange(4096):03x}}}"
        for i in range(chance.randint(40, 360))
    )
    js = "".join(f"window.q{i}=window.q{i}||[];q{i}.push({chance.randrange(10**9)});" for i in range(60))
    links = chance.sample(made["links"], chance.randint(8, len(made["links"])))
    links += ["Immigration"] if number % 10 == 7 else []  # a word of the subject on every page of the outlet
    menu = "".join(f'<li class="item"><a href="/{link.lower().replace(" ", "-")}/">{link}</a></li>' for link in links)
    boxes = "".join(
        f'<div class="widget"><h4>{chance.choice(made["teasers"])}</h4><p><a href="/subscribe/">Read more</a></p></div>'
        for _ in range(chance.randint(4, 24))
    )
    return Chrome(
        f'<meta charset="utf-8"><style>{css}</style><script>{js}</script><link rel="icon" href="/favicon.ico">',
        f'<header class="site"><a href="/">{name}</a><nav><ul>{menu}</ul></nav></header>',
        f'<aside class="sidebar">{boxes}</aside>',
        f'<footer class="site-footer"><p>© {name}. All rights reserved.</p><ul>{menu}</ul></footer>',
    )


def story_page(outlet: Outlet, story: Story, night: int) -> str:
    """The page of one story, in the outlet's layout."""
    around = chrome(outlet.number, outlet.name)
    url = f"http://{outlet.host}{story.path}"
    paragraphs = "\n".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
    shown = f"{story.published:%B} {story.published.day}, {story.published.year}"
    body = _LAYOUT[outlet.layout].format(
        title=escape(story.title), paragraphs=paragraphs, author=story.author, shown=shown,
        published=story.published.isoformat(), touched=story.touched.isoformat(),
    )  # fmt: skip
    return (
        f'<!doctype html><html lang="en"><head><title>{escape(story.title)} | {outlet.name}</title>'
        f'<link rel="canonical" href="{url}">{_metadata(outlet, story, url)}{around.head}</head>'
        f"<body>{around.top}{body}{around.side}{around.foot}</body></html>"
    )


def _metadata(outlet: Outlet, story: Story, url: str) -> str:
    tags = (
        f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(story.title)}">'
        f'<meta property="article:published_time" content="{story.published.isoformat()}">'
        f'<meta property="article:modified_time" content="{story.touched.isoformat()}">'
        f'<meta name="author" content="{story.author}">'
    )
    if outlet.layout in ("blox", "table"):
        return tags
    linked = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title, "mainEntityOfPage": url,
        "datePublished": story.published.isoformat(), "dateModified": story.touched.isoformat(),
        "author": {"@type": "Person", "name": story.author},
    }  # fmt: skip
    return f'{tags}<script type="application/ld+json">{json.dumps(linked)}</script>'


_LAYOUT = {
    "press": (
        '<main><article class="post"><header><h1 class="entry-title">{title}</h1><p class="byline">By {author}</p>'
        '<time datetime="{published}">{shown}</time></header><div class="entry-content">{paragraphs}</div>'
        '<div class="sharedaddy"><a href="#">Share this</a></div></article></main>'
    ),
    "blox": (
        '<div id="main-body-container"><h1 class="headline"><span>{title}</span></h1><ul class="list-inline">'
        '<li>{author}</li><li><time datetime="{published}">{shown}</time></li></ul>'
        '<div class="asset-content subscriber-premium"><div itemprop="articleBody">{paragraphs}</div></div></div>'
    ),
    "arc": (
        '<section class="main"><h1>{title}</h1><div class="byline">{author}</div><span>{shown}</span>'
        '<article class="article-body-wrapper"><section data-type="text">{paragraphs}</section></article></section>'
    ),
    "table": (
        '<table class="layout"><tr><td class="story"><h2>{title}</h2><small>{author}, {shown}</small>{paragraphs}'
        "</td></tr></table>"
    ),
    "node": (
        '<div class="region-content"><div class="node node--type-story"><h1>{title}</h1>'
        '<div class="submitted">{author} <time datetime="{published}">{shown}</time></div>'
        '<div class="field field--name-body">{paragraphs}</div></div></div>'
    ),
}


# --- listings ----------------------------------------------------------------------------------------------------


def listing(outlet: Outlet, night: int) -> tuple[str, str]:
    """Content type and text of the outlet's listing, newest story first."""
    stories = [outlet.story(n, night) for n in range(outlet.count(night))][::-1]
    return _RENDERERS[outlet.listing](outlet, stories)


def _rss(outlet: Outlet, stories: list[Story]) -> tuple[str, str]:
    items = "".join(
        f"<item><title>{escape(s.title)}</title><link>http://{outlet.host}{s.path}</link>"
        f"<pubDate>{format_datetime(s.published)}</pubDate><description>{escape(s.paragraphs[0][:150])}</description></item>"
        for s in stories
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{outlet.name}</title>{items}</channel></rss>'
    return "application/rss+xml", text


def _atom(outlet: Outlet, stories: list[Story]) -> tuple[str, str]:
    entries = "".join(
        f'<entry><title>{escape(s.title)}</title><id>tag:{outlet.host}{s.path}</id><link href="http://{outlet.host}{s.path}"/>'
        f"<published>{s.published.isoformat()}</published><updated>{s.touched.isoformat()}</updated></entry>"
        for s in stories
    )
    text = (
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{outlet.name}</title>{entries}</feed>'
    )
    return "application/atom+xml", text


def _news(outlet: Outlet, stories: list[Story]) -> tuple[str, str]:
    urls = "".join(
        f"<url><loc>http://{outlet.host}{s.path}</loc><lastmod>{s.touched.isoformat()}</lastmod><news:news>"
        f"<news:publication_date>{s.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(s.title)}</news:title></news:news></url>"
        for s in stories
    )
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return "application/xml", f'<?xml version="1.0"?><urlset {spaces}>{urls}</urlset>'


def _section(outlet: Outlet, stories: list[Story]) -> tuple[str, str]:
    around = chrome(outlet.number, outlet.name)
    cards = "".join(
        f'<h3 class="card"><a href="{s.path}">{escape(s.title)}</a></h3><p>{escape(s.paragraphs[0][:99])}</p>'
        for s in stories
    )
    head = f"<!doctype html><html><head><title>Local news | {outlet.name}</title>{around.head}</head>"
    return "text/html; charset=utf-8", f"{head}<body>{around.top}<main>{cards}</main>{around.foot}</body></html>"


_RENDERERS = {"rss": _rss, "atom": _atom, "news": _news, "section": _section}


def http_date(moment: datetime) -> str:
    """As HTTP writes it (RFC 9110, section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
