"""Memory is not learning: recall of the input `lag` steps ago, R^2 against the lag. About two minutes.

Four networks of 32 units. Two are never trained but for a linear readout fitted in closed form: a linear reservoir
(0.95 times orthogonal) and a tanh network as torch.nn.RNN starts it. Two are trained by backpropagation through time,
for each lag anew, from torch's start and from an orthogonal one.
"""

import numpy as np

from helpers.data import recall_task
from helpers.gradients import recurrent_matrix
from helpers.memory import readout_recall, recall
from helpers.rnn_basics import rnn_forward
from helpers.training import Model, run, start_model, train

SETTINGS = {"H": 32, "T": 60, "batch": 32, "updates": 1000, "rate": 2e-3, "threshold": 1.0, "radius": 0.95}
LAGS = [1, 2, 5, 10, 15, 20, 25, 30, 40]


def reservoir(seed: int) -> np.ndarray:
    """Recall of a fixed linear network at each lag."""
    rng = np.random.default_rng(seed)
    W_h, W_x = recurrent_matrix("orthogonal", 32, 0.95, rng), rng.uniform(-(32**-0.5), 32**-0.5, (32, 1))
    x, _ = recall_task(100, 200, 0, np.random.default_rng(1000 + seed))
    hs, _ = rnn_forward(x, np.zeros((200, 32)), W_x, W_h, np.zeros(32), "identity")
    return readout_recall(hs, x, LAGS)


def untrained(scheme: str, seed: int) -> np.ndarray:
    """Recall of the states that training starts from."""
    return probe(start_model(scheme, 1, 32, 1, np.random.default_rng(seed)), seed)


def probe(model: Model, seed: int) -> np.ndarray:
    """Recall of a model's states at each lag, by the best linear readout of each."""
    x, _ = recall_task(100, 200, 0, np.random.default_rng(1000 + seed))
    return readout_recall(run(model, x)[1], x, LAGS)


def trained(scheme: str, lag: int, seed: int) -> tuple[float, Model]:
    """Recall of a network trained for one lag."""
    rng = np.random.default_rng(seed)
    start = start_model(scheme, 1, 32, 1, rng)
    model = train(start, lambda rng: recall_task(60, 32, lag, rng), 1000, rng, rate=2e-3, threshold=1.0).model
    return recall(model, *recall_task(60, 200, lag, np.random.default_rng(1000 + seed))), model


if __name__ == "__main__":
    from common import SEEDS, save, summary

    held = {
        "reservoir": [reservoir(seed) for seed in SEEDS],
        "torch, untrained": [untrained("torch", seed) for seed in SEEDS],
        "orthogonal, untrained": [untrained("orthogonal", seed) for seed in SEEDS],
    }
    by_lag = {name: {lag: summary([r[i] for r in rows]) for i, lag in enumerate(LAGS)} for name, rows in held.items()}
    for scheme in ("torch", "orthogonal"):
        trains = {lag: [trained(scheme, lag, seed) for seed in SEEDS] for lag in LAGS}
        by_lag[f"{scheme}, trained"] = {lag: summary([r for r, _ in runs]) for lag, runs in trains.items()}
        probes = [probe(model, seed) for seed, (_, model) in zip(SEEDS, trains[30], strict=True)]
        inside = {lag: summary([p[i] for p in probes]) for i, lag in enumerate(LAGS)}
        by_lag[f"{scheme}, trained for lag 30, what its states hold"] = inside
    for name, row in by_lag.items():
        print(name, {lag: (value["median"], value["worst"]) for lag, value in row.items()})
    save(__file__, SETTINGS | {"lags": LAGS}, by_lag)
