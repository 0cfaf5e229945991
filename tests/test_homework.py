"""Graded exercises: solutions pass, plausible wrong answers do not, and no page gives a solution away.

One kernel for each chapter runs the whole notebook under the grader's settings, with every solution in its
place and the hidden tests behind it; then the wrong answers, then the stubs as students get them.
"""

import functools
import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.course.leaks import all_secrets, leaks, secrets_of, trees
from tools.homework import (
    FILES,
    ROOT,
    Cell,
    answer_and_rubric,
    homework_folder,
    parts_of,
    practice_solution,
    read_cells,
)
from tools.notebooks import find_exercises, normalize, put_solution, read, to_text

HOMEWORK = homework_folder()
CHAPTERS = sorted(path.name for path in HOMEWORK.glob("[0-9][0-9]_*") if path.is_dir())

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def why_missing(folder, chapters, environ):
    """Return None when there is homework, else what to say, and whether that is an error."""
    if chapters:
        return None
    here = not environ.get("RNN_TEXTBOOK_HOMEWORK")
    sentence = f"no chapter in {folder.name}/: RNN_TEXTBOOK_HOMEWORK says where the instructor's files are"
    return sentence, here and environ.get("CI") == "true"


def test_there_is_homework():
    if missing := why_missing(HOMEWORK, CHAPTERS, os.environ):
        sentence, error = missing
        assert not error, sentence
        pytest.skip(sentence)


def test_missing_homework_is_an_error_only_where_it_should_be_there():
    folder = Path("homework")
    assert why_missing(folder, ["03_gradients"], {"CI": "true"}) is None
    assert why_missing(folder, [], {"CI": "true"})[1]
    assert not why_missing(folder, [], {})[1]
    assert not why_missing(folder, [], {"CI": "true", "RNN_TEXTBOOK_HOMEWORK": "elsewhere"})[1]


# -- what there is -------------------------------------------------------------------------------------------


@functools.cache
def student_notebook(chapter):
    return normalize(read(ROOT / "notebooks" / f"{chapter}.ipynb"))


@functools.cache
def homework(chapter, file):
    path = HOMEWORK / chapter / file
    return read_cells(path) if path.exists() else []


def graded(chapter, kind=None):
    return [e for e in find_exercises(student_notebook(chapter)) if e.graded and kind in (None, e.kind)]


@each_chapter
def test_every_graded_exercise_has_its_files(chapter):
    solutions, hidden, wrong = ([cell.number for cell in homework(chapter, file)] for file in FILES)
    numbers, programs = [e.number for e in graded(chapter)], [e.number for e in graded(chapter, "code")]
    assert solutions == numbers, f"solutions.py has {solutions}, the graded exercises are {numbers}"
    hidden = list(dict.fromkeys(hidden))  # the parts of an exercise stand together
    assert hidden == programs, f"hidden_tests.py has {hidden}, the graded exercises in code are {programs}"
    few = {number: wrong.count(number) for number in programs if wrong.count(number) < 2}
    assert not few, f"wanted two wrong answers or more for each of {few}"
    assert not set(wrong) - set(programs), "wrong answers to what is no graded exercise"


@each_chapter
def test_the_parts_of_an_exercise_have_its_points_and_words_have_a_rubric(chapter):
    kinds = {exercise.number: exercise.kind for exercise in graded(chapter)}
    for solution in homework(chapter, "solutions.py"):
        if kinds[solution.number] == "code":
            parts = parts_of(solution, homework(chapter, "hidden_tests.py"))
            assert sum(part.points for part in parts) == solution.points
        else:
            answer, rubric = answer_and_rubric(solution)
            assert len(answer) > 100
            assert len(rubric) > 100


# -- one kernel for each chapter -----------------------------------------------------------------------------


def code(source, label):
    return nbformat.v4.new_code_cell(source, metadata={"label": label, "tags": ["raises-exception"]})


