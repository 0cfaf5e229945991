"""Figure of chapter 1: the shapes of sequence problems."""

from typing import NamedTuple

import plotly.graph_objects as go

from helpers.style import COLOR

COLUMNS = 7
INPUT, STATE, OUTPUT, LOSS = 0.75, 1.9, 3.05, 4.15  # heights of the rows
NONE = ""


Arrow = tuple[tuple[float, float], tuple[float, float]]


class Problem(NamedTuple):
    """One worked example, column by column."""

    inputs: tuple[str, ...]
    """What enters at each step, "" where nothing does."""
    outputs: tuple[str, ...]
    """What is wanted at each step, "" where nothing is."""
    fed_back: bool
    """Whether each output is the next step's input."""
    notes: tuple[tuple[float, str], ...]
    """Column and text of what stands below."""
    says: str
    """How many in, how many out."""
    border: float = 0
    """Column after which another network takes over; 0 for none."""


SAME = "the same weights at every step"
PROBLEMS = {
    "One to many": Problem(
        ("photo", *[NONE] * 5), ("a", "cat", "on", "a", "mat", "end"), True, ((3.5, SAME),), "one picture, a caption"
    ),
    "Many to one": Problem(
        ("not", "a", "bad", "film", "at", "all"), (*[NONE] * 5, "positive"), False, ((3.5, SAME),),
        "a review, a verdict",
    ),
    "Many to many, aligned": Problem(
        ("the", "cat", "sat", "on", "the", "mat"), ("DET", "NOUN", "VERB", "ADP", "DET", "NOUN"), False,
        ((3.5, SAME),), "a tag for each word",
    ),
    "Next word, aligned": Problem(
        ("start", "the", "cat", "sat", "on", "the", "mat"), ("the", "cat", "sat", "on", "the", "mat", "end"), False,
        ((4, SAME),), "at each word, the next",
    ),
    "Many to many, two networks": Problem(
        ("the", "cat", "sleeps", *[NONE] * 4), (*[NONE] * 3, "die", "Katze", "schläft", "end"), True,
        ((2, "encoder"), (5.5, "decoder, its own weights")), "a translation", border=3,
    ),
    "Many to many, with delay": Problem(
        ("the", "cat", "sleeps", "→", *[NONE] * 3), (*[NONE] * 3, "die", "Katze", "schläft", "end"), True,
        ((4, "one network, reading first, then writing"),), "a translation",
    ),
    "One to one": Problem(("photo",), ("cat",), False, ((1, "no sequence, no recurrence"),), "one picture, one class"),
}  # fmt: skip


