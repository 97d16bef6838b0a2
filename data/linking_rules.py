"""The days and kinds of `linking.toml`, checked on loading."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

DEFAULT_WINDOW = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """When two reports of a type are one event; all windows in days."""

    window: dict[str, int]
    announced: dict[str, int]
    proposed: dict[str, int]
    lasting: tuple[str, ...]
    longest: int
    staying: dict[str, int]
    frequent: tuple[str, ...]
    personal: tuple[str, ...]
    scheduled: tuple[str, ...]
    agreement_is_context: tuple[str, ...]
    named: tuple[str, ...]

    def days(self, kind: str, form: str | None = None) -> int:
        """Days between two told days of one event of this type (and form of protest)."""
        return self.staying.get(form or "", self.window.get(kind, DEFAULT_WINDOW))

    def furthest(self, kind: str) -> int:
        """The widest of all windows of this type: what lies further away needs no closer look."""
        staying = max(self.staying.values(), default=0) if kind in self.lasting else 0
        return max(self.days(kind), self.days_announced(kind), self.days_proposed(kind), staying)

    def days_announced(self, kind: str) -> int:
        """Days between an announcement and the deed."""
        return self.announced.get(kind, self.announced["default"])

    def days_proposed(self, kind: str) -> int:
        """Days for which one proposal stays the same."""
        return self.proposed.get(kind, self.proposed["default"])


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """The rules of `linking.toml`."""
    table = tomllib.loads(files("data").joinpath("linking.toml").read_text(encoding="utf-8"))
    kinds = {name: tuple(value) if isinstance(value, list) else value for name, value in table["kinds"].items()}
    return Rules(window=table["window"], announced=table["announced"], proposed=table["proposed"], **kinds)
