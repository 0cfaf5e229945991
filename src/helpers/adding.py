"""Training on the adding problem, watched: the error on fresh sequences while the network learns, for any cell."""

from typing import Any, NamedTuple

import numpy as np

from helpers.arrays import FloatArray, IntArray, check_choice, check_count
from helpers.data import adding_task
from helpers.gates import LSTMWeights
from helpers.layers import KINDS
from helpers.networks import Network, run_network, start_network, train_network

SOLVED = 0.01
"""Mean squared error below which the problem counts as solved; answering 1 always has 1/6."""


class Recipe(NamedTuple):
    """What suits one kind of cell."""

    rate: float
    """Learning rate."""
    scheme: str
    """How W_h starts, one of `helpers.initial.SCHEMES`."""
    bias: float
    """Of the forget gate of an LSTM, of the update gate of a GRU."""


RECIPES = {
    "gru": Recipe(0.02, "torch", 2.0),
    "lstm": Recipe(0.02, "torch", 2.0),
    "relu": Recipe(0.002, "identity", 0.0),
    "tanh": Recipe(0.005, "torch", 0.0),
}
"""For each cell its own, found on seeds that no result is from."""


class AddingRun(NamedTuple):
    """What `train_adding` returns."""

    network: Network
    solved: int | None
    """After how many updates the error on the fresh sequences was first seen below `SOLVED`; None if never."""
    updates: IntArray
    """When the error was measured, in updates made, (checks,); the first is 0."""
    errors: FloatArray
    """Mean squared error on the fresh sequences, (checks,)."""
    sums: FloatArray
    """The right answers of the fresh sequences, (n,)."""
    answers: FloatArray
    """The network's answers at each check, (checks, n)."""


def train_adding(
    kind: str,
    seed: int,
    T: int = 100,
    updates: int = 1000,
    H: int = 32,
    batch: int = 50,
    every: int = 25,
    fresh: int = 500,
    rate: float | None = None,
    scheme: str | None = None,
    bias: float | None = None,
    input_bias: float = 0.0,
) -> AddingRun:
    """Train one network on `helpers.data.adding_task` until it is solved, or for so many updates.

    Adam on fresh batches, the gradient clipped at norm 1, float32. The sequences that the error is measured on are
    drawn once, from the seed 1000 + `seed`.

    Parameters
    ----------
    kind : {"tanh", "relu", "gru", "lstm"}
    seed : int
        Of the network's start and of the batches.
    T : int
        Steps.
    updates : int
        At most so many.
    H : int
        Units.
    batch : int
        B.
    every : int
        Updates between two looks at the fresh sequences.
    fresh : int
        n, how many of them there are.
    rate, scheme, bias : optional
        Where another recipe is wanted than that of `RECIPES`.
    input_bias : float
        Start of the bias of an LSTM's input gate: below 0, the cell writes little until it has learned when.

    Returns
    -------
    AddingRun

    Raises
    ------
    ValueError
        For an unknown kind or scheme, a count that is too small, or a bias for a layer without such a gate.
    """
    own: dict[str, Any] = {"rate": rate, "scheme": scheme, "bias": bias}
    recipe = RECIPES[check_choice("kind", kind, KINDS)]._replace(**{n: v for n, v in own.items() if v is not None})
    every, rng = check_count("every", every), np.random.default_rng(seed)
    x, targets = adding_task(T, fresh, np.random.default_rng(1000 + seed))
    sums, seen = targets[-1, :, 0], [0]
    answers: list[FloatArray] = []

    def error() -> float:
        return float(np.mean((answers[-1] - sums) ** 2))

    def look(done: int, network: Network) -> bool:
        if done % every == 0 or done == updates:
            answers.append(run_network(network, x)[0][-1, :, 0])
            seen.append(done)
        return error() < SOLVED

    start = start_network(kind, 2, H, 1, rng, scheme=recipe.scheme, bias=recipe.bias, dtype="float32")
    layer = start.layers[0]
    if isinstance(layer, LSTMWeights):
        layer.b[:H] = input_bias  # rows i, f, g, o
    elif input_bias:
        raise ValueError(f"input_bias: got {input_bias}, wanted 0 for a {kind} layer: it has no input gate")
    answers.append(run_network(start, x)[0][-1, :, 0])
    training = train_network(
        start, lambda rng: adding_task(T, batch, rng), updates, rng, recipe.rate, text=kind, look=look
    )
    errors = np.array([np.mean((a - sums) ** 2) for a in answers])
    solved = seen[-1] if errors[-1] < SOLVED else None
    return AddingRun(training.network, solved, np.array(seen), errors, sums, np.array(answers))
