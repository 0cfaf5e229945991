"""A trained model at work: translations, how many are right, and where the decoder looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray
from helpers.decoding import Hypothesis, Step, beam_search, greedy_search
from helpers.phrases import END, MARKS, PAD, START, TARGET_WORDS, Batch, Pair, source_of, target_of
from helpers.seq2seq.model import Memory, Seq2Seq, check_attention, decoder_step, encode
from helpers.seq2seq.training import teacher_forced


def decoder(model: Seq2Seq, source: ArrayLike) -> tuple[Step, Any]:
    """Make the decoder as `helpers.decoding` wants it, for these sentences.

    Parameters
    ----------
    model : Seq2Seq
    source : int array (S, B)

    Returns
    -------
    step : callable
        ``step(symbols, state) -> scores (N, VT), state``; PAD and START score -inf, so that they are never written.
    state : tuple
        The first: whose row it is, (B,), and the decoder's state (B, H). Hypotheses of one sentence share its memory.

    Raises
    ------
    ValueError
        As for `encode`.
    """
    import torch

    with torch.no_grad():
        h0, memory = encode(model, source)

    @torch.no_grad()
    def step(symbols: NDArray[np.int64], state: Any) -> tuple[FloatArray, Any]:
        whose, h = state
        seen = None if memory is None else Memory(*(part[:, whose] for part in memory))
        scores, h, _ = decoder_step(model, torch.as_tensor(symbols), h, seen)
        scores[:, [PAD, START]] = -torch.inf
        return scores.numpy(), (whose, h)

    return step, (np.arange(len(h0)), h0)


def translate(
    model: Seq2Seq, sentences: Sequence[Sequence[str]], width: int = 1, reverse: bool = False, limit: int = 24
) -> list[list[str]]:
    """Translate sentences, greedily (width 1) or by beam search.

    Parameters
    ----------
    model : Seq2Seq
    sentences : sequence of B sequences of words
    width : int
        Of the beam; the best by the mean log-probability is taken.
    reverse : bool
        Read the sentences from the last word to the first, for a model that was trained so.
    limit : int
        Most symbols of a translation, END included.

    Returns
    -------
    list of B lists of symbols
        Without END.

    Raises
    ------
    ValueError
        If a count is below 1, a sentence is empty or has an unknown word, which is named.
    """
    step, state = decoder(model, source_of(sentences, reverse))
    B = len(sentences)
    best: list[Hypothesis]
    if width == 1:
        best = greedy_search(step, state, B, START, END, limit)
    else:
        best = [found[0] for found in beam_search(step, state, B, START, END, width, limit)]
    return [[TARGET_WORDS[i] for i in h.symbols if i != END] for h in best]


def exact_match(model: Seq2Seq, pairs: Sequence[Pair], width: int = 1, reverse: bool = False, limit: int = 24) -> float:
    """Share of sentences whose translation is right in every symbol.

    Parameters
    ----------
    model : Seq2Seq
    pairs : sequence of pairs (words, symbols)
    width, reverse, limit
        As for `translate`.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError
        As for `translate`.
    """
    out = translate(model, [words for words, _ in pairs], width, reverse, limit)
    return float(np.mean([got == list(wanted) for got, (_, wanted) in zip(out, pairs, strict=True)]))


def alignment(
    model: Seq2Seq, words: Sequence[str], symbols: Sequence[str] | None = None, limit: int = 24
) -> tuple[FloatArray, list[str]]:
    """Compute where the decoder looks while it writes each symbol.

    Parameters
    ----------
    model : Seq2Seq
        With attention.
    words : sequence of str
        One sentence, in the order in which the model has learned to read.
    symbols : sequence of str, optional
        What it is made to write, with or without "<END>" at the end; left out, what it writes itself, greedily.
    limit : int
        Most symbols that it writes itself, END included.

    Returns
    -------
    weights : array (T, S)
        Row t are the weights with which symbol t was written, column s belongs to word s; the last column is that of
        "<END>", so S is one more than there are words. Every row sums to 1.
    symbols : list of str
        The T symbols, "<END>" last (unless the limit came first).

    Raises
    ------
    ValueError
        If the model has no attention, the sentence is empty, or a word or symbol is unknown, which is named.
    """
    import torch

    check_attention(model)
    if symbols is None:
        step, state = decoder(model, source_of([words]))
        written = list(greedy_search(step, state, 1, START, END, limit)[0].symbols)
    else:
        given = list(symbols)[:-1] if symbols and symbols[-1] == MARKS[END] else list(symbols)
        written = target_of([given])[1:, 0].tolist()
    fed = np.array([[START, *written]]).T
    with torch.no_grad():
        _, weights = teacher_forced(model, Batch(source_of([words]), fed))
    assert weights is not None
    return weights[..., 0].numpy().astype(np.float64), [TARGET_WORDS[i] for i in written]
