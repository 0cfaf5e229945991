"""One vector for a whole sentence: exact match by number of digits, with and without attention. About 14 minutes.

Number words to digits, trained on 1 to 12 digits, tested on 1 to 15, 200 fresh numbers of each length, the same ones
for every model. Without attention 32, 64 and 128 units, with the sources reversed and with attention 32 and 64, 1,000
updates of 64 numbers; and the widest without attention once more, with twice the updates. The learning rate was
chosen on seed 100 (`helpers.translators.RATE`). Numbers of 13 digits and more contain a word, "trillion", that no model
has learned; `06_costs` has lengths without such a word.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.seq2seq import Seq2Seq, exact_match, parameters
from helpers.translators import DIGITS, RATE, fresh_numbers, right_symbols, trained

UPDATES = 1000
LONG = 2000
TESTED = list(range(1, 16))
FRESH = 200
BY_PLACE = 12
MODELS = [
    *(("plain", H, UPDATES) for H in (32, 64, 128)),
    ("plain", 128, LONG),
    *(("reversed", H, UPDATES) for H in (32, 64)),
    *(("attention", H, UPDATES) for H in (32, 64)),
]
SETTINGS = {"trained on digits": [1, DIGITS], "batch": 64, "rate": RATE, "fresh numbers of each length": FRESH}


def by_digits(model: Seq2Seq, kind: str) -> list[float]:
    """Exact match for each number of digits tested."""
    return [exact_match(model, fresh_numbers(digits, FRESH), reverse=kind == "reversed") for digits in TESTED]


def by_place(model: Seq2Seq, kind: str) -> list[float]:
    """Share of right digits at each place of 12-digit numbers."""
    right: NDArray[np.bool_] = right_symbols(model, fresh_numbers(BY_PLACE, FRESH), reverse=kind == "reversed")
    return [float(share) for share in right.mean(axis=0)]


def size(model: Seq2Seq) -> int:
    """Count trained numbers."""
    return sum(tensor.numel() for tensor in parameters(model))


def record(results: dict[str, Any]) -> dict[str, Any]:
    """What the figure needs of it."""
    names = ("kind", "H", "updates", "parameters", "exact")
    return {
        "digits": TESTED,
        "trained": DIGITS,
        "models": [{name: row[name] for name in names} for row in results["models"]],
    }


if __name__ == "__main__":
    import torch
    from common import SEEDS, keep, middle, save

    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    for kind, H, updates in MODELS:
        models = [trained("numbers", kind, H, seed, updates) for seed in SEEDS]
        row: dict[str, Any] = {"kind": kind, "H": H, "updates": updates, "parameters": size(models[0])}
        row["exact"] = middle([by_digits(model, kind) for model in models])
        row["right by place, 12 digits"] = middle([by_place(model, kind) for model in models])
        rows.append(row)
        print(kind, H, updates, row["parameters"], row["exact"]["median"], row["exact"]["worst"], flush=True)
    save(__file__, SETTINGS, {"digits": TESTED, "models": rows})
    keep("seq2seq_bottleneck", record({"models": rows}))
