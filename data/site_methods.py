"""What the page on the method tells of how well the tracker reads, out of the kept result of an evaluation."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from data.site_words import word

RESULT = "evaluation.json"  # written by `make evaluation`
_FIELDS = {
    "status": "Status",
    "date": "Date",
    "agreement_type": "Kind of agreement",
    "votes": "Votes",
    "direction": "Direction of a policy",
    "stance": "Stance of a protest or statement",
    "form": "Form of a protest",
}


@lru_cache(maxsize=1)
def evaluation() -> dict[str, Any]:
    """The kept result, as `tracker evaluate --json` wrote it."""
    return json.loads(files("data").joinpath(RESULT).read_text(encoding="utf-8"))


def figures(labels: dict[str, str]) -> dict[str, Any]:
    """The page's tables; `labels` are the readers' names of the kinds of event.

    `found` and `types` are (name, score) with precision, recall and F1, `fields` (name, accuracy), `bands` the
    reliability of the confidence. Shares are numbers from 0 to 1, None where nothing was labelled.
    """
    told = evaluation()
    fields = [(label, told["fields"][name]) for name, label in _FIELDS.items() if told["fields"].get(name)]
    return {
        "texts": told["texts"],
        "pipeline": told["pipeline"],
        "found": [
            ("Stories that are relevant", told["relevance"]),
            ("Events, by kind and place", told["events"]),
            ("Officials", told["officials"]),
            ("People who speak for an organization", told["spokespeople"]),
        ],
        "types": sorted((labels.get(name, name), score) for name, score in told["types"].items()),
        "statuses": [(word("statuses", name), score) for name, score in told["statuses"].items()],
        "fields": [
            ("The main event of a story is found", told["central"]),
            ("Place of the story", told["primary_place"]),
            *fields,
            ("Quotations are found", told["quotes"]["found"]),
            ("Quotations with the right speaker", told["quotes"]["speaker"]),
        ],
        "bands": [band for band in told["reliability"] if band["count"]],
    }


def share(value: float | None) -> str:
    """A share for readers: "64 %", or a dash where nothing was there to measure."""
    return "–" if value is None else f"{100 * value:.0f} %"
