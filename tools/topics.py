"""Write the topic index: where the chapters teach, show and ask each topic of the syllabus.

python tools/topics.py            # write book/topics.md
python tools/topics.py --check    # exit 1 if the page is not what the notebooks say

`tools/topics.txt` is the list. Below each chapter (`# 03_gradients`) and each of its headings (`## ...`; `## ^` is
what stands above the first one) a line is a topic:

    topic | a word that the section must have | live figures of the chapter | exercises

Figures are divided by semicolons and may come with a state, `lags?radius=0.5`. A dash says that the syllabus asks
for none.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from docutils.nodes import make_id

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.notebooks import ROOT, Notebook, find_exercises, read, text

LIST, PAGE = ROOT / "tools" / "topics.txt", ROOT / "book" / "topics.md"
BEGIN, END = "<!-- topics -->", "<!-- /topics -->"
TOP = "^"
FURNITURE = {"Exercises", "Check yourself", "In short", "Where to read on"}
"""Headings of every chapter that teach no topic of their own."""


class Topic(NamedTuple):
    """One line of the list."""

    chapter: str
    section: str
    name: str
    word: str
    figures: list[str]
    exercises: list[str]


class Chapter(NamedTuple):
    """What a notebook has: its title, each section's text, its live figures and its exercises."""

    title: str
    sections: dict[str, str]
    figures: list[str]
    exercises: list[str]


def topics(lines: str) -> Iterator[Topic]:
    """Yield the topics of the list.

    Raises
    ------
    ValueError
        If a line has not four parts, or stands below no heading.
    """
    chapter = section = ""
    for line in filter(None, map(str.strip, lines.splitlines())):
        mark, _, words = line.partition(" ")
        if mark == "#":
            chapter, section = words, ""
        elif mark == "##":
            section = words
        else:
            parts = [part.strip() for part in line.split("|")]
            if len(parts) != 4 or not all(parts) or not section:
                raise ValueError(f"wanted 'topic | word | figures | exercises' below a heading, got: {line}")
            figures, exercises = (
                [] if part == "-" else re.split(rf"{comma}\s*", part)
                for part, comma in zip(parts[2:], ";,", strict=True)
            )
            yield Topic(chapter, section, *parts[:2], figures, exercises)


def outline(notebook: Notebook) -> Chapter:
    """Return the parts of a chapter that a topic can point to.

    The text of a section goes up to the next heading of any level.
    """
    title, section, sections, figures = "", TOP, {TOP: ""}, []
    for cell in notebook["cells"]:
        source = text(cell)
        if cell["cell_type"] == "code":
            figures += re.findall(r'\bexplore\(.*?\bname="([^"]+)"', source, re.S)
            continue
        for line in re.sub(r"^```.*?^```", "", source, flags=re.M | re.S).splitlines():
            if heading := re.match(r"(#+) (.*)", line):
                title, section = (heading[2], TOP) if heading[1] == "#" else (title, heading[2])
            sections[section] = f"{sections.get(section, '')}{line}\n"
    return Chapter(title, sections, figures, [exercise.number for exercise in find_exercises(notebook)])


def check(topic: Topic, chapter: Chapter) -> None:
    """Raise a ValueError if the chapter has not what the topic names."""
    told = f"{topic.chapter}, {topic.name}:"
    if topic.section not in chapter.sections:
        raise ValueError(f"{told} no section '{topic.section}'")
    if topic.word.lower() not in chapter.sections[topic.section].lower():
        raise ValueError(f"{told} '{topic.word}' is not in section '{topic.section}'")
    for figure in topic.figures:
        if figure.partition("?")[0] not in chapter.figures:
            raise ValueError(f"{told} no figure '{figure}'")
    for number in topic.exercises:
        if number not in chapter.exercises:
            raise ValueError(f"{told} no exercise {number}")


def check_all_used(found: list[Topic], chapter: Chapter) -> None:
    """Raise a ValueError if no topic names one of the chapter's sections, figures or exercises."""
    sections = chapter.sections.keys() - FURNITURE - {topic.section for topic in found}
    figures = set(chapter.figures) - {figure.partition("?")[0] for topic in found for figure in topic.figures}
    exercises = set(chapter.exercises) - {number for topic in found for number in topic.exercises}
    if unused := sorted(sections) + sorted(figures) + sorted(exercises):
        raise ValueError(f"{chapter.title}: no topic names {', '.join(unused)}")


def row(topic: Topic) -> str:
    """Return a topic's row of the table."""
    page = f"../notebooks/{topic.chapter}.ipynb"
    place = f"[{topic.section}]({page}#{make_id(topic.section)})" if topic.section != TOP else f"[opening]({page})"
    figures = []
    for figure in topic.figures:
        name, _, state = figure.partition("?")
        figures.append(f"[{name}]({page}#{name}?{quote(state, safe='=&,()')})")
    exercises = f"[{', '.join(topic.exercises)}]({page}#exercises)" if topic.exercises else ""
    return f"| {topic.name} | {place} | {', '.join(figures) or '–'} | {exercises or '–'} |"


def table(lines: str, notebooks: dict[str, Notebook]) -> str:
    """Return the tables of all chapters, in Markdown.

    Raises
    ------
    ValueError
        If a topic names what is not there, or a section, a figure or an exercise is named by none.
    """
    listed = list(topics(lines))
    if strange := {topic.chapter for topic in listed} ^ notebooks.keys():
        raise ValueError(f"{', '.join(sorted(strange))}: in the list or in notebooks/, not in both")
    parts = []
    for number, (stem, notebook) in enumerate(sorted(notebooks.items()), 1):
        chapter = outline(notebook)
        found = [topic for topic in listed if topic.chapter == stem]
        for topic in found:
            check(topic, chapter)
        check_all_used(found, chapter)
        head = [
            f"## {number} · {chapter.title}",
            "",
            "| topic | section | live figure | exercises |",
            "|---|---|---|---|",
        ]
        parts.append("\n".join(head + [row(topic) for topic in found]))
    return "\n\n".join(parts)


def chapters() -> dict[str, Notebook]:
    """Return the book's notebooks."""
    return {path.stem: read(path) for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}


def page() -> str:
    """Return the page as it should be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    written = table(LIST.read_text(encoding="utf-8"), chapters())
    return f"{before}{BEGIN}\n\n{written}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    try:
        wanted = page()
    except ValueError as error:
        sys.exit(f"tools/topics.txt: {error}")
    if PAGE.read_text(encoding="utf-8") == wanted:
        sys.exit(0)
    if "--check" in sys.argv:
        sys.exit("book/topics.md: not what the notebooks say: python tools/topics.py")
    PAGE.write_text(wanted, encoding="utf-8")
