"""Feedback pages: what a student gets back, made by nbgrader without the hidden tests.

feedback/<id>/<chapter>/<chapter>.html shows each graded exercise: the answer and what it printed, the score of each
part of the tests with its title and what went wrong first, and what a person wrote. The tests themselves, and any
output in which a line of them is found, are left out. The page stands alone: it loads nothing.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from nbconvert.filters import strip_ansi
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from nbgrader.utils import capture_log
from tqdm import tqdm
from traitlets import Dict, List, Unicode
from traitlets.config import Config

from tools.course import leaks
from tools.course.build import gradebook_url
from tools.course.cells import exercise_of, kind_of, name_of
from tools.course.files import write_file
from tools.course.settings import Course
from tools.homework import read_cells

CUT = "(left out: it shows what the grader's tests say)"


class ShowExercises(NbGraderPreprocessor):
    """Say of each graded exercise what the page shows of it."""

    titles = Dict(help="name of a tests' cell -> title of the part").tag(config=True)
    notes = List(help="what the student should know").tag(config=True)
    secrets = Dict(help="secret lines, squeezed -> where they stand").tag(config=True)
    heading = Unicode(help="of the page").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Collect the exercises; the template shows nothing else of the notebook."""
        exercises: dict[str, dict[str, Any]] = {}
        for cell in nb.cells:
            own = cell.metadata.get("nbgrader", {})
            role, number = kind_of(cell), exercise_of(cell)
            if role not in ("answer", "words", "tests"):
                continue
            new = {"number": number, "kind": role, "parts": [], "comment": "", "score": 0, "max": 0}
            one = exercises.setdefault(new["number"], new)
            if role != "tests":
                one |= {"answer": cell.source, "printed": self._printed(cell), "comment": own.get("comment") or ""}
            else:
                one["parts"].append(self._part(cell, own))
            if role != "answer":
                one["score"] += own.get("score") or 0
                one["max"] += own.get("points") or 0
        shown = list(exercises.values())
        for one in shown:
            one["score"], one["max"] = _number(one["score"]), _number(one["max"])
        total = {
            key: _number(resources["nbgrader"][f"{extra}score"]) for key, extra in (("score", ""), ("max", "max_"))
        }
        resources["homework"] = {"title": self.heading, "notes": self.notes, "exercises": shown, **total}
        nb.cells = [self._shown(cell) for cell in nb.cells if kind_of(cell) in ("answer", "words", "tests")]
        return nb, resources

    def _shown(self, cell: Any) -> Any:
        """Return a cell for nbgrader's own template, should someone use that."""
        if kind_of(cell) == "tests":
            cell.source = f"# {self.titles.get(name_of(cell), 'the tests')}"
            cell.outputs = [output for output in cell.outputs if output.output_type == "error"]
            for output in cell.outputs:
                output.traceback = [self._without_secrets(line) for line in output.traceback]
        elif self._printed(cell) == CUT:
            cell.outputs = []
        return cell

    def _printed(self, cell: Any) -> str:
        parts = []
        for output in cell.get("outputs", []):
            if output.get("ename") == "NotImplementedError":
                continue  # the stub's own
            if output.output_type == "error":
                parts.append("\n".join(output.traceback))
            else:
                parts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
        return self._without_secrets(strip_ansi("".join(parts)).strip("\n"))

    def _part(self, cell: Any, own: Any) -> dict[str, Any]:
        error = next((output for output in cell.outputs if output.output_type == "error"), None)
        said = ""
        if error is not None:
            said = error.evalue if error.ename in ("AssertionError", "Crashed") else f"{error.ename}: {error.evalue}"
            said = "no answer" if error.ename == "NotImplementedError" else said
        return {
            "title": self.titles.get(own["grade_id"], "the grader's tests"),
            "passed": error is None,
            "said": self._without_secrets(strip_ansi(said)[:500]),
            "score": _number(own.get("score") or 0),
            "max": _number(own.get("points") or 0),
        }

    def _without_secrets(self, shown: str) -> str:
        squeezed = leaks.squeezed(shown)
        return CUT if any(secret in squeezed for secret in self.secrets) else shown


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def write(
    homework: Path,
    chapter: str,
    course: Course,
    results: dict[str, dict[str, Any]],
    manual: dict[str, dict[str, float]],
) -> list[str]:
    """Write the feedback of each result that has changed since; return whose."""
    memory = homework / "grading" / chapter / "feedback.json"
    before = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    titles = _titles(homework, chapter)
    secrets = leaks.secrets_of(homework, chapter)
    now, written = {}, []
    readable = {student: result for student, result in results.items() if not result["unreadable"]}
    for student, result in tqdm(readable.items(), desc="feedback", unit="page", disable=None):
        state = json.dumps([result, manual.get(student), _comments(homework, chapter, course, student), titles])
        now[student] = hashlib.sha256(state.encode()).hexdigest()
        page = homework / "feedback" / student / chapter / f"{chapter}.html"
        if before.get(student) == now[student] and page.exists():
            continue
        _page(homework, chapter, course, student, result, titles, secrets)
        written.append(student)
    write_file(memory, json.dumps(now, indent=1).encode())
    return written


def _page(
    homework: Path,
    chapter: str,
    course: Course,
    student: str,
    result: dict[str, Any],
    titles: dict[str, str],
    secrets: dict[str, str],
) -> None:
    config = Config()
    config.CourseDirectory.root = str(homework)
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.db_url = gradebook_url(homework)
    config.CourseDirectory.assignment_id, config.CourseDirectory.student_id = chapter, student
    config.GenerateFeedback.preprocessors = [GetGrades, ShowExercises]
    config.HTMLExporter.template_name = "homework"
    config.HTMLExporter.extra_template_basedirs = [str(Path(__file__).parent / "templates")]
    config.ShowExercises.heading = f"{course.title}: {chapter}"
    config.ShowExercises.titles = titles
    config.ShowExercises.notes = result["notes"]
    config.ShowExercises.secrets = secrets
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    converter.force = True
    done = capture_log(converter)
    if not done["success"]:
        raise ValueError(f"nbgrader made no feedback for {student}: {done.get('error') or done.get('log')}")


def _titles(homework: Path, chapter: str) -> dict[str, str]:
    """Return the title of each part of the hidden tests, by the name of its cell."""
    titles, count = {}, {}
    for cell in read_cells(homework / chapter / "hidden_tests.py"):
        count[cell.number] = count.get(cell.number, 0) + 1
        titles[f"tests-{cell.number.replace('.', '-')}-{count[cell.number]}"] = cell.title or "the grader's tests"
    return titles


def _comments(homework: Path, chapter: str, course: Course, student: str) -> list[str | None]:
    with Gradebook(gradebook_url(homework), course.id) as book:
        try:
            notebook = book.find_submission_notebook(chapter, chapter, student)
        except MissingEntry:
            return []
        return [comment.comment for comment in notebook.comments]
