"""The book's colours and its plotly template: a colour is a role, and means the same thing everywhere.

The role colours keep 3:1 contrast on white and on the dark page, so one figure serves both themes where
nothing can swap them (JupyterLab, Colab). On the site explore.js puts the page's own in their place.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

from helpers._assets import asset

COLOR = {
    "forward": "#2073c6",  # what the network computes: h, features
    "grad": "#d73338",  # what flows back
    "input": "#07a47b",
    "output": "#ba3b98",  # predictions and the loss
    "cell": "#c08a20",  # the cell state
    "i": "#09a4a7",
    "f": "#b5733c",
    "o": "#9d44c0",
    "g": "#5f7410",
    "neutral": "#6c737b",  # parameters, comparison, notes
}
# Never colour alone: roles that share a plot also differ in dash and marker.
DASH = {"input": "dot", "output": "dash", "f": "dash", "o": "dot", "g": "dashdot", "neutral": "dot"}
WIDTH = {"grad": 3.0, "cell": 5.0, "neutral": 1.5}  # the cell state is the spine, as in the diagrams
MARK = {
    "forward": "circle", "grad": "triangle-left", "input": "square", "output": "diamond", "cell": "cross",
    "i": "circle", "f": "square", "o": "diamond", "g": "x", "neutral": "circle-open",
}  # fmt: skip

# Even steps in OKLab; the same number has the same colour in both themes.
SEQUENTIAL = ["#f6f3ea", "#cadce2", "#9ec4da", "#75abd3", "#4b92c9", "#3175b6", "#1b5aa0", "#13417c", "#0b2a5b"]
DIVERGING = ["#0b3a73", "#2b69a7", "#5e9acf", "#a5c9e3", "#f5f3ee", "#f3baa6", "#e58062", "#be4d33", "#8c1d10"]

SANS = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
LINE = "#7b828b"


def line(role: str, **more: Any) -> dict[str, Any]:
    """Keywords of a scatter trace in a role: ``go.Scatter(y=y, **line("grad"))``.

    Parameters
    ----------
    role : str
        A key of `COLOR`.
    **more
        Further keywords of the trace; they win over the role's.

    Returns
    -------
    dict
        ``line``, ``marker`` and ``name``.

    Raises
    ------
    ValueError
        If there is no such role.
    """
    if role not in COLOR:
        raise ValueError(f"role: got {role!r}, wanted one of {', '.join(COLOR)}")
    drawn = {"color": COLOR[role], "dash": DASH.get(role, "solid"), "width": WIDTH.get(role, 2.5)}
    return {"line": drawn, "marker": {"color": COLOR[role], "symbol": MARK[role], "size": 7}, "name": role} | more


def scale(stops: list[str]) -> list[list[Any]]:
    """A plotly colour scale with equal steps, from a list of colours."""
    return [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)]


def power_of_ten(number: float, digits: int = 1) -> str:
    """A number as people write it: 0.0031 as ``3.1 × 10⁻³``, numbers between 0.01 and 10,000 plainly."""
    if number == 0:
        return "0"
    if 0.01 <= abs(number) < 10_000:
        return f"{number:.{digits + 1}g}" if abs(number) < 100 else f"{number:,.0f}"
    mantissa, exponent = f"{number:.{digits}e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}"


def power_ticks(low: int, high: int, step: int) -> dict[str, Any]:
    """Axis keywords for an axis in log10: ticks at every `step` decades, written as powers of ten.

    Figures plot log10 of a norm on a linear axis: float32 and a log axis would end at 1e-38.
    """
    at = list(range(low, high + 1, step))
    text = ["1" if n == 0 else "10" if n == 1 else f"10<sup>{str(n).replace('-', '−')}</sup>" for n in at]
    return {"tickvals": at, "ticktext": text, "range": [low, high]}


def level(y: float) -> dict[str, Any]:
    """A dotted line across the plot at height `y`, for ``layout.shapes``: where nothing is gained or lost."""
    dotted = {"color": COLOR["neutral"], "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": dotted}


_axis = {
    "showline": True, "ticks": "outside", "ticklen": 4, "automargin": True, "zeroline": False,
    "title": {"standoff": 8, "font": {"size": 15}}, "exponentformat": "power",
    "linecolor": LINE, "tickcolor": LINE, "gridcolor": "rgba(123,130,139,.25)", "fixedrange": True,
    "ticklabeloverflow": "allow",  # else plotly drops the labels at both ends of a fixed range
}  # fmt: skip

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": SANS, "size": 15, "color": COLOR["neutral"]},
        "colorway": list(COLOR.values())[:5],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "meta": {"roles": COLOR},
        "height": 360,
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": _axis | {"showgrid": False},
        "yaxis": _axis,
        "colorscale": {"sequential": scale(SEQUENTIAL), "diverging": scale(DIVERGING)},
        "coloraxis": {"colorbar": {"thickness": 12, "outlinewidth": 0}},
    },
    data={"heatmap": [{"colorscale": scale(SEQUENTIAL), "colorbar": {"thickness": 12, "outlinewidth": 0}}]},
)
pio.templates["book"] = TEMPLATE
pio.templates.default = "book"


class Diagram:
    """A diagram of the book, inline, so that it follows the page's theme; made by `diagram`."""

    def __init__(self, svg: str):
        self.svg = svg

    def _repr_html_(self) -> str:
        return self.svg


def diagram(name: str) -> Diagram:
    """Show one of the book's diagrams as the last line of a cell.

    Parameters
    ----------
    name : str
        The name of a file in ``book/figures``, without ``.svg``.

    Raises
    ------
    ValueError
        If there is no such diagram.
    """
    return Diagram(asset(f"figures/{name}.svg"))
