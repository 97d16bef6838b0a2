"""The registry of outlets: every bad line is told at once, with its number."""

from pathlib import Path

import pytest

from data.records import Source
from data.sources import COLUMNS, KINDS, SourcesError, load_sources, select_sources

GOOD = "ledger,The Ledger,ledger.example,Richmond,Contra Costa,CA,daily,en,https://a.example/f https://a.example/g,,https://a.example/news,none,"


HEADER = ",".join(COLUMNS[:-1])  # a registry may leave out what it has no use for


def write(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    file = tmp_path / "sources.csv"
    file.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return file


def problems(tmp_path: Path, *lines: str) -> list[str]:
    with pytest.raises(SourcesError) as caught:
        load_sources(write(tmp_path, *lines))
    return str(caught.value).splitlines()


def test_a_line_becomes_a_source(tmp_path):
    assert load_sources(write(tmp_path, GOOD)) == [
        Source(
            "ledger", "The Ledger", "ledger.example", "Richmond", "Contra Costa", "CA", "daily", "en",
            ("https://a.example/f", "https://a.example/g"), "", ("https://a.example/news",), "none", "",
        )
    ]  # fmt: skip


def test_columns_may_be_left_out_or_stand_in_another_order(tmp_path):
    [source] = load_sources(
        write(tmp_path, "TV,CO,x,X,x.example,Denver,tv", header="notes,state,id,name,domain,city,kind")
    )
    assert (source.id, source.notes, source.render, source.feeds) == ("x", "TV", "", ())
    with pytest.raises(SourcesError, match="header"):
        load_sources(write(tmp_path, "x,X", header="id,name"))


def test_a_source_that_needs_a_browser_says_so(tmp_path):
    [source] = load_sources(write(tmp_path, GOOD + ",javascript", header=",".join(COLUMNS)))
    assert source.render == "javascript"


def test_empty_language_and_paywall_have_defaults(tmp_path):
    [source] = load_sources(write(tmp_path, "x,X,x.example,Denver,,CO,tv,,,,,,"))
    assert (source.language, source.paywall, source.feeds) == ("en", "none", ())


def test_a_wire_needs_no_city(tmp_path):
    [source] = load_sources(write(tmp_path, "wire,Wire,wire.example,,,NY,wire,en,,,,none,"))
    assert source.city == ""


def test_blank_lines_quotes_and_a_byte_order_mark_are_fine(tmp_path):
    file = tmp_path / "sources.csv"
    rows = [HEADER, "", '"a","A, B and C",a.example,Denver,,CO,tv,en,,,,none,"says ""hi"""', ""]
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    [source] = load_sources(file)
    assert source.name == "A, B and C"
    assert source.notes == 'says "hi"'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Bad Id,X,x.example,Denver,,CO,tv,en,,,,none,", "id: 'Bad Id' is not made of a-z, 0-9, - and _"),
        ("x,,x.example,Denver,,CO,tv,en,,,,none,", "name: missing"),
        ("x,X,x.example,,,CO,tv,en,,,,none,", "city: missing"),
        ("x,X,http://x.ex,Denver,,CO,tv,en,,,,none,", "domain: 'http://x.ex' is not a host name in lower case"),
        ("x,X,x.example,Denver,,XX,tv,en,,,,none,", "state: unknown state 'XX'"),
        ("x,X,x.example,Denver,,Colorado,tv,en,,,,none,", "state: unknown state 'Colorado'"),
        ("x,X,x.example,Denver,,CO,blog,en,,,,none,", f"kind: unknown kind 'blog'; one of {', '.join(KINDS)}"),
        ("x,X,x.example,Denver,,CO,tv,English,,,,none,", "language: 'English' is not a language code such as en or es"),
        ("x,X,x.example,Denver,,CO,tv,en,,,,soft,", "paywall: unknown paywall 'soft'; one of none, metered, hard"),
        ("x,X,x.example,Denver,,CO,tv,en,/feed,,,none,", "feeds: not an http address: '/feed'"),
        (
            "x,X,x.example,Denver,,CO,tv,en,http://a.example ftp://x.example/f,,,none,",
            "feeds: not an http address: 'ftp://x.example/f'",
        ),
        (
            "x,X,x.example,Denver,,CO,tv,en,,http://[bad/s.xml,,none,",
            "sitemap: not an http address: 'http://[bad/s.xml'",
        ),
        ("x,X,x.example,Denver,,CO,tv,en,,http://a.example http://b.example,,none,", "sitemap: more than one address"),
        ("x,X,x.example,Denver,,CO,tv,en,,,https://,none,", "sections: not an http address: 'https://'"),
        ("x,X,x.example,Denver,,CO,tv", "columns: 7 found, 13 wanted"),
        (GOOD + ",extra", "columns: 14 found, 13 wanted"),
    ],
)
def test_a_bad_line_is_told_by_line_and_column(tmp_path, line, told):
    first = "first,First,first.example,Denver,,CO,tv,en,,,,none,"
    assert problems(tmp_path, first, line) == [f"sources.csv:3: {told}"]


