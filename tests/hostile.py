"""Texts that nobody would print and somebody will send: shared by the test and the benchmark of hostile texts."""

from __future__ import annotations

from hypothesis import strategies as st

from data.records import Article, Outlet

SENTENCES = (
    "Polk County commissioners voted 4-1 Monday to end the jail's contract with Immigration and Customs Enforcement.",
    "Sheriff Ana Quiroga signed a 287(g) agreement with ICE on Friday, she said.",
    "“We will not be part of this,” said Mayor Lou Ferro, “and ICE knows it.",
    "Hundreds of people marched to the federal building in Tulsa to protest ICE raids.",
    "El alguacil del condado de Polk firmó un acuerdo con ICE el lunes.",
    "A federal judge in Boston ruled that the county may not hold people on ICE detainers.",
    "ICE spokesman Dan Pruitt criticized the council's sanctuary ordinance.",
)
SPICE = (
    "\u202e", "\u200f", "\u200b", "\ufeff", "\x00", "\x1b[31m", "\x85", "\u2028", "\ud800", "\U0010ffff",
    "e\u0301" * 40,
    '"', "“", "”", "‘", "«", "(" * 60, ")" * 60, "[[", "287(g)" * 30, "ICE" * 50, "-" * 300, "." * 300,
    "9" * 400,
    "$1,000,000,000", "12-0", "1-1", "May 32, 20261", "Feb. 30", "\n\n\n", "\t", "\r\n", "’s", "Mr. ", "U.S.", "St.",
    "https://x.example/" + "a" * 400, "<script>alert(1)</script>", "😀" * 30, "A" * 2_000, "a, " * 200, "and " * 200,
)  # fmt: skip
HOMES = (None, Outlet("The Paper", "Polk City", "FL"), Outlet("x", "", ""), Outlet("y", "Nowhere", "ZZ"))
DATES = (None, "2026-02-28", "0001-01-01", "9999-12-31", "not a date", "")

_parts = st.lists(
    st.one_of(st.sampled_from(SENTENCES), st.sampled_from(SPICE), st.text(max_size=40)), min_size=0, max_size=14
)
_long_lines = st.builds(
    lambda part, size: (part * (size // max(1, len(part)) + 1))[:size],
    st.sampled_from((*SENTENCES, *SPICE, "ICE sheriff ", "“", "x")),
    st.sampled_from((20_000, 200_000)),
)
_texts = st.one_of(
    st.builds(str.join, st.sampled_from((" ", "\n", "", "\n\n", " “")), _parts),
    st.builds(lambda parts: " ".join(parts).upper(), _parts),
    st.builds(lambda parts, keep: " ".join(parts)[::keep], _parts, st.sampled_from((1, -1, 2))),
)


def articles(long_lines: bool = True) -> st.SearchStrategy[Article]:
    """Articles of such texts; with `long_lines` one in about thirty is a single line of up to 200,000 characters."""
    texts = st.integers(0, 29).flatmap(lambda n: _long_lines if n == 0 and long_lines else _texts)
    title = st.one_of(st.sampled_from((None, "", *SENTENCES, "x" * 100_000)), st.text(max_size=60))
    return st.builds(
        Article,
        url=st.just("https://hostile.example/a"),
        title=title,
        text=texts,
        published=st.sampled_from(DATES),
        source=st.sampled_from(HOMES),
    )


def bad_offsets(found, article: Article) -> list[str]:
    """What an extraction says of its article that the article does not bear out."""
    text, title = article.text, article.title or ""
    bad = [f"quote {q.start}-{q.end}" for q in found.quotes if not 0 <= q.start < q.end <= len(text)]
    for event in found.events:
        told = title if event.evidence.where == "title" else text
        if told[event.evidence.start : event.evidence.end] != event.evidence.text or not event.evidence.text:
            bad.append(f"evidence of {event.type}")
    for group in (found.places, found.officials, found.spokespeople):
        bad += [f"span of {one}" for one in group for low, high in one.spans if not 0 <= low < high <= len(text)]
    return bad
