"""Submissions of every kind that comes in: right, untouched, mangled on the way, and hostile.

`make(kind, notebook, solutions)` returns the file that a student hands in, and `KINDS[kind]` says what grading must
make of it. A hostile kind does its harm in one exercise, `target`, and must cost that exercise only.
"""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

WORDS = "An answer in words, of the student's own."
STRANGER = "somebody-else"


class Kind(NamedTuple):
    """A kind of submission, and what grading must make of it; every exercise not named in `lost` has full marks."""

    make: Callable[["Paper"], bytes | None]
    lost: str = ""  # "target", "personal", "all"; with "?" at the end the score is not the point
    crashed: str = ""  # what the target's crash says, as a regular expression
    unreadable: str = ""
    tampering: str = ""
    notes: str = ""
    patience: float = 30  # seconds that grading it may take


class Paper:
    """The notebook that a student hands in, while it is being written."""

    def __init__(self, notebook: dict[str, Any], solutions: dict[str, str], secret: Path) -> None:
        self.notebook = copy.deepcopy(notebook)
        self.solutions = solutions
        self.secret = secret  # the instructor's folder
        self.target = target(solutions)
        self.personal = personal(solutions)
        self.stubs: dict[str, str] = {}
        for number in numbers(self.notebook):
            cell = self.cell(number)
            self.stubs[number] = cell["source"] = _joined(cell)
            cell.setdefault("outputs", [])
            answer = solutions.get(number)
            if cell["cell_type"] == "markdown":
                cell["source"] = f"{cell['source'].splitlines()[0]}\n\n{WORDS}"
                cell.pop("outputs")
            elif answer is not None:
                self.write(number, answer)

    @property
    def cells(self) -> list[dict[str, Any]]:
        return self.notebook["cells"]

    @cells.setter
    def cells(self, cells: list[dict[str, Any]]) -> None:
        self.notebook["cells"] = cells

    def index(self, number: str) -> int:
        name = number.replace(".", "-")
        known = [f"answer-{name}", f"words-{name}"]
        return next(k for k, cell in enumerate(self.cells) if grade_id(cell) in known)

    def cell(self, number: str) -> dict[str, Any]:
        return self.cells[self.index(number)]

    def write(self, number: str, answer: str) -> None:
        """Put an answer between the marker line and the check."""
        marker, check = self.stubs[number].splitlines()[0], self.check(number)
        self.cell(number)["source"] = f"{marker}\n{answer.strip()}\n\n{check}"

    def check(self, number: str) -> str:
        stub = self.stubs[number]
        return stub[stub.index("with exercise(") :]

    def before(self, code: str) -> None:
        """Do something before the target's answer."""
        self.write(self.target, f"{code.strip()}\n\n{self.solutions[self.target]}")

    def after(self, code: str) -> None:
        """Do something after the target's answer."""
        self.write(self.target, f"{self.solutions[self.target]}\n\n{code.strip()}")

    def inside(self, code: str) -> None:
        """Do something whenever the target's function is called."""
        name = self.function()
        body = "\n".join("    " + line for line in code.strip().splitlines())
        wrapper = f"_right = {name}\n\ndef {name}(*args):\n{body}\n    return _right(*args)"
        self.write(self.target, f"{self.solutions[self.target]}\n\n{wrapper}")

    def function(self) -> str:
        return re.findall(r"^def (\w+)\(", self.stubs[self.target], re.MULTILINE)[-1]

    def insert(self, index: int, source: str) -> None:
        """Insert a code cell."""
        cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        self.cells.insert(index, {**cell, "id": f"new{len(self.cells)}"})

    def dump(self) -> bytes:
        return json.dumps(self.notebook, indent=1).encode()


def numbers(notebook: dict[str, Any]) -> list[str]:
    """Return the graded exercises of a release."""
    found = [re.fullmatch(r"(?:answer|words)-(\d+)-(\d+)", grade_id(cell)) for cell in notebook["cells"]]
    return [f"{match[1]}.{match[2]}" for match in found if match]


