"""Figures of chapter 2 on credit: which states a loss still talks to, and what a truncation takes away."""

from functools import cache

import numpy as np
import plotly.graph_objects as go

from helpers import credit
from helpers.arrays import FloatArray
from helpers.matrices import recurrent_matrix
from helpers.rnn_basics import rnn_forward
from helpers.style import COLOR, SEQUENTIAL, level, line

LENGTH, SIZE = 20, 16
LOWEST, HIGHEST = -2.0, 0.2  # decades that the colours tell apart
CUT, NOTHING = LOWEST - 0.2, LOWEST - 0.4  # below the colours: cells that a truncation cuts, and cells without a loss
VEIL = "rgba(123,130,139,.28)"
STREAM = 100  # steps behind each loss of the stream
LAG = 10

# R^2 of experiments/02_truncation.json (a test compares): median of five seeds, for each K.
LEARNED: dict[str, dict[int, float]] = {
    "window": {
        1: 0.825,
        2: 0.797,
        5: 0.034,
        8: 0.021,
        10: 0.013,
        11: 0.997,
        12: 0.997,
        15: 0.997,
        20: 0.998,
        30: 0.998,
        60: 0.998,
    },
    "chunks": {
        1: 0.825,
        2: 0.844,
        5: 0.042,
        8: 0.015,
        10: 0.027,
        11: 0.983,
        12: 0.985,
        15: 0.992,
        20: 0.996,
        30: 0.998,
        60: 0.998,
    },
}
FROZEN = 0.827  # W_x, W_h and b left as they start, only the output layer trained


@cache
def _sizes(eigenvalue: float) -> FloatArray:
    """Contributions in the network of the opening figure."""
    rng = np.random.default_rng(0)
    W_h, x = recurrent_matrix("orthogonal", SIZE, eigenvalue, rng), 0.3 * rng.standard_normal((LENGTH, 1, SIZE))
    _, states = rnn_forward(x, np.zeros((1, SIZE)), np.eye(SIZE), W_h, np.zeros(SIZE))
    return credit.contributions(np.full((LENGTH, 1, SIZE), SIZE**-0.5), states)


def percent(share: float) -> str:
    """A share as people read it: no 100 % that is not all, no 0 % that is something."""
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else "under 1 %"


