"""The gazetteer: names and ids to places, the compiled file, its fall-backs."""

import sqlite3
import stat

import pytest

from data import gazetteer as module
from data import gazetteer_build
from data.gazetteer import Gazetteer, bare_county, distance_km, fold, load_gazetteer
from data.records import Place


@pytest.fixture(scope="module")
def gazetteer():
    return load_gazetteer()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Saint Paul", "st paul"),
        ("ST. PAUL", "st paul"),
        ("Prince George's", "prince georges"),
        ("San José", "san jose"),
        ("Winston-Salem", "winston salem"),
        ("Coeur d’Alene", "coeur dalene"),
        ("Fort  Worth", "ft worth"),
        ("", ""),
    ],
)
def test_fold_makes_spellings_of_one_name_equal(name, key):
    assert fold(name) == key


@pytest.mark.parametrize(
    ("county", "bare"),
    [
        ("Contra Costa County", "Contra Costa"),
        ("Orleans Parish", "Orleans"),
        ("Kodiak Island Borough", "Kodiak Island"),
        ("Baltimore city", "Baltimore"),
        ("Juneau City and Borough", "Juneau"),
        ("Carson City", "Carson City"),
    ],
)
def test_bare_county(county, bare):
    assert bare_county(county) == bare


def test_cities_are_ordered_by_population(gazetteer):
    springfields = gazetteer.cities("Springfield")
    assert [p.state for p in springfields[:3]] == ["MO", "MA", "IL"]
    assert gazetteer.cities("Springfield", "OR")[0].id == "geonames:5754005"


@pytest.mark.parametrize(
    "name", ["New York", "New York City", "NYC", "Brooklyn", "Queens", "Staten Island", "the bronx"]
)
def test_new_york_and_its_boroughs_are_one_government(gazetteer, name):
    assert gazetteer.cities(name, "NY")[0].id == "geonames:5128581"


def test_a_borough_is_still_found_by_its_id(gazetteer):
    assert gazetteer.get("geonames:5110302").name == "Brooklyn"


def test_baltimore_city_and_county_are_two(gazetteer):
    assert {p.id for p in gazetteer.counties("Baltimore")} == {"fips:24005", "fips:24510"}
    assert [p.id for p in gazetteer.counties("Baltimore County")] == ["fips:24005"]
    assert gazetteer.county_of(gazetteer.cities("Baltimore", "MD")[0]).id == "fips:24510"


@pytest.mark.parametrize(
    ("city", "state", "county"),
    [
        ("Philadelphia", "PA", "fips:42101"),
        ("Richmond", "CA", "fips:06013"),
        ("Richmond", "VA", "fips:51760"),
        ("Newark", "NJ", "fips:34013"),
        ("The Dalles", "OR", "fips:41065"),
        ("Stamford", "CT", "fips:09001"),
        ("Anchorage", "AK", "fips:02020"),
        ("San Juan", "PR", "fips:72127"),
        ("New Orleans", "LA", "fips:22071"),
        ("Carson City", "NV", "fips:32510"),
        ("Upper Darby", "PA", "fips:42045"),
    ],
)
def test_county_of_a_city(gazetteer, city, state, county):
    assert gazetteer.county_of(gazetteer.cities(city, state)[0]).id == county


def test_nearly_every_city_has_a_county_and_most_counties_people(gazetteer):
    lost = gazetteer._rows("SELECT count(*) FROM places WHERE kind = 'city' AND county_fips IS NULL")[0][0]
    empty = gazetteer._rows("SELECT count(*) FROM places WHERE kind = 'county' AND population = 0")[0][0]
    counties = gazetteer._rows("SELECT count(*) FROM places WHERE kind = 'county'")[0][0]
    assert lost < 50
    assert counties > 3_200
    assert empty < 0.05 * counties


def test_county_centres_lie_in_their_states(gazetteer):
    king, orleans = gazetteer.get("fips:53033"), gazetteer.get("fips:22071")
    assert (round(king.lat), round(king.lon)) in {(47, -122), (48, -122)}
    assert distance_km(orleans, gazetteer.cities("New Orleans", "LA")[0]) < 30