def grade_id(cell: dict[str, Any]) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def target(solutions: dict[str, str]) -> str:
    """Return the exercise that hostile submissions spoil: the last but one in code that asks for a function."""
    code = [number for number, source in solutions.items() if re.search(r"^def ", source, re.MULTILINE)]
    return code[-2]


def personal(solutions: dict[str, str]) -> str:
    """Return the exercise that has each student's own numbers."""
    return next(number for number, source in solutions.items() if "personal(" in source)


def make(kind: str, notebook: dict[str, Any], solutions: dict[str, str], secret: Path = Path("/nowhere")) -> bytes:
    """Return the file of a submission.

    Parameters
    ----------
    kind
        One of KINDS.
    notebook
        The release.
    solutions
        The model answer of each exercise in code.
    secret
        The instructor's folder, which some kinds look for.
    """
    paper = Paper(notebook, solutions, secret)
    made = KINDS[kind].make(paper)
    return paper.dump() if made is None else made


def faults(result: dict[str, Any], kind: str, solutions: dict[str, str]) -> list[str]:
    """Return in what a result differs from what KINDS wants."""
    wanted, found = KINDS[kind], []
    spoiled = {"target": [target(solutions)], "personal": [personal(solutions)], "all": list(result["exercises"])}
    lost, unsure = spoiled.get(wanted.lost.rstrip("?"), []), wanted.lost.endswith("?")
    for number, one in result["exercises"].items():
        if unsure and number in lost:
            continue
        full = one["answered"] if one["kind"] == "words" else one["score"] == one["max"]
        if full == (number in lost) or (number in lost and one["score"]):
            found.append(f"{number}: {one}")
        crash = wanted.crashed if number == target(solutions) else ""
        if one["kind"] == "code" and not _says(crash, one["crashed"]):
            found.append(f"{number}: wanted the crash {crash!r}, got {one['crashed']!r}")
    for what in ("unreadable", "tampering"):
        said = result[what] if isinstance(result[what], str) else "; ".join(result[what])
        if not _says(getattr(wanted, what), said):
            found.append(f"{what}: wanted {getattr(wanted, what)!r}, got {said!r}")
    if not re.search(wanted.notes, "; ".join(result["notes"])):
        found.append(f"notes: wanted {wanted.notes!r}, got {result['notes']}")
    if not result["unreadable"] and len(result["exercises"]) < len(solutions):
        found.append("exercises are missing")
    return found


def _says(wanted: str, said: str) -> bool:
    return bool(re.search(wanted, said)) if wanted else not said


KINDS: dict[str, Kind] = {}


def kind(**expected: Any) -> Callable[[Callable[[Paper], bytes | None]], Callable[[Paper], bytes | None]]:
    def register(function: Callable[[Paper], bytes | None]) -> Callable[[Paper], bytes | None]:
        KINDS[function.__name__] = Kind(function, **expected)
        return function

    return register


