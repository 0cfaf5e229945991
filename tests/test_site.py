"""The built site in a real browser: every page, every control, light and dark, with all other hosts blocked.

`make test` builds the book first. A missing browser or a missing book is a failure, not a skip.
"""

import csv
import functools
import gzip
import http.server
import io
import json
import re
import shutil
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import unquote, urlsplit

import lab
import pytest
from playwright.sync_api import expect

from helpers.explore import MAX_BYTES, MAX_COMBINATIONS, explore
from tools.repository import edition, write

pytestmark = pytest.mark.site
ROOT = Path(__file__).parents[1]
STATIC = ROOT / "book" / "_static"
SITE = ROOT / "_build" / "html"
PAGES = sorted(
    str(p.relative_to(SITE).as_posix())
    for p in SITE.rglob("*.html")
    if "<h1>This page has moved</h1>" not in p.read_text()  # tests/test_moved.py
)
CHAPTERS = [p for p in PAGES if p.startswith("notebooks/")]
SOURCES = [p for p in PAGES if p.startswith("_modules/")]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PLOTS = "document.querySelectorAll('.explore[data-state=ready]').length"


def test_the_book_is_built():
    assert {"index.html", "search.html", "book/bibliography.html", "notebooks/03_gradients.html"} <= set(PAGES)


# -- server and browser ---------------------------------------------------------------------------------------
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a page that was closed early is no error
            super().handle_error(request, client_address)


@pytest.fixture(scope="module")
def home():
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Visit:
    """One page in a browser context of its own, with everything it did besides."""

    def __init__(self, browser, home, scheme="light", width=1280, height=900, **more):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True, **more
        )
        self.home, self.page = home, self.context.new_page()
        self.problems, self.strangers, self.served = [], [], []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.on("response", lambda r: r.status >= 400 and self.problems.append(f"{r.status} {r.url}"))
        self.page.on("requestfailed", lambda r: self.problems.append(f"failed: {r.url}"))
        self.page.route(re.compile(""), self._let)

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _let(self, route):
        url = route.request.url
        if url.startswith((self.home, "data:", "blob:")):
            self.served.append(url)
            route.continue_()
        else:
            self.strangers.append(url)
            route.abort()

    def go(self, path, until="load"):
        self.page.goto(self.home + path, wait_until=until)
        return self.page

    def draw_all(self):
        """Scroll to each figure, so that it loads, and wait until all are drawn."""
        count = self.page.locator(".explore").count()
        for i in range(count):
            self.page.locator(".explore").nth(i).scroll_into_view_if_needed()
            self.page.wait_for_function(f"{PLOTS} >= {i + 1}", timeout=30_000)
        return count

    def draw(self, name):
        """Scroll to one figure and return it, drawn."""
        box = self.page.locator(f"#{name}")
        box.scroll_into_view_if_needed()
        expect(box).to_have_attribute("data-state", "ready", timeout=30_000)
        return box

    def clean(self):
        assert self.problems == []
        assert self.strangers == [], "the site asks other hosts"


@pytest.fixture
def visit(browser, home):
    opened = []

    def open_(path, home=home, **more):
        opened.append(Visit(browser, home, **more))
        opened[-1].go(path)
        return opened[-1]

    yield open_
    for each in opened:
        each.context.close()


TYPESET = "!window.MathJax || MathJax.startup.promise?.then(() => true)"


def axe(page):
    """What axe-core finds, with all its default rules, on the whole page."""
    page.wait_for_function(TYPESET)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{v['id']}: {[n['html'][:120] for n in v['nodes'][:3]]}" for v in found]


# What stands on the page, folded or not, but for code and for what MathJax has set.
PROSE = """() => {
    const page = (document.querySelector("article") || document.body).cloneNode(true);
    page.querySelectorAll("pre, code, .sig, mjx-container, script, style").forEach(node => node.remove());
    return page.textContent;
}"""
RAW_TEX = r"\\[a-zA-Z(\[]|\$[^\s\d]|[a-z]\$|[_^]\{"


