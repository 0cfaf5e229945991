"""`quiz`: what it accepts, and that it works in a real browser with no script at all."""

import importlib
import json
import pkgutil
from html.parser import HTMLParser
from pathlib import Path

import browser as browsers
import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright

from helpers import explore, quizzes
from helpers.captioning.bleu import bleu
from helpers.counts import rnn_parameters
from helpers.credit import reached
from helpers.gates import bias_half_life, lstm_backward, lstm_forward
from helpers.gradients import log_gradient_norms, recurrent_matrix
from helpers.layers import start_layer
from helpers.linear_recurrence import parameter_sensitivity, scan_cost, state_variance, steps_until_still
from helpers.output import softmax
from helpers.quiz import Option, Question, quiz
from helpers.scenes import COLORS, SHAPES

ROOT = Path(__file__).parents[1]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STATIC = ROOT / "book" / "_static"
QUIZZES = {
    module.name: importlib.import_module(f"helpers.quizzes.{module.name}").QUESTIONS
    for module in pkgutil.iter_modules(quizzes.__path__)
}
each_quiz = pytest.mark.parametrize("name", QUIZZES)


def address(name):
    """An address on a page has hyphens, a module's name underscores."""
    return f"{name.replace('_', '-')}-quiz"


@pytest.fixture(autouse=True)
def _fresh_page(monkeypatch):
    monkeypatch.setattr(explore, "_used", {})
    monkeypatch.delenv(explore.STATIC, raising=False)


RIGHT, WRONG = Option("two", "Yes, by counting.", right=True), Option("three", "One too many.")
QUESTION = Question("1 + 1?", [WRONG, RIGHT])


class Reader(HTMLParser):
    """Elements with their attributes; fails on a tag that is not closed in its turn."""

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag != "input":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attributes for found, attributes in self.found if found == tag]


# -- what it accepts -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("?", [RIGHT]), "question 1: got 1 options, wanted at least two"),
        (Question("?", [WRONG, Option("four", "No.")]), "question 1: got 0 right options, wanted exactly one"),
        (Question("?", [RIGHT, Option("2", "Yes.", right=True)]), "got 2 right options"),
        (Question("?", [RIGHT, WRONG, WRONG]), "got the option 'three' twice"),
        (Question("?", [RIGHT, Option("four", " ")]), "option 2, feedback: got ' ', wanted some text"),
        (Question("?", [RIGHT, Option("", "No.")]), "option 2, text: got ''"),
        (Question("?", [RIGHT, "three"]), r"option 2: got 'three', wanted Option\("),
        (Question("", [RIGHT, WRONG]), "question 1, text: got ''"),
        (Question("$h_t$?", [RIGHT, WRONG]), "got TeX"),
        (Question(r"\rho?", [RIGHT, WRONG]), "got TeX"),
        (Question("<i>h?", [RIGHT, WRONG]), "got <i> without its end"),
        (Question("h</i>?", [RIGHT, WRONG]), "got </i> with nothing to close"),
        (Question("<i><b>h</i></b>?", [RIGHT, WRONG]), "with nothing to close"),
        (("1 + 1?", [RIGHT, WRONG]), r"question 1: got .*, wanted Question\("),
    ],
)
def test_a_bad_question_is_a_clear_error_at_the_call(question, message):
    with pytest.raises(ValueError, match=f"^questions: .*{message}"):
        quiz("sums", [question])


def test_the_place_of_a_bad_question_is_named():
    with pytest.raises(ValueError, match="question 2: got 0 right"):
        quiz("sums", [QUESTION, Question("?", [WRONG, WRONG])])
    with pytest.raises(ValueError, match="question 2 is asked twice"):
        quiz("sums", [QUESTION, QUESTION])
    with pytest.raises(ValueError, match="questions: got none"):
        quiz("sums", [])


@pytest.mark.parametrize("name", ["2sums", "a b", "ä", "a?b", "", None])
def test_a_name_must_serve_as_an_address(name):
    with pytest.raises(ValueError, match="name: got"):
        quiz(name, [QUESTION])


