"""Places whose names are like one that has no page: what the page of an unknown address offers."""

from __future__ import annotations

from collections import Counter, defaultdict
from difflib import SequenceMatcher

from data.site_database import PublishedDatabase
from data.site_places import PlaceIndex, SitePlace, place_index, slug
from data.site_words import state_codes

COMPARED = 60  # candidates by shared letters that are compared letter by letter
LEAST = 0.45  # likeness from which a name is offered
SPREAD = 0.3  # what is much less like than the best is not offered beside it
SHOWN = 6
LONGEST = 80


class NameIndex:
    """Places by the three-letter pieces of their names."""

    def __init__(self, places: PlaceIndex) -> None:
        self._places = places
        self._pieces: dict[str, list[str]] = defaultdict(list)
        for place in places.by_id.values():
            for piece in _pieces(slug(place.name)):
                self._pieces[piece].append(place.id)

    def nearest(self, name: str, state: str | None = None, limit: int = SHOWN) -> list[SitePlace]:
        """The places whose names are most like `name`, those of the state first, then by events."""
        wanted = slug(name[:LONGEST])
        shared: Counter[str] = Counter()
        for piece in _pieces(wanted):
            owners = self._pieces.get(piece, ())
            shared.update(owners)
        found = []
        code = (state or "").upper()
        ranked = sorted(shared, key=lambda i: (-shared[i], self._places.by_id[i].state != code, i))
        for place_id in ranked[:COMPARED]:
            place = self._places.by_id[place_id]
            here = place.state == code
            alike = SequenceMatcher(None, wanted, slug(place.name), autojunk=False).ratio()
            if alike >= LEAST:
                found.append((-(alike + 0.25 * here), -place.events_count, place.id, place))
        ranked_found = sorted(found, key=lambda f: f[:3])
        return [place for alike, *_, place in ranked_found[:limit] if alike <= ranked_found[0][0] + SPREAD]


def _pieces(name: str) -> set[str]:
    padded = f"-{name}-"
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


async def nearest_places(database: PublishedDatabase, path: str) -> list[SitePlace]:
    """The places that a reader of the unknown address `path` (/place/<state>/<name>) may have meant."""

    async def make() -> NameIndex:
        return NameIndex(await place_index(database))

    parts = [part for part in path.split("/") if part][1:]
    if not parts:
        return []
    names = await database.once("place names", make)
    places = await place_index(database)
    state = state_codes().get(parts[0].replace("-", " ").lower())
    wanted = parts[-1] if len(parts) > 1 or not state else ""
    here = places.state(state) if state else None
    near = names.nearest(wanted, state) if wanted else []
    return [*([here] if here else []), *(place for place in near if place is not here)][:SHOWN]
