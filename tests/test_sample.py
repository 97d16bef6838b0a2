"""The sample outlets: enough of everything, consistent labels, and the odd behaviour of real sites over real HTTP."""

from __future__ import annotations

import gzip
import re
import urllib.error
import urllib.request
from collections import Counter
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from data.sample.gold import gold_rows, registry_csv
from data.sample.pages import LAYOUTS, NOTICE
from data.sample.server import serve_sample
from data.sample.site import respond
from data.sample.stories import CLOSED, curl, load_outlets

TYPES = {
    "agreement_proposed",
    "agreement_signed",
    "agreement_renewed",
    "agreement_modified",
    "agreement_suspended",
    "agreement_terminated",
    "agreement_expired",
    "agreement_rejected",
    "agreement_kept",
    "policy_proposed",
    "policy_adopted",
    "policy_rejected",
    "policy_repealed",
    "protest",
    "public_meeting",
    "lawsuit_filed",
    "court_ruling",
    "settlement",
    "federal_response",
    "enforcement_operation",
    "facility_opened",
    "facility_closed",
    "data_access_granted",
    "data_access_revoked",
    "official_statement",
    "investigation",
    "personnel",
}
STATUSES = {"occurred", "ongoing", "announced", "proposed", "denied", "background"}
AGREEMENTS = {
    "287g_jail_enforcement",
    "287g_warrant_service",
    "287g_task_force",
    "287g",
    "detention",
    "data_sharing",
    "detainer",
    "task_force",
    "facility_use",
    "funding",
    "other",
}
FORMS = {
    "march",
    "rally",
    "vigil",
    "encampment",
    "occupation",
    "sit_in",
    "blockade",
    "walkout",
    "hunger_strike",
    "petition_delivery",
    "disruption",
}
ROWS = gold_rows()
EVENTS = [event for row in ROWS for event in row["events"]]
STRAIGHT = str.maketrans("“”‘’", "\"\"''")
PAGES = [(outlet, story) for outlet in load_outlets().values() for story in outlet.stories(1)]


def event_key(event: dict) -> tuple:
    """One event in the world: what happened, where, in which month."""
    place = event["place"]
    return event["type"], place["name"], place["state"], (event["date"] or "")[:7], event["agreement_type"]


@pytest.fixture(scope="module")
def web():
    with serve_sample() as server:
        yield server


