"""Settings for nbgrader: makes the folder in which this file lies a course.

`nbgrader` commands and the formgrader work in this folder:

    cd homework && nbgrader generate_assignment 02_bptt --force

The folder may lie anywhere, as long as the book's repository can be found: it is the folder above this one, or
what the environment variable RNN_TEXTBOOK names, or where the package `helpers` was installed from
(`pip install --editable`).
"""

import importlib.util
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def book() -> Path:
    """Return the folder of the book's repository."""
    installed = importlib.util.find_spec("helpers")
    origin = Path(installed.origin).resolve() if installed and installed.origin else None
    places = [
        Path(os.environ["RNN_TEXTBOOK"]).expanduser().resolve() if os.environ.get("RNN_TEXTBOOK") else None,
        HERE.parent,
        origin.parents[2] if origin else None,  # src/helpers/__init__.py
    ]
    for place in places:
        if place and (place / "tools" / "course" / "stubs.py").is_file():
            return place
    raise FileNotFoundError("The book's repository was not found: set RNN_TEXTBOOK to its folder.")


BOOK = book()
if str(BOOK) not in sys.path:
    sys.path.insert(0, str(BOOK))
# nbgrader calls `alembic` by name to make a gradebook: it lies beside Python, where no one may have activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
# The kernels that run submissions find `helpers` here, even where it is not installed.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(BOOK / "src"), os.environ.get("PYTHONPATH")]))
# One thread each: two are several times slower on small matrices when the machine is busy.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from tools.course import settings, stubs  # noqa: E402

course = settings.load(HERE)
c = get_config()
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.course_id = course.id
c.GenerateAssignment.preprocessors = stubs.preprocessors()
c.Execute.timeout = 300  # of any cell, the chapter's own among them
