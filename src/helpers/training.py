"""Training a recurrent network with an output layer: model, loss, update, on NumPy alone.

The forward pass is chapter 1's, the backward pass chapter 2's; the output layer and its losses are
`helpers.output`'s, clipping and Adam `helpers.optim`'s. What is added here is the loop.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_choice, check_count, check_shape
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


def run(model: Model, x: ArrayLike, h0: ArrayLike | None = None) -> tuple[FloatArray, FloatArray, RNNCache]:
    """Run the tanh network.

    Parameters
    ----------
    model : Model
    x : array (T, B, D)
    h0 : array (B, H), optional
        Initial state; zeros if left out. With ``hs[-1]`` of one chunk, the next chunk goes on where that one ended.

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
    sizes = {"B": x.shape[1], "H": len(W_h)}
    start = np.zeros((sizes["B"], sizes["H"]), x.dtype) if h0 is None else check_shape("h0", h0, "B H", sizes)
    hs, cache = rnn_forward(x, start, W_x, W_h, b)
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


def model_backward(model: Model, dy: FloatArray, hs: FloatArray, cache: RNNCache) -> Model:
    """Backpropagate from the outputs of `run` to every parameter.

    Parameters
    ----------
    model : Model
    dy : array (T, B, V)
        dL/d outputs.
    hs, cache
        As `run` returned them.

    Returns
    -------
    Model
        The gradients.

    Raises
    ------
    ValueError
        For shapes that do not fit.
    """
    dhs, dW_y, db_y = output_backward(dy, hs, model.W_y)
    inner = rnn_backward(dhs, cache)
    return Model(inner.W_x, inner.W_h, inner.b, dW_y, db_y)


def model_gradient(
    model: Model, x: ArrayLike, targets: NDArray[Any], h0: ArrayLike | None = None
) -> tuple[float, Model]:
    """Loss of a batch, and its gradient with respect to every parameter.

    Parameters
    ----------
    model : Model
    x : array (T, B, D)
    targets : array
        As for `loss_and_gradient`.
    h0 : array (B, H), optional
        Initial state; zeros if left out. No gradient goes into it.

    Returns
    -------
    loss : float
    gradient : Model

    Raises
    ------
    ValueError
        As for `run` and `loss_and_gradient`.
    """
    outputs, hs, cache = run(model, x, h0)
    loss, dy = loss_and_gradient(outputs, targets)
    return loss, model_backward(model, dy, hs, cache)


def train(
    model: Model,
    task: Task,
    updates: int,
    rng: np.random.Generator,
    rate: float = 1e-3,
    threshold: float = 1.0,
    text: str = "",
    frozen: Sequence[str] = (),
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
    frozen : sequence of str
        Names of parameters that keep their start, such as ``("W_x", "W_h", "b")`` for a trained readout alone; they
        do not count in the norm either.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        If batch and model do not fit, the gradient is no longer finite, or there is no parameter of a frozen name.
    """
    for name in frozen:
        check_choice("frozen", name, Model._fields)
    losses, norms = np.empty(check_count("updates", updates)), np.empty(updates)
    state = adam_start(model)
    for i in progress(range(updates), text):
        losses[i], gradient = model_gradient(model, *task(rng))
        gradient = gradient._replace(**{name: np.zeros_like(getattr(model, name)) for name in frozen})
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
