"""The notebooks as readers get them: normal form, plain CommonMark, stored numbers, citations, exercises.

Each rule is a function from a notebook to a list of sentences, one for each place that breaks it. They are
applied to every notebook of the book; then each of them is shown a notebook that it must refuse.
"""

import ast
import json
import os
import re
import subprocess
import symtable
import sys
from pathlib import Path

import nbformat
import pytest
from pybtex.database import parse_string

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.notebooks import (
    CHECKED,
    FIRST_CELL_TAGS,
    find_exercises,
    first_cell,
    get_source,
    main,
    normalize,
    put_solution,
    read,
    run,
    set_source,
    text,
    to_text,
)

ROOT = Path(__file__).resolve().parents[1]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WIDTH = 75
CHECKED_CELLS = 8  # in a whole chapter
UNFINISHED: dict[str, int] = {}  # chapters of which only a part is written: checked cells so far

each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)

# -- the rules -----------------------------------------------------------------------------------------------


def cells(notebook, kind):
    """Cells of one kind, each with its place (counted from 1, as in error messages) and its text."""
    return [(i, c, text(c)) for i, c in enumerate(notebook["cells"], 1) if c["cell_type"] == kind]


def first_cell_problems(notebook):
    source = get_source(notebook)
    if source is None:
        return ["the first code cell is not the book's: run `make notebooks`"]
    _, cell, found = cells(notebook, "code")[0]
    problems = [] if found == first_cell(source) else ["the first code cell has been changed: run `make notebooks`"]
    if cell["metadata"].get("tags") != FIRST_CELL_TAGS:
        problems.append(f"the first code cell has tags {cell['metadata'].get('tags')}, wanted {FIRST_CELL_TAGS}")
    return problems


def long_lines(notebook):
    return [
        f"cell {i}: {len(line)} characters, wanted at most {WIDTH}: {line}"
        for i, _, source in cells(notebook, "code")
        for line in source.splitlines()
        if len(line) > WIDTH
    ]


MYST = {
    "a directive": r"^[ >]*(?:`{3,}|~{3,}|:{3,})[ ]*\{",
    "a colon fence": r"^[ >]*:{3,}",
    "a role": r"(?<!`)\{[a-zA-Z][\w:+-]*\}`",
    "a target": r"^[ >]*\([\w-]+\)=[ ]*$",
    "a substitution": r"\{\{.*?\}\}",
    "a MyST comment": r"^% ",
    "a link without text": r"(?<!!)\[\]\(",
    r"mathematics in \( \)": r"(?<!\\)\\\(",
    r"mathematics in \[ \]": r"(?<!\\)\\\[",
    "an environment outside $": r"\\begin\{",
    "a labelled equation": r"\$\$[ ]*\([\w:-]+\)[ ]*$",
}


def not_commonmark(notebook):
    """Find what shows raw in Colab: MyST, and mathematics outside of dollars."""
    problems = []
    for i, _, source in cells(notebook, "markdown"):
        fences = re.findall(r"^[ >]*(?:`{3,}|~{3,}|:{3,}).*$", source, re.MULTILINE)
        prose = re.sub(r"^([ >]*)(`{3,}|~{3,})[^{\n]*\n.*?^\1\2[ ]*$", "", source, flags=re.DOTALL | re.MULTILINE)
        for what, pattern in MYST.items():
            searched = "\n".join(fences) if what == "a directive" else prose
            if what not in ("a role", "a directive"):
                searched = re.sub(r"`[^`\n]*`", "", searched)
            if what not in ("a labelled equation", "a target"):
                searched = re.sub(r"\$\$.*?\$\$|(?<!\\)\$[^$\n]*\$", "$", searched, flags=re.DOTALL)
            if found := re.search(pattern, searched, re.MULTILINE):
                problems.append(f"cell {i}: {what}: {found[0]!r}")
    return problems


def output_problems(notebook, wanted):
    problems, checked = [], 0
    for i, cell, _ in cells(notebook, "code"):
        printed = "".join(
            "".join(output.get("text", output.get("data", {}).get("text/plain", ""))) for output in cell["outputs"]
        )
        if CHECKED not in cell["metadata"].get("tags", []):
            if cell["outputs"]:
                problems.append(f"cell {i}: has output, but no tag {CHECKED}")
        elif printed.strip():
            checked += 1
        else:
            problems.append(f"cell {i}: tagged {CHECKED}, but no output is stored: run `make notebooks`")
    if checked < wanted:
        problems.append(f"{checked} cells with checked output, wanted {wanted}")
    return problems


