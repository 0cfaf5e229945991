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
from helpers.gradients import log_gradient_norm_grid, log_gradient_norms, recurrent_matrix
from helpers.rnn_basics import rnn_forward

torch.set_num_threads(1)

T = 100
# (B, H): wanted ratios loop / ours and torch / ours, in float64. D = H.
TARGETS = {(1, 32): (3.0, 3.0), (32, 32): (1.7, 1.8), (32, 128): (1.2, 1.1)}


def medians(rivals: dict[str, Callable[[], Any]], rounds: int = 60) -> dict[str, float]:
    """Median milliseconds of each; they take turns, so that a busy moment of the machine hits all alike.

    In an order drawn anew for each round: whoever comes second finds the inputs in the processor's cache.
    """
    times: dict[str, list[float]] = {name: [] for name in rivals}
    rng = np.random.default_rng(0)
    for turn in range(rounds + 3):  # the first three warm up
        for name in rng.permutation(list(rivals)):
            start = time.perf_counter()
            rivals[name]()
            if turn >= 3:
                times[name].append(time.perf_counter() - start)
    return {name: 1e3 * float(np.median(values)) for name, values in times.items()}


def loop_forward_backward(x, h0, W_x, W_h, b, dhs):
    """What a careful beginner writes: the equations step by step, weight gradients added up as they come."""
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


def rnn_rivals(B: int, H: int, dtype: str) -> dict[str, Callable[[], Any]]:
    rng = np.random.default_rng(0)
    x, dhs = rng.standard_normal((2, T, B, H)).astype(dtype)
    h0 = rng.standard_normal((B, H)).astype(dtype)
    W_x, W_h = (rng.standard_normal((2, H, H)) / H**0.5).astype(dtype)
    b = rng.standard_normal(H).astype(dtype)

    layer = torch.nn.RNN(H, H, dtype=getattr(torch, dtype))
    with torch.no_grad():
        for name, value in {"weight_ih": W_x, "weight_hh": W_h, "bias_ih": b, "bias_hh": 0 * b}.items():
            getattr(layer, f"{name}_l0").copy_(torch.from_numpy(value))
    x_torch = torch.from_numpy(x).requires_grad_()
    h0_torch = torch.from_numpy(h0[None]).requires_grad_()
    dhs_torch = torch.from_numpy(dhs)

    def ours():
        hs, cache = rnn_forward(x, h0, W_x, W_h, b)
        return hs, *rnn_backward(dhs, cache)

    def theirs():
        layer.zero_grad()
        x_torch.grad = h0_torch.grad = None
        hs, _ = layer(x_torch, h0_torch)
        hs.backward(dhs_torch)
        weights = layer.weight_ih_l0.grad, layer.weight_hh_l0.grad, layer.bias_ih_l0.grad
        return hs.detach(), x_torch.grad, h0_torch.grad[0], *weights

    def loop():
        return loop_forward_backward(x, h0, W_x, W_h, b, dhs)

    # A race between different results would mean nothing.
    tolerance = {"rtol": 1e-9, "atol": 1e-9} if dtype == "float64" else {"rtol": 1e-2, "atol": 1e-2}
    for a, c, d in zip(ours(), theirs(), loop(), strict=True):
        np.testing.assert_allclose(a, c.numpy(), **tolerance)
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

    print("RNN forward + backward, T = 100, D = H; ratios other / ours, targets for float64")
    headings = f"{'dtype':<9}{'B':>4}{'H':>5}{'ours ms':>9}{'loop ms':>9}{'torch ms':>9}"
    print(headings + f"{'loop':>7}{'torch':>7}  targets")
    for dtype in ("float64", "float32"):
        for (B, width), (loop_target, torch_target) in TARGETS.items():
            ms = medians(rnn_rivals(B, width, dtype), rounds=40)
            loop, peer = ms["loop"] / ms["ours"], ms["torch"] / ms["ours"]
            row = f"{dtype:<9}{B:>4}{width:>5}{ms['ours']:>9.2f}{ms['loop']:>9.2f}{ms['torch']:>9.2f}"
            row += f"{loop:>7.2f}{peer:>7.2f}"
            if dtype == "float64":
                met = loop >= loop_target and peer >= torch_target
                row += f"  {loop_target}, {torch_target}: {verdict(met)}"
            print(row)


if __name__ == "__main__":
    main()
