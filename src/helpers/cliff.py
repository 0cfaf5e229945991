"""A loss with a cliff, in two parameters, so that it can be drawn."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.activations import sigmoid
from helpers.arrays import FloatArray, check_count


def cliff_loss(w: ArrayLike, b: ArrayLike, T: int = 50, h0: float = 0.5) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Loss of a network of one unit, and its gradient: the smallest landscape with a cliff.

    ``h_t = w sigmoid(h_{t-1}) + b`` from h_0, without inputs, and the loss ``(sigmoid(h_T) - 0.7)^2``.

    Parameters
    ----------
    w, b : array, equal shapes
        Recurrent weight and bias; all networks run side by side.
    T : int
    h0 : float

    Returns
    -------
    loss, dw, db : array, the shape of `w`

    Raises
    ------
    ValueError
        If the shapes differ or T is below 1.

    References
    ----------
    In the manner of Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks",
    figure 6, which shows such a unit's error surface and a gradient step at its wall.
    """
    w, b = np.asarray(w, float), np.asarray(b, float)
    if w.shape != b.shape:
        raise ValueError(f"b: got shape {b.shape}, wanted that of w, {w.shape}")
    h, dh_dw, dh_db = np.full(w.shape, h0), np.zeros(w.shape), np.zeros(w.shape)
    for _ in range(check_count("T", T)):
        s = sigmoid(h)
        factor = w * s * (1 - s)  # dh_t / dh_{t-1}
        dh_dw, dh_db = s + factor * dh_dw, 1 + factor * dh_db  # forward in time: only two parameters
        h = w * s + b
    s = sigmoid(h)
    slope = 2 * (s - 0.7) * s * (1 - s)
    return (s - 0.7) ** 2, slope * dh_dw, slope * dh_db
