"""Text as numbers and back: the vocabulary of a text, its characters as integers, integers as one-hot vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from helpers.arrays import FloatArray, check_count, check_ids


def vocabulary(text: str) -> tuple[str, ...]:
    """List the distinct characters of a text, sorted.

    The number of a character is its place in this list, so the order has to be the same every time.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str
        V characters.

    Raises
    ------
    ValueError
        If `text` is empty or no string.

    Examples
    --------
    >>> vocabulary("hello")
    ('e', 'h', 'l', 'o')
    """
    if not isinstance(text, str):
        raise ValueError(f"text: got {type(text).__name__}, wanted a string")
    if not text:
        raise ValueError("text: got an empty corpus, wanted at least one character")
    return tuple(sorted(set(text)))


def encode(text: str, symbols: Sequence[str]) -> NDArray[np.int64]:
    """Write a text as the numbers of its characters.

    Parameters
    ----------
    text : str
        n characters; an empty text gives no numbers.
    symbols : sequence of str
        The V characters, each a string of length 1, such as `vocabulary` returns.

    Returns
    -------
    int array (n,)
        0 .. V - 1.

    Raises
    ------
    ValueError
        If a character of the text is not among the symbols (the message names it and its position), or the
        symbols are none, not single characters, or not distinct.

    Examples
    --------
    >>> encode("hello", ("e", "h", "l", "o"))
    array([1, 0, 2, 2, 3])
    """
    number = {symbol: i for i, symbol in enumerate(_check_symbols(symbols))}
    for position, character in enumerate(text):
        if character not in number:
            wanted = f"one of the {len(number)} symbols of the vocabulary"
            raise ValueError(f"text: got {character!r} at position {position}, wanted {wanted}")
    return np.array([number[character] for character in text], np.int64)


def decode(ids: ArrayLike, symbols: Sequence[str]) -> str:
    """Write numbers as text again: the inverse of `encode`.

    Parameters
    ----------
    ids : int array (n,)
    symbols : sequence of str
        As for `encode`.

    Returns
    -------
    str
        n characters.

    Raises
    ------
    ValueError
        If a number is outside 0 .. V - 1 (the message says where), `ids` has not one axis, or the symbols are as
        `encode` refuses them.
    """
    symbols = _check_symbols(symbols)
    if np.ndim(ids) != 1:
        raise ValueError(f"ids: got shape {np.shape(ids)}, wanted (n,)")
    return "".join(symbols[i] for i in check_ids("ids", ids, len(symbols))) if np.size(ids) else ""


def one_hot(ids: ArrayLike, V: int, dtype: DTypeLike = float) -> FloatArray:
    """Turn each number i into a vector that is 1 at place i and 0 elsewhere.

    No symbol is then larger than another or nearer to it: all are at distance sqrt(2) from each other. A weight
    matrix times a one-hot vector is one column of the matrix.

    Parameters
    ----------
    ids : int array (...)
        0 .. V - 1.
    V : int
    dtype : dtype
        ``float`` (float64) or ``numpy.float32``.

    Returns
    -------
    array (..., V)

    Raises
    ------
    ValueError
        If a number is outside 0 .. V - 1 (the message names it and its index), there are none, or V is below 1.
    """
    V = check_count("V", V)
    vectors: FloatArray = np.eye(V, dtype=dtype)[check_ids("ids", ids, V)]
    return vectors


def _check_symbols(symbols: Sequence[str]) -> tuple[str, ...]:
    symbols = tuple(symbols)
    if not symbols:
        raise ValueError("symbols: got none, wanted at least one character")
    for i, symbol in enumerate(symbols):
        if not isinstance(symbol, str) or len(symbol) != 1:
            raise ValueError(f"symbols: got {symbol!r} at index {i}, wanted single characters")
        if symbol in symbols[:i]:
            raise ValueError(f"symbols: got {symbol!r} at index {symbols.index(symbol)} and {i}, wanted each once")
    return symbols
