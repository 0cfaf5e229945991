"""Figure of chapter 2 on what the gradient costs: stored bytes, counted, and seconds, measured."""

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.costs import stored_states
from helpers.style import COLOR, line

BATCH, UNITS, BYTES = 16, 64, 8
LENGTHS = [100, 200, 400, 800, 1600, 3200]
# Seconds of experiments/02_cost.json (a test compares), on the processor named there.
SECONDS: dict[str, list[float]] = {
    "full": [0.0027, 0.0050, 0.0097, 0.0165, 0.0321, 0.0683],
    "chunks of 25": [0.0025, 0.0051, 0.0076, 0.0149, 0.0300, 0.0598],
    "chunks of 100": [0.0026, 0.0035, 0.0068, 0.0137, 0.0274, 0.0553],
    "checkpointed": [0.0033, 0.0058, 0.0115, 0.0212, 0.0417, 0.0806],
}
ROLES = {"full": "grad", "checkpointed": "forward", "chunks": "neutral"}
WAYS = {"full": "everything stored", "checkpointed": "checkpoints", "chunks": "chunks"}


def bytes_stored(way: str, length: int, chunk: int) -> int:
    """Bytes of the states that are held at one time: 16 sequences, 64 units, float64."""
    segments = {"full": 1, "checkpointed": round(length**0.5)}
    states = min(chunk, length) + 1 if way == "chunks" else stored_states(length, segments[way])
    return states * BATCH * UNITS * BYTES


def cost(length: int, chunk: int) -> go.Figure:
    """What a longer sequence costs: stored states and time against T, for three ways to a gradient.

    Forward and backward pass of a tanh network of 64 units, 16 sequences at once, float64, one thread.

    Parameters
    ----------
    length : int
        T, one of the measured: 100, 200, 400, ..., 3200.
    chunk : int
        Steps in a chunk: 25 or 100.

    Returns
    -------
    plotly.graph_objects.Figure
        Above log10 of the bytes, counted by formula; below log10 of the seconds, measured. Both axes are logarithmic:
        what doubles with T rises with slope one.
    """
    at, place = LENGTHS.index(length), np.round(np.log2(np.array(LENGTHS) / 100), 3)
    drawn, notes = [], []
    dashes = {"full": "solid", "checkpointed": "solid", "chunks": "dash"}
    stored = {way: [bytes_stored(way, T, chunk) for T in LENGTHS] for way in ROLES}
    seconds = {way: SECONDS[f"chunks of {chunk}" if way == "chunks" else way] for way in ROLES}
    for way, role in ROLES.items():
        style = line(role) | {"line": {"color": COLOR[role], "width": 2.5, "dash": dashes[way]}}
        marker = {"color": COLOR[role], "symbol": "circle", "opacity": 1, "line": {"width": 0}}
        for axes, values, unit in (("", stored, "bytes"), ("2", seconds, "seconds")):
            y = np.round(np.log10(values[way]), 2)
            both: dict[str, Any] = {"xaxis": f"x{axes}", "yaxis": f"y{axes}", "cliponaxis": False}
            style |= {"marker": marker | {"size": 5}, "name": f"log10 of {unit}, {WAYS[way]}"}
            drawn.append(go.Scatter(x=place, y=y, mode="lines+markers", **both, **style))
            chosen = {"marker": marker | {"size": 13}, "name": f"log10 of {unit}, {WAYS[way]}, T = {length}"}
            drawn.append(go.Scatter(x=[place[at]], y=[y[at]], mode="markers", **both, **chosen))
        text = "chunks of " + str(chunk) if way == "chunks" else WAYS[way]
        notes.append(
            {"x": place[-1], "y": round(math.log10(stored[way][-1]), 2), "xanchor": "right", "yanchor": "bottom",
             "yshift": 7, "xshift": 8, "text": text, "showarrow": False, "font": {"color": COLOR[role]}}
        )  # fmt: skip
    notes[0] |= {"xshift": -52, "yshift": -6}  # the line rises steeply: its name stands left of it
    if chunk == 100:  # on the right it meets the checkpoints
        notes[2] |= {"x": 0, "xanchor": "left", "xshift": -6, "yanchor": "top", "yshift": -5}
    ticks = {"range": [-0.2, 5.3], "tickvals": place.tolist()}
    full, saved, cut = (stored[way][at] / 1e6 for way in ROLES)
    return go.Figure(
        data=drawn,
        layout={
            "height": 460,
            "xaxis": ticks | {"anchor": "y", "ticktext": [""] * 6},
            "yaxis": {"domain": [0.5, 1], "range": [5, 7.7], "tickvals": [5, 6, 7], "ticktext": ["0.1", "1", "10"],
                      "title": {"text": "stored states, MB"}},
            "xaxis2": ticks | {"anchor": "y2", "ticktext": [str(T) for T in LENGTHS], "title": {"text": "steps T"}},
            "yaxis2": {"domain": [0, 0.42], "range": [-3, -0.9], "tickvals": [-3, -2, -1],
                       "ticktext": ["1", "10", "100"], "title": {"text": "measured, ms"}},
            "annotations": notes,
            "meta": {
                "reading": f"T = {length}: {full:.2g} MB of states if all are stored, {saved:.2g} with checkpoints, "
                f"{cut:.2g} with chunks of {chunk}; measured {1000 * seconds['full'][at]:.2g}, "
                f"{1000 * seconds['checkpointed'][at]:.2g} and {1000 * seconds['chunks'][at]:.2g} ms."
            },
        },
    )  # fmt: skip
