"""Every kind of page, in light and dark, has no serious or critical finding of axe-core."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.test_site_browser import PAGES, address  # noqa: F401 - the fixture

pytestmark = pytest.mark.browser
GRAVE = ("serious", "critical")


def grave_findings(page) -> list[str]:
    """Rule and element of each grave finding on the page as it stands."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html'][:120]}" for v in found if v["impact"] in GRAVE for node in v["nodes"]]


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible(page, address, path):  # noqa: F811 - pytest's way to ask for a fixture
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(address + path)
        assert grave_findings(page) == [], scheme


def test_a_picture_without_words_is_found(page, address):  # noqa: F811
    page.goto(address)
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert any("image-alt" in finding for finding in grave_findings(page))
