"""Which kind of article a page holds, told by pages written in the ways of the publishing systems that outlets use."""

from __future__ import annotations

import pytest

from crawler.articles import extract_article, read_page
from crawler.page_kinds import vocabulary
from tests.test_articles import PARAGRAPHS, URL, linked, page

HOST = "https://www.ferryherald.example"
ARTICLE = '<meta property="og:type" content="article">'
HEADLINE = "County ends jail agreement with ICE"


def kind(url: str = URL, *, head: str = ARTICLE, title: str = HEADLINE, paragraphs: list[str] = PARAGRAPHS) -> str:
    story = "".join(f"<p>{text}</p>" for text in paragraphs)
    body = f"<article><h1>{title}</h1>{story}</article>"
    article = extract_article(page(head=head, body=body, title=f"{title} | Ferry Herald"), url)
    assert article is not None
    return article.kind


@pytest.mark.parametrize(
    ("schema_type", "expected"),
    [
        ("NewsArticle", "news"),
        ("ReportageNewsArticle", "news"),
        ("AnalysisNewsArticle", "news"),
        ("OpinionNewsArticle", "opinion"),
        (["Article", "OpinionNewsArticle"], "opinion"),
        ("https://schema.org/LiveBlogPosting", "live_blog"),
        ("PressRelease", "press_release"),
    ],
)
def test_schema_org_type(schema_type, expected):
    assert kind(head=linked(**{"@type": schema_type}, headline=HEADLINE)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/opinion/end-the-jail-deal/", "opinion"),
        ("/opinion/editorials/end-the-jail-deal/article_1a2b.html", "opinion"),
        ("/2026/02/11/letters/end-the-jail-deal/", "opinion"),
        ("/columnists/end-the-jail-deal", "opinion"),
        ("/opinión/fin-del-acuerdo", "opinion"),
        ("/news/live-updates/jail-vote-in-ferry", "live_blog"),
        ("/news/live/jail-vote-in-ferry", "live_blog"),
        ("/video/news/jail-vote", "video"),
        ("/photo-galleries/2026/jail-vote", "photo"),
        ("/press-releases/county-ends-jail-deal", "press_release"),
        ("/News_Releases/county-ends-jail-deal", "press_release"),
        # the words of a headline and of a town are no sections
        ("/news/opinion-divided-on-jail-deal", "news"),
        ("/news/video-shows-jail-vote", "news"),
        ("/live-oak/county-ends-jail-deal", "news"),
    ],
)
def test_folders_of_the_address(path, expected):
    assert kind(HOST + path) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta property="article:section" content="Opinion">', "opinion"),
        ('<meta property="article:section" content="Letters to the Editor">', "opinion"),
        ('<meta name="parsely-section" content="Op-Ed">', "opinion"),
        ('<meta property="article:section" content="Opinión">', "opinion"),
        ('<meta property="article:section" content="Press Releases">', "press_release"),
        ('<meta property="article:section" content="Local News">', "news"),
        (linked(headline=HEADLINE, articleSection=["Opinion", "Local"]), "opinion"),
        (linked(headline=HEADLINE, articleSection="Local", author="Ferry Herald Editorial Board"), "opinion"),
        ('<meta property="article:section" content="Community Opinion Leaders">', "news"),
    ],
)
def test_section_that_the_page_names(head, expected):
    assert kind(head=ARTICLE + head) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Letters to the editor: End the jail deal", "opinion"),
        ("Letter: End the jail deal", "opinion"),
        ("Opinion: End the jail deal", "opinion"),
        ("Opinion | End the jail deal before March", "opinion"),
        ("End the jail deal before it ends us | Opinion", "opinion"),
        ("Editorial: End the jail deal", "opinion"),
        ("Op-ed: End the jail deal", "opinion"),
        ("Guest column: End the jail deal", "opinion"),
        ("My turn: End the jail deal", "opinion"),
        ("Carta al director: Fin del acuerdo", "opinion"),
        ("LIVE UPDATES: Supervisors vote on jail deal", "live_blog"),
        ("Ferry jail vote live updates: Supervisors hear 61 speakers", "live_blog"),
        ("EN VIVO: Los supervisores votan", "live_blog"),
        ("FOR IMMEDIATE RELEASE: County ends jail deal", "press_release"),
        # headlines of news that begin or end with the same words
        ("Opinion of attorney general clears the way for jail deal", "news"),
        ("Letter from 40 pastors asks county to end jail deal", "news"),
        ("Live Oak council ends jail deal", "news"),
        ("Editorial cartoonist arrested at jail protest", "news"),
        ("Supervisors divided in opinion", "news"),
        ("Watch group asks county to end jail deal", "news"),
        ("Press release error cost county its jail deal", "news"),
    ],
)
def test_shape_of_the_title(title, expected):
    assert kind(title=title) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.alder.gov/news/county-ends-jail-deal", "press_release"),
        ("https://mayor.alder.gov/county-ends-jail-deal-with-ice", "press_release"),
        ("https://www.co.alder.or.us/news/county-ends-jail-deal", "press_release"),
        ("https://sheriff.ci.alder.or.us/news/sheriff-ends-jail-deal", "press_release"),
        ("https://www.businesswire.com/news/home/2026/county-ends-jail-deal", "press_release"),
        ("https://www.wherenews.us/local/county-ends-jail-deal", "news"),
        ("https://alder.gov.example.com/news/county-ends-jail-deal", "news"),
    ],
)
def test_hosts_of_governments_give_press_releases(url, expected):
    assert kind(url) == expected


