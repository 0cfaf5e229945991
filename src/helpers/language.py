"""Chapter 2: training a language model of characters on a long text, by truncated backpropagation through time.

The text is cut into chunks; the state goes on from chunk to chunk, the gradient stops at the cut. What such a model
predicts and writes is in `helpers.writing`.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, IntArray, check_count, check_rng, check_shape
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import cross_entropy
from helpers.progress import progress
from helpers.text import one_hot
from helpers.training import Model, model_backward, run
from helpers.writing import bits_per_character, check_corpus, generate


class Snapshot(NamedTuple):
    """The network at one moment of training."""

    update: int
    """Updates made so far."""
    bits: float
    """Bits per character on dev."""
    text: str
    """What it writes, at temperature 1 from the same random numbers each time."""


class Fit(NamedTuple):
    """What `fit` returns."""

    model: Model
    """The best on dev."""
    update: int
    """After how many updates it was reached."""
    losses: FloatArray
    """Bits per character of each update's chunk, before the update; (updates,)."""
    norms: FloatArray
    """The gradient's norm before clipping, all parameters together, (updates,)."""
    checked: IntArray
    """After how many updates dev was measured, (checks,)."""
    dev: FloatArray
    """Bits per character on dev, (checks,)."""
    snapshots: tuple[Snapshot, ...]


