"""The students of a course: read from a CSV file, found again by what a file's name says.

    id,name,email                                              a list of one's own
    id,first_name,last_name,email,lms_user_id                  as nbgrader takes it
    Student,ID,SIS User ID,SIS Login ID,Section,...            Canvas: Grades, Export
    First name,Last name,ID number,Email address,...           Moodle: participants or grades
    Identifier,Full name,Email address,Status,Grade,...        Moodle: an assignment's grading worksheet

Columns as in Canvas's lib/gradebook_exporter.rb ("LastName" and "FirstName" may stand for "Student", a row "Points
Possible" and one with "Manual Posting" follow, the test student is last) and in Moodle's
grade/export/txt/grade_export_txt.php and mod/assign/gradingtable.php. Moodle translates its columns: in another
language rename them to id, name and email.

The id is a folder's name in nbgrader, and seeds the student's own numbers: it must stay the same all term. It is
the first of these columns that is there and not empty throughout; every student must then have it:

    a list of one's own    id
    Canvas                 SIS Login ID, SIS User ID, ID
    Moodle                 Username, ID number, Email address

`id_column` names another one. Of an address only the part before the @ counts, and what does not suit a folder's
name becomes a hyphen: ana+hw@uni.edu is ana-hw. Two students who come to the same id are an error.
"""

import csv
import io
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

_IDS = {
    "simple": ("id", "student id", "student_id"),
    "canvas": ("sis login id", "sis user id", "id"),
    "moodle": ("username", "id number", "email address"),
    "worksheet": ("username", "id number", "email address"),
}
_NAME = ("name", "full name", "student")
_FIRST = ("first name", "firstname", "first_name")
_LAST = ("last name", "lastname", "last_name", "surname")
_EMAIL = ("email", "email address", "e-mail")
_LOGIN = ("sis login id", "username", "login")
_LMS = {"canvas": ("id",), "worksheet": ("identifier",), "moodle": (), "simple": ("lms_user_id",)}


class Student(NamedTuple):
    """One student; what the file does not say is an empty string."""

    id: str  # safe as a folder's name
    name: str  # as one says it, first name first where the file tells them apart
    email: str
    login: str
    lms_id: str  # the number in the LMS's file names: Canvas's ID, Moodle's participant number
    row: dict[str, str]  # the file's own row, unchanged


def kind(columns: list[str] | dict[str, str]) -> str:
    """Return whose file it is: "canvas", "moodle", "worksheet" (Moodle's), "simple", or "" for none of them."""
    have = {_plain(column) for column in columns}
    if "id" in have and "section" in have and ("student" in have or {"lastname", "firstname"} <= have):
        return "canvas"
    if {"identifier", "full name"} <= have:
        return "worksheet"
    if {"first name", "full name"} & have and {"username", "id number", "email address"} & have:
        return "moodle"
    return "simple" if have & {"id", "student id", "student_id"} else ""


def read_roster(path: Path, id_column: str = "") -> list[Student]:
    """Read the students of a course, in the file's order.

    Parameters
    ----------
    path
        UTF-8, with or without a byte order mark; commas, semicolons or tabs.
    id_column
        The column that is the id; the module says which it is otherwise.

    Raises
    ------
    ValueError
        Naming file and line: for a file that is not UTF-8 or none of the kinds, a row with too many cells, a
        missing id or one that cannot be made safe, and two rows with one id (capitals do not count).
    """
    columns, rows = read_table(path)
    whose = kind(columns)
    if not whose and not id_column:
        raise ValueError(f"{path.name}, line 1: wanted a column id (and name, email), or an export of Canvas or Moodle "
                         f"in English; got {', '.join(columns) or 'nothing'}")  # fmt: skip
    if whose == "canvas":
        rows = [(line, row) for line, row in rows if not _no_student(row)]
    if not rows:
        raise ValueError(f"{path.name}: no student below the first line")
    column = _id_column(path, columns, rows, id_column or _IDS[whose])
    students: list[Student] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        where = f"{path.name}, line {line}"
        student = _student(row, whose, safe_id(row[column], f"{where}, {column}"))
        first = lines.setdefault(student.id.casefold(), line)
        if first != line:
            raise ValueError(f"{path.name}, lines {first} and {line}: both students have the id {student.id!r} "
                             f"(from the column {column})")  # fmt: skip
        students.append(student)
    return students


def read_table(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Read a CSV file: its columns, and its rows that are not empty, each with its line.

    Raises
    ------
    ValueError
        Naming file and line: if it is not UTF-8, or a row has more cells than the first one.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f'{path.name}, line {line}: not UTF-8; in Excel save it as "CSV UTF-8"') from None
    text = re.sub(r"\Asep=.\r?\n", "", text)  # Excel's hint to itself
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        columns = [cell.strip() for cell in next(reader, [])]
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise ValueError(f"{path.name}, line {reader.line_num}: {len(cells)} cells in {len(columns)} columns; "
                                 f'a name with a comma stands in quotes, "Lee, Ann"')  # fmt: skip
            cells += [""] * (len(columns) - len(cells))
            rows.append((reader.line_num, dict(zip(columns, cells, strict=False))))
    except csv.Error as error:
        raise ValueError(f"{path.name}, line {reader.line_num}: {error}") from None
    return columns, rows


def safe_id(value: str, where: str) -> str:
    """Return a student's id as a folder's name: letters, digits, dots, hyphens and underscores, 64 at most.

    Raises
    ------
    ValueError
        Saying `where`, if nothing is left of it, it is longer, or has letters that are not Latin ones.
    """
    text = _latin(value.strip().partition("@")[0])
    if any(character.isalnum() and not character.isascii() for character in text):
        raise ValueError(f"{where}: {value!r} cannot be a folder's name everywhere: name another column by id_column")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")
    if not safe:
        raise ValueError(f"{where}: no id in {value!r}; fill it in, or name another column by id_column")
    if len(safe) > 64:
        raise ValueError(f"{where}: the id is {len(safe)} characters long, wanted 64 at most: {safe[:64]}...")
    return safe


