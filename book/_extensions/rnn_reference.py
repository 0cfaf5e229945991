"""The helper reference: which functions a page lists, and docstrings written for people as reStructuredText.

In `book/reference/*.md` a line `<!-- helpers: gates layers -->` stands for all public functions and classes of these
modules. What a package re-exports is shown under the package's name, because that is what a reader imports.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx

PAGES = "book/reference/"
LINE = re.compile(r"^<!-- helpers: ([\w. ]+) -->$", re.MULTILINE)


def public(module: ModuleType) -> list[str]:
    """Names of the functions and classes that are made in this module or, for a package, in it and offered by it."""
    offered = getattr(module, "__all__", None) if hasattr(module, "__path__") else None
    found = []
    for name, thing in vars(module).items():
        if name.startswith("_") or not (inspect.isfunction(thing) or inspect.isclass(thing)):
            continue
        home = thing.__module__
        if home == module.__name__ or (offered and name in offered and home.startswith(f"{module.__name__}.")):
            found.append((home, inspect.getsourcelines(thing)[1], name))
    return [name for _, _, name in sorted(found)]


def listing(names: str) -> str:
    """MyST for the modules of one line of the page, with a heading for each that has something to show."""
    parts = []
    for name in names.split():
        top = import_module(f"helpers.{name}")
        below = [f"{top.__name__}.{m.name}" for m in pkgutil.iter_modules(getattr(top, "__path__", []))]
        shown: set[Any] = set()
        for module in (top, *(import_module(m) for m in below)):
            fresh = [n for n in public(module) if getattr(module, n) not in shown]
            shown |= {getattr(module, n) for n in fresh}
            if not fresh:
                continue
            rows = [f".. automodule:: {module.__name__}", "   :no-members:", ""]
            for thing in fresh:
                is_class = inspect.isclass(getattr(module, thing))
                rows += [f".. auto{'class' if is_class else 'function'}:: {module.__name__}.{thing}"]
                rows += ["   :members:", ""] if is_class else [""]
            body = "\n".join(rows)
            parts.append(f"## `{module.__name__}`\n\n```{{eval-rst}}\n{body}\n```")
    return "\n\n".join(parts)


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the functions where a page asks for them."""
    if docname.startswith(PAGES):
        source[0] = LINE.sub(lambda match: listing(match[1]), source[0])


CODE = re.compile(r"(``.+?``|`[^`]+`)")
# h_{t-1} everywhere; h_t only for letters that count something, since W_x may be an argument, and code
LOW = re.compile(r"(?:(?<=\w)\\?_\{([^{}]+)\}|(?:(?<=\b[a-zA-Z])|(?<=\bd[a-zA-Z]))_([tTiks])\b)")
HIGH = re.compile(r"(?<=[\w)|])\^(?:\{([^{}]+)\}|(\w+))")
ARGUMENT = re.compile(r"\s*[\w, *]+ : ")  # the line that names an argument


def typeset(text: str) -> str:
    """Escape what only looks like markup, and set indices and powers as such."""
    escaped = re.sub(r"[|*]|(?<=\w)_(?!\w)", r"\\\g<0>", text)
    if ARGUMENT.match(text):
        return escaped
    return HIGH.sub(r"\\ :sup:`\1\2`\\ ", LOW.sub(r"\\ :sub:`\1\2`\\ ", escaped))


def plain(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    r"""Docstrings are plain text with ``code`` in backticks: \|x\| and 2 \* 3 are no markup."""
    if what in ("attribute", "property"):  # else napoleon takes what stands before the first colon for a type
        lines[:0] = ["..", ""]  # an empty comment
    literal: int | None = None  # indentation of the line that opened a literal block
    for i, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if literal is not None and line.strip() and indent <= literal:
            literal = None
        if literal is not None or not line.strip():
            continue
        if line.rstrip().endswith("::"):
            literal = indent
        pieces = CODE.split(line)
        pieces[::2] = [typeset(piece) for piece in pieces[::2]]
        lines[i] = "".join(pieces)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both, the second before napoleon reads the docstrings."""
    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", plain, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
