"""Figures of chapter 1 on language models: how many numbers they need, and what they say comes next."""

import math

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from helpers.counts import ngram_parameters, rnn_parameters, window_parameters
from helpers.output import softmax
from helpers.style import COLOR, power_of_ten, power_ticks

DECADES = 20  # the plot of counts ends at 10^20; the label names what lies beyond
CORPORA = {"10⁶": 10**6, "10⁹": 10**9}  # tokens
SHOWN = 12  # symbols; the others share one bar
INVISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def parameter_counts(context: int, symbols: int, hidden: int) -> go.Figure:
    """How many numbers does a language model need to look `context` symbols back? A table against networks.

    Parameters
    ----------
    context : int
        Symbols before the one that is predicted, at least 1: n - 1 for an n-gram.
    symbols : int
        V.
    hidden : int
        H, the units of the two networks. Their inputs are one-hot.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars of log10 of: the table of all n-grams; the n-grams that a corpus of 10^6 and of 10^9 tokens can hold at
        most; the parameters of a net on a fixed window; those of a recurrent network, the same for every context.
    """
    n = context + 1
    table, recurrent = ngram_parameters(symbols, n), rnn_parameters(symbols, hidden, symbols)
    bars = {
        "every n-gram": table,
        **{f"n-grams in {name} tokens": min(table, size - context) for name, size in CORPORA.items()},
        "net on a window": window_parameters(symbols, n, hidden),
        "recurrent network": recurrent,
    }
    rows = list(range(len(bars)))[::-1]
    size = [round(min(math.log10(count), DECADES), 2) for count in bars.values()]
    texts = [
        f"{name}: {'at most ' * ('tokens' in name)}{_count(count)}{' →' * (count > 10**DECADES)}"
        for name, count in bars.items()
    ]
    return go.Figure(
        data=[
            go.Bar(x=size[:-1], y=rows[:-1], orientation="h", width=0.42, marker={"color": COLOR["neutral"]},
                   name="log10 of the count"),
            go.Bar(x=size[-1:], y=rows[-1:], orientation="h", width=0.42, marker={"color": COLOR["forward"]},
                   name="log10 of the count, recurrent network"),
        ],
        layout={
            "height": 360,
            "barmode": "overlay",
            "xaxis": {"title": {"text": "numbers to store or to learn"}, "showgrid": True}
            | power_ticks(0, DECADES, 4),
            "yaxis": {"range": [-0.4, 4.8], "visible": False},
            "annotations": [
                {"x": 0, "xanchor": "left", "xshift": 2, "y": y + 0.22, "yanchor": "bottom", "text": text,
                 "showarrow": False, "font": {"color": COLOR["neutral" if y else "forward"]}}
                for y, text in zip(rows, texts, strict=True)
            ],
            "meta": {
                "reading": f"Context {context}, {symbols:,} symbols, {hidden:,} units: the full table has "
                f"{_count(table)} entries, the recurrent network {_count(recurrent)} parameters, for this context and "
                "any other."
            },
        },
    )  # fmt: skip


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**7 else power_of_ten(number)


def next_symbol(scores: ArrayLike, symbols: tuple[str, ...], temperature: float = 1.0, context: str = "") -> go.Figure:
    """What comes next? The distribution ``softmax(scores / temperature)`` over the symbols.

    Parameters
    ----------
    scores : array (V,)
        Of the next symbol, before any softmax; logarithms of probabilities will do.
    symbols : tuple of str
        The V symbols. A space is shown as ␣, a line's end as ⏎.
    temperature : float
        At least 0; 0 is greedy.
    context : str
        What stands before; it is only named.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars: all symbols in their order if there are at most 12; otherwise the 12 with the largest scores, the
        largest first, and one bar for all the rest. The order does not change with the temperature.
    """
    p = softmax(scores, temperature)
    V = len(symbols)
    order = np.arange(V) if V <= SHOWN else np.argsort(-np.asarray(scores), kind="stable")[:SHOWN]
    top, likely = int(p.argmax()), p[p > 0]
    bits = max(0.0, float(-(likely * np.log2(likely)).sum()))
    rest = [] if V <= SHOWN else [round(float(max(0.0, 1 - p[order].sum())), 3)]
    after = f"After “{_shown(context)}”" if context else "Next symbol"
    columns = SHOWN + 1 if rest else V
    return go.Figure(
        data=[
            go.Bar(x=[_shown(symbols[i]) for i in order], y=np.round(p[order], 3), name="probability", width=0.7,
                   marker={"color": COLOR["output"]}),
            go.Bar(x=["…"] * len(rest), y=rest, name="probability of all others", width=0.7,
                   marker={"color": COLOR["neutral"]}),
        ],
        layout={
            "height": 300,
            "barmode": "overlay",
            "xaxis": {"type": "category", "range": [-0.9, columns - 0.4], "tickfont": {"size": 14}, "tickangle": 0,
                      "ticks": ""},
            "yaxis": {"title": {"text": "probability"}, "range": [0, 1.08], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
            "annotations": [
                {"x": int(np.flatnonzero(order == top)[0]), "y": round(float(p[top]), 3), "yanchor": "bottom",
                 "showarrow": False, "text": f"{100 * p[top]:.0f} %", "font": {"color": COLOR["output"]}},
            ],
            "meta": {
                "reading": f"{after}, temperature {temperature:g}: “{_shown(symbols[top])}” is likeliest, "
                f"{100 * p[top]:.0f} %; entropy {bits:.2f} bits of at most {math.log2(V):.2f}."
            },
        },
    )  # fmt: skip


def _shown(text: str) -> str:
    """Blanks and line ends made visible."""
    return "".join(INVISIBLE.get(character, character) for character in text)
