"""grades.csv, the files that LMSs take, what is left over, and the summary."""

import copy
import csv
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.course import report
from tools.course.files import cell
from tools.course.intake import Intake, Submission, collect
from tools.course.report import write_report
from tools.course.roster import read_roster
from tools.course.settings import Course

CHAPTER = "03_gradients"
DUE = datetime(2026, 11, 21, 22, 59, tzinfo=UTC)
COURSE = Course(late_days=2, grace_minutes=15, penalty_percent=10, due={"02_bptt": DUE - timedelta(7), CHAPTER: DUE})
RESULT = {
    "student": "", "chapter": CHAPTER, "key": "k", "unreadable": "",
    "exercises": {
        "3.10": {"kind": "code", "score": 1.0, "max": 1.0, "parts": [[1.0, 1.0]], "crashed": "", "error": ""},
        "3.2": {"kind": "code", "score": 2.0, "max": 3.0, "parts": [[2.0, 2.0], [0.0, 1.0]], "crashed": ""},
        "3.8": {"kind": "words", "score": 1.5, "max": 3.0, "answered": True, "read": True},
    },
    "tampering": [], "notes": [], "seconds": {"total": 4.1, "chapter": 2.0},
}  # fmt: skip


def result(**changes):
    """Return a result; an exercise's changes go by its number with an underscore, e3_2={"score": 0}."""
    made = copy.deepcopy(RESULT)
    for key, value in changes.items():
        if key.startswith("e3_"):
            made["exercises"][key[1:].replace("_", ".")].update(value)
        else:
            made[key] = value
    return made


class Class:
    """A roster with what its students handed in, and the report on it."""

    def __init__(self, folder, roster):
        (folder / "roster.csv").write_text(roster, encoding="utf-8")
        self.roster = read_roster(folder / "roster.csv")
        self.folder = folder / "homework" / "grading" / CHAPTER
        self.submissions = {}
        self.results = {}
        self.rest = Intake({}, [], [], {})

    def hand_in(self, student, found=None, days=0.0, **more):
        submission = Submission(student, Path("x"), DUE + timedelta(days=days), False, ())
        self.submissions[student] = submission._replace(**more)
        if found:
            self.results[student] = found

    def report(self, **more):
        missing = [student.id for student in self.roster if student.id not in self.submissions]
        intake = self.rest._replace(submissions=self.submissions, missing=missing)
        path = write_report(self.folder, CHAPTER, COURSE, self.roster, intake, self.results, **more)
        rows = table(path)
        return {row["id"]: row for row in rows}

    def lms(self, name):
        return (self.folder / name).read_bytes().decode("utf-8")


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.fixture
def six(tmp_path):
    return Class(
        tmp_path, "id,name\nalee,Ann Lee\njm,Jörg Müller\nbob,Bob Ray\neve,Eve Else\nzoe,Zoë Zed\ntim,Tim Tum\n"
    )


def test_one_row_for_each_student_in_the_rosters_order(six):
    six.hand_in("bob", result())
    six.hand_in("alee", result(e3_2={"score": 3.0}))
    rows = six.report()
    assert list(rows) == ["alee", "jm", "bob", "eve", "zoe", "tim"]
    assert list(rows["bob"]) == ["id", "name", "3.2 (3)", "3.8 (3)", "3.10 (1)", "total", "max", "penalty",
                                 "total after penalty", "days late", "status", "notes"]  # fmt: skip
    assert list(rows["bob"].values()) == ["bob", "Bob Ray", "2", "1.5", "1", "4.5", "7", "0", "4.5", "0", "graded", ""]
    assert list(rows["jm"].values()) == ["jm", "Jörg Müller", *[""] * 4, "7", "", "", "", "missing", ""]


