"""What an update does with gradients: clipping by norm and by value, and the optimiser Adam.

All functions are pure: they return new arrays and leave what they are given alone. Parameters and their
gradients come in a container, a NamedTuple, a tuple, a list or a dict of arrays (or as one bare array), and
what is returned is in a container of the same type.
"""

from typing import Any, NamedTuple

import numpy as np

from helpers.arrays import FloatArray
from helpers.containers import Arrays, close_arrays, open_arrays


def clip_by_norm(arrays: Arrays, threshold: float) -> tuple[Arrays, float]:
    """Shorten a gradient that is longer than `threshold`, and keep its direction.

    ``g -> threshold * g / ||g||`` where ``||g|| > threshold``, else g as it is. The norm is that of all arrays
    together, as if they were one long vector: clipping each array by its own norm would turn the update.

    Parameters
    ----------
    arrays : NamedTuple, tuple, list or dict of arrays of any shapes, or one array
        The gradients of all parameters.
    threshold : float
        Above 0; ``inf`` clips nothing.

    Returns
    -------
    clipped
        A container of the same type, with new arrays of the same shapes and dtypes.
    norm_before : float
        L2 norm of all arrays together before clipping: plot it, spikes are how an explosion shows.

    Raises
    ------
    ValueError
        If an array holds inf or nan, or the norm is beyond float64 (there is no direction left to keep: lower the
        threshold or the learning rate, or skip the update), if `threshold` is not above 0, or if `arrays` is
        another kind of container.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks", algorithm 1.
    """
    names, gradients = open_arrays("arrays", arrays)
    threshold = _check_threshold(threshold)
    _check_finite(names, gradients)
    # Squares of large numbers overflow, squares of small ones underflow: take the largest entry out first.
    peak = max((float(np.abs(g).max()) for g in gradients if g.size), default=0.0)
    if peak == 0:
        return close_arrays(arrays, [g.copy() for g in gradients]), 0.0
    squares = sum(float(np.square(g.astype(np.float64) / peak).sum()) for g in gradients)
    norm_before = peak * squares**0.5
    if norm_before == np.inf:
        raise ValueError("arrays: got a norm beyond float64, wanted a finite one")
    factor = min(1.0, threshold / norm_before)
    return close_arrays(arrays, [g * g.dtype.type(factor) for g in gradients]), norm_before


def clip_by_value(arrays: Arrays, threshold: float) -> Arrays:
    """Cut every number of a gradient to the range from -threshold to threshold.

    Each number is cut for itself, so the direction changes: (100, 1) becomes (1, 1) at threshold 1, and the
    cosine between the two is .714.

    Parameters
    ----------
    arrays : NamedTuple, tuple, list or dict of arrays of any shapes, or one array
        The gradients of all parameters.
    threshold : float
        Above 0; ``inf`` clips nothing.

    Returns
    -------
    clipped
        A container of the same type, with new arrays of the same shapes and dtypes.

    Raises
    ------
    ValueError
        If an array holds inf or nan (an explosion that a cut would hide), if `threshold` is not above 0, or if
        `arrays` is another kind of container.

    References
    ----------
    Mikolov (2012), "Statistical language models based on neural networks", PhD thesis, Brno: gradients of
    recurrent networks truncated elementwise.
    """
    names, gradients = open_arrays("arrays", arrays)
    threshold = _check_threshold(threshold)
    _check_finite(names, gradients)
    return close_arrays(arrays, [np.clip(g, g.dtype.type(-threshold), g.dtype.type(threshold)) for g in gradients])


class AdamState(NamedTuple):
    """What Adam remembers between updates; `adam_start` makes the first."""

    step: int
    """Updates made so far."""
    mean: list[FloatArray]
    """Running mean of each gradient."""
    square: list[FloatArray]
    """Running mean of each gradient's square, elementwise."""