# -- every page -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_clean_and_accessible(visit, path, scheme):
    seen = visit(path, scheme=scheme)
    page = seen.page
    seen.draw_all()
    assert axe(page) == [], "axe-core, all default rules, whole page"
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 29)"}[scheme]
    assert page.locator("mjx-merror").count() == 0, "a formula that MathJax cannot read"
    text = page.evaluate(PROSE)
    raw = [text[max(0, found.start() - 40) : found.end() + 40] for found in re.finditer(RAW_TEX, text)]
    assert raw == [], "raw TeX on the page"
    assert "Traceback" not in "".join(page.locator(".cell_output").all_inner_texts())
    seen.clean()


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_a_phone(visit, path):
    seen = visit(path, width=390, height=844, is_mobile=True, has_touch=True)
    seen.draw_all()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390, "wider than the phone"
    assert axe(seen.page) == []
    for box in seen.page.locator(".explore :is(input[type=range], select, button)").all():
        assert box.bounding_box()["height"] >= 43.5, "too small for a finger"
    for plot in seen.page.locator(".explore-plot .main-svg").all():
        assert plot.bounding_box()["width"] <= 390
    seen.clean()


class Links(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.targets, self.ids, self.images = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.targets += [found[key] for key in ("href", "src") if found.get(key)]
        self.ids |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag == "img":
            self.images.append(found)


def test_every_link_inside_the_site_resolves():
    pages = {path: Links((SITE / path).read_text()) for path in PAGES}
    broken = []
    for path, links in pages.items():
        for target in links.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or target.startswith("javascript:"):
                assert parts.scheme in ("https", "data", "javascript"), f"{path}: {target}"
                continue
            file = (SITE / path).parent / unquote(parts.path) if parts.path else SITE / path
            if not file.resolve().is_file():
                broken.append(f"{path}: {target}")
                continue
            name = file.resolve().relative_to(SITE.resolve()).as_posix()
            anchor = unquote(parts.fragment).split("?")[0]
            if anchor and name in pages and anchor not in pages[name].ids:
                broken.append(f"{path}: {target} (no such place)")
    assert broken == []


@pytest.mark.parametrize("path", PAGES)
def test_images_and_diagrams_have_a_text(path):
    text = (SITE / path).read_text()
    assert all("alt" in image for image in Links(text).images)
    for svg in re.findall(r'<svg class="diagram".*?</svg>', text, re.DOTALL):
        name, title = re.search(r'aria-labelledby="(\S+) (\S+)"', svg).groups()
        assert re.search(f'<title id="{name}">.+?</title>', svg)
        assert len(re.search(f'<desc id="{title}">(.+?)</desc>', svg)[1]) > 80, (
            "the description tells the whole picture"
        )


@pytest.mark.parametrize("path", [*CHAPTERS, "index.html", "book/bibliography.html"])
def test_head_of_the_page(path):
    text = (SITE / path).read_text()
    title = re.search("<title>(.*?)</title>", text)[1]
    assert "Recurrent" in title
    assert len(title) < 90
    assert re.search(r'<link rel="icon" href="\S*favicon', text) or "favicon.svg" in text
    for name in ("og:title", "og:description", "og:type", "og:site_name"):
        content = re.search(f'<meta property="{name}" content="([^"]+)"', text)
        assert content, name
        assert "\\" not in content[1], "TeX in a preview"
    assert f"Edition {edition(ROOT)}" in text


def test_search_finds_a_chapter(visit):
    seen = visit("notebooks/01_rnn_basics.html")
    assert not any("search" in address for address in seen.served), "the index is for the page that searches"
    seen.page.keyboard.press("Control+k")
    seen.page.keyboard.type("orthogonal")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/search.html?q=orthogonal*")
    hit = seen.page.locator("#search-results a", has_text="Vanishing and exploding").first
    expect(hit).to_be_visible(timeout=10_000)
    seen.clean()


def test_excerpts_of_the_search_show_no_tex(visit):
    seen = visit("search.html?q=spectral+radius")
    excerpt = seen.page.locator("#search-results li", has_text="Backpropagation through time").locator(".context")
    expect(excerpt).to_contain_text("of W_h", timeout=10_000)
    assert not re.search(RAW_TEX, seen.page.locator("#search-results").inner_text())
    seen.clean()


def test_the_bibliography_lists_every_entry():
    text = re.sub(r"<[^>]+>", "", (SITE / "book" / "bibliography.html").read_text())
    titles = re.findall(r"^\s*title\s*=\s*\{(.+?)\},?$", (ROOT / "book" / "references.bib").read_text(), re.MULTILINE)
    assert titles
    for title in titles:
        assert title.replace("{", "").replace("}", "").split(":")[0].lower()[:40] in text.lower()


# -- live figures ---------------------------------------------------------------------------------------------
FIGURES = [
    (path, name)
    for path in PAGES
    if path not in SOURCES
    for name in re.findall(r'class="explore" id="([^"]+)"', (SITE / path).read_text())
]


def data(box):
    return box.locator(".explore-plot").evaluate(
        "plot => JSON.stringify(plot.data.map(({x, y, z, text, mode}) => ({x, y, z, text, mode})))"
    )


def drawn(box):
    """What is on the screen: the pixels of the plot's drawing and of the words in it, as markup."""
    return box.locator(".explore-plot").evaluate(
        "plot => [...plot.querySelectorAll('.main-svg')].map(svg => svg.outerHTML).join('')"
    )


def roles():
    """For each role of tokens.css its colour on a light and on a dark page, as a browser writes it."""
    light, dark = (STATIC / "tokens.css").read_text(encoding="utf-8").split("html[data-theme=dark]", 1)
    for role in ("forward", "grad", "input", "output", "cell", "gate-i", "gate-f", "gate-o", "gate-g", "neutral"):
        pair = [re.search(rf"--c-{role}: #(\w\w)(\w\w)(\w\w)", part).groups() for part in (light, dark)]
        yield [f"rgb({', '.join(str(int(part, 16)) for part in parts)})" for parts in pair]


def settled(box, changed_from, read=data):
    box.page.wait_for_timeout(250)
    for _ in range(200):  # a machine with both cores busy may take seconds
        if read(box) != changed_from:
            break
        box.page.wait_for_timeout(50)
    return read(box)


def move(box, control):
    """Move one control by one position with the keyboard or, for a choice, by choosing."""
    if control.evaluate("c => c.tagName") == "SELECT":
        control.select_option(index=1)
    elif control.get_attribute("type") == "checkbox":
        control.press("Space")
    else:
        at_end = control.evaluate("c => c.value === c.max")
        control.press("ArrowLeft" if at_end else "ArrowRight")


def test_there_are_live_figures():
    assert {path for path, _ in FIGURES} == {"index.html", *CHAPTERS}


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_each_control_alone_changes_the_figure(visit, path, name):
    seen = visit(path)
    box = seen.draw(name)
    start, reading = data(box), box.locator(".explore-reading")
    told = reading.inner_text()
    assert re.search(r"\d", told), "the reading names a number"
    assert len(told.split()) <= 40, "it is read aloud: keep it short"
    controls = box.locator(".explore-controls :is(input, select)")
    assert controls.count() > 0
    for i in range(controls.count()):
        control = controls.nth(i)
        assert control.evaluate("c => c.labels.length") == 1, "each control has its label"
        picture, value = drawn(box), control.get_attribute("aria-valuetext")
        move(box, control)
        assert settled(box, start) != start, f"control {i} changes nothing in the data"
        assert drawn(box) != picture, f"control {i} changes nothing on the screen"
        if control.get_attribute("type") == "range":
            assert control.get_attribute("aria-valuetext") != value
        assert re.search(rf"#{name}\?\w+=", seen.page.url + settled(box, "", lambda b: b.page.url)), "state in the link"
        box.get_by_role("button", name="Reset").click()
        assert settled(box, data(box) if data(box) != start else "") == start, "reset goes back to the start"
        expect(reading).to_have_text(told)
    seen.clean()


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_the_reading_follows_the_figure(visit, path, name):
    seen = visit(path)
    box = seen.draw(name)
    reading = box.locator(".explore-reading")
    assert reading.get_attribute("aria-live") == "polite"
    assert box.locator(".explore-plot").get_attribute("aria-labelledby") == reading.get_attribute("id")
    for control in box.locator(".explore-controls input[type=range]").all():
        before = reading.inner_text()
        control.press("End" if control.evaluate("c => c.value !== c.max") else "Home")
        expect(reading).not_to_have_text(before)


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_the_figure_moves_from_a_folder_of_files(visit, path, name):
    seen = visit(path, home=SITE.resolve().as_uri() + "/")
    box = seen.draw(name)
    before = data(box)
    move(box, box.locator(".explore-controls :is(input, select)").first)
    assert settled(box, before) != before
    seen.clean()


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_colours_follow_the_page(visit, path, name):
    seen = visit(path)
    box = seen.draw(name)
    before = drawn(box)
    shown = [(light, dark) for light, dark in roles() if light in before]
    assert shown, "a role in its light colour"
    seen.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    after = settled(box, before, drawn)
    for light, dark in shown:
        assert dark in after, "the same role in its dark colour"
        assert light not in after
    move(box, box.locator(".explore-controls :is(input, select)").first)
    moved = settled(box, after, drawn)
    assert not any(light in moved for light, _ in roles()), "what is drawn anew is dark, too"
    seen.clean()


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_the_page_does_not_jump_when_a_figure_is_drawn(browser, home, path, name):
    seen = Visit(browser, home)
    held = []
    seen.page.route("**/plotly.min.js", lambda route: held.append(route))
    page = seen.go(path, until="domcontentloaded")  # the load event waits for what is held
    page.wait_for_function(TYPESET)  # formulas above change their height, too, and that is not the figure's doing
    page.locator(f"#{name}").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = f"document.getElementById('{name}').getBoundingClientRect()"
    measure = f"[{box}.top + scrollY, {box}.height]"
    empty = page.evaluate(measure)
    assert held, "plotly waits"
    held[0].continue_()
    page.wait_for_function(f"{PLOTS} >= 1", timeout=15_000)
    assert page.evaluate(measure) == pytest.approx(empty, abs=1)
    seen.context.close()


def visible(heat):
    """Which columns of a heat map are drawn: where x are edges, a brick may have no width."""
    x, columns = heat.get("x") or [], len(heat["z"][0])
    return [len(x) <= columns or x[j] != x[j + 1] for j in range(columns)]


def number(value):
    """As in the file or as in the figure: a number, the name of a bar, or nothing."""
    try:
        return float(value) if value not in (None, "") else None
    except ValueError:
        return value


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_numbers_and_picture_can_be_taken_away(visit, path, name, tmp_path):
    seen = visit(path)
    box = seen.draw(name)
    with seen.page.expect_download() as download:
        box.get_by_role("button", name="Data").click()
    assert download.value.suggested_filename.startswith(f"{name}_")
    download.value.save_as(tmp_path / "data.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "data.csv").read_text())))
    assert rows[0][0] == "series"
    points = json.loads(data(box))
    bricks = [
        [z for line in t["z"] for z, seen in zip(line, visible(t), strict=True) if seen] for t in points if t.get("z")
    ]
    curves = [t["y"] for t in points if not t.get("z")]
    assert len(rows) - 1 == sum(map(len, bricks)) + sum(map(len, curves))
    wanted = [float(z) if z is not None else None for brick in bricks for z in brick]
    told = [row[3] for row in rows[1:] if row[3] or not curves]
    assert [float(z) if z else None for z in told] == [z for z in wanted if z is not None or not curves]
    if curves:
        maps = {row[0] for row in rows[1:] if row[3]}  # cells that are not filled yet have no number either
        told = [row for row in rows[1:] if not row[3] and row[0] not in maps][: len(curves[0])]
        assert [number(row[2]) for row in told] == [number(y) for y in curves[0]]
    with seen.page.expect_download() as download:
        box.get_by_role("button", name="PNG").click()
    download.value.save_as(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    seen.clean()


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_a_page_without_javascript_reads_the_figure(visit, path, name):
    seen = visit(path, java_script_enabled=False)
    box = seen.page.locator(f"#{name}")
    assert re.search(r"\d", box.locator(".explore-reading").inner_text())
    assert "needs JavaScript" in box.inner_text()


def test_a_figure_that_cannot_be_drawn_says_so(browser, home):
    seen = Visit(browser, home)
    seen.page.route("**/plotly.min.js", lambda route: route.abort())
    seen.go("index.html")
    expect(seen.page.locator("#memory .explore-note")).to_contain_text("could not be drawn")
    seen.context.close()


def test_tab_reaches_the_figure_before_its_folded_code(visit):
    page = visit("notebooks/03_gradients.html").page
    order = page.evaluate("""() => [...document.querySelectorAll(".cell.tag_hide-input :is(input, summary)")]
      .map((e) => e.tagName)""")
    assert order.index("INPUT") < order.index("SUMMARY")


# -- states in links ------------------------------------------------------------------------------------------
GRADIENTS = "notebooks/03_gradients.html"


def test_a_link_opens_the_figure_in_its_state(visit):
    seen = visit(f"{GRADIENTS}#norms?length=60&eigenvalue=1.1")
    box = seen.page.locator("#norms")
    expect(box.locator(".explore-reading")).to_contain_text("60 steps, eigenvalue 1.1: 304", timeout=10_000)
    expect(box).to_be_in_viewport()
    assert box.locator("output").all_inner_texts() == ["60 steps", "1.1"]
    expect(box.locator(".explore-note")).to_have_text("")
    seen.clean()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("norms?eigenvalue=9", "eigenvalue = 9, which this figure does not have"),
        ("norms?length=60&colour=red", "colour, which this figure does not have"),
        ("norms?length=", "length = , which this figure does not have"),
        ("nothing?length=60", "The link names a figure, nothing, that is not on this page"),
    ],
)
def test_an_unknown_state_opens_the_start_and_says_so(visit, state, said):
    seen = visit(f"{GRADIENTS}#{state}")
    box = seen.page.locator("#norms")
    expect(box.locator(".explore-note")).to_contain_text(said, timeout=10_000)
    box.scroll_into_view_if_needed()
    seen.draw_all()
    assert box.locator("output").all_inner_texts() == ["20 steps", "0.9"]
    move(box, box.locator("input").first)
    expect(box.locator(".explore-note")).to_have_text("")
    seen.clean()


def test_every_link_in_the_text_sets_a_figure(visit):
    count = 0
    for path in {path for path, _ in FIGURES}:
        seen = visit(path)
        seen.draw_all()
        links = seen.page.locator('article a[href*="?"][href*="#"]:not([href^="http"])')
        for i in range(links.count()):
            target = urlsplit(links.nth(i).get_attribute("href"))
            name, _, state = unquote(target.fragment).partition("?")
            assert target.path == "", "a figure of this page"
            box = seen.page.locator(f"#{name}")
            before = data(box)
            links.nth(i).evaluate("a => a.closest('details')?.setAttribute('open', '')")  # an answer, folded away
            links.nth(i).click()
            after = settled(box, before)
            assert after != before, f"{state} changes nothing"
            expect(box.locator(".explore-note")).to_have_text("")
            box.get_by_role("button", name="Reset").click()
            assert settled(box, after) == before, "the next link starts where this one did"
            count += 1
        seen.clean()
    assert count >= 2


def test_the_address_follows_and_can_be_opened_again(visit):
    seen = visit(GRADIENTS)
    seen.draw_all()
    box = seen.page.locator("#norms")
    box.locator("select").select_option(index=1)
    box.locator("input").first.press("End")
    seen.page.wait_for_url(re.compile("length=100"))
    told = settled(box, "", lambda b: b.locator(".explore-reading").inner_text())
    again = visit(seen.page.url.removeprefix(seen.home))
    expect(again.page.locator("#norms .explore-reading")).to_have_text(told, timeout=10_000)


# -- playing (no figure of the first pages plays yet: the same script on a page of its own) ----------------------------
def clock(t):
    import plotly.graph_objects as go

    return go.Figure(go.Scatter(y=list(range(t + 1))), layout={"meta": {"reading": f"Step {t}."}, "height": 200})


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stage")
    figure = explore(clock, name="clock", play="t", live=False, t=(1, 4, 1, 1))
    page = figure.static_html(standalone=True).replace(
        re.search(r'data-plotly="([^"]+)"', figure.static_html(standalone=True))[1], "plotly.min.js"
    )
    for theme in ("light", "dark"):
        head = f'<!doctype html><html lang="en" theme="{theme}"><title>{theme}</title><meta charset="utf-8">'
        (folder / f"{theme}.html").write_text(head + page)
    shutil.copy(SITE / "_static" / "vendor" / "plotly.min.js", folder)
    return folder.as_uri() + "/"


def test_play_steps_to_the_end_and_stops(visit, stage):
    seen = visit("light.html", home=stage)
    box = seen.page.locator("#clock")
    seen.draw_all()
    button = box.locator("[name=play]")
    expect(button).to_have_text("Play")
    button.click()
    expect(button).to_have_text("Pause")
    expect(box.locator("output")).to_have_text("4", timeout=5_000)
    expect(button).to_have_text("Play")
    expect(box.locator(".explore-reading")).to_have_text("Step 4.")
    button.click()
    button.click()
    held = box.locator("output").inner_text()
    seen.page.wait_for_timeout(900)
    assert box.locator("output").inner_text() == held, "paused"
    seen.clean()


def test_with_reduced_motion_nothing_moves_by_itself(visit, stage):
    seen = visit("light.html", home=stage, reduced_motion="reduce")
    box = seen.page.locator("#clock")
    seen.draw_all()
    button = box.locator("[name=play]")
    expect(button).to_have_text("Next")
    button.click()
    expect(box.locator("output")).to_have_text("2")
    seen.page.wait_for_timeout(900)
    expect(box.locator("output")).to_have_text("2")


@pytest.mark.parametrize(("theme", "ink"), [("light", "rgb(29, 33, 39)"), ("dark", "rgb(228, 231, 235)")])
def test_an_island_follows_colabs_theme(visit, stage, theme, ink):
    seen = visit(f"{theme}.html", home=stage)
    seen.draw_all()
    for part in ("label span", "button", ".explore-reading"):
        assert seen.page.locator(f"#clock {part}").first.evaluate("e => getComputedStyle(e).color") == ink, part
    seen.clean()


# -- budgets -----------------------------------------------------------------------------------------------------
def test_baked_figures_keep_to_the_budget(measured):
    files = sorted((SITE / "_static" / "explore").glob("*.js"))
    assert len(files) == len(FIGURES), "one file a figure, and none left over"
    for file in files:
        text = file.read_text()
        baked = json.loads(text[text.index("= {", text.index("]")) + 2 :].rstrip().rstrip(";"))
        count = 1
        for control in baked["controls"]:
            count *= len(control["labels"])
        size = len(gzip.compress(file.read_bytes()))
        what = "use a larger step, fewer points, or round the traces"
        assert count <= MAX_COMBINATIONS, f"{baked['name']}: {count} combinations; {what}"
        assert size <= MAX_BYTES * 1.02, f"{baked['name']}: {size} bytes gzipped; {what}"
        measured(f"figure {baked['name']}: {count} combinations, {size / 1000:.1f} KB gzipped")
    for path, _ in FIGURES:
        assert '"varying"' not in (SITE / path).read_text(), "the data stand in a file of their own"


def weight(urls, home):
    sizes = {}
    for url in dict.fromkeys(urls):
        file = SITE / unquote(urlsplit(url.removeprefix(home)).path)
        if url.startswith(home) and file.is_file():
            content = file.read_bytes()
            packed = file.suffix in (".woff", ".woff2", ".png")
            sizes[url.removeprefix(home)] = len(content) if packed else len(gzip.compress(content, 6))
    return sizes


@pytest.mark.parametrize("path", ["index.html", *CHAPTERS])
def test_the_page_is_light(browser, home, measured, path):
    seen = Visit(browser, home, height=10)  # so small that no figure is near
    seen.page.add_init_script("window.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} }")
    seen.go(path)
    seen.page.wait_for_timeout(1500)
    before = weight(seen.served, home)
    seen.context.close()
    seen = Visit(browser, home)
    seen.go(path)
    seen.draw_all()
    seen.page.wait_for_timeout(500)
    all_in_all = weight(seen.served, home)
    seen.context.close()
    first, total = sum(before.values()) / 1000, sum(all_in_all.values()) / 1000
    heavy = sorted(before.items(), key=lambda item: -item[1])[:5]
    measured(f"{path}: {first:.0f} KB gzipped before the first figure, {total:.0f} KB in all")
    assert not any("plotly" in name for name in before)
    assert first <= 450, heavy
    assert total <= 1000


def test_how_fast_a_slider_redraws(visit, measured):
    """Timings are printed, not asserted: they depend on the machine."""
    seen = visit(GRADIENTS)
    seen.draw_all()
    times = seen.page.evaluate("""async () => {
      const plot = document.querySelector("#norms .explore-plot");
      const fields = [...document.querySelectorAll("#norms input")], times = [];
      for (let i = 0; i < 80; i++) {
        const field = fields[i % 2];
        await new Promise((done) => setTimeout(done, 40));
        const drawn = new Promise((done) => plot.once("plotly_afterplot", done)), start = performance.now();
        field.value = (Number(field.value) + 7) % (Number(field.max) + 1);
        field.dispatchEvent(new Event("input", {bubbles: true}));
        await drawn;
        times.push(performance.now() - start);
      }
      return times;
    }""")
    slow = quantiles(times, n=20)[-1]
    measured(f"slider to redraw: median {median(times):.0f} ms, 95th percentile {slow:.0f} ms")
    assert len(times) == 80


# -- the address ----------------------------------------------------------------------------------------------
def test_while_there_is_no_address_there_are_no_launch_buttons():
    from tools.repository import resolve

    if resolve(ROOT):
        pytest.skip("this checkout has a public address; the other test looks at its buttons")
    text = (SITE / GRADIENTS).read_text()
    assert "mybinder" not in text
    assert "colab.research" not in text
    assert "Report an error" not in text
    assert "_sources/notebooks/03_gradients.ipynb" in text, "the download is there all the same"


def build(folder):
    program = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    command = [program, "build", ".", "-W", "-n", "--keep-going", "--quiet"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-4000:]
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the tree with an address written in, built; of the notebooks only chapter 3 runs, for speed."""
    folder = lab.copy_repository(tmp_path_factory.mktemp("copy") / "book")
    others = [
        f"notebooks/{path.name}" for path in (folder / "notebooks").glob("*.ipynb") if path.stem != "03_gradients"
    ]
    config, line = folder / "_config.yml", "  execute_notebooks: cache\n"
    text = config.read_text(encoding="utf-8")
    assert text.count(line) == 1
    config.write_text(text.replace(line, f"{line}  exclude_patterns: {others}\n"), encoding="utf-8")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    write(folder, "https://github.com/someone/rnn-book")
    build(folder)
    return folder


@pytest.mark.xdist_group("copy")
def test_with_an_address_every_button_leads_to_this_notebook_of_this_edition(copy):
    site = copy / "_build" / "html"
    text, branch, notebook = (site / GRADIENTS).read_text(), f"edition-{edition(ROOT)}", "notebooks/03_gradients.ipynb"
    binder = f"https://mybinder.org/v2/gh/someone/rnn-book/{branch}?urlpath=lab/tree/{notebook}"
    colab = f"https://colab.research.google.com/github/someone/rnn-book/blob/{branch}/{notebook}"
    assert f'href="{binder}"' in text
    assert f'href="{colab}"' in text
    assert 'href="https://github.com/someone/rnn-book"' in text
    report = re.search(r'href="(https://github.com/someone/rnn-book/issues/new\?[^"]+)">Report an error', text)
    assert "03_gradients" in report[1]
    assert '<meta property="og:url" content="https://someone.github.io/rnn-book/notebooks/03_gradients.html"' in text
    assert (site / "_static" / "card.png").read_bytes()[:4] == b"\x89PNG"
    download = re.search(r'href="(\.\./_sources/notebooks/03_gradients\.ipynb)"', text)
    cells = json.loads(((site / GRADIENTS).parent / download[1]).resolve().read_text())["cells"]
    install = f"rnn-textbook @ git+https://github.com/someone/rnn-book@{branch}"
    source = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert install in re.sub(r'"\s*"', "", source)


@pytest.mark.xdist_group("copy")
def test_after_a_helper_was_edited_its_notebooks_run_again(copy):
    """Jupyter Book's own cache sees only cells, and would show the old numbers."""
    figures = copy / "src" / "helpers" / "figures" / "gradients" / "norms.py"
    edited = figures.read_text().replace("step 0 still hears the error", "step 0 hears an echo")
    assert edited != figures.read_text()
    figures.write_text(edited)
    site = copy / "_build" / "html"
    assert "step 0 hears an echo" not in (site / GRADIENTS).read_text()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(copy / "src"))  # the copy's own helpers, not the installed ones
        build(copy)
    assert "step 0 hears an echo" in (site / GRADIENTS).read_text()
