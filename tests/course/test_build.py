"""Source, release and archive of a chapter, made by real nbgrader in a copy of the instructor's folder."""

import contextlib
import copy
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator

from tools.course import build, settings, source, stubs
from tools.course.leaks import leaks, secrets_of
from tools.homework import ROOT, Cell, homework_folder, read_cells
from tools.notebooks import find_exercises, get_source, read, text

CHAPTER = "02_bptt"
HOMEWORK = homework_folder()
pytestmark = pytest.mark.skipif(
    not (HOMEWORK / CHAPTER / "solutions.py").exists(),
    reason="RNN_TEXTBOOK_HOMEWORK says where the instructor's files are",
)


def copied(folder):
    """Return a new instructor's folder in `folder`, outside the repository, with one chapter."""
    shutil.copytree(HOMEWORK / CHAPTER, folder / CHAPTER)
    shutil.copy(HOMEWORK / "nbgrader_config.py", folder)
    (folder / "course.toml").write_text('id = "rnn-2027"\nkey = "spring-2027"\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = copied(tmp_path_factory.mktemp("homework"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/usr/bin:/bin")  # nobody has activated the environment that nbgrader is in
        assert len(build.build(CHAPTER, folder)) == 3
    return folder


@pytest.fixture
def course(built, tmp_path):
    """A copy of what was built, to be changed."""
    return shutil.copytree(built, tmp_path / "course")


def release_of(folder):
    return read(folder / "release" / CHAPTER / f"{CHAPTER}.ipynb")


def source_of(folder):
    return read(folder / "source" / CHAPTER / f"{CHAPTER}.ipynb")


def nbgrader_of(notebook):
    cells = {}
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cells[cell["metadata"]["nbgrader"]["grade_id"]] = cell
    return cells


# -- the release -------------------------------------------------------------------------------------------------


def test_the_release_is_the_student_notebook_but_for_what_grading_needs(built):
    release, student = release_of(built), source.student_notebook(CHAPTER)
    assert not source.differences(release, student)
    added = [cell["id"] for cell in release["cells"] if cell["id"] not in {c["id"] for c in student["cells"]}]
    tests = [name for name in nbgrader_of(release) if name.startswith("tests-")]
    assert added == ["student", *tests]
    assert len(release["cells"]) == len(student["cells"]) + len(added)
    first = next(index for index, cell in enumerate(release["cells"]) if cell["cell_type"] == "code")
    assert release["cells"][first + 1]["id"] == "student"
    nbformat.validate(nbformat.from_dict(release))


@pytest.mark.parametrize("damage", ["stub", "id", "gone", "metadata", "outputs", "words", "tests"])
def test_a_release_that_is_another_notebook_is_noticed(built, damage):
    release, student = copy.deepcopy(release_of(built)), source.student_notebook(CHAPTER)
    named = nbgrader_of(release)
    stub = next(cell for name, cell in named.items() if name.startswith("answer-"))
    if damage == "stub":
        stub["source"] = text(stub) + "\nx = 1"
    elif damage == "id":
        release["cells"][0]["id"] = "another"
    elif damage == "gone":
        del release["cells"][-1]
    elif damage == "metadata":
        stub["metadata"]["solution"] = "x = 1"
    elif damage == "outputs":
        stub["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    elif damage == "words":
        next(cell for name, cell in named.items() if name.startswith("words-"))["source"] = "The answer"
    elif damage == "tests":
        next(cell for name, cell in named.items() if name.startswith("tests-"))["source"] += "\nassert x == 1"
    assert len(source.differences(release, student)) == 1


def test_every_cell_has_its_name_and_its_points(built):
    named, exercises = nbgrader_of(source_of(built)), find_exercises(source.student_notebook(CHAPTER))
    roles = {True: {"code": "answer", "text": "words"}, False: {"code": "practice"}}
    wanted = [
        f"{roles[exercise.graded][exercise.kind]}-{exercise.number.replace('.', '-')}"
        for exercise in exercises
        if exercise.graded or exercise.kind == "code"
    ]
    assert [name for name in named if not name.startswith("tests-")] == ["student", *wanted]
    for solution in read_cells(built / CHAPTER / "solutions.py"):
        number = solution.number.replace(".", "-")
        cells = [cell for name, cell in named.items() if name.startswith((f"tests-{number}-", f"words-{number}"))]
        assert sum(cell["metadata"]["nbgrader"]["points"] for cell in cells) == solution.points
    for name, cell in named.items():
        facts = {key: cell["metadata"]["nbgrader"][key] for key in ("solution", "grade", "locked")}
        role = name.split("-")[0]
        assert facts == {
            "solution": role != "tests",
            "grade": role in ("tests", "words"),
            "locked": role == "tests",
        }, name
    assert list(nbgrader_of(release_of(built))) == list(named)
    MetadataValidator().validate_nb(nbformat.from_dict(release_of(built)))


def test_the_parts_of_the_hidden_tests_follow_their_exercise_in_order(built):
    cells = source_of(built)["cells"]
    hidden = read_cells(built / CHAPTER / "hidden_tests.py")
    for number in dict.fromkeys(cell.number for cell in hidden):
        parts, name = [cell for cell in hidden if cell.number == number], number.replace(".", "-")
        at = next(
            index
            for index, cell in enumerate(cells)
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"answer-{name}"
        )
        for place, part in enumerate(parts, 1):
            cell = cells[at + place]
            assert cell["id"] == f"tests-{name}-{place}"
            first, begin, *lines, end = text(cell).split("\n")
            assert first.startswith(f"# Exercise {number}: the grader's tests")
            assert (begin, end) == (source.BEGIN_TESTS, source.END_TESTS)
            assert "\n".join(lines) == part.source
            assert len(parts) == 1 or f"part {place} of {len(parts)} ({part.points} point" in first


def test_the_source_holds_what_the_release_must_not(built):
    secrets = secrets_of(built, CHAPTER)
    assert leaks(secrets, [built / "source"])
    assert not leaks(secrets, [built / "release", built / "zips"])


def test_the_release_says_which_it_is(built):
    release = release_of(built)
    stamp = release["metadata"]["rnn_textbook"]
    assert stamp == {"course": "rnn-2027", "chapter": CHAPTER, "release": source.digest(release["cells"])}
    assert set(release["metadata"]) == {"rnn_textbook", "kernelspec", "language_info"}
    release["cells"][3]["source"] = "Another text."
    assert source.digest(release["cells"]) != stamp["release"]


def test_the_first_cell_knows_where_the_book_lives_as_on_the_site(built, monkeypatch):
    assert get_source(release_of(built)) == source._install()
    source._install.cache_clear()
    monkeypatch.setattr(source, "resolve", lambda root: "https://example.com/a/book")
    assert "git+https://example.com/a/book@" in get_source(source.student_notebook(CHAPTER))
    source._install.cache_clear()


# -- the student's cell ------------------------------------------------------------------------------------------


def told(built, monkeypatch, student, grading):
    """Run the cell in which students write their id; return course key, id and what was printed."""
    cell = text(nbgrader_of(release_of(built))["student"])
    for name, value in {"COURSE_KEY": "grader's", "STUDENT": "roster's", "GRADING": grading}.items():
        monkeypatch.setenv(f"RNN_TEXTBOOK_{name}", value)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(cell.replace('STUDENT = ""', f"STUDENT = {student!r}"), {})
    return os.environ["RNN_TEXTBOOK_COURSE_KEY"], os.environ["RNN_TEXTBOOK_STUDENT"], printed.getvalue()


def test_the_id_in_the_cell_counts_for_the_student_and_not_for_the_grader(built, monkeypatch):
    assert told(built, monkeypatch, " alice ", "") == ("spring-2027", "alice", "")
    assert told(built, monkeypatch, "mallory", "1") == ("grader's", "roster's", "")


def test_a_missing_id_is_asked_for_but_not_by_the_grader(built, monkeypatch):
    key, student, printed = told(built, monkeypatch, "", "")
    assert (key, student) == ("spring-2027", "")
    assert "Write your id" in printed
    assert told(built, monkeypatch, "", "1") == ("grader's", "roster's", "")


# -- the archive -------------------------------------------------------------------------------------------------


def test_the_archive_has_the_release_and_says_how_to_run_it_and_hand_it_in(built):
    with zipfile.ZipFile(built / "zips" / f"{CHAPTER}.zip") as archive:
        assert sorted(archive.namelist()) == [f"{CHAPTER}.ipynb", "README.txt"]
        assert archive.read(f"{CHAPTER}.ipynb") == (built / "release" / CHAPTER / f"{CHAPTER}.ipynb").read_bytes()
        readme = archive.read("README.txt").decode("utf-8")
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    for word in ("Colab", "Save a copy in Drive", "Binder", "JupyterHub", "jupyter lab", "STUDENT", "HAND IN"):
        assert word in readme
    points = sum(cell.points for cell in read_cells(built / CHAPTER / "solutions.py"))
    assert f"{points} points" in readme
    assert max(map(len, readme.splitlines())) <= 79
    assert "Due" not in readme


def test_the_archive_names_the_due_date(course):
    with (course / "course.toml").open("a") as file:
        file.write(f"[due]\n{CHAPTER} = 2027-03-08T23:59:00+01:00\n")
    assert build.build(CHAPTER, course) == [course / "zips" / f"{CHAPTER}.zip"]
    with zipfile.ZipFile(course / "zips" / f"{CHAPTER}.zip") as archive:
        assert "Due Monday, 08 March 2027, 23:59 (UTC+01:00)." in archive.read("README.txt").decode()
    with Gradebook(build.gradebook_url(course), "rnn-2027") as gradebook:
        assert gradebook.find_assignment(CHAPTER).duedate == datetime(2027, 3, 8, 22, 59)


# -- again and again ---------------------------------------------------------------------------------------------


def test_a_second_build_asks_nbgrader_for_nothing(course, monkeypatch):
    monkeypatch.setattr(build, "_release", lambda *arguments: pytest.fail("nbgrader was asked again"))
    assert not build.build(CHAPTER, course)


@pytest.mark.parametrize("damage", [f"release/{CHAPTER}/{CHAPTER}.ipynb", f"zips/{CHAPTER}.zip"])
def test_what_is_gone_is_built_again_with_the_same_bytes(built, course, damage):
    (course / damage).unlink()
    build.build(CHAPTER, course)
    for name in (f"release/{CHAPTER}/{CHAPTER}.ipynb", f"zips/{CHAPTER}.zip"):
        assert (course / name).read_bytes() == (built / name).read_bytes()


def test_a_gradebook_that_is_gone_is_written_again(course, monkeypatch):
    (course / "gradebook.db").unlink()
    asked = []
    monkeypatch.setattr(build, "_release", lambda *arguments: asked.append(1) or b"{}")
    with contextlib.suppress(KeyError):  # of the empty release
        build.build(CHAPTER, course)
    assert asked


def test_a_release_that_somebody_edited_is_made_anew(built, course):
    place = course / "release" / CHAPTER / f"{CHAPTER}.ipynb"
    place.write_text(place.read_text(encoding="utf-8").replace("to do", "to solve", 1), encoding="utf-8")
    assert place in build.build(CHAPTER, course)
    assert place.read_bytes() == (built / "release" / CHAPTER / f"{CHAPTER}.ipynb").read_bytes()


def with_tests(folder, change):
    """Let `change` write hidden_tests.py of the chapter anew, given its cells."""
    path = folder / CHAPTER / "hidden_tests.py"
    cells = change(read_cells(path))
    headers = [f"{c.number} points={c.points} {c.title}" if c.points else c.number for c in cells]
    text = "".join(f"# %% {header}\n{cell.source}\n\n" for header, cell in zip(headers, cells, strict=True))
    path.write_text(text, encoding="utf-8")


def with_a_line_more(cells):
    return [cell._replace(source=f"assert 1 + 1 == 2\n{cell.source}") for cell in cells]


def without_parts(cells):
    assert len(cells) > len({cell.number for cell in cells})
    return [cell_of(number) for number in dict.fromkeys(cell.number for cell in cells)]


def cell_of(number):
    return Cell(number, None, "", "assert True")


knows_grades = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's add_submission


def graded(folder):
    """Enter a submission with a score, as grading does; return how to read it."""
    url = build.gradebook_url(folder)
    with Gradebook(url, "rnn-2027") as gradebook:
        gradebook.add_student("alice")
        gradebook.add_submission(CHAPTER, "alice")
        gradebook.find_grade("words-2-8", CHAPTER, CHAPTER, "alice").manual_score = 2.5
        gradebook.db.commit()

    def score():
        with Gradebook(url, "rnn-2027") as gradebook:
            return gradebook.find_grade("words-2-8", CHAPTER, CHAPTER, "alice").manual_score

    return score


@knows_grades
def test_grades_stay_when_a_hidden_test_changes(course):
    score = graded(course)
    before = release_of(course)
    with_tests(course, with_a_line_more)
    assert build.build(CHAPTER, course) == [course / "source" / CHAPTER / f"{CHAPTER}.ipynb"]
    assert score() == 2.5
    assert release_of(course) == before
    with Gradebook(build.gradebook_url(course), "rnn-2027") as gradebook:
        assert "assert 1 + 1 == 2" in gradebook.find_source_cell("tests-2-2-1", CHAPTER, CHAPTER).source


@knows_grades
def test_a_build_that_would_lose_grades_is_refused_and_changes_nothing(course):
    score = graded(course)
    with_tests(course, without_parts)
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match=r"02_bptt: the gradebook has grades of 1 submission, .*gone: .*tests-2-6-2"):
        build.build(CHAPTER, course)
    assert score() == 2.5
    for path, content in before.items():
        assert path.read_bytes() == content, path


def test_without_grades_the_parts_may_change(course):
    with_tests(course, without_parts)
    assert len(build.build(CHAPTER, course)) == 3
    with Gradebook(build.gradebook_url(course), "rnn-2027") as gradebook:
        cells = {cell.name: cell.max_score for cell in gradebook.find_notebook(CHAPTER, CHAPTER).grade_cells}
    assert cells == {"tests-2-2-1": 2, "tests-2-4-1": 4, "tests-2-6-1": 3, "words-2-8": 3}


def test_a_failure_of_nbgrader_leaves_what_was_handed_out(course, monkeypatch):
    before = (course / "release" / CHAPTER / f"{CHAPTER}.ipynb").read_bytes()
    path = course / CHAPTER / "hidden_tests.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n### BEGIN HIDDEN TESTS\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"(?s)02_bptt: nbgrader made no release.*nested begin hidden tests"):
        build.build(CHAPTER, course)
    assert (course / "release" / CHAPTER / f"{CHAPTER}.ipynb").read_bytes() == before


# -- files that do not fit ---------------------------------------------------------------------------------------


def changed(folder, file, old, new):
    path = folder / CHAPTER / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("solutions.py", "# %% 2.2 points=2", "# %% 2.2 points=3", "tells students 2 points for 2.2, solutions.py 3"),
        ("solutions.py", "# %% 2.2 points=2", "# %% 2.1 points=2", "solutions.py has 2.1, which the notebook does not"),
        ("hidden_tests.py", "# %% 2.2", "# %% 2.8", "hidden_tests.py has 2.8, which is no graded exercise in code"),
        ("hidden_tests.py", "# %% 2.6", "# %% 2.4", "2.4 has .* points, solutions.py has 4"),
        ("solutions.py", "# Rubric", "# Points", 'solutions.py: 2.8 has no line that begins with "# Rubric"'),
    ],
)
def test_files_that_do_not_fit_the_notebook_are_refused(tmp_path, file, old, new, complaint):
    folder = copied(tmp_path)
    changed(folder, file, old, new)
    with pytest.raises(ValueError, match=complaint):
        source.source_notebook(CHAPTER, folder, settings.load(folder))


