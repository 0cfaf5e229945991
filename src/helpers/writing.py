"""A recurrent network as a language model of characters: what it predicts, in how many bits, and what it writes.

The network reads a character as a one-hot vector and scores every symbol of the alphabet as the next one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, IntArray, check_count, check_ids, check_rng
from helpers.output import cross_entropy, log_softmax, output_layer, sample
from helpers.text import decode, encode, one_hot
from helpers.training import Model, run, start_model

BLOCK = 512  # steps that are run at once where nothing is kept for a backward pass


def start_language_model(V: int, H: int, rng: np.random.Generator) -> Model:
    """Make an untrained character model: W_h orthogonal, float32 (half the time of float64, and exact enough).

    Parameters
    ----------
    V : int
        Symbols of the alphabet.
    H : int
        Units.
    rng : numpy.random.Generator

    Returns
    -------
    helpers.training.Model

    Raises
    ------
    ValueError
        As for `helpers.training.start_model`.
    """
    return Model(*(p.astype(np.float32) for p in start_model("orthogonal", V, H, V, check_rng(rng))))


def check_corpus(name: str, ids: ArrayLike, V: int) -> IntArray:
    """Return `ids` as an array; ValueError, naming it, unless it is one row of symbols 0 .. V - 1, at least one."""
    if np.ndim(ids) != 1:
        raise ValueError(f"{name}: got shape {np.shape(ids)}, wanted (N,)")
    return check_ids(name, ids, V)


def bits_per_character(model: Model, ids: ArrayLike) -> float:
    """Mean bits that the model needs for a character, ``-(1/N) sum over i of log2 p(w_i | all before)``.

    All N characters count, the first too: it is predicted from h_0 = 0, by b_y alone. So the number compares with
    `helpers.ngrams.ngram_bits` of the same text.

    Parameters
    ----------
    model : helpers.training.Model
    ids : int array (N,)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the text is empty, or a symbol is outside 0 .. V - 1.
    """
    corpus = check_corpus("ids", ids, len(model.b_y))
    total, h = -float(log_softmax(model.b_y)[corpus[0]]), None
    for start in range(0, len(corpus) - 1, BLOCK):  # in blocks, so that a long text needs little memory
        y = corpus[start + 1 : start + BLOCK + 1, None]
        outputs, hs, _ = run(model, one_hot(corpus[start : start + len(y), None], len(model.b_y), model.b.dtype), h)
        total += cross_entropy(outputs, y)[0] * len(y)
        h = hs[-1]
    return float(total / np.log(2) / len(corpus))


def next_scores(model: Model, symbols: Sequence[str], context: str) -> FloatArray:
    """Score every symbol as the next one after a context.

    Parameters
    ----------
    model : helpers.training.Model
    symbols : sequence of str
        The alphabet, V characters.
    context : str
        What the network has read from h_0 = 0; an empty one is allowed.

    Returns
    -------
    array (V,)
        ``W_y h + b_y`` with the state h after the context: for `helpers.output.softmax` and `helpers.output.sample`.

    Raises
    ------
    ValueError
        If the alphabet does not fit the model, or a character is not in it (the message names it and its position).
    """
    return _scores(model, _read(model, symbols, context))


def generate(
    model: Model, symbols: Sequence[str], prompt: str, length: int, rng: np.random.Generator, temperature: float = 1.0
) -> str:
    """Let the network write: draw a character from its prediction, feed it back as the next input, and again.

    Parameters
    ----------
    model : helpers.training.Model
    symbols : sequence of str
        The alphabet, V characters.
    prompt : str
        What it reads first. Empty, its first character is drawn from h_0 = 0.
    length : int
        How many characters to write.
    rng : numpy.random.Generator
    temperature : float
        As for `helpers.output.sample`; 0 always takes the most probable character.

    Returns
    -------
    str
        What was written, without the prompt.

    Raises
    ------
    ValueError
        As for `next_scores`, if `length` is below 1, or `temperature` is negative.
    """
    length, rng, h = check_count("length", length), check_rng(rng), _read(model, symbols, prompt)
    written: list[int] = []
    for _ in range(length):
        written.append(int(sample(_scores(model, h), rng, temperature)))
        h = _advance(model, written[-1:], h)
    return decode(written, symbols)


def _read(model: Model, symbols: Sequence[str], context: str) -> FloatArray:
    """The state after a context, (1, H)."""
    if len(symbols) != len(model.b_y):
        raise ValueError(f"symbols: got {len(symbols)}, wanted the model's {len(model.b_y)}")
    h = np.zeros((1, len(model.b)), model.b.dtype)
    return _advance(model, encode(context, symbols), h) if context else h


def _advance(model: Model, ids: ArrayLike, h: FloatArray) -> FloatArray:
    """The state (1, H) after some more symbols (n,), n at least 1."""
    _, hs, _ = run(model, one_hot(ids, len(model.b_y), model.b.dtype)[:, None], h)
    last: FloatArray = hs[-1]
    return last


def _scores(model: Model, h: FloatArray) -> FloatArray:
    scores: FloatArray = output_layer(h[None], model.W_y, model.b_y)[0, 0]
    return scores
