"""The adding problem of chapter 4, 100 steps: LRU, minGRU and minLSTM beside LSTM and GRU. About five minutes.

About 4,500 parameters each, batches of 50 fresh sequences, Adam, gradient clipped at norm 1, float32.
The error is measured every 25 updates on 500 fresh sequences; below 0.01 the problem counts as solved (`04_adding.py`).
A cell whose state is linear needs its nonlinearity outside of time: the minimal cells come in two layers, the LRU
stands on a layer of ReLU. On the seeds 100 and 101 one rate was tried, and for the minGRU the biases 0, 3 and 5.
Updates of LSTM and GRU are chapter 4's (`04_equal.json`: same task and batches, NumPy). Milliseconds of processor time
per update, the least of many, are the machine's, their ratios less so: the linear cells run by a scan of PyTorch
operations, LSTM and GRU by one compiled function of PyTorch.
"""

import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from helpers.data import adding_task
from helpers.linear_recurrence import start_lru

T, BATCH, FRESH, EVERY, SOLVED = 100, 50, 500, 25, 0.01
UPDATES, TIMED = 1000, 20
BELOW = 32  # units of ReLU below the LRU
RING = {"r_min": 0.9, "r_max": 0.999, "max_phase": 0.3}


class Recipe(NamedTuple):
    """What suits one kind of cell, and the size at which all have about as many parameters."""

    H: int
    layers: int
    rate: float
    bias: float


RECIPES = {
    "mingru": Recipe(45, 2, 0.01, 3.0),  # of the gate that writes, at its negative: it starts mostly shut
    "minlstm": Recipe(36, 2, 0.01, 3.0),  # of the forget gate
    "lru": Recipe(65, 1, 0.01, 0.0),
    "lstm": Recipe(32, 1, 0.02, 2.0),
    "gru": Recipe(37, 1, 0.02, 2.0),
}
OLD = {"lstm": "lstm", "gru": "gru, equal parameters"}  # in the results of chapter 4
SETTINGS = {"T": T, "batch": BATCH, "updates": UPDATES, "solved below": SOLVED, "every": EVERY, "fresh": FRESH,
            "units below the LRU": BELOW, "ring": RING,
            "recipes": {kind: recipe._asdict() for kind, recipe in RECIPES.items()}}  # fmt: skip


def linear_scan(a: Any, b: Any) -> Any:
    """`helpers.linear_recurrence.scan` by Hillis and Steele's method, in operations that PyTorch differentiates."""
    import torch

    reach = 1
    while reach < len(b):
        b = torch.cat([b[:reach], b[reach:] + a[reach:] * b[:-reach]])
        a = torch.cat([a[:reach], a[reach:] * a[:-reach]])
        reach *= 2
    return b


def model(kind: str, seed: int) -> tuple[Any, list[Any]]:
    """A function x (T, B, 2) -> answers (B,), and its parameters."""
    import torch

    torch.manual_seed(seed)
    H, layers, _, bias = RECIPES[kind]
    parameters: list[Any] = []

    def linear(into: int, out: int) -> Any:
        made = torch.nn.Linear(into, out)
        parameters.extend(made.parameters())
        return made

    if kind in ("lstm", "gru"):
        cell = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](2, H)
        with torch.no_grad():
            for name in ("bias_ih_l0", "bias_hh_l0"):
                getattr(cell, name).zero_()
            cell.bias_ih_l0[H : 2 * H] = bias  # the second block of rows: forget gate, update gate
        parameters.extend(cell.parameters())
        read = linear(H, 1)
        return lambda x: read(cell(x)[0][-1])[:, 0], parameters
    if kind == "lru":
        below, start = linear(2, BELOW), start_lru(BELOW, 1, H, np.random.default_rng(seed), **RING)
        nu, theta = (torch.tensor(values, dtype=torch.float32) for values in (start.nu, start.theta))
        into = torch.tensor(start.B, dtype=torch.complex64)
        parameters.extend(tensor.requires_grad_() for tensor in (nu, theta, into))
        read = linear(2 * H, 1)

        def lru(x: Any) -> Any:
            radius = torch.exp(-torch.exp(nu))
            a = torch.polar(radius, torch.exp(theta)).expand(len(x), 1, H)
            u = torch.relu(below(x)).to(torch.complex64) @ into.T
            h = linear_scan(a, torch.sqrt(1 - radius**2) * u)[-1]
            return read(torch.cat([h.real, h.imag], -1))[:, 0]

        return lru, parameters
    blocks = 2 if kind == "mingru" else 3
    gates = [linear(2 if n == 0 else H, blocks * H) for n in range(layers)]
    read = linear(H, 1)

    def minimal(x: Any) -> Any:
        for layer in gates:
            parts = layer(x).chunk(blocks, -1)
            if kind == "mingru":
                keep = torch.sigmoid(bias - parts[0])
            else:
                i, f = torch.sigmoid(parts[0]), torch.sigmoid(parts[1] + bias)
                keep = f / (f + i)
            x = linear_scan(keep, (1 - keep) * parts[-1])
        return read(x[-1])[:, 0]

    return minimal, parameters


def train(kind: str, seed: int, updates: int = UPDATES) -> dict[str, Any]:
    """One run, until it is solved or the budget ends."""
    import torch

    f, parameters = model(kind, seed)
    optimiser = torch.optim.Adam(parameters, RECIPES[kind].rate)

    def batch(n: int, rng: np.random.Generator) -> tuple[Any, Any]:
        x, targets = adding_task(T, n, rng)
        return torch.tensor(x, dtype=torch.float32), torch.tensor(targets[-1, :, 0], dtype=torch.float32)

    rng, errors, spent, solved = np.random.default_rng(seed), [], [], None
    fresh, sums = batch(FRESH, np.random.default_rng(1000 + seed))
    for done in range(updates + 1):
        if done % EVERY == 0:
            with torch.no_grad():
                errors.append(round(float(((f(fresh) - sums) ** 2).mean()), 4))
            if errors[-1] < SOLVED:
                solved = done
                break
        x, wanted = batch(BATCH, rng)
        started = time.thread_time()
        loss = ((f(x) - wanted) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        spent.append(1000 * (time.thread_time() - started))
    count = sum((2 if p.is_complex() else 1) * p.numel() for p in parameters)
    return {"solved": solved, "errors": errors, "parameters": count, "ms": min(spent, default=0.0)}


def row(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Updates until solved, of all seeds: null where the budget ended first."""
    solved = [run["solved"] for run in runs]
    median = float(np.median([np.inf if n is None else n for n in solved]))
    return {
        "parameters": runs[0]["parameters"],
        "solved": sum(n is not None for n in solved),
        "median": None if np.isinf(median) else median,
        "worst": None if None in solved else max(solved),
        "each": solved,
        "ms per update": round(min(run["ms"] for run in runs), 1),
        "error every 25 updates": [run["errors"] for run in runs],
    }


if __name__ == "__main__":
    import torch
    from common import SEEDS, save

    torch.set_num_threads(1)
    results = {}
    before = json.loads(Path(__file__).with_name("04_equal.json").read_text(encoding="utf-8"))["results"]["adding"]
    for kind in RECIPES:
        if kind in OLD:
            results[kind] = before[OLD[kind]] | {"ms per update": row([train(kind, 0, TIMED)])["ms per update"]}
            results[kind]["solved"] = sum(n < 1500 for n in results[kind]["each"])
        else:
            results[kind] = row([train(kind, seed) for seed in SEEDS])
        print(kind, {k: v for k, v in results[kind].items() if not k.startswith("error")}, flush=True)
    save(__file__, SETTINGS, results)