def test_a_graded_exercise_without_a_solution_is_refused(tmp_path):
    folder = copied(tmp_path)
    path = folder / CHAPTER / "solutions.py"
    path.write_text(path.read_text(encoding="utf-8").partition("# %% 2.8")[0], encoding="utf-8")
    with pytest.raises(ValueError, match=r"solutions.py has no cell for 2\.8"):
        source.source_notebook(CHAPTER, folder, settings.load(folder))
    with pytest.raises(ValueError, match=r"08_more: there is no notebooks/08_more\.ipynb"):
        source.source_notebook("08_more", folder, settings.load(folder))


# -- what a release must not carry -------------------------------------------------------------------------------


def test_foreign_metadata_and_attachments_that_no_text_shows_are_removed():
    shown, hidden = {"image/png": "AAAA"}, {"image/png": "BBBB"}
    cell = nbformat.v4.new_markdown_cell(
        "![](attachment:a.png)",
        metadata={"tags": ["x"], "vscode": {"solution": 1}, "nbgrader": {}},
        attachments={"a.png": shown, "b.png": hidden},
    )
    bare = nbformat.v4.new_markdown_cell("no picture", attachments={"b.png": hidden})
    notebook = nbformat.v4.new_notebook(cells=[cell, bare], metadata={"authors": ["me"]})
    notebook, _ = stubs.StripExtras().preprocess(notebook, {})
    assert not notebook.metadata
    assert set(notebook.cells[0].metadata) == {"tags", "nbgrader"}
    assert notebook.cells[0].attachments == {"a.png": shown}
    assert "attachments" not in notebook.cells[1]


