"""Collect the submissions of one chapter as instructors get them: whose is which, and what is left over.

    submitted/<id>/<chapter>/<chapter>.ipynb                nbgrader, with timestamp.txt beside it
    leeann_LATE_4711_90210_03_gradients-1.ipynb             Canvas: name, user, file, the student's file name
    Ann Lee_4711_assignsubmission_file/03_gradients.ipynb   Moodle, in folders or in one (file_, a prefix)
    alee.ipynb, 03_gradients_alee (2).ipynb, Ann Lee/Copy of 03_gradients.ipynb

in a folder or a .zip, each of them possibly with a zip for each student. The first part of the path that means one
student decides, so that nobody can hand in as somebody else.

Canvas writes its names in lib/content_zipper.rb: the sortable name in small letters with all but letters, digits
and underscores removed, LATE if it was, the user's ID, the file's number. Moodle writes them in mod/assign
(locallib.php, later classes/downloader.php): group-name_participant number_assignsubmission_file. In both zips the
entries bear the time of the *download*, so that no time is taken from there: Canvas says LATE or nothing, and a
grading worksheet of Moodle, when it is the roster and this assignment's, says when. nbgrader's timestamp.txt is
believed only where nbgrader puts it. Elsewhere the time is the file's own, and a note says so.

Of several notebooks of a student the latest counts: by timestamp, Canvas's file number, the number that a second
upload gets, then the file's time. One that is recognised as this chapter's (by the release's metadata, or by
"# Exercise 3.") goes before one that is not, and one that is another chapter's is not taken.

What came in is kept: a second folder, with the latecomers only, adds to the first. The same folder again says anew what
is in it.
"""

import json
import re
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

import dateutil.parser
import dateutil.tz

from tools.course.files import LARGEST, UNREADABLE, File, cell, display, listed, write_file
from tools.course.owner import AGAIN, ASK, CANVAS, LONGEST, MOODLE, NOTEBOOK, identify, is_notebook, layout_of, sentence
from tools.course.roster import Finder, Student, read_table
from tools.homework import ROOT


class Submission(NamedTuple):
    """What one student handed in."""

    student: str
    path: Path  # one notebook file, possibly broken
    submitted: datetime | None  # in UTC; None: nobody knows
    late_marked: bool  # the LMS says late
    notes: tuple[str, ...]


class Intake(NamedTuple):
    """What came in: submissions in the roster's order, what is left over, who is missing."""

    submissions: dict[str, Submission]
    unmatched: list[tuple[str, str]]  # a file, and a sentence that says why and what to do
    missing: list[str]
    notes: dict[str, tuple[str, ...]]  # of those missing: what they handed in that is no submission


class _Claim(NamedTuple):
    """One file of one student."""

    file: File
    layout: str
    forced: bool  # the mapping says so
    stamp: float  # nbgrader's timestamp, or minus infinity
    number: int  # Canvas's of the file, which grows with time
    again: int  # the 2 of "(2)", the 1 of "-1"
    late: bool

    def newest(self, chapter: str) -> tuple:
        exact = Path(self.file.parts[-1]).stem == chapter
        return (
            self.forced,
            self.stamp,
            self.number,
            self.again,
            self.file.modified,
            self.file.inner,
            exact,
            self.file.name,
        )


LOOKS = 20  # notebooks of one student that are looked into for the chapter


def collect(
    source: Path,
    chapter: str,
    roster: list[Student],
    work: Path,
    mapping: Path | None = None,
    zone: tzinfo | None = None,
) -> Intake:
    """Copy each student's notebook to work/<id>/<chapter>.ipynb.

    Parameters
    ----------
    source
        A folder or a .zip in any of the module's layouts. It is only read.
    chapter
        Such as "03_gradients".
    mapping
        A CSV file with the columns file and id, such as unmatched.csv with ids filled in: the file, or the zip,
        is that student's, whatever its name and content.
    zone
        The time zone of Moodle's worksheet; this computer's if None.

    Raises
    ------
    ValueError
        For a source that is neither, a mapping without its columns, or an id in it that is not in the roster.
    """
    finder = Finder(roster)
    settled = _read_mapping(mapping, finder) if mapping else {}
    chapters = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} - set(finder.name)
    claims: dict[str, list[_Claim]] = {}
    unmatched: list[tuple[str, str]] = []
    with listed(source, work) as files:
        stamps = {file.parts[:-1]: file for file in files if file.parts[-1] == "timestamp.txt" and not file.in_zip}
        used = set()
        for file in files:
            owner = [name for path in (file.name, *_above(file)) if (name := cell(path)) in settled]
            used.update(owner)
            if file.parts[-1] == "timestamp.txt" or (not owner and _other_chapter(file, chapter, chapters)):
                continue
            if owner:
                student, layout, why = settled[owner[0]], layout_of(file, chapter), ""
            else:
                student, layout, why = identify(file, chapter, finder)
            if student:
                claim = _claim(file, layout, stamps, forced=cell(file.name) in owner)
                claims.setdefault(student, []).append(claim)
            else:
                unmatched.append((file.name, sentence(file, why)))
        taken = {claim.file.name for some in claims.values() for claim in some} | {name for name, _ in unmatched}
        submissions, notes = {}, {}
        for student in (one.id for one in roster):
            chosen, said = _choose(chapter, claims.get(student, []), unmatched)
            if chosen:
                path = work / student / f"{chapter}.ipynb"
                submitted, late, more = _time_of(finder.students[student], chosen[0], zone)
                submissions[student] = Submission(student, path, submitted, late, (*said, *more))
                write_file(path, chosen[1])
                _remember(submissions[student], chosen[0].file.name, source)
            elif earlier := _earlier(student, chapter, work, source, taken):
                submissions[student] = earlier
            elif said:
                notes[student] = said
    unmatched += [
        (name, f"the mapping gives it to {settled[name]}, but there is no such file")
        for name in settled
        if name not in used
    ]
    missing = [student.id for student in roster if student.id not in submissions]
    return Intake(submissions, sorted(unmatched), missing, notes)