def fetch(web, url: str, method: str = "GET", **headers: str):
    """One request through the proxy, redirects not followed."""
    connection = HTTPConnection("127.0.0.1", web.port, timeout=10)
    connection.request(method, url, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


# How much of everything


def test_counts():
    assert len(load_outlets()) >= 24
    assert len(ROWS) >= 150
    assert len({outlet.layout for outlet in load_outlets().values()}) >= 6
    assert sum(not row["relevant"] for row in ROWS) >= 60
    assert len(set(map(event_key, EVENTS))) >= 60
    assert len({event["place"]["state"] for event in EVENTS}) >= 25


def test_every_event_type_is_told_at_least_twice():
    told = Counter(event_type for event_type, *_ in set(map(event_key, EVENTS)))
    assert {name for name in TYPES if told[name] < 2} == set()
    assert set(told) <= TYPES


def test_every_status_and_form_and_most_agreement_types_are_told():
    assert {event["status"] for event in EVENTS} == STATUSES
    assert {event["form"] for event in EVENTS if event["form"]} == FORMS
    told = {event["agreement_type"] for event in EVENTS if event["agreement_type"]}
    assert told <= AGREEMENTS
    assert len(told) >= 9


def test_some_events_are_told_by_several_outlets_in_their_own_words():
    tellers: dict[tuple, dict[str, str]] = {}
    for row in ROWS:
        for event in row["events"]:
            if event["central"]:
                tellers.setdefault(event_key(event), {})[row["source"]["name"]] = row["text"]
    assert sum(len(set(texts.values())) > 1 for texts in tellers.values()) >= 4


def test_wire_story_is_carried_word_for_word_by_five_outlets():
    copies = Counter("\n".join(story.body).translate(STRAIGHT) for _, story in PAGES if story.wire)
    assert max(copies.values()) >= 5


def test_stories_lie_within_the_sample_season():
    for _, story in PAGES:
        assert "2026-08-01" <= story.published.date().isoformat() <= "2026-11-15", story.slug
        assert story.published.utcoffset() is not None, story.slug
        assert story.modified is None or story.modified >= story.published, story.slug


def test_texts_differ_in_their_first_words():
    openings = Counter(" ".join(row["text"].split()[:5]).lower() for row in ROWS)
    wire = {" ".join(story.body[0].split()[:5]).lower() for _, story in PAGES if story.wire}
    assert [words for words, n in openings.items() if n > 1 and words not in {curl(w) for w in wire} | wire] == []


# The labels agree with the texts


@pytest.mark.parametrize("row", [*ROWS, *gold_rows(1)], ids=lambda row: row["id"])
def test_labels_agree_with_text(row):
    told = row["text"] + "\n" + row["title"]
    for event in row["events"]:
        assert event["status"] in STATUSES
        assert event["evidence"] in told, event["evidence"]
        assert event["date"] is None or re.fullmatch(r"\d{4}(-\d\d){0,2}", event["date"])
        assert (event["type"].startswith("policy_")) == (event["direction"] is not None), event["type"]
        assert (event["type"] in ("protest", "official_statement")) == (event["stance"] is not None), event["type"]
        assert event["form"] is None or event["type"] == "protest"
    for person in [*row["officials"], *row["spokespeople"]]:
        assert person["name"] in told, person["name"]
    for quote in row["quotes"]:
        assert quote["first_words"] in row["text"], quote["first_words"]
        assert quote["speaker"].split()[-1] in told, quote["speaker"]


def test_gold_urls_are_pages_that_show_the_gold_text():
    for row in ROWS:
        parts = urlsplit(row["url"])
        response = respond(parts.netloc, parts.path, {})
        assert response.status == 200, row["id"]
        html = response.body.decode(load_outlets()[parts.netloc].charset)
        shown = re.sub(r"&#39;", "'", re.sub(r"&#34;", '"', html)).replace("&amp;", "&")
        assert all(paragraph in shown for paragraph in row["text"].split("\n\n")), row["id"]


# The site


def test_sources_csv_is_the_registry_of_the_outlets():
    assert (LAYOUTS.parent / "sources.csv").read_text(encoding="utf-8") == registry_csv()


def links_of(outlet) -> set[str]:
    """Paths of everything that the registered feeds, sitemaps and section pages of an outlet link to."""
    starts = [feed.path for feed in outlet.feeds] if "feeds" in outlet.registered else []
    starts += [sitemap.path for sitemap in outlet.sitemaps] if "sitemap" in outlet.registered else []
    starts += outlet.sections.values() if "sections" in outlet.registered else []
    found: set[str] = set()
    while starts:
        response = respond(outlet.domain, starts.pop(), {}, 1)
        assert response.status == 200
        text = response.body.decode(outlet.charset if b"<html" in response.body else "utf-8")
        linked = re.findall(r'(?:href="|<loc>|<link>|"url": ")(?:http://[^/"<]+)?(/[^"<?]*)', text)
        starts += [path for path in linked if re.search(r"/sitemap-\d", path) and path not in found]
        found.update(linked)
    return found


@pytest.mark.parametrize("outlet", load_outlets().values(), ids=lambda outlet: outlet.id)
def test_every_story_can_be_reached_from_the_registry(outlet):
    found = links_of(outlet)
    assert [story.slug for story in outlet.stories(1) if story.link not in found] == []


def test_every_html_page_carries_the_notice_outside_the_story():
    told = NOTICE.replace("'", "&#39;")
    for outlet, story in PAGES:
        html = respond(outlet.domain, story.path, {}, 1).body.decode(outlet.charset)
        assert told in html or NOTICE in html, story.path
        assert NOTICE not in " ".join(story.body)
    for outlet in load_outlets().values():
        for path in ("/", *outlet.sections.values(), *outlet.broken, *outlet.soft_404, "/nowhere"):
            assert told in respond(outlet.domain, path, {}).body.decode(outlet.charset), path


def test_hosts_are_reserved_names_and_pages_point_nowhere_else():
    for outlet, story in PAGES:
        assert outlet.domain.endswith(".example")
        html = respond(outlet.domain, story.path, {}, 1).body.decode(outlet.charset)
        hosts = {urlsplit(url).hostname for url in re.findall(r'(?:href|src|action)="(https?://[^"]+)"', html)}
        assert hosts <= {outlet.domain}


def test_the_mix_of_ways_to_find_stories():
    outlets = load_outlets().values()
    feeds = {feed.kind for outlet in outlets if "feeds" in outlet.registered for feed in outlet.feeds}
    sitemaps = {sitemap.kind for outlet in outlets if "sitemap" in outlet.registered for sitemap in outlet.sitemaps}
    assert feeds == {"rss", "atom", "json"}
    assert sitemaps == {"news", "index"}
    assert any(tuple(outlet.registered) == ("sections",) for outlet in outlets)


def test_sample_stays_small():
    folder = LAYOUTS.parent
    assert sum(path.stat().st_size for path in folder.rglob("*") if "__pycache__" not in path.parts) < 1_500_000


def test_a_story_closed_by_robots_is_linked_but_has_no_gold_row():
    closed = [(outlet, story) for outlet, story in PAGES if story.section == CLOSED]
    assert closed
    for outlet, story in closed:
        rules = re.findall(r"Disallow: (\S+)", outlet.robots)
        assert any(story.path.startswith(rule) for rule in rules)
        assert f"{outlet.id}/{story.slug}" not in {row["id"] for row in ROWS}
    assert any("Crawl-delay" in (outlet.robots or "") for outlet in load_outlets().values())


# Over HTTP


def test_proxy_form_and_host_header_give_the_same_page(web):
    outlet, story = PAGES[0]
    _, by_proxy = fetch(web, outlet.url(story.path))
    _, by_host = fetch(web, story.path, Host=outlet.domain)
    assert by_proxy == by_host
    assert story.headline.split()[0].encode(outlet.charset) in by_proxy
    assert web.requests[-1][1:] == (outlet.domain, story.path, 200)


def test_urllib_reaches_the_outlets_by_http_proxy(web):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": web.proxy_url}))
    outlet, story = next((o, s) for o, s in PAGES if s.hops)
    with opener.open(outlet.url(story.hops[0]), timeout=10) as response:
        assert response.url == outlet.url(story.path)
        assert NOTICE.replace("'", "&#39;") in response.read().decode()
    with pytest.raises(urllib.error.HTTPError, match="502"):
        opener.open("http://unknown-paper.example/", timeout=10)


def test_redirect_chain_has_three_hops(web):
    outlet, story = next((o, s) for o, s in PAGES if len(s.hops) == 3)
    for here, there in pairwise([*story.hops, story.path]):
        response, _ = fetch(web, outlet.url(here))
        assert response.status in (301, 302, 307, 308)
        assert response.headers["Location"] == outlet.url(there)


def test_validators_give_304_until_the_story_is_updated(web):
    outlet, story = next((o, s) for o, s in PAGES if s.revised and o.validators == "both")
    url = outlet.url(story.path)
    first, _ = fetch(web, url)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    again, body = fetch(web, url, **{"If-None-Match": tag})
    assert (again.status, body) == (304, b"")
    assert fetch(web, url, **{"If-Modified-Since": changed})[0].status == 304
    assert fetch(web, url, **{"If-None-Match": '"other"', "If-Modified-Since": changed})[0].status == 200
    assert fetch(web, url, **{"If-Modified-Since": "never"})[0].status == 200
    web.revision = 1
    try:
        assert fetch(web, url, **{"If-None-Match": tag})[0].status == 200
        assert fetch(web, url, **{"If-Modified-Since": changed})[0].status == 200
    finally:
        web.revision = 0


def test_updated_story_keeps_its_url_and_gets_a_later_date_and_other_words():
    outlet, _ = next((o, s) for o, s in PAGES if s.revised)
    changed = [(a, b) for a in outlet.stories(0) for b in outlet.stories(1) if a.slug == b.slug and a.body != b.body]
    assert changed
    for before, after in changed:
        assert after.path == before.path
        assert after.touched > before.touched


def test_feeds_answer_304(web):
    outlet = next(o for o in load_outlets().values() if o.feeds and o.validators == "both")
    first, _ = fetch(web, outlet.url(outlet.feeds[0].path))
    again, _ = fetch(web, outlet.url(outlet.feeds[0].path), **{"If-None-Match": first.headers["ETag"]})
    assert again.status == 304


def test_gzip_page_is_compressed_only_for_those_who_ask(web):
    outlet, story = next((o, s) for o, s in PAGES if s.gzip and not s.revision)
    asked, packed = fetch(web, outlet.url(story.path), **{"Accept-Encoding": "gzip, deflate"})
    plain, body = fetch(web, outlet.url(story.path), **{"Accept-Encoding": "identity"})
    assert asked.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Content-Encoding"] is None
    assert gzip.decompress(packed) == body


def test_latin1_is_declared_in_the_page_only(web):
    outlet = next(o for o in load_outlets().values() if o.charset == "latin-1")
    accented, story = next((w, s) for s in outlet.stories() for w in " ".join(s.body).split() if not w.isascii())
    response, body = fetch(web, outlet.url(story.path))
    assert response.headers["Content-Type"] == "text/html"
    assert b"charset=iso-8859-1" in body
    assert accented in body.decode("latin-1")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


def test_broken_pages(web):
    outlets = load_outlets().values()
    dead = next((o, path) for o in outlets for path in o.dead)
    broken = next((o, path) for o in outlets for path in o.broken)
    soft = next((o, path) for o in outlets for path in o.soft_404)
    for (outlet, path), status in ((dead, 404), (broken, 500), (soft, 200)):
        response, _ = fetch(web, outlet.url(path))
        assert response.status == status
        assert path.encode() in fetch(web, outlet.url(next(iter(outlet.sections.values()))))[1]


def test_head_has_no_body_and_the_length_of_the_page(web):
    outlet, story = PAGES[0]
    head, body = fetch(web, outlet.url(story.path), method="HEAD")
    _, full = fetch(web, outlet.url(story.path))
    assert body == b""
    assert int(head.headers["Content-Length"]) == len(full)


def test_feed_links_carry_tracking_parameters_and_still_lead_to_the_story():
    outlet = next(o for o in load_outlets().values() if o.tracking)
    feed = respond(outlet.domain, outlet.feeds[0].path, {}).body.decode()
    link = urlsplit(re.search(r"<link>(http://[^<]+\?[^<]+)</link>", feed)[1].replace("&amp;", "&"))
    assert "utm_source" in link.query
    assert respond(outlet.domain, f"{link.path}?{link.query}", {}).status == 200


def test_paywalled_stub_shows_less_than_the_story():
    outlet, story = next((o, s) for o, s in PAGES if s.paywalled and s.visible)
    html = respond(outlet.domain, story.path, {}).body.decode()
    assert re.search(r'"isAccessibleForFree": false', html)
    assert story.body[story.visible][:40] not in html
    assert len(story.shown) < len(story.body)


def test_a_spanish_outlet_tells_events():
    spanish = [row for row in ROWS if row["language"] == "es"]
    assert sum(row["relevant"] for row in spanish) >= 2


def test_port_is_freed_when_the_block_ends():
    with serve_sample() as server:
        port = server.port
    with serve_sample(port) as again:
        assert again.port == port


def test_stories_are_data_not_code():
    assert all(path.suffix == ".toml" for path in Path(LAYOUTS.parent / "stories").iterdir())
