"""The source notebook of a chapter: the student notebook with solutions, hidden tests and rubrics in it.

Which cells it has, and their nbgrader names:

    student          a cell of its own after the first code cell, in which students write their id
    answer-3-2       a graded exercise in code, as in the student notebook, the solution in the stub's place
    tests-3-2-1      after it, one for each part of the hidden tests, with the part's points
    words-3-8        a graded exercise in words: model answer and rubric, with its points
    practice-3-1     a practice exercise in code

All other cells are the student notebook's own. Every solution cell carries the student's cell in its metadata;
`tools.course.stubs` puts it back when nbgrader makes the release.
"""

import functools
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from tools.course.cells import MARK, kind_of, name_of
from tools.course.settings import Course
from tools.homework import ROOT, Cell, answer_and_rubric, parts_of, practice_solution, read_cells
from tools.notebooks import Exercise, Notebook, find_exercises, normalize, read, set_source, text
from tools.repository import edition, install_source, resolve

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_TESTS, END_TESTS = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
BEGIN_RUBRIC, END_RUBRIC = "### BEGIN MARK SCHEME", "### END MARK SCHEME"
STUDENT = """\
# Your id in this course, between the quotation marks, exactly as your
# instructor has it. Some exercises give each student other numbers.
STUDENT = ""

import os

if os.environ.get("RNN_TEXTBOOK_GRADING") != "1":
    os.environ["RNN_TEXTBOOK_COURSE_KEY"] = "{key}"
    os.environ["RNN_TEXTBOOK_STUDENT"] = STUDENT.strip()
    if not STUDENT.strip():
        print("Write your id in this cell and run it again.")"""


def student_notebook(chapter: str) -> Notebook:
    """Return the student notebook of a chapter; on Colab it installs the book's package from where the book lives."""
    path = ROOT / "notebooks" / f"{chapter}.ipynb"
    if not path.exists():
        raise ValueError(f"{chapter}: there is no notebooks/{chapter}.ipynb")
    return set_source(normalize(read(path)), _install())


@functools.cache
def _install() -> str:
    return install_source(resolve(ROOT), edition(ROOT))


def source_notebook(chapter: str, homework: Path, course: Course) -> Notebook:
    """Return the source notebook of a chapter, from its student notebook and the instructor's files.

    Raises
    ------
    ValueError
        When a graded exercise has no solution or no hidden tests, a solution belongs to no graded exercise, or
        the points are not those that the notebook tells students.
    """
    student = student_notebook(chapter)
    files = {name: homework / chapter / f"{name}.py" for name in ("solutions", "hidden_tests")}
    if not files["solutions"].exists():
        raise ValueError(f"{chapter}: there is no {homework.name}/{chapter}/solutions.py")
    solutions = {cell.number: cell for cell in read_cells(files["solutions"])}
    hidden = read_cells(files["hidden_tests"]) if files["hidden_tests"].exists() else []
    exercises = {exercise.index: exercise for exercise in find_exercises(student)}
    _belong(chapter, student, list(exercises.values()), solutions, hidden)
    first = next(index for index, cell in enumerate(student["cells"]) if cell["cell_type"] == "code")

    cells: list[Notebook] = []
    for index, cell in enumerate(student["cells"]):
        exercise = exercises.get(index)
        if exercise is None:
            cells.append(cell)
        elif exercise.graded:
            cells += _graded(cell, exercise, solutions[exercise.number], hidden)
        elif exercise.kind == "code":
            cells.append(_practice(student, cell, exercise))
        else:
            cells.append(cell)
        if index == first:
            new = STUDENT.replace("{key}", course.key)
            cells.append(_solution(_code("student", new), "student", new))
    marked = {**student["metadata"], MARK: {"course": course.id, "chapter": chapter}}
    return {**student, "cells": cells, "metadata": marked}


def _belong(
    chapter: str, student: Notebook, exercises: list[Exercise], solutions: dict[str, Cell], hidden: list[Cell]
) -> None:
    graded = {exercise.number: exercise.kind for exercise in exercises if exercise.graded}
    programs = {number for number, kind in graded.items() if kind == "code"}
    if strange := sorted(set(solutions) - set(graded)):
        raise ValueError(f"{chapter}: solutions.py has {', '.join(strange)}, which the notebook does not grade")
    if strange := sorted({cell.number for cell in hidden} - programs):
        raise ValueError(f"{chapter}: hidden_tests.py has {', '.join(strange)}, which is no graded exercise in code")
    if missing := sorted(set(graded) - set(solutions)):
        raise ValueError(f"{chapter}: solutions.py has no cell for {', '.join(missing)}")
    told = "\n".join(text(cell) for cell in student["cells"] if cell["cell_type"] == "markdown")
    for number, cell in solutions.items():
        written = re.search(rf"Exercise {re.escape(number)} ·[^.<]*graded, (\d+) points?\.", told)
        if not written or int(written[1]) != cell.points:
            says = f"{written[1]} points" if written else "no points"
            raise ValueError(f"{chapter}: the notebook tells students {says} for {number}, solutions.py {cell.points}")


