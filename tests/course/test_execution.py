"""Hostile and broken submissions on real nbgrader, in the real sandbox: each costs what it touches."""

import grading
import pytest
import submissions
from grading import copy_course
from submissions import KINDS

pytestmark = [
    pytest.mark.usefixtures("sandboxed"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own way with its database
]
CHAPTER, SECOND = "03_gradients", "05_bidirectional"
# what a rebuilt notebook shows without running is tested with `rebuild`
MANGLED = [
    "deleted_tests",
    "edited_tests",
    "edited_check",
    "deleted_check",
    "moved_answers",
    "deleted_chapter",
    "without_marker_lines",
    "stripped",
    "renumbered_ids",
    "format_three",
    "with_large_outputs",
    "larger_than_is_read",
    "not_json",
    "half_a_file",
    "empty",
    "not_text",
    "other_json",
    "number_of_many_digits",
    "nested_deep",
    "strange_cells",
    "strange_worksheets",
    "from_vs_code",
]
RUN = [kind for kind in KINDS if kind not in MANGLED]
IN_SECOND = [
    "perfect",
    "untouched",
    "syntax_error",
    "endless_loop_that_swallows_interrupts",
    "os_exit",
    "os_exit_in_function",
    "long_line",
    "fifty_gigabytes",
    "connects",
    "reads_the_instructors_files",
    "writes_the_gradebook",
    "deleted_answer",
    "duplicated_cells",
    "from_colab",
    "stripped_and_without_marker_lines",
    "not_json",
    "warns",
    "patched_numpy",
    "numbers_of_another_student",
    "equal_to_everything",
]


@pytest.fixture(scope="module")
def benches(folder):
    with grading.benches(copy_course(folder, CHAPTER, SECOND, built=False, cell_seconds=5, memory_gigabytes=4)) as give:
        yield give


@pytest.mark.parametrize(
    ("chapter", "kind"),
    [
        pytest.param(chapter, kind, marks=pytest.mark.xdist_group(chapter))
        for chapter, kinds in ((CHAPTER, RUN), (SECOND, IN_SECOND))
        for kind in kinds
    ],
)
def test_a_submission_costs_what_it_spoils(benches, chapter, kind):
    place = benches(chapter)
    before = (place.homework / "gradebook.db").read_bytes()

    result = place.grade(place.make(kind))

    assert submissions.faults(result, kind, place.solutions) == []
    assert result["seconds"]["total"] < 4 * KINDS[kind].patience, "a busy machine may take four times as long"
    assert (place.homework / "gradebook.db").read_bytes() == before
    kept = place.homework / "grading" / chapter / "autograded" / "alice" / f"{chapter}.ipynb"
    assert not kept.exists() or kept.stat().st_size < 2**20, "a reader could open it"


@pytest.mark.xdist_group(CHAPTER)
def test_grading_does_not_depend_on_who_was_graded_before(benches):
    place = benches(CHAPTER)
    first = place.grade(place.make("perfect"), "bob")
    place.grade(place.make("patched_numpy"), "mallory")
    second = place.grade(place.make("perfect"), "bob")
    assert (first["exercises"], first["tampering"]) == (second["exercises"], second["tampering"])


@pytest.mark.xdist_group(CHAPTER)
def test_an_answer_with_another_students_numbers_earns_nothing(benches):
    """The right number for one student is written down by another."""
    place = benches(CHAPTER)
    number = submissions.personal(place.solutions)
    paper = submissions.Paper(place.release, place.solutions, place.homework)
    paper.write(number, "answer = 0.93  # found somewhere")
    for student in ("alice", "bob"):
        assert place.grade(paper.dump(), student)["exercises"][number]["score"] == 0


@pytest.mark.xdist_group(CHAPTER)
def test_part_of_an_answer_earns_part_of_the_points(benches):
    place = benches(CHAPTER)
    paper = submissions.Paper(place.release, place.solutions, place.homework)
    paper.inside("assert len(args[0]) == 2, 'only two units'")  # right for some arguments only
    one = place.grade(paper.dump())["exercises"][paper.target]
    assert len(one["parts"]) > 1
    assert 0 <= one["score"] < one["max"]
    assert one["score"] == sum(score for score, _ in one["parts"])
    assert one["error"], "a hint is there"


@pytest.mark.xdist_group(CHAPTER)
def test_a_submission_may_run_into_trouble_everywhere(benches):
    place = benches(CHAPTER)
    paper = submissions.Paper(place.release, place.solutions, place.homework)
    for number in paper.solutions:
        paper.write(number, "import os\nos._exit(1)")
    paper.insert(3, "import os\nos._exit(1)")
    result = place.grade(paper.dump())
    code = [one for one in result["exercises"].values() if one["kind"] == "code"]
    assert {(one["score"], one["crashed"]) for one in code} == {(0, "stopped the kernel")}
