"""The nonlinearities phi of a recurrent layer, and their derivatives."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers.arrays import FloatArray


class Activation(NamedTuple):
    """A nonlinearity phi and its derivative, both elementwise."""

    apply: Callable[[FloatArray, FloatArray], object]
    """``apply(z, out)`` writes phi(z) into `out`, which may be `z` itself."""
    slope: Callable[[FloatArray, FloatArray], object]
    """``slope(h, out)`` writes phi'(z) into `out` (or into `h`), from h = phi(z): z need not be kept."""


def _tanh_slope(h: FloatArray, out: FloatArray) -> None:
    np.multiply(h, h, out=out)
    np.subtract(1, out, out=out)


def _relu(z: FloatArray, out: FloatArray) -> None:
    np.maximum(z, 0, out=out)


def _sigmoid(z: FloatArray, out: FloatArray) -> None:
    # 1 / (1 + exp(-z)) overflows for z far below 0. exp(-|z|) never does, and both branches stay accurate.
    e = np.exp(-np.abs(z))
    np.divide(np.where(z < 0, e, np.ones_like(e)), 1 + e, out=out)


def sigmoid(z: FloatArray) -> FloatArray:
    """Compute the logistic function ``1 / (1 + exp(-z))``, in all digits and without overflow.

    Parameters
    ----------
    z : array, any shape

    Returns
    -------
    array, the shape and dtype of `z`
    """
    out = np.empty_like(z)
    _sigmoid(z, out)
    return out


def _sigmoid_slope(h: FloatArray, out: FloatArray) -> None:
    np.multiply(h, 1 - h, out=out)


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(np.tanh, _tanh_slope),
    # At exactly 0, where relu has no derivative, we take 0, as PyTorch does.
    "relu": Activation(_relu, lambda h, out: np.greater(h, 0, out=out)),
    "sigmoid": Activation(_sigmoid, _sigmoid_slope),
    "identity": Activation(np.positive, lambda h, out: out.fill(1)),
}
