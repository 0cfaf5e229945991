"""Run a rebuilt submission cell by cell, so that whatever one cell does costs only that cell.

A preprocessor in the place of nbgrader's `Execute`. What to do with a cell stands in its metadata, written by
`worker`; what happened is written there too.
"""

import asyncio
import os
import re
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import Execute

from tools.course.cells import MARK, about, exercise_of

CHARACTERS = 20_000  # of output that are kept of a cell
MESSAGE = 2_000  # of an error
RESTARTS = 10
IMPATIENT = 2  # seconds for a cell of an exercise of which SLOW others ran too long
SLOW = 2
DEAD = "stopped the kernel"
FULL = "ran out of memory"  # what it holds would be missing to the other exercises
WASTE = 32 << 20  # bytes that a kernel may write into the folder of its sockets
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)\n?### END HIDDEN TESTS", re.DOTALL)
# The tests get a copy of the notebook's names, in which what the chapter imported is the chapter's again (a student's
# own `softmax` stays what the student's functions see), a `sum` or `max` of the student's is Python's again, and the
# student's numbers are those of the roster. Nothing that the tests define is left behind.
TESTS = """\
import builtins as _builtins, os as _os
_os.environ.update({environment!r})
if globals().get("_tests", {{}}).get("__exercise__") != {number!r}:
    _tests = {{_name: _it for _name, _it in globals().items() if _name[0] == "_" or not hasattr(_builtins, _name)}}
    _tests["__exercise__"] = {number!r}
    exec({imports!r}, _tests)
    _tests.update({{_name: globals()[_name] for _name in {own!r} if _name in globals()}})
try:
    exec(compile({tests!r}, "<the grader's tests>", "exec"), _tests)
finally:
    if {last!r}:
        del _tests
"""


