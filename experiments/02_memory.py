"""After training cut to K steps: is the memory gone from the state, or only not read out? About three minutes.

The networks of 02_truncation.py (lag 10, 32 tanh units started orthogonal, 500 updates, a window of K), with three
numbers for each: how much of the input of ten steps ago the trained output recalls, how much the best linear readout
finds in the state, fitted in closed form on fresh sequences, and the spectral radius of W_h.
"""

import importlib

import numpy as np

from helpers.data import recall_task
from helpers.memory import readout_recall
from helpers.training import Model, run, start_model

truncation = importlib.import_module("02_truncation")

LAG, T, H = truncation.LAG, truncation.T, truncation.H
STEPS = [1, 5, 10, 11]


def measured(model: Model, seed: int) -> tuple[float, float, float]:
    """R^2 of the model's own output, R^2 of the best readout of its state, and the spectral radius of W_h."""
    x, _ = recall_task(T, 200, LAG, np.random.default_rng(2000 + seed))
    held = readout_recall(run(model, x)[1], x, [LAG])[0]
    radius = np.abs(np.linalg.eigvals(model.W_h)).max()
    return truncation.recalled(model, seed), float(held), float(radius)


def start(seed: int) -> Model:
    """The network before its first update."""
    return start_model("orthogonal", 1, H, 1, np.random.default_rng(seed))


if __name__ == "__main__":
    from common import SEEDS, save, summary

    runs = {"start": [measured(start(seed), seed) for seed in SEEDS]}
    for K in STEPS:
        runs[f"window of {K}"] = [measured(truncation.trained("window", K, seed), seed) for seed in SEEDS]
    results = {}
    for name, rows in runs.items():
        output, held, radius = (list(column) for column in zip(*rows, strict=True))
        results[name] = {"own output": summary(output), "best readout": summary(held)}
        results[name]["radius"] = summary(radius) | {"worst": round(max(radius, key=lambda r: abs(r - 1)), 4)}
        print(name, {k: (v["median"], v["worst"]) for k, v in results[name].items()})
    save(__file__, truncation.SETTINGS | {"judged on": "200 new sequences of 60 steps for each R^2"}, results)
