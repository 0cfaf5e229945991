"""What the gradient costs against T: seconds and stored bytes, forward and backward pass together. About a minute.

A tanh network of 64 units, 16 sequences side by side, 8 inputs, float64, one thread; the loss sends h_t / T into every
state. Three exact ways and one that is not: full backpropagation, checkpoints at every sqrt(T)-th state, real-time
recurrent learning (small networks only, it grows with H^4), and chunks, forward and backward one chunk at a time.

Seconds are processor time, the median of nine runs, and belong to the processor that is named; run it again for yours.
Bytes are counted from the states that a way holds at one time (`helpers.costs`); the peak of all that NumPy asked for
stands beside them, which has the inputs' gradient and the loss's part, too.
"""

import os
import platform
import statistics
import time
import tracemalloc
from functools import partial

import numpy as np

from helpers.bptt import rnn_backward
from helpers.costs import bptt_cost, checkpointed_backward, rtrl, rtrl_cost, stored_states
from helpers.initial import initial_matrix
from helpers.rnn_basics import rnn_forward

B, D, H, REPEATS = 16, 8, 64, 9
LENGTHS = [100, 200, 400, 800, 1600, 3200]
CHUNKS = [25, 100]
SIZES = [4, 8, 16, 32, 64]  # units, for real-time recurrent learning
SETTINGS = {
    "B": B, "D": D, "H": H, "dtype": "float64", "threads": 1, "repeats": REPEATS, "rtrl": {"T": 50, "B": 1, "D": 8},
}  # fmt: skip


def network(length: int, batch: int = B, units: int = H) -> list[np.ndarray]:
    """x, h0, W_x, W_h, b."""
    rng = np.random.default_rng(0)
    W_x, W_h = rng.uniform(-1, 1, (units, D)) * units**-0.5, initial_matrix("orthogonal", units, rng)
    return [rng.standard_normal((length, batch, D)), np.zeros((batch, units)), W_x, W_h, np.zeros(units)]


def full(arguments: list[np.ndarray]) -> None:
    """One pass forward, one back."""
    hs, cache = rnn_forward(*arguments)
    rnn_backward(hs / len(hs), cache)


def chunks(arguments: list[np.ndarray], K: int) -> None:
    """Forward and backward one chunk at a time; the gradients are added up."""
    x, h, *weights = arguments
    total = [np.zeros_like(w) for w in weights]
    for start in range(0, len(x), K):
        hs, cache = rnn_forward(x[start : start + K], h, *weights)
        h = hs[-1].copy()
        total = [old + new for old, new in zip(total, rnn_backward(hs / len(x), cache)[2:], strict=True)]
        del hs, cache


def checkpointed(arguments: list[np.ndarray]) -> None:
    """Sqrt(T) segments."""
    T = len(arguments[0])
    checkpointed_backward(*arguments, lambda start, hs: hs / T, round(T**0.5))


def forward_rtrl(arguments: list[np.ndarray]) -> None:
    """Forward only; here the loss is given in advance."""
    x, h0 = arguments[:2]
    rtrl(*arguments, np.ones((len(x), *h0.shape)) / len(x))


def ways(T: int) -> dict[str, tuple[partial, int]]:
    """What is run, and how many states of all sequences it holds at one time."""
    named = {"full": (partial(full), stored_states(T))}
    for K in CHUNKS:
        named[f"chunks of {K}"] = (partial(chunks, K=K), min(K, T) + 1)
    named["checkpointed"] = (partial(checkpointed), stored_states(T, round(T**0.5)))
    return named


def seconds(call: partial, arguments: list[np.ndarray]) -> float:
    """Median of the repeats, after one that warms up."""
    times = []
    for _ in range(REPEATS + 1):
        start = time.process_time()
        call(arguments)
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


def peak(call: partial, arguments: list[np.ndarray]) -> int:
    """Most bytes that were in use at one time, beside the arguments."""
    tracemalloc.start()
    call(arguments)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def processor() -> str:
    """The model's name, and no more of the machine."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            named = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        named = ""
    return f"{named or platform.machine()}, {os.cpu_count()} cores"


if __name__ == "__main__":
    from common import save

    against_length: dict[str, dict[int, dict[str, float]]] = {}
    for T in LENGTHS:
        arguments = network(T)
        for name, (call, states) in ways(T).items():
            row = {
                "states": states,
                "stored bytes": states * B * H * 8,
                "peak bytes": peak(call, arguments),
                "seconds": round(seconds(call, arguments), 5),
            }
            against_length.setdefault(name, {})[T] = row
            print(T, name, row)
    against_size = {}
    for units in SIZES:
        arguments = network(50, 1, units)
        row = {"rtrl": {}, "bptt": {}}
        for name, call, price in (
            ("rtrl", partial(forward_rtrl), rtrl_cost(50, D, units)),
            ("bptt", partial(full), bptt_cost(50, D, units)),
        ):
            row[name] = price._asdict() | {"seconds": round(seconds(call, arguments), 6)}
        against_size[units] = row
        print(units, row)
    results = {"machine": processor(), "by length": against_length, "by size": against_size}
    save(__file__, SETTINGS, results)
