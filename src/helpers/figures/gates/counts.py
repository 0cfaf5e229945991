"""Figure of chapter 4 on what a gate costs: parameters at equal units, units at equal parameters."""

import plotly.graph_objects as go

from helpers.counts import layer_parameters, nearest_units
from helpers.style import COLOR

# Bottom row first, as plotly stacks them. The letters are the blocks of rows in W_x, W_h and b, each with its role:
# z keeps as f does, r decides what is heard of the past as o does.
CELLS = {"tanh": "tanh RNN", "gru": "GRU", "lstm": "LSTM"}
BLOCKS = {
    "tanh": [("h", "forward")],
    "gru": [("r", "o"), ("z", "f"), ("n", "g")],
    "lstm": [("i", "i"), ("f", "f"), ("g", "g"), ("o", "o")],
}
MOST_PARAMETERS, MOST_UNITS = 115_000, 290  # the axes' ends, with room for the numbers
NARROW = MOST_PARAMETERS / 26  # a block narrower than this has no room for its letter


def counts(D: int, H: int, torch: bool = False) -> go.Figure:
    """What does a gate cost, and what is "equal"? Parameters of a tanh RNN, a GRU and an LSTM.

    Parameters
    ----------
    D, H : int
        Numbers per input and state.
    torch : bool
        Two biases for each cell, as PyTorch counts; else this book's: one, and two for the GRU.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the parameters of the three at H units, a box for each gate or candidate; below the units that each may
        have with as many parameters as the LSTM has, to the nearest.
    """
    biases = 2 if torch else None
    total = {cell: layer_parameters(cell, D, H, biases=biases) for cell in CELLS}
    units = {cell: nearest_units(cell, D, total["lstm"], biases=biases) for cell in CELLS}
    names, rows = list(CELLS.values()), list(CELLS)

    def slot(k: int) -> go.Bar:
        """The k-th block of each cell that has one."""
        have = [cell for cell in rows if k < len(BLOCKS[cell])]
        size = [total[cell] // len(BLOCKS[cell]) for cell in have]
        colors = [COLOR[BLOCKS[cell][k][1]] for cell in have]
        letters = [f"<i>{BLOCKS[cell][k][0]}</i>" if n > NARROW else "" for cell, n in zip(have, size, strict=True)]
        return go.Bar(
            y=[CELLS[cell] for cell in have], x=size, orientation="h", name=f"parameters, block {k + 1}", text=letters,
            textposition="inside", insidetextanchor="middle", textangle=0, textfont={"color": colors, "size": 15},
            marker={"color": "rgba(123,130,139,.14)", "line": {"color": colors, "width": 1.5}}, width=0.62,
        )  # fmt: skip

    label = {"showarrow": False, "xanchor": "left", "xshift": 6}
    return go.Figure(
        data=[
            *(slot(k) for k in range(4)),
            go.Bar(y=names, x=[units[cell] for cell in rows], orientation="h", name="units", xaxis="x2", yaxis="y2",
                   marker={"color": COLOR["forward"]}, width=0.45),
        ],
        layout={
            "height": 420,
            "barmode": "stack",
            "xaxis": {"title": {"text": f"parameters, if each has {H} units"}, "range": [0, MOST_PARAMETERS],
                      "anchor": "y", "tickvals": [0, 50_000, 100_000],
                      "ticktext": ["0", "50,000", "100,000"]},
            "yaxis": {"domain": [0.62, 1], "anchor": "x", "showgrid": False, "ticks": "", "range": [-0.5, 2.5]},
            "xaxis2": {"title": {"text": f"units, if each has {total['lstm']:,} parameters"}, "range": [0, MOST_UNITS],
                       "anchor": "y2", "dtick": 50},
            "yaxis2": {"domain": [0, 0.36], "anchor": "x2", "showgrid": False, "ticks": "", "range": [-0.5, 2.5]},
            "annotations": [
                *(label | {"x": total[cell], "y": CELLS[cell], "text": f"{total[cell]:,}"} for cell in rows),
                *(label | {"x": units[cell], "y": CELLS[cell], "xref": "x2", "yref": "y2", "text": f"{units[cell]}",
                           "font": {"color": COLOR["forward"]}} for cell in rows),
            ],
            "meta": {
                "reading": f"D = {D}, H = {H}: LSTM {total['lstm']:,} parameters, GRU {total['gru']:,}, tanh RNN "
                f"{total['tanh']:,}. With the LSTM's number a GRU has {units['gru']} units, a tanh RNN {units['tanh']}."
            },
        },
    )  # fmt: skip
