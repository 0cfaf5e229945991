"""What happens after a mistake: a wrong digit is put in by hand, then the decoder is on its own."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_choice, check_count
from helpers.style import COLOR, line

NAMES = {"plain": "One vector", "scheduled sampling": "Scheduled sampling", "attention": "Attention"}


def slips(record: Mapping[str, Any], model: str, wrong: int) -> go.Figure:
    """What does one wrong digit do to those after it? Accuracy by position: told the right digits, alone, after a slip.

    Parameters
    ----------
    record : mapping
        ``helpers.records.load("seq2seq_slips")``.
    model : {"plain", "scheduled sampling", "attention"}
    wrong : int
        Which digit is replaced by the wrong one that the model finds likeliest, from 1, but not the last; 0 is none.

    Returns
    -------
    plotly.graph_objects.Figure
        Share of right digits at each position, medians of five seeds.

    Raises
    ------
    ValueError
        For an unknown model, or a digit that cannot be replaced.
    """
    runs = record["models"][check_choice("model", model, record["models"])]
    n = record["digits"]
    if wrong != 0 and check_count("wrong", wrong) > n - 1:
        raise ValueError(f"wrong: got {wrong}, wanted 0 to {n - 1}")
    told, alone = (_percent(runs[name]["median"]) for name in ("told", "alone"))
    after, worst = (_percent(runs["slips"][wrong - 1]["after"][of] if wrong else []) for of in ("median", "worst"))
    places = list(range(1, n + 1))
    if wrong:
        reading = f"{NAMES[model]}, digit {wrong} wrong: digit {wrong + 1} right in {after[0]:.0f} % "
        reading += f"(worst seed {worst[0]:.0f} %), otherwise in {alone[wrong]:.0f} %"
        if len(after) > 1:
            reading += f"; digit {n} in {after[-1]:.0f} %, otherwise in {alone[-1]:.0f} %"
    else:
        reading = (
            f"{NAMES[model]}: alone, digit 1 is right in {alone[0]:.0f} % of cases, digit {n} in {alone[-1]:.0f} %; "
        )
        reading += f"fed the right digits, digit {n} in {told[-1]:.0f} %"
    label = {"showarrow": False, "xref": "paper", "yref": "paper", "y": 1, "yanchor": "top"}
    left, right = label | {"x": 0, "xanchor": "left"}, label | {"x": 1, "xanchor": "right"}
    slip = {"symbol": "x", "size": 13, "color": COLOR["output"]}
    return go.Figure(
        data=[
            go.Scatter(x=places, y=told, mode="lines+markers", **line("neutral", name="fed the right digits")),
            go.Scatter(x=places, y=alone, mode="lines+markers", **line("forward", name="fed its own")),
            go.Scatter(x=places[wrong : n if wrong else 0], y=after, mode="lines+markers", cliponaxis=False,
                       **line("output", name="after the slip", line={"color": COLOR["output"], "width": 4},
                              marker={"color": COLOR["output"], "symbol": "diamond", "size": 10})),
            go.Scatter(x=[wrong] if wrong else [], y=[0] if wrong else [], mode="markers", name="wrong digit put in",
                       cliponaxis=False, marker=slip),
        ],
        layout={
            "height": 400,
            "xaxis": {"title": {"text": "digit"}, "range": [0.6, n + 0.4], "tickvals": places, "tickangle": 0},
            "yaxis": {"title": {"text": "right, %"}, "range": [-4, 104], "domain": [0, 0.84],
                      "tickvals": [0, 25, 50, 75, 100]},
            "annotations": [
                left | {"text": "○ fed the right digits", "font": {"color": COLOR["neutral"]}},
                right | {"text": "● fed its own", "font": {"color": COLOR["forward"]}},
                left | {"text": "◆ after a slip" if wrong else "", "yshift": -22, "font": {"color": COLOR["output"]}},
                right | {"text": f"✕ digit {wrong} is wrong" if wrong else "", "yshift": -22,
                         "font": {"color": COLOR["output"]}},
            ],
            "meta": {"reading": f"{reading}."},
        },
    )  # fmt: skip


def _percent(shares: Any) -> Any:
    return np.round(100 * np.asarray(shares, float), 1)