def test_text_that_begins_like_a_press_release():
    assert kind(paragraphs=["FOR IMMEDIATE RELEASE", *PARAGRAPHS]) == "press_release"
    assert kind(paragraphs=["Press releases from the county were silent on the vote.", *PARAGRAPHS]) == "news"


def test_label_of_a_video_beside_a_full_story_is_news_and_beside_a_short_one_a_video():
    assert kind(title="WATCH: Supervisors end jail deal", paragraphs=PARAGRAPHS * 2) == "news"
    assert kind(title="WATCH: Supervisors end jail deal", paragraphs=PARAGRAPHS[:2]) == "video"
    assert kind(title="PHOTOS: Crowd at the jail vote", paragraphs=PARAGRAPHS[:2]) == "photo"
    assert kind(title="FOTOS: La multitud en el condado", paragraphs=PARAGRAPHS[:2]) == "photo"


def test_video_beside_the_story_does_not_make_it_one():
    video = linked(**{"@type": "VideoObject"}, name="Raw footage of the vote")
    assert kind(head=ARTICLE + video, paragraphs=PARAGRAPHS[:2]) == "news"
    assert kind(head=linked(headline=HEADLINE, video={"@type": "VideoObject"}), paragraphs=PARAGRAPHS[:2]) == "news"
    assert kind(head=video, paragraphs=PARAGRAPHS[:3]) == "video"  # the page's only item


@pytest.mark.parametrize(
    ("head", "path", "reason"),
    [
        (linked(**{"@type": "VideoObject"}, name="x"), "/news/vote-on-jail-deal-in-ferry", "video"),
        ('<meta property="og:type" content="video.other">', "/news/vote-on-jail-deal-in-ferry", "video"),
        (ARTICLE, "/videos/vote-on-jail-deal-in-ferry", "video"),
        (ARTICLE, "/gallery/vote-on-jail-deal-in-ferry", "photo"),
    ],
)
def test_pictures_without_a_text_are_no_article(head, path, reason):
    body = f"<h1>{HEADLINE}</h1><div class=player></div><p>Supervisors voted to end the deal on Tuesday night.</p>"
    reading = read_page(page(head=head, body=body), HOST + path)
    assert (reading.article, reading.reason) == (None, reason)


POSTS = [
    ("9:40 p.m.: The vote is 4-1", "Supervisor Whitlow's motion has passed, four votes to one, after five hours."),
    (
        "8:15 p.m.: Sheriff speaks",
        "Sheriff Ray Castellan told the board that the county would lose $2.3 million a year.",
    ),
    ("7:02 p.m.: Doors closed", "The chamber is full; deputies are sending people to a second room down the hall."),
]


def test_live_blog_from_json_ld_has_its_own_title_and_every_post():
    updates = [
        {
            "@type": "BlogPosting",
            "headline": head,
            "articleBody": text,
            "datePublished": "2026-02-11T20:00:00-08:00",
            "author": {"@type": "Person", "name": "Ines Okafor"},
            "publisher": {"@type": "Organization", "name": "Ferry Herald"},
        }
        for head, text in POSTS
    ]
    head = linked(**{"@type": "LiveBlogPosting"}, headline="Jail vote in Ferry", liveBlogUpdate=updates)
    body = f"<h1>Jail vote in Ferry</h1><p>{PARAGRAPHS[0]}</p><div id=live></div>"
    article = extract_article(page(head=head, body=body, title="Jail vote in Ferry"), HOST + "/news/jail-vote")
    assert (article.title, article.kind) == ("Jail vote in Ferry", "live_blog")
    assert article.text.split("\n") == [PARAGRAPHS[0], *(part for post in POSTS for part in post)]


def test_live_blog_from_the_page_has_every_post():
    share = "<div class=share><a href=/share>Share this post</a></div>"
    posts = "".join(
        f"<div class='liveblog-post x'><h3>{head}</h3>{share}<div class=text><p>{text}</p></div></div>"
        for head, text in POSTS * 2
    )
    body = f"<h1>Jail vote in Ferry</h1><article><p>{PARAGRAPHS[0]}</p></article><section>{posts}</section>"
    article = extract_article(page(head=ARTICLE, body=body, title="Jail vote"), HOST + "/live-updates/jail-vote")
    assert article.kind == "live_blog"
    for part in (PARAGRAPHS[0], *POSTS[0], *POSTS[1], *POSTS[2]):
        assert part in article.text
    assert "Share this post" not in article.text


def test_kinds_are_those_of_the_record():
    from data.records import Article

    documented = Article.__doc__ or ""
    assert all(known.name in documented for known in vocabulary().kinds)