def test_empty_and_zero_are_never_alike(six):
    nothing = {number: {"score": 0.0} for number in ("e3_2", "e3_8", "e3_10")}
    six.hand_in("alee", result(**nothing))
    six.hand_in("jm", result(e3_8={"score": None, "read": False}))
    six.hand_in("bob", result(e3_8={"score": None, "read": False, "answered": False}))
    six.hand_in("eve", {**result(unreadable="not JSON", exercises={})})
    six.hand_in("zoe")
    columns = ("3.2 (3)", "3.8 (3)", "total", "status")
    got = {student: tuple(row[column] for column in columns) for student, row in six.report().items()}
    assert got == {
        "alee": ("0", "0", "0", "graded"),
        "jm": ("2", "", "3", "needs reading"),
        "bob": ("2", "0", "3", "graded"),
        "eve": ("", "", "", "unreadable"),
        "zoe": ("", "", "", "not graded yet"),
        "tim": ("", "", "", "missing"),
    }


def test_a_result_without_a_submission_does_not_count(six, capsys):
    six.results["alee"] = result()
    assert six.report()["alee"]["status"] == "missing"
    assert "slowest" not in capsys.readouterr().out


def test_states_and_notes_of_one_student(six):
    found = result(
        e3_2={"crashed": "stopped the kernel", "score": 0.0},
        e3_10={"crashed": "ran longer than 15 s"},
        e3_8={"score": None},
        tampering=["numpy.testing was replaced"],
        notes=["two cells were added"],
    )
    six.hand_in("alee", found, days=1, notes=("the time is the file's own",))
    row = six.report()["alee"]
    assert row["status"] == "; ".join(["needs reading", "crashed in exercise 3.2", "crashed in exercise 3.10", "late",
                                       "tampering suspected"])  # fmt: skip
    assert row["notes"] == "; ".join(
        ["numpy.testing was replaced", "exercise 3.2: stopped the kernel", "exercise 3.10: ran longer than 15 s",
         "1 of 1 days late are paid with late days", "the time is the file's own", "two cells were added"]
    )  # fmt: skip


def test_the_missing_have_notes_on_what_they_handed_in(six):
    six.rest = Intake({}, [], [], {"tim": ("no notebook, not looked at: tim.pdf",)})
    assert six.report()["tim"]["notes"] == "no notebook, not looked at: tim.pdf"


def test_a_persons_scores_go_before_the_graders(six):
    six.hand_in("alee", result(e3_8={"score": None}))
    six.hand_in("eve", result(unreadable="not JSON", exercises={}))
    rows = six.report(manual={"alee": {"3.8": 2.5, "3.2": 0.0}, "eve": {"3.2": 1.0}})
    assert [rows["alee"][key] for key in ("3.2 (3)", "3.8 (3)", "total", "status")] == ["0", "2.5", "3.5", "graded"]
    assert [rows["eve"][key] for key in ("3.2 (3)", "total", "status")] == ["1", "1", "unreadable"]


def test_lateness_and_its_penalty(six):
    six.hand_in("alee", result(), days=0.005)  # within the grace
    six.hand_in("jm", result(), days=2)
    six.hand_in("bob", result(), days=2.5)
    six.hand_in("eve", result(), days=30)
    six.hand_in("zoe", result(), submitted=None, late_marked=True)
    six.hand_in("tim", result(), days=5)
    (six.folder.parents[1]).mkdir(parents=True)
    (six.folder.parents[1] / "extensions.csv").write_text(f"id,chapter,days\ntim,{CHAPTER},5\n")
    got = {student: (row["days late"], row["penalty"], row["total after penalty"], row["status"])
           for student, row in six.report().items()}  # fmt: skip
    assert got == {
        "alee": ("0", "0", "4.5", "graded"),
        "jm": ("2", "0", "4.5", "graded; late"),
        "bob": ("3", "0.45", "4.05", "graded; late"),
        "eve": ("30", "4.5", "0", "graded; late"),
        "zoe": ("1", "0", "4.5", "graded; late"),
        "tim": ("0", "0", "4.5", "graded"),
    }


