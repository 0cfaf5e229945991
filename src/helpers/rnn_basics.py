"""Chapter 1: the recurrence ``h_t = phi(W_x x_t + W_h h_{t-1} + b)``, for one step and for a whole sequence.

The network is the one of Elman (1990), "Finding structure in time", Cognitive Science 14. Arrays are
time-major: T steps, B sequences side by side (the batch), D numbers per input, H numbers per state. Weights
are stored as in the equation, ``W_x (H, D)`` and ``W_h (H, H)``; since a state is a row of an array
``(B, H)``, the code multiplies by their transposes from the right.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_choice, check_shape, same_dtype


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


def _sigmoid_slope(h: FloatArray, out: FloatArray) -> None:
    np.multiply(h, 1 - h, out=out)


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(np.tanh, _tanh_slope),
    # At exactly 0, where relu has no derivative, we take 0, as PyTorch does.
    "relu": Activation(_relu, lambda h, out: np.greater(h, 0, out=out)),
    "sigmoid": Activation(_sigmoid, _sigmoid_slope),
    "identity": Activation(np.positive, lambda h, out: out.fill(1)),
}


class RNNCache(NamedTuple):
    """What the backward pass needs.

    The weights are copies, so an update in place between the two passes does no harm, and `hs` is read-only.
    `x` is yours, not a copy: leave it as it is until the backward pass has run.
    """

    x: FloatArray
    """Inputs x_1 .. x_T, shape (T, B, D)."""
    hs: FloatArray
    """States h_0 .. h_T, shape (T + 1, B, H): the initial state stands first."""
    W_x: FloatArray
    """Input weights, shape (H, D)."""
    W_h: FloatArray
    """Recurrent weights, shape (H, H)."""
    activation: str
    """Name of phi."""


def rnn_step(
    x: ArrayLike, h: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike, activation: str = "tanh"
) -> FloatArray:
    """Compute the next state ``h_t = phi(W_x x_t + W_h h_{t-1} + b)``.

    Parameters
    ----------
    x : array (B, D), or (D,) for a single sequence
        Input x_t.
    h : array (B, H), or (H,) with x (D,)
        State h_{t-1}.
    W_x : array (H, D)
    W_h : array (H, H)
    b : array (H,)
    activation : {"tanh", "relu", "sigmoid", "identity"}
        The nonlinearity phi.

    Returns
    -------
    array, the shape of `h`
        State h_t: float32 if all five arrays are float32, else float64.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, values that are not finite, or an unknown activation.

    References
    ----------
    Elman (1990), "Finding structure in time", Cognitive Science 14.
    """
    phi = ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)]
    sizes: dict[str, int] = {}
    batch = "" if np.ndim(x) == 1 else "B "
    x, h, W_x, W_h, b = same_dtype(
        check_shape("x", x, batch + "D", sizes),
        check_shape("h", h, batch + "H", sizes),
        check_shape("W_x", W_x, "H D", sizes),
        check_shape("W_h", W_h, "H H", sizes),
        check_shape("b", b, "H", sizes),
    )
    z = x @ W_x.T + h @ W_h.T + b
    phi.apply(z, z)
    return z


def rnn_forward(
    x: ArrayLike, h0: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike, activation: str = "tanh"
) -> tuple[FloatArray, RNNCache]:
    """Run the recurrence ``h_t = phi(W_x x_t + W_h h_{t-1} + b)`` over t = 1 .. T.

    The result is that of a loop over `rnn_step`, computed faster.

    Parameters
    ----------
    x : array (T, B, D)
        Inputs; ``x[0]`` is x_1.
    h0 : array (B, H)
        Initial state.
    W_x : array (H, D)
    W_h : array (H, H)
    b : array (H,)
    activation : {"tanh", "relu", "sigmoid", "identity"}
        The nonlinearity phi.

    Returns
    -------
    hs : array (T, B, H)
        States; ``hs[0]`` is h_1. float32 if all five arrays are float32, else float64. Read-only, because the
        cache shares them; write into ``hs.copy()``.
    cache : RNNCache
        For `helpers.bptt.rnn_backward`.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, T = 0, values that are not finite, or an unknown activation.

    Notes
    -----
    With relu or identity the states can grow past the largest float; they are then inf or nan, as in NumPy.

    References
    ----------
    Elman (1990), "Finding structure in time", Cognitive Science 14.
    """
    phi = ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)]
    sizes: dict[str, int] = {}
    x, h0, W_x, W_h, b = same_dtype(
        check_shape("x", x, "T B D", sizes),
        check_shape("h0", h0, "B H", sizes),
        check_shape("W_x", W_x, "H D", sizes),
        check_shape("W_h", W_h, "H H", sizes),
        check_shape("b", b, "H", sizes),
    )
    T, B, D, H = (sizes[letter] for letter in "TBDH")
    dot, add, apply = np.dot, np.add, phi.apply  # looked up once, not in each step

    # No input depends on a state, so one large product serves all steps, written where the states will be.
    hs = np.empty((T + 1, B, H), x.dtype)
    hs[0] = h0
    np.dot(x.reshape(T * B, D), W_x.T, out=hs[1:].reshape(T * B, H))
    hs[1:] += b

    # Only W_h h_{t-1} is left for the loop, where nothing is allocated. list(hs) makes the T + 1 views once.
    W_h_T = W_h.T.copy()
    from_past = np.empty((B, H), x.dtype)
    h, *rest = list(hs)
    for z in rest:
        dot(h, W_h_T, from_past)  # the last argument is where the result goes
        add(z, from_past, z)
        apply(z, z)
        h = z
    hs.flags.writeable = False  # states edited before the backward pass would give wrong gradients in silence
    return hs[1:], RNNCache(x, hs, W_x.copy(), W_h.copy(), activation)
