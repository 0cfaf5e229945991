"""LSTM against GRU, at equal numbers of parameters and at equal H, on three tasks. About five minutes.

- adding: updates until the adding problem of 100 steps is solved (`helpers.adding`);
- fables: bits per character of a language model on chapter 2's fables, as `02_language.py` trains and tests its
  short run of a tanh network (64 units, 8,288 parameters, 0.434 bits);
- counting: a^n b^n, trained with n up to 50; the longest n up to which every b and every end is told right.

The adding recipe was chosen on the seeds 100 to 107, the fables' rates on seed 100 (two a cell), counting has the first
that was tried. Then milliseconds of processor time per update, both cells and torch's in turn, medians of many rounds:
these are the machine's, their ratios less so. With names of
parts behind it (`04_equal.py time fables`) the script runs these alone.
"""

import importlib.util
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from helpers.adding import train_adding
from helpers.arrays import UNASKED, FloatArray, IntArray
from helpers.counts import layer_parameters
from helpers.data import adding_task
from helpers.language import _passes, learning_rate
from helpers.layers import layer_backward, layer_forward
from helpers.networks import Network, network_gradient, run_network, start_network, train_network
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import cross_entropy, output_backward, output_layer
from helpers.text import one_hot

_spec = importlib.util.spec_from_file_location("language", Path(__file__).with_name("02_language.py"))
language = importlib.util.module_from_spec(_spec)  # type: ignore[arg-type]
_spec.loader.exec_module(language)  # type: ignore[union-attr]

# For each task the sizes: LSTM, the GRU with as many parameters, the GRU with as many units.
SIZES = {"adding": (32, 37, 32), "fables": (29, 34, 29), "counting": (10, 11, 10)}
ENDS = {"adding": (2, 1), "fables": (32, 32), "counting": (3, 2)}
RECIPES = {
    "adding": {"lstm": {"rate": 0.02, "bias": 2.0}, "gru": {"rate": 0.02, "bias": 2.0}, "updates": 1500},
    "fables": {"lstm": {"rate": 0.02, "bias": 1.0}, "gru": {"rate": 0.02, "bias": 1.0}, "updates": 2500},
    "counting": {"lstm": {"rate": 0.01, "bias": 1.0}, "gru": {"rate": 0.01, "bias": 1.0}, "updates": 2000},
}
LONGEST, ASKED = 50, 400


def parameters(task: str, kind: str, H: int) -> int:
    """Of the layer and its output layer."""
    D, V = ENDS[task]
    return layer_parameters(kind, D, H) + V * H + V


def start(task: str, kind: str, H: int, rng: np.random.Generator) -> Network:
    """An untrained network, float32."""
    scheme = "orthogonal" if task == "fables" else "torch"
    return start_network(kind, ENDS[task][0], H, ENDS[task][1], rng, scheme=scheme, bias=RECIPES[task][kind]["bias"],
                         dtype="float32")  # fmt: skip


def adding(kind: str, H: int, seed: int) -> float:
    """Updates until solved, or the whole budget."""
    recipe = RECIPES["adding"]
    return train_adding(kind, seed, updates=recipe["updates"], H=H, **recipe[kind]).solved or recipe["updates"]


def scores(network: Network, ids: IntArray) -> FloatArray:
    """Scores before each character of a text, given all before it, (N, V)."""
    x = one_hot(ids[:-1], len(network.b_y), network.b_y.dtype)[:, None]
    hs, _, _ = layer_forward(network.layers[0], x)
    return np.concatenate([network.b_y[None], output_layer(hs, network.W_y, network.b_y)[:, 0]])


def bits(network: Network, ids: IntArray) -> float:
    """Bits per character."""
    return cross_entropy(scores(network, ids), ids)[0] / np.log(2)


def language_model(kind: str, H: int, seed: int, updates: int | None = None) -> Network:
    """Truncated backpropagation as `helpers.language.fit` does it, for one layer of any kind; the last model."""
    settings, rng = language.RUNS["fables, short"], np.random.default_rng(seed)
    _, (train, _, _) = language.parts("fables")
    network, peak, total = start("fables", kind, H, rng), RECIPES["fables"][kind]["rate"], RECIPES["fables"]["updates"]
    memory, state, V = adam_start(network), None, len(network.b_y)
    chunks = _passes(train, settings["batch"], settings["K"], rng)
    for i, (first, x, y) in zip(range(updates or total), chunks, strict=False):
        hs, state, cache = layer_forward(network.layers[0], one_hot(x, V, "float32"), None if first else state)
        _, dy = cross_entropy(output_layer(hs, network.W_y, network.b_y), y)
        dhs, dW_y, db_y = output_backward(dy, hs, network.W_y)
        gradient, _ = clip_by_norm(Network((layer_backward(dhs, cache).weights,), dW_y, db_y), 1.0)
        network, memory = adam_step(network, gradient, memory, learning_rate(i, total, peak))
    return network


