"""Late days: how late a submission is, and what is left of a student's budget.

    id,chapter,days            extensions.csv in the instructor's folder: a due date moved for one student
    alee,03_gradients,7

A day late is each begun 24 hours after the due date and the grace. Every student has a number of late days for the
whole course (`late_days` in course.toml), used up in the order of the due dates, not of the submissions; each day
beyond them costs `penalty_percent` of the chapter's score. A chapter that has not been graded, or that the student
has not handed in, uses none. A later one's cost can change when an earlier one is graded: write its report anew.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tools.course.intake import Submission
from tools.course.roster import read_table


class Settled(NamedTuple):
    """What lateness means for one chapter of one student."""

    days: int  # late
    free: int  # of them paid with late days
    penalty: float  # the fraction of the score that is lost, 0 to 1


def lateness(submitted: datetime, due: datetime, grace_minutes: float) -> int:
    """Return the days that a submission is late: 0 up to the end of the grace, then each begun 24 hours.

    Raises
    ------
    ValueError
        For a date without a time zone.
    """
    for name, date in (("submitted", submitted), ("due", due)):
        if date.tzinfo is None:
            raise ValueError(f"{name}: {date.isoformat(' ')} has no time zone")
    # in UTC: between two local times Python does not count the hour that summer time takes or gives
    over = submitted.astimezone(UTC) - due.astimezone(UTC) - timedelta(minutes=grace_minutes)
    return max(0, math.ceil(over / timedelta(days=1)))


def days_late(submission: Submission, due: datetime | None, grace_minutes: float) -> int:
    """Return the days that a submission is late; 1 where the LMS says late and nobody knows since when."""
    if due is None:
        return 0
    if submission.submitted is None:
        return int(submission.late_marked)
    return lateness(submission.submitted, due, grace_minutes)


def settle(
    due: Mapping[str, datetime], late: Mapping[str, int], budget: int, penalty_percent: float
) -> dict[str, Settled]:
    """Spend one student's late days.

    Parameters
    ----------
    due
        The due dates. Of two chapters due at the same moment the one goes first whose name does.
    late
        The days late of each chapter that is handed in and graded.
    budget
        The late days of the course.

    Raises
    ------
    ValueError
        For a negative number of days, or a chapter that is late without a due date.
    """
    for chapter, days in late.items():
        if days < 0 or (days and chapter not in due):
            raise ValueError(f"late: {chapter}: {days} days late; wanted 0 or more, and a due date")
    settled = {}
    for chapter in sorted(late, key=lambda chapter: (chapter in due and due[chapter].timestamp(), chapter)):
        free = min(budget, late[chapter])
        budget -= free
        penalty = min(1.0, (late[chapter] - free) * penalty_percent / 100)
        settled[chapter] = Settled(late[chapter], free, penalty)
    return settled


def read_extensions(path: Path, students: list[str], chapters: list[str]) -> dict[tuple[str, str], int]:
    """Read extensions.csv: for (student, chapter) the days that the due date moves. No file: none.

    Raises
    ------
    ValueError
        Naming file and line: for other columns, an unknown student or chapter, days that are no whole number from
        0 to 365, or a second line for the same student and chapter.
    """
    if not path.exists():
        return {}
    columns, rows = read_table(path)
    if not {"id", "chapter", "days"} <= set(columns):
        raise ValueError(f"{path.name}, line 1: wanted the columns id, chapter and days, got {', '.join(columns)}")
    days: dict[tuple[str, str], int] = {}
    for line, row in rows:
        where = f"{path.name}, line {line}"
        student, chapter, written = (row[column].strip() for column in ("id", "chapter", "days"))
        if student not in students:
            raise ValueError(f"{where}: there is no {student!r} in the roster")
        if chapter not in chapters:
            raise ValueError(f"{where}: there is no chapter {chapter!r}; wanted one of {', '.join(chapters)}")
        if not re.fullmatch(r"[0-9]{1,3}", written) or int(written) > 365:
            raise ValueError(f"{where}: wanted days from 0 to 365, got {written!r}")
        if (student, chapter) in days:
            raise ValueError(f"{where}: a second line for {student} and {chapter}")
        days[student, chapter] = int(written)
    return days


def moved(due: datetime | None, days: int) -> datetime | None:
    """Return the due date so many days later, at the same time of day as it is written."""
    return None if due is None else due + timedelta(days=days)
