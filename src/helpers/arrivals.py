"""Who came last? Texts of short sentences in which a name sometimes counts and sometimes does not."""

import numpy as np

from helpers.arrays import UNASKED, FloatArray, check_count, check_rng
from helpers.data import DEEDS, NAMES, THINGS, Classes
from helpers.text import one_hot

ARRIVAL_WORDS = (*NAMES, "in", "comes", "we", "miss", "the", *THINGS, *DEEDS, "who", "came", "last", ".", "?")
_NUMBER = {word: i for i, word in enumerate(ARRIVAL_WORDS)}
_SHARES = {"in comes dora .": 0.15, "we miss dora .": 0.15, "the kettle hums .": 0.4, "who came last ?": 0.3}


def arrivals(sentences: int, batch: int, rng: np.random.Generator) -> tuple[FloatArray, Classes]:
    """Make texts of sentences of four words, and ask now and then who was the last to come in.

    "in comes dora . the kettle hums . we miss goro . who came last ?": at the question mark the name is wanted, here
    dora. A name must be let in after "comes" and kept out after "miss", kept while things are said that do not matter,
    and given up when somebody else comes. The first sentence is an arrival. Each further one is drawn for itself, and
    its name, thing and deed with it: an arrival with probability .15, somebody missed .15, a thing .4, the question .3.

    Parameters
    ----------
    sentences : int
        S.
    batch : int
        B.
    rng : numpy.random.Generator

    Returns
    -------
    x : array (4 S, B, 34)
        One-hot, in the order of `ARRIVAL_WORDS`.
    targets : int array (4 S, B)
        -1, but at each question mark the number of the name in `helpers.data.NAMES`, 0 .. 7.

    Raises
    ------
    ValueError
        If a count is below 1 or `rng` is not a generator.
    """
    S, B = check_count("sentences", sentences), check_count("batch", batch)
    kinds = check_rng(rng).choice(4, size=(S, B), p=list(_SHARES.values()))
    kinds[0] = 0
    names, things, deeds = rng.integers(len(NAMES), size=(3, S, B))
    words = np.array([[_NUMBER[word] for word in sentence.split()] for sentence in _SHARES])[kinds].transpose(0, 2, 1)
    words[:, 2] = np.where(kinds < 2, names, words[:, 2])
    thing = kinds == 2
    words[:, 1] = np.where(thing, _NUMBER[THINGS[0]] + things, words[:, 1])
    words[:, 2] = np.where(thing, _NUMBER[DEEDS[0]] + deeds, words[:, 2])
    came = np.maximum.accumulate(np.where(kinds == 0, np.arange(S)[:, None], 0), axis=0)  # the last arrival's sentence
    targets = np.full((S, 4, B), UNASKED)
    targets[:, 3] = np.where(kinds == 3, np.take_along_axis(names, came, axis=0), UNASKED)
    return np.eye(len(ARRIVAL_WORDS))[words.reshape(4 * S, B)], targets.reshape(4 * S, B)


def read_words(text: str) -> FloatArray:
    """Turn a text into the inputs of a network that was trained on `arrivals`.

    Parameters
    ----------
    text : str
        Words of `ARRIVAL_WORDS`, points and question marks among them, with spaces between.

    Returns
    -------
    array (T, 1, 34)
        One-hot.

    Raises
    ------
    ValueError
        If there is no word, or one that the network has never seen.
    """
    words = text.split()
    for place, word in enumerate(words):
        if word not in _NUMBER:
            raise ValueError(f"text: got {word!r} as word {place}, wanted words of {', '.join(ARRIVAL_WORDS)}")
    if not words:
        raise ValueError("text: got no word, wanted at least one")
    return one_hot([_NUMBER[word] for word in words], len(ARRIVAL_WORDS))[:, None]


def words_of(x: FloatArray) -> list[str]:
    """The words of one text, the inverse of `read_words`.

    Parameters
    ----------
    x : array (T, 1, 34)
        One-hot.

    Returns
    -------
    list of T str
    """
    return [ARRIVAL_WORDS[i] for i in np.asarray(x)[:, 0].argmax(axis=-1)]


def last_arrival(words: list[str]) -> list[str]:
    """At each word of a text, who came last, with this word read.

    Parameters
    ----------
    words : list of T str

    Returns
    -------
    list of T str
        A name, or "nobody" before the first arrival.
    """
    came, facts = "nobody", []
    for before, word in zip(["", *words], words, strict=False):
        came = word if before == "comes" else came
        facts.append(came)
    return facts
