"""The choices that the explore page offers beside a result, each with how many events it would have."""

from __future__ import annotations

from typing import Any

from data.site_database import PublishedDatabase
from data.site_explore_answer import Answer
from data.site_explore_columns import event_columns
from data.site_explore_query import Known, Query, fixed_names
from data.site_places import place_index
from data.site_words import date_words, explained, word, words

OFFERED = 12  # places and outlets: those with most events
LABELS = {
    "state": "State",
    "place": "Place",
    "family": "Subject",
    "type": "Kind of event",
    "status": "Status",
    "agreement": "Agreement",
    "direction": "Direction of policies",
    "stance": "Stance of protests",
    "review": "Review",
    "outlet": "Outlet",
}
GROUPS = {
    "family": "families",
    "status": "statuses",
    "direction": "directions",
    "stance": "stances",
    "review": "reviews",
}
Row = dict[str, Any]
Vocabulary = dict[str, dict[str, tuple[str, str]]]


async def vocabulary(database: PublishedDatabase) -> Vocabulary:
    """For each parameter the values that have a label of their own: value to label and definition."""

    async def make() -> Vocabulary:
        types = await database.rows("select name, label, family, definition from event_types")
        agreements = await database.rows("select name, label, definition from agreement_types")
        places = await place_index(database)
        told: Vocabulary = {
            name: {value: (word(group, value), explained(group, value)) for value in words()[group]}
            for name, group in GROUPS.items()
        }
        for row in types:
            told["family"].setdefault(row["family"] or "other", (word("families", row["family"] or "other"), ""))
        told["type"] = {row["name"]: (row["label"] or row["name"], row["definition"] or "") for row in types}
        told["agreement"] = {row["name"]: (row["label"] or row["name"], row["definition"] or "") for row in agreements}
        told["state"] = {code: (name, "") for code, name in words()["state_names"].items()}
        told["place"] = {place.id: (place.label, "") for place in places.by_id.values()}
        return told

    return await database.once("explore_vocabulary", make)


async def known_values(database: PublishedDatabase) -> Known:
    """What the parameters of an address may hold: the words of the site and of the file."""

    async def make() -> Known:
        columns, told = await event_columns(database), await vocabulary(database)
        names = fixed_names()
        for name in ("type", "agreement", "family"):
            names[name] = {**names.get(name, {}), **{value.lower(): value for value in told[name]}}
        names["outlet"] = {name.lower(): name for name in columns.outlets.names}
        return Known(names, await place_index(database))

    return await database.once("explore_known", make)


def label_of(told: Vocabulary, name: str, value: str) -> str:
    """The reader's word for a value of a parameter."""
    return told.get(name, {}).get(value, (value.replace("_", " ") if name != "outlet" else value, ""))[0]


def choices(query: Query, answer: Answer, told: Vocabulary) -> dict[str, Row]:
    """The groups of choices: for each its label and its options, those without an event left out unless chosen."""
    groups = {}
    for name, label in LABELS.items():
        counts, chosen = answer.counts[name], query.chosen.get(name, ())
        if name in ("place", "outlet"):
            values = sorted(counts, key=lambda v: (-counts[v], v))[:OFFERED]
        elif name in told and name != "state":
            values = [v for v in told[name] if counts.get(v)]
        else:
            values = sorted((v for v in counts if v), key=lambda v: label_of(told, name, v))
        values = list(dict.fromkeys([*(v for v in chosen if v not in values), *values]))
        options = [
            {
                "value": value,
                "label": label_of(told, name, value),
                "meaning": told.get(name, {}).get(value, ("", ""))[1],
                "count": counts.get(value, 0),
                "chosen": value in chosen,
            }
            for value in values
        ]
        more = max(0, len(counts) - len(values))
        groups[name] = {"name": name, "label": label, "options": options, "chosen": len(chosen), "more": more}
    return groups


def chips(query: Query, told: Vocabulary) -> list[Row]:
    """The filters in use, each value with the address of the query without it."""
    found = []
    if query.text:
        found.append({"name": "q", "label": f"“{query.text}”", "title": "Words"})
    for name, values in query.chosen.items():
        found += [{"name": name, "value": v, "label": label_of(told, name, v), "title": LABELS[name]} for v in values]
    if query.start or query.end:
        found.append({"name": "dates", "label": range_words(query.start, query.end), "title": "Dates"})
    if query.confidence:
        found.append({"name": "confidence", "label": f"at least {query.confidence:.0%}", "title": "Certainty"})
    for chip in found:
        chip["url"] = query.without(chip["name"], chip.get("value")).url()
    return found


def loosenings(query: Query, answer: Answer) -> list[Row]:
    """For a result without events: each filter in use, and what is found with it taken off, most first."""
    titles = {**LABELS, "q": "the words", "dates": "the dates", "confidence": "the least certainty"}
    found = [
        {"label": titles[name].lower(), "url": query.without(name).url(), "count": count}
        for name, count in answer.without.items()
        if count
    ]
    return sorted(found, key=lambda row: -row["count"])


def range_words(start: str, end: str) -> str:
    """A range of dates as a reader says it: a year by its number, else its ends."""
    if start[:4] == end[:4] and start[4:] == "-01-01" and end[4:] == "-12-31":
        return start[:4]
    if start and end and start != end:
        return f"{date_words(start)} to {date_words(end)}"
    if start == end:
        return date_words(start)
    return f"since {date_words(start)}" if start else f"until {date_words(end)}"


def surer_choices(query: Query, answer: Answer) -> list[Row]:
    """The least certainties that may be asked for."""
    bands = [band for band in words()["confidence"] if band["floor"] > 0]
    options = [
        {
            "value": f"{band['floor']:g}",
            "label": f"{band['words']} ({band['floor']:.0%} or more)",
            "count": answer.confidence[band["floor"]],
            "chosen": abs(band["floor"] - query.confidence) < 1e-6,
        }
        for band in reversed(bands)
    ]
    if query.confidence and not any(option["chosen"] for option in options):
        value = f"{query.confidence:g}"
        options.append(
            {"value": value, "label": f"{query.confidence:.0%} or more", "count": answer.count, "chosen": True}
        )
    return options
