"""How a page of the record is cited: as a line of text and as BibTeX, with its lasting address and day of access."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from data.site_words import date_words

SITE = "Sanctuary Tracker"
# Characters that LaTeX reads as commands, each with what prints it; one pass, so that nothing is escaped twice.
LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
SPECIAL = re.compile("[" + re.escape("".join(LATEX)) + "]")


@dataclass(frozen=True, slots=True)
class Citation:
    """The two forms of one citation."""

    text: str
    bibtex: str


def cite(
    *, key: str, title: str, address: str, accessed: date, built: str | None = None, place: str = "", when: str = ""
) -> Citation:
    """The citation of a page. `key` names it (event ev1), `built` is the ISO moment of the data, `when` its date."""
    told = ", ".join(part for part in (f"“{title}”", place, when) if part)
    data = f", data of {date_words(built)}" if built else ""
    read = date_words(accessed.isoformat())
    text = f"{SITE}, {told}. {key[:1].upper()}{key[1:]}{data}. {address} (accessed {read})"
    fields = {
        "author": f"{{{SITE}}}",
        "title": f"{{{latex(title)}}}",
        "year": (built or accessed.isoformat())[:4],
        "url": address.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D"),
        "urldate": accessed.isoformat(),
        "note": latex(f"{key[:1].upper()}{key[1:]}{data}"),
    }
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"sanctuary-tracker {key}").strip("-").lower()
    lines = ",\n".join(f"  {field} = {{{value}}}" for field, value in fields.items())
    return Citation(text, f"@misc{{{name},\n{lines}\n}}")


def latex(text: str) -> str:
    """The text with the characters that LaTeX would read as commands made printable, on one line."""
    return SPECIAL.sub(lambda found: LATEX[found[0]], " ".join(text.split()))
