"""The linear recurrence h_t = a_t * h_{t-1} + b_t: by a loop, by a parallel scan, and backwards.

One step is a pair (a, b), the function h -> a h + b. Two steps, one after the other, are again such a pair; the order
in which the pairs are joined does not matter, only the order in which they stand. That is all a scan needs.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import IntArray, check_choice, check_count
from helpers.linear_recurrence.checks import Array, check_numbers, promote

METHODS = ("loop", "hillis-steele", "blelloch")
"""Ways to compute a linear recurrence."""


class RecurrenceGradients(NamedTuple):
    """Gradients of the loss L; each has the shape of what it is the gradient of, and is real where that is real.

    Of a complex number z it is ``dL/dRe(z) + i dL/dIm(z)``, as in PyTorch: L falls fastest against it.
    """

    a: Array
    """dL/da, shape (T, B, H), or (H,) if a is constant."""
    b: Array
    """dL/db, shape (T, B, H)."""
    h0: Array
    """dL/dh_0, shape (B, H)."""


class ScanCost(NamedTuple):
    """What a way to compute the recurrence over T steps costs, in combinations of two pairs."""

    depth: int
    """Combinations that must wait for one another: the time with as many processors as one likes."""
    work: int
    """Combinations in all: the time with one processor."""


def combine(left: tuple[ArrayLike, ArrayLike], right: tuple[ArrayLike, ArrayLike]) -> tuple[Array, Array]:
    """Join two stretches of the recurrence, `left` before `right`, into one: ``(a_l a_r, a_r b_l + b_r)``.

    A stretch (a, b) takes the state h before it to ``a h + b`` after it, so two of them take it to
    ``a_r (a_l h + b_l) + b_r``. The operator is associative, but not commutative; (1, 0) changes nothing.

    Parameters
    ----------
    left, right : pairs of arrays
        Real or complex, of shapes that broadcast.

    Returns
    -------
    pair of arrays

    Raises
    ------
    ValueError
        For shapes that do not broadcast.

    References
    ----------
    Blelloch (1990), "Prefix sums and their applications", section 1.4 (first-order recurrences).
    """
    (a_l, b_l), (a_r, b_r) = ((np.asarray(a), np.asarray(b)) for a, b in (left, right))
    return a_l * a_r, a_r * b_l + b_r


def linear_recurrence(a: ArrayLike, b: ArrayLike, h0: ArrayLike | None = None) -> Array:
    """Run ``h_t = a_t * h_{t-1} + b_t`` over t = 1 .. T in a loop, * elementwise.

    There is no nonlinearity and no matrix: each of the H numbers is a recurrence of its own, and
    ``dh_T/dh_t = a_T a_{T-1} ... a_{t+1}``.

    Parameters
    ----------
    a : array (T, B, H), or (H,) for factors that are the same at every step
        Real or complex, as all that follow.
    b : array (T, B, H)
    h0 : array (B, H), optional
        Zeros if left out.

    Returns
    -------
    array (T, B, H)
        States, ``hs[0]`` is h_1: complex if one of the arrays is, in single precision if all are.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, an empty sequence, or values that are not finite.
    """
    return _loop(*_check(a, b, h0))


def _loop(a: Array, b: Array, h: Array) -> Array:
    hs = np.empty_like(b)
    for t in range(len(b)):
        h = hs[t] = a[t] * h + b[t]
    return hs


def scan(a: ArrayLike, b: ArrayLike, h0: ArrayLike | None = None, method: str = "blelloch") -> Array:
    """Compute `linear_recurrence` by a parallel scan: the same states, in about log2 T steps instead of T.

    The first stretch is (0, a_1 h_0 + b_1), and state h_t is the b of the first t pairs joined by `combine`. The pairs
    are joined level by level (`scan_levels`); the combinations of a level do not need each other, and here are one
    operation on arrays.

    Parameters
    ----------
    a : array (T, B, H), or (H,)
        As for `linear_recurrence`.
    b : array (T, B, H)
    h0 : array (B, H), optional
        Zeros if left out.
    method : {"blelloch", "hillis-steele", "loop"}
        Two sweeps with about 2 T combinations; about log2 T levels of up to T; one combination after the other.

    Returns
    -------
    array (T, B, H)
        Equal to `linear_recurrence` up to rounding.

    Raises
    ------
    ValueError
        As for `linear_recurrence`, or for an unknown method.

    References
    ----------
    Hillis & Steele (1986), "Data parallel algorithms". Blelloch (1990), "Prefix sums and their applications". The two
    sweeps here keep every prefix in its own place, as in Brent & Kung (1982), "A regular layout for parallel adders".
    """
    check_choice("method", method, METHODS)
    a, b, h = _check(a, b, h0)
    if method == "loop":
        return _loop(a, b, h)
    A, hs = a.copy(), b.copy()
    hs[0] += a[0] * h
    for into, before in _slices(len(b), method):
        A[into], hs[into] = combine((A[before], hs[before]), (A[into], hs[into]))
    return hs


def scan_backward(dhs: ArrayLike, a: ArrayLike, hs: ArrayLike, h0: ArrayLike | None = None) -> RecurrenceGradients:
    """Backpropagate through the recurrence, by the same scan run from the end.

    The gradient follows a linear recurrence, too, with the factors one step later and conjugated::

        dL/dh_t = dhs_t + conj(a_{t+1}) * dL/dh_{t+1},      dL/dh_T = dhs_T
        dL/db_t = dL/dh_t,      dL/da_t = conj(h_{t-1}) * dL/dh_t,      dL/dh_0 = conj(a_1) * dL/dh_1

    So training is as parallel as running. What multiplies the gradient is known before anything has run: the a's.

    Parameters
    ----------
    dhs : array (T, B, H)
        What reaches each state directly, not through later states.
    a : array (T, B, H), or (H,)
        The factors of the forward pass.
    hs : array (T, B, H)
        Its states.
    h0 : array (B, H), optional
        Its first state, zeros if left out.

    Returns
    -------
    RecurrenceGradients
        Named a, b, h0. That of b is complex if the states are.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, an empty sequence, or values that are not finite.
    """
    sizes: dict[str, int] = {}
    constant, real_a, real_h0 = np.ndim(a) == 1, not np.iscomplexobj(a), h0 is not None and not np.iscomplexobj(h0)
    a, states, h = _check(a, hs, h0, "hs", sizes)
    dhs = check_numbers("dhs", dhs, "T B H", sizes)
    back = np.conj(a[::-1])
    late = np.concatenate([np.zeros_like(back[:1]), back[:-1]])  # nothing comes from beyond the last step
    dh, _ = promote(scan(np.broadcast_to(late, dhs.shape), dhs[::-1])[::-1], states)
    da = np.conj(np.concatenate([h[None], states[:-1]])) * dh
    if constant:
        da = da.sum(axis=(0, 1))
    dh0 = back[-1] * dh[0]
    return RecurrenceGradients(da.real if real_a else da, dh, dh0.real if real_h0 else dh0)


def scan_levels(T: int, method: str = "blelloch") -> list[IntArray]:
    """List which pairs are joined at each level of a scan over T steps.

    - "loop": T - 1 levels of one combination.
    - "hillis-steele": at level l = 0, 1, .. place i takes in place i - 2^l, all places that have one at once.
    - "blelloch": a tree upwards, where every second, fourth, eighth .. place takes in all that lies before it in its
      block, then downwards, where the places between take in the blocks on their left.

    Parameters
    ----------
    T : int
        Steps, at least 1.
    method : {"blelloch", "hillis-steele", "loop"}

    Returns
    -------
    list of int arrays (n, 2), one per level
        Rows (from, into), places counted from 0: the stretch that ends at `into` is joined with the one before it,
        which ends at `from`. What `scan` does, in its order; a level reads what the level before it wrote.

    Raises
    ------
    ValueError
        If T is below 1 or the method is unknown.
    """
    T = check_count("T", T)
    check_choice("method", method, METHODS)
    places = np.arange(T)
    return [np.stack([places[before], places[into]], axis=1) for into, before in _slices(T, method)]


def scan_cost(T: int, method: str = "blelloch") -> ScanCost:
    """Count the levels of `scan_levels` and the combinations in them.

    For T a power of two, k = log2 T: the loop has depth and work T - 1; Hillis-Steele depth k and work T k - T + 1;
    the two sweeps depth 2 k - 1 and work 2 T - 2 - k.

    Parameters
    ----------
    T : int
        Steps, at least 1.
    method : {"blelloch", "hillis-steele", "loop"}

    Returns
    -------
    ScanCost
        Named depth and work; (0, 0) for a single step.

    Raises
    ------
    ValueError
        If T is below 1 or the method is unknown.
    """
    levels = scan_levels(T, method)
    return ScanCost(len(levels), sum(len(level) for level in levels))


def _slices(T: int, method: str) -> list[tuple[slice, slice]]:
    """For each level the places that are written, and those that they take in."""
    if method == "loop":
        return [(slice(t, t + 1), slice(t - 1, t)) for t in range(1, T)]
    distances = [2**level for level in range((T - 1).bit_length())]  # 1, 2, 4 .. below T
    if method == "hillis-steele":
        return [(slice(d, T), slice(0, T - d)) for d in distances]
    up = [(2 * d - 1, d) for d in distances]
    down = [(3 * d - 1, d) for d in reversed(distances)]
    # The n-th place written has exactly one n-th place before it; without the end of the second slice there may be
    # one place too many.
    return [(slice(i, T, 2 * d), slice(i - d, T - d, 2 * d)) for i, d in up + down if i < T]


def _check(
    a: ArrayLike,
    b: ArrayLike,
    h0: ArrayLike | None,
    name: str = "b",
    sizes: dict[str, int] | None = None,
) -> tuple[Array, Array, Array]:
    """Check and give a as (T, 1 or B, H), b, and h_0, in one dtype."""
    sizes = {} if sizes is None else sizes
    if np.ndim(b) and not np.shape(b)[0]:
        raise ValueError(f"{name}: got an empty sequence, shape {np.shape(b)}, wanted at least one step")
    b = check_numbers(name, b, "T B H", sizes)
    constant = np.ndim(a) == 1
    a = check_numbers("a", a, "H" if constant else "T B H", sizes)
    h = np.zeros(b.shape[1:], b.dtype) if h0 is None else check_numbers("h0", h0, "B H", sizes)
    a, b, h = promote(a, b, h)
    return np.broadcast_to(a, (len(b), 1, len(a))) if constant else a, b, h
