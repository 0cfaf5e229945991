"""Grade a folder of submissions.

    python -m tools.course.grade 03_gradients downloads/ --roster roster.csv

The submissions come as instructors get them (`intake` says how). Each is rebuilt from the release, run in a sandbox
under nbgrader, and put into the instructor's gradebook; grades.csv, feedback pages and what is left over are written
below grading/<chapter>/ and feedback/. Run it again after an interruption, for latecomers, or when a hidden test has
changed: only what is new or changed is graded. After reading the answers in words in the formgrader, run it with
`--report`.

To spread the work over machines that share the folder, run `--part 1/40` to `--part 40/40` on them, then once without.
"""

import argparse
import atexit
import contextlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from tools.course import build, feedback, gradebook, intake, report, roster, sandbox, settings, worker
from tools.course.files import write_file
from tools.course.settings import Course
from tools.homework import homework_folder

_bench: worker.Bench  # of this process


class Job(NamedTuple):
    """One submission to grade."""

    student: str
    path: Path
    key: str


def grade(
    homework: Path,
    chapter: str,
    source: Path,
    students: list[roster.Student],
    *,
    mapping: Path | None = None,
    processes: int = 1,
    part: tuple[int, int] | None = None,
    again: set[str] | None = None,
    sandboxed: bool = True,
    lms_column: str = "",
) -> Path:
    """Grade what is new in `source` and write the report; return the folder with grades.csv.

    Parameters
    ----------
    homework
        The instructor's folder, an nbgrader course.
    mapping
        A CSV file (file, id) that says whose files those are whose names do not.
    processes
        How many submissions are graded at a time.
    part
        (i, n): grade only each nth submission, from the ith on, and write no report.
    again
        Ids to grade again although nothing has changed.
    sandboxed
        False runs students' code with your own rights.
    lms_column
        What the LMS calls the assignment.
    """
    if sandboxed:
        sandbox.ensure()
    course = settings.load(homework)
    for path in build.build(chapter, homework, course):
        print(f"built {path.relative_to(homework)}")
    folder = homework / "grading" / chapter
    received = collect(homework, chapter, course, source, students, mapping)
    jobs = _jobs(homework, chapter, course, folder, received, again or set())
    if part:  # of all submissions, whatever other parts have done by now
        mine = set(list(received.submissions)[part[0] - 1 :: part[1]])
        jobs = [job for job in jobs if job.student in mine]
    if jobs:
        baseline = _baseline(homework, chapter, course, folder, sandboxed)
        _run(jobs, (homework, chapter, course, baseline, sandboxed), processes, folder)
    if not part:
        write(homework, chapter, course, students, received, lms_column)
    return folder


def collect(
    homework: Path,
    chapter: str,
    course: Course,
    source: Path,
    students: list[roster.Student],
    mapping: Path | None,
) -> intake.Intake:
    """Collect the submissions; times without a zone are in that of the due date."""
    zone = course.due[chapter].tzinfo if chapter in course.due else None
    return intake.collect(source, chapter, students, homework / "grading" / chapter / "received", mapping, zone)


def write(
    homework: Path,
    chapter: str,
    course: Course,
    students: list[roster.Student],
    received: intake.Intake,
    lms_column: str = "",
) -> None:
    """Enter all results into the gradebook, the only place that writes to it, then write report and feedback."""
    folder = homework / "grading" / chapter
    results = read_results(folder)
    results = {student.id: results[student.id] for student in students if student.id in results}
    gradebook.merge(homework, chapter, course, students, received, results)
    manual = gradebook.manual_scores(homework, chapter, course)
    feedback.write(homework, chapter, course, results, manual)
    points = gradebook.points(homework, chapter)
    report.write_report(
        folder, chapter, course, students, received, results, manual, exercises=points, lms_column=lms_column
    )


