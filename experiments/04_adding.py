"""The adding problem, 100 steps: who learns it, and after how many updates. About four minutes.

Four cells of 32 units on batches of 50 fresh sequences, Adam, gradient clipped at norm 1, float32. The error is
measured every 25 updates on 500 fresh sequences; below 0.01 the problem counts as solved. Recipes (`helpers.adding`)
were chosen on the seeds 100 to 107. Then: an LSTM by its forget bias, with and without an input gate that starts as far
shut as the forget gate starts open (Tallec & Ollivier 2018); and the tanh network with other rates and starts, and on
shorter sequences.
"""

from typing import Any

import numpy as np

from helpers.adding import RECIPES, SOLVED, AddingRun, train_adding

SETTINGS = {"T": 100, "H": 32, "batch": 50, "threshold": 1.0, "solved below": SOLVED, "every": 25, "fresh": 500}
UPDATES = {"gru": 1000, "lstm": 1000, "relu": 1500, "tanh": 1500}
BIASES = [0.0, 1.0, 2.0, 3.0, 5.0]
OTHER_TANH = [("torch", 0.001), ("torch", 0.02), ("orthogonal", 0.001), ("orthogonal", 0.005)]
LENGTHS = [10, 20, 30, 50]


def one(kind: str, seed: int, updates: int, **more: Any) -> AddingRun:
    """One run; `more` is another length or another recipe."""
    return train_adding(kind, seed, updates=updates, **more)


def row(runs: list[AddingRun]) -> dict[str, Any]:
    """Updates until solved, of all seeds: null where the budget ended first; the median of those is null, too."""
    solved = [run.solved for run in runs]
    middle = float(np.median([np.inf if n is None else n for n in solved]))
    return {
        "solved": sum(n is not None for n in solved),
        "median": None if np.isinf(middle) else middle,
        "worst": None if None in solved else max(solved),  # type: ignore[type-var]
        "each": solved,
        "last error": [round(float(run.errors[-1]), 4) for run in runs],
    }


if __name__ == "__main__":
    from common import SEEDS, save

    results: dict[str, Any] = {"cells": {}, "forget bias of the LSTM": {}, "input bias at its negative": {}}
    results |= {"tanh otherwise": {}, "tanh by T": {}}
    for kind, updates in UPDATES.items():
        runs = [one(kind, seed, updates) for seed in SEEDS]
        curves = [[round(float(e), 4) for e in run.errors] for run in runs]
        results["cells"][kind] = row(runs) | {"error every 25 updates": curves}
        print(kind, row(runs), flush=True)
    for bias in BIASES:
        found = row([one("lstm", seed, UPDATES["lstm"], bias=bias) for seed in SEEDS])
        results["forget bias of the LSTM"][f"{bias:g}"] = found
        print("bias", bias, found, flush=True)
    for bias in BIASES[1:]:
        found = row([one("lstm", seed, UPDATES["lstm"], bias=bias, input_bias=-bias) for seed in SEEDS])
        results["input bias at its negative"][f"{bias:g}"] = found
        print("bias", bias, "input bias", -bias, found, flush=True)
    for scheme, rate in OTHER_TANH:
        found = row([one("tanh", seed, UPDATES["tanh"], scheme=scheme, rate=rate) for seed in SEEDS])
        results["tanh otherwise"][f"{scheme}, rate {rate}"] = found
        print("tanh", scheme, rate, found, flush=True)
    for T in LENGTHS:
        found = row([one("tanh", seed, UPDATES["tanh"], T=T) for seed in SEEDS])
        results["tanh by T"][T] = found
        print("tanh, T", T, found, flush=True)
    save(
        __file__,
        SETTINGS | {"recipes": {kind: recipe._asdict() for kind, recipe in RECIPES.items()}, "updates": UPDATES},
        results,
    )
