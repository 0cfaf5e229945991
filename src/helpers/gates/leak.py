"""The leaky integrator, one number that forgets at a steady rate: what an LSTM's cell is with its gates held still."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, as_floats, check_shape


def leaky_integrate(x: ArrayLike, f: float, c0: ArrayLike = 0.0) -> FloatArray:
    """Compute ``c_t = f c_{t-1} + (1 - f) x_t`` over t = 1 .. T.

    What came k steps ago still counts ``(1 - f) f^k``, so ``dc_T/dc_t = f^(T-t)``: the steps are added, and only f
    is multiplied. f = 0 remembers nothing, f = 1 never changes.

    Parameters
    ----------
    x : array (T,), or (T, B) for B sequences side by side
    f : float
        0 to 1, what is kept at each step.
    c0 : float, or array (B,) with x (T, B)
        The value before the first input.

    Returns
    -------
    array, the shape of `x`
        ``c[0]`` is c_1. float32 if `x` is, else float64.

    Raises
    ------
    ValueError
        For f outside 0 .. 1, shapes that do not fit each other, or values that are not finite.
    """
    sizes: dict[str, int] = {}
    x = check_shape("x", x, "T" if np.ndim(x) == 1 else "T B", sizes)
    kept = float(check_shape("f", f, "", {}))
    if not 0 <= kept <= 1:
        raise ValueError(f"f: got {f!r}, wanted a number from 0 to 1")
    start = check_shape("c0", c0, "" if x.ndim == 1 or np.ndim(c0) == 0 else "B", sizes)
    cs = np.empty_like(x)
    c = np.broadcast_to(start, x.shape[1:]).astype(x.dtype)
    for t, x_t in enumerate(x):
        c = cs[t] = kept * c + (1 - kept) * x_t
    return cs


def half_life(f: ArrayLike) -> FloatArray:
    """Compute after how many steps half is left, ``ln(1/2) / ln f``, since ``f^steps = 1/2``.

    Parameters
    ----------
    f : float or array, any shape
        What is kept at each step, above 0 and below 1.

    Returns
    -------
    array, the shape of `f`, in steps
        .5 is a half-life of 1 step, .99 of 69.

    Raises
    ------
    ValueError
        If an f is not between 0 and 1.
    """
    f = as_floats("f", f)
    if not ((f > 0) & (f < 1)).all():
        raise ValueError(f"f: got {f[~((f > 0) & (f < 1))][0]}, wanted numbers above 0 and below 1")
    return np.asarray(np.log(0.5) / np.log(f))


def bias_half_life(b: ArrayLike) -> FloatArray:
    """Compute the half-life of a forget gate that its bias alone sets, f = sigma(b), as at the start of training.

    With ``ln sigma(b) = -ln(1 + exp(-b))`` it is ``ln 2 / ln(1 + exp(-b))``: 1, 2.2, 14 and 103 steps for 0, 1, 3
    and 5; each further unit of bias makes it about e times longer.

    Parameters
    ----------
    b : float or array, any shape
        Forget bias.

    Returns
    -------
    array, the shape of `b`, in steps

    Raises
    ------
    ValueError
        If a bias is not finite.
    """
    b = as_floats("b", b)
    if not np.isfinite(b).all():
        raise ValueError(f"b: got {b[~np.isfinite(b)][0]}, wanted finite values")
    return np.asarray(np.log(2) / np.logaddexp(0, -b))


def forget_bias(steps: ArrayLike) -> FloatArray:
    """Compute the forget bias whose gate has this half-life: the inverse of `bias_half_life`.

    ``sigma(b) = 2^(-1/steps)``, so ``b = -ln(2^(1/steps) - 1)``.

    Parameters
    ----------
    steps : float or array, any shape
        Half-life, above 0.

    Returns
    -------
    array, the shape of `steps`

    Raises
    ------
    ValueError
        If a half-life is not a finite number above 0.
    """
    steps = as_floats("steps", steps)
    fits = (steps > 0) & np.isfinite(steps)
    if not fits.all():
        raise ValueError(f"steps: got {steps[~fits][0]}, wanted finite numbers above 0")
    return np.asarray(-np.log(np.expm1(np.log(2) / steps)))
