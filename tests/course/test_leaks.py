"""A line of the instructor's files is found wherever it is published, in whatever dress."""

import base64
import html
import io
import json
import shutil
import tarfile
import zipfile

import pytest

from tools.course import leaks
from tools.homework import homework_folder, read_cells

CODE = 'found = "how far" if a < b else compute(a)  # <- "so"'
WORDS = "# The model's answer: the sum hides its far terms, it's the near ones that count."
HIDDEN = "assert walk(5) == 7, 'the walk & its end'"
WRONG = "return first_guess_of_all(a, b)[::-1]"
RUBRIC = '# 1. Against Ada: \\ the norm is that of a sum, "all" terms.'
FILES = {
    "solutions.py": f"# %% 3.2 points=1\n{CODE}\n\n# %% 3.8 points=1\n{WORDS}\n# Rubric\n{RUBRIC}\n",
    "hidden_tests.py": f"# %% 3.2\n{HIDDEN}\n",
    "wrong_answers.py": f"# %% 3.2 guesses\ndef f(a, b):\n    {WRONG}\n",
}
LINES = {
    "a solution": (CODE, "solutions.py, exercise 3.2"),
    "a model answer": (WORDS, "solutions.py, exercise 3.8"),
    "a rubric": (RUBRIC, "solutions.py, exercise 3.8"),
    "a hidden test": (HIDDEN, "hidden_tests.py, exercise 3.2"),
    "a wrong answer": (WRONG, "wrong_answers.py, exercise 3.2"),
}


@pytest.fixture
def homework(tmp_path):
    folder = tmp_path / "homework"
    (folder / "03_gradients").mkdir(parents=True)
    for name, content in FILES.items():
        (folder / "03_gradients" / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def secrets(homework):
    return leaks.secrets_of(homework, "03_gradients")


def archive(name, content):
    """A zip in a zip."""
    for file in (name, "inner.zip"):
        new = io.BytesIO()
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(file, content)
        content = new.getvalue()
    return content


def tarred(name, content):
    new = io.BytesIO()
    with tarfile.open(fileobj=new, mode="w:gz") as out:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        out.addfile(info, io.BytesIO(content))
    return new.getvalue()


def highlighted(line):
    """As Pygments writes it: every word in a tag of its own, every sign escaped."""
    return "<pre>" + " ".join(f'<span class="n">{html.escape(word)}</span>' for word in line.split()) + "</pre>"


def notebook(line, place="source"):
    cell = {"cell_type": "code", "metadata": {}, "source": ["x = 1\n"], "outputs": []}
    if place == "source":
        cell["source"] += [line + "\n", "y = 2"]
    elif place == "output":
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["1\n", line]}]
    else:
        cell["metadata"] = {place: line}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def in_script(line):
    """JSON in a page, with the escapes that keep a script element whole."""
    return f"<script>{json.dumps({'x': line})}</script>".replace("<-", "\\u003c-").replace("'", "\\u0027")


DRESSES = {
    "page.html": lambda line: f"<p>Here:</p>\n<pre>{html.escape(line)}</pre>",
    "highlighted.html": highlighted,
    "unescaped.html": lambda line: f"<pre>{line}</pre>",
    "script.html": in_script,
    "_sources/chapter.md": lambda line: f"```python\n    {line}\n```",
    "chapter.ipynb": notebook,
    "output.ipynb": lambda line: notebook(line, "output"),
    "metadata.ipynb": lambda line: notebook(line, "vscode"),
    "page.ipynb": lambda line: notebook(highlighted(line), "output"),
    "_static/data.json": lambda line: json.dumps([[line]]),
    "_static/data.js": lambda line: f"var x = {json.dumps(line)};",
    "module.py": lambda line: f"def f():\n    {line.replace(' = ', '=')}",
    "wrapped.txt": lambda line: line.replace(" ", "\n    # "),
    "README": lambda line: f"Know: {line}",
}


def test_what_is_secret(homework):
    secrets = leaks.secrets_of(homework, "03_gradients")
    assert sorted(secrets.values()) == sorted(
        f"03_gradients/{where}: {line.lstrip('# ')[:30]!r}" for line, where in LINES.values()
    )
    assert secrets == leaks.all_secrets(homework)


def test_what_students_have_is_no_secret(homework):
    told = f"a line\n\n{CODE}\n{WRONG}"
    kept = leaks.secrets_of(homework, "03_gradients", told)
    assert not [where for where in kept.values() if "found =" in where or "return" in where]
    assert len(kept) == len(LINES) - 2


