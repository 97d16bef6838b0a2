"""The ready queries of the site, out of `queries.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_PARAMETER = re.compile(r":([a-z]+)")


@dataclass(frozen=True, slots=True)
class Query:
    """One query: what it answers, and its parameters, which may all be left empty unless the description says so."""

    name: str
    title: str
    description: str
    columns: tuple[str, ...]
    sql: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, each once."""
        return tuple(dict.fromkeys(_PARAMETER.findall(self.sql)))


@lru_cache(maxsize=1)
def queries() -> tuple[Query, ...]:
    """Every query, in the file's order."""
    told = tomllib.loads(files("data").joinpath("queries.toml").read_text(encoding="utf-8"))
    return tuple(
        Query(name, q["title"], q["description"], tuple(q["columns"]), q["sql"].strip()) for name, q in told.items()
    )


def as_metadata() -> dict[str, dict[str, object]]:
    """The queries as Datasette's metadata wants them."""
    return {
        q.name: {"title": q.title, "description": q.description, "sql": q.sql, "params": list(q.parameters)}
        for q in queries()
    }
