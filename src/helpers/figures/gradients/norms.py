"""Figures of chapter 3 on the size of the gradient: by step, by lag, by kind of matrix, and one eigenvalue alone."""

from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from helpers.arrays import FloatArray
from helpers.gradients import (
    gradient_by_lag,
    log_gradient_norms,
    log_jacobian_norms,
    recurrent_matrix,
)
from helpers.rnn_basics import rnn_forward
from helpers.style import COLOR, level, line, power_of_ten, power_ticks

SIZE, LONGEST = 32, 100
DECADES = 12  # the plot shows 10^-12 to 10^12; the label names what lies beyond
FAR = 20  # steps back from which on a lag counts as the far past
KIND_DECADES = 16
ACTIVATION_NAMES = {"identity": "linear", "relu": "ReLU"}  # the others are called as they are
POWERS, REACH = 40, 2.0  # how many powers of the eigenvalue, and how far the plot reaches


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


def lag_contributions(radius: float, length: int) -> go.Figure:
    """Gradient of W_h by lag, beside what a training log shows: the norm of the whole.

    The tanh network of `norm_against_step` with 32 units, W_h = radius times an orthogonal matrix, inputs of
    standard deviation 0.3, and a gradient of norm 1 that the loss sends into h_T. Each `length` reads the last
    steps of the same 100 inputs, so that a longer sequence only adds an older past.

    Parameters
    ----------
    radius : float
        Magnitude of all eigenvalues of W_h (and of all its singular values), above 0.
    length : int
        T, in steps, 2 to 100: the first step, with h_0 = 0, contributes nothing to W_h.

    Returns
    -------
    plotly.graph_objects.Figure
        log10 of the norm of each lag's contribution against the lag, and a line at log10 of the total norm.
    """
    matrix, inputs = _network()
    x, start = inputs[LONGEST - length :, None], np.zeros((1, SIZE))
    _, states = rnn_forward(x, start, np.eye(SIZE), radius * matrix, np.zeros(SIZE))
    norms = gradient_by_lag(np.full((1, SIZE), SIZE**-0.5), states)
    counted = norms.each[:-1]  # the first step multiplies h_0 = 0: it contributes nothing
    size = np.round(np.log10(counted), 2)
    total = float(norms.from_lag[0])
    share = float(norms.from_lag[FAR] / total) if length > FAR else 0.0

    if length <= FAR + 1:
        verdict = f"nothing is {FAR} steps back yet"
    elif share < 1e-3:
        verdict = f"lags from {FAR} on are {power_of_ten(share)} of it, and nobody notices"
    elif share < 0.5:
        verdict = f"lags from {FAR} on are {power_of_ten(share)} of it, a small say"
    else:
        verdict = f"lags from {FAR} on are {power_of_ten(share)} of it: the far past drowns the near"
    hidden = np.flatnonzero(size < -DECADES)
    end = int(hidden[0]) - 1 if hidden.size else len(size) - 1
    # The name stands where there is room: left of a short curve; right of a long one and below it, or, where the
    # frame ends there, further right.
    left, low = end <= 55, size[end] < 2 - DECADES
    notes = [
        {"x": LONGEST, "y": np.log10(total), "yanchor": "bottom", "text": f"whole gradient: {total:.2g}",
         "font": {"color": COLOR["neutral"]}},
        {"x": LONGEST, "y": 6, "yanchor": "top", "font": {"color": COLOR["grad"]},
         "text": f"from lag {FAR} on: {power_of_ten(share)} of it" if length > FAR + 1 else f"no lag {FAR} yet"},
        {"x": end, "y": size[end], "xanchor": "right" if left else "left", "xshift": -10 if left else 44 if low else 10,
         "yshift": 10 if hidden.size else 0 if low else -14,
         "text": "each lag alone" + (" ↓" if hidden.size else ""), "font": {"color": COLOR["grad"]}},
    ]  # fmt: skip
    far = {"type": "rect", "xref": "x", "yref": "paper", "x0": FAR - 0.5, "x1": LONGEST + 1, "y0": 0, "y1": 1,
           "layer": "below", "line": {"width": 0}, "fillcolor": "rgba(123,130,139,.14)"}  # fmt: skip
    dots = {"color": COLOR["grad"], "symbol": "circle", "size": 5}
    return go.Figure(
        data=[
            go.Scatter(
                y=size, mode="lines+markers", **line("grad", name="log10 of each lag's contribution", marker=dots)
            ),
            go.Scatter(
                x=[0, LONGEST],
                y=[round(np.log10(total), 3)] * 2,
                mode="lines",
                **line("neutral", name="log10 of the whole gradient", line={"color": COLOR["neutral"], "width": 4}),
            ),
        ],
        layout={
            "height": 340,
            "xaxis": {"title": {"text": "lag: steps before the loss"}, "range": [LONGEST + 1, -2],
                      "tickvals": [100, 80, 60, 40, 20, 0]},
            "yaxis": {"title": {"text": "size of ∂L/∂W<sub>h</sub>"}}
            | power_ticks(-DECADES, 4, 4) | {"range": [-DECADES, 6]},
            "shapes": [far],
            "annotations": [{"xanchor": "left", "showarrow": False} | note for note in notes],
            "meta": {
                "reading": f"{length} steps, radius {radius:g}: the training log shows norm {total:.2g}; {verdict}."
            },
        },
    )  # fmt: skip


