"""Predict the next character, forward and bidirectional: what exercise 5.8 says. About two minutes.

Both networks read windows of fables and say at each step which character comes next, on fables that they did not see
in training. The last step of a window is counted apart, too.
"""

import numpy as np

from helpers.corpora import fables
from helpers.networks import run_network, start_network, train_network
from helpers.output import log_softmax
from helpers.text import encode, one_hot, vocabulary

SETTINGS = {
    "task": "next character of a fable", "kind": "gru", "H": 32, "window": 30, "batch": 32, "updates": 1500,
    "rate": 5e-3, "threshold": 1.0, "characters": {"training": 100_000, "judged": 20_000},
    "judged on": "bits per character, 500 windows of new fables",
}  # fmt: skip


def texts() -> tuple[np.ndarray, np.ndarray, int]:
    """Characters to train on and to be judged on, as numbers, and how many different ones there are."""
    train, new = SETTINGS["characters"].values()
    text = fables(train + new, np.random.default_rng(0))
    symbols = vocabulary(text)
    ids = encode(text, symbols)
    return ids[:train], ids[train : train + new], len(symbols)


def windows(ids: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Characters of windows that begin anywhere, (T, count), and those that come next."""
    first = rng.integers(len(ids) - SETTINGS["window"], size=count)
    read = ids[first + np.arange(SETTINGS["window"] + 1)[:, None]]
    return read[:-1], read[1:]


def one(both: bool, seed: int, updates: int = SETTINGS["updates"]) -> dict[str, float]:
    """Bits per character over all steps, and at the last one of each window."""
    train, new, V = texts()
    rng = np.random.default_rng(seed)

    def task(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        read, following = windows(train, SETTINGS["batch"], rng)
        return one_hot(read, V), following

    start = start_network(SETTINGS["kind"], V, SETTINGS["H"], V, rng, both=both)
    network = train_network(start, task, updates, rng, SETTINGS["rate"], SETTINGS["threshold"]).network
    read, following = windows(new, 500, np.random.default_rng(1000 + seed))
    scores = log_softmax(run_network(network, one_hot(read, V))[0])
    bits = -np.take_along_axis(scores, following[..., None], -1) / np.log(2)
    return {"all steps": float(bits.mean()), "last step": float(bits[-1].mean())}


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results = {}
    for name, both in {"forward": False, "both": True}.items():
        runs = [one(both, seed) for seed in SEEDS]
        results[name] = {
            where: summary([run[where] for run in runs]) | {"worst": round(max(run[where] for run in runs), 4)}
            for where in ("all steps", "last step")
        }
        print(name, results[name], flush=True)
    save(__file__, SETTINGS, results)
