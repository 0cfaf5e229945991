"""Networks of any depth and kind with an output layer on top: run, gradient, training. Chapters 4 and 5 use them.

`helpers.training` is the same for one tanh layer, with names of its own; here a network is a tuple of layers.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import FloatArray, check_choice, check_count
from helpers.layers import start_layer
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import output_backward, output_layer
from helpers.progress import progress
from helpers.stacks import Both, Layer, stack_backward, stack_forward
from helpers.training import loss_and_gradient

Batch = tuple[FloatArray, NDArray[Any]] | tuple[FloatArray, NDArray[Any], NDArray[Any]]
Task = Callable[[np.random.Generator], Batch]


class Network(NamedTuple):
    """Parameters of a network; also used for their gradients."""

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
    """The loss of each update's batch, (updates,)."""
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
    """Make an untrained network (to be documented)."""
    width, layers = D, []
    out = 2 * H if both else H
    for _ in range(check_count("depth", depth)):
        chains = [start_layer(kind, width, H, rng, scheme, bias) for _ in range(2 if both else 1)]
        layers.append(Both(*chains) if both else chains[0])
        width = width + out if connect == "dense" else out
    bound = out**-0.5
    network = Network(tuple(layers), rng.uniform(-bound, bound, (check_count("V", V), out)), np.zeros(V))
    return convert(network, dtype)


def convert(network: Network, dtype: str) -> Network:
    """The network with parameters of another dtype, "float32" or "float64"."""
    from helpers.containers import close_arrays, open_arrays

    check_choice("dtype", dtype, ("float32", "float64"))
    return close_arrays(network, [a.astype(dtype) for a in open_arrays("network", network)[1]])


def run_network(network: Network, x, lengths=None, connect="plain"):
    """Outputs (T, B, V), top states (T, B, H), and the cache for `network_backward`."""
    x = np.asarray(x).astype(network.W_y.dtype, copy=False)
    hs, cache = stack_forward(network.layers, x, lengths, connect)
    return output_layer(hs, network.W_y, network.b_y), hs, cache


def network_gradient(network: Network, x, targets, lengths=None, connect="plain") -> tuple[float, Network]:
    """Loss of a batch and its gradient (targets as for `helpers.training.loss_and_gradient`)."""
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
) -> NetworkTraining:
    """Train with Adam on fresh batches ``task(rng) -> (x, targets)`` or ``(x, targets, lengths)``, clipped by norm."""
    losses, norms = np.empty(check_count("updates", updates)), np.empty(updates)
    state = adam_start(network)
    for i in progress(range(updates), text):
        x, targets, *lengths = task(rng)
        losses[i], gradient = network_gradient(network, x, targets, *lengths, connect=connect)
        gradient, norms[i] = clip_by_norm(gradient, threshold)
        network, state = adam_step(network, gradient, state, rate)
    return NetworkTraining(network, losses, norms)
