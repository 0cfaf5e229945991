"""Checks of what a function is given, shared by all chapters.

A wrong shape that happens to broadcast gives a wrong number in silence, so every public function checks its
arguments first. All checks raise ``ValueError`` naming the argument, what was got and what was wanted.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]

UNASKED = -1
"""The target of a step at which no answer is asked; it counts in no loss."""


def as_floats(name: str, values: ArrayLike) -> FloatArray:
    """Turn `values` into an array of float64, or of float32 if it is float32 already.

    Integers and booleans become float64. Everything else (complex numbers, objects, text, float16) is
    refused: a silent conversion would lose or invent something.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like, any shape

    Returns
    -------
    array, the same shape
        `values` itself, not a copy, where it is a float array already.

    Raises
    ------
    ValueError
        If the dtype is not a number type named above, or the nested lists are ragged.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name}: got nested lists of unequal lengths, wanted an array of numbers") from error
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype not in (np.float64, np.float32):
        raise ValueError(f"{name}: got dtype {array.dtype}, wanted float64 or float32 (integers become float64)")
    return array


def check_shape(name: str, values: ArrayLike, wanted: str, sizes: dict[str, int]) -> FloatArray:
    """Check that `values` is a finite array of the `wanted` shape, and learn the sizes it fixes.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
    wanted : str
        One word per axis: a letter ("T B D"), a multiple of one ("4H D"), or a number ("3 H").
    sizes : dict
        The letters known so far. An unknown letter takes the size found here, so that one dict, passed to the
        checks of all arguments in turn, holds them to each other.

    Returns
    -------
    array of the wanted shape, float64 or float32 (see `as_floats`)

    Raises
    ------
    ValueError
        For a wrong dtype, number of axes or size, an axis of size 0, or an entry that is infinite or nan.

    Examples
    --------
    >>> sizes = {}
    >>> x = check_shape("x", np.zeros((7, 2, 5)), "T B D", sizes)
    >>> W_x = check_shape("W_x", np.zeros((4, 3)), "H D", sizes)
    Traceback (most recent call last):
    ValueError: W_x: got shape (4, 3), wanted (H, D) = (H, 5)
    """
    array = as_floats(name, values)
    symbols = wanted.split()
    found = dict(sizes)
    fits = array.ndim == len(symbols)
    for symbol, size in zip(symbols, array.shape, strict=False):
        letter = symbol.lstrip("0123456789")
        factor = int(symbol.removesuffix(letter) or 1)
        known = found.setdefault(letter, size // factor) if letter else 1
        fits = fits and size == factor * known
    if not fits:
        raise ValueError(f"{name}: got shape {array.shape}, wanted {_describe(symbols, sizes)}")
    if array.size == 0:
        empty = symbols[array.shape.index(0)]
        raise ValueError(f"{name}: got shape {array.shape}, wanted {_describe(symbols, sizes)}, {empty} at least 1")
    if not np.isfinite(array).all():
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: got {array[index]} at index {list(index)}, wanted finite values")
    sizes.update(found)
    return array


def _describe(symbols: list[str], sizes: dict[str, int]) -> str:
    """Write a shape as "(H, D)", followed by " = (H, 5)" where a size is known."""
    values = []
    for symbol in symbols:
        letter = symbol.lstrip("0123456789")
        known = sizes.get(letter)
        values.append(symbol if known is None else str(int(symbol.removesuffix(letter) or 1) * known))
    comma = "," if len(symbols) == 1 else ""
    text = f"({', '.join(symbols)}{comma})"
    return text if values == symbols else f"{text} = ({', '.join(values)}{comma})"


def same_dtype(*arrays: FloatArray) -> tuple[FloatArray, ...]:
    """Give all arrays one dtype: float32 if every one of them is float32, else float64."""
    dtype = np.result_type(*arrays)
    return tuple(array.astype(dtype, copy=False) for array in arrays)


def check_count(name: str, value: int) -> int:
    """Return `value` as an int; ValueError unless it is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name}: got {value!r}, wanted an integer of at least 1")
    return int(value)


def check_ids(name: str, values: ArrayLike, V: int) -> IntArray:
    """Check that `values` are numbers of symbols, 0 to V - 1.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : int array, any shape
    V : int
        How many symbols there are.

    Returns
    -------
    int array, the same shape

    Raises
    ------
    ValueError
        If there are none, they are not integers, or one is outside 0 .. V - 1: the message says which and where.
    """
    ids: IntArray = np.asarray(values)
    if not ids.size:
        raise ValueError(f"{name}: got no symbols, wanted at least one")
    if ids.dtype.kind not in "iu":
        raise ValueError(f"{name}: got dtype {ids.dtype}, wanted integers")
    outside = (ids < 0) | (ids >= V)
    if outside.any():
        where = tuple(int(i) for i in np.argwhere(outside)[0])
        raise ValueError(f"{name}: got {ids[where]} at index {list(where)}, wanted 0 to {V - 1}")
    return ids


def check_rng(rng: np.random.Generator) -> np.random.Generator:
    """Return `rng`; ValueError unless it is a NumPy generator, so that no draw depends on a hidden state."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: got {rng!r}, wanted a numpy.random.Generator such as numpy.random.default_rng(0)")
    return rng


def check_choice(name: str, value: str, allowed: Iterable[str]) -> str:
    """Return `value`; ValueError with the list of what is allowed unless it is one of them."""
    names = list(allowed)
    if value not in names:
        raise ValueError(f"{name}: got {value!r}, wanted one of {', '.join(map(repr, names))}")
    return value
