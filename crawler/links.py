"""A link to an article as a feed, a sitemap or a section page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is canonical. `published` is a day, `updated` a moment in UTC; None where the listing does not say."""

    url: str
    published: date | None = None
    updated: datetime | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one feed, sitemap or section page holds: links, newest first as far as told, and further listings.

    `cut` is true where a cap kept something out, so that the listing must not count as fully read.
    """

    links: tuple[Link, ...] = ()
    listings: tuple[str, ...] = ()
    cut: bool = False


def read_moment(text: str | None) -> datetime | None:
    """An ISO stamp (a day, or a time with or without zone) as a moment in UTC; None where it is none."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def newest_first(links: list[Link]) -> list[Link]:
    """Links by moment of change or publication, undated ones last, otherwise in the order given."""
    return sorted(links, key=_age_key)


def _age_key(link: Link) -> float:
    if link.updated:
        return -link.updated.timestamp()
    return -float((link.published - date(1970, 1, 1)).days * 86_400) if link.published else 0.0
