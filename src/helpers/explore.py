"""`explore`: a figure with controls, alive with a kernel and without one.

One figure function, two lives. In a notebook server the call shows ipywidgets controls and a plotly
`FigureWidget`. In the built book and on Colab it shows native HTML controls and the figure *baked* for
every combination of their values, which `explore.js` redraws in the reader's browser.
"""

from __future__ import annotations

import base64
import csv
import gzip
import html
import importlib.util
import io
import itertools
import json
import math
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
from numpy.typing import NDArray
from plotly.offline import get_plotlyjs_version
from plotly.utils import PlotlyJSONEncoder

from helpers._assets import asset

STATIC = "RNN_TEXTBOOK_STATIC"  # set by the book build: always bake
MAX_COMBINATIONS = 1_000
MAX_BYTES = 35_000  # of one baked figure, gzipped
TRACES = ("scatter", "bar", "heatmap")  # what the site's bundle of plotly.js can draw (tools/plotly.js)
RESERVED = ("name", "live", "play", "units", "titles")

_used: dict[str, tuple[str, str | None]] = {}  # name -> (function, cell)


@dataclass(frozen=True)
class Control:
    """One control: its values, how each is shown, and where it starts."""

    name: str
    kind: str  # "range", "select" or "checkbox"
    values: list[Any]
    labels: list[str]
    start: int
    title: str
    unit: str = ""

    @property
    def shown(self) -> list[str]:
        """The labels with their unit, as they stand beside the control."""
        gap = "" if self.unit in ("°", "%", "") else " "
        return [f"{label}{gap}{self.unit}" for label in self.labels]


def explore(
    figure_function: Callable[..., go.Figure],
    name: str | None = None,
    *,
    live: bool | None = None,
    play: str | None = None,
    units: dict[str, str] | None = None,
    titles: dict[str, str] | None = None,
    **controls: Any,
) -> Explorer:
    """Show ``figure_function(**values)`` under one control for each keyword.

    Parameters
    ----------
    figure_function : callable
        Takes one keyword for each control and returns a plotly figure. The sentence that reads the
        figure to those who cannot see it stands in ``layout.meta["reading"]``.
    name : str
        The figure's address on its page (``#name?length=60``), unique there; letters, digits, hyphens.
    live : bool, optional
        True asks for the widget where the baked form is the rule (Colab), False for the baked form.
    play : str, optional
        The control that a play button moves.
    units : dict, optional
        Control name to unit; the unit is shown behind the value.
    titles : dict, optional
        Control name to what stands above the control; without it the name, underscores as blanks.
    **controls
        A tuple ``(low, high, step[, start])`` makes a slider, a list or a dict ``{label: value}`` a
        drop-down, a bool a check box.

    Returns
    -------
    Explorer
        Shows itself as the last line of a cell.

    Raises
    ------
    ValueError
        For an empty range, a start outside it, a name used twice, or a figure beyond the budget of
        1,000 combinations and 35 KB.
    """
    if not callable(figure_function):
        raise ValueError(f"figure_function: got {figure_function!r}, wanted a function that returns a figure")
    called = getattr(figure_function, "__name__", "figure")
    name = name or re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-").replace("lambda", "figure")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
        raise ValueError(f"name: got {name!r}, wanted letters, digits and hyphens, a letter first")
    units, titles = units or {}, titles or {}
    for argument, keys in {"units": units, "titles": titles, "play": [play] if play else []}.items():
        for key in keys:
            if key not in controls:
                raise ValueError(f"{argument}: got {key!r}, wanted one of the controls {list(controls)}")
    parsed = [
        _parse(key, value, titles.get(key, key.replace("_", " ").capitalize()), units.get(key, ""))
        for key, value in controls.items()
    ]
    count = math.prod(len(control.values) for control in parsed)
    if count > MAX_COMBINATIONS:
        sizes = ", ".join(f"{control.name} {len(control.values)}" for control in parsed)
        raise ValueError(
            f"explore({name!r}): {count} combinations ({sizes}), at most {MAX_COMBINATIONS} can be baked; "
            "use a larger step, a shorter list or a second figure"
        )
    _claim(name, figure_function)
    explorer = Explorer(figure_function, name, parsed, play, live)
    explorer.check()
    return explorer


