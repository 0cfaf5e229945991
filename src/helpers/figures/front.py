"""The figure of the front page: one unit that listens once."""

import numpy as np
import plotly.graph_objects as go

from helpers.style import line

STEPS = 30


def memory(feedback_weight: float) -> go.Figure:
    """State of one unit after a single input: ``h_t = tanh(w h_{t-1} + x_t)``, for x_1 = 1.5 and 0.3.

    Parameters
    ----------
    feedback_weight : float
        w.

    Returns
    -------
    plotly.graph_objects.Figure
        One trace for each input.
    """
    steps = np.arange(STEPS + 1)
    traces, labels = [], []
    ends = []
    for size, mark, shift in ((1.5, "circle", 10), (0.3, "circle-open", -38)):
        h = np.zeros(STEPS + 1)
        for t in steps[1:]:
            h[t] = np.tanh(feedback_weight * h[t - 1] + size * (t == 1))
        ends.append(h[-1])
        style = line("forward", name=f"state after x1 = {size}")
        style["marker"]["symbol"] = mark
        traces.append(go.Scatter(x=steps, y=np.round(h, 3), mode="lines+markers", **style))
        text = {"text": f"x<sub>1</sub> = {size}", "showarrow": False, "xanchor": "left"}
        labels.append(text | {"x": 1, "y": round(h[1], 3), "xshift": 10, "yshift": shift})
    large, small = ends
    if large < 0.03:
        reading = f"w = {feedback_weight:g}: at step {STEPS} both states are below 0.03. The network has forgotten."
    elif large - small < 0.02:
        reading = (
            f"w = {feedback_weight:g}: the state stays at {large:.2f} for both inputs. "
            "The network knows that something came, not how big it was."
        )
    else:
        reading = (
            f"w = {feedback_weight:g}: at step {STEPS} the states are {large:.2f} and {small:.2f}. A trace is left."
        )
    return go.Figure(
        data=traces,
        layout={
            "height": 290,
            "xaxis": {"title": {"text": "step t"}, "range": [0, STEPS + 0.5]},
            "yaxis": {"title": {"text": "state h<sub>t</sub>"}, "range": [-0.03, 1.05]},
            "annotations": labels,
            "meta": {"reading": reading},
        },
    )
