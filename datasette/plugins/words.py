"""What every template can use: the site's words and the facts of the file being served."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import tilde_encode
from jinja2 import Environment

from data import site_words
from data.site_database import facts, published

SHARED = (
    *("word", "explained", "date_words", "precision_words", "count_words"),
    *("crowd_words", "votes_words", "confidence_words"),
)


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    env.globals.update({name: getattr(site_words, name) for name in SHARED})
    env.globals["site_name"] = "Sanctuary Tracker"
    env.globals["css_version"] = style_version(datasette)
    env.filters["tilde"] = tilde_encode


def style_version(datasette: Datasette) -> str:
    """Changes with any style sheet, so that a browser never keeps an old one."""
    styles = sorted(Path(dict(datasette.static_mounts)["static"]).glob("*.css"))
    return hashlib.sha256(b"".join(style.read_bytes() for style in styles)).hexdigest()[:10]


@hookimpl
def extra_template_vars(datasette: Datasette) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def make() -> dict[str, Any]:
        return {"facts": await facts(published(datasette))}

    return make