def _read_mapping(path: Path, finder: Finder) -> dict[str, str]:
    columns, rows = read_table(path)
    if not {"file", "id"} <= set(columns):
        raise ValueError(f"{path.name}, line 1: wanted the columns file and id, got {', '.join(columns) or 'nothing'}")
    settled = {}
    for line, row in rows:
        file, student = row["file"].strip(), row["id"].strip()
        if not student:
            continue  # still open
        if student not in finder.name:
            raise ValueError(f"{path.name}, line {line}: there is no {student!r} in the roster")
        settled[cell(file)] = student  # as unmatched.csv shows it
    return settled


def _above(file: File) -> list[str]:
    """Return the folders and the zip that a file is in, innermost first."""
    return [display("/".join(file.parts[:end])) for end in range(len(file.parts) - 1, 0, -1)]


def _is_broken_zip(file: File) -> bool:
    return bool(file.problem) and file.suffix == ".zip"


def _other_chapter(file: File, chapter: str, chapters: set[str]) -> bool:
    """Whether the file lies in another chapter's folder, as in submitted/alee/02_bptt/."""
    if file.in_zip:
        return False  # a student's mistake, to be noted
    folders = [part for part in file.parts[:-1] if part in chapters]
    return bool(folders) and chapter not in folders


# -- latecomers ----------------------------------------------------------------------------------------------


def _remember(submission: Submission, name: str, source: Path) -> None:
    """Write beside the copy where it came from, for when the next download has latecomers only."""
    time = submission.submitted and submission.submitted.isoformat()
    said = {"file": name, "source": str(source.resolve()), "submitted": time}
    said |= {"late_marked": submission.late_marked, "notes": submission.notes}
    write_file(submission.path.with_suffix(".json"), json.dumps(said, indent=1).encode())


def _earlier(student: str, chapter: str, work: Path, source: Path, taken: set[str]) -> Submission | None:
    """Return what the student handed in with another source, unless that file is now somebody else's or nobody's."""
    path = work / student / f"{chapter}.ipynb"
    try:
        said = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if said["source"] == str(source.resolve()) or said["file"] in taken or not path.is_file():
            return None
        time = said["submitted"] and datetime.fromisoformat(said["submitted"])
        note = f"from {Path(said['source']).name}"
        return Submission(student, path, time, said["late_marked"], (*said["notes"], note))
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or somebody has changed it
        return None


# -- which of a student's files counts -----------------------------------------------------------------------


def _claim(file: File, layout: str, stamps: dict, forced: bool = False) -> _Claim:
    canvas = (
        next((match for part in file.parts if (match := CANVAS.match(part[:LONGEST]))), None)
        if layout == "canvas"
        else None
    )
    again = AGAIN.search(NOTEBOOK.sub("", file.parts[-1])[-LONGEST:])
    stamp = _timestamp(stamps[file.parts[:-1]]) if layout == "nbgrader" and file.parts[:-1] in stamps else None
    return _Claim(
        file,
        layout,
        forced,
        stamp=stamp.timestamp() if stamp else float("-inf"),
        number=int(canvas["file"] or 0) if canvas else 0,
        again=int(again[1] or again[2]) if again else 0,
        late=bool(canvas and canvas["late"]),
    )


def _timestamp(file: File) -> datetime | None:
    try:
        return _when(file.read(200).decode("ascii"), UTC)  # nbgrader means UTC where it does not say
    except UNREADABLE:
        return None


def _when(text: str, zone: tzinfo) -> datetime | None:
    zones = {"tzinfos": lambda name, offset: dateutil.tz.gettz(name) if name and offset is None else offset}
    try:
        # dateutil fills in what a text does not say: such a text says different things on different days
        found, other = (dateutil.parser.parse(text, default=datetime(day, day, day), **zones) for day in (11, 12))
        if found != other:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, TypeError, ArithmeticError, LookupError):  # what it raises for odd texts
        return None


