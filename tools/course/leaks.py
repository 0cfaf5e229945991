"""Look for lines of the instructor's files in all that is published.

    python -m tools.course.leaks                 # the site, the notebooks, the package, releases, archives, feedback
    python -m tools.course.leaks _build/html     # or one tree or file

It prints file and exercise of each line found, and exits with 1. A line is secret when it stands in the solutions,
hidden tests or wrong answers (model answers and rubrics are in the solutions), is 25 characters or longer, and is
not in the chapter's student notebook. A wrong answer is often built from lines that the book itself has: of wrong
answers, those that the package `helpers` has are no secret, either. What a student wrote is no secret on the
student's own feedback page.

Spaces, line breaks and comment signs do not count, nor do the tags and escapes of HTML and JSON. Archives are opened.
"""

import argparse
import contextlib
import functools
import html
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tools.course.cells import kind_of
from tools.homework import FILES, ROOT, homework_folder, read_cells
from tools.notebooks import normalize, read, text

SHORTEST = 25
PUBLISHED = ("_build/html", "notebooks", "src", "book", "tests", "tools", "experiments", "benchmarks", "binder", "dist")
OF_HOMEWORK = ("release", "zips", "feedback")


def squeezed(content: str) -> str:
    """Return the text without spaces, line breaks and comment signs."""
    return re.sub(r"[\s#]+", "", content)


def secrets_of(homework: Path, chapter: str, student: str | None = None) -> dict[str, str]:
    """Return the secret lines of a chapter.

    Parameters
    ----------
    homework
        The instructor's folder.
    chapter
        Such as "03_gradients".
    student
        The text of the student notebook; read from notebooks/ when it is not given.

    Returns
    -------
    dict
        For each line, squeezed, where it stands: file, exercise and its first 30 characters.
    """
    if student is None:
        notebook = ROOT / "notebooks" / f"{chapter}.ipynb"
        student = "\n".join(text(cell) for cell in normalize(read(notebook))["cells"]) if notebook.exists() else ""
    student = squeezed(student)
    found: dict[str, str] = {}
    for file in FILES:
        path = homework / chapter / file
        for cell in read_cells(path) if path.exists() else []:
            for line in cell.source.splitlines():
                line, key = line.strip(), squeezed(line)
                public = student if file != "wrong_answers.py" else student + _package()
                if len(line) >= SHORTEST and key and key not in public:
                    found.setdefault(key, f"{chapter}/{file}, exercise {cell.number}: {line.lstrip('# ')[:30]!r}")
    return found


@functools.cache
def _package() -> str:
    return squeezed("\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py"))))


def all_secrets(homework: Path) -> dict[str, str]:
    """Return the secret lines of all chapters of the instructor's folder."""
    chapters = sorted(path.name for path in homework.glob("[0-9][0-9]_*") if path.is_dir())
    return {key: where for chapter in chapters for key, where in secrets_of(homework, chapter).items()}


# -- where to look -----------------------------------------------------------------------------------------------


def trees(homework: Path) -> list[Path]:
    """Return what is published, as far as it exists: folders, and the files at the top of the repository."""
    places = [ROOT / name for name in PUBLISHED] + [homework / name for name in OF_HOMEWORK]
    places += sorted(path for path in ROOT.glob("*.*") if path.is_file())
    return [place for place in places if place.exists()]


def leaks(secrets: dict[str, str], places: Iterable[Path], homework: Path | None = None) -> list[str]:
    """Return a sentence for each file that holds a secret line, and each line in it.

    Parameters
    ----------
    secrets
        As `secrets_of` returns them.
    places
        Files and folders.
    homework
        The instructor's folder: below its feedback/, a student's own lines do not count.
    """
    look = _Search(secrets)
    found = []
    for place in places:
        files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        for path in files:
            own = _own(path, homework) if homework else ""
            shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
            for inner, content in _opened(path.name, path.read_bytes()):
                where = f"{shown} ({inner})" if inner else f"{shown}"
                found += [f"{where}: {secrets[key]}" for key in look.in_text(inner or path.name, content, own)]
    return found