def batches(ids: ArrayLike, batch: int, K: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Cut a text into parallel streams, and the streams into chunks of K steps.

    Stream b is the b-th of `batch` equal pieces of the text, so row k of one chunk and row 0 of the next belong
    together: a state can be carried on. Targets are the inputs one character later.

    Parameters
    ----------
    ids : int array (N,)
    batch : int
        B.
    K : int

    Returns
    -------
    iterator of (x, y), int arrays (K, B)
        ``y[k, b]`` is the character after ``x[k, b]``. Less than a chunk at the end of each stream is left out.

    Raises
    ------
    ValueError
        If the text is too short for one chunk: ``N - 1 >= B K`` is needed.
    """
    corpus, B, K = np.asarray(ids), check_count("batch", batch), check_count("K", K)
    if corpus.ndim != 1:
        raise ValueError(f"ids: got shape {corpus.shape}, wanted (N,)")
    length = (len(corpus) - 1) // B
    if length < K:
        got = f"got K = {K} and batch = {B} for {len(corpus)} characters, streams of {length}"
        raise ValueError(f"K: {got}, wanted K at most the length of a stream")
    x = corpus[: B * length].reshape(B, length).T
    y = corpus[1 : B * length + 1].reshape(B, length).T
    return ((x[i : i + K], y[i : i + K]) for i in range(0, length - K + 1, K))


def learning_rate(update: int, updates: int, peak: float) -> float:
    """Rise to `peak` over the first twentieth of the updates, then fall along half a cosine to a fiftieth of it.

    Parameters
    ----------
    update : int
        0 .. updates - 1.
    updates : int
    peak : float

    Returns
    -------
    float
    """
    done = (update + 1) / updates
    return peak * min(1.0, 20 * done) * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))


def fit(
    model: Model,
    train: ArrayLike,
    dev: ArrayLike,
    updates: int,
    rng: np.random.Generator,
    K: int = 48,
    batch: int = 32,
    rate: float = 3e-3,
    threshold: float = 1.0,
    every: int = 250,
    patience: int | None = None,
    snapshots: Sequence[int] = (),
    symbols: Sequence[str] = (),
    prompt: str = "\n",
    length: int = 160,
    text: str = "",
) -> Fit:
    """Train a character model by truncated BPTT: chunks of K steps, the state carried on, Adam, clipping.

    Each pass over the text starts at a random one of its first K characters, so that the cuts fall elsewhere each
    time, and from h_0 = 0. Every so often dev is measured; the best model on it is what is returned.

    Parameters
    ----------
    model : helpers.training.Model
        Where training starts; it is left as it is.
    train, dev : int array (N,), (M,)
    updates : int
        At most so many.
    rng : numpy.random.Generator
    K : int
        Steps of a chunk.
    batch : int
        Streams side by side.
    rate : float
        Largest learning rate, see `learning_rate`.
    threshold : float
        Largest norm of the gradient.
    every : int
        Updates between two measurements of dev.
    patience : int, optional
        Stop after so many measurements without a new best; left out, never.
    snapshots : sequence of int
        After these updates (0 is before the first) a `Snapshot` is taken.
    symbols : sequence of str
        The alphabet; only for snapshots.
    prompt : str
        What the network reads before it writes; a newline is the start of a paragraph.
    length : int
        Characters that a snapshot writes.
    text : str
        Stands in front of the progress bar.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        If a text is too short or does not fit the model, snapshots are asked for outside 0 .. updates or without
        the alphabet, or the gradient is no longer finite.
    """
    updates, every, rng = check_count("updates", updates), check_count("every", every), check_rng(rng)
    corpus = check_corpus("train", train, len(model.b_y))
    dev = check_corpus("dev", dev, len(model.b_y))
    for moment in snapshots:
        if not 0 <= moment <= updates:
            raise ValueError(f"snapshots: got {moment}, wanted 0 to {updates} updates")
    if len(snapshots) and len(symbols) != len(model.b_y):
        raise ValueError(f"symbols: got {len(symbols)}, wanted the {len(model.b_y)} that the snapshots write with")
    losses, norms = np.empty(updates), np.empty(updates)
    taken: list[Snapshot] = []
    curve: list[tuple[int, float]] = []
    state, best = adam_start(model), (np.inf, 0, model)

    def look(done: int) -> None:
        nonlocal best
        measured = done % every == 0 or done == updates
        if not measured and done not in snapshots:
            return
        bits = bits_per_character(model, dev)
        if measured:
            curve.append((done, bits))
            best = min(best, (bits, done, model), key=lambda found: found[0])
        if done in snapshots:
            taken.append(Snapshot(done, bits, generate(model, symbols, prompt, length, np.random.default_rng(0))))

    look(0)
    zeros, done = np.zeros((batch, len(model.b)), model.b.dtype), 0
    h = zeros
    for i, (first, x, y) in zip(progress(range(updates), text), _passes(corpus, batch, K, rng), strict=False):
        outputs, hs, cache = run(model, one_hot(x, len(model.b_y), h.dtype), zeros if first else h)
        loss, dy = cross_entropy(outputs, y)
        gradient, norms[i] = clip_by_norm(model_backward(model, dy, hs, cache), threshold)
        model, state = adam_step(model, gradient, state, learning_rate(i, updates, rate))
        losses[i], done, h = loss / np.log(2), i + 1, hs[-1]
        look(done)
        if patience is not None and done - best[1] >= patience * every:
            break
    checked, bits = zip(*curve, strict=True)
    return Fit(best[2], best[1], losses[:done], norms[:done], np.array(checked), np.array(bits), tuple(taken))


def smoothed(losses: ArrayLike, points: int = 60) -> tuple[FloatArray, FloatArray]:
    """Average a noisy loss over stretches that grow with the update: what a logarithmic axis can show.

    Parameters
    ----------
    losses : array (updates,)
    points : int
        At most so many stretches. The first few are single updates.

    Returns
    -------
    at : array (n,)
        The middle of each stretch, in updates made before.
    means : array (n,)

    Raises
    ------
    ValueError
        If there are no losses or `points` is below 1.
    """
    losses = check_shape("losses", losses, "N", {})
    edges = np.geomspace(1, len(losses) + 1, check_count("points", points) + 1)
    starts = np.unique(np.round(edges).astype(int))[:-1] - 1
    counts = np.diff([*starts, len(losses)])
    return starts + (counts - 1) / 2, np.add.reduceat(losses, starts) / counts


def _passes(
    corpus: IntArray, batch: int, K: int, rng: np.random.Generator
) -> Iterator[tuple[bool, IntArray, IntArray]]:
    """Chunks without end, with a mark at the first of each pass over the text."""
    while True:
        first = True
        for x, y in batches(corpus[rng.integers(K) :], batch, K):
            yield first, x, y
            first = False
