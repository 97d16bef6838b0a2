"""A night over a simulated country of a thousand outlets, beside a bare Scrapy spider; fifty kills over a smaller one.

TRACKER_BENCH_OUTLETS (default 1000) sets the country's size, TRACKER_BENCH_KILL_OUTLETS (200) that of the killed one,
TRACKER_BENCH_KILLS (50) the number of kills. Figures are printed, not asserted, as they are the machine's; what does
not depend on the machine is asserted: what is asked for again, which outlets are named, what kills leave.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.bench.country import QUICK_WAYS, Country, serve_country
from tests.bench.country_pages import Outlet
from tests.bench.country_runs import (
    articles,
    disturbed_crawl,
    events,
    outcomes,
    pace,
    read_and_link,
    run,
    stories,
)

OUTLETS = int(os.environ.get("TRACKER_BENCH_OUTLETS", "1000"))
KILL_OUTLETS = int(os.environ.get("TRACKER_BENCH_KILL_OUTLETS", "200"))
KILLS = int(os.environ.get("TRACKER_BENCH_KILLS", "50"))
PAGES = 30
FLAT_OUT = 100  # outlets of the country without latency


@pytest.mark.parametrize(("outlets", "slow"), [(OUTLETS, True), (min(OUTLETS, FLAT_OUT), False)])
def test_first_night_beside_a_bare_spider_and_second_night(tmp_path, outlets, slow):
    with serve_country(outlets, PAGES, slow=slow) as country:
        registry = country.write_registry(tmp_path / "registry.csv")
        home = tmp_path / "home"
        first = run(home, country, ["tracker", "crawl", "--registry", str(registry)])
        assert first.status == 0, first.output
        log = country.log()
        _tell_first(country, home, slow, first, log, _bare(tmp_path, country, log))
        country.begin_night(2)
        second = run(home, country, ["tracker", "nightly", "--registry", str(registry)])
        assert second.status == 3, second.output
        _tell_second(country, home, second)


def _bare(folder: Path, country: Country, log):
    """The same story pages, in the same order, by the bare spider."""
    file = folder / "addresses.txt"
    file.write_text("\n".join(asked.url for asked in stories(log)), encoding="utf-8")
    country.begin_night(1)
    done = run(folder / "bare", country, ["tests.bench.bare_spider", str(file)])
    assert done.status == 0, done.output
    return done, country.log()


def _tell_first(country: Country, home: Path, slow: bool, ours, log, bare) -> None:
    theirs, bare_log = bare
    servers = "servers that take 0.05 to 0.4 s" if slow else "servers that answer at once"
    print(f"\nThe first night: {country.outlets:,} outlets of {country.pages} pages, {servers}")
    print(f"  load of this machine, one and five minutes: {', '.join(f'{load:.1f}' for load in os.getloadavg()[:2])}")
    for name, done, told in (("tracker crawl", ours, log), ("bare spider", theirs, bare_log)):
        each = 1000 * done.cpu / max(1, len(stories(told)))
        print(
            f"  {name:<14} {len(stories(told)):>7,} pages  {pace(told):>6.0f} pages/s  {done.seconds:>6.0f} s in all  "
            f"{each:.2f} ms of processor a page  {done.memory:>5.0f} MB"
        )
    print(f"  ratio of throughput {pace(log) / pace(bare_log):.2f}  {outcomes(home)}")
    assert len(stories(bare_log)) == len(stories(log))


def _tell_second(country: Country, home: Path, second) -> None:
    log = country.log()
    naive = sum(_naive_requests(country, number) for number in range(1, country.outlets + 1))
    full = sum(asked.status != 304 for asked in log)
    spared = 1 - full / naive
    print(f"The second night by `tracker nightly`: {second.seconds:.0f} s, {second.memory:.0f} MB")
    print(
        f"  {len(log):,} requests, {len(log) - full:,} of them answered 304; a naive crawler sends {naive:,}: "
        f"{spared:.1%} not sent or answered 304"
    )
    report = json.loads((home / "last-night.json").read_text(encoding="utf-8"))
    stages = {name: f"{stage['ended']} {stage['seconds']:.0f} s" for name, stage in report["stages"].items()}
    told = {source["source_id"]: source["verdict"] for source in report["sources"]}
    for way in country.ways:
        numbers = [n for n, one in country.broken().items() if one == way]
        verdicts = sorted({told.get(f"paper-{n:04d}", "NOT NAMED") for n in numbers})
        print(f"  {way:<13} {len(numbers):>3} outlets: {', '.join(verdicts)}")
    print("  " + second.output.strip().replace("\n", "\n  "))
    print(f"  {stages}")
    missed = [n for n in country.broken() if f"paper-{n:04d}" not in second.output]
    assert not missed, f"broken and not named: {missed}"
    wrong = [name for name in told if int(name[-4:]) not in country.broken() and told[name] != "new"]
    assert not wrong, f"well and named as broken: {wrong}"
    assert spared >= 0.9


def _naive_requests(country: Country, number: int) -> int:
    """What a crawler without a memory asks of one outlet: robots.txt, the listing, every story that it names."""
    way = country.broken().get(number)
    if way is None:
        return 2 + Outlet(number, country.pages, country.moment).count(2)
    return 2 + (country.pages if way in ("dead_links", "challenge") else 0)


def test_fifty_kills_change_nothing(tmp_path):
    with serve_country(KILL_OUTLETS, PAGES, QUICK_WAYS) as country:
        registry = country.write_registry(tmp_path / "registry.csv")
        begun = time.time()
        quiet = run(tmp_path / "quiet", country, ["tracker", "crawl", "--registry", str(registry)])
        assert quiet.status == 0, quiet.output
        sent = [asked.at - begun for asked in stories(country.log())]
        moments = (0.8 * sent[0], sent[0] + (sent[-1] - sent[0]) / 12)  # so that the crawl is not over too soon
        struck, midway = disturbed_crawl(tmp_path / "killed", country, registry, KILLS, moments, seed=287)
        for home in ("quiet", "killed"):
            read_and_link(tmp_path / home, country)
    kept, found = articles(tmp_path / "quiet"), events(tmp_path / "quiet")
    print(f"\n{struck} kills struck, {midway} of them between the first page and the last, over {KILL_OUTLETS} outlets")
    print(f"  undisturbed: {len(kept):,} articles, {len(found):,} events, {outcomes(tmp_path / 'quiet')}")
    print(
        f"  killed:      {len(articles(tmp_path / 'killed')):,} articles, {len(events(tmp_path / 'killed')):,} events"
    )
    assert articles(tmp_path / "killed") == kept
    assert events(tmp_path / "killed") == found
    assert len({row[0] for row in kept}) == len(kept)
