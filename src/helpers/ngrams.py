"""N-gram language models: count what followed each short context, and fall back on shorter ones.

The model to beat before anybody trains a network. Its memory is a table, so it knows nothing beyond the last
n - 1 symbols, and nothing about a context that it has never seen.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_count, check_ids, check_rng

Table = dict[tuple[int, ...], dict[int, int]]


class NGram(NamedTuple):
    """An n-gram model: what `fit_ngram` counted."""

    order: int
    """n: a symbol and the n - 1 before it."""
    V: int
    """How many symbols there are."""
    counts: tuple[Table, ...]
    """``counts[k][context][symbol]``: how often `symbol` followed the k symbols of `context`; k = 0 .. n - 1."""


def fit_ngram(ids: ArrayLike, order: int, V: int) -> NGram:
    """Count what followed each context of 0, 1, .. order - 1 symbols.

    Parameters
    ----------
    ids : int array (N,)
        The corpus, symbols 0 .. V - 1.
    order : int
        n, at least 1.
    V : int

    Returns
    -------
    NGram

    Raises
    ------
    ValueError
        If the corpus is empty, a symbol is outside 0 .. V - 1 (the message says where), or a count is below 1.
    """
    order, V = check_count("order", order), check_count("V", V)
    corpus = _symbols("ids", ids, V)
    tables: list[Table] = []
    for k in range(order):
        table: Table = {}
        for i in range(k, len(corpus)):
            followers = table.setdefault(corpus[i - k : i], {})
            followers[corpus[i]] = followers.get(corpus[i], 0) + 1
        tables.append(table)
    return NGram(order, V, tuple(tables))


def ngram_probabilities(model: NGram, context: ArrayLike) -> FloatArray:
    """Predict the next symbol: interpolated Witten-Bell.

    With n(c w) times that w followed the context c, n(c) their sum, and t(c) *different* symbols that did::

        p(w | c) = (n(c w) + t(c) p(w | c')) / (n(c) + t(c))

    c' is c without its oldest symbol. Below the empty context stands 1 / V, so that no symbol ever gets
    probability 0. A context never seen has n = t = 0; its prediction is that of c'.

    Parameters
    ----------
    model : NGram
    context : int array (m,)
        The symbols before, oldest first; only the last order - 1 count, and there may be fewer or none.

    Returns
    -------
    array (V,)
        Positive, sum 1.

    Raises
    ------
    ValueError
        If a symbol is outside 0 .. V - 1.

    References
    ----------
    Witten & Bell (1991), "The zero-frequency problem", IEEE Transactions on Information Theory 37 (their method
    C); Chen & Goodman (1999), "An empirical study of smoothing techniques for language modeling", Computer
    Speech and Language 13, for the interpolated form.
    """
    before = _symbols("context", context, model.V) if np.size(context) else ()
    p = np.full(model.V, 1 / model.V)
    for followers in _seen(model, before):
        p *= len(followers)
        for symbol, count in followers.items():
            p[symbol] += count
        p /= sum(followers.values()) + len(followers)
    return p


def ngram_bits(model: NGram, ids: ArrayLike) -> float:
    """Mean bits per symbol of a text, ``-(1/N) sum over i of log2 p(w_i | the symbols before)``.

    Every symbol of the text counts. The first has no context, the second one symbol, and so on, until order - 1
    stand before: what came before the text is not known to the model.

    Parameters
    ----------
    model : NGram
    ids : int array (N,)

    Returns
    -------
    float
        Times ln 2 it is the mean cross-entropy in nats; 2 to its power is the perplexity.

    Raises
    ------
    ValueError
        If the text is empty, or a symbol is outside 0 .. V - 1.
    """
    text = _symbols("ids", ids, model.V)
    log_p = np.empty(len(text))
    for i, symbol in enumerate(text):
        p = 1 / model.V  # as in `ngram_probabilities`, but for this one symbol: V times faster
        for followers in _seen(model, text[max(0, i - model.order + 1) : i]):
            t = len(followers)
            p = (followers.get(symbol, 0) + t * p) / (sum(followers.values()) + t)
        log_p[i] = np.log2(p)
    return float(-log_p.mean())


def best_ngram(train: ArrayLike, dev: ArrayLike, V: int, orders: Iterable[int] = range(2, 9)) -> tuple[NGram, float]:
    """Fit an n-gram of each order on `train`, and take the one that predicts `dev` best.

    The order is a setting, so it is chosen on text that is neither trained on nor reported.

    Parameters
    ----------
    train, dev : int array (N,), (M,)
    V : int
    orders : iterable of int

    Returns
    -------
    model : NGram
    bits : float
        Its mean bits per symbol on `dev`. Of orders that predict equally well, the first.

    Raises
    ------
    ValueError
        As for `fit_ngram`, naming `train` or `dev`, or if there are no orders.
    """
    wanted = [check_count("orders", order) for order in orders]
    if not wanted:
        raise ValueError("orders: got none, wanted at least one")
    dev = _symbols("dev", dev, check_count("V", V))
    longest = fit_ngram(_symbols("train", train, V), max(wanted), V)  # it holds the counts of all shorter ones
    models = [NGram(order, V, longest.counts[:order]) for order in wanted]
    bits = [ngram_bits(model, dev) for model in models]
    best = int(np.argmin(bits))
    return models[best], bits[best]


def sample_ngram(model: NGram, length: int, rng: np.random.Generator, start: Sequence[int] = ()) -> NDArray[np.int64]:
    """Write a text: draw a symbol, append it to the context, draw again.

    Parameters
    ----------
    model : NGram
    length : int
        How many symbols to draw.
    rng : numpy.random.Generator
    start : sequence of int
        What stands before the first symbol drawn.

    Returns
    -------
    int array (length,)
        What was drawn, without `start`.

    Raises
    ------
    ValueError
        If `length` is below 1, `start` holds no symbols of the model, or `rng` is not a generator.
    """
    length, rng = check_count("length", length), check_rng(rng)
    text = [*_symbols("start", start, model.V)] if len(start) else []
    for _ in range(length):
        p = ngram_probabilities(model, text[max(0, len(text) - model.order + 1) :])
        text.append(int(rng.choice(model.V, p=p)))
    return np.array(text[len(start) :], np.int64)


def _seen(model: NGram, context: tuple[int, ...]) -> Iterator[dict[int, int]]:
    """What followed the last 0, 1, 2, .. symbols of the context, as far as it was ever seen."""
    for k in range(min(model.order, len(context) + 1)):
        followers = model.counts[k].get(context[len(context) - k :])
        if followers is None:
            return  # a longer context contains this one, so it was not seen either
        yield followers


def _symbols(name: str, ids: ArrayLike, V: int) -> tuple[int, ...]:
    """A corpus as a tuple: its slices can be keys of a table."""
    if np.ndim(ids) != 1:
        raise ValueError(f"{name}: got shape {np.shape(ids)}, wanted (N,)")
    return tuple(check_ids(name, ids, V).tolist())
