"""Addresses of places, `<state>/<slug>`: given once and kept, so that a larger namesake never takes a link over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from data.site_words import words

COUNTY_WORD = re.compile(r"\b(county|parish|borough|census area|municipality|municipio|city|city and borough)$", re.I)
Row = dict[str, Any]


class Addresses:
    """The addresses given so far (rows of the archive's `place_addresses`, oldest first) and those given now."""

    def __init__(self, given: Iterable[Mapping[str, Any]]) -> None:
        self._owner: dict[tuple[str, str], str] = {}
        self._current: dict[str, str] = {}
        self.new: list[Row] = []
        for row in given:
            self._owner[row["state"], row["slug"]] = row["place_id"]
            self._current[row["place_id"]] = row["slug"]

    def assign(self, places: Iterable[Row], county: Callable[[str], str | None]) -> list[Row]:
        """The rows of `places`, in their order, each with its `slug`; `county` gives the name of a FIPS code's county.

        A place keeps its address as long as its name would still give it. Of several new ones of one name in a state
        the largest gets the plain address, the others have their county, else their number, behind it.
        """
        rows = list(places)
        for row in sorted(rows, key=lambda r: (-(r["population"] or 0), r["id"])):
            row["slug"] = "" if row["kind"] == "state" else self._slug(row, county)
        return rows

    def _slug(self, row: Row, county: Callable[[str], str | None]) -> str:
        wanted = list(_candidates(row, county))
        state, current = (row["state"] or "").lower(), self._current.get(row["id"])
        if current in wanted:
            return current
        chosen = next(s for s in wanted if self._owner.get((state, s), row["id"]) == row["id"])
        if (state, chosen) not in self._owner:
            self.new.append({"place_id": row["id"], "state": state, "slug": chosen})
        self._owner[state, chosen] = row["id"]
        self._current[row["id"]] = chosen
        return chosen

    def redirects(self, places: Iterable[Row]) -> Iterator[Row]:
        """Rows of `place_redirects`: addresses that were a published place's before it was renamed."""
        slugs = {row["id"]: row["slug"] for row in places}
        for (state, former), place_id in sorted(self._owner.items()):
            if place_id in slugs and slugs[place_id] != former:
                yield {"address": f"{state}/{former}", "place_id": place_id}


def _candidates(row: Row, county: Callable[[str], str | None]) -> Iterator[str]:
    name = row["name"] or row["id"]
    plain = slug(county_name(name, row["state"] or "") if row["kind"] == "county" else name)
    yield plain
    around = county(row["county_fips"]) if row["kind"] != "county" and row["county_fips"] else None
    if around:
        yield f"{plain}-{slug(county_name(around, row['state'] or ''))}"
    yield f"{plain}-{slug(row['id'].replace(':', '-'))}"


def slug(name: str) -> str:
    """`Doña Ana County` as `dona-ana-county`; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-") or "place"


def county_name(name: str, state: str) -> str:
    """The county's name with the word its state uses, unless the name already has one."""
    called = words()["county_words"]
    return name if COUNTY_WORD.search(name) else f"{name} {called.get(state, called['default'])}"
