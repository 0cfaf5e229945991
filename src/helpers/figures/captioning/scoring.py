"""Figure of chapter 7 on BLEU: one caption, its runs of words against the references, and what comes of the counts."""

from collections import Counter
from collections.abc import Sequence

import plotly.graph_objects as go

from helpers.arrays import check_choice, check_count
from helpers.captioning.bleu import bleu_parts
from helpers.style import COLOR

REFERENCES = (
    "a large red triangle to the left of a small blue circle",
    "a small blue circle to the right of a large red triangle",
)
CANDIDATES = {
    "sides": "a large red triangle to the right of a small blue circle",
    "one": "a large red triangle to the left of a small green circle",
    "salad": "circle a of blue large the triangle left small a to red",
    "short": "a a a",
    "true": "a little blue disc stands right of a big red triangle",
    "right": REFERENCES[1],
}
"""Left and right swapped; one colour wrong; all words in disorder; too short; true, in other words; right."""
LONGEST, ORDERS, MARGIN = 12, 4, 112


def matched(candidate: Sequence[str], references: Sequence[Sequence[str]], n: int) -> list[bool]:
    """Which runs of n words count, from the left: one that the references have k times at most, counts k times.

    Parameters
    ----------
    candidate : list of words
    references : list of lists of words
    n : int

    Returns
    -------
    list of bool
        One for each run, none if the candidate is shorter than n.
    """
    runs = [[tuple(words[i : i + n]) for i in range(len(words) - n + 1)] for words in (candidate, *references)]
    left = Counter[tuple[str, ...]]()
    for truth in runs[1:]:
        left |= Counter(truth)
    found = []
    for run in runs[0]:
        found.append(left[run] > 0)
        left[run] -= found[-1]
    return found


def bleu(caption: str, n: int, second: bool = True) -> go.Figure:
    """What does BLEU count, and what does it miss? The runs of n words of a caption, and the score made of them.

    Parameters
    ----------
    caption : {"sides", "one", "salad", "short", "true", "right"}
        A key of `CANDIDATES`.
    n : int
        Longest run, 1 to 4.
    second : bool
        Whether the other true caption of the scene, from the other object's side, is a reference, too.

    Returns
    -------
    plotly.graph_objects.Figure
        Above the words, below them a box for each run of n, filled where a reference has it. Below that the share of
        runs that count for 1 .. n words, the brevity penalty, BLEU-n and exact match.

    Raises
    ------
    ValueError
        For an unknown caption, or n outside 1 .. 4.
    """
    words = CANDIDATES[check_choice("caption", caption, tuple(CANDIDATES))].split()
    if check_count("n", n) > ORDERS:
        raise ValueError(f"n: got {n}, wanted 1 to {ORDERS}")
    truths = [text.split() for text in REFERENCES[: 1 + second]]
    parts, exact = bleu_parts([words], [truths], n), words in truths
    counted = {k: matched(words, truths, k) for k in range(1, n + 1)}
    hits = counted[n]
    names = [f"runs of {k}" if k > 1 else "words" for k in range(1, ORDERS + 1)]
    told = [f"{sum(counted[k])} of {len(counted[k])}" if k <= n else "" for k in range(1, ORDERS + 1)]
    rows = [*names, "brevity penalty", f"BLEU-{n}", "exact match"][::-1]
    shares = [*(p / 100 for p in parts.precisions), *[0.0] * (ORDERS - n), parts.brevity_penalty, parts.score / 100]
    texts = [*told, f"{parts.brevity_penalty:.2f}", f"{parts.score:.1f}", "yes" if exact else "no"]
    roles = ["forward"] * ORDERS + ["neutral", "output", "output"]
    true = "<br>or ".join(text.replace(" to ", "<br>to ") for text in REFERENCES[: 1 + second])
    note = {"x": 0, "xref": "paper", "xshift": -MARGIN + 4, "yref": "paper", "xanchor": "left", "align": "left",
            "showarrow": False}  # fmt: skip
    verdict = {"right": "right", "true": "true, in other words"}.get(caption, "wrong")

    def boxes(wanted: bool, fill: str, role: str, name: str) -> go.Bar:
        at = [i for i, hit in enumerate(hits) if hit is wanted]
        return go.Bar(
            x=[n - 0.16] * len(at), base=[i + 0.58 for i in at], y=[i % n + 1 for i in at], orientation="h", name=name,
            width=0.62, marker={"color": fill, "line": {"color": COLOR[role], "width": 2}}, hoverinfo="skip",
        )  # fmt: skip

    return go.Figure(
        data=[
            boxes(True, COLOR["forward"], "forward", "in a reference"),
            boxes(False, "rgba(0,0,0,0)", "neutral", "in none, or too often"),
            go.Bar(y=list(range(len(rows))), x=[round(v, 4) for v in (*shares, float(exact))][::-1], orientation="h",
                   xaxis="x2", yaxis="y2", name="share", width=0.62, text=texts[::-1], textposition="outside",
                   cliponaxis=False, marker={"color": [COLOR[role] for role in roles][::-1]}),
        ],
        layout={
            "height": 560,
            "margin": {"l": MARGIN, "r": 12, "t": 4, "b": 8},
            "barmode": "overlay",
            "xaxis": {"range": [0.4, LONGEST + 0.6], "side": "top", "tickvals": list(range(1, len(words) + 1)),
                      "ticktext": words, "tickangle": -90, "ticks": "", "showline": False, "automargin": False},
            "yaxis": {"range": [ORDERS + 0.5, 0.5], "domain": [0.5, 0.67], "showticklabels": False, "ticks": "",
                      "showgrid": False, "showline": False},
            "xaxis2": {"range": [0, 1.28], "tickvals": [0, 0.25, 0.5, 0.75, 1], "anchor": "y2",
                       "ticktext": ["0", "25 %", "50 %", "75 %", "100 %"], "showgrid": True},
            "yaxis2": {"range": [-0.5, len(rows) - 0.5], "domain": [0, 0.43], "tickvals": list(range(len(rows))),
                       "ticktext": rows, "ticks": "", "showgrid": False, "automargin": False},
            "annotations": [
                note | {"y": 1, "yanchor": "top", "text": f"true: {true}"},
                note | {"y": 0.44, "yanchor": "bottom", "text": "■ counts   □ in no reference, or too often"},
            ],
            "meta": {
                "reading": f"This caption is {verdict}. Of its runs of {n} words {told[n - 1]} count: "
                f"BLEU-{n} is {parts.score:.1f}, exact match {int(exact)}."
            },
        },
    )  # fmt: skip
