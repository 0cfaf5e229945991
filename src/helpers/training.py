"""Training a recurrent network with an output layer: model, loss, update, on NumPy alone.

The forward pass is chapter 1's, the backward pass chapter 2's, clipping and Adam are `helpers.optim`'s. What is
added here is the output layer ``y_t = W_y h_t + b_y``, two losses, and the loop.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_count, check_shape
from helpers.bptt import rnn_backward
from helpers.initial import initial_matrix
from helpers.optim import adam_start, adam_step, clip_by_norm
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
    return hs @ W_y.T + b_y, hs, cache


def loss_and_gradient(outputs: FloatArray, targets: NDArray[Any]) -> tuple[float, FloatArray]:
    """Mean loss over what is asked, and its gradient with respect to the outputs.

    Parameters
    ----------
    outputs : array (T, B, V)
    targets : int array (T, B), or float array (T, B, V)
        Classes, -1 where nothing is asked: cross-entropy of the softmax, in nats. Or values, nan where nothing is
        asked: mean squared error.

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
    outputs = check_shape("outputs", outputs, "T B V", {})
    classes = targets.dtype.kind in "iu"
    wanted = outputs.shape[:2] if classes else outputs.shape
    if targets.shape != wanted:
        raise ValueError(f"targets: got shape {targets.shape}, wanted {wanted}")
    asked = targets >= 0 if classes else ~np.isnan(targets)
    count = int(asked.sum())
    if not count:
        raise ValueError("targets: got nothing that is asked, wanted at least one target")
    gradient = np.zeros_like(outputs)
    if not classes:
        gap = outputs[asked] - targets[asked]
        gradient[asked] = 2 * gap / count
        return float(np.mean(gap * gap)), gradient
    y = outputs[asked]
    y = y - y.max(axis=1, keepdims=True)  # softmax does not change, and exp cannot overflow
    log_p = y - np.log(np.exp(y).sum(axis=1, keepdims=True))
    rows, right = np.arange(count), targets[asked]
    slope = np.exp(log_p)
    slope[rows, right] -= 1
    gradient[asked] = slope / count
    return float(-log_p[rows, right].mean()), gradient


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
    inner = rnn_backward(dy @ model.W_y, cache)
    rows = dy.reshape(-1, dy.shape[-1])
    dW_y = rows.T @ hs.reshape(-1, hs.shape[-1])
    return loss, Model(inner.W_x, inner.W_h, inner.b, dW_y, rows.sum(axis=0))


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


def readout_recall(hs: ArrayLike, x: ArrayLike, lags: ArrayLike, ridge: float = 1e-6) -> FloatArray:
    """Measure what states remember: how well the best linear readout finds the input of `lag` steps ago.

    No gradient goes through time: for each lag the weights w solve ``(H'H / n + ridge I) w = H'y / n``, H holding one
    state per row and y the earlier inputs. They are fitted to the first half of the batch and judged on the other.

    Parameters
    ----------
    hs : array (T, B, H)
    x : array (T, B, 1)
        The inputs that made the states.
    lags : array of ints (K,)
        Each at least 0 and below T.
    ridge : float
        Above 0.

    Returns
    -------
    array (K,)
        R^2, the share of the earlier input's variance that is recalled: 1 all of it, 0 none (slightly below 0 is
        the noise of the estimate).

    Raises
    ------
    ValueError
        For shapes that do not fit, a batch of one, or a lag or ridge out of range.

    References
    ----------
    Jaeger (2001), "Short term memory in echo state networks", GMD report 152.
    """
    sizes: dict[str, int] = {}
    hs, x = check_shape("hs", hs, "T B H", sizes), check_shape("x", x, "T B 1", sizes)
    T, half, H = sizes["T"], sizes["B"] // 2, sizes["H"]
    if not half:
        raise ValueError(f"hs: got shape {hs.shape}, wanted a batch of at least 2 to fit on one half")
    if not ridge > 0:
        raise ValueError(f"ridge: got {ridge}, wanted a number above 0")
    lags = np.asarray(lags)
    if lags.ndim != 1 or lags.dtype.kind not in "iu" or not ((lags >= 0) & (lags < T)).all():
        raise ValueError(f"lags: got {lags.tolist()}, wanted a list of integers from 0 to T - 1 = {T - 1}")
    start = int(lags.max(initial=0))  # the same steps are asked for all lags
    fit, judge = (hs[start:, part].reshape(-1, H) for part in (slice(half), slice(half, None)))
    gram = fit.T @ fit / len(fit) + ridge * np.eye(H)
    recalled = np.empty(len(lags))
    for i, lag in enumerate(lags):
        y = x[start - lag : T - lag, :, 0]
        gap = judge @ np.linalg.solve(gram, fit.T @ y[:, :half].ravel() / len(fit)) - y[:, half:].ravel()
        recalled[i] = 1 - (gap * gap).mean() / y[:, half:].var()
    return recalled


def recall(model: Model, x: ArrayLike, targets: NDArray[Any]) -> float:
    """Share of the targets' variance that the model's outputs explain, R^2.

    Parameters
    ----------
    model : Model
    x : array (T, B, D)
    targets : float array (T, B, V), nan where nothing is asked

    Returns
    -------
    float
        1 for perfect recall, 0 for none.

    Raises
    ------
    ValueError
        As for `run`.
    """
    asked = ~np.isnan(targets)
    gap = run(model, x)[0][asked] - targets[asked]
    return float(1 - (gap * gap).mean() / targets[asked].var())


def cliff_loss(w: ArrayLike, b: ArrayLike, T: int = 50, h0: float = 0.5) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Loss of a network of one unit, and its gradient: the smallest landscape with a cliff.

    ``h_t = w sigmoid(h_{t-1}) + b`` from h_0, without inputs, and the loss ``(sigmoid(h_T) - 0.7)^2``.

    Parameters
    ----------
    w, b : array, equal shapes
        Recurrent weight and bias; all networks run side by side.
    T : int
    h0 : float

    Returns
    -------
    loss, dw, db : array, the shape of `w`

    Raises
    ------
    ValueError
        If the shapes differ or T is below 1.

    References
    ----------
    In the manner of Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks",
    figure 6, which shows such a unit's error surface and a gradient step at its wall.
    """
    w, b = np.asarray(w, float), np.asarray(b, float)
    if w.shape != b.shape:
        raise ValueError(f"b: got shape {b.shape}, wanted that of w, {w.shape}")
    h, dh_dw, dh_db = np.full(w.shape, h0), np.zeros(w.shape), np.zeros(w.shape)
    for _ in range(check_count("T", T)):
        s = 0.5 + 0.5 * np.tanh(h / 2)  # the sigmoid, without overflow
        factor = w * s * (1 - s)  # dh_t / dh_{t-1}
        dh_dw, dh_db = s + factor * dh_dw, 1 + factor * dh_db  # forward in time: only two parameters
        h = w * s + b
    s = 0.5 + 0.5 * np.tanh(h / 2)
    slope = 2 * (s - 0.7) * s * (1 - s)
    return (s - 0.7) ** 2, slope * dh_dw, slope * dh_db
