"""Translators trained by one recipe: which task, which kind of model, how wide, how long, which seed.

The experiments of chapter 6, its notebook and its records train their models here, so that they are the same models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from helpers.arrays import check_choice, check_count
from helpers.phrases import Pair, date_pair, number_pair
from helpers.seq2seq import Seq2Seq, start_seq2seq, train_seq2seq, translate

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = ("plain", "reversed", "attention")
DIGITS = 12
"""Most digits of a number in training."""
RATE = 0.01
"""Chosen on seed 100: 0.005 and 0.002 were worse for plain models, and 0.005 no better with attention."""


FEWER = 10
"""The same in the task "fewer digits": no word of 11 or 12 digits is new to who has learned it, the length is."""


def numbers_task(rng: np.random.Generator) -> Pair:
    """Draw a number of 1 to `DIGITS` digits, every length as often as any other."""
    return number_pair(int(rng.integers(1, DIGITS + 1)), rng)


def fewer_digits_task(rng: np.random.Generator) -> Pair:
    """Draw a number of 1 to `FEWER` digits, every length as often as any other."""
    return number_pair(int(rng.integers(1, FEWER + 1)), rng)


TASKS: dict[str, Callable[[np.random.Generator], Pair]] = {
    "numbers": numbers_task,
    "fewer digits": fewer_digits_task,
    "dates": date_pair,
}
"""What there is to translate; each function draws one pair."""


def trained(
    task: str, kind: str, H: int, seed: int, updates: int, own: float = 0.0, examples: int | None = None
) -> Seq2Seq:
    """Train a translator on batches of 64 pairs.

    Parameters
    ----------
    task : {"numbers", "fewer digits", "dates"}
    kind : {"plain", "reversed", "attention"}
        Without attention; the same, reading each sentence from its end; with attention.
    H : int
        Units of the encoder, and of the decoder.
    seed : int
        Of the weights and of the data.
    updates : int
    own : float
        Scheduled sampling (Bengio et al. 2015): the share of steps, at the end of training, at which the decoder is
        fed its own last symbol; it grows from 0 in a straight line.
    examples : int, optional
        Draw so many pairs once and train on these alone; None draws fresh pairs for every batch.

    Returns
    -------
    Seq2Seq
        In PyTorch. A `reversed` model must be given ``reverse=True`` wherever it reads.

    Raises
    ------
    ValueError
        If `task` or `kind` is unknown or a count is below 1.
    """
    draw = TASKS[check_choice("task", task, list(TASKS))]
    check_choice("kind", kind, KINDS)
    rng = np.random.default_rng(seed)
    if examples is not None:
        draw = _one_of([draw(rng) for _ in range(check_count("examples", examples))])
    model = start_seq2seq(H, seed, attention=kind == "attention")
    train_seq2seq(model, draw, updates, rng, RATE, reverse=kind == "reversed", own=own)
    return model


def _one_of(pairs: list[Pair]) -> Callable[[np.random.Generator], Pair]:
    return lambda rng: pairs[int(rng.integers(len(pairs)))]


def fresh_numbers(digits: int, n: int, seed: int = 0) -> list[Pair]:
    """Draw n numbers of one length to test on, by a seed far from those of training; the same for every model."""
    rng = np.random.default_rng(10_000 + 100 * seed + digits)
    return [number_pair(digits, rng) for _ in range(n)]


def fresh_dates(n: int, seed: int = 0) -> list[Pair]:
    """Draw n dates to test on, by a seed far from those of training; the same for every model."""
    rng = np.random.default_rng(20_000 + seed)
    return [date_pair(rng) for _ in range(n)]


def right_symbols(model: Seq2Seq, pairs: Sequence[Pair], reverse: bool = False) -> NDArray[np.bool_]:
    """Translate pairs of one length, greedily, and compare: (n, T), True where the symbol is the right one.

    A symbol is right only at its own place; a translation that ends too soon is wrong from there on. Whether a longer
    one should have ended is not counted here.
    """
    out = translate(model, [words for words, _ in pairs], reverse=reverse)
    T = len(pairs[0][1])
    if any(len(symbols) != T for _, symbols in pairs):
        raise ValueError(f"pairs: got right answers of different lengths, wanted {T} symbols in each")
    return np.array(
        [
            [t < len(got) and got[t] == symbols[t] for t in range(T)]
            for got, (_, symbols) in zip(out, pairs, strict=True)
        ]
    )