def contributions(eigenvalue: float, truncation: str, K: int, loss: str = "every") -> go.Figure:
    """Which earlier states each loss still talks to: the size of dL_t/dh_k, a row for each loss t.

    The network is ``h_t = tanh(W_h h_{t-1} + x_t)`` with 16 units on 20 steps, W_h = eigenvalue times an orthogonal
    matrix, x_t normal noise of standard deviation 0.3; each loss sends a gradient of norm 1 into its own state.

    Parameters
    ----------
    eigenvalue : float
        Magnitude of all eigenvalues of W_h (and of all its singular values).
    truncation : {"chunks", "window", "full"}
    K : int
        Steps in the chunk or window.
    loss : {"every", "end"}

    Returns
    -------
    plotly.graph_objects.Figure
        One heat map, log10 of the size; cells that the truncation cuts are grey.
    """
    sizes, mask = _sizes(eigenvalue), credit.reached(LENGTH, truncation, K, loss)
    share = credit.share_kept(sizes, mask, loss)
    asked = credit.reached(LENGTH, "full", loss=loss)
    z = np.full(sizes.shape, NOTHING)
    z[asked] = CUT
    z[mask] = np.clip(np.round(np.log10(sizes[mask]), 1), LOWEST, HIGHEST)
    first = int(np.flatnonzero(mask[-1])[0]) + 1
    cut = {"full": "nothing cut", "window": f"a window of {K}", "chunks": f"chunks of {K}"}[truncation]
    where = "every step" if loss == "every" else f"step {LENGTH}"
    steps = [1, 5, 10, 15, 20]
    bottom = NOTHING - 0.1
    below, above = ((edge - bottom) / (HIGHEST - bottom) for edge in ((CUT + NOTHING) / 2, (LOWEST + CUT) / 2))
    stops = [[above + (1 - above) * i / (len(SEQUENTIAL) - 1), colour] for i, colour in enumerate(SEQUENTIAL)]
    colours = [[0, "rgba(0,0,0,0)"], [below, "rgba(0,0,0,0)"], [below, VEIL], [above, VEIL], *stops]
    return go.Figure(
        data=[
            go.Heatmap(
                x0=1, dx=1, y0=1, dy=1, z=np.round(z, 1), zmin=bottom, zmax=HIGHEST, colorscale=colours, xgap=1, ygap=1,
                name="log10 of the size of dL_t/dh_k", hovertemplate="loss %{y}, state %{x}: 10^%{z}<extra></extra>",
                colorbar={"thickness": 12, "outlinewidth": 0, "tickvals": [CUT, -2, -1, 0],
                          "ticktext": ["cut", "≤ 0.01", "0.1", "1"]},
            )
        ],
        layout={
            "height": 380,
            "xaxis": {"title": {"text": "state h<sub>k</sub>, step k"}, "range": [0.5, LENGTH + 0.5],
                      "tickvals": steps},
            "yaxis": {"title": {"text": "loss of step t"}, "range": [LENGTH + 0.5, 0.5], "tickvals": steps,
                      "showgrid": False},
            "annotations": [
                {"x": LENGTH + 0.5, "y": 0.5, "xanchor": "right", "yanchor": "top", "align": "right",
                 "showarrow": False, "text": f"<b>{percent(share)}</b> kept<br>{cut}",
                 "font": {"color": COLOR["grad"], "size": 18}},
            ],
            "meta": {
                "reading": f"Eigenvalue {eigenvalue:g}, loss at {where}, {cut}: {percent(share)} of all contributions "
                f"are kept; the loss of step {LENGTH} reaches back to state {first}."
            },
        },
    )  # fmt: skip


def truncation_bias(memory: float, K: int) -> go.Figure:
    """Share of the gradient that a truncation to K steps keeps, as a window and as chunks.

    One state ``h_t = a h_{t-1} + w x_t`` with constant input, losses h_t at every step of a long stream, gradient of
    w, each loss compared with the 100 steps behind it: `helpers.credit.share_for_memory`.

    Parameters
    ----------
    memory : float
        a.
    K : int
        Steps in the window or chunk, 1 to 100.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines, per cent of the gradient against K, each with a mark at K.
    """
    steps = np.arange(1, STREAM + 1)
    curves = {
        name: np.array([100 * credit.share_for_memory(memory, STREAM, name, int(n)) for n in steps])
        for name in ("window", "chunks")
    }
    window, chunks = (float(curve[K - 1]) for curve in curves.values())
    roles = {"window": "grad", "chunks": "neutral"}
    thick = {"chunks": {"color": COLOR["neutral"], "width": 3, "dash": "dash"}}
    drawn = []
    for kind, curve in curves.items():
        style = line(roles[kind], name=f"{kind}, per cent kept")
        if kind in thick:
            style |= {"line": thick[kind]}
        drawn.append(go.Scatter(x0=1, dx=1, y=np.round(curve, 1), mode="lines", **style))
        symbol = "circle" if kind == "window" else "square"
        marker = {"color": COLOR[roles[kind]], "symbol": symbol, "size": 12}
        drawn.append(
            go.Scatter(x=[K], y=[round(curve[K - 1], 1)], mode="markers", marker=marker, name=f"{kind} at K = {K}",
                       cliponaxis=False)
        )  # fmt: skip
    clear = round(float(curves["chunks"][STREAM - 30]) - 3, 1)  # below the curve, as far as the name is wide
    name = {"x": STREAM, "xanchor": "right", "showarrow": False}
    return go.Figure(
        data=drawn,
        layout={
            "height": 340,
            "xaxis": {"title": {"text": "K, steps in the window or chunk"}, "range": [0, STREAM + 1],
                      "tickvals": [1, 20, 40, 60, 80, 100]},
            "yaxis": {"title": {"text": "gradient kept, %"}, "range": [0, 115], "tickvals": [0, 25, 50, 75, 100]},
            "shapes": [level(100)],
            "annotations": [
                name | {"y": 102, "text": f"window {window:.0f} %", "yanchor": "bottom",
                        "font": {"color": COLOR["grad"]}},
                name | {"y": clear, "text": f"chunks {chunks:.0f} %", "yanchor": "top",
                        "font": {"color": COLOR["neutral"]}},
            ],
            "meta": {
                "reading": f"Memory {memory:g}, K = {K}: a window keeps {window:.0f} % of the gradient, "
                f"chunks keep {chunks:.0f} %."
            },
        },
    )  # fmt: skip