class GradingExecute(Execute):
    """Run the cells; one that kills or blocks the kernel is left out, and the others run again.

    What killed a kernel may also be something that an earlier cell left behind, such as a timer. So an exercise that
    seems to have killed one runs again without the other exercises, and is believed when its kernel lives.
    """

    store_widget_state = False
    iopub_timeout = 5
    shutdown_kernel = "immediate"

    def preprocess(self, nb: Any, resources: Any, **options: Any) -> tuple[Any, Any]:
        """Run the notebook, in as many kernels as it takes."""
        self.banned: dict[int, str] = {}
        self.slow: Counter[str] = Counter()
        self.only, self.extras = "", True  # the one exercise to run, and whether other cells of the student's do
        for _ in range(RESTARTS):
            if self._lives(nb, resources, options):
                break
        else:
            for index in range(self.at or 0, len(nb.cells)):
                if self._is_to_run(nb.cells[index]):
                    self.banned.setdefault(index, DEAD)
        killers = [exercise_of(nb.cells[index]) for index in sorted(self.banned) if self.banned[index] in (DEAD, FULL)]
        for number in dict.fromkeys(filter(None, killers)):
            self._run_alone(number, nb, resources, options)
        for index, why in self.banned.items():
            nb.cells[index].metadata.setdefault(MARK, {})["crashed"] = why
            said = new_output("error", ename="Crashed", evalue=why, traceback=[f"This cell {why}."])
            nb.cells[index].outputs = [said]
        return nb, resources

    def _lives(self, nb: Any, resources: Any, options: Any) -> bool:
        """Run what is not banned, in one kernel; ban the cell at which it stopped, if it did."""
        self.at: int | None = None
        try:
            super().preprocess(nb, resources, **options)
            return True
        except (DeadKernelError, CellTimeoutError) as error:
            if self.at is None:
                raise
            slow = isinstance(error, CellTimeoutError)
            dead = FULL if str(error) == FULL else DEAD
            self.banned[self.at] = self._too_long(nb.cells[self.at]) if slow else dead
            self.km = self.kc = None
            return False

    def _run_alone(self, number: str, nb: Any, resources: Any, options: Any) -> None:
        mine = {k for k, cell in enumerate(nb.cells) if exercise_of(cell) == number or _role(cell) == "canary"}
        before = {k: self.banned.pop(k) for k in mine & self.banned.keys()}
        self.only = number
        for self.extras in (True, False):  # an extra cell may be the killer
            if self._lives(nb, resources, options):
                return
            where = self.at
            if where in mine:
                del self.banned[where]
            if where in before and where == min(before):
                break  # the same again
        self.banned |= before

    def _is_to_run(self, cell: Any) -> bool:
        if cell.cell_type != "code" or about(cell).get("instead") == "":
            return False
        if not self.only or _role(cell) in ("chapter", "student", "canary"):
            return True
        return exercise_of(cell) == self.only or (_role(cell) == "extra" and self.extras)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Run one cell, unless it is not to run or has stopped a kernel before."""
        if not self._is_to_run(cell) or index in self.banned:
            return cell, resources
        told = about(cell)
        told.pop("crashed", None)
        instead = told.get("instead")
        self.at, self.exits = index, False
        if told.get("restore"):
            self.kept = 0
            self.execute_cell(new_code_cell(told["restore"], metadata={MARK: {}}), index, store_history=False)
            self.nb["cells"][index] = cell
        self.kept = CHARACTERS if told.get("role") != "canary" else 10**7
        written, start = cell.source, time.monotonic()
        tests = told.get("role") == "tests"
        try:
            if instead is not None:
                cell.source = instead
            elif tests:
                cell.source = self._tests(cell)
            self.execute_cell(cell, index, store_history=not tests)  # IPython's In would show the tests
        finally:
            cell.source = written
        told["seconds"] = round(time.monotonic() - start, 3)
        if self.exits:
            raise DeadKernelError(DEAD)
        if _role(cell) != "chapter" and any(output.get("ename") == "MemoryError" for output in cell.outputs):
            raise DeadKernelError(FULL)
        if any(output.get("ename") == "CellTimeoutError" for output in cell.outputs):
            self.slow[exercise_of(cell)] += 1
            told["crashed"] = self._too_long(cell)
        if tests:  # a test is passed when nothing was raised: what a student's function prints in it says nothing
            errors = [output for output in cell.outputs if output.output_type == "error"]
            cell.outputs = errors[:1]
            for output in cell.outputs:
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Keep of a cell's outputs as much as a reader can use."""
        content, kind = msg["content"], msg["msg_type"]
        if kind.startswith("comm") or kind in ("display_data", "update_display_data"):
            return None  # pictures and widgets: not for the grader
        if kind == "stream":
            text = content["text"]
            content["text"] = text[: max(self.kept, 0)] + ("\n... (cut)\n" if len(text) > self.kept > 0 else "")
            self.kept -= len(text)
        elif kind == "execute_result":
            content["data"] = {"text/plain": str(content["data"].get("text/plain", ""))[: max(self.kept, 0)]}
            self.kept -= len(content["data"]["text/plain"])
        elif kind == "error":
            limit = max(self.kept, MESSAGE)
            content["evalue"] = content["evalue"][:limit]
            content["traceback"] = [line[:limit] for line in content["traceback"][-20:]]
        if kind in ("stream", "execute_result") and not (
            content.get("text") or content.get("data", {}).get("text/plain")
        ):
            return None
        return super().process_message(msg, cell, cell_index)

    def on_cell_executed(self, **told: Any) -> None:
        """Look whether the cell called `quit`, which stops the kernel a little later."""
        super().on_cell_executed(**told)
        payload = told["execute_reply"]["content"].get("payload") or []
        self.exits = any(isinstance(item, dict) and item.get("source") == "ask_exit" for item in payload)

    async def _async_poll_kernel_alive(self) -> None:
        """Notice soon that a kernel is dead, and kill one that fills the folder of its sockets."""
        while True:
            await asyncio.sleep(0.2)
            try:
                folder = Path(self.km.connection_file).parent
                if _is_wasted(folder):
                    await self.km.shutdown_kernel(now=True)
                    for path in folder.iterdir():
                        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                await self._async_check_alive()
            except DeadKernelError:
                self.task_poll_for_reply.cancel()
                return

    def _get_timeout(self, cell: Any) -> float | None:
        limit = about(cell).get("limit", 60) if cell is not None else 60
        patient = cell is None or self.slow[exercise_of(cell)] < SLOW
        return limit if patient else min(limit, IMPATIENT)

    def _too_long(self, cell: Any) -> str:
        return f"ran longer than {about(cell).get('limit', 60):g} s"

    def _tests(self, cell: Any) -> str:
        told, hidden = about(cell), HIDDEN.search(cell.source)
        if hidden is None:
            raise RuntimeError(f"{cell.metadata.nbgrader.grade_id}: no hidden tests in the course's source")
        keys = ("environment", "number", "imports", "own", "last")
        return TESTS.format(tests=hidden[1], **{key: told[key] for key in keys})


def _is_wasted(folder: Path) -> bool:
    """Whether there is more in the folder of the sockets than sockets and what belongs to them."""
    entries = list(os.scandir(folder))
    sizes = [entry.stat(follow_symlinks=False).st_size for entry in entries]
    return len(entries) > 100 or sum(sizes) > WASTE or any(entry.is_dir(follow_symlinks=False) for entry in entries)


def _role(cell: Any) -> str:
    return about(cell).get("role", "")
