"""Grade one submission: rebuild it, run it in the sandbox under nbgrader, and say what came out.

Each process has an nbgrader course of its own in a temporary folder, with a copy of the gradebook; only `grade` writes
to the instructor's.
"""

import builtins
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import time
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, SaveAutoGrades
from nbgrader.utils import capture_log
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from tools.course import canary, sandbox
from tools.course.cells import MARK, about, exercise_of, kind_of, name_of
from tools.course.execution import HIDDEN, GradingExecute
from tools.course.rebuild import LARGEST, UnreadableError, read_submission, rebuild
from tools.course.settings import Course
from tools.course.slicing import anchors, imports_of, mentioned, names_in, needed
from tools.homework import ROOT

warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's own way with its database

BUILTINS = {name for name in dir(builtins) if not name.startswith("_")}
CHAPTER_LIMIT = 600  # seconds for a cell of the chapter; it is the book's own, and known to end


class Bench(NamedTuple):
    """All that one process needs to grade a chapter."""

    chapter: str
    course: Course
    root: Path  # the temporary folder
    release: nbformat.NotebookNode
    hidden: dict[str, str]  # grade_id -> hidden tests
    baseline: dict[str, Any]
    sandboxed: bool


@contextmanager
def bench(homework: Path, chapter: str, course: Course, baseline: dict[str, Any], sandboxed: bool = True) -> Any:
    """Give a Bench; its folder is removed afterwards."""
    source, release = (_read(homework / kind / chapter / f"{chapter}.ipynb") for kind in ("source", "release"))
    hidden = {name_of(cell): found[1] for cell in source.cells if (found := HIDDEN.search(cell.source))}
    # the path of a socket has at most 107 characters
    where = tempfile.gettempdir() if len(tempfile.gettempdir()) < 70 else "/tmp"
    with tempfile.TemporaryDirectory(prefix="rnn-", dir=where, ignore_cleanup_errors=True) as folder:
        shutil.copy(homework / "gradebook.db", Path(folder, "gradebook.db"))
        yield Bench(chapter, course, Path(folder), release, hidden, baseline, sandboxed)


def measure(place: Bench, everything: bool = True) -> dict[str, Any]:
    """Run the release itself: how long each of its cells takes, and what its functions are."""
    cells = [_as_submitted(cell) for cell in place.release.cells]
    released = place._replace(baseline={"everything": everything})
    notebook, _ = _run(released, "baseline", cells)
    seconds = {cell.id: about(cell).get("seconds", 0.0) for cell in notebook.cells}
    told = _canary(notebook, place.root)
    if told is None or told["wrong"]:
        raise RuntimeError(f"{place.chapter}: the released notebook itself is suspicious: {told}")
    return {"seconds": seconds, "functions": told["functions"]}


def grade(place: Bench, student: str, path: Path, keep: Path) -> dict[str, Any]:
    """Grade one submission; the autograded notebook is kept in the folder `keep`.

    Returns
    -------
    dict
        student, chapter, unreadable, exercises, tampering, notes, seconds; `report` says what they mean.
    """
    start = time.monotonic()
    result: dict[str, Any] = {"student": student, "chapter": place.chapter, "unreadable": "", "exercises": {}}
    result |= {"tampering": [], "notes": [], "seconds": {}}
    try:
        cells = read_submission(path)
    except UnreadableError as error:
        return result | {"unreadable": str(error), "seconds": {"total": round(time.monotonic() - start, 2)}}
    notebook, notes = _run(place, student, cells)
    keep.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, keep / f"{place.chapter}.ipynb")
    chapter = sum(about(cell).get("seconds", 0) for cell in notebook.cells if about(cell).get("role") == "chapter")
    return result | {
        "exercises": _scores(place, student, notebook),
        "tampering": _tampering(place, _canary(notebook, place.root)),
        "notes": notes,
        "seconds": {"total": round(time.monotonic() - start, 2), "chapter": round(chapter, 2)},
    }


def _read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def _as_submitted(cell: nbformat.NotebookNode) -> dict[str, Any]:
    return {"cell_type": cell.cell_type, "source": cell.source, "id": cell.id, "grade_id": name_of(cell)}


# -- running ---------------------------------------------------------------------------------------------------


