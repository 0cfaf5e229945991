"""Figure of chapter 8: which recurrences can keep track of one bit, and for how long."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_choice
from helpers.style import COLOR, level

LABELS = {
    "positive": "factors above 0",
    "positive, hidden layer": "factors above 0, hidden layer",
    "minGRU": "minGRU",
    "signed": "factors between −1 and 1",
    "clipped": "factors from −1 to 1",
    "tanh": "tanh RNN",
    "LSTM": "LSTM",
}


def parity(record: Mapping[str, Any], model: str, longest: int, others: bool = False) -> go.Figure:
    """Can it tell an odd number of ones from an even one? Accuracy against length, in training and far beyond.

    Parameters
    ----------
    record : mapping
        ``helpers.records.load("linear_recurrence_parity")``.
    model : str
        A key of ``record["parity"]``.
    longest : int
        Trained on sequences of up to so many bits, 16 or 40.
    others : bool
        Whether the other models are drawn, too, in grey.

    Returns
    -------
    plotly.graph_objects.Figure
        The median of five seeds, and a band from the worst to the best.

    Raises
    ------
    ValueError
        If the record has no such model, or none trained on such lengths.
    """
    models, lengths = record["parity"], record["lengths"]
    runs = models[check_choice("model", model, models)]
    if str(longest) not in runs:
        raise ValueError(f"longest: got {longest!r}, wanted one of {', '.join(runs)}")
    row = runs[str(longest)]
    at, end = np.round(np.log2(lengths), 3), float(np.log2(lengths[-1])) + 0.15
    median, worst, best = (100 * np.array(row[name]) for name in ("median", "worst", "best"))
    rest: dict[str, list[float | None]] = {"x": [], "y": []}
    for name, other in models.items():
        if others and name != model:
            rest["x"] += [*at, None]
            rest["y"] += [*np.round(100 * np.array(other[str(longest)]["median"]), 1), None]
    right, ticks = int(row["right up to"]), [2**n for n in range(10)]
    held = f"all but never wrong up to length <b>{right}</b>" if right else "wrong from the first bit on"
    held += ", the longest" if right == lengths[-1] else ""
    edge = float(np.log2(longest))
    here, far = lengths.index(longest), len(lengths) - 1
    text: dict[str, Any] = {"showarrow": False, "xanchor": "left", "yref": "paper"}
    return go.Figure(
        data=[
            go.Scatter(x=[*at, *at[::-1]], y=np.round(np.concatenate([best, worst[::-1]]), 1), mode="lines",
                       fill="toself", line={"width": 0}, fillcolor="rgba(123,130,139,.3)", hoverinfo="skip",
                       name="worst to best of five seeds"),
            go.Scatter(**rest, mode="lines", name="other models", line={"color": COLOR["neutral"], "width": 1.5}),
            go.Scatter(x=at, y=np.round(median, 1), mode="lines+markers", name=LABELS.get(model, model),
                       text=[f"length {n}" for n in lengths], cliponaxis=False,
                       line={"color": COLOR["output"], "width": 3},
                       marker={"color": COLOR["output"], "symbol": "diamond", "size": 6}),
        ],
        layout={
            "height": 400,
            "margin": {"l": 8, "r": 12, "t": 52, "b": 8},
            "xaxis": {"title": {"text": "length of the sequence"}, "range": [-0.15, end], "tickangle": 0,
                      "tickvals": list(range(10)), "ticktext": [str(n) for n in ticks]},
            "yaxis": {"title": {"text": "right, %"}, "range": [0, 104], "tickvals": [0, 25, 50, 75, 100]},
            "shapes": [
                {"type": "rect", "x0": edge, "x1": end, "y0": 0, "y1": 104, "layer": "below", "line": {"width": 0},
                 "fillcolor": "rgba(123,130,139,.16)"},
                level(50),
            ],
            "annotations": [
                text | {"x": 0, "xref": "paper", "y": 1, "yanchor": "bottom", "yshift": 26,
                        "text": LABELS.get(model, model), "font": {"color": COLOR["output"]}},
                text | {"x": 0, "xref": "paper", "y": 1, "yanchor": "bottom", "yshift": 4, "text": held},
                text | {"x": end, "xanchor": "right", "y": 0.02, "yanchor": "bottom",
                        "text": "never seen<br>in training", "align": "right", "font": {"size": 13}},
                text | {"x": 0, "y": 50, "yref": "y", "yanchor": "top", "text": "guessing", "font": {"size": 13}},
            ],
            "meta": {
                "reading": f"{LABELS.get(model, model)}, trained up to {longest}: right up to length {right}; "
                f"at {longest}, {median[here]:.0f} % (worst seed {worst[here]:.0f} %), "
                f"at {lengths[far]}, {median[far]:.0f} %."
            },
        },
    )  # fmt: skip
