"""From the source notebook to the release: what nbgrader's own preprocessors leave undone.

nbgrader puts one generic stub in the place of every solution. The book's stubs have a docstring, a `TODO` or a
sentence of their own, and the notebook that is handed out must be the one that students know. So each solution
cell of the source carries the student's cell in its metadata, and `RestoreStubs` puts it back.
"""

from typing import Any

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearOutput, ClearSolutions, NbGraderPreprocessor

from tools.course.cells import MARK
from tools.course.source import digest

CELL_METADATA = {"nbgrader", "deletable", "editable", "tags"}
NOTEBOOK_METADATA = {"kernelspec", "language_info", MARK}


class RestoreStubs(NbGraderPreprocessor):
    """Put the student's cell in the place of a cell whose solution was cleared. Comes after ClearSolutions."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Restore one cell; a solution cell that is not the book's keeps nbgrader's stub."""
        own = cell.metadata.pop(MARK, {})
        if "stub" in own:
            cell.source = own["stub"]
        return cell, resources


class StripExtras(NbGraderPreprocessor):
    """Remove metadata that others left, and attachments that no text shows: both may hold a solution."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Strip the notebook, then each of its cells."""
        for name in set(nb.metadata) - NOTEBOOK_METADATA:
            del nb.metadata[name]
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Strip one cell."""
        for name in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[name]
        attachments = cell.pop("attachments", {})
        shown = {name: data for name, data in attachments.items() if f"attachment:{name}" in cell.source}
        if shown:
            cell.attachments = shown
        return cell, resources


class StampRelease(NbGraderPreprocessor):
    """Write into the notebook which release it is. Comes last."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Stamp the notebook."""
        nb.metadata[MARK] = {**nb.metadata.get(MARK, {}), "release": digest(nb.cells)}
        return nb, resources


def preprocessors() -> list[type]:
    """Return nbgrader's preprocessors for a release with ours at their places."""
    steps = list(GenerateAssignment.preprocessors.default_args[0])
    steps.insert(steps.index(ClearSolutions) + 1, RestoreStubs)
    steps.insert(steps.index(ClearOutput) + 1, StripExtras)
    return [*steps, StampRelease]
