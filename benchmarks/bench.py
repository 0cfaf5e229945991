"""Speed of the numeric modules on one thread: `python benchmarks/bench.py` prints a table, exits with 0."""
# ruff: noqa: E402 - the number of threads must be set before NumPy is imported

import os

# On small matrices a second thread costs more than it brings.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from helpers.bptt import rnn_backward
from helpers.gates import gru_backward, gru_forward, lstm_backward, lstm_forward
from helpers.gradients import log_gradient_norm_grid, log_gradient_norms, recurrent_matrix
from helpers.rnn_basics import rnn_forward

torch.set_num_threads(1)

T = 100
# (B, H): wanted ratios loop / ours and torch / ours, in float64. D = H.
TARGETS = {
    "RNN": {(1, 32): (3.0, 3.0), (32, 32): (1.7, 1.8), (32, 128): (1.2, 1.1)},
    "LSTM": {(1, 32): (3.0, 3.0), (32, 32): (1.7, 1.8), (32, 128): (1.3, 1.1)},
    "GRU": {(1, 32): (3.0, 3.0), (32, 32): (1.7, 1.8), (32, 128): (1.3, 1.1)},
}
LSTM_FLOAT32 = 0.5  # torch / ours: PyTorch's own float32 LSTM is fast, ours may take twice as long


def medians(rivals: dict[str, Callable[[], Any]], rounds: int = 60) -> dict[str, float]:
    """Median milliseconds of processor time of each; they take turns, so that a busy moment hits all alike.

    In an order drawn anew for each round: whoever comes second finds the inputs in the processor's cache.
    """
    times: dict[str, list[float]] = {name: [] for name in rivals}
    rng = np.random.default_rng(0)
    for turn in range(rounds + 3):  # the first three warm up
        for name in rng.permutation(list(rivals)):
            start = time.process_time()
            rivals[name]()
            if turn >= 3:
                times[name].append(time.process_time() - start)
    return {name: 1e3 * float(np.median(values)) for name, values in times.items()}


# What a careful beginner writes: the equations step by step, weight gradients added up as they come.
def rnn_loop(x, h0, W_x, W_h, b, dhs):
    hs = [h0]
    for x_t in x:
        hs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
    dx, dh = np.zeros_like(x), np.zeros_like(h0)
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(b)
    for t in reversed(range(len(x))):
        dz = (1 - hs[t + 1] ** 2) * (dhs[t] + dh)
        dW_x += dz.T @ x[t]
        dW_h += dz.T @ hs[t]
        db += dz.sum(axis=0)
        dx[t] = dz @ W_x
        dh = dz @ W_h
    return np.stack(hs[1:]), dx, dh, dW_x, dW_h, db


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm_loop(x, h0, c0, W_x, W_h, b, dhs):
    hs, cs, gates = [h0], [c0], []
    for x_t in x:
        z_i, z_f, z_g, z_o = np.split(x_t @ W_x.T + hs[-1] @ W_h.T + b, 4, axis=1)
        i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
        cs.append(f * cs[-1] + i * g)
        hs.append(o * np.tanh(cs[-1]))
        gates.append((i, f, g, o))
    dx, dh, dc = np.zeros_like(x), np.zeros_like(h0), np.zeros_like(c0)
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(b)
    for t in reversed(range(len(x))):
        i, f, g, o = gates[t]
        tanh_c = np.tanh(cs[t + 1])
        dh = dh + dhs[t]
        dc = dc + dh * o * (1 - tanh_c**2)
        dz_i, dz_f = dc * g * i * (1 - i), dc * cs[t] * f * (1 - f)
        dz_g, dz_o = dc * i * (1 - g**2), dh * tanh_c * o * (1 - o)
        dz = np.concatenate([dz_i, dz_f, dz_g, dz_o], axis=1)
        dW_x += dz.T @ x[t]
        dW_h += dz.T @ hs[t]
        db += dz.sum(axis=0)
        dx[t] = dz @ W_x
        dh, dc = dz @ W_h, dc * f
    return np.stack(hs[1:]), dx, dh, dc, dW_x, dW_h, db


def gru_loop(x, h0, W_x, W_h, b_x, b_h, dhs):
    hs, gates = [h0], []
    for x_t in x:
        x_r, x_z, x_n = np.split(x_t @ W_x.T + b_x, 3, axis=1)
        h_r, h_z, past = np.split(hs[-1] @ W_h.T + b_h, 3, axis=1)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * past)
        hs.append((1 - z) * n + z * hs[-1])
        gates.append((r, z, n, past))
    dx, dh = np.zeros_like(x), np.zeros_like(h0)
    dW_x, dW_h, db_x, db_h = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(b_x), np.zeros_like(b_h)
    for t in reversed(range(len(x))):
        r, z, n, past = gates[t]
        dh = dh + dhs[t]
        dz_n = dh * (1 - z) * (1 - n**2)
        dz_z = dh * (hs[t] - n) * z * (1 - z)
        dz_r = dz_n * past * r * (1 - r)
        dz = np.concatenate([dz_r, dz_z, dz_n], axis=1)
        du = np.concatenate([dz_r, dz_z, dz_n * r], axis=1)
        dW_x += dz.T @ x[t]
        dW_h += du.T @ hs[t]
        db_x += dz.sum(axis=0)
        db_h += du.sum(axis=0)
        dx[t] = dz @ W_x
        dh = dh * z + du @ W_h
    return np.stack(hs[1:]), dx, dh, dW_x, dW_h, db_x, db_h


# Name of the cell, as in torch.nn: rows of its weights in H, states, biases; ours forward and back; the loop.
CELLS = {
    "RNN": (1, 1, 1, rnn_forward, rnn_backward, rnn_loop),
    "LSTM": (4, 2, 1, lstm_forward, lstm_backward, lstm_loop),
    "GRU": (3, 1, 2, gru_forward, gru_backward, gru_loop),
}


