"""What happens after a wrong symbol. About 5 minutes, with training.

Numbers of 8 digits, 300 fresh ones, five seeds; models with 64 units, 1,000 updates: without attention, the same with
scheduled sampling (at the end every second step is fed the model's own symbol), with attention. Each writes them
`told`, the right symbols before fed, and `alone`, its own fed. That a wrong symbol follows a wrong one proves little,
some numbers are harder than others. So a slip is also put in by hand: the right symbols up to place s - 1, at s the
wrong digit the model finds likeliest, then it is alone. What it says next: the digit due then, or the one it owes?
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.phrases import END, PAD, START, TARGET_WORDS, Pair, batch_of
from helpers.seq2seq import Seq2Seq, decoder, exact_match
from helpers.translators import fresh_numbers, trained

H, UPDATES, DIGITS, FRESH = 64, 1000, 8, 300
MODELS = {"plain": ("plain", 0.0), "scheduled sampling": ("plain", 0.5), "attention": ("attention", 0.0)}
LENGTHS = [2, 4, 6, 8, 10, 12]
SETTINGS = {"H": H, "updates": UPDATES, "digits": DIGITS, "fresh numbers": FRESH, "own, at the end": 0.5}


class Written(NamedTuple):
    """What a model did with n numbers of T digits; symbols as numbers of `TARGET_WORDS`."""

    wanted: NDArray[np.int64]
    """The right symbols, (n, T)."""
    said: NDArray[np.int64]
    """The likeliest symbols, (n, T); END from an END on that came too soon."""
    fed: NDArray[np.int64]
    """What the decoder was fed as its own, or in its stead, (n, T)."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether each digit is right, (n, T)."""
        return self.said == self.wanted


def written(model: Seq2Seq, pairs: list[Pair], told: bool = False, slip: int | None = None) -> Written:
    """With `told` the right symbols are fed; with `slip` they are fed up to that place, where a wrong one is."""
    batch = batch_of(pairs)
    wanted = batch.target[1:-1]
    step, state = decoder(model, batch.source)
    symbols = batch.target[0]
    said, fed = np.zeros_like(wanted), np.zeros_like(wanted)
    ended = np.zeros(len(pairs), bool)
    for t in range(len(wanted)):
        scores, state = step(symbols, state)
        scores = np.array(scores, dtype=float)
        said[t] = symbols = np.where(ended, END, scores.argmax(axis=-1))
        if told or (slip is not None and t < slip):
            symbols = wanted[t]
        elif slip == t:
            scores[:, [PAD, START, END, TARGET_WORDS.index("-")]] = -np.inf
            scores[np.arange(len(pairs)), wanted[t]] = -np.inf
            symbols = scores.argmax(axis=-1)
        else:
            ended |= symbols == END
        fed[t] = symbols
    return Written(wanted.T, said.T, fed.T)


def after(right: NDArray[np.bool_], before: bool) -> float | None:
    """Accuracy of the digits whose predecessor was right, or wrong; None where there are fewer than 20 of them."""
    chosen = right[:, 1:][right[:, :-1] == before]
    return round(float(chosen.mean()), 4) if len(chosen) >= 20 else None


def measured(model: Seq2Seq) -> dict[str, Any]:
    """All of one model's numbers."""
    pairs = fresh_numbers(DIGITS, FRESH)
    told, alone = written(model, pairs, told=True).right, written(model, pairs).right
    slips = [written(model, pairs, slip=s) for s in range(DIGITS - 1)]
    first = [(w.wanted[:, s], w.wanted[:, s + 1], w.fed[:, s], w.said[:, s + 1]) for s, w in enumerate(slips)]
    return {
        "told": told.mean(axis=0).tolist(),
        "alone": alone.mean(axis=0).tolist(),
        "all right, told": float(told.all(axis=1).mean()),
        "all right, alone": float(alone.all(axis=1).mean()),
        "alone, after a right one": after(alone, True),
        "alone, after a wrong one": after(alone, False),
        "told, after a right one": after(told, True),
        "told, where the one before was wrong": after(told, False),
        "slips": [w.right[:, s + 1 :].mean(axis=0).tolist() for s, w in enumerate(slips)],
        "the slip is the digit due next": [float((fed == due).mean()) for _, due, fed, _ in first],
        "after a slip the digit due before it": [float((said == due).mean()) for due, _, _, said in first],
        "exact": [exact_match(model, fresh_numbers(digits, 200)) for digits in LENGTHS],
    }


def gathered(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One row for all seeds."""
    from common import middle

    found: dict[str, Any] = {}
    for name in rows[0]:
        each = [row[name] for row in rows]
        if name == "slips":
            found[name] = [{"place": s, "after": middle([row[s] for row in each])} for s in range(DIGITS - 1)]
        elif None in each:
            found[name] = {"median": None, "worst": None, "each": each}
        else:
            found[name] = middle(each)
    return found


def record(results: dict[str, Any]) -> dict[str, Any]:
    """What the figure needs of it."""

    def short(row: dict[str, Any]) -> dict[str, Any]:
        return {name: row[name] for name in ("median", "worst")}

    models = {
        name: {
            "told": short(row["told"]),
            "alone": short(row["alone"]),
            "slips": [{"place": slip["place"], "after": short(slip["after"])} for slip in row["slips"]],
        }
        for name, row in results.items()
    }
    return {"digits": DIGITS, "models": models}


if __name__ == "__main__":
    import torch
    from common import SEEDS, keep, save

    torch.set_num_threads(1)
    results = {}
    for name, (kind, own) in MODELS.items():
        results[name] = gathered([measured(trained("numbers", kind, H, seed, UPDATES, own)) for seed in SEEDS])
        for what, row in results[name].items():
            print(name, what, [r["after"]["median"] for r in row] if what == "slips" else row["median"], flush=True)
    save(__file__, SETTINGS | {"digits of exact": LENGTHS}, results)
    keep("seq2seq_slips", record(results))
