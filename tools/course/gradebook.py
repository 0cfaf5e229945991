"""The instructor's gradebook: nbgrader's own, written by one process only."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook, MissingEntry

from tools.course.build import gradebook_url
from tools.course.cells import exercise_of, kind_of, name_of
from tools.course.settings import Course
from tools.homework import answer_and_rubric, read_cells


def merge(
    homework: Path, chapter: str, course: Course, students: list[Any], received: Any, results: dict[str, dict[str, Any]]
) -> None:
    """Enter the results. What a person entered stays, and the formgrader shows it again where the answer is new.

    Parameters
    ----------
    students
        The roster.
    received
        The intake, for the times.
    results
        Of `worker.grade`, by student.
    """
    with Gradebook(gradebook_url(homework), course.id) as book:
        for student in students:
            first, _, last = student.name.rpartition(" ")
            book.update_or_create_student(student.id, first_name=first, last_name=last, email=student.email or None)
            result = results.get(student.id)
            if result is None or result["unreadable"]:
                continue
            handed_in = received.submissions.get(student.id)
            when = handed_in.submitted if handed_in else None
            # nbgrader keeps times in UTC, without saying so
            stamp = when.astimezone(UTC).replace(tzinfo=None) if isinstance(when, datetime) else None
            book.update_or_create_submission(chapter, student.id, timestamp=stamp)
            new = _new_answers(homework, chapter, student.id)
            for number, exercise in result["exercises"].items():
                _enter(book, chapter, student.id, number, exercise, result, number in new)
            book.db.commit()
            _place(homework, chapter, student.id)


def points(homework: Path, chapter: str) -> dict[str, float]:
    """Return what each graded exercise of a chapter is worth."""
    found: dict[str, float] = {}
    notebook = nbformat.read(homework / "source" / chapter / f"{chapter}.ipynb", as_version=4)
    for cell in notebook.cells:
        own = cell.metadata.get("nbgrader", {})
        if own.get("grade"):
            found[exercise_of(cell)] = found.get(exercise_of(cell), 0) + own["points"]
    return found


def _enter(
    book: Gradebook, chapter: str, student: str, number: str, exercise: dict[str, Any], result: dict, new: bool
) -> None:
    name = number.replace(".", "-")
    if exercise["kind"] == "words":
        scores = {f"words-{name}": exercise["score"]}
    else:
        scores = {f"tests-{name}-{k}": part[0] for k, part in enumerate(exercise["parts"], 1)}
    for cell, score in scores.items():
        grade = book.find_grade(cell, chapter, chapter, student)
        fresh = new or grade.auto_score != score
        grade.auto_score = score
        read = grade.manual_score is not None and not fresh
        grade.needs_manual_grade = not read and (
            score is None or grade.manual_score is not None or bool(result["tampering"])
        )


def _places(homework: Path, chapter: str, student: str) -> tuple[Path, Path]:
    """Return where an autograded notebook is kept, and where nbgrader's formgrader looks for it."""
    name = f"{chapter}.ipynb"
    kept = homework / "grading" / chapter / "autograded" / student / name
    return kept, homework / "autograded" / student / chapter / name


def _new_answers(homework: Path, chapter: str, student: str) -> set[str]:
    """Return the exercises with another answer than the one that a person may have read."""
    kept, goal = _places(homework, chapter, student)
    if _is_placed(kept, goal) or not goal.exists():
        return set()
    new, old = _answers(kept), _answers(goal)
    return {number for number in new if number in old and new[number] != old[number]}


def _is_placed(kept: Path, goal: Path) -> bool:
    return not kept.exists() or (goal.exists() and goal.stat().st_mtime >= kept.stat().st_mtime)


def _answers(path: Path) -> dict[str, str]:
    found = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if kind_of(cell) in ("answer", "words"):
            found[exercise_of(cell)] = cell.source.strip()
    return found


def _place(homework: Path, chapter: str, student: str) -> None:
    """Put what a person reads where nbgrader's formgrader looks for it: the exercises, with the rubric."""
    kept, goal = _places(homework, chapter, student)
    if _is_placed(kept, goal):
        return
    notebook = nbformat.read(kept, as_version=4)
    rubrics = _rubrics(homework, chapter)
    cells, question = [], None
    for cell in notebook.cells:
        name, role = name_of(cell), kind_of(cell)
        if role in ("answer", "words") and question is not None:
            cells.append(question)
        if role in ("answer", "words", "tests"):
            cells.append(cell)
        if name in rubrics:
            cells.append(new_markdown_cell(rubrics[name]))
        question = cell if cell.cell_type == "markdown" and not role else None
    notebook.cells = cells
    goal.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, goal)


def _rubrics(homework: Path, chapter: str) -> dict[str, str]:
    """Return, for the cell of each exercise in words, what its reader should have beside it."""
    found = {}
    for cell in read_cells(homework / chapter / "solutions.py"):
        with contextlib.suppress(ValueError):  # an exercise in code
            answer, rubric = answer_and_rubric(cell)
            found[f"words-{cell.number.replace('.', '-')}"] = f"**For the grader**\n\n{answer}\n\n{rubric}"
    return found


def manual_scores(homework: Path, chapter: str, course: Course) -> dict[str, dict[str, float]]:
    """Return what people entered in the formgrader: student -> exercise -> score, where nothing is left to read."""
    found: dict[str, dict[str, float]] = {}
    with Gradebook(gradebook_url(homework), course.id) as book:
        try:
            submissions = book.find_assignment(chapter).submissions
        except MissingEntry:
            return {}
        for submission in submissions:
            for notebook in submission.notebooks:
                grades: dict[str, list[Any]] = {}
                for grade in notebook.grades:
                    grades.setdefault(".".join(grade.cell.name.split("-")[1:3]), []).append(grade)
                for number, parts in grades.items():
                    by_hand = any(grade.manual_score is not None for grade in parts)
                    if by_hand and not any(grade.needs_manual_grade for grade in parts):
                        found.setdefault(submission.student.id, {})[number] = sum(grade.score for grade in parts)
    return found
