"""Discovery over real HTTP: every publishing system's shape, what counts as a feed, which listings are chosen."""

from __future__ import annotations

import json
from datetime import date

import pytest

from crawler.discovery import Answer, robots_sitemaps
from crawler.discovery_home import read_home, topic, vocabulary
from crawler.discovery_run import discover_site
from tests.crawling import Reply, rss, small_web
from tests.looking_around import TODAY, apart, feed, home, manners, moved, news_sitemap, proxied, section, site

ARC = '<script src="/pf/resources/app.js"></script>'
WORDPRESS = '<link rel="stylesheet" href="/wp-content/themes/paper/style.css">'
BLOX = '<script src="https://bloximages.newyork1.vip.townnews.com/ferry/app.js"></script>'
# (key in discovery.toml, mark in the head of its home page)
MARKS = [
    ("arc", ARC),
    ("gray", f'{ARC}<meta name="owner" content="Gray Media">'),
    ("gannett", '<link rel="preconnect" href="https://www.gannett-cdn.com">'),
    ("blox", BLOX),
    ("lee", f'{BLOX}<meta name="owner" content="Lee-Enterprises">'),
    ("nexstar", f'{WORDPRESS}<script>var owner="nexstar"</script>'),
    ("tegna", '<script src="https://www.tegna-media.com/a.js"></script>'),
    ("scripps", '<script src="https://ewscripps.brightspotcdn.com/a.js"></script>'),
    ("mcclatchy", '<script src="https://media.mcclatchy.com/a.js"></script>'),
    ("grove", '<img src="https://npr.brightspotcdn.com/logo.png">'),
    ("newspack", f'{WORDPRESS}<body class="newspack">'),
    ("wordpress", WORDPRESS),
    ("ghost", '<meta name="generator" content="Ghost 5.9">'),
    ("squarespace", '<script src="https://static1.squarespace.com/a.js"></script>'),
    ("substack", '<link href="https://substackcdn.com/a.css">'),
    ("drupal", '<meta name="Generator" content="Drupal 10">'),
    ("civicplus", '<a href="/CivicAlerts.aspx">News</a>'),
    ("granicus", '<script src="https://cdn.granicus.com/a.js"></script>'),
]


def found_at(pages, address="http://herald.example"):
    with small_web(pages) as web:
        finding = apart(discover_site, address, **manners(), environment=proxied(web.port))
        return finding, web


def paths(judged):
    return [one.url.removeprefix("http://herald.example") for one in judged]


@pytest.mark.parametrize(("key", "mark"), MARKS)
def test_a_system_is_told_by_its_marks(key, mark):
    assert key in read_home(home(mark).body, "http://herald.example/").systems


def test_a_page_without_marks_has_no_system():
    assert read_home(home().body, "http://herald.example/").systems == ()


def test_a_system_is_told_by_a_response_header():
    assert read_home("<html><body>x</body></html>", "http://a.example/", "X-Generator: Drupal 10").systems == (
        "drupal",
    )


@pytest.fixture(scope="module")
def every_system():
    """One host a system, its first feed and its first sitemap answering at that system's own addresses."""
    pages, kept = {}, {}
    for key, mark in MARKS:
        system = vocabulary().systems[key]
        kept[key] = (system.feeds[:1], system.sitemaps[:1], system.sections[:1])
        listings = {path: feed() for path in system.feeds[:1]} | {path: news_sitemap() for path in system.sitemaps[:1]}
        listings |= {path: section() for path in system.sections[:1] if not listings}
        pages |= site(f"{key}.example", {"/": home(mark)} | listings)
    with small_web(pages) as web:
        addresses = [f"http://{key}.example" for key, _ in MARKS]
        found = apart(_discover_all, addresses, environment=proxied(web.port))
    return found, kept


def _discover_all(addresses):
    from crawler.discovery_run import _run
    from crawler.settings import scrapy_settings

    found = {}
    settings = scrapy_settings(contact="desk@ferry.example", delay=0.0, per_host=4, allow_loopback=True)
    _run(settings, sites=addresses, done=found.__setitem__, today=TODAY)
    return found


@pytest.mark.parametrize("key", [key for key, _ in MARKS])
def test_a_system_is_found_at_its_own_addresses(every_system, key):
    found, (feeds, sitemaps, sections) = every_system[0][f"http://{key}.example"], every_system[1][key]
    choice = found[2]
    root = f"http://{key}.example"
    assert [one.url for one in choice.feeds] == [root + path for path in feeds]
    assert [one.url for one in ([choice.sitemap] if choice.sitemap else [])] == [root + path for path in sitemaps]
    if not feeds and not sitemaps:
        assert [one.url for one in choice.sections] == [root + path for path in sections]


