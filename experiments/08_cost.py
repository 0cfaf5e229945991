"""What one layer costs as T grows: linear recurrence by loop and by scan, LSTM, attention. About 4 minutes.

One sequence, 128 numbers in and out, float32, one thread. The linear layer is a minGRU: its gates, and their gradients,
are PyTorch's, its recurrence and the way back through it are the book's NumPy code. Attention is causal, 4 heads: once
with its matrix of T x T weights kept, as the equation says, once by PyTorch's fused function, which never holds all of
it. The fastest of some runs, by this thread's own time: one machine's, so only ratios and slopes are worth quoting.
Memory is what the forward pass keeps for the way back, counted, not measured. Then what the next token costs at
position T, and what must be kept for it. Then loop against scan, when more sequences run at once.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.linear_recurrence import scan, scan_backward, scan_cost

D, HEADS = 128, 4
LENGTHS = [64, 128, 256, 512, 1024, 2048, 4096, 8192]
LAYERS = ["linear, loop", "linear, scan", "LSTM", "attention, matrix", "attention, fused"]
MOST = {"attention, matrix": 4096}  # a matrix of 8192 x 8192 for each head would be a gigabyte, several times
BATCHES, STEPS = [1, 4, 16, 64], 1024
METHODS = ["loop", "hillis-steele", "blelloch"]
TOKENS = 50
BUDGET = 0.4  # seconds for the repeats of one number; at least 3 of them
SETTINGS = {"D": D, "heads": HEADS, "B": 1, "lengths": LENGTHS, "dtype": "float32", "threads": 1,
            "loop against scan": {"T": STEPS, "B": BATCHES}}  # fmt: skip


def recurrence(method: str) -> Any:
    """The book's recurrence as a function that PyTorch can differentiate; the way back by the same method."""
    import torch

    class Recurrence(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, a: Any, b: Any) -> Any:
            hs = torch.from_numpy(scan(a.detach().numpy(), b.detach().numpy(), method=method))
            context.save_for_backward(a, hs)
            return hs

        @staticmethod
        def backward(context: Any, dhs: Any) -> Any:
            a, hs = (tensor.numpy() for tensor in context.saved_tensors)
            da, db = backward(dhs.numpy(), a, hs, method)
            return torch.from_numpy(da), torch.from_numpy(db)

    return Recurrence.apply


def backward(dhs: Any, a: Any, hs: Any, method: str) -> tuple[Any, Any]:
    """`scan_backward` from h_0 = 0 for a of three axes, by any method."""
    late = np.concatenate([np.zeros_like(a[:1]), a[:0:-1]])
    dh = scan(late, dhs[::-1], method=method)[::-1]
    before = np.concatenate([np.zeros_like(hs[:1]), hs[:-1]])
    return before * dh, np.ascontiguousarray(dh)


