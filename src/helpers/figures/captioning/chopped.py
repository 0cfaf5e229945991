"""Figure of chapter 7 on the frozen CNN: what the layer that was chopped off would say of each place."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_choice
from helpers.figures.captioning.drawing import beside, frame, numbered, phrase, picture, shade
from helpers.style import COLOR

FULL = 6.0  # score of a place that is wholly lit


def chopped(record: dict[str, Any], scores: dict[str, Any], scene: int, word: str) -> go.Figure:
    """What does the frozen grid know, and where? The CNN's last layer, asked at each of the 8 x 8 places.

    Parameters
    ----------
    record, scores : dict
        "captioning_scenes" and "captioning_chopped", see `helpers.records`.
    scene : int
        Which of the scenes, from 0.
    word : str
        One of the 12 that the layer was trained to say.

    Returns
    -------
    plotly.graph_objects.Figure
        The scene, lit where the word scores high, and the largest score of each of the 12 words.

    Raises
    ------
    ValueError
        For an unknown scene or word.
    """
    objects, words = numbered(record, scene)["objects"], scores["words"]
    chosen = words.index(check_choice("word", word, tuple(words)))
    maps = np.array(scores["scenes"][scene]) / 10
    grid = maps[chosen].reshape(record["grid"], record["grid"])
    best, top = maps.max(axis=1), np.max(scores["scenes"]) / 10
    there = {part for thing in objects for part in phrase(thing).split()}
    row, column = np.unravel_index(grid.argmax(), grid.shape)
    both, ground = frame([0, 0.47], [0.56, 1])
    overlay, over = shade(np.round(grid, 1), FULL, "3", both)
    kinds = [[i for i, name in enumerate(words) if (name in there) is wanted] for wanted in (True, False)]
    return go.Figure(
        data=[
            *picture(objects),
            overlay,
            *(
                go.Bar(x=which, y=[round(float(best[i]), 1) for i in which], xaxis="x2", yaxis="y2", width=0.7,
                       name=name, hoverinfo="skip",
                       marker={"color": fill, "line": {"color": COLOR["forward"], "width": 1.5}})
                for which, name, fill in zip(kinds, ("in the scene", "not there"), (COLOR["forward"], "rgba(0,0,0,0)"),
                                             strict=True)
            ),
        ],
        layout={
            "height": 480,
            "margin": {"l": 8, "r": 12, "t": 12, "b": 76},
            **both,
            **over,
            "xaxis2": {"range": [-0.6, len(words) - 0.4], "tickvals": list(range(len(words))), "tickangle": -90,
                       "ticktext": [f"<b>{name}</b>" if name == word else name for name in words], "ticks": "",
                       "anchor": "y2", "automargin": False},
            "yaxis2": {"title": {"text": "largest score"}, "range": [0, round(1.05 * top, 1)], "domain": [0, 0.4],
                       "tickvals": [0, 5, 10]},
            "shapes": [ground],
            "annotations": [
                beside(f"<b>{word}</b><br>scores {best[chosen]:.1f}<br>where it is lit most")
                | {"font": {"size": 16, "color": COLOR["forward"]}},
                {"x": 1, "xref": "paper", "xanchor": "right", "y": 0.42, "yref": "paper", "yanchor": "bottom",
                 "showarrow": False, "text": "■ in the scene   □ not there"},
            ],
            "meta": {
                "reading": f"“{word}” scores highest, {best[chosen]:.1f}, in row {row + 1}, column {column + 1} of 8. "
                f"The scene shows a {phrase(objects[0])} and a {phrase(objects[1])}."
            },
        },
    )  # fmt: skip
