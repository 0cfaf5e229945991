"""Figures on what helps: clipping, on a plane of gradients and at a cliff, and how the matrix starts."""

from functools import cache

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray
from helpers.cliff import cliff_loss
from helpers.gradients import log_gradient_norms, spectral_radius
from helpers.initial import initial_matrix
from helpers.optim import clip_by_norm, clip_by_value
from helpers.style import COLOR, LINE, SEQUENTIAL, level, line, power_of_ten, power_ticks, scale

NAMED = (4.0, 0.5)  # the gradient whose numbers the reading gives
FAN = 16
START, RATE, UPDATES = (5.5, -2.0), 0.5, 60
STEPS, DECADES = 50, 12


def clip(method: str, gradient: FloatArray, threshold: float) -> FloatArray:
    """Clip one gradient by "norm" or by "value"."""
    return clip_by_norm(gradient, threshold)[0] if method == "norm" else clip_by_value(gradient, threshold)


@cache
def _fan() -> FloatArray:
    """Gradients in all directions, lengths 2.2 to 4.6."""
    angle = np.arctan2(NAMED[1], NAMED[0]) + 2 * np.pi * (np.arange(FAN) + 0.5) / FAN  # none on the named one
    length = 3.4 + 1.2 * np.sin(3 * angle - 1.9)
    return np.stack([length * np.cos(angle), length * np.sin(angle)], axis=1)


def _arrows(tips: FloatArray, role: str, name: str, width: float, head: float) -> go.Scatter:
    """Arrows from the origin, as one line that goes out and comes back."""
    path = np.zeros((2 * len(tips), 2))
    path[1::2] = tips
    marker = {"symbol": "arrow", "angleref": "previous", "color": COLOR[role], "size": [0, head] * len(tips)}
    style = line(role, name=name) | {"marker": marker}
    style["line"] = {"color": COLOR[role], "width": width, "dash": "solid"}
    x, y = np.round(path, 2).T
    return go.Scatter(x=x, y=y, mode="lines+markers", **style)


def clipping_field(method: str, threshold: float) -> go.Figure:
    """Gradients of two parameters before and after clipping.

    Parameters
    ----------
    method : {"norm", "value"}
    threshold : float
        0.25 to 5.

    Returns
    -------
    plotly.graph_objects.Figure
        Before (grey), after (red), the boundary that no gradient leaves, and one gradient by name.
    """
    fan, named = _fan(), np.array(NAMED)
    after = np.stack([clip(method, g, threshold) for g in fan])
    shown = clip(method, named, threshold)
    cosine = float(named @ shown / np.linalg.norm(named) / np.linalg.norm(shown))
    round_ = np.linspace(0, 2 * np.pi, 65)
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1], [1, 1]])
    edge = np.stack([np.cos(round_), np.sin(round_)], 1) if method == "norm" else np.repeat(corners, 13, axis=0)
    edge = np.round(threshold * edge, 2)
    if np.array_equal(shown, named):
        told = "is short enough and stays as it is"
    else:
        turned = "its direction is kept" if method == "norm" else "its direction has turned"
        told = f"becomes ({shown[0]:.2f}, {shown[1]:.2f}), cosine {cosine:.3f}: {turned}"
    return go.Figure(
        data=[
            go.Scatter(x=edge[:, 0], y=edge[:, 1], mode="lines", name="boundary", line={"color": LINE, "width": 1}),
            _arrows(fan, "neutral", "gradients before", 1, 8),
            _arrows(after, "grad", "gradients after", 1.5, 8),
            _arrows(named[None], "neutral", "(4, 0.5) before", 2.5, 13),
            _arrows(shown[None], "grad", "(4, 0.5) after", 4, 15),
        ],
        layout={
            "height": 360,
            "xaxis": {"title": {"text": "∂L/∂w<sub>1</sub>"}, "range": [-5.2, 5.2], "constrain": "domain"},
            "yaxis": {"title": {"text": "∂L/∂w<sub>2</sub>"}, "range": [-5.2, 5.2], "scaleanchor": "x",
                      "constrain": "domain", "showgrid": False},
            "annotations": [
                {"x": 5.1, "y": NAMED[1], "yshift": 16, "xanchor": "right", "showarrow": False,
                 "text": "(4, 0.5)", "font": {"color": COLOR["neutral"]}},
            ],
            "meta": {"reading": f"Threshold {threshold:g}, by {method}: the gradient (4, 0.5) {told}."},
        },
    )  # fmt: skip


