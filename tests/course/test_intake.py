"""Submissions in every layout that instructors get, and files that mean harm."""

import io
import json
import os
import struct
import time
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tools.course import files
from tools.course.files import listed, write_file
from tools.course.intake import collect
from tools.course.roster import read_roster
from tools.homework import ROOT

CHAPTER = "03_gradients"
NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section
"Lee, Ann",4711,S1,alee,A
"Müller, Jörg",4712,S2,jm,A
"O'Brien Ray, Bob",4713,S3,bob,A
"""


def notebook(mark="", chapter=CHAPTER, number=3):
    """Return the bytes of a notebook that is the chapter's."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None,
            "source": [f"# Exercise {number}.1\n", f"# {mark}"]}  # fmt: skip
    metadata = {"rnn_textbook": {"course": "c", "chapter": chapter, "release": "0"}} if chapter else {}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def packed(**contents):
    """Return the bytes of a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def roster(tmp_path):
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    return read_roster(tmp_path / "canvas.csv")


@pytest.fixture
def plain(tmp_path):
    (tmp_path / "plain.csv").write_text(
        "id,name,email\nalee,Ann Lee,al@uni.edu\njm,Jörg Müller,\nbob,Bob O'Brien Ray,\n"
    )
    return read_roster(tmp_path / "plain.csv")


@pytest.fixture
def put(tmp_path):
    """Write files into the source folder; give the folder."""

    def write(contents, hours=0):
        source = tmp_path / "in"
        for name, data in contents.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, ((NINE + timedelta(hours=hours)).timestamp(),) * 2)
        return source

    return write


@pytest.fixture
def take(tmp_path):
    """Collect into tmp_path/work."""

    def run(source, students, **more):
        return collect(source, CHAPTER, students, tmp_path / "work", **more)

    return run


def marks(intake):
    """Return what the copies say that were taken."""
    return {student: one.path.read_bytes() for student, one in intake.submissions.items()}


# -- layouts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("top", ["", "submitted/"])
@pytest.mark.parametrize(
    ("stamp", "submitted"),
    [
        (b"2026-11-21 10:00:00 UTC", NINE + timedelta(hours=1)),
        (b"2026-11-21 10:00:00.123456 UTC\n", NINE + timedelta(hours=1, microseconds=123456)),
        (b"2026-11-21 10:00:00", NINE + timedelta(hours=1)),  # zip_collect writes UTC without saying so
        (b"2026-11-21 10:00:00 +0100", NINE),
        (b"2026-11-21 10:00:00.000000 CET", NINE),
        (b"2026-11-21T10:00:00Z", NINE + timedelta(hours=1)),
    ],
)
def test_nbgraders_layout_and_its_timestamps(put, take, plain, top, stamp, submitted):
    intake = take(put({
        f"{top}alee/{CHAPTER}/{CHAPTER}.ipynb": notebook("ann"),
        f"{top}alee/{CHAPTER}/timestamp.txt": stamp,
        f"{top}alee/02_bptt/02_bptt.ipynb": notebook(chapter="02_bptt", number=2),
        f"{top}alee/{CHAPTER}/.ipynb_checkpoints/{CHAPTER}-checkpoint.ipynb": notebook("old"),
    }), plain)  # fmt: skip
    assert marks(intake) == {"alee": notebook("ann")}
    assert intake.submissions["alee"][2:] == (submitted, False, ())
    assert (intake.missing, intake.unmatched) == (["jm", "bob"], [])


@pytest.mark.parametrize(
    "stamp",
    [b"", b"5", b"yesterday", b"\xff\xfe", b"9" * 500, b"99999999-99-99 10:00", b"0001-01-01 00:00 +2300", b"2026 \x00",
     b"10:00", b"2026-11 10:00", b"2026-11-21 10:00:00 " + b"(" * 90],
)  # fmt: skip
def test_a_bad_timestamp_gives_the_files_time(put, take, plain, stamp):
    folder = f"alee/{CHAPTER}"
    intake = take(put({f"{folder}/{CHAPTER}.ipynb": notebook(), f"{folder}/timestamp.txt": stamp}), plain)
    assert intake.submissions["alee"][2:] == (NINE, False, ("the time is the file's own",))


@pytest.mark.parametrize("zipped", [False, True])
def test_canvas(put, take, roster, tmp_path, zipped):
    contents = {
        f"leeann_LATE_4711_900_{CHAPTER}-1.ipynb": notebook("ann"),
        f"müllerjörg_4712_901_{CHAPTER}.ipynb": notebook("jörg"),
        "obrienraybob_4713_902_homework.zip": packed(**{"x/03_gradients (1).ipynb": notebook("bob")}),
        "strangereve_4799_903_03_gradients.ipynb": notebook("eve"),
    }
    source = put(contents)
    if zipped:
        source = tmp_path / "submissions.zip"
        source.write_bytes(packed(**contents))
    intake = take(source, roster)
    assert marks(intake) == {"alee": notebook("ann"), "jm": notebook("jörg"), "bob": notebook("bob")}
    assert intake.submissions["alee"][2:] == (None, True, ("Canvas says late, not since when",))
    assert intake.submissions["jm"][2:] == (None, False, ())  # the zip's times are those of the download
    ((name, why),) = intake.unmatched
    assert name.startswith("strangereve")
    assert why.startswith("Canvas's user 4799 is not in the roster: export it again, or write")


def test_canvas_tells_two_of_one_name_apart_by_number(put, take, roster):
    intake = take(put({"leeann_4799_903_03_gradients.ipynb": notebook()}), roster)
    assert (intake.submissions, len(intake.unmatched)) == ({}, 1)


def test_a_timestamp_in_a_students_zip_is_not_believed(put, take, plain):
    folder = f"alee/{CHAPTER}"
    data = packed(**{f"{folder}/{CHAPTER}.ipynb": notebook(), f"{folder}/timestamp.txt": b"2020-01-01 10:00:00 UTC"})
    assert take(put({"homework.zip": data}), plain).submissions["alee"].submitted == NINE


def test_canvas_without_numbers_in_the_roster_goes_by_name(put, take, plain):
    names = ("leeann_late_1_900_a.ipynb", "müllerjörg_2_901_a.ipynb", "obrienraybob_3_902_a.ipynb")
    intake = take(put({name: notebook(name) for name in names}), plain)
    assert marks(intake) == {
        student: notebook(name) for student, name in zip(["alee", "jm", "bob"], names, strict=True)
    }
    assert [one.late_marked for one in intake.submissions.values()] == [True, False, False]


def test_canvas_numbers_files_in_the_order_of_uploads(put, take, roster):
    put({"leeann_4711_900_03_gradients.ipynb": notebook("new")}, hours=1)
    intake = take(put({"leeann_4711_1000_03_gradients-1.ipynb": notebook("newer")}), roster)
    assert marks(intake) == {"alee": notebook("newer")}
    (note,) = intake.submissions["alee"].notes
    assert note.startswith("graded: leeann_4711_1000_03_gradients-1.ipynb; not graded: leeann_4711_900_")


def test_canvas_texts_and_anonymous_downloads(put, take, roster):
    contents = {"leeann_4711_text.html": b"hello", "anon_fQm4E_900_03_gradients.ipynb": notebook()}
    intake = take(put(contents), roster)
    assert intake.missing == ["alee", "jm", "bob"]
    assert intake.notes == {"alee": ("no notebook, not looked at: leeann_4711_text.html",)}
    ((name, why),) = intake.unmatched
    assert (name[:5], "switch anonymous grading off" in why) == ("anon_", True)


@pytest.mark.parametrize("form", ["{}/", "{}_/", "{}_", "{}/own folder/"])
@pytest.mark.parametrize("group", ["", "Group 1-", "Über-Gruppe - "])
def test_moodle(put, take, plain, form, group):
    def name(person, number):
        return group + form.format(f"{person}_{number}_assignsubmission_file") + "03_gradients.ipynb"

    people = {"Ann Lee": "ann", "Jörg Müller": "jörg", "Bob OBrien Ray": "bob", "Eve Else": "eve"}
    contents = {name(person, number): notebook(mark) for number, (person, mark) in enumerate(people.items(), 11)}
    intake = take(put(contents), plain)
    assert marks(intake) == {"alee": notebook("ann"), "jm": notebook("jörg"), "bob": notebook("bob")}
    assert intake.submissions["alee"][2:] == (None, False, ("the time is not known: Moodle's download has none",))
    assert [file for file, _ in intake.unmatched] == [name("Eve Else", 14)]


def test_moodles_worksheet_knows_numbers_and_times(put, take, tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text(
        "Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 11,Ann Lee,alee@x.y,Submitted for grading,,"Saturday, 21 November 2026, 10:00 AM"\n'
        'Participant 12,Ann Lee,alee2@x.y,Submitted for grading - 2 days 1 hour late,,"Montag, 23. November"\n'
    )
    contents = {f"Participant_{n}_assignsubmission_file_/a.ipynb": notebook(str(n)) for n in (11, 12)}
    contents["Participant_12_assignsubmission_file_/timestamp.txt"] = b"2020-01-01 10:00:00 UTC"  # the student's own
    intake = take(put(contents), read_roster(path), zone=timezone(timedelta(hours=1)))
    assert marks(intake) == {"alee": notebook("11"), "alee2": notebook("12")}
    assert intake.submissions["alee"][2:] == (NINE, False, ())
    assert intake.submissions["alee2"][2:4] == (None, True)
    other = {"Ann Lee_99_assignsubmission_file/a.ipynb": notebook()}  # another assignment's number
    path.write_text(path.read_text().replace("Participant 12,Ann Lee", "Participant 12,Bo Ray"))
    (tmp_path / "in").rename(tmp_path / "first")
    assert take(put(other), read_roster(path)).submissions["alee"].submitted is None


@pytest.mark.parametrize(
    "name",
    ["alee.ipynb", "ALEE.IPYNB", "03_gradients_alee.ipynb", "alee - 03_gradients (2).ipynb",
     "alee-03-gradients-1.ipynb", "Ann Lee.ipynb", "Lee, Ann - 3 Gradients.ipynb", "gradients_Lee_Ann.ipynb",
     "LeeAnn_03_gradients.ipynb",
     "Copy of 03_gradients - alee.ipynb", "al@uni.edu_03_gradients.ipynb", "final_alee_v2.ipynb",
     "Ann Lee/Copy of 03_gradients.ipynb", "alee/03_gradients.ipynb", "section 1/alee/whatever/03_gradients (1).ipynb",
     "03_gradients/alee.ipynb", "12_section_b/alee.ipynb", "alee.ipynb.txt", "alee.ipynb.json"],
)  # fmt: skip
def test_flat_names(put, take, plain, name):
    intake = take(put({name: notebook("ann")}), plain)
    assert marks(intake) == {"alee": notebook("ann")}
    assert intake.submissions["alee"].submitted == NINE
    assert intake.submissions["alee"].notes[-1] == "the time is the file's own"


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("name", ["alee.zip", "Lee Ann_03_gradients.zip", "alee/03_gradients.zip"])
def test_a_zip_for_each_student(put, take, plain, tmp_path, name, zipped):
    contents = {name: packed(**{"homework/03_gradients.ipynb": notebook("ann"), "homework/data.csv": b"1"})}
    source = put(contents)
    if zipped:
        source = tmp_path / "all.zip"
        source.write_bytes(packed(**contents))
    intake = take(source, plain)
    assert marks(intake) == {"alee": notebook("ann")}
    assert "no notebook, not looked at: " + name + "/homework/data.csv" in intake.submissions["alee"].notes


def test_the_time_of_a_flat_zip_is_its_entrys(take, plain, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("alee.ipynb", (2026, 11, 21, 10, 0, 0)), notebook())
    there = datetime(2026, 11, 21, 10).astimezone(UTC)
    assert take(tmp_path / "all.zip", plain).submissions["alee"].submitted == there


# -- who it is, and which file counts -------------------------------------------------------------------------


def test_the_ambiguous_and_the_unknown_say_what_to_do(put, take, tmp_path):
    (tmp_path / "r.csv").write_text("id,name\na1,Ann Lee\na2,Ann Lee\nb,Bo Zhang\n")
    names = ("Ann Lee.ipynb", "homework from Zhang.ipynb", "a1 and a2.ipynb", "readme.txt", "b/a2.ipynb")
    intake = take(put({name: notebook() for name in names}), read_roster(tmp_path / "r.csv"))
    why = dict(intake.unmatched)
    assert set(why) == set(names)
    assert intake.missing == ["a1", "a2", "b"]
    assert why["Ann Lee.ipynb"].startswith("it may be of a1 (Ann Lee) or a2 (Ann Lee): write the student's id")
    assert why["homework from Zhang.ipynb"].startswith("nobody in the roster is called so, perhaps b (Bo Zhang): write")
    assert why["a1 and a2.ipynb"].startswith("it may be of a1 (Ann Lee) or a2 (Ann Lee)")
    assert why["b/a2.ipynb"].startswith("it may be of a2 (Ann Lee) or b (Bo Zhang)")
    assert why["readme.txt"].endswith("it is no notebook, so perhaps there is nothing to do")


def test_a_mapping_settles_it(put, take, plain, tmp_path):
    contents = {"x1.ipynb": "1", "=x2.txt": "2", "jm.ipynb": "4", "x5\n.ipynb": "5"}
    contents = {name: notebook(mark) for name, mark in contents.items()}
    source = put(contents | {"x3.zip": packed(**{"02_bptt.ipynb": notebook("3")})})
    mapping = tmp_path / "unmatched.csv"
    mapping.write_text("﻿file,id,why\nx1.ipynb,alee,so\n'=x2.txt,jm,so\nx3.zip,bob,so\njm.ipynb,,so\ngone.ipynb,bob,\n")
    intake = take(source, plain, mapping=mapping)
    assert marks(intake) == {"alee": notebook("1"), "jm": notebook("2"), "bob": notebook("3")}
    assert "handed in as =x2.txt" in intake.submissions["jm"].notes
    why = dict(intake.unmatched)
    assert set(why) == {"gone.ipynb", "x5\\n.ipynb"}
    assert why["gone.ipynb"] == "the mapping gives it to bob, but there is no such file"
    mapping.write_text("file;id\nx5\\n.ipynb;bob\n")
    assert marks(take(source, plain, mapping=mapping))["bob"] == notebook("5")


@pytest.mark.parametrize(
    ("text", "words"),
    [("name,id\nx,alee\n", "line 1: wanted the columns file and id, got name, id"),
     ("file,id\nx,alee\ny,nobody\n", "line 3: there is no 'nobody' in the roster")],
)  # fmt: skip
def test_a_bad_mapping_is_refused(put, take, plain, tmp_path, text, words):
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(ValueError, match=f"^m.csv, {words}"):
        take(put({"x.ipynb": notebook()}), plain, mapping=tmp_path / "m.csv")


def test_nobody_hands_in_as_somebody_else(put, take, plain):
    source = put({f"Ann Lee_1_assignsubmission_file_/bob/{CHAPTER}/bob.ipynb": notebook("ann"),
                  "jm.zip": packed(**{f"../../submitted/bob/{CHAPTER}/{CHAPTER}.ipynb": notebook("jm")})})  # fmt: skip
    intake = take(source, plain)
    assert marks(intake) == {"alee": notebook("ann"), "jm": notebook("jm")}
    assert intake.missing == ["bob"]


def test_the_latest_file_counts(put, take, plain):
    put({"alee_03_gradients.ipynb": notebook("1"), "jm (10).ipynb": notebook("10"), "jm (9).ipynb": notebook("9")})
    intake = take(put({"alee_gradients.ipynb": notebook("2"), "jm.ipynb": notebook("0")}, hours=2), plain)
    assert marks(intake) == {"alee": notebook("2"), "jm": notebook("10")}
    assert intake.submissions["alee"].submitted == NINE + timedelta(hours=2)
    assert "graded: jm (10).ipynb; not graded: jm (9).ipynb, jm.ipynb" in intake.submissions["jm"].notes


def test_a_notebook_of_this_chapter_goes_before_a_newer_one_that_is_not(put, take, plain):
    put({"alee/03_gradients.ipynb": notebook("ann", chapter="")})
    put({"alee/scratch.ipynb": notebook(chapter="", number="x")}, hours=1)
    intake = take(put({"alee/report.pdf": b"%PDF"}, hours=2), plain)
    assert marks(intake) == {"alee": notebook("ann", chapter="")}
    notes = intake.submissions["alee"].notes
    assert "alee/scratch.ipynb is newer, but not recognised as this chapter: not taken" in notes
    assert "no notebook, not looked at: alee/report.pdf" in notes


@pytest.mark.parametrize("other", [notebook(chapter="02_bptt"), notebook(chapter="", number=2)])
def test_another_chapters_notebook_is_not_taken(put, take, plain, other):
    intake = take(put({"alee/03_gradients.ipynb": other}), plain)
    assert "alee" in intake.missing
    assert intake.notes["alee"] == ("alee/03_gradients.ipynb is a notebook of another chapter: not taken",)
    assert [name for name, _ in intake.unmatched] == ["alee/03_gradients.ipynb"]


def test_every_chapters_notebook_is_recognised(put, plain, tmp_path):
    notebooks = sorted((ROOT / "notebooks").glob("0*.ipynb"))
    assert len(notebooks) > 5
    source = put({f"alee/{path.name}": path.read_bytes() for path in notebooks})
    for path in notebooks:
        intake = collect(source, path.stem, plain, tmp_path / "work")
        assert intake.submissions["alee"].path.read_bytes() == path.read_bytes()
        assert len(intake.unmatched) < len(notebooks)


@pytest.mark.parametrize("data", [b"", b"not json", b"{", notebook(chapter="", number="x"), b"\x00" * 1000])
def test_what_cannot_be_recognised_stays_a_submission(put, take, plain, data):
    assert marks(take(put({"alee.ipynb": data}), plain)) == {"alee": data}


def test_only_other_endings_are_missing_with_a_note(put, take, plain):
    intake = take(put({f"alee/{name}": b"x" for name in ("a.pdf", "b.py", "c.html", "d.docx", "e.rar")}), plain)
    assert intake.notes["alee"] == ("no notebook, not looked at: alee/a.pdf, alee/b.py, alee/c.html and 2 more",)
    assert intake.unmatched == []


def test_a_second_run_says_the_same_and_leaves_the_copies(put, take, plain):
    source = put({"alee.ipynb": notebook(), "x.ipynb": notebook()})
    first = take(source, plain)
    before = first.submissions["alee"].path.stat()
    assert take(source, plain) == first
    assert first.submissions["alee"].path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_mapped_file_keeps_what_its_layout_says_of_the_time(put, take, plain, tmp_path):
    names = [
        "strangereve_LATE_4799_903_03_gradients.ipynb",
        "Eve E_4_assignsubmission_file_a.ipynb",
        f"eve/{CHAPTER}/a.ipynb",
    ]
    source = put(dict.fromkeys(names, notebook()) | {f"eve/{CHAPTER}/timestamp.txt": b"2026-11-20 09:00:00 UTC"})
    lines = [f"{name},{student}\n" for name, student in zip(names, ["alee", "jm", "bob"], strict=True)]
    (tmp_path / "m.csv").write_text("file,id\n" + "".join(lines))
    intake = take(source, plain, mapping=tmp_path / "m.csv")
    times = [(one.submitted, one.late_marked) for one in intake.submissions.values()]
    assert times == [(None, True), (None, False), (NINE - timedelta(days=1), False)]


def test_latecomers_add_to_what_came_in_before(put, take, plain, tmp_path):
    first = take(put({"alee.ipynb": notebook("1"), "x.ipynb": notebook("x"), "jm.ipynb": notebook("j")}), plain)
    late = tmp_path / "late"
    late.mkdir()
    (late / "jm again.ipynb").write_bytes(notebook("jj"))
    for _ in range(2):
        intake = take(late, plain)
        assert marks(intake) == {"alee": notebook("1"), "jm": notebook("jj")}
        assert intake.submissions["alee"][2:] == (NINE, False, ("the time is the file's own", "from in"))
        assert intake.missing == ["bob"]
    put({"alee.ipynb": notebook("2")})
    assert marks(take(tmp_path / "in", plain)) == {"alee": notebook("2"), "jm": notebook("j")}
    assert first.missing == ["bob"]


def test_a_file_given_to_the_wrong_student_does_not_stay(put, take, plain, tmp_path):
    source, again = put({"x.ipynb": notebook("x")}), tmp_path / "again"
    again.mkdir()
    (again / "x.ipynb").write_bytes(notebook("x"))
    for student, folder in (("alee", source), ("bob", source), ("jm", again)):
        (tmp_path / "m.csv").write_text(f"file,id\nx.ipynb,{student}\n")
        assert list(take(folder, plain, mapping=tmp_path / "m.csv").submissions) == [student]
    assert take(source, plain).submissions == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"file": 1}', '{"source": "s", "file": "f", "submitted": "x"}'])
def test_a_damaged_memory_forgets(put, take, plain, tmp_path, text):
    source = put({"jm.ipynb": notebook()})
    folder = tmp_path / "work" / "alee"
    folder.mkdir(parents=True)
    (folder / f"{CHAPTER}.ipynb").write_bytes(notebook())
    (folder / f"{CHAPTER}.json").write_text(text)
    assert list(take(source, plain).submissions) == ["jm"]


def test_the_copies_in_the_source_are_not_taken_for_submissions(put, plain):
    source = put({"jm.ipynb": notebook()})
    for _ in range(2):
        intake = collect(source, CHAPTER, plain, source / "work")
        assert (list(intake.submissions), intake.unmatched) == (["jm"], [])


# -- harm ----------------------------------------------------------------------------------------------------


def bomb(megabytes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("03_gradients.ipynb", bytes(megabytes * 2**20))
    return buffer.getvalue()


def lying(data, size):
    """Return the zip with another unpacked size in its directory."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def test_a_zip_bomb_costs_only_its_student(put, take, plain, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "UNPACKED", 30 * 2**20)
    data = bomb(40)
    for name, contents in {"alee.zip": data, "jm.zip": lying(data, 100)}.items():
        put({name: contents})
    intake = take(put({"bob.zip": packed(**{"03_gradients.ipynb": notebook("bob")})}), plain)
    assert marks(intake)["bob"] == notebook("bob")
    assert marks(intake)["alee"] == b"Not a notebook: a zip of 40 MB unpacked, more than 30.\n"
    assert "alee.zip: a zip of 40 MB unpacked, more than 30" in intake.submissions["alee"].notes
    assert len(marks(intake)["jm"]) < 200
    assert any("cannot be read" in note for note in intake.submissions["jm"].notes)