def test_declared_feeds_come_before_guesses_and_local_news_before_the_rest():
    head = (
        '<link rel="alternate" type="application/rss+xml" title="Ferry Herald Comments" href="/comments.xml">'
        '<link rel="alternate" type="application/rss+xml" title="Sports" href="/sports.xml">'
        '<link rel="alternate" type="application/atom+xml" title="All" href="/all.xml">'
        '<link rel="alternate" type="application/rss+xml" title="Local news" href="/local.xml">'
    )
    pages = site(
        "herald.example",
        {
            "/": home(head),
            "/comments.xml": feed(words="comment-on-the-story"),
            "/sports.xml": feed(words="sports-story-of-day", stories=40),
            "/all.xml": feed(words="story-of-every-kind"),
            "/local.xml": feed(),
        },
    )
    finding, web = found_at(pages)
    assert paths(finding.choice.feeds) == ["/local.xml", "/all.xml"]
    assert "http://herald.example/comments.xml" not in web.requested()


def test_a_feed_that_only_a_link_names_is_found():
    links = '<footer><a href="/syndication/headlines.rss">RSS</a><a href="/feedback">Feedback</a></footer>'
    pages = {"/": home(body=links), "/syndication/headlines.rss": feed()}
    finding, web = found_at(site("herald.example", pages))
    assert paths(finding.choice.feeds) == ["/syndication/headlines.rss"]
    assert "http://herald.example/feedback" not in web.requested()


def test_a_feed_of_another_site_an_empty_one_and_a_podcast_do_not_count():
    audio = "".join(
        f'<title>Show</title><link>/show-of-day-{n}</link><enclosure type="audio/mpeg" url="/{n}.mp3"/>|'
        for n in range(5)
    )
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in ("/a", "/b", "/c", "/d.json")
    )
    items = [{"url": f"/json-story-of-day-{number}", "date_published": "2026-11-19T08:00:00Z"} for number in range(4)]
    links += '<link rel="alternate" type="application/feed+json" href="/d.json">'
    pages = site(
        "herald.example",
        {
            "/": home(links),
            "/a": feed(host="wire.example"),
            "/b": feed(stories=0),
            "/c": rss(*audio.strip("|").split("|")),
            "/d.json": Reply(json.dumps({"items": items}), headers={"Content-Type": "application/feed+json"}),
        },
    )
    finding, _ = found_at(pages)
    assert paths(finding.choice.feeds) == ["/d.json"]
    assert finding.choice.feeds[0].newest == date(2026, 11, 19)


def test_two_addresses_of_the_same_feed_are_written_once_and_a_fresh_one_wins():
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{p}">' for p in ("/old", "/new", "/same"))
    pages = {"/": home(links), "/old": feed(age=18, words="older-story-of-day"), "/new": feed(), "/same": feed()}
    finding, _ = found_at(site("herald.example", pages))
    assert paths(finding.choice.feeds)[0] == "/new"
    assert "/same" not in paths(finding.choice.feeds)


def test_robots_txt_names_the_news_sitemap_behind_an_index():
    index = "<sitemapindex><sitemap><loc>/maps/news.xml</loc></sitemap></sitemapindex>"
    robots = (
        "User-agent: *\nDisallow: /private/\nSitemap: http://herald.example/maps/index.xml\nsitemap:/maps/video.xml"
    )
    pages = site(
        "herald.example",
        {
            "/": home(),
            "/robots.txt": Reply(robots, headers={"Content-Type": "text/plain"}),
            "/maps/index.xml": Reply(index, headers={"Content-Type": "application/xml"}),
            "/maps/news.xml": news_sitemap(),
        },
    )
    finding, web = found_at(pages)
    assert finding.choice.sitemap.url == "http://herald.example/maps/index.xml"
    assert len(finding.choice.sitemap.links) == 5
    assert "http://herald.example/maps/video.xml" not in web.requested()


def test_sitemap_lines_are_bounded_and_sorted():
    text = "".join(f"Sitemap: /map-{number}.xml\n" for number in range(50)) + "Sitemap: /news.xml\nSitemap: ftp://x/y"
    named = robots_sitemaps(Answer("http://a.example/robots.txt", "http://a.example/robots.txt", 200, text.encode()))
    assert len(named) == 8
    assert named[0] == "http://a.example/news.xml"
    assert (
        robots_sitemaps(Answer("http://a.example/robots.txt", "http://a.example/robots.txt", 404, text.encode())) == []
    )


