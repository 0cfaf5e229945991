"""Training a recurrent network with an output layer: model, loss, update, on NumPy alone.

The forward pass is chapter 1's, the backward pass chapter 2's; the output layer and its losses are
`helpers.output`'s, clipping and Adam `helpers.optim`'s. What is added here is the loop.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_count, check_shape
from helpers.bptt import rnn_backward
from helpers.initial import initial_matrix
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import cross_entropy, output_backward, output_layer, squared_error
from helpers.progress import progress
from helpers.rnn_basics import RNNCache, rnn_forward

Task = Callable[[np.random.Generator], tuple[FloatArray, NDArray[Any]]]


class Model(NamedTuple):
    """The parameters of a recurrent network with an output layer; also used for their gradients."""

    W_x: FloatArray
    """(H, D)"""
    W_h: FloatArray
    """(H, H)"""
    b: FloatArray
    """(H,)"""
    W_y: FloatArray
    """(V, H)"""
    b_y: FloatArray
    """(V,)"""


class Training(NamedTuple):
    """What `train` returns."""

    model: Model
    losses: FloatArray
    """The loss of each update's batch, (updates,)."""
    norms: FloatArray
    """The gradient's norm before clipping, all parameters together, (updates,)."""


def start_model(scheme: str, D: int, H: int, V: int, rng: np.random.Generator) -> Model:
    """Make an untrained model: W_h by `scheme`, all else as PyTorch does, biases zero.

    Parameters
    ----------
    scheme : str
        One of `helpers.initial.SCHEMES`.
    D, H, V : int
        Numbers per input, state and output.
    rng : numpy.random.Generator

    Returns
    -------
    Model
        W_x and W_y uniform between -1/sqrt(H) and 1/sqrt(H).

    Raises
    ------
    ValueError
        As for `helpers.initial.initial_matrix`, or for a size below 1.
    """
    D, V, bound = check_count("D", D), check_count("V", V), check_count("H", H) ** -0.5
    W_h = initial_matrix(scheme, H, rng)
    W_x, W_y = rng.uniform(-bound, bound, (H, D)), rng.uniform(-bound, bound, (V, H))
    return Model(W_x, W_h, np.zeros(H), W_y, np.zeros(V))


def run(model: Model, x: ArrayLike) -> tuple[FloatArray, FloatArray, RNNCache]:
    """Run the tanh network from h_0 = 0.

    Parameters
    ----------
    model : Model
    x : array (T, B, D)

    Returns
    -------
    outputs : array (T, B, V)
        ``W_y h_t + b_y``.
    hs : array (T, B, H)
    cache : RNNCache

    Raises
    ------
    ValueError
        For shapes that do not fit.
    """
    W_x, W_h, b, W_y, b_y = model
    x = check_shape("x", x, "T B D", {"D": W_x.shape[1]})
    hs, cache = rnn_forward(x, np.zeros((x.shape[1], len(W_h)), x.dtype), W_x, W_h, b)
    return output_layer(hs, W_y, b_y), hs, cache


def loss_and_gradient(outputs: FloatArray, targets: NDArray[Any]) -> tuple[float, FloatArray]:
    """Mean loss over what is asked, and its gradient: the kind of the targets says which loss.

    Parameters
    ----------
    outputs : array (T, B, V)
    targets : int array (T, B), or float array (T, B, V)
        Classes for `helpers.output.cross_entropy`, -1 where nothing is asked. Or values for
        `helpers.output.squared_error`, nan where nothing is asked.

    Returns
    -------
    loss : float
    gradient : array (T, B, V)
        dL/d outputs, zero where nothing is asked.

    Raises
    ------
    ValueError
        For shapes that do not fit, or targets that ask for nothing.
    """
    measure = cross_entropy if np.asarray(targets).dtype.kind in "iu" else squared_error
    return measure(outputs, targets)


def model_gradient(model: Model, x: ArrayLike, targets: NDArray[Any]) -> tuple[float, Model]:
    """Loss of a batch, and its gradient with respect to every parameter.

    Parameters
    ----------
    model : Model
    x : array (T, B, D)
    targets : array
        As for `loss_and_gradient`.

    Returns
    -------
    loss : float
    gradient : Model

    Raises
    ------
    ValueError
        As for `run` and `loss_and_gradient`.
    """
    outputs, hs, cache = run(model, x)
    loss, dy = loss_and_gradient(outputs, targets)
    dhs, dW_y, db_y = output_backward(dy, hs, model.W_y)
    inner = rnn_backward(dhs, cache)
    return loss, Model(inner.W_x, inner.W_h, inner.b, dW_y, db_y)


def train(
    model: Model,
    task: Task,
    updates: int,
    rng: np.random.Generator,
    rate: float = 1e-3,
    threshold: float = 1.0,
    text: str = "",
) -> Training:
    """Train with Adam on fresh batches, the gradient clipped by its norm.

    Parameters
    ----------
    model : Model
        Where training starts; it is left as it is.
    task : callable
        ``task(rng)`` returns inputs and targets of a batch, as the functions of `helpers.data` do.
    updates : int
    rng : numpy.random.Generator
    rate : float
        Learning rate.
    threshold : float
        Largest norm of the gradient, all parameters together; ``inf`` for no clipping.
    text : str
        Stands in front of the progress bar.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        If batch and model do not fit, or the gradient is no longer finite.
    """
    losses, norms = np.empty(check_count("updates", updates)), np.empty(updates)
    state = adam_start(model)
    for i in progress(range(updates), text):
        losses[i], gradient = model_gradient(model, *task(rng))
        gradient, norms[i] = clip_by_norm(gradient, threshold)
        model, state = adam_step(model, gradient, state, rate)
    return Training(model, losses, norms)


def accuracy(model: Model, x: ArrayLike, targets: NDArray[Any]) -> float:
    """Share of the asked classes that the model gets right.

    Parameters
    ----------
    model : Model
    x : array (T, B, D)
    targets : int array (T, B), -1 where nothing is asked

    Returns
    -------
    float, 0 to 1

    Raises
    ------
    ValueError
        As for `run`.
    """
    outputs, _, _ = run(model, x)
    asked = targets >= 0
    return float((outputs.argmax(axis=-1)[asked] == targets[asked]).mean())
