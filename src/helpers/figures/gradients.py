"""Figures of chapter 3, vanishing and exploding gradients."""

from functools import cache

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray
from helpers.gradients import log_gradient_norms, recurrent_matrix
from helpers.style import COLOR, level, line, power_of_ten, power_ticks

SIZE, LONGEST = 32, 100
DECADES = 12  # the plot shows 10^-12 to 10^12; the label names what lies beyond


@cache
def _network() -> tuple[FloatArray, FloatArray]:
    """The network of the opening figure: an orthogonal W_h, and inputs with standard deviation 0.3."""
    rng = np.random.default_rng(0)
    return recurrent_matrix("orthogonal", SIZE, 1.0, rng), 0.3 * rng.standard_normal((LONGEST, SIZE))


def norm_against_step(length: int, eigenvalue: float, activation: str = "identity") -> go.Figure:
    """Size of the gradient at every step, on its way back from the loss at step `length` to step 0.

    The network is ``h_t = phi(W_h h_{t-1} + x_t)`` with 32 units, W_h = eigenvalue times an orthogonal matrix,
    x_t normal noise with standard deviation 0.3 (for the linear network it does not matter). The loss
    sends a gradient of norm 1 into h_T.

    Parameters
    ----------
    length : int
        T, in steps, 1 to 100.
    eigenvalue : float
        Magnitude of all eigenvalues of W_h (and of all its singular values).
    activation : {"identity", "tanh", "relu", "sigmoid"}

    Returns
    -------
    plotly.graph_objects.Figure
        One trace, log10 of the norm against the step.
    """
    matrix, inputs = _network()
    noise = None if activation == "identity" else inputs[:length]
    logs = log_gradient_norms(eigenvalue * matrix, length, activation, noise) / np.log(10)
    size = np.round(logs, 2)

    arrived = 10 ** logs[0]
    if arrived < 1e-3:
        verdict = "step 0 cannot learn from this error"
    elif arrived > 1e3:
        verdict = "one update throws the weights far away"
    else:
        verdict = "step 0 still hears the error"
    # Where the curve leaves the frame, its last visible point carries the label.
    hidden = np.flatnonzero(np.abs(size) > DECADES)
    seen = hidden[-1] + 1 if hidden.size else 0
    at_end, below = length > 92, size[seen] < 0
    labels = [
        {"x": length, "y": 0, "text": "loss", "font": {"color": COLOR["output"]}, "showarrow": False,
         "xanchor": "right" if at_end else "left", "xshift": -10 if at_end else 10, "yshift": 14 if below else -14},
        {"x": int(seen), "y": size[seen], "text": f"{power_of_ten(arrived, 2)} at step 0", "showarrow": False,
         "font": {"color": COLOR["grad"]}, "xanchor": "left", "xshift": 12, "yshift": -14 if below else 14},
    ]  # fmt: skip
    if hidden.size:
        labels[1] |= {"text": f"{'↓' if below else '↑'} {labels[1]['text']}", "yshift": 12 if below else -12}
    return go.Figure(
        data=[
            go.Scatter(y=size, mode="lines", **line("grad", name="log10 of the gradient norm")),
            _end("grad", int(seen), size[seen], "triangle-left", 13),
            _end("output", length, 0, "diamond", 11),
        ],
        layout={
            "height": 320,
            "xaxis": {"title": {"text": "step t"}, "range": [-1, LONGEST]},
            "yaxis": {"title": {"text": "size of ∂L/∂h<sub>t</sub>"}} | power_ticks(-DECADES, DECADES, 4),
            "shapes": [level(0)],
            "annotations": labels,
            "meta": {
                "reading": f"{length} steps, eigenvalue {eigenvalue:g}: {power_of_ten(arrived, 2)} of the gradient "
                f"reaches step 0, so {verdict}."
            },
        },
    )


def _end(role: str, step: int, height: float, symbol: str, size: int) -> go.Scatter:
    """A marked end of the curve."""
    marker = {"color": COLOR[role], "symbol": symbol, "size": size}
    return go.Scatter(x=[step], y=[height], mode="markers", marker=marker, cliponaxis=False, name=f"step {step}")
