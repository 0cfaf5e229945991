"""The opening figure of chapter 6: how long a number the vector between encoder and decoder can hold."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice
from helpers.phrases import number_words
from helpers.style import COLOR, level

KINDS = {"plain": "one vector", "reversed": "one vector, reversed", "attention": "attention"}
LABELS = {  # what stands beside a curve, at how many per cent, and on which side: there the other curves are far away
    "plain": ("one vector", 12, "left"),
    "reversed": ("reversed", 60, "right"),
    "attention": ("attention", 88, "left"),
    "longer": ("trained<br>longer", 30, "right"),
}
EXAMPLE = "314159265358979"  # as many of these digits as are asked for
CHARACTERS = 44  # in a line of words, which a phone shows
SIX = 5  # where numbers of six digits stand


def bottleneck(record: Mapping[str, Any], model: str, H: int, others: bool = False) -> go.Figure:
    """How long a number can a network carry from words to digits? Exact match against the number of digits.

    Parameters
    ----------
    record : mapping
        ``helpers.records.load("seq2seq_bottleneck")``.
    model : {"plain", "reversed", "attention"}
        One vector between encoder and decoder, the same with the source reversed, or attention.
    H : int
        Units of encoder and decoder. Where a model was not trained with as many, the nearest width is drawn.
    others : bool
        Whether the other models of this width are drawn, too, in grey; and, where it was measured, the same model
        trained for longer.

    Returns
    -------
    plotly.graph_objects.Figure
        The median of five seeds, and a band from the worst of them to the best; above, in words, a number of as many
        digits as are right at least half of the time.

    Raises
    ------
    ValueError
        If the record has no such model.
    """
    curves = measured(record, check_choice("model", model, KINDS), H)
    width, each = curves[model]
    digits, trained = record["digits"], record["trained"]
    curve, worst, best = np.median(each, axis=0), each.min(axis=0), each.max(axis=0)
    holds = half_right(curve)
    grey = {  # none that stands in: another width would be another comparison
        name: np.median(found, axis=0)
        for name, (wide, found) in curves.items()
        if others and name != model and wide == H
    }
    words = " ".join(number_words(int(EXAMPLE[: max(holds, 1)])))
    plain: dict[str, Any] = {"showarrow": False, "xanchor": "left"}
    above = plain | {"x": 0, "xref": "paper", "xshift": -50, "y": 1, "yref": "paper", "yanchor": "top", "align": "left"}
    rest: dict[str, list[float | None]] = {"x": [], "y": []}
    for values in grey.values():
        rest["x"] += [*digits, None]
        rest["y"] += [*(round(float(value), 1) for value in values), None]
    shade, right = {"fillcolor": "rgba(123,130,139,.16)", "line": {"width": 0}}, digits[-1] + 0.4
    role = {name: "output" if name == model else "neutral" for name in LABELS}
    return go.Figure(
        data=[
            go.Scatter(x=digits + digits[::-1], y=np.round(np.concatenate([best, worst[::-1]]), 1), mode="lines",
                       fill="toself", line={"width": 0}, fillcolor="rgba(123,130,139,.3)", hoverinfo="skip",
                       name="worst to best of five seeds"),
            go.Scatter(**rest, mode="lines", name="other models", line={"color": COLOR["neutral"], "width": 2}),
            go.Scatter(x=digits, y=np.round(curve, 1), mode="lines+markers", name=KINDS[model], cliponaxis=False,
                       line={"color": COLOR["output"], "width": 3},
                       marker={"color": COLOR["output"], "symbol": "diamond", "size": 9}),
        ],
        layout={
            "height": 480,
            "xaxis": {"title": {"text": "digits of the number"}, "range": [0.6, right], "tickangle": 0,
                      "tickvals": [d for d in digits if d % 3 == 0 or d == 1]},
            "yaxis": {"title": {"text": "right in every digit, %"}, "range": [-3, 104], "domain": [0, 0.7],
                      "tickvals": [0, 25, 50, 75, 100]},
            "shapes": [
                shade | {"type": "rect", "x0": trained + 0.5, "x1": right, "y0": -3, "y1": 104, "layer": "below"},
                level(50),
            ],
            "annotations": [
                above | {"text": f"Half of them right up to {holds} digits, as in"},
                above | {"text": "<br>".join(textwrap.wrap(f"“{words}”", CHARACTERS)), "yshift": -22,
                         "font": {"color": COLOR["input"], "size": 14}},
                plain | {"x": (trained + 0.5 + right) / 2, "xanchor": "center", "y": 100, "yanchor": "top",
                         "text": "never<br>seen in<br>training", "font": {"size": 13}},
                *(plain | _beside(digits, grey.get(name, curve), name)
                  | {"text": _label(name, H, curves) if name == model or name in grey else "",
                     "font": {"color": COLOR[role[name]]}} for name in LABELS),
            ],
            "meta": {
                "reading": f"{KINDS[model].capitalize()}, {width} units: half of the numbers right up to {holds} "
                f"digits; 6 digits: {curve[SIX]:.0f} % right (worst seed {worst[SIX]:.0f} %), "
                f"{trained} digits: {curve[trained - 1]:.0f} %."
            },
        },
    )  # fmt: skip


def measured(record: Mapping[str, Any], kind: str, H: int) -> dict[str, tuple[int, FloatArray]]:
    """Curves of the models of a width, each with its H and, in per cent, one row for each seed.

    By kind; "longer" is `kind` itself, trained for longer, where the record has it.
    """
    if H not in {run["H"] for run in record["models"]}:
        raise ValueError(f"H: got {H!r}, wanted the width of a model of the record")
    found: dict[str, tuple[int, FloatArray]] = {}
    for name in KINDS:
        runs = [run for run in record["models"] if run["kind"] == name]
        width = min((run["H"] for run in runs), key=lambda wide: (abs(wide - H), wide))
        runs = sorted((run for run in runs if run["H"] == width), key=lambda run: run["updates"])
        found[name] = width, 100 * np.array(runs[0]["exact"]["each"])
        if name == kind and len(runs) > 1:
            found["longer"] = width, 100 * np.array(runs[-1]["exact"]["each"])
    return found


def half_right(curve: FloatArray) -> int:
    """Up to how many digits at least half of the numbers are right; the first length that falls short ends it."""
    below = np.flatnonzero(curve < 50)
    return int(below[0]) if len(below) else len(curve)


def _label(name: str, H: int, curves: Mapping[str, tuple[int, FloatArray]]) -> str:
    """What a curve is called; where its width is not the one asked for, with its own."""
    width = curves[name][0]
    return LABELS[name][0] + (f", {width}" if width != H else "")


def _beside(digits: list[int], curve: FloatArray, name: str) -> dict[str, Any]:
    """Where a name stands: beside the first place at which its curve falls below a height of its own."""
    _, height, side = LABELS[name]
    below = np.flatnonzero(curve < height)
    i = int(below[0]) if len(below) else len(curve) - 1
    share = (curve[i - 1] - height) / (curve[i - 1] - curve[i]) if i and len(below) else 0.0
    x = round(float(digits[max(i - 1, 0)] + share), 2)
    return {"x": x, "y": height} | ({"xanchor": "right", "xshift": -12} if side == "left" else {"xshift": 12})
