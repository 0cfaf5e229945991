"""The instructor's gradebook: what goes in, what people enter stays, and what they have to look at again."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from grading import copy_course
from nbgrader.api import Gradebook

from tools.course import gradebook, settings
from tools.course.build import gradebook_url
from tools.course.intake import Intake, Submission

CHAPTER = "03_gradients"
STUDENTS = [
    SimpleNamespace(id="alice", name="Alice Mary Lee", email="alice@example.org"),
    SimpleNamespace(id="bob", name="Bob", email=""),
]
pytestmark = [
    pytest.mark.xdist_group("gradebook"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own way with its database
]


@pytest.fixture(scope="module")
def built(folder):
    return copy_course(folder, CHAPTER)


class Course:
    """A course in which results are entered without grading anything."""

    def __init__(self, homework, tmp_path):
        self.homework, self.course = homework, settings.load(homework)
        (homework / "gradebook.db").write_bytes((tmp_path / "gradebook.db").read_bytes())
        self.release = nbformat.read(homework / "release" / CHAPTER / f"{CHAPTER}.ipynb", as_version=4)
        self.points = {}
        for cell in self.release.cells:
            own = cell.metadata.get("nbgrader", {})
            if own.get("grade"):
                self.points.setdefault(own["grade_id"], own["points"])

    def result(self, student="alice", share=1.0, words=None, tampering=()):
        """A result as the worker gives it; words: None when a person has to read."""
        exercises = {}
        for name, points in self.points.items():
            number = ".".join(name.split("-")[1:3])
            if name.startswith("words-"):
                exercises[number] = {"kind": "words", "score": words, "max": points, "answered": words is None}
                continue
            one = exercises.setdefault(number, {"kind": "code", "score": 0.0, "max": 0.0, "parts": []})
            one["parts"].append([share * points, points])
        return {"student": student, "chapter": CHAPTER, "unreadable": "", "exercises": exercises,
                "tampering": list(tampering), "notes": [], "seconds": {"total": 1.0}}  # fmt: skip

    def keep(self, student, answer):
        """Put the notebook of a graded submission where the grading command keeps it."""
        notebook = nbformat.from_dict(self.release)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("words-"):
                cell.source = answer
        path = self.homework / "grading" / CHAPTER / "autograded" / student / f"{CHAPTER}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)

    def merge(self, *results, when=None):
        submissions = {
            result["student"]: Submission(result["student"], Path("x"), when, False, ()) for result in results
        }
        received = Intake(submissions, [], [], {})
        named = {result["student"]: result for result in results}
        gradebook.merge(self.homework, CHAPTER, self.course, STUDENTS, received, named)

    def enter(self, name, score, student="alice"):
        """Do what the formgrader does when a person enters a score."""
        with Gradebook(gradebook_url(self.homework), self.course.id) as book:
            grade = book.find_grade(name, CHAPTER, CHAPTER, student)
            grade.manual_score, grade.needs_manual_grade = score, False
            book.db.commit()

    def grades(self, student="alice"):
        with Gradebook(gradebook_url(self.homework), self.course.id) as book:
            grades = book.find_submission_notebook(CHAPTER, CHAPTER, student).grades
            return {grade.cell.name: (grade.score, bool(grade.needs_manual_grade)) for grade in grades}

    def manual(self):
        return gradebook.manual_scores(self.homework, CHAPTER, self.course)


@pytest.fixture
def course(built, tmp_path):
    import shutil

    for name in ("grading", "autograded"):
        shutil.rmtree(built / name, ignore_errors=True)
    fresh = built / "fresh.db"
    if not fresh.exists():
        shutil.copy(built / "gradebook.db", fresh)
    shutil.copy(fresh, tmp_path / "gradebook.db")
    return Course(built, tmp_path)


def test_scores_of_every_part_are_entered(course):
    course.merge(course.result(share=0.5))
    for name, (score, needs) in course.grades().items():
        if name.startswith("tests-"):
            assert (score, needs) == (0.5 * course.points[name], False)
        else:
            assert (score, needs) == (0, True), "a person has to read it"


def test_students_and_times_are_entered(course):
    course.merge(course.result(), when=datetime(2027, 3, 1, 12, tzinfo=UTC))
    with Gradebook(gradebook_url(course.homework), course.course.id) as book:
        alice = book.find_student("alice")
        assert (alice.first_name, alice.last_name, alice.email) == ("Alice Mary", "Lee", "alice@example.org")
        assert book.find_student("bob").last_name == "Bob"
        assert book.find_submission(CHAPTER, "alice").timestamp == datetime(2027, 3, 1, 12)


def test_entering_twice_changes_nothing(course):
    course.merge(course.result(), course.result("bob", 0.0, words=0.0))
    before = course.grades(), course.grades("bob")
    course.merge(course.result(), course.result("bob", 0.0, words=0.0))
    assert (course.grades(), course.grades("bob")) == before


def test_an_unanswered_question_needs_no_reader(course):
    course.merge(course.result(words=0.0))
    assert {needs for _, needs in course.grades().values()} == {False}


def test_suspected_tampering_goes_to_a_person(course):
    course.merge(course.result(tampering=["numpy.allclose is not what it was"]))
    assert {needs for _, needs in course.grades().values()} == {True}


def test_what_a_person_entered_survives_a_second_grading(course):
    words = next(name for name in course.points if name.startswith("words-"))
    course.keep("alice", "an answer")
    course.merge(course.result())
    course.enter(words, 2.5)
    course.keep("alice", "an answer")
    course.merge(course.result())
    assert course.grades()[words] == (2.5, False)
    assert course.manual() == {"alice": {words.partition("-")[2].replace("-", "."): 2.5}}


def test_a_new_answer_is_read_again(course):
    words = next(name for name in course.points if name.startswith("words-"))
    course.keep("alice", "an answer")
    course.merge(course.result())
    course.enter(words, 2.5)
    course.keep("alice", "a better answer")
    course.merge(course.result())
    assert course.grades()[words] == (2.5, True)
    assert course.manual() == {}, "the old score is not final"


def test_a_new_score_of_a_test_shows_the_persons_again(course):
    name = next(name for name in course.points if name.startswith("tests-"))
    course.merge(course.result(share=0.0))
    course.enter(name, 1.0)
    course.merge(course.result(share=0.0))
    assert course.grades()[name] == (1.0, False)
    course.merge(course.result(share=0.5))
    assert course.grades()[name] == (1.0, True), "a person decides between the two"


def test_a_score_counts_as_the_persons_only_when_nothing_is_left_to_read(course):
    parts = [name for name in course.points if name.startswith("tests-3-5-")]
    course.merge(course.result(tampering=["something"]))
    for name in parts:
        assert "alice" not in course.manual()
        course.enter(name, 0.5)
    assert course.manual() == {"alice": {"3.5": 0.5 * len(parts)}}


def test_unreadable_submissions_leave_the_gradebook_alone(course):
    course.merge(course.result())
    before = course.grades()
    course.merge({**course.result(share=0.0), "unreadable": "no notebook"})
    assert course.grades() == before


def test_the_formgrader_finds_the_notebook_with_the_rubric(course):
    course.keep("alice", "my words")
    course.merge(course.result())
    placed = nbformat.read(course.homework / "autograded" / "alice" / CHAPTER / f"{CHAPTER}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in placed.cells)
    assert "my words" in text
    assert "Rubric" in text
    names = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in placed.cells}
    assert set(course.points) <= names


def test_nobody_has_scores_before_anything_is_graded(course):
    assert course.manual() == {}
