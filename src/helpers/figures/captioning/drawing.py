"""A scene as filled outlines, and captions as text whose wrong words are struck through."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice
from helpers.captioning.evaluation import slots
from helpers.scenes import COLORS, SHAPES, SIDE

GROUND, DARK, LIT = "#dcdcdc", "rgba(13,16,22,.74)", "rgba(13,16,22,0)"
_TURN = np.linspace(0, 2 * np.pi, 60, endpoint=False)
_LONG, _THIN = 0.985, 0.335  # of a cross: half its length and half a bar's width
OUTLINES = {
    "circle": np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1),
    "square": 0.855 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]),
    "triangle": 0.52 * np.array([(0, -2), (3**0.5, 1), (-(3**0.5), 1)]),
    "cross": np.array([(-_THIN, -_LONG), (_THIN, -_LONG), (_THIN, -_THIN), (_LONG, -_THIN), (_LONG, _THIN),
                       (_THIN, _THIN), (_THIN, _LONG), (-_THIN, _LONG), (-_THIN, _THIN), (-_LONG, _THIN),
                       (-_LONG, -_THIN), (-_THIN, -_THIN)]),
}  # fmt: skip
"""Corners at radius 1 around 0, y down; their inside is what `helpers.scenes.coverage` covers."""


def named(record: dict[str, Any]) -> dict[str, int]:
    """Name the scenes for a drop-down: unseen ones first, and of those, what Show and Tell gets wrong and is surest of.

    Parameters
    ----------
    record : dict
        "captioning_scenes", see `helpers.records`.

    Returns
    -------
    dict
        Name to place in the record, such as "red triangle, blue cross (new pair)": at least one of its objects is of a
        colour and shape that no training scene of two objects puts together.
    """

    def place(pair: tuple[int, dict[str, Any]]) -> tuple[bool, bool, float]:
        shown = pair[1]
        sure = shown["told"]["show and tell"]["beam 1"][0]["log_probability"]
        return shown["split"] == "seen", shown["what"] != "only attention right", -sure

    listed = sorted(enumerate(record["scenes"]), key=place)
    names: dict[str, int] = {}
    for i, shown in listed:
        name = ", ".join(f"{thing['color']} {thing['shape']}" for thing in shown["objects"])
        name += " (new pair)" if shown["split"] == "unseen" else ""
        names[name if name not in names else f"{name}, {i}"] = i
    return names


def numbered(record: dict[str, Any], scene: int) -> dict[str, Any]:
    """Scene of this number, or ValueError."""
    last = len(record["scenes"]) - 1
    if isinstance(scene, bool) or scene not in range(last + 1):
        raise ValueError(f"scene: got {scene!r}, wanted 0 to {last}")
    found: dict[str, Any] = record["scenes"][scene]
    return found


def phrase(thing: dict[str, Any]) -> str:
    """What an object is called: "large red circle"."""
    return f"{thing['size']} {thing['color']} {thing['shape']}"


def outline(thing: dict[str, Any]) -> FloatArray:
    """Corners of an object of a record, in pixels from the upper left: (n + 1, 2), the last again the first.

    Raises
    ------
    ValueError
        If there is no such shape.
    """
    corners = OUTLINES[check_choice("shape", thing["shape"], SHAPES)]
    c, s = np.cos(thing["angle"]), np.sin(thing["angle"])
    turned: FloatArray = np.array([thing["x"], thing["y"]]) + thing["radius"] * corners @ np.array([[c, s], [-s, c]])
    return np.concatenate([turned, turned[:1]])


def picture(objects: Sequence[dict[str, Any]], axes: str = "") -> list[go.Scatter]:
    """Traces that draw a scene's objects on the axes x and y of this number."""
    traces = []
    for thing in objects:
        corners = np.round(outline(thing), 2)
        rgb = ",".join(f"{255 * part:.0f}" for part in COLORS[thing["color"]])
        traces.append(
            go.Scatter(x=corners[:, 0], y=corners[:, 1], mode="lines", fill="toself", fillcolor=f"rgb({rgb})",
                       line={"width": 0}, hoverinfo="skip", xaxis=f"x{axes}", yaxis=f"y{axes}", name=phrase(thing))
        )  # fmt: skip
    return traces


