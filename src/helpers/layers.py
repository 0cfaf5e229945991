"""One recurrent layer of any kind, told by its weights: the same two functions for tanh, ReLU, GRU and LSTM.

A layer's state is a tuple of arrays: ``(h,)``, or ``(h, c)`` for an LSTM.
"""

from typing import Any, NamedTuple

import numpy as np

from helpers.arrays import FloatArray, check_choice, check_count, check_rng
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
from helpers.rnn_basics import rnn_forward

KINDS = ("tanh", "relu", "gru", "lstm")
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
    """What `layer_backward` returns."""

    x: FloatArray
    """dL/dx, shape (T, B, D)."""
    state: State
    """dL/dh_0, for an LSTM also dL/dc_0; each (B, H)."""
    weights: Any
    """Gradients of the parameters, in a container of the layer's own type."""


def start_layer(
    kind: str, D: int, H: int, rng: np.random.Generator, scheme: str = "torch", bias: float = 0.0
) -> Weights:
    """Make an untrained layer (to be documented).

    Input weights uniform between -1/sqrt(H) and 1/sqrt(H); each gate's block of W_h by `scheme`. `bias` is the forget
    bias of an LSTM, the update bias of a GRU (both: how long it remembers at the start); all other biases are 0.
    """
    D, H = check_count("D", D), check_count("H", H)
    check_rng(rng)
    rows = {"tanh": 1, "relu": 1, "gru": 3, "lstm": 4}[check_choice("kind", kind, KINDS)]
    W_x = rng.uniform(-(H**-0.5), H**-0.5, (rows * H, D))
    W_h = np.concatenate([initial_matrix(scheme, H, rng) for _ in range(rows)])
    b = np.zeros(rows * H)
    if rows > 1:
        b[H : 2 * H] = bias  # row block 1: the forget gate of i, f, g, o, the update gate of r, z, n
    if kind == "gru":
        return GRUWeights(W_x, W_h, b, np.zeros_like(b))
    return {"tanh": TanhWeights, "relu": ReLUWeights, "lstm": LSTMWeights}[kind](W_x, W_h, b)


def units(weights: Weights) -> int:
    """H of a layer."""
    return weights.W_h.shape[1]


def zero_state(weights: Weights, batch: int) -> State:
    """The state of zeros that stands before the first input."""
    h = np.zeros((batch, units(weights)), weights.W_h.dtype)
    return (h, h.copy()) if isinstance(weights, LSTMWeights) else (h,)


def layer_forward(weights: Weights, x: FloatArray, state: State | None = None) -> tuple[FloatArray, State, Any]:
    """Run a layer over a sequence: states (T, B, H), the last state, and the cache for `layer_backward`."""
    state = zero_state(weights, x.shape[1]) if state is None else state
    if isinstance(weights, LSTMWeights):
        hs, cs, cache = lstm_forward(x, *state, *weights)
        return hs, (hs[-1], cs[-1]), (weights, cache)
    if isinstance(weights, GRUWeights):
        hs, cache = gru_forward(x, *state, *weights)
    else:
        activation = "tanh" if isinstance(weights, TanhWeights) else "relu"
        hs, cache = rnn_forward(x, *state, *weights, activation)
    return hs, (hs[-1],), (weights, cache)


def layer_backward(dhs: FloatArray, cache: Any, dstate: State | None = None) -> LayerGradients:
    """Backpropagate through a layer; `dstate` is what reaches the last state besides ``dhs[-1]``."""
    weights, inner = cache
    if dstate is not None:
        dhs = dhs.copy()
        dhs[-1] += dstate[0]
    if isinstance(weights, LSTMWeights):
        g = lstm_backward(dhs, inner, None if dstate is None else dstate[1])
        return LayerGradients(g.x, (g.h0, g.c0), LSTMWeights(g.W_x, g.W_h, g.b))
    if isinstance(weights, GRUWeights):
        g = gru_backward(dhs, inner)
        return LayerGradients(g.x, (g.h0,), GRUWeights(g.W_x, g.W_h, g.b_x, g.b_h))
    g = rnn_backward(dhs, inner)
    return LayerGradients(g.x, (g.h0,), type(weights)(g.W_x, g.W_h, g.b))