def reference(url):
    """Reduce an address of doi.org or arxiv.org to what identifies the work."""
    kind, identifier = re.fullmatch(r"https?://(?:www\.|dx\.)?(doi|arxiv)\.org/(?:abs/|pdf/)?(.+)", url).groups()
    if kind == "arxiv" or identifier.lower().startswith("10.48550/arxiv."):
        identifier = re.sub(r"^10\.48550/arxiv\.", "", identifier, flags=re.IGNORECASE)
        return "arxiv:" + re.sub(r"(v\d+)?(\.pdf)?$", "", identifier).lower()
    return "doi:" + identifier.replace("%28", "(").replace("%29", ")").lower()


def citation_problems(notebook, bibliography):
    known = set()
    for entry in parse_string(bibliography, "bibtex").entries.values():
        fields = {name.lower(): value for name, value in entry.fields.items()}
        urls = [
            fields.get("url", ""),
            "https://doi.org/" + fields.get("doi", "-").removeprefix("https://doi.org/"),
        ]
        urls.append("https://arxiv.org/abs/" + fields.get("eprint", "-"))
        known |= {reference(url) for url in urls if re.match(r"https?://(www\.|dx\.)?(doi|arxiv)\.org/.", url)}
    problems = []
    for i, _, source in cells(notebook, "markdown"):
        for url in re.findall(r"https?://(?:www\.|dx\.)?(?:doi|arxiv)\.org/(?:[^()\s<>\"]|\([^()\s]*\))+", source):
            if reference(url.rstrip(".,;")) not in known:
                problems.append(f"cell {i}: cites {url}, which no entry of book/references.bib has")
    return problems


def numbering_problems(notebook, stem):
    chapter = int(stem.split("_")[0])
    found = [exercise.number for exercise in find_exercises(notebook)]
    wanted = [f"{chapter}.{place}" for place in range(1, len(found) + 1)]
    return [] if found == wanted else [f"exercises {found}, wanted {wanted}"]


def announcement_problems(notebook):
    """The text announces each exercise, in the same order: "Exercise 3.1 · easy · practice."."""
    prose = "\n".join(source for _, _, source in cells(notebook, "markdown"))
    told = re.findall(r"Exercise (\d+\.\d+) · (?:easy|medium|hard) · (graded|practice)\b", prose)
    wanted = [(found.number, "graded" if found.graded else "practice") for found in find_exercises(notebook)]
    return [] if told == wanted else [f"announced {told}, wanted {wanted}"]


def stub_problems(notebook):
    return [
        f"Exercise {exercise.number}: wanted NotImplementedError with its number, or TODO, in the stub"
        for exercise in find_exercises(notebook)
        if exercise.kind == "code"
        and f'NotImplementedError("Exercise {exercise.number}")' not in exercise.stub
        and not re.search(r"\bTODO\b", exercise.stub)
    ]


def fold_out_problems(notebook):
    """A practice exercise has its solution folded out below it, a graded one has none."""
    problems = []
    exercises = find_exercises(notebook)
    ends = [*(exercise.index for exercise in exercises[1:]), len(notebook["cells"])]
    for exercise, end in zip(exercises, ends, strict=True):
        below = "\n".join(text(cell) for cell in notebook["cells"][exercise.index + 1 : end])
        folded = re.search(rf"<summary>[^<]*[Ss]olution[^<]*\b{re.escape(exercise.number)}\b[^<]*</summary>", below)
        if exercise.graded and folded:
            problems.append(f"Exercise {exercise.number} is graded, and a solution folds out below it")
        if not exercise.graded and not folded:
            problems.append(
                f"Exercise {exercise.number} is practice: wanted below it "
                f"<details><summary>Solution of exercise {exercise.number}</summary>"
            )
    return problems


