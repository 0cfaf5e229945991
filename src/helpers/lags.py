"""Where the gradient of a shared weight comes from: its parts by lag, which a training log never shows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_shape
from helpers.rnn_basics import ACTIVATIONS, RNNCache


class LagNorms(NamedTuple):
    """How much of the gradient of W_h comes from how far back; index k is the lag, 0 the last step."""

    each: FloatArray
    """``||G_k||``, shape (T,): the contribution of step T - k alone."""
    from_lag: FloatArray
    """``||G_k + G_{k+1} + ... + G_{T-1}||``, shape (T,): all from lag k on. ``from_lag[0]`` is ``||dL/dW_h||``."""


def gradient_by_lag(v: ArrayLike, cache: RNNCache) -> LagNorms:
    """Split the gradient of W_h by lag, for a loss on the last state only.

    Every step uses the same W_h, so its gradient is a sum over the steps. With dL/dh_T = v and
    z_t = W_x x_t + W_h h_{t-1} + b, step T - k contributes::

        G_k      = dL/dz_{T-k} h_{T-k-1}^T,    k = 0 .. T-1
        dL/dW_h  = G_0 + G_1 + ... + G_{T-1}

    An optimiser and a training log see the sum only. The share of lag 20 and beyond is
    ``from_lag[20] / from_lag[0]``; since contributions can cancel, it can exceed 1.

    Parameters
    ----------
    v : array (B, H)
        dL/dh_T.
    cache : RNNCache
        From `helpers.rnn_basics.rnn_forward`.

    Returns
    -------
    LagNorms
        Frobenius norms `each` (T,) and `from_lag` (T,), summed over the sequences before the norm is taken, in
        the dtype of the forward pass. Plain numbers, not logarithms: below the smallest float they are 0.

    Raises
    ------
    ValueError
        If `v` does not fit the states or is not finite, or `cache` does not come from `rnn_forward`.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks", section 2,
    equations 3 to 5: the gradient as a sum of temporal contributions.
    """
    if not isinstance(cache, RNNCache):
        wanted = "the cache that rnn_forward returned beside hs"
        raise ValueError(f"cache: got an object of type {type(cache).__name__}, wanted {wanted}")
    hs, W_h = cache.hs, cache.W_h
    T, B, H = len(hs) - 1, *hs.shape[1:]
    dh = check_shape("v", v, "B H", {"B": B, "H": H}).astype(hs.dtype, copy=False)

    dzs = np.empty((T + 1, B, H), hs.dtype)  # dL/dz_t at index t; z_0 does not exist
    ACTIVATIONS[cache.activation].slope(hs, dzs)
    for t in range(T, 0, -1):
        dzs[t] *= dh
        dh = dzs[t] @ W_h
    each, from_lag = np.empty(T, hs.dtype), np.empty(T, hs.dtype)
    total = np.zeros_like(W_h)
    for t in range(1, T + 1):  # the oldest first, so that the far past is summed before the large terms come
        contribution = dzs[t].T @ hs[t - 1]
        total += contribution
        each[T - t] = np.linalg.norm(contribution)
        from_lag[T - t] = np.linalg.norm(total)
    return LagNorms(each, from_lag)
