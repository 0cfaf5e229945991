"""Attention by hand: five keys in a plane, a query that turns, and the context between them."""

from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray
from helpers.attention import dot_attention
from helpers.style import COLOR, LINE

WORDS = ("may", "the", "fourth", "nineteen", "ten")
KEYS = np.array([[0.25, 1.0], [-0.1, 0.15], [-1.05, -0.1], [-0.15, -0.95], [1.0, -0.45]])
"""One for each word, and its value, too. “the” lies between the others: no query scores it highest."""
HULL = [0, 2, 3, 4, 0]
BESIDE = ("top center", "bottom right", "middle left", "bottom center", "bottom right")  # where its word stands
TURN = 5  # degrees between two points of the context's path
SIDE = 40.0  # of the square for weight 1, in pixels


def attended(degrees: ArrayLike, scale: float) -> tuple[FloatArray, FloatArray]:
    """Weights (5, n) and contexts (n, 2) of n queries of length 1 at these angles, scores ``scale * q . k_s``."""
    around = np.radians(np.asarray(degrees, float))
    queries = np.sqrt(2) * scale * np.stack([np.cos(around), np.sin(around)], axis=-1)  # it divides by sqrt(2) again
    places = np.repeat(KEYS[:, None], len(queries), axis=1)
    contexts, weights, _ = dot_attention(queries, places, places)
    return weights, contexts


@cache
def _path(scale: float) -> FloatArray:
    """Contexts (n, 2) of queries all around, the first again at the end."""
    return np.round(attended(np.arange(0, 360 + TURN, TURN), scale)[1], 3)


def attend(angle: float, scale: float) -> go.Figure:
    """Where can a context lie, and what does scaling the scores do? Attention over five places in a plane.

    ``e_s = scale * q . k_s``, ``a = softmax(e)``, ``context = sum over s of a_s v_s``, with a query of length 1 and
    values equal to the keys.

    Parameters
    ----------
    angle : float
        Of the query, in degrees.
    scale : float
        What the scores are multiplied by, 0 or more. The dot product of two vectors of d independent numbers of
        mean 0 and variance 1 has standard deviation sqrt(d); divided by sqrt(d), it is back at 1.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the keys, their area being the weight, within their hull; the query; the context, and dotted its path
        as the query turns. Below the weights.

    Raises
    ------
    ValueError
        If the scale is negative, or a number is not finite.
    """
    if not np.isfinite(angle):
        raise ValueError(f"angle: got {angle!r}, wanted a finite number")
    if not 0 <= scale < np.inf:
        raise ValueError(f"scale: got {scale!r}, wanted a finite number of at least 0")
    weights, context = (found.ravel() for found in attended([angle], scale))
    query = np.round([np.cos(np.radians(angle)), np.sin(np.radians(angle))], 3)
    loop, most = _path(float(scale)), int(weights.argmax())
    told = f"Query at {angle:g}°, scores times {scale:g}: "
    if scale == 0:
        told += f"every word has weight {weights[0]:.2f}, and the context is the mean of the values"
    else:
        a = float(weights[most])
        told += f"“{WORDS[most]}” has weight {a:.2f}; nudge its score, "
        told += f"and the weight moves by a(1 − a) = {a * (1 - a):.2g} of that"
    ticks = [f"{word}<br>{score:.1f}".replace("-0.0", "0.0").replace("-", "−")
             for word, score in zip(WORDS, scale * KEYS @ query, strict=True)]  # fmt: skip
    bare = {"showgrid": False, "showline": False, "ticks": "", "showticklabels": False, "constrain": "domain"}
    label = {"showarrow": False, "xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": 1, "yanchor": "top"}
    return go.Figure(
        data=[
            go.Scatter(x=KEYS[HULL, 0], y=KEYS[HULL, 1], mode="lines", name="hull of the values", hoverinfo="skip",
                       fill="toself", fillcolor="rgba(123,130,139,.12)", line={"color": LINE, "width": 1}),
            go.Scatter(x=loop[:, 0], y=loop[:, 1], mode="lines", name="path of the context", hoverinfo="skip",
                       line={"color": COLOR["forward"], "width": 1.5, "dash": "dot"}),
            go.Scatter(x=KEYS[:, 0], y=KEYS[:, 1], mode="markers+text", name="keys and values", cliponaxis=False,
                       text=list(WORDS), textposition=list(BESIDE), textfont={"color": COLOR["input"], "size": 15},
                       marker={"color": COLOR["input"], "symbol": "square", "opacity": 1, "line": {"width": 0},
                               "size": np.round(np.maximum(SIDE * np.sqrt(weights), 3), 1)}),
            go.Scatter(x=[0, query[0]], y=[0, query[1]], mode="lines+markers", name="query", cliponaxis=False,
                       line={"color": COLOR["output"], "width": 2.5, "dash": "dash"},
                       marker={"color": COLOR["output"], "size": [0, 14], "symbol": "arrow", "angleref": "previous",
                               "opacity": 1, "line": {"width": 0}}),
            go.Scatter(x=np.round(context[:1], 3), y=np.round(context[1:], 3), mode="markers", name="context",
                       cliponaxis=False, marker={"color": COLOR["forward"], "symbol": "circle", "size": 15}),
            go.Bar(x=list(range(len(WORDS))), y=np.round(weights, 3), name="weight", xaxis="x2", yaxis="y2", width=0.6,
                   marker={"color": COLOR["input"]}, text=[f"{a:.2f}" for a in weights], textposition="outside",
                   textangle=0, cliponaxis=False, textfont={"size": 13}),
        ],
        layout={
            "height": 520,
            "xaxis": bare | {"range": [-1.8, 1.8], "anchor": "y"},
            "yaxis": bare | {"range": [-1.35, 1.35], "domain": [0.38, 1], "scaleanchor": "x"},
            "xaxis2": {"title": {"text": "word, its score below"}, "range": [-0.5, 4.5], "anchor": "y2", "tickangle": 0,
                       "tickvals": list(range(len(WORDS))), "tickfont": {"size": 13}, "ticktext": ticks},
            "yaxis2": {"title": {"text": "weight"}, "domain": [0, 0.24], "range": [0, 1.25], "tickvals": [0, 0.5, 1],
                       "anchor": "x2"},
            "annotations": [
                label | {"text": "● context", "font": {"color": COLOR["forward"]}},
                label | {"text": "┅ query", "yshift": -20, "font": {"color": COLOR["output"]}},
                label | {"text": "■ keys, by weight", "yshift": -40, "font": {"color": COLOR["input"]}},
            ],
            "meta": {"reading": f"{told}."},
        },
    )  # fmt: skip