def parse(source):
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def names(statement):
    """Return which names of the notebook a statement reads, and which it binds."""
    read_names, bound = set(), set()

    def visit(table, top):
        for symbol in table.get_symbols():
            if top and (symbol.is_assigned() or symbol.is_imported()):
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (top or symbol.is_global()):
                read_names.add(symbol.get_name())
        for inner in table.get_children():
            visit(inner, False)

    visit(symtable.symtable(ast.unparse(statement), "cell", "exec"), True)
    if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
        read_names -= bound  # a loop, a block or a definition is taken to bind before it reads
    return read_names, bound


def dependence_problems(notebook):
    """No cell outside an exercise reads a name that an exercise sets."""
    exercises = {exercise.index: exercise.number for exercise in find_exercises(notebook)}
    problems, owners, ours = [], {}, set()
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        for statement in parse(text(cell)).body:
            read_names, bound = names(statement)
            if index in exercises:
                owners |= dict.fromkeys(bound, exercises[index])
            else:
                problems += [
                    f"cell {index + 1} reads {name!r}, which Exercise {owners[name]} sets"
                    for name in sorted(read_names & owners.keys())
                ]
                owners = {name: number for name, number in owners.items() if name not in bound}
                ours |= bound
    return problems


# -- every notebook of the book ------------------------------------------------------------------------------


def listed(problems):
    return "\n".join(["", *problems])


@each_notebook
def test_normal_form(path):
    same = path.read_text(encoding="utf-8") == to_text(normalize(read(path)))
    assert same, "not in normal form: run `make notebooks`"
    nbformat.validate(nbformat.read(path, as_version=4))


@each_notebook
def test_the_first_code_cell_is_the_books(path):
    problems = first_cell_problems(read(path))
    assert not problems, listed(problems)


@each_notebook
def test_code_fits_the_page(path):
    problems = long_lines(read(path))
    assert not problems, listed(problems)


@each_notebook
def test_prose_is_commonmark(path):
    problems = not_commonmark(read(path))
    assert not problems, listed(problems)


@each_notebook
def test_numbers_are_stored_where_they_are_checked_and_nowhere_else(path):
    problems = output_problems(read(path), UNFINISHED.get(path.stem, CHECKED_CELLS))
    assert not problems, listed(problems)


@each_notebook
def test_citations_are_in_the_bibliography(path):
    problems = citation_problems(read(path), (ROOT / "book/references.bib").read_text(encoding="utf-8"))
    assert not problems, listed(problems)


@each_notebook
@pytest.mark.parametrize(
    "rule",
    [announcement_problems, stub_problems, fold_out_problems, dependence_problems],
    ids=["announcements", "stubs", "fold-outs", "dependence"],
)
def test_exercises(path, rule):
    problems = rule(read(path))
    assert not problems, listed(problems)


@each_notebook
def test_exercises_are_numbered(path):
    problems = numbering_problems(read(path), path.stem)
    assert not problems, listed(problems)


@each_notebook
def test_nbval_finds_the_stored_numbers_again(path):
    passed, report = nbval(path)
    assert passed, report


# -- the rules refuse what they should -----------------------------------------------------------------------

PRACTICE = """# Exercise 3.1
def double(x):
    raise NotImplementedError("Exercise 3.1")

with exercise("3.1"):
    two = double(1)
    assert two == 2, "twice\""""
GRADED = """# Exercise 3.2
answer = TODO

with exercise("3.2", graded=True):
    assert answer == 4, "count again\""""
FOLDED = "<details><summary>Solution of exercise 3.1</summary>\n\nTwice.\n\n</details>"
PRINTS = 'print(f"{0.9**60:.4f}")'


def code(source, *tags, printed=None):
    outputs = [{"name": "stdout", "output_type": "stream", "text": [printed]}] if printed else []
    return {
        "cell_type": "code",
        "execution_count": 5 if printed else None,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": outputs,
        "source": source,
    }


