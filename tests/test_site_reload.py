"""A newly published file is served without a restart, and the server starts and ends cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from data import site_database
from data.site import SiteError, build_datasette, serve_site, site_folder
from data.site_home import home_page
from tests.site_fixture import build_site_database

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def at_once(monkeypatch) -> None:
    """The file is looked at on every request."""
    monkeypatch.setattr(site_database, "CHECK_SECONDS", 0.0)


def publish(target: Path, *, title: str, sample: bool = True) -> None:
    """What `tracker publish` does: a whole new file beside the old one, then one rename."""
    fresh = build_site_database(target.with_suffix(".new"), sample=sample, events=12)
    connection = sqlite3.connect(fresh)
    connection.execute("update events set title = ? where id = 'ev-lead'", [title])
    connection.commit()
    connection.close()
    fresh.replace(target)


async def titles(site, count: int = 6) -> set[str]:
    """The title as several requests at once see it, so that every thread has a connection of its own."""
    await site.client.get("/robots.txt")  # whoever comes first opens the new file; the others wait for nothing
    answers = await asyncio.gather(*(site.client.get("/event/ev-lead.json") for _ in range(count)))
    return {answer.json()["title"] for answer in answers}


def test_renamed_file_is_served_and_the_old_one_let_go(tmp_path, at_once):
    target = tmp_path / "tracker.db"
    publish(target, title="First night")
    site = build_datasette(target)

    async def scenario():
        assert await titles(site) == {"First night"}
        assert "Invented samples." in (await site.client.get("/")).text
        publish(target, title="Second night", sample=False)
        assert await titles(site) == {"Second night"}
        home = (await site.client.get("/")).text
        assert "Second night" in home and "Invented samples." not in home
        table = (await site.client.get("/tracker/events.json?id=ev-lead&_shape=array")).json()
        assert table[0]["title"] == "Second night"

    asyncio.run(scenario())


def test_file_is_looked_at_once_a_second_at_most(tmp_path, monkeypatch):
    target = tmp_path / "tracker.db"
    publish(target, title="First night")
    site = build_datasette(target)
    looks = []
    monkeypatch.setattr(site_database, "file_stamp", lambda path: looks.append(path) or (0, 0, 0))
    site_database.published(site).checked = site_database.time.monotonic()

    async def scenario():
        for _ in range(5):
            await site_database.follow_file(site, home_page)

    asyncio.run(scenario())
    assert looks == []


def test_broken_or_missing_file_leaves_the_old_one(tmp_path, at_once, caplog):
    target = tmp_path / "tracker.db"
    publish(target, title="First night")
    site = build_datasette(target)

    async def scenario():
        assert await titles(site) == {"First night"}
        broken = tmp_path / "broken"
        broken.write_bytes(b"not a database at all" * 400)
        broken.replace(target)
        assert await titles(site) == {"First night"}
        assert "is not a published database" in caplog.text
        target.unlink()
        assert await titles(site) == {"First night"}
        publish(target, title="Third night")
        assert await titles(site) == {"Third night"}

    asyncio.run(scenario())


def test_many_publications_do_not_pile_up_connections(tmp_path, at_once):
    target = tmp_path / "tracker.db"
    publish(target, title="0")
    site = build_datasette(target)

    async def scenario():
        for night in range(1, 6):
            publish(target, title=str(night))
            assert await titles(site) == {str(night)}

    asyncio.run(scenario())
    if Path("/proc/self/fd").is_dir():
        held = [link for link in Path("/proc/self/fd").iterdir() if _reads(link, target)]
        assert len(held) <= 2 * site.setting("num_sql_threads"), held


def _reads(link: Path, target: Path) -> bool:
    with contextlib.suppress(OSError):
        return str(link.readlink()).startswith(str(target))
    return False


def test_taken_port_is_told_in_one_line(tmp_path):
    target = build_site_database(tmp_path / "tracker.db", events=3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SiteError, match=rf"cannot listen on 127\.0\.0\.1:{port} .*choose another port"):
            serve_site(target, port=port)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_server_prints_its_address_and_ends_when_told(tmp_path, ending):
    target = build_site_database(tmp_path / "tracker.db", events=20)
    script = (
        "import sys; from pathlib import Path; from data.site import serve_site; serve_site(Path(sys.argv[1]), port=0)"
    )
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", script, str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        said = process.stdout.readline()
        assert said.startswith("The site is at http://127.0.0.1:")
        address = said.split()[4]
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.status == 200 and b"Invented samples." in answer.read()
        process.send_signal(ending)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == (0 if ending == signal.SIGINT else -signal.SIGTERM)
    assert "Traceback" not in err and "Error" not in err
    assert (out == "The site has ended.\n") == (ending == signal.SIGINT)


def test_site_folder_is_in_the_checkout_or_among_the_shared_data(tmp_path, monkeypatch):
    assert site_folder() == ROOT / "datasette"
    shared = tmp_path / "share" / "sanctuary-tracker" / "site"
    (shared / "templates").mkdir(parents=True)
    monkeypatch.setattr("data.site.__file__", str(tmp_path / "lib" / "data" / "site.py"))
    monkeypatch.setattr("data.site.sys.prefix", str(tmp_path))
    assert site_folder() == shared
    (shared / "templates").rmdir()
    with pytest.raises(SiteError, match="templates are missing"):
        site_folder()