def test_a_large_notebook_stays_a_submission_with_a_note(put, take, plain, monkeypatch):
    monkeypatch.setattr("tools.course.intake.LARGEST", 2**20)
    large = notebook() + b" " * 2**20
    intake = take(put({"alee.ipynb": large, "jm.zip": packed(**{"a.ipynb": large})}), plain)
    assert set(marks(intake).values()) == {b"Not a notebook: larger than 1 MB.\n"}
    assert "alee.ipynb: larger than 1 MB" in intake.submissions["alee"].notes
    assert "jm.zip/a.ipynb: larger than 1 MB" in intake.submissions["jm"].notes


def test_names_in_a_zip_never_lead_anywhere(take, plain, tmp_path):
    names = [f"../../../alee/{CHAPTER}.ipynb", "/jm.ipynb", "C:\\bob\\03_gradients.ipynb", "..", "../", "a/../../.."]
    source = tmp_path / "deep" / "all.zip"
    source.parent.mkdir()
    source.write_bytes(packed(**dict.fromkeys(names, notebook())))
    before = set(tmp_path.rglob("*"))
    intake = take(source, plain)
    assert list(intake.submissions) == ["alee", "jm", "bob"]
    new = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path not in before and path.is_file()
    }
    students = ("alee", "jm", "bob")
    assert new == {f"work/{student}/{CHAPTER}.{ending}" for student in students for ending in ("ipynb", "json")}


