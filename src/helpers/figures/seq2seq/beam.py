"""Beam search, step by step: which beginnings are kept, what they grow from, and which is right."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_count
from helpers.figures.seq2seq.alignment import END, pick
from helpers.style import COLOR

GAP = 0.3  # between a symbol and the edges that reach it, in steps
MARK = "■"  # stands for END
MONO = "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace"
KINDS = ("dropped", "kept", "best")


def beam(record: Mapping[str, Any], example: int, width: int, step: int) -> go.Figure:
    """What does a beam keep, and when does it lose the right answer? Its hypotheses as a tree, up to one step.

    Parameters
    ----------
    record : mapping
        ``helpers.records.load("seq2seq_beam")``.
    example : int
        Which of its sentences, from 0.
    width : int
        k, how many beginnings are kept at each step; one of those in the record.
    step : int
        Steps so far, from 1; beyond the last, all of them.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the tree, a column for each step, the most probable beginning on top: the best path thick, dropped
        branches dotted. Below the beginnings that are kept, with their probability.

    Raises
    ------
    ValueError
        If there is no such example or width, or the step is not at least 1.
    """
    chosen = pick(record["examples"], example)
    searches = chosen["beams"]
    if str(check_count("width", width)) not in searches:
        raise ValueError(f"width: got {width!r}, wanted one of {', '.join(searches)}")
    search = searches[str(width)]
    widest = max(int(k) for k in searches)
    longest = max(len(found["steps"]) for one in record["examples"] for found in one["beams"].values())
    t = min(check_count("step", step), len(search["steps"]))
    steps, right = search["steps"][:t], "".join(_marked(chosen["right"]))
    done = t == len(search["steps"])
    paths = [_places(steps, place) for place in range(len(steps[-1]))]
    texts = [_text(steps, path) for path in paths]
    chances = np.round(np.exp([hypothesis[2] for hypothesis in steps[-1]]), 3)
    best = texts.index("".join(_marked(search["best"]))) if done else 0
    kind = {(column, place): "kept" for path in paths for column, place in enumerate(path)}
    kind |= dict.fromkeys(enumerate(paths[best]), "best")
    ticks = [f"{'✓ ' if right.startswith(text) else ''}{text}" for text in texts]
    colours = {"dropped": COLOR["neutral"], "kept": COLOR["forward"], "best": COLOR["output"]}
    lines: dict[str, dict[str, Any]] = {
        "dropped": {"width": 1.5, "dash": "dot"},
        "kept": {"width": 2},
        "best": {"width": 5},
    }
    bare = {"showgrid": False, "showline": False, "ticks": ""}
    label = {"showarrow": False, "xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "xshift": -8}
    return go.Figure(
        data=[
            *(
                go.Scatter(**_edges(steps, kind, name), mode="lines", name=f"{name}: edges", hoverinfo="skip",
                           line={"color": colours[name]} | lines[name])
                for name in KINDS
            ),
            *(
                go.Scatter(**_nodes(steps, kind, name), mode="text", name=name, cliponaxis=False,
                           textfont={"size": 16, "color": colours[name]})
                for name in KINDS
            ),
            go.Bar(x=chances, y=list(range(1, len(chances) + 1)), orientation="h", name="probability", xaxis="x2",
                   yaxis="y2", width=0.6, text=[f"{p:.2f}" if p >= 0.005 else f"{p:.3f}" for p in chances],
                   textposition="outside", textangle=0, cliponaxis=False, constraintext="none", textfont={"size": 13},
                   marker={"color": [colours["best" if i == best else "kept"] for i in range(len(chances))]}),
        ],
        layout={
            "height": 560,
            "xaxis": bare | {"title": {"text": "step"}, "range": [-0.4, longest + 0.5], "anchor": "y", "tickangle": 0,
                             "tickvals": list(range(1, longest + 1))},
            "yaxis": bare | {"range": [widest + 0.6, 0.4], "domain": [0.47, 0.95], "showticklabels": False},
            "xaxis2": {"title": {"text": "probability of the beginning"}, "range": [0, 1.12], "anchor": "y2",
                       "tickvals": [0, 0.5, 1], "showgrid": True, "gridcolor": "rgba(123,130,139,.25)"},
            "yaxis2": bare | {"range": [widest + 0.6, 0.4], "domain": [0, 0.3], "anchor": "x2",
                              "tickvals": list(range(1, len(texts) + 1)), "ticktext": ticks,
                              "tickfont": {"family": MONO, "size": 14}},
            "annotations": [
                label | {"y": 1, "yanchor": "top", "text": "best: thick", "font": {"color": colours["best"]}},
                label | {"y": 1, "yanchor": "top", "x": 0.5, "xanchor": "center", "text": "kept",
                         "font": {"color": colours["kept"]}},
                label | {"y": 1, "yanchor": "top", "x": 1, "xanchor": "right", "xshift": 0, "text": "dropped: dotted"},
            ],
            "meta": {"reading": _told(chosen, search, width, t, texts, chances, best)},
        },
    )  # fmt: skip


def _marked(symbols: list[str]) -> list[str]:
    return [MARK if symbol == END else symbol for symbol in symbols]


def _places(steps: list[Any], place: int) -> list[int]:
    """Where the hypothesis at this place of the last step stood at each step, the first one first."""
    path = []
    for hypotheses in reversed(steps):
        path.append(place)
        place = hypotheses[place][1]
    return path[::-1]


def _text(steps: list[Any], path: list[int]) -> str:
    """What a hypothesis has written, up to its END."""
    written = "".join(_marked([hypotheses[place][0] for hypotheses, place in zip(steps, path, strict=True)]))
    return written[: written.index(MARK) + 1] if MARK in written else written


def _edges(steps: list[Any], kind: dict[tuple[int, int], str], name: str) -> dict[str, list[float | None]]:
    """Lines from parents to children of one kind, with gaps between them; START stands at step 0, on top."""
    x: list[float | None] = []
    y: list[float | None] = []
    for column, hypotheses in enumerate(steps):
        for place, (_, parent, _, _) in enumerate(hypotheses):
            if kind.get((column, place), "dropped") == name:
                above = parent + 1 if column else 1
                fall = place + 1 - above
                free = GAP / np.hypot(1, fall)  # as far from both ends, however steep
                x += [round(column + free, 2), round(column + 1 - free, 2), None]
                y += [round(above + free * fall, 2), round(place + 1 - free * fall, 2), None]
    return {"x": x, "y": y}


def _nodes(steps: list[Any], kind: dict[tuple[int, int], str], name: str) -> dict[str, list[Any]]:
    """Places and symbols of one kind."""
    at = [(column, place) for column, hypotheses in enumerate(steps) for place in range(len(hypotheses))]
    mine = [(column, place) for column, place in at if kind.get((column, place), "dropped") == name]
    symbols = _marked([steps[column][place][0] for column, place in mine])
    if name == "best":
        mine, symbols = [(-1, 0), *mine], ["●", *(f"<b>{symbol}</b>" for symbol in symbols)]  # from START on
    return {"x": [column + 1 for column, _ in mine], "y": [place + 1 for _, place in mine], "text": symbols}


def _told(
    chosen: Mapping[str, Any], search: Mapping[str, Any], width: int, t: int, texts: list[str], chances: Any, best: int
) -> str:
    """The sentence that reads the figure."""
    right = "".join(chosen["right"][:-1])
    if t == len(search["steps"]):
        written = texts[best].removesuffix(MARK)
        verdict = "which is right" if written == right else f"but {right} is right"
        score = f"{search['score']:.3f}".replace("-", "−")
        return f"Width {width}, after {t} steps: {written}, {verdict}; its log-probability is {score} a symbol."
    kept = [place for place, text in enumerate(texts) if (right + MARK).startswith(text)]
    told = f"Width {width}, step {t}: the best beginning is {texts[0]}, probability {chances[0]:.2f}"
    if not kept:
        return f"{told}; the right one, {right[:t]}, has been dropped."
    if kept[0] == 0:
        return f"{told}, and it is right so far."
    return f"{told}; the right one, {right[:t]}, is kept in place {kept[0] + 1}."
