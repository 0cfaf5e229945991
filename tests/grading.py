"""An instructor's folder of one's own, and a bench that grades generated submissions in it."""

import json
import shutil
from contextlib import ExitStack, contextmanager

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
    lines = {cell.number: cell.source.splitlines() for cell in cells}
    code = [number for number, text in lines.items() if any(line and not line.startswith("#") for line in text)]
    return {cell.number: cell.source for cell in cells if cell.number in code}


def copy_course(folder, *chapters, built=True, **values):
    """Copy chapters of the instructor's folder, with other settings, and build them."""
    homework = folder / "homework"
    homework.mkdir()
    shutil.copy(SOURCE / "nbgrader_config.py", homework)
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    (homework / "course.toml").write_text("\n".join(lines), encoding="utf-8")
    for chapter in chapters:
        shutil.copytree(SOURCE / chapter, homework / chapter, ignore=shutil.ignore_patterns("__pycache__"))
        if built:
            build.build(chapter, homework)
    return homework


@contextmanager
def benches(homework):
    """Give a function that returns the bench of a chapter, which is opened when first asked for."""
    opened = {}
    with ExitStack() as stack:

        def give(chapter):
            if chapter not in opened:
                build.build(chapter, homework)
                opened[chapter] = stack.enter_context(bench(homework, chapter))
            return opened[chapter]

        yield give


@contextmanager
def bench(homework, chapter, compare=True):
    """Give a Bench; without `compare`, tampering that only shows against the untouched chapter stays unseen."""
    course = settings.load(homework)
    with worker.bench(homework, chapter, course, {"functions": {}}) as place:
        if compare:
            place = place._replace(baseline={"functions": worker.measure(place, everything=False)["functions"]})
        yield Bench(homework, chapter, place)
