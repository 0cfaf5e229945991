"""Networks of any kind and depth with an output layer on top: start, run, gradient, training (chapters 4 and 5).

`helpers.training` is the same for one tanh layer, with names of its own; here a network is a tuple of layers.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, as_floats, check_choice, check_count, check_rng
from helpers.containers import close_arrays, open_arrays
from helpers.layers import start_layer
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import output_backward, output_layer
from helpers.progress import progress
from helpers.stacks import CONNECTIONS, Both, Layer, stack_backward, stack_forward
from helpers.training import loss_and_gradient

Batch = tuple[FloatArray, NDArray[Any]] | tuple[FloatArray, NDArray[Any], NDArray[Any]]
Task = Callable[[np.random.Generator], Batch]
Look = Callable[[int, "Network"], bool | None]
DTYPES = ("float32", "float64")


class Network(NamedTuple):
    """The parameters of a network; also used for their gradients."""

    layers: tuple[Layer, ...]
    """Recurrent layers, bottom first; a `helpers.stacks.Both` runs in both directions."""
    W_y: FloatArray
    """(V, H), or (V, 2H) above a bidirectional layer."""
    b_y: FloatArray
    """(V,)"""


class NetworkTraining(NamedTuple):
    """What `train_network` returns."""

    network: Network
    losses: FloatArray
    """The loss of each update's batch, before the update, (updates,)."""
    norms: FloatArray
    """The gradient's norm before clipping, all parameters together, (updates,)."""


def start_network(
    kind: str,
    D: int,
    H: int,
    V: int,
    rng: np.random.Generator,
    depth: int = 1,
    both: bool = False,
    connect: str = "plain",
    scheme: str = "torch",
    bias: float = 0.0,
    dtype: str = "float64",
) -> Network:
    """Make an untrained network: layers as `helpers.layers.start_layer` makes them, bottom first, then the output's.

    Parameters
    ----------
    kind : {"tanh", "relu", "gru", "lstm"}
        The same for all layers.
    D, H, V : int
        Numbers per input, per state of each layer and direction, and per output.
    rng : numpy.random.Generator
    depth : int
        L, the number of layers.
    both : bool
        Whether each layer runs in both directions; then it hands 2H numbers on.
    connect : {"plain", "residual", "dense"}
        How the layers are connected, see `helpers.stacks.stack_forward`. It decides the sizes of W_x above the first
        layer, so running the network takes the same word.
    scheme : str
        One of `helpers.initial.SCHEMES`, for each gate's block of W_h.
    bias : float
        Forget bias of an LSTM, update bias of a GRU; all other biases start at 0.
    dtype : {"float64", "float32"}
        Of the parameters, and so of all that is computed with them. float32 takes half the time.

    Returns
    -------
    Network
        W_y uniform between -1/sqrt(n) and 1/sqrt(n) for the n = H or 2H numbers that it reads.

    Raises
    ------
    ValueError
        For an unknown kind, connection, scheme or dtype, a size below 1, or an `rng` that is not a generator.
    """
    check_choice("connect", connect, CONNECTIONS)
    D, H, V, depth = (check_count(*named) for named in (("D", D), ("H", H), ("V", V), ("depth", depth)))
    width, out = D, 2 * H if both else H
    layers: list[Layer] = []
    for _ in range(depth):
        chains = [start_layer(kind, width, H, check_rng(rng), scheme, bias) for _ in range(2 if both else 1)]
        layers.append(Both(*chains) if both else chains[0])
        width = width + out if connect == "dense" else out
    network = Network(tuple(layers), rng.uniform(-(out**-0.5), out**-0.5, (V, out)), np.zeros(V))
    return convert(network, dtype)


def convert(network: Network, dtype: str) -> Network:
    """Give all parameters another dtype.

    Parameters
    ----------
    network : Network
    dtype : {"float64", "float32"}

    Returns
    -------
    Network
        With new arrays.

    Raises
    ------
    ValueError
        For another dtype.
    """
    check_choice("dtype", dtype, DTYPES)
    return close_arrays(network, [a.astype(dtype) for a in open_arrays("network", network)[1]])


