"""Who came last? What the gates of a small LSTM do while it reads, over five seeds. About three minutes.

LSTM of 16 units trained on texts of 8 sentences (`helpers.arrivals`), by its forget bias at the start; a GRU and a tanh
network with as many parameters. Accuracy on fresh texts of 8 sentences and of 40. Then one text of 500 sentences: the
gates' means by word, and how much of each cell's variance the name of the last arrival explains.
"""

from typing import Any

import numpy as np

from helpers.arrivals import ARRIVAL_WORDS, arrivals, last_arrival, words_of
from helpers.data import DEEDS, NAMES, THINGS
from helpers.networks import Network, network_accuracy, start_network, train_network
from helpers.recording import mean_by, record, share_explained

SETTINGS = {"sentences": 8, "batch": 32, "updates": 800, "threshold": 1.0, "far": 40, "long text": 500}
CELLS = {  # kind, units, learning rate, bias
    "lstm": ("lstm", 16, 0.02, 3.0),
    "lstm, forget bias 1": ("lstm", 16, 0.02, 1.0),
    "lstm, forget bias 5": ("lstm", 16, 0.02, 5.0),
    "gru": ("gru", 19, 0.02, 1.0),
    "tanh": ("tanh", 41, 0.005, 0.0),
}


def trained(cell: str, seed: int) -> Network:
    """One network after 800 updates."""
    kind, H, rate, bias = CELLS[cell]
    rng = np.random.default_rng(seed)
    start = start_network(kind, len(ARRIVAL_WORDS), H, len(NAMES), rng, bias=bias, dtype="float32")
    return train_network(start, lambda rng: arrivals(8, 32, rng), 800, rng, rate).network


def asked(network: Network, sentences: int, seed: int) -> float:
    """Accuracy on fresh texts; guessing gives 0.125."""
    return network_accuracy(network, *arrivals(sentences, 4000 // sentences, np.random.default_rng(1000 + seed)))


def roles(words: list[str]) -> list[str]:
    """Each word, with names, things and deeds as one kind each; names by whether they come or are missed."""
    kinds = dict.fromkeys(THINGS, "thing") | dict.fromkeys(DEEDS, "deed")
    return [f"name after {a}" if w in NAMES else kinds.get(w, w) for a, w in zip(["", *words], words, strict=False)]


def gates(network: Network, seed: int) -> dict[str, Any]:
    """What the gates do in one long text."""
    x, _ = arrivals(500, 1, np.random.default_rng(2000 + seed))
    words, seen = words_of(x), record(network, x)
    means = {part: mean_by(getattr(seen, part), roles(words)) for part in ("i", "f", "o")}
    came = last_arrival(words)
    at = [n for n, word in enumerate(words) if word in ".?"]  # at the ends of sentences
    cells, facts = seen.c[at], [came[n] for n in at]
    by_name = np.array(list(mean_by(cells, facts).values()))
    return {
        "means": {p: {role: round(float(v.mean()), 3) for role, v in rows.items()} for p, rows in means.items()},
        "units that forget": int(((means["f"]["in"] < 0.5) | (means["f"]["comes"] < 0.5)).sum()),
        "explained by the name": [round(float(s), 3) for s in sorted(share_explained(cells, facts), reverse=True)],
        "names that raise it": [int(n) for n in (by_name > 0).sum(axis=0)],
        "most explained by one name": round(
            max(float(share_explained(cells, [f if f == n else "" for f in facts]).max()) for n in NAMES), 3
        ),
    }


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results: dict[str, Any] = {}
    for cell in CELLS:
        networks = [trained(cell, seed) for seed in SEEDS]
        row: dict[str, Any] = {
            f"accuracy, {n} sentences": summary([asked(m, n, s) for m, s in zip(networks, SEEDS, strict=True)])
            for n in (8, 40)
        }
        if cell.startswith("lstm"):
            row["gates"] = [gates(m, s) for m, s in zip(networks, SEEDS, strict=True)]
        results[cell] = row
        print(cell, row, flush=True)
    cells = {c: dict(zip(("kind", "H", "rate", "bias"), s, strict=True)) for c, s in CELLS.items()}
    save(__file__, SETTINGS | {"cells": cells}, results)
