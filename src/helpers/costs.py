"""Chapter 2: the same exact gradient at other prices, by recomputing states or by carrying sensitivities forward."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_choice, check_count, check_shape, same_dtype
from helpers.bptt import RNNGradients, rnn_backward
from helpers.rnn_basics import ACTIVATIONS, rnn_forward


class RTRLGradients(NamedTuple):
    """Gradients of the loss, as in `helpers.bptt.RNNGradients`, of the weights only."""

    W_x: FloatArray
    """(H, D)"""
    W_h: FloatArray
    """(H, H)"""
    b: FloatArray
    """(H,)"""


def rtrl(
    x: ArrayLike,
    h0: ArrayLike,
    W_x: ArrayLike,
    W_h: ArrayLike,
    b: ArrayLike,
    dhs: ArrayLike,
    activation: str = "tanh",
) -> RTRLGradients:
    """Real-time recurrent learning: the exact gradient without a way back.

    Beside the state it carries how the state depends on every weight. With all weights in one matrix
    W = [W_x W_h b] and u_t = (x_t, h_{t-1}, 1), so that z_t = W u_t, the sensitivity
    ``P_t[i, j, k] = dh_t[i] / dW[j, k]`` follows forwards in time::

        P_t[i, j, k]  = phi'(z_t[i]) (sum over m of W_h[i, m] P_{t-1}[m, j, k]  +  [i = j] u_t[k])
        dL/dW[j, k]   = sum over t and i of dhs_t[i] P_t[i, j, k]

    from P_0 = 0. After each step the gradient of all losses so far is known: one may update at once, and nothing of
    the past is stored. The price: H^2 (H + D + 1) numbers for each sequence, whatever T, and H times as many
    multiplications at each step, see `rtrl_cost`.

    Parameters
    ----------
    x : array (T, B, D)
    h0 : array (B, H)
    W_x : array (H, D)
    W_h : array (H, H)
    b : array (H,)
    dhs : array (T, B, H)
        What each loss sends into its own state, as for `helpers.bptt.rnn_backward`.
    activation : {"tanh", "relu", "sigmoid", "identity"}

    Returns
    -------
    RTRLGradients
        The same numbers as those of `rnn_backward`.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, values that are not finite, or an unknown activation.

    References
    ----------
    Williams & Zipser (1989), "A learning algorithm for continually running fully recurrent neural networks", Neural
    Computation 1.
    """
    phi = ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)]
    sizes: dict[str, int] = {}
    x, h, W_x, W_h, b, dhs = same_dtype(
        check_shape("x", x, "T B D", sizes),
        check_shape("h0", h0, "B H", sizes),
        check_shape("W_x", W_x, "H D", sizes),
        check_shape("W_h", W_h, "H H", sizes),
        check_shape("b", b, "H", sizes),
        check_shape("dhs", dhs, "T B H", sizes),
    )
    B, D, H = (sizes[letter] for letter in "BDH")
    W = np.hstack([W_x, W_h, b[:, None]])
    ones, units, slope = np.ones((B, 1), x.dtype), np.arange(H), np.empty((B, H), x.dtype)
    P, dW = np.zeros((B, H, H, D + H + 1), x.dtype), np.zeros_like(W)
    for x_t, dh in zip(x, dhs, strict=True):
        u = np.hstack([x_t, h, ones])
        h = u @ W.T
        phi.apply(h, h)
        phi.slope(h, slope)
        P = (W_h @ P.reshape(B, H, -1)).reshape(P.shape)
        P[:, units, units] += u[:, None]  # weight [i, k] acts on unit i directly
        P *= slope[:, :, None, None]
        dW += np.einsum("bi,bijk->jk", dh, P)
    return RTRLGradients(dW[:, :D], dW[:, D:-1], dW[:, -1])


class Price(NamedTuple):
    """What a way to the gradient asks for, per sequence."""

    stored: int
    """Numbers that must be kept at the same time."""
    multiplications: int
    """In the recurrent part, for all T steps; the leading term."""


def rtrl_cost(T: int, D: int, H: int) -> Price:
    """Price of `rtrl`: ``H^2 (H + D + 1)`` sensitivities, and H multiplications for each of them at every step.

    Parameters
    ----------
    T, D, H : int

    Returns
    -------
    Price
        ``stored`` grows with H^3 and not with T, ``multiplications`` with T H^4.
    """
    T, D, H = check_count("T", T), check_count("D", D), check_count("H", H)
    stored = H * H * (H + D + 1)
    return Price(stored, T * H * stored)


def bptt_cost(T: int, D: int, H: int) -> Price:
    """Price of forward and backward pass: T + 1 states, and at every step ``H (H + D)`` multiplications three times.

    Once forwards, once to send the gradient back (to state and input), once for the weights.

    Parameters
    ----------
    T, D, H : int

    Returns
    -------
    Price
        ``stored`` grows with T H, ``multiplications`` with T H^2.
    """
    T, D, H = check_count("T", T), check_count("D", D), check_count("H", H)
    return Price((T + 1) * H, 3 * T * H * (H + D))


def stored_states(T: int, segments: int = 1) -> int:
    """Count the states that `checkpointed_backward` holds at most at one time.

    ``segments + ceil(T / segments)``: the state before each segment, and the states within the longest. With one
    segment that is the T + 1 states of a plain backward pass; least near ``segments = sqrt(T)``, about 2 sqrt(T).

    Parameters
    ----------
    T : int
        Steps.
    segments : int
        1 to T.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a count is below 1, or `segments` above T.
    """
    if check_count("segments", segments) > check_count("T", T):
        raise ValueError(f"segments: got {segments}, wanted at most T = {T}")
    return segments + -(-T // segments)


def checkpointed_backward(
    x: ArrayLike,
    h0: ArrayLike,
    W_x: ArrayLike,
    W_h: ArrayLike,
    b: ArrayLike,
    dhs: ArrayLike | Callable[[int, FloatArray], ArrayLike],
    segments: int,
    activation: str = "tanh",
) -> RNNGradients:
    """The exact gradient from few stored states: keep every so many, recompute the rest on the way back.

    The first pass keeps only the state before each of the `segments`. The way back takes the segments from the last to
    the first: run it forwards again, then backwards, and hand what reaches its first state to the segment before. Two
    forward passes instead of one pay for ``stored_states(T, segments)`` states instead of T + 1.

    Parameters
    ----------
    x : array (T, B, D)
    h0 : array (B, H)
    W_x : array (H, D)
    W_h : array (H, H)
    b : array (H,)
    dhs : array (T, B, H), or a function
        What each loss sends into its own state. A function ``dhs(start, hs)`` is given the states (length, B, H) of
        the segment that begins after `start` steps, and returns their part, so that nothing as long as T is stored.
    segments : int
        1 to T; their lengths differ by at most 1.
    activation : {"tanh", "relu", "sigmoid", "identity"}

    Returns
    -------
    RNNGradients
        The same numbers as those of `helpers.bptt.rnn_backward`.

    Raises
    ------
    ValueError
        As for `rnn_forward` and `rnn_backward`, or if `segments` is out of range.

    References
    ----------
    Gruslys et al. (2016), "Memory-efficient backpropagation through time", NeurIPS; Chen et al. (2016), "Training
    deep nets with sublinear memory cost", for the square root.
    """
    x = check_shape("x", x, "T B D", {})
    T = len(x)
    stored_states(T, segments)  # checks the range
    edges = [i * T // segments for i in range(segments + 1)]
    spans = list(itertools.pairwise(edges))
    starts = [h0]
    for start, end in spans[:-1]:  # a copy of the last state: a view would keep the whole segment
        starts.append(rnn_forward(x[start:end], starts[-1], W_x, W_h, b, activation)[0][-1].copy())

    def backward(start: int, end: int, h: ArrayLike, future: FloatArray | None) -> RNNGradients:
        hs, cache = rnn_forward(x[start:end], h, W_x, W_h, b, activation)
        given = dhs(start, hs) if callable(dhs) else np.asarray(dhs)[start:end]
        direct = check_shape("dhs", given, "T B H", dict(zip("TBH", hs.shape, strict=True)))
        if future is not None:
            direct = direct.copy()
            direct[-1] += future
        return rnn_backward(direct, cache)

    total, dx = backward(*spans[-1], starts[-1], None), np.empty_like(x)
    dx[slice(*spans[-1])] = total.x
    for (start, end), h in zip(spans[-2::-1], starts[-2::-1], strict=True):
        part = backward(start, end, h, total.h0)
        dx[start:end] = part.x
        total = RNNGradients(dx, part.h0, total.W_x + part.W_x, total.W_h + part.W_h, total.b + part.b)
    return total._replace(x=dx)