def _own(path: Path, homework: Path) -> str:
    """Return what the student wrote whose feedback page this is, squeezed."""
    if not path.is_relative_to(homework / "feedback"):
        return ""
    student, chapter, *_ = (*path.relative_to(homework / "feedback").parts, "", "")
    graded = homework / "autograded" / student / chapter / f"{chapter}.ipynb"
    if not (student and chapter and graded.is_file()):
        return ""
    # beside the answers that notebook has hidden tests, and the rubric for its reader
    answers = [cell for cell in read(graded)["cells"] if kind_of(cell) in ("answer", "words")]
    return squeezed("\n".join(map(text, answers)))


def _opened(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield ("", content) for a file, and (name, content) for each file in an archive and in those in it."""
    members: dict[str, bytes] = {}
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    elif name.endswith((".tar", ".tar.gz", ".tgz")):
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            members = {m.name: file.read() for m in archive if (file := archive.extractfile(m)) is not None}
    else:
        yield "", content
    for member, inside in members.items():
        for inner, data in _opened(member, inside):
            yield f"{member}/{inner}" if inner else member, data


# -- finding a line ----------------------------------------------------------------------------------------------


class _Search:
    """Finds secret lines. Looks only for those of which a word of their own stands in the text, which is quick."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.by_word: dict[str, list[str]] = {}
        for key in secrets:
            # between other signs, so that it is a word by itself in any squeezed text that holds the line
            words = re.findall(r"\w+", key)[1:-1]
            self.by_word.setdefault(max(words, key=len, default=""), []).append(key)

    def in_text(self, name: str, content: bytes, own: str = "") -> list[str]:
        """Return the secret lines in the content of a file, but for those in `own`."""
        if b"\0" in content[:8192]:  # a picture, a font, a compiled module
            return []
        found: set[str] = set()
        for version in map(squeezed, _versions(name, content.decode("utf-8", errors="replace"))):
            words = {"", *re.findall(r"\w+", version)}
            for word in words & self.by_word.keys():
                found.update(key for key in self.by_word[word] if key in version and key not in own)
        return sorted(found)


def _versions(name: str, content: str) -> Iterator[str]:
    """Yield the text as it is, and as it reads once JSON, escapes and tags are off."""
    versions = [content]
    if name.endswith((".ipynb", ".json")):
        with contextlib.suppress(ValueError):
            versions.append("\n".join(_strings(json.loads(content))))
    elif "\\" in content:  # JSON within a page or a script
        versions.append(re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _unescaped, content))
    for version in versions:
        yield version
        if "<" in version or "&" in version:
            yield html.unescape(re.sub(r"<[^>]*>", "", version))


def _unescaped(escape: re.Match[str]) -> str:
    what = escape[1]
    return chr(int(what[1:], 16)) if len(what) == 5 else {"n": "\n", "t": "\t"}.get(what, what)


def _strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value; a list of lines in one piece."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


# -- the command -------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.course.leaks", description="Look for solutions in public.")
    parser.add_argument("places", nargs="*", type=Path, metavar="tree", help="default: everything that is published")
    places = parser.parse_args(arguments).places
    homework = homework_folder()
    secrets = all_secrets(homework)
    if not secrets:
        print(
            f"leaks: nothing is secret in {homework}: RNN_TEXTBOOK_HOMEWORK says where the files are", file=sys.stderr
        )
        return 1
    if missing := [str(place) for place in places if not place.exists()]:
        print(f"leaks: there is no {', '.join(missing)}", file=sys.stderr)
        return 1
    places = [place.resolve() for place in places] or trees(homework)
    found = leaks(secrets, places, homework)
    for sentence in found:
        print(sentence)
    print(f"{len(secrets)} secret lines, {len(places)} places, {len(found)} leaks", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
