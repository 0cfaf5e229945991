"""As on Colab: old packages that must stay, no repository beside the notebook, figures in frames of their own.

Colab itself cannot be tried here. colab-constraints.txt says what it has and when that was read.
"""

import html
import json

import lab
import pytest
from playwright.sync_api import TimeoutError

import notebooks

pytestmark = pytest.mark.elsewhere

CONSTRAINTS = lab.ROOT / "tests/elsewhere/colab-constraints.txt"
MAY_BE_ADDED = {"rnn-textbook", "jedi"}
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def venv(tmp_path_factory):
    made = lab.make_venv(tmp_path_factory.mktemp("colab") / "venv", lab.python_like("3.12"))
    made.pip("install", "-r", CONSTRAINTS)
    made.pip("uninstall", "-y", "jedi")  # not there on Colab
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The book's package, built; it stands for the repository's address, from which pip would build it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = lab.copy_repository(folder / "repository")
    builder = lab.make_venv(folder / "venv")
    builder.pip("wheel", "--no-deps", "--wheel-dir", folder, source)
    return next(folder.glob("rnn_textbook-*.whl"))


class Ran:
    """What one notebook left behind."""

    def __init__(self, cells):
        self.cells = cells
        self.outputs = lab.read_outputs([cell.get("outputs", []) for cell in cells])

    @property
    def figures(self):
        """The live figures' HTML, one text for each output."""
        pages = ["".join(output.data.get("text/html", "")) for output in self.outputs]
        return [page for page in pages if 'class="explore"' in page]

    @property
    def calls(self):
        """How many cells call `explore`."""
        return sum("\nexplore(" in "\n" + notebooks.text(c) for c in self.cells if c["cell_type"] == "code")