def test_only_wrong_answers_may_share_lines_with_the_package(homework, monkeypatch):
    monkeypatch.setattr(leaks, "_package", lambda: leaks.squeezed("\n".join([CODE, WORDS, RUBRIC, HIDDEN, WRONG])))
    kept = leaks.secrets_of(homework, "03_gradients")
    assert len(kept) == len(LINES) - 1
    assert not any("wrong_answers" in where for where in kept.values())


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("name", DRESSES)
def test_a_line_is_found_in_every_dress(tmp_path, secrets, name, kind):
    line, where = LINES[kind]
    tree = tmp_path / "tree"
    path = tree / name
    path.parent.mkdir(parents=True)
    path.write_text(DRESSES[name](line), encoding="utf-8")
    (tree / "innocent.html").write_text("<p>answer = 42</p>", encoding="utf-8")
    (tree / "picture.png").write_bytes(b"\x89PNG\r\n\0\0" + base64.b64decode("AAAA"))
    (found,) = leaks.leaks(secrets, [tree])
    assert found.startswith(f"{path}: 03_gradients/{where}: ")
    assert line not in found


@pytest.mark.parametrize("kind", LINES)
def test_a_line_is_found_in_archives(tmp_path, secrets, kind):
    line, where = LINES[kind]
    content = notebook(line).encode()
    (tmp_path / "a.zip").write_bytes(archive("x/chapter.ipynb", content))
    (tmp_path / "b.tar.gz").write_bytes(tarred("y/chapter.ipynb", content))
    (tmp_path / "c.whl").write_bytes(archive("helpers/x.py", line.encode()))
    found = leaks.leaks(secrets, [tmp_path / name for name in ("a.zip", "b.tar.gz", "c.whl")])
    wanted = ["a.zip (inner.zip/", "b.tar.gz (y/chapter.ipynb)", "c.whl (inner.zip/"]
    # archive() packs twice: the outer file is inner.zip, what is in it has the name that was given
    assert len(found) == 3
    for sentence, name in zip(found, wanted, strict=True):
        assert name in sentence
        assert where in sentence


def test_a_student_sees_the_own_answer_on_the_feedback_page_and_nothing_else(homework, secrets):
    page = homework / "feedback" / "alice" / "03_gradients" / "03_gradients.html"
    page.parent.mkdir(parents=True)
    page.write_text(highlighted(CODE), encoding="utf-8")
    assert len(leaks.leaks(secrets, [homework / "feedback"], homework)) == 1  # not known what alice wrote

    def cell(name, source):
        return {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name}}, "source": source, "outputs": []}

    graded = homework / "autograded" / "alice" / "03_gradients" / "03_gradients.ipynb"
    graded.parent.mkdir(parents=True)
    # beside the answers stand the hidden tests and, for who reads it, the rubric; neither is the student's own
    cells = [cell("answer-3-2", CODE), cell("tests-3-2-1", HIDDEN), cell("", RUBRIC)]
    graded.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert not leaks.leaks(secrets, [homework / "feedback"], homework)
    for secret, where in ((HIDDEN, "hidden_tests.py"), (RUBRIC, "solutions.py, exercise 3.8")):
        page.write_text(highlighted(CODE) + highlighted(secret), encoding="utf-8")
        (found,) = leaks.leaks(secrets, [homework / "feedback"], homework)
        assert where in found
    page.write_text(highlighted(CODE) + highlighted(HIDDEN), encoding="utf-8")
    shutil.copytree(homework / "feedback" / "alice", homework / "feedback" / "bob")  # who did not write it
    assert len(leaks.leaks(secrets, [homework / "feedback" / "bob"], homework)) == 2


def test_the_command_names_file_and_exercise_and_fails(homework, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(homework))
    tree = tmp_path / "site"
    tree.mkdir()
    (tree / "index.html").write_text("<p>nothing</p>", encoding="utf-8")
    assert leaks.main([str(tree)]) == 0
    assert capsys.readouterr().out == ""
    (tree / "index.html").write_text(highlighted(HIDDEN), encoding="utf-8")
    assert leaks.main([str(tree)]) == 1
    printed = capsys.readouterr().out
    assert printed == f"{tree}/index.html: 03_gradients/hidden_tests.py, exercise 3.2: {HIDDEN[:30]!r}\n"
    assert leaks.main([str(tree / "none")]) == 1
    assert "there is no" in capsys.readouterr().err
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(tmp_path / "nowhere"))
    assert leaks.main([str(tree)]) == 1
    assert "RNN_TEXTBOOK_HOMEWORK says where" in capsys.readouterr().err


def test_the_published_trees_are_looked_at(homework):
    for name in ("release", "zips", "feedback", "source"):
        (homework / name).mkdir()
    names = {place.name for place in leaks.trees(homework)}
    assert {"notebooks", "src", "book", "tests", "tools", "release", "zips", "feedback", "README.md"} <= names
    assert "source" not in names
    places = [place for place in leaks.trees(homework) if place == leaks.ROOT / "_build" / "html"]
    assert len(places) == (leaks.ROOT / "_build" / "html").exists()


def test_the_real_homework_has_secrets_of_every_file():
    folder = homework_folder()
    secrets = leaks.all_secrets(folder)
    if not secrets:
        pytest.skip(f"no chapter in {folder.name}/: RNN_TEXTBOOK_HOMEWORK says where the instructor's files are")
    for path in folder.glob("[0-9][0-9]_*/*.py"):
        assert any(where.startswith(f"{path.parent.name}/{path.name}") for where in secrets.values()), path
        assert read_cells(path)
