"""Where a decoder with attention looks while it writes: its weights on the words, symbol by symbol."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_count
from helpers.style import COLOR, SEQUENTIAL, scale

END = "<END>"


def names(record: Mapping[str, Any]) -> dict[str, int]:
    """Give each example of a record its sentence as a name, for the drop-down: ``{sentence: place}``."""
    return {" ".join(example["words"][:-1]): i for i, example in enumerate(record["examples"])}


def pick(examples: Sequence[Mapping[str, Any]], example: int) -> Mapping[str, Any]:
    """An example by its place, from 0; ValueError if there is none."""
    if isinstance(example, bool) or not 0 <= example < len(examples):
        raise ValueError(f"example: got {example!r}, wanted 0 to {len(examples) - 1}")
    return examples[example]


def alignment(record: Mapping[str, Any], example: int, step: int) -> go.Figure:
    """What does the decoder look at while it writes each symbol? Attention weights, words by symbols.

    Parameters
    ----------
    record : mapping
        ``helpers.records.load("seq2seq_alignment")``.
    example : int
        Which of its sentences, from 0.
    step : int
        How many symbols are written, from 1; beyond the END, all of them.

    Returns
    -------
    plotly.graph_objects.Figure
        Left a heat map, a column for each symbol written so far; a dot where a word alone decides the symbol. Right
        the weights of the last column as bars.

    Raises
    ------
    ValueError
        If there is no such example, or the step is not at least 1.
    """
    chosen, most = pick(record["examples"], example), record["examples"]
    longest, most_words = (max(len(one[key]) for one in most) for key in ("output", "words"))
    words, output = chosen["words"], chosen["output"]
    T, S = len(output), len(words)
    t = min(check_count("step", step), T)
    weights = np.round(chosen["weights"], 2)
    written = [[float(a) if column < t else None for column, a in enumerate(row)] for row in weights.T]
    right = _right(chosen)  # behind a mistake, the words that decide the right answer's symbols are others
    places = [(column + 1, s + 1) for column in range(min(t, right)) for s in chosen["deciding"][column]]
    right = output[:t] == chosen["right"][:t]
    ticks = ["■" if symbol == END else symbol for symbol in output[:t]]
    shown = ["end" if word == END else word for word in words]
    rows = {"tickvals": list(range(1, S + 1)), "showgrid": False, "showline": False, "ticks": ""}
    now = {"color": COLOR["output"], "width": 2}
    return go.Figure(
        data=[
            go.Heatmap(x0=1, dx=1, y0=1, dy=1, z=written, zmin=0, zmax=1, colorscale=scale(SEQUENTIAL), xgap=1, ygap=1,
                       name="weight", showscale=False, hovertemplate="%{y}: %{z}<extra></extra>"),
            go.Scatter(x=[x for x, _ in places], y=[y for _, y in places], mode="markers", name="the deciding word",
                       marker={"symbol": "circle", "size": 10, "color": COLOR["input"],
                               "line": {"width": 2, "color": SEQUENTIAL[0]}}),
            go.Bar(x=weights[t - 1], y=list(range(1, S + 1)), orientation="h", xaxis="x2", width=0.75,
                   name="weights now", marker={"color": COLOR["forward"]}),
        ],
        layout={
            "height": 480,
            "xaxis": {"title": {"text": "symbols written"}, "side": "top", "range": [0.4, longest + 0.6],
                      "domain": [0, 0.68], "tickvals": list(range(1, t + 1)), "ticktext": ticks, "tickangle": 0,
                      "ticks": "", "showline": False, "tickfont": {"color": COLOR["output"], "size": 16}},
            "yaxis": rows | {"range": [most_words + 1.6, 0.5], "ticktext": shown, "tickfont": {"size": 14}},
            "xaxis2": {"title": {"text": "weight now"}, "side": "top", "range": [0, 1.02], "domain": [0.74, 1],
                       "tickvals": [0, 1], "showgrid": False, "anchor": "y"},
            "shapes": [{"type": "rect", "x0": t - 0.5, "x1": t + 0.5, "y0": 0.5, "y1": S + 0.5, "line": now}],
            "annotations": [
                {"text": "● the word that decides the symbol", "x": 0, "xref": "paper", "xanchor": "left", "y": 0,
                 "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"color": COLOR["input"]}},
            ],
            "meta": {"reading": _told(chosen, t, weights[t - 1], right)},
        },
    )  # fmt: skip


def _right(chosen: Mapping[str, Any]) -> int:
    """How many symbols are right before the first that is wrong."""
    pairs = list(zip(chosen["output"], chosen["right"], strict=False))
    return next((i for i, (got, wanted) in enumerate(pairs) if got != wanted), len(pairs))


def _told(chosen: Mapping[str, Any], t: int, weights: Any, right: bool) -> str:
    """The sentence that reads the figure."""
    symbol, words, deciding = chosen["output"][t - 1], chosen["words"], chosen["deciding"][t - 1 : _right(chosen)][:1]
    names = ["END" if word == END else f"“{word}”" for word in words]
    most = int(np.argmax(weights))
    head = "The end" if symbol == END else f"Symbol {t}, “{symbol}”"
    told = f"{head}: {weights[most]:.2f} of the weight on {names[most]}"
    if not right:
        return f"{told}. Wrong so far: the right answer is {''.join(chosen['right'][:-1])}."
    if not deciding or not deciding[0]:
        return f"{told}; no single word decides this symbol."
    place = deciding[0][0]
    if place == most:
        return f"{told}, the word that decides it."
    return f"{told}; the word that decides it, {names[place]}, has {weights[place]:.2f}."
