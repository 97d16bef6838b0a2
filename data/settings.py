"""Where the runtime files live and what the operator may set.

Every key of `tracker.toml` has a default; an environment variable `TRACKER_<KEY>` overrides the file.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

import platformdirs

from data.errors import TrackerError

CHECKOUT = Path(__file__).resolve().parent.parent


class SettingsError(TrackerError, ValueError):
    """`tracker.toml` or a `TRACKER_*` variable holds something unusable; the message names the key."""


def default_home() -> Path:
    """`data/var` in a checkout, the platform's user data folder when installed elsewhere."""
    if (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "tracker.py").is_file():
        return CHECKOUT / "data" / "var"
    return Path(platformdirs.user_data_dir("sanctuary-tracker", appauthor=False))


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's settings, one field a key of `tracker.toml`."""

    home: Path
    contact: str = ""  # who answers for the crawler: a URL or mail address, told to every server
    port: int = 8001
    delay: float = 2.0  # seconds between requests to one host, before AutoThrottle adapts it
    per_host: int = 1  # concurrent requests to one host
    max_pages: int = 200  # pages of one source in one crawl
    max_age_days: int = 14  # older stories are not fetched
    legistar_tokens: str = ""  # keys of Legistar clients that ask for one: client=key, separated by spaces
    opt_out: str = ""  # a file of further domains never to be visited, relative to the home
    crawl_minutes: float = 240.0  # time that a night gives each stage; 0 leaves the stage out
    extract_minutes: float = 120.0
    link_minutes: float = 30.0
    publish_minutes: float = 30.0
    archive_minutes: float = 0.0  # off unless switched on
    archive_delay: float = 15.0  # seconds between two sources for which the Wayback Machine is asked
    wayback_key: str = ""  # ACCESS:SECRET of an account at archive.org; empty: `tracker archive` is off
    wayback_server: str = ""  # another server that speaks its language
    notify: str = ""  # where the night's summary goes: Apprise addresses, separated by spaces

    def oldest(self, today: date) -> date:
        """The publication date before which a story is not fetched."""
        return today - timedelta(days=self.max_age_days)

    def tokens(self) -> dict[str, str]:
        """The keys of Legistar clients, by client. Raises SettingsError for a word that is no client=key."""
        pairs = [word.partition("=") for word in self.legistar_tokens.split()]
        if any(not (client and key) for client, _, key in pairs):
            raise SettingsError("legistar_tokens: must be client=key, separated by spaces")  # and no secret is shown
        return {client: key for client, _, key in pairs}

    @property
    def archive(self) -> Path:
        """The private database."""
        return self.home / "archive.db"

    @property
    def public(self) -> Path:
        """The published database."""
        return self.home / "tracker.db"

    @property
    def logs(self) -> Path:
        """The folder of the nights' logs."""
        return self.home / "logs"

    @property
    def warc(self) -> Path:
        """The folder of raw pages."""
        return self.home / "warc"


def load_settings(environment: dict[str, str] | None = None) -> Settings:
    """Read `<home>/tracker.toml` and the environment. Raises SettingsError naming the file and key."""
    env = dict(os.environ if environment is None else environment)
    home = Path(env.get("TRACKER_HOME") or default_home()).expanduser().absolute()
    file = home / "tracker.toml"
    values: dict[str, object] = {}
    if file.is_file():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file}: {error}") from error
    kinds = {f.name: type(f.default) for f in fields(Settings) if f.name != "home"}
    unknown = sorted(set(values) - set(kinds))
    if unknown:
        raise SettingsError(f"{file}: unknown key {unknown[0]!r}; known keys: {', '.join(sorted(kinds))}")
    origin = dict.fromkeys(values, str(file))
    for key in kinds:
        if f"TRACKER_{key.upper()}" in env:
            values[key], origin[key] = env[f"TRACKER_{key.upper()}"], "environment"
    checked = {key: _convert(key, value, kinds[key], origin[key]) for key, value in values.items()}
    return Settings(home=home, **checked)  # type: ignore[arg-type]


def _convert(key: str, value: object, kind: type, origin: str) -> object:
    try:
        converted = kind(value)  # type: ignore[call-arg]
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{origin}: {key} = {value!r} is not {kind.__name__}") from error
    if isinstance(converted, int | float) and converted < 0:
        raise SettingsError(f"{origin}: {key} = {value!r} must not be negative")
    return converted
