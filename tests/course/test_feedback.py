"""Feedback pages: what a student reads, and what must not be in it."""

import re
from types import SimpleNamespace

import nbformat
import pytest
import submissions
from grading import bench, copy_course
from nbgrader.api import Gradebook

from tools.course import feedback, gradebook, leaks, settings
from tools.course.build import gradebook_url
from tools.course.intake import Intake
from tools.homework import read_cells

CHAPTER = "03_gradients"
KINDS = {"alice": "perfect", "bob": "edited_check", "spy": "spies", "thief": "raises_what_it_saw", "cat": "not_json"}
pytestmark = [
    pytest.mark.usefixtures("sandboxed"),
    pytest.mark.xdist_group("feedback"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own way with its database
]
STEAL = """
import linecache, sys
frame, seen = sys._getframe(1), ""
while frame is not None:
    seen += "".join(linecache.getlines(frame.f_code.co_filename)) + repr(frame.f_code.co_consts)
    frame = frame.f_back
seen = seen[seen.find("def _"):].replace("\\\\n", "\\n")
"""


class Pages:
    """The feedback of a few submissions."""

    def __init__(self, place):
        self.place, self.homework, self.course = place, place.homework, settings.load(place.homework)
        self.students = [SimpleNamespace(id=name, name=name.title(), email="") for name in KINDS]
        self.results = {}
        for name, kind in KINDS.items():
            content = self._thief() if kind == "raises_what_it_saw" else place.make(kind)
            self.results[name] = place.grade(content, name)
        self.written = self.write()

    def _thief(self):
        """A submission whose errors say what its functions see: in the message, and in the name of the error."""
        paper = submissions.Paper(self.place.release, self.place.solutions, self.homework)
        first, second = [n for n in paper.solutions if n != submissions.personal(paper.solutions)][:2]
        for number, code in ((first, "raise ValueError(seen)"), (second, "raise type(seen[:5000], (Exception,), {})")):
            paper.target = number
            paper.inside(STEAL + code)
        return paper.dump()

    def write(self):
        received = Intake({}, [], [], {})
        gradebook.merge(self.homework, CHAPTER, self.course, self.students, received, self.results)
        manual = gradebook.manual_scores(self.homework, CHAPTER, self.course)
        return feedback.write(self.homework, CHAPTER, self.course, self.results, manual)

    def path(self, name):
        return self.homework / "feedback" / name / CHAPTER / f"{CHAPTER}.html"

    def html(self, name):
        return self.path(name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(folder):
    homework = copy_course(folder, CHAPTER, title="A course of ours", cell_seconds=10)
    with bench(homework, CHAPTER, compare=False) as place:
        yield Pages(place)


def test_everyone_whose_notebook_could_be_read_gets_a_page(pages):
    assert sorted(pages.written) == sorted(set(KINDS) - {"cat"})
    assert not pages.path("cat").exists()


def test_a_page_has_the_scores_and_the_titles_of_the_parts(pages):
    page = pages.html("alice")
    assert "A course of ours" in page
    for cell in read_cells(pages.homework / CHAPTER / "hidden_tests.py"):
        assert cell.number in page
        assert cell.title in page
    assert submissions.WORDS in page


def test_a_page_has_the_notes(pages):
    (note,) = pages.results["bob"]["notes"]
    assert note in pages.html("bob")
    assert note not in pages.html("alice")


def test_the_spy_saw_the_tests(pages):
    """Or the tests below would show nothing."""
    kept = pages.homework / "grading" / CHAPTER / "autograded" / "spy" / f"{CHAPTER}.ipynb"
    cells = [cell for cell in nbformat.read(kept, as_version=4).cells if cell.cell_type == "code"]
    printed = leaks.squeezed("\n".join(output.get("text", "") for cell in cells for output in cell.outputs))
    assert any(secret in printed for secret in leaks.secrets_of(pages.homework, CHAPTER))


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind != "not_json"])
def test_no_page_has_a_line_of_the_hidden_tests(pages, name):
    found = leaks.leaks(leaks.secrets_of(pages.homework, CHAPTER), [pages.path(name)], pages.homework)
    assert found == []


def test_a_page_is_small_and_loads_nothing(pages):
    for name in pages.written:
        page = pages.html(name)
        assert len(page) < 400_000
        assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


def test_what_a_student_writes_is_shown_as_text(pages, folder):
    paper = submissions.Paper(pages.place.release, pages.place.solutions, pages.homework)
    number = next(number for number in paper.stubs if number not in paper.solutions)
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    paper.cell(number)["source"] += f"\n\n{bad}"
    paper.after(f"print({bad!r})\nraise ValueError({bad!r})")
    before = dict(pages.results)
    pages.results["alice"] = pages.place.grade(paper.dump(), "alice")
    pages.write()
    page = pages.html("alice")
    pages.results = before
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_a_comment_of_a_person_is_shown_and_nobody_elses_page_is_written_again(pages):
    pages.write()
    with Gradebook(gradebook_url(pages.homework), pages.course.id) as book:
        comment = book.find_comment("words-3-8", CHAPTER, CHAPTER, "bob")
        comment.manual_comment = "Say what you would measure."
        book.db.commit()
    assert pages.write() == ["bob"]
    assert "Say what you would measure." in pages.html("bob")
    assert pages.write() == []
