"""What the second direction costs: twice the parameters in one layer, more than twice in a stack."""

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import IntArray, check_count
from helpers.counts import layer_parameters
from helpers.style import COLOR

DEEPEST = 8
BIASES = 2  # as PyTorch counts
UPPER = 3.3


def stack_counts(D: int, H: int, depth: int) -> IntArray:
    """Parameters of each layer of an LSTM stack, (2, depth): in one direction, and in both."""
    totals = [[layer_parameters("lstm", D, H, n, both, BIASES) for n in range(1, depth + 1)] for both in (False, True)]
    each: IntArray = np.diff(totals, prepend=0, axis=1)
    return each


def _name(layer: int, share: float) -> str:
    """What fits into a part of a bar."""
    return f"layer {layer}" if share > 0.6 else str(layer) if share > 0.13 else ""


def counts(D: int, H: int, depth: int) -> go.Figure:
    """Whether two directions are twice as large as one: parameters of LSTM stacks.

    Above the first layer each chain of a bidirectional stack reads both halves of the layer below, 2H numbers instead
    of H: such a layer has 2 (3H + 2) / (2H + 2) times the parameters, nearly 3. Two biases, as in PyTorch; the output
    layer, which reads 2H instead of H, is not counted.

    Parameters
    ----------
    D, H : int
        Numbers per input, and per state of one direction.
    depth : int
        Layers, 1 to 8.

    Returns
    -------
    plotly.graph_objects.Figure
        Two bars, in multiples of the stack in one direction, each divided into its layers; the counts as text.

    Raises
    ------
    ValueError
        If a number is below 1, or `depth` above 8.
    """
    if check_count("depth", depth) > DEEPEST:
        raise ValueError(f"depth: got {depth}, wanted at most {DEEPEST}")
    each = stack_counts(D, H, depth)
    one, two = (int(row.sum()) for row in each)
    shares = np.zeros((2, DEEPEST))
    shares[:, :depth] = each / one
    dotted = {"type": "line", "y0": -0.5, "y1": 1.75, "line": {"color": COLOR["neutral"], "width": 1, "dash": "dot"}}
    above = each[1, -1] / each[0, -1]
    layers = "one layer" if depth == 1 else f"{depth} layers"
    times = "exactly 2 ×" if two == 2 * one else f"{two / one:.3f} ×"
    told = f"LSTM {D} → {H}, {layers}: {one:,} parameters in one direction, {two:,} in both, {times}"
    extra = "" if depth == 1 else f"; layer {depth} alone {above:.3f} ×"
    return go.Figure(
        data=[
            *(
                go.Bar(x=np.round(shares[:, k], 3), y=[1, 0], orientation="h", width=0.4, name=f"layer {k + 1}",
                       text=[_name(k + 1, float(share)) for share in shares[:, k]], textposition="inside",
                       insidetextanchor="middle", textangle=0,
                       marker={"color": COLOR["neutral"], "line": {"width": 1.5}})
                for k in range(DEEPEST)
            ),
            go.Scatter(x=[0, 0], y=[1.34, 0.34], mode="text", textposition="middle right", name="parameters",
                       text=[f"one direction: {one:,}", f"both: {two:,}, {times}"],
                       textfont={"color": COLOR["neutral"]}),
        ],
        layout={
            "height": 280,
            "barmode": "stack",
            "xaxis": {"title": {"text": "parameters, in multiples of one direction"}, "range": [0, UPPER],
                      "tickvals": [0, 1, 2, 3]},
            "yaxis": {"range": [-0.5, 1.75], "visible": False},
            "shapes": [dotted | {"x0": x, "x1": x} for x in (2, 3)],
            "meta": {"reading": f"{told}{extra}."},
        },
    )  # fmt: skip
