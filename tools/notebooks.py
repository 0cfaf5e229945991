"""Bring the notebooks into their normal form; find, read and fill in their exercises.

    python tools/notebooks.py           # write every notebooks/*.ipynb in normal form
    python tools/notebooks.py --check   # write nothing; exit 1 and name those that are not in it
    python tools/notebooks.py --run notebooks/03_gradients.ipynb
                                        # run it too, and store the outputs that nbval compares

Normal form: format 4.5, short metadata, cell ids that stay, no outputs, no empty cells, and the book's first
code cell. Only cells tagged `nbval-check-output` keep what they printed or returned as text.

An exercise in code is one cell: the marker line `# Exercise 3.1` first, then the stub, then
`with exercise("3.1"):` (or `with exercise("3.1", graded=True):`) and its checks. An exercise in words has an
answer cell of its own, in Markdown, below the question. Its first line is the marker, the rest the answer:

    **Exercise 3.5: your answer**
    **Exercise 3.6, graded: your answer**
"""

import argparse
import ast
import copy
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CHECKED = "nbval-check-output"
FIRST_CELL_TAGS = ["colab", "remove-cell"]  # not on the web page
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
Notebook = dict[str, Any]  # as in the file: a source is a string or a list of lines

# -- the first code cell -------------------------------------------------------------------------------------

FIRST_CELL = """\
# On Colab, get the book's package `helpers`. Elsewhere: do nothing.
import importlib.util
import os
import sys

SOURCE = {source}
if "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ:
    if SOURCE:
        %pip install --quiet "$SOURCE"
    else:
        print("This copy of the notebook does not know where the book")
        print("lives. Open it with the Colab button on the book's page,")
        print('or run  %pip install "rnn-textbook @ git+ADDRESS"  here,')
        print("ADDRESS being that of its repository (https://...).")
elif importlib.util.find_spec("helpers") is None:
    print("The book's package `helpers` is not installed here. Run")
    print("`pip install .` in the book's folder, then restart the kernel.")
    print("(Not `pip install helpers`: that is a stranger's package.)")"""
WIDTH = 75


def first_cell(source: str) -> str:
    """Return the text of the first code cell: on Colab it installs `source`; with "" it says what to do.

    Raises
    ------
    ValueError
        When `source` has a character that means something to pip's shell, to IPython or in a string.
    """
    if not re.fullmatch(r"[A-Za-z0-9 @:/+._~=,<>\[\]#%&?-]*", source):
        raise ValueError(f"source: wanted what pip installs, such as 'name @ git+https://...', got {source!r}")
    literal = f'"{source}"'
    if len(f"SOURCE = {literal}") > WIDTH:
        step = WIDTH - len('    ""')
        parts = [source[start : start + step] for start in range(0, len(source), step)]
        literal = "(\n" + "".join(f'    "{part}"\n' for part in parts) + ")"
    return FIRST_CELL.replace("{source}", literal)


def get_source(notebook: Notebook) -> str | None:
    """Return what the first code cell installs on Colab; None when it is not the book's first cell."""
    cell = next((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), None)
    source = text(cell) if cell else ""
    written = re.search(r"^SOURCE = (.*?)(?:  #.*)?\n(?=if )", source, re.DOTALL | re.MULTILINE)
    if "COLAB_RELEASE_TAG" not in source or not written:
        return None
    value = ast.literal_eval(written[1])
    if not isinstance(value, str):
        raise ValueError(f"first code cell: SOURCE is {value!r}, wanted a string")
    return value


def set_source(notebook: Notebook, source: str) -> Notebook:
    """Return a copy of the notebook whose first code cell is the book's, with this `source`."""
    notebook = copy.deepcopy(notebook)
    cells = notebook["cells"]
    index = next((i for i, cell in enumerate(cells) if cell["cell_type"] == "code"), len(cells))
    if get_source(notebook) is None:
        new = {
            "cell_type": "code",
            "execution_count": None,
            "id": "first-cell",
            "metadata": {},
            "outputs": [],
        }
        cells.insert(index, new)
    cells[index]["metadata"] = {"tags": list(FIRST_CELL_TAGS)}
    cells[index]["source"] = first_cell(source).splitlines(keepends=True)
    return notebook


# -- the normal form -----------------------------------------------------------------------------------------