def adam_start(parameters: Any) -> AdamState:
    """Return Adam's state before the first update: zeros in the shapes of `parameters`.

    Parameters
    ----------
    parameters : NamedTuple, tuple, list or dict of arrays, or one array

    Returns
    -------
    AdamState

    Raises
    ------
    ValueError
        If `parameters` is another kind of container.
    """
    _, arrays = open_arrays("parameters", parameters)
    return AdamState(0, [np.zeros_like(p) for p in arrays], [np.zeros_like(p) for p in arrays])


def adam_step(
    parameters: Arrays,
    gradients: Any,
    state: AdamState,
    rate: float = 1e-3,
    decay: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> tuple[Arrays, AdamState]:
    """Make one update with Adam.

    At update n, elementwise, with decay (d1, d2)::

        m <- d1 m + (1 - d1) g              s <- d2 s + (1 - d2) g^2
        p <- p - rate * m / (1 - d1^n) / (sqrt(s / (1 - d2^n)) + epsilon)

    The division by 1 - d^n corrects for the start at zero. A step is about `rate` long in each number, whatever
    the size of its gradient.

    Parameters
    ----------
    parameters : NamedTuple, tuple, list or dict of arrays, or one array
    gradients
        The same number of arrays in the same order, each in the shape of its parameter.
    state : AdamState
        From `adam_start` or the update before.
    rate : float
        Learning rate, at least 0.
    decay : (float, float)
        How much of the two running means is kept, 0 or more and below 1.
    epsilon : float
        Above 0.

    Returns
    -------
    parameters
        New arrays in a container of the same type; each keeps its dtype.
    state : AdamState

    Raises
    ------
    ValueError
        If shapes, number of arrays or state do not fit, a gradient holds inf or nan, or a setting is outside its
        range.

    References
    ----------
    Kingma & Ba (2015), "Adam: a method for stochastic optimization", ICLR, algorithm 1.
    """
    _, old = open_arrays("parameters", parameters)
    names, grads = open_arrays("gradients", gradients)
    wanted = [p.shape for p in old]
    for name, shapes in {"gradients": [g.shape for g in grads], "state": [m.shape for m in state.mean]}.items():
        if shapes != wanted:
            raise ValueError(f"{name}: got shapes {shapes}, wanted {wanted}")
    _check_finite(names, grads, "gradients")
    if not (np.isfinite(rate) and rate >= 0):
        raise ValueError(f"rate: got {rate}, wanted a finite number of at least 0")
    rate = float(rate)  # a NumPy scalar of float64 would turn float32 parameters into float64
    d1, d2 = decay
    if not (0 <= d1 < 1 and 0 <= d2 < 1):
        raise ValueError(f"decay: got {decay}, wanted two numbers of at least 0 and below 1")
    if not epsilon > 0:
        raise ValueError(f"epsilon: got {epsilon}, wanted a number above 0")

    n = state.step + 1
    new: list[FloatArray] = []
    mean: list[FloatArray] = []
    square: list[FloatArray] = []
    for p, g, m, s in zip(old, grads, state.mean, state.square, strict=True):
        g = g.astype(p.dtype, copy=False)
        m = d1 * m + (1 - d1) * g
        s = d2 * s + (1 - d2) * g * g
        new.append(p - rate / (1 - d1**n) * m / (np.sqrt(s / (1 - d2**n)) + epsilon))
        mean.append(m)
        square.append(s)
    return close_arrays(parameters, new), AdamState(n, mean, square)


def _check_threshold(threshold: float) -> float:
    if isinstance(threshold, bool) or not threshold > 0:  # nan is not above 0 either
        raise ValueError(f"threshold: got {threshold!r}, wanted a number above 0")
    return float(threshold)


def _check_finite(names: list[str], arrays: list[FloatArray], argument: str = "arrays") -> None:
    for name, array in zip(names, arrays, strict=True):
        if not np.isfinite(array).all():
            index = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
            found = array[tuple(index)]
            raise ValueError(f"{argument}: got {found} in {name} at index {index}, wanted finite gradients")