def _graded(cell: Notebook, exercise: Exercise, solution: Cell, hidden: list[Cell]) -> list[Notebook]:
    name = exercise.number.replace(".", "-")
    marker = text(cell).splitlines()[0]
    if exercise.kind == "text":
        answer, rubric = answer_and_rubric(solution)
        lines = [marker, "", BEGIN_SOLUTION, answer, END_SOLUTION, BEGIN_RUBRIC, rubric, END_RUBRIC]
        return [_solution(cell, f"words-{name}", "\n".join(lines), points=solution.points)]
    cells = [_solution(cell, f"answer-{name}", _solved(marker, solution.source, exercise))]
    parts = parts_of(solution, hidden)
    for index, part in enumerate(parts, 1):
        which = f", part {index} of {len(parts)}" if len(parts) > 1 else ""
        points = f"{part.points} point{'s' if part.points != 1 else ''}"
        title = f"# Exercise {exercise.number}: the grader's tests{which} ({points})"
        tests = _code(f"tests-{name}-{index}", "\n".join([title, BEGIN_TESTS, part.source, END_TESTS]))
        tests["metadata"]["nbgrader"] = _nbgrader(tests["id"], grade=True, locked=True, points=part.points)
        cells.append(tests)
    return cells


def _practice(student: Notebook, cell: Notebook, exercise: Exercise) -> Notebook:
    answer = practice_solution(student, exercise)
    source = _solved(text(cell).splitlines()[0], answer, exercise) if answer else text(cell)
    return _solution(cell, f"practice-{exercise.number.replace('.', '-')}", source)


def _solved(marker: str, answer: str, exercise: Exercise) -> str:
    answer = answer.strip("\n").removeprefix(marker).strip("\n")
    return "\n".join([marker, BEGIN_SOLUTION, answer, END_SOLUTION, "", exercise.check])


def _solution(cell: Notebook, name: str, source: str, points: int | None = None) -> Notebook:
    """Return the cell as one that students fill in, graded by hand where it has points."""
    metadata = {
        **cell["metadata"],
        "nbgrader": _nbgrader(name, solution=True, grade=points is not None, points=points),
        MARK: {"stub": text(cell)},
    }
    return {**cell, "metadata": metadata, "source": source.splitlines(keepends=True)}


def _code(name: str, source: str) -> Notebook:
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "id": name, "metadata": {}, "source": lines, "outputs": [], "execution_count": None}


def _nbgrader(
    name: str, solution: bool = False, grade: bool = False, locked: bool = False, points: int | None = None
) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": name,
        "task": False,
        "solution": solution,
        "grade": grade,
        "locked": locked,
    }
    return metadata if points is None else {**metadata, "points": points}


def names(notebook: Notebook) -> list[str]:
    """Return the names that nbgrader knows the cells of a notebook by, in order."""
    return [name for cell in notebook["cells"] if (name := name_of(cell))]


def digest(cells: list[Any]) -> str:
    """Return what tells one release from another: a digest of type, nbgrader name and text of its cells."""
    kept = [[cell["cell_type"], name_of(cell), text(cell)] for cell in cells]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]


def expected_release(source: Notebook) -> str:
    """Return the digest that the release of a source notebook must have."""
    cells = []
    for cell in source["cells"]:
        stub = cell["metadata"].get(MARK, {}).get("stub", text(cell))
        cells.append({**cell, "source": stub.splitlines()[0] if kind_of(cell) == "tests" else stub})
    return digest(cells)


def differences(release: Notebook, student: Notebook) -> list[str]:
    """Return in what a release differs from the student notebook beyond what a release adds.

    A release adds the `student` cell, the tests-cells (a comment line each), and nbgrader's metadata.
    """
    ours = [cell for cell in release["cells"] if not _added(cell)]
    found = [
        f"{what}: wanted {_short(wanted)}, got {_short(got)}"
        for theirs, cell in zip(student["cells"], ours, strict=False)
        for what, wanted, got in _compare(theirs, cell)
    ]
    if len(ours) != len(student["cells"]):
        found.append(f"wanted {len(student['cells'])} cells of the student notebook, got {len(ours)}")
    for cell in release["cells"]:
        if kind_of(cell) == "tests" and not re.fullmatch(r"# Exercise [^\n]*", text(cell)):
            found.append(f"{name_of(cell)}: wanted one comment line, got {_short(text(cell))}")
    return found


def _added(cell: Notebook) -> bool:
    return kind_of(cell) in ("student", "tests")


def _compare(student: Notebook, release: Notebook) -> list[tuple[str, Any, Any]]:
    nbgraders = ("nbgrader", "deletable", "editable")
    metadata = {name: value for name, value in release["metadata"].items() if name not in nbgraders}
    pairs = [
        ("type", student["cell_type"], release["cell_type"]),
        ("id", student["id"], release["id"]),
        ("source", text(student), text(release)),
        ("metadata", student["metadata"], metadata),
        ("attachments", student.get("attachments", {}), release.get("attachments", {})),
        ("outputs", [], release.get("outputs", [])),  # nbgrader clears them
    ]
    return [(f"cell {student['id']}, {what}", wanted, got) for what, wanted, got in pairs if wanted != got]


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
