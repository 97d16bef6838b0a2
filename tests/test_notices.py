"""The night's summary goes where the operator reads it, and a service that is down harms nothing."""

from __future__ import annotations

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from data.night import run_night
from data.notices import NoticeError, send_notice
from data.settings import load_settings


@pytest.fixture
def hook():
    """A webhook on loopback: `hook.told` is what it was sent, `hook.status` what it answers."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(server.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        server.told, server.status = [], 200
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def address(hook, secret="s3cret") -> str:
    return f"json://robot:{secret}@127.0.0.1:{hook.server_port}/night"


def test_title_and_text_arrive(hook):
    assert send_notice(address(hook), "2 new events", "New: A ends B\nNew: <b>C</b> & D") == []
    [told] = hook.told
    assert told["title"] == "2 new events"
    assert told["message"] == "New: A ends B\nNew: <b>C</b> & D"


def test_the_service_that_fails_is_named_without_its_secret_and_the_others_are_served(hook):
    hook.status = 200
    down = "json://robot:hunter2@127.0.0.1:9/night"
    [failed] = send_notice(f"{down} {address(hook)}", "title", "text")
    assert "127.0.0.1:9" in failed
    assert "hunter2" not in failed
    assert len(hook.told) == 1


def test_a_service_that_answers_with_an_error_has_not_been_told(hook):
    hook.status = 500
    assert len(send_notice(address(hook), "title", "text")) == 1


def test_an_address_of_no_service_is_told_by_its_number_and_nothing_is_sent(hook):
    with pytest.raises(NoticeError) as caught:
        send_notice(f"{address(hook)} carrier-pigeon://hunter2@loft", "title", "text")
    assert "address 2 (carrier-pigeon" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert hook.told == []


def quiet_night(home, notify):
    """A night whose stages are all left out."""
    minutes = {f"TRACKER_{stage}_MINUTES": "0" for stage in ("CRAWL", "EXTRACT", "LINK", "PUBLISH")}
    settings = load_settings({"TRACKER_HOME": str(home), "TRACKER_NOTIFY": notify} | minutes)
    return run_night(settings, ["tracker"], {})


def test_a_night_sends_its_lines(hook, tmp_path):
    told = quiet_night(tmp_path, address(hook))
    assert told.status == 0
    [sent] = hook.told
    assert [sent["title"], *sent["message"].splitlines()] == told.lines


@pytest.mark.parametrize("notify", ["json://robot:hunter2@127.0.0.1:9/night", "pigeon://hunter2@loft"])
def test_a_night_that_cannot_send_them_says_so_in_its_log_and_is_done(notify, tmp_path):
    assert quiet_night(tmp_path, notify).status == 0
    logging.shutdown()
    log = (tmp_path / "logs" / "nightly.log").read_text(encoding="utf-8")
    assert "ERROR" in log
    assert "hunter2" not in log