def counting_task(ns: IntArray) -> tuple[FloatArray, IntArray]:
    """a^n b^n for each n: after each b, is the next a b (0) or the end (1)? Inputs a, b, and nothing."""
    steps, n = np.arange(2 * ns.max())[:, None], np.asarray(ns)
    classes = np.where(steps < n, 0, np.where(steps < 2 * n, 1, 2))
    targets = np.where(classes == 1, steps == 2 * n - 1, UNASKED)
    return np.eye(3)[classes], targets.astype(int)


def counted(kind: str, H: int, seed: int) -> int:
    """The longest n up to which every answer is right, of 1 to 400."""
    rng, recipe = np.random.default_rng(seed), RECIPES["counting"]
    task = lambda rng: counting_task(rng.integers(1, LONGEST + 1, size=32))  # noqa: E731
    network = train_network(start("counting", kind, H, rng), task, recipe["updates"], rng, recipe[kind]["rate"]).network
    x, targets = counting_task(np.arange(1, ASKED + 1))
    right = ((run_network(network, x)[0].argmax(axis=-1) == targets) | (targets < 0)).all(axis=0)
    return int(np.flatnonzero(np.append(~right, True))[0])


def update_times(T: int = 100, batch: int = 50, rounds: int = 25) -> dict[str, float]:
    """Milliseconds of processor time of one update on the adding problem, float32, one thread, all in turn; medians."""
    import torch

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    x, targets = adding_task(T, batch, rng)
    calls: dict[str, Any] = {}
    for H in (32, 64, 128):
        sizes = {"lstm": H, "gru": H, "gru, equal parameters": equal_gru(2, H, 1)}
        for name, units in sizes.items():
            kind = name[:4].rstrip(",")
            calls[f"ours, {name}, H = {units}"] = _our_update(kind, units, x, targets)
            calls[f"torch, {name}, H = {units}"] = _torch_update(kind, units, x, targets)
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            begun = time.process_time()
            call()
            taken[name].append(1000 * (time.process_time() - begun))
    return {name: round(float(np.median(times)), 2) for name, times in taken.items()}


def equal_gru(D: int, H: int, V: int) -> int:
    """Units of the GRU whose parameters come nearest to those of an LSTM of H, output layers included."""
    wanted = layer_parameters("lstm", D, H) + V * H
    return min(range(H, 2 * H), key=lambda n: abs(layer_parameters("gru", D, n) + V * n - wanted))


def _our_update(kind: str, H: int, x: FloatArray, targets: FloatArray) -> Any:
    network = start_network(kind, 2, H, 1, np.random.default_rng(0), dtype="float32")
    memory = adam_start(network)

    def update() -> None:
        gradient, _ = clip_by_norm(network_gradient(network, x, targets)[1], 1.0)
        adam_step(network, gradient, memory, 0.02)

    return update


def _torch_update(kind: str, H: int, x: FloatArray, targets: FloatArray) -> Any:
    import torch

    layer = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](2, H)
    output = torch.nn.Linear(H, 1)
    weights = [*layer.parameters(), *output.parameters()]
    adam, inputs = torch.optim.Adam(weights, 0.0), torch.tensor(x, dtype=torch.float32)
    wanted = torch.tensor(targets[-1], dtype=torch.float32)

    def update() -> None:
        adam.zero_grad()
        torch.nn.functional.mse_loss(output(layer(inputs)[0][-1]), wanted).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        adam.step()

    return update


def tests(network: Network) -> dict[str, Any]:
    """Of a language model: bits on test, and the characters that need something from far back."""
    symbols, (_, _, test) = language.parts("fables")
    places = language.probe_places("".join(symbols[i] for i in test))
    scored = scores(network, test)
    return {"bits": bits(network, test)} | {p: language.right(scored[at], test[at]) for p, at in places.items()}


if __name__ == "__main__":
    import sys

    from common import SEEDS, save, summary

    def keep(part: str, found: dict[str, Any]) -> None:
        """Into the file, beside the other parts that are there by then."""
        path = Path(__file__).with_suffix(".json")
        results = json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else {}
        save(__file__, {"sizes": SIZES, "recipes": RECIPES, "threshold": 1.0}, results | {part: found})

    only = sys.argv[1:] or ["time", *SIZES]
    if "time" in only:
        keep("milliseconds per update", update_times())
    for task in [name for name in SIZES if name in only]:
        rows: dict[str, Any] = {}
        for name, H in zip(("lstm", "gru, equal parameters", "gru, equal H"), SIZES[task], strict=True):
            kind, seen = name.split(",")[0], []
            row: dict[str, Any] = {"H": H, "parameters": parameters(task, kind, H)}
            for seed in SEEDS:
                if task == "fables":
                    seen.append(tests(language_model(kind, H, seed)))
                else:
                    seen.append({"value": {"adding": adding, "counting": counted}[task](kind, H, seed)})
            values = [next(iter(s.values())) for s in seen]
            low_is_good = task in ("adding", "fables")
            row |= summary(values) | {"worst": round(float(max(values) if low_is_good else min(values)), 4)}
            if task == "fables":
                row["decisive characters"] = {p: summary([s[p] for s in seen]) for p in list(seen[0])[1:]}
            rows[name] = row
            print(task, name, row, flush=True)
            keep(task, rows)
