"""Slow because sequential: the loop over steps against one product of the same size for all steps at once.

A recurrent step multiplies (B, H) by (H, H), and cannot begin before the one before it has ended. If no step needed
another, all T could be one product, (T B, H) by (H, H), with as many multiplications. Both, tanh included, are timed
with NumPy on one thread, each the fastest of 30 runs; the unit is microseconds per step. This is a timing, not a test:
another machine gives other numbers.
"""

import platform
import time

import numpy as np

from helpers.rnn_basics import rnn_forward

SETTINGS = {"T": 1000, "D": 1, "runs": 30, "dtype": "float64", "threads": 1}
SIZES = [(1, 32), (1, 128), (1, 512), (32, 128)]  # batch, units


def fastest(function, runs: int = 30) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def measure(B: int, H: int, T: int = 1000, runs: int = 30) -> dict[str, float]:
    """Microseconds per step: the recurrence, and its matrix product and tanh for all steps at once."""
    rng = np.random.default_rng(0)
    W_h = rng.standard_normal((H, H)) / H**0.5
    x, h0, hs = rng.standard_normal((T, B, 1)), np.zeros((B, H)), rng.standard_normal((T * B, H))
    W_x, b, out = rng.standard_normal((H, 1)), np.zeros(H), np.empty((T * B, H))
    loop = fastest(lambda: rnn_forward(x, h0, W_x, W_h, b), runs)

    def all_at_once() -> None:
        np.dot(hs, W_h.T, out=out)
        np.tanh(out, out)

    together = fastest(all_at_once, runs)
    micro = {"step by step": round(loop / T * 1e6, 2), "all at once": round(together / T * 1e6, 2)}
    return micro | {"ratio": round(loop / together, 1)}


if __name__ == "__main__":
    from common import save

    results = {f"batch {B}, {H} units": measure(B, H) for B, H in SIZES}
    for name, row in results.items():
        print(name, row)
    # The kind of machine, not its name.
    save(__file__, SETTINGS | {"machine": platform.machine(), "system": platform.system()}, results)
