"""The words of a federal 287(g) list made comparable: agencies' names, models, what an agency is."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

from data.gazetteer import fold

MODEL_ALIKE = 0.75  # similarity from which a misspelt model is taken for the right one


@lru_cache(maxsize=1)
def roster_words() -> dict[str, Any]:
    """The tables of `roster.toml`."""
    return tomllib.loads(files("data").joinpath("roster.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def plain_agency(name: str) -> str:
    """An agency's name in one spelling: no punctuation, "Dept" as "department", "Sheriff's" as "sheriff"."""
    spellings = roster_words()["spellings"]
    words = [spellings.get(word, word) for word in fold(name.replace("&", " and ")).split()]
    return " ".join(" ".join(words).split())


@lru_cache(maxsize=256)
def agreement_type(model: str) -> str:
    """The codebook's type of a model as a list writes it; `287g` where it is none that is known."""
    table = roster_words()
    plain = fold(model.replace("(", " ").replace(")", " "))
    near = get_close_matches(plain, list(table["models"]), n=1, cutoff=MODEL_ALIKE)
    return table["models"][near[0]] if near else table["names"]["untold_model"]


@lru_cache(maxsize=4096)
def agency_kind(name: str) -> str:
    """What the agency is: sheriff, police, constable, ... or "other"."""
    plain = f" {fold(name)} {plain_agency(name)} "
    for kind, words in roster_words()["kinds"].items():
        if any(f" {word} " in plain or f" {word}s " in plain for word in words):
            return kind
    return "other"


def numbers_in(name: str) -> tuple[str, ...]:
    """The numbers that tell agencies of one name apart ("Precinct 3"), in order."""
    return tuple(str(int(n)) for n in re.findall(r"\d+", name))
