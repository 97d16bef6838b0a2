"""Spanish stories: told apart from English ones, and read for places, officials, main events and quotes."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.records import Article, Outlet
from nlp.date_rules import Telling
from nlp.languages import is_spanish
from nlp.spanish_dates import find

FRESNO, KERN = "geonames:5350937", "fips:06029"
STORY = (
    "La alguacil del condado de Orange, Ana Ruiz, anunció el martes que pondrá fin al contrato con ICE para detener a "
    "inmigrantes en la cárcel del condado.\n\n“No queremos ser parte de esto nunca más”, dijo Ruiz a la prensa.\n\n"
    "Cientos de personas marcharon el sábado en Los Ángeles contra las redadas de inmigración. «Tengo miedo de salir a "
    "la calle», dijo una vecina."
)


def read(extractor, text, title="", published="2025-06-12"):  # a Thursday
    home = Outlet("La Hoja", "Santa Ana", "CA")
    return extractor.extract(Article("u", title, text, published=published, source=home))


def test_a_spanish_story_is_read(extractor):
    found = read(extractor, STORY, "Condado de Orange pone fin a contrato con ICE")
    assert found.relevant
    assert {p.place.id for p in found.places} == {"fips:06059", "geonames:5368361"}
    told = {(e.type, e.place_id): e for e in found.events}
    ended = told["agreement_terminated", "fips:06059"]
    assert (ended.agreement_type, ended.counterparty) == ("detention", "ICE")
    marched = told["protest", "geonames:5368361"]
    assert (marched.form, marched.crowd_low, marched.crowd_high, marched.date) == ("march", 200, 999, "2025-06-07")
    assert [(o.name, o.role, o.place_id) for o in found.officials] == [("Ana Ruiz", "sheriff", "fips:06059")]
    assert [(q.speaker, q.text, q.cue) for q in found.quotes] == [
        ("Ana Ruiz", "No queremos ser parte de esto nunca más", "dijo")
    ]
    for event in found.events:
        whole = STORY if event.evidence.where == "text" else "Condado de Orange pone fin a contrato con ICE"
        assert whole[event.evidence.start : event.evidence.end] == event.evidence.text
    for quote in found.quotes:
        assert STORY[quote.start : quote.end].startswith("No queremos")


@pytest.mark.parametrize(
    ("text", "kind", "place_id"),
    [
        (
            "El concejo municipal de Fresno aprobó 5-2 una ordenanza que limita la ayuda a agentes de inmigración.",
            "policy_adopted",
            FRESNO,
        ),
        ("El condado de Kern firmó un acuerdo con ICE para detener a inmigrantes.", "agreement_signed", KERN),
        ("El condado de Kern renovó su contrato con ICE por dos años.", "agreement_renewed", KERN),
        ("El condado de Kern suspendió su contrato con ICE.", "agreement_suspended", KERN),
        ("Los supervisores del condado de Kern rechazaron un acuerdo con ICE.", "agreement_rejected", KERN),
        ("El condado de Kern considera un contrato con ICE para alojar a inmigrantes.", "agreement_proposed", KERN),
        (
            "La junta votó en contra de cancelar el contrato con ICE, y el condado de Kern seguirá.",
            "agreement_kept",
            KERN,
        ),
        (
            "El gobernador de Nueva Jersey vetó una ley sobre la cooperación con agentes de inmigración.",
            "policy_rejected",
            "state:NJ",
        ),
        ("La ciudad de Filadelfia derogó su ordenanza de ciudad santuario.", "policy_repealed", "geonames:4560349"),
        ("Una concejala de Fresno propuso una ordenanza de ciudad santuario.", "policy_proposed", FRESNO),
        ("Una organización de inmigrantes demandó al condado de Kern.", "lawsuit_filed", KERN),
        ("Un juez bloqueó la política de retención migratoria del condado de Kern.", "court_ruling", KERN),
        ("Decenas de personas participaron en una vigilia contra las deportaciones en Fresno.", "protest", FRESNO),
        (
            "El alcalde de Fresno aseguró que su policía no ayudará en redadas de inmigración.",
            "official_statement",
            FRESNO,
        ),
    ],
)
def test_types_and_places(extractor, text, kind, place_id):
    assert [(e.type, e.place_id) for e in read(extractor, text).events or [None]] == [(kind, place_id)]


def test_votes_and_direction(extractor):
    text = "El concejo municipal de Fresno votó 5-2 el lunes y aprobó una ordenanza que prohíbe colaborar con ICE."
    (event,) = read(extractor, text).events
    assert (event.votes_for, event.votes_against, event.direction) == (5, 2, "limits_cooperation")
    assert (event.date, event.date_precision) == ("2025-06-09", "day")


@pytest.mark.parametrize(
    ("crowd", "low", "high"),
    [
        ("Unas 1,200 personas", 1200, 1200),
        ("Decenas de vecinos", 24, 99),
        ("Miles de personas", 2000, 9999),
        ("Vecinos", None, None),
    ],
)
def test_crowds(extractor, crowd, low, high):
    (event,) = read(extractor, f"{crowd} marcharon en Fresno contra las redadas de inmigración.").events
    assert (event.crowd_low, event.crowd_high) == (low, high)


def test_a_story_without_a_local_part_tells_no_event(extractor):
    text = "El presidente dijo que las deportaciones seguirán en todo el país y que habrá más agentes de inmigración."
    assert not read(extractor, text).relevant


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("El condado votó el lunes.", ("2025-06-09", "day")),
        ("El condado votará el lunes.", ("2025-06-16", "day")),
        ("El condado votó el jueves.", ("2025-06-12", "day")),
        ("El condado votó el pasado jueves.", ("2025-06-05", "day")),
        ("El condado votó ayer.", ("2025-06-11", "day")),
        ("El contrato se firmó el 5 de mayo de 2019.", ("2019-05-05", "day")),
        ("El contrato se firmó el 5 de mayo.", ("2025-05-05", "day")),
        ("El contrato terminará el 1 de agosto.", ("2025-08-01", "day")),
        ("El contrato se firmó en marzo de 2018.", ("2018-03-01", "month")),
        ("El contrato se firmó en diciembre.", ("2024-12-01", "month")),
        ("El contrato se firmó la semana pasada.", ("2025-06-02", "week")),
        ("El contrato se firmó el mes pasado.", ("2025-05-01", "month")),
        ("El contrato se firmó el año pasado.", ("2024-01-01", "year")),
        ("El contrato se firmó en 2010.", ("2010-01-01", "year")),
    ],
)
def test_dates(text, meaning):
    (mention,) = find(text, Telling.of("2025-06-12"))
    assert (mention.date, mention.precision) == meaning


@pytest.mark.parametrize(
    ("text", "language", "spanish"),
    [
        (STORY, None, True),
        (STORY, "en", True),
        ("The council voted to end its contract with the agency, and the sheriff said that it was right.", "es", False),
        ("El alcalde", None, True),
        ("Los Angeles", "en", False),
        ("", "es", True),
        ("", None, False),
    ],
)  # fmt: skip
def test_language(text, language, spanish):
    assert is_spanish(Article("u", "", text, language=language)) is spanish


WORDS = (
    "ICE",
    "el alcalde",
    "Ana Ruiz",
    "puso fin",
    "al contrato",
    "el 31 de febrero",
    "dijo",
    "“",
    "”",
    ".",
    "\n\n",
    "santuario",
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_no_words_in_any_order_break_it(extractor, pieces):
    text = " ".join(pieces)
    found = extractor.extract(
        Article("u", "El santuario y la ley de los inmigrantes en el condado", text, language="es")
    )
    assert all(text[q.start : q.end] for q in found.quotes)


def test_hostile_text_does_not_stall_it(extractor):
    started = time.perf_counter()
    read(extractor, "el alcalde de la ciudad puso fin al contrato con ICE y dijo “ que el juez firmó " * 3_000)
    assert time.perf_counter() - started < 8