@cache
def _curves(kind: str, eigenvalue: float, noise: float, activation: str) -> tuple[FloatArray, FloatArray]:
    """log10 of the gradient's norm and of the Jacobian's, every 2 steps from 0 to 100."""
    rng = np.random.default_rng(0)
    W_h = recurrent_matrix(kind, SIZE, eigenvalue, rng)
    inputs = noise * rng.standard_normal((LONGEST, SIZE))
    one = log_gradient_norms(W_h, LONGEST, activation, inputs)
    most = log_jacobian_norms(W_h, LONGEST, activation, inputs)
    return one[::2] / np.log(10), most[::2] / np.log(10)


def norms_by_kind(
    kind: str = "orthogonal", eigenvalue: float = 1.5, noise: float = 0.1, activation: str = "tanh"
) -> go.Figure:
    """One gradient on its way back over 100 steps, and the most that any gradient could become.

    The network is ``h_t = phi(W_h h_{t-1} + x_t)`` with 32 units and normal noise x_t. The loss sends a gradient of
    norm 1 into h_100, the same to every unit.

    Parameters
    ----------
    kind : {"orthogonal", "symmetric", "gaussian", "nonnormal", "identity"}
        As for `recurrent_matrix`; the shear of "nonnormal" is 5.
    eigenvalue : float
        Largest eigenvalue magnitude of W_h.
    noise : float
        Standard deviation of the inputs x_t.
    activation : {"identity", "tanh", "relu", "sigmoid"}

    Returns
    -------
    plotly.graph_objects.Figure
        Two traces against the step, every 2 steps: log10 of the norm of the gradient, and log10 of the largest
        singular value of the product of Jacobians.
    """
    one, most = _curves(kind, eigenvalue, 0.0 if activation == "identity" else noise, activation)
    steps = np.arange(0, LONGEST + 1, 2)
    alive = np.isfinite(most) & np.isfinite(one)  # what is exactly zero has no logarithm, and no point
    if not alive[0]:
        numbers, verdict = "", "no unit is ever active, so exactly nothing arrives at step 0"
    else:
        numbers = f"{power_of_ten(10 ** one[0])} of the gradient reaches step 0, at most {{}} of any: "
        numbers = numbers.format(power_of_ten(10 ** most[0]))
        high, low = max(one[0], most[0]), min(one[0], most[0])
        verdict = "it vanishes" if high < -2 else "it explodes" if low > 2 else "step 0 hears the error"
    upper, lower = _names(steps, one, most, alive)
    wide = {"color": COLOR["neutral"], "width": 2, "dash": "dash"}
    return go.Figure(
        data=[
            go.Scatter(x=steps[alive], y=np.round(values[alive], 1), mode="lines", **style)
            for values, style in (
                (most, line("neutral", name="log10 of the largest stretch", line=wide)),
                (one, line("grad", name="log10 of the gradient norm")),
            )
        ],
        layout={
            "height": 340,
            "xaxis": {"title": {"text": "step t"}, "range": [-1, LONGEST + 1]},
            "yaxis": {"title": {"text": "size, as a share of step 100"}} | power_ticks(-KIND_DECADES, KIND_DECADES, 8),
            "shapes": [level(0)],
            "annotations": [
                {"showarrow": False, "font": {"color": COLOR["neutral"]}} | upper,
                {"showarrow": False, "font": {"color": COLOR["grad"]}} | lower,
            ],
            "meta": {
                "reading": f"{kind.capitalize()} {eigenvalue:g}, {ACTIVATION_NAMES.get(activation, activation)}, "
                f"noise {noise:g}: {numbers}{verdict}."
            },
        },
    )


