"""Read the instructor's files of graded exercises.

Each chapter has a folder, such as homework/03_gradients/, with three files of cells. They are read as text,
never imported, since a cell uses what the notebook imports:

    solutions.py      # %% 3.2 points=3              one cell for each graded exercise
    hidden_tests.py   # %% 3.2                       run after the student's cell, in the same kernel
    wrong_answers.py  # %% 3.2 stops at the first    a misconception each, which the hidden tests must reject

An exercise in words has only a cell in solutions.py, its model answer as comments, then its rubric, which begins
with a line "# Rubric". The hidden tests of an exercise may come in parts, so that half an answer earns something:

    # %% 3.2 points=2 the formula
    # %% 3.2 points=1 any length of v

The parts run in order in one kernel, the points add up to the solution's, and a part may use a function that an
earlier one defines. One cell `# %% 3.2` without points stands for all of them.

The folder is made to be kept where students cannot read: the environment variable RNN_TEXTBOOK_HOMEWORK says
where, and `homework/` in the book's folder is only its default.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from tools.notebooks import Exercise, Notebook, text

ROOT = Path(__file__).resolve().parents[1]
FILES = ("solutions.py", "hidden_tests.py", "wrong_answers.py")


class Cell(NamedTuple):
    """One cell of a file: what belongs to one exercise."""

    number: str
    points: int | None  # in solutions.py, and of a part in hidden_tests.py
    title: str  # in wrong_answers.py, and of a part in hidden_tests.py
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
        second cell of the same number (and title), parts that do not stand together or stand beside a cell for
        the whole exercise, an empty cell, or code before the first cell.
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
        if path.name == "hidden_tests.py":
            _fits(where, cell, cells)
        cells.append(cell)
    return cells


def _fits(where: str, cell: Cell, before: list[Cell]) -> None:
    """Parts of an exercise stand together, and not beside a cell for the whole."""
    same = [other for other in before if other.number == cell.number]
    if any((other.points is None) != (cell.points is None) for other in same):
        raise ValueError(f"{where}: {cell.number} has a cell without points and one with: wanted parts, or the whole")
    if same and before[-1].number != cell.number:
        raise ValueError(f"{where}: the parts of {cell.number} do not stand together")


def parts_of(solution: Cell, hidden: list[Cell]) -> list[Cell]:
    """Return the hidden tests of an exercise part by part, each with its points.

    Parameters
    ----------
    solution
        The exercise's cell of solutions.py, which says how many points there are.
    hidden
        All cells of hidden_tests.py.

    Raises
    ------
    ValueError
        When there is none, or the points of the parts do not add up to those of the solution.
    """
    cells = [cell for cell in hidden if cell.number == solution.number]
    if not cells:
        raise ValueError(f"hidden_tests.py: no cell for {solution.number}")
    if cells[0].points is None:
        return [cells[0]._replace(points=solution.points)]
    written = [cell.points or 0 for cell in cells]
    if sum(written) != solution.points:
        added = " + ".join(map(str, written))
        raise ValueError(f"hidden_tests.py: {solution.number} has {added} points, solutions.py has {solution.points}")
    return cells


def answer_and_rubric(solution: Cell) -> tuple[str, str]:
    """Return model answer and rubric of an exercise in words, without the comment signs.

    Raises
    ------
    ValueError
        When a line is no comment, or none begins with "# Rubric".
    """
    lines = solution.source.splitlines()
    if code := [line for line in lines if line.strip() and not line.startswith("#")]:
        raise ValueError(f"solutions.py: {solution.number} is in words, wanted only comments, got {code[0]!r}")
    words = [line.removeprefix("#").removeprefix(" ") for line in lines]
    start = next((index for index, line in enumerate(words) if line.startswith("Rubric")), None)
    if start is None:
        raise ValueError(f'solutions.py: {solution.number} has no line that begins with "# Rubric"')
    return "\n".join(words[:start]).strip("\n"), "\n".join(words[start:]).strip("\n")


def practice_solution(notebook: Notebook, exercise: Exercise) -> str | None:
    """Return the code that folds out below a practice exercise, before the next exercise."""
    for cell in notebook["cells"][exercise.index + 1 :]:
        if cell["cell_type"] == "code" and text(cell).startswith("# Exercise "):
            break
        pattern = rf"<summary>[^<]*\b{re.escape(exercise.number)}\b[^<]*</summary>(.*?)</details>"
        if cell["cell_type"] == "markdown" and (folded := re.search(pattern, text(cell), re.DOTALL)):
            blocks = re.findall(r"^```python\n(.*?)^```", folded[1], re.DOTALL | re.MULTILINE)
            return blocks[0] if blocks else None
    return None


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
        written = re.fullmatch(r"points=([1-9]\d*) +(\S.*)", rest)
        if not written:
            raise ValueError(
                f'{where}: wanted "# %% {number}", or "# %% {number} points=1 what it tests", got {header!r}'
            )
        points, rest = int(written[1]), written[2]
    if not source.strip():
        raise ValueError(f"{where}: the cell is empty")
    return Cell(number, points, rest, source)