def read_results(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the results of all submissions graded so far."""
    found = {}
    for path in sorted(folder.glob("results/*.json")):
        with contextlib.suppress(json.JSONDecodeError):  # cannot be: they are renamed when complete
            found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _jobs(
    homework: Path, chapter: str, course: Course, folder: Path, received: intake.Intake, again: set[str]
) -> list[Job]:
    """Return the submissions whose result is missing, or belongs to another file, release or hidden test."""
    with worker.bench(homework, chapter, course, {}) as place:
        keys = {
            student: worker.key_of(place, submission.path, student)
            for student, submission in received.submissions.items()
        }
    before = {student: result.get("key") for student, result in read_results(folder).items()}
    submissions = received.submissions.items()
    return [
        Job(student, submission.path, keys[student])
        for student, submission in submissions
        if student in again or before.get(student) != keys[student]
    ]


def _baseline(homework: Path, chapter: str, course: Course, folder: Path, sandboxed: bool) -> dict[str, Any]:
    """Return what the release does when nobody has written into it; measured once."""
    path = folder / "baseline.json"
    with worker.bench(homework, chapter, course, {}, sandboxed) as place:
        key = worker.key_of(place, homework / "release" / chapter / f"{chapter}.ipynb", "")
        if path.exists() and (known := json.loads(path.read_text(encoding="utf-8")))["key"] == key:
            return known
        print(f"running {chapter} itself once ...", flush=True)
        measured = worker.measure(place) | {"key": key}
    _write(path, measured)
    print(f"the chapter's own cells take {sum(measured['seconds'].values()):.1f} s; what no answer needs is left out")
    return measured


# -- processes -------------------------------------------------------------------------------------------------


def _run(jobs: list[Job], tools: tuple[Any, ...], processes: int, folder: Path) -> None:
    """Grade the jobs; each result is on disk before the next is begun."""
    left = list(jobs)
    with tqdm(total=len(jobs), desc="grading", unit="submission", disable=None) as bar:

        def keep(job: Job, result: dict[str, Any]) -> None:
            _write(folder / "results" / f"{job.student}.json", {"key": job.key} | result)
            left.remove(job)
            bar.update()

        while left:
            try:
                for job, result in _results(list(left), tools, processes, folder):
                    keep(job, result)
            except BrokenProcessPool:  # a grading process was killed, perhaps for want of memory: over which file?
                for job in left[:processes]:
                    try:
                        keep(*next(_results([job], tools, 1, folder, apart=True)))
                    except BrokenProcessPool:
                        keep(job, _nothing(job, tools[1], "the grader itself was killed over this file, twice"))


def _results(
    jobs: list[Job], tools: tuple[Any, ...], processes: int, folder: Path, apart: bool = False
) -> Iterator[tuple[Job, dict[str, Any]]]:
    if processes == 1 and not apart:  # in this process: one less to start
        with worker.bench(*tools) as place:
            for job in list(jobs):
                yield job, _graded(place, job, folder)
        return
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin, initargs=tools)
    with pool:
        try:
            futures = {pool.submit(_grade, job, folder): job for job in jobs}
            for done in as_completed(futures):
                yield futures[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _begin(*tools: Any) -> None:
    global _bench
    stack = contextlib.ExitStack()
    _bench = stack.enter_context(worker.bench(*tools))
    atexit.register(stack.close)


def _grade(job: Job, folder: Path) -> dict[str, Any]:
    return _graded(_bench, job, folder)


def _graded(place: worker.Bench, job: Job, folder: Path) -> dict[str, Any]:
    why = ""
    for _ in range(2):
        try:
            return worker.grade(place, job.student, job.path, folder / "autograded" / job.student)
        except Exception as error:  # nobody else's grade may wait for this
            why = f"the grader failed on it: {type(error).__name__}: {error}"[:2000]
    return _nothing(job, place.chapter, why) | {"key": ""}  # so the next run tries anew


def _nothing(job: Job, chapter: str, why: str) -> dict[str, Any]:
    result = {"student": job.student, "chapter": chapter, "unreadable": why, "exercises": {}, "key": job.key}
    return result | {"tampering": [], "notes": [], "seconds": {"total": 0.0}}


def _write(path: Path, content: Any) -> None:
    write_file(path, json.dumps(content, indent=1).encode())


# -- the command -----------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.course.grade", description="Grade a folder of submissions.")
    parser.add_argument("chapter", help="such as 03_gradients")
    parser.add_argument("submissions", type=Path, help="a folder or a .zip, as nbgrader, Canvas or Moodle give it")
    parser.add_argument("--roster", type=Path, required=True, help="CSV: id, name; or what Canvas or Moodle exports")
    parser.add_argument("--id-column", default="", help="which column of the roster is the id, if not the usual one")
    parser.add_argument("--mapping", type=Path, help="CSV (file, id): whose files are they that nobody could tell")
    parser.add_argument("--lms-column", default="", help='the assignment in the LMS, such as "Homework 3 (991)"')
    parser.add_argument("--processes", type=int, default=1, help="submissions graded at a time (default 1)")
    parser.add_argument("--again", action="append", default=[], metavar="ID", help="grade this one again; or: all")
    parser.add_argument("--report", action="store_true", help="grade nothing; write report and feedback anew")
    parser.add_argument("--part", type=_part, metavar="I/N", help="grade only the Ith of N parts, without report")
    parser.add_argument("--without-sandbox", action="store_true", help="run strangers' programs with your own rights")
    options = parser.parse_args(arguments)
    homework = homework_folder()
    try:
        if options.processes < 1:
            raise ValueError(f"--processes: wanted at least 1, got {options.processes}")
        if options.chapter not in (present := build.chapters(homework)):
            raise ValueError(f"no chapter {options.chapter} in {homework}; there are {', '.join(present) or 'none'}")
        students = roster.read_roster(options.roster, options.id_column)
        ids = {student.id for student in students}
        if strange := set(options.again) - ids - {"all"}:
            raise ValueError(f"--again: the roster has no {', '.join(sorted(strange))}")
        if options.report:
            course = settings.load(homework)
            folder = homework / "grading" / options.chapter
            received = collect(homework, options.chapter, course, options.submissions, students, options.mapping)
            write(homework, options.chapter, course, students, received, options.lms_column)
        else:
            folder = grade(
                homework,
                options.chapter,
                options.submissions,
                students,
                mapping=options.mapping,
                processes=options.processes,
                part=options.part,
                again=ids if "all" in options.again else set(options.again),
                sandboxed=not options.without_sandbox,
                lms_column=options.lms_column,
            )
    except (ValueError, OSError, sandbox.SandboxMissingError) as error:
        print(f"grade: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was graded is kept; run the same command to go on.", file=sys.stderr)
        return 130
    print(f"the grades: {folder / 'grades.csv'}")
    return 0


def _part(written: str) -> tuple[int, int]:
    number, _, of = written.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise argparse.ArgumentTypeError(f"wanted I/N such as 3/40, got {written!r}")
    return int(number), int(of)


if __name__ == "__main__":
    sys.exit(main())
