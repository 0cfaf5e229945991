"""The front page leads to everything, and says what is true."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "index.md").read_text(encoding="utf-8")
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
FILES = [chapter["file"] for part in CONTENTS for chapter in part["chapters"]]


@pytest.mark.parametrize("file", FILES)
def test_it_leads_to_every_page(file):
    assert re.search(rf"\]\({file}\.(ipynb|md)\)", TEXT), file


def test_chapters_stand_in_order_and_are_counted():
    listed = re.findall(r"^(\d)\. \*\*\[.+?\]\((notebooks/\w+)\.ipynb\)", TEXT, re.MULTILINE)
    there = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert listed == [(str(n), f"notebooks/{name}") for n, name in enumerate(there, 1)]
    assert "edition 0.1 of the book, with all its eight chapters" in TEXT
    assert len(listed) == 8


def test_every_page_of_the_book_is_in_the_contents():
    pages = {f"book/{path.stem}" for path in (ROOT / "book").glob("*.md")}
    assert pages == {file for file in FILES if file.startswith("book/")}


def test_the_map_tells_all_chapters():
    drawn = (ROOT / "book" / "figures" / "book-map.svg").read_text(encoding="utf-8")
    told = re.search(r"<desc.*?>(.*?)</desc>", drawn, re.DOTALL)[1]
    for number in range(1, 9):
        assert re.search(rf">{number}</text>", drawn)
        assert re.search(rf"\b{number}\b", told)


def test_nothing_of_the_sites_own_asks_or_keeps():
    assert "sets no cookie, counts no visit, and requests nothing from another host" in TEXT
    for path in (ROOT / "book" / "_static").glob("*.js"):
        assert not re.search(r"cookie|sendBeacon|XMLHttpRequest|\bfetch\(", path.read_text(encoding="utf-8")), path
