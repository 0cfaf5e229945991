"""Figure of chapter 2: backpropagation through three steps of one unit, number by number."""

import plotly.graph_objects as go

from helpers.credit import scalar_example
from helpers.style import COLOR, LINE

STAGES = (
    "what is given: h<sub>0</sub>, the inputs, w = 0.5",
    "forward: h<sub>1</sub> = 0.5 · 1 + 0.5",
    "forward: h<sub>2</sub> = 0.5 · 1 + 2",
    "forward: h<sub>3</sub> = 0.5 · 2.5 − 1",
    "each loss sends h − target into its state",
    "back to step 3: −0.75 from its loss,<br>nothing from the future",
    "back to step 2: 0.5 from its loss,<br>0.5 · (−0.75) from the future",
    "back to step 1: 1 from its loss,<br>0.5 · 0.125 from the future",
    "one weight, three steps: ∂L/∂w =<br>1.0625 + 0.125 − 1.875 = −0.6875",
)
LAST = len(STAGES) - 1
TOLD = (
    "One input is given for each of the 3 steps, and h₀ = 1.",
    "The first state is known: h₁ = 1.",
    "The second state is known: h₂ = 2.5.",
    "The last state is known: h₃ = 0.25.",
    "The losses send 1, 0.5 and −0.75 into the three states.",
    "At step 3 the gradient is −0.75; times h₂ = 2.5 it gives w −1.875.",
    "At step 2 the loss says 0.5, the future −0.375, together 0.125; times h₁ that is 0.125 for w.",
    "At step 1 the loss says 1, the future 0.0625, together 1.0625; times h₀ that is 1.0625 for w.",
    "The sum over the steps is −0.6875: this is the gradient of w.",
)


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".").replace("-", "−")


def _dots(x: list[int], y: float, role: str, symbol: str, name: str, shown: list[float | None]) -> go.Scatter:
    """A row of numbered marks; a number that is not known yet is left out, and its mark is hollow."""
    known = [value is not None for value in shown]
    marker = {
        "symbol": [symbol if k else f"{symbol}-open" for k in known],
        "color": COLOR[role],
        "size": 14,
        "line": {"color": COLOR[role], "width": 1.5},
    }
    text = [_number(value) if value is not None else "" for value in shown]
    return go.Scatter(
        x=x, y=[y] * len(x), mode="markers+text", marker=marker, name=name, text=text, textposition="top right",
        textfont={"color": COLOR[role], "size": 15}, cliponaxis=False,
    )  # fmt: skip


def _path(
    start: tuple[float, float], end: tuple[float, float], role: str | None, width: float, name: str
) -> go.Scatter:
    """An arrow; grey while nothing has gone along it."""
    colour = COLOR[role] if role else LINE
    marker = {
        "symbol": "arrow",
        "angleref": "previous",
        "size": [0, 9 + 2 * width if width else 0],
        "color": colour,
        "line": {"width": 0},
        "opacity": 1,
    }
    return go.Scatter(
        x=[start[0], end[0]], y=[start[1], end[1]], mode="lines+markers", name=name, cliponaxis=False,
        line={"color": colour, "width": width}, marker=marker,
    )  # fmt: skip


def _width(gradient: float, role: str | None) -> float:
    """Width is size; a path that nothing has taken yet is thin."""
    return round(1 + 5 * abs(float(gradient)), 2) if role else 0.7


def by_hand(step: int) -> go.Figure:
    """Where each number of the gradient comes from: three steps of one linear unit, forward and back.

    ``h_t = w h_{t-1} + u x_t`` with w = 0.5, u = 1 and h_0 = 1; losses ``(h_t - target_t)^2 / 2``; the numbers of
    `helpers.credit.scalar_example`.

    Parameters
    ----------
    step : int
        0: what is given; 1 to 3 forward; 4 the losses; 5 to 7 back through steps 3, 2, 1; 8 the sum for w.

    Returns
    -------
    plotly.graph_objects.Figure
        The network unrolled, with the numbers known by then; a red line is as wide as its gradient is large.
    """
    e, t = scalar_example(), [1, 2, 3]
    forward = [v if i < step else None for i, v in enumerate(e.h.tolist())]
    lost = [v if step >= 4 else None for v in e.direct.tolist()]
    drawn = []
    for i in t:
        role = "forward" if step >= i else None
        drawn.append(_path((i - 0.86, 1), (i - 0.14, 1), role, 1.5, f"h{i - 1} to h{i}"))
        drawn.append(_path((i, 0.16), (i, 0.84), "input" if role else None, 1.5, f"x{i} to h{i}"))
        down = "grad" if step >= 4 else None
        drawn.append(_path((i, 1.84), (i, 1.16), down, _width(e.direct[i - 1], down), f"loss {i} to h{i}"))
    for i in (1, 2):
        role = "grad" if step >= 8 - i else None  # nothing is drawn before
        drawn.append(
            _path(
                (i + 0.86, 0.86),
                (i + 0.14, 0.86),
                role,
                _width(e.future[i - 1], role) if role else 0,
                f"h{i + 1} to h{i}",
            )
        )
    drawn += [
        _dots([0, *t], 1, "forward", "circle", "states h", [e.h0, *forward]),
        _dots(t, 0, "input", "square", "inputs x", e.x.tolist()),
        _dots(t, 2, "output", "diamond", "h − target", lost),
    ]
    red = {"showarrow": False, "font": {"color": COLOR["grad"], "size": 15}}
    notes = [{"x": -0.4, "y": 2.95, "xanchor": "left", "yanchor": "top", "align": "left", "showarrow": False,
              "text": STAGES[step]}]  # fmt: skip
    for i in t:
        known = step >= 8 - i
        notes.append(red | {"x": i, "y": 0.6, "xanchor": "left", "xshift": 8,
                            "text": _number(e.dz[i - 1]) if known else ""})  # fmt: skip
        notes.append(red | {"x": i, "y": -0.6, "text": _number(e.to_w[i - 1]) if known else "·"})
    return go.Figure(
        data=drawn,
        layout={
            "height": 400,
            "xaxis": {"range": [-0.45, 3.75], "tickvals": [0, *t], "ticktext": ["start", "step 1", "step 2", "step 3"],
                      "showline": False, "ticks": ""},
            "yaxis": {"range": [-0.85, 3.0], "tickvals": [-0.6, 0, 0.6, 1, 2], "showline": False, "ticks": "",
                      "ticktext": ["to ∂L/∂w", "input x", "∂L/∂z", "state h", "h − target"], "showgrid": False},
            "annotations": notes,
            "meta": {"reading": TOLD[step]},
        },
    )  # fmt: skip