def _joined(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


# -- plain ---------------------------------------------------------------------------------------------------------


@kind()
def perfect(paper: Paper) -> None:
    pass


@kind(lost="all")
def untouched(paper: Paper) -> None:
    for number, stub in paper.stubs.items():
        paper.cell(number)["source"] = stub


@kind(lost="target", crashed="SyntaxError")
def syntax_error(paper: Paper) -> None:
    paper.write(paper.target, "def broken(:\n    return")


@kind(lost="target", crashed="NameError")
def unknown_name(paper: Paper) -> None:
    paper.write(paper.target, "result = there_is_no_such_name + 1")


# -- never ends, stops the kernel, or takes too much -------------------------------------------------------------------


@kind(lost="target", crashed="ran longer than")
def endless_loop(paper: Paper) -> None:
    paper.before("while True:\n    pass")


@kind(lost="target", crashed="ran longer than", patience=60)
def endless_function(paper: Paper) -> None:
    paper.inside("while True:\n    pass")


STUBBORN = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"


@kind(lost="target", crashed="ran longer than", patience=60)
def endless_loop_that_swallows_interrupts(paper: Paper) -> None:
    paper.before(STUBBORN)


@kind(lost="target", crashed="ran longer than", patience=90)
def endless_function_that_swallows_interrupts(paper: Paper) -> None:
    paper.inside(STUBBORN)


@kind(lost="target", crashed="stopped the kernel")
def os_exit(paper: Paper) -> None:
    paper.before("import os\nos._exit(0)")


@kind(lost="target", crashed="stopped the kernel", patience=60)
def os_exit_in_function(paper: Paper) -> None:
    paper.inside("import os\nos._exit(0)")


@kind(lost="target?", patience=60)
def os_exit_a_little_later(paper: Paper) -> None:
    paper.before("import os, threading\nthreading.Timer(0.3, os._exit, [0]).start()")


@kind(lost="target", crashed="stopped the kernel")
def kills_itself(paper: Paper) -> None:
    paper.before("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


@kind(lost="target", crashed="stopped the kernel")
def segmentation_fault(paper: Paper) -> None:
    paper.before("import ctypes\nctypes.string_at(0)")


@kind(lost="target", crashed="SystemExit")
def sys_exit(paper: Paper) -> None:
    paper.before("import sys\nsys.exit()")


@kind(lost="target", crashed="SystemExit")
def sys_exit_in_function(paper: Paper) -> None:
    paper.inside("import sys\nsys.exit(0)")


@kind(lost="target?", patience=60)
def quits(paper: Paper) -> None:
    paper.before("quit()")


@kind(lost="target?", patience=60)
def long_line(paper: Paper) -> None:
    paper.after('print("x" * 100_000_000)')


@kind(lost="target", crashed="ran longer than", patience=60)
def endless_printing(paper: Paper) -> None:
    paper.before('while True:\n    print("y" * 1000)')


@kind()
def prints_in_function(paper: Paper) -> None:
    paper.inside('print("z" * 100_000)')


@kind(lost="target", crashed="ran out of memory")
def fifty_gigabytes(paper: Paper) -> None:
    paper.before("import numpy as np\nlarge = np.zeros(50 * 2**30 // 8)")


@kind(lost="target", crashed="ran out of memory")
def fifty_gigabytes_of_bytes(paper: Paper) -> None:
    paper.before("large = bytearray(50 * 2**30)")


@kind(lost="target", crashed="ran out of memory|ran longer", patience=60)
def fifty_gigabytes_bit_by_bit(paper: Paper) -> None:
    paper.before("large = []\nwhile True:\n    large.append(bytearray(2**28))")


@kind()
def prints_in_a_thread(paper: Paper) -> None:
    code = "import threading, time\ndef _chat():\n    while True:\n        print('chat')\n        time.sleep(0.01)\n"
    paper.after(code + "threading.Thread(target=_chat, daemon=True).start()")


@kind()
def warns(paper: Paper) -> None:
    code = "import sys, warnings\nwarnings.warn('careful')\nprint('careful', file=sys.stderr)\nnp.log(np.zeros(2))"
    paper.inside(code)


# -- reaches out of the sandbox: the target has full marks only if it could not ----------------------------------------


def _unless(paper: Paper, code: str) -> None:
    """Let the code collect in `reached` what it must not reach; the answer is only there when that is nothing."""
    paper.before(f"reached = []\n{code.strip()}\nif reached:\n    raise SystemError(f'reached {{reached}}')")


@kind()
def connects(paper: Paper) -> None:
    _unless(
        paper,
        """
import socket
for place in [("1.1.1.1", 53), ("127.0.0.1", 22), ("127.0.0.1", 80), ("169.254.169.254", 80), ("192.168.0.1", 80)]:
    try:
        socket.create_connection(place, timeout=0.5)
        reached.append(place)
    except OSError:
        pass
try:
    reached.append(socket.getaddrinfo("example.org", 80))
except OSError:
    pass
reached += [name for _, name in socket.if_nameindex() if name != "lo"]
""",
    )


@kind()
def reads_the_instructors_files(paper: Paper) -> None:
    root = Path(__file__).resolve().parents[1]
    names = ("homework", "tools", "tests", "notebooks", ".git", "pyproject.toml")
    places = [paper.secret, *(root / name for name in names), Path.home(), "/root", "/home", "/srv", "/etc/passwd"]
    _unless(
        paper,
        f"""
import os, sys
shown = (sys.prefix, sys.base_prefix, {str(root / "src")!r})
for place in {[str(place) for place in places]!r}:
    for folder, folders, files in os.walk(place):
        reached += [os.path.join(folder, file) for file in files][:3]
        folders[:] = [name for name in folders if os.path.join(folder, name) not in shown]
    if os.path.isfile(place):
        reached.append(place)
for folder, folders, files in os.walk("/tmp"):
    reached += [file for file in files if file != "connection.json" and not file.startswith("k-")]
    folders[:] = [name for name in folders if os.path.join(folder, name) not in shown]
reached += [name for name in os.environ if "TOKEN" in name or "SECRET" in name or name == "RNN_TEXTBOOK_HOMEWORK"]
""",
    )


@kind()
def writes_the_gradebook(paper: Paper) -> None:
    root = Path(__file__).resolve().parents[1]
    places = [paper.secret, root / "src", "/usr", "/etc", *([] if Path("/tmp") in root.parents else [root])]  # scratch
    _unless(
        paper,
        f"""
import os, sqlite3, sys
for place in [*{[str(place) for place in places]!r}, sys.prefix, sys.base_prefix]:
    try:
        with open(os.path.join(place, "planted"), "w"):
            reached.append(place)
    except OSError:
        pass
try:
    book = sqlite3.connect(os.path.join({str(paper.secret)!r}, "gradebook.db"))
    book.execute("UPDATE grade SET auto_score = 100, manual_score = 100")
    reached.append("the gradebook")
except sqlite3.Error:
    pass
""",
    )


@kind(patience=90)
def fills_the_disk(paper: Paper) -> None:
    _unless(
        paper,
        """
import os
block, total = bytes(2**24), 0
for place in [".", "/tmp", "/dev/shm", os.path.expanduser("~"), "/", "/dev", "/sandbox", "/run", "/var/tmp"]:
    try:
        for count in range(20):
            with open(os.path.join(place, f"waste{count}"), "wb") as file:
                for _ in range(8):
                    total += file.write(block)
    except OSError:
        pass
if total > 5 * 2**28:
    reached.append(f"{total} bytes")
for place in [".", "/tmp", "/dev/shm", os.path.expanduser("~")]:
    for name in os.listdir(place):
        if name.startswith("waste"):
            os.remove(os.path.join(place, name))
""",
    )


@kind(lost="target?", patience=60)
def fills_the_folder_of_its_sockets(paper: Paper) -> None:
    paper.before(
        """
import os, sys, time
place = os.path.dirname(sys.argv[sys.argv.index("-f") + 1])
for count in range(12):
    with open(os.path.join(place, f"waste{count}"), "wb") as file:
        file.write(bytes(60 * 2**20))
time.sleep(2)
"""
    )


# -- edited -------------------------------------------------------------------------------------------------------


@kind()
def deleted_tests(paper: Paper) -> None:
    paper.cells = [cell for cell in paper.cells if not grade_id(cell).startswith("tests-")]


@kind()
def edited_tests(paper: Paper) -> None:
    for cell in paper.cells:
        if grade_id(cell).startswith("tests-"):
            cell["source"] = "assert True\nprint('all passed')"


@kind(notes="check was edited or deleted")
def edited_check(paper: Paper) -> None:
    cell = paper.cell(paper.target)
    cell["source"] = cell["source"].replace(paper.check(paper.target), f'with exercise("{paper.target}"):\n    pass')


@kind(notes="check was edited or deleted")
def deleted_check(paper: Paper) -> None:
    cell = paper.cell(paper.target)
    cell["source"] = cell["source"].replace(paper.check(paper.target), "")


@kind(lost="target")
def deleted_check_of_a_wrong_answer(paper: Paper) -> None:
    paper.write(paper.target, f"def {paper.function()}(*args):\n    return 0.123")
    deleted_check(paper)


@kind(notes="cells answer it")
def duplicated_cells(paper: Paper) -> None:
    paper.cells = [copy.deepcopy(cell) for cell in paper.cells for _ in range(2)]


@kind(notes="cells answer it")
def wrong_copy_before(paper: Paper) -> None:
    marker = paper.stubs[paper.target].splitlines()[0]
    wrong = f"{marker}\ndef {paper.function()}(*args):\n    return 0.123\n\n{paper.check(paper.target)}"
    paper.insert(paper.index(paper.target), wrong)


@kind(lost="target", notes="cell is missing")
def deleted_answer(paper: Paper) -> None:
    del paper.cells[paper.index(paper.target)]


@kind()
def moved_answers(paper: Paper) -> None:
    moved = [paper.cells.pop(paper.index(number)) for number in paper.solutions]
    paper.cells += reversed(moved)


@kind()
def deleted_chapter(paper: Paper) -> None:
    paper.cells = [cell for cell in paper.cells if grade_id(cell).startswith(("answer-", "words-"))]


@kind()
def without_marker_lines(paper: Paper) -> None:
    for number in paper.solutions:
        cell = paper.cell(number)
        cell["source"] = cell["source"].split("\n", 1)[1]


@kind()
def stripped(paper: Paper) -> None:
    paper.notebook["metadata"] = {}
    for cell in paper.cells:
        cell["metadata"] = {}
        cell.pop("id", None)


@kind()
def stripped_and_without_marker_lines(paper: Paper) -> None:
    without_marker_lines(paper)
    stripped(paper)


@kind()
def renumbered_ids(paper: Paper) -> None:
    for k, cell in enumerate(paper.cells):
        cell["id"] = f"{k}"


@kind()
def helpers_in_an_extra_cell(paper: Paper) -> None:
    name, solution = paper.function(), paper.solutions[paper.target]
    paper.insert(paper.index(paper.target), re.sub(rf"\b{name}\b", "_mine", solution))
    paper.write(paper.target, f"def {name}(*args):\n    return _mine(*args)")


@kind()
def answer_in_two_cells(paper: Paper) -> None:
    name, solution = paper.function(), paper.solutions[paper.target]
    marker, at = paper.stubs[paper.target].splitlines()[0], paper.index(paper.target)
    paper.cells[at]["source"] = f"def {name}(*args):\n    return _mine(*args)\n\n{paper.check(paper.target)}"
    paper.insert(at, f"{marker}\n" + re.sub(rf"\b{name}\b", "_mine", solution))


@kind()
def answer_below_the_tests(paper: Paper) -> None:
    paper.cell(paper.target)["source"] = paper.stubs[paper.target]
    at = paper.index(paper.target) + 1
    while grade_id(paper.cells[at]).startswith("tests-"):
        at += 1
    paper.insert(at, f"{paper.solutions[paper.target]}\n\n{paper.check(paper.target)}")


@kind()
def two_answers_in_one_cell(paper: Paper) -> None:
    first, second = list(paper.solutions)[-2:]
    paper.cell(first)["source"] = f"{paper.cell(first)['source']}\n\n{paper.cell(second)['source']}"
    del paper.cells[paper.index(second)]


@kind(notes="chapter was edited")
def imports_in_a_chapter_cell(paper: Paper) -> None:
    name, solution = paper.function(), paper.solutions[paper.target]
    cell = next(cell for cell in paper.cells if cell["cell_type"] == "code" and "import numpy as np" in _joined(cell))
    cell["source"] = f"{_joined(cell)}\nimport functools as ft\n"
    paper.write(paper.target, f"{solution}\n\n{name} = ft.partial({name})")


@kind(notes="was cut")
def million_characters(paper: Paper) -> None:
    paper.write(paper.target, f"{paper.solutions[paper.target]}\n# " + "long " * 200_000)


@kind(lost="target?")
def redefined_names(paper: Paper) -> None:
    names = ("np", "personal", "exercise", "answer", "numbers", "sum", "max", "range", "abs", "float")
    paper.after("\n".join(f"{name} = None" for name in names))


@kind(lost="personal")
def numbers_of_another_student(paper: Paper) -> None:
    solution = paper.solutions[paper.personal]
    paper.write(paper.personal, f'import os\nos.environ["RNN_TEXTBOOK_STUDENT"] = "{STRANGER}"\n{solution}')


@kind()
def another_students_name_in_the_id_cell(paper: Paper) -> None:
    cell = next(cell for cell in paper.cells if grade_id(cell) == "student")
    code = f'import os\nos.environ["RNN_TEXTBOOK_STUDENT"] = "{STRANGER}"\nos.environ["RNN_TEXTBOOK_GRADING"] = "0"'
    cell["source"] = _joined(cell).replace('STUDENT = ""', f'STUDENT = "{STRANGER}"') + f"\n{code}"


# -- lies to the tests: a person has to look -----------------------------------------------------------------------


def _wrong(paper: Paper, code: str) -> None:
    paper.write(paper.target, f"{code.strip()}\n\ndef {paper.function()}(*args):\n    return 0.123")


@kind(lost="target?", tampering=r"numpy")
def patched_numpy(paper: Paper) -> None:
    _wrong(paper, "import numpy as np\nnp.allclose = np.isclose = np.array_equal = lambda *a, **k: True")


@kind(lost="target?", tampering=r"numpy\.testing")
def patched_numpy_testing(paper: Paper) -> None:
    _wrong(paper, "import numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None")


@kind(lost="target?", tampering=r"builtins\.abs")
def patched_builtins(paper: Paper) -> None:
    near = "lambda x: min(_abs(x), 1e-12) if isinstance(x, float) else _abs(x)"
    _wrong(paper, f"import builtins\n_abs = abs\nbuiltins.abs = {near}")


@kind(lost="target?", tampering=r"helpers")
def patched_personal(paper: Paper) -> None:
    code = "import helpers.exercise\n_draw = helpers.exercise.personal\n"
    _wrong(paper, code + "helpers.exercise.personal = lambda *a, **k: _draw(*a, **k)")


@kind(lost="target?", tampering=r"IPython|assertion")
def swallowed_errors(paper: Paper) -> None:
    code = "from IPython import get_ipython as shell\n"  # under a name that slicing does not know
    _wrong(paper, code + "shell().set_custom_exc((Exception,), lambda *a, **k: None)")


@kind(lost="target?", tampering=r"IPython|assertion")
def transformed_assertions(paper: Paper) -> None:
    code = """
import ast
from IPython import get_ipython as shell
class _Kind(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
shell().ast_transformers.append(_Kind())
"""
    _wrong(paper, code)


@kind(lost="target?", tampering="tracer")
def traces_the_tests(paper: Paper) -> None:
    _wrong(paper, "import sys\nsys.settrace(lambda *a: None)")


@kind(lost="target")
def equal_to_everything(paper: Paper) -> None:
    paper.write(
        paper.target,
        f"""
class _Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __bool__(self): return True
    def __hash__(self): return 0
    def __sub__(self, other): return self
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __sub__
    def __abs__(self): return self
    def __getattr__(self, name):
        if name.startswith("__array"): raise AttributeError(name)
        return self
    def __call__(self, *args, **kwargs): return self

def {paper.function()}(*args):
    return _Equal()
""",
    )


@kind()
def spies(paper: Paper) -> None:
    paper.inside(
        """
import inspect, linecache, sys
global stolen
stolen = []
frame = sys._getframe(1)
while frame is not None:
    stolen.append(repr(frame.f_code.co_consts))
    stolen.append("".join(linecache.getlines(frame.f_code.co_filename)))
    for value in list(frame.f_locals.values()):
        if isinstance(value, str):
            stolen.append(value)
    frame = frame.f_back
stolen.append(repr(In))
"""
    )
    later = [number for number in paper.solutions if number != paper.target]
    last = later[-1]
    show = "print('the loot:')\nprint('\\n'.join(stolen).replace('\\\\n', '\\n'))"
    paper.write(last, f"{paper.solutions[last]}\n\n{show}")
    paper.insert(paper.index(last), show)


# -- mangled on the way ---------------------------------------------------------------------------------------------


def _ran(paper: Paper) -> None:
    """Leave outputs, as in a notebook that was run."""
    for k, cell in enumerate(paper.cells):
        if cell["cell_type"] == "code":
            cell["execution_count"] = k + 1
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["some output\n", "of a run\n"]}]


