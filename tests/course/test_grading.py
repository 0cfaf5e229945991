"""The grading command, as a process of its own, on a download of Canvas: interrupted, repeated, read, and in parts."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace

import pytest
from grading import copy_course, solutions
from nbgrader.api import Gradebook
from submissions import make

from tools.course import grade, settings
from tools.course.build import gradebook_url
from tools.homework import ROOT

CHAPTER = "03_gradients"
KINDS = {
    "ann": "perfect",
    "bob": "untouched",
    "cyd": "syntax_error",
    "dan": "os_exit",
    "eva": "patched_numpy",
    "flo": "not_json",
    "gil": "from_colab",
}
MISSING = "hal"
pytestmark = [
    pytest.mark.usefixtures("sandboxed"),
    pytest.mark.xdist_group("grading"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),  # nbgrader's own way with its database
]


class Command:
    """`python -m tools.course.grade` on a folder of downloads."""

    def __init__(self, folder):
        self.folder = folder
        self.homework = copy_course(folder, CHAPTER, cell_seconds=10, key="spring")
        self.release = json.loads((self.homework / "release" / CHAPTER / f"{CHAPTER}.ipynb").read_text())
        self.solutions = solutions(self.homework, CHAPTER)
        self.downloads, self.temporary = folder / "downloads", folder / "t"
        self.downloads.mkdir(), self.temporary.mkdir()
        students = [*KINDS, MISSING, "ivy"]
        rows = [f'"Lee, {name.title()}",{4700 + k},S{k},{name},A' for k, name in enumerate(students)]
        self.roster = folder / "roster.csv"
        self.roster.write_text("\n".join(["Student,ID,SIS User ID,SIS Login ID,Section", *rows]), encoding="utf-8")
        self.number = {name: 4700 + k for k, name in enumerate(students)}
        self.files = 0
        for name, kind in KINDS.items():
            self.hand_in(name, make(kind, self.release, self.solutions, self.homework))

    @property
    def grading(self):
        return self.homework / "grading" / CHAPTER

    def hand_in(self, name, content, late=""):
        self.files += 1
        file = f"lee{name}_{late}{self.number[name]}_{90000 + self.files}_{CHAPTER}.ipynb"
        (self.downloads / file).write_bytes(content)

    def start(self, *options, **environment):
        command = [sys.executable, "-m", "tools.course.grade", CHAPTER, str(self.downloads), *options]
        values = {"RNN_TEXTBOOK_HOMEWORK": str(self.homework), "TMPDIR": str(self.temporary), **environment}
        return subprocess.Popen(
            [*command, "--roster", str(self.roster)],
            cwd=ROOT,
            env=os.environ | values,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *options, **environment):
        process = self.start(*options, **environment)
        said, _ = process.communicate(timeout=900)
        return process.returncode, said

    def results(self):
        """When each result was written, in nanoseconds."""
        return {path.stem: path.stat().st_mtime_ns for path in self.grading.glob("results/*.json")}

    def result(self, name):
        return json.loads((self.grading / "results" / f"{name}.json").read_text())

    def grades(self):
        with (self.grading / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    def scores(self):
        """What the gradebook says: student -> points."""
        with Gradebook(gradebook_url(self.homework), settings.load(self.homework).id) as book:
            return {one.student.id: one.score for one in book.find_assignment(CHAPTER).submissions}

    def left_running(self):
        """The processes that know the temporary folder."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found += [path.parent.name] if str(self.temporary).encode() in path.read_bytes() else []
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def killed(folder):
    """A run that was killed after its second result; what it left, and the run after it."""
    command = Command(folder)
    process = command.start()
    deadline = time.monotonic() + 600
    while len(command.results()) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    command.after_kill = command.results()
    command.complete_after_kill = (command.grading / "grades.csv").exists()
    for _ in range(100):
        if not command.left_running():
            break
        time.sleep(0.1)
    command.orphans = command.left_running()
    command.status, command.said = command.run()
    return command


def points(command):
    code = sum(one["max"] for one in command.result("ann")["exercises"].values() if one["kind"] == "code")
    return code, sum(one["max"] for one in command.result("ann")["exercises"].values())