def run_network(
    network: Network, x: ArrayLike, lengths: ArrayLike | None = None, connect: str = "plain"
) -> tuple[FloatArray, FloatArray, Any]:
    """Run a network over sequences, ``y_t = W_y h_t + b_y`` with the state h_t of the top layer.

    Parameters
    ----------
    network : Network
    x : array (T, B, D)
        Taken in the dtype of the parameters.
    lengths : int array (B,), optional
        Steps of each sequence, where they differ; see `helpers.stacks.stack_forward`.
    connect : {"plain", "residual", "dense"}
        As for `start_network`.

    Returns
    -------
    outputs : array (T, B, V)
    hs : array (T, B, H) or (T, B, 2H)
        What the top layer hands on.
    cache
        For `helpers.stacks.stack_backward`.

    Raises
    ------
    ValueError
        For shapes that do not fit.
    """
    x = as_floats("x", x).astype(network.W_y.dtype, copy=False)
    hs, cache = stack_forward(network.layers, x, lengths, connect)
    return output_layer(hs, network.W_y, network.b_y), hs, cache


def network_gradient(
    network: Network,
    x: ArrayLike,
    targets: NDArray[Any],
    lengths: ArrayLike | None = None,
    connect: str = "plain",
) -> tuple[float, Network]:
    """Loss of a batch, and its gradient with respect to every parameter.

    Parameters
    ----------
    network : Network
    x : array (T, B, D)
    targets : array
        Classes (T, B), -1 where nothing is asked, or values (T, B, V), nan where nothing is asked; as for
        `helpers.training.loss_and_gradient`.
    lengths, connect
        As for `run_network`.

    Returns
    -------
    loss : float
        Mean over what is asked.
    gradient : Network

    Raises
    ------
    ValueError
        As for `run_network`, or for targets that do not fit.
    """
    outputs, hs, cache = run_network(network, x, lengths, connect)
    loss, dy = loss_and_gradient(outputs, targets)
    dhs, dW_y, db_y = output_backward(dy, hs, network.W_y)
    return loss, Network(stack_backward(dhs, cache).layers, dW_y, db_y)


def train_network(
    network: Network,
    task: Task,
    updates: int,
    rng: np.random.Generator,
    rate: float = 1e-3,
    threshold: float = 1.0,
    connect: str = "plain",
    text: str = "",
    look: Look | None = None,
) -> NetworkTraining:
    """Train with Adam on fresh batches, the gradient clipped by its norm.

    Parameters
    ----------
    network : Network
        Where training starts; it is left as it is.
    task : callable
        ``task(rng)`` returns inputs and targets of a batch, as the functions of `helpers.data` do, and may return
        lengths (B,) with them.
    updates : int
    rng : numpy.random.Generator
    rate : float
        Learning rate.
    threshold : float
        Largest norm of the gradient, all parameters together; ``inf`` for no clipping.
    connect : {"plain", "residual", "dense"}
        As for `start_network`.
    text : str
        Stands in front of the progress bar.
    look : callable, optional
        ``look(done, network)`` is called after each update, with how many were made; if it returns True, training
        stops.

    Returns
    -------
    NetworkTraining
        With fewer losses and norms than `updates` where `look` has stopped it.

    Raises
    ------
    ValueError
        If batch and network do not fit, or the gradient is no longer finite.
    """
    losses, norms = np.empty(check_count("updates", updates)), np.empty(updates)
    state, done = adam_start(network), 0
    for i in progress(range(updates), text):
        x, targets, *rest = task(rng)
        losses[i], gradient = network_gradient(network, x, targets, rest[0] if rest else None, connect)
        gradient, norms[i] = clip_by_norm(gradient, threshold)
        network, state = adam_step(network, gradient, state, rate)
        done = i + 1
        if look is not None and look(done, network):
            break
    return NetworkTraining(network, losses[:done], norms[:done])


def network_accuracy(
    network: Network,
    x: ArrayLike,
    targets: NDArray[Any],
    lengths: ArrayLike | None = None,
    connect: str = "plain",
) -> float:
    """Share of the asked classes that the network gets right.

    Parameters
    ----------
    network : Network
    x : array (T, B, D)
    targets : int array (T, B), -1 where nothing is asked
    lengths, connect
        As for `run_network`.

    Returns
    -------
    float, 0 to 1

    Raises
    ------
    ValueError
        As for `run_network`, or if the shape of the targets does not fit or nothing is asked.
    """
    outputs, _, _ = run_network(network, x, lengths, connect)
    asked = np.asarray(targets)
    if asked.shape != outputs.shape[:-1] or not (asked >= 0).any():
        raise ValueError(f"targets: got shape {asked.shape}, wanted {outputs.shape[:-1]}, at least one asked")
    hits = (outputs.argmax(axis=-1) == asked)[asked >= 0]
    return float(hits.mean())
