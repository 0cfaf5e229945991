"""Figures of chapter 4 on trained networks: the gates of an LSTM that reads, and four cells that learn to add."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.adding import SOLVED, AddingRun
from helpers.arrays import check_choice, check_count
from helpers.data import NAMES
from helpers.recording import Recording
from helpers.style import COLOR, DIVERGING, SEQUENTIAL, level, line, power_ticks, scale

QUANTITIES = {"f": "forget gate", "i": "input gate", "o": "output gate", "g": "candidate", "c": "cell", "h": "state"}
ROLES = {"f": "f", "i": "i", "o": "o", "g": "g", "c": "cell", "h": "forward"}
CELLS = {"gru": "GRU", "lstm": "LSTM", "relu": "ReLU", "tanh": "tanh"}
DOTS = 60  # of the fresh sequences, enough to see a line


def reading(texts: dict[str, tuple[list[str], Recording]], text: str, quantity: str, unit: int) -> go.Figure:
    """When does each unit write, keep and show: a quantity of all units at each word, and one unit by itself.

    Parameters
    ----------
    texts : dict of (words, Recording)
        By name; all of T words. The network's answers at question marks are names.
    text : str
        One of the names.
    quantity : {"f", "i", "o", "g", "c", "h"}
        The cell is drawn as tanh c, which is what the output gate lets through.
    unit : int
        Which row is drawn below, from 1.

    Returns
    -------
    plotly.graph_objects.Figure
        Above a heat map, unit by word; below the unit's line. Question marks carry the network's answer.

    Raises
    ------
    ValueError
        For an unknown text or quantity, or a unit that the network has not.
    """
    check_choice("quantity", quantity, tuple(QUANTITIES))
    words, seen = texts[check_choice("text", text, tuple(texts))]
    T, H = seen.h.shape
    if check_count("unit", unit) > H:
        raise ValueError(f"unit: got {unit}, wanted 1 to {H}")
    values = np.round(np.tanh(seen.c) if quantity == "c" else getattr(seen, quantity), 2).astype(float)
    row, role, signed = values[:, unit - 1], ROLES[quantity], quantity in "gch"
    colours = {"colorscale": scale(DIVERGING if signed else SEQUENTIAL), "zmin": -1 if signed else 0, "zmax": 1}
    answers = [f"? <b>{NAMES[y.argmax()]}</b>" if word == "?" else word for word, y in zip(words, seen.y, strict=True)]
    name, extreme = QUANTITIES[quantity], int(np.abs(row).argmax() if signed else row.argmin())
    axis: dict[str, Any] = {"range": [0.5, T + 0.5], "tickvals": list(range(1, T + 1)), "showline": False, "ticks": ""}
    return go.Figure(
        data=[
            go.Heatmap(x0=1, dx=1, y0=1, dy=1, z=values.T, name=name, showscale=True, xgap=1, ygap=1, **colours,
                       colorbar={"thickness": 10, "outlinewidth": 0, "len": 0.5, "y": 1, "yanchor": "top"}),
            go.Scatter(x=[0.5], y=[unit], mode="markers", name="this unit", cliponaxis=False, hoverinfo="skip",
                       marker={"symbol": "triangle-right", "size": 12, "color": COLOR[role]}),
            go.Scatter(x=list(range(1, T + 1)), y=row, mode="lines+markers", xaxis="x", yaxis="y2",
                       **line(role, name=f"{name} of unit {unit}")),
        ],
        layout={
            "height": 560,
            "xaxis": axis | {"anchor": "y2", "ticktext": answers, "tickangle": -90, "tickfont": {"size": 12}},
            "yaxis": {"domain": [0.47, 1], "range": [H + 0.5, 0.5], "tickvals": [1, *range(4, H + 1, 4)],
                      "title": {"text": "unit"}, "showgrid": False, "ticks": "", "ticklabelstandoff": 8},
            "yaxis2": {"domain": [0, 0.37], "range": [-1.05 if signed else -0.05, 1.05],
                       "tickvals": [-1, 0, 1] if signed else [0, 0.5, 1]},
            "shapes": [level(0) | {"yref": "y2", "xref": "x domain"}],
            "annotations": [
                {"text": f"{name} of unit {unit}" + (", as tanh c" if quantity == "c" else ""), "x": 1, "xref": "x",
                 "xanchor": "left", "y": 0.42, "yref": "paper", "yanchor": "middle", "showarrow": False,
                 "font": {"color": COLOR[role]}},
            ],
            "meta": {
                "reading": f"{name.capitalize()} of unit {unit}: {'furthest from 0' if signed else 'lowest'} at word "
                f"{extreme + 1}, “{words[extreme]}”, {row[extreme]:.2f}. Mean of all {H} units there: "
                f"{values[extreme].mean():.2f}; over the text: {values.mean():.2f}."
            },
        },
    )  # fmt: skip


def adding(runs: dict[str, AddingRun], cell: str, updates: int) -> go.Figure:
    """Which cell learns to add two numbers far apart, and when: error so far against update, and the answers now.

    Parameters
    ----------
    runs : dict of helpers.adding.AddingRun
        By kind of cell, all on the same fresh sequences.
    cell : {"gru", "lstm", "relu", "tanh"}
        Whose answers are shown.
    updates : int
        After how many updates; beyond the end of a run, at its end. What comes later is not drawn.

    Returns
    -------
    plotly.graph_objects.Figure
        Above log10 of the mean squared error of every cell up to then; below the answer against the right sum.

    Raises
    ------
    ValueError
        For a cell that has no run, or a negative number of updates.
    """
    run = runs[check_choice("cell", cell, tuple(runs))]
    if updates != 0:
        check_count("updates", updates)
    at = int(np.searchsorted(run.updates, updates, side="right")) - 1
    done, error = int(run.updates[at]), float(run.errors[at])
    last = max(int(r.updates[-1]) for r in runs.values())
    top = 0.15 + max(float(np.log10(r.errors.max())) for r in runs.values())
    seen = {kind: int((r.updates <= updates).sum()) for kind, r in runs.items()}
    # Runs that still go on lie on top of each other: of those, only the chosen one is named.
    named = {kind: seen[kind] - 1 for kind, r in runs.items() if kind == cell or r.updates[-1] <= updates}
    state = "solved" if error < SOLVED else "always answering 1 has 0.167"
    ends = [
        {"x": int(runs[kind].updates[now]), "y": float(np.log10(runs[kind].errors[now])), "xref": "x", "yref": "y",
         "showarrow": False, "text": CELLS[kind], "yshift": -16 if runs[kind].errors[now] < SOLVED else 18,
         "xanchor": "right" if runs[kind].updates[now] > 0.9 * last else "center" if now > 2 else "left",
         "font": {"color": COLOR["output" if kind == cell else "neutral"]}}
        for kind, now in named.items()
    ]  # fmt: skip
    plain = {"color": COLOR["neutral"]}
    return go.Figure(
        data=[
            *(
                go.Scatter(x=r.updates[: seen[kind]], y=np.round(np.log10(r.errors[: seen[kind]]), 3), mode="lines",
                           name=CELLS[kind],
                           line={"color": COLOR["output" if kind == cell else "neutral"], "dash": "solid",
                                 "width": 3 if kind == cell else 1.5})
                for kind, r in runs.items()
            ),
            go.Scatter(x=[done], y=[round(float(np.log10(error)), 3)], mode="markers", name="this moment",
                       cliponaxis=False, marker={"color": COLOR["output"], "symbol": "diamond-open", "size": 16,
                                                 "line": {"width": 3}}),
            go.Scatter(x=np.round(run.sums[:DOTS], 2), y=np.round(run.answers[at][:DOTS], 2).astype(float),
                       mode="markers", xaxis="x2", yaxis="y2",
                       **line("output", name="answers", marker={"color": COLOR["output"], "symbol": "diamond",
                                                                "size": 6})),
            go.Scatter(x=[0, 2], y=[0, 2], mode="lines", xaxis="x2", yaxis="y2", hoverinfo="skip",
                       **line("neutral", name="right answers")),
        ],
        layout={
            "height": 560,
            "xaxis": {"title": {"text": "updates"}, "range": [-0.02 * last, 1.02 * last], "anchor": "y"},
            "yaxis": {"title": {"text": "mean squared error"}, "domain": [0.6, 1]} | power_ticks(-2, 1, 1)
            | {"range": [-3, round(top, 2)]},
            "xaxis2": {"title": {"text": "right sum"}, "range": [-0.05, 2.05], "tickvals": [0, 0.5, 1, 1.5, 2],
                       "anchor": "y2"},
            "yaxis2": {"title": {"text": "answer"}, "domain": [0, 0.4], "range": [-0.6, 2.6], "tickvals": [0, 1, 2]},
            "shapes": [level(round(float(np.log10(e)), 3)) | {"xref": "x domain", "yref": "y"}
                       for e in (1 / 6, SOLVED)],
            "annotations": [
                *ends,
                {"x": 0.02, "xref": "x domain", "xanchor": "left", "y": -2.8, "yref": "y",
                 "text": "dotted: always 1 (0.167), solved (0.01)", "showarrow": False, "font": plain},
            ],
            "meta": {
                "reading": f"{CELLS[cell]} after {done} updates: mean squared error {error:.3f}, {state}. Its answers "
                f"lie between {run.answers[at].min():.2f} and {run.answers[at].max():.2f}.".replace("-", "−")
            },
        },
    )  # fmt: skip
