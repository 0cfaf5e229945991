"""Exercises in a notebook: the check around an answer, the answer still to come, and personal numbers.

An exercise is one code cell, from its marker line to its check::

    # Exercise 3.1
    def effective_memory(radius, epsilon):
        raise NotImplementedError("Exercise 3.1")

    with exercise("3.1"):
        assert effective_memory(0.9, 0.01) == 44, "compare radius**43 and radius**44 with epsilon"

Unsolved it prints ``Exercise 3.1: to do`` and the notebook runs on. A wrong answer stops the notebook with
the hint.
"""

import math
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import make_dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, NoReturn

__all__ = ["TODO", "exercise", "personal"]

_open: ContextVar[str | None] = ContextVar("_open", default=None)  # the exercise whose check is running


def exercise(number: str, graded: bool = False) -> AbstractContextManager[None]:
    """Run the check of an exercise: ``with exercise("3.1"): assert ...``.

    Parameters
    ----------
    number
        Chapter and place in the chapter, such as ``"3.1"``.
    graded
        Whether a grader runs further tests; a passed check then says so.

    Returns
    -------
    context manager
        It prints "to do" and swallows the error if the block meets a ``NotImplementedError`` that names this
        exercise and no other. Any other error goes through, a failed assertion with its hint among them.
        With ``RNN_TEXTBOOK_GRADING=1`` in the environment nothing is swallowed and nothing printed.

    Raises
    ------
    ValueError
        If `number` is not of the form ``"3.1"``.
    """
    return _check(_valid(number), graded)


@contextmanager
def _check(number: str, graded: bool) -> Iterator[None]:
    grading = os.environ.get("RNN_TEXTBOOK_GRADING") == "1"
    outer = _open.set(number)
    try:
        yield
    except NotImplementedError as error:
        if grading or set(re.findall(r"Exercise (\d+(?:\.\d+)*)", str(error))) != {number}:
            raise
        print(f"Exercise {number}: to do")
    else:
        if not grading:
            more = ", as far as these checks can see; the grader has more" if graded else ""
            print(f"Exercise {number}: solved{more}")
    finally:
        _open.reset(outer)


def _valid(number: str) -> str:
    if not isinstance(number, str) or not re.fullmatch(r"[1-9][0-9]*\.[1-9][0-9]*", number):
        raise ValueError(f'number: an exercise is written like "3.1" (chapter.place), got {number!r}')
    return number


def _use(*args: Any, **kwargs: Any) -> NoReturn:
    number = _open.get()
    if number is None:
        raise NotImplementedError("TODO stands for an answer that is still missing: write yours in its place")
    raise NotImplementedError(f"Exercise {number}")


class _Todo:
    """An answer that is still missing. It can be shown and passed on; any use of it raises.

    ``is``, ``type``, ``callable`` and ``isinstance`` cannot notice: let a check begin with another use.
    """

    def __repr__(self) -> str:
        return "TODO"  # always: a notebook or a debugger may show it

    def __str__(self) -> str:
        return "TODO" if _open.get() is None else _use()

    def __format__(self, specification: str) -> str:
        return str(self) if not specification else _use()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # display hooks and protocols that others look for
            raise AttributeError(name)
        _use()

    @classmethod
    def __torch_function__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        _use()


_OPERATORS = "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or"
_METHODS = f"""
    eq ne lt le gt ge hash bool call len iter next reversed contains getitem setitem delitem setattr delattr
    neg pos abs invert int float complex index round trunc floor ceil bytes fspath enter exit
    array array_ufunc array_function
    {_OPERATORS} r{_OPERATORS.replace(" ", " r")}
"""
for _name in _METHODS.split():
    setattr(_Todo, f"__{_name}__", _use)

TODO: Any = _Todo()
"""Stands for an answer: ``answer = TODO``. Any use of it in the check of an exercise means "to do"."""


def personal(number: str, **ranges: tuple[int, int] | tuple[float, float]) -> Any:
    """Draw the numbers of an exercise, a student's own where the course has set who that is.

    The draw is a SHA-256 digest of course key, student, exercise and parameter name (key and student from the
    environment variables ``RNN_TEXTBOOK_COURSE_KEY`` and ``RNN_TEXTBOOK_STUDENT``, empty when not set): the
    same for ever, in every version of Python and NumPy and in whatever order the parameters stand.

    Parameters
    ----------
    number
        The exercise, such as ``"3.4"``.
    **ranges
        For each parameter its bounds, both included. Two integers give an integer, two floats a float with
        two decimals; every value is equally likely.

    Returns
    -------
    Personal
        Read-only, with one attribute for each parameter.

    Raises
    ------
    ValueError
        If `number` is not of the form ``"3.4"`` or a range is empty, reversed, or mixes integers and floats.

    Examples
    --------
    >>> personal("3.4", size=(3, 6), radius=(0.7, 0.95))  # doctest: +SKIP
    Personal(size=4, radius=0.83)
    """
    _valid(number)
    if not ranges:
        raise ValueError("ranges: wanted at least one, such as size=(3, 6), got none")
    who = [os.environ.get(f"RNN_TEXTBOOK_{name}", "") for name in ("COURSE_KEY", "STUDENT")]
    values = {}
    for name, bounds in ranges.items():
        low, high, value = _grid(name, bounds)
        # NUL stands in no environment variable, so no two different draws share a message
        digest = sha256("\0".join([*who, number, name]).encode("utf-8", "surrogateescape")).digest()
        values[name] = value(low + int.from_bytes(digest, "big") % (high - low + 1))
    return make_dataclass("Personal", list(values), frozen=True)(**values)


def _grid(name: str, bounds: tuple[Any, ...]) -> tuple[int, int, Callable[[int], int | float]]:
    """Return the first and last whole number to draw from, and what turns one into a value."""
    pair: Sequence[Any] = bounds if isinstance(bounds, tuple | list) and len(bounds) == 2 else ()
    kinds = {type(bound) for bound in pair}
    value: Callable[[int], int | float]
    if kinds == {int}:
        low, high, value = pair[0], pair[1], int
    elif kinds == {float} and all(map(math.isfinite, pair)):
        first, last = (Decimal(repr(bound)) * 100 for bound in pair)  # exact: 0.7 is 70, not 69.99...
        low, high, value = math.ceil(first), math.floor(last), lambda hundredths: hundredths / 100
    else:
        raise ValueError(f"{name}: wanted a range of two integers or of two finite floats, got {bounds!r}")
    if low > high:
        raise ValueError(f"{name}: wanted (low, high) with a value (of two decimals) between, got {bounds!r}")
    return low, high, value
