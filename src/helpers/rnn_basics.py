"""Chapter 1: the recurrence ``h_t = phi(W_x x_t + W_h h_{t-1} + b)``, for one step and for a whole sequence.

The network is the one of Elman (1990), "Finding structure in time", Cognitive Science 14. Arrays are
time-major: T steps, B sequences side by side (the batch), D numbers per input, H numbers per state. Weights
are stored as in the equation, ``W_x (H, D)`` and ``W_h (H, H)``; since a state is a row of an array
``(B, H)``, the code multiplies by their transposes from the right.

The chapter's other pieces (text as numbers, output layer and loss, n-grams, windows, counts) live in modules of
their own and are re-exported here, so that all of chapter 1 is found in one place.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.activations import ACTIVATIONS
from helpers.arrays import FloatArray, check_choice, check_count, check_shape, same_dtype
from helpers.counts import ngram_parameters, rnn_parameters, window_parameters
from helpers.ngrams import best_ngram, fit_ngram, ngram_bits, ngram_probabilities, sample_ngram
from helpers.output import cross_entropy, log_softmax, output_layer, sample, softmax
from helpers.text import decode, encode, one_hot, vocabulary
from helpers.windows import windows

__all__ = [
    "ACTIVATIONS",
    "RNNCache",
    "best_ngram",
    "cross_entropy",
    "decode",
    "encode",
    "fit_ngram",
    "initial_state",
    "log_softmax",
    "ngram_bits",
    "ngram_parameters",
    "ngram_probabilities",
    "one_hot",
    "output_layer",
    "rnn_forward",
    "rnn_parameters",
    "rnn_step",
    "sample",
    "sample_ngram",
    "softmax",
    "vocabulary",
    "window_parameters",
    "windows",
]


class RNNCache(NamedTuple):
    """What the backward pass needs.

    The weights are copies, so an update in place between the two passes does no harm, and `hs` is read-only.
    `x` is yours, not a copy: leave it as it is until the backward pass has run.
    """

    x: FloatArray
    """Inputs x_1 .. x_T, shape (T, B, D)."""
    hs: FloatArray
    """States h_0 .. h_T, shape (T + 1, B, H): the initial state stands first."""
    W_x: FloatArray
    """Input weights, shape (H, D)."""
    W_h: FloatArray
    """Recurrent weights, shape (H, H)."""
    activation: str
    """Name of phi."""


def initial_state(batch: int, H: int | None = None, learned: ArrayLike | None = None) -> FloatArray:
    """Make the state h_0 that stands before the first input: zeros, or a learned vector for every sequence.

    A learned h_0 is one parameter vector shared by all sequences, as a bias is, so its gradient is the sum over
    the batch of what arrives at each sequence's h_0: ``gradients.h0.sum(axis=0)`` with the (B, H) gradient of
    `helpers.bptt.rnn_backward`.

    Parameters
    ----------
    batch : int
        B.
    H : int, optional
        Units, for zeros. May be left out with `learned`.
    learned : array (H,), optional

    Returns
    -------
    array (B, H)
        float64, or float32 if `learned` is. A new array: one sequence's row can be changed without the others.

    Raises
    ------
    ValueError
        If neither `H` nor `learned` is given, they disagree, or a size is below 1.
    """
    B = check_count("batch", batch)
    if learned is None:
        if H is None:
            raise ValueError("H: got None, wanted the number of units, or a vector (H,) as learned")
        return np.zeros((B, check_count("H", H)))
    vector = check_shape("learned", learned, "H", {} if H is None else {"H": check_count("H", H)})
    return np.tile(vector, (B, 1))


def rnn_step(
    x: ArrayLike, h: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike, activation: str = "tanh"
) -> FloatArray:
    """Compute the next state ``h_t = phi(W_x x_t + W_h h_{t-1} + b)``.

    Parameters
    ----------
    x : array (B, D), or (D,) for a single sequence
        Input x_t.
    h : array (B, H), or (H,) with x (D,)
        State h_{t-1}.
    W_x : array (H, D)
    W_h : array (H, H)
    b : array (H,)
    activation : {"tanh", "relu", "sigmoid", "identity"}
        The nonlinearity phi.

    Returns
    -------
    array, the shape of `h`
        State h_t: float32 if all five arrays are float32, else float64.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, values that are not finite, or an unknown activation.

    References
    ----------
    Elman (1990), "Finding structure in time", Cognitive Science 14.
    """
    phi = ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)]
    sizes: dict[str, int] = {}
    batch = "" if np.ndim(x) == 1 else "B "
    x, h, W_x, W_h, b = same_dtype(
        check_shape("x", x, batch + "D", sizes),
        check_shape("h", h, batch + "H", sizes),
        check_shape("W_x", W_x, "H D", sizes),
        check_shape("W_h", W_h, "H H", sizes),
        check_shape("b", b, "H", sizes),
    )
    z = x @ W_x.T + h @ W_h.T + b
    phi.apply(z, z)
    return z


def rnn_forward(
    x: ArrayLike, h0: ArrayLike, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike, activation: str = "tanh"
) -> tuple[FloatArray, RNNCache]:
    """Run the recurrence ``h_t = phi(W_x x_t + W_h h_{t-1} + b)`` over t = 1 .. T.

    The result is that of a loop over `rnn_step`, computed faster.

    Parameters
    ----------
    x : array (T, B, D)
        Inputs; ``x[0]`` is x_1.
    h0 : array (B, H)
        Initial state.
    W_x : array (H, D)
    W_h : array (H, H)
    b : array (H,)
    activation : {"tanh", "relu", "sigmoid", "identity"}
        The nonlinearity phi.

    Returns
    -------
    hs : array (T, B, H)
        States; ``hs[0]`` is h_1. float32 if all five arrays are float32, else float64. Read-only, because the
        cache shares them; write into ``hs.copy()``.
    cache : RNNCache
        For `helpers.bptt.rnn_backward`.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, T = 0, values that are not finite, or an unknown activation.

    Notes
    -----
    With relu or identity the states can grow past the largest float; they are then inf or nan, as in NumPy.

    References
    ----------
    Elman (1990), "Finding structure in time", Cognitive Science 14.
    """
    phi = ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)]
    sizes: dict[str, int] = {}
    x, h0, W_x, W_h, b = same_dtype(
        check_shape("x", x, "T B D", sizes),
        check_shape("h0", h0, "B H", sizes),
        check_shape("W_x", W_x, "H D", sizes),
        check_shape("W_h", W_h, "H H", sizes),
        check_shape("b", b, "H", sizes),
    )
    T, B, D, H = (sizes[letter] for letter in "TBDH")
    dot, add, apply = np.dot, np.add, phi.apply  # looked up once, not in each step
    W_x_T, W_h_T = W_x.T.copy(), W_h.T.copy()
    hs, from_past = np.empty((T + 1, B, H), x.dtype), np.empty((B, H), x.dtype)
    hs[0] = h = h0

    # No input depends on a state, so one product serves many steps, written where the states will be. A stretch is
    # long enough for a large product, and short enough to be in the processor's cache when the loop comes to it.
    length = max(25, 2**14 // (B * H))
    for start in range(0, T, length):
        stretch = hs[start + 1 : start + length + 1]
        dot(x[start : start + length].reshape(-1, D), W_x_T, stretch.reshape(-1, H))
        stretch += b
        # Only W_h h_{t-1} is left for the loop, where nothing is allocated. list() makes the views once.
        for z in list(stretch):
            dot(h, W_h_T, from_past)  # the last argument is where the result goes
            add(z, from_past, z)
            apply(z, z)
            h = z
    hs.flags.writeable = False  # states edited before the backward pass would give wrong gradients in silence
    return hs[1:], RNNCache(x, hs, W_x.copy(), W_h.copy(), activation)
