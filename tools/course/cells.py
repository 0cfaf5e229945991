"""What a cell of the course's notebooks says about itself: nbgrader's name for it, and the book's own metadata."""

import re
from typing import Any

MARK = "rnn_textbook"  # the key of our own metadata, in cells and in the notebook


def name_of(cell: Any) -> str:
    """Return nbgrader's grade_id, such as tests-3-2-1; "" where there is none."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def kind_of(cell: Any) -> str:
    """Return the first word of the name: answer, tests, words, practice or student; "" for the chapter's own."""
    return name_of(cell).partition("-")[0]


def exercise_of(cell: Any) -> str:
    """Return the exercise to which a cell belongs, such as 3.2; "" if to none."""
    found = re.match(r"[a-z]+-(\d+)-(\d+)", name_of(cell))
    return f"{found[1]}.{found[2]}" if found else ""


def about(cell: Any) -> dict[str, Any]:
    """Return the book's own metadata of a cell."""
    return cell["metadata"].get(MARK, {})
