"""Read the instructor's files of graded exercises.

Each chapter has a folder, such as homework/03_gradients/, with three files of cells. They are read as text,
never imported, since a cell uses what the notebook imports:

    solutions.py      # %% 3.2 points=3              one cell for each graded exercise
    hidden_tests.py   # %% 3.2                       run after the student's cell, in the same kernel
    wrong_answers.py  # %% 3.2 stops at the first    a misconception each, which the hidden tests must reject

An exercise in words has only a cell in solutions.py, its model answer as comments.

The folder is made to be kept where students cannot read: the environment variable RNN_TEXTBOOK_HOMEWORK says
where, and `homework/` in the book's folder is only its default.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FILES = ("solutions.py", "hidden_tests.py", "wrong_answers.py")


class Cell(NamedTuple):
    """One cell of a file: what belongs to one exercise."""

    number: str
    points: int | None  # only in solutions.py
    title: str  # only in wrong_answers.py
    source: str


def homework_folder() -> Path:
    """Return the folder that holds a folder for each chapter; it need not exist."""
    return Path(os.environ.get("RNN_TEXTBOOK_HOMEWORK") or ROOT / "homework").expanduser().resolve()


def read_cells(path: Path) -> list[Cell]:
    """Read the cells of one of the three files, in order.

    Raises
    ------
    ValueError
        Naming file and line: for a number that is none or of another chapter, missing points or title, a
        second cell of the same number (and title), an empty cell, or code before the first cell.
    """
    if path.name not in FILES:
        raise ValueError(f"{path.name}: wanted one of {', '.join(FILES)}")
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("# %%")]
    for index, line in enumerate(lines[: starts[0] if starts else None]):
        if line.strip() and not line.startswith("#"):
            raise ValueError(f"{path.name}, line {index + 1}: code before the first cell: {line!r}")
    cells: list[Cell] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        where = f"{path.name}, line {start + 1}"
        cell = _cell(path, where, lines[start], "\n".join(lines[start + 1 : end]).strip("\n"))
        if any((cell.number, cell.title) == (other.number, other.title) for other in cells):
            raise ValueError(f"{where}: a second cell for {cell.number} {cell.title}".rstrip())
        cells.append(cell)
    return cells


def _cell(path: Path, where: str, header: str, source: str) -> Cell:
    number, _, rest = header.removeprefix("# %%").strip().partition(" ")
    if not re.fullmatch(r"[1-9]\d*\.[1-9]\d*", number):
        raise ValueError(f'{where}: wanted "# %% 3.1 ...", got {header!r}')
    chapter = re.match(r"0*(\d+)_", path.parent.name)
    if chapter and number.split(".")[0] != chapter[1]:
        raise ValueError(f"{where}: exercise {number} in the folder {path.parent.name}")
    rest, points = rest.strip(), None
    if path.name == "solutions.py":
        written = re.fullmatch(r"points=([1-9]\d*)", rest)
        if not written:
            raise ValueError(f'{where}: wanted "# %% {number} points=2", got {header!r}')
        points, rest = int(written[1]), ""
    elif path.name == "wrong_answers.py" and not rest:
        raise ValueError(f"{where}: wanted the name of the misconception after the number")
    elif path.name == "hidden_tests.py" and rest:
        raise ValueError(f"{where}: wanted only the number, got {rest!r} after it")
    if not source.strip():
        raise ValueError(f"{where}: the cell is empty")
    return Cell(number, points, rest, source)
