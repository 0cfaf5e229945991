"""Chapter 2: backpropagation through time, the gradients of a recurrent layer.

The loss depends on a state h_t in two ways: directly, through the layer above, and through h_{t+1}, the
future. The same weights serve every step, so their gradient is the sum of what each step contributes. The two
truncations that bound the cost of this are not the same: chunks cut at fixed places, a window moves with the loss.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_count, check_shape
from helpers.checking import GradientReport, check_gradients
from helpers.rnn_basics import ACTIVATIONS, RNNCache

__all__ = [
    "GradientReport",
    "RNNGradients",
    "check_gradients",
    "chunked_backward",
    "rnn_backward",
    "window_backward",
]


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
    _check_cache(cache)
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
    length = min(T, max(25, 2**14 // (B * H)))
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


def chunked_backward(dhs: ArrayLike, cache: RNNCache, K: int) -> RNNGradients:
    """Truncate in chunks: the state is carried on from chunk to chunk, the gradient is not.

    The T steps are cut into chunks of K (the last may be shorter), and each loss flows back to the start of its own
    chunk: through t, t-1, ... down to the first step of the chunk that holds t. A loss on the last step of a chunk
    reaches K steps back, one on the first step only its own. With K = T it is `rnn_backward`.

    Parameters
    ----------
    dhs : array (T, B, H)
        As for `rnn_backward`.
    cache : RNNCache
        From one `rnn_forward` over all T steps: the same numbers as a forward pass chunk by chunk, each starting
        from the last state before it. (A training loop that goes chunk by chunk also stores only one at a time.)
    K : int
        Steps in a chunk, 1 to T.

    Returns
    -------
    RNNGradients
        ``h0`` has the first chunk's part only, since nothing later reaches it.

    Raises
    ------
    ValueError
        As for `rnn_backward`, or if K is below 1 or above T.
    """
    T, dhs = _check_truncation(dhs, cache, K)
    dx, parts = np.empty_like(cache.x), []
    for start in range(0, T, K):
        steps = slice(start, start + K)
        chunk = cache._replace(x=cache.x[steps], hs=cache.hs[start : start + K + 1])
        parts.append(rnn_backward(dhs[steps], chunk))
        dx[steps] = parts[-1].x
    dW_x, dW_h, db = (np.sum([part[i] for part in parts], axis=0) for i in (2, 3, 4))
    return RNNGradients(dx, parts[0].h0, dW_x, dW_h, db)


def window_backward(dhs: ArrayLike, cache: RNNCache, K: int) -> RNNGradients:
    """Truncate with a window that slides along: the loss of each step t flows back through its K newest steps.

    These are the steps t, t-1, ..., t-K+1, as far as they exist, so each loss adds at most K terms to the gradient
    of W_h. With g_l the gradient that has come l steps back, for all losses at once::

        g_0[s]      = phi'(z_s) * dhs_s                        (l = 0: the loss of the step itself)
        g_{l+1}[s]  = phi'(z_s) * (W_h^T g_l[s + 1])           (the loss of step s + l + 1)
        dL/dz_s     = g_0[s] + g_1[s] + ... + g_{K-1}[s]

    With K = T it is `rnn_backward`; with K = 1 it is `chunked_backward` with K = 1.

    Parameters
    ----------
    dhs : array (T, B, H)
        As for `rnn_backward`.
    cache : RNNCache
        From `rnn_forward`.
    K : int
        Steps in the window, 1 to T. The work grows with it: K passes over the sequence.

    Returns
    -------
    RNNGradients
        ``h0`` has what the windows that hold step 1 send there.

    Raises
    ------
    ValueError
        As for `chunked_backward`.

    References
    ----------
    Williams & Peng (1990), "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories", Neural Computation 2: BPTT(h; h') with h' = 1, a loss and a pass back at every step.
    """
    T, dhs = _check_truncation(dhs, cache, K)
    x, hs, W_x, W_h, activation = cache
    H = len(W_h)
    slopes = np.empty_like(dhs)
    ACTIVATIONS[activation].slope(hs[1:], slopes)
    g = slopes * dhs
    dzs = g.copy()
    for lag in range(1, K):
        g = slopes[: T - lag] * (g[1:] @ W_h)  # g[s] has come from the loss of step s + lag
        dzs[: T - lag] += g
    rows = dzs.reshape(-1, H)  # steps and sequences alike: one product sums over both
    dW_x, dW_h = rows.T @ x.reshape(len(rows), -1), rows.T @ hs[:-1].reshape(-1, H)
    return RNNGradients(dzs @ W_x, dzs[0] @ W_h, dW_x, dW_h, rows.sum(axis=0))


def _check_cache(cache: RNNCache) -> None:
    if not hasattr(cache, "activation"):
        wanted = "the cache that rnn_forward returned beside hs"
        raise ValueError(f"cache: got an object of type {type(cache).__name__}, wanted {wanted}")


def _check_truncation(dhs: ArrayLike, cache: RNNCache, K: int) -> tuple[int, FloatArray]:
    """T, and `dhs` in the dtype of the forward pass."""
    _check_cache(cache)
    T, B, H = len(cache.x), *cache.hs.shape[1:]
    dhs = check_shape("dhs", dhs, "T B H", {"T": T, "B": B, "H": H}).astype(cache.x.dtype, copy=False)
    if check_count("K", K) > T:
        raise ValueError(f"K: got {K}, wanted at most T = {T}: the chunk or window is longer than the sequence")
    return T, dhs