def test_late_days_are_spent_over_the_chapters(six):
    other = six.folder.parent / "02_bptt"
    other.mkdir(parents=True)
    (other / "late.csv").write_text("id,days late\nalee,1\njm,0\ngone,1\n")
    six.hand_in("alee", result(), days=2)
    six.hand_in("jm", result(), days=2)
    rows = six.report()
    assert (rows["alee"]["penalty"], rows["jm"]["penalty"]) == ("0.45", "0")
    assert rows["alee"]["notes"] == "1 of 2 days late are paid with late days"
    assert table(six.folder / "late.csv") == [{"id": "alee", "days late": "2"}, {"id": "jm", "days late": "2"}]
    assert six.report() == rows


def test_without_any_result_there_are_still_all_students(six):
    rows = six.report()
    assert [row["status"] for row in rows.values()] == ["missing"] * 6
    assert "3.2 (3)" in six.report(exercises={"3.2": 3.0})["alee"]


def test_a_spreadsheet_runs_nothing(tmp_path):
    six = Class(tmp_path, 'id,name\na,"=HYPERLINK(""http://x"")"\nb,+1\nc,@SUM(1)\nd,-2\ne,x;=1\nf,"a\tb"\n')
    six.hand_in("a", result(notes=["=1", "fine; =2"]))
    six.rest = Intake({}, [("=cmd|' /C calc'!A0.ipynb", "@why"), ("a;=b.ipynb", "so")], [], {})
    rows = six.report()
    names = [row["name"] for row in rows.values()]
    assert names == ['\'=HYPERLINK("http://x")', "'+1", "'@SUM(1)", "'-2", "x;'=1", "a\\tb"]
    assert rows["a"]["notes"] == "'=1; fine; '=2"
    rows = [row for name in ("grades.csv", "unmatched.csv") for row in table(six.folder / name)]
    assert not [text for row in rows for text in row.values() if text.startswith(tuple("=+-@"))]
    assert '"=HYPERLINK(""http://x"")"' in six.lms("lms.csv")  # as the LMS knows it


CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Homework 3 (991),Final Score
,,,,,,Manual Posting,
    Points Possible,,,,,,100,(read only)