def run(venv, folder, name, source, only_first=False):
    """Run a copy of a notebook, alone in its folder, with the old Jupyter of the environment itself."""
    notebook = notebooks.set_source(notebooks.read(lab.ROOT / "notebooks" / name), source)
    if only_first:
        first = next(i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code")
        notebook["cells"] = notebook["cells"][: first + 1]
    path = folder / name
    path.write_text(notebooks.to_text(notebook), encoding="utf-8")
    options = ("--inplace", "--allow-errors", f"--timeout={lab.RUN_SECONDS}")
    places = {key: str(folder / key.lower()) for key in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    venv.run("jupyter-execute", *options, path, cwd=folder, COLAB_RELEASE_TAG="release-colab_test", **places)
    return Ran(json.loads(path.read_text(encoding="utf-8"))["cells"])


def test_the_first_cell_says_what_to_do_without_an_address(venv, tmp_path):
    ran = run(venv, tmp_path, lab.notebook_names()[0], "", only_first=True)
    assert not lab.errors(ran.outputs)
    assert "pip install" in "".join(output.text for output in ran.outputs)


@pytest.fixture(scope="module", params=lab.notebook_names())
def ran(request, venv, wheel, tmp_path_factory):
    """Every notebook, and what its first cell did to the environment; then the environment as it was."""
    before = venv.packages()
    result = run(venv, tmp_path_factory.mktemp("alone"), request.param, f"rnn-textbook @ {wheel.as_uri()}")
    result.before, result.after = before, venv.packages()
    yield result
    if added := [name for name in venv.packages() if name not in before]:
        venv.pip("uninstall", "-y", *added)


def test_runs_without_an_error(ran):
    assert not lab.errors(ran.outputs), "\n".join(lab.errors(ran.outputs))


def test_installing_the_book_replaces_nothing(ran):
    kept = {name: version for name, version in ran.after.items() if name in ran.before}
    assert kept == ran.before
    added = set(ran.after) - set(ran.before)
    assert "rnn-textbook" in added
    assert added <= MAY_BE_ADDED


def test_figures_are_baked_not_widgets(ran):
    assert len(ran.figures) == ran.calls > 0
    assert not [output for output in ran.outputs if WIDGET in output.data]


@pytest.fixture(scope="module")
def plotly_js(venv):
    """The plotly.js that the environment's plotly.py draws for: version and text."""
    code = "import plotly.offline as o; print(o.get_plotlyjs_version()); print(o.get_plotlyjs())"
    version, _, text = venv.run("python", "-c", code).partition("\n")
    return version, text


HOME = "https://notebook.test/"
# As in Colab: an output lives in a frame of another origin, with scripts and little else.
FRAME = """<!doctype html><title>Output</title>
<iframe sandbox="allow-scripts allow-downloads" width="900" height="800" srcdoc="{}"></iframe>"""
LABEL = "c => c.closest('label').textContent.trim()"
DATA = "() => JSON.stringify(document.querySelector('.js-plotly-plot').data)"


def answers(figure, version, text):
    """Return what answers the page's requests: its frame, plotly.js from its one address, and nothing else."""

    def answer(route):
        if route.request.url == HOME:
            route.fulfill(body=FRAME.format(html.escape(figure)), content_type="text/html; charset=utf-8")
        elif route.request.url == f"https://cdn.plot.ly/plotly-{version}.min.js":
            headers = {"access-control-allow-origin": "*"}
            route.fulfill(body=text, content_type="text/javascript; charset=utf-8", headers=headers)
        else:
            route.abort()

    return answer


def test_every_control_moves_its_figure_in_a_frame_of_its_own(browser, ran, plotly_js):
    for number, figure in enumerate(ran.figures):
        context = browser.new_context(reduced_motion="reduce", viewport={"width": 1000, "height": 900})
        # On the context: a route of the page alone may miss what a frame of another origin asks for.
        context.route("**/*", answers(figure, *plotly_js))
        for attempt in range(10):
            page = context.new_page()
            watch = lab.Watch(page, HOME)
            page.goto(HOME)
            try:
                page.frame_locator("iframe").locator(lab.TRACES).first.wait_for(state="attached", timeout=10_000)
                break
            except TimeoutError as error:
                # Chromium may send the first request of a frame in a process of its own before playwright has put
                # itself in between. What then went out to the network is the test's doing: once more, on a new page.
                late = any("plotly" in told and "did not load" in told for told in watch.errors)
                if not late or attempt == 9:
                    told = f"figure {number} was not drawn: {watch.errors} {watch.strangers}"
                    raise AssertionError(told) from error
                page.close()
        frame = page.frames[1]
        controls = frame.locator(".explore-controls").locator("input, select").all()
        assert controls
        for control in controls:
            check_control(frame, control, f"figure {number}")
        assert not watch.errors, watch.errors
        assert set(watch.strangers) <= {f"https://cdn.plot.ly/plotly-{plotly_js[0]}.min.js"}
        context.close()


def check_control(frame, control, where):
    """Move one control from the start and see other data; move it back and see the first again."""
    start = frame.evaluate(DATA)
    label = f"{where}: {control.evaluate(LABEL)}"
    kind = control.evaluate("c => c.type")
    if kind == "range":
        there, back = "ArrowRight", "ArrowLeft"
        if control.evaluate("c => c.value === c.max"):
            there, back = back, there
        steps = [lambda: control.press(there), lambda: control.press(back)]
    elif kind == "checkbox":
        steps = [control.click, control.click]
    else:
        chosen = control.evaluate("c => c.selectedIndex")
        other = (chosen + 1) % control.locator("option").count()
        steps = [lambda: control.select_option(index=other), lambda: control.select_option(index=chosen)]
    for step, wanted in zip(steps, ("!==", "==="), strict=True):
        step()
        try:
            frame.wait_for_function(f"start => ({DATA})() {wanted} start", arg=start, timeout=10_000)
        except TimeoutError as error:
            raise AssertionError(f"{label}: the data of the plot did not follow") from error