def test_a_killed_run_leaves_whole_results_and_no_kernel(killed):
    assert 2 <= len(killed.after_kill) < len(KINDS)
    assert not killed.complete_after_kill
    assert killed.orphans == []


def test_the_next_run_grades_the_others_only(killed):
    assert killed.status == 0, killed.said
    now = killed.results()
    assert set(now) == set(KINDS)
    assert {name: now[name] for name in killed.after_kill} == killed.after_kill, "graded twice"
    assert not list(killed.grading.rglob("*.new"))


def test_grades_csv_has_every_student_with_a_status(killed):
    grades = killed.grades()
    assert set(grades) == {*KINDS, MISSING, "ivy"}
    status = {name: row["status"] for name, row in grades.items()}
    assert status["ann"] == status["gil"] == "needs reading"
    assert status["bob"] == "graded"
    assert "crashed in exercise 3.5" in status["cyd"]
    assert "crashed in exercise 3.5" in status["dan"]
    assert "tampering suspected" in status["eva"]
    assert status["flo"] == "unreadable"
    assert status[MISSING] == "missing"
    code, _ = points(killed)
    assert [float(grades[name]["total"]) for name in ("ann", "bob", "gil")] == [code, 0, code]
    assert 0 < float(grades["cyd"]["total"]) < code
    assert grades["flo"]["total"] == grades[MISSING]["total"] == ""


def test_the_gradebook_has_the_same_scores(killed):
    scores, grades = killed.scores(), killed.grades()
    assert set(scores) == set(KINDS) - {"flo"}
    assert {name: float(grades[name]["total"]) for name in scores} == scores


def test_personal_numbers_are_those_of_the_roster(killed):
    assert killed.result("ann")["exercises"]["3.4"]["score"] == killed.result("gil")["exercises"]["3.4"]["score"] == 1


def test_there_is_a_feedback_page_for_everyone_whose_notebook_could_be_read(killed):
    pages = {path.parts[-3] for path in killed.homework.glob(f"feedback/*/{CHAPTER}/{CHAPTER}.html")}
    assert pages == set(KINDS) - {"flo"}


def test_nothing_is_left_in_the_temporary_folder_by_a_whole_run(killed):
    before = set(killed.temporary.iterdir())  # what the killed run left
    status, _ = killed.run()
    assert status == 0
    assert set(killed.temporary.iterdir()) == before


def test_the_same_command_again_grades_nothing(killed):
    before = killed.results()
    status, said = killed.run()
    assert status == 0, said
    assert killed.results() == before


def test_a_persons_scores_survive_a_regrade(killed):
    with Gradebook(gradebook_url(killed.homework), settings.load(killed.homework).id) as book:
        grade = book.find_grade("words-3-8", CHAPTER, CHAPTER, "ann")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        book.db.commit()
    before = killed.results()

    status, said = killed.run("--again", "ann")

    assert status == 0, said
    assert {name for name, when in killed.results().items() if when != before[name]} == {"ann"}
    row = killed.grades()["ann"]
    assert (row["status"], float(row["3.8 (3)"])) == ("graded", 2.5)
    assert float(row["total"]) == killed.scores()["ann"] == points(killed)[0] + 2.5


def test_a_latecomer_is_graded_alone_and_the_others_keep_their_results(killed):
    before = killed.results()
    killed.hand_in("ivy", make("perfect", killed.release, killed.solutions), late="LATE_")
    due = "\n[due]\n03_gradients = 2027-03-08T23:59:00+01:00\n"
    settings_file = killed.homework / "course.toml"
    settings_file.write_text(settings_file.read_text() + due)

    status, said = killed.run()

    assert status == 0, said
    assert {name for name, when in killed.results().items() if when != before.get(name)} == {"ivy"}
    assert "late" in killed.grades()["ivy"]["status"]
    assert "late" not in killed.grades()["ann"]["status"]


def test_a_second_submission_takes_the_place_of_the_first(killed):
    killed.hand_in("bob", make("perfect", killed.release, killed.solutions))
    status, said = killed.run()
    assert status == 0, said
    assert float(killed.grades()["bob"]["total"]) == killed.scores()["bob"] == points(killed)[0]