def _plain(column: str) -> str:
    return " ".join(column.casefold().split())


def _cell(row: dict[str, str], names: tuple[str, ...]) -> str:
    found = {_plain(column): cell for column, cell in row.items()}
    return next((found[name].strip() for name in names if found.get(name, "").strip()), "")


def _no_student(row: dict[str, str]) -> bool:
    name = _cell(row, ("student", "lastname"))
    if "Points Possible" in name or (not name and not _cell(row, ("id", "sis login id"))):
        return True  # the second is the row "Manual Posting", which names nobody
    last = _cell(row, ("lastname",))
    test = (last, _cell(row, ("firstname",))) == ("Student", "Test") if last else name == "Student, Test"
    return test and not _cell(row, ("sis user id",)) and not _cell(row, ("email",))


def _id_column(path: Path, columns: list[str], rows: list[tuple[int, dict[str, str]]], wanted: str | tuple) -> str:
    names = (wanted,) if isinstance(wanted, str) else wanted
    there = {_plain(column): column for column in columns}
    for name in names:
        column = there.get(_plain(name))
        if column and (isinstance(wanted, str) or any(row[column].strip() for _, row in rows)):
            return column
    raise ValueError(f"{path.name}, line 1: no column {' or '.join(names)} that is filled in; got {', '.join(columns)}")


def _student(row: dict[str, str], whose: str, student: str) -> Student:
    first, last, name = _cell(row, _FIRST), _cell(row, _LAST), _cell(row, _NAME)
    if first or last:
        name = f"{first} {last}".strip()
    elif whose == "canvas":
        name = re.sub(r'\A="(.*)"\Z', r"\1", name)  # how Canvas keeps a name from being a formula
        name = " ".join(part.strip() for part in reversed(name.split(",", 1)))
    lms = re.search(r"\d+\Z", _cell(row, _LMS.get(whose, ())))
    return Student(student, name.strip(), _cell(row, _EMAIL), _cell(row, _LOGIN), lms[0] if lms else "", row)


# -- finding a student by a file's name ----------------------------------------------------------------------

_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss",
                          "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "ð": "d"})  # fmt: skip
_UMLAUTS = str.maketrans(
    {**{letter: f"{plain}e" for letter, plain in zip("äöüÄÖÜø", "aouAOUo", strict=True)}, "å": "aa"}
)


def _latin(text: str) -> str:
    """Return the text without accents."""
    split = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    """Return a name's words: small letters without accents; apostrophes do not part a word."""
    return re.findall(r"[^\W_]+", re.sub(r"['’‘`´]", "", _latin(text)).casefold())


class Finder:
    """Finds the students whom a text means: by id, LMS id, login, address, then name in any order of its words."""

    def __init__(self, roster: list[Student]):
        self.exact: list[dict[str, set[str]]] = [{}, {}, {}, {}]
        self.names: dict[str, set[str]] = {}
        self.name = {student.id: student.name for student in roster}
        self.students = {student.id: student for student in roster}
        self._words: dict[str, set[str]] = {}
        for student in roster:
            addresses = (student.email, student.email.partition("@")[0], student.login.partition("@")[0])
            keys = ((student.id,), (student.lms_id,), (student.login,), addresses)
            for table, texts in zip(self.exact, keys, strict=True):
                for text in texts:
                    if text:
                        table.setdefault(text.casefold(), set()).add(student.id)
            for name in (student.name, unicodedata.normalize("NFC", student.name).translate(_UMLAUTS)):
                own = words(name)
                turned = ["".join(own[i:] + own[:i]) for i in range(len(own))]  # leeann, annlee
                for key in (" ".join(sorted(own)), *turned) if own else ():
                    self.names.setdefault(key, set()).add(student.id)
                for word in own:
                    self._words.setdefault(word, set()).add(student.id)

    def whole(self, text: str) -> set[str]:
        """Return the students whom the text as a whole means; two if it says too little."""
        plain = text.strip(" ._-").casefold()
        for table in self.exact:
            if plain in table:
                return table[plain]
        return self._named(words(text))

    def _named(self, own: list[str]) -> set[str]:
        return self.names.get(" ".join(sorted(own))) or self.names.get("".join(own)) or set()

    def within(self, text: str) -> set[str]:
        """Return the students whom some part of the text means, the longest part where one lies in another."""
        spans = [match.span() for match in re.finditer(r"[^\s_.,()-]+", text)][:40]
        own = [words(text[start:end]) for start, end in spans]
        hits: list[tuple[int, int, set[str]]] = []
        for length in range(min(6, len(spans)), 0, -1):
            for i in range(len(spans) - length + 1):
                if any(first <= i and i + length <= last for first, last, _ in hits):
                    continue
                part = text[spans[i][0] : spans[i + length - 1][1]].casefold()
                if length == 1 and (len(part) == 1 or (part.isdigit() and len(part) < 4)):
                    continue  # the 2 in "homework 2" is nobody's id
                found = next((table[part] for table in self.exact if part in table), None)
                found = found or self._named([word for some in own[i : i + length] for word in some])
                if found:
                    hits.append((i, i + length, found))
        return set().union(*(found for _, _, found in hits))

    def like(self, text: str) -> list[str]:
        """Return up to three students who share a word with the text, as a hint for a person."""
        found = sorted(set().union(*(self._words.get(word, set()) for word in words(text) if len(word) > 2)))
        return [f"{student} ({self.name[student]})" for student in found[:3]]
