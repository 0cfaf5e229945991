"""A chapter in Otter's format, for Gradescope: the same exercises, solutions, hidden tests and points.

    python -m tools.course.otter 03_gradients otter/           # writes otter/03_gradients.ipynb
    otter assign --no-pdfs otter/03_gradients.ipynb otter/dist

From the one notebook `otter assign` makes dist/student/, to hand out, and dist/autograder/, with the zip that
Gradescope takes. It needs otter-grader 6 or later (`pip install otter-grader`), and make homework first.

Two things are weaker than in our own grading. The id comes from the student's notebook, so that somebody else's
numbers can be had for the asking; and there is no sandbox but Gradescope's.
"""

import argparse
import ast
import importlib.util
import json
import sys
from pathlib import Path

from tools.course.cells import MARK, exercise_of, kind_of
from tools.homework import Cell, answer_and_rubric, homework_folder, parts_of, read_cells
from tools.notebooks import Notebook, find_exercises, get_source, read, text, to_text


def convert(source: Notebook, solutions: list[Cell], hidden: list[Cell]) -> Notebook:
    """Return a chapter's source notebook in the format of Otter Assign.

    Parameters
    ----------
    source
        As `tools.course.source` makes it.
    solutions, hidden
        The cells of the instructor's files.
    """
    by_number = {cell.number: cell for cell in solutions}
    checks = {exercise.number: exercise.check for exercise in find_exercises(source) if exercise.kind == "code"}
    cells = [_raw(_config(source))]
    for cell in source["cells"]:
        role, number = kind_of(cell), exercise_of(cell)
        if role == "answer":
            parts = parts_of(by_number[number], hidden)
            solved = _solved(cell, by_number[number].source, checks[number])
            tests = [_code(_test(parts, index)) for index in range(len(parts))]
            cells += [
                _raw(f"# BEGIN QUESTION\nname: q{number.replace('.', '_')}\ncheck_cell: false"),
                *(_raw("# BEGIN SOLUTION"), _code(solved), _raw("# END SOLUTION")),
                *(_raw("# BEGIN TESTS"), *tests, _raw("# END TESTS")),
                _raw("# END QUESTION"),
            ]
        elif role == "words":
            points = cell["metadata"]["nbgrader"]["points"]
            cells += [
                _raw(f"# BEGIN QUESTION\nname: q{number.replace('.', '_')}\nmanual: true\npoints: {points}"),
                *(_raw("# BEGIN PROMPT"), _markdown(_stub(cell)), _raw("# END PROMPT")),
                *(_raw("# BEGIN SOLUTION"), _markdown("\n\n".join(answer_and_rubric(by_number[number])))),
                *(_raw("# END SOLUTION"), _raw("# END QUESTION")),
            ]
        elif role != "tests":
            plain = {**cell, "source": _stub(cell), "metadata": {}}
            if "tags" in cell["metadata"]:
                plain["metadata"] = {"tags": cell["metadata"]["tags"]}
            cells.append(plain)
    for index, cell in enumerate(cells):
        cell.setdefault("id", f"otter-{index}")
    metadata = {name: value for name, value in source["metadata"].items() if name != MARK}
    return {**source, "cells": cells, "metadata": metadata}


def _config(source: Notebook) -> str:
    """Return Otter's settings: nothing of Otter in the notebook that students get."""
    where = get_source(source)
    lines = [
        "# ASSIGNMENT CONFIG",
        f"name: {source['metadata'][MARK]['chapter']}",
        "init_cell: false",
        "export_cell: false",
        "tests: {files: true}",
        *([f"requirements: {json.dumps([where])}"] if where else []),
    ]
    return "\n".join(lines)


def _stub(cell: Notebook) -> str:
    return cell["metadata"].get(MARK, {}).get("stub", text(cell))


def _solved(cell: Notebook, solution: str, check: str) -> str:
    marker, *rest = _stub(cell).split("\n")
    stub = "\n".join(rest)[: -len(check)].strip("\n")
    if "'''" in stub:
        raise ValueError(f"{marker}: the stub has three quotation marks ''', which the format keeps for itself")
    solved = [marker, "# BEGIN SOLUTION NO PROMPT", solution.strip("\n"), "# END SOLUTION"]
    return "\n".join([*solved, "r'''  # BEGIN PROMPT", stub, "'''  # END PROMPT", "", check])


def _test(parts: list[Cell], index: int) -> str:
    """Return one part as a test of its own: Otter runs each by itself, so earlier parts' functions come along."""
    part = parts[index]
    title = part.title or "the grader's tests"
    config = [
        '"""  # BEGIN TEST CONFIG',
        "hidden: true",
        f"points: {part.points}",
        f"failure_message: {json.dumps(title)}",
    ]
    before = [_definitions(earlier.source) for earlier in parts[:index]]
    return "\n".join([*config, '"""  # END TEST CONFIG', *filter(None, before), part.source])


def _definitions(source: str) -> str:
    kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return "\n\n".join(ast.unparse(node) for node in ast.parse(source).body if isinstance(node, kinds))


def _raw(source: str) -> Notebook:
    return {"cell_type": "raw", "metadata": {}, "source": source}


def _markdown(source: str) -> Notebook:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> Notebook:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


# -- the command -------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.course.otter", description="A chapter in Otter's format.")
    parser.add_argument("chapter", help="such as 03_gradients")
    parser.add_argument("folder", type=Path, help="where to write")
    options = parser.parse_args(arguments)
    homework, chapter = homework_folder(), options.chapter
    source = homework / "source" / chapter / f"{chapter}.ipynb"
    if importlib.util.find_spec("otter") is None:
        print("otter: otter-grader is not installed; it is optional: pip install otter-grader", file=sys.stderr)
        return 1
    if not source.exists():
        print(f"otter: there is no {source}: run make homework first", file=sys.stderr)
        return 1
    files = (read_cells(homework / chapter / name) for name in ("solutions.py", "hidden_tests.py"))
    notebook = convert(read(source), *files)
    if "requirements:" not in notebook["cells"][0]["source"]:
        print("otter: the book has no public address yet (make repository), so add its package to the requirements")
    options.folder.mkdir(parents=True, exist_ok=True)
    target = options.folder / f"{chapter}.ipynb"
    target.write_text(to_text(notebook), encoding="utf-8")
    print(f"wrote {target}; next: otter assign --no-pdfs {target} {options.folder / 'dist'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