def frame(x: list[float], y: list[float], axes: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """Make two axes for a picture in this part of the sheet, equal, from the top, without ticks; and its ground."""
    bare = {"showgrid": False, "showline": False, "ticks": "", "showticklabels": False, "constrain": "domain"}
    both = {
        f"xaxis{axes}": bare | {"range": [0, SIDE], "domain": x, "anchor": f"y{axes}", "constraintoward": "left"},
        f"yaxis{axes}": bare | {"range": [SIDE, 0], "domain": y, "anchor": f"x{axes}", "scaleanchor": f"x{axes}"},
    }
    ground = {"type": "rect", "layer": "below", "xref": f"x{axes}", "yref": f"y{axes}", "x0": 0, "x1": SIDE, "y0": 0,
              "y1": SIDE, "fillcolor": GROUND, "line": {"width": 0}}  # fmt: skip
    return both, ground


def shade(grid: FloatArray, full: float, axes: str, under: dict[str, Any]) -> tuple[go.Heatmap, dict[str, Any]]:
    """A map that darkens the picture on x and y where it is 0, and leaves it lit where it is `full` or more.

    It needs axes of its own, of number `axes`, over those of the picture: plotly draws a heat map below all that
    shares its axes.
    """
    cell = SIDE / len(grid)
    trace = go.Heatmap(
        z=grid, x0=cell / 2, dx=cell, y0=cell / 2, dy=cell, zmin=0, zmax=full, colorscale=[[0, DARK], [1, LIT]],
        showscale=False, name="map", xaxis=f"x{axes}", yaxis=f"y{axes}",
    )  # fmt: skip
    down = {key: value for key, value in under["yaxis"].items() if key != "scaleanchor"}  # it comes with `matches`
    return trace, {
        f"xaxis{axes}": under["xaxis"] | {"overlaying": "x", "matches": "x", "anchor": f"y{axes}"},
        f"yaxis{axes}": down | {"overlaying": "y", "matches": "y", "anchor": f"x{axes}"},
    }


def beside(text: str, axes: str = "") -> dict[str, Any]:
    """An annotation to the right of a picture."""
    return {"x": SIDE, "y": SIDE / 2, "xref": f"x{axes}", "yref": f"y{axes}", "xshift": 14, "xanchor": "left",
            "align": "left", "showarrow": False, "text": text}  # fmt: skip


def nearest(words: Sequence[str], references: Sequence[str]) -> tuple[str, list[bool]]:
    """Which reference a caption comes nearest to, and for each word of the caption whether it has no place in it."""

    def missed(truth: str) -> list[bool]:
        found = [True] * len(words)
        for block in SequenceMatcher(None, list(words), truth.split(), autojunk=False).get_matching_blocks():
            found[block.a : block.a + block.size] = [False] * block.size
        return found

    return min(((truth, missed(truth)) for truth in references), key=lambda pair: sum(pair[1]))


def in_lines(words: Sequence[str], marked: Sequence[bool], count: int, upto: int | None = None) -> str:
    """Words as text of plotly, in `count` lines of which the longest is as short as can be; marked ones struck through.

    Of three lines the relation gets one of its own, if the caption has the form of two objects and a relation. With
    `upto` only so many words are shown, where they stand in the whole, the last of them underlined.
    """
    if count == 3 and slots(words):
        cuts: tuple[int, ...] = (4, len(words) - 4)
    else:
        places = combinations(range(1, len(words)), max(min(count, len(words)) - 1, 0))
        cuts = min(places, key=lambda at: max(len(" ".join(words[a:b])) for a, b in pairwise((0, *at, len(words)))))
    shown = [f"<s>{word}</s>" if wrong else word for word, wrong in zip(words, marked, strict=True)]
    if upto is not None:
        shown[upto - 1 :] = [f"<u>{word}</u>" for word in shown[upto - 1 : upto]]
    return "<br>".join(" ".join(shown[a:b]) for a, b in pairwise((0, *cuts, len(words))))


def verdict(words: Sequence[str], references: Sequence[str], marked: Sequence[bool]) -> str:
    """Say what a caption is worth: true, so many words wrong, or no sentence of the form."""
    if " ".join(words) in references:
        return "✓ true"
    if slots(words) is None:
        return "✗ no sentence"
    return f"✗ {sum(marked)} word{'' if sum(marked) == 1 else 's'} wrong"
