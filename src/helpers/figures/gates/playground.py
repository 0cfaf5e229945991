"""Figure of chapter 4 with the gates in the reader's hand: a message, what comes after it, and what is left of it."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_shape
from helpers.style import COLOR, LINE, level, line, power_of_ten

# The candidates of 24 steps: the message at step 3, and what else a network reads.
MESSAGE, ERASED, ASKED = 3, 16, 21
CANDIDATES = np.array(
    [
        *(0.4, -0.3, 1.0, -0.6, 0.5, -0.8, -0.5, 0.2, -0.9, 0.7, -0.5, -0.4),
        *(0.8, -0.8, 0.1, -0.5, -0.5, 0.4, -0.7, 0.3, -0.6, -0.2, 0.7, -0.4),
    ]
)
STEPS = len(CANDIDATES)


class Told(NamedTuple):
    """What a cell does with gates that are told to it."""

    c: FloatArray
    """Cell after each step, shape (T,)."""
    h: FloatArray
    """Hidden state, shape (T,)."""


def by_hand(f: ArrayLike, i: ArrayLike, g: ArrayLike, o: ArrayLike) -> Told:
    """Run one unit of an LSTM on gates that are given: ``c_t = f_t c_{t-1} + i_t g_t``, ``h_t = o_t tanh(c_t)``.

    Parameters
    ----------
    f, i, g, o : arrays (T,)
        Forget gate, input gate, candidate and output gate at each step. Unlike a sigmoid they may be 0 and 1.

    Returns
    -------
    Told
        ``c`` and ``h``, starting from c_0 = 0.

    Raises
    ------
    ValueError
        If they have not one length, or are not finite.
    """
    sizes: dict[str, int] = {}
    f, i, g, o = (check_shape(name, a, "T", sizes) for name, a in (("f", f), ("i", i), ("g", g), ("o", o)))
    c, kept = np.empty(len(g)), 0.0
    for t in range(len(g)):
        c[t] = kept = f[t] * kept + i[t] * g[t]
    return Told(c, o * np.tanh(c))


def playground(forget: float, write: float, show: float, erase: bool = False) -> go.Figure:
    """What must each gate do for a message to be kept? A story of 24 steps, with gates set by hand.

    At step 3 the candidate is the message, 1, and the input gate is open. At all other steps the candidate is
    something else, and the input gate is `write`. From step 21 on the network is asked: the output gate is open.

    Parameters
    ----------
    forget : float
        Forget gate f at every step, 0 to 1; 1 is what no sigmoid reaches.
    write : float
        Input gate i at all steps but the message's, 0 to 1.
    show : float
        Output gate o until the network is asked, 0 to 1.
    erase : bool
        Whether the forget gate is 0 at step 16.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the candidate of each step and, filled, what of it is written; below the cell and the hidden state.

    Raises
    ------
    ValueError
        If a gate is not between 0 and 1.
    """
    for name, gate in (("forget", forget), ("write", write), ("show", show)):
        if not 0 <= gate <= 1:
            raise ValueError(f"{name}: got {gate!r}, wanted a gate from 0 to 1")
    t = np.arange(1, STEPS + 1)
    f = np.where((t == ERASED) & erase, 0.0, forget)
    i = np.where(t == MESSAGE, 1.0, write)
    o = np.where(t >= ASKED, 1.0, show)
    c, h = by_hand(f, i, CANDIDATES, o)
    message = by_hand(f, i, np.where(t == MESSAGE, CANDIDATES, 0.0), o).c[-1]  # c is linear in g: its share of c
    rest = c[-1] - message
    told = f"Step {STEPS}: the cell holds {_signed(c[-1])} (message {_signed(message)}, rest {_signed(rest)}), "
    told += f"h shows {_signed(h[ASKED - 2])}, when asked {_signed(h[-1])}"
    if erase:
        verdict = "One closed forget gate erased the message"
    elif forget == 1 and write == 0:
        verdict = "Two gates keep the message, for ever"
    elif forget == 1:
        verdict = "f keeps the message, i lets the rest write over it"
    else:
        verdict = f"After 100 steps {power_of_ten(forget**100)} of the message would be left"
    marker = {"line": {"color": COLOR["g"], "width": 1}, "color": "rgba(0,0,0,0)"}
    rows = {"yref": "y domain", "y": 1, "yanchor": "top", "showarrow": False}
    names = {"x": 0.8, "yref": "y2", "xanchor": "left", "showarrow": False}
    return go.Figure(
        data=[
            go.Bar(x=t, y=CANDIDATES, name="candidate g", marker=marker, width=0.8),
            go.Bar(x=t, y=np.round(i * CANDIDATES, 3), name="written, i times g", width=0.8,
                   marker={"color": COLOR["g"]}),
            go.Scatter(x=t, y=np.round(c, 3), mode="lines", yaxis="y2", **line("cell", name="cell c")),
            go.Scatter(x=t, y=np.round(h, 3), mode="lines+markers", yaxis="y2",
                       **line("forward", name="hidden state h", marker={"color": COLOR["forward"], "size": 5})),
        ],
        layout={
            "height": 430,
            "barmode": "overlay",
            "bargap": 0,
            "xaxis": {"title": {"text": "step t"}, "range": [0.4, STEPS + 0.6], "dtick": 3, "tick0": 3, "anchor": "y2"},
            "yaxis": {"title": {"text": "candidate"}, "range": [-1.1, 1.8], "domain": [0.66, 1], "dtick": 1},
            "yaxis2": {"title": {"text": "cell, hidden"}, "range": [-3, 1.6], "domain": [0, 0.58], "dtick": 1},
            "shapes": [
                {"type": "line", "x0": ASKED - 0.5, "x1": ASKED - 0.5, "yref": "paper", "y0": 0, "y1": 1,
                 "line": {"color": LINE, "width": 1, "dash": "dot"}},
                level(0), level(0) | {"yref": "y2"},
            ],
            "annotations": [
                {"x": MESSAGE, "text": "message", "xanchor": "center", "font": {"color": COLOR["g"]}} | rows,
                {"x": STEPS + 0.5, "text": "asked", "xanchor": "right"} | rows,
                names | {"y": -1.5, "text": "cell c", "font": {"color": COLOR["cell"]}},
                names | {"y": -2.3, "text": "hidden state h", "font": {"color": COLOR["forward"]}},
                names | {"x": ERASED, "y": 0.9, "xshift": 6, "text": "f = 0" if erase else "",
                         "font": {"color": COLOR["f"]}},
            ],
            "meta": {"reading": f"{told}. {verdict}."},
        },
    )  # fmt: skip


def _signed(number: float) -> str:
    """A number with two decimals and a minus that can be seen."""
    return f"{number:.2f}".replace("-0.00", "0.00").replace("-", "−")
