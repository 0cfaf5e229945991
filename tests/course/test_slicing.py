"""Which cells of a chapter run: all that an answer could notice, and no others."""

import pytest

from tools.course.slicing import DYNAMIC, anchors, imports_of, mentioned, names_in, needed


def runs(*cells):
    """Say which of these run; those that begin with a * are the student's or the grader's."""
    return [text for text, keep in zip(cells, needed([_cell(text) for text in cells]), strict=True) if keep]


def _cell(text):
    return not text.startswith("*"), text.removeprefix("*")


@pytest.mark.parametrize(
    ("cells", "left_out"),
    [
        (["x = 1", "y = 2", "*print(x)"], ["y = 2"]),
        (["a = 1", "b = a + 1", "c = 3", "*print(b)"], ["c = 3"]),
        (["def f():\n    return g()", "def g():\n    return h", "h = 1", "k = 2", "*f()"], ["k = 2"]),
        (["h = 1", "def f():\n    return h", "*f()", "h = 2"], []),  # a later call would see it: kept to be safe
        (["x = []", "x.append(1)", "y = len(x)", "*print(x)"], []),
        (["x = 1", "x = 2", "*print(x)"], ["x = 1"]),
        (["x = 1", "x += 1", "*print(x)"], []),
        (["x = np.zeros(3)", "x[0] = 1", "plt.plot([1])", "*print(x)"], ["plt.plot([1])"]),
        (["class A:\n    pass", "a = A()", "b = 1", "*a"], ["b = 1"]),
        (["x = 1", "with open('f') as file:\n    y = x", "z = 3", "*y"], ["z = 3"]),
        (["for i in range(3):\n    t = i", "u = 1", "*t"], ["u = 1"]),
        (["import numpy as np", "x = np.ones(2)", "*y = 1"], ["import numpy as np", "x = np.ones(2)"]),
        (["x = 1", "*def f():\n    return x"], []),
        (["import numpy as np", "x = np.ones(2)", "*np = 1\nsum = 0"], ["import numpy as np", "x = np.ones(2)"]),
        (["x = 1", "*def f(x):\n    return x"], ["x = 1"]),
        (["x = 1", "*this is no Python"], ["x = 1"]),
        (["x = 1", "*lambda: [x for _ in range(3)]"], []),
        (["n = 1", "def f():\n    global n\n    n = 5", "m = 1", "*f()\nprint(n)"], ["m = 1"]),
    ],
)
def test_what_nothing_uses_is_left_out(cells, left_out):
    assert [cell for cell in cells if cell not in runs(*cells)] == left_out


@pytest.mark.parametrize(
    "student",
    [*(f"{name}('x')" for name in sorted(DYNAMIC)), "%run other.py", "!ls", "%%timeit\nf()", "from other import *"],
)
def test_a_student_whose_names_cannot_be_read_gets_the_whole_chapter(student):
    cells = ["x = 1", "y = 2", f"*{student}"]
    assert runs(*cells) == cells


def test_the_students_own_cells_always_run():
    assert runs("*a = 1", "*b = 2", "x = 3") == ["*a = 1", "*b = 2"]


@pytest.mark.parametrize("source", ["", "def f(:", "x = '\0'", "(" * 5000, "x = " + "-" * 50_000 + "1"])
def test_broken_python_names_nothing(source):
    assert names_in(source).uses == frozenset()


def test_names_of_a_cell():
    names = names_in("import os\nx = y + z\ny = 1\ndef f(a):\n    return a + w\n")
    assert names.uses >= {"y", "z"}
    assert names.later == {"w"}
    assert names.binds == {"x", "y", "f"}
    assert mentioned(["x = y", "def f():\n    return w"]) == {"x", "y", "f", "w"}


def test_imports_are_kept_by_name():
    cell = "import numpy as np\nfrom a.b import c, d\nimport e.f\nprint(1)\n"
    cell += "try:\n    import g\nexcept ImportError:\n    g = 0"
    assert imports_of(cell, {"np"}) == "import numpy as np"
    assert imports_of(cell, {"d"}) == "from a.b import c, d"
    assert imports_of(cell, {"e"}) == "import e.f"
    assert "import g" in imports_of(cell, {"g"})
    assert "print" not in imports_of(cell, {"np", "c", "e", "g"})
    assert imports_of("def f(:", {"f"}) == ""


def test_modules_and_the_books_own_names_are_anchors():
    cell = "import numpy as np\nimport os.path\nfrom helpers.exercise import personal, TODO as todo\nfrom a import b"
    assert anchors(cell) == {
        "np": "import numpy as np",
        "os": "import os.path",
        "personal": "from helpers.exercise import personal",
        "todo": "from helpers.exercise import TODO as todo",
    }