@functools.cache
def graded_run(chapter):
    """Run the chapter as a grader does; return for each label the error ("" if none) and what was printed."""
    student = student_notebook(chapter)
    exercises = [exercise for exercise in find_exercises(student) if exercise.kind == "code"]
    answers = {cell.number: cell.source for cell in homework(chapter, "solutions.py")}
    hidden: dict[str, list[str]] = {}
    for cell in homework(chapter, "hidden_tests.py"):
        hidden.setdefault(cell.number, []).append(cell.source)
    solved = student
    for exercise in exercises:
        answer = answers.get(exercise.number) or practice_solution(student, exercise)
        if answer:
            solved = put_solution(solved, exercise.number, answer)

    notebook = nbformat.reads(to_text(solved), as_version=4)
    stubs = {exercise.index: exercise for exercise in exercises}
    cells = []
    for index, cell in enumerate(notebook.cells):
        if index in stubs:
            number = stubs[index].number
            cells.append(code(cell.source, f"visible {number}"))
            for part, source in enumerate(hidden.get(number, []), 1):
                cells.append(code(source, f"hidden {number} {part}"))
        elif cell.cell_type == "code":
            cells.append(code(cell.source, f"cell {index + 1}"))
    for wrong in homework(chapter, "wrong_answers.py"):
        cells.append(code(wrong.source, f"defines {wrong.number} {wrong.title}"))
        for part, source in enumerate(hidden.get(wrong.number, []), 1):
            cells.append(code(source, f"wrong {part} {wrong.number} {wrong.title}"))
    for exercise in exercises:
        cells.append(code(f"{exercise.stub}\n\n{exercise.check}", f"stub {exercise.number}"))
    cells.append(code("import os\ndel os.environ['RNN_TEXTBOOK_GRADING']", "grading ends"))
    for exercise in exercises:
        cells.append(code(f"{exercise.stub}\n\n{exercise.check}", f"to do {exercise.number}"))

    notebook.cells = cells
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environ = {**os.environ, "RNN_TEXTBOOK_GRADING": "1", "PYTHONPATH": path}
    place = {"metadata": {"path": str(ROOT / "notebooks")}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place).execute(env=environ)
    results = {}
    for cell in notebook.cells:
        errors = [f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
        printed = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")
        results[cell.metadata.label] = ("".join(errors), printed)
    return results


def listed(sentences):
    return "\n".join(["", *sentences])


@each_chapter
def test_solutions_pass_visible_and_hidden_tests(chapter):
    kinds = ("visible", "hidden", "cell", "defines", "grading")
    failed = [f"{label}: {error}" for label, (error, _) in graded_run(chapter).items() if error]
    failed = [sentence for sentence in failed if sentence.startswith(kinds)]
    assert not failed, listed(failed)


@each_chapter
def test_practice_solutions_fold_out(chapter):
    notebook = student_notebook(chapter)
    practice = [e for e in find_exercises(notebook) if e.kind == "code" and not e.graded]
    missing = [exercise.number for exercise in practice if not practice_solution(notebook, exercise)]
    assert not missing, f"no Python code in the <details> below practice exercises {missing}"


@each_chapter
def test_wrong_answers_are_rejected(chapter):
    """A part must refuse, and the first that does, by an assertion: a crash may be a slip of the test."""
    results, accepted = graded_run(chapter), []
    parts = [cell.number for cell in homework(chapter, "hidden_tests.py")]
    for wrong in homework(chapter, "wrong_answers.py"):
        name, count = f"{wrong.number} {wrong.title}", parts.count(wrong.number)
        errors = [results[f"wrong {part} {name}"][0] for part in range(1, count + 1)]
        refused = next(filter(None, errors), "accepted")
        if "AssertionError" not in refused:
            accepted.append(f"{name}: {refused}")
    assert not accepted, listed(accepted)


@each_chapter
def test_stubs_raise_under_the_grader_and_say_to_do_otherwise(chapter):
    results = graded_run(chapter)
    for exercise in find_exercises(student_notebook(chapter)):
        if exercise.kind == "code":
            name = f"Exercise {exercise.number}"
            assert results[f"stub {exercise.number}"] == (f"NotImplementedError: {name}", "")
            assert results[f"to do {exercise.number}"] == ("", f"{name}: to do\n")


# -- no page gives a solution away ---------------------------------------------------------------------------


@each_chapter
def test_every_graded_exercise_has_lines_to_look_for(chapter):
    where = " ".join(secrets_of(HOMEWORK, chapter).values())
    exercises = [exercise.number for exercise in graded(chapter)]
    missing = [number for number in exercises if f"{chapter}/solutions.py, exercise {number}:" not in where]
    # a solution of short lines is not looked for; its hidden tests are
    missing = [number for number in missing if f"{chapter}/hidden_tests.py, exercise {number}:" not in where]
    assert not missing


def test_nothing_public_gives_a_solution_away():
    if missing := why_missing(HOMEWORK, CHAPTERS, os.environ):
        pytest.skip(missing[0])
    found = leaks(all_secrets(HOMEWORK), trees(HOMEWORK), HOMEWORK)
    assert not found, listed(found)


# -- the files -----------------------------------------------------------------------------------------------


def written(tmp_path, file, content):
    path = tmp_path / "03_gradients" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_cells_are_read_in_order(tmp_path):
    path = written(tmp_path, "solutions.py", "# A word.\n\n# %% 3.2 points=3\nx = 1\n\n# %% 3.10 points=1\n\ny = 2\n")
    assert read_cells(path) == [("3.2", 3, "", "x = 1"), ("3.10", 1, "", "y = 2")]
    path = written(tmp_path, "hidden_tests.py", "# %% 3.2\nassert x == 1\n")
    assert read_cells(path) == [("3.2", None, "", "assert x == 1")]
    path = written(tmp_path, "hidden_tests.py", "# %% 3.2 points=2 the formula\na\n# %% 3.2 points=1 any v\nb\n")
    assert read_cells(path) == [("3.2", 2, "the formula", "a"), ("3.2", 1, "any v", "b")]
    path = written(tmp_path, "wrong_answers.py", "# %% 3.2 off by one\nx = 2\n# %% 3.2 a sign\nx = -1\n")
    assert [cell.title for cell in read_cells(path)] == ["off by one", "a sign"]


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("solutions.py", "# %% 3.2\nx = 1", "line 1: wanted .* points=2"),
        ("solutions.py", "# %% 3.2 points=0\nx = 1", "points=2"),
        ("solutions.py", "# %% 3.2 points=two\nx = 1", "points=2"),
        ("solutions.py", "# %% 32 points=2\nx = 1", "line 1: wanted"),
        ("solutions.py", "# %%\nx = 1", "line 1: wanted"),
        ("solutions.py", "# %% 4.2 points=2\nx = 1", "exercise 4.2 in the folder 03_gradients"),
        (
            "solutions.py",
            "# %% 3.2 points=2\nx = 1\n# %% 3.2 points=1\nx = 1",
            "line 3: a second cell for 3.2",
        ),
        ("solutions.py", "# %% 3.2 points=2\n\n", "the cell is empty"),
        ("solutions.py", "import os\n# %% 3.2 points=2\nx = 1", "line 1: code before the first cell"),
        ("hidden_tests.py", "# %% 3.2\nx\n# %% 3.2\nx", "line 3: a second cell"),
        ("hidden_tests.py", "# %% 3.2 points=2\nx", "line 1: wanted .* points=1 what it tests"),
        ("hidden_tests.py", "# %% 3.2 the formula\nx", "line 1: wanted .* points=1 what it tests"),
        ("hidden_tests.py", "# %% 3.2 points=0 the formula\nx", "points=1 what it tests"),
        ("hidden_tests.py", "# %% 3.2\nx\n# %% 3.2 points=1 a\nx", "line 3: 3.2 has a cell without points and"),
        ("hidden_tests.py", "# %% 3.2 points=1 a\nx\n# %% 3.2\nx", "line 3: 3.2 has a cell without points and"),
        ("hidden_tests.py", "# %% 3.2 points=1 a\nx\n# %% 3.2 points=2 a\nx", "a second cell for 3.2 a"),
        (
            "hidden_tests.py",
            "# %% 3.2 points=1 a\nx\n# %% 3.4\nx\n# %% 3.2 points=1 b\nx",
            "line 5: the parts of 3.2 do not stand together",
        ),
        ("wrong_answers.py", "# %% 3.2\nx", "name of the misconception"),
        ("wrong_answers.py", "# %% 3.2 sign\nx\n# %% 3.2 sign\ny", "a second cell for 3.2 sign"),
        ("answers.py", "# %% 3.2\nx", "wanted one of solutions.py"),
    ],
)
def test_broken_files_are_refused(tmp_path, file, content, complaint):
    with pytest.raises(ValueError, match=f"^{file}.*{complaint}"):
        read_cells(written(tmp_path, file, content))


