"""Figure of chapter 7 on all results: BLEU beside exact match, two decoders, five seeds."""

from typing import Any

import plotly.graph_objects as go

from helpers.arrays import check_choice
from helpers.figures.captioning.telling import DECODERS
from helpers.style import COLOR

METRICS = {"bleu 1": "BLEU-1", "bleu 2": "BLEU-2", "bleu 3": "BLEU-3", "bleu 4": "BLEU-4", "exact": "exact"}
SETS = {
    "fresh unseen": "Fresh scenes with a new pair", "fresh seen": "Fresh scenes of known pairs",
    "dev unseen": "Dev scenes with a new pair", "dev seen": "Dev scenes of known pairs",
}  # fmt: skip
WIDTH, APART = 0.36, 0.2


def results(record: dict[str, Any], scenes: str, search: str) -> go.Figure:
    """Does BLEU show what exact match shows? Both decoders on one set of scenes: medians of five seeds, and each seed.

    Parameters
    ----------
    record : dict
        "captioning_results", see `helpers.records`.
    scenes : str
        On which set, a key of `SETS`.
    search : str
        How words were chosen, a key of the record's table.

    Returns
    -------
    plotly.graph_objects.Figure
        A pair of bars for BLEU-1 to BLEU-4 and for exact match, in percent; a dot for each seed.

    Raises
    ------
    ValueError
        For an unknown set or search.
    """
    check_choice("scenes", scenes, tuple(SETS))
    rows = {}
    for decoder in DECODERS:
        searches = record["table"][decoder]
        rows[decoder] = searches[check_choice("search", search, tuple(searches))][scenes]
    factor = {metric: 100 if metric == "exact" else 1 for metric in METRICS}
    median = {decoder: [factor[m] * row[m]["median"] for m in METRICS] for decoder, row in rows.items()}
    places = {decoder: [i + sign * APART for i in range(len(METRICS))]
              for decoder, sign in zip(DECODERS, (-1, 1), strict=True)}  # fmt: skip
    role = {"show and tell": "neutral", "attention": "output"}
    symbol = {"show and tell": "circle-open", "attention": "diamond"}
    pale = {"show and tell": 0.25, "attention": 0.45}

    def seeds(decoder: str) -> go.Scatter:
        each = [(x, factor[m] * value) for x, m in zip(places[decoder], METRICS, strict=True)
                for value in rows[decoder][m]["each"]]  # fmt: skip
        return go.Scatter(
            x=[round(x, 2) for x, _ in each], y=[round(y, 1) for _, y in each], mode="markers", cliponaxis=False,
            name=f"{DECODERS[decoder]}, each seed", hoverinfo="skip",
            marker={"symbol": symbol[decoder], "size": 7, "color": COLOR[role[decoder]]},
        )  # fmt: skip

    weak, strong = median["show and tell"], median["attention"]
    return go.Figure(
        data=[
            *(
                go.Bar(x=places[decoder], y=[round(y, 1) for y in median[decoder]], width=WIDTH, name=DECODERS[decoder],
                       hoverinfo="skip", marker={"color": COLOR[role[decoder]], "opacity": pale[decoder]})
                for decoder in DECODERS
            ),
            *(seeds(decoder) for decoder in DECODERS),
            *(
                go.Scatter(x=places[decoder], y=[height] * len(METRICS), mode="text", name="median", hoverinfo="skip",
                           text=[f"{y:.1f}" for y in median[decoder]],
                           textfont={"size": 14, "color": COLOR[role[decoder]]})
                for decoder, height in zip(DECODERS, (108, 117), strict=True)
            ),
        ],
        layout={
            "height": 400,
            "barmode": "overlay",
            "xaxis": {"range": [-0.55, len(METRICS) - 0.45], "tickvals": list(range(len(METRICS))), "ticks": "",
                      "ticktext": list(METRICS.values()), "tickfont": {"size": 14}},
            "yaxis": {"title": {"text": "percent"}, "range": [0, 134], "tickvals": [0, 25, 50, 75, 100]},
            "annotations": [
                {"x": x, "xref": "paper", "xanchor": anchor, "y": 1, "yref": "paper", "yanchor": "top", "text": text,
                 "showarrow": False, "font": {"color": COLOR[role[decoder]]}}
                for decoder, x, anchor, text in (("show and tell", 0.02, "left", "○ Show and Tell"),
                                                 ("attention", 0.98, "right", "◆ Soft attention"))
            ],
            "meta": {
                "reading": f"{SETS[scenes]}, {search}. Show and Tell: BLEU-1 {weak[0]:.1f}, exact match {weak[-1]:.1f} "
                f"%. Soft attention: BLEU-1 {strong[0]:.1f}, exact match {strong[-1]:.1f} %."
            },
        },
    )  # fmt: skip
