"""Write what grading found: grades.csv for the instructor, a file for the LMS, and what to look at first.

grades.csv has one row for each student, in the roster's order:

    id, name
    3.2 (3)            the score in each graded exercise, and the points it is worth. Empty: not graded yet, or
                       nothing to grade. 0 is a score: the exercise was graded, or is in words and was left blank.
    total, max         of what is graded so far; empty while nothing is
    penalty            the points that lateness costs
    total after penalty
    days late          with late days that are free counted in; empty if nothing was handed in
    status             of the following, in this order, joined by "; "
    notes

    graded             every exercise has a score
    needs reading      an answer in words waits for a person; the total is without it
    not graded yet     handed in, and grading has not come to it
    unreadable         no notebook could be read: no scores; a person decides
    missing            nothing was handed in
    crashed in exercise 3.2    the answer stopped the kernel, or ran too long; it has the points it had earned
    late               after the due date and the grace, with late days or without
    tampering suspected        a person has to look; the notes say at what. The scores are as computed

The LMS gets a total, after the penalty, only once it is final: not while something needs reading, is unreadable or
not graded yet. Those who are missing stay empty, since whether that is a zero is the instructor's decision.

    canvas.csv    Student, ID, SIS User ID, SIS Login ID, Section as they were, one column for the assignment, and
                  the row "Points Possible", which sets its points. Canvas finds the assignment by the number in
                  its title, "Homework 3 (991)", or by the whole title, and offers to create one that it does not
                  find (lib/gradebook_importer.rb).
    moodle.csv    a grading worksheet with Grade filled in; from other exports what tells who it is, and one column
                  to map by hand (Grades, Import)
    lms.csv       a list of one's own, with one column more

Spreadsheets run a cell that begins with = + - or @. In grades.csv and unmatched.csv such a text gets an apostrophe.
The LMS's file keeps names as the LMS wrote them, or it would not find its students: upload it, do not open it.
"""

import csv
import io
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.course.files import cell, write_file
from tools.course.intake import Intake
from tools.course.late import Settled, days_late, moved, read_extensions, settle
from tools.course.roster import Student, kind, read_table
from tools.course.settings import Course

_CANVAS = ("student", "lastname", "firstname", "id", "sis user id", "sis login id", "integration id", "root account",
           "section")  # fmt: skip
_MOODLE = ("first name", "last name", "surname", "full name", "username", "id number", "email address")
_STATES = (
    "graded",
    "needs reading",
    "not graded yet",
    "unreadable",
    "missing",
    "crashed",
    "late",
    "tampering suspected",
)
Results = Mapping[str, Mapping[str, Any]]
Scores = Mapping[str, Mapping[str, float]]


class Line(NamedTuple):
    """One student's row of grades.csv."""

    student: Student
    scores: dict[str, float | None]
    settled: Settled | None  # None: nothing handed in
    status: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def total(self) -> float | None:
        """Return the points so far, without the penalty."""
        known = [score for score in self.scores.values() if score is not None]
        return sum(known) if known else None

    @property
    def penalty(self) -> float:
        """Return the points that lateness costs."""
        return (self.total or 0) * (self.settled.penalty if self.settled else 0)

    @property
    def final(self) -> float | None:
        """Return the total after the penalty, once it will not change any more."""
        return self.total - self.penalty if self.total is not None and self.status[0] == "graded" else None


def write_report(
    folder: Path,
    chapter: str,
    course: Course,
    roster: list[Student],
    intake: Intake,
    results: Results,
    manual: Scores | None = None,
    *,
    exercises: Mapping[str, float] | None = None,
    extensions: Mapping[tuple[str, str], int] | None = None,
    lms_column: str = "",
) -> Path:
    """Write grades.csv, the LMS's file, unmatched.csv and late.csv, print a summary, return grades.csv.

    Parameters
    ----------
    folder
        Where they go: grading/<chapter>. The late.csv of the other chapters are looked for beside it.
    results
        By student, as the grader writes them. Those of students who have no submission (any more) do not count.
    manual
        By student and exercise, the scores that a person gave; they go before the grader's.
    exercises
        The graded exercises and their points; from the results if None.
    extensions
        By student and chapter, the days that a due date is moved; if None, what extensions.csv says in the
        instructor's folder, two levels above `folder`.
    lms_column
        The assignment's title in the LMS, such as "Homework 3 (991)"; the chapter's name if empty and the roster
        has no column called so.
    """
    points = dict(exercises or _exercises(results))
    if extensions is None:
        known = sorted({*course.due, chapter})
        extensions = read_extensions(folder.parents[1] / "extensions.csv", [student.id for student in roster], known)
    settled = _settle(folder, chapter, course, roster, intake, extensions)
    found = {student: results[student] for student in intake.submissions if student in results}
    lines = [
        _line(student, points, intake, found.get(student.id), (manual or {}).get(student.id, {}), settled)
        for student in roster
    ]
    path = folder / "grades.csv"
    write_file(path, _table(_grades(lines, points), mark=True))
    name, rows = _lms(lines, points, chapter, lms_column)
    write_file(folder / name, _table(rows))
    _write_unmatched(folder / "unmatched.csv", intake)
    print(summary(chapter, lines, points, intake, found, name))
    return path


