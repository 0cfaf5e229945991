"""What the tests of the chapters' texts share: the text and the code of a chapter, its tables, and its experiments."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import committed
import pytest

ROOT = Path(__file__).parents[1]


class Chapter(NamedTuple):
    """A chapter of the book as it stands in its notebook."""

    number: str
    cells: list
    text: str
    """All markdown cells."""
    code: str
    """All code cells."""

    def run(self, name):
        """The committed file of one of the chapter's experiments."""
        return committed.run(f"{self.number}_{name}")

    def results(self, name):
        return self.run(name)["results"]

    def script(self, name):
        """The module of an experiment; nothing is run."""
        return committed.script(f"{self.number}_{name}")

    def cells_of(self, label):
        """The cells of a table row behind its label, as they stand in the text."""
        lines = [line for line in self.text.splitlines() if line.startswith(f"| {label} |")]
        assert len(lines) == 1, f"one row of this label: {lines}"
        return [cell.strip() for cell in lines[0].strip("|").split("|")[1:]]


def chapter(name):
    """The chapter of a notebook, such as "02_bptt"."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    text, code = (
        "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == kind)
        for kind in ("markdown", "code")
    )
    return Chapter(name[:2], cells, text, code)


def pair(cell):
    """Median and worst: "0.572 (0.568)"."""
    return tuple(map(float, re.fullmatch(r"(-?[\d.]+) \((-?[\d.]+)\)", cell.replace("−", "-")).groups()))


def stated(result, digits=3):
    """Median and worst of a result, to the digits that a table prints."""
    return pytest.approx((result["median"], result["worst"]), abs=0.6 * 10**-digits)


def reading(figure):
    """The sentence that reads a figure."""
    return figure.layout.meta["reading"]
