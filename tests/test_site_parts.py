"""The small parts of the site: its words, links, addresses of places, maps and feeds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from data.public_schema import public_tables
from data.site import site_folder
from data.site_events import by_year
from data.site_feeds import atom_feed
from data.site_links import source_link
from data.site_map import HEIGHT, WIDTH, dot_radius, project, shade, state_map, us_map
from data.site_places import PlaceIndex, county_name, slug
from data.site_sample import inside
from data.site_words import (
    confidence_words,
    count_words,
    crowd_words,
    date_words,
    explained,
    precision_words,
    printable,
    votes_words,
    word,
    words,
)


@pytest.mark.parametrize(
    ("value", "precision", "said"),
    [
        ("2018-07-27", "day", "July 27, 2018"),
        ("2018-07-23", "week", "week of July 23, 2018"),
        ("2018-07-01", "month", "July 2018"),
        ("2018-01-01", "year", "2018"),
        ("2018-07-27", "unknown", "around July 27, 2018"),
        ("2025-11-20T05:00:00Z", "day", "November 20, 2025"),
        (None, "day", "date not told"),
        ("soon", "day", "date not told"),
        ("2018-13-40", "month", "date not told"),
    ],
)
def test_date_is_said_with_no_more_precision_than_it_has(value, precision, said):
    assert date_words(value, precision) == said


def test_every_precision_has_its_sentence():
    assert len({precision_words(p) for p in ("day", "week", "month", "year", "unknown")}) == 5


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (1.0, "Almost certain"),
        (0.95, "Almost certain"),
        (0.949, "Very likely"),
        (0.7, "Likely"),
        (0.5, "More likely than not"),
        (0.2, "Doubtful"),
        (0.0, "Doubtful"),
        (None, "Not measured"),
    ],
)
def test_confidence_in_words(probability, said):
    assert confidence_words(probability) == said


def test_numbers_in_words():
    assert [count_words(n, "event") for n in (None, 0, 1, 2, 12345)] == [
        "0 events",
        "0 events",
        "1 event",
        "2 events",
        "12,345 events",
    ]
    assert crowd_words(200, 999) == "200 to 999 people"
    assert crowd_words(12, 12) == "12 people" and crowd_words(1, 1) == "1 person"
    assert crowd_words(2000, None) == "at least 2,000 people" and crowd_words(None, 50) == "up to 50 people"
    assert crowd_words(None, None) == ""
    assert (
        votes_words(7, 2) == "7 for, 2 against"
        and votes_words(None, None) == ""
        and votes_words(5, None) == "5 for, ? against"
    )


def test_vocabulary_covers_what_the_columns_may_hold():
    meanings = {(t.name, c.name): c.meaning for t in public_tables() for c in t.columns}
    for group, column in (
        ("statuses", ("events", "status")),
        ("states", ("agreements", "state")),
        ("families", ("event_types", "family")),
        ("parts", ("event_actors", "part")),
        ("stages", ("runs", "stage")),
    ):
        named = set(re.findall(r"[a-z_]+", meanings[column])) - {"or"}
        assert named == set(words()[group]), group
    for group, column in (("directions", "direction"), ("stances", "stance")):
        assert set(re.findall(r"\w+_cooperation", meanings["events", column])) == set(words()[group])


def test_word_that_the_vocabulary_lacks_is_shown_plainly():
    assert word("statuses", "never_seen") == "Never seen"
    assert word("statuses", None) == "" and explained("statuses", "never_seen") == ""


def test_controls_and_direction_marks_are_not_printed():
    assert printable("a\x0bb\x00\u202ec\u2066d") == "a b c d"
    assert printable("  naïve — 北京 🙂\n") == "naïve — 北京 🙂"


# Links


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//host/x",
        "/local",
        "http://",
        "https:///x",
        "ftp://a.org/x",
        "http://[::1",
        "https://a.org/\nx",
        "https://a b.org/",
        "",
        None,
        "mailto:a@b",
    ],
)
def test_what_must_not_be_linked(url):
    assert source_link(url, sample=True) is None
    assert source_link(url, sample=False) is None


def test_what_may_be_linked():
    assert source_link("https://paper.org/a?b=c#d", sample=True) == "https://paper.org/a?b=c#d"
    assert source_link("https://paper.example/a b", sample=True) is None
    assert source_link("https://paper.example:8000/a/b?c=1", sample=True) == "/sample/paper.example/a/b?c=1"
    assert source_link("http://paper.example", sample=True) == "/sample/paper.example/"
    assert source_link("https://paper.example/a", sample=False) == "https://paper.example/a"
    assert source_link("https://paper.example.org/a", sample=True) == "https://paper.example.org/a"


@given(st.text(max_size=80))
def test_link_is_http_or_nothing(url):
    link = source_link(url, sample=True)
    assert link is None or link.lower().startswith(("http://", "https://", "/sample/"))


def test_sample_links_stay_inside():
    assert inside("/a?b=1", "x.example") == "/sample/x.example/a?b=1"
    assert inside("//y.example/a", "x.example") == "/sample/y.example/a"
    assert inside("https://y.example", "x.example") == "/sample/y.example/"
    assert inside("story.html", "x.example") == "story.html"
    assert inside("https://real.org/a", "x.example") == "https://real.org/a"


# Places


def place(number: int, name: str, kind: str = "city", state: str = "CA", **more) -> dict:
    row = {"id": f"geonames:{number}", "name": name, "kind": kind, "state": state, "state_name": "California"}
    row |= {"county_fips": None, "population": 0, "latitude": 37.0, "longitude": -121.0, "events_count": 1}
    return row | more


def test_two_places_of_one_name_have_two_addresses():
    index = PlaceIndex(
        [place(2, "Greenville", population=50), place(1, "Greenville", population=900), place(3, "greenville")]
    )
    assert {p.id: url for url, p in index.by_url.items()} == {
        "geonames:1": "/place/ca/greenville",
        "geonames:2": "/place/ca/greenville-2",
        "geonames:3": "/place/ca/greenville-3",
    }


def test_slugs_and_county_names():
    assert slug("Doña Ana County") == "dona-ana-county"
    assert slug("Prince George's") == "prince-georges"
    assert slug("北京") == "place"
    assert county_name("Cook", "IL") == "Cook County"
    assert county_name("Orleans", "LA") == "Orleans Parish"
    assert county_name("Fairbanks North Star", "AK") == "Fairbanks North Star Borough"
    assert county_name("Anchorage Municipality", "AK") == "Anchorage Municipality"
    assert county_name("Baltimore City", "MD") == "Baltimore City"


def test_nearest_places_by_distance():
    here = place(1, "Here")
    others = [place(2, "Far", latitude=39.0), place(3, "Near", latitude=37.1), place(4, "Beyond", latitude=45.0)]
    index = PlaceIndex([here, *others, place(5, "Silent", latitude=37.05, events_count=0)])
    found = index.near(index.by_id["geonames:1"], miles=200)
    assert [(p.name, miles) for p, miles in found] == [("Near", 7), ("Far", 138)]


def test_years_stand_in_the_order_given_and_undated_last():
    events = [{"date": "2025-02-01"}, {"date": None}, {"date": "2024-01-01"}, {"date": "2024-03-01"}]
    assert [(year, len(group)) for year, group in by_year(events)] == [("2025", 1), ("2024", 2), ("Date not told", 1)]


# Maps


def test_map_of_the_country_is_whole_and_light():
    shapes = {shape.id: shape for shape in us_map()}
    assert len(shapes) == 52 and {"AK", "HI", "PR", "DC", "CA", "ME"} <= set(shapes)
    assert sum(len(shape.path) for shape in shapes.values()) < 60_000
    for shape in shapes.values():
        assert re.fullmatch(r"(M-?[\d.]+ -?[\d.]+l[-\d. ]+z)+", shape.path), shape.id


def outline(path: str) -> list[tuple[float, float]]:
    """The points of the first ring of a path."""
    start, _, moves = path.split("z")[0].removeprefix("M").partition("l")
    x, y = map(float, start.split())
    points = [(x, y)]
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", moves)]
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x, y))
    return points


def contains(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    """Whether a point lies in a ring: crossings of a ray to the right are odd."""
    inside_ring = False
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside_ring = not inside_ring
    return inside_ring


@pytest.mark.parametrize(
    ("state", "latitude", "longitude"),
    [
        ("CO", 39.74, -104.98),
        ("TX", 30.27, -97.74),
        ("CA", 36.74, -119.79),
        ("AK", 64.84, -147.72),
        ("KS", 37.69, -97.34),
        ("PR", 18.22, -66.43),
        ("PA", 40.27, -76.88),
        ("WY", 42.87, -106.31),
    ],
)
def test_cities_fall_into_their_own_state(state, latitude, longitude):
    x, y = project(longitude, latitude, state)
    rings = [outline(part + "z") for shape in us_map() if shape.id == state for part in shape.path.split("z") if part]
    assert any(contains(ring, x, y) for ring in rings)
    others = [outline(shape.path) for shape in us_map() if shape.id != state]
    assert not any(contains(ring, x, y) for ring in others)


def test_points_that_the_map_does_not_show():
    assert project(144.79, 13.44, "GU") is None
    assert project(None, 40.0, "PA") is None
    assert project(0.0, 0.0, "PA") is None
    x, y = project(-157.86, 21.31, "HI")
    assert 0 < x < WIDTH and HEIGHT * 0.8 < y < HEIGHT


def test_map_of_a_state_has_its_counties():
    drawn = state_map("CA")
    assert len(drawn.counties) == 58 and {"06013", "06037"} <= {shape.id for shape in drawn.counties}
    assert max(drawn.width, drawn.height) <= 520
    x, y = drawn.frame.project(-121.93, 37.92)
    assert contains(outline(next(s.path for s in drawn.counties if s.id == "06013")), x, y)
    assert state_map("ZZ") is None
    assert len(state_map("HI").counties) >= 4


def test_shades_and_dots_grow_with_the_events():
    assert [shade(n, 100) for n in (0, 1, 4, 25, 64, 100)] == [0, 1, 1, 3, 4, 5]
    assert shade(3, 0) == 0
    sizes = [dot_radius(n, 100) for n in (1, 10, 100)]
    assert sizes == sorted(sizes) and sizes[2] < 12


# Feeds


def test_feed_without_events_is_a_feed():
    feed = atom_feed(
        [], title="T", subtitle="S", root="https://s.test", page="https://s.test/", feed="https://s.test/f"
    )
    root = etree.fromstring(feed)
    names = [etree.QName(child).localname for child in root]
    assert names == ["title", "subtitle", "id", "link", "link", "updated", "author"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_feed_is_xml_whatever_the_texts(title, summary):
    event = {
        "title": title,
        "summary": summary,
        "url": "/event/1",
        "type": "protest",
        "type_label": "Protest",
        "place": None,
    }
    event |= {
        "status_words": "Happened",
        "date_words": "2025",
        "date": "2025-01-01",
        "first_seen": None,
        "last_seen": None,
    }
    feed = atom_feed(
        [event], title=title, subtitle="S", root="https://s.test", page="https://s.test/", feed="https://s.test/f"
    )
    assert etree.fromstring(feed).find("{http://www.w3.org/2005/Atom}entry") is not None


def test_installed_beside_datasettes_own_package_the_site_is_the_shared_one(tmp_path, monkeypatch):
    package, shared = tmp_path / "lib" / "datasette", tmp_path / "share" / "sanctuary-tracker" / "site"
    for folder in (package, shared):
        (folder / "templates").mkdir(parents=True)
    (package / "__init__.py").touch()
    (tmp_path / "lib" / "data").mkdir()
    monkeypatch.setattr("data.site.__file__", str(tmp_path / "lib" / "data" / "site.py"))
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert site_folder() == shared
