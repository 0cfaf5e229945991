"""Whose a file is: what its path says, part by part, against the roster. `intake` shows the layouts."""

import re
from collections.abc import Iterable
from pathlib import Path

from tools.course.files import File
from tools.course.roster import Finder

LONGEST = 500  # characters of a name that are looked at; a zip allows 65,535
CANVAS = re.compile(
    r"(?P<name>.*?)_(?:(?P<late>LATE|late)_)?(?P<user>\d+)_(?:(?P<file>\d+)_|text\.html|link\.html)", re.S
)
ANONYMOUS = re.compile(r"(?:late_)?anon_\w+?_\d+_", re.I)
MOODLE = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_[a-z]+", re.S)
ASK = "write the student's id beside it in unmatched.csv and give that file as the mapping"
NOTEBOOK = re.compile(r"\.ipynb(\.json|\.txt)?\Z", re.I)  # browsers add an ending
AGAIN = re.compile(r"\s*\((\d{1,4})\)\s*\Z|-(\d{1,4})\s*\Z")


def is_notebook(file: File) -> bool:
    """Whether the file's ending is a notebook's."""
    return bool(NOTEBOOK.search(file.parts[-1]))


def identify(file: File, chapter: str, finder: Finder) -> tuple[str, str, str]:
    """Return the student, or "", with the layout; and why it is nobody's."""
    for index, part in enumerate(part[:LONGEST] for part in file.parts):
        last = index == len(file.parts) - 1
        if ANONYMOUS.match(part):
            return "", "", f"an anonymous download: switch anonymous grading off in Canvas, download again, or {ASK}"
        for pattern, layout in ((MOODLE, "moodle"), (CANVAS, "canvas")):
            if not (match := pattern.match(part)):
                continue
            found = _lms(match, layout, finder)
            if len(found) == 1:
                return next(iter(found)), layout, ""
            if found:
                return "", layout, _why(found, match["name"], finder)
            if layout == "canvas" and finder.exact[1]:
                return "", layout, f"Canvas's user {match['user']} is not in the roster: export it again, or {ASK}"
        stem = re.sub(r"\.zip\Z", "", part, flags=re.I)
        if last and not file.problem:
            stem = NOTEBOOK.sub("", part) if is_notebook(file) else Path(part).stem
        bare = _bare(stem, chapter)
        found = finder.whole(stem) or finder.whole(bare)
        if not found and (last or part != stem):  # a folder may be called "Lee's section", or "for Prof. Lee"
            found = finder.within(bare)
        if part in found and file.parts[index + 1 : -1] == (chapter,):
            return part, "nbgrader", ""
        if found and not last and is_notebook(file):
            found = found | finder.whole(_bare(NOTEBOOK.sub("", file.parts[-1])[:LONGEST], chapter))
        if len(found) == 1:
            return next(iter(found)), "", ""
        if found:
            return "", "", _why(found, stem, finder)
    return "", "", _why(set(), " ".join(file.parts), finder)


def layout_of(file: File, chapter: str) -> str:
    """Return the layout of a file that the mapping gives to a student, for its time."""
    if file.parts[-2:-1] == (chapter,) and not file.in_zip:
        return "nbgrader"
    for pattern, layout in ((MOODLE, "moodle"), (CANVAS, "canvas")):
        if any(pattern.match(part[:LONGEST]) for part in file.parts):
            return layout
    return ""


def sentence(file: File, why: str) -> str:
    """Return what an instructor reads beside a file that is nobody's."""
    if file.problem:
        return f"{file.problem}; {why}"
    return why if is_notebook(file) else f"{why}; it is no notebook, so perhaps there is nothing to do"


def _lms(match: re.Match, layout: str, finder: Finder) -> set[str]:
    """Return the students whom a name of Canvas or Moodle means, by number if the roster has numbers."""
    by_id, by_number = finder.exact[:2]
    if match["user"] in by_number or (layout == "canvas" and by_number):
        return by_number.get(match["user"], set())  # Moodle's number is another one for each assignment
    names = [match["name"]]
    if layout == "moodle":  # the group may stand before the name, with a hyphen
        names += [match["name"][hyphen.end() :] for hyphen in re.finditer("-", match["name"])]
    found = next((some for name in names if (some := finder.whole(name))), set())
    return found or by_id.get(match["user"], set())


def _bare(stem: str, chapter: str) -> str:
    """Return a file's stem without the chapter and what browsers, Colab and Canvas add."""
    number, *rest = chapter.split("_")
    pattern = rf"0*{int(number)}" if number.isdigit() else re.escape(number)
    for word in rest:
        pattern += r"[\s_-]*" + re.escape(word)
    bare = AGAIN.sub("", re.sub(r"(?<!\d)" + pattern, " ", stem, flags=re.I))
    return re.sub(r"\bcopy of\b|\bcopy\b", " ", bare, flags=re.I).strip(" _.-")


def _why(found: Iterable[str], text: str, finder: Finder) -> str:
    found = sorted(found)
    if len(found) > 1:
        return f"it may be of {' or '.join(f'{one} ({finder.name[one]})' for one in found[:4])}: {ASK}"
    like = finder.like(text)
    return f"nobody in the roster is called so{', perhaps ' + ' or '.join(like) if like else ''}: {ASK}"
