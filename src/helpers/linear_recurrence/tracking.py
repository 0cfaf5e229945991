"""Parity, the smallest problem of state tracking: what solves it by hand, and why positive factors cannot."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, IntArray, as_floats, check_choice, check_count, check_ids, check_rng, check_shape
from helpers.linear_recurrence.scan import scan


def parity_task(T: int, batch: int, rng: np.random.Generator) -> tuple[FloatArray, IntArray]:
    """Draw bits, and ask at each step whether the ones so far are even (0) or odd (1) in number.

    Two states, and each 1 exchanges them: nothing is to be forgotten and nothing to be averaged, so no shorter piece
    of the sequence tells anything about the answer.

    Parameters
    ----------
    T : int
        Steps.
    batch : int
        B, sequences.
    rng : numpy.random.Generator

    Returns
    -------
    x : array (T, B, 2)
        One-hot: ``x[t, :, 1]`` is the bit.
    targets : int array (T, B)

    Raises
    ------
    ValueError
        If a count is below 1 or `rng` is not a generator.
    """
    bits = check_rng(rng).integers(2, size=(check_count("T", T), check_count("batch", batch)))
    return np.eye(2)[bits], np.cumsum(bits, axis=0) % 2


def parity_by_hand(bits: ArrayLike) -> FloatArray:
    """Track parity with one unit and nothing learned: ``h_t = (1 - 2 x_t) h_{t-1} + x_t`` from h_0 = 0.

    A 0 keeps the state, a = 1; a 1 takes h to 1 - h, a = -1. The numbers 0 and 1 are exact in floating point, so this
    is right at every length, and `scan` runs it.

    Parameters
    ----------
    bits : int array (T, B)

    Returns
    -------
    array (T, B)
        h_t, which is the parity, 0 or 1.

    Raises
    ------
    ValueError
        If there are no bits, or one is neither 0 nor 1.

    References
    ----------
    Grazzi et al. (2025), "Unlocking state-tracking in linear RNNs through negative eigenvalues", section 4.1.
    """
    x = check_shape("bits", check_ids("bits", bits, 2), "T B", {})[..., None]
    return np.asarray(scan(1 - 2 * x, x)[..., 0])


def steps_until_still(
    a: float, b: float = 1.0, h0: float = 0.0, dtype: str = "float32", limit: int = 100_000
) -> int | None:
    """Count how many ones a unit can tell apart: the steps after which ``h = a h + b`` no longer changes h.

    Fed with nothing but ones, a linear recurrence repeats one and the same step. For 0 <= a < 1 it creeps up to
    b / (1 - a) from one side, and since floating-point numbers are finitely many, it arrives: from then on an even and
    an odd number of ones leave the same state, and no readout, however clever, can tell them apart. (With a = 1 it
    counts, until at 2^24 in float32 adding 1 changes nothing; above 1 it overflows.) That is the argument of Sarrof et
    al., theorem 2, and with matrices of Grazzi et al., theorem 1: in finite precision a linear RNN, of any number of
    layers, has parity right at all lengths only if in some layer some input has an eigenvalue that is not real and at
    least 0. The condition is necessary, not sufficient: with -1 < a < 0 the odd and the even states close in on each
    other, until only rounding keeps them apart, in the last digits. At -1 they stay where they are.

    Parameters
    ----------
    a : float
        The factor at a one.
    b : float
        What is added at a one.
    h0 : float
        The state before the first.
    dtype : {"float32", "float64"}
        In which each step is computed and rounded.
    limit : int
        Where to give up.

    Returns
    -------
    int or None
        Steps until the state equals the one before; None if it still moves after `limit` steps.

    Raises
    ------
    ValueError
        If a number is not finite, the dtype unknown, `limit` below 1, or the state overflows.

    References
    ----------
    Sarrof, Veitsman & Hahn (2024), "The expressive capacity of state space models: a formal language perspective",
    theorem 2. Grazzi et al. (2025), theorem 1.
    """
    kind = np.dtype(check_choice("dtype", dtype, ["float32", "float64"])).type
    factor, added, h = (
        kind(check_shape(name, as_floats(name, value), "", {})) for name, value in (("a", a), ("b", b), ("h0", h0))
    )
    for step in range(check_count("limit", limit)):
        with np.errstate(over="ignore"):
            moved = factor * h + added
        if not np.isfinite(moved):
            raise ValueError(f"a: got {a}, with which the state overflows after {step + 1} steps, wanted |a| <= 1")
        if moved == h:
            return step
        h = moved
    return None
