"""Stacked weights: the rows of all gates in one matrix, and messages for those that hold another cell's."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, as_floats, check_shape

CELLS = {1: "a tanh RNN", 3: "a GRU (rows r, z, n)", 4: "an LSTM (rows i, f, g, o)"}


def check_weights(
    rows: int, W_x: ArrayLike, W_h: ArrayLike, biases: dict[str, ArrayLike], sizes: dict[str, int]
) -> list[FloatArray]:
    """Check weights that are stacked gate upon gate.

    Parameters
    ----------
    rows : int
        How many blocks of H rows the cell has: 3 for a GRU, 4 for an LSTM.
    W_x : array (rows * H, D)
    W_h : array (rows * H, H)
    biases : dict of arrays (rows * H,), by name
    sizes : dict
        Must know H and D, from the state and the input.

    Returns
    -------
    list of arrays
        W_x, W_h and the biases, in this order; float64 or float32 (see `helpers.arrays.as_floats`).

    Raises
    ------
    ValueError
        For weights of another cell or transposed ones, which the message says, and all that
        `helpers.arrays.check_shape` refuses.
    """
    arrays = {"W_x": W_x, "W_h": W_h} | biases
    wanted = {"W_x": f"{rows}H D", "W_h": f"{rows}H H"}
    for name, values in arrays.items():
        check_stacking(name, values, rows, sizes["H"])
    return [check_shape(name, values, wanted.get(name, f"{rows}H"), sizes) for name, values in arrays.items()]


def check_stacking(name: str, values: ArrayLike, rows: int, H: int) -> None:
    """ValueError if `values` has the rows of another cell, or its rows as columns; other faults are not its business.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
    rows : int
        How many blocks of H rows are wanted: 3 for a GRU, 4 for an LSTM.
    H : int
        Units.

    Raises
    ------
    ValueError
        "W_x: got shape (18, 4), the stacking of a GRU (rows r, z, n), wanted 24 rows, of an LSTM (rows i, f, g, o)".
    """
    got = np.shape(as_floats(name, values))
    if not got or got[0] == rows * H:
        return
    if got[-1] == rows * H:
        raise ValueError(f"{name}: got shape {got}, wanted {rows * H} rows: this looks transposed")
    if got[0] in [blocks * H for blocks in CELLS]:
        of = CELLS[got[0] // H]
        raise ValueError(f"{name}: got shape {got}, the stacking of {of}, wanted {rows * H} rows, of {CELLS[rows]}")


def stretches(T: int, step: int) -> list[slice]:
    """Cut T steps into stretches: long enough for large products, short enough for the processor's cache.

    Parameters
    ----------
    T : int
    step : int
        How many numbers a step has.

    Returns
    -------
    list of slice
        Of equal length, but for the last.
    """
    length = max(25, 2**14 // step)
    return [slice(start, min(start + length, T)) for start in range(0, T, length)]


def check_cache(cache: object, wanted: type, maker: str) -> None:
    """ValueError unless `cache` is what the function called `maker` returned: a cache of the type `wanted`."""
    if not isinstance(cache, wanted):
        beside = f"the {wanted.__name__} that {maker} returned last"
        raise ValueError(f"cache: got an object of type {type(cache).__name__}, wanted {beside}")