def _choose(
    chapter: str, claims: list[_Claim], unmatched: list[tuple[str, str]]
) -> tuple[tuple[_Claim, bytes] | None, tuple[str, ...]]:
    """Return the notebook of one student that counts, with its content, and what there is to say of the others."""
    notes: list[str] = []
    usable, other = [], []
    for claim in claims:
        may_be = claim.forced or is_notebook(claim.file) or _is_broken_zip(claim.file)
        (usable if may_be else other).append(claim)
    usable.sort(key=lambda claim: claim.newest(chapter), reverse=True)
    best, data = None, b""
    aside: list[_Claim] = []
    for looked, claim in enumerate(usable):
        if looked == LOOKS or (best and best[1]):
            aside += usable[looked:]
            break
        content, problem = _content(claim.file)
        ours = claim.forced or _is_of(content, chapter)
        if ours is False:
            wrong = f"{_short(claim.file.name)} is a notebook of another chapter: not taken"
            notes.append(wrong)
            unmatched.append((claim.file.name, f"it looks like another chapter's notebook; if it is not, {ASK}"))
        elif best is None or (ours and not problem):
            if best:
                aside.append(best[0])
                notes.append(f"{_short(best[0].file.name)} is newer, but not recognised as this chapter: not taken")
            best, data = (claim, bool(ours), problem), content
        else:
            aside.append(claim)
    if other:
        notes.append("no notebook, not looked at: " + _names([claim.file.name for claim in other]))
    if not best:
        return None, (*notes, *(["not looked at: " + _names([claim.file.name for claim in aside])] if aside else ()))
    claim, _, problem = best
    if problem:
        notes.append(f"{_short(claim.file.name)}: {problem}")
    elif not NOTEBOOK.fullmatch(Path(claim.file.parts[-1]).suffix or "."):
        notes.append(f"handed in as {_short(claim.file.parts[-1])}")
    if aside:
        notes.append(f"graded: {_short(claim.file.name)}; not graded: " + _names([other.file.name for other in aside]))
    return (claim, data), tuple(notes)


def _names(names: list[str]) -> str:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return ", ".join(_short(name) for name in names[:3]) + more


def _short(name: str) -> str:
    return name if len(name) <= 80 else name[:40] + "..." + name[-37:]


def _content(file: File) -> tuple[bytes, str]:
    """Return the file's bytes, or a sentence in their place, which no notebook is; and that sentence or ""."""
    problem = file.problem
    if not problem:
        try:
            data = file.read(LARGEST + 1)
            if len(data) <= LARGEST:
                return data, ""
            problem = f"larger than {LARGEST // 2**20} MB"
        except UNREADABLE as error:
            problem = f"cannot be read ({display(str(error))[:100] or type(error).__name__})"
    return f"Not a notebook: {problem}.\n".encode(), problem


def _is_of(data: bytes, chapter: str) -> bool | None:
    """Whether the notebook is this chapter's; None if nothing in it says. It is searched as text, never parsed."""
    ends = data[:50_000] + b"\n" + data[-50_000:]  # the metadata are last, or first on Colab
    said = set(re.findall(rb'"rnn_textbook"\s*:\s*\{[^{}]{0,500}?"chapter"\s*:\s*"(\w{1,60})"', ends))
    if said:
        return chapter.encode() in said
    numbers = re.findall(rb"(?:# |\*\*)Exercise (\d{1,3})\.\d", data)
    if not numbers:
        return None
    return chapter.split("_")[0].lstrip("0").encode() == max(set(numbers), key=numbers.count)


def _time_of(student: Student, claim: _Claim, zone: tzinfo | None) -> tuple[datetime | None, bool, list[str]]:
    if claim.stamp > float("-inf"):
        return datetime.fromtimestamp(claim.stamp, UTC), False, []
    if claim.layout == "canvas":
        return None, claim.late, ["Canvas says late, not since when"] if claim.late else []
    if claim.layout == "moodle":
        number = next(match["user"] for part in claim.file.parts if (match := MOODLE.match(part[:LONGEST])))
        cells = {" ".join(column.casefold().split()): text for column, text in student.row.items()}
        submitted, late = None, False
        if number == student.lms_id:  # otherwise the worksheet is another assignment's
            submitted = _when(cells.get("last modified (submission)", ""), zone or dateutil.tz.tzlocal())
            late = bool(re.search(r"\blate\b", cells.get("status", "")))
        return submitted, late, [] if submitted else ["the time is not known: Moodle's download has none"]
    try:
        if claim.file.modified > 0:
            return datetime.fromtimestamp(claim.file.modified, UTC), False, ["the time is the file's own"]
    except (ValueError, OverflowError, OSError):
        pass  # a file from the year 30,000
    return None, False, ["the time is not known"]