def test_a_name_is_used_once_also_by_a_figure():
    quiz("sums", [QUESTION])
    with pytest.raises(ValueError, match="'sums' is taken by quiz; names are unique"):
        quiz("sums", [QUESTION])
    with pytest.raises(ValueError, match="'sums' is taken by quiz"):
        explore._claim("sums", lambda: None)


# -- what it shows ---------------------------------------------------------------------------------------------
def test_each_question_is_a_fieldset_of_radio_buttons_with_labels():
    page = Reader(quiz("sums", [QUESTION, Question("2 + 1?", [WRONG, RIGHT])]).static_html())
    assert len(page.all("fieldset")) == len(page.all("legend")) == 2
    inputs = page.all("input")
    assert {i["type"] for i in inputs} == {"radio"}
    assert [i["name"] for i in inputs] == ["sums-1", "sums-1", "sums-2", "sums-2"]
    assert [i["id"] for i in inputs] == [label["for"] for label in page.all("label")]
    assert len({i["id"] for i in inputs}) == 4
    assert [a["id"] for a in page.all("div") if a["class"] == "quiz"] == ["sums"]


def test_jupyterlab_leaves_the_keys_to_the_quiz():
    page = Reader(quiz("sums", [QUESTION]).static_html())
    for element in page.all("input") + page.all("button"):
        assert element["data-lm-suppress-shortcuts"] == "true", "on the element itself: around it, it does nothing"


def test_right_and_wrong_are_words():
    page = quiz("sums", [QUESTION]).static_html()
    assert "<strong>Not so.</strong> One too many." in page
    assert "<strong>Right.</strong> Yes, by counting." in page


def test_text_is_plain_but_for_formulas():
    odd = 'Is <i>h<sub>t</sub></i> < 1 & "ρ" > 2, <script>alert(1)</script><i onclick="x">?'
    page = quiz("sums", [Question(odd, [RIGHT, WRONG])]).static_html()
    told = (
        'Is <i>h<sub>t</sub></i> &lt; 1 &amp; "ρ" &gt; 2, &lt;script&gt;alert(1)&lt;/script&gt;&lt;i onclick="x"&gt;?'
    )
    assert told in page


def test_the_style_comes_along_where_there_is_no_site(monkeypatch):
    shown = quiz("sums", [QUESTION])
    assert shown._repr_html_() == f"<style>{(STATIC / 'quiz.css').read_text()}</style>{shown.static_html()}"
    monkeypatch.setenv(explore.STATIC, "1")
    assert shown._repr_html_() == shown.static_html()
    assert "<script" not in shown._repr_html_()
    assert repr(shown) == "quiz('sums', 1 questions)"


# -- the chapters' quizzes -------------------------------------------------------------------------------------
@each_quiz
def test_a_chapters_quiz_is_sound(name):
    questions = QUIZZES[name]
    counted = {6: "Six", 7: "Seven", 8: "Eight"}[len(questions)]
    (path,) = (ROOT / "notebooks").glob(f"0?_{name}.ipynb")
    assert f'"{counted} questions. Choose' in path.read_text(encoding="utf-8"), "as many as the chapter says"
    Reader(quiz(address(name), questions).static_html(standalone=True))
    places = {next(k for k, o in enumerate(q.options) if o.right) for q in questions}
    assert len(places) > 1, "the right option does not always stand in the same place"
    longest = sum(max(q.options, key=lambda o: len(o.text)).right for q in questions)
    assert longest <= len(questions) / 2, "the longest option is not always the right one"
    for question in questions:
        for option in question.options:
            assert len(option.feedback.split()) <= 50, f"read at one glance: {option.feedback}"


def test_the_numbers_of_the_rnn_basics_quiz():
    assert (round(2 * np.log(2) / 4, 3), round(np.log(2), 3), round(np.log(4), 3)) == (0.347, 0.693, 1.386)
    assert 4.0e6 < rnn_parameters(10_000, 200, 10_000) < 4.1e6
    assert 10_000**3 == 10**12
    scores = np.log([0.8, 0.2])
    assert np.allclose(softmax(scores, 0.5), [0.94, 0.06], atol=0.005)
    assert np.allclose(softmax(scores, 2.0), [0.67, 0.33], atol=0.005)


