"""Whatever a notebook has been through, what is rebuilt from it runs the same."""

import json

import nbformat
import pytest
import submissions
from grading import copy_course, solutions
from submissions import KINDS, Paper

from tools.course.rebuild import LONGEST, UnreadableError, read_submission, rebuild

CHAPTERS = ("03_gradients", "05_bidirectional")
UNREADABLE = [kind for kind, wanted in KINDS.items() if wanted.unreadable]
SAME = [
    "deleted_tests",
    "edited_tests",
    "edited_check",
    "deleted_check",
    "moved_answers",
    "deleted_chapter",
    "without_marker_lines",
    "stripped",
    "stripped_and_without_marker_lines",
    "renumbered_ids",
    "from_colab",
    "from_vs_code",
    "format_three",
    "with_large_outputs",
    "duplicated_cells",
    "answer_below_the_tests",
    "two_answers_in_one_cell",
]


class Course:
    def __init__(self, homework, chapter):
        path = homework / "release" / chapter / f"{chapter}.ipynb"
        self.release = json.loads(path.read_text(encoding="utf-8"))
        self.frame = nbformat.read(path, as_version=4)
        self.solutions = solutions(homework, chapter)
        self.folder = homework

    def paper(self):
        return Paper(self.release, self.solutions, self.folder)

    def make(self, kind):
        return submissions.make(kind, self.release, self.solutions, self.folder)

    def read(self, content):
        path = self.folder / "submission.ipynb"
        path.write_bytes(content)
        return read_submission(path)

    def rebuild(self, content):
        return rebuild(self.frame, self.read(content))


@pytest.fixture(scope="module")
def courses(folder):
    homework = copy_course(folder, *CHAPTERS)
    return {chapter: Course(homework, chapter) for chapter in CHAPTERS}


@pytest.fixture
def course(courses):
    return courses[CHAPTERS[0]]


def graded(notebook):
    """The answers and tests, in the order in which they run."""
    cells = [(submissions.grade_id(cell), cell.source.strip()) for cell in notebook.cells]
    return [cell for cell in cells if cell[0].startswith(("answer-", "tests-", "words-"))]


@pytest.mark.xdist_group("rebuild")
@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("kind", SAME)
def test_what_the_way_mangled_is_put_right(courses, chapter, kind):
    course = courses[chapter]
    same, right = (graded(course.rebuild(course.make(name)).notebook) for name in (kind, "perfect"))
    if "marker" in kind or kind == "answer_below_the_tests":  # a missing line, which is a comment
        same, right = ([(n, "\n".join(t.splitlines()[n.startswith("answer") :])) for n, t in x] for x in (same, right))
        same = [(name, text if text in dict(right).values() else text.split("\n", 0)[0]) for name, text in same]
    assert [name for name, _ in same] == [name for name, _ in right]
    for (name, text), (_, wanted) in zip(same, right, strict=True):
        assert text == wanted or f"\n{text}".endswith(wanted) or wanted.endswith(text), name


@pytest.mark.xdist_group("rebuild")
@pytest.mark.parametrize("kind", KINDS)
def test_notes_say_what_was_found(courses, kind):
    course, wanted = courses["03_gradients"], KINDS[kind]
    if wanted.unreadable:
        with pytest.raises(UnreadableError, match=wanted.unreadable):
            course.rebuild(course.make(kind))
        return
    notes = "; ".join(course.rebuild(course.make(kind)).notes)
    assert wanted.notes in notes if wanted.notes else "missing" not in notes


@pytest.mark.xdist_group("rebuild")
def test_untouched_notebooks_come_back_as_the_release(courses):
    for course in courses.values():
        rebuilt = course.rebuild(course.make("untouched"))
        assert [c.source for c in rebuilt.notebook.cells] == [c.source for c in course.frame.cells]
        assert rebuilt.notes == []


