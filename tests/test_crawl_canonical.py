"""Canonical addresses: one story, one address; two stories, two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crawler.canonical import belongs, canonical_url
from crawler.spiders.outlets import story_address
from data.records import Source

BASE = "https://ferry.example/news/"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://WWW.Ferry.Example:443/A/b?utm_source=x&id=3&fbclid=9#top", "https://www.ferry.example/A/b?id=3"),
        ("http://ferry.example:80", "http://ferry.example/"),
        ("http://ferry.example:8080/x", "http://ferry.example:8080/x"),
        ("https://user:secret@ferry.example./x", "https://ferry.example/x"),
        ("/story/amp/", "https://ferry.example/story/"),
        ("/amp/local/story", "https://ferry.example/local/story"),
        ("/story.amp.html", "https://ferry.example/story.html"),
        ("/story/?outputType=amp", "https://ferry.example/story/"),
        ("/story?print=true&page=2", "https://ferry.example/story?page=2"),
        ("/story/print", "https://ferry.example/story"),
        ("story?b=2&a=1", "https://ferry.example/news/story?a=1&b=2"),
        ("../x/./y//z", "https://ferry.example/x/y/z"),
        ("//other.example/x", "https://other.example/x"),
        ("/x;jsessionid=8A?mc_cid=1&gclid=2", "https://ferry.example/x"),
        ("/peña story", "https://ferry.example/pe%C3%B1a%20story"),
        # parameters that name the story stay
        ("/story.asp?cid=12&uid=7&eid=3&sid=4", "https://ferry.example/story.asp?cid=12&eid=3&sid=4&uid=7"),
        (
            "/list?source=sheriff&view=map&output=1&mode=x",
            "https://ferry.example/list?mode=x&output=1&source=sheriff&view=map",
        ),
        ("/gallery?gallery=5&keyword=ice", "https://ferry.example/gallery?gallery=5&keyword=ice"),
        ("/amphitheater/printing-press", "https://ferry.example/amphitheater/printing-press"),
        ("", None),
        ("javascript:alert(1)", None),
        ("mailto:desk@ferry.example", None),
        ("http://ferry.example:99999/x", None),
        ("http://[broken/x", None),
        ("/" + "x" * 3_000, None),
    ],
)
def test_canonical_form(url, expected):
    assert canonical_url(url, BASE) == expected


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abé/.?&=;#%:@-_ 0A", max_size=40))
def test_canonical_form_is_stable(tail):
    once = canonical_url("https://ferry.example/" + tail)
    assert once is None or canonical_url(once) == once


def test_belongs_to_the_domain_and_what_lies_below_it():
    assert belongs("https://www.ferry.example/x", "ferry.example")
    assert belongs("https://news.ferry.example/x", "www.ferry.example")
    assert belongs("http://127.0.0.1:8000/x", "127.0.0.1:8000")
    assert not belongs("https://notferry.example/x", "ferry.example")
    assert not belongs("https://ferry.example.evil.example/x", "ferry.example")
    assert not belongs("not an address", "ferry.example")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("/2026/02/alder-ends-pact/", "https://ferry.example/2026/02/alder-ends-pact/"),
        ("https://news.ferry.example/x", "https://news.ferry.example/x"),
        ("https://wire.example/alder", "https://ferry.example/own"),  # the wire's copy is not ours
        ("https://ferry.example/", "https://ferry.example/own"),  # a template's mistake
        ("", "https://ferry.example/own"),
        (None, "https://ferry.example/own"),
    ],
)
def test_address_that_a_page_names_is_believed_within_the_outlet(named, expected):
    source = Source("f", "Ferry", "ferry.example", "Ferry", "Alder", "OR", "weekly")
    assert story_address("https://ferry.example/own?utm_source=x", named, source) == expected
    assert story_address("https://elsewhere.example/own", named, source) is None
