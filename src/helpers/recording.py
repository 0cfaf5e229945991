"""What an LSTM does while it reads: every gate, the cell and the state, step by step, and what they go with."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_shape
from helpers.gates import LSTMWeights, lstm_forward, lstm_gates
from helpers.layers import zero_state
from helpers.networks import Network
from helpers.output import output_layer


class Recording(NamedTuple):
    """One sequence read by an LSTM of H units, and what each unit did at each of T steps."""

    i: FloatArray
    """Input gate, 0 to 1, (T, H)."""
    f: FloatArray
    """Forget gate, 0 to 1, (T, H)."""
    g: FloatArray
    """Candidate, -1 to 1, (T, H)."""
    o: FloatArray
    """Output gate, 0 to 1, (T, H)."""
    c: FloatArray
    """Cell state, (T, H)."""
    h: FloatArray
    """Hidden state, -1 to 1, (T, H)."""
    y: FloatArray
    """Outputs, (T, V)."""


def record(network: Network, x: ArrayLike) -> Recording:
    """Run a network of one LSTM layer over one sequence, and keep what its gates do.

    Parameters
    ----------
    network : helpers.networks.Network
        Of one LSTM layer.
    x : array (T, 1, D)

    Returns
    -------
    Recording

    Raises
    ------
    ValueError
        If the network is another, or shapes do not fit.
    """
    if len(network.layers) != 1 or not isinstance(network.layers[0], LSTMWeights):
        kinds = [type(layer).__name__ for layer in network.layers]
        raise ValueError(f"network: got layers {kinds}, wanted one LSTM layer")
    weights = network.layers[0]
    x = check_shape("x", x, "T 1 D", {"D": weights.W_x.shape[1]}).astype(weights.W_x.dtype, copy=False)
    h0, c0 = zero_state(weights, 1)
    hs, cs, cache = lstm_forward(x, h0, c0, *weights)
    i, f, g, o = lstm_gates(cache)
    outputs = output_layer(hs, network.W_y, network.b_y)
    return Recording(*(part[:, 0] for part in (i, f, g, o, cs, hs, outputs)))


def mean_by(values: ArrayLike, labels: Sequence[str]) -> dict[str, FloatArray]:
    """Average what the units did over all steps with the same label.

    Parameters
    ----------
    values : array (T, H)
        One part of a `Recording`.
    labels : sequence of T str
        What each step is, such as its word.

    Returns
    -------
    dict of arrays (H,)
        In the order in which the labels come first.

    Raises
    ------
    ValueError
        If there is not one label for each step.
    """
    steps, names = check_shape("values", values, "T H", {}), np.asarray(labels)
    _check_labels(names, len(steps))
    return {name: steps[names == name].mean(axis=0) for name in dict.fromkeys(labels)}


def share_explained(values: ArrayLike, labels: Sequence[str]) -> FloatArray:
    """How much of each unit's variance goes with a fact: the variance between the labels' means, over the whole.

    ``sum over labels of n_l (mean_l - mean)^2 / sum over steps of (value - mean)^2``, the correlation ratio eta
    squared: 1 if the label tells the value, about (labels - 1) / T if it tells nothing.

    Parameters
    ----------
    values : array (T, H)
        One part of a `Recording`.
    labels : sequence of T str
        The fact at each step.

    Returns
    -------
    array (H,)
        0 to 1; 0 for a unit that never changes.

    Raises
    ------
    ValueError
        If there is not one label for each step.
    """
    steps, names = check_shape("values", values, "T H", {}).astype(np.float64), np.asarray(labels)
    _check_labels(names, len(steps))
    spread = steps - steps.mean(axis=0)
    whole = (spread**2).sum(axis=0)
    between = sum((names == name).sum() * spread[names == name].mean(axis=0) ** 2 for name in np.unique(names))
    share: FloatArray = np.divide(between, whole, out=np.zeros_like(whole), where=whole > 0)
    return share


def _check_labels(names: NDArray[Any], T: int) -> None:
    if names.shape != (T,):
        raise ValueError(f"labels: got shape {names.shape}, wanted ({T},), one for each step")