class Explorer:
    """A figure function with its controls; made by `explore`."""

    def __init__(
        self,
        figure: Callable[..., go.Figure],
        name: str,
        controls: list[Control],
        play: str | None,
        live: bool | None,
    ):
        self.figure, self.name, self.controls, self.play = figure, name, controls, play
        self.wants_live = live
        self._baked: dict[str, Any] | None = None

    def __repr__(self) -> str:
        called = getattr(self.figure, "__name__", "figure")
        return f"explore({', '.join([called, repr(self.name), *(c.name for c in self.controls)])})"

    def values(self, at: dict[str, int] | None = None) -> dict[str, Any]:
        """Values of all controls, at the start or at the given positions."""
        at = at or {}
        return {c.name: c.values[at.get(c.name, c.start)] for c in self.controls}

    def draw(self, **values: Any) -> go.Figure:
        """The figure for these values; an error names the state in which it happened."""
        try:
            figure = self.figure(**values)
        except Exception as error:
            error.add_note(f"in explore({self.name!r}) at {values}")
            raise
        if not isinstance(figure, go.Figure):
            raise ValueError(f"explore({self.name!r}): the figure function returned {type(figure).__name__}")
        for trace in figure.data:
            if trace.type not in TRACES:
                raise ValueError(f"explore({self.name!r}): got a {trace.type} trace, wanted {', '.join(TRACES)}")
        return figure

    # -- which of the two lives ---------------------------------------------
    @property
    def is_live(self) -> bool:
        """Widgets where there is a kernel that can show them, the baked form elsewhere."""
        if self.wants_live is not None:
            return self.wants_live
        return _in_kernel() and not os.environ.get(STATIC) and not _on_colab()

    def check(self) -> None:
        """Raise where the figure is beyond its budget: at the call, not at the reader's."""
        if self.is_live:  # baking takes seconds, too long for a cell: the start state stands for all
            _weigh(self.name, _leaves_json(self.draw(**self.values())))
        else:
            self.bake()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        show: Callable[..., Any] = display
        if not self.is_live:
            page = self.static_html(standalone=not os.environ.get(STATIC))
            show({"text/html": page, "text/plain": repr(self)}, raw=True)
        elif importlib.util.find_spec("ipywidgets") is None or importlib.util.find_spec("anywidget") is None:
            show(self.draw(**self.values()))
            print("This figure has controls; they need the packages ipywidgets and anywidget.")  # noqa: T201
        else:
            if _on_colab():
                from google.colab import output  # type: ignore[import-not-found]

                output.enable_custom_widget_manager()
            show(self.widget())

    # -- with a kernel --------------------------------------------------------
    def widget(self) -> Any:
        """The live form: ipywidgets controls above a `FigureWidget` that is updated in place."""
        import ipywidgets as w

        style = {"description_width": "initial"}
        fields = {}
        for control in self.controls:
            common = {"description": control.title, "style": style, "layout": w.Layout(width="auto")}
            if control.kind == "checkbox":
                fields[control.name] = w.Checkbox(value=bool(control.start), indent=False, **common)
            else:
                make = w.SelectionSlider if control.kind == "range" else w.Dropdown
                options = list(zip(control.shown, control.values, strict=True))
                fields[control.name] = make(options=options, index=control.start, **common)

        def values() -> dict[str, Any]:
            return {key: field.value for key, field in fields.items()}

        shown = go.FigureWidget(self.draw(**values()))
        shown._config = {"displaylogo": False, "displayModeBar": True, "modeBarButtons": [["toImage"]]}
        reading, data = w.HTML(), w.HTML()
        reading.add_class("explore-reading")

        def tell(figure: go.Figure) -> None:
            reading.value = f'<span aria-live="polite">{html.escape(_reading(figure))}</span>'
            packed = base64.b64encode(_csv(figure).encode()).decode()
            data.value = f'<a download="{self.name}.csv" href="data:text/csv;base64,{packed}">Data (CSV)</a>'

        def redraw(_: object) -> None:
            try:
                new = self.draw(**values())
            except Exception as error:  # a widget's errors go to a log that nobody reads: show it, too
                reading.value = f'<b role="alert">{html.escape(f"{type(error).__name__}: {error}")}</b>'
                raise
            _update(shown, new)
            tell(new)

        def reset(_: object) -> None:
            for control in self.controls:
                fields[control.name].value = control.values[control.start]

        button = w.Button(description="Reset", layout=w.Layout(width="auto"))
        button.on_click(reset)
        for field in fields.values():
            field.observe(redraw, "value")
        tell(shown)
        actions = [button, data]
        if self.play is not None:
            moved = fields[self.play]
            player = w.Play(min=0, max=len(moved.options) - 1, value=moved.index, interval=400)
            w.jslink((player, "value"), (moved, "index"))
            actions.insert(0, player)
        columns = "repeat(auto-fit, minmax(min(100%, 15rem), 1fr))"
        row = w.GridBox(list(fields.values()), layout=w.Layout(grid_template_columns=columns))
        box = w.VBox([row, shown, reading, w.HBox(actions, layout=w.Layout(grid_gap="1rem"))])
        box.add_class("explore-live")
        return box

    # -- without a kernel -----------------------------------------------------
    def static_html(self, standalone: bool = False) -> str:
        """The baked form as HTML; `standalone` carries script and style (Colab's outputs are islands)."""
        start = self.draw(**self.values())
        reading, height = html.escape(_reading(start)), start.layout.height or 360
        fields = "".join(_field(c) for c in self.controls)
        payload = json.dumps(self.bake(), separators=(",", ":")).replace("</", "<\\/")
        buttons = [("reset", "Reset"), ("csv", "Data"), ("png", "PNG")]
        if self.play is not None:
            buttons.insert(0, ("play", "Play"))
        actions = "".join(f'<button type="button" name="{key}">{text}</button>' for key, text in buttons)
        page = (
            f'<div class="explore" id="{self.name}" role="group" aria-label="Live figure: {self.name}">'
            f'<div class="explore-controls">{fields}</div>'
            f'<div class="explore-plot" style="--height:{height:g}px" role="img" '
            f'aria-labelledby="{self.name}-reading"></div>'
            f'<p class="explore-reading" id="{self.name}-reading" aria-live="polite">{reading}</p>'
            f'<div class="explore-actions">{actions}</div>'
            f'<p class="explore-note" role="status"></p>'
            "<noscript><p>The sentence above reads the figure in its start state; "
            "to draw it and to move its controls, the page needs JavaScript.</p></noscript>"
            f'<script type="application/json" class="explore-data">{payload}</script></div>'
        )
        return page + _assets() if standalone else page

    def bake(self) -> dict[str, Any]:
        """The figure for every combination, as compact JSON-ready data (decoded by explore.js).

        Each leaf of the figure's tree is kept once if it never changes, else once for every combination
        of just those controls on which it depends.
        """
        if self._baked is not None:
            return self._baked
        shape = tuple(len(c.values) for c in self.controls)
        count = math.prod(shape)
        columns: dict[tuple[Any, ...], list[str]] = {}
        template = self.draw(**self.values()).layout.template.to_plotly_json()
        with _without_template():  # copying it costs more than the rest of a figure; it goes in once
            for i, combination in enumerate(itertools.product(*(range(n) for n in shape))):
                at = dict(zip((c.name for c in self.controls), combination, strict=True))
                for path, leaf in _leaves_json(self.draw(**self.values(at))).items():
                    columns.setdefault(path, ["null"] * count)[i] = leaf
        fixed: list[Any] = [[["layout", "template"], json.loads(json.dumps(template, cls=PlotlyJSONEncoder))]]
        varying: list[Any] = []
        for path, column in columns.items():
            table = np.array(column, dtype=object).reshape(shape)
            axes = [k for k in range(len(shape)) if (table != np.take(table, [0], axis=k)).any()]
            if not axes:
                fixed.append([path, json.loads(column[0])])
                continue
            for k in reversed(range(len(shape))):
                if k not in axes:
                    table = np.take(table, 0, axis=k)  # the shape keeps only axes that matter
            varying.append([path, axes, _pack([json.loads(text) for text in table.ravel()], table.shape)])
        controls = [
            {"name": c.name, "kind": c.kind, "labels": c.labels, "shown": c.shown, "start": c.start}
            for c in self.controls
        ]
        baked: dict[str, Any] = {"name": self.name, "controls": controls, "fixed": fixed, "varying": varying}
        if self.play is not None:
            baked["play"] = [c.name for c in self.controls].index(self.play)
        _weigh(self.name, baked)
        self._baked = baked
        return baked


