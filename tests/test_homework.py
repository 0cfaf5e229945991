"""Graded exercises: solutions pass, plausible wrong answers do not, and no page gives a solution away.

One kernel for each chapter runs the whole notebook under the grader's settings, with every solution in its
place and the hidden tests behind it; then the wrong answers, then the stubs as students get them.
"""

import functools
import html
import json
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.homework import FILES, ROOT, homework_folder, read_cells
from tools.notebooks import find_exercises, normalize, put_solution, read, text, to_text

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


def practice_solution(notebook, exercise):
    """Return the code that folds out below a practice exercise, before the next exercise."""
    for cell in notebook["cells"][exercise.index + 1 :]:
        if cell["cell_type"] == "code" and text(cell).startswith("# Exercise "):
            break
        pattern = rf"<summary>[^<]*\b{re.escape(exercise.number)}\b[^<]*</summary>(.*?)</details>"
        if cell["cell_type"] == "markdown" and (folded := re.search(pattern, text(cell), re.DOTALL)):
            blocks = re.findall(r"^```python\n(.*?)^```", folded[1], re.DOTALL | re.MULTILINE)
            return blocks[0] if blocks else None
    return None


@each_chapter
def test_every_graded_exercise_has_its_files(chapter):
    solutions, hidden, wrong = ([cell.number for cell in homework(chapter, file)] for file in FILES)
    numbers, programs = [e.number for e in graded(chapter)], [e.number for e in graded(chapter, "code")]
    assert solutions == numbers, f"solutions.py has {solutions}, the graded exercises are {numbers}"
    assert hidden == programs, f"hidden_tests.py has {hidden}, the graded exercises in code are {programs}"
    few = {number: wrong.count(number) for number in programs if wrong.count(number) < 2}
    assert not few, f"wanted two wrong answers or more for each of {few}"
    assert not set(wrong) - set(programs), "wrong answers to what is no graded exercise"


# -- one kernel for each chapter -----------------------------------------------------------------------------


def code(source, label):
    return nbformat.v4.new_code_cell(source, metadata={"label": label, "tags": ["raises-exception"]})


@functools.cache
def graded_run(chapter):
    """Run the chapter as a grader does; return for each label the error ("" if none) and what was printed."""
    student = student_notebook(chapter)
    exercises = [exercise for exercise in find_exercises(student) if exercise.kind == "code"]
    answers = {cell.number: cell.source for cell in homework(chapter, "solutions.py")}
    hidden = {cell.number: cell.source for cell in homework(chapter, "hidden_tests.py")}
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
            if number in hidden:
                cells.append(code(hidden[number], f"hidden {number}"))
        elif cell.cell_type == "code":
            cells.append(code(cell.source, f"cell {index + 1}"))
    for wrong in homework(chapter, "wrong_answers.py"):
        cells.append(code(wrong.source, f"defines {wrong.number} {wrong.title}"))
        cells.append(code(hidden.get(wrong.number, ""), f"wrong {wrong.number} {wrong.title}"))
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
    wrong = {label: error for label, (error, _) in graded_run(chapter).items() if label.startswith("wrong ")}
    accepted = [f"{label}: {error or 'accepted'}" for label, error in wrong.items() if "AssertionError" not in error]
    assert len(wrong) == len(homework(chapter, "wrong_answers.py"))
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

PUBLIC = ("notebooks", "src", "book", "tests", "tools", "experiments", "benchmarks", "binder", "_build/html")
TEXT = {".py", ".md", ".ipynb", ".html", ".js", ".json", ".txt", ".svg", ".css", ".xml", ".yml", ".toml"}


def squeezed(line):
    return re.sub(r"\s+", "", line)


def secrets(cells, student):
    """Return the lines of graded solutions and hidden tests that nobody else would write."""
    lines = {line.strip() for cell in cells for line in cell.source.splitlines()}
    return {squeezed(line): line for line in lines if len(line) >= 25 and squeezed(line) not in student}


def public_text(path):
    content = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".ipynb":
        return "\n".join(strings(json.loads(content)))
    if path.suffix == ".html":
        return html.unescape(re.sub(r"<[^>]*>", "", content))
    return content


def strings(value):
    """Every string in a JSON value; a list of lines in one piece."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def leaks(lines, paths, root):
    found = []
    for path in paths:
        content = squeezed(public_text(path))
        found += [f"{path.relative_to(root)}: {line}" for key, line in lines.items() if key in content]
    return found


def public_files():
    paths = [path for name in PUBLIC for path in (ROOT / name).rglob("*")] + list(ROOT.glob("*.*"))
    return [p for p in paths if p.is_file() and p.suffix in TEXT and HOMEWORK not in p.parents]


@each_chapter
def test_no_page_notebook_or_helper_gives_a_solution_away(chapter):
    student = squeezed("\n".join(text(cell) for cell in student_notebook(chapter)["cells"]))
    lines = secrets([*homework(chapter, "solutions.py"), *homework(chapter, "hidden_tests.py")], student)
    assert lines, "no line to look for"
    found = leaks(lines, public_files(), ROOT)
    assert not found, listed(found)


SECRET = 'answer = "how far" if a < b else compute(a)'
SHOWN = {
    "page.html": f"<pre>{html.escape(SECRET).replace('compute', '<span>compute</span>')}</pre>",
    "helper.py": f"def f():\n    {SECRET.replace(' = ', '=')}  # well",
    "chapter.ipynb": json.dumps({"cells": [{"source": ["# no\n", SECRET + "\n"], "outputs": []}]}),
    "output.ipynb": json.dumps({"cells": [{"source": "", "outputs": [{"text": [SECRET]}]}]}),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_solution_that_was_given_away_is_found(tmp_path, name):
    (tmp_path / name).write_text(SHOWN[name], encoding="utf-8")
    (tmp_path / "innocent.py").write_text("answer = 42", encoding="utf-8")
    (tmp_path / "solutions.py").write_text(f"# %% 3.2 points=1\n{SECRET}\nx = 1", encoding="utf-8")
    lines = secrets(read_cells(tmp_path / "solutions.py"), "")
    assert leaks(lines, [tmp_path / name, tmp_path / "innocent.py"], tmp_path) == [f"{name}: {SECRET}"]
    assert not secrets(read_cells(tmp_path / "solutions.py"), squeezed(SECRET))


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
        ("hidden_tests.py", "# %% 3.2 points=2\nx", "wanted only the number"),
        ("wrong_answers.py", "# %% 3.2\nx", "name of the misconception"),
        ("wrong_answers.py", "# %% 3.2 sign\nx\n# %% 3.2 sign\ny", "a second cell for 3.2 sign"),
        ("answers.py", "# %% 3.2\nx", "wanted one of solutions.py"),
    ],
)
def test_broken_files_are_refused(tmp_path, file, content, complaint):
    with pytest.raises(ValueError, match=f"^{file}.*{complaint}"):
        read_cells(written(tmp_path, file, content))


def test_the_place_of_the_homework_is_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(tmp_path))
    assert homework_folder() == tmp_path.resolve()
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", "")
    assert homework_folder() == ROOT / "homework"
