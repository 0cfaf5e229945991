"""Opening figure of chapter 4: how long a cell remembers, with a forget gate that its bias alone sets."""

import numpy as np
import plotly.graph_objects as go

from helpers.activations import sigmoid
from helpers.arrays import FloatArray, check_choice
from helpers.gates import bias_half_life, leaky_integrate
from helpers.style import COLOR, line

BEFORE, STEPS = 10, 120  # steps drawn before and after something happens at step 0
PHASE = 10  # steps on, and steps off, of the square wave
INPUTS = ("end", "pulse", "noise", "wave")


def signal(kind: str) -> tuple[FloatArray, float, float]:
    """Make an input that changes at step 0, and say between which two means.

    Parameters
    ----------
    kind : {"end", "pulse", "noise", "wave"}
        1 that ends; 1 at step 0 alone; uniform noise of width 1/2 around 3/4, then 1/4; 1, then 10 steps of 0 and
        10 of 1 in turn.

    Returns
    -------
    x : array (131,)
        Steps -10 to 120.
    before, after : float
        Its mean before step 0, and from step 1 on.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    check_choice("kind", kind, INPUTS)
    t = np.arange(-BEFORE, STEPS + 1)
    if kind == "end":
        return np.where(t <= 0, 1.0, 0.0), 1.0, 0.0
    if kind == "pulse":
        return np.where(t == 0, 1.0, 0.0), 0.0, 0.0
    if kind == "wave":
        return np.where((t <= 0) | ((t - 1) // PHASE % 2 == 1), 1.0, 0.0), 1.0, 0.5
    noise = np.random.default_rng(0).uniform(-0.25, 0.25, len(t))
    return np.where(t <= 0, 0.75, 0.25) + noise, 0.75, 0.25


def leak(bias: float, kind: str = "end") -> go.Figure:
    """How long does a cell remember? ``c_t = f c_{t-1} + (1 - f) x_t``, with f = sigma(bias) at every step.

    Parameters
    ----------
    bias : float
        Forget bias.
    kind : {"end", "pulse", "noise", "wave"}
        The input, as for `signal`.

    Returns
    -------
    plotly.graph_objects.Figure
        Input and cell against the step, and from step 0 a line as long as the half-life, half-way between what the
        cell held and what it comes to hold. It ends on the cell's curve where the input is 0 from step 1 on.

    Raises
    ------
    ValueError
        If there is no such kind, or the bias is not finite.
    """
    x, before, after = signal(kind)
    f = float(sigmoid(np.array(float(bias))))
    steps, half = np.arange(-BEFORE, STEPS + 1), float(bias_half_life(bias))
    cell = leaky_integrate(x, f, before)
    held = float(cell[BEFORE])  # at step 0, before anything is forgotten
    middle = ((before if kind == "noise" else held) + after) / 2
    kept = f"{100 * f:.3g} %"
    long = f"{half:.0f}" if half >= 10 else f"{half:.1f}"
    counted = f"{long} step{'' if long == '1.0' else 's'}".replace("1.0 ", "1 ")
    told = f"Forget bias {bias:g}: the cell keeps {kept} per step, so half is gone after {counted}"
    more = {
        "end": ".",
        "pulse": f"; of a pulse it takes in {100 * held:.2g} %.",
        "noise": ", and as slowly it learns that the level fell." if half > 5 else ", and the noise shows.",
        "wave": f"; of the wave's swing {100 * (1 - f**PHASE) / (1 + f**PHASE):.2g} % are left.",
    }[kind]
    seen, near = min(half, STEPS), kind in ("end", "pulse")  # where the input moves on, its lines would cross the label
    if not near:
        place = {"x": STEPS, "y": 1.17, "xanchor": "right", "yanchor": "top"}
    elif half < 70:
        place = {"x": round(seen, 2), "y": round(middle, 4), "xanchor": "left", "yanchor": "bottom", "xshift": 8}
    else:
        place = {"x": round(seen, 2), "y": round(middle, 4), "xanchor": "right", "xshift": -8,
                 "yanchor": "top" if kind == "end" else "bottom"}  # fmt: skip
    mark = {"color": COLOR["cell"], "symbol": ["line-ns", "line-ns" if half <= STEPS else "arrow-right"], "size": 13,
            "line": {"width": 2, "color": COLOR["cell"]}}  # fmt: skip
    return go.Figure(
        data=[
            go.Scatter(x=steps, y=np.round(x, 2), mode="lines",
                       **line("input", name="input x", line={"color": COLOR["input"], "width": 1.5, "shape": "hvh"})),
            go.Scatter(x=steps, y=np.round(cell, 4), mode="lines", **line("cell", name="cell c")),
            go.Scatter(x=[0, round(seen, 2)], y=[round(middle, 4)] * 2, mode="lines+markers", name="half-life",
                       line={"color": COLOR["cell"], "width": 2, "dash": "dot"}, marker=mark, cliponaxis=False),
        ],
        layout={
            "height": 320,
            "xaxis": {"title": {"text": "step t"}, "range": [-BEFORE, STEPS], "dtick": 20},
            "yaxis": {"title": {"text": "input and cell"}, "range": [-0.04, 1.17], "dtick": 0.5},
            "annotations": [
                place | {"text": f"cell's half-life: {counted}", "showarrow": False, "font": {"color": COLOR["cell"]}},
                {"x": -BEFORE + 1, "y": 1.17, "xanchor": "left", "yanchor": "top", "text": "input", "showarrow": False,
                 "font": {"color": COLOR["input"]}},
            ],
            "meta": {"reading": told + more},
        },
    )  # fmt: skip
