"""The site in a real browser: nothing from elsewhere, keyboard, narrow screens, dark mode, contrast, no JavaScript."""

from __future__ import annotations

import threading
import time

import pytest
import uvicorn
from playwright.sync_api import expect

from data.site import build_datasette
from tests.site_fixture import HOSTILE_EVENT, LEAD_EVENT, build_site_database

pytestmark = pytest.mark.browser
PAGES = [
    "/",
    "/places",
    "/place/ca",
    "/place/ca/contra-costa-county",
    f"/event/{LEAD_EVENT}",
    f"/event/{HOSTILE_EVENT}",
    "/explore?q=jail",
    "/explore?type=protest&state=CA&view=table",
    "/explore?view=map",
    "/explore?view=timeline&family=agreement",
    "/explore?q=jail&state=AK&from=2019&to=2019",
    "/explore?colour=red",
    "/about",
    "/methodology",
    "/dictionary",
    "/downloads",
    "/tracker",
    "/tracker/events",
    f"/tracker/events/{LEAD_EVENT}",
    "/nowhere",
]
REFUSED = {"/nowhere": "404", "/explore?colour=red": "400"}  # the browser's console tells the status
# The contrast of every visible text with what stands behind it, by the formula of WCAG 2.2 (relative luminance).
CONTRAST = """() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
  const linear = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = rgb => rgb.map(linear).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = e => {
    const layers = [];
    for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    const box = e.getBoundingClientRect();
    if (!text || !box.width || !box.height || e.closest('svg, option, .unseen, .skip')) continue;
    const style = getComputedStyle(e), back = behind(e), front = over(parse(style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} ${e.className} ${text.slice(0, 40)}`);
  }
  return poor;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The site on a free port of this machine, served from a thread."""
    site = build_datasette(build_site_database(tmp_path_factory.mktemp("browser") / "tracker.db"))
    server = uvicorn.Server(uvicorn.Config(site.app(), port=0, log_level="error"))
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
def test_page_is_self_contained_narrow_and_readable(watched, address, path):
    watched.goto(address + path)
    assert watched.locator("aside.sample").is_visible()
    for width in (320, 390, 768, 1280):
        watched.set_viewport_size({"width": width, "height": 800})
        assert watched.evaluate("document.documentElement.scrollWidth") <= width, f"wider than {width} pixels"
    watched.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for scheme in ("light", "dark"):
        watched.emulate_media(color_scheme=scheme)
        assert watched.evaluate(CONTRAST) == [], scheme
    assert watched.asked and all(url.startswith(address + "/") for url in watched.asked)
    assert [line for line in watched.said if not (path in REFUSED and REFUSED[path] in line)] == []


def test_contrast_measure_finds_a_pale_text(page, address):
    page.goto(address)
    page.evaluate("document.querySelector('h1').style.color = 'rgb(200, 200, 200)'")
    (poor,) = page.evaluate(CONTRAST)
    assert "Where America" in poor


def test_dark_mode_is_dark(page, address):
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        grounds.append(sum(int(part) for part in colour.strip("rgb()").split(",")))
    assert grounds[0] > 700 and grounds[1] < 120


def test_print_leaves_out_what_paper_cannot_use(page, address):
    page.emulate_media(media="print")
    page.goto(f"{address}/event/{LEAD_EVENT}")
    assert not page.locator("nav.sections").is_visible()
    assert page.locator("ol.reports").is_visible() and page.locator("aside.sample").is_visible()


def test_keyboard_reaches_the_content_and_focus_can_be_seen(page, address):
    page.goto(address)
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.evaluate("e => e === document.activeElement")
    expect(skip).to_be_in_viewport(
        ratio=1
    )  # it slides in; waiting by a script of our own is what the site's policy forbids
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_keyboard_does_not_walk_through_the_map(page, address):
    page.goto(address)
    page.locator(".changes a").last.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_reader_without_javascript_finds_an_event_from_the_front_page(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Find a place, an official or a subject").fill("contra costa")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Contra Costa County, California").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Contra Costa County"
    page.get_by_role("link", name="Contra Costa County supervisors end the jail contract with ICE").first.click()
    assert page.get_by_text("4 for, 1 against").is_visible()
    page.get_by_text("The same text in 2 other outlets").click()
    assert page.locator("details.wire li").count() == 2
    assert page.locator("details.wire li").first.is_visible()
    context.close()


def test_map_can_be_clicked(page, address):
    page.goto(address)
    page.locator("g.areas a[href='/place/co'] path").click(position={"x": 15, "y": 15})
    page.wait_for_url("**/place/co")
    assert page.get_by_role("heading", level=1).inner_text() == "Colorado"


def test_table_filters_work_without_a_script(page, address):
    page.goto(f"{address}/tracker/events")
    page.get_by_role("link", name="Protest", exact=True).first.click()
    assert "type=protest" in page.url
    page.locator("#_search").fill("jail")
    page.get_by_role("button", name="Apply").click()
    assert "_search=jail" in page.url and "type" in page.url
    assert page.locator("table.rows-and-columns tbody tr").count() > 0