def test_a_report_alone_grades_nothing(killed):
    before = killed.results()
    (killed.grading / "grades.csv").unlink()
    status, said = killed.run("--report")
    assert status == 0, said
    assert killed.results() == before
    assert set(killed.grades()) == {*KINDS, MISSING, "ivy"}


def test_parts_and_processes_come_to_the_same(killed):
    """Two parts on their own, the second with two processes; then the run that merges."""
    wanted = {name: killed.result(name)["exercises"] for name in killed.results()}
    shutil.rmtree(killed.grading / "results")
    (killed.grading / "grades.csv").unlink()

    status, said = killed.run("--part", "1/2")
    first = set(killed.results())
    assert status == 0, said
    assert 0 < len(first) < len(wanted)
    assert not (killed.grading / "grades.csv").exists(), "a part writes no report"
    status, said = killed.run("--part", "2/2", "--processes", "2")
    assert status == 0, said
    before = killed.results()
    assert set(before) == set(wanted)
    status, said = killed.run()
    assert status == 0, said

    assert killed.results() == before, "nothing was left to grade"
    assert {name: killed.result(name)["exercises"] for name in wanted} == wanted
    assert set(killed.grades()) == {*KINDS, MISSING, "ivy"}


def test_without_a_sandbox_only_when_told_to(killed, tmp_path):
    for name in ("sh", "env"):
        (tmp_path / name).symlink_to(shutil.which(name))
    path = str(tmp_path)
    status, said = killed.run("--again", "ann", PATH=path)
    assert status == 1
    assert "add --without-sandbox" in said
    wanted = killed.result("ann")["exercises"]
    status, said = killed.run("--again", "ann", "--without-sandbox", PATH=path)
    assert status == 0, said
    assert killed.result("ann")["exercises"] == wanted


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--processes", "0"], "wanted at least 1"),
        (["--again", "nobody"], "the roster has no nobody"),
        (["--part", "3/2"], "wanted I/N"),
        (["--roster", "/nowhere.csv"], "nowhere.csv"),
    ],
)
def test_wrong_options_are_named(killed, options, words):
    command = [sys.executable, "-m", "tools.course.grade", CHAPTER, str(killed.downloads)]
    command += ["--roster", str(killed.roster), *options]
    environment = os.environ | {"RNN_TEXTBOOK_HOMEWORK": str(killed.homework)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_kills_its_process_costs_nobody_else(tmp_path, monkeypatch):
    """Two processes die over one file; the innocent one beside it is graded."""
    jobs = [grade.Job(name, tmp_path, f"key of {name}") for name in ("ann", "bad", "cyd", "dan")]
    graded = []

    def results(left, tools, processes, folder, apart=False):
        assert not apart or (len(left), processes) == (1, 1), "suspects run one at a time"
        for job in left:
            if job.student == "bad":
                raise BrokenProcessPool
            graded.append(job.student)
            yield job, {"student": job.student, "unreadable": ""}

    monkeypatch.setattr(grade, "_results", results)
    grade._run(jobs, (tmp_path, CHAPTER, None, {}, True), 2, tmp_path)

    written = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("results/*.json")}
    assert {name for name, result in written.items() if result["unreadable"]} == {"bad"}
    assert sorted(graded) == ["ann", "cyd", "dan"]
    assert written["bad"]["key"] == "key of bad", "it is not tried for ever"


def test_a_failure_of_the_grader_is_tried_again_at_once_and_in_the_next_run(tmp_path, monkeypatch):
    tries = []

    def fails(*arguments):
        tries.append(arguments)
        raise RuntimeError("no kernel came up")

    monkeypatch.setattr(grade.worker, "grade", fails)
    place = SimpleNamespace(chapter=CHAPTER)
    result = grade._graded(place, grade.Job("ann", tmp_path, "key"), tmp_path)
    assert len(tries) == 2
    assert "no kernel came up" in result["unreadable"]
    assert result["key"] == "", "no submission has this key, so the next run grades it"
