"""Asking the site in-process, without a server, and reading what it answers."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import httpx
from lxml import html

from data.site import build_datasette


class Site:
    """The site on one database, asked synchronously."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.datasette = build_datasette(path)

    def get(self, path: str, **options) -> httpx.Response:
        """The answer to GET `path`."""
        return asyncio.run(self.datasette.client.get(path, **options))

    def page(self, path: str, status: int = 200) -> html.HtmlElement:
        """The parsed page, after asserting its status."""
        response = self.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return html.fromstring(response.text)

    def sql(self, query: str, *params) -> list[tuple]:
        """Rows straight from the file."""
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(query, params).fetchall()
        finally:
            connection.close()


def words(element: html.HtmlElement) -> str:
    """The text of an element, white space folded."""
    return " ".join(element.text_content().split())
