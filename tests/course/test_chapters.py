"""Every chapter through the grader: the model answers earn everything, an untouched notebook nothing.

Wrong answers go in one of each exercise at a time. The first round of each chapter is graded here, and all of them
with RNN_TEXTBOOK_ROUNDS=all; without nbgrader all are tested in test_homework.py.
"""

import functools
import itertools
import os

import grading
import pytest
import submissions
from grading import SOURCE, copy_course

from tools.course.build import chapters
from tools.homework import read_cells

CHAPTERS = chapters(SOURCE)
ROUNDS = 100 if os.environ.get("RNN_TEXTBOOK_ROUNDS") == "all" else 1
pytestmark = [
    pytest.mark.usefixtures("sandboxed"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own way with its database
]


@functools.cache
def rounds(chapter):
    """Wrong answers, one of each exercise as long as there are any: [{number: (title, source)}, ...]."""
    wrong = {}
    for cell in read_cells(SOURCE / chapter / "wrong_answers.py"):
        wrong.setdefault(cell.number, []).append((cell.title, cell.source))
    columns = itertools.zip_longest(*wrong.values())
    return [{number: one for number, one in zip(wrong, column, strict=True) if one} for column in columns]


@pytest.fixture(scope="module")
def benches(folder):
    with grading.benches(copy_course(folder, *CHAPTERS, built=False, cell_seconds=30)) as give:
        yield give


@pytest.fixture
def place(request, benches):
    return benches(request.param)


def each(numbers=None):
    """Chapters, each in its own group; with `numbers`, each with its first rounds."""
    return [
        pytest.param(chapter, *values, marks=pytest.mark.xdist_group(chapter))
        for chapter in CHAPTERS
        for values in ([()] if numbers is None else [(k,) for k in range(len(rounds(chapter)))][:numbers])
    ]


@pytest.mark.parametrize("place", each(), indirect=True)
def test_the_model_answers_earn_everything_and_the_untouched_notebook_nothing(place):
    for kind in ("perfect", "untouched"):
        result = place.grade(place.make(kind))
        assert submissions.faults(result, kind, place.solutions) == []
        assert result["notes"] == []


@pytest.mark.parametrize(("place", "which"), each(ROUNDS), indirect=["place"])
def test_wrong_answers_earn_less_than_everything(place, which):
    paper = submissions.Paper(place.release, place.solutions, place.homework)
    wrong = rounds(place.chapter)[which]
    for number, (_, source) in wrong.items():
        paper.write(number, source)
    result = place.grade(paper.dump())
    believed = [
        f"{number} {wrong[number][0]}"
        for number, one in result["exercises"].items()
        if number in wrong and one["score"] == one["max"]
    ]
    assert believed == []
    spoiled = [
        number
        for number, one in result["exercises"].items()
        if one["kind"] == "code" and number not in wrong and one["score"] < one["max"]
    ]
    assert spoiled == [], "a wrong answer costs its own exercise only"
    assert result["tampering"] == []
