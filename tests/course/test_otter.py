"""The export for Otter: `otter assign` takes it, and what it makes has the same exercises, points and no secret."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.course import otter, settings, source
from tools.course.leaks import leaks, secrets_of
from tools.homework import Cell, homework_folder, read_cells
from tools.notebooks import read, text, to_text

CHAPTER = "02_bptt"
HOMEWORK = homework_folder()
pytestmark = pytest.mark.skipif(
    not (HOMEWORK / CHAPTER / "solutions.py").exists(),
    reason="RNN_TEXTBOOK_HOMEWORK says where the instructor's files are",
)


@pytest.fixture(scope="module")
def assigned(tmp_path_factory):
    """An instructor's folder with the chapter's source, and in otter/ what was made of it."""
    pytest.importorskip("otter")
    folder = tmp_path_factory.mktemp("homework")
    shutil.copytree(HOMEWORK / CHAPTER, folder / CHAPTER)
    place = folder / "source" / CHAPTER / f"{CHAPTER}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(to_text(source.source_notebook(CHAPTER, folder, settings.load(folder))), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNN_TEXTBOOK_HOMEWORK", str(folder))
        assert otter.main([CHAPTER, str(folder / "otter")]) == 0
    command = [
        str(Path(sys.executable).parent / "otter"),
        "assign",
        "--no-run-tests",
        "--no-pdfs",
        f"{CHAPTER}.ipynb",
        "dist",
    ]
    done = subprocess.run(command, cwd=folder / "otter", capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


def test_students_get_the_student_notebook(assigned):
    cells = read(assigned / "otter" / "dist" / "student" / f"{CHAPTER}.ipynb")["cells"]
    sources = [text(cell).replace("<!-- BEGIN QUESTION -->", "").strip() for cell in cells]
    sources = [told.replace("<!-- END QUESTION -->", "").strip() for told in sources]
    added = [told for told in sources if told.startswith("# Your id in this course")]
    assert len(added) == 1
    wanted = [text(cell).strip() for cell in source.student_notebook(CHAPTER)["cells"]]
    assert [told for told in sources if told and told not in added] == wanted


def test_students_get_no_secret(assigned):
    secrets = secrets_of(assigned, CHAPTER)
    assert not leaks(secrets, [assigned / "otter" / "dist" / "student"])
    assert leaks(secrets, [assigned / "otter" / "dist" / "autograder" / "tests"])


def cases_in(folder):
    found = {}
    for path in folder.glob("q*.py"):
        names = {}
        exec(path.read_text(encoding="utf-8"), names)
        found[path.stem] = names["test"]["suites"][0]["cases"]
    return found


def test_every_part_is_a_hidden_test_with_its_points(assigned):
    hidden = read_cells(assigned / CHAPTER / "hidden_tests.py")
    found = cases_in(assigned / "otter" / "dist" / "autograder" / "tests")
    assert set(found) == {f"q{cell.number.replace('.', '_')}" for cell in hidden}
    for solution in read_cells(assigned / CHAPTER / "solutions.py"):
        cases = found.get(f"q{solution.number.replace('.', '_')}")
        if cases is None:  # in words: a person reads it
            continue
        parts = [cell for cell in hidden if cell.number == solution.number]
        assert [case["points"] for case in cases] == [part.points or solution.points for part in parts]
        assert sum(case["points"] for case in cases) == solution.points
        assert all(case["hidden"] for case in cases)


def test_the_solution_stands_in_the_autograders_notebook(assigned):
    solved = read(assigned / "otter" / "dist" / "autograder" / f"{CHAPTER}.ipynb")
    cells = {told.splitlines()[0]: told for cell in solved["cells"] if (told := text(cell)).startswith("# Exercise ")}
    numbers = {cell.number for cell in read_cells(assigned / CHAPTER / "hidden_tests.py")}
    for solution in read_cells(assigned / CHAPTER / "solutions.py"):
        if solution.number in numbers:
            assert solution.source in cells[f"# Exercise {solution.number}"]


def test_a_later_part_has_the_functions_of_earlier_ones():
    parts = [
        Cell("3.2", 1, "one", "import math\n\n\ndef helper(x):\n    return x\n\n\nassert helper(1) == 1"),
        Cell("3.2", 2, "two", "assert helper(2) == 2"),
    ]
    lines = otter._test(parts, 1).splitlines()
    assert lines[:5] == [
        '"""  # BEGIN TEST CONFIG',
        "hidden: true",
        "points: 2",
        'failure_message: "two"',
        '"""  # END TEST CONFIG',
    ]
    assert "def helper(x):" in lines
    assert "import math" in lines
    assert [line for line in lines if line.startswith("assert")] == ["assert helper(2) == 2"]


def test_the_package_is_asked_for_once_it_has_an_address(monkeypatch, tmp_path):
    shutil.copytree(HOMEWORK / CHAPTER, tmp_path / CHAPTER)
    monkeypatch.setattr(source, "_install", lambda: "rnn-textbook @ git+https://example.com/a/book@edition-1")
    made = source.source_notebook(CHAPTER, tmp_path, settings.load(tmp_path))
    files = [read_cells(tmp_path / CHAPTER / name) for name in ("solutions.py", "hidden_tests.py")]
    config = otter.convert(made, *files)["cells"][0]["source"]
    assert 'requirements: ["rnn-textbook @ git+https://example.com/a/book@edition-1"]' in config.splitlines()


def test_without_otter_or_a_source_a_sentence_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(tmp_path))
    assert otter.main([CHAPTER, str(tmp_path / "otter")]) == 1
    assert "run make homework first" in capsys.readouterr().err
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert otter.main([CHAPTER, str(tmp_path / "otter")]) == 1
    assert "otter-grader is not installed; it is optional" in capsys.readouterr().err
    assert not (tmp_path / "otter").exists()
