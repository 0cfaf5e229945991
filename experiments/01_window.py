"""What a window cannot know: hold the last symbol, by a recurrent network and by nets on a fixed window. A minute.

The task is `helpers.data.hold_task`: four symbols at irregular times, gaps of 1 to 20 steps, and at every step the
last symbol is asked. All nets have 32 tanh units and are trained in the same way, on sequences of 20 steps. A net on a
window of K steps is the same code with the last K inputs as input and W_h held at zero. Read on fresh sequences of 20
and of 1,000 steps, and, which no training prepared for, with gaps of 50 to 100. Guessing is right one time in four.

Updates and rate were chosen with seeds 5 to 7, for the recurrent network; the nets on a window are done by then.
"""

import numpy as np

from helpers.data import hold_task, steps_since_symbol
from helpers.training import Model, run, start_model, train
from helpers.windows import windows

SETTINGS = {
    "T": 20, "gap": [1, 20], "symbols": 4, "H": 32, "batch": 32, "updates": 1000, "rate": 5e-3, "threshold": 1.0,
}  # fmt: skip
WINDOWS = [5, 10]
READ = {"20 steps": (20, 1000, (1, 20)), "1000 steps": (1000, 100, (1, 20)), "gaps 50 to 100": (1000, 100, (50, 100))}


def trained(K: int, seed: int, updates: int = 1000) -> Model:
    """One net after training: the recurrent one for K = 0, else one on a window of K steps."""
    rng = np.random.default_rng(seed)
    start = start_model("orthogonal", 5 * max(K, 1), 32, 4, rng)
    if K:
        start = start._replace(W_h=np.zeros((32, 32)))

    def task(rng: np.random.Generator):
        x, targets = hold_task(20, 32, rng)
        return (windows(x, K) if K else x), targets

    return train(start, task, updates, rng, rate=5e-3, threshold=1.0, frozen=("W_h",) if K else ()).model


def read(model: Model, K: int, seed: int, T: int, batch: int, gap: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each step is right, and how many steps back its symbol lies, on fresh sequences."""
    x, targets = hold_task(T, batch, np.random.default_rng(1000 + seed), gap)
    outputs, _, _ = run(model, windows(x, K) if K else x)
    return outputs.argmax(axis=-1) == targets, steps_since_symbol(x)


def ceiling(K: int) -> float:
    """The best that a window of K steps can do in a long sequence: min(gap, K) / gap known, of the rest a quarter."""
    gaps = np.arange(1, 21)
    known = np.minimum(gaps, K).mean() / gaps.mean()
    return float(known + (1 - known) / 4)


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results = {}
    for K in (0, *WINDOWS):
        models = [trained(K, seed) for seed in SEEDS]
        name = f"window of {K}" if K else "recurrent"
        results[name] = {}
        for where, (T, batch, gap) in READ.items():
            reads = [read(model, K, seed, T, batch, gap) for seed, model in zip(SEEDS, models, strict=True)]
            results[name][where] = summary([right.mean() for right, _ in reads])
            for far in [K] if K else WINDOWS:
                beyond = [right[since >= far].mean() for right, since in reads]
                results[name][f"{where}, symbol {far} or more steps back"] = summary(beyond)
        if K:
            results[name]["ceiling in a long sequence"] = round(ceiling(K), 4)
    for name, row in results.items():
        for where, value in row.items():
            print(name, where, value)
    save(__file__, SETTINGS, results)
