"""The sample outlets' feeds and sitemaps: RSS, Atom, JSON Feed, Google-news sitemap, sitemap index."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import format_datetime
from xml.sax.saxutils import escape

from data.sample.pages import teaser
from data.sample.stories import Feed, SampleOutlet, Story

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
    "news": "application/xml; charset=utf-8",
    "index": "application/xml; charset=utf-8",
}


def render_feed(outlet: SampleOutlet, feed: Feed, revision: int = 0) -> str:
    """The text of a feed or sitemap at this revision of the site."""
    return _RENDERERS[feed.kind](outlet, outlet.stories(revision)[: feed.limit])


def months(outlet: SampleOutlet, revision: int = 0) -> list[str]:
    """The months ("2026-09") that have stories, the children of a sitemap index."""
    return sorted({f"{story.published:%Y-%m}" for story in outlet.stories(revision)})


def monthly_sitemap(outlet: SampleOutlet, month: str, revision: int = 0) -> str:
    """One child of a sitemap index: plain URLs with their last change."""
    listed = [story for story in outlet.stories(revision) if f"{story.published:%Y-%m}" == month]
    urls = (f"<url><loc>{_loc(outlet, s)}</loc><lastmod>{s.touched.isoformat()}</lastmod></url>" for s in listed)
    return f'{XML}<urlset xmlns="{SITEMAP}">\n' + "\n".join(urls) + "\n</urlset>\n"


def feed_link(outlet: SampleOutlet, story: Story) -> str:
    """The URL a feed gives for a story, with the outlet's tracking parameters."""
    link = outlet.url(story.link)
    return f"{link}?{outlet.tracking}" if outlet.tracking else link


def _rss(outlet: SampleOutlet, listed: list[Story]) -> str:
    items = "\n".join(
        f"<item><title>{escape(s.headline)}</title><link>{escape(feed_link(outlet, s))}</link>"
        f'<guid isPermaLink="false">{outlet.id}-{s.slug}</guid><pubDate>{format_datetime(s.published)}</pubDate>'
        f"<category>{s.section}</category><description>{escape(f'<p>{escape(teaser(s))}</p>')}</description></item>"
        for s in listed
    )
    return (
        f'{XML}<rss version="2.0"><channel><title>{escape(outlet.name)}</title><link>{outlet.url("/")}</link>'
        f"<description>{escape(outlet.tagline)}</description><language>{outlet.language}</language>\n{items}\n"
        "</channel></rss>\n"
    )


def _atom(outlet: SampleOutlet, listed: list[Story]) -> str:
    entries = "\n".join(
        f'<entry><title type="html">{escape(escape(s.headline))}</title><id>tag:{outlet.domain},2026:{s.slug}</id>'
        f'<link rel="alternate" href="{escape(feed_link(outlet, s))}"/><published>{s.published.isoformat()}</published>'
        f'<updated>{s.touched.isoformat()}</updated><summary type="text">{escape(teaser(s))}</summary></entry>'
        for s in listed
    )
    newest = max((s.touched for s in listed), default=None)
    return (
        f'{XML}<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(outlet.name)}</title>'
        f"<id>tag:{outlet.domain},2026:feed</id>"
        f"<updated>{newest.isoformat() if newest else ''}</updated>\n{entries}\n</feed>\n"
    )


def _json(outlet: SampleOutlet, listed: list[Story]) -> str:
    items = [
        {
            "id": s.slug,
            "url": feed_link(outlet, s),
            "title": s.headline,
            "summary": teaser(s),
            "date_published": s.published.isoformat(),
            "date_modified": s.touched.isoformat(),
            "authors": [{"name": name} for name in s.authors],
        }
        for s in listed
    ]
    about = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "home_page_url": outlet.url("/")}
    return json.dumps({**about, "items": items}, ensure_ascii=False, indent=1)


def _news(outlet: SampleOutlet, listed: list[Story]) -> str:
    urls = "\n".join(
        f"<url><loc>{_loc(outlet, s)}</loc><lastmod>{s.touched.isoformat()}</lastmod><news:news><news:publication>"
        f"<news:name>{escape(outlet.name)}</news:name><news:language>{outlet.language}</news:language>"
        f"</news:publication><news:publication_date>{s.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(s.headline)}</news:title></news:news></url>"
        for s in listed
    )
    news = "http://www.google.com/schemas/sitemap-news/0.9"
    return f'{XML}<urlset xmlns="{SITEMAP}" xmlns:news="{news}">\n{urls}\n</urlset>\n'


def _index(outlet: SampleOutlet, listed: list[Story]) -> str:
    found = sorted({f"{story.published:%Y-%m}" for story in listed})
    maps = "\n".join(f"<sitemap><loc>{outlet.url(f'/sitemap-{month}.xml')}</loc></sitemap>" for month in found)
    return f'{XML}<sitemapindex xmlns="{SITEMAP}">\n{maps}\n</sitemapindex>\n'


def _loc(outlet: SampleOutlet, story: Story) -> str:
    return escape(outlet.url(story.link))


_RENDERERS: dict[str, Callable[[SampleOutlet, list[Story]], str]] = {
    "rss": _rss,
    "atom": _atom,
    "json": _json,
    "news": _news,
    "index": _index,
}