def rivals(cell: str, B: int, H: int, dtype: str, T: int = T) -> dict[str, Callable[[], Any]]:
    rows, n_states, n_biases, forward, backward, plain_loop = CELLS[cell]
    rng = np.random.default_rng(0)
    x, dhs = rng.standard_normal((2, T, B, H)).astype(dtype)
    states = list(rng.standard_normal((n_states, B, H)).astype(dtype))
    W_x, W_h = (rng.standard_normal((2, rows * H, H)) / H**0.5).astype(dtype)
    biases = list(rng.standard_normal((n_biases, rows * H)).astype(dtype))

    layer = getattr(torch.nn, cell)(H, H, dtype=getattr(torch, dtype))
    weights = layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0
    with torch.no_grad():
        weights[3].zero_()  # the second bias, of which an RNN and an LSTM of ours have none
        for weight, value in zip(weights, [W_x, W_h, *biases], strict=False):
            weight.copy_(torch.from_numpy(value))
    x_torch, dhs_torch = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dhs)
    states_torch = [torch.from_numpy(state[None]).requires_grad_() for state in states]

    def ours():
        hs, *_, cache = forward(x, *states, W_x, W_h, *biases)
        return hs, *backward(dhs, cache)

    def theirs():
        leaves = [x_torch, *states_torch, *weights]
        for leaf in leaves:
            leaf.grad = None
        hs, _ = layer(x_torch, tuple(states_torch) if n_states == 2 else states_torch[0])
        hs.backward(dhs_torch)
        return hs.detach(), *(leaf.grad for leaf in leaves)

    def loop():
        return plain_loop(x, *states, W_x, W_h, *biases, dhs)

    # A race between different results would mean nothing.
    tolerance = {"rtol": 1e-9, "atol": 1e-9} if dtype == "float64" else {"rtol": 1e-2, "atol": 1e-2}
    for a, c, d in zip(ours(), theirs(), loop(), strict=False):
        np.testing.assert_allclose(a, c.numpy().reshape(a.shape), **tolerance)
        np.testing.assert_allclose(a, d, **tolerance)
    return {"ours": ours, "loop": loop, "torch": theirs}


def verdict(met: bool) -> str:
    return "met" if met else "NOT MET"


def main() -> None:
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, one thread, interleaved medians\n")

    H = 32
    rng = np.random.default_rng(0)
    W_h = recurrent_matrix("orthogonal", H, 1.0, rng)
    inputs = 0.1 * rng.standard_normal((T, H))
    magnitudes = np.linspace(0.5, 1.5, 60)
    kinds = ("identity", "tanh", "relu")
    single = medians({kind: lambda kind=kind: log_gradient_norms(W_h, T, kind, inputs) for kind in kinds})
    grid = medians({kind: lambda kind=kind: log_gradient_norm_grid(W_h, magnitudes, T, kind, inputs) for kind in kinds})
    print(f"{'gradient norms, H = 32, T = 100':<46}{'ms':>8}{'target':>8}")
    for kind in kinds:
        print(f"{'  one run, ' + kind:<46}{single[kind]:>8.2f}{3:>8} {verdict(single[kind] <= 3)}")
    total = sum(grid.values())
    print(f"{'  60 magnitudes x identity, tanh, relu':<46}{total:>8.2f}{30:>8} {verdict(total <= 30)}")

    steps = 1000
    norms = log_gradient_norms(recurrent_matrix("orthogonal", H, 1.5, rng), steps)
    error = np.abs(norms - np.arange(steps, -1, -1) * np.log(1.5)).max()
    met = bool(np.isfinite(norms).all() and error <= 1e-10)
    label = "  T = 1000, radius 1.5: largest error (nats)"
    print(f"{label:<46}{error:>8.0e}{1e-10:>8.0e} {verdict(met)}\n")

    print("forward + backward, D = H; ratios other / ours")
    headings = f"{'cell':<6}{'dtype':<9}{'T':>5}{'B':>4}{'H':>5}{'ours ms':>9}{'loop ms':>9}{'torch ms':>9}"
    print(headings + f"{'loop':>7}{'torch':>7}  targets")
    for cell, targets in TARGETS.items():
        for dtype in ("float64", "float32"):
            for (B, width), wanted in targets.items():
                race(
                    cell, dtype, T, B, width, *(wanted if dtype == "float64" else (0, LSTM_FLOAT32 * (cell == "LSTM")))
                )
        race(cell, "float64", 1000, 32, 128, 1.0, 0)  # memory: what does not stay in the processor's cache


def race(cell: str, dtype: str, T: int, B: int, H: int, loop_target: float, torch_target: float) -> None:
    """Print one line; a target of 0 is none."""
    ms = medians(rivals(cell, B, H, dtype, T), rounds=max(3, min(40, 6 * 10**8 // (T * B * H * H))))
    ratios = {name: ms[name] / ms["ours"] for name in ("loop", "torch")}
    row = f"{cell:<6}{dtype:<9}{T:>5}{B:>4}{H:>5}" + "".join(f"{ms[name]:>9.2f}" for name in ("ours", "loop", "torch"))
    row += "".join(f"{ratio:>7.2f}" for ratio in ratios.values())
    wanted = {name: target for name, target in (("loop", loop_target), ("torch", torch_target)) if target}
    if wanted:
        targets = ", ".join(f"{name} {target}" for name, target in wanted.items())
        row += f"  {targets}: {verdict(all(ratios[name] >= target for name, target in wanted.items()))}"
    print(row, flush=True)


if __name__ == "__main__":
    main()
