"""Figure of chapter 8: how a scan computes T states in fewer rounds than there are steps."""

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_count
from helpers.linear_recurrence import scan_cost, scan_levels
from helpers.style import COLOR

WIDEST, DEEPEST = 16, 15  # the frame holds 16 steps, and the 15 rounds of their loop
TITLES = {"loop": "Loop", "hillis-steele": "Hillis–Steele", "blelloch": "Two sweeps"}


def scan(method: str, T: int, rounds: int) -> go.Figure:
    """In how many rounds are all states known? What is joined with what, round by round.

    Every place holds a stretch of steps. In each round, places take in the stretch before their own; a place whose
    stretch begins at step 1 holds a finished state.

    Parameters
    ----------
    method : {"loop", "hillis-steele", "blelloch"}
        As for `helpers.linear_recurrence.scan`.
    T : int
        Steps, 1 to 16.
    rounds : int
        So many are drawn; more than there are is all of them.

    Returns
    -------
    plotly.graph_objects.Figure
        A column for each step, rounds from top to bottom; a filled circle is a finished state, an open one a
        stretch that begins later.

    Raises
    ------
    ValueError
        For an unknown method, T below 1 or above 16, or rounds below 1.
    """
    if check_count("T", T) > WIDEST:
        raise ValueError(f"T: got {T}, wanted 1 to {WIDEST}")
    levels, cost = scan_levels(T, method), scan_cost(T, method)
    shown = min(check_count("rounds", rounds), len(levels))
    start, row = np.arange(T), np.zeros(T, dtype=int)  # where each stretch begins, and in which round it was made
    gap = WIDEST / T
    x = 0.5 + gap * (np.arange(T) + 0.5)
    edges: dict[str, list[list[float | None]]] = {"old": [[], []], "new": [[], []]}
    done: list[tuple[float, int, str]] = [(x[0], 0, "state 1")]
    part: list[tuple[float, int, str]] = [(x[i], 0, f"step {i + 1}") for i in range(1, T)]
    combined = 0
    for n, level in enumerate(levels[:shown], start=1):
        before_start, before_row = start.copy(), row.copy()  # a round reads what the rounds before it wrote
        xs, ys = edges["new" if n == shown else "old"]
        for source, into in level:
            xs += [x[source], x[into], None, x[into], x[into], None]
            ys += [int(before_row[source]), n, None, int(before_row[into]), n, None]
            start[into], row[into] = before_start[source], n
            held = (x[into], n, f"steps {start[into] + 1}–{into + 1}")
            (part if start[into] else done).append(held)
        combined += len(level)
    finished, together = int((start == 0).sum()), len(levels[shown - 1]) if levels else 0
    made = f"{combined} combination{'s' * (combined != 1)} in {shown} of {cost.depth} rounds"
    head = f"{TITLES[method]}, {T} step{'s' * (T > 1)}"
    told = (
        f"{head}: after round {shown} of {cost.depth}, {finished} of {T} states are known; "
        f"{combined} of {cost.work} combinations made, {together} at once in this round."
    )

    def circles(held: list[tuple[float, int, str]], name: str, symbol: str) -> go.Scatter:
        marker = {
            "color": COLOR["forward"],
            "size": 10,
            "symbol": symbol,
            "line": {"width": 2, "color": COLOR["forward"]},
        }
        return go.Scatter(x=[h[0] for h in held], y=[h[1] for h in held], text=[h[2] for h in held], mode="markers",
                          name=name, marker=marker, hoverinfo="text", cliponaxis=False)  # fmt: skip

    note = {"x": 1, "xref": "paper", "xanchor": "right", "yref": "paper", "yanchor": "bottom", "showarrow": False}
    return go.Figure(
        data=[
            go.Scatter(x=edges["old"][0], y=edges["old"][1], mode="lines", name="rounds before", hoverinfo="skip",
                       line={"color": COLOR["neutral"], "width": 1.2}),
            go.Scatter(x=edges["new"][0], y=edges["new"][1], mode="lines", name="this round", hoverinfo="skip",
                       line={"color": COLOR["forward"], "width": 2.5}),
            circles(part, "stretches", "circle-open"),
            circles(done, "finished states", "circle"),
        ],
        layout={
            "height": 480,
            "margin": {"l": 8, "r": 12, "t": 56, "b": 8},
            "xaxis": {"title": {"text": "step"}, "range": [0.3, WIDEST + 0.7], "tickvals": x.tolist(), "tickangle": 0,
                      "ticktext": [str(i + 1) if T <= 8 or i % 3 == 0 else "" for i in range(T)]},
            "yaxis": {"title": {"text": "round"}, "range": [DEEPEST + 0.5, -0.6], "tickvals": [0, 5, 10, 15],
                      "showgrid": False},
            "annotations": [
                note | {"y": 1, "yshift": 24, "text": f"<b>{finished} of {T}</b> states known",
                        "font": {"color": COLOR["forward"]}},
                note | {"y": 1, "yshift": 4, "text": made},
            ],
            "meta": {"reading": told},
        },
    )  # fmt: skip