"Lee, Ann",4711,S001,alee,CS 101,x,5,58.33
"Müller, Jörg",4712,S002,jm,"A, B",,,
"=""=x, Eve""",4713,,eve,A,,,
'''


@pytest.mark.parametrize(
    ("title", "column"),
    [("", CHAPTER), ("Homework 3", "Homework 3 (991)"), ("homework 3 (991)", "Homework 3 (991)"), ("New", "New")],
)
def test_canvas_gets_what_it_takes(tmp_path, title, column):
    two = Class(tmp_path, CANVAS)
    two.hand_in("alee", result())
    two.hand_in("jm", result(e3_8={"score": None}))
    two.report(lms_column=title)
    assert two.lms("canvas.csv").split("\r\n") == [
        f"Student,ID,SIS User ID,SIS Login ID,Section,{column}",
        "    Points Possible,,,,,7",
        '"Lee, Ann",4711,S001,alee,CS 101,4.5',
        '"Müller, Jörg",4712,S002,jm,"A, B",',  # one answer waits for a reader
        '"=""=x, Eve""",4713,,eve,A,',
        "",
    ]


def test_moodle_gets_a_column_to_map(tmp_path):
    text = "First name,Last name,ID number,Email address,Course total\nAnn,Lee,17,al@x.y,3\nJo,Ro,18,j@x.y,-\n"
    two = Class(tmp_path, text)
    two.hand_in("17", result(), days=3)
    two.report()
    assert two.lms("moodle.csv") == ("First name,Last name,ID number,Email address,03_gradients\r\n"
                                     "Ann,Lee,17,al@x.y,4.05\r\nJo,Ro,18,j@x.y,\r\n")  # fmt: skip


def test_moodles_worksheet_comes_back_with_its_grades(tmp_path, capsys):
    text = "Identifier,Full name,Email address,Grade,Maximum Grade,Grade can be changed,Last modified (grade)\r\n"
    text += 'Participant 11,Ann Lee,al@x.y,{},"100,00",Yes,-\r\nParticipant 12,Jo Ro,j@x.y,7,"100,00",Yes,-\r\n'
    two = Class(tmp_path, text.format(""))
    two.hand_in("al", result())
    two.report()
    assert two.lms("moodle.csv") == text.format("4.5")
    assert "the assignment's maximum grade is 100; set it to 7 before importing" in capsys.readouterr().out


def test_a_list_of_ones_own_gets_one_column_more(six):
    six.hand_in("jm", result())
    six.report()
    six.report()
    assert six.lms("lms.csv").startswith("id,name,03_gradients\r\nalee,Ann Lee,\r\njm,Jörg Müller,4.5\r\nbob,")


def test_what_is_filled_in_beside_the_unmatched_stays(six, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    names = ["x1.ipynb", "=x2;=y.ipynb", "x3\n.ipynb", "x4.ipynb"]
    for name in names:
        (source / name).write_text("{}")
    path = six.folder / "unmatched.csv"
    six.rest = collect(source, CHAPTER, six.roster, tmp_path / "work")
    six.report()
    rows = table(path)
    assert [(row["file"], row["id"]) for row in rows] == [(cell(name), "") for name in sorted(names)]
    filled = dict(zip(map(cell, names), ["alee", "jm", "bob"], strict=False))
    text = "file;id;why\n" + "".join(f'"{row["file"]}";{filled.get(row["file"], "")};so\n' for row in rows)
    path.write_text("﻿" + text, encoding="utf-8")  # as a spreadsheet in Europe saves it
    for _ in range(2):
        six.rest = collect(source, CHAPTER, six.roster, tmp_path / "work", mapping=path)
        assert list(six.rest.submissions) == ["alee", "jm", "bob"]
        six.report()
        assert {row["file"]: row["id"] for row in table(path)} == {**filled, "x4.ipynb": ""}


def test_a_kill_leaves_the_old_report(six, monkeypatch):
    six.hand_in("alee", result())
    six.report()
    before = {path.name: path.read_bytes() for path in six.folder.iterdir()}
    six.results["alee"] = result(e3_2={"score": 0.0})

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        six.report()
    assert {path.name: path.read_bytes() for path in six.folder.iterdir()} == before


def test_the_summary_says_what_to_look_at_first(six, capsys):
    six.hand_in("alee", result(e3_2={"score": 3.0}, seconds={"total": 1.0}))
    six.hand_in("jm", result(e3_2={"score": 0.0}, seconds={"total": 9.26}, tampering=["numpy was patched"]), days=1)
    six.hand_in("bob", result(e3_2={"score": 1.0}, e3_8={"score": None}))
    six.hand_in("eve", result(unreadable="not JSON", exercises={}))
    six.rest = Intake({}, [("x.ipynb", "why")], [], {})
    six.report()
    assert capsys.readouterr().out.splitlines() == [
        "03_gradients: 6 students; 2 graded, 1 needs reading, 1 unreadable, 2 missing, 1 late, 1 tampering suspected",
        "    3.2 of   3: median 1, half of them from 0.5 to 2 (3 scores)",
        "    3.8 of   3: median 1.5, half of them from 1.5 to 1.5 (2 scores)",
        "   3.10 of   1: median 1, half of them from 1 to 1 (3 scores)",
        "most points lost in 3.2: 1.67 of 3 on average",
        "tampering suspected: jm",
        "unreadable: eve",
        "needs reading: bob",
        "lms.csv: 2 totals are left out until they are final",
        "unmatched.csv: 1 files; fill in the ids and give it as the mapping",
        "slowest: jm 9.3 s, bob 4.1 s, eve 4.1 s",
    ]


@pytest.mark.parametrize("score", [3.0, 0.0, None])
def test_the_summary_of_one_score_or_none(six, capsys, score):
    six.hand_in("alee", result(e3_2={"score": score}))
    six.report()
    said = "no scores yet" if score is None else "median {0:.0f}, half of them from {0:.0f} to {0:.0f} (1 scores)"
    assert "    3.2 of   3: " + said.format(score) in capsys.readouterr().out


def test_every_state_is_explained_where_one_looks():
    for state in report._STATES:
        assert f"\n    {state}" in report.__doc__
