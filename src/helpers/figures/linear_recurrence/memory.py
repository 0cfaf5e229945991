"""Figure of chapter 8: what one eigenvalue remembers, and for how long."""

import numpy as np
import plotly.graph_objects as go

from helpers.gates import half_life
from helpers.linear_recurrence import eigenvalue_response
from helpers.style import COLOR, line

STEPS = 100  # drawn after the input
CIRCLE = np.round(np.exp(2j * np.pi * np.arange(49) / 48), 3)


def memory(radius: float, angle: float) -> go.Figure:
    """How long, and in what form, does one eigenvalue remember? What is left of one input, by the steps since.

    Parameters
    ----------
    radius : float
        |lambda|, 0 or more and below 1.
    angle : float
        Of lambda, in degrees.

    Returns
    -------
    plotly.graph_objects.Figure
        Above, the eigenvalue in the complex plane; below, the real part of lambda^k for k = 0 .. 100, between
        +radius^k and -radius^k.

    Raises
    ------
    ValueError
        For a radius at or above 1 or below 0, or an angle that is not finite.
    """
    response = eigenvalue_response(radius, np.deg2rad(angle), STEPS + 1)
    k, bound, left = np.arange(STEPS + 1), np.abs(response), response.real
    coarse = k[::4]
    half = float(half_life(radius)) if radius else 0.0
    eigenvalue, turn = response[1], angle % 360
    if turn == 0:
        form, told = "it only fades", "it only fades"
    elif turn == 180:
        form, told = "its sign changes<br>at every step", "its sign changes at every step"
    else:
        told = f"it turns round once in {360 / min(turn, 360 - turn):.3g} steps"
        form = told.replace(" once", "<br>once")
    beside = {"xref": "paper", "yref": "paper", "x": 0.46, "xanchor": "left", "yanchor": "top", "showarrow": False,
              "align": "left"}  # fmt: skip
    edge = {"color": COLOR["neutral"], "width": 1.5, "dash": "dot"}
    return go.Figure(
        data=[
            go.Scatter(x=CIRCLE.real, y=CIRCLE.imag, mode="lines", xaxis="x2", yaxis="y2", hoverinfo="skip",
                       line={"color": COLOR["neutral"], "width": 1.5}, name="unit circle"),
            go.Scatter(x=[0, round(eigenvalue.real, 3)], y=[0, round(eigenvalue.imag, 3)], mode="lines+markers",
                       xaxis="x2", yaxis="y2", name="eigenvalue",
                       line={"color": COLOR["forward"], "width": 2},
                       marker={"color": COLOR["forward"], "size": [0, 11], "line": {"width": 0}}),
            go.Scatter(x=coarse, y=np.round(bound[::4], 3), mode="lines", line=edge, name="radius^k", hoverinfo="skip"),
            go.Scatter(x=coarse, y=np.round(-bound[::4], 3), mode="lines", line=edge, name="−radius^k",
                       hoverinfo="skip"),
            go.Scatter(x=k, y=np.round(left, 3), mode="lines", **line("forward", name="what is left")),
            go.Scatter(x=[half] if half <= STEPS else [], y=[0.5] if half <= STEPS else [], mode="markers",
                       name="half", marker={"color": COLOR["forward"], "size": 11, "symbol": "circle-open",
                                            "line": {"width": 2.5}}),
        ],
        layout={
            "height": 460,
            "xaxis": {"title": {"text": "steps since the input"}, "range": [-2, STEPS + 2], "anchor": "y"},
            "yaxis": {"title": {"text": "what is left of it"}, "range": [-1.08, 1.08], "domain": [0, 0.6],
                      "tickvals": [-1, -0.5, 0, 0.5, 1], "zeroline": True, "zerolinecolor": COLOR["neutral"]},
            "xaxis2": {"range": [-1.15, 1.15], "domain": [0, 0.42], "anchor": "y2", "visible": False},
            "yaxis2": {"range": [-1.15, 1.15], "domain": [0.66, 1], "anchor": "x2", "visible": False,
                       "scaleanchor": "x2", "constrain": "domain"},
            "annotations": [
                beside | {"y": 1, "text": f"half is left after<br><b>{_steps(half)}</b>",
                          "font": {"color": COLOR["forward"]}},
                beside | {"y": 0.84, "text": form},
            ],
            "meta": {"reading": f"Radius {radius:g}, angle {angle:g}°: half is left after {_steps(half)}, "
                     f"{100 * bound[-1]:.2g} % after {STEPS}; {told}."},
        },
    )  # fmt: skip


def _steps(half: float) -> str:
    """Steps, in digits that mean something."""
    return f"{half:.0f} steps" if half >= 10 else f"{half:.1f} steps"