def _run(place: Bench, student: str, cells: list[dict[str, Any]]) -> tuple[nbformat.NotebookNode, list[str]]:
    """Rebuild and run; return the notebook as nbgrader leaves it, and the notes."""
    built = rebuild(place.release, cells)
    notebook = built.notebook
    _plan(place, student, notebook)
    nonce = secrets.token_hex(16)
    (place.root / "nonce").write_text(nonce, encoding="utf-8")
    last = new_code_cell(canary.SOURCE.replace("NONCE", nonce), metadata={MARK: {"role": "canary", "limit": 60}})
    notebook.cells.append(last)
    course = place.root / "course"
    shutil.rmtree(course, ignore_errors=True)
    submitted = course / "submitted" / student / place.chapter / f"{place.chapter}.ipynb"
    submitted.parent.mkdir(parents=True)
    nbformat.write(notebook, submitted)
    with _kernel(place, student) as session:
        config = _config(place, session)
        config.CourseDirectory.assignment_id, config.CourseDirectory.student_id = place.chapter, student
        converter = Autograde(coursedir=CourseDirectory(config=config), config=config)
        converter.force = True
        done = capture_log(converter)
    graded = course / "autograded" / student / place.chapter / f"{place.chapter}.ipynb"
    if not done["success"] or not graded.exists():
        raise RuntimeError(f"nbgrader: {done.get('error') or done.get('log')}")
    return _read(graded), built.notes


def _plan(place: Bench, student: str, notebook: nbformat.NotebookNode) -> None:
    """Write into each code cell what to run of it and for how long."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    texts = [place.hidden.get(name_of(cell), cell.source) for cell in code]
    chapter = [about(cell)["role"] in ("chapter", "student") for cell in code]
    everything = place.baseline.get("everything", False)
    runs = [True] * len(code) if everything else needed(list(zip(chapter, texts, strict=True)))
    names = mentioned([text for text, run in zip(texts, runs, strict=True) if run])
    seconds = place.baseline.get("seconds", {})
    imports: list[str] = []
    released = {name_of(cell): cell.source for cell in place.release.cells}
    parts = [exercise_of(cell) for cell in code if about(cell)["role"] == "tests"]
    own: set[str] = set()
    kept: dict[str, str] = {}  # imports that one exercise must not cost another
    lost: set[str] = set()  # names that cells of the student bound so far
    for cell, is_chapter, run in zip(code, chapter, runs, strict=True):
        told = about(cell)
        told["limit"] = place.course.cell_seconds
        if is_chapter:
            told["limit"] = max(60, 10 * seconds.get(cell.id, CHAPTER_LIMIT / 10))
            imports.append(imports_of(cell.source, names))
            kept |= anchors(imports[-1])
            if not run:
                told["instead"] = imports[-1]
        elif told["role"] == "answer":
            again = [kept[name] for name in sorted(lost & kept.keys())]
            again += [f"globals().pop({name!r}, None)" for name in sorted(lost & BUILTINS)]
            told["restore"] = "\n".join(again)
            own = set(names_in(cell.source).binds) - kept.keys() - BUILTINS
        elif told["role"] == "tests":
            number = exercise_of(cell)
            parts.remove(number)
            told |= {
                "environment": {
                    "RNN_TEXTBOOK_GRADING": "1",
                    "RNN_TEXTBOOK_STUDENT": student,
                    "RNN_TEXTBOOK_COURSE_KEY": place.course.key,
                },
                "number": number,
                "imports": "\n".join(filter(None, imports)),
                "own": sorted(own),
                "last": number not in parts,
            }
        elif told["role"] == "practice" and not everything and cell.source == released.get(name_of(cell)):
            told["instead"] = ""  # nobody has written into it
        if not is_chapter and told["role"] != "tests":
            bound = names_in(cell.source).binds
            lost |= bound - BUILTINS if told["role"] == "extra" else bound


def _config(place: Bench, session: Path) -> Config:
    config = Config()
    config.CourseDirectory.root = str(place.root / "course")
    config.CourseDirectory.course_id = place.course.id
    config.CourseDirectory.db_url = f"sqlite:///{place.root / 'gradebook.db'}"
    config.Autograde.autograde_preprocessors = [GradingExecute, SaveAutoGrades, CheckCellMetadata]
    config.GradingExecute.kernel_name = sandbox.KERNEL
    config.KernelManager.transport = "ipc"
    config.KernelManager.ip = str(session / "k")
    config.KernelManager.connection_file = str(session / "connection.json")  # where the sandbox can see it
    return config


@contextmanager
def _kernel(place: Bench, student: str) -> Any:
    """Make Jupyter start kernels in the sandbox; give the folder of this submission's sockets."""
    session = Path(tempfile.mkdtemp(dir=place.root, prefix="s"))
    key = place.course.key
    command = sandbox.bare_command()
    if place.sandboxed:
        command = sandbox.kernel_command(session, student, key, place.course.memory_gigabytes)
    sandbox.write_kernel(place.root / "jupyter", command, student, key)
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(place.root / "jupyter")
    try:
        yield session
    finally:
        os.environ.pop("JUPYTER_PATH") if before is None else os.environ.update(JUPYTER_PATH=before)
        shutil.rmtree(session, ignore_errors=True)


