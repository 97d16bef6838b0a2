"""SIGKILL the crawl at ten random moments, start it again each time: the same articles as an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter

import pytest

from data.sample.server import serve_sample
from tests.chain import crawl, kept_articles, start_crawl

SEED = 20180727
KILLS = 10


@pytest.mark.slow
def test_ten_kills_lose_nothing_and_keep_nothing_twice(tmp_path):
    with serve_sample() as server:
        begun = time.monotonic()
        crawl(tmp_path / "undisturbed", server.proxy_url)
        whole = time.monotonic() - begun
    chance = random.Random(SEED)
    struck = 0
    with serve_sample() as server:
        for _ in range(KILLS):
            process = start_crawl(tmp_path / "killed", server.proxy_url)
            time.sleep(chance.uniform(0.15, 0.8) * whole)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                struck += 1
            process.communicate()
        crawl(tmp_path / "killed", server.proxy_url)
    assert struck >= 3, "the crawl was over before it could be killed: the test proves nothing"
    kept = kept_articles(tmp_path / "killed")
    assert kept == kept_articles(tmp_path / "undisturbed")
    assert max(Counter(url for url, _, _ in kept).values()) == 1
