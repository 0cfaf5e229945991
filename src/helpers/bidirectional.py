"""Chapter 5: reading in both directions, layer upon layer, sequences of unequal length.

A recurrent layer knows the past of a step and nothing of what follows. A second one, run from the end to the start,
knows what follows and nothing of the past; their states joined, step by step, know both. That takes the whole
sequence before the first answer. The layers themselves are in `helpers.layers`, deep networks and their backward pass
in `helpers.stacks`, lengths and padding in `helpers.padding`, sensitivity maps in `helpers.sensitivity`, parameter
counts in `helpers.counts`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_shape, same_dtype
from helpers.counts import gru_parameters, layer_parameters, lstm_parameters, nearest_units
from helpers.layers import layer_backward, layer_forward, start_layer
from helpers.padding import (
    last_states,
    last_states_backward,
    mean_states,
    mean_states_backward,
    pad,
    padding_mask,
    reverse_sequences,
)
from helpers.sensitivity import depth_time_norms, sensitivity_map
from helpers.stacks import CONNECTIONS, Both, join_directions, stack_backward, stack_forward

__all__ = [
    "CONNECTIONS",
    "Both",
    "bidirectional",
    "depth_time_norms",
    "gru_parameters",
    "join_directions",
    "last_states",
    "last_states_backward",
    "layer_backward",
    "layer_forward",
    "layer_parameters",
    "lstm_parameters",
    "mean_states",
    "mean_states_backward",
    "nearest_units",
    "pad",
    "padding_mask",
    "reverse_sequences",
    "sensitivity_map",
    "stack_backward",
    "stack_forward",
    "start_layer",
]

SequenceLayer = Callable[[FloatArray], Any]
"""A layer as a function: x (T, B, D) -> hs (T, B, H)."""


def bidirectional(forward_layer: SequenceLayer, backward_layer: SequenceLayer, x: ArrayLike) -> FloatArray:
    """Run two layers over a sequence, one in each direction of time, and join their states step by step.

    ::

        y_t = (h_t, g_t)      h_t has read x_1 .. x_t, g_t has read x_T .. x_t

    The backward layer is given the sequence reversed in time, and its states are reversed again, so that both halves
    of y_t stand at the same step. What is joined is states, not inputs: each layer reads one x_t at a time.

    Parameters
    ----------
    forward_layer, backward_layer : callable
        A layer is a function of x (T, B, D) that returns its states hs (T, B, H), first state first, such as
        ``lambda x: rnn_forward(x, h0, W_x, W_h, b)[0]``. Both return the same H: two halves of one size can be told
        apart by any function that is given y alone.
    x : array (T, B, D)

    Returns
    -------
    array (T, B, 2H)
        Forward half first. float32 if both halves are, else float64.

    Raises
    ------
    ValueError
        If `x` has another shape or is not finite, or a layer returns anything but finite states (T, B, H), or the
        two return different H.

    References
    ----------
    Schuster & Paliwal (1997), "Bidirectional recurrent neural networks", IEEE Transactions on Signal Processing 45.
    """
    sizes: dict[str, int] = {}
    x = check_shape("x", x, "T B D", sizes)
    steps = {"T": sizes["T"], "B": sizes["B"]}
    ahead = _states("forward_layer", forward_layer(x), steps)
    back = _states("backward_layer", backward_layer(reverse_sequences(x)), steps)
    return np.concatenate(same_dtype(ahead, reverse_sequences(back)), axis=-1)


def _states(name: str, states: Any, sizes: dict[str, int]) -> FloatArray:
    """Check what a layer returned."""
    if isinstance(states, tuple):
        raise ValueError(f"{name}: got a tuple of {len(states)} from it, wanted the states alone, (T, B, H)")
    return check_shape(f"{name}: its states", states, "T B H", sizes)