def test_links_are_not_followed(put, take, plain, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "jm.ipynb").write_bytes(notebook("secret"))
    source = put({"bob.ipynb": notebook("bob")})
    (source / "alee.ipynb").symlink_to(tmp_path / "secret" / "jm.ipynb")
    (source / "more").symlink_to(tmp_path / "secret")
    os.mkfifo(source / "jm.ipynb")
    link = zipfile.ZipInfo("03_gradients.ipynb")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(source / "bob.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    intake = take(source, plain)
    assert marks(intake)["bob"] == notebook("bob")
    assert all(b"secret" not in data and b"passwd" not in data for data in marks(intake).values())
    assert "alee.ipynb: a link, which is not followed" in intake.submissions["alee"].notes
    assert "jm.ipynb: no ordinary file" in intake.submissions["jm"].notes
    assert dict(intake.unmatched)["more"].startswith("a link, which is not followed; nobody")


def test_a_link_in_the_place_of_a_copy_is_replaced(put, take, plain, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "work" / "alee").mkdir(parents=True)
    (tmp_path / "work" / "alee" / f"{CHAPTER}.ipynb").symlink_to(victim)
    assert marks(take(put({"alee.ipynb": notebook("ann")}), plain)) == {"alee": notebook("ann")}
    assert victim.read_text() == "mine"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zip",
        packed(a=b"x")[:-20],
        b"PK\x03\x04" * 50,
        packed(),
        packed(**{"03_gradients.ipynb": b"x" * 99})[:60] + b"Z" * 90,
    ],
)
def test_a_broken_zip_stays_a_submission_with_a_note(put, take, plain, data):
    intake = take(put({"alee.zip": data, "jm.ipynb": notebook()}), plain)
    assert list(intake.submissions) == ["alee", "jm"]
    assert intake.submissions["alee"].notes[0].startswith("alee.zip: a zip ")
    assert marks(intake)["alee"].startswith(b"Not a notebook: a zip ")


