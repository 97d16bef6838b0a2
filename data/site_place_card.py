"""What the small card of a place shows on other sites, and the code that puts a card there."""

from __future__ import annotations

from html import escape
from typing import Any

from data.site_database import PublishedDatabase
from data.site_events import event_cards
from data.site_home import built_day
from data.site_place import ENDED, place_agreements, place_condition
from data.site_places import SitePlace

AGREEMENTS = 4
HEIGHTS = {"place": 380, "chart": 340}  # pixels of a frame in which most cards need no scroll bar
Row = dict[str, Any]


async def place_card(database: PublishedDatabase, place: SitePlace) -> Row:
    """The context of `embed_place.html`: agreements today, how many ended, the newest and the next event."""
    where, params = place_condition(place)
    deals = await place_agreements(database, place)
    dated = {**params, "today": await built_day(database)}
    newest = await event_cards(database, f"{where} and e.date <= :today", dated, limit=1)
    coming = await event_cards(
        database, f"{where} and e.date > :today and e.status != 'denied'", dated, order="order by e.date, e.id", limit=1
    )
    counted = await database.row(f"select count(*) as n from events e where {where}", params)
    current = [deal for deal in deals if deal["state"] not in ENDED]
    return {
        "place": place,
        "current": current[:AGREEMENTS],
        "current_count": len(current),
        "ended_count": len(deals) - len(current),
        "newest": newest[0] if newest else None,
        "coming": coming[0] if coming else None,
        "events_count": (counted or {"n": 0})["n"],
    }


def frame_code(address: str, title: str, kind: str) -> str:
    """The HTML that shows the card at the absolute `address` in a page; `kind` is a key of HEIGHTS."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="{HEIGHTS[kind]}" '
        f'loading="lazy" style="border:1px solid #ccc;max-width:34rem"></iframe>'
    )
