"""Figure of chapter 7 on what the decoders say of a scene: a caption, those it was weighed against, how sure it is."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_choice
from helpers.figures.captioning.drawing import beside, frame, in_lines, nearest, numbered, picture, verdict
from helpers.style import COLOR

DECODERS = {"show and tell": "Show and Tell", "attention": "Soft attention"}
SEARCHES = {
    "beam 1": "greedy", "beam 2": "beam of 2", "beam 3": "beam of 3", "beam 5": "beam of 5",
    "temperature 0.5": "drawn at temperature 0.5", "temperature 1": "drawn at temperature 1",
    "temperature 2": "drawn at temperature 2",
}  # fmt: skip
ROWS = 5


def scene(record: dict[str, Any], scene: int, decoder: str, search: str) -> go.Figure:
    """What does a decoder say of a scene, and what else did it weigh? Captions with their probabilities.

    Parameters
    ----------
    record : dict
        "captioning_scenes", see `helpers.records`.
    scene : int
        Which of its scenes, from 0; `named` gives them names.
    decoder : {"show and tell", "attention"}
    search : str
        How words are chosen, a key of `SEARCHES`.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the scene and the first caption, wrong words struck through. Below up to five captions with their
        probabilities, the bars of true ones filled: what the beam holds at the end, highest mean log-probability of a
        word first; or what was drawn, in that order.

    Raises
    ------
    ValueError
        For an unknown scene, decoder or search.
    """
    shown = numbered(record, scene)
    told = shown["told"][check_choice("decoder", decoder, tuple(DECODERS))]
    found = told[check_choice("search", search, tuple(SEARCHES))][:ROWS]
    true = shown["references"]
    marks = [nearest(one["words"], true)[1] for one in found]
    p = [float(np.exp(one["log_probability"])) for one in found]
    rows = list(range(1, len(found) + 1))
    labels = [f"{'✓' if one['true'] else '✗'} {percent(share)}  ({one['score']:.2f})".replace("-", "−")
              for one, share in zip(found, p, strict=True)]  # fmt: skip
    worth = verdict(found[0]["words"], true, marks[0])
    both, ground = frame([0, 0.47], [0.62, 1])

    def bars(wanted: bool, fill: str) -> go.Bar:
        which = [i for i, one in enumerate(found) if one["true"] is wanted]
        return go.Bar(
            x=[round(p[i], 4) for i in which], y=[i + 1.2 for i in which], orientation="h", xaxis="x3", yaxis="y2",
            name="true" if wanted else "wrong", width=0.3, cliponaxis=False,
            marker={"color": fill, "line": {"color": COLOR["output"], "width": 1.5}},
        )  # fmt: skip

    text = {"mode": "text", "x": [0] * len(rows), "yaxis": "y2", "textposition": "middle right",
            "textfont": {"size": 13}, "hoverinfo": "skip", "cliponaxis": False}  # fmt: skip
    return go.Figure(
        data=[
            *picture(shown["objects"]),
            go.Scatter(y=rows, xaxis="x2", name="captions", **text,
                       text=[in_lines(one["words"], mark, 2) for one, mark in zip(found, marks, strict=True)]),
            bars(True, COLOR["output"]),
            bars(False, "rgba(0,0,0,0)"),
            go.Scatter(y=[round(row - 0.18, 2) for row in rows], xaxis="x3", name="how sure", text=labels, **text),
        ],
        layout={
            "height": 540,
            **both,
            "xaxis2": {"range": [0, 1], "domain": [0, 0.57], "anchor": "y2", "showticklabels": False, "ticks": "",
                       "showline": False},
            "xaxis3": {"title": {"text": "probability<br>(mean log p of a word)", "font": {"size": 14}},
                       "showgrid": True, "range": [0, 1], "domain": [0.6, 1], "anchor": "y2", "tickvals": [0, 0.5, 1],
                       "ticktext": ["0", "50 %", "100 %"]},
            "yaxis2": {"range": [ROWS + 0.5, 0.5], "domain": [0, 0.56], "anchor": "x3", "showticklabels": False,
                       "ticks": "", "showgrid": False},
            "barmode": "overlay",
            "shapes": [ground],
            "annotations": [
                beside(f"<b>{in_lines(found[0]['words'], marks[0], 3)}</b><br>{worth}")
                | {"font": {"size": 16, "color": COLOR["output"]}},
            ],
            "meta": {
                "reading": f"{DECODERS[decoder]}, {SEARCHES[search]}: “{found[0]['text']}”, {worth[2:]}, "
                f"probability {percent(p[0])}."
            },
        },
    )  # fmt: skip


def percent(share: float) -> str:
    """A probability in percent, or as a power of ten if it is very small."""
    if share < 1e-4:
        power = str(round(np.log10(max(share, 1e-300)))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"10{power}"
    return f"{100 * share:.{2 if share < 0.995 else 3}g} %"