def test_an_encrypted_or_damaged_entry_stays_a_submission(put, take, plain):
    data = bytearray(packed(**{"03_gradients.ipynb": notebook("x" * 5000)}))
    secret = data.copy()
    for at in (6, data.rindex(b"PK\x01\x02") + 8):  # the flag in both headers
        secret[at] |= 1
    data[60] ^= 0xFF
    intake = take(put({"alee.zip": bytes(secret), "jm.zip": bytes(data)}), plain)
    assert any("cannot be read" in note for note in intake.submissions["alee"].notes)
    assert any("cannot be read" in note for note in intake.submissions["jm"].notes)


def test_a_zip_of_too_many_files(put, take, plain, monkeypatch):
    monkeypatch.setattr(files, "ENTRIES", 100)
    intake = take(put({"alee.zip": packed(**{f"{i}.ipynb": b"x" for i in range(101)})}), plain)
    assert intake.submissions["alee"].notes[0] == "alee.zip: a zip of 101 files, more than 100"


@pytest.mark.parametrize(
    "name", ["a\nlee", "a\x1b[31mlee", "x" * 300, "\u202eeela", "a'; rm -rf $HOME", "=cmd|' /C calc'!A0"]
)
def test_strange_names_are_shown_safely(take, plain, tmp_path, name):
    source = tmp_path / "all.zip"
    source.write_bytes(packed(**{f"{name}.ipynb": b"{}", "jm.zip": packed(**{f"{name}.ipynb": notebook("jm")})}))
    intake = take(source, plain)
    assert marks(intake) == {"jm": notebook("jm")}
    ((shown, why),) = intake.unmatched
    assert (shown + why).isprintable()
    (tmp_path / "m.csv").write_text('file,id\n"' + shown + '",alee\n', encoding="utf-8")
    assert list(take(source, plain, mapping=tmp_path / "m.csv").submissions) == ["alee", "jm"]


