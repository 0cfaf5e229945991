"""Build the homework: for each chapter nbgrader's source and release, and an archive to hand out.

    python -m tools.course.build                 # every chapter of the instructor's folder
    python -m tools.course.build 03_gradients

In the instructor's folder (RNN_TEXTBOOK_HOMEWORK, or homework/) it writes source/<chapter>/<chapter>.ipynb,
release/<chapter>/<chapter>.ipynb and zips/<chapter>.zip, and enters the exercises into gradebook.db. What has not
changed is left alone. Grades in the gradebook stay; where nbgrader would have to drop any, the chapter is refused.
"""

import argparse
import io
import json
import sys
import tempfile
import zipfile
from datetime import UTC
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tools.course import settings
from tools.course.cells import MARK
from tools.course.files import write_file
from tools.course.handout import readme
from tools.course.settings import Course
from tools.course.source import (
    differences,
    digest,
    expected_release,
    names,
    source_notebook,
    student_notebook,
)
from tools.homework import homework_folder
from tools.notebooks import Notebook, read, to_text

CONFIG = "nbgrader_config.py"


def chapters(homework: Path) -> list[str]:
    """Return the chapters for which the instructor's folder has solutions."""
    return sorted(path.parent.name for path in homework.glob("[0-9][0-9]_*/solutions.py"))


def build(chapter: str, homework: Path, course: Course | None = None) -> list[Path]:
    """Build one chapter; return the files that changed.

    Raises
    ------
    ValueError
        When the instructor's files and the notebook do not fit together, when a release comes out that is not
        the student notebook, or when grades would be lost. Nothing that was handed out has changed then.
    """
    course = course or settings.load(homework)
    name = f"{chapter}.ipynb"
    source = source_notebook(chapter, homework, course)
    places = {kind: homework / kind / chapter / name for kind in ("source", "release")}
    archive = homework / "zips" / f"{chapter}.zip"
    if _record(chapter, homework, course, names(source)) and _up_to_date(places, source):
        release = places["release"].read_bytes()
    else:
        release = _release(chapter, homework, source)
        _record(chapter, homework, course, names(source))  # a due date needs the assignment
    wrong = differences(json.loads(release), student_notebook(chapter))
    if wrong:
        raise ValueError(f"{chapter}: the release is not the student notebook: {'; '.join(wrong[:3])}")
    zipped = _zipped({name: release, "README.txt": readme(source, course)})
    # the source last: where it stands, all else was made from it
    written = {places["release"]: release, archive: zipped, places["source"]: to_text(source).encode("utf-8")}
    return [path for path, content in written.items() if write_file(path, content)]


def _up_to_date(places: dict[str, Path], source: Notebook) -> bool:
    if not all(path.exists() for path in places.values()):
        return False
    if places["source"].read_text(encoding="utf-8") != to_text(source):
        return False
    try:
        release = read(places["release"])
        stamp = release["metadata"][MARK]["release"]
    except (ValueError, KeyError):
        return False
    return digest(release["cells"]) == stamp == expected_release(source)


# -- nbgrader --------------------------------------------------------------------------------------------------


def config_of(homework: Path) -> Any:
    """Return nbgrader's configuration, as its own commands read it in the instructor's folder."""
    from traitlets.config import PyFileConfigLoader

    if not (homework / CONFIG).exists():
        raise ValueError(f"there is no {CONFIG} in {homework}: copy it from homework/ of the book")
    return PyFileConfigLoader(CONFIG, path=str(homework)).load_config()


def gradebook_url(homework: Path) -> str:
    """Return the address of the course's gradebook."""
    written = config_of(homework).CourseDirectory.get("db_url")
    return written or f"sqlite:///{homework / 'gradebook.db'}"


def _release(chapter: str, homework: Path, source: Notebook) -> bytes:
    """Let nbgrader make the release, in a folder aside, so that a failure leaves the old one as it was."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.utils import capture_log

    config, url = config_of(homework), gradebook_url(homework)
    with tempfile.TemporaryDirectory() as aside:
        config.CourseDirectory.root = aside
        config.CourseDirectory.db_url = url
        config.CourseDirectory.assignment_id = chapter
        place = Path(aside, "source", chapter, f"{chapter}.ipynb")
        place.parent.mkdir(parents=True)
        place.write_text(to_text(source), encoding="utf-8")
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        done = capture_log(converter)
        if not done["success"]:
            raise ValueError(f"{chapter}: nbgrader made no release.\n{done.get('log') or done['error']}")
        return Path(aside, "release", chapter, f"{chapter}.ipynb").read_bytes()


def _record(chapter: str, homework: Path, course: Course, cells: list[str]) -> bool:
    """Return whether the gradebook knows the chapter with these cells; bring its due date up to date.

    Raises
    ------
    ValueError
        When it has grades, and knows the chapter with other cells. nbgrader keeps the grades of submissions
        while the cells are the same, whatever is in them and however many points they have.
    """
    from nbgrader.api import Gradebook, MissingEntry

    due = course.due.get(chapter)
    naive = due.astimezone(UTC).replace(tzinfo=None) if due else None  # as nbgrader stores it
    with Gradebook(gradebook_url(homework), course.id) as gradebook:
        try:
            assignment = gradebook.find_assignment(chapter)
            known = {cell.name for cell in gradebook.find_notebook(chapter, chapter).source_cells}
        except MissingEntry:
            return False
        if assignment.duedate != naive:
            assignment.duedate = naive
            gradebook.db.commit()
        submissions = len(assignment.submissions)
    new, gone = sorted(set(cells) - known), sorted(known - set(cells))
    if submissions and (new or gone):
        some = f"{submissions} submission{'s' if submissions > 1 else ''}"
        changes = [f"{what}: {', '.join(them)}" for what, them in (("new", new), ("gone", gone)) if them]
        raise ValueError(
            f"{chapter}: the gradebook has grades of {some}, and the exercises are others now "
            f"({'; '.join(changes)}), so that nbgrader would have to drop grades. Bring the exercises and their "
            "parts back, or move gradebook.db away and grade again."
        )
    return not (new or gone)


# -- files -----------------------------------------------------------------------------------------------------


def _zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip archive that depends on nothing but its files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, files[name])
    return archive.getvalue()


# -- the command -----------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.course.build", description="Build the homework.")
    parser.add_argument("chapters", nargs="*", help="such as 03_gradients; default: all")
    wanted = parser.parse_args(arguments).chapters
    homework = homework_folder()
    try:
        course, present = settings.load(homework), chapters(homework)
        if not present:
            raise ValueError(f"no chapter in {homework}: RNN_TEXTBOOK_HOMEWORK says where the instructor's files are")
        if strange := sorted(set(wanted) - set(present)):
            raise ValueError(f"no chapter {', '.join(strange)} in {homework}; there are {', '.join(present)}")
    except ValueError as error:
        print(f"homework: {error}", file=sys.stderr)
        return 1
    status = 0
    for chapter in tqdm(wanted or present, desc="homework", unit="chapter", disable=None):
        try:
            changed = build(chapter, homework, course)
        except ValueError as error:
            tqdm.write(f"homework: {error}", file=sys.stderr)
            status = 1
            continue
        for path in changed:
            tqdm.write(f"wrote {path.relative_to(homework.parent)}", file=sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