def by_number(number: str) -> tuple[int, ...]:
    """Sort exercises: 3.9 goes before 3.10."""
    return tuple(int(part) for part in number.split("."))


def _exercises(results: Results) -> dict[str, float]:
    found = {number: one["max"] for result in results.values() for number, one in result.get("exercises", {}).items()}
    return {number: found[number] for number in sorted(found, key=by_number)}


def _settle(
    folder: Path, chapter: str, course: Course, roster: list[Student], intake: Intake, extensions: Mapping
) -> dict[str, Settled]:
    """Spend the late days of every student, with what the other chapters' late.csv say; write this chapter's."""
    late: dict[str, dict[str, int]] = {student.id: {} for student in roster}
    for path in sorted(folder.parent.glob("*/late.csv")):
        if path.parent.name != chapter and path.parent.name in course.due:
            for _, row in read_table(path)[1]:
                if row["id"] in late:
                    late[row["id"]][path.parent.name] = int(row["days late"])
    for student, submission in intake.submissions.items():
        due = moved(course.due.get(chapter), extensions.get((student, chapter), 0))
        late[student][chapter] = days_late(submission, due, course.grace_minutes)
    rows = [["id", "days late"], *([student, days[chapter]] for student, days in late.items() if chapter in days)]
    write_file(folder / "late.csv", _table(rows))
    return {
        student: settle(course.due, days, course.late_days, course.penalty_percent)[chapter]
        for student, days in late.items()
        if chapter in days
    }


def _line(
    student: Student,
    points: Mapping[str, float],
    intake: Intake,
    result: Mapping[str, Any] | None,
    manual: Mapping[str, float],
    settled: Mapping[str, Settled],
) -> Line:
    submission = intake.submissions.get(student.id)
    found = result["exercises"] if result and not result["unreadable"] else {}
    scores = {number: manual.get(number, _score(found.get(number))) for number in points}
    waits = any(one["kind"] == "words" and scores.get(number) is None for number, one in found.items())
    complete = bool(points) and None not in scores.values()
    if complete:
        status = ["graded"]
    elif result and result["unreadable"]:
        status = ["unreadable"]
    elif waits:
        status = ["needs reading"]
    else:
        status = ["not graded yet" if submission or result else "missing"]
    status += [
        f"crashed in exercise {number}" for number in sorted(found, key=by_number) if found[number].get("crashed")
    ]
    mine = settled.get(student.id)
    if mine and mine.days:
        status.append("late")
    notes = []
    if result:
        status += ["tampering suspected"] if result["tampering"] else []
        notes += [*result["tampering"], result["unreadable"]]
        notes += [
            f"exercise {number}: {found[number]['crashed']}"
            for number in points
            if found.get(number, {}).get("crashed")
        ]
    if mine and mine.free:
        notes.append(f"{mine.free} of {mine.days} days late are paid with late days")
    notes += submission.notes if submission else intake.notes.get(student.id, ())
    notes += result["notes"] if result else []
    return Line(student, scores, mine, tuple(status), tuple(dict.fromkeys(note for note in notes if note)))


def _score(exercise: Mapping[str, Any] | None) -> float | None:
    if exercise is None:
        return None
    if exercise["score"] is None and exercise["kind"] == "words" and not exercise["answered"]:
        return 0.0  # there is nothing to read
    return exercise["score"]


# -- tables --------------------------------------------------------------------------------------------------