def test_the_numbers_of_the_bptt_quiz():
    depths = reached(1000, "chunks", 20).sum(axis=1)
    assert (depths.min(), depths.max(), depths.mean()) == (1, 20, 10.5)
    assert (1000 * 100, 100 * 100**2, 100**2) == (10**5, 10**6, 10_000)
    assert 10_000 // 20 == 500


def test_the_numbers_of_the_gradients_quiz():
    assert (round(0.9**30, 3), round(0.9**60, 4), round(0.9**-30)) == (0.042, 0.0018, 24)
    shear = np.array([[0.9, 5.0], [0.0, 0.9]])
    stretch = [np.linalg.norm(np.linalg.matrix_power(shear, k), ord=2) for k in range(100)]
    assert (int(np.argmax(stretch)), round(max(stretch), 1)) == (9, 19.4)

    def arrived(seed, kind, radius, activation, noise):
        """Size of the gradient at step 0, from a cotangent of length 1 at step 100."""
        rng = np.random.default_rng(seed)
        W_h = recurrent_matrix(kind, 64, radius, rng)
        return np.exp(log_gradient_norms(W_h, 100, activation, noise * rng.standard_normal((100, 64)))[0])

    for seed in range(5):
        assert 17 < np.log10(arrived(seed, "orthogonal", 1.5, "identity", 1)) < 18
        assert arrived(seed, "orthogonal", 1.5, "tanh", 1) < 1e-5
        assert arrived(seed, "orthogonal", 1.5, "tanh", 0.1) > 100
        assert arrived(seed, "gaussian", 1.0, "relu", 0.1) < 1e-10
        assert arrived(seed, "gaussian", 2.0, "relu", 0.1) > 1e8


def test_far_steps_of_the_gradients_quiz_give_less_than_a_millionth():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        W_h, inputs = recurrent_matrix("orthogonal", 32, 0.5, rng), rng.standard_normal((60, 32))
        hs = [np.zeros(32)]
        for u in inputs:
            hs.append(np.tanh(W_h @ hs[-1] + u))
        dh, by_lag = np.ones(32), []
        for h, before in zip(hs[:0:-1], hs[-2::-1], strict=True):
            dz = (1 - h**2) * dh
            by_lag.append(np.outer(dz, before))
            dh = W_h.T @ dz
        assert np.linalg.norm(sum(by_lag[20:])) < 1e-6 * np.linalg.norm(sum(by_lag))


def test_the_numbers_of_the_bidirectional_quiz():
    def lstm(reads, H, biases):
        return 4 * (H * reads + H * H + biases * H)

    for biases in (1, 2):  # one, as in the book, or two, as in PyTorch
        one = lstm(100, 256, biases) + lstm(256, 256, biases)
        both = 2 * lstm(100, 256, biases) + 2 * lstm(512, 256, biases)
        assert round(both / one, 2) == 2.59
    rng = np.random.default_rng(0)
    (W_x, W_h), other = rng.standard_normal((2, 3, 3)), rng.standard_normal((2, 3, 3))

    def states(x, W_x, W_h):
        h, rows = np.zeros(3), []
        for now in x:
            h = np.tanh(W_x @ now + W_h @ h)
            rows.append(h)
        return np.array(rows)

    x = rng.standard_normal((20, 3))
    changed = x.copy()
    changed[9] += 1
    assert (states(changed, W_x, W_h)[4] == states(x, W_x, W_h)[4]).all()
    assert (states(changed[::-1], *other)[::-1][4] != states(x[::-1], *other)[::-1][4]).any()


