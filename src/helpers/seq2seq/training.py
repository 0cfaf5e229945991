"""Teacher forcing: the decoder is trained on the right symbols before, not on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import check_count, check_ids, check_rng
from helpers.phrases import PAD, TARGET_WORDS, Batch, Pair, batch_of
from helpers.progress import progress
from helpers.seq2seq.model import Seq2Seq, decoder_step, encode, parameters

if TYPE_CHECKING:
    from torch import Tensor


def teacher_forced(
    model: Seq2Seq, batch: Batch, own: float = 0.0, rng: np.random.Generator | None = None
) -> tuple[Tensor, Tensor | None]:
    """Score every target symbol, each given the right symbols before it, whatever the model would have written.

    Parameters
    ----------
    model : Seq2Seq
    batch : Batch
        Symbol t of ``batch.target`` is fed to score symbol t + 1.
    own : float
        0 to 1: with this probability, drawn for each step and sentence, the model's own most probable symbol is fed
        instead of the right one (scheduled sampling).
    rng : numpy.random.Generator, optional
        For these draws; needed if `own` is above 0.

    Returns
    -------
    scores : tensor (T, B, VT)
        Of ``batch.target[1:]``.
    weights : tensor (T, S, B) or None
        Of the attention.

    Raises
    ------
    ValueError
        If source and target do not fit the model or each other, or `own` is outside 0 .. 1.

    References
    ----------
    Bengio, Vinyals, Jaitly & Shazeer (2015), "Scheduled sampling for sequence prediction with recurrent neural
    networks", section 2.4.
    """
    import torch

    _check_own(own)
    wanted = check_ids("target", batch.target, len(TARGET_WORDS)).astype(np.int64, copy=False)
    if wanted.ndim != 2 or len(wanted) < 2 or wanted.shape[1:] != np.shape(batch.source)[1:]:
        raise ValueError(f"target: got shape {wanted.shape}, wanted (T + 1, B) beside a source {batch.source.shape}")
    h, memory = encode(model, batch.source)
    target = torch.as_tensor(wanted)
    fed, scores, weights = target[0], [], []
    for t in range(len(target) - 1):
        y, h, a = decoder_step(model, fed, h, memory)
        scores.append(y)
        if a is not None:
            weights.append(a)
        fed = target[t + 1]
        if own:
            coin = check_rng(rng).random(len(fed)) < own  # type: ignore[arg-type]
            fed = torch.where(torch.as_tensor(coin), y.argmax(-1), fed)
    return torch.stack(scores), torch.stack(weights) if weights else None


def _check_own(own: float) -> None:
    if isinstance(own, bool) or not 0 <= own <= 1:
        raise ValueError(f"own: got {own!r}, wanted a probability from 0 to 1")


def train_seq2seq(
    model: Seq2Seq,
    task: Callable[[np.random.Generator], Pair],
    updates: int,
    rng: np.random.Generator,
    rate: float = 5e-3,
    size: int = 64,
    reverse: bool = False,
    text: str = "",
    look: Callable[[int], bool | None] | None = None,
    own: float = 0.0,
) -> NDArray[np.float64]:
    """Train in place with teacher forcing: Adam, one cycle of the learning rate, gradients clipped at norm 1.

    The loss is the mean cross-entropy of the target symbols, END among them and PAD not. Its gradient reaches the
    decoder at every step, and through the decoder's first state (and the attention) the encoder.

    Parameters
    ----------
    model : Seq2Seq
        Its tensors are changed.
    task : callable
        ``task(rng)`` draws a pair of words and symbols.
    updates : int
    rng : numpy.random.Generator
        All draws come from it, so that seed and updates fix the result.
    rate : float
        The largest learning rate; it rises to it over the first tenth of the updates, then falls to almost 0.
        (PyTorch's OneCycleLR, which meanwhile moves Adam's momentum from .95 to .85 and back.)
    size : int
        Pairs in a batch, B.
    reverse : bool
        Read the sources from the last word to the first.
    text : str
        Stands in front of the progress bar.
    look : callable, optional
        ``look(done)`` is called after each update; True ends training.
    own : float
        Scheduled sampling, see `teacher_forced`: its probability at the end of training, to which it grows from 0 in
        a straight line.

    Returns
    -------
    array (updates,)
        The loss of each batch before its update, in nats for each symbol. Shorter if `look` ended it.

    Raises
    ------
    ValueError
        If a count is below 1, `rng` is no generator, `own` is outside 0 .. 1, or a pair has an unknown word.
    """
    import torch
    from torch.nn.functional import cross_entropy

    check_rng(rng)
    check_count("size", size)
    _check_own(own)
    weights = parameters(model)
    optimiser = torch.optim.Adam(weights, rate)
    steps = max(check_count("updates", updates), 11)  # with 10, OneCycleLR divides by zero
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.1)
    losses = np.empty(updates)
    for i in progress(range(updates), text):
        batch = batch_of([task(rng) for _ in range(size)], reverse)
        scores, _ = teacher_forced(model, batch, own * i / updates, rng)
        loss = cross_entropy(scores.flatten(0, 1), torch.as_tensor(batch.target[1:]).flatten(), ignore_index=PAD)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        losses[i] = loss.item()
        if look is not None and look(i + 1):
            return losses[: i + 1]
    return losses
