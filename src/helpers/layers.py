"""One recurrent layer of any kind, told by its weights: the same two functions for tanh, ReLU, GRU and LSTM.

A layer's state is a tuple of arrays: ``(h,)``, or ``(h, c)`` for an LSTM. Sequences of a batch may be of unequal
length (`helpers.padding`); each is computed to its own end and no further.
"""

from itertools import pairwise
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, IntArray, check_choice, check_count, check_rng, check_shape
from helpers.bptt import rnn_backward
from helpers.gates import (
    GRUWeights,
    LSTMWeights,
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
)
from helpers.initial import initial_matrix
from helpers.padding import check_lengths
from helpers.rnn_basics import rnn_forward

KINDS = ("tanh", "relu", "gru", "lstm")
ROWS = {"tanh": 1, "relu": 1, "gru": 3, "lstm": 4}
"""Blocks of H rows in the weights: one for each gate and the candidate."""
State = tuple[FloatArray, ...]


class TanhWeights(NamedTuple):
    """The parameters of a recurrent layer with tanh."""

    W_x: FloatArray
    """(H, D)"""
    W_h: FloatArray
    """(H, H)"""
    b: FloatArray
    """(H,)"""


class ReLUWeights(NamedTuple):
    """The parameters of a recurrent layer with ReLU."""

    W_x: FloatArray
    """(H, D)"""
    W_h: FloatArray
    """(H, H)"""
    b: FloatArray
    """(H,)"""


Weights = TanhWeights | ReLUWeights | GRUWeights | LSTMWeights


class LayerGradients(NamedTuple):
    """Gradients of the loss L; each has the shape and the dtype of what it is the gradient of."""

    x: FloatArray
    """dL/dx, shape (T, B, D); 0 at padding."""
    state: State
    """dL/dh_0, for an LSTM also dL/dc_0; each (B, H)."""
    weights: Any
    """Gradients of the parameters, in a container of the layer's own type."""


class Stretch(NamedTuple):
    """Steps during which no sequence ends."""

    start: int
    stop: int
    inner: Any
    """The cache of the cell's own forward pass over these steps, of the sequences that are still running."""


class LayerCache(NamedTuple):
    """What `layer_backward` needs."""

    weights: Weights
    shape: tuple[int, ...]
    """Shape of x, (T, B, D)."""
    lengths: IntArray | None
    """Real steps of each sequence, (B,); None if all T steps of all are real."""
    stretches: list[Stretch]


def start_layer(
    kind: str, D: int, H: int, rng: np.random.Generator, scheme: str = "torch", bias: float = 0.0
) -> Weights:
    """Make an untrained layer.

    Input weights are uniform between -1/sqrt(H) and 1/sqrt(H), as in PyTorch; the block of W_h of each gate is by
    `scheme`; biases are 0 but for the one that `bias` sets.

    Parameters
    ----------
    kind : {"tanh", "relu", "gru", "lstm"}
    D, H : int
        Numbers per input and state.
    rng : numpy.random.Generator
    scheme : str
        One of `helpers.initial.SCHEMES`.
    bias : float
        Of the forget gate of an LSTM, of the update gate of a GRU: how long it remembers at the start. A layer
        without gates has none.

    Returns
    -------
    TanhWeights, ReLUWeights, GRUWeights or LSTMWeights, float64

    Raises
    ------
    ValueError
        For an unknown kind or scheme, a size below 1, a bias that is not finite or is given to a layer without
        gates, or an `rng` that is not a generator.

    References
    ----------
    Jozefowicz, Zaremba & Sutskever (2015), "An empirical exploration of recurrent network architectures", ICML, for
    the forget bias of 1.
    """
    D, H = check_count("D", D), check_count("H", H)
    check_rng(rng)
    rows = ROWS[check_choice("kind", kind, KINDS)]
    if not np.isfinite(bias) or (rows == 1 and bias):
        wanted = "0: it has no gates" if rows == 1 else "a finite number"
        raise ValueError(f"bias: got {bias} for a {kind} layer, wanted {wanted}")
    W_x = rng.uniform(-(H**-0.5), H**-0.5, (rows * H, D))
    W_h = np.concatenate([initial_matrix(scheme, H, rng) for _ in range(rows)])
    b = np.zeros(rows * H)
    if rows > 1:
        b[H : 2 * H] = bias  # row block 1: the forget gate of i, f, g, o, the update gate of r, z, n
    if kind == "gru":
        return GRUWeights(W_x, W_h, b, np.zeros_like(b))
    if kind == "lstm":
        return LSTMWeights(W_x, W_h, b)
    return TanhWeights(W_x, W_h, b) if kind == "tanh" else ReLUWeights(W_x, W_h, b)