def _table(rows: Iterable[Iterable[Any]], mark: bool = False) -> bytes:
    """Return the rows as CSV; with a byte order mark, for what is opened in Excel."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode("utf-8-sig" if mark else "utf-8", "backslashreplace")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _grades(lines: list[Line], points: Mapping[str, float]) -> Iterable[list[str]]:
    scores = [f"{number} ({_number(worth)})" for number, worth in points.items()]
    yield ["id", "name", *scores, "total", "max", "penalty", "total after penalty", "days late", "status", "notes"]
    for line in lines:
        after = None if line.total is None else line.total - line.penalty
        yield [
            *(cell(line.student.id), cell(line.student.name)),
            *(_number(score) for score in line.scores.values()),
            *(_number(line.total), _number(sum(points.values()))),
            *(_number(None if after is None else line.penalty), _number(after)),
            str(line.settled.days) if line.settled else "",
            *("; ".join(line.status), cell("; ".join(line.notes))),
        ]


def _lms(
    lines: list[Line], points: Mapping[str, float], chapter: str, title: str
) -> tuple[str, list[list[str]]]:  # fmt: skip
    """Return the name and the rows of the LMS's file."""
    columns = list(lines[0].student.row) if lines else []
    whose = kind(columns)
    plain = {column: " ".join(column.casefold().split()) for column in columns}
    if whose == "worksheet":
        grade = next((column for column in columns if plain[column] == "grade"), "Grade")
        rows = [{**line.student.row, **({} if line.final is None else {grade: _number(line.final)})} for line in lines]
        columns += [grade] if grade not in columns else []
        return "moodle.csv", [columns, *([row.get(column, "") for column in columns] for row in rows)]
    wanted = (title or chapter).casefold()
    numbered = [column for column in columns if re.fullmatch(re.escape(wanted) + r"(\s*\(\d+\))?", column.casefold())]
    grade = numbered[0] if len(numbered) == 1 else title or chapter
    keep = {"canvas": _CANVAS, "moodle": _MOODLE}.get(whose)
    columns = [column for column in columns if column != grade and (keep is None or plain[column] in keep)]
    rows = [[*columns, grade]]
    if whose == "canvas":
        rows.append(["    Points Possible", *([""] * (len(columns) - 1)), _number(sum(points.values()))])
    rows += [[*(line.student.row[column] for column in columns), _number(line.final)] for line in lines]
    return {"canvas": "canvas.csv", "moodle": "moodle.csv"}.get(whose, "lms.csv"), rows


def _write_unmatched(path: Path, intake: Intake) -> None:
    """Write what is left over; lines that somebody has filled in stay, since they are the mapping."""
    rows = [["file", "id", "why"]]
    if path.exists():
        for _, row in read_table(path)[1]:
            if row.get("id", "").strip():
                rows.append([row["file"], row["id"], row.get("why", "")])
    done = {row[0] for row in rows}
    rows += [[cell(file), "", cell(why)] for file, why in intake.unmatched if cell(file) not in done]
    write_file(path, _table(rows, mark=True))


# -- the summary ---------------------------------------------------------------------------------------------


def summary(
    chapter: str, lines: list[Line], points: Mapping[str, float], intake: Intake, results: Results, lms: str
) -> str:
    """Return what an instructor looks at first: how many of each status, the exercises, who needs a person."""
    states = Counter(re.sub(r" in exercise .*", "", state) for line in lines for state in dict.fromkeys(line.status))
    text = [f"{chapter}: {len(lines)} students; " + ", ".join(f"{states[s]} {s}" for s in _STATES if states[s])]
    text += _exercise_table(lines, points)
    for state in ("tampering suspected", "unreadable", "needs reading"):
        those = [line.student.id for line in lines if state in line.status]
        if those:
            text.append(f"{state}: {', '.join(those[:10])}{f' and {len(those) - 10} more' if len(those) > 10 else ''}")
    held = sum(line.final is None and "missing" not in line.status for line in lines)
    if held:
        text.append(f"{lms}: {held} totals are left out until they are final")
    text += _worksheet(lines, points)
    if intake.unmatched:
        text.append(f"unmatched.csv: {len(intake.unmatched)} files; fill in the ids and give it as the mapping")
    times = {student: result.get("seconds", {}).get("total", 0) for student, result in results.items()}
    slow = sorted(times, key=lambda student: (-times[student], student))[:3]
    if slow:
        text.append("slowest: " + ", ".join(f"{student} {times[student]:.1f} s" for student in slow))
    return "\n".join(text)


def _exercise_table(lines: list[Line], points: Mapping[str, float]) -> list[str]:
    text, lost = [], {}
    for number, worth in points.items():
        scores = [score for line in lines if (score := line.scores[number]) is not None]
        if not scores:
            text.append(f"  {number:>5} of {_number(worth):>3}: no scores yet")
            continue
        low, middle, high = statistics.quantiles(scores, n=4, method="inclusive") if len(scores) > 1 else scores * 3
        lost[number] = worth - statistics.fmean(scores)
        text.append(f"  {number:>5} of {_number(worth):>3}: median {_number(middle)}, "
                    f"half of them from {_number(low)} to {_number(high)} ({len(scores)} scores)")  # fmt: skip
    if lost and (most := max(lost, key=lambda number: lost[number])) and lost[most] > 0:
        text.append(f"most points lost in {most}: {_number(lost[most])} of {_number(points[most])} on average")
    return text


def _worksheet(lines: list[Line], points: Mapping[str, float]) -> list[str]:
    """Say so if Moodle's maximum is another one: it refuses what is above it."""
    row = {" ".join(column.casefold().split()): text for column, text in lines[0].student.row.items()} if lines else {}
    most = row.get("maximum grade", "").replace(",", ".")
    if kind(row) != "worksheet" or not re.fullmatch(r"\d+(\.\d+)?", most) or float(most) == sum(points.values()):
        return []
    worth = _number(sum(points.values()))
    return [f"moodle.csv: the assignment's maximum grade is {_number(float(most))}; set it to {worth} before importing"]