def _parse(name: str, spec: Any, title: str, unit: str) -> Control:
    if name in RESERVED:
        raise ValueError(f"{name}: reserved, wanted another name for the control")
    if isinstance(spec, bool):
        return Control(name, "checkbox", [False, True], ["off", "on"], int(spec), title)
    if isinstance(spec, tuple):
        numbers = all(isinstance(v, int | float) and math.isfinite(v) for v in spec)
        if len(spec) not in (3, 4) or not numbers:
            raise ValueError(f"{name}: got {spec}, wanted (low, high, step[, start]) as finite numbers")
        low, high, step = spec[:3]
        if step <= 0 or low >= high:
            raise ValueError(f"{name}: got {spec}, an empty range; wanted low < high and step > 0")
        count = math.floor((high - low) / step + 1e-9) + 1
        values: list[Any] = [low + i * step for i in range(count)]
        if any(isinstance(v, float) for v in spec[:3]):
            values = [round(float(v), 10) for v in values]
        start = spec[3] if len(spec) == 4 else values[count // 2]
        near = min(range(count), key=lambda i: abs(values[i] - start))
        if abs(values[near] - start) > 1e-9:
            raise ValueError(f"{name}: got start {start}, wanted one of {low}, {low + step:g}, ... {high}")
        return Control(name, "range", values, [f"{v:g}" for v in values], near, title, unit)
    if isinstance(spec, dict | list):
        if not spec:
            raise ValueError(f"{name}: got {spec}, an empty choice; wanted at least one value")
        labels = [str(v) for v in spec]
        if len(set(labels)) < len(labels):
            raise ValueError(f"{name}: got the label {max(labels, key=labels.count)!r} twice")
        return Control(name, "select", list(spec.values() if isinstance(spec, dict) else spec), labels, 0, title, unit)
    raise ValueError(f"{name}: got {spec!r}, wanted (low, high, step[, start]), a list, a dict or a bool")


def _claim(name: str, figure: Callable[..., Any]) -> None:
    """Refuse a name that is taken. In a notebook a cell may run again, edited or not: that is no clash."""
    function, cell = getattr(figure, "__qualname__", repr(figure)), _cell_id()
    if name in _used:
        other_function, other_cell = _used[name]
        again = _in_kernel() and not os.environ.get(STATIC)
        again = again and (cell == other_cell if cell and other_cell else function == other_function)
        if not again:
            raise ValueError(f"name: {name!r} is taken by {other_function}; names are unique on a page")
    _used[name] = (function, cell)


def _in_kernel() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def _cell_id() -> str | None:
    """The notebook's id of the running cell, where the front end sends it."""
    if not _in_kernel():
        return None
    from IPython import get_ipython

    parent = get_ipython().kernel.get_parent()
    cell: str | None = (parent or {}).get("metadata", {}).get("cellId")
    return cell


def _on_colab() -> bool:
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def _reading(figure: go.Figure) -> str:
    return str((figure.layout.meta or {}).get("reading", ""))


def _update(shown: go.FigureWidget, new: go.Figure) -> None:
    """Make the widget show `new`, in one message and without building it again."""
    with shown.batch_update():
        if [t.type for t in shown.data] == [t.type for t in new.data]:
            shown.update(data=[t.to_plotly_json() for t in new.data], overwrite=True)
        else:
            shown.data = []
            shown.add_traces(new.data)
        shown.update(layout=new.layout.to_plotly_json(), overwrite=True)


def _csv(figure: go.Figure) -> str:
    """The numbers of a figure: one row a point (x, y) or a cell of a heat map (x, y, z)."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    titles = [figure.layout.xaxis.title.text or "x", figure.layout.yaxis.title.text or "y"]
    write(["series", *(re.sub(r"<[^>]*>", "", title) for title in titles), "z"])
    for trace in figure.data:
        if getattr(trace, "z", None) is not None:
            z = np.asarray(trace.z)
            xs = range(z.shape[1]) if trace.x is None else trace.x
            if len(xs) > z.shape[1]:  # edges; a brick without width is not drawn
                edges = np.asarray(xs)
                seen = np.diff(edges) > 0
                z, xs = z[:, seen], (edges[1:] + edges[:-1])[seen] / 2
            ys = range(z.shape[0]) if trace.y is None else trace.y
            for (i, y), (j, x) in itertools.product(enumerate(ys), enumerate(xs)):
                write([trace.name, x, y, z[i, j]])
        elif trace.y is not None:
            for x, y in zip(range(len(trace.y)) if trace.x is None else trace.x, trace.y, strict=False):
                write([trace.name, x, y, ""])
    return out.getvalue()


@contextmanager
def _without_template() -> Iterator[None]:
    default, pio.templates.default = pio.templates.default, "none"
    try:
        yield
    finally:
        pio.templates.default = default


# -- baking: a figure's tree as leaves, arrays as small integers ----------------
def _leaves_json(figure: go.Figure) -> dict[tuple[Any, ...], str]:
    tree = figure.to_plotly_json()
    return {path: json.dumps(leaf, cls=PlotlyJSONEncoder) for path, leaf in _leaves(tree)}


def _leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(node, dict) and "bdata" in node:  # plotly 6 and later: arrays as base64
        flat = np.frombuffer(base64.b64decode(node["bdata"]), node["dtype"])
        node = flat.reshape([int(n) for n in str(node.get("shape", flat.size)).split(",")])
    if path[:1] == ("data",) and isinstance(node, list | tuple) and node and _numbers(node):
        node = np.array(node)
    if isinstance(node, np.ndarray):
        yield path, _round(node).tolist() if node.dtype.kind == "f" else node.tolist()
    elif path == ("layout", "template"):
        return  # baked once
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, list | tuple) and node and isinstance(node[0], dict):
        for i, value in enumerate(node):
            yield from _leaves(value, (*path, i))
    else:
        yield path, node


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in values)


def _round(array: NDArray[Any]) -> NDArray[Any]:
    """Six significant digits: finer than any screen, and text that compresses."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(array == 0, 0, np.floor(np.log10(np.abs(array))))
    scale = 10.0 ** (5 - np.where(np.isfinite(size), size, 0))
    return np.where(np.isfinite(array), np.round(array * scale) / scale, np.nan)


def _pack(values: list[Any], shape: tuple[int, ...]) -> Any:
    """Arrays of decimals as small integers: about a byte a number once the page is gzipped.

    Curves are smooth along themselves, so each row is kept as its differences of order 0, 1 or 2; and they
    change little from one position of a control to the next, so a row may be kept as its difference to the
    row `stride` places before, the neighbour along one control. Whatever is shortest is kept.
    """
    rows = [np.array(v) for v in values if isinstance(v, list)]
    if len(rows) < len(values) or any(r.dtype.kind not in "if" or r.ndim > 2 or not r.size for r in rows):
        return values
    whole = np.concatenate([r.ravel() for r in rows]).astype(float)
    if not np.isfinite(whole).all() or np.abs(whole).max() > 1e6:
        return values
    digits = next((d for d in range(5) if np.abs(np.round(whole, d) - whole).max() < 1e-9), None)
    if digits is None:
        return values
    integers = [np.round(r.ravel() * 10**digits).astype(int) for r in rows]
    tries = []
    for axis in [None, *range(len(shape))]:
        stride = 0 if axis is None else math.prod(shape[axis + 1 :])
        near = [_neighbour(i, stride, 1 if axis is None else shape[axis], integers) for i in range(len(rows))]
        apart = [row if other is None else row - other for row, other in zip(integers, near, strict=True)]
        for order in range(3):
            packed: dict[str, Any] = {"digits": digits, "order": order, "rows": [_differences(r, order) for r in apart]}
            if stride:
                packed |= {"stride": stride, "size": shape[axis or 0]}
            if rows[0].ndim == 2:
                packed["width"] = rows[0].shape[1]
            tries.append(packed)
    return min(tries, key=lambda p: len(zlib.compress(json.dumps(p).encode(), 1)))


def _neighbour(i: int, stride: int, size: int, rows: list[NDArray[Any]]) -> NDArray[Any] | None:
    """The row one position back along a control, where there is one of the same length."""
    if not stride or i // stride % size == 0 or len(rows[i - stride]) != len(rows[i]):
        return None
    return rows[i - stride]


def _differences(array: NDArray[Any], order: int) -> list[int]:
    for _ in range(order):
        array = np.diff(array, prepend=0)
    return [int(v) for v in array]


def unpack(packed: Any) -> list[Any]:
    """Undo `_pack`; the page script does the same (the tests hold them together)."""
    if not isinstance(packed, dict):
        return list(packed)
    rows: list[NDArray[Any]] = []
    for i, row in enumerate(packed["rows"]):
        array = np.array(row)
        for _ in range(packed["order"]):
            array = np.cumsum(array)
        rows.append(array)
        other = _neighbour(i, packed.get("stride", 0), packed.get("size", 1), rows)
        if other is not None:
            rows[i] = array + other
    values = [row / 10 ** packed["digits"] for row in rows]
    return [v.reshape(-1, packed["width"]).tolist() if "width" in packed else v.tolist() for v in values]


def _weigh(name: str, baked: Any) -> None:
    text = json.dumps({str(k): v for k, v in baked.items()}, separators=(",", ":"))
    size = len(gzip.compress(text.encode()))
    if size > MAX_BYTES:
        raise ValueError(
            f"explore({name!r}): {size / 1000:.0f} KB gzipped, at most {MAX_BYTES / 1000:.0f} KB a figure; "
            "round the traces to the digits that can be seen (np.round), use fewer points or a larger step"
        )


# -- HTML ---------------------------------------------------------------------
def _field(control: Control) -> str:
    shown = html.escape(control.shown[control.start])
    common = f'name="{control.name}" aria-valuetext="{shown}"'
    if control.kind == "range":
        last = len(control.values) - 1
        field = f'<input type="range" {common} min="0" max="{last}" step="1" value="{control.start}">'
    elif control.kind == "checkbox":
        field = f'<input type="checkbox" name="{control.name}"{" checked" * control.start}>'
    else:
        options = "".join(
            f'<option value="{i}"{" selected" * (i == control.start)}>{html.escape(label)}</option>'
            for i, label in enumerate(control.shown)
        )
        field = f'<select name="{control.name}">{options}</select>'
    output = f"<output>{shown}</output>" if control.kind == "range" else ""
    return f"<label><span>{html.escape(control.title)}</span>{field}{output}</label>"


def _assets() -> str:
    """Style and script for a page of its own; plotly.js from plotly's CDN, in the version plotly.py draws for."""
    source = f"https://cdn.plot.ly/plotly-{get_plotlyjs_version()}.min.js"
    return (
        f"<style>{asset('_static/tokens.css')}{asset('_static/explore.css')}</style>"
        f'<script data-plotly="{source}">{asset("_static/explore.js")}</script>'
    )
