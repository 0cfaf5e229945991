"""Checks of arrays that may be complex: eigenvalues are, and states that they multiply."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, as_floats, check_shape

Array = NDArray[np.inexact[Any]]
"""Real or complex, in single or double precision."""


def check_numbers(name: str, values: ArrayLike, wanted: str, sizes: dict[str, int]) -> Array:
    """Check `values` as `helpers.arrays.check_shape` does, real or complex.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    values : array_like
    wanted : str
        One word per axis, "T B H".
    sizes : dict
        The letters known so far; it learns the others.

    Returns
    -------
    array of the wanted shape
        Integers become float64.

    Raises
    ------
    ValueError
        As `check_shape`.
    """
    if not np.iscomplexobj(values):
        return check_shape(name, values, wanted, sizes)
    array: Array = np.asarray(values)
    check_shape(name, array.real, wanted, sizes)
    check_shape(f"{name} (imaginary part)", array.imag, wanted, sizes)
    return array


def promote(*arrays: Array) -> tuple[Array, ...]:
    """Give all arrays one dtype: complex if one of them is, single precision if all are."""
    dtype = np.result_type(*arrays)
    return tuple(array.astype(dtype, copy=False) for array in arrays)


def check_radius(name: str, radius: ArrayLike) -> FloatArray:
    """Check that all radii are those of a stable recurrence, 0 or more and below 1.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    radius : float or array, any shape

    Returns
    -------
    array, the shape of `radius`

    Raises
    ------
    ValueError
        If one is below 0, at or above 1, or not a number: the message says which.
    """
    radius = as_floats(name, radius)
    stable = (radius >= 0) & (radius < 1)
    if not stable.all():
        raise ValueError(f"{name}: got {radius[~stable][0]}, wanted at least 0 and below 1 (a stable recurrence)")
    return radius