def test_names_that_are_not_utf8(put, take, plain, tmp_path):
    source = put({"bob.ipynb": notebook("bob")})
    with open(os.fsencode(source) + b"/alee \xff\xfe.ipynb", "wb") as file:
        file.write(notebook("ann"))
    with open(os.fsencode(source) + b"/\xe4\xff.ipynb", "wb") as file:
        file.write(notebook())
    intake = take(source, plain)
    assert marks(intake) == {"alee": notebook("ann"), "bob": notebook("bob")}
    assert [name for name, _ in intake.unmatched] == ["\\udce4\\udcff.ipynb"]
    intake.unmatched[0][1].encode()


@pytest.mark.parametrize(
    "name", [" " * 60_000, "_1" * 30_000, "0" * 60_000, "(1) " * 15_000, "-" * 60_000, "é" * 30_000]
)
def test_endless_names_take_no_time(take, plain, tmp_path, name):
    source = tmp_path / "all.zip"
    source.write_bytes(packed(**{f"{i}{name}x.ipynb": b"{}" for i in range(5)}))
    started = time.process_time()
    assert len(take(source, plain).unmatched) == 5
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "data", [b'"rnn_textbook":{' * 10**6, b'"rnn_textbook"' + b" " * 10**7, b"# Exercise " * 10**6]
)
def test_a_notebook_is_searched_in_no_time(put, take, plain, data):
    source = put({f"alee ({i}).ipynb": data for i in range(3)})
    started = time.process_time()
    assert list(take(source, plain).submissions) == ["alee"]
    assert time.process_time() - started < 5