def test_one_cell_of_hidden_tests_has_all_the_points():
    solution, hidden = Cell("3.2", 3, "", "x"), [Cell("3.2", None, "", "a"), Cell("3.4", None, "", "b")]
    assert parts_of(solution, hidden) == [("3.2", 3, "", "a")]


def test_the_parts_have_the_points_that_they_name():
    solution, hidden = Cell("3.2", 3, "", "x"), [Cell("3.2", 2, "one", "a"), Cell("3.2", 1, "two", "b")]
    assert parts_of(solution, hidden) == hidden


def test_parts_that_do_not_add_up_are_refused():
    hidden = [Cell("3.2", 2, "one", "a"), Cell("3.2", 2, "two", "b")]
    with pytest.raises(ValueError, match=r"3\.2 has 2 \+ 2 points, solutions.py has 3"):
        parts_of(Cell("3.2", 3, "", "x"), hidden)
    with pytest.raises(ValueError, match=r"hidden_tests.py: no cell for 3\.4"):
        parts_of(Cell("3.4", 3, "", "x"), hidden)


def test_model_answer_and_rubric_are_told_apart():
    cell = Cell("3.8", 2, "", "# Model answer. It is so.\n#\n# Rubric, two points:\n# 1. So.\n#    Really.")
    answer, rubric = answer_and_rubric(cell)
    assert answer == "Model answer. It is so."
    assert rubric == "Rubric, two points:\n1. So.\n   Really."
    with pytest.raises(ValueError, match=r'3\.8 has no line that begins with "# Rubric"'):
        answer_and_rubric(cell._replace(source="# It is so."))
    with pytest.raises(ValueError, match=r"3\.8 is in words, wanted only comments, got 'x = 1'"):
        answer_and_rubric(cell._replace(source="x = 1\n# Rubric"))


def test_the_place_of_the_homework_is_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(tmp_path))
    assert homework_folder() == tmp_path.resolve()
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", "")
    assert homework_folder() == ROOT / "homework"
