"""Tasks that need memory, drawn at random: nothing to download, as many examples as you like.

A task is inputs ``x (T, B, D)`` and targets. Integer targets ``(T, B)`` are classes, -1 where nothing is
asked; float targets ``(T, B, V)`` are values, nan where nothing is asked.
"""

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import UNASKED, FloatArray, check_count

Classes = NDArray[np.int64]


def copy_task(
    T: int, batch: int, rng: np.random.Generator, symbols: int = 8, length: int = 5
) -> tuple[FloatArray, Classes]:
    """Read a few symbols, keep them over T blank steps, then repeat them in order.

    The sequence is `length` symbols, T - 1 blanks, a "now" mark, `length` blanks; the answers are asked in the
    last `length` steps. With 8 symbols and length 5 that is 15 bits to carry across T steps, and guessing is
    right one time in 8.

    Parameters
    ----------
    T : int
        Steps from the last symbol to the mark, at least 1. From a symbol to its repetition it is T + length.
    batch : int
        B.
    rng : numpy.random.Generator
    symbols : int
        K.
    length : int
        How many symbols are to be kept.

    Returns
    -------
    x : array (T + 2 length, B, K + 2)
        One-hot: classes 0 .. K-1 are symbols, K is the blank, K + 1 the mark.
    targets : int array (T + 2 length, B)
        -1 but for the last `length` steps. (The paper also asks for blanks before; that is easily learned and
        drowns the rest in the mean.)

    Raises
    ------
    ValueError
        If a count is below 1 or `rng` is not a generator.

    References
    ----------
    Hochreiter & Schmidhuber (1997), "Long short-term memory", for tasks of this kind; the layout is that of the
    copying memory problem (length 10) of Arjovsky, Shah & Bengio (2016), "Unitary evolution recurrent neural
    networks", ICML.
    """
    T, B, K = check_count("T", T), check_count("batch", batch), check_count("symbols", symbols)
    length = check_count("length", length)
    message = _check_rng(rng).integers(K, size=(length, B))
    classes = np.full((T + 2 * length, B), K)
    classes[:length] = message
    classes[length + T - 1] = K + 1
    targets = np.full(classes.shape, UNASKED)
    targets[-length:] = message
    return np.eye(K + 2)[classes], targets


def recall_task(T: int, batch: int, lag: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """At each step, say what the input was `lag` steps ago.

    Parameters
    ----------
    T : int
        Steps, more than `lag`.
    batch : int
        B.
    lag : int
        At least 0.
    rng : numpy.random.Generator

    Returns
    -------
    x : array (T, B, 1)
        -1 or 1, independent and equally likely: no input tells anything about another, so that whoever is right
        has remembered.
    targets : array (T, B, 1)
        ``targets[t] = x[t - lag]``, nan at the first `lag` steps.

    Raises
    ------
    ValueError
        If a count is out of range or `rng` is not a generator.

    References
    ----------
    Jaeger (2001), "Short term memory in echo state networks", GMD report 152: recall against the lag, and its
    sum over all lags, which is at most the number of units.
    """
    T, B = check_count("T", T), check_count("batch", batch)
    if lag != 0:
        lag = check_count("lag", lag)
    if lag >= T:
        raise ValueError(f"lag: got {lag}, wanted fewer than T = {T} steps")
    x = _check_rng(rng).choice([-1.0, 1.0], size=(T, B, 1))
    targets = np.full(x.shape, np.nan)
    targets[lag:] = x[: T - lag]
    return x, targets


NAMES = ("ana", "bela", "chidi", "dora", "emil", "farah", "goro", "hana")
THINGS = ("kettle", "window", "cat", "lamp", "radio", "rain", "clock", "door")
DEEDS = ("hums", "rattles", "sleeps", "shines", "waits", "stops", "moves", "drips")
GREETING_WORDS = (*NAMES, "is", "greeted", "the", *THINGS, *DEEDS, ".", "who", "?")


def greetings(sentences: int, batch: int, rng: np.random.Generator) -> tuple[FloatArray, Classes]:
    """Make little stories that name somebody, speak of other things, and ask for the name.

    "dora is greeted . the kettle hums . the lamp waits . who ?": after the question mark the name is wanted. Each
    sentence between has four words, so the name lies ``4 * sentences + 5`` words before the answer. Nothing
    between depends on the name.

    Parameters
    ----------
    sentences : int
        How many stand between greeting and question, at least 0.
    batch : int
        B.
    rng : numpy.random.Generator

    Returns
    -------
    x : array (4 sentences + 6, B, 30)
        One-hot, in the order of `GREETING_WORDS`.
    targets : int array (4 sentences + 6, B)
        -1, but at the question mark the number of the name in `NAMES`, 0 .. 7. Guessing is right one time in 8.

    Raises
    ------
    ValueError
        If a count is out of range or `rng` is not a generator.
    """
    if sentences != 0:
        sentences = check_count("sentences", sentences)
    B, number = check_count("batch", batch), {word: i for i, word in enumerate(GREETING_WORDS)}
    names = _check_rng(rng).integers(len(NAMES), size=B)
    between = np.empty((sentences, 4, B), int)
    between[:, 0], between[:, 3] = number["the"], number["."]
    between[:, 1] = number[THINGS[0]] + rng.integers(len(THINGS), size=(sentences, B))
    between[:, 2] = number[DEEDS[0]] + rng.integers(len(DEEDS), size=(sentences, B))
    rows = [names, *(np.full(B, number[word]) for word in ("is", "greeted", "."))]
    rows += [*between.reshape(-1, B), np.full(B, number["who"]), np.full(B, number["?"])]
    words = np.stack(rows)
    targets = np.full(words.shape, UNASKED)
    targets[-1] = names
    return np.eye(len(GREETING_WORDS))[words], targets


def _check_rng(rng: np.random.Generator) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: got {rng!r}, wanted a numpy.random.Generator such as numpy.random.default_rng(0)")
    return rng
