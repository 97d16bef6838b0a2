"""Pages for researchers, and the kept figures that they show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.public_schema import public_tables
from data.site_methods import evaluation, share
from tests.site_client import Site
from tests.site_fixture import build_site_database

GOLD = Path(__file__).parent / "gold" / "held_back.jsonl"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(build_site_database(tmp_path_factory.mktemp("research") / "tracker.db"))


def test_the_method_page_shows_the_kept_figures(site):
    page = site.page("/methodology")
    words = " ".join(page.text_content().split())
    kept = evaluation()
    assert f"measured on {kept['texts']} labelled texts" in words
    rows = {tr.xpath("string(th)"): [td.text_content() for td in tr.xpath("td")] for tr in page.xpath("//tbody/tr")}
    told = rows["Events, by kind and place"]
    assert told[:3] == [share(kept["events"][name]) for name in ("precision", "recall", "f1")]
    assert rows["Quotations are found"][0] == share(kept["quotes"]["found"]["accuracy"])
    assert len(page.xpath("//h2[@id='kinds']/following::table[1]//tbody/tr")) == len(kept["types"])


def test_the_kept_figures_are_those_of_the_held_back_gold():
    assert evaluation()["texts"] == len(GOLD.read_text(encoding="utf-8").splitlines())
    assert json.dumps(evaluation())


def test_the_dictionary_has_every_column(site):
    page = site.page("/dictionary")
    for table in public_tables():
        rows = page.xpath(f"//h2[@id='{table.name}']/following::table[1]//tbody/tr")
        assert [tr.xpath("string(th)") for tr in rows] == [c.name for c in table.columns]
        assert all(c.meaning in tr.text_content() for c, tr in zip(table.columns, rows, strict=True))


def test_a_share_for_readers():
    assert (share(0.644), share(1.0), share(None)) == ("64 %", "100 %", "–")