def lag_learned(K: int) -> go.Figure:
    """Whether a network learns a lag of 10 steps from gradients that are cut to K: R^2 against K, measured.

    Recall of the input ten steps ago, 32 tanh units started orthogonal, 500 updates, the gradient truncated by window
    or chunks; median of five seeds (`experiments/02_truncation.py`). The lines begin at the largest K and end at the
    chosen one: whoever goes down sees the collapse come.

    Parameters
    ----------
    K : int
        One of the measured ones.

    Returns
    -------
    plotly.graph_objects.Figure
        Two lines with points, from the largest K down to a mark at K, and the lag.
    """
    measured = list(LEARNED["window"])
    at, places = measured.index(K), list(range(len(measured)))
    drawn = []
    for name, role in (("window", "grad"), ("chunks", "neutral")):
        values = [LEARNED[name][n] for n in measured[at:]]
        style = line(role, name=f"{name}, median R²")
        if name == "chunks":
            style |= {"line": {"color": COLOR["neutral"], "width": 2.5, "dash": "dash"},
                      "marker": {"color": COLOR["neutral"], "symbol": "square", "size": 7}}  # fmt: skip
        drawn.append(go.Scatter(x=places[at:], y=values, mode="lines+markers", **style))
    shown = [LEARNED[name][K] for name in ("window", "chunks")]
    marker = {"color": [COLOR["grad"], COLOR["neutral"]], "symbol": ["circle", "square"], "size": 14}
    drawn.append(go.Scatter(x=[at, at], y=shown, mode="markers", marker=marker, name=f"K = {K}", cliponaxis=False))
    needs = measured.index(LAG + 1) - 0.5
    edge = {"type": "line", "x0": needs, "x1": needs, "y0": -0.05, "y1": 1.05,
            "line": {"color": COLOR["output"], "width": 1.5, "dash": "dot"}}  # fmt: skip
    verdict = "short of the input that the answer needs" if K <= LAG else "the input is within reach"
    return go.Figure(
        data=drawn,
        layout={
            "height": 340,
            "xaxis": {"title": {"text": "K, steps in the window or chunk"}, "range": [-0.5, len(measured) - 0.5],
                      "tickvals": places, "ticktext": [str(n) for n in measured]},
            "yaxis": {"title": {"text": "recall after training, R²"}, "range": [-0.05, 1.18],
                      "tickvals": [0, 0.25, 0.5, 0.75, 1]},
            "shapes": [edge, level(FROZEN)],
            "annotations": [
                {"x": needs, "y": 1.06, "yanchor": "bottom", "showarrow": False, "text": f"lag {LAG} within reach →",
                 "font": {"color": COLOR["output"]}, "xanchor": "left", "xshift": -6},
                {"x": len(measured) - 0.5, "y": FROZEN, "yanchor": "top", "xanchor": "right", "showarrow": False,
                 "align": "right", "text": "only the output<br>layer trained", "font": {"color": COLOR["neutral"]}},
            ],
            "meta": {
                "reading": f"K = {K}, {verdict}: R² {shown[0]:.2f} with a window, {shown[1]:.2f} with chunks; "
                f"{FROZEN:.2f} if only the output layer is trained."
            },
        },
    )  # fmt: skip
