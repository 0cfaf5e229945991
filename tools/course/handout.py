"""What stands beside the notebook in the archive that students get: README.txt."""

from tools.course.cells import MARK, exercise_of, kind_of
from tools.course.settings import Course
from tools.notebooks import Notebook, get_source

README = """\
{title}
Homework {chapter}

{due}In this archive is one notebook, {chapter}.ipynb. It is the book's
chapter with its exercises, and all that you hand in. These are graded:

{table}

1. RUN IT, in one of these ways. Nothing else is needed for the figures.

   Colab       At https://colab.research.google.com choose File > Upload
               notebook. Then File > Save a copy in Drive, before you write
               anything: what is not saved there is lost with the window.
               The first cell installs the book's package.{colab}
   Binder      If the chapter's page has a Binder button: press it, then the
               upload arrow above the list of files. Binder forgets: before a
               pause of ten minutes, download your notebook.
   JupyterHub  Press the upload arrow above the list of files. The course's
               hub should have the book's package.{install}
   Your own    With Python 3.11 or later:
   machine     {laptop}
               Then: jupyter lab {chapter}.ipynb

2. WRITE YOUR ID in the second code cell, between the quotation marks after
   STUDENT =, exactly as the course has it. Some exercises give each student
   other numbers.

3. SOLVE. "Run all" works from the first day: an exercise that you have not
   solved says "to do". Write your answer in the exercise's own cell, below its
   first line (# Exercise ...), which stays. A passed check is a good sign, no
   promise: the grader tests more, in the cells that have only a comment now.
   An answer in words goes into the cell below its question: double-click it.
   You may add cells. What an answer needs must be in the notebook.

4. HAND IN. Restart the kernel, run all cells, save. Download the notebook as
   .ipynb (Colab: File > Download > Download .ipynb) and hand in that one file,
   {chapter}.ipynb, where your course says.
"""


def readme(source: Notebook, course: Course) -> bytes:
    """Return README.txt for the source notebook of a chapter."""
    chapter = source["metadata"][MARK]["chapter"]
    where = get_source(source) or ""
    due = course.due.get(chapter)
    values = {
        "title": course.title,
        "chapter": chapter,
        "due": f"Due {due.strftime('%A, %d %B %Y, %H:%M')} (UTC{due.isoformat()[-6:]}).\n\n" if due else "",
        "table": "\n".join(_graded(source)),
        "colab": "" if where else "\n               It asks for the book's address: your course has it.",
        "install": f'\n               If not:  pip install "{where}"' if where else "",
        "laptop": f'pip install jupyterlab "{where}"' if where else "in the book's folder: pip install . jupyterlab",
    }
    return README.format_map(values).encode("utf-8")


def _graded(source: Notebook) -> list[str]:
    points: dict[str, int] = {}
    for cell in source["cells"]:
        nbgrader = cell["metadata"].get("nbgrader", {})
        if nbgrader.get("grade"):
            name = exercise_of(cell) + (", in words" if kind_of(cell) == "words" else "")
            points[name] = points.get(name, 0) + nbgrader["points"]
    rows = [*((f"Exercise {name}", number) for name, number in points.items()), ("Together", sum(points.values()))]
    return [f"   {name:<24} {number:>2} point{'s' if number != 1 else ''}" for name, number in rows]