# -- the commands ------------------------------------------------------------------------------------------------


def run(command, folder, cwd):
    environ = {**os.environ, "RNN_TEXTBOOK_HOMEWORK": str(folder), "PYTHONPATH": str(ROOT)}
    environ |= {"PATH": "/usr/bin:/bin", "RNN_TEXTBOOK": str(ROOT)}  # nobody has activated an environment
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=300)


def test_the_commands_work_with_the_folder_elsewhere(built, course):
    """Our own command, then nbgrader's, in a folder outside the repository."""
    folder = course
    shutil.rmtree(folder / "release")
    shutil.rmtree(folder / "zips")
    done = run([sys.executable, "-m", "tools.course.build", CHAPTER], folder, ROOT)
    assert done.returncode == 0, done.stderr
    assert f"wrote {folder.name}/zips/{CHAPTER}.zip" in done.stdout
    place = folder / "release" / CHAPTER / f"{CHAPTER}.ipynb"
    ours = place.read_bytes()
    assert ours == (built / "release" / CHAPTER / f"{CHAPTER}.ipynb").read_bytes()
    place.unlink()
    done = run([sys.executable, "-m", "nbgrader", "generate_assignment", CHAPTER, "--force"], folder, folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(place.read_text(encoding="utf-8")) == json.loads(ours)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["09_none"], f"no chapter 09_none in .*; there are {CHAPTER}"), ([], "no chapter in .*RNN_TEXTBOOK_HOMEWORK")],
)
def test_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys, arguments, complaint):
    folder = copied(tmp_path) if arguments else tmp_path
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(folder))
    assert build.main(arguments) == 1
    message = capsys.readouterr().err
    assert len(message.splitlines()) == 1
    assert re.search(complaint, message)


def test_a_folder_without_nbgraders_settings_is_told_what_to_copy(tmp_path):
    folder = copied(tmp_path)
    (folder / "nbgrader_config.py").unlink()
    with pytest.raises(ValueError, match=r"no nbgrader_config\.py in .*: copy it from homework/ of the book"):
        build.build(CHAPTER, folder)
