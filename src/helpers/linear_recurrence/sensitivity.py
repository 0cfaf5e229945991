"""The curse of memory: how much a state changes when its eigenvalue does."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_choice, check_count
from helpers.linear_recurrence.checks import check_radius

PARAMETRISATIONS = ("eigenvalue", "normalised", "exponential", "angle")
"""What is moved, see `parameter_sensitivity`."""


def state_variance(radius: ArrayLike, T: int | None = None) -> FloatArray:
    """Compute the variance of ``h_t = lambda h_{t-1} + x_t`` under white noise of variance 1, from h_0 = 0.

    ``sum over k = 0 .. T - 1 of |lambda|^(2k)``, which becomes ``1 / (1 - |lambda|^2)``.

    Parameters
    ----------
    radius : float or array, any shape
        |lambda|, 0 or more and below 1.
    T : int, optional
        Steps; if left out, the value that it settles at.

    Returns
    -------
    array, the shape of `radius`

    Raises
    ------
    ValueError
        For a radius outside 0 .. 1 (1 excluded), or T below 1.
    """
    q = check_radius("radius", radius) ** 2
    return np.asarray((1 if T is None else 1 - q ** check_count("T", T)) / (1 - q))


def parameter_sensitivity(radius: ArrayLike, parametrisation: str = "eigenvalue", angle: float = 1.0) -> FloatArray:
    """Compute the mean square of d state / d parameter, which the state settles at under white noise of variance 1.

    The state is ``h_t = sum over k of lambda^k x_{t-k}``, so ``dh_t/dlambda = sum over k of k lambda^(k-1) x_{t-k}``:
    the past is counted k times as much. With ``r = |lambda|`` and ``q = r^2``:

    - "eigenvalue": ``E|dh/dlambda|^2 = (1 + q) / (1 - q)^3``. It explodes as r goes to 1, although the state's own
      gradient ``dh_t/dh_{t-1} = lambda`` never does; the state's variance is only ``1 / (1 - q)``.
    - "normalised": of ``gamma(r) h`` with ``gamma = sqrt(1 - q)``, by r: ``1 / (1 - q)^2``. Half of the explosion was
      that the state grew.
    - "exponential": of ``gamma(r) h`` with ``r = exp(-exp(nu))``, by nu: ``q ln(r)^2 / (1 - q)^2``, which stays below
      1/4. The steps in r shrink as fast as the sensitivity grows.
    - "angle": of ``gamma h`` with the angle ``exp(theta)``, by theta: ``angle^2 q (1 + q) / (1 - q)^2``. This one is
      not cured, but small if the angle is: the reason for a small `max_phase` in `start_lru`.

    Parameters
    ----------
    radius : float or array, any shape
        |lambda|, 0 or more and below 1.
    parametrisation : {"eigenvalue", "normalised", "exponential", "angle"}
    angle : float
        In radians; for "angle" alone.

    Returns
    -------
    array, the shape of `radius`

    Raises
    ------
    ValueError
        For a radius outside 0 .. 1 (1 excluded), or an unknown parametrisation.

    References
    ----------
    Zucchet & Orvieto (2024), "Recurrent neural networks: vanishing and exploding gradients are not the end of the
    story": the first is theirs, for white noise; they treat inputs that are correlated in time, too, which makes it
    worse.
    """
    r = check_radius("radius", radius)
    check_choice("parametrisation", parametrisation, PARAMETRISATIONS)
    q = r**2
    if parametrisation == "eigenvalue":
        return np.asarray((1 + q) / (1 - q) ** 3)
    if parametrisation == "normalised":
        return np.asarray(1 / (1 - q) ** 2)
    if parametrisation == "angle":
        return np.asarray(angle**2 * q * (1 + q) / (1 - q) ** 2)
    log_r = np.log(np.where(r > 0, r, 1.0))  # q ln(r)^2 is 0 at r = 0
    return np.asarray(q * log_r**2 / (1 - q) ** 2)