def test_states_by_name_and_postal_code(gazetteer):
    assert [p.id for p in gazetteer.states("tx")] == ["state:TX"]
    assert [p.id for p in gazetteer.states("West Virginia")] == ["state:WV"]
    assert [p.id for p in gazetteer.states("District of Columbia")] == ["state:DC"]
    assert [p.id for p in gazetteer.states("Puerto Rico")] == ["state:PR"]
    assert gazetteer.states("Atlantis") == []
    assert gazetteer.state_name("ny") == "New York"
    assert gazetteer.state_name("ZZ") is None


def test_foreign_places_are_known_as_foreign(gazetteer):
    assert gazetteer.named("London")[0].kind == "foreign"
    assert gazetteer.named("Guatemala")[0].kind == "foreign"
    assert gazetteer.cities("Paris")[0].state == "TX"


def test_places_are_spelled_as_in_us_news(gazetteer):
    assert gazetteer.cities("Saint Paul", "MN")[0].name == "St. Paul"


def test_distance_is_great_circle():
    philadelphia = Place("", "", "", "", 39.9526, -75.1652)
    los_angeles = Place("", "", "", "", 34.0522, -118.2437)
    assert distance_km(philadelphia, los_angeles) == pytest.approx(3843, abs=15)
    assert distance_km(philadelphia, philadelphia) == 0


def test_nearest(gazetteer):
    assert gazetteer.nearest(41.8781, -87.6298, "county").id == "fips:17031"
    assert gazetteer.nearest(0.0, 0.0) is None


def test_unknown_names_and_ids_are_nothing(gazetteer):
    assert gazetteer.get("geonames:0") is None
    assert gazetteer.named("Zzyzzxq") == ()
    assert gazetteer.named("") == ()
    assert gazetteer.named("a'; DROP TABLE places; --") == ()


# --- the compiled file -----------------------------------------------------------------------------------------------


def tiny_build(connection):
    connection.executescript(gazetteer_build.SCHEMA)
    row = (1, "state:TX", "Texas", "state", "TX", 31.0, -99.0, 1, None)
    connection.execute("INSERT INTO places VALUES (?,?,?,?,?,?,?,?,?)", row)
    connection.execute("INSERT INTO names VALUES ('texas', 1)")
    connection.commit()


@pytest.fixture
def counted(monkeypatch):
    """Compilation replaced by one state, and the number of times it was asked for."""
    calls = []
    monkeypatch.setattr(gazetteer_build, "build", lambda connection: (calls.append(1), tiny_build(connection)))
    module._load.cache_clear()
    yield calls
    module._load.cache_clear()


def test_it_is_compiled_once_and_opened_afterwards(tmp_path, counted):
    assert load_gazetteer(tmp_path).states("Texas")
    module._load.cache_clear()
    assert load_gazetteer(tmp_path).states("Texas")
    assert len(counted) == 1
    assert [f.name for f in tmp_path.iterdir()] == [f"gazetteer-{gazetteer_build.signature()}.sqlite"]


def test_new_package_versions_make_a_new_file_and_remove_the_old(tmp_path, counted, monkeypatch):
    load_gazetteer(tmp_path)
    module._load.cache_clear()
    monkeypatch.setattr(gazetteer_build, "version", lambda package: "999")
    load_gazetteer(tmp_path)
    assert len(counted) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_a_broken_file_is_compiled_again(tmp_path, counted):
    path = tmp_path / f"gazetteer-{gazetteer_build.signature()}.sqlite"
    path.write_bytes(b"not a database, not at all" * 100)
    assert load_gazetteer(tmp_path).states("Texas")
    assert len(counted) == 1


def test_a_folder_that_cannot_be_made_means_memory(tmp_path, counted):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert load_gazetteer(blocked / "cache").states("Texas")
    assert blocked.read_text() == "in the way"


def test_a_failed_compilation_leaves_nothing_behind(tmp_path, counted, monkeypatch):
    def fail(connection):
        raise ValueError("the source list is broken")

    monkeypatch.setattr(gazetteer_build, "build", fail)
    with pytest.raises(ValueError, match="source list"):
        load_gazetteer(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_readable_by_others_and_never_written(tmp_path, counted):
    gazetteer = load_gazetteer(tmp_path)
    file = next(tmp_path.iterdir())
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        gazetteer._rows("DELETE FROM places")


def test_opening_a_file_that_is_no_gazetteer_fails(tmp_path):
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    with pytest.raises(sqlite3.Error):
        Gazetteer.open(tmp_path / "empty.sqlite")
