"""The opening figure of chapter 1: what a network keeps of what it has read."""

from functools import cache

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray
from helpers.rnn_basics import rnn_forward
from helpers.style import COLOR, DIVERGING, LINE, level, power_of_ten, scale

PAIRS, LONGEST = 8, 30
UNITS = 2 * PAIRS
TALLEST = 1.5  # the lowest plot ends there
SIGNALS = ("impulse", "step", "noise")


def _inputs(signal: str) -> FloatArray:
    """x_1 .. x_30: 1 and then nothing; 1 throughout; normal noise around 0, after the same 1."""
    x = np.ones(LONGEST) if signal == "step" else np.zeros(LONGEST)
    if signal == "noise":
        x += 0.5 * np.random.default_rng(0).standard_normal(LONGEST)
    x[0] = 1
    return x


@cache
def _run(eigenvalue: float, signal: str) -> tuple[FloatArray, FloatArray]:
    """States h_1 .. h_30, (30, 16), and the share of x_1's trace that is left in each, (30,).

    W_h is `eigenvalue` times an orthogonal matrix that turns eight pairs of units, the first slowly, the last fast. The
    trace of x_1 is what would be different had it been 0: a second run, without it, is subtracted.
    """
    angles = np.linspace(0.05, 1.1, PAIRS)
    C, S = np.diag(np.cos(angles)), np.diag(np.sin(angles))
    W_h = eigenvalue * np.block([[C, -S], [S, C]])
    W_x = np.concatenate([np.full(PAIRS, 0.9), np.zeros(PAIRS)])
    x = np.stack([_inputs(signal), _inputs(signal)], axis=1)[..., None]
    x[0, 1] = 0
    hs, _ = rnn_forward(x, np.zeros((2, UNITS)), W_x[:, None], W_h, np.zeros(UNITS))
    trace = np.linalg.norm(hs[:, 0] - hs[:, 1], axis=-1)
    return hs[:, 0], trace / trace[0]


def unrolled(steps: int, eigenvalue: float, signal: str = "impulse") -> go.Figure:
    """What does a network keep of what it has read? Inputs, states and the trace of the first input, step by step.

    The network is ``h_t = tanh(W_h h_{t-1} + w x_t)`` with 16 units and h_0 = 0; W_h is `eigenvalue` times an
    orthogonal matrix.

    Parameters
    ----------
    steps : int
        How far the network has run, 1 to 30; what it has not reached is blank.
    eigenvalue : float
        Magnitude of all eigenvalues of W_h.
    signal : {"impulse", "step", "noise"}
        x_1 = 1 and then zeros; ones; or after x_1 = 1 normal noise with standard deviation 0.5.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars of the inputs, a heat map of the states (units by steps), and the share of x_1's trace that is left:
        ``||h_t - h'_t|| / ||h_1 - h'_1||`` with h' the states of a run without x_1. For the impulse that is
        ``||h_t|| / ||h_1||``.
    """
    states, trace = _run(eigenvalue, signal)
    t = np.arange(1, steps + 1)
    left, last = trace[:steps], float(trace[steps - 1])
    # Bricks by their edges: those of steps to come have no width, so that all figures share one set of numbers.
    edges = np.minimum(np.arange(LONGEST + 1), steps) + 0.5
    percent = f"{power_of_ten(100 * last)} %"
    verdict = (
        "nothing had time to fade" if steps == 1 else
        "it is as good as forgotten" if last < 0.05 else
        "it is fading" if last < 0.5 else
        "it is still there"
    )  # fmt: skip
    low = bool((trace[LONGEST // 2 :] > 0.9).any())  # the curve runs where the label would stand: it goes below
    quiet = {"showticklabels": False, "ticks": "", "showgrid": False}
    bar = {"thickness": 8, "len": 0.55, "y": 0.565, "tickvals": [-1, 0, 1], "outlinewidth": 0, "xpad": 4}
    drawn = {"color": COLOR["forward"], "width": 2.5}
    return go.Figure(
        data=[
            go.Bar(x=t, y=np.round(_inputs(signal)[:steps], 2), yaxis="y2", name="input", width=0.7,
                   marker={"color": COLOR["input"]}),
            go.Heatmap(z=np.round(states.T, 2), x=edges, y=np.arange(1, UNITS + 1), zmin=-1, zmax=1, colorbar=bar,
                       colorscale=scale(DIVERGING), name="state"),
            go.Scatter(x=t, y=np.round(left, 2), yaxis="y3", mode="lines", line=drawn, name="left of the first input"),
            go.Scatter(x=[steps], y=[round(last, 2)], yaxis="y3", mode="markers", name="now", cliponaxis=False,
                       marker={"color": COLOR["forward"], "size": 11}),
        ],
        layout={
            "height": 440,
            "xaxis": {"title": {"text": "step t"}, "range": [0.4, LONGEST + 0.6], "anchor": "y3",
                      "tickvals": [1, 5, 10, 15, 20, 25, 30]},
            "yaxis2": {"domain": [0.86, 1], "range": [-1.2, 1.2], "zeroline": True, "zerolinecolor": LINE,
                       "title": {"text": "x<sub>t</sub>"}} | quiet,
            "yaxis": {"domain": [0.3, 0.83], "range": [0.5, UNITS + 0.5], "title": {"text": "units of h<sub>t</sub>"}}
            | quiet,
            "yaxis3": {"domain": [0, 0.25], "range": [0, TALLEST], "tickvals": [0, 1], "ticktext": ["0", "100 %"],
                       "showgrid": False},
            "shapes": [level(1) | {"yref": "y3"}],
            "annotations": [
                {"x": LONGEST, "xanchor": "right", "y": 1, "yref": "y3", "yanchor": "top" if low else "bottom",
                 "showarrow": False, "text": f"x<sub>1</sub>: {percent} left",
                 "font": {"color": COLOR["forward"]}},
            ],
            "meta": {
                "reading": f"{signal.capitalize()}, eigenvalue {eigenvalue:g}: after step {steps}, {percent} of the "
                f"first input's trace is left; {verdict}."
            },
        },
    )  # fmt: skip
