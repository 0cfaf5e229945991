"""Chapter 2: which earlier states a loss still talks to, and what a truncation leaves out of the gradient."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_choice, check_count, check_shape
from helpers.rnn_basics import ACTIVATIONS, RNNCache, rnn_forward

TRUNCATIONS = ("full", "window", "chunks")
LOSSES = ("every", "end", "stream")


def contributions(dhs: ArrayLike, cache: RNNCache) -> FloatArray:
    """Measure how much each loss says to each state: ``||dL_t/dh_k||``.

    dL_t/dh_t is ``dhs[t]``, and each step back multiplies by one Jacobian,
    ``dL_t/dh_{k-1} = W_h^T (phi'(z_k) * dL_t/dh_k)``. The gradient of a weight is a sum over all these cells; a
    truncation leaves cells out.

    Parameters
    ----------
    dhs : array (T, B, H)
        The gradient that the loss of each step sends into its own state; zero where there is no loss.
    cache : RNNCache
        From `helpers.rnn_basics.rnn_forward`.

    Returns
    -------
    array (T, T)
        Row t, column k, both from 1 on (index 0 is step 1): the norm over batch and units; 0 for k > t, because no
        loss reaches a later state. The dtype of the forward pass.

    Raises
    ------
    ValueError
        If `dhs` does not fit the states or is not finite, or `cache` does not come from `rnn_forward`.
    """
    if not isinstance(cache, RNNCache):
        wanted = "the cache that rnn_forward returned beside hs"
        raise ValueError(f"cache: got an object of type {type(cache).__name__}, wanted {wanted}")
    hs, W_h = cache.hs, cache.W_h
    T, B, H = len(hs) - 1, *hs.shape[1:]
    g = check_shape("dhs", dhs, "T B H", {"T": T, "B": B, "H": H}).astype(hs.dtype, copy=False)
    slopes = np.empty_like(g)
    ACTIVATIONS[cache.activation].slope(hs[1:], slopes)
    sizes = np.zeros((T, T), hs.dtype)
    for lag in range(T):  # g[t] is dL_t/dh_{t - lag}, for the losses from step lag + 1 on
        steps = np.arange(lag, T)
        sizes[steps, steps - lag] = np.sqrt((g * g).sum(axis=(1, 2)))
        g = (slopes[1 : T - lag] * g[1:]) @ W_h
    return sizes


def reached(T: int, truncation: str, K: int = 1, loss: str = "every") -> NDArray[np.bool_]:
    """Say which loss still reaches which state.

    Parameters
    ----------
    T : int
        Steps.
    truncation : {"full", "window", "chunks"}
        All k <= t; the K newest, t - K < k <= t; those of the loss's own chunk, whose first step is 1 + a multiple
        of K.
    K : int
        Steps in the window or chunk, from 1 on (beyond T nothing is cut); "full" has no use for it.
    loss : {"every", "end"}
        A loss at every step, or at step T only.

    Returns
    -------
    bool array (T, T)
        Row t, column k, as in `contributions`.

    Raises
    ------
    ValueError
        For an unknown choice, or a count below 1.
    """
    check_choice("truncation", truncation, TRUNCATIONS)
    check_choice("loss", loss, LOSSES[:2])
    K, steps = check_count("K", K), np.arange(check_count("T", T))
    t, k = steps[:, None], steps[None, :]
    mask: NDArray[np.bool_] = k <= t
    if truncation == "window":
        mask = mask & (k > t - K)
    if truncation == "chunks":
        mask = mask & (k // K == t // K)
    return mask & (t == T - 1) if loss == "end" else mask


def share_kept(sizes: ArrayLike, mask: NDArray[np.bool_], loss: str = "every") -> float:
    """Share of all contributions, by their size, that a truncation keeps.

    Parameters
    ----------
    sizes : array (T, T)
        From `contributions`.
    mask : bool array (T, T)
        From `reached`.
    loss : {"every", "end"}
        What the share is taken of: all rows, or the last.

    Returns
    -------
    float, 0 to 1
        Sizes are added, so that contributions of opposite sign count as two and not as nothing.

    Raises
    ------
    ValueError
        For shapes that do not fit, an unknown loss, or contributions that are all 0.
    """
    whole = check_shape("sizes", sizes, "T T", {})
    if np.shape(mask) != whole.shape:
        raise ValueError(f"mask: got shape {np.shape(mask)}, wanted that of sizes, {whole.shape}")
    rows = slice(-1, None) if check_choice("loss", loss, LOSSES[:2]) == "end" else slice(None)
    total = float(whole[rows].sum())
    if total == 0:
        raise ValueError("sizes: got contributions that are all 0, wanted some to take a share of")
    return float((whole[rows] * mask[rows]).sum()) / total


def share_for_memory(memory: float, T: int, truncation: str, K: int, loss: str = "stream") -> float:
    """Share of the gradient that a truncation keeps, for one state that forgets at a fixed rate.

    The network is ``h_t = a h_{t-1} + w x_t`` with memory a and the constant input x_t = 1, the losses are the states
    themselves, L_t = h_t, and the parameter is w (b in its place gives the same). A loss that reaches n steps back
    then finds ``g(n) = 1 + a + ... + a^(n-1) = (1 - a^n) / (1 - a)`` of the gradient, and all terms are positive, so
    that a share is a share. With K <= T:

    =========  =====================  ============================  =====================================
    loss       whole gradient         window                        chunks
    =========  =====================  ============================  =====================================
    "end"      g(T)                   g(K)                          g(length of the last chunk)
    "every"    g(1) + ... + g(T)      sum over t of g(min(t, K))    for each chunk, g(1) + ... + g(length)
    "stream"   g(T)                   g(K)                          (g(1) + ... + g(K)) / K
    =========  =====================  ============================  =====================================

    "end" is a loss at step T of a sequence of T steps, "every" one at each of its steps: the first of them have
    little past to lose, which flatters every truncation. "stream" is what training on a long text does: losses at
    every step, each with a long past behind it, here one of T steps, wherever in its chunk it stands.

    Parameters
    ----------
    memory : float
        a, above 0 and at most 1.
    T : int
        Steps.
    truncation : {"full", "window", "chunks"}
    K : int
        Steps in the window or chunk, 1 to T.
    loss : {"stream", "every", "end"}

    Returns
    -------
    float, 0 to 1

    Raises
    ------
    ValueError
        For an unknown choice, or a number out of its range.

    References
    ----------
    Tallec & Ollivier (2017), "Unbiasing truncated backpropagation through time": a truncated gradient is biased. The
    closed forms are ours.
    """
    check_choice("truncation", truncation, TRUNCATIONS)
    check_choice("loss", loss, LOSSES)
    if isinstance(memory, bool) or not 0 < memory <= 1:
        raise ValueError(f"memory: got {memory!r}, wanted a number above 0 and at most 1")
    if check_count("K", K) > check_count("T", T):
        raise ValueError(f"K: got {K}, wanted at most T = {T}")
    g = np.cumsum(memory ** np.arange(T))  # g[n - 1] is g(n)
    steps = np.arange(T)
    back = {"full": steps, "window": np.minimum(steps, K - 1), "chunks": steps % K}[truncation]
    if loss == "every":
        return float(g[back].sum() / g.sum())
    if loss == "end":
        return float(g[back[-1]] / g[-1])
    far = {"full": g[-1], "window": g[K - 1], "chunks": g[:K].mean()}[truncation]
    return float(far / g[-1])


class ScalarExample(NamedTuple):
    """Backpropagation through three steps of one unit, every number; arrays (3,) hold steps 1, 2, 3."""

    w: float
    u: float
    b: float
    h0: float
    x: FloatArray
    targets: FloatArray
    z: FloatArray
    """w h_{t-1} + u x_t + b"""
    h: FloatArray
    """phi(z_t)"""
    losses: FloatArray
    """(h_t - target_t)^2 / 2; the loss is their sum."""
    direct: FloatArray
    """h_t - target_t, what the step's own loss sends into h_t."""
    future: FloatArray
    """w dL/dz_{t+1}, what comes back from the next step; 0 at t = 3."""
    dh: FloatArray
    """dL/dh_t = direct + future"""
    dz: FloatArray
    """dL/dz_t = phi'(z_t) dL/dh_t"""
    to_w: FloatArray
    """dL/dz_t h_{t-1}; their sum is dL/dw."""
    to_u: FloatArray
    """dL/dz_t x_t; their sum is dL/du."""
    dw: float
    du: float
    db: float
    dh0: float


def scalar_example(activation: str = "identity") -> ScalarExample:
    """Work the three steps by hand: ``h_t = phi(w h_{t-1} + u x_t + b)`` with w = 0.5, u = 1, b = 0, h_0 = 1.

    Inputs 0.5, 2, -1 and targets 0, 2, 1. With the identity every number is a short decimal:
    h = 1, 2.5, 0.25; dL/dh = 1.0625, 0.125, -0.75; dL/dw = 1.0625 + 0.125 - 1.875 = -0.6875.

    Parameters
    ----------
    activation : {"identity", "tanh", "relu", "sigmoid"}

    Returns
    -------
    ScalarExample

    Raises
    ------
    ValueError
        For an unknown activation.
    """
    w, u, b, h0 = 0.5, 1.0, 0.0, 1.0
    x, targets = np.array([0.5, 2.0, -1.0]), np.array([0.0, 2.0, 1.0])
    states, _ = rnn_forward(x.reshape(3, 1, 1), [[h0]], [[u]], [[w]], [b], activation)
    h = states.ravel()
    before = np.array([h0, h[0], h[1]])
    z, slope = w * before + u * x + b, np.empty(3)
    ACTIVATIONS[activation].slope(h, slope)
    direct = h - targets
    future, dh, dz = np.zeros(3), np.zeros(3), np.zeros(3)
    for t in (2, 1, 0):
        future[t] = w * dz[t + 1] if t < 2 else 0.0
        dh[t] = direct[t] + future[t]
        dz[t] = slope[t] * dh[t]
    to_w, to_u = dz * before, dz * x
    dw, du, db = (float(values.sum()) for values in (to_w, to_u, dz))
    losses, dh0 = direct**2 / 2, w * float(dz[0])
    return ScalarExample(w, u, b, h0, x, targets, z, h, losses, direct, future, dh, dz, to_w, to_u, dw, du, db, dh0)