def units(weights: Weights) -> int:
    """Return H of a layer."""
    return int(weights.W_h.shape[1])


def zero_state(weights: Weights, batch: int) -> State:
    """Make the state of zeros that stands before the first input.

    Parameters
    ----------
    weights : Weights
    batch : int
        B.

    Returns
    -------
    (h,), or (h, c) for an LSTM; each (B, H), in the dtype of the weights
    """
    zeros = np.zeros((2 if isinstance(weights, LSTMWeights) else 1, batch, units(weights)), weights.W_h.dtype)
    return tuple(zeros)


def layer_forward(
    weights: Weights, x: ArrayLike, state: State | None = None, lengths: ArrayLike | None = None
) -> tuple[FloatArray, State, LayerCache]:
    """Run a layer over a batch of sequences.

    With `lengths` it does what PyTorch calls packing: the sequences are sorted from long to short, time is cut
    wherever one ends, and each stretch is run with those that are still running. No step is computed at padding, and
    nothing there is read. The result is in the order of `x`.

    Parameters
    ----------
    weights : TanhWeights, ReLUWeights, GRUWeights or LSTMWeights
    x : array (T, B, D)
    state : (h,), or (h, c) for an LSTM, optional
        h_0 and c_0, each (B, H); zeros if left out.
    lengths : int array (B,), optional
        Real steps of each sequence, 1 to T; all T if left out.

    Returns
    -------
    hs : array (T, B, H)
        h_1 .. h_T, 0 at padding.
    last : (h,), or (h, c) for an LSTM
        The state after each sequence's last real step, each (B, H).
    cache : LayerCache

    Raises
    ------
    ValueError
        For weights of another kind, or shapes or lengths that do not fit.
    """
    if not isinstance(weights, Weights):
        kinds = ", ".join(kind.__name__ for kind in get_args(Weights))
        raise ValueError(f"weights: got {type(weights).__name__}, wanted one of {kinds}")
    x = check_shape("x", x, "T B D", {"D": weights.W_x.shape[1]})
    T, B, _ = x.shape
    state = zero_state(weights, B) if state is None else _check_state("state", weights, state, B)
    real = None if lengths is None else check_lengths(lengths, T, B)
    if real is None or (real == T).all():
        hs, last, inner = _forward(weights, x, state)
        return hs, last, LayerCache(weights, x.shape, None, [Stretch(0, T, inner)])

    order = _longest_first(real)
    ordered = x[:, order]
    dtype = np.result_type(x, *state, *weights)
    hs, stretches = np.zeros((T, B, units(weights)), dtype), []
    running = tuple(array[order].astype(dtype) for array in state)
    for start, stop in pairwise([0, *np.unique(real)]):
        n = int((real >= stop).sum())
        part, new, inner = _forward(weights, ordered[start:stop, :n], tuple(array[:n] for array in running))
        hs[start:stop, order[:n]] = part
        for array, values in zip(running, new, strict=True):
            array[:n] = values  # the others have ended: theirs stays
        stretches.append(Stretch(int(start), int(stop), inner))
    back = np.argsort(order)
    return hs, tuple(array[back] for array in running), LayerCache(weights, x.shape, real, stretches)


