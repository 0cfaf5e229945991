"""Figure of chapter 5: what four trained readers know of a noun, by the distance of the word that decides."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_choice
from helpers.readers import DISTANCES, FARTHEST, Tagger, best_accuracy
from helpers.style import COLOR

NAMES = {"forward": "Forward", "backward": "Backward", "both": "Both directions", "delayed": "Four words later"}


def distance(taggers: Sequence[Tagger], reader: str, updates: int) -> go.Figure:
    """Where must the deciding word stand for a reader to know the tag? Accuracy by its signed distance.

    Parameters
    ----------
    taggers : sequence of helpers.readers.Tagger
        One for each reader.
    reader : {"forward", "backward", "both", "delayed"}
    updates : int
        One of the moments of training.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars for the accuracy; a line where theory puts the most that this reader can know (1 or 1/2).

    Raises
    ------
    ValueError
        If there is no such reader among the taggers, or it was not looked at after so many updates.
    """
    trained = {tagger.reader: tagger for tagger in taggers}
    moments = {moment.updates: moment for moment in trained[check_choice("reader", reader, trained)].moments}
    if updates not in moments:
        raise ValueError(f"updates: got {updates!r}, wanted one of {', '.join(map(str, moments))}")
    found, best = np.round(moments[updates].accuracy, 3), best_accuracy(reader)
    left, right = found[:FARTHEST].mean(), found[FARTHEST + 1 :].mean()
    short = best - found > 0.1
    if not short.any():
        verdict = "as much as it can know"
    else:
        verdict = f"{int(short.sum())} of {len(DISTANCES)} bars below what it can know"
    ticks = [d for d in DISTANCES if d % 2 == 0]
    plain = {"showarrow": False, "yref": "paper", "font": {"color": COLOR["neutral"]}}
    return go.Figure(
        data=[
            go.Bar(x=DISTANCES, y=found, name="accuracy", marker={"color": COLOR["output"]}, width=0.7),
            go.Scatter(
                x=DISTANCES, y=best, mode="lines", name="the most it can know", line={
                    "shape": "hvh", "color": COLOR["neutral"], "width": 2.5, "dash": "dot"}, hoverinfo="skip",
            ),
        ],
        layout={
            "height": 400,
            "xaxis": {"title": {"text": "distance of the deciding word, in words"}, "range": [-8.7, 8.7],
                      "tickvals": ticks, "ticktext": [str(abs(d)) for d in ticks], "tickangle": 0},
            "yaxis": {"title": {"text": "accuracy of the tag"}, "range": [0, 1.3],
                      "tickvals": [0, 0.25, 0.5, 0.75, 1]},
            "annotations": [
                plain | {"x": -8.5, "xanchor": "left", "y": 1, "yanchor": "top", "text": "← to the left"},
                plain | {"x": 8.5, "xanchor": "right", "y": 1, "yanchor": "top", "text": "to the right →"},
                plain | {"x": -8.5, "xanchor": "left", "yref": "y", "y": 1.01, "yanchor": "bottom",
                         "text": "dotted: the most it can know"},
                plain | {"x": 0, "y": 1, "yanchor": "top", "text": "itself"},
            ],
            "meta": {
                "reading": f"{NAMES[reader]}, {updates} updates: {100 * left:.0f} % right where the left decides, "
                f"{100 * right:.0f} % where the right does; {verdict}."
            },
        },
    )  # fmt: skip
