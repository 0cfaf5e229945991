"""What the tests of the pages beside the chapters share: text, where links lead, and numbers in sentences."""

import ast
import importlib
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from docutils.nodes import make_id
from pybtex.database import parse_file

from helpers.explore import _parse

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(((?:[^()]|\([^()]*\))*)\)")


def page(name):
    """The text of a page of book/."""
    return (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")


def plain(text):
    """Links and emphasis taken off, blanks evened out: the sentences as they are read."""
    text = LINK.sub(r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"[*_](?=\S)(.+?)(?<=\S)[*]", r"\1", text))


def links(text):
    """All links: (words, target)."""
    return LINK.findall(text)


# -- where links lead -----------------------------------------------------------------------------------------
@cache
def headings(path):
    """The anchors of all headings of a notebook or a page, and the targets that stand before them."""
    if path.suffix == ".ipynb":
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    named = re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE)
    return {make_id(words) for words in re.findall(r"^#{1,4} (.+)$", text, re.MULTILINE)} | set(named)


@cache
def figures(path):
    """The live figures of a notebook: name -> (figure function or None, {control: Control or None}).

    None where the call needs what only a run of the notebook has.
    """
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "explore(" not in source:
            continue
        module = importlib.import_module(f"helpers.figures.{path.stem[3:]}")
        for call in ast.walk(ast.parse(source)):
            if not isinstance(call, ast.Call) or getattr(call.func, "id", "") != "explore":
                continue
            given = {word.arg: word.value for word in call.keywords}
            name = ast.literal_eval(given.pop("name"))
            for word in ("play", "titles", "units"):
                given.pop(word, None)
            function = getattr(module, call.args[0].attr) if isinstance(call.args[0], ast.Attribute) else None
            found[name] = (function, {word: _control(word, value, module) for word, value in given.items()})
    return found


def _control(name, value, module):
    try:
        spec = eval(compile(ast.Expression(value), "notebook", "eval"), {"figures": module})
    except NameError:
        return None
    return _parse(name, spec, name, "")


def wrong(target, origin):
    """What is wrong with a link from a page, a sentence; None if it is right."""
    if target.startswith("https://"):
        return None if target in known() else f"{target}: not in references.bib"
    file, _, place = target.partition("#")
    path = (origin.parent / file).resolve() if file else origin
    if not path.is_file():
        return f"{target}: no such page"
    name, asks, state = unquote(place).partition("?")
    if not asks:
        return None if not name or name in headings(path) else f"{target}: no such section"
    if name not in figures(path):
        return f"{target}: no such figure"
    controls = figures(path)[name][1]
    for control, value in parse_qsl(state, keep_blank_values=True):
        if control not in controls:
            return f"{target}: no control {control}"
        if controls[control] is None or value not in controls[control].labels:
            return f"{target}: {control} has no {value}"
    return None


@cache
def known():
    """Addresses of all entries of the bibliography."""
    entries = parse_file(ROOT / "book" / "references.bib", "bibtex").entries.values()
    fields = [{name.lower(): value for name, value in entry.fields.items()} for entry in entries]
    return {f["url"] for f in fields if "url" in f} | {f"https://doi.org/{f['doi']}" for f in fields if "doi" in f}


def state(target):
    """The controls that a link sets: {control: label}."""
    return dict(parse_qsl(unquote(target).partition("?")[2]))


def figure(target, origin):
    """The figure of a link, in its state."""
    file, _, place = target.partition("#")
    function, controls = figures((origin.parent / file).resolve())[place.partition("?")[0]]
    values = {word: control.values[control.start] for word, control in controls.items()}
    for word, label in state(target).items():
        values[word] = controls[word].values[controls[word].labels.index(label)]
    return function(**values)


# -- what the chapters say ------------------------------------------------------------------------------------
@cache
def printed(name):
    """All that a notebook's checked cells print."""
    outputs = [output for cell in _cells(name) for output in cell.get("outputs", [])]
    return "\n".join("".join(output.get("text", "")) for output in outputs)


@cache
def source(name):
    """All of a notebook's text and code."""
    return "\n".join("".join(cell["source"]) for cell in _cells(name))


def _cells(name):
    return json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


# -- numbers --------------------------------------------------------------------------------------------------
def unheld(text, sentences):
    """Numbers of a page that stand in none of the sentences (which tests have computed), each with its surroundings.

    Left out: what leads elsewhere (papers with their years, chapters, anchors), code, and lone 0, 1 and 2.
    """
    text = re.sub(r"^\([\w-]+\)=$", "", text, flags=re.MULTILINE)
    text = LINK.sub(lambda link: "" if link[2].startswith("https:") else link[1], text)
    text = re.sub(r"```.*?```|`[^`]*`|<[^>]*>", " ", text, flags=re.DOTALL)
    text = plain(re.sub(r"\bchapters? \d(?:(?:,| and| to) \d)*|\bexercise \d[.]\d+", "", text, flags=re.IGNORECASE))
    for sentence in sorted(sentences, key=len, reverse=True):
        text = text.replace(re.sub(r"\s+", " ", sentence), " ")
    return [text[max(0, n.start() - 30) : n.end() + 20] for n in re.finditer(r"\d+[.,]\d+|\d{2,}|[3-9]", text)]
