"""Copy task, 20 blank steps: who learns it, by how the recurrent matrix starts. About five minutes.

Everything but W_h's start is the same: 128 tanh units, Adam, batches of 50 fresh sequences, gradient clipped at
norm 1. Accuracy on 500 fresh sequences after 300 updates and after 2,000; guessing gives 0.125.
"""

import numpy as np

from helpers.data import copy_task
from helpers.gradients import spectral_radius
from helpers.training import accuracy, start_model, train

SETTINGS = {"T": 20, "symbols": 8, "length": 5, "H": 128, "batch": 50, "rate": 1e-3, "threshold": 1.0}
UPDATES = [300, 2000]


def one(scheme: str, seed: int, updates: int) -> tuple[float, float]:
    """Accuracy after training, and the spectral radius of W_h after it."""
    rng = np.random.default_rng(seed)
    start = start_model(scheme, 10, SETTINGS["H"], 8, rng)
    trained = train(start, lambda rng: copy_task(20, 50, rng), updates, rng, rate=1e-3, threshold=1.0)
    fresh = copy_task(20, 500, np.random.default_rng(1000 + seed))
    return accuracy(trained.model, *fresh), spectral_radius(trained.model.W_h)


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results = {}
    for updates in UPDATES:
        for scheme in ("orthogonal", "identity", "xavier", "he", "torch", "small"):
            runs = [one(scheme, seed, updates) for seed in SEEDS]
            results[f"{scheme}, {updates} updates"] = summary([a for a, _ in runs])
            print(scheme, updates, results[f"{scheme}, {updates} updates"], flush=True)
    save(__file__, SETTINGS | {"updates": UPDATES}, results)
