"""The opening figure of chapter 5: which inputs the output at one position can know."""

from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice, check_count
from helpers.layers import start_layer
from helpers.sensitivity import sensitivity_map
from helpers.style import COLOR

SIZE, INPUTS, LONGEST = 16, 8, 30
SPREAD = 0.5  # standard deviation of the inputs
DIRECTIONS = ("forward", "backward", "both")
KEY, TOP, ROW = 2.5, 2.05, -0.2  # heights of the names of the chains, of the output, of the row of words
BAR = 0.7


@cache
def influence(T: int) -> tuple[FloatArray, FloatArray]:
    """Sensitivity maps (T, T) of a forward chain and of a backward chain over the first T of the same words."""
    rng = np.random.default_rng(0)
    ahead, back = (start_layer("tanh", INPUTS, SIZE, rng, "orthogonal") for _ in range(2))
    x = SPREAD * rng.standard_normal((LONGEST, INPUTS))[:T]
    # A backward chain is a forward one on the reversed sequence, its states put back in place.
    return sensitivity_map((ahead,), x), sensitivity_map((back,), x[::-1])[::-1, ::-1]


def sees(direction: str, step: int, T: int = 20) -> go.Figure:
    """Which words the output at one position can know, and how strongly it depends on each.

    An untrained tanh layer with 16 units a direction, W_h orthogonal, 8 inputs of standard deviation 0.5 a word. A
    bidirectional layer joins the states of both chains; the influence of a word on either half is drawn on its own.

    Parameters
    ----------
    direction : {"forward", "backward", "both"}
    step : int
        t, the position of the output, 1 to 30; beyond T it is the last one, T.
    T : int
        Words in the sequence, 1 to 30.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars of ``||dy_t/dx_s||`` against s, one trace a chain; a row of words, crossed out where the influence is
        exactly 0; the output.

    Raises
    ------
    ValueError
        For an unknown direction or a count out of its range.
    """
    check_choice("direction", direction, DIRECTIONS)
    if check_count("T", T) > LONGEST:
        raise ValueError(f"T: got {T}, wanted at most {LONGEST}")
    t = min(check_count("step", step), T)
    ahead, back = (rows[t - 1] for rows in influence(T))
    ahead, back = ahead * (direction != "backward"), back * (direction != "forward")
    seen = (ahead > 0) | (back > 0)
    words = np.arange(1, T + 1)
    width, start = np.full(T, BAR), np.full(T, -BAR / 2)
    width[t - 1] = BAR / 2 if direction == "both" else BAR  # both chains have read the word itself
    right = start.copy()
    right[t - 1] += BAR / 2 if direction == "both" else 0

    hatched = {"shape": "/", "size": 5, "solidity": 0.45, "fillmode": "replace"}
    marks = {"color": np.where(seen, COLOR["input"], COLOR["neutral"]).tolist(), "size": 7,
             "symbol": np.where(seen, "square", "x-thin-open").tolist(),
             "line": {"width": np.where(seen, 0.0, 1.5).tolist()}}  # fmt: skip
    return go.Figure(
        data=[
            go.Bar(x=words, y=np.round(ahead, 2), width=width, offset=start, marker={"color": COLOR["forward"]},
                   name="on the forward half"),
            go.Bar(x=words, y=np.round(back, 2), width=width, offset=right, name="on the backward half",
                   marker={"color": COLOR["forward"], "pattern": hatched,
                           "line": {"color": COLOR["forward"], "width": (back > 0).astype(int).tolist()}}),
            go.Scatter(x=words, y=np.full(T, ROW), mode="markers", marker=marks, name="words", cliponaxis=False),
            go.Scatter(x=[t], y=[TOP], mode="markers", name=f"output at word {t}", cliponaxis=False,
                       marker={"color": COLOR["output"], "symbol": "diamond", "size": 12}),
        ],
        layout={
            "height": 340,
            "barmode": "overlay",
            "xaxis": {"title": {"text": "word x<sub>s</sub>, at position s"}, "range": [0.2, LONGEST + 0.8],
                      "tickvals": [1, 5, 10, 15, 20, 25, 30]},
            "yaxis": {"title": {"text": "size of ∂y<sub>t</sub>/∂x<sub>s</sub>"}, "range": [-0.4, 2.75],
                      "tickvals": [0, 0.5, 1, 1.5]},
            "shapes": [{"type": "line", "x0": t, "x1": t, "y0": 0, "y1": TOP, "layer": "below",
                        "line": {"color": COLOR["output"], "width": 1.5, "dash": "dot"}}],
            "annotations": _labels(direction, t, int((~seen).sum())),
            "meta": {"reading": _told(direction, t, np.hypot(ahead, back))},
        },
    )  # fmt: skip


def _labels(direction: str, t: int, blind: int) -> list[dict[str, Any]]:
    """The output's name, that of each chain, and a note on the words that the output cannot know."""
    plain: dict[str, Any] = {"showarrow": False, "yanchor": "middle"}
    left, right = plain | {"xanchor": "left"}, plain | {"xanchor": "right"}
    chain = {"y": KEY, "font": {"color": COLOR["forward"], "size": 14}}
    ahead, back = direction != "backward", direction != "forward"
    after = t <= LONGEST - 14  # there is room right of the output
    beside, hidden = (left | {"xshift": 12} if after else right | {"xshift": -12}), {"text": ""}
    # The note stands beside the bars, if there is room for it.
    if blind and not back and t <= LONGEST - 10:
        hidden = left | {"x": t + 0.6, "text": "cannot know:<br>exactly 0"}
    elif blind and not ahead and t > 10:
        hidden = right | {"x": t - 0.6, "text": "cannot know:<br>exactly 0"}
    return [
        beside | {"x": t, "y": TOP, "text": f"output y<sub>t</sub>, t = {t}", "font": {"color": COLOR["output"]}},
        left | chain | {"x": 0.4, "text": "forward: solid" if ahead else ""},
        right | chain | {"x": LONGEST + 0.6, "text": "backward: hatched" if back else ""},
        plain | {"x": 1, "y": 0.26, "font": {"color": COLOR["neutral"]}} | hidden,
    ]


def _told(direction: str, t: int, size: FloatArray) -> str:
    """The sentence that reads the figure."""
    T, known = len(size), int((size > 0).sum())
    head = f"{direction.capitalize()}{' directions' if direction == 'both' else ''}, {T} words: output {t} "
    if known == 1:
        return f"{head}has seen one word only, its own; on the other {T - 1} it cannot depend."
    far = int(np.argmin(np.where(size > 0, size, np.inf)))
    faint = f"least of all on word {far + 1}, {size[far]:.2f}"
    if known == T:
        chains = f"forward chain {t}, backward chain {T - t + 1}; " if direction == "both" else ""
        return f"{head}can know all {T}; {chains}{faint}."
    return f"{head}can know {known} words, {faint}; on the other {T - known} it depends exactly not at all."