@pytest.mark.xdist_group("rebuild")
def test_only_the_students_cells_are_taken_over(course):
    paper = course.paper()
    for cell in paper.cells:
        if not submissions.grade_id(cell).startswith(("answer-", "words-", "practice-")):
            cell["source"] = f"{cell['source'] if isinstance(cell['source'], str) else ''.join(cell['source'])}\n# mine"
    rebuilt = course.rebuild(paper.dump())
    kinds = {cell.metadata["rnn_textbook"]["role"]: cell.source for cell in rebuilt.notebook.cells}
    assert set(kinds) <= {"chapter", "student", "answer", "practice", "words", "tests"}
    for cell in rebuilt.notebook.cells:
        if cell.metadata["rnn_textbook"]["role"] in ("chapter", "student", "tests") and cell.cell_type == "code":
            assert not cell.source.endswith("# mine")


@pytest.mark.xdist_group("rebuild")
def test_a_folder_with_a_notebooks_name_is_unreadable(tmp_path):
    (tmp_path / "x.ipynb").mkdir()
    with pytest.raises(UnreadableError, match="no notebook"):
        read_submission(tmp_path / "x.ipynb")


@pytest.mark.xdist_group("rebuild")
def test_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(UnreadableError, match="no notebook"):
        read_submission(tmp_path / "gone.ipynb")


@pytest.mark.xdist_group("rebuild")
def test_the_last_of_several_answers_counts_and_copies_of_the_stub_do_not(course):
    paper = course.paper()
    stub = paper.stubs[paper.target]
    paper.insert(paper.index(paper.target) + 1, stub)
    rebuilt = course.rebuild(paper.dump())
    right = course.rebuild(course.make("perfect"))
    assert graded(rebuilt.notebook) == graded(right.notebook)
    assert rebuilt.notes == []


@pytest.mark.xdist_group("rebuild")
def test_an_answer_in_a_new_cell_goes_before_the_untouched_stub(course):
    paper = course.paper()
    marker, check = paper.stubs[paper.target].splitlines()[0], paper.check(paper.target)
    paper.cell(paper.target)["source"] = paper.stubs[paper.target]
    paper.insert(0, f"{marker}\n{paper.solutions[paper.target]}\n{check}")
    text = dict(graded(course.rebuild(paper.dump()).notebook))[f"answer-{paper.target.replace('.', '-')}"]
    assert paper.solutions[paper.target].strip() in text


@pytest.mark.xdist_group("rebuild")
def test_words_below_an_answer_in_words_belong_to_it(courses):
    for course in courses.values():
        paper = course.paper()
        number = next(n for n in submissions.numbers(paper.notebook) if n not in paper.solutions)
        more = {"cell_type": "markdown", "metadata": {}, "source": "And another thing."}
        paper.cells.insert(paper.index(number) + 1, more)
        text = dict(graded(course.rebuild(paper.dump()).notebook))[f"words-{number.replace('.', '-')}"]
        assert submissions.WORDS in text
        assert "And another thing." in text


@pytest.mark.xdist_group("rebuild")
def test_an_extra_cell_stays_between_its_neighbours(course):
    paper = course.paper()
    paper.insert(paper.index(paper.target), "helper = 1")
    cells = course.rebuild(paper.dump()).notebook.cells
    at = next(k for k, cell in enumerate(cells) if cell.source == "helper = 1")
    assert submissions.grade_id(cells[at + 1]) == f"answer-{paper.target.replace('.', '-')}"


@pytest.mark.xdist_group("rebuild")
def test_long_cells_are_cut_and_the_check_is_still_there(course):
    text = dict(graded(course.rebuild(course.make("million_characters")).notebook))
    paper = course.paper()
    answer = text[f"answer-{paper.target.replace('.', '-')}"]
    assert len(answer) < LONGEST + 2000
    assert answer.endswith(paper.check(paper.target).strip())


@pytest.mark.xdist_group("rebuild")
def test_a_marker_line_within_a_text_parts_nothing(course):
    paper = course.paper()
    first, second = list(paper.solutions)[:2]
    other = paper.stubs[second].splitlines()[0]
    paper.write(first, f'text = """\n{other}\n"""\n{paper.solutions[first]}')
    text = dict(graded(course.rebuild(paper.dump()).notebook))
    assert paper.solutions[first].strip() in text[f"answer-{first.replace('.', '-')}"]
    assert paper.solutions[second].strip() in text[f"answer-{second.replace('.', '-')}"]
