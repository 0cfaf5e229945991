"""Which cells of a chapter a submission needs.

A chapter draws figures and trains networks for a minute; the answer to an exercise mostly needs its imports. So the
grader leaves out what no answer, check or hidden test can notice: a cell of the chapter that gives them no value, by
itself or through other cells, and touches none that they use. Its imports run all the same. A submission that takes
names in a way that nobody can read off its text (`globals`, `eval`, a magic) gets the whole chapter.
"""

import ast
import builtins
import symtable
from collections.abc import Iterator, Sequence
from typing import NamedTuple

DYNAMIC = {"globals", "locals", "vars", "exec", "eval", "get_ipython", "__import__", "dir"}


class Names(NamedTuple):
    """What a cell's text says about global names."""

    uses: frozenset[str] = frozenset()  # as the cell finds them
    later: frozenset[str] = frozenset()  # by its functions, whenever they are called
    binds: frozenset[str] = frozenset()  # other than by import
    replaces: frozenset[str] = frozenset()  # whatever happens: what stood there before does not matter
    readable: bool = True  # False: nobody can say
    imports: frozenset[str] = frozenset()


def names_in(source: str) -> Names:
    """Read the global names of a cell off its text; broken Python uses none, since it only raises."""
    try:
        statements = list(_flat(ast.parse(source).body))
        tables = [symtable.symtable(ast.unparse(statement), "cell", "exec") for statement in statements]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        magic = any(line.lstrip().startswith(("%", "!")) for line in source.splitlines())
        return Names(readable=not magic)
    uses, later, binds, replaces, imports = set[str](), set[str](), set[str](), set[str](), set[str]()
    for statement, table in zip(statements, tables, strict=True):
        counters = set()
        if isinstance(statement, ast.For):
            counters = {name.id for name in ast.walk(statement.target) if isinstance(name, ast.Name)}
        uses |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()} - replaces - counters
        binds |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
        imports |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()}
        for function in _below(table):
            symbols = [symbol for symbol in function.get_symbols() if symbol.is_global()]
            later |= {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
            binds |= {symbol.get_name() for symbol in symbols if symbol.is_assigned()}
        if isinstance(statement, ast.Assign | ast.FunctionDef | ast.ClassDef):
            replaces |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    star = any("*" in [alias.name for alias in line.names] for line in statements if isinstance(line, ast.ImportFrom))
    readable = not star and not (uses | later) & DYNAMIC
    return Names(*map(frozenset, (uses, later - replaces, binds, replaces)), readable, frozenset(imports))


def _flat(statements: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements in the order in which they run, those below a `with` one by one."""
    for statement in statements:
        if isinstance(statement, ast.With):
            for item in statement.items:
                yield ast.Expr(item.context_expr)
                if isinstance(item.optional_vars, ast.Name):
                    yield ast.Assign([item.optional_vars], ast.Constant(None), lineno=0)
            yield from _flat(statement.body)
        else:
            yield statement


def _below(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    return [found for child in table.get_children() for found in (child, *_below(child))]


def needed(cells: Sequence[tuple[bool, str]]) -> list[bool]:
    """Say for each code cell, in the order in which they run, whether it must.

    Parameters
    ----------
    cells
        Whether a cell is the chapter's own, and its text. All others run: the student's, checks, hidden tests.
    """
    read = [names_in(source) for _, source in cells]
    if not all(names.readable for names, (chapter, _) in zip(read, cells, strict=True) if not chapter):
        return [True] * len(cells)
    # a number or an array may be changed by a cell that only mentions it; a function is not, nor is a module or
    # `sum`, whatever a student calls so later
    data = {name for names in read for name in names.binds & names.replaces} - set(dir(builtins))
    data -= {name for names, (chapter, _) in zip(read, cells, strict=True) if chapter for name in names.imports}
    runs = [not chapter for chapter, _ in cells]
    called: set[str] = set()  # what functions that are needed will want, whenever they are called
    while True:
        before = sum(runs), len(called)
        wanted: set[str] = set()
        for index in reversed(range(len(cells))):
            names = read[index]
            touches = names.binds | (names.uses & data)
            runs[index] |= bool(touches & (wanted | called))
            if runs[index]:
                called |= names.later
                wanted = (wanted - names.replaces) | names.uses
        if before == (sum(runs), len(called)):
            return runs


def mentioned(sources: Sequence[str]) -> set[str]:
    """Return the global names that stand in any of these cells."""
    read = map(names_in, sources)
    return {name for names in read for name in names.uses | names.later | names.binds}


def imports_of(source: str, names: set[str]) -> str:
    """Return a cell's import statements that bind one of these names, those in a `try` as they stand in it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ""

    def binds(node: ast.stmt) -> bool:
        found = node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
        return any((alias.asname or alias.name).split(".")[0] in names for alias in found)

    kept = []
    for node in tree.body:
        if isinstance(node, ast.Try):
            node.body = list(filter(binds, node.body))
            node.orelse = []
        if binds(node) or (isinstance(node, ast.Try) and node.body):
            kept.append(node)
    return "\n".join(map(ast.unparse, kept))


def anchors(source: str) -> dict[str, str]:
    """Return the imports of a cell that nobody has a reason to replace, by name: modules, and `helpers.exercise`."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module == "helpers.exercise"):
            where = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                found[name] = f"{where}import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
    return found
