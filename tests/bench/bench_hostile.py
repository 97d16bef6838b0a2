"""Ten thousand hostile texts: no crash, no text over two seconds, offsets always valid.

TRACKER_BENCH_HOSTILE sets another number.
"""

from __future__ import annotations

import os
import time
from collections import Counter

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from nlp.pipeline import load_pipeline
from tests.hostile import articles, bad_offsets

NUMBER = int(os.environ.get("TRACKER_BENCH_HOSTILE", "10000"))


def test_hostile_texts(capsys):
    extractor = load_pipeline()
    told: Counter[str] = Counter()
    slowest: list[tuple[float, int]] = [(0.0, 0)]

    @hypothesis_settings(
        max_examples=NUMBER, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(article=articles())
    def read(article):
        begun = time.process_time()
        found = extractor.extract(article)
        took = time.process_time() - begun
        slowest.append((took, len(article.text)))
        slowest.sort(reverse=True)
        del slowest[5:]
        told.update(texts=1, relevant=found.relevant, events=len(found.events), over_two_seconds=took > 2)
        assert bad_offsets(found, article) == []

    read()
    with capsys.disabled():
        print(f"\nhostile texts: {dict(told)}")
        print("slowest: " + ", ".join(f"{seconds:.2f} s for {size:,} characters" for seconds, size in slowest))
