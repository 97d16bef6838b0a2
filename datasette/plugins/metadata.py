"""Datasette's own pages: titles, column meanings, facets, sort order and links in cells."""

import copy
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.app import Datasette
from markupsafe import Markup, escape

from data.public_schema import SEARCHED, public_tables
from data.site_database import NAME, facts, published
from data.site_links import source_link
from data.site_queries import as_metadata

FACETS = {
    "events": ["type", "status", "state", "agreement_type", "direction", "stance"],
    "agreements": ["state", "agreement_type"],
    "reports": ["outlet"],
    "officials": ["role"],
    "places": ["kind", "state"],
    "sources": ["kind", "state"],
    "event_changes": ["change"],
}
NEWEST_FIRST = {
    "events": "date",
    "reports": "published",
    "agreements": "since",
    "quotes": "published",
    "runs": "id",
    "event_changes": "id",
}
LABELS = {
    "places": "name",
    "event_types": "label",
    "agreement_types": "label",
    "sources": "name",
    "events": "title",
    "agreements": "agreement_type",
    "officials": "name",
}
PAGES = {  # what has a page of its own is linked there
    "event_id": "/event/",
    "place_id": "/place/",
    "agreement_id": "/agreement/",
    "official_id": "/official/",
    "source_id": "/outlet/",
}


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    tables = {}
    for table in public_tables():
        told = {"description": table.description, "columns": {c.name: c.meaning for c in table.columns}}
        told["title"] = table.name.replace("_", " ").capitalize()
        if table.name in FACETS:
            told["facets"] = FACETS[table.name]
        if table.name in NEWEST_FIRST:
            told["sort_desc"] = NEWEST_FIRST[table.name]
        if table.name in LABELS:
            told["label_column"] = LABELS[table.name]
        if table.name in SEARCHED:
            told["fts_table"] = f"{table.name}_fts"
        tables[table.name] = told
    return {
        "title": "Sanctuary Tracker",
        "description": "How US cities, counties and states deal with federal immigration enforcement",
        "databases": {NAME: {"title": "The data", "tables": tables, "queries": as_metadata()}},
    }


@hookimpl
def get_metadata(datasette: Datasette) -> dict[str, Any]:
    return copy.deepcopy(described())  # Datasette merges into what it is given


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Datasette) -> Any:
    if database != NAME:
        return None
    if isinstance(value, dict) and column in PAGES:  # a foreign key with its label
        address = datasette.urls.path(f"{PAGES[column]}{quote(str(value['value']), safe=':')}")
        return Markup('<a href="{}">{}</a> <em>{}</em>').format(
            address, value["label"] or value["value"], value["value"]
        )
    if isinstance(value, str) and column == "url":
        return lambda: linked(datasette, value)
    if (
        isinstance(value, str)
        and column == "id"
        and table in ("events", "places", "agreements", "officials", "sources")
    ):
        address = datasette.urls.path(f"{PAGES[table.removesuffix('s') + '_id']}{quote(value, safe=':')}")
        return Markup('<a href="{}">{}</a>').format(address, value)
    return None


async def linked(datasette: Datasette, url: str) -> str:
    """The address as a link where it may be one, as plain text where it must not."""
    link = source_link(url, sample=(await facts(published(datasette)))["sample"])
    return Markup('<a href="{}" rel="noopener">{}</a>').format(link, url) if link else escape(url)