def text(cell: Notebook) -> str:
    """Return the source of a cell as one string."""
    return _join(cell["source"])


def normalize(notebook: Notebook) -> Notebook:
    """Return the notebook in normal form; the argument stays as it is."""
    if notebook.get("nbformat") != 4:
        raise ValueError(f"wanted a notebook of format 4, got {notebook.get('nbformat')!r}")
    cells = [_normal_cell(cell) for cell in notebook["cells"] if text(cell).strip()]
    notebook = {"cells": cells, "metadata": copy.deepcopy(METADATA), "nbformat": 4, "nbformat_minor": 5}
    notebook = set_source(notebook, get_source(notebook) or "")
    taken: set[str] = set()
    for cell in notebook["cells"]:
        cell["id"] = _new_id(cell, taken)
        taken.add(cell["id"])
    return notebook


def to_text(notebook: Notebook) -> str:
    """Return the text of the file, as Jupyter itself writes it."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read(path: Path) -> Notebook:
    """Read a notebook as it stands in the file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} is not a notebook: {error}") from None


def _join(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def _normal_cell(cell: Notebook) -> Notebook:
    source = "\n".join(line.rstrip() for line in text(cell).split("\n")).strip("\n")
    tags = sorted(set(cell.get("metadata", {}).get("tags", [])))
    normal: Notebook = {
        "cell_type": cell["cell_type"],
        "id": cell.get("id"),
        "metadata": {"tags": tags} if tags else {},
        "source": _lines(source),
    }
    if cell.get("attachments"):
        normal["attachments"] = cell["attachments"]
    if cell["cell_type"] == "code":
        normal["outputs"] = _normal_outputs(cell.get("outputs", [])) if CHECKED in tags else []
        # nbval refuses outputs of a cell that has not run: any number will do, and the same one makes no diff
        normal["execution_count"] = 1 if normal["outputs"] else None
    return normal


def _normal_outputs(outputs: list[Notebook]) -> list[Notebook]:
    """Keep what was printed (in one piece) and the text of what was returned."""
    normal: list[Notebook] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream" and output["name"] == "stdout":
            printed = _join(output["text"])
            if normal and normal[-1]["output_type"] == "stream":
                printed = _join(normal.pop()["text"]) + printed
            normal.append({"name": "stdout", "output_type": "stream", "text": _lines(printed)})
        elif kind == "execute_result" and "text/plain" in output["data"]:
            data = {"text/plain": _lines(_join(output["data"]["text/plain"]))}
            normal.append({"data": data, "execution_count": 1, "metadata": {}, "output_type": kind})
    return normal


def _new_id(cell: Notebook, taken: set[str]) -> str:
    """Return the cell's own id if it can stay, else one that follows from its text."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell["id"] or "") and cell["id"] not in taken:
        return cell["id"]
    start = hashlib.sha256(f"{cell['cell_type']}\n{text(cell)}".encode()).hexdigest()[:8]
    candidates = [start, *(f"{start}-{count}" for count in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def run(notebook: Notebook, folder: Path) -> Notebook:
    """Run the notebook in a fresh kernel and return it in normal form, with the outputs of this run."""
    import nbformat
    from nbclient import NotebookClient

    node = nbformat.reads(to_text(normalize(notebook)), as_version=4)
    environ = {name: value for name, value in os.environ.items() if name != "RNN_TEXTBOOK_GRADING"}
    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(node, timeout=600, kernel_name="python3", resources=place, store_widget_state=False)
    client.execute(env=environ)
    return normalize(json.loads(nbformat.writes(node)))


# -- exercises -----------------------------------------------------------------------------------------------

_NUMBER = r"([1-9]\d*\.[1-9]\d*)"
_CODE_MARKER = re.compile(rf"^# Exercise {_NUMBER}[ \t]*$", re.MULTILINE)
_TEXT_MARKER = re.compile(rf"^\*\*Exercise {_NUMBER}(, graded)?: your answer\*\*[ \t]*$", re.MULTILINE)


class Exercise(NamedTuple):
    """One exercise of a notebook."""

    number: str
    kind: Literal["code", "text"]
    index: int  # of its cell
    graded: bool
    stub: str  # code: everything before the check, marker included; text: what stands below the marker
    check: str  # code: from `with exercise(...)` on; text: ""


def find_exercises(notebook: Notebook) -> list[Exercise]:
    """Find the exercises of a notebook by their marker lines, in the order in which they stand.

    Raises
    ------
    ValueError
        For an exercise without its check, with another number there, or found twice.
    """
    found: list[Exercise] = []
    for index, cell in enumerate(notebook["cells"]):
        source = text(cell)
        if cell["cell_type"] == "code" and (markers := list(_CODE_MARKER.finditer(source))):
            _only_one_and_first(markers, source)
            found.append(_code_exercise(markers[0][1], index, source))
        elif cell["cell_type"] == "markdown" and (markers := list(_TEXT_MARKER.finditer(source))):
            _only_one_and_first(markers, source)
            number, graded = markers[0].groups()
            answer = source[markers[0].end() :].strip("\n")
            found.append(Exercise(number, "text", index, bool(graded), answer, ""))
    numbers = [exercise.number for exercise in found]
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise ValueError(f"more than one cell for Exercise {', '.join(twice)}")
    return found


def _only_one_and_first(markers: list[re.Match[str]], source: str) -> None:
    if len(markers) > 1 or source[: markers[0].start()].strip():
        raise ValueError(f"Exercise {markers[0][1]}: wanted one marker line, the first line of its cell")


def _code_exercise(number: str, index: int, source: str) -> Exercise:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ValueError(f"Exercise {number}: its cell is not plain Python ({error})") from None
    checks = [
        (statement, call)
        for statement in statements
        if isinstance(statement, ast.With) and (call := _exercise_call(statement)) is not None
    ]
    if len(checks) != 1:
        raise ValueError(f'Exercise {number}: wanted one `with exercise("{number}"):`, got {len(checks)}')
    statement, call = checks[0]
    if ast.unparse(call.args[0]) != repr(number):
        raise ValueError(f"Exercise {number}: its check says {ast.unparse(call)}")
    graded = any(word.arg == "graded" and ast.unparse(word.value) == "True" for word in call.keywords)
    lines = source.splitlines()
    stub, check = lines[: statement.lineno - 1], lines[statement.lineno - 1 :]
    return Exercise(number, "code", index, graded, "\n".join(stub).strip("\n"), "\n".join(check).strip("\n"))


def _exercise_call(statement: ast.With) -> ast.Call | None:
    call = statement.items[0].context_expr
    named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "exercise"
    return call if named and call.args else None


def put_solution(notebook: Notebook, number: str, source: str) -> Notebook:
    """Return a copy of the notebook in which `source` stands for the stub; marker and check stay."""
    notebook = copy.deepcopy(notebook)
    exercise = next((found for found in find_exercises(notebook) if found.number == number), None)
    if exercise is None:
        raise ValueError(f"no Exercise {number} in this notebook")
    cell = notebook["cells"][exercise.index]
    marker = text(cell).lstrip("\n").splitlines()[0]
    answer = source.strip("\n").removeprefix(marker).strip("\n")
    parts = [f"{marker}\n{answer}", exercise.check] if exercise.kind == "code" else [marker, answer]
    cell["source"] = _lines("\n\n".join(parts))
    return notebook


# -- the command ---------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description="Bring notebooks into their normal form.")
    parser.add_argument("paths", nargs="*", type=Path, help="default: every notebook of the book")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a notebook would change")
    parser.add_argument("--run", action="store_true", help="run the notebooks and store the checked outputs")
    options = parser.parse_args(arguments)
    status = 0
    for path in options.paths or sorted((ROOT / "notebooks").glob("*.ipynb")):
        try:
            before = path.read_text(encoding="utf-8")
            notebook = normalize(read(path))
            if options.run:
                notebook = run(notebook, path.parent)
            find_exercises(notebook)
        except Exception as error:  # of a cell that was run, too: nothing is written then
            print(f"{path}: {error}", file=sys.stderr)
            status = 1
            continue
        after = to_text(notebook)
        if before == after:
            continue
        if options.check:
            print(f"{path} is not in normal form: make notebooks", file=sys.stderr)
            status = 1
        else:
            path.write_text(after, encoding="utf-8", newline="\n")
            print(f"wrote {path}")
    return status


if __name__ == "__main__":
    sys.exit(main())