@kind()
def from_colab(paper: Paper) -> bytes:
    """Colab writes format 4.0: no ids of cells but in the metadata, its own section, outputs kept."""
    _ran(paper)
    for k, cell in enumerate(paper.cells):
        cell.pop("id", None)
        cell["source"] = _joined(cell).splitlines(keepends=True)
        cell["metadata"] = {**cell["metadata"], "id": f"Xy{k:010d}"}
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": "8d0c-4b1e-77aa"}
            cell["metadata"]["executionInfo"] = {"status": "ok", "timestamp": 1700000000000, "user_tz": -60}
    metadata = {"colab": {"provenance": [], "toc_visible": True}, "language_info": {"name": "python"}}
    metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 0, "metadata": metadata, "cells": paper.cells}, ensure_ascii=False
    ).encode()


@kind()
def from_vs_code(paper: Paper) -> bytes:
    """VS Code may write format 4.2 without ids, its own mark at cells, and Windows line ends."""
    _ran(paper)
    for cell in paper.cells:
        cell.pop("id", None)
        cell["source"] = [line.replace("\n", "\r\n") for line in _joined(cell).splitlines(keepends=True)]
        cell["metadata"] = {"vscode": {"languageId": "python"}} if cell["cell_type"] == "code" else {}
    metadata = {"interpreter": {"hash": "31f2aee4"}, "kernelspec": {"name": "python3", "display_name": "Python 3.11"}}
    metadata |= {"language_info": {"name": "python"}, "orig_nbformat": 4}
    paper.notebook |= {"metadata": metadata, "nbformat_minor": 2}
    return b"\xef\xbb\xbf" + paper.dump()