# -- what came out ---------------------------------------------------------------------------------------------


def _scores(place: Bench, student: str, notebook: nbformat.NotebookNode) -> dict[str, Any]:
    cells = {name_of(cell): cell for cell in notebook.cells if name_of(cell)}
    with Gradebook(f"sqlite:///{place.root / 'gradebook.db'}", place.course.id) as gradebook:
        grades = gradebook.find_submission_notebook(place.chapter, place.chapter, student).grades
        scores = {grade.cell.name: (grade.auto_score, grade.cell.max_score) for grade in grades}
    exercises: dict[str, Any] = {}
    for cell in notebook.cells:  # in the chapter's order
        name = name_of(cell)
        if name not in scores:
            continue
        score, most = scores[name]
        number = exercise_of(cell)
        if kind_of(cell) == "words":
            told = {"kind": "words", "score": score, "max": most, "answered": score is None, "read": score is not None}
            exercises[number] = told
            continue
        made = exercises.setdefault(number, {"kind": "code", "score": 0.0, "max": 0.0, "parts": []})
        if not made["parts"]:
            made |= _trouble(cells[name.rpartition("-")[0].replace("tests", "answer")])
        made["parts"].append([score, most])
        made["score"] += score
        made["max"] += most
        made["crashed"] = made["crashed"] or about(cell).get("crashed", "")
        error = next((output for output in cell.outputs if output.output_type == "error"), None)
        if error and not made["error"]:
            made["error"] = f"{error.ename}: {error.evalue}"[:500]
    for made in exercises.values():
        if made["kind"] == "code" and made["score"] == made["max"]:
            made["crashed"] = ""  # whatever stopped, it cost nothing
    return exercises


def _trouble(answer: nbformat.NotebookNode) -> dict[str, str]:
    """Say what the answer's own cell ran into: a crash is anything but a missing or a wrong answer."""
    error = next((output for output in answer.outputs if output.output_type == "error"), None)
    crashed = about(answer).get("crashed", "")
    if error is None:
        return {"crashed": crashed, "error": ""}
    said = f"{error.ename}: {error.evalue}"[:500]
    if not crashed and error.ename not in ("AssertionError", "NotImplementedError"):
        crashed = said
    return {"crashed": crashed, "error": said}


def _canary(notebook: nbformat.NotebookNode, root: Path) -> dict[str, Any] | None:
    """Return what the last cell found; None if it did not do what it must."""
    nonce = (root / "nonce").read_text(encoding="utf-8")
    cell = next((cell for cell in notebook.cells if about(cell).get("role") == "canary"), None)
    for output in cell.outputs if cell else ():
        if output.output_type == "error" and output.ename == "AssertionError" and output.evalue.startswith(nonce):
            try:
                return json.loads(output.evalue.removeprefix(nonce))
            except json.JSONDecodeError:
                return None
    return None


def _tampering(place: Bench, told: dict[str, Any] | None) -> list[str]:
    if told is None:
        return ["a failed assertion raises no error any more, or the last cell could not run"]
    found = list(told["wrong"])
    for module, functions in place.baseline.get("functions", {}).items():
        now = told["functions"].get(module, functions)
        changed = [name for name, digest in functions.items() if now.get(name) != digest]
        found += [f"{module}.{name} is not what it was" for name in changed[:5]]
    return found


def key_of(place: Bench, path: Path, student: str) -> str:
    """Return what a result depends on: another key means grade again."""
    course = place.course
    limits = repr((course.key, course.cell_seconds, course.memory_gigabytes))
    digest = hashlib.sha256(_helpers())
    for part in (
        student,
        limits,
        json.dumps(place.hidden, sort_keys=True),
        *(cell.source for cell in place.release.cells),
    ):
        digest.update(part.encode() + b"\0")
    large = path.stat().st_size > 2 * LARGEST  # then it is not read, either
    digest.update(str(path.stat().st_size).encode() if large else path.read_bytes())
    return digest.hexdigest()


@cache
def _helpers() -> bytes:
    """Return what tells the book's package from another version of it."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "src" / "helpers").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()