def layer(name: str) -> tuple[Callable[[Any], Any], list[Any]]:
    """A function x (T, 1, D) -> (T, 1, D), and its parameters."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    torch.manual_seed(0)
    if name == "LSTM":
        lstm = torch.nn.LSTM(D, D)
        return lambda x: lstm(x)[0], list(lstm.parameters())
    if name.startswith("linear"):
        gates = torch.nn.Linear(D, 2 * D)
        run = recurrence("loop" if name.endswith("loop") else "blelloch")

        def mingru(x: Any) -> Any:
            z, n = gates(x).chunk(2, -1)
            z = torch.sigmoid(z)
            return run(1 - z, z * n)

        return mingru, list(gates.parameters())
    into, out = torch.nn.Linear(D, 3 * D), torch.nn.Linear(D, D)

    def attention(x: Any) -> Any:
        T = len(x)
        q, k, v = into(x).view(T, 3, HEADS, -1).permute(1, 2, 0, 3)[:, None]  # each (1, heads, T, D / heads)
        if name.endswith("fused"):
            found = scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            later = torch.ones(T, T, dtype=torch.bool).triu(1)
            scores = (q @ k.transpose(-1, -2)) * q.shape[-1] ** -0.5
            found = scores.masked_fill(later, -torch.inf).softmax(-1) @ v
        return out(found.permute(0, 2, 1, 3).reshape(T, 1, D))

    return attention, [*into.parameters(), *out.parameters()]


def run(name: str, T: int, train: bool) -> Callable[[], None]:
    """One forward pass, with `train` one backward pass as well."""
    import torch

    f, parameters = layer(name)
    x = torch.randn(T, 1, D, generator=torch.Generator().manual_seed(0))

    def forward() -> None:
        with torch.no_grad():
            f(x)

    def both() -> None:
        for parameter in parameters:
            parameter.grad = None
        f(x).sum().backward()

    return both if train else forward


def next_token(name: str, T: int) -> tuple[Callable[[], None], int]:
    """One more token when T are there already; and how many bytes were kept of those."""
    import torch

    x = torch.randn(1, D, generator=torch.Generator().manual_seed(0))
    if name == "LSTM":
        cell, state = torch.nn.LSTMCell(D, D), (torch.zeros(1, D), torch.zeros(1, D))
        return lambda: cell(x, state), 2 * D * 4
    if name.startswith("linear"):
        gates, h = torch.nn.Linear(D, 2 * D), torch.zeros(1, D)

        def step() -> None:
            z, n = gates(x).chunk(2, -1)
            torch.lerp(h, n, torch.sigmoid(z))  # (1 - z) h + z n

        return step, D * 4
    into, out = torch.nn.Linear(D, 3 * D), torch.nn.Linear(D, D)
    keys, values = torch.randn(2, HEADS, T, D // HEADS)

    def look() -> None:
        q, k, v = into(x).view(3, HEADS, 1, -1)
        keys[:, -1:], values[:, -1:] = k, v  # into its place in the cache
        weights = ((q @ keys.transpose(-1, -2)) * q.shape[-1] ** -0.5).softmax(-1)
        out((weights @ values).reshape(1, D))

    return look, 2 * T * D * 4


def token_cost(name: str, T: int) -> tuple[float, int]:
    """Milliseconds of `next_token`, the mean of 50, since one is too short for the clock; and the bytes."""
    import torch

    with torch.no_grad():
        step, kept = next_token(name, T)
        return round(least(lambda: [step() for _ in range(TOKENS)]) / TOKENS, 5), kept


def least(call: Callable[[], Any]) -> float:
    """Milliseconds of the fastest run within the budget, of this thread's own time; the first does not count."""
    call()
    seconds: list[float] = []
    while len(seconds) < 3 or sum(seconds) < BUDGET:
        started = time.thread_time()
        call()
        seconds.append(time.thread_time() - started)
    return round(1000 * min(seconds), 4)


def kept(name: str, T: int) -> float:
    """Megabytes that the forward pass keeps for the way back, weights apart: every array counted once."""
    import torch

    f, parameters = layer(name)
    own = {parameter.untyped_storage().data_ptr() for parameter in parameters}
    held: dict[int, Any] = {}  # the arrays themselves, too, so that no place in memory is given out twice

    def note(tensor: Any) -> Any:
        held[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        ys = f(torch.randn(T, 1, D))
    del ys
    return round(sum(t.untyped_storage().nbytes() for place, t in held.items() if place not in own) / 2**20, 4)


def loop_or_scan(B: int) -> dict[str, dict[str, float]]:
    """Milliseconds of the recurrence alone in NumPy, forward and back, and what the counts of combinations say."""
    rng = np.random.default_rng(0)
    a, b, dhs = (rng.random((STEPS, B, D), dtype=np.float32) for _ in range(3))
    found = {}
    for method in METHODS:
        hs = scan(a, b, method=method)
        cost = scan_cost(STEPS, method)
        found[method] = {
            "forward": least(lambda method=method: scan(a, b, method=method)),
            "backward": least(lambda method=method, hs=hs: backward(dhs, a, hs, method)),
            "depth": cost.depth,
            "work": cost.work,
        }
    check = scan_backward(dhs, a, hs)
    assert np.allclose(backward(dhs, a, hs, "loop")[0], check.a, rtol=1e-4, atol=1e-4)
    return found


def record(results: dict[str, Any]) -> dict[str, Any]:
    """What the figure needs of it."""
    return {"lengths": LENGTHS, "D": D, "layers": results["layers"]}


if __name__ == "__main__":
    import torch
    from common import keep, save

    torch.set_num_threads(1)
    results: dict[str, Any] = {"layers": {}, "loop against scan": {}}
    for name in LAYERS:
        rows: dict[str, list[float | None]] = {}
        for T in LENGTHS:
            fits = MOST.get(name, T) >= T
            token, bytes_kept = token_cost(name, T)
            for what, value in {
                "forward, ms": least(run(name, T, False)) if fits else None,
                "training, ms": least(run(name, T, True)) if fits else None,
                "training, MB": kept(name, T) if fits else None,
                "next token, ms": token,
                "next token, MB": round(bytes_kept / 2**20, 5),
            }.items():
                rows.setdefault(what, []).append(value)
        results["layers"][name] = rows
        print(name, rows, flush=True)
    for B in BATCHES:
        results["loop against scan"][str(B)] = loop_or_scan(B)
        print("B", B, results["loop against scan"][str(B)], flush=True)
    save(__file__, SETTINGS, results)
    keep("linear_recurrence_cost", record(results))
