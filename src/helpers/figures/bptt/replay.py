"""Figure of chapter 2: a character model while it trains, its loss and what it writes."""

import html
import textwrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import check_count
from helpers.language import Fit, smoothed
from helpers.style import COLOR, level, line

WIDTH, LINES = 40, 4  # of the sample, in characters: as much as a phone shows in a legible size
MONO = "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace"


def replay(history: Fit, moment: int, ngram: float, grammar: float | None = None) -> go.Figure:
    """When does the network learn which part of the language: loss against update, and a sample at one moment.

    Parameters
    ----------
    history : helpers.language.Fit
        With snapshots; 8 to 15 make a good replay.
    moment : int
        Which snapshot, from 0.
    ngram : float
        Bits per character of the n-gram on the same dev text.
    grammar : float, optional
        Bits per character of the text's own grammar, where there is one.

    Returns
    -------
    plotly.graph_objects.Figure
        Above, bits per character on two logarithmic axes; below, what the network writes.

    Raises
    ------
    ValueError
        If there is no such snapshot.
    """
    shots = history.snapshots
    if moment != 0:
        check_count("moment", moment)
    if moment >= len(shots):
        raise ValueError(f"moment: got {moment}, wanted one of the {len(shots)} snapshots, from 0")
    now = shots[moment]
    at, train = smoothed(history.losses)
    dev = dict(zip(history.checked.tolist(), history.dev.tolist(), strict=True)) | {s.update: s.bits for s in shots}
    moments = sorted(dev)
    updates = len(history.losses)
    lowest = min(*dev.values(), train.min(), ngram, grammar or np.inf)
    low, high = int(np.floor(np.log2(0.9 * lowest))), int(np.ceil(np.log2(1.1 * max(dev.values()))))
    halvings = list(range(low, high + 1))
    ticks = [n for n in (0, 1, 10, 100, 1000, 10_000) if 4 * n < updates] + [updates]
    references = {"best n-gram": ngram} | ({} if grammar is None else {"the grammar itself": grammar})
    plain: dict[str, Any] = {"showarrow": False, "xanchor": "left"}
    label = plain | {"x": 0.02, "xref": "x domain"}
    below = plain | {"x": 0, "xref": "paper", "xshift": -40, "y": 0, "yref": "paper", "yanchor": "bottom"}
    return go.Figure(
        data=[
            go.Scatter(x=_across(at), y=_up(train), mode="lines",
                       **line("output", name="train", line={"color": COLOR["output"], "width": 1.5})),
            go.Scatter(x=_across(moments), y=_up([dev[n] for n in moments]), mode="markers",
                       **line("output", name="dev", marker={"color": COLOR["output"], "symbol": "diamond", "size": 6})),
            go.Scatter(x=_across([now.update]), y=_up([now.bits]), mode="markers", name="this moment", cliponaxis=False,
                       marker={"color": COLOR["output"], "symbol": "diamond-open", "size": 18, "line": {"width": 3}}),
        ],
        layout={
            "height": 520,
            "xaxis": {"title": {"text": "updates"}, "range": [-0.06, round(float(_across([updates])[0]) + 0.08, 3)],
                      "tickvals": _across(ticks), "ticktext": [f"{n:,}" for n in ticks], "anchor": "y",
                      "tickangle": 0},
            "yaxis": {"title": {"text": "bits per character"}, "domain": [0.42, 1], "range": [low, high],
                      "tickvals": halvings, "ticktext": [f"{2.0**n:g}" for n in halvings]},
            "shapes": [level(round(float(np.log2(bits)), 3)) | {"xref": "x domain"} for bits in references.values()],
            "annotations": [
                *(label | {"y": round(float(np.log2(bits)), 3), "yshift": 10, "text": f"{name}: {bits:.2f}",
                           "font": {"color": COLOR["neutral"]}} for name, bits in references.items()),
                plain | {"x": 0.98, "xref": "x domain", "xanchor": "right", "y": 0.98, "yref": "y domain",
                         "yanchor": "top", "text": "line: train, ◆: dev", "font": {"color": COLOR["output"]}},
                below | {"text": f"After {now.update:,} updates it writes:", "yshift": 76},
                below | {"text": _lines(now.text), "align": "left",
                         "font": {"family": MONO, "size": 13, "color": COLOR["output"]}},
            ],
            "meta": {
                "reading": f"After {now.update:,} updates the network needs {now.bits:.2f} bits per character, "
                f"{_verdict(now.bits, ngram)}. It writes: {_excerpt(now.text)}"
            },
        },
    )  # fmt: skip


def _across(updates: Any) -> Any:
    """Updates, 0 among them, on a logarithmic scale."""
    return np.round(np.log10(1 + np.asarray(updates)), 3)


def _up(bits: Any) -> Any:
    return np.round(np.log2(bits), 3)


def _verdict(bits: float, ngram: float) -> str:
    gap = bits - ngram
    return f"{abs(gap):.2f} {'more' if gap > 0 else 'fewer'} than the n-gram"


def _lines(text: str) -> str:
    """The sample in lines of `WIDTH` characters, always as many; a return arrow is a newline."""
    lines = textwrap.wrap(text.replace("\n", "↵ "), WIDTH)[:LINES]
    lines += [" "] * (LINES - len(lines))
    return "<br>".join(html.escape(written, quote=False) for written in lines)


def _excerpt(text: str) -> str:
    """The first six words."""
    return " ".join(text.split()[:6])