def _names(
    steps: NDArray[np.int_], one: FloatArray, most: FloatArray, alive: NDArray[np.bool_]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Place the names of the two curves of `norms_by_kind`: the upper one above, the lower one below."""
    upper: dict[str, Any] = {"text": "largest stretch"}
    lower: dict[str, Any] = {"text": "this gradient"}
    if not alive[0]:  # no curve to name
        return upper | {"x": 50, "y": 3, "text": "exactly 0"}, lower | {"x": 50, "y": 3, "text": ""}
    if np.abs(one[0]) <= KIND_DECADES - 2:  # the whole curve is in the frame: clear of its first 44 steps
        first = steps <= 44
        at_start = {"x": 0, "xanchor": "left", "xshift": 6}
        above, under = float(most[first].max()), float(one[first].min())
        above, under = (0.0 if -3 < above < 0 else above), (0.0 if 0 < under < 3 else under)  # clear of the line at 1
        return (
            upper | at_start | {"y": round(above, 1), "yanchor": "bottom"},
            lower | at_start | {"y": round(under, 1), "yanchor": "top"},
        )
    grows = one[0] > 0  # it leaves the frame: one name stands left of it, half-way up or down, the other right
    half = int(np.flatnonzero(np.abs(one) >= KIND_DECADES / 2)[-1])
    left = {"x": int(steps[half]), "xanchor": "right", "xshift": -12, "y": KIND_DECADES / 2 * (1 if grows else -1)}
    right = {"x": LONGEST, "xanchor": "right", "y": (KIND_DECADES - 3) * (1 if grows else -1)}
    return (upper | right, lower | left) if grows else (upper | left, lower | right)


def eigenvalue_powers(magnitude: float, angle: float) -> go.Figure:
    """Powers of one eigenvalue of a complex pair, lambda^k for k = 0 .. 40, with lambda = m e^(i a).

    For W_h = m [[cos a, -sin a], [sin a, cos a]], whose eigenvalues are m e^(i a) and m e^(-i a), the gradient
    (1, 0) has after k steps back the first component m^k cos(k a), the real part of lambda^k.

    Parameters
    ----------
    magnitude : float
        m = |lambda|, above 0.
    angle : float
        a, in degrees, 0 to 180.

    Returns
    -------
    plotly.graph_objects.Figure
        The powers in the complex plane with the unit circle, and below them their real part against k.
    """
    k = np.arange(POWERS + 1)
    power = (magnitude * np.exp(1j * np.radians(angle))) ** k
    real, imaginary = np.round(power.real, 2), np.round(power.imag, 2)
    inside = int((np.maximum(np.abs(real), np.abs(imaginary)) <= REACH).argmin()) or POWERS + 1
    shown, turn = slice(0, inside), np.linspace(0, 2 * np.pi, 73)

    if magnitude == 1:
        trend = "its size stays 1"
    else:
        steps = abs(np.log(2) / np.log(magnitude))
        trend = f"its size {'halves' if magnitude < 1 else 'doubles'} every {steps:.2g} steps"
    if angle == 0:
        turning = "it never changes sign"
    elif angle == 180:
        turning = "its sign flips at every step"
    else:
        turning = f"it turns once in {360 / angle:.3g} steps"
    labels = [
        {"x": 1, "y": 0, "text": "1", "xanchor": "left", "xshift": 6, "yshift": -12},
        {
            "x": real[1],
            "y": imaginary[1],
            "text": "λ",
            "xshift": round(14 * np.cos(np.radians(angle))),
            "yshift": round(8 + 8 * np.sin(np.radians(angle))),
        },
    ]
    return go.Figure(
        data=[
            go.Scatter(x=np.round(np.cos(turn), 3), y=np.round(np.sin(turn), 3), mode="lines", hoverinfo="skip",
                       **line("neutral", name="unit circle")),
            go.Scatter(x=real[shown], y=imaginary[shown], mode="lines+markers",
                       **line("grad", name="powers", line={"color": COLOR["grad"], "width": 1.5},
                              marker={"color": COLOR["grad"], "symbol": "circle", "size": 6})),
            go.Scatter(x=k[shown], y=real[shown], mode="lines+markers", xaxis="x2", yaxis="y2",
                       **line("grad", name="real part", line={"color": COLOR["grad"], "width": 1.5},
                              marker={"color": COLOR["grad"], "symbol": "circle", "size": 6})),
        ],
        layout={
            "height": 520,
            "xaxis": {"title": {"text": "real part"}, "range": [-REACH, REACH], "constrain": "domain", "dtick": 1},
            "yaxis": {"title": {"text": "imaginary part"}, "range": [-REACH, REACH], "domain": [0.4, 1],
                      "scaleanchor": "x", "constrain": "domain", "dtick": 1},
            "xaxis2": {"title": {"text": "steps back k"}, "range": [-1, POWERS + 1], "anchor": "y2"},
            "yaxis2": {"title": {"text": "Re λ<sup>k</sup>"}, "range": [-REACH, REACH], "domain": [0, 0.24],
                       "anchor": "x2", "dtick": 1},
            "shapes": [level(0) | {"yref": "y2", "xref": "x2 domain"}],
            "annotations": [{"showarrow": False, "font": {"color": COLOR["grad"]}} | label for label in labels],
            "meta": {"reading": f"Magnitude {magnitude:g}, angle {angle:g}°: {turning}, and {trend}; "
                     f"after {POWERS} steps it is {power_of_ten(magnitude**POWERS)}."},
        },
    )  # fmt: skip