def test_repeats_name_the_line_they_repeat(tmp_path):
    other = GOOD.replace("ledger.example", "other.example")
    twin = GOOD.replace("ledger,The", "twin,The")
    assert problems(tmp_path, GOOD, "", other, twin) == [
        "sources.csv:4: id: 'ledger' is already on line 2",
        "sources.csv:5: domain: 'ledger.example' is already on line 2",
    ]


def test_all_problems_are_told_at_once(tmp_path):
    found = problems(tmp_path, "x,X,x.example,Denver,,XX,blog,en,,,,none,", "short", GOOD, ",,,,,,,,,,,,gone")
    assert [line.split(":")[1:3] for line in found] == [
        ["2", " state"], ["2", " kind"], ["3", " columns"],
        ["5", " id"], ["5", " name"], ["5", " domain"], ["5", " state"], ["5", " kind"], ["5", " city"],
    ]  # fmt: skip


def test_a_wrong_header_an_unclosed_quote_and_other_bytes_are_told(tmp_path):
    with pytest.raises(SourcesError, match=r"sources.csv:1: header: must be id,name,domain"):
        load_sources(write(tmp_path, GOOD, header="id,name"))
    with pytest.raises(SourcesError, match=r"sources.csv:3: quotes: "):
        load_sources(write(tmp_path, GOOD, 'x,"open'))
    file = tmp_path / "sources.csv"
    file.write_bytes(",".join(COLUMNS).encode() + b"\ncaf\xe9,X\n")
    with pytest.raises(SourcesError, match="not UTF-8 at byte"):
        load_sources(file)
    with pytest.raises(SourcesError, match="No such file"):
        load_sources(tmp_path / "none.csv")


def test_outlets_are_chosen_by_id_and_state(tmp_path):
    lines = [GOOD, "b,B,b.example,Denver,,CO,tv,,,,,,", "c,C,c.example,Boulder,,CO,tv,,,,,,"]
    known = load_sources(write(tmp_path, *lines))
    assert select_sources(known) == known
    assert [s.id for s in select_sources(known, ids=("c", "ledger"))] == ["ledger", "c"]
    assert [s.id for s in select_sources(known, state="co")] == ["b", "c"]
    assert [s.id for s in select_sources(known, ids=("b",), state="CO")] == ["b"]


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"ids": ("x", "ledger", "a")}, "no outlet of the registry is called a, x"),
        ({"state": "Colorado"}, "unknown state 'Colorado'"),
        ({"state": "WY"}, "no outlet of the registry is in WY"),
    ],
)
def test_a_choice_of_nothing_is_told(tmp_path, chosen, told):
    with pytest.raises(SourcesError, match=told):
        select_sources(load_sources(write(tmp_path, GOOD)), **chosen)
