"""Parity and counting modulo 3, inside the trained lengths and beyond them. About seven minutes.

Models of 16 units (`helpers.linear_recurrence.start_parity`), trained on sequences of 1 to 16 or 1 to 40 bits, asked at
every step, tested on 300 fresh sequences at lengths up to 512. 500 updates; the model with a hidden layer between
state and answer 3000, to give positive factors help: it may count the ones, and leave it to the hidden layer to tell
even counts from odd ones. The right length is the longest up to which every tested length has at least 99 % right. The
factors of the unit that flips best are kept, too: how near they come to 1 at a 0 and to -1 at a 1 decides how far a
linear model goes. Counting modulo 3 needs a factor that turns by a third of a circle: the model "complex" has factors
of radius 1 and any angle. All of them have a hidden layer of 32 there. With names of models, or "modulo 3", behind it
the script runs these alone.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from helpers.linear_recurrence.parity import (
    ParityModel,
    parity_accuracy,
    parity_factors,
    parity_states,
    start_parity,
    train_parity,
)
from helpers.linear_recurrence.tracking import parity_task

H, HIDDEN, FRESH = 16, 64, 300
LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 44, 48, 56, 64, 80, 96, 112, 128,
           160, 192, 224, 256, 320, 384, 448, 512]  # fmt: skip
LONGEST = [16, 40]
MODELS = {  # kind, hidden units, updates
    "positive": ("positive", 0, 500),
    "positive, hidden layer": ("positive", HIDDEN, 3000),
    "minGRU": ("mingru", 0, 500),
    "signed": ("signed", 0, 500),
    "clipped": ("clipped", 0, 500),
    "tanh": ("tanh", 0, 500),
    "LSTM": ("lstm", 0, 500),
}
RIGHT = 0.99
MODULUS, COUNTING_HIDDEN, COUNTING_UPDATES = 3, 32, 500
COUNTING = ["signed", "complex", "tanh"]
SETTINGS = {"H": H, "trained up to": LONGEST, "fresh": FRESH, "lengths": LENGTHS, "models": MODELS, "right": RIGHT,
            "modulo 3": {"hidden": COUNTING_HIDDEN, "updates": COUNTING_UPDATES, "trained up to": 40}}  # fmt: skip


def run(name: str, longest: int, seed: int) -> tuple[ParityModel, list[float]]:
    """One model and how often it is right at each length."""
    kind, hidden, updates = MODELS[name]
    model = start_parity(kind, seed, H, hidden)
    train_parity(model, updates, np.random.default_rng(seed), longest)
    return model, parity_accuracy(model, LENGTHS, np.random.default_rng(1000 + seed), FRESH).tolist()


def right_length(curve: list[float]) -> int:
    """The longest of the lengths up to which all are right in at least 99 of 100 sequences; 0 if none is."""
    below = np.flatnonzero(np.array(curve) < RIGHT)
    return LENGTHS[below[0] - 1] if len(below) and below[0] else 0 if len(below) else LENGTHS[-1]


def best_unit(model: ParityModel) -> list[float]:
    """The factors at a 0 and at a 1 of the unit that flips best: the one that keeps most over one of each."""
    factors = parity_factors(model)
    flips = np.where(factors[1] < 0, np.abs(factors[0] * factors[1]), -1.0)
    return [round(float(a), 4) for a in factors[:, flips.argmax()]]


def summed(curves: list[list[float]]) -> dict[str, Any]:
    """Curves and right lengths of all seeds."""
    from common import middle, summary

    return {"accuracy": middle(curves), "right up to": summary([right_length(curve) for curve in curves])}


def counting(kind: str, seed: int) -> list[float]:
    """Train one model to say the number of ones modulo 3, with the recipe of `train_parity`; its curve."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    wide = 2 if kind == "complex" else 1
    layer: Any = nn.RNN(2, H) if kind == "tanh" else nn.Linear(2, 2 * H)
    readout = nn.Sequential(nn.Linear(wide * H, COUNTING_HIDDEN), nn.ReLU(), nn.Linear(COUNTING_HIDDEN, MODULUS))
    model, rng = ParityModel(kind, layer, readout), np.random.default_rng(seed)

    def scores(x: Any) -> Any:
        return readout(turning(layer, x) if kind == "complex" else parity_states(model, x))

    weights = [*layer.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(weights, 0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.02, COUNTING_UPDATES, pct_start=0.1)
    for _ in range(COUNTING_UPDATES):
        x, targets = count_task(int(rng.integers(1, 41)), 64, rng)
        loss = nn.functional.cross_entropy(scores(x).flatten(0, 1), targets.flatten())
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
    x, targets = count_task(LENGTHS[-1], FRESH, np.random.default_rng(1000 + seed))
    with torch.no_grad():
        right = (scores(x).argmax(-1) == targets).double().mean(1)
    return [float(right[length - 1]) for length in LENGTHS]


def count_task(T: int, batch: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Bits, and the number of ones so far modulo 3."""
    import torch

    x, _ = parity_task(T, batch, rng)
    ones = x[..., 1].astype(np.int64)
    return torch.tensor(x, dtype=torch.float32), torch.as_tensor(np.cumsum(ones, axis=0) % MODULUS)


def turning(layer: Any, x: Any) -> Any:
    """States whose factors have radius 1 and an angle by the bit, real and imaginary parts, (T, B, 2H)."""
    import torch

    u, b = layer(x).chunk(2, dim=-1)
    a, hs = torch.polar(torch.ones_like(u), np.pi * u), b.to(torch.complex64)
    distance = 1
    while distance < len(hs):
        hs = torch.cat([hs[:distance], a[distance:] * hs[:-distance] + hs[distance:]])
        a = torch.cat([a[:distance], a[distance:] * a[:-distance]])
        distance *= 2
    return torch.cat([hs.real, hs.imag], dim=-1)


def record(results: dict[str, Any]) -> dict[str, Any]:
    """What the figure needs of it."""

    def short(row: dict[str, Any]) -> dict[str, Any]:
        return {name: row["accuracy"][name] for name in ("median", "worst")} | {
            "best": np.max(row["accuracy"]["each"], axis=0).tolist(),
            "right up to": row["right up to"]["median"],
        }

    parity = {name: {longest: short(row) for longest, row in rows.items()} for name, rows in results["parity"].items()}
    counted = {name: short(row) for name, row in results["modulo 3"].items()}
    return {"lengths": LENGTHS, "parity": parity, "modulo 3": counted}


if __name__ == "__main__":
    import torch
    from common import SEEDS, keep, save

    torch.set_num_threads(1)
    parts = sys.argv[1:] or [*MODELS, "modulo 3"]
    results: dict[str, Any] = {"parity": {}, "modulo 3": {}, "factors of the unit that flips best, at 0 and at 1": {}}
    for name in parts:
        if name == "modulo 3":
            for kind in COUNTING:
                row = results[name][kind] = summed([counting(kind, seed) for seed in SEEDS])
                print(name, kind, row["right up to"], row["accuracy"]["median"], flush=True)
            continue
        results["parity"][name] = {}
        for longest in LONGEST:
            runs = [run(name, longest, seed) for seed in SEEDS]
            row = results["parity"][name][str(longest)] = summed([curve for _, curve in runs])
            print(name, longest, row["right up to"], row["accuracy"]["median"], flush=True)
            if name in ("signed", "clipped"):
                found = [best_unit(model) for model, _ in runs]
                results["factors of the unit that flips best, at 0 and at 1"][f"{name}, {longest}"] = found
                print(found, flush=True)
    if sys.argv[1:]:
        file = Path(__file__).with_suffix(".json")
        before = json.loads(file.read_text(encoding="utf-8"))["results"] if file.exists() else {}
        results = {name: before.get(name, {}) | rows for name, rows in results.items()}
        known = results["parity"]
        results["parity"] = {name: known[name] for name in MODELS if name in known}
    save(__file__, SETTINGS, results)
    keep("linear_recurrence_parity", record(results))
