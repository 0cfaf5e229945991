"""An instructor's folder of one's own, and a bench that grades generated submissions in it."""

import json
import shutil
from contextlib import contextmanager

import submissions

from tools.course import build, settings, worker
from tools.homework import homework_folder, read_cells

SOURCE = homework_folder()


class Bench:
    """Grades submissions of one chapter, by the worker that the grading command uses."""

    def __init__(self, homework, chapter, place):
        self.homework, self.chapter, self.place = homework, chapter, place
        self.release = json.loads((homework / "release" / chapter / f"{chapter}.ipynb").read_text(encoding="utf-8"))
        self.solutions = solutions(homework, chapter)

    def make(self, kind):
        return submissions.make(kind, self.release, self.solutions, self.homework)

    def grade(self, content, student="alice"):
        """Grade the bytes of a file."""
        path = self.homework / f"{student}.ipynb"
        path.write_bytes(content)
        keep = self.homework / "grading" / self.chapter / "autograded" / student
        return worker.grade(self.place, student, path, keep)


def solutions(homework, chapter):
    """The model answers of the exercises in code."""
    cells = read_cells(homework / chapter / "solutions.py")
    return {cell.number: cell.source for cell in cells if not cell.source.startswith("# ")}


def copy_course(folder, *chapters, **values):
    """Copy chapters of the instructor's folder, with other settings, and build them."""
    homework = folder / "homework"
    homework.mkdir()
    shutil.copy(SOURCE / "nbgrader_config.py", homework)
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    (homework / "course.toml").write_text("\n".join(lines), encoding="utf-8")
    for chapter in chapters:
        shutil.copytree(SOURCE / chapter, homework / chapter, ignore=shutil.ignore_patterns("__pycache__"))
        build.build(chapter, homework)
    return homework


@contextmanager
def bench(homework, chapter, compare=True):
    """Give a Bench; without `compare`, tampering that only shows against the untouched chapter stays unseen."""
    course = settings.load(homework)
    with worker.bench(homework, chapter, course, {"functions": {}}) as place:
        if compare:
            place = place._replace(baseline={"functions": worker.measure(place, everything=False)["functions"]})
        yield Bench(homework, chapter, place)