def shapes(problem: str, step: int = COLUMNS) -> go.Figure:
    """Which problem shape is this? One worked example of each, unrolled, as far as it has been computed.

    Inputs stand below, states in the middle, outputs above; a diamond marks each loss. Dashed: an output that is the
    next step's input. What is not yet computed is an outline.

    Parameters
    ----------
    problem : str
        A key of `PROBLEMS`.
    step : int
        How many steps have been computed, 1 to 7; beyond the example's last step, all of them.

    Returns
    -------
    plotly.graph_objects.Figure
        Traces: arrows to come, arrows gone, fed-back outputs, inputs, states, outputs, losses.
    """
    inputs, outputs, fed_back, notes, says, border = PROBLEMS[problem]
    n = len(inputs)
    done = min(step, n)
    left = (COLUMNS - n) / 2  # short examples stand in the middle
    at = [left + 1 + i for i in range(n)]
    read, answer = [bool(word) for word in inputs], [bool(word) for word in outputs]

    gone: list[Arrow] = []
    to_come: list[Arrow] = []
    for i, x in enumerate(at):
        arrows = [((x, INPUT), (x, STATE))] * read[i] + [((x, STATE), (x, OUTPUT))] * answer[i]
        if i:
            arrows.append(((x - 1, STATE), (x, STATE)))
        (gone if i < done else to_come).extend(arrows)
    back = [((at[i], OUTPUT), (at[i] + 1, STATE)) for i in range(min(done, n - 1)) if fed_back and answer[i]]

    words_in = sum(read)
    told, wanted = sum(answer[:done]), sum(answer)
    reading = (
        f"{problem}, {says}: {words_in} in, {wanted} out. After step {done} of {n}, {told} answered; "
        f"{wanted} {'losses' if wanted > 1 else 'loss'} in all."
    )
    return go.Figure(
        data=[
            _arrows(to_come, COLOR["neutral"], "to come", 1, "dot"),
            _arrows(gone, COLOR["forward"], "computed", 2),
            _arrows(back, COLOR["output"], "output becomes input", 2, "dash"),
            _row(at, inputs, read, n, INPUT, "input", "square", "bottom center"),
            _row(at, [f"h<sub>{i}</sub>" for i in range(1, n + 1)], [True] * n, done, STATE, "forward", "circle", None),
            _row(at, outputs, answer, done, OUTPUT, "output", "square", "top center"),
            _row(at, ["loss"] * n, answer, done, LOSS, "output", "diamond", None),
        ],
        layout={
            "height": 330,
            "xaxis": {"range": [0.35, COLUMNS + 0.65], "visible": False},
            "yaxis": {"range": [-0.75, 4.9], "visible": False},
            "shapes": [
                {"type": "line", "x0": border + 0.5, "x1": border + 0.5, "y0": -0.7, "y1": 2.6, "visible": border > 0,
                 "line": {"color": COLOR["neutral"], "width": 1, "dash": "dot"}},
            ],
            "annotations": [
                {"x": at[answer.index(True)], "y": LOSS + 0.5, "text": "loss", "showarrow": False,
                 "font": {"color": COLOR["output"]}},
                *({"x": left + x, "y": -0.5, "text": text, "showarrow": False, "font": {"color": COLOR["neutral"]}}
                  for x, text in notes),
            ],
            "meta": {"reading": reading},
        },
    )  # fmt: skip


def _row(
    at: list[float], words: tuple[str, ...] | list[str], there: list[bool], done: int, height: float, role: str,
    symbol: str, text: str | None,
) -> go.Scatter:  # fmt: skip
    """Markers at one height: filled and named where computed, outlines where not."""
    shown = [i for i in range(len(at)) if there[i]]
    size = {"circle": 26, "square": 15, "diamond": 11}[symbol]
    return go.Scatter(
        x=[at[i] for i in shown],
        y=[height] * len(shown),
        text=[words[i] if i < done else "" for i in shown],
        mode="markers" if text is None else "markers+text",
        textposition=text,
        textfont={"color": COLOR[role], "size": 14},
        marker={
            "color": COLOR[role],
            "symbol": [symbol if i < done else f"{symbol}-open" for i in shown],
            "size": size,
        },
        cliponaxis=False,
        name={"circle": "state", "diamond": "loss"}.get(symbol, role),
    )


def _arrows(
    pairs: list[Arrow],
    color: str,
    name: str,
    width: float,
    dash: str = "solid",
) -> go.Scatter:
    """Arrows between the centres of two markers, cut short at both ends."""
    x: list[float | None] = []
    y: list[float | None] = []
    for (x0, y0), (x1, y1) in pairs:
        dx, dy = x1 - x0, y1 - y0
        cut = 0.25 if not dx else 0.28
        x += [round(x0 + cut * dx, 2), round(x1 - cut * dx, 2), None]
        y += [round(y0 + cut * dy, 2), round(y1 - cut * dy, 2), None]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": color, "width": width, "dash": dash},
        marker={"symbol": "arrow", "angleref": "previous", "color": color, "size": [0, 10, 0] * len(pairs),
                "opacity": 1},
        hoverinfo="skip",
        name=name,
    )  # fmt: skip