def test_sections_of_the_navigation_where_there_is_nothing_else():
    nav = (
        '<nav><a href="/sports">Sports</a><a href="/local">Local News</a><a href="/politics">Politics</a>'
        '<a href="/news/world">World</a><a href="https://other.example/local">Local</a></nav>'
    )
    pages = {"/": home(body=nav), "/local": section(), "/politics": section(stories=2), "/sports": section()}
    finding, web = found_at(site("herald.example", pages))
    assert paths(finding.choice.sections) == ["/local"]
    assert not any("sports" in url or "other.example" in url for url in web.requested())


def test_redirects_are_followed_to_where_the_outlet_lives_now():
    pages = site("old.example", {"/": moved("http://herald.example/")})
    pages |= site("herald.example", {"/": home(WORDPRESS), "/feed/": feed()})
    finding, _ = found_at(pages, "http://old.example")
    assert finding.home.domain == "herald.example"
    assert paths(finding.choice.feeds) == ["/feed/"]


def test_redirects_in_circles_end():
    pages = site("herald.example", {"/": moved("http://herald.example/a"), "/a": moved("http://herald.example/")})
    finding, web = found_at(pages)
    assert finding.home is None
    assert "max redirections" in finding.trouble
    assert len(web.requested()) < 20


@pytest.mark.parametrize(
    ("front", "why"),
    [
        (Reply("<html><head><title>Just a moment...</title></head><body>Wait</body></html>"), "blocked page"),
        (Reply("no", 403), "HTTP 403"),
        (Reply("gone", 410), "HTTP 410"),
    ],
)
def test_a_site_that_shows_nothing_says_why(front, why):
    finding, _ = found_at(site("herald.example", {"/": front}))
    assert finding.home is None
    assert why in finding.trouble


def test_a_site_without_end_is_asked_a_bounded_number_of_times():
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/f{n}">' for n in range(500))
    index = "".join(f"<sitemap><loc>/map-{n}.xml</loc></sitemap>" for n in range(100))
    robots = "".join(f"Sitemap: /map-{n}.xml\n" for n in range(100))
    maps = {f"/map-{n}.xml": Reply(f"<sitemapindex>{index}</sitemapindex>") for n in range(100)}
    pages = {"/": home(WORDPRESS + ARC + BLOX + links), "/robots.txt": Reply(robots)} | maps
    finding, web = found_at(site("herald.example", pages))
    assert not finding.choice.all
    assert len(web.requested()) <= 48


def test_a_bare_host_is_enough():
    finding, _ = found_at(site("herald.example", {"/": home(WORDPRESS), "/feed/": feed()}), "herald.example")
    assert finding.home.url == "http://herald.example/"
    assert paths(finding.choice.feeds) == ["/feed/"]


def test_name_language_town_kind_and_paywall_are_read():
    organization = {
        "@type": ["NewsMediaOrganization", "RadioStation"],
        "name": "Radio Ferry",
        "address": {"addressLocality": "Astoria", "addressRegion": "Oregon"},
        "isAccessibleForFree": False,
    }
    head = f'<script type="application/ld+json">{json.dumps(organization)}</script>'
    told = read_home(
        home(head, "<footer>PO Box 1, Salem, OR 97301</footer>", name="", lang="es").body, "http://r.example/"
    )
    assert (told.name, told.language, told.kind, told.paywall) == ("Radio Ferry", "es", "radio", "metered")
    assert told.towns == (("Astoria", "Oregon"), ("Salem", "OR"))


def test_the_title_names_an_outlet_that_does_not_name_itself():
    page = "<html><head><title>Home | The Ferry Bugle</title></head><body><p>x</p></body></html>"
    told = read_home(page, "https://www.ci.ferry.or.us/")
    assert (told.name, told.kind, told.language) == ("The Ferry Bugle", "government", "")
    assert named("Fire at the mill - The Ferry Bugle", "www.ferrybugle.example") == "The Ferry Bugle"
    assert named("Ferry Bugle: Home", "bugle.example") == "Ferry Bugle"
    assert named("Home", "bugle.example") == ""


def named(title, host):
    return read_home(f"<html><head><title>{title}</title></head><body>x</body></html>", f"http://{host}/").name


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("/feed/ Ferry » Comments Feed", "never"),
        ("/category/local-news/feed/", "wanted"),
        ("/news/sports", "unwanted"),
        ("/feed/", ""),
        ("/podcast/rss", "never"),
        ("/noticias-locales", "wanted"),
    ],
)
def test_topics(told, expected):
    assert topic(told) == expected


@pytest.mark.parametrize(
    "text", ["", "<", "<html>" * 2_000, '<link rel="alternate" type="rss" href="http://[::1">', "\x00" * 50]
)
def test_a_broken_home_page_is_read_without_a_fault(text):
    assert read_home(text, "http://herald.example/").feeds == ()
