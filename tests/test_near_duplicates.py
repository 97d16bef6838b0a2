"""One wire story in many outlets is one group; two stories about one vote are two."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from data.archive import Archive
from data.near_duplicates import alike, bands, group_articles, shingles, signature
from tests.factories import make_article, make_visit

WIRE = """
The seven commissioners of Alder County spent most of Tuesday evening on a single item, the agreement under which the
county jail has held people for federal immigration authorities since the spring of 2009. By the time the clerk read
the tally shortly before eleven, four had voted to let it lapse and three to keep it.

Commissioner Hollis Baird, who had asked for the vote, told the packed room that the payments had never covered what
the night shift costs. The sheriff, seated in the second row, shook his head and left before the meeting was over.

Under the terms of the arrangement either side can withdraw with ninety days of notice, so the last detainees would
have to be moved before the first snow. Where they would go, a federal spokeswoman would not say. Lawyers who visit the
jail each Thursday said that families feared transfers to a place several states away.

The county has earned between two and three million dollars a year from the beds, about a tenth of what the jail costs
to run. Finance director Oona Prell said the gap could be closed by not filling eleven vacant posts. The board takes up
her proposal in two weeks, and a public hearing has been called for the Monday before that meeting.
""".strip()
OTHER = """
Lawyers, pastors and a few farmers were among the three dozen people who lined up to speak when the Alder County board
took up its jail contract with ICE. The vote went four to three, against the contract, and it went late. "I have waited
nine years for tonight," said one of them afterwards on the courthouse steps, where somebody had brought a thermos.

The sheriff has warned that without federal money he would need to close a wing. Two commissioners who voted with him
said they would bring the question back after the election, when three seats are to be filled. The contract's ninety
day clause means that nothing changes in the building before winter, and the county has not said how many are held.
""".strip()
PARAGRAPHS = WIRE.split("\n\n")
CARRIED = {
    "whole": WIRE,
    "with a dateline": "ALDER FALLS (Wire) — " + WIRE,
    "with a note": WIRE + "\n\nThis story was provided by the state news service. Read more at its site.",
    "cut for space": "\n\n".join(PARAGRAPHS[:3]),
    "retyped": WIRE.replace("shortly before eleven", "just before 11").replace("“", '"').upper(),
}

PINNED, PINNED_BAND = [714330481, 598829828, 342237035, 702398361], 2305975154328875838


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as opened:
        yield opened


def keep(archive, *texts):
    return [archive.keep_article(article, make_visit(article), raw=None) for article in
            (make_article(text=text) for text in texts)]  # fmt: skip


def groups(archive):
    return [row[0] for row in archive.db.execute("SELECT wire_group FROM articles ORDER BY id")]


def test_shingles_are_runs_of_five_words_without_case_and_marks():
    assert shingles("One, two three — FOUR five six!") == {b"one two three four five", b"two three four five six"}
    assert shingles("Only three words") == {b"only three words"}
    assert shingles("...") == set()


def test_signatures_never_change():
    """They are kept in the archive: a library that drew other permutations would silently part old from new."""
    assert signature(shingles("The board voted to end the contract on Tuesday."))[:4].tolist() == PINNED
    assert bands(signature({b"a"}))[0] == PINNED_BAND


def test_a_signature_estimates_the_shared_part():
    first, second = shingles(WIRE), shingles(WIRE + " " + OTHER)
    truth = len(first & second) / len(first | second)
    assert float(np.mean(signature(first) == signature(second))) == pytest.approx(truth, abs=0.1)


@pytest.mark.parametrize("how", CARRIED)
def test_a_carried_story_is_the_same_text(how):
    first, second = shingles(WIRE), shingles(CARRIED[how])
    assert alike(signature(first), signature(second), (len(first), len(second)))


def test_one_wire_story_in_five_outlets_is_one_group_and_another_story_is_not(archive):
    ids = keep(archive, *CARRIED.values(), OTHER)
    assert group_articles(archive) == 6
    assert groups(archive) == [ids[0]] * 5 + [ids[5]]


def test_groups_do_not_depend_on_the_order_or_on_the_nights(tmp_path):
    texts = [WIRE, CARRIED["cut for space"], CARRIED["with a note"], OTHER]
    found = set()
    for number, order in enumerate(permutations(texts)):
        with Archive(tmp_path / f"{number}.db") as archive:
            for text in order:
                keep(archive, text)
                if number % 2:
                    group_articles(archive)
            group_articles(archive)
            numbers = dict(zip(order, groups(archive), strict=True))
            found.add(frozenset(frozenset(t for t in texts if numbers[t] == n) for n in set(numbers.values())))
    assert found == {frozenset({frozenset(texts[:3]), frozenset(texts[3:])})}


def test_a_second_pass_reads_only_what_is_new(archive):
    keep(archive, WIRE)
    assert group_articles(archive) == 1
    assert group_articles(archive) == 0
    keep(archive, OTHER)
    assert group_articles(archive) == 1


def test_an_updated_story_keeps_its_group(archive):
    article = make_article(text=WIRE)
    archive.keep_article(article, make_visit(article), raw=None)
    keep(archive, CARRIED["with a dateline"])
    group_articles(archive)
    update = make_visit(article, fetched="2026-10-01T00:00:00+00:00")
    archive.keep_article(replace(article, text=OTHER), update, raw=None)
    assert group_articles(archive) == 1
    assert len(set(groups(archive))) == 1


def test_a_bridge_joins_two_groups_under_the_smaller_number(archive):
    half = len(PARAGRAPHS) // 2
    front, back = "\n\n".join(PARAGRAPHS[:half]), "\n\n".join(PARAGRAPHS[half:])
    ids = keep(archive, front, back)
    group_articles(archive)
    assert groups(archive) == ids
    keep(archive, WIRE)
    group_articles(archive)
    assert groups(archive) == [ids[0]] * 3


def test_empty_and_tiny_texts_stand_alone_unless_they_are_equal(archive):
    ids = keep(archive, "", "", "Council votes today.", "Council votes today!", "Council voted.")
    group_articles(archive)
    assert groups(archive) == [ids[0], ids[1], ids[2], ids[2], ids[4]]


def test_short_texts_with_a_common_ending_are_two(archive):
    ending = " Read more of our coverage of the county and sign up for the newsletter at the foot of the page."
    ids = keep(
        archive, "The board met on Monday to talk about roads." + ending, "A deer was freed from a pond." + ending
    )
    group_articles(archive)
    assert groups(archive) == ids
