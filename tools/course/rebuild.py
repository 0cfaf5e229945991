"""Rebuild a submission from the released notebook, taking over only what is the student's.

What comes back has been through Colab, VS Code and many hands: ids and metadata gone, cells copied, moved, deleted or
edited. So the released notebook is the frame, and the submission gives the answers (found by their marker lines, or
else by id, by name, by place), other code of the student's, and nothing more.
"""

import ast
import copy
import difflib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from tools.course.cells import MARK, exercise_of, kind_of, name_of

LARGEST = 20 << 20  # bytes of a notebook that is read at all
LONGEST = 100_000  # characters of a cell
CELLS = 1_000
MARKER = re.compile(r"^[ \t]*#+[ \t]*Exercise[ \t]+(\d+\.\d+)[ \t]*$", re.MULTILINE | re.IGNORECASE)
WORDS = re.compile(
    r"^[ \t>]*\**Exercise[ \t]+(\d+\.\d+)(?:, graded)?:? your answer:?\**[ \t]*$", re.MULTILINE | re.IGNORECASE
)
CHECK = re.compile(r"^with[ \t]+exercise[ \t]*\(.*$", re.MULTILINE)
ALIKE = 0.6  # from here on two texts are one cell, edited


class UnreadableError(ValueError):
    """A file that is no notebook, in words for its author."""


class Rebuilt(NamedTuple):
    """A submission in its frame."""

    notebook: nbformat.NotebookNode
    notes: list[str]


def read_submission(path: Path) -> list[dict[str, Any]]:
    """Read the cells of a submission, whatever its format version, as far as they can be read.

    Returns
    -------
    list
        For each cell `cell_type`, `source` (a string), `id` and `grade_id` ("" where there is none).

    Raises
    ------
    UnreadableError
        If there is no notebook in the file.
    """
    try:
        size = path.stat().st_size
        content = json.loads(path.read_bytes().decode("utf-8-sig")) if size <= LARGEST else None
    except OSError as error:  # a folder of this name, for instance
        raise UnreadableError(f"the file is no notebook: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UnreadableError(f"the file is no notebook: {error}") from None
    except ValueError:
        raise UnreadableError("the file is no notebook: it holds a number of thousands of digits") from None
    except (RecursionError, MemoryError):
        raise UnreadableError("the file is nested too deep to be a notebook") from None
    if size > LARGEST:
        raise UnreadableError(f"the file has {size / 2**20:.0f} MB, more than the {LARGEST >> 20} that are read")
    if not isinstance(content, dict):
        raise UnreadableError("the file is no notebook: it holds JSON of another kind")
    cells = content.get("cells")
    if cells is None and isinstance(content.get("worksheets"), list):  # format 3, of 2014
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet] or None
    if not isinstance(cells, list):
        raise UnreadableError("the file is no notebook: it has no cells")
    return [part for cell in cells[:CELLS] if (read := _cell(cell)) for part in _answers(read)]


def _cell(cell: Any) -> dict[str, Any] | None:
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str) or not source.strip():
        return None
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    nbgrader = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    # a lone surrogate cannot be written to a file
    source = source.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    ids = {"id": cell.get("id"), "grade_id": nbgrader.get("grade_id")}
    return {"cell_type": kind, "source": source, **{k: v if isinstance(v, str) else "" for k, v in ids.items()}}


