"""Pages built to break a reader: they end soon, and what stands beside them is read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crawler.articles import extract_article, read_page
from crawler.markup import MAX_BYTES
from tests.test_articles import PARAGRAPHS, URL, page


@pytest.mark.parametrize(
    "hostile",
    [
        "<html><body>" + "<div>" * 200_000 + "x" * 300,
        "<html><body>" + "<p>word word word sentence.</p>" * 100_000,
        "<html><body><div " + " ".join(f"a{number}=1" for number in range(200_000)) + ">x</div>",
        ("<div " + " ".join(f"a{number}=1" for number in range(1_500)) + ">x</div>") * 500,
        '<html><script type="application/ld+json">' + "[" * 300_000 + "</script><body><p>x</p>",
        "<html><title>" + " | ".join(["a b"] * 50_000) + "</title><body>" + "<h1>a b | c</h1>" * 5_000,
        "<" * 500_000,
        "<!--" * 200_000,
        "<html><body><p>" + "line<br>" * 100_000,
    ],
    ids=["deep", "wide", "attributes", "many-attributes", "json", "titles", "brackets", "comments", "breaks"],
)
def test_hostile_page_ends_soon(hostile):
    started = time.process_time()
    assert extract_article(hostile, URL) is None
    assert time.process_time() - started < 2


ATTRIBUTES = " ".join(f"a{number}=1" for number in range(40_000))


@pytest.mark.parametrize(
    "hidden",
    [
        f"<div title='<' {ATTRIBUTES}>x</div>",
        f"<div title='>' {ATTRIBUTES}>x</div>",
        f"<div ' {ATTRIBUTES} '>x</div>",
        f"<script {ATTRIBUTES}></script>",
        f"<div>x</div {ATTRIBUTES}>",
        "<div " + ATTRIBUTES.replace("=1 ", "='1'") + ">x</div>",
        f"<div/{ATTRIBUTES.replace('=1 ', '/')}>x</div>",
        f"<!-- <a b=' --><div {ATTRIBUTES} c='>x</div>",
        f"<title><a b='</title><div {ATTRIBUTES} c='>x</div>",
        f"<script>a<b c='</script><div {ATTRIBUTES} c='>x</div>",
        f"<!x <a b='> <div {ATTRIBUTES} c='>x</div>",
    ],
    ids=[
        "less",
        "greater",
        "quotes",
        "script",
        "end",
        "joined",
        "slashes",
        "comment",
        "title",
        "in script",
        "declaration",
    ],
)
def test_tag_built_to_exhaust_the_parser_is_found_wherever_it_hides(hidden):
    started = time.process_time()
    assert read_page(f"<html><body>{hidden}</body></html>", URL).reason == "no_markup"
    assert time.process_time() - started < 1


def test_script_full_of_comparisons_is_not_taken_for_a_hostile_tag():
    script = "<script>if (a<b " + "&& c " * 6_000 + ") {}</script>"
    assert extract_article(page(head=script), URL).text == "\n".join(PARAGRAPHS)


def test_page_over_ten_megabytes_is_not_read():
    assert read_page("<p>x</p>" * (MAX_BYTES // 8 + 1), URL).reason == "too_large"


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400))
def test_nothing_raises(junk):
    frame = page(body="%s")
    extract_article(junk, URL)
    extract_article(frame.encode() + junk if isinstance(junk, bytes) else frame + junk, "not an address")
