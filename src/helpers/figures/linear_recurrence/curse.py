"""Figure of chapter 8 on the curse of memory: how narrow the valley is in which an eigenvalue must be found."""

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice
from helpers.linear_recurrence import PARAMETRISATIONS, parameter_sensitivity, state_variance
from helpers.linear_recurrence.checks import check_radius
from helpers.style import COLOR, power_of_ten

FURTHEST = 1.0  # the parameter is moved by up to so much either way
NAMES = {
    "eigenvalue": "the radius itself",
    "normalised": "the radius, input normalised",
    "exponential": "ν, normalised: the LRU",
    "angle": "log of the angle, normalised",
}
STEP = 0.01  # about what one update of Adam moves a parameter by, with this rate
ANGLE = 1.0  # where the angle stands that is moved
TOP = 2.1  # 2 is the loss of a normalised output that has nothing to do with the right one
ENOUGH = 0.1


def landscape(parametrisation: str, radius: FloatArray, right: float, turned: FloatArray | float = 0.0) -> FloatArray:
    """Compute the loss of an eigenvalue that should be another one: a share of the output's mean square.

    Under white noise the states of two eigenvalues have in the long run the mean product ``1 / (1 - l conj(m))``, so
    with outputs g h the mean square of their difference is ``g_l^2/(1-|l|^2) + g_m^2/(1-|m|^2)
    - 2 g_l g_m Re 1/(1 - l conj(m))``, here over that of the right one. For "eigenvalue" g is 1, else sqrt(1 - r^2).

    Parameters
    ----------
    parametrisation : str
        One of `helpers.linear_recurrence.PARAMETRISATIONS`.
    radius : array
        |l|, below 1.
    right : float
        |m|.
    turned : array or float
        The angle between the two, in radians.

    Returns
    -------
    array
        0 where they are the same; 2 means a normalised output that has nothing to do with the right one.
    """
    own, wanted, joint = 1 - radius**2, 1 - right**2, radius * right
    # Re 1 / (1 - joint exp(i turned)), with 1 - cos as 2 sin^2, which keeps its digits where both are nearly 1
    bent = 2 * joint * np.sin(np.asarray(turned) / 2) ** 2
    common = (1 - joint + bent) / ((1 - joint) ** 2 + 2 * bent)
    if parametrisation == "eigenvalue":
        loss = wanted / own + 1 - 2 * wanted * common
    else:
        loss = 2 - 2 * np.sqrt(own * wanted) * common
    return np.asarray(np.maximum(loss, 0.0))  # rounding may leave less than nothing


def moved(parametrisation: str, right: float, offsets: FloatArray) -> FloatArray:
    """The loss where the parameter is off by so much; nan where the eigenvalue would leave 0 <= r < 1."""
    if parametrisation == "angle":
        return landscape(parametrisation, np.array(right), right, ANGLE * np.expm1(offsets))
    radius = right ** np.exp(offsets) if parametrisation == "exponential" else right + offsets
    radius = np.where((radius >= 0) & (radius < 1), radius, np.nan)
    return landscape(parametrisation, radius, right)


def _edge(parametrisation: str, right: float, sign: int) -> float:
    """How far the parameter may be moved to one side, at most 1, before the loss first exceeds a tenth."""
    offsets = sign * np.geomspace(1e-6, FURTHEST, 4001)
    above = np.flatnonzero(~(moved(parametrisation, right, offsets) <= ENOUGH))  # outside the circle counts, too
    return float(offsets[above[0] - 1] if len(above) else offsets[-1])


def curse(radius: float, parametrisation: str) -> go.Figure:
    """How far off may a parameter be? The loss around the right value, for memories of different length.

    Parameters
    ----------
    radius : float
        Of the eigenvalue to be found, above 0 and below 1.
    parametrisation : {"eigenvalue", "normalised", "exponential", "angle"}
        What is moved, as for `helpers.linear_recurrence.parameter_sensitivity`.

    Returns
    -------
    plotly.graph_objects.Figure
        The loss against the offset of the parameter, and the range within which it stays below a tenth.

    Raises
    ------
    ValueError
        For a radius outside 0 to 1, or an unknown parametrisation.
    """
    right = float(check_radius("radius", radius))
    if not right:
        raise ValueError(f"radius: got {radius}, wanted above 0")
    check_choice("parametrisation", parametrisation, PARAMETRISATIONS)
    near = np.geomspace(1e-5, FURTHEST, 61)
    offsets = np.unique(np.concatenate([-near, [0.0, -right], near]))
    losses = moved(parametrisation, right, offsets)
    low, high = (_edge(parametrisation, right, sign) for sign in (-1, 1))
    inside = np.isfinite(losses)
    x, y = np.round(offsets[inside], 5), np.round(np.minimum(losses[inside], TOP), 3)  # beyond the frame, along its top
    spread = float(np.sqrt(parameter_sensitivity(right, parametrisation, ANGLE)))
    size = float(np.sqrt(state_variance(right))) if parametrisation == "eigenvalue" else 1.0
    room = f"−{-low:.2g} to +{high:.2g}"
    return go.Figure(
        data=[
            go.Scatter(x=[round(low, 5), round(high, 5)], y=[ENOUGH, ENOUGH], mode="lines",
                       name="less than a tenth is wrong",
                       line={"color": COLOR["forward"], "width": 9}, hoverinfo="skip"),
            go.Scatter(x=x, y=y, mode="lines", name="loss", line={"color": COLOR["output"], "width": 2.5}),
        ],
        layout={
            "height": 380,
            "xaxis": {"title": {"text": "how far the parameter is off"}, "range": [-FURTHEST * 1.03, FURTHEST * 1.03],
                      "tickvals": [-1, -0.5, 0, 0.5, 1], "ticktext": ["−1", "−0.5", "right", "+0.5", "+1"]},
            "yaxis": {"title": {"text": "loss, share of the output"}, "range": [-0.05, 2.75],
                      "tickvals": [0, 0.5, 1, 1.5, 2]},
            "annotations": [
                {"x": 0, "xref": "paper", "xanchor": "left", "y": y_, "yref": "paper", "yanchor": "top",
                 "showarrow": False, "text": text, "font": {"color": COLOR[role]}}
                for y_, text, role in ((1, f"moved: {NAMES[parametrisation]}", "neutral"),
                                       (0.92, f"loss below 0.1: {room}", "forward"))
            ],
            "meta": {"reading": f"Radius {right:g}, moved: {NAMES[parametrisation]}. Loss below 0.1 from {room}; "
                     f"a step of {STEP:g} changes a state of size {size:.2g} by {power_of_ten(STEP * spread)}."},
        },
    )  # fmt: skip
