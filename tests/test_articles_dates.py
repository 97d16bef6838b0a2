"""When a story was published and modified: JSON-LD, meta, address, visible text, in that order of trust."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.articles import extract_article
from crawler.dates import read_stamp, url_date
from tests.test_articles import PARAGRAPHS, URL, linked, page


@pytest.mark.parametrize(
    ("head", "url", "body", "expected"),
    [
        (linked(datePublished="2026-02-11") + '<meta name="date" content="2025-01-01">', URL, "", "2026-02-11"),
        ('<meta property="article:published_time" content="2026-02-10T09:00:00-0800">', URL, "", "2026-02-10"),
        ('<meta name="parsely-pub-date" content="February 9, 2026">', URL, "", "2026-02-09"),
        ("", "https://ferryherald.example/2026/02/08/county-ends-pact/", "", "2026-02-08"),
        ("", URL, '<time datetime="2026-02-07T10:00:00-08:00">Saturday</time>', "2026-02-07"),
        ("", URL, "<p class='date'>Published February 6, 2026</p>", "2026-02-06"),
        # a date to come is a mistake or a trick: the next best source counts
        (linked(datePublished="2999-01-01"), "https://ferryherald.example/2026/02/08/x-y/", "", "2026-02-08"),
        # half past two in the morning in UTC is the evening before; the address agrees
        (linked(datePublished="2026-02-11T02:30:00Z"), URL, "", "2026-02-10"),
        (linked(datePublished="2026-02-11T06:30:00Z"), "https://f.example/2026/02/10/x-y-z", "", "2026-02-10"),
        (linked(datePublished="2026-02-11T00:00:00Z"), URL, "", "2026-02-11"),
        (linked(datePublished="nonsense 99"), URL, "", None),
    ],
)
def test_date_by_order_of_trust(head, url, body, expected):
    story = "".join(f"<p>{text.replace('2011', 'the past')}</p>" for text in PARAGRAPHS)
    text = page(head=head, body=f"<article><h1>County ends jail agreement with ICE</h1>{body}{story}</article>")
    text = text.replace("Copyright 2031", "Copyright")
    assert extract_article(text, url).published == expected


def test_modified_before_published_is_no_change():
    head = linked(datePublished="2026-02-11", dateModified="2026-02-01")
    assert extract_article(page(head=head), URL).modified is None


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260211", "2026-02-11"),
        ("2026-02-11", "2026-02-11"),
        ("2026-13-11", None),
        ("0026-01-11", None),
        ("1770850000", "2026-02-11"),
        ("1770850000000", "2026-02-11"),
        ("Feb. 11, 2026 at 9:40 p.m.", "2026-02-11"),
        ("11 de febrero de 2026", "2026-02-11"),
        # an offset tells the day at the outlet
        ("2026-02-11T23:59:00-08:00", "2026-02-11"),
        ("2026-02-11T00:10:00-0800", "2026-02-11"),
        ("2026-02-11 21:40:00.123 -08:00", "2026-02-11"),
        # UTC does not: it was the evening before in all of the United States
        ("2026-02-11T02:30:00Z", "2026-02-10"),
        ("2026-02-11T02:30:00.000+00:00", "2026-02-10"),
        ("Wed, 11 Feb 2026 02:30:00 GMT", "2026-02-10"),
        ("Wed, 11 Feb 2026 02:30:00 +0000", "2026-02-10"),
        ("Wed, 11 Feb 2026 02:30:00 -0500", "2026-02-11"),
        ("Wed, 11 Feb 2026 10:00:00 GMT", "2026-02-11"),
        ("2026-02-11T00:00:00Z", "2026-02-11"),  # a day without a time
        ("2026-02-11T02:30:00", "2026-02-11"),
        # never in the future, save that it is tomorrow already in Guam
        ("2026-11-25T23:00:00-05:00", None),
        ("2026-11-26T02:00:00Z", "2026-11-25"),
        ("2026-11-26T06:00:00Z", None),
        ("2026-11-26T08:00:00+10:00", "2026-11-26"),
        ("2026-11-26T12:00:00+10:00", None),
        ("2026-11-26", None),
        ("2026-02-11T99:30:00Z", "2026-02-11"),
        ("2026-02-11T02:30:00+99:00", "2026-02-11"),
    ],
)
def test_stamps(text, expected):
    found = read_stamp(text, TODAY)
    assert (found and found.isoformat()) == expected


def test_dates_in_addresses():
    assert url_date("https://f.example/article-20260211.html", TODAY) == date(2026, 2, 11)
    assert url_date("https://f.example/n/20269999/x", TODAY) is None
    assert url_date("https://f.example/x?d=/2026/02/11/", TODAY) is None


@pytest.mark.parametrize(
    ("head", "url", "shown", "published", "modified"),
    [
        (linked(datePublished="2026-02-01", dateModified="2026-02-03"), URL, "", "2026-02-01", "2026-02-03"),
        # the change of the page is never taken for its publication
        (linked(dateModified="2026-02-03"), URL, "", None, "2026-02-03"),
        ('<meta property="article:modified_time" content="2026-02-03">', URL, "", None, "2026-02-03"),
        (linked(datePublished="2026-02-01", dateModified="2999-02-03"), URL, "", "2026-02-01", None),
        ("", URL, "<p>Published Feb. 1, 2026 | Updated Feb. 3, 2026</p>", "2026-02-01", "2026-02-03"),
        ("", URL, "<p>Updated: Feb. 3, 2026 9:10 p.m.</p><p>Posted: Feb. 1, 2026</p>", "2026-02-01", "2026-02-03"),
        ("", URL, "<p>Last updated February 3, 2026; published February 1, 2026</p>", "2026-02-01", "2026-02-03"),
        ("", URL, "<p>Publicado el 1 de febrero de 2026</p>", "2026-02-01", None),
        ("", URL, "<div>February</div><div>1</div><div>2026</div>", "2026-02-01", None),
        ("", URL, "<p>Updated Feb. 3, 2999</p><p>Feb. 1, 2026</p>", "2026-02-01", None),
        # each source before the next
        (
            linked(datePublished="2026-02-01") + '<meta name="date" content="2026-02-02">',
            "https://f.example/2026/02/03/a-b-c",
            "<p>Feb. 4, 2026</p>",
            "2026-02-01",
            None,
        ),
        (
            '<meta name="date" content="2026-02-02">',
            "https://f.example/2026/02/03/a-b-c",
            "<p>Feb. 4, 2026</p>",
            "2026-02-02",
            None,
        ),
        ("", "https://f.example/2026/02/03/a-b-c", "<p>Feb. 4, 2026</p>", "2026-02-03", None),
        # a page without an article's item: its own date, but after everything that speaks of the article
        (linked(**{"@type": "WebPage"}, datePublished="2026-02-01"), URL, "", "2026-02-01", None),
        (
            linked(**{"@type": "WebPage"}, datePublished="2026-02-01") + '<meta name="date" content="2026-02-02">',
            URL,
            "",
            "2026-02-02",
            None,
        ),
    ],
)
def test_published_and_modified_by_order_of_trust(head, url, shown, published, modified):
    story = "".join(f"<p>{text.replace('2011', 'the past')}</p>" for text in PARAGRAPHS)
    text = page(head=head, body=f"<article><h1>County ends jail agreement with ICE</h1>{shown}{story}</article>")
    article = extract_article(text.replace("Copyright 2031", "Copyright"), url)
    assert (article.published, article.modified) == (published, modified)