@kind()
def format_three(paper: Paper) -> bytes:
    cells = []
    for cell in paper.cells:
        code = cell["cell_type"] == "code"
        old: dict[str, Any] = {"cell_type": cell["cell_type"], "metadata": {}}
        old |= {"input": _joined(cell), "language": "python", "outputs": []} if code else {"source": _joined(cell)}
        cells.append(old)
    worksheets = [{"cells": cells, "metadata": {}}]
    return json.dumps({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": worksheets}).encode()


@kind()
def with_large_outputs(paper: Paper) -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 15_000_000}}
    next(cell for cell in paper.cells if cell["cell_type"] == "code")["outputs"] = [picture]


@kind(unreadable="21 MB")
def larger_than_is_read(paper: Paper) -> bytes:
    return paper.dump() + b" " * (21 << 20)


@kind(unreadable="no notebook")
def not_json(paper: Paper) -> bytes:
    return b"<!DOCTYPE html><html><body>Please log in</body></html>"


@kind(unreadable="no notebook")
def half_a_file(paper: Paper) -> bytes:
    return paper.dump()[:5000]


@kind(unreadable="no notebook")
def empty(paper: Paper) -> bytes:
    return b""


@kind(unreadable="no notebook")
def not_text(paper: Paper) -> bytes:
    return bytes(range(256)) * 100


@kind(unreadable="no notebook")
def other_json(paper: Paper) -> bytes:
    return b"[1, 2, 3]"


@kind(unreadable="no notebook")
def number_of_many_digits(paper: Paper) -> bytes:
    return b'{"cells": ' + b"9" * 10_000 + b"}"


@kind(unreadable="no notebook|nested")
def nested_deep(paper: Paper) -> bytes:
    return b"[" * 1_000_000


@kind(lost="all", notes="missing")
def strange_cells(paper: Paper) -> bytes:
    cells = [None, 7, "cell", [], {}, {"cell_type": 3, "source": {}}, {"cell_type": "code", "source": [1, None]}]
    cells.append({"cell_type": "code", "source": "x = '\ud800'", "metadata": [], "id": 5})
    return json.dumps({"cells": cells, "metadata": None, "nbformat": "four"}).encode()


@kind(unreadable="no notebook|no cells")
def strange_worksheets(paper: Paper) -> bytes:
    return json.dumps({"worksheets": [{"cells": 5}, 3, {"cells": None}], "nbformat": 3}).encode()
