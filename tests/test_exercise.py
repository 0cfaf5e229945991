"""The check around an answer, the answer still to come, personal numbers."""

import math
import operator
import os
import subprocess
import sys
from collections import Counter
from functools import partial

import numpy as np
import pytest

from helpers.exercise import TODO, exercise, personal


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    for name in ("GRADING", "COURSE_KEY", "STUDENT"):
        monkeypatch.delenv(f"RNN_TEXTBOOK_{name}", raising=False)


# exercise


def test_an_unsolved_exercise_says_so_and_lets_the_notebook_run_on(capsys):
    with exercise("3.1"):
        raise NotImplementedError("Exercise 3.1")
    assert capsys.readouterr().out == "Exercise 3.1: to do\n"


def test_a_solved_exercise_says_so(capsys):
    with exercise("3.1"):
        assert True
    with exercise("3.2", graded=True):
        assert True
    assert capsys.readouterr().out.splitlines() == [
        "Exercise 3.1: solved",
        "Exercise 3.2: solved, as far as these checks can see; the grader has more",
    ]


def test_a_wrong_answer_stops_with_its_hint(capsys):
    with pytest.raises(AssertionError, match="compare radius"), exercise("3.1"):
        raise AssertionError("compare radius**43 and radius**44")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "error",
    [
        NotImplementedError(),
        NotImplementedError("Exercise 3.2"),
        NotImplementedError("Exercise 3.10"),
        NotImplementedError("Exercise 3.1.2"),
        NotImplementedError("Exercise 13.1"),
        NotImplementedError("Exercise 3.1 needs Exercise 2.4"),
        NotImplementedError("a student's own"),
        RuntimeError("Exercise 3.1"),
        NameError("effective_memory"),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_every_other_error_is_raised(error, capsys):
    with pytest.raises(type(error)) as caught, exercise("3.1"):
        raise error
    assert caught.value is error
    assert capsys.readouterr().out == ""


def test_under_the_grader_nothing_is_swallowed_and_nothing_printed(monkeypatch, capsys):
    monkeypatch.setenv("RNN_TEXTBOOK_GRADING", "1")
    with pytest.raises(NotImplementedError, match=r"Exercise 3\.1"), exercise("3.1"):
        raise NotImplementedError("Exercise 3.1")
    with pytest.raises(NotImplementedError, match=r"Exercise 3\.2"), exercise("3.2"):
        assert TODO == 1
    with exercise("3.1", graded=True):
        pass
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("number", ["", "3", "3.", ".1", "3.1.2", "3.0", "03.1", "3,1", " 3.1", "a.b", "3.1\n", 3.1])
def test_a_number_that_is_none_is_refused_at_once(number):
    with pytest.raises(ValueError, match=r'like "3\.1"'):
        exercise(number)
    with pytest.raises(ValueError, match=r'like "3\.1"'):
        personal(number, size=(1, 2))


# TODO

USES = {
    "==": lambda: TODO == 1,
    "== from the right": lambda: 1 == TODO,  # noqa: SIM300
    "== string": lambda: "tanh" == TODO,  # noqa: SIM300
    "!=": lambda: TODO != 1,
    "<": lambda: TODO < 1,
    "1 <": lambda: 1 < TODO,  # noqa: SIM300
    "0 < . < 1": lambda: 0 < TODO < 1,
    "hash": lambda: {TODO: 1},
    "bool": lambda: not TODO,
    "and": lambda: TODO and True,
    "call": lambda: TODO(1),
    "len": lambda: len(TODO),
    "iter": lambda: list(TODO),
    "unpack": lambda: (lambda a, b: a)(*TODO),
    "next": lambda: next(TODO),
    "reversed": lambda: reversed(TODO),
    "in TODO": lambda: 1 in TODO,
    "in a list": lambda: TODO in [1, 2],
    "in a set": lambda: TODO in {1, 2},
    "item": lambda: TODO[0],
    "as an index": lambda: [1, 2][TODO],
    "range": lambda: range(TODO),
    "attribute": lambda: TODO.shape,
    "setattr": lambda: setattr(TODO, "shape", 1),
    "method": lambda: TODO.sum(),
    "str": lambda: str(TODO),
    "f-string": lambda: f"{TODO}",
    "f-string .2f": lambda: f"{TODO:.2f}",
    "%d": lambda: "%d" % TODO,  # noqa: UP031
    "sum": lambda: sum([TODO, 1]),
    "sorted": lambda: sorted([TODO, 1]),
    "max": lambda: max(TODO, 1),
    "divmod": lambda: divmod(TODO, 2),
    "rdivmod": lambda: divmod(2, TODO),
    "np.asarray": lambda: np.asarray(TODO),
    "np.array": lambda: np.array([1.0, TODO], dtype=float),
    "np.isclose": lambda: np.isclose(TODO, 1),
    "np.allclose": lambda: np.allclose(TODO, 1.0),
    "np.allclose, second": lambda: np.allclose(np.ones(2), TODO),
    "np.array_equal": lambda: np.array_equal(TODO, [1]),
    "np.shape": lambda: np.shape(TODO),
    "np.testing": lambda: np.testing.assert_allclose(TODO, 1),
    "ufunc": lambda: np.sqrt(TODO),
    "array == TODO": lambda: np.ones(2) == TODO,
    "array + TODO": lambda: np.ones(2) + TODO,
    "array @ TODO": lambda: np.ones(2) @ TODO,
    "np.linalg.norm": lambda: np.linalg.norm(TODO),
    "np.float64 *": lambda: np.float64(2) * TODO,
    "== approx": lambda: pytest.approx(1) == TODO,
    "approx(TODO)": lambda: pytest.approx(TODO) == 1,
    "math.isclose": lambda: math.isclose(TODO, 1),
    "math.sqrt": lambda: math.sqrt(TODO),
    "math.floor": lambda: math.floor(TODO),
    "operator.index": lambda: operator.index(TODO),
}
UNARY = (abs, int, float, complex, round, bytes, operator.neg, operator.pos, operator.invert)
BINARY = (
    *(
        operator.add,
        operator.sub,
        operator.mul,
        operator.matmul,
        operator.truediv,
        operator.floordiv,
        operator.mod,
    ),
    *(
        operator.pow,
        operator.lshift,
        operator.rshift,
        operator.and_,
        operator.xor,
        operator.or_,
        operator.iadd,
    ),
)
USES |= {f"{use.__name__}(.)": partial(use, TODO) for use in UNARY}
USES |= {f"{use.__name__}(., 2)": partial(use, TODO, 2) for use in BINARY}
USES |= {f"{use.__name__}(2, .)": partial(use, 2, TODO) for use in BINARY}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_any_use_of_todo_in_a_check_means_to_do(use, capsys):
    with exercise("3.2"):
        use()
        pytest.fail("TODO was used and nothing happened")
    assert capsys.readouterr().out == "Exercise 3.2: to do\n"


SHOWN = {"str", "f-string"}


@pytest.mark.parametrize("name", [name for name in USES if name not in SHOWN])
def test_outside_a_check_its_use_raises_a_clear_sentence(name):
    with pytest.raises(NotImplementedError, match="an answer that is still missing: write yours"):
        USES[name]()


def test_torch_meets_the_same_error(capsys):
    torch = pytest.importorskip("torch")
    uses = [
        lambda: torch.tensor(TODO),
        lambda: torch.as_tensor(TODO),
        lambda: torch.ones(1) + TODO,
        lambda: torch.allclose(torch.ones(1), TODO),
    ]
    for use in uses:
        with exercise("3.2"):
            use()
            pytest.fail("TODO was used and nothing happened")
    assert capsys.readouterr().out == "Exercise 3.2: to do\n" * len(uses)


def test_todo_can_be_shown_anywhere(capsys):
    assert repr(TODO) == str(TODO) == f"{TODO}" == "TODO"
    with exercise("3.2"):
        shown = repr([TODO])
    assert shown == "[TODO]"
    assert capsys.readouterr().out == "Exercise 3.2: solved\n"


def test_todo_is_shown_by_ipython():
    program = "answer = TODO\nanswer"
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_cell('from helpers.exercise import TODO')\n"
        f"result = shell.run_cell({program!r})\n"
        "result.raise_error()\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=os.environ, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1].endswith("TODO"), run.stdout


def test_each_check_names_its_own_exercise_and_leaves_nothing_behind(capsys):
    with exercise("3.2"):
        with exercise("3.3"):
            assert TODO == 1
        assert TODO == 1
    with pytest.raises(NotImplementedError, match="write yours"):
        assert TODO == 1
    assert capsys.readouterr().out == "Exercise 3.3: to do\nExercise 3.2: to do\n"


# personal


def become(monkeypatch, key, student):
    monkeypatch.setenv("RNN_TEXTBOOK_COURSE_KEY", key)
    monkeypatch.setenv("RNN_TEXTBOOK_STUDENT", student)


def test_the_draws_never_change(monkeypatch):
    # Numbers that students have been given: if this fails, the code is wrong, not the test.
    drawn = personal("3.4", size=(3, 6), radius=(0.7, 0.95))
    assert (drawn.size, drawn.radius) == (3, 0.77)
    become(monkeypatch, "autumn", "ada")
    drawn = personal("3.4", size=(3, 6), radius=(0.7, 0.95), angle=(-1.0, 1.0), seed=(0, 10**9))
    assert (drawn.size, drawn.radius, drawn.angle, drawn.seed) == (3, 0.85, 0.81, 248631661)
    assert repr(personal("3.4", size=(3, 6), radius=(0.7, 0.95))) == "Personal(size=3, radius=0.85)"


def test_empty_key_and_student_are_the_public_draw(monkeypatch):
    public = personal("3.4", seed=(0, 10**9))
    become(monkeypatch, "", "")
    assert personal("3.4", seed=(0, 10**9)).seed == public.seed


def test_the_order_of_the_parameters_does_not_matter():
    one, other = personal("3.4", a=(0, 999), b=(0.0, 9.0)), personal("3.4", b=(0.0, 9.0), a=(0, 999))
    assert (one.a, one.b) == (other.a, other.b)
    assert personal("3.4", a=(0, 999)).a == one.a


def test_key_student_exercise_and_name_each_matter(monkeypatch):
    draws = []
    for key, student, number in [
        ("k", "ada", "3.4"),
        ("l", "ada", "3.4"),
        ("k", "bob", "3.4"),
        ("k", "ada", "3.5"),
        ("ka", "da", "3.4"),
        ("", "kada", "3.4"),
    ]:
        become(monkeypatch, key, student)
        drawn = personal(number, a=(0, 10**12), b=(0, 10**12))
        draws += [drawn.a, drawn.b]
    assert len(set(draws)) == len(draws)


def test_every_value_of_the_closed_range_is_about_equally_likely(monkeypatch):
    sizes, radii = Counter(), Counter()
    for student in range(4000):
        become(monkeypatch, "key", f"student-{student}")
        drawn = personal("3.4", size=(-1, 2), radius=(0.7, 0.79))
        sizes[drawn.size] += 1
        radii[drawn.radius] += 1
    assert set(sizes) == {-1, 0, 1, 2}
    assert set(radii) == {0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78, 0.79}
    for counts in (sizes, radii):
        expected = 4000 / len(counts)
        chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
        assert chi_square < 28, counts  # 1 in 1000 for nine degrees of freedom; the draw is fixed


def test_types_and_single_values():
    drawn = personal("3.4", n=(2, 2), r=(0.5, 0.5), odd=(0.705, 0.714), low=(-0.05, -0.05))
    assert (type(drawn.n), type(drawn.r)) == (int, float)
    assert (drawn.n, drawn.r, drawn.odd, drawn.low) == (2, 0.5, 0.71, -0.05)


def test_the_numbers_are_read_only():
    drawn = personal("3.4", size=(3, 6))
    with pytest.raises(AttributeError):
        drawn.size = 4


@pytest.mark.parametrize(
    "bounds",
    [
        (6, 3),
        (0.9, 0.7),
        (1, 2.0),
        (1.0, 2),
        (),
        (1,),
        (1, 2, 3),
        5,
        "ab",
        (True, False),
        (0.701, 0.709),
        (0.0, math.inf),
        (math.nan, 1.0),
    ],
)
def test_a_range_without_values_is_refused(bounds):
    with pytest.raises(ValueError, match=r"^size: wanted"):
        personal("3.4", size=bounds)


def test_no_range_at_all_is_refused():
    with pytest.raises(ValueError, match=r"^ranges: wanted at least one"):
        personal("3.4")
