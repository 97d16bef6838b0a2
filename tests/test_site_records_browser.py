"""The record pages in a real browser: a reporter's way through them, narrow and wide, light and dark, no JavaScript."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import uvicorn
from playwright.sync_api import expect

from data.site import build_datasette
from tests.site_fixture import HOSTILE_EVENT, LEAD_EVENT, build_site_database
from tests.test_site_axe import grave_findings
from tests.test_site_browser import CONTRAST
from tests.test_site_records import add_memory

pytestmark = pytest.mark.browser
COUNTY = "/place/ca/contra-costa-county"
PAGES = [
    *(COUNTY, "/place/ca", f"/event/{LEAD_EVENT}", f"/event/{HOSTILE_EVENT}", "/official/of-0-ada-whitlock"),
    *("/agreement/ag-lead", "/outlet/outlet-0", "/place/ca/contra-cost", "/embed", f"/embed{COUNTY}"),
    "/embed/chart?state=CA",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The site on a free port of this machine, served from a thread; its stories are told as real ones."""
    path = build_site_database(tmp_path_factory.mktemp("browser") / "tracker.db", sample=False)
    add_memory(path)
    server = uvicorn.Server(uvicorn.Config(build_datasette(path).app(), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def watched(page):
    """A page, with what it asked for and what the console said."""
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("dialog", lambda dialog: page.said.append(f"dialog {dialog.message}") or dialog.dismiss())
    return page


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible(page, address, path):
    page.goto(address + path)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert grave_findings(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_page_is_self_contained_narrow_and_readable(watched, address, path):
    missing = path == "/place/ca/contra-cost"
    response = watched.goto(address + path)
    assert response.status == (404 if missing else 200)
    for width in (320, 390, 768, 1280):
        watched.set_viewport_size({"width": width, "height": 800})
        assert watched.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width} pixels"
    watched.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for scheme in ("light", "dark"):
        watched.emulate_media(color_scheme=scheme)
        assert watched.evaluate(CONTRAST) == [], scheme
    assert [url for url in watched.asked if not url.startswith(address)] == []
    assert [line for line in watched.said if not (missing and "404" in line)] == []


def walk(page, address):
    """From a slip in an address to the place, its agreement, the event, the official and the outlet, and back."""
    page.goto(f"{address}/place/ca/contra-cost")
    page.get_by_role("link", name="Contra Costa County, California").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contra Costa County")
    expect(page.get_by_role("heading", name="Ended or turned down")).to_be_visible()
    page.get_by_role("link", name="West County bed contract").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("West County bed contract, Contra Costa County")
    expect(page.get_by_text("since November 18, 2025", exact=False).first).to_be_visible()
    page.get_by_role("article").get_by_role("link", name="supervisors end the jail contract").click()
    expect(page.get_by_text("no person has checked it")).to_be_visible()
    expect(page.get_by_text("Status changed from Announced to Happened.")).to_be_visible()
    expect(page.get_by_role("link", name="Archived copy").first).to_be_visible()
    page.get_by_text("BibTeX").click()
    expect(page.get_by_text("@misc{sanctuary-tracker-event-ev-lead")).to_be_visible()
    page.get_by_role("complementary").get_by_role("link", name="Ada Whitlock", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Whitlock")
    expect(page.get_by_role("heading", name="What Ada Whitlock said")).to_be_visible()
    page.go_back()
    page.get_by_role("list").get_by_role("link", name="The Harbor Ledger").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The Harbor Ledger")


def test_a_reporter_walks_through_the_record(page, address):
    walk(page, address)


def test_and_the_same_without_javascript(browser, address):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    walk(context.new_page(), address)
    context.close()


def test_former_addresses_arrive(page, address):
    page.goto(f"{address}/event/ev-old")
    assert page.url == f"{address}/event/{LEAD_EVENT}"
    page.goto(f"{address}/place/fips:06013")
    assert page.url == address + COUNTY


class Newsroom(BaseHTTPRequestHandler):
    """Another site, whose page has two frames: a card, and a page that is no card."""

    framed: tuple[str, ...] = ()

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        frames = "".join(f'<iframe src="{address}" width="600" height="400"></iframe>' for address in self.framed)
        self.wfile.write(f"<!doctype html><title>News</title>{frames}".encode())

    def log_message(self, *_):
        """Nothing on the terminal."""


def test_a_card_stands_in_the_page_of_another_site_and_no_other_page_does(page, address):
    Newsroom.framed = (f"{address}/embed{COUNTY}", address + COUNTY)
    with ThreadingHTTPServer(("127.0.0.1", 0), Newsroom) as newsroom:
        threading.Thread(target=newsroom.serve_forever, daemon=True).start()
        page.goto(f"http://localhost:{newsroom.server_port}/")
        card, refused = (page.frame_locator("iframe").nth(n) for n in (0, 1))
        expect(card.get_by_role("link", name="Contra Costa County, California")).to_be_visible()
        expect(refused.get_by_role("heading", name="Contra Costa County")).to_have_count(0)
        newsroom.shutdown()


def test_keyboard_reaches_what_scrolls_and_what_opens(page, address):
    page.goto(f"{address}/event/{LEAD_EVENT}")
    page.get_by_text("BibTeX").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "bibtex"
