"""The opt-out list: `data/opt_out.txt`, and a file of the operator's own (setting `opt_out`) in the same form."""

from __future__ import annotations

import re
from pathlib import Path

from data.errors import TrackerError

BUNDLED = Path(__file__).resolve().parent / "opt_out.txt"
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


class OptOutError(TrackerError):
    """A list that cannot be used; the message names the file and every bad line. Nothing is crawled then."""


def load_opt_out(*files: Path) -> frozenset[str]:
    """The domains of the bundled list and of `files`: one a line, "#" begins a comment.

    Raises OptOutError: a list that is only half understood would let the crawler go where it must not.
    """
    domains: set[str] = set()
    problems: list[str] = []
    for file in (BUNDLED, *files):
        for number, line in enumerate(_lines(file), start=1):
            domain = line.partition("#")[0].strip().lower()
            if domain and not _DOMAIN.fullmatch(domain):
                problems.append(f"{file.name}:{number}: {domain[:80]!r} is not a host name")
            elif domain:
                domains.add(domain)
    if problems:
        raise OptOutError("\n".join(problems))
    return frozenset(domains)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise OptOutError(f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise OptOutError(f"{file}: not UTF-8 at byte {error.start}") from error
