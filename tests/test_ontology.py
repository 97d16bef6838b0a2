"""The codebook's words: complete, closed, and refused with the faulty key where the file is wrong."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from nlp import ontology

TEXT = files("nlp").joinpath("ontology.toml").read_text(encoding="utf-8")
TYPES = {
    "agreement": "proposed signed renewed modified suspended terminated expired rejected kept",
    "policy": "proposed adopted rejected repealed",
    "facility": "opened closed",
    "data_access": "granted revoked",
}


def test_every_codebook_type_stands_in_a_family():
    words = ontology.load()
    grouped = {f"{stem}_{end}" for stem, ends in TYPES.items() for end in ends.split()}
    single = "protest public_meeting lawsuit_filed court_ruling settlement federal_response enforcement_operation"
    single += " official_statement investigation personnel"
    assert set(words.event_types) == grouped | set(single.split())
    assert {t.family for t in words.event_types.values()} == set(ontology.FAMILIES) == set(words.families)


def test_closed_vocabularies_are_the_codebooks():
    words = ontology.load()
    assert set(words.statuses) == {
        "occurred", "ongoing", "announced", "proposed", "denied", "background", "unconfirmed",
    }  # fmt: skip
    assert len(words.agreement_types) == 11
    assert len(words.protest_forms) == 11
    assert set(words.directions) == {"limits_cooperation", "expands_cooperation"}
    assert set(words.stances) == {"against_cooperation", "for_cooperation"}
    assert len(words.parts) == 8


def test_the_ontology_cannot_be_changed():
    words = ontology.load()
    with pytest.raises(TypeError):
        words.event_types["x"] = None
    with pytest.raises(AttributeError):
        words.statuses = {}


def test_labels_are_for_readers():
    words = ontology.load()
    for kind in [*words.event_types.values(), *words.agreement_types.values()]:
        assert kind.label[0].isupper() or kind.label[0].isdigit()
        assert "_" not in kind.label
        assert len(kind.definition) > 5


def test_relevance_terms_serve_both_languages():
    terms = ontology.load().relevance
    assert "287(g)" in terms.strong and "ICE" in terms.cased and "hockey" in terms.against
    assert "ciudad santuario" in terms.spanish and "alguacil" in terms.spanish_local


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("end", "end ends ended ending"),
        ("cut ties", "cut ties|cuts ties|cutting ties"),
        ("veto", "veto vetoes vetoed vetoing"),
        ("agree", "agree agrees agreed agreeing"),
        ("withdraw from", "withdraw from|withdraws from|withdrew from|withdrawn from|withdrawing from"),
        ("pass", "pass passes passed passing"),
        ("apply", "apply applies applied applying"),
    ],
)
def test_verbs_are_inflected(verb, forms):
    wanted = forms.split("|") if "|" in forms else forms.split()
    assert set(ontology.verb_forms(verb, ontology.load().irregular)) == set(wanted)


FAULTS = [
    ('family = "data"', 'family = "dates"', "family"),
    ('label = "Protest"\n', "", "event_types.protest.label"),
    ('occurred = "Told as having happened"', "occurred = 3", "statuses.occurred"),
    ('"hockey"', '"Hockey"', "relevance.against"),
    ("\n[inflections]\n", "\n[inflections\n", "ontology.toml"),
    ("[parts]", "[bits]", "parts"),
    ('nouns = ["signing"', 'noun = ["signing"', "acts.sign.noun"),
    ("terms = []", 'terms = "none"', "agreement_types.other.terms"),
]


@pytest.mark.parametrize(("old", "new", "key"), FAULTS)
def test_a_faulty_file_is_refused_with_its_key(old, new, key):
    assert old in TEXT
    with pytest.raises(ontology.OntologyError, match=key.replace(".", r"\.")):
        ontology.parse(TEXT.replace(old, new, 1))


def test_no_vocabulary_names_a_place_or_person_of_a_story():
    """Rules are for the language: names of officials of the day stand only among the federal voices."""
    acts = tomllib.loads(TEXT)["acts"]
    for act in acts.values():
        assert all(word == word.lower() for word in [*act["verbs"], *act["nouns"]])
