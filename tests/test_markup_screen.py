"""Pages without a word of the subject are told without parsing them, and no page with one is lost by that."""

import html
import random
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.articles import read_page
from crawler.glance import is_plain_story, read_where_mentioned, told_address
from nlp.markup_screen import may_mention
from nlp.relevance import screen, terms

URL = "https://ledger.example/2026/09/15/board-meets-on-the-budget/"
FILLER = "The board met for two hours on Tuesday and went through the budget line by line with its clerk. "


def page(text=FILLER, *, title="Board meets", head="", paragraphs=5):
    body = "".join(f"<p>In part {n} of it, {FILLER}</p>" for n in range(paragraphs))
    head = f"<head><title>{title} | Ledger</title>{head}</head>"
    return f"<html>{head}<body><h1>{title}</h1><p>{text}</p>{body}</body></html>"


@pytest.mark.parametrize("term", [*terms().strong, *terms().weak, *terms().cased_hints])
def test_every_term_of_the_screen_is_seen(term):
    assert may_mention(page(f"They spoke of {term.strip()} at length."))


@pytest.mark.parametrize(
    "markup",
    [
        "<p>the immi<b>gration</b> office</p>",
        "<p>customs and<br>border protection</p>",
        "<p>customs and&nbsp;border\n  protection</p>",
        "<p>federal <a href='/x'>law</a> says</p>",
        "<p>287<sup>(g)</sup> agreement</p>",
        "<p>a 287 (g) agreement</p>",
        "<span class=cap>I</span>CE agents came",
        "<p>deportaci&oacute;n</p>",
        "<p>immi&shy;gration</p>",
        "<p>immi\u200bgration</p>",
        '<script type="application/ld+json">{"articleBody": "inmigraci\\u00f3n"}</script>',
        '<script type="application/ld+json">{"articleBody": "held.\\nICE said"}</script>',
        "<p>&amp;#73;CE said</p>",
        "<meta name=description content='An immigrant family'>",
        "<p>Know your&nbsp;<i>rights</i></p>",
        "<p>Keep\nfamilies together</p>",
    ],
)
def test_words_in_pieces_are_seen(markup):
    assert may_mention(f"<html><body>{markup}</body></html>")


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Police service notice: the office sells ice and rice. All rights reserved.</p>",
        "<p>The trustees of the group gave secure seats to 287 people.</p>",
        "<script>var detention = 'ICE'</script><style>.immigration{}</style><p>Nothing.</p>",
        "<p>THE POLICE SERVICE</p>",
    ],
)
def test_ordinary_pages_are_passed_over(markup):
    assert not may_mention(page(markup))


WORDS = st.sampled_from(
    [
        *(t.strip() for t in (*terms().strong, *terms().weak)),
        *terms().cased_hints,
        "board",
        "ice",
        "anti",
        "287",
        "g",
        "law",
    ]
)
JOINTS = st.sampled_from(
    [" ", "\n", "&nbsp;", "</b> <b>", "<br>", "-", "", "</p><p>", " <i>", "&#8212;", "\u2014", "<!-- x -->"]
)


@given(st.lists(st.tuples(WORDS, JOINTS), min_size=1, max_size=8), st.booleans())
def test_what_the_screen_finds_in_the_read_text_was_seen_in_the_markup(pieces, entities):
    words = "".join((html.escape(w) if entities else w) + joint for w, joint in pieces)
    markup = page(f"{FILLER}{words} {FILLER}")
    article = read_page(markup, URL).article
    if article and screen(article.title, article.text) > 0:
        assert may_mention(markup)


def test_a_hostile_page_is_looked_at_in_time():
    begun = time.process_time()
    chance = random.Random(1)
    noise = "".join(chance.choices(string.printable, k=300_000))
    for markup in (
        "<" * 300_000,
        "<script" * 50_000,
        "<script>" * 40_000,
        "<title>" * 40_000,
        "<meta " * 50_000,
        "<link " * 50_000,
        "&" * 300_000,
        "\\u" * 150_000,
        "ice " * 75_000,
        "<p " * 99_999,
        noise,
    ):
        may_mention(markup)
        is_plain_story(markup, URL)
        told_address(markup)
    assert time.process_time() - begun < 20, "quadratic somewhere: it takes a second or two"


# what is told of a page that is not read


def test_a_page_that_does_not_mention_the_subject_is_irrelevant_unread():
    markup = page(head='<link href="/told/?a=1&amp;b=2" rel=canonical>')
    reading = read_where_mentioned(markup, URL, lambda _: False)
    assert (reading.article, reading.reason, reading.canonical) == (None, "irrelevant", "/told/?a=1&b=2")
    assert read_where_mentioned(markup, URL, lambda _: True).article.title == "Board meets"
    assert read_where_mentioned(markup, URL, None).article.title == "Board meets"


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        (page(paragraphs=1), URL),
        (page(title="Just a moment..."), URL),
        (page(title="Page not found"), URL),
        (page(), "https://ledger.example/"),
        (page(), "https://ledger.example/tag/budget/"),
        ("<html><body><div id=root></div><script>render()</script></body></html>", URL),
    ],
)
def test_what_may_be_something_else_than_a_story_is_read_in_full(markup, url):
    assert not is_plain_story(markup, url)
    assert read_where_mentioned(markup, url, lambda _: False).reason != "irrelevant"


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="canonical" href="https://x.example/a">',
        "<LINK HREF='https://x.example/a' REL='alternate canonical'/>",
        "<link rel=canonical href=https://x.example/a>",
        '<link rel="stylesheet" href="/s.css"><link rel="canonical" href=" https://x.example/a ">',
        '<link rel="shortlink" href="/?p=1">',
        "",
    ],
)
def test_the_canonical_address_is_the_one_that_a_parser_finds(link):
    markup = page(head=link)
    assert told_address(markup) == read_page(markup, URL).canonical
