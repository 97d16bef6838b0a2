"""Hostile texts: no crash, nothing told that the text does not bear out. `make bench` reads ten thousand of them."""

from __future__ import annotations

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from tests.hostile import articles, bad_offsets


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(article=articles(long_lines=False))
def test_no_text_breaks_the_extractor_and_offsets_hold(extractor, article):
    assert bad_offsets(extractor.extract(article), article) == []