def layer_backward(dhs: ArrayLike, cache: LayerCache, dlast: State | None = None) -> LayerGradients:
    """Backpropagate through a layer.

    The stretches of `layer_forward` in the other order. The gradient of a sequence that ends early waits until the
    stretch in which it ends, and starts there.

    Parameters
    ----------
    dhs : array (T, B, H)
        What reaches each state directly, not through later states; at padding it counts for nothing.
    cache : LayerCache
        From `layer_forward`.
    dlast : (h,), or (h, c) for an LSTM, optional
        What reaches each sequence's last state besides, each (B, H).

    Returns
    -------
    LayerGradients

    Raises
    ------
    ValueError
        For shapes that do not fit.
    """
    weights, (T, B, _), lengths, stretches = cache
    dhs = check_shape("dhs", dhs, "T B H", {"T": T, "B": B, "H": units(weights)})
    if dlast is not None:
        dlast = _check_state("dlast", weights, dlast, B)
    if lengths is None:
        return _backward(weights, dhs, stretches[0].inner, dlast)

    order, dtype = _longest_first(lengths), stretches[0].inner.x.dtype
    dx, gradients = np.zeros(cache.shape, dtype), []
    running = tuple(array[order].astype(dtype) for array in dlast or zero_state(weights, B))
    for start, stop, inner in stretches[::-1]:
        n = inner.x.shape[1]
        part = _backward(weights, dhs[start:stop, order[:n]], inner, tuple(array[:n] for array in running))
        dx[start:stop, order[:n]] = part.x
        for array, values in zip(running, part.state, strict=True):
            array[:n] = values
        gradients.append(part.weights)
    total = type(weights)(*(np.sum(parts, axis=0) for parts in zip(*gradients, strict=True)))
    back = np.argsort(order)
    return LayerGradients(dx, tuple(array[back] for array in running), total)


def _longest_first(lengths: IntArray) -> IntArray:
    """Numbers of the sequences from long to short; those of equal length keep their order."""
    return np.argsort(-lengths, kind="stable")


def _check_state(name: str, weights: Weights, state: State, batch: int) -> State:
    wanted = ("h", "c") if isinstance(weights, LSTMWeights) else ("h",)
    if not isinstance(state, tuple | list) or len(state) != len(wanted):
        got = f"{len(state)} arrays" if isinstance(state, tuple | list) else type(state).__name__
        raise ValueError(f"{name}: got {got}, wanted a tuple of {len(wanted)}: {' and '.join(wanted)}")
    sizes = {"B": batch, "H": units(weights)}
    return tuple(check_shape(f"{name}: {part}", array, "B H", sizes) for part, array in zip(wanted, state, strict=True))


def _forward(weights: Weights, x: FloatArray, state: State) -> tuple[FloatArray, State, Any]:
    """Run the cell over steps that are all real: states, the last state, the cell's cache."""
    if isinstance(weights, LSTMWeights):
        h, c = state
        hs, cs, lstm_cache = lstm_forward(x, h, c, *weights)
        return hs, (hs[-1], cs[-1]), lstm_cache
    (h,) = state
    if isinstance(weights, GRUWeights):
        hs, gru_cache = gru_forward(x, h, *weights)
        return hs, (hs[-1],), gru_cache
    W_x, W_h, b = weights
    hs, rnn_cache = rnn_forward(x, h, W_x, W_h, b, "tanh" if isinstance(weights, TanhWeights) else "relu")
    return hs, (hs[-1],), rnn_cache


def _backward(weights: Weights, dhs: FloatArray, inner: Any, dlast: State | None) -> LayerGradients:
    """Backpropagate through what `_forward` ran."""
    if dlast is not None:
        dhs = dhs.copy()
        dhs[-1] += dlast[0]
    if isinstance(weights, LSTMWeights):
        lstm = lstm_backward(dhs, inner, None if dlast is None else dlast[1])
        return LayerGradients(lstm.x, (lstm.h0, lstm.c0), LSTMWeights(lstm.W_x, lstm.W_h, lstm.b))
    if isinstance(weights, GRUWeights):
        gru = gru_backward(dhs, inner)
        return LayerGradients(gru.x, (gru.h0,), GRUWeights(gru.W_x, gru.W_h, gru.b_x, gru.b_h))
    rnn = rnn_backward(dhs, inner)
    return LayerGradients(rnn.x, (rnn.h0,), type(weights)(rnn.W_x, rnn.W_h, rnn.b))
