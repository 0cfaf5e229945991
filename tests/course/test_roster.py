"""Rosters as instructors have them: their own lists, and what Canvas and Moodle export."""

import pytest

from tools.course.roster import Finder, kind, read_roster, safe_id, words

CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (991),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,12,(read only)
"Lee, Ann",4711,S001,alee,CS 101,7,58.33
"O'Brien, Seán",4712,S002,sobrien@uni.edu,CS 101,,
"=""=cmd, Eve""",4713,S003,eve,CS 101,,
"Student, Test",4799,,8054dc7dea06ac29b246be030ededb30a6197f21,CS 101,,
'''


def write(folder, text, name="roster.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read(folder, text, **more):
    return read_roster(write(folder, text), **more)


def test_a_list_of_ones_own(tmp_path):
    students = read(tmp_path, "id,name,email\nalee,Ann Lee,ann@uni.edu\nbob,Bob Ray\n")
    assert [student[:3] for student in students] == [("alee", "Ann Lee", "ann@uni.edu"), ("bob", "Bob Ray", "")]
    assert students[0].row == {"id": "alee", "name": "Ann Lee", "email": "ann@uni.edu"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_line_ends_and_byte_order_marks(tmp_path, encoding, mark, end):
    text = f"ID{mark}Name{end}jm{mark}Jörg Müller{end}{mark}{end}{end}x{mark}X Y{end}"
    students = read_roster(write(tmp_path, text, encoding=encoding))
    assert [(student.id, student.name) for student in students] == [("jm", "Jörg Müller"), ("x", "X Y")]


def test_the_hint_that_excel_writes_for_itself(tmp_path):
    assert [student.id for student in read(tmp_path, "sep=;\nid;name\na;Ann, dear\n")] == ["a"]


def test_nbgraders_own_columns(tmp_path):
    (student,) = read(tmp_path, "id,first_name,last_name,email,lms_user_id\nalee,Ann,Lee,ann@uni.edu,4711\n")
    assert student[:5] == ("alee", "Ann Lee", "ann@uni.edu", "", "4711")


def test_canvas(tmp_path):
    students = read(tmp_path, CANVAS)
    assert [student.id for student in students] == ["alee", "sobrien", "eve"]
    assert [student.name for student in students] == ["Ann Lee", "Seán O'Brien", "Eve =cmd"]
    assert [student.lms_id for student in students] == ["4711", "4712", "4713"]
    assert students[2].row["Student"] == '="=cmd, Eve"'  # as it was, for the way back
    assert kind(students[0].row) == "canvas"


def test_canvas_with_two_columns_of_names(tmp_path):
    text = "LastName,FirstName,ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    text += "Lee,Ann,4711,alee,A\nStudent,Test,9,00ff,A\n"
    assert [(student.id, student.name) for student in read(tmp_path, text)] == [("alee", "Ann Lee")]


def test_someone_really_called_test_student_stays(tmp_path):
    text = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Student, Test",5,S9,tstudent,A\n'
    assert [student.id for student in read(tmp_path, text)] == ["tstudent"]


def test_another_id_column(tmp_path):
    assert [student.id for student in read(tmp_path, CANVAS, id_column="SIS User ID")] == ["S001", "S002", "S003"]
    with pytest.raises(ValueError, match=r"roster.csv, line 1: no column Matrikel that is filled in; got Student, ID"):
        read(tmp_path, CANVAS, id_column="Matrikel")


def test_moodle(tmp_path):
    text = "First name,Last name,ID number,Email address\nAnn,Lee,,ann.lee@uni.edu\nBob,Ray,,bob+hw@uni.edu\n"
    students = read(tmp_path, text)
    assert [(student.id, student.name) for student in students] == [("ann.lee", "Ann Lee"), ("bob-hw", "Bob Ray")]
    text = "First name,Surname,Username,ID number,Email address\nAnn,Lee,al1,17,ann.lee@uni.edu\n"
    assert read(tmp_path, text)[0][:4] == ("al1", "Ann Lee", "ann.lee@uni.edu", "al1")


def test_moodles_grading_worksheet(tmp_path):
    text = "Identifier,Full name,Email address,Status,Grade\nParticipant 4711,Ann Lee,al@uni.edu,Submitted,\n"
    (student,) = read(tmp_path, text)
    assert (student.id, student.lms_id, kind(student.row)) == ("al", "4711", "worksheet")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,email\nAnn,a@b.c\n", "line 1: wanted a column id"),
        ("", "line 1: wanted a column id .* got nothing"),
        ("id,name\n", "no student below"),
        ("id,name\na,Ann\nb,Lee, Bob\n", r'line 3: 3 cells in 2 columns; .* "Lee, Ann"'),
        ("id,name\na,Ann\n,Bob\n", "line 3, id: no id in ''"),
        ("id,name\na,Ann\n..,Bob\n", "line 3, id: no id in '..'"),
        ("id,name\nAnn,Ann\nb,Bob\nann,Eve\n", "lines 2 and 4: both students have the id 'ann'"),
        ("id,name\na/b,Ann\na b,Bob\n", "lines 2 and 3: both students have the id 'a-b'"),
        ("id,name\n王伟,Wei\n", "line 2, id: '王伟' cannot be a folder's name"),
        (f"id,name\n{'a' * 65},Ann\n", "line 2, id: the id is 65 characters long"),
        ("First name,ID number,Email address\nAnn,7,a@b.c\nBob,,b@b.c\n", "line 3, ID number: no id in ''"),
        ('id,name\na,"' + "x" * 200_000 + '"\n', "line 2: field larger than field limit"),
    ],
)
def test_bad_files_are_named_with_their_line(tmp_path, text, words):
    with pytest.raises(ValueError, match=f"^roster.csv.*{words}"):
        read(tmp_path, text)


def test_another_encoding_is_refused_with_its_line(tmp_path):
    with pytest.raises(ValueError, match=r'line 3: not UTF-8; in Excel save it as "CSV UTF-8"'):
        read_roster(write(tmp_path, "id,name\na,Ann\nj,Jörg\n", encoding="cp1252"))
    with pytest.raises(ValueError, match="line 1: not UTF-8"):
        read_roster(write(tmp_path, "id,name\na,Ann\n", encoding="utf-16"))


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("../../etc", "etc"),
        ("a/b", "a-b"),
        ("a\\b", "a-b"),
        ("a\nb", "a-b"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("=1+1", "1-1"),
        ("Łukasz Øst", "Lukasz-Ost"),
        ("a" * 64, "a" * 64),
        (" 007 ", "007"),
    ],
)
def test_ids_become_safe_folder_names(value, safe):
    assert safe_id(value, "here") == safe


def test_words_of_a_name():
    assert words("  Seán  O’Brien-Müller ") == ["sean", "obrien", "muller"]
    assert words("Weiß, Łucja") == ["weiss", "lucja"]


@pytest.fixture
def finder(tmp_path):
    text = "id,name,email\nalee,Ann Lee,a.l@uni.edu\nalee2,Ann Lee,\nlee,Bo Zhang,\njm,Jörg Müller,\n"
    text += "mg,Maria Garcia Lopez,\n12,Twelve Nights,\n"
    return Finder(read(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "students"),
    [
        ("ALEE", {"alee"}),
        ("a.l@uni.edu", {"alee"}),
        ("a.l", {"alee"}),
        ("Lee, Ann", {"alee", "alee2"}),
        ("12", {"12"}),
        ("jorgmuller", {"jm"}),
        ("Mueller_Joerg", {"jm"}),
        ("garcialopezmaria", {"mg"}),
        ("Lopez Maria", set()),
        ("", set()),
    ],
)
def test_a_whole_text_means_a_student(finder, text, students):
    assert finder.whole(text) == students


@pytest.mark.parametrize(
    ("text", "students"),
    [
        ("final alee2 v3", {"alee2"}),
        ("my_a.l@uni.edu_work", {"alee"}),
        ("hw jm lee", {"jm", "lee"}),
        ("bo zhang lee", {"lee"}),
        ("homework 12", set()),
        ("muller jorg final", {"jm"}),
        ("unrelated words", set()),
        ("lee-ann new", {"alee", "alee2"}),
        ("x" * 300 + "_alee", {"alee"}),
        ("_".join("x" * 300) + "_alee", set()),
    ],
)
def test_a_part_of_a_text_means_a_student(finder, text, students):
    assert finder.within(text) == students


def test_hints_name_those_who_share_a_word(finder):
    assert finder.like("garcia.ipynb") == ["mg (Maria Garcia Lopez)"]
    assert finder.like("nobody") == []
