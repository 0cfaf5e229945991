"""Write into the instructor page which exercise tests which objective, as the chapters say it.

python tools/objectives.py            # write
python tools/objectives.py --check    # exit 1 if the page is not what the chapters say
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.notebooks import ROOT, Notebook, find_exercises, read, text

PAGE = ROOT / "book" / "instructors.md"
BEGIN, END = "<!-- objectives -->", "<!-- /objectives -->"
NUMBER = r"\d+\.\d+"


def objectives(notebook: Notebook) -> list[tuple[str, list[str]]]:
    """Return each objective of a chapter with the exercises that it names.

    Raises
    ------
    ValueError
        If an objective names none, or an exercise that is not there, or an exercise is named by none.
    """
    told = next((text(cell) for cell in notebook["cells"] if "**You will be able to**" in text(cell)), "")
    lines = re.findall(
        r"^- (.*?)[;.]?$", told.partition("**You will be able to**")[2].partition("**You need**")[0], re.M
    )
    numbers = [exercise.number for exercise in find_exercises(notebook)]
    found = []
    for line in lines:
        named = re.search(rf"\s*\((?:exercises? )?({NUMBER}(?:, {NUMBER})*)\)$", line)
        if not named:
            raise ValueError(f"this objective names no exercise: {line}")
        found.append((line[: named.start()], named[1].split(", ")))
    named_ones = {number for _, some in found for number in some}
    if strange := sorted(named_ones ^ set(numbers)):
        raise ValueError(f"exercises {', '.join(strange)}: named by an objective or present, not both")
    return found


def table() -> str:
    """Return the tables of all chapters, in Markdown."""
    parts = []
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = read(path)
        title = re.match(r"# (.*)", text(notebook["cells"][0]))
        graded = {exercise.number for exercise in find_exercises(notebook) if exercise.graded}
        name = title[1] if title else path.stem
        rows = [
            f"**[{name}](../notebooks/{path.name})**",
            "",
            "| you will be able to | practice | graded |",
            "|---|---|---|",
        ]
        for objective, numbers in objectives(notebook):
            columns = [", ".join(n for n in numbers if (n in graded) is wanted) or "–" for wanted in (False, True)]
            rows.append(f"| {objective[0].upper()}{objective[1:]} | {columns[0]} | {columns[1]} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def page() -> str:
    """Return the instructor page as it should be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    wanted = page()
    if PAGE.read_text(encoding="utf-8") == wanted:
        sys.exit(0)
    if "--check" in sys.argv:
        sys.exit("book/instructors.md: the objectives are not the chapters': python tools/objectives.py")
    PAGE.write_text(wanted, encoding="utf-8")
