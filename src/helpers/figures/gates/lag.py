"""Figure of chapter 4 on what the gates do to the gradient: the direct path, and all paths together, by lag."""

from functools import cache
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice
from helpers.gates import log_direct_path, log_whole_jacobian
from helpers.layers import start_layer
from helpers.style import COLOR, level, line, power_of_ten, power_ticks

UNITS, INPUTS, LONGEST, SEEDS = 32, 8, 100, 5
LOW, HIGH = -16, 8  # the plot shows 10^-16 to 10^8; the labels name what lies beyond
CELLS = {"lstm": "LSTM", "gru": "GRU", "tanh": "tanh RNN"}


class Paths(NamedTuple):
    """log10 of the largest stretch by lag 0 .. 99, for seeds 0 to 4."""

    whole: FloatArray
    """(5, 100), of the whole Jacobian."""
    direct: FloatArray | None
    """(5, 100), along the direct path; None where there is none."""


@cache
def paths(cell: str, bias: float) -> Paths:
    """Measure both on untrained networks: 32 units, 8 inputs of normal noise with standard deviation 1, 100 steps.

    Weights are drawn as PyTorch draws them, uniform within 1/sqrt(32); all biases are 0 but that of the forget gate
    (LSTM) or the update gate (GRU).
    """
    whole, direct = [], []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        weights = start_layer(cell, INPUTS, UNITS, rng, bias=bias)
        x = rng.standard_normal((LONGEST, INPUTS))
        whole.append(log_whole_jacobian(weights, x) / np.log(10))
        if cell != "tanh":
            direct.append(log_direct_path(weights, x) / np.log(10))
    return Paths(np.array(whole), np.array(direct) if direct else None)


def lag(cell: str, bias: float, T: int) -> go.Figure:
    """What do gates do to a gradient on its way back? Its size by lag, along the direct path and by all paths.

    Untrained networks, as for `paths`. The size is the spectral norm, the most by which any gradient is stretched,
    of dc_100/dc_{100-lag} for the LSTM and dh_100/dh_{100-lag} for the others. The direct path is the product of the
    forget gates, or the update gates z, between the two steps; the whole Jacobian has all ways through the gates, too.

    Parameters
    ----------
    cell : {"lstm", "gru", "tanh"}
        The tanh RNN has no gate, so no direct path, and the bias does not change it.
    bias : float
        Of the LSTM's forget gate or the GRU's update gate.
    T : int
        How many of the sequence's last steps are drawn, 2 to 100; the furthest lag is T - 1.

    Returns
    -------
    plotly.graph_objects.Figure
        log10 of the median over five seeds against the lag; for the whole Jacobian also the smallest and the largest.

    Raises
    ------
    ValueError
        If there is no such cell, or T is not between 2 and 100.
    """
    check_choice("cell", cell, CELLS)
    if not 2 <= T <= LONGEST:
        raise ValueError(f"T: got {T!r}, wanted 2 to {LONGEST}")
    whole, direct = paths(cell, 0.0 if cell == "tanh" else bias)  # measured once
    lags = np.array([0, *range(1 + T % 2, T, 2)])  # every other one, and the first and the last
    drawn = [np.round(values[lags], 2) for values in (whole.min(axis=0), whole.max(axis=0), np.median(whole, axis=0))]
    straight = None if direct is None else np.median(direct, axis=0)
    furthest = float(np.median(whole, axis=0)[T - 1])

    gate = {"lstm": "Forget bias", "gru": "Update bias"}.get(cell)
    who = f"{CELLS[cell]}, H = {UNITS}" + (f", {gate.lower()} {bias:g}" if gate else "")
    if straight is None:
        told = f"{_size(furthest)} is left, at most, and no bias helps: there is no gate"
    else:
        told = f"{_size(straight[T - 1])} by the direct path, {_size(furthest)} by all paths"
        told += ", more than was sent" if furthest > 0.05 else ""
    notes = [
        ("grad", f"all paths: {_size(furthest)}", HIGH),
        ("f", "no gate, no direct path" if straight is None else f"direct path: {_size(straight[T - 1])}", HIGH - 2.5),
    ]
    thin = {"color": COLOR["grad"], "width": 1}
    return go.Figure(
        data=[
            go.Scatter(x=lags, y=drawn[0], mode="lines", **line("grad", name="smallest of five", line=thin)),
            go.Scatter(x=lags, y=drawn[1], mode="lines", fill="tonexty", fillcolor="rgba(123,130,139,.2)",
                       **line("grad", name="largest of five", line=thin)),
            go.Scatter(x=[] if straight is None else lags, y=[] if straight is None else np.round(straight[lags], 2),
                       mode="lines", **line("f", name="log10, direct path")),
            go.Scatter(x=lags, y=drawn[2], mode="lines", **line("grad", name="log10, all paths, median of five")),
        ],
        layout={
            "height": 340,
            "xaxis": {"title": {"text": "lag: steps before the last"}, "range": [LONGEST + 1, -2],
                      "tickvals": [100, 80, 60, 40, 20, 0]},
            "yaxis": {"title": {"text": "size of the gradient"}} | power_ticks(LOW, HIGH, 4),
            "shapes": [level(0)],
            "annotations": [
                {"x": LONGEST, "y": y, "xanchor": "left", "yanchor": "top", "showarrow": False,
                 "text": f"{text} at lag {T - 1}" if role == "grad" else text, "font": {"color": COLOR[role]}}
                for role, text, y in notes
            ],
            "meta": {"reading": f"{who}: at lag {T - 1}, {told}."},
        },
    )  # fmt: skip


def _size(log10: float) -> str:
    """A number from its log10, however small."""
    return power_of_ten(10.0**log10)
