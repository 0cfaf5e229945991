"""Drive a real JupyterLab in a real browser, and make the environments in which it runs.

Used by test_live.py (this environment) and by elsewhere/ (fresh ones).
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import browser
import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTORCH_INDEX = "https://download.pytorch.org/whl/cpu"
RUN_SECONDS = 600  # for one notebook; the book's own limit for all of them together is 300 on one thread
# News and update checks would be requests to other hosts, and a dialog in front of the notebook.
SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": (
        '{"fetchNews": "false", "checkForUpdates": false}'
    )
}


class Output(NamedTuple):
    """One output of a cell, with what a test asks about it."""

    cell: int
    type: str  # stream, display_data, execute_result, error
    text: str  # of a stream or an error
    data: dict[str, Any]  # by media type


# -- environments ----------------------------------------------------------------------------------------------


def clean_environ(**extra: str) -> dict[str, str]:
    """Return this process's environment without what would let the repository or this Python shine through."""
    prefixes = ("PYTHON", "VIRTUAL_ENV", "CONDA", "JUPYTER", "JPY_", "IPYTHON", "RNN_TEXTBOOK", "COLAB_", "PYTEST")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(prefixes)}
    return kept | {"PYTHONNOUSERSITE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | extra


def python_like(version: str) -> str:
    """Return a Python of this version ("3.12") when the machine has one, else the running one."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    found = shutil.which(f"python{version}")
    works = found and subprocess.run([found, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0
    return found if works else sys.executable


class Venv(NamedTuple):
    """A fresh virtual environment."""

    folder: Path

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> str:
        return str(self.scripts / "python")

    def environ(self, **extra: str) -> dict[str, str]:
        return clean_environ(PATH=f"{self.scripts}{os.pathsep}{os.environ['PATH']}", **extra)

    def run(self, *command: str | Path, cwd: Path | None = None, timeout: int = 900, **extra: str) -> str:
        """Run a command with this environment's programs first on the path; return what it prints."""
        words = [str(word) for word in command]
        words[0] = str(self.scripts / words[0]) if (self.scripts / words[0]).exists() else words[0]
        done = subprocess.run(
            words,
            cwd=cwd or self.folder,
            env=self.environ(**extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-4000:]}"
        return done.stdout

    def pip(self, *arguments: str | Path) -> str:
        return self.run("python", "-m", "pip", *arguments)

    def packages(self) -> dict[str, str]:
        """Return the installed distributions, name to version or address."""
        lines = self.pip("freeze", "--all").splitlines()
        pairs = [line.split(" @ " if " @ " in line else "==", 1) for line in lines if "==" in line or " @ " in line]
        return {name.lower().replace("_", "-"): version for name, version in pairs}


def make_venv(folder: Path, python: str = sys.executable) -> Venv:
    """Make an empty virtual environment."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True, env=clean_environ())
    return Venv(folder)


def requirements(path: Path, to: Path) -> Path:
    """Copy a requirements file; without PyTorch's own index where that does not answer (the public one does)."""
    lines = path.read_text().splitlines()
    if not _answers(PYTORCH_INDEX):
        lines = [line for line in lines if PYTORCH_INDEX not in line]
    to.write_text("\n".join(lines) + "\n")
    return to


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/torch/", timeout=10).close()
    except (OSError, urllib.error.URLError):
        return False
    return True


def copy_repository(to: Path) -> Path:
    """Copy the files that git tracks or would track; without git, all but what is built."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():  # else deleted, and not committed yet
                (to / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, to / name)
    else:
        built = shutil.ignore_patterns("venv", ".venv", "node_modules", "_build", "dist", ".*cache*", "__pycache__")
        shutil.copytree(ROOT, to, ignore=built, dirs_exist_ok=True)
    return to


def notebook_names(folder: Path = ROOT / "notebooks") -> list[str]:
    """Return the names of the book's notebooks, in order."""
    return sorted(path.name for path in folder.glob("*.ipynb"))


# -- the browser -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Start a browser (a playwright Browser) for the block.

    Where none can be had the test is skipped on a developer's machine and fails on continuous integration.
    """
    from playwright.sync_api import sync_playwright

    try:
        browser.find_chromium()
    except browser.BrowserMissingError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        started = browser.launch(playwright)
        try:
            yield started
        finally:
            started.close()


class Watch:
    """What a page does besides what the test looks at: errors, and requests to other hosts."""

    def __init__(self, page: Any, home: str):
        self.errors: list[str] = []
        self.strangers: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(f"page error: {error}"))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        own = (home, home.replace("http", "ws", 1), "data:", "blob:", "about:")
        page.on("request", lambda request: request.url.startswith(own) or self.strangers.append(request.url))


# -- JupyterLab ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def jupyterlab(python: str, folder: Path, state: Path, environ: dict[str, str]) -> Iterator[str]:
    """Serve `folder` with the JupyterLab of `python` for the block; yield its address with a `{}` for the path.

    Settings, logs and run files go to `state`, so that a developer's own are neither used nor changed.
    """
    for name, text in SETTINGS.items():
        (state / "settings" / name).parent.mkdir(parents=True, exist_ok=True)
        (state / "settings" / name).write_text(text)
    places = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    environ = environ | {key: str(state / name) for key, name in places.items()}
    token, port = secrets.token_hex(16), _free_port()
    command = [
        *(python, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"),
        "--LabApp.expose_app_in_browser=True",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]
    log = state / "lab.log"
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=state, env=environ, stdout=out, stderr=out, start_new_session=True)
    home = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{home}/api/status?token={token}", server, log)
        yield f"{home}/{{}}?token={token}"
    finally:
        _stop(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str, server: subprocess.Popen, log: Path, seconds: int = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        if server.poll() is not None:
            break
        time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")


def _stop(server: subprocess.Popen) -> None:
    """End the server and, with it, the kernels that it started."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
    server.wait(20)


def open_notebook(page: Any, address: str, path: str) -> None:
    """Open a notebook in a workspace of its own and wait until its kernel answers."""
    page.goto(address.format(f"lab/workspaces/test-{secrets.token_hex(4)}/tree/{path}"))
    found = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext"
    page.wait_for_function(found, timeout=90_000)
    answered = page.evaluate(
        """async () => {
            const ready = async () => {
                await jupyterapp.restored;
                const notebook = jupyterapp.shell.currentWidget;
                await notebook.context.ready;
                await notebook.sessionContext.ready;
                await notebook.sessionContext.session.kernel.info;
                return "";
            };
            const late = () => document.querySelector(".jp-Dialog")?.textContent || "no dialog";
            return Promise.race([ready(), new Promise(resolve => setTimeout(() => resolve(late()), 90_000))]);
        }"""
    )
    assert not answered, f"no kernel after 90 s; JupyterLab asks: {answered}"


def run_all(page: Any, seconds: int = RUN_SECONDS) -> list[Output]:
    """Run all cells of the open notebook, as the menu does; return every output."""
    done = page.evaluate(
        """seconds => Promise.race([
            jupyterapp.commands.execute("notebook:run-all-cells").then(() => "done"),
            new Promise(resolve => setTimeout(() => resolve("late"), 1000 * seconds)),
        ])""",
        seconds,
    )
    assert done == "done", f"the notebook ran for more than {seconds} s"
    return outputs(page)


def outputs(page: Any) -> list[Output]:
    """Return the outputs of the open notebook's cells, drawn on the screen or not."""
    cells = page.evaluate(
        """() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.toJSON().outputs || [])"""
    )
    return read_outputs(cells)


def read_outputs(cells: list[list[dict[str, Any]]]) -> list[Output]:
    """Read outputs in notebook form, given by cell."""

    def text(output: dict[str, Any]) -> str:
        if output["output_type"] == "error":
            return f"{output['ename']}: {output['evalue']}\n" + "\n".join(output["traceback"])[-2000:]
        lines = output.get("text", "")
        return lines if isinstance(lines, str) else "".join(lines)

    return [
        Output(cell, output["output_type"], text(output), output.get("data", {}))
        for cell, found in enumerate(cells)
        for output in found
    ]


def errors(found: list[Output]) -> list[str]:
    """Return what went wrong in cells: error outputs and, since books hide it, text on stderr."""
    return [f"cell {output.cell}: {output.text}" for output in found if output.type == "error"]


def figures(page: Any) -> list[Any]:
    """Return the live figures (`explore`) of the notebook, drawn; JupyterLab draws a cell when it comes in sight."""
    count = page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length")
    for index in range(count):
        page.evaluate(
            """async index => {
                const notebook = jupyterapp.shell.currentWidget.content;
                const cell = notebook.widgets[index];
                const widget = (cell.model.toJSON().outputs || []).some(
                    output => "application/vnd.jupyter.widget-view+json" in (output.data || {}));
                if (!widget) return;
                await notebook.scrollToItem(index, "smart");
                await cell.ready;
            }""",
            index,
        )
    return page.locator(".jp-OutputArea .explore-live").all()


DRAWING = 90_000  # ms until a figure must be drawn: beside other tests two cores are slow
# The layers of plotly's traces: what is drawn inside the axes; a new title alone does not change it.
# Names that plotly gives anew with each drawing are left out.
TRACES = ".js-plotly-plot .main-svg .mlayer"
DRAWN = f"root => [...root.querySelectorAll('{TRACES}')].map(layer => layer.innerHTML).join('')"


def check_figure(page: Any, figure: Any) -> None:
    """Move the first control of a live figure, see the plot change, and see Reset bring it back."""
    figure.scroll_into_view_if_needed()
    figure.locator(TRACES).first.wait_for(state="attached", timeout=DRAWING)
    before = _settled(page, figure)
    reading = _reading(figure)
    _move(page, figure)
    _until(page, lambda: _drawn(figure) != before, "moving the control did not change the plot")
    if reading:
        _until(page, lambda: _reading(figure) != reading, f"the reading stayed at {reading!r}")
    reset = figure.get_by_role("button", name="Reset")
    if reset.count():
        reset.first.click()
        _until(page, lambda: _drawn(figure) == before, "Reset did not bring the first plot back")
        if reading:
            _until(page, lambda: _reading(figure) == reading, "Reset did not bring the reading back")


def _move(page: Any, figure: Any) -> None:
    slider = figure.locator(".noUi-handle")
    if slider.count():
        at_low = slider.first.get_attribute("aria-valuenow") == slider.first.get_attribute("aria-valuemin")
        slider.first.focus()
        page.keyboard.press("ArrowRight" if at_low else "ArrowLeft")
    elif (chooser := figure.locator("select")).count():
        options = chooser.first.locator("option").count()
        chosen = chooser.first.evaluate("select => select.selectedIndex")
        chooser.first.select_option(index=(chosen + 1) % options)
    else:
        figure.locator("input[type=checkbox]").first.click()


def _reading(figure: Any) -> str:
    found = figure.locator(".explore-reading")
    return found.first.inner_text().strip() if found.count() else ""


def _drawn(figure: Any) -> str:
    fresh = r"\b(trace|clip)[0-9a-f-]{6,36}|#p[0-9a-f]{6}(-[0-9a-f]{4,12}){5}"  # the last: hatchings of bars
    return re.sub(fresh, "", figure.evaluate(DRAWN))


def _settled(page: Any, figure: Any) -> str:
    """Wait until the plot has stopped changing (it is drawn twice when its width becomes known)."""
    last = ""
    for _ in range(40):
        now = _drawn(figure)
        if now and now == last:
            return now
        last = now
        page.wait_for_timeout(250)
    pytest.fail("the plot never came to rest")


def _until(page: Any, true: Any, otherwise: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        page.wait_for_timeout(100)
    pytest.fail(otherwise)


def check_notebook(browser: Any, address: str, path: str) -> int:
    """Open a notebook in JupyterLab, run it, and try its live figures; return how many there are.

    Every figure must be there with its controls; in the first, a control must change the plot.
    """
    page = browser.new_page(viewport={"width": 1400, "height": 1100})
    watch = Watch(page, address.split("/{}")[0])
    try:
        open_notebook(page, address, path)
        found = run_all(page)
        assert not errors(found), "\n".join(errors(found))
        views = [output for output in found if "application/vnd.jupyter.widget-view+json" in output.data]
        live = figures(page)
        assert len(live) == len(views), f"{len(views)} widgets in the outputs, {len(live)} on the screen"
        for figure in live:
            controls = figure.locator(".noUi-handle, select, input[type=checkbox]")
            controls.first.wait_for(state="attached", timeout=DRAWING)
        for figure in live[:1]:
            check_figure(page, figure)
        assert not watch.errors, watch.errors
        assert not watch.strangers, watch.strangers
        # Nothing is saved: the next question must not come from a dialog about unsaved work.
        page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    finally:
        page.close()
    return len(live)
