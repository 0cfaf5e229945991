"""Chapter 5's taggers: four ways to read a sentence, trained alike, and what each knows of a noun at which distance."""

from typing import Any, NamedTuple

import numpy as np

from helpers.arrays import FloatArray, check_choice, check_count
from helpers.grammars import TAGS, WORDS, Ints, Sentences, ceiling, delayed, sentences, word_vectors
from helpers.networks import Network, run_network, start_network, train_network
from helpers.output import softmax
from helpers.padding import reverse_sequences

DELAY = 4
"""Words that the delayed reader may read on before it answers."""
READERS = ("forward", "backward", "both", "delayed")
SIZES = {"forward": 32, "backward": 32, "both": 19, "delayed": 32}
"""Units per direction with about the same number of parameters, 2,412 and 2,368 with tanh."""
FARTHEST = 8
DISTANCES = tuple(d for d in range(-FARTHEST, FARTHEST + 1))


class Moment(NamedTuple):
    """What a reader knows after some updates."""

    updates: int
    accuracy: FloatArray
    """(17,), for the distances -8 .. 8; at 0 that of the words that say all themselves."""


class Tagger(NamedTuple):
    """What `train_tagger` returns."""

    reader: str
    network: Network
    moments: tuple[Moment, ...]
    """In the order of updates."""


def reader_batch(reader: str, batch: Sentences, delay: int = DELAY) -> tuple[FloatArray, Ints, Ints]:
    """Turn a batch of sentences into what a reader trains on.

    Parameters
    ----------
    reader : {"forward", "backward", "both", "delayed"}
        "backward" runs the sentence from its last word to its first; "delayed" runs forward and answers `delay` words
        later.
    batch : helpers.grammars.Sentences
    delay : int
        Of the delayed reader.

    Returns
    -------
    x : array (T, B, 30), or (T + delay, B, 30)
    targets : int array (T, B), or (T + delay, B)
    lengths : int array (B,)

    Raises
    ------
    ValueError
        If there is no such reader, or the delay is below 1.
    """
    check_choice("reader", reader, READERS)
    x, targets, lengths = word_vectors(batch.words, len(WORDS)), batch.targets, batch.lengths
    if reader == "backward":
        back: Any = reverse_sequences(targets, lengths)
        return reverse_sequences(x, lengths), back.astype(np.int64), lengths
    return delayed(x, targets, lengths, delay) if reader == "delayed" else (x, targets, lengths)


def tag(reader: str, network: Network, words: Ints, lengths: Ints, delay: int = DELAY) -> FloatArray:
    """Let a reader tag sentences.

    Parameters
    ----------
    reader, delay
        As for `reader_batch`.
    network : Network
    words : int array (T, B)
        Numbers of words, -1 after the end.
    lengths : int array (B,)

    Returns
    -------
    array (T, B, 12)
        The probability of each tag, at the word that it is about.

    Raises
    ------
    ValueError
        As for `reader_batch`, or for words that the network cannot read.
    """
    batch = Sentences(words, np.zeros(words.shape, np.int64), np.zeros(words.shape, np.int64), lengths)
    x, _, longer = reader_batch(reader, batch, delay)
    p = softmax(run_network(network, x, longer)[0])
    if reader == "backward":
        return reverse_sequences(p, lengths)
    return p[delay:] if reader == "delayed" else p


def accuracy_by_distance(reader: str, network: Network, batch: Sentences, delay: int = DELAY) -> FloatArray:
    """Share of right tags by the distance of the deciding word.

    Parameters
    ----------
    reader, network, delay
        As for `tag`.
    batch : helpers.grammars.Sentences
        Many sentences: each distance has about one noun in eleven of them.

    Returns
    -------
    array (17,)
        For -8 .. 8 (`DISTANCES`), 0 being the words that say all themselves; nan at a distance that does not occur.

    Raises
    ------
    ValueError
        As for `tag`.
    """
    right = tag(reader, network, batch.words, batch.lengths, delay).argmax(axis=-1) == batch.targets
    asked = batch.targets >= 0
    parts = [right[asked & (batch.distance == d)] for d in DISTANCES]
    return np.array([part.mean() if part.size else np.nan for part in parts])


def best_accuracy(reader: str, delay: int = DELAY) -> FloatArray:
    """Closed form beside `accuracy_by_distance`: what a reader can reach at most (`helpers.grammars.ceiling`).

    Parameters
    ----------
    reader, delay
        As for `reader_batch`.

    Returns
    -------
    array (17,)

    Raises
    ------
    ValueError
        If there is no such reader.
    """
    check_choice("reader", reader, READERS)
    past = 0.0 if reader == "backward" else np.inf
    future = {"forward": 0.0, "delayed": float(delay)}.get(reader, np.inf)
    return ceiling(DISTANCES, past, future)


def train_tagger(
    reader: str,
    rng: np.random.Generator,
    moments: tuple[int, ...] = (25, 50, 100, 200, 400),
    judged: Sentences | None = None,
    kind: str = "tanh",
    units: int | None = None,
    rate: float = 5e-3,
    batch: int = 32,
    delay: int = DELAY,
) -> Tagger:
    """Train one reader on fresh sentences, and look at it now and then.

    Parameters
    ----------
    reader, delay
        As for `reader_batch`.
    rng : numpy.random.Generator
    moments : tuple of int
        After how many updates to look, rising; the last is the end of training.
    judged : helpers.grammars.Sentences, optional
        What it is looked at with; 2,000 sentences of their own generator if left out.
    kind : {"tanh", "relu", "gru", "lstm"}
    units : int, optional
        Per direction; `SIZES` if left out.
    rate : float
        Learning rate of Adam.
    batch : int
        B, sentences in an update.

    Returns
    -------
    Tagger

    Raises
    ------
    ValueError
        As for `reader_batch`, `helpers.networks.start_network` and `helpers.networks.train_network`.
    """
    check_choice("reader", reader, READERS)
    judged = sentences(2000, np.random.default_rng(1000)) if judged is None else judged
    H = SIZES[reader] if units is None else check_count("units", units)
    start = start_network(kind, len(WORDS), H, len(TAGS), rng, both=reader == "both", dtype="float32")
    seen: list[Moment] = []

    def look(done: int, network: Network) -> None:
        if done in moments:
            seen.append(Moment(done, accuracy_by_distance(reader, network, judged, delay)))

    task = lambda rng: reader_batch(reader, sentences(batch, rng), delay)  # noqa: E731
    text = f"{reader}: "
    trained = train_network(start, task, moments[-1], rng, rate, text=text, look=look)
    return Tagger(reader, trained.network, tuple(seen))
