"""Figure of chapter 8: what one layer costs as the sequence grows, in training and for the next token."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_choice
from helpers.style import COLOR, power_of_ten, power_ticks

WHAT = {
    "forward, ms": "reading T steps, milliseconds",
    "training, ms": "reading and the way back, milliseconds",
    "training, MB": "kept for the way back, megabytes",
    "next token, ms": "one more step, milliseconds",
    "next token, MB": "kept for the next step, megabytes",
}
STYLES = {
    "attention, matrix": ("output", "dot", "attention, T×T"),
    "attention, fused": ("output", "solid", "attention"),
    "LSTM": ("cell", "solid", "LSTM"),
    "linear, loop": ("forward", "dot", "linear, loop"),
    "linear, scan": ("forward", "solid", "linear, scan"),
}
ALONE = {"attention, fused": "attention", "LSTM": "LSTM", "linear, scan": "linear"}  # all there are for the next token
LOW, HIGH = -3.6, 3.6
APART = 1.05  # decades between two labels


def cost(record: Mapping[str, Any], what: str, T: int) -> go.Figure:
    """What does a longer sequence cost? Time and memory of one layer against T, for four ways to read it.

    Parameters
    ----------
    record : mapping
        ``helpers.records.load("linear_recurrence_cost")``.
    what : str
        A key of `WHAT`.
    T : int
        One of ``record["lengths"]``, at which the numbers are written out.

    Returns
    -------
    plotly.graph_objects.Figure
        log10 against log2 T, one line for each layer.

    Raises
    ------
    ValueError
        If there is no such cost, or nothing was measured at this T.
    """
    lengths, at = record["lengths"], np.log2(record["lengths"])
    check_choice("what", what, WHAT)
    if T not in lengths:
        raise ValueError(f"T: got {T!r}, wanted one of {', '.join(map(str, lengths))}")
    here = lengths.index(T)
    alone = what.startswith("next token")
    unit = what[-2:]
    lines: list[go.Scatter] = []
    marks: list[tuple[float, float, str]] = []
    labels: list[tuple[float, str, str]] = []
    for name, (role, dash, label) in STYLES.items():
        if alone and name not in ALONE:
            continue
        values = [None if v is None else round(float(np.log10(v)), 3) for v in record["layers"][name][what]]
        lines.append(go.Scatter(x=at, y=values, mode="lines", name=ALONE.get(name, label) if alone else label,
                                line={"color": COLOR[role], "dash": dash, "width": 2.5}))  # fmt: skip
        found, height = record["layers"][name][what][here], values[here]
        if height is not None:
            marks.append((float(at[here]), height, role))
        end = next(v for v in values[::-1] if v is not None)
        number = "not measured" if found is None else f"{power_of_ten(found)} {unit}"
        labels.append((end, role, f"{ALONE.get(name, label) if alone else label}<br><b>{number}</b>"))
    labels.sort(key=lambda label: (label[0], label[2]))
    places = _apart([label[0] for label in labels])
    while len(lines) < len(STYLES):
        lines.append(go.Scatter(x=[], y=[], mode="lines"))
    linear, lstm, fused = (record["layers"][name][what][here] for name in ("linear, scan", "LSTM", "attention, fused"))
    return go.Figure(
        data=[
            *lines,
            go.Scatter(x=[m[0] for m in marks], y=[m[1] for m in marks], mode="markers", name=f"T = {T}",
                       marker={"color": [COLOR[m[2]] for m in marks], "size": 10}),
        ],
        layout={
            "height": 440,
            "margin": {"l": 8, "r": 12, "t": 30, "b": 8},
            "xaxis": {"title": {"text": "steps T"}, "range": [5.7, 18], "tickangle": 0,
                      "tickvals": [6, 8, 10, 12], "ticktext": ["64", "256", "1,024", "4,096"]},
            "yaxis": {"title": {"text": unit}} | power_ticks(-3, 3, 1) | {"range": [LOW, HIGH]},
            "annotations": [
                {"x": 13.4, "y": y, "xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False,
                 "text": text, "font": {"color": COLOR[role], "size": 13}}
                for y, (_, role, text) in zip(places, labels, strict=True)
            ] + [
                {"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom",
                 "showarrow": False, "text": WHAT[what]},
            ],
            "meta": {
                "reading": f"T = {T}, {WHAT[what]}: linear {power_of_ten(linear)}, LSTM {power_of_ten(lstm)}, "
                f"attention {power_of_ten(fused)}, {power_of_ten(fused / linear)} times the first."
            },
        },
    )  # fmt: skip


def _apart(heights: list[float]) -> list[float]:
    """Move labels, given from low to high, so far that none covers another, the lower ones down first."""
    y = list(heights)
    for _ in range(100):
        for i in range(len(y) - 1):
            missing = APART - (y[i + 1] - y[i])
            if missing > 0:
                y[i], y[i + 1] = y[i] - missing / 2, y[i + 1] + missing / 2
    up = max(LOW + APART / 2 - y[0], 0.0) - max(y[-1] - HIGH + APART / 2, 0.0)
    return [round(v + up, 2) for v in y]
