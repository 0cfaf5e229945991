"""Figure of chapter 7 on attention over an image: where the decoder looked before each word."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_count
from helpers.figures.captioning.drawing import (
    beside,
    frame,
    in_lines,
    nearest,
    numbered,
    phrase,
    picture,
    shade,
    verdict,
)
from helpers.scenes import SHAPES, SIDE, coverage
from helpers.style import COLOR

LONGEST = 13  # words of a caption, END among them
FULL = 0.25  # attention on a place that is wholly lit


def on_objects(objects: Sequence[dict[str, Any]], maps: FloatArray) -> FloatArray:
    """How much of the attention lies on each object: on the places of which it covers at least one pixel.

    Parameters
    ----------
    objects : sequence of K dict
        Of a record, see `helpers.records`.
    maps : array (T, side, side)

    Returns
    -------
    array (T, K)
    """
    shapes = np.array([SHAPES.index(thing["shape"]) for thing in objects])
    centers = np.array([(thing["x"], thing["y"]) for thing in objects])
    radii, angles = (np.array([thing[key] for thing in objects]) for key in ("radius", "angle"))
    side = maps.shape[-1]
    pixels = coverage(shapes, centers, radii, angles).reshape(len(objects), side, SIDE // side, side, SIDE // side)
    shares: FloatArray = np.einsum("tij,kij->tk", maps, pixels.max((2, 4)) > 0.5)
    return shares


def looking(record: dict[str, Any], other: dict[str, Any], scene: int, misleading: bool, word: int) -> go.Figure:
    """Where did it look before it wrote this word? Attention over the image, word by word.

    Parameters
    ----------
    record, other : dict
        "captioning_scenes" and "captioning_misleading", see `helpers.records`.
    scene : int
        Which of the scenes, from 0.
    misleading : bool
        Whether the caption and the maps are those of the seed whose maps point worst.
    word : int
        Up to which word, from 1; END is the last. Beyond it, the last.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the scene, dark where the decoder does not look, and the caption so far. Below how much of the attention
        lay, at each word so far, on the object that is named first (up) and on the other (down).

    Raises
    ------
    ValueError
        For an unknown scene, or a word below 1.
    """
    shown = numbered(record, scene)
    if misleading:
        words, rows = (other["scenes"][scene][key] for key in ("words", "map"))
    else:
        words = shown["told"]["attention"]["beam 1"][0]["words"]
        rows = shown["maps"][" ".join(words)]
    maps = np.array(rows, float).reshape(len(rows), record["grid"], record["grid"]) / 1000
    at = min(check_count("word", word), len(maps)) - 1
    truth, marks = nearest(words, shown["references"])
    things = sorted(shown["objects"], key=lambda thing: truth.find(phrase(thing)))
    shares = on_objects(things, maps)
    x, ticks = list(range(1, at + 2)), [*words, "END"][: at + 1]
    worth = verdict(words, shown["references"], marks) if at == len(words) else ""
    both, ground = frame([0, 0.47], [0.55, 1])
    attention, over = shade(np.round(maps[at], 3), FULL, "3", both)
    label = {"xref": "paper", "x": 1, "xanchor": "right", "yref": "y2", "showarrow": False}
    return go.Figure(
        data=[
            *picture(shown["objects"]),
            attention,
            *(
                go.Bar(x=x, y=np.round(sign * shares[: at + 1, k], 3), xaxis="x2", yaxis="y2", width=0.7,
                       name=phrase(things[k]), marker={"color": COLOR["forward"]}, hoverinfo="skip")
                for k, sign in ((0, 1), (1, -1))
            ),
        ],
        layout={
            "height": 520,
            "margin": {"l": 8, "r": 12, "t": 12, "b": 72},
            **both,
            **over,
            "xaxis2": {"range": [-1.3, LONGEST + 0.6], "tickvals": x, "tickangle": -90, "ticks": "", "anchor": "y2",
                       "ticktext": [*ticks[:-1], f"<b>{ticks[-1]}</b>"], "automargin": False, "showline": False},
            "yaxis2": {"range": [-1.45, 1.45], "domain": [0, 0.42], "tickvals": [-1, 0, 1], "ticks": "",
                       "ticktext": ["100 %", "0", "100 %"], "ticklabelposition": "inside top", "showline": False,
                       "tickfont": {"color": COLOR["neutral"]}},
            "barmode": "overlay",
            "shapes": [ground],
            "annotations": [
                beside(f"<b>{in_lines(words, marks, 3, at + 1)}</b><br>{worth}")
                | {"font": {"size": 16, "color": COLOR["output"]}},
                *(label | {"y": sign * 1.25, "text": f"on the {phrase(thing)}"}
                  for thing, sign in zip(things, (1, -1), strict=True)),
            ],
            "meta": {
                "reading": f"Before word {at + 1}, “{ticks[-1]}”: {100 * shares[at, 0]:.0f} % of the attention on the "
                f"{phrase(things[0])}, {100 * shares[at, 1]:.0f} % on the {phrase(things[1])}."
            },
        },
    )  # fmt: skip