def _answers(cell: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a cell in which several exercises are answered as one cell for each."""
    starts = [match.start() for match in MARKER.finditer(cell["source"])]
    if cell["cell_type"] != "code" or len({*MARKER.findall(cell["source"])}) < 2:
        return [cell]
    bounds = [0, *starts[1:], len(cell["source"])]
    parts = [cell["source"][start:end] for start, end in itertools.pairwise(bounds)]
    try:
        for part in parts:
            ast.parse(part)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [cell]  # a marker line within a text, perhaps
    return [cell | {"source": part} for part in parts]


def rebuild(release: nbformat.NotebookNode, cells: list[dict[str, Any]]) -> Rebuilt:
    """Return the released notebook with the answers of a submission in it.

    Parameters
    ----------
    release
        The notebook that was handed out.
    cells
        From `read_submission`.

    Returns
    -------
    Rebuilt
        Each cell has `metadata["rnn_textbook"]["role"]`: "chapter", "answer", "practice", "tests", "words" or "extra";
        notes say, for the student too, what was edited, found twice, or not found.
    """
    notes: list[str] = []
    new = copy.deepcopy(release)
    frame = new.cells
    for cell in frame:
        role = kind_of(cell)
        known = {"answer", "practice", "tests", "words", "student"}
        cell.metadata[MARK] = {"role": role if role in known else "chapter"}
    home: dict[int, int] = {}  # index in the submission -> index in the release
    _match_answers(frame, cells, home, notes)
    _match_chapter(frame, cells, home, notes)
    _match_by_place(frame, cells, home, notes)
    for mine, theirs in home.items():
        _fill(frame[theirs], cells[mine]["source"], notes)
    for cell in frame:
        if cell.metadata[MARK]["role"] in ("answer", "words") and not _has_home(cell, frame, home):
            notes.append(f"Exercise {exercise_of(cell)}: its cell is missing; it counts as not answered")
    new.cells = _with_extras(frame, cells, home, notes)
    for cell in new.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return Rebuilt(new, notes)


def _has_home(cell: nbformat.NotebookNode, frame: list[nbformat.NotebookNode], home: dict[int, int]) -> bool:
    return any(frame[index] is cell for index in home.values())


def _match_answers(frame: list, cells: list[dict], home: dict[int, int], notes: list[str]) -> None:
    known = {cell.source.strip() for cell in frame}
    for index, cell in enumerate(frame):
        if cell.metadata[MARK]["role"] not in ("answer", "practice", "words"):
            continue
        number = exercise_of(cell)
        free = [k for k, c in enumerate(cells) if k not in home and c["cell_type"] == cell.cell_type]
        new = [k for k in free if cells[k]["source"].strip() not in known]
        ways = list(_ways(cell))
        found = next(filter(None, ([k for k in free if is_it(cells[k])] for is_it in ways)), [])
        # the stub may still be there, and the answer in a cell of the student's own
        changed = next(filter(None, ([k for k in new if is_it(cells[k])] for is_it in ways)), [])
        if not found:
            continue
        best = (changed or found)[-1]  # the one that stood when all had run
        if len(changed) > 1:
            notes.append(f"Exercise {number}: {len(changed)} cells answer it; the last one was graded")
        home[best] = index
        for other in found:
            if other != best and cells[other]["source"].strip() == cell.source.strip():
                home.setdefault(other, -1)  # a copy of the stub is nobody's work


def _ways(cell: nbformat.NotebookNode) -> Iterator[Callable[[dict], bool]]:
    """Yield how to tell the cell that answers an exercise, the surest first."""
    number, words = exercise_of(cell), cell.metadata[MARK]["role"] == "words"
    marker = WORDS if words else MARKER
    yield lambda c: number in marker.findall(c["source"])
    yield lambda c: c["grade_id"] == name_of(cell)
    yield lambda c: bool(c["id"]) and c["id"] == cell.get("id")
    if not words:
        yield lambda c: bool(re.search(rf"exercise\(\s*['\"]{re.escape(number)}['\"]", c["source"]))
        yield lambda c: _defines(c["source"], cell.source)


def _defines(source: str, stub: str) -> bool:
    """Whether a cell defines the function that a stub asks for."""
    wanted = re.findall(r"^def (\w+)\(", stub, re.MULTILINE)
    return bool(wanted) and all(re.search(rf"^def {name}\(", source, re.MULTILINE) for name in wanted)


def _match_chapter(frame: list, cells: list[dict], home: dict[int, int], notes: list[str]) -> None:
    """Find the chapter's own cells, so that what remains is the student's."""
    taken = set(home.values())
    texts = {cell.source.strip(): index for index, cell in reversed(list(enumerate(frame))) if index not in taken}
    ids = {cell.get("id"): index for index, cell in enumerate(frame) if index not in taken and cell.get("id")}
    edited = []
    for k, cell in enumerate(cells):
        if k in home:
            continue
        same = texts.get(cell["source"].strip())
        if same is None and cell["id"] in ids and frame[ids[cell["id"]]].cell_type == cell["cell_type"]:
            same = ids[cell["id"]]
        if same is not None:
            home[k] = same
        elif cell["cell_type"] == "code":
            edited.append(k)
    free = {index for index, cell in enumerate(frame) if cell.cell_type == "code"} - set(home.values())
    for k in edited:
        scores = {index: _alike(frame[index].source, cells[k]["source"]) for index in free}
        best = max(scores, key=scores.__getitem__, default=None)
        if best is not None and scores[best] >= ALIKE:
            home[k] = best
            free.discard(best)


def _alike(one: str, other: str) -> float:
    if not 0.5 < (len(one) + 1) / (len(other) + 1) < 2 or len(other) > 10_000:
        return 0.0
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _match_by_place(frame: list, cells: list[dict], home: dict[int, int], notes: list[str]) -> None:
    """Give an answer without its marker a cell that nobody claims, alone between the same neighbours."""
    for index, cell in enumerate(frame):
        role = cell.metadata[MARK]["role"]
        if role not in ("answer", "words") or index in home.values():
            continue
        before = [k for k, at in home.items() if 0 <= at < index]
        after = [k for k, at in home.items() if at > index]
        if not (before or after):
            continue  # nothing says where we are
        low, high = max(before, default=-1), min(after, default=len(cells))
        between = [k for k in range(low + 1, high) if k not in home and cells[k]["cell_type"] == cell.cell_type]
        if len(between) == 1:
            home[between[0]] = index
            notes.append(f"Exercise {exercise_of(cell)}: its marker line is gone; the cell in its place was graded")


def _fill(cell: nbformat.NotebookNode, source: str, notes: list[str]) -> None:
    """Put the student's text into a cell of the frame, as far as it is theirs to write."""
    role, released = cell.metadata[MARK]["role"], cell.source
    if len(source) > LONGEST:
        notes.append(f"A cell of {len(source):,} characters was cut to {LONGEST:,}")
        source = source[:LONGEST]
    if role == "words":
        marker = WORDS.search(released)
        answer = WORDS.sub("", source).strip("\n")
        if source.strip() != released.strip():
            cell.source = f"{marker[0]}\n\n{answer}" if marker else source
    elif role in ("answer", "practice"):
        cell.source = _with_check(released, source, notes, exercise_of(cell))
    elif role == "chapter" and cell.cell_type == "code" and source.strip() != released.strip():
        if added := _added(released, source):
            cell.metadata[MARK]["added"] = added
        first = next((line for line in released.splitlines() if line.strip() and not line.startswith("#")), "")
        notes.append(f"A cell of the chapter was edited ({first.strip()[:50]}...); the grader ran the book's own")


def _with_check(released: str, source: str, notes: list[str], number: str) -> str:
    """Return the student's answer with the released check behind it."""
    theirs = CHECK.search(released)
    if theirs is None:
        return source
    check = released[theirs.start() :]
    # the last `with exercise(` is the check; before it stands the answer
    mine = list(CHECK.finditer(source))
    answer = source[: mine[-1].start()] if mine else source
    if not mine or source[mine[-1].start() :].strip() != check.strip():
        notes.append(f"Exercise {number}: its check was edited or deleted; the released one was run")
        rest = _after_check(source[mine[-1].start() :]) if mine else ""
        answer = f"{answer.rstrip()}\n\n{rest}" if rest else answer
    return f"{answer.rstrip()}\n\n{check}"


def _after_check(source: str) -> str:
    """Return what the student wrote below the check: it ran, so it may belong to the answer."""
    lines = source.splitlines()
    after = next((k for k, line in enumerate(lines[1:], 1) if line.strip() and not line[0].isspace()), len(lines))
    return "\n".join(lines[after:])


def _added(released: str, source: str) -> str:
    """Return imports, functions and classes that the student added to a cell of the chapter."""
    try:
        old, new = ({ast.unparse(node): node for node in ast.parse(text).body} for text in (released, source))
    except (SyntaxError, ValueError, RecursionError):
        return ""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    bound = {node.name for node in old.values() if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    fresh = [text for text, node in new.items() if text not in old and isinstance(node, kinds)]
    return "\n\n".join(text for text in fresh if getattr(new[text], "name", None) not in bound)


def _with_extras(frame: list, cells: list[dict], home: dict[int, int], notes: list[str]) -> list:
    """Insert the student's other cells where they stood; words below an answer belong to it."""
    after: dict[int, list[nbformat.NotebookNode]] = {}
    last = -1
    for k, cell in enumerate(cells):
        if k in home:
            last = home[k] if home[k] >= 0 else last
        elif cell["cell_type"] == "code":
            extra = new_code_cell(cell["source"][:LONGEST], metadata={MARK: {"role": "extra"}})
            after.setdefault(last, []).append(extra)
        elif last >= 0 and frame[last].metadata[MARK]["role"] == "words":
            frame[last].source = f"{frame[last].source.rstrip()}\n\n{cell['source']}"[:LONGEST]
        else:
            extra = new_markdown_cell(cell["source"][:LONGEST], metadata={MARK: {"role": "extra"}})
            after.setdefault(last, []).append(extra)
    result = list(after.get(-1, []))
    for index, cell in enumerate(frame):
        result.append(cell)
        if added := cell.metadata[MARK].pop("added", ""):
            result.append(new_code_cell(added, metadata={MARK: {"role": "extra"}}))
        result += after.get(index, [])
    return result
