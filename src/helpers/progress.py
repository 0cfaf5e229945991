"""A progress bar where somebody watches; nothing where nobody does.

Anything written to stderr fails the book's build, so there, and in tests, the loop runs silently.
"""

import os
import sys
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")

SILENT = ("RNN_TEXTBOOK_STATIC", "RNN_TEXTBOOK_GRADING", "PYTEST_VERSION", "PYTEST_CURRENT_TEST", "CI")


def progress(iterable: Iterable[Item], text: str = "", show: bool | None = None) -> Iterable[Item]:
    """Go through `iterable`, with a tqdm bar where it can be seen.

    Parameters
    ----------
    iterable : iterable
    text : str
        Stands in front of the bar.
    show : bool, optional
        False for never, True also without a terminal or notebook; left out, where one is. In the book's build, in
        tests, in grading and without tqdm there is none in any case.

    Returns
    -------
    iterable of the same items
    """
    if show is False or any(os.environ.get(name) for name in SILENT):
        return iterable
    watched = sys.stderr.isatty() or "ipykernel" in sys.modules
    if not (show or watched):
        return iterable
    try:
        from tqdm import tqdm  # as text: tqdm.auto would leave a widget in the notebook, which Colab may not show
    except ImportError:
        return iterable
    bar: Iterable[Item] = tqdm(iterable, desc=text or None, leave=False)
    return bar
