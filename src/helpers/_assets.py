"""Files that the package shares with the site: page script, style sheets, diagrams."""

from importlib.resources import files
from pathlib import Path


def asset(name: str) -> str:
    """Text of a file of `book/`, such as ``_static/explore.js`` or ``figures/rnn-unrolled.svg``.

    An installed package carries its own copies (Colab has no checkout); a checkout reads the originals.

    Raises
    ------
    ValueError
        If there is no such file.
    """
    inside = files("helpers") / "_book" / name
    checkout = Path(__file__).parents[2] / "book" / name
    if inside.is_file():
        return inside.read_text(encoding="utf-8")
    if checkout.is_file():
        return checkout.read_text(encoding="utf-8")
    raise ValueError(f"name: got {name!r}, wanted a file of the book such as '_static/explore.js'")