def markdown(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def book(*content):
    """A notebook in normal form with these cells after the first."""
    return normalize({"cells": list(content), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


IMPORTS = "from helpers.exercise import TODO, exercise"
SOUND = book(
    markdown("# Small\n\nProse with $x^2$ and $$\\begin{pmatrix}1 \\\\[2pt] 2\\end{pmatrix}$$ and `{ref}` in code."),
    code(IMPORTS),
    code(PRINTS, CHECKED, printed="0.0018\n"),
    code(PRACTICE),
    markdown(FOLDED),
    code(GRADED),
    markdown("**Exercise 3.3, graded: your answer**\n\n*Write here.*"),
    code("two = 2\nprint(two)\ndef use(answer):\n    return answer"),
)


def test_a_sound_notebook_breaks_no_rule():
    problems = first_cell_problems(SOUND) + long_lines(SOUND) + not_commonmark(SOUND) + output_problems(SOUND, 1)
    problems += numbering_problems(SOUND, "03_small") + stub_problems(SOUND) + fold_out_problems(SOUND)
    assert not problems + dependence_problems(SOUND), problems


@pytest.mark.parametrize(
    "prose",
    [
        "```{note}\nx\n```",
        "> ```{note}\n> x\n> ```",
        ":::{admonition} x\ny\n:::",
        "::: note",
        "see {ref}`x`",
        "{math}`x^2`",
        "(label)=\n# Title",
        "{{ name }}",
        "% a comment",
        "see [](other.md)",
        r"an equation \(x\)",
        r"\[x\]",
        "\\begin{align}\nx\n\\end{align}",
        "$$\nx\n$$ (eq-1)",
    ],
)
def test_what_shows_raw_in_colab_is_found(prose):
    assert not_commonmark(book(markdown("Before.\n\n" + prose)))


@pytest.mark.parametrize(
    "prose",
    [
        "```python\nx = {1: 2}\n```",
        "# 1 (one)",
        "costs \\$5 and {a, b}",
        "$\\{x\\}$ `y`",
        "50 % of [it](https://x.org)",
        "![](a.svg)",
    ],
)
def test_plain_commonmark_is_let_through(prose):
    assert not not_commonmark(book(markdown(prose)))


def test_long_lines_are_found():
    assert long_lines(book(code("x = 1\n" + "y" * 76))) == [f"cell 2: 76 characters, wanted at most 75: {'y' * 76}"]


def test_missing_and_stray_outputs_are_found():
    assert "no output is stored" in output_problems(book(code(PRINTS, CHECKED)), 0)[0]
    assert "no output is stored" in output_problems(book(code(PRINTS, CHECKED, printed=" \n")), 0)[0]
    assert output_problems(SOUND, 2) == ["1 cells with checked output, wanted 2"]
    stray = book(code(PRINTS))
    stray["cells"][-1]["outputs"] = code(PRINTS, printed="0.0018")["outputs"]
    assert "no tag" in output_problems(stray, 0)[0]


def test_a_changed_first_cell_is_found():
    changed = book(code("x = 1"))
    changed["cells"][0]["source"].append("\nprint(1)")
    assert "changed" in first_cell_problems(changed)[0]
    del changed["cells"][0]
    assert "not the book's" in first_cell_problems(changed)[0]
    untagged = book(code("x = 1"))
    untagged["cells"][0]["metadata"] = {}
    assert "tags" in first_cell_problems(untagged)[0]


BIBLIOGRAPHY = """
@article{a, title={A}, author={B, C}, year={1990}, journal={J}, doi={10.1016/0364-0213(90)90002-E}}
@misc{b, title={A}, author={B, C}, year={2013}, url={https://arxiv.org/abs/1211.5063}}
@misc{c, title={A}, author={B, C}, year={2015}, eprint={1504.00941}}
"""


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://doi.org/10.1016/0364-0213(90)90002-E", True),
        ("https://doi.org/10.1016/0364-0213(90)90002-e", True),
        ("https://arxiv.org/abs/1211.5063", True),
        ("https://arxiv.org/pdf/1211.5063v2", True),
        ("https://doi.org/10.48550/arXiv.1211.5063", True),
        ("https://arxiv.org/abs/1504.00941", True),
        ("https://arxiv.org/abs/1211.5064", False),
        ("https://doi.org/10.1016/0364-0213(90)90002", False),
    ],
)
def test_citations_are_matched_by_doi_or_address(url, there):
    problems = citation_problems(book(markdown(f"see [Author (2000, section 2)]({url}).")), BIBLIOGRAPHY)
    assert bool(problems) != there, problems


@pytest.mark.parametrize("numbers", [["3.2"], ["3.1", "3.3"], ["3.2", "3.1"], ["2.1"], ["3.1", "4.2"]])
def test_wrong_numbers_are_found(numbers):
    wrong = book(*(code(PRACTICE.replace("3.1", number)) for number in numbers))
    assert numbering_problems(wrong, "03_small")


def test_an_exercise_announced_otherwise_is_found():
    told = "Exercise 3.1 · easy · practice. Double it."
    assert not announcement_problems(book(markdown(told), code(PRACTICE)))
    for other in ("", told.replace("3.1", "3.2"), told.replace("practice", "graded"), f"{told}\n\n{told}"):
        assert announcement_problems(book(markdown(other), code(PRACTICE))), other


def test_a_stub_that_does_not_say_to_do_is_found():
    assert stub_problems(book(code(PRACTICE.replace('("Exercise 3.1")', "()"))))
    assert stub_problems(book(code(GRADED.replace("TODO", "None"))))


def test_missing_and_forbidden_solutions_are_found():
    assert "is practice" in fold_out_problems(book(code(PRACTICE), code(GRADED), markdown(FOLDED)))[0]
    given_away = FOLDED.replace("3.1", "3.2")
    assert "is graded" in fold_out_problems(book(code(GRADED), markdown(given_away)))[0]


@pytest.mark.parametrize(
    "after",
    [
        "double(3)",
        "print(two)",
        "def later():\n    return double(1)",
        "two = two + 1",
        "[double(x) for x in y]",
    ],
)
def test_a_cell_that_depends_on_an_exercise_is_found(after):
    assert dependence_problems(book(code(PRACTICE), code(after)))


@pytest.mark.parametrize(
    "after",
    ["two = 1\ntwo", "def f(two):\n    return two", "for two in range(3):\n    two", "[two for two in x]"],
)
def test_a_cell_with_names_of_its_own_is_let_through(after):
    assert not dependence_problems(book(code(PRACTICE), code(after)))


def nbval(path):
    """Run nbval on one notebook as `make test` does; return whether it passed, and its report."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "RNN_TEXTBOOK_"))}
    environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval-lax",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-q",
    ]
    options = ["--override-ini=addopts=", f"--rootdir={path.parent}", "--nbval-cell-timeout=300", str(path)]
    done = subprocess.run([*command, *options], env=environ, cwd=path.parent, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("printed", ["0.0018\n", "0.0019\n"])
def test_editing_one_stored_number_fails(tmp_path, printed):
    path = tmp_path / "03_small.ipynb"
    path.write_text(to_text(book(code(PRINTS, CHECKED, printed=printed))), encoding="utf-8")
    passed, report = nbval(path)
    assert passed == (printed == "0.0018\n"), report
    assert passed or "0.0019" in report


# -- the tool ------------------------------------------------------------------------------------------------

INSTALL = "rnn-textbook @ git+https://host.invalid/some-university/recurrent-networks-book@edition-0.1.0"


@pytest.mark.parametrize("source", ["", "rnn-textbook @ file:///x.whl", INSTALL, INSTALL.replace("book", "b" * 90)])
def test_the_source_comes_back_as_it_was_set(source):
    notebook = set_source(book(code("x = 1")), source)
    assert get_source(notebook) == source
    assert not first_cell_problems(notebook)
    assert not long_lines(notebook)
    assert get_source(normalize(notebook)) == source
    assert get_source(set_source(notebook, "")) == ""


def test_setting_the_source_changes_a_copy_and_nothing_but_the_first_cell():
    before = to_text(SOUND)
    after = set_source(SOUND, INSTALL)
    assert to_text(SOUND) == before
    assert after["cells"][0]["source"] == SOUND["cells"][0]["source"]  # the title
    assert after["cells"][2:] == SOUND["cells"][2:]
    assert to_text(after) == to_text(normalize(after))


@pytest.mark.parametrize("source", ['x"; rm', "$HOME", "{x}", "a\\b", "a\nb", "`ls`"])
def test_a_source_that_would_mean_something_else_is_refused(source):
    with pytest.raises(ValueError, match="source: wanted"):
        first_cell(source)


def what_the_first_cell_does(source, colab, installed):
    """Run the first cell in IPython, %pip replaced by a print."""
    script = (
        "import sys, importlib.util\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.register_magic_function(lambda line: print('PIP', line), magic_name='pip')\n"
        "find = importlib.util.find_spec\n"
        f"spec = object() if {installed} else None\n"
        "importlib.util.find_spec = lambda name: spec if name == 'helpers' else find(name)\n"
        f"shell.run_cell({first_cell(source)!r}).raise_error()\n"
    )
    environ = {name: value for name, value in os.environ.items() if name != "COLAB_RELEASE_TAG"}
    environ |= {"COLAB_RELEASE_TAG": "release-colab"} if colab else {}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_first_cell_installs_on_colab_only():
    assert what_the_first_cell_does(INSTALL, colab=True, installed=False) == f'PIP install --quiet "{INSTALL}"\n'
    assert what_the_first_cell_does(INSTALL, colab=False, installed=True) == ""
    assert what_the_first_cell_does("", colab=False, installed=True) == ""


def test_the_first_cell_says_what_to_do_where_it_cannot_install():
    colab = what_the_first_cell_does("", colab=True, installed=False)
    assert "does not know where the book" in colab
    assert "Open it with the Colab button" in colab
    elsewhere = what_the_first_cell_does(INSTALL, colab=False, installed=False)
    assert "`pip install .` in the book's folder" in elsewhere
    assert "PIP" not in colab + elsewhere


MESSY = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a b",
            "metadata": {"x": 1},
            "source": ["Title  \n", "more\t\n", "\n", "\n"],
        },
        {
            "cell_type": "code",
            "id": "keep-me",
            "execution_count": 7,
            "metadata": {"tags": ["z", CHECKED, "z"], "collapsed": True},
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "a\n"},
                {"output_type": "stream", "name": "stdout", "text": ["b\n"]},
                {"output_type": "stream", "name": "stderr", "text": "warning"},
                {"output_type": "display_data", "data": {"text/plain": "Figure()"}, "metadata": {}},
                {
                    "output_type": "execute_result",
                    "execution_count": 7,
                    "data": {"text/plain": "1é", "text/html": "<b>1</b>"},
                    "metadata": {"m": 1},
                },
            ],
            "source": "print('a')  \n1",
        },
        {**code("x = 1", printed="x"), "id": "keep-me"},
        {**code("  \n"), "id": "empty"},
        code("x = 1"),
        code("x = 1"),
    ],
    "metadata": {"widgets": {"state": {}}, "kernelspec": {"name": "conda-env"}, "colab": {"provenance": []}},
    "nbformat": 4,
    "nbformat_minor": 4,
}


def test_normal_form_of_a_messy_notebook():
    before = json.dumps(MESSY)
    normal = normalize(MESSY)
    assert json.dumps(MESSY) == before
    assert normal["metadata"]["language_info"] == {"name": "python"}
    assert normal["metadata"].keys() == {"kernelspec", "language_info"}
    title, first, checked, *rest = normal["cells"]
    assert text(title) == "Title\nmore"
    assert text(first) == first_cell("")
    assert checked["id"] == "keep-me"
    assert checked["metadata"] == {"tags": [CHECKED, "z"]}
    assert [output["output_type"] for output in checked["outputs"]] == ["stream", "execute_result"]
    assert checked["outputs"][0]["text"] == ["a\n", "b\n"]
    assert checked["outputs"][1]["data"] == {"text/plain": ["1é"]}
    assert len(rest) == 3
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in rest)
    assert checked["execution_count"] == checked["outputs"][1]["execution_count"] == 1
    ids = [cell["id"] for cell in normal["cells"]]
    assert len(set(ids)) == len(ids)
    assert ids == [cell["id"] for cell in normalize(MESSY)["cells"]]


def test_normal_form_is_what_jupyter_writes_and_stays(tmp_path):
    normal = to_text(normalize(MESSY))
    assert to_text(normalize(json.loads(normal))) == normal
    path = tmp_path / "a.ipynb"
    nbformat.write(nbformat.reads(normal, as_version=4), path)
    assert path.read_text(encoding="utf-8") == normal


def test_the_command_checks_and_writes(tmp_path, capsys):
    path = tmp_path / "03_small.ipynb"
    path.write_text(json.dumps(MESSY), encoding="utf-8")
    assert main(["--check", str(path)]) == 1
    assert "03_small.ipynb is not in normal form" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == json.dumps(MESSY)
    assert main([str(path)]) == 0
    assert main(["--check", str(path)]) == 0
    path.write_text("no JSON", encoding="utf-8")
    assert main([str(path)]) == 1
    assert "is not a notebook" in capsys.readouterr().err


def test_the_command_runs_a_notebook_and_stores_its_numbers(tmp_path, capsys):
    path = tmp_path / "03_small.ipynb"
    path.write_text(to_text(book(code("x = 2"), code("print(x)\nx + 1", CHECKED), code("print(1)"))), encoding="utf-8")
    assert main(["--run", str(path)]) == 0
    *_, checked, other = read(path)["cells"]
    assert [output.get("text", output.get("data")) for output in checked["outputs"]] == [
        ["2\n"],
        {"text/plain": ["3"]},
    ]
    assert other["outputs"] == []
    assert main(["--run", "--check", str(path)]) == 0
    stored = path.read_text(encoding="utf-8")
    path.write_text(stored.replace('"2\\n"', '"5\\n"'), encoding="utf-8")
    assert main(["--run", "--check", str(path)]) == 1
    path.write_text(stored.replace("x = 2", "x = 1/0"), encoding="utf-8")
    assert main(["--run", str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert "1/0" in path.read_text(encoding="utf-8")


def test_running_returns_normal_form(tmp_path):
    once = run(book(code(PRINTS, CHECKED)), tmp_path)
    assert once == normalize(once)
    assert once["cells"][-1]["outputs"][0]["text"] == ["0.0018\n"]


def test_exercises_are_found_with_stub_and_check():
    practice, graded, words = find_exercises(SOUND)
    assert practice._replace(index=0) == (
        "3.1",
        "code",
        0,
        False,
        '# Exercise 3.1\ndef double(x):\n    raise NotImplementedError("Exercise 3.1")',
        'with exercise("3.1"):\n    two = double(1)\n    assert two == 2, "twice"',
    )
    assert (graded.number, graded.graded, graded.stub) == ("3.2", True, "# Exercise 3.2\nanswer = TODO")
    assert words[:2] + words[3:] == ("3.3", "text", True, "*Write here.*", "")
    assert text(SOUND["cells"][graded.index]).startswith("# Exercise 3.2")


def test_exercises_are_found_in_what_colab_saves():
    saved = json.loads(to_text(SOUND))
    for cell in saved["cells"]:
        cell.pop("id")
        cell["metadata"] = {"id": "Xy12", "outputId": "z"}
        cell["source"] = text(cell)
    assert [found[:2] for found in find_exercises(saved)] == [found[:2] for found in find_exercises(SOUND)]


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (PRACTICE.replace('with exercise("3.1")', "if True"), "wanted one `with exercise"),
        (PRACTICE.replace('exercise("3.1")', 'exercise("3.2")'), "its check says exercise"),
        (PRACTICE + "\n\nwith exercise('3.1'):\n    pass", "got 2"),
        ("import numpy\n" + PRACTICE, "the first line of its cell"),
        (PRACTICE + "\n" + PRACTICE, "wanted one marker line"),
        (PRACTICE.replace("def double", "%time\ndef double"), "not plain Python"),
    ],
)
def test_a_broken_exercise_is_refused(cell, complaint):
    with pytest.raises(ValueError, match=rf"^Exercise 3\.1: .*{re.escape(complaint)}"):
        find_exercises(book(code(cell)))


def test_an_exercise_found_twice_is_refused():
    with pytest.raises(ValueError, match=r"more than one cell for Exercise 3\.1"):
        find_exercises(book(code(PRACTICE), code(PRACTICE)))


def test_a_solution_replaces_the_stub_and_nothing_else():
    solved = put_solution(SOUND, "3.1", "def double(x):\n    return 2 * x\n")
    before, after = find_exercises(SOUND), find_exercises(solved)
    assert after[0].stub == "# Exercise 3.1\ndef double(x):\n    return 2 * x"
    assert after[0].check == before[0].check
    assert after[1:] == before[1:]
    assert solved["cells"][: after[0].index] == SOUND["cells"][: after[0].index]
    assert find_exercises(SOUND) == before
    assert find_exercises(put_solution(SOUND, "3.3", "Because.\n"))[2].stub == "Because."
    with pytest.raises(ValueError, match=r"no Exercise 3\.9"):
        put_solution(SOUND, "3.9", "x")
