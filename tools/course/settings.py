"""The settings of a course: homework/course.toml.

    id = "rnn-textbook"        # the course in nbgrader; a submission says for which course it was made
    key = "spring-2027"        # seeds the students' own numbers: a new one each time the course is given
    title = "Recurrent neural networks"
    late_days = 3              # that each student may use up, over the whole course
    grace_minutes = 15         # after a due date, in which a submission is not late
    penalty_percent = 10       # for each day beyond the student's late days
    cell_seconds = 15          # that one cell of a student may run
    memory_gigabytes = 8       # that one submission may take

    [due]                      # chapters that are not here have no due date
    03_gradients = 2027-03-08T23:59:00+01:00

Everything may be left out. Only the key goes into what students get; it is no secret, since their notebook must
draw the same numbers as the grader.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tools.homework import ROOT

FILE = "course.toml"


class Course(NamedTuple):
    """The settings of one course; dates keep the offset in which they were written."""

    id: str = "rnn-textbook"
    key: str = "rnn-textbook"
    title: str = "Recurrent neural networks"
    late_days: int = 0
    grace_minutes: float = 15
    penalty_percent: float = 10
    cell_seconds: float = 15
    memory_gigabytes: float = 8
    due: Mapping[str, datetime] = {}  # a MappingProxyType could not go to another process


def load(folder: Path) -> Course:
    """Read course.toml in the instructor's folder; without the file, return the defaults.

    Raises
    ------
    ValueError
        Naming file and key: for a key that there is none of, a value of the wrong type or out of its range, a
        chapter that there is none of, a date without an offset, or TOML that cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return Course()
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{FILE}: {error}") from None
    for key in written:
        if key not in Course._fields:
            raise ValueError(f"{FILE}: there is no setting {key!r}; wanted one of {', '.join(Course._fields)}")
    course = Course(**{key: _checked(key, value) for key, value in written.items()})
    chapters = {notebook.stem for notebook in (ROOT / "notebooks").glob("*.ipynb")}
    for chapter in course.due:
        if chapter not in chapters and not (folder / chapter).is_dir():
            raise ValueError(f"{FILE}: due.{chapter}: no such chapter; there are {', '.join(sorted(chapters))}")
    return course


_RANGES = {  # smallest, largest
    "late_days": (0, 365),
    "grace_minutes": (0, 24 * 60),
    "penalty_percent": (0, 100),
    "cell_seconds": (1, 3600),
    "memory_gigabytes": (1, 1024),
}


def _checked(key: str, value: Any) -> Any:
    if key == "due":
        if not isinstance(value, dict):
            raise ValueError(f"{FILE}: due: wanted a table [due] of chapters and dates, got {value!r}")
        return {chapter: _date(chapter, date) for chapter, date in value.items()}
    if key in _RANGES:
        low, high = _RANGES[key]
        kinds = int if key == "late_days" else int | float
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:  # nan is not, either
            what = "a whole number" if key == "late_days" else "a number"
            raise ValueError(f"{FILE}: {key}: wanted {what} from {low} to {high}, got {value!r}")
        return value
    if not isinstance(value, str):
        raise ValueError(f"{FILE}: {key}: wanted a string, got {value!r}")
    # id and key stand in a cell and in the environment, the title on pages
    if key != "title" and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value):
        raise ValueError(f"{FILE}: {key}: wanted up to 64 letters, digits, dots, - and _, got {value!r}")
    if key == "title" and (not value.strip() or not value.isprintable()):
        raise ValueError(f"{FILE}: title: wanted one line of text, got {value!r}")
    return value


def _date(chapter: str, date: Any) -> datetime:
    where = f"{FILE}: due.{chapter}"
    if not isinstance(date, datetime):
        raise ValueError(f"{where}: wanted a date such as 2027-03-08T23:59:00+01:00, without quotes, got {date!s}")
    if date.tzinfo is None:
        raise ValueError(f"{where}: {date.isoformat()} has no offset from UTC, wanted ...+01:00 or ...Z at its end")
    return date