def test_the_numbers_of_the_gates_quiz():
    assert f"{0.5**99:.1e}" == "1.6e-30"
    lstm, gru = (blocks * (200 * 200 + 200 * 200 + 2 * 200) for blocks in (4, 3))
    rest = 10_000 * 200 + 10_000 * 200 + 10_000
    assert (lstm, lstm - gru) == (321_600, 80_400)
    assert 4.0e6 < rest < 4.05e6
    assert round(100 * (lstm - gru) / (lstm + rest)) == 2
    assert np.allclose(bias_half_life([1, 2]), [2.2, 5.5], atol=0.05)
    assert round(1 / (1 + np.exp(-2)), 2) == 0.88
    _, cs, _ = lstm_forward(
        np.zeros((20, 1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((4, 1)), np.zeros((4, 1)),
        [100, 100, np.arctanh(0.5), 0],
    )  # fmt: skip
    assert np.isclose(cs[-1], 10)

    sizes = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        weights = start_layer("lstm", 8, 32, rng)
        x = np.repeat(rng.standard_normal((99, 1, 8)), 32, axis=1)  # a sequence for each unit of c_99
        zero = np.zeros((32, 32))
        cache = lstm_forward(x, zero, zero, *weights)[2]
        sizes.append(np.linalg.norm(lstm_backward(np.zeros((99, 32, 32)), cache, np.eye(32)).c0, 2))
    assert 10**-21.5 < np.median(sizes) < 10**-20.5
    assert 1e8 < min(sizes) / 0.5**99 < max(sizes) / 0.5**99 < 1e11  # the median is nine powers of ten above


def test_the_numbers_of_the_seq2seq_quiz():
    assert 64 * 32 == 2048
    assert 39 < np.log2(9e11) < 40  # 12 digits, the first of them not 0
    assert 51 < 2048 / 40 < 52
    assert round(0.7**10, 3) == 0.028
    assert np.allclose(np.log([0.05, 0.7]), [-3.0, -0.36], atol=0.005)


def test_the_numbers_of_the_captioning_quiz():
    captions = (
        "a red circle above a blue square",
        "a blue square below a red circle",
        "a blue circle below a red square",
        "a large red circle above a small blue square",
    )
    *both, wrong, nine = (caption.split() for caption in captions)
    assert np.isclose(bleu([wrong], [both], 1), 100)
    assert 0 <= bleu([wrong], [both], 4) < 50
    assert len(nine) == 9
    assert round(bleu([["a"]], [[nine]], 1), 2) == 0.03
    assert round(np.exp(1 - 9 / 1), 4) == 0.0003
    assert (len(COLORS) * len(SHAPES), (2 * 24) ** 2 * 4) == (24, 9216)  # thousands of captions


def test_the_numbers_of_the_linear_recurrence_quiz():
    assert (scan_cost(1024, "loop"), scan_cost(1024, "hillis-steele")) == ((1023, 1023), (10, 9217))
    radii = np.exp(-np.exp([-4.0, -5.0]))
    assert np.allclose(radii, [0.982, 0.993], atol=0.0005)
    assert np.allclose(np.log(0.5) / np.log(radii), [38, 103], atol=0.5)
    assert 0 < steps_until_still(0.9) < steps_until_still(0.9, dtype="float64") < 1000
    assert steps_until_still(-1.0, limit=1000) is None
    assert np.allclose(state_variance([0.9, 0.99]), [5.3, 50], atol=0.5)
    assert np.round(parameter_sensitivity([0.9, 0.99])).tolist() == [264, 251_263]
    layers = json.loads((ROOT / "experiments/08_cost.json").read_text())["results"]["layers"]
    scan, attention = (layers[kind] for kind in ("linear, scan", "attention, fused"))
    assert abs(scan["training, ms"][-1] / 40 - 1) < 0.2
    assert abs(attention["training, ms"][-1] / 1142 - 1) < 0.2
    assert abs(scan["training, ms"][0] / attention["training, ms"][0] - 1) < 0.2
    assert np.isclose(scan["next token, MB"][0] * 2**20, 512, rtol=0.01)
    assert attention["next token, MB"][0] * 2**20 == 64 * 1024


# -- in a browser, without any script --------------------------------------------------------------------------
@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        started = browsers.launch(playwright)
        yield started
        started.close()


PLACES = {
    "site light": '<html lang="en" data-theme="light">',
    "site dark": '<html lang="en" data-theme="dark" style="color-scheme:dark">',
    "lab light": '<html lang="en"><style>body {background: #fff; color: rgba(0, 0, 0, .87)}</style>',
    "lab dark": '<html lang="en"><style>body {background: #111; color: #fff}</style>',
    "Colab dark": '<html lang="en" theme="dark"><style>body {background: #383838; color: #d5d5d5}</style>',
}


@pytest.fixture
def show(chromium, tmp_path):
    opened = []

    def open_(name, place="site light", width=1280, script=False):
        site = place.startswith("site")
        page = quiz(address(name), QUIZZES[name]).static_html(standalone=not site)
        if site:
            styles = "".join(f"<style>{(STATIC / f'{s}.css').read_text()}</style>" for s in ("tokens", "quiz", "theme"))
            styles += "<style>body {background: var(--c-paper); color: var(--c-ink)}</style>"
            page = f'{styles}<main class="bd-article"><h1>Quiz</h1>{page}</main>'
        else:
            page = f"<main><h1>Quiz</h1>{page}</main>"
        head = "<title>Quiz</title><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        file = tmp_path / "quiz.html"
        file.write_text(f"<!doctype html>{PLACES[place]}{head}{page}", encoding="utf-8")
        context = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
        opened.append(context)
        context.asked = []
        tab = context.new_page()
        tab.on("request", lambda request: context.asked.append(request.url))
        tab.goto(file.as_uri())
        assert context.asked == [file.as_uri()], "nothing else is loaded"
        return tab

    yield open_
    for context in opened:
        context.close()


@each_quiz
def test_choosing_shows_this_options_feedback_and_no_other(show, name):
    page = show(name)
    for i, question in enumerate(QUIZZES[name], 1):
        box = page.locator("fieldset").nth(i - 1)
        told = box.locator(".quiz-feedback p")
        expect(told.locator("visible=true")).to_have_count(0)
        for k, option in enumerate(question.options):
            box.locator("label").nth(k).click()
            expect(told.locator("visible=true")).to_have_count(1)
            expect(told.nth(k)).to_be_visible()
            expect(told.nth(k)).to_contain_text("Right." if option.right else "Not so.")
    page.get_by_role("button", name="Clear my answers").click()
    expect(page.locator(".quiz-feedback p").locator("visible=true")).to_have_count(0)


@each_quiz
def test_the_keyboard_chooses(show, name):
    page = show(name)
    told = page.locator("fieldset").first.locator(".quiz-feedback p")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(told.nth(0)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(told.nth(0)).to_be_hidden()
    expect(told.nth(1)).to_be_visible()
    page.keyboard.press("Enter")  # would send a form, and load the page again
    expect(told.nth(1)).to_be_visible()
    assert len(page.context.asked) == 1
    page.keyboard.press("Tab")
    assert page.locator("fieldset").nth(1).locator("input:focus").count() == 1, "one stop for each question"


def test_the_score_counts_right_answers(show):
    page = show("gradients")
    for question, box in zip(QUIZZES["gradients"], page.locator("fieldset").all(), strict=True):
        box.locator("label").nth(next(k for k, o in enumerate(question.options) if o.right)).click()
    page.locator("fieldset").first.locator("label").first.click()  # and one wrong
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    told = "".join(node["name"]["value"] for node in tree if node["role"]["value"] == "StaticText")
    count = len(QUIZZES["gradients"])
    assert f"Right so far, of {count}: {count - 1}" in told, "as a screen reader finds it"


@each_quiz
@pytest.mark.parametrize("place", PLACES)
def test_it_is_accessible_and_legible(show, name, place):
    page = show(name, place, script=True)
    for chosen in (None, 0, 1):
        for box in page.locator("fieldset").all():
            if chosen is not None:
                box.locator("label").nth(chosen).click()
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [f"{v['id']}: {[n['html'][:120] for n in v['nodes'][:3]]}" for v in found]
        assert told == []
    expect(page.locator(".quiz-feedback p").locator("visible=true")).to_have_count(len(QUIZZES[name]))


@each_quiz
@pytest.mark.parametrize("place", ["site light", "lab dark"])
def test_it_fits_a_phone(show, name, place):
    page = show(name, place, width=390, script=True)
    for box in page.locator("fieldset").all():
        box.locator("label").last.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    heights = page.locator(".quiz-option label").evaluate_all("all => all.map((l) => l.getBoundingClientRect().height)")
    assert min(heights) >= 44, "room for a finger"
