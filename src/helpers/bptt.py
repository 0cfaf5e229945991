"""Chapter 2: backpropagation through time, the gradients of a recurrent layer.

The loss depends on a state h_t in two ways: directly, through the layer above, and through h_{t+1}, the
future. The same weights serve every step, so their gradient is the sum of what each step contributes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_shape
from helpers.rnn_basics import ACTIVATIONS, RNNCache


class RNNGradients(NamedTuple):
    """Gradients of the loss L; each has the shape and the dtype of what it is the gradient of."""

    x: FloatArray
    """dL/dx, shape (T, B, D)."""
    h0: FloatArray
    """dL/dh_0, shape (B, H)."""
    W_x: FloatArray
    """dL/dW_x, shape (H, D), summed over steps and sequences."""
    W_h: FloatArray
    """dL/dW_h, shape (H, H), summed over steps and sequences."""
    b: FloatArray
    """dL/db, shape (H,), summed over steps and sequences."""


def rnn_backward(dhs: ArrayLike, cache: RNNCache) -> RNNGradients:
    """Backpropagate through the T steps of `helpers.rnn_basics.rnn_forward`.

    With z_t = W_x x_t + W_h h_{t-1} + b, h_t = phi(z_t) and elementwise product *, from t = T down to 1::

        dL/dh_t     = dhs_t + W_h^T dL/dz_{t+1}        (directly and from the future; at t = T only dhs_T)
        dL/dz_t     = phi'(z_t) * dL/dh_t
        dL/dW_h     = sum over t of dL/dz_t h_{t-1}^T
        dL/dW_x     = sum over t of dL/dz_t x_t^T
        dL/db       = sum over t of dL/dz_t
        dL/dx_t     = W_x^T dL/dz_t
        dL/dh_0     = W_h^T dL/dz_1

    Parameters
    ----------
    dhs : array (T, B, H)
        What reaches each state directly, not through later states. For a loss on the last state only, all but
        ``dhs[-1]`` is zero.
    cache : RNNCache
        From `rnn_forward`; it is not changed and may be used again.

    Returns
    -------
    RNNGradients
        Named x (T, B, D), h0 (B, H), W_x (H, D), W_h (H, H), b (H,), in the dtype of the forward pass.

    Raises
    ------
    ValueError
        If `dhs` does not have the shape of the states or is not finite, or `cache` does not come from
        `rnn_forward`.

    References
    ----------
    Werbos (1990), "Backpropagation through time: what it does and how to do it", Proceedings of the IEEE 78.
    """
    if not hasattr(cache, "activation"):
        wanted = "the cache that rnn_forward returned beside hs"
        raise ValueError(f"cache: got an object of type {type(cache).__name__}, wanted {wanted}")
    x, hs, W_x, W_h, activation = cache
    slope = ACTIVATIONS[activation].slope
    (T, B, D), H = x.shape, len(W_h)
    dhs = check_shape("dhs", dhs, "T B H", {"T": T, "B": B, "H": H}).astype(x.dtype, copy=False)

    dx, dW_x, dW_h, db = (
        np.empty(x.shape, x.dtype),
        np.zeros_like(W_x),
        np.zeros_like(W_h),
        np.zeros(H, x.dtype),
    )
    dh = np.zeros((B, H), x.dtype)  # what comes from the future; nothing does at t = T

    # Going back in chunks of time: long enough for large products, short enough for the processor's cache.
    length = min(T, max(16, 2**14 // (B * H)))
    add, multiply, dot = np.add, np.multiply, np.dot  # looked up once, not in each step
    buffer = np.empty((length, B, H), x.dtype)
    for end in range(T, 0, -length):
        start = max(0, end - length)
        dzs = buffer[: end - start]
        # The slopes of the whole chunk first; the loop over its steps turns them into dL/dz in place.
        slope(hs[start + 1 : end + 1], dzs)
        for dz, direct in zip(list(dzs)[::-1], list(dhs[start:end])[::-1], strict=True):
            add(dh, direct, dh)  # the last argument is where the result goes: nothing is allocated
            multiply(dz, dh, dz)
            dot(dz, W_h, dh)
        # Steps and sequences as the rows of one matrix: a single product sums over both.
        dz_rows = dzs.reshape(-1, H)
        np.dot(dz_rows, W_x, dx[start:end].reshape(-1, D))
        dW_x += dz_rows.T @ x[start:end].reshape(-1, D)
        dW_h += dz_rows.T @ hs[start:end].reshape(-1, H)
        db += np.ones(len(dz_rows), x.dtype) @ dz_rows  # the sum over rows; NumPy's own is slower
    return RNNGradients(dx, dh, dW_x, dW_h, db)
