"""Tasks that need memory, drawn at random: nothing to download, as many examples as you like.

A task is inputs ``x (T, B, D)`` and targets. Integer targets ``(T, B)`` are classes, -1 where nothing is
asked; float targets ``(T, B, V)`` are values, nan where nothing is asked.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import UNASKED, FloatArray, check_count, check_rng, check_shape

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
    message = check_rng(rng).integers(K, size=(length, B))
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
    x = check_rng(rng).choice([-1.0, 1.0], size=(T, B, 1))
    targets = np.full(x.shape, np.nan)
    targets[lag:] = x[: T - lag]
    return x, targets


def adding_task(T: int, batch: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Add the two numbers that are marked, among T: at the last step, say their sum.

    A number comes at every step, and beside it a mark, 1 at two of the steps and 0 at all others: one of them lies in
    the first half, steps 0 .. T // 2 - 1, the other in the second. So a number must be let in when it is marked, kept
    over the T / 2 steps that lie between the two on average, and added to; all others must leave no trace.

    Parameters
    ----------
    T : int
        Steps, at least 2.
    batch : int
        B.
    rng : numpy.random.Generator

    Returns
    -------
    x : array (T, B, 2)
        The number, uniform between 0 and 1, and the mark.
    targets : array (T, B, 1)
        The sum of the two marked numbers at the last step, nan before.

    Raises
    ------
    ValueError
        If a count is too small or `rng` is not a generator.

    Notes
    -----
    Who always answers 1, the mean, has the mean squared error Var(U + U') = 2 / 12 = 0.1667: that is what a network
    must beat. Le, Jaitly & Hinton (2015) print 0.1767, a slip that many have copied; Arjovsky, Shah & Bengio (2016)
    have 0.167.

    References
    ----------
    Hochreiter & Schmidhuber (1997), "Long short-term memory", Neural Computation 9, for the task; in this form Le,
    Jaitly & Hinton (2015), "A simple way to initialize recurrent networks of rectified linear units".
    """
    T, B, half = check_count("T", T), check_count("batch", batch), T // 2
    if T < 2:
        raise ValueError(f"T: got {T}, wanted at least 2 steps, one for each mark")
    numbers, marks = check_rng(rng).random((T, B)), np.zeros((T, B))
    for at in (rng.integers(half, size=B), rng.integers(half, T, size=B)):
        marks[at, np.arange(B)] = 1
    targets = np.full((T, B, 1), np.nan)
    targets[-1, :, 0] = (numbers * marks).sum(axis=0)
    return np.stack([numbers, marks], axis=-1), targets


def hold_task(
    T: int, batch: int, rng: np.random.Generator, gap: tuple[int, int] = (1, 20), symbols: int = 4
) -> tuple[FloatArray, Classes]:
    """Symbols come at irregular times, blanks between them; at every step, say which symbol came last.

    The first step holds a symbol, and each further one comes a number of steps after the one before that is
    drawn uniformly from `gap`. A reader that sees only the last K steps cannot know the answer where the last
    symbol lies K or more steps back: there it guesses, right one time in `symbols`. A recurrent network needs to
    keep one of a few values until it is replaced, however long that takes.

    Parameters
    ----------
    T : int
        Steps.
    batch : int
        B.
    rng : numpy.random.Generator
    gap : (int, int)
        Fewest and most steps from a symbol to the next, both included; 1 is the next step.
    symbols : int
        K, the number of different symbols, drawn independently.

    Returns
    -------
    x : array (T, B, K + 1)
        One-hot: classes 0 .. K-1 are symbols, K is the blank.
    targets : int array (T, B)
        The last symbol at or before each step.

    Raises
    ------
    ValueError
        If a count is below 1, `gap` is not two counts in order, or `rng` is not a generator.
    """
    T, B, K = check_count("T", T), check_count("batch", batch), check_count("symbols", symbols)
    shortest, longest = check_count("gap", gap[0]), check_count("gap", gap[1])
    if shortest > longest:
        raise ValueError(f"gap: got {gap}, wanted the shorter first")
    gaps = check_rng(rng).integers(shortest, longest + 1, size=(T, B))
    at = np.concatenate([np.zeros((1, B), int), gaps.cumsum(axis=0)])  # more than can fit into T steps
    message = rng.integers(K, size=(T, B))
    is_symbol = np.zeros((T, B), bool)
    for b in range(B):
        is_symbol[at[at[:, b] < T, b], b] = True
    classes = np.where(is_symbol, message, K)
    x = np.eye(K + 1)[classes]
    last = np.arange(T)[:, None] - steps_since_symbol(x)
    return x, np.take_along_axis(classes, last, axis=0)


def steps_since_symbol(x: ArrayLike) -> Classes:
    """How many steps back the last symbol of `hold_task` lies.

    Parameters
    ----------
    x : array (T, B, K + 1)
        The inputs of `hold_task`; the last class is the blank.

    Returns
    -------
    int array (T, B)
        0 where the input is a symbol. A window of K steps holds the symbol where this is below K.

    Raises
    ------
    ValueError
        If `x` has another shape, or does not begin with a symbol.
    """
    x = check_shape("x", x, "T B D", {})
    is_blank = x[..., -1] > 0
    if is_blank[0].any():
        raise ValueError("x: got a blank as its first input, wanted a symbol")
    steps = np.arange(len(x))[:, None]
    since: Classes = steps - np.maximum.accumulate(np.where(is_blank, 0, steps), axis=0)
    return since


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
    names = check_rng(rng).integers(len(NAMES), size=B)
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
