"""Figure of chapter 7 on what attention maps are worth: what is said when the decoder is made to look elsewhere."""

from typing import Any

import plotly.graph_objects as go

from helpers.arrays import check_choice
from helpers.style import COLOR

REDIRECTS = {
    "own": "its own map",
    "turned": "map turned by 180°",
    "uniform": "all places alike",
    "peak": "only the largest weight",
    "uniform for sizes": "all places alike before sizes",
}
SHARES = {"exact": "are true", "same": "stay the same"}


def pointing(record: dict[str, Any], how: str, sizes: bool = False, share: str = "exact") -> go.Figure:
    """Does it matter where the decoder looks, and do better maps mean better captions? Trained seeds, redirected.

    Parameters
    ----------
    record : dict
        "captioning_pointing", see `helpers.records`.
    how : {"own", "turned", "uniform", "peak", "uniform for sizes"}
        What takes the place of every attention map, or of those before "small" and "large" alone.
    sizes : bool
        Whether the maps are judged by where they look before "small" and "large" alone.
    share : {"exact", "same"}
        Captions that are true, or that stay what they were.

    Returns
    -------
    plotly.graph_objects.Figure
        A mark for each seed: across, how much of the attention lies on the object being named; up, the share of
        captions. A line leads from where a seed was with its own map to where it is now.

    Raises
    ------
    ValueError
        For another `how` or `share`.
    """
    found = record["results"]
    check_choice("how", how, tuple(REDIRECTS))
    check_choice("share", share, tuple(SHARES))
    worst = found["misleading seed"]
    across = {one["seed"]: 100 * one["size own" if sizes else "own"] for one in found["by seed"]}
    before = {one["seed"]: 100 * one["exact"] if share == "exact" else 100.0 for one in found["by seed"]}
    after = {seed: 100 * value for seed, value in enumerate(found["redirected"][how][share]["each"])}
    after[worst] = 100 * found["worst redirected"][how][share]
    if how == "own":
        after = before
    moved = sorted(after)
    x = [round(across[seed], 1) for seed in moved]
    links: dict[str, list[float | None]] = {"x": [], "y": []}
    for seed, at in zip(moved, x, strict=True):
        links["x"] += [at, at, None]
        links["y"] += [round(before[seed], 1), round(after[seed], 1), None]
    typical = sorted(after[seed] for seed in range(5))[2]
    return go.Figure(
        data=[
            go.Scatter(x=[round(across[seed], 1) for seed in before], y=[round(y, 1) for y in before.values()],
                       mode="markers", name="own map", cliponaxis=False, hoverinfo="skip",
                       marker={"symbol": "circle-open", "size": 9, "color": COLOR["forward"], "line": {"width": 2}}),
            go.Scatter(**links, mode="lines", name="redirected", hoverinfo="skip",
                       line={"color": COLOR["neutral"], "width": 1, "dash": "dot"}),
            go.Scatter(x=x, y=[round(after[seed], 1) for seed in moved], mode="markers", name=REDIRECTS[how],
                       cliponaxis=False, hoverinfo="skip",
                       marker={"symbol": "diamond", "size": 10, "color": COLOR["output"]}),
        ],
        layout={
            "height": 400,
            "xaxis": {"title": {"text": f"attention on what is named{', sizes' if sizes else ''} (%)"},
                      "range": [-3, 103], "tickvals": [0, 25, 50, 75, 100]},
            "yaxis": {"title": {"text": f"captions that {SHARES[share]} (%)"}, "range": [-14, 118],
                      "tickvals": [0, 25, 50, 75, 100]},
            "annotations": [
                {"x": round(across[worst], 1), "y": round(after[worst], 1), "yshift": -18, "showarrow": False,
                 "text": f"seed {worst}", "font": {"color": COLOR["output"]}},
            ],
            "meta": {
                "reading": f"With {REDIRECTS[how]}, {typical:.1f} % of captions {SHARES[share]} (median seed), "
                f"{after[worst]:.1f} % of seed {worst}’s. Attention{' for sizes' if sizes else ''} on what it "
                f"names: {across[worst]:.0f} %."
            },
        },
    )  # fmt: skip
