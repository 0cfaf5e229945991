"""Depth and time: where the gradient of the last output still arrives in a stack of recurrent layers."""

from functools import cache

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice, check_count
from helpers.layers import start_layer
from helpers.sensitivity import depth_time_norms
from helpers.stacks import CONNECTIONS
from helpers.style import COLOR, SEQUENTIAL, power_of_ten, scale

SIZE, LENGTH, DEEPEST, SEEDS = 16, 25, 8, 5
LOWEST, HIGHEST = -8.0, 0.5  # decades that the colours tell apart
CELLS = {"tanh": 0.0, "lstm": 1.0}  # and the forget bias of each
NAMES = {"tanh": "tanh", "lstm": "LSTM"}


@cache
def norms(layers: int, connect: str, cell: str) -> FloatArray:
    """log10 of the gradient's norm, (layers, steps): the median of five seeds, cell by cell."""
    runs = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((LENGTH, 1, SIZE))
        widths = [SIZE * (index + 1) if connect == "dense" else SIZE for index in range(layers)]
        stack = [start_layer(cell, width, SIZE, rng, "torch", CELLS[cell]) for width in widths]
        runs.append(depth_time_norms(stack, x, connect))
    return np.asarray(np.median(runs, axis=0))


def depth(layers: int, connect: str = "plain", cell: str = "tanh") -> go.Figure:
    """Whether the gradient fades faster through depth or through time: its size at every layer and step.

    Untrained stacks of 16 units a layer with PyTorch's default weights (an LSTM's forget bias is 1, all other biases
    0), 16 normal inputs a step, 25 steps. The loss reads the top layer at the last step, with a gradient of norm 1.

    Parameters
    ----------
    layers : int
        1 to 8.
    connect : {"plain", "residual", "dense"}
        As for `helpers.stacks.stack_forward`.
    cell : {"tanh", "lstm"}

    Returns
    -------
    plotly.graph_objects.Figure
        One heat map, log10 of the norm of dL/dh (for an LSTM, of h and c together), median of five seeds.

    Raises
    ------
    ValueError
        For an unknown choice, or a number of layers out of its range.
    """
    if check_count("layers", layers) > DEEPEST:
        raise ValueError(f"layers: got {layers}, wanted at most {DEEPEST}")
    check_choice("connect", connect, CONNECTIONS)
    check_choice("cell", cell, CELLS)
    logs = norms(layers, connect, cell)
    # Layer 1 at the first step and at the last, the top layer at the first.
    past, below, along = (float(10**corner) for corner in (logs[0, 0], logs[0, -1], logs[-1, 0]))
    away = LENGTH - 1
    if layers == 1:
        told = f"One {NAMES[cell]} layer: {away} steps back, {power_of_ten(past)} of the gradient is left"
    else:
        down = f"{layers - 1} layer{'s' * (layers > 2)}"
        dearer = f"{down} cost more than {away} steps" if along > below else f"{away} steps cost more than {down}"
        told = (
            f"{layers} {connect} {NAMES[cell]} layers: {down} down leave {power_of_ten(below)}, "
            f"{away} steps back in the top layer {power_of_ten(along)}; {dearer}"
        )
    corner = {"y": 0.42, "yanchor": "top", "showarrow": False, "font": {"color": COLOR["grad"], "size": 14}}
    above = {"y": layers + 0.55, "yanchor": "bottom", "text": "" if layers == 1 else f"↓ {power_of_ten(along)}"}
    return go.Figure(
        data=[
            go.Heatmap(
                x0=1, dx=1, y0=1, dy=1, z=np.round(np.clip(logs, LOWEST, HIGHEST), 1), zmin=LOWEST, zmax=HIGHEST,
                colorscale=scale(SEQUENTIAL), xgap=1, ygap=1, name="log10 of the size of dL/dh",
                hovertemplate="layer %{y}, step %{x}: 10^%{z}<extra></extra>",
                colorbar={"thickness": 12, "outlinewidth": 0, "tickvals": [-8, -6, -4, -2, 0],
                          "ticktext": ["≤ 10<sup>−8</sup>", "10<sup>−6</sup>", "10<sup>−4</sup>", "0.01", "1"]},
            ),
            go.Scatter(x=[LENGTH], y=[layers + 0.85], mode="markers", name="loss", cliponaxis=False,
                       marker={"color": COLOR["output"], "symbol": "diamond", "size": 12}),
        ],
        layout={
            "height": 360,
            "xaxis": {"title": {"text": "step t"}, "range": [0.5, LENGTH + 0.5], "tickvals": [1, 5, 10, 15, 20, 25]},
            "yaxis": {"title": {"text": "layer"}, "range": [-0.4, DEEPEST + 1.4], "showgrid": False,
                      "tickvals": list(range(1, DEEPEST + 1))},
            "annotations": [
                {"x": LENGTH, "y": layers + 0.85, "xanchor": "right", "xshift": -12, "showarrow": False,
                 "text": "loss", "font": {"color": COLOR["output"]}},
                corner | {"x": 0.5, "xanchor": "left", "text": f"↑ {power_of_ten(past)}"},
                corner | {"x": 0.5, "xanchor": "left"} | above,
                corner | {"x": LENGTH + 0.5, "xanchor": "right", "text": f"{power_of_ten(below)} ↑"},
            ],
            "meta": {"reading": f"{told}."},
        },
    )  # fmt: skip
