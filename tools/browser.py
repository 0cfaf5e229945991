"""Find a Chromium for the tests, installing one where there is none.

    python tools/browser.py     # make sure there is one; print its path

Looks for playwright's own, then for one that the system has; then tries to install playwright's, and at last, as
root on Debian or Ubuntu, the system's package.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


class BrowserMissingError(RuntimeError):
    """No Chromium was found and none could be installed."""


def launch(playwright):
    """Start Chromium under playwright's sync API and return the Browser."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)


@functools.cache
def find_chromium(install: bool = True) -> str:
    """Return the path of a Chromium that starts."""
    for path in _candidates():
        if _starts(path):
            return path
    if install:
        for attempt in (_install_playwrights, _install_systems):
            attempt()
            for path in _candidates():
                if _starts(path):
                    return path
    raise BrowserMissingError(
        "The tests need Chromium or Chrome. Install one with `python -m playwright install --with-deps chromium`, "
        "or as a package of your system (Debian: apt-get install chromium), and run this again."
    )


def _candidates() -> Iterator[str]:
    if path := _playwrights():
        yield path
    yield from filter(None, map(shutil.which, NAMES))
    yield from (path for path in PLACES if Path(path).exists())


def _playwrights() -> str:
    """Return where playwright keeps its own Chromium, if it is there.

    In a process of its own: playwright's sync API cannot be started twice in one.
    """
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    path = asked.stdout.strip()
    return path if path and Path(path).exists() else ""


def _starts(path: str) -> bool:
    """Whether this browser runs here (a stub, or one whose libraries are missing, does not)."""
    command = [path, *FLAGS, "--dump-dom", "data:text/html,<p>ready</p>"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "ready" in done.stdout


def _install_playwrights() -> None:
    command = [sys.executable, "-m", "playwright", "install"]
    root = sys.platform == "linux" and os.geteuid() == 0
    print("No browser found: trying playwright's Chromium.", file=sys.stderr)
    _try([*command, *(["--with-deps"] if root else []), "chromium"], timeout=900)


def _install_systems() -> None:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Trying the system's package.", file=sys.stderr)
    _try(["apt-get", "update", "-q"], timeout=300)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _try(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], timeout=900, env=environ)


def _try(command: list[str], **options) -> None:
    try:
        subprocess.run(command, stdout=sys.stderr, check=False, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", file=sys.stderr)


if __name__ == "__main__":
    try:
        print(find_chromium())
    except BrowserMissingError as error:
        sys.exit(str(error))
