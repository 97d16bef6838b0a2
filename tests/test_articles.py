"""`extract_article`: pages of the kinds that outlets really serve, written for these tests."""

from __future__ import annotations

import json

import pytest

from crawler.articles import extract_article, read_page
from crawler.languages import legible
from crawler.markup import decode

URL = "https://www.ferryherald.example/news/local/county-ends-jail-agreement-with-ice"
PARAGRAPHS = [
    "The Alder County Board of Supervisors voted 4-1 on Tuesday night to end the county's jail agreement with U.S. "
    "Immigration and Customs Enforcement, closing a chapter that began in 2011.",
    "Supervisor Dana Whitlow, who wrote the motion, told a full chamber that the county could no longer afford to rent "
    "out beds it needs for its own residents.",
    "“We are done being a landlord,” Whitlow said. The sheriff, Ray Castellan, warned that the county would lose "
    "$2.3 million a year.",
    "The agreement ends on March 31. ICE did not answer a request for comment by Wednesday afternoon.",
]


def page(
    *,
    head: str = "",
    body: str | None = None,
    title: str = "County ends jail agreement with ICE | Ferry Herald",
    paragraphs: list[str] = PARAGRAPHS,
    lang: str = "en-US",
) -> str:
    story = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    body = body if body is not None else f"<article><h1>County ends jail agreement with ICE</h1>{story}</article>"
    return f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>
    <body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/sports">Sports</a></li></ul></nav></header>
    <main>{body}</main><footer>Copyright 2031 Ferry Herald. All rights reserved.</footer></body></html>"""


def linked(**properties: object) -> str:
    item = {"@context": "https://schema.org", "@type": "NewsArticle", **properties}
    return f'<script type="application/ld+json">{json.dumps(item)}</script>'


def test_plain_page_gives_every_field():
    head = linked(
        headline="County ends jail agreement with ICE",
        datePublished="2026-02-11T21:40:00-08:00",
        dateModified="2026-02-12T08:05:00-08:00",
        author=[{"@type": "Person", "name": "Ines Okafor"}, {"@type": "Person", "name": "By Tom Adeyemi"}],
        publisher={"@type": "Organization", "name": "Ferry Herald"},
    )
    article = extract_article(page(head=head), URL)
    assert article is not None
    assert article.title == "County ends jail agreement with ICE"
    assert article.text == "\n".join(PARAGRAPHS)
    assert (article.published, article.modified) == ("2026-02-11", "2026-02-12")
    assert article.authors == ("Ines Okafor", "Tom Adeyemi")
    assert (article.outlet, article.language, article.paywalled, article.url) == ("Ferry Herald", "en", False, URL)


def test_furniture_around_the_story_stays_out():
    story = [f"<p>{text}</p>" for text in PARAGRAPHS]
    story.insert(1, '<div class="ad-slot">Advertisement</div><p>Read more: Sheriff pleads for a new jail roof</p>')
    story.insert(3, "<p>Sign up for our morning newsletter and get the news in your inbox.</p>")
    story.append("<p>Follow Ines Okafor on Twitter @inesokafor</p><h3>You may also like</h3><p>Ten best pies</p>")
    comments = (
        '<section id="comments" class="comments"><h3>Comments</h3><p>I say lock them all up, every one.</p></section>'
    )
    body = f"<article><h1>County ends jail agreement with ICE</h1>{''.join(story)}</article>{comments}"
    article = extract_article(page(body=body), URL)
    assert article.text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("Council votes to end pact - The Ferry Inquirer", "The Ferry Inquirer", "Council votes to end pact"),
        ("Council votes to end pact | WFRY", "WFRY", "Council votes to end pact"),
        ("Council votes to end pact • Ferry Monitor", "Ferry Monitor", "Council votes to end pact"),
        ("Council votes to end pact | News | ferryherald.example", "", "Council votes to end pact"),
        ("Sheriff: no pact - for now | Ferry Herald", "Ferry Herald", "Sheriff: no pact - for now"),
        ("Ferry Herald: Council votes to end pact", "Ferry Herald", "Council votes to end pact"),
        ("Ferry council ends pact", "Ferry", "Ferry council ends pact"),
        ("Opinion | Council was right to end pact", "Ferry Herald", "Council was right to end pact"),
        ("The Herald view on jails: end the pact", "The Herald", "The Herald view on jails: end the pact"),
    ],
)
def test_title_loses_the_outlet_and_nothing_else(title, site, expected):
    story = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    head = f'<meta property="og:site_name" content="{site}"><meta property="og:type" content="article">'
    body = f"<p>Opinion</p><h1>{expected}</h1><div class='story'>{story}</div>"
    assert extract_article(page(head=head, body=body, title=title), URL).title == expected
    without_heading = f"<h1>Local</h1><div class='story'>{story}</div>"
    if " | News | " not in title and "Opinion" not in title:
        assert extract_article(page(head=head, body=without_heading, title=title), URL).title == expected


def test_bytes_in_latin_1_declared_only_in_the_page():
    text = page(
        paragraphs=["Sheriff Núñez said the café où the council met – in Doña Ana – was full.", *PARAGRAPHS[:2]]
    )
    text = text.replace("“", "").replace("”", "")
    body = text.replace('charset="utf-8"', 'charset="iso-8859-1"').encode("cp1252")
    assert "Núñez said the café où" in extract_article(body, URL).text


def test_bytes_are_utf_8_even_where_the_page_says_otherwise():
    assert decode('<meta charset="iso-8859-1"><p>Peña</p>'.encode()).endswith("<p>Peña</p>")
    assert decode("<p>Peña</p>".encode("utf-16")) == "<p>Peña</p>"
    assert decode("<p>Peña – ok</p>".encode("cp1252")) == "<p>Peña – ok</p>"
    assert decode(("é" * 50).encode() + b"\xff") == "é" * 50 + "\ufffd"  # one broken byte breaks only itself
    assert decode("Ж".encode("koi8-r"), "koi8-r") == "Ж"


def test_paid_page_with_the_text_in_json_ld():
    head = linked(
        headline="County ends jail agreement with ICE",
        isAccessibleForFree="False",
        articleBody="\n\n".join(PARAGRAPHS),
    )
    article = extract_article(page(head=head, paragraphs=PARAGRAPHS[:1]), URL)
    assert article.text == "\n".join(PARAGRAPHS)
    assert article.paywalled


def test_paid_stub_is_an_article_and_says_so():
    wall = "<div class='wall'><p>To continue reading, subscribe today.</p><p>Already a subscriber? Log in</p></div>"
    body = f"<article><h1>County ends jail agreement with ICE</h1><p>{PARAGRAPHS[0]}</p>{wall}</article>"
    head = '<meta property="og:type" content="article">'
    article = extract_article(page(head=head, body=body), URL)
    assert article.text == PARAGRAPHS[0]
    assert article.paywalled


def test_scrambled_paragraphs_are_dropped_and_show_that_the_rest_is_sold():
    scrambled = [" ".join(word[::-1] for word in text.split()) for text in PARAGRAPHS[1:]]
    article = extract_article(page(paragraphs=[PARAGRAPHS[0], PARAGRAPHS[3], *scrambled[:2]]), URL)
    assert article.text == f"{PARAGRAPHS[0]}\n{PARAGRAPHS[3]}"
    assert article.paywalled


def test_scrambled_lines_with_few_function_words_go_with_their_page_and_acronyms_stay():
    scrambled = [" ".join(word[::-1] for word in text.split()) for text in PARAGRAPHS[1:3]]
    heading = "Sheriff Castellan warned supervisors. Residents cheered."[::-1]
    lines = [
        *PARAGRAPHS[:2],
        "DNA tests of jail detainees",
        "La sala era pequeña y la noche era larga.",
        *scrambled,
        heading,
    ]
    assert legible(lines) == lines[:4]
    assert legible(lines[:4]) == lines[:4]


def test_banner_of_a_web_archive_is_no_part_of_the_page():
    banner = f"<div id='wm-ipp-base'><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p></div>"
    text = page(paragraphs=[PARAGRAPHS[0], PARAGRAPHS[3]]).replace("<body>", f"<body>{banner}")
    assert extract_article(text, URL).text == f"{PARAGRAPHS[0]}\n{PARAGRAPHS[3]}"


def test_long_notice_of_the_publisher_stays_out():
    notice = (
        "Our stories may be republished online or in print under a license. " + "We ask that you edit for style. " * 8
    )
    assert extract_article(page(paragraphs=[*PARAGRAPHS, notice]), URL).text == "\n".join(PARAGRAPHS)


def test_boxes_that_ask_for_something_stay_out():
    box = "<div class='o-newsletter_box'><p>Every morning our editors choose the stories that matter to you.</p></div>"
    story = f"<p>{PARAGRAPHS[0]}</p>{box}" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS[1:])
    body = f"<div class='has-newsletter'><h1>County ends jail agreement with ICE</h1>{story}</div>"
    assert extract_article(page(body=body), URL).text == "\n".join(PARAGRAPHS)


def test_table_of_figures_is_read_as_rows():
    rows = "".join(f"<tr><td>{name}</td><td>{vote}</td></tr>" for name, vote in (("Whitlow", "Yes"), ("Marsh", "No")))
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + f"<table>{rows}</table><p>{PARAGRAPHS[0][:90]} later.</p>"
    text = extract_article(page(body=f"<article><h1>County ends pact</h1>{body}</article>"), URL).text
    assert "Whitlow, Yes\nMarsh, No" in text
    assert "|" not in text


def test_free_story_about_subscriptions_is_not_paywalled():
    text = [*PARAGRAPHS, "A subscriber-only meeting was also held, the supervisors said, and all of it was filmed."] * 3
    assert not extract_article(page(paragraphs=text), URL).paywalled


def test_summary_in_json_ld_cuts_nothing():
    head = linked(headline="County ends jail agreement with ICE", articleBody=PARAGRAPHS[1])
    assert extract_article(page(head=head), URL).text == "\n".join(PARAGRAPHS)


def test_markup_in_json_ld_body_becomes_text():
    body = "<p>" + "</p><p>".join(text.replace("&", "&amp;") for text in PARAGRAPHS) + "</p>"
    head = linked(headline="County ends jail agreement with ICE", articleBody=body)
    assert extract_article(page(head=head, body="<div id='app'></div>"), URL).text == "\n".join(PARAGRAPHS)


def test_item_in_a_graph_and_broken_blocks_beside_it():
    graph = {"@graph": [{"@type": "WebPage", "name": "x"}, {"@type": ["NewsArticle"], "datePublished": "2026-02-11"}]}
    head = '<script type="application/ld+json">{"@type": "NewsArticle", oops</script>'
    head += f'<script type="application/ld+json">{json.dumps(graph)}</script>'
    assert extract_article(page(head=head), URL).published == "2026-02-11"


def test_spanish_story_in_an_english_frame():
    text = [
        "El concejo municipal de Ferry votó el martes para poner fin al acuerdo que la ciudad tenía con el gobierno "
        "federal, según dijo la alcaldesa, y los vecinos que llenaron la sala aplaudieron por varios minutos.",
        "La decisión, que fue aprobada por cinco votos contra dos, entra en vigor este año, pero el alguacil del "
        "condado dijo que no la acepta porque sus agentes también trabajan con las autoridades.",
    ]
    assert extract_article(page(paragraphs=text, lang="en"), URL).language == "es"


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        (
            "Just a moment...",
            "<h1>ferryherald.example</h1><p>Checking the connection.</p>",
            "blocked",
        ),
        ("Access Denied", "<h1>Access Denied</h1><p>You don't have permission to access this page.</p>", "blocked"),
        ("Ferry Herald", "<h1>Page not found</h1><p>The page may have moved. Try a search instead.</p>", "not_found"),
        ("Sorry, we can't find that | Ferry Herald", "<p>Here are some stories you might like.</p>", "not_found"),
        ("Before you continue to Ferry Herald", "<p>We and our 843 partners store cookies.</p>", "consent"),
        ("Log in | Ferry Herald", "<form><input type=password></form><p>Forgot your password?</p>", "login"),
        ("Ferry Herald", "", "no_story"),
    ],
)
def test_walls_and_errors_are_no_articles(title, body, reason):
    reading = read_page(page(title=title, body=body), URL)
    assert (reading.article, reading.reason) == (None, reason)


def test_story_about_a_wall_is_a_story():
    article = extract_article(
        page(
            title="Access denied: county jail turns ICE agents away",
            body="<article><h1>Access denied: county jail turns ICE agents away</h1>"
            + "".join(f"<p>{text}</p>" for text in PARAGRAPHS * 5)
            + "</article>",
        ),
        URL,
    )
    assert article.title == "Access denied: county jail turns ICE agents away"


def test_front_and_section_pages_are_no_articles():
    teaser = "<article><h2><a href='/news/a-b-c-{0}'>Headline {0}</a></h2><p>{1}</p></article>"
    body = "".join(teaser.format(number, PARAGRAPHS[number % 4]) for number in range(12))
    for url in (
        "https://ferryherald.example/",
        "https://ferryherald.example/news/",
        "https://ferryherald.example/tag/ice",
    ):
        assert extract_article(page(body=body, title="Ferry Herald"), url) is None
    # the same list under an address that could be a story's
    assert (
        extract_article(page(body=body, title="Ferry Herald"), "https://ferryherald.example/all/of-our-latest") is None
    )


def test_old_page_without_any_metadata():
    cells = "".join(f"<p><font size=2>{text}</font></p>" for text in PARAGRAPHS)
    text = f"<html><head><title>County ends jail agreement</title></head><body><table><tr><td>{cells}</table></html>"
    article = extract_article(text, "http://weekly.example/story.asp?id=2231")
    assert article.title == "County ends jail agreement"
    assert article.text == "\n".join(PARAGRAPHS)


def test_headline_and_dateline_of_a_page_without_markup_for_them():
    """The page's title has the weekly's name in front, which nothing else on the page but its masthead tells."""
    story = "".join(f"<p>{text}" for text in PARAGRAPHS)
    text = f"""<html><title>Alder Weekly Record: Four hours, 61 speakers: a pact ends</title><body><table><tr>
    <td><b>Alder Weekly Record</b><br>Since Jan. 4, 1921</td></tr>
    <tr><td><b>Four hours, 61 speakers: a pact ends</b><br>By Lou Marsh<br>Thursday, Feb. 12, 2026
    <div class=story>{story}</div>
    <hr>Also: <a href="/archive/2026/0103/x.htm">Beans</a></td></tr></table>"""
    article = extract_article(text, "http://alderco.example/archive/2026/0212/pact.htm")
    assert article.title == "Four hours, 61 speakers: a pact ends"
    assert article.published == "2026-02-12"


def test_labels_around_a_press_release_stay_out_and_a_list_stays_whole():
    facts = "<dl><dt>Contact</dt><dd>Highway Department, 555-0177</dd><dt>Department</dt><dd>Highways</dd></dl>"
    story = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    body = f"<article><h1>County ends pact</h1>{facts}{story}<p>###</p><p>Media contacts</p></article>"
    assert extract_article(page(body=body), URL).text == "\n".join(PARAGRAPHS)
    results = [f"District {number}: {number * 731}" for number in range(1, 30)]
    listed = "".join(f"<p>{line}</p>" for line in results)
    text = extract_article(page(body=f"<article><h1>County ends pact</h1>{story}{listed}</article>"), URL).text
    assert results[-1] in text