@pytest.mark.parametrize("seconds", [0, -5, 10**12])
def test_a_file_of_no_known_time(put, take, plain, seconds):
    source = put({"alee.ipynb": notebook()})
    os.utime(source / "alee.ipynb", (seconds, seconds))
    there = (source / "alee.ipynb").stat().st_mtime
    submission = take(source, plain).submissions["alee"]
    if there in (0, -5, 10**12):  # some file systems keep less
        assert submission[2:] == (None, False, ("the time is not known",))


def test_utf8_names_in_a_zip_that_does_not_say_so(take, plain, tmp_path):
    data = packed(**{"Jörg Müller.ipynb": notebook("jörg")}).replace(b"\x00\x08", b"\x00\x00")
    (tmp_path / "all.zip").write_bytes(data)
    assert marks(take(tmp_path / "all.zip", plain)) == {"jm": notebook("jörg")}


def test_ten_thousand_files(put, take, plain, tmp_path):
    source = tmp_path / "all.zip"
    contents = {f"{i}_stranger_{i * 7}.ipynb": b"{}" for i in range(10_000)} | {"alee.ipynb": notebook("ann")}
    source.write_bytes(packed(**contents, **{"jm.zip": packed(**{f"{i}.ipynb": b"{}" for i in range(3000)})}))
    started = time.process_time()
    intake = take(source, plain)
    assert time.process_time() - started < 20
    assert (marks(intake)["alee"], len(intake.unmatched)) == (notebook("ann"), 10_000)


@pytest.mark.parametrize(("name", "words"), [("nowhere", "not there"), ("file.txt", "a file that is no zip")])
def test_a_source_that_is_none(take, plain, tmp_path, name, words):
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(ValueError, match=words + "; wanted a folder of submissions or a .zip"):
        take(tmp_path / name, plain)


def test_writing_leaves_the_old_file_or_the_new_one(tmp_path, monkeypatch):
    path = tmp_path / "a" / "file"
    write_file(path, b"old")

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_file(path, b"new")
    assert [(one.name, one.read_bytes()) for one in path.parent.iterdir()] == [("file", b"old")]


def test_junk_of_systems_is_no_submission(put, tmp_path):
    names = (".DS_Store", "__MACOSX/._alee.ipynb", "Thumbs.db", "a/desktop.ini", ".git/x.ipynb")
    with listed(put(dict.fromkeys(names, b"x")), tmp_path / "work") as found:
        assert found == []
