"""LSTM against GRU when data are scarce, at equal numbers of parameters, on two tasks. About eight minutes.

- fables: a language model as in `04_equal.py`, taught from the first 6,000, 24,000 and 240,000 characters; bits per
  character on test;
- adding: the adding problem of 50 steps, taught from 100, 400, 1,600 and 6,400 sequences drawn once; mean squared
  error on new ones.

A network that has few data learns them by heart, so of each run the moment is kept that is best on dev. Rates and
biases are those of `04_equal.py`, which were chosen with plenty of data; nothing was tuned here.
"""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from helpers.arrays import FloatArray
from helpers.data import adding_task
from helpers.language import _passes, learning_rate
from helpers.layers import layer_backward, layer_forward
from helpers.networks import Network, run_network, train_network
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import cross_entropy, output_backward, output_layer
from helpers.text import one_hot

_spec = importlib.util.spec_from_file_location("equal", Path(__file__).with_name("04_equal.py"))
equal = importlib.util.module_from_spec(_spec)  # type: ignore[arg-type]
_spec.loader.exec_module(equal)  # type: ignore[union-attr]

CELLS = {"lstm": 0, "gru": 1}  # their place in equal.SIZES: the GRU with as many parameters
CHARACTERS = (6_000, 24_000, 240_000)
SEQUENCES = (100, 400, 1_600, 6_400)
T, BATCH = 50, 50
UPDATES = {"fables": 2_500, "adding": 1_000}
EVERY = {"fables": 250, "adding": 50}


def fables(kind: str, seed: int, characters: int, updates: int = UPDATES["fables"]) -> tuple[float, int]:
    """Bits per character on test of the model that was best on dev, and after how many updates that was."""
    settings, rng = equal.language.RUNS["fables, short"], np.random.default_rng(seed)
    _, (train, dev, test) = equal.language.parts("fables")
    network = equal.start("fables", kind, equal.SIZES["fables"][CELLS[kind]], rng)
    peak, memory, state, V = equal.RECIPES["fables"][kind]["rate"], adam_start(network), None, len(network.b_y)
    chunks = _passes(train[:characters], settings["batch"], settings["K"], rng)
    best = (np.inf, 0, network)
    for i, (first, x, y) in zip(range(updates), chunks, strict=False):
        hs, state, cache = layer_forward(network.layers[0], one_hot(x, V, "float32"), None if first else state)
        _, dy = cross_entropy(output_layer(hs, network.W_y, network.b_y), y)
        dhs, dW_y, db_y = output_backward(dy, hs, network.W_y)
        gradient, _ = clip_by_norm(Network((layer_backward(dhs, cache).weights,), dW_y, db_y), 1.0)
        network, memory = adam_step(network, gradient, memory, learning_rate(i, updates, peak))
        if (i + 1) % EVERY["fables"] == 0:
            best = min(best, (equal.bits(network, dev[:8_000]), i + 1, network), key=lambda found: found[0])
    return float(equal.bits(best[2], test)), best[1]


def error(network: Network, x: FloatArray, targets: FloatArray) -> float:
    """Mean squared error of the last answers."""
    return float(np.mean((run_network(network, x)[0][-1] - targets[-1]) ** 2))


def adding(kind: str, seed: int, sequences: int, updates: int = UPDATES["adding"]) -> tuple[float, int]:
    """Squared error on new sequences of the network that was best on dev, and after how many updates that was."""
    rng, recipe = np.random.default_rng(seed), equal.RECIPES["adding"][kind]
    (x, targets), dev, test = (adding_task(T, n, np.random.default_rng(s + seed))
                               for n, s in ((sequences, 1000), (500, 2000), (2000, 3000)))  # fmt: skip
    start = equal.start("adding", kind, equal.SIZES["adding"][CELLS[kind]], rng)
    best = (np.inf, 0, start)

    def task(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        chosen = rng.integers(sequences, size=BATCH)
        return x[:, chosen], targets[:, chosen]

    def look(done: int, network: Network) -> bool:
        nonlocal best
        if done % EVERY["adding"] == 0:
            best = min(best, (error(network, *dev), done, network), key=lambda found: found[0])
        return False

    train_network(start, task, updates, rng, recipe["rate"], look=look)
    return error(best[2], *test), best[1]


TASKS: dict[str, Any] = {"fables": (fables, CHARACTERS), "adding": (adding, SEQUENCES)}

if __name__ == "__main__":
    from common import SEEDS, save, summary

    results: dict[str, Any] = {}
    for name, (one, amounts) in TASKS.items():
        for amount in amounts:
            for kind in CELLS:
                runs = [one(kind, seed, amount) for seed in SEEDS]
                row = summary([value for value, _ in runs], high_is_bad=True) | {"best after": [n for _, n in runs]}
                row["parameters"] = equal.parameters(name, kind, equal.SIZES[name][CELLS[kind]])
                results.setdefault(name, {}).setdefault(str(amount), {})[kind] = row
                print(name, amount, kind, row, flush=True)
    save(__file__, {"updates": UPDATES, "every": EVERY, "T": T, "batch": BATCH}, results)
