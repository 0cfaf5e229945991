"""Who was greeted? Accuracy against the distance, by the distances seen in training. About two minutes.

One network, 64 tanh units started as torch.nn.RNN does, 1,000 updates on batches of 32 stories. Trained on stories
with exactly n sentences between greeting and question, on 0 to n, and on 0 to 2. Guessing gives 0.125.
"""

import numpy as np

from helpers.data import GREETING_WORDS, greetings
from helpers.training import Model, accuracy, start_model, train

SETTINGS = {"H": 64, "batch": 32, "updates": 1000, "rate": 2e-3, "threshold": 1.0, "scheme": "torch"}
DISTANCES = [0, 2, 4, 6, 8, 12, 16]
FAR = [*DISTANCES, 24, 40]


def trained(nearest: int, farthest: int, seed: int) -> Model:
    """Train on `nearest` to `farthest` sentences between, equally often."""
    rng = np.random.default_rng(seed)
    start = start_model("torch", len(GREETING_WORDS), 64, 8, rng)
    task = lambda rng: greetings(int(rng.integers(nearest, farthest + 1)), 32, rng)  # noqa: E731
    return train(start, task, 1000, rng, rate=2e-3, threshold=1.0).model


def asked(model: Model, sentences: int, seed: int) -> float:
    """Accuracy on 500 fresh stories."""
    return accuracy(model, *greetings(sentences, 500, np.random.default_rng(1000 + seed)))


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results = {
        "trained on n, asked at n": {n: summary([asked(trained(n, n, s), n, s) for s in SEEDS]) for n in DISTANCES},
        "trained on 0 to n, asked at n": {
            n: summary([asked(trained(0, n, s), n, s) for s in SEEDS]) for n in DISTANCES
        },
    }
    near, only_eight = ([trained(low, high, s) for s in SEEDS] for low, high in ((0, 2), (8, 8)))
    pairs = list(zip(near, SEEDS, strict=True))
    results["trained on 0 to 2, asked at n"] = {n: summary([asked(m, n, s) for m, s in pairs]) for n in FAR}
    pairs = list(zip(only_eight, SEEDS, strict=True))
    results["trained on 8, asked at n"] = {n: summary([asked(m, n, s) for m, s in pairs]) for n in FAR}
    for name, row in results.items():
        print(name, {n: (value["median"], value["worst"]) for n, value in row.items()})
    save(__file__, SETTINGS | {"distances": DISTANCES, "far": FAR}, results)