@cache
def _landscape() -> tuple[FloatArray, FloatArray, FloatArray]:
    """The loss on a grid: w, b, loss (b, w)."""
    w, b = np.linspace(4.2, 5.8, 129), np.linspace(-2.8, -1.8, 97)
    return w, b, np.round(cliff_loss(*np.meshgrid(w, b))[0], 2)


@cache
def descent(method: str, threshold: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Gradient descent on the landscape with the cliff.

    Parameters
    ----------
    method : {"none", "norm", "value"}
    threshold : float

    Returns
    -------
    path : array (61, 2)
        w and b before each update and after the last.
    losses : array (61,)
        At each of these points.
    gradients : array (61, 2)
        Before clipping.
    """
    path, losses, gradients = np.empty((UPDATES + 1, 2)), np.empty(UPDATES + 1), np.empty((UPDATES + 1, 2))
    at = np.array(START)
    for i in range(UPDATES + 1):
        loss, dw, db = cliff_loss(at[0], at[1])
        gradient = np.array([dw, db])
        path[i], losses[i], gradients[i] = at, loss, gradient
        at = at - RATE * (gradient if method == "none" else clip(method, gradient, threshold))
    return path, losses, gradients


def cliff(threshold: float, method: str) -> go.Figure:
    """The loss of a one-unit network over its two parameters, and 60 steps of gradient descent, clipped and not.

    ``h_t = w sigmoid(h_{t-1}) + b``, 50 steps, loss ``(sigmoid(h_50) - 0.7)^2``, learning rate 0.5, in the manner of
    Pascanu et al. (2013), figure 6.

    Parameters
    ----------
    threshold : float
    method : {"norm", "value"}

    Returns
    -------
    plotly.graph_objects.Figure
        A heat map of the loss, the path without clipping and the path with it.
    """
    w, b, loss = _landscape()
    free, _, steep = descent("none", 1.0)
    wall = int(np.linalg.norm(steep, axis=1).argmax())  # the update that throws the parameters away
    path, losses, gradients = descent(method, threshold)
    met = np.linalg.norm(gradients, axis=1)
    away = f"unclipped: off to ({free[wall + 1, 0]:.0f}, {free[wall + 1, 1]:.0f})"
    drawn = np.round(path, 3)
    step = RATE * np.linalg.norm(clip(method, gradients[met.argmax()], threshold))
    end = "beyond the wall" if losses[-1] > 0.1 else "in the valley"
    ink = SEQUENTIAL[-1]  # on the map, whose colours are the same in both themes
    plain = {"showarrow": False, "bgcolor": SEQUENTIAL[0], "borderpad": 2, "font": {"color": ink, "size": 13}}
    return go.Figure(
        data=[
            go.Heatmap(x=np.round(w, 3), y=np.round(b, 3), z=loss, zmin=0, zmax=0.4, colorscale=scale(SEQUENTIAL),
                       zsmooth="best", name="loss", hoverinfo="x+y+z",
                       colorbar={"thickness": 12, "outlinewidth": 0, "title": {"text": "loss"}}),
            go.Scatter(x=np.round(free[: wall + 2, 0], 3), y=np.round(free[: wall + 2, 1], 3), mode="lines+markers",
                       name="without clipping", line={"color": ink, "width": 1.5, "dash": "dot"},
                       marker={"color": ink, "size": 5}),
            go.Scatter(x=drawn[:, 0], y=drawn[:, 1], mode="lines+markers", name="with clipping",
                       line={"color": COLOR["grad"], "width": 2}, marker={"color": COLOR["grad"], "size": 4}),
            go.Scatter(x=drawn[-1:, 0], y=drawn[-1:, 1], mode="markers", name="after 60 updates",
                       marker={"color": COLOR["grad"], "symbol": "diamond", "size": 12}),
        ],
        layout={
            "height": 360,
            "xaxis": {"title": {"text": "recurrent weight w"}, "range": [4.2, 5.8]},
            "yaxis": {"title": {"text": "bias b"}, "range": [-2.8, -1.8], "showgrid": False},
            "annotations": [
                plain | {"x": START[0], "y": START[1], "text": "start", "xanchor": "right", "xshift": -10},
                plain | {"x": 5.76, "y": -1.86, "text": away, "xanchor": "right"},
            ],
            "meta": {
                "reading": f"Clipped by {method} at {threshold:g}, the largest gradient, {power_of_ten(met.max(), 1)}, "
                f"moves w and b by {step:.2f}. After 60 updates the loss is {losses[-1]:.3f}, {end}."
            },
        },
    )  # fmt: skip


TITLES = {
    "xavier": "Xavier", "he": "He", "torch": "PyTorch's default", "orthogonal": "orthogonal",
    "identity": "identity", "small": "normal, 0.01",
}  # fmt: skip


@cache
def _start(scheme: str, size: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """W_h, its eigenvalues (H, 2), and inputs of standard deviation 0.3."""
    rng = np.random.default_rng(0)
    W_h, inputs = initial_matrix(scheme, size, rng), 0.3 * np.random.default_rng(1).standard_normal((STEPS, size))
    values = np.linalg.eigvals(W_h)
    values = values[np.lexsort((values.imag, values.real))]
    return W_h, np.stack([values.real, values.imag], axis=1), inputs


def initialisation(scheme: str, size: int, activation: str = "identity") -> go.Figure:
    """What a scheme does to a recurrent matrix: its eigenvalues, and what they do to a gradient on 50 steps.

    Parameters
    ----------
    scheme : {"xavier", "he", "torch", "orthogonal", "identity", "small"}
    size : int
        H.
    activation : {"identity", "tanh", "relu"}
        For the gradient; with inputs of standard deviation 0.3.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the eigenvalues with the unit circle, below log10 of the gradient's norm against the step.
    """
    W_h, values, inputs = _start(scheme, size)
    logs = log_gradient_norms(W_h, STEPS, activation, inputs) / np.log(10)
    radius, stretch = spectral_radius(W_h), float(np.linalg.norm(W_h, 2))
    shown = np.round(np.clip(logs, -99, 99), 2)
    seen = int(np.flatnonzero(np.abs(shown) <= DECADES)[0])
    angle = np.linspace(0, 2 * np.pi, 65)
    arrived = power_of_ten(10 ** logs[0], 1)
    below = shown[seen] < 0
    arrow = "" if seen == 0 else "↓ " if below else "↑ "
    return go.Figure(
        data=[
            go.Scatter(x=np.round(np.cos(angle), 3), y=np.round(np.sin(angle), 3), mode="lines", name="unit circle",
                       line={"color": LINE, "width": 1}, xaxis="x", yaxis="y"),
            go.Scatter(x=np.round(values[:, 0], 2), y=np.round(values[:, 1], 2), mode="markers", name="eigenvalues",
                       marker={"color": COLOR["neutral"], "size": 5}, xaxis="x", yaxis="y"),
            go.Scatter(y=shown, mode="lines", xaxis="x2", yaxis="y2",
                       **line("grad", name="log10 of the gradient norm")),
            go.Scatter(x=[seen], y=[shown[seen]], mode="markers", xaxis="x2", yaxis="y2", name="furthest back",
                       marker={"color": COLOR["grad"], "symbol": "triangle-left", "size": 13}, cliponaxis=False),
        ],
        layout={
            "height": 520,
            "xaxis": {"range": [-1.85, 1.85], "constrain": "domain", "anchor": "y",
                      "title": {"text": "real part"}, "tickvals": [-1, 0, 1]},
            "yaxis": {"range": [-1.85, 1.85], "scaleanchor": "x", "constrain": "domain", "domain": [0.5, 1],
                      "title": {"text": "imaginary"}, "tickvals": [-1, 0, 1], "showgrid": False},
            "xaxis2": {"range": [-1, STEPS], "anchor": "y2", "title": {"text": "step t"}},
            "yaxis2": {"domain": [0, 0.34], "anchor": "x2", "title": {"text": "size of ∂L/∂h<sub>t</sub>"}}
            | power_ticks(-DECADES, DECADES, 6),
            "shapes": [level(0) | {"xref": "x2 domain", "yref": "y2"}],
            "annotations": [
                {"x": 1, "y": 3 if below else -3, "xref": "x2", "yref": "y2", "showarrow": False, "xanchor": "left",
                 "text": f"{arrow}{arrived} at step 0", "font": {"color": COLOR["grad"]}},
            ],
            "meta": {
                "reading": f"{TITLES[scheme]}, {size} units: spectral radius {radius:.2f}, largest singular value "
                f"{stretch:.2f}. After 50 steps back, a gradient of 1 is {arrived}."
            },
        },
    )  # fmt: skip
