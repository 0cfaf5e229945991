"""Three sequences of unequal length in one batch: what padding costs, and what it spoils."""

from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice, check_count
from helpers.gates import GRUWeights
from helpers.layers import start_layer
from helpers.padding import last_states, pad, padding_mask
from helpers.stacks import Both, stack_forward
from helpers.style import COLOR, SEQUENTIAL

SIZE, INPUTS, MIDDLE, LONGEST = 16, 8, 8, 16
MODES = {"padded": "Padding, no lengths", "masked": "Padding and mask", "packed": "Packing"}
VEIL = "rgba(123,130,139,.26)"
ABSENT, FILLED, REAL = 0, 1, 2
COLOURS = [[0, "rgba(0,0,0,0)"], [0.33, "rgba(0,0,0,0)"], [0.33, VEIL], [0.67, VEIL], [0.67, SEQUENTIAL[3]],
           [1, SEQUENTIAL[3]]]  # fmt: skip


@cache
def _batch() -> tuple[Both, FloatArray]:
    """A bidirectional GRU as PyTorch starts it, biases too (at zero they would hide half of the harm), and words."""
    rng = np.random.default_rng(0)
    chains = []
    for _ in range(2):
        weights = start_layer("gru", INPUTS, SIZE, rng)
        biases = rng.uniform(-(SIZE**-0.5), SIZE**-0.5, (2, 3 * SIZE))
        chains.append(GRUWeights(weights.W_x, weights.W_h, *biases))
    return Both(*chains), rng.standard_normal((3, LONGEST, INPUTS))


@cache
def harm(lengths: tuple[int, ...]) -> FloatArray:
    """How far off the summaries are if the layer is not told the lengths: relative distance (B, 2), both chains."""
    layer, words = _batch()
    x, real = pad([row[:n] for row, n in zip(words, lengths, strict=True)])
    right = last_states(stack_forward((layer,), x, real)[0], real)
    wrong = last_states(stack_forward((layer,), x)[0])
    gaps, sizes = (np.linalg.norm(a.reshape(len(real), 2, SIZE), axis=2) for a in (wrong - right, right))
    return np.asarray(gaps / sizes)


def padding(mode: str, shortest: int, longest: int) -> go.Figure:
    """What padding costs, and what goes wrong if the layer is not told the lengths.

    A bidirectional GRU with 16 units a direction reads a batch of three sequences, A with 8 words, B the longest, C
    the shortest, filled up with zeros to one length.

    Parameters
    ----------
    mode : {"padded", "masked", "packed"}
        Without lengths; with a mask, that holds the state still at padding; packed, so that padding is not computed.
        The last two give the same states.
    shortest : int
        Words of C, 1 to 8.
    longest : int
        Words of B, 8 to 16.

    Returns
    -------
    plotly.graph_objects.Figure
        A heat map of the cells that are computed, real or padding; the way of each chain below its row.

    Raises
    ------
    ValueError
        For an unknown mode or a length out of its range.
    """
    check_choice("mode", mode, MODES)
    if check_count("shortest", shortest) > MIDDLE:
        raise ValueError(f"shortest: got {shortest}, wanted at most {MIDDLE}")
    if not MIDDLE <= check_count("longest", longest) <= LONGEST:
        raise ValueError(f"longest: got {longest}, wanted {MIDDLE} to {LONGEST}")
    lengths = (MIDDLE, longest, shortest)
    off = harm(lengths) if mode == "padded" else np.zeros((3, 2))
    real = padding_mask(lengths, LONGEST).T
    inside = padding_mask((longest,) * 3, LONGEST).T
    cells = np.where(real, REAL, np.where(inside & (mode != "packed"), FILLED, ABSENT))
    computed, filled = int((cells > ABSENT).sum()), int((cells == FILLED).sum())
    share = f"{100 * filled / computed:.0f} %"

    ends = np.full(3, longest) if mode == "padded" else np.array(lengths)
    rows = np.array([2, 1, 0])
    return go.Figure(
        data=[
            go.Heatmap(x0=1, dx=1, y=rows, z=cells, zmin=0, zmax=2, colorscale=COLOURS, showscale=False,
                       xgap=1, ygap=46, name="0 not computed, 1 padding, 2 real",
                       hovertemplate="step %{x}: %{z}<extra></extra>"),
            _way("forward chain", rows - 0.3, np.ones(3), ends, "solid", "triangle-right"),
            _way("backward chain", rows - 0.39, ends, np.ones(3), "dot", "triangle-left"),
        ],
        layout={
            "height": 400,
            "xaxis": {"title": {"text": "step t"}, "range": [0.3, LONGEST + 0.7], "tickvals": [1, 4, 8, 12, 16]},
            "yaxis": {"range": [-0.62, 3.1], "tickvals": rows.tolist(), "ticktext": ["A", "B", "C"],
                      "showgrid": False},
            "annotations": _labels(lengths, off, computed, filled, share),
            "meta": {"reading": _told(mode, lengths, off, computed, share)},
        },
    )  # fmt: skip


def _way(name: str, heights: Any, starts: Any, ends: Any, dash: str, tip: str) -> go.Scatter:
    """The way of one chain through each sequence, its tip at the state that is taken for the last."""
    gap = [None] * 3
    xs, ys = ([v for way in zip(a, b, gap, strict=True) for v in way] for a, b in ((starts, ends), (heights, heights)))
    x = [None if v is None else int(v) for v in xs]
    return go.Scatter(
        x=x, y=[None if v is None else round(float(v), 2) for v in ys], mode="lines+markers", name=name,
        line={"color": COLOR["forward"], "width": 1.5, "dash": dash},
        marker={"color": COLOR["forward"], "symbol": tip, "size": [0, 10, 0] * 3, "opacity": 1, "line": {"width": 0}},
    )  # fmt: skip


def _percent(share: float) -> str:
    return "0 %" if share < 1e-9 else "under 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _labels(lengths: tuple[int, ...], off: FloatArray, computed: int, filled: int, share: str) -> list[dict[str, Any]]:
    """What is computed, and above each row whether its last states are right."""
    left = {"x": 0.5, "xanchor": "left", "yanchor": "middle", "showarrow": False}
    cost = f"<b>{computed} cells computed</b>, {filled} of them padding: {share}"
    notes = [left | {"y": 2.88, "text": cost, "font": {"color": COLOR["neutral"]}}]
    for row, (words, gaps) in enumerate(zip(lengths, off, strict=True)):
        ahead, back = (_percent(float(gap)) for gap in gaps)
        wrong = float(gaps.max()) > 1e-9
        told = f"last states off by → {ahead}, ← {back}" if wrong else "last states right"
        colour = COLOR["output" if wrong else "neutral"]
        text = f"{words} word{'s' * (words > 1)}: {told}"
        notes.append(left | {"y": 2.42 - row, "text": text, "font": {"color": colour, "size": 14}})
    room = filled and lengths[1] - lengths[2] >= 5
    named = {"x": lengths[2] + 0.7, "y": 0, "text": "padding" if room else "", "font": {"color": COLOR["neutral"]}}
    return [*notes, left | named]


def _told(mode: str, lengths: tuple[int, ...], off: FloatArray, computed: int, share: str) -> str:
    """The sentence that reads the figure."""
    words = f"{MODES[mode]}; lengths {lengths[0]}, {lengths[1]}, {lengths[2]}: {computed} cells"
    if mode != "padded":
        return f"{words}, {share} of them padding; every last state is right."
    ahead, back = (_percent(float(gap)) for gap in off[2])
    return f"{words}, {share} padding; C's last states are off by {ahead} forward, {back} backward."
