"""Gradient against lag: what the gates let through along the direct path, and what comes through by all paths.

An LSTM's cell is ``c_t = f_t * c_{t-1} + i_t * g_t``. The direct path from c_t to c_T multiplies by the forget gates
between them and by nothing else. But f, i, g and o hear h_{t-1} = o_{t-1} * tanh(c_{t-1}), so there are other paths.
A GRU has the same two kinds in its state h, with the update gate z in the place of f. All is in float64 and in
logarithms, because 100 steps can shrink a gradient below the smallest float32.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_shape
from helpers.gates.gru import GRUCache, GRUWeights, gru_forward
from helpers.gates.lstm import LSTMCache, LSTMWeights, lstm_forward
from helpers.rnn_basics import RNNCache, rnn_forward

AnyCache = LSTMCache | GRUCache | RNNCache


def log_direct_path(weights: Any, x: ArrayLike, reset: str = "after") -> FloatArray:
    """Measure how much of a gradient the direct path lets through, by lag.

    Its Jacobian is ``diag(f_T * f_{T-1} * ... * f_{T-lag+1})`` for an LSTM, the same with z for a GRU. Measured is
    the spectral norm, as in `log_whole_jacobian`: of a diagonal matrix it is the largest entry, so it is the unit
    that keeps most. With nothing but a bias b in the gate it is ``lag * ln sigma(b)``.

    Parameters
    ----------
    weights : LSTMWeights or GRUWeights
    x : array (T, D)
        Inputs of one sequence; the initial states are zero.
    reset : {"after", "before"}
        Of the GRU.

    Returns
    -------
    array (T,), natural logarithms (nats), float64
        By lag: entry k is for d c_T / d c_{T-k} (LSTM) or d h_T / d h_{T-k} (GRU); entry 0 is 0.

    Raises
    ------
    ValueError
        For weights of another kind, shapes that do not fit, values that are not finite, or an unknown reset.

    References
    ----------
    Hochreiter & Schmidhuber (1997), "Long short-term memory", Neural Computation 9: the constant error carousel,
    f = 1. Gers, Schmidhuber & Cummins (2000), "Learning to forget", Neural Computation 12: the forget gate.
    """
    if not isinstance(weights, LSTMWeights | GRUWeights):
        raise ValueError(
            f"weights: got {type(weights).__name__}, wanted LSTMWeights or GRUWeights: others have no gate"
        )
    cache = _run(weights, x, reset)
    H = cache.W_h.shape[1]
    gate = slice(H, 2 * H)  # rows of f in i, f, g, o, and of z in r, z, n
    bias = np.sum([b[gate] for b in weights[2:]], axis=0)
    z = cache.x[:, 0] @ cache.W_x[gate].T + cache.hs[:-1, 0] @ cache.W_h[gate].T + bias
    log_kept = -np.logaddexp(0, -z)  # ln sigma(z): all its digits, however near to 0 or 1 the gate is
    logs = np.zeros_like(z)
    logs[1:] = np.cumsum(log_kept[:0:-1], axis=0)  # the gate of step T stands between c_{T-1} and c_T: it comes first
    return np.asarray(logs.max(axis=1))


def log_whole_jacobian(weights: Any, x: ArrayLike, reset: str = "after") -> FloatArray:
    """Measure how much of a gradient comes through by all paths, by lag.

    It is the log of the spectral norm, the largest factor by which any gradient is stretched: for an LSTM of
    ``d c_T / d c_{T-lag}``, where a change of c_t also changes h_t = o_t * tanh(c_t), and through it all later gates;
    for a GRU and a tanh RNN of ``d h_T / d h_{T-lag}``.

    Parameters
    ----------
    weights : LSTMWeights, GRUWeights, or (W_x, W_h, b) of a tanh RNN
    x : array (T, D)
        Inputs of one sequence; the initial states are zero.
    reset : {"after", "before"}
        Of the GRU.

    Returns
    -------
    array (T,), natural logarithms (nats), float64
        By lag, as for `log_direct_path`; -inf where the Jacobian is exactly zero.

    Raises
    ------
    ValueError
        As for `log_direct_path`.

    Notes
    -----
    The product of the steps' Jacobians is divided by its largest entry at each step, and the logs of what was
    divided out are added up, so nothing overflows or underflows.
    """
    cache = _run(weights, x, reset)
    T, H = len(cache.x), cache.W_h.shape[1]
    product = np.eye(H)
    if isinstance(cache, LSTMCache):
        product = np.hstack([np.zeros((H, H)), product])  # d c_T / d (h_T, c_T)
    norms, log_divided, divided = np.empty(T), np.empty(T), 0.0
    # (T, 4 or 3, H, 1): the last axis makes columns of the gates, which scale the rows of a matrix.
    gates = () if isinstance(cache, RNNCache) else np.concatenate(cache.gates)[:, :, 0, :, None]
    for lag, jacobian in enumerate(_jacobians(cache, gates)):
        log_divided[lag] = divided
        norms[lag] = np.linalg.norm(_total(product, cache, gates, T - lag - 1), 2)
        product = product @ jacobian
        peak = np.abs(product).max()
        product /= peak or 1.0
        divided += np.log(peak) if peak else 0.0
    with np.errstate(divide="ignore"):  # log 0 = -inf is the honest answer
        return np.asarray(np.log(norms) + log_divided)


def _run(weights: Any, x: ArrayLike, reset: str) -> Any:
    """The forward pass from zero states, in float64; its cache."""
    inputs = check_shape("x", x, "T D", {}).astype(np.float64)[:, None]
    gated = isinstance(weights, LSTMWeights | GRUWeights)
    if not gated and not (isinstance(weights, tuple) and len(weights) == 3):
        got, wanted = type(weights).__name__, "LSTMWeights, GRUWeights or a tuple (W_x, W_h, b)"
        raise ValueError(f"weights: got {got}, wanted {wanted}")
    state = np.zeros((1, np.shape(weights[1])[-1]))
    if isinstance(weights, LSTMWeights):
        return lstm_forward(inputs, state, state, *weights)[-1]
    if isinstance(weights, GRUWeights):
        return gru_forward(inputs, state, *weights, reset)[-1]
    return rnn_forward(inputs, state, *weights)[-1]


def _total(product: FloatArray, cache: AnyCache, gates: Any, t: int) -> FloatArray:
    """From d c_T / d (h, c) to d c_T / d c, as h_{t+1} = o * tanh(c_{t+1}) depends on c_{t+1}."""
    if not isinstance(cache, LSTMCache):
        return product
    H = cache.W_h.shape[1]
    o, tanh_c = gates[t, 3, :, 0], cache.tanh_cs[t, 0]
    total: FloatArray = product[:, H:] + product[:, :H] * (o * (1 - tanh_c**2))
    return total


def _jacobians(cache: AnyCache, gates: Any) -> Iterator[FloatArray]:
    """The Jacobian of each step, t = T down to 1: of (h, c) for an LSTM (2H, 2H), of h for the others (H, H)."""
    for t in reversed(range(len(cache.x))):
        if isinstance(cache, LSTMCache):
            yield _lstm_jacobian(cache, gates[t], t)
        elif isinstance(cache, GRUCache):
            yield _gru_jacobian(cache, gates[t], t)
        else:
            yield (1 - cache.hs[t + 1, 0] ** 2)[:, None] * cache.W_h


def _lstm_jacobian(cache: LSTMCache, gates: FloatArray, t: int) -> FloatArray:
    """The Jacobian of (h_t, c_t) in (h_{t-1}, c_{t-1}), (2H, 2H)."""
    i, f, g, o = gates
    W_i, W_f, W_g, W_o = np.split(cache.W_h, 4)
    tanh_c = cache.tanh_cs[t, 0][:, None]
    dc_dh = g * i * (1 - i) * W_i + cache.cs[t, 0][:, None] * f * (1 - f) * W_f + i * (1 - g**2) * W_g
    dc_dc = f * np.eye(len(f))
    dh = o * (1 - tanh_c**2)  # dh_t / dc_t
    return np.block([[dh * dc_dh + tanh_c * o * (1 - o) * W_o, dh * dc_dc], [dc_dh, dc_dc]])


def _gru_jacobian(cache: GRUCache, gates: FloatArray, t: int) -> FloatArray:
    """The Jacobian of h_t in h_{t-1}, (H, H)."""
    r, z, n = gates
    W_r, W_z, W_n = np.split(cache.W_h, 3)
    h, past, eye = cache.hs[t, 0][:, None], cache.past[t, 0][:, None], np.eye(len(r))
    dr = r * (1 - r) * W_r
    heard = r * W_n + past * dr if cache.reset == "after" else W_n @ (r * eye + h * dr)
    jacobian: FloatArray = z * eye + (h - n) * z * (1 - z) * W_z + (1 - z) * (1 - n**2) * heard
    return jacobian
