"""Where attention looks, and whether it matters that it looks there. About 3 minutes, with training.

Models with attention on dates (300 updates) and on numbers (1,000), five seeds, 300 fresh sentences each. For every
symbol that one source word decides: the weight on that word, and where the largest weight lies, counted in words from
it. Then three interventions, with the right symbols fed: all weight on the deciding word; the word with the largest
weight taken out, or another word in its stead; and all words weighed alike.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.phrases import MONTHS, ORDINALS, SCALES, TENS, Pair, batch_of, date_words, number_words
from helpers.seq2seq import Seq2Seq, alignment, encode, teacher_forced
from helpers.translators import fresh_dates, fresh_numbers, trained

H = 64
UPDATES = {"dates": 300, "numbers": 1000}
FRESH = 300
SETTINGS = {"H": H, "updates": UPDATES, "fresh sentences": FRESH, "digits of the numbers": [1, 12]}
END = "<END>"
SHOWN = [(1805, 10, 21), (1969, 7, 20), (1903, 12, 17), (2005, 2, 28), (1900, 1, 1), (1815, 6, 18), (1989, 11, 30)]
SHOWN_NUMBERS = [7, 42, 1969, 60013, 342007, 7450219, 999999999, 503000870116]


def fresh(task: str) -> list[Pair]:
    """Sentences to test on; the same ones for every seed."""
    if task == "dates":
        return fresh_dates(FRESH)
    return [pair for digits in range(1, 13) for pair in fresh_numbers(digits, FRESH // 12)]


def deciding(words: list[str], symbols: list[str]) -> list[list[int]]:
    """Name, for each symbol and the END, the place of the word that decides it; none for a hyphen, END and unsaid 0."""
    return [
        [place] if place is not None else [] for place in (_in_date if "-" in symbols else _in_number)(words, symbols)
    ]


def _in_number(words: list[str], symbols: list[str]) -> list[int | None]:
    places: list[int | None] = []
    at = 0
    for start in range(-(-len(symbols) % 3), len(symbols), 3):
        group = "".join(symbols[max(start, 0) : start + 3]).zfill(3)
        found: list[int | None] = [None, None, None]
        if group == "000":
            if len(symbols) == 1:
                found[2] = 0  # "zero"
        else:
            if group[0] != "0":
                found[0], at = at, at + 2
            if group[1] == "1":
                found[1] = found[2] = at
                at += 1
            else:
                for k in (1, 2):
                    if group[k] != "0":
                        found[k], at = at, at + 1
            at += start + 3 < len(symbols)  # the scale: thousand, million, ...
        places += found[max(-start, 0) :]
    return [*places, None]


def _in_date(words: list[str], symbols: list[str]) -> list[int | None]:
    month = next(i for i, word in enumerate(words) if word in MONTHS)
    day = next(i for i, word in enumerate(words) if word in ORDINALS)
    tens = day - 1 if day and words[day - 1] in TENS else day
    year = max(month, day) + 1
    rest = words[year + 1 :]
    last: list[int | None] = [None, None]
    if rest[0] in ("thousand", "hundred"):
        last = [None, len(words) - 1 if len(rest) == 3 else None]
    elif len(rest) == 2:
        last = [year + 1, year + 2]
    elif rest[0] in TENS:
        last = [year + 1, None]
    else:
        last = [year + 1, year + 1]
    century: list[int | None] = [year, None if words[year] in ("twenty", "two") else year]
    return [*century, *last, None, month, month, None, tens, day, None]


def looks(model: Seq2Seq, pairs: list[Pair]) -> dict[str, Any]:
    """Weight on the deciding word, and the offset of the largest weight from it, over all symbols that have one."""
    weight, offsets, places_said = [], [], []
    for pair, a in zip(pairs, attention(model, pairs), strict=True):
        for t, places in enumerate(deciding(*pair)):
            if places:
                weight.append(a[t, places[0]])
                offsets.append(int(a[t].argmax()) - places[0])
                places_said.append(places[0] + 1 < len(pair[0]) and pair[0][places[0] + 1] in ("hundred", *SCALES))
    share = {str(k): float(np.mean(np.array(offsets) == k)) for k in (-1, 0, 1, 2)}
    far = 1 - sum(share.values())
    said = np.array(places_said)
    later = np.array(offsets) == 1
    return {
        "weight": float(np.mean(weight)),
        "largest there": share["0"],
        "offsets": share | {"farther": far},
        "one later, before hundred or thousand or so": float(later[said].mean()) if said.any() else 0.0,
        "one later, elsewhere": float(later[~said].mean()),
    }


def attention(model: Seq2Seq, pairs: list[Pair]) -> list[NDArray[np.float64]]:
    """Weights of each sentence's symbols, END among them, on its words, END among them; the right symbols are fed."""
    import torch

    with torch.no_grad():
        weights = teacher_forced(model, batch_of(pairs))[1].numpy()  # (T, S, B)
    return [weights[: len(out) + 1, : len(words) + 1, b] for b, (words, out) in enumerate(pairs)]


Change = Callable[[NDArray[np.float64], int, NDArray[np.int64]], NDArray[np.float64]]


def changed(model: Seq2Seq, pairs: list[Pair], change: Change | None) -> float:
    """Accuracy on the symbols that a word decides, when `change(weights (S,), place, words)` sets their weights."""
    import torch

    batch = batch_of(pairs)
    target = torch.as_tensor(batch.target)
    place = np.full(batch.target[1:].shape, -1)
    for b, pair in enumerate(pairs):
        for t, places in enumerate(deciding(*pair)):
            place[t, b] = places[0] if places else -1
    right = []
    with torch.no_grad():
        h, memory = encode(model, batch.source)
        for t in range(len(place)):
            scores = model.attention["score"](torch.tanh(model.attention["query"](h) + memory.keys))[..., 0]
            weights = scores.masked_fill(~memory.mask, -1e9).softmax(dim=0)
            if change is not None:
                new = weights.numpy().copy()
                for b in np.flatnonzero(place[t] >= 0):
                    S = int(memory.mask[:, b].sum())
                    new[:S, b] = change(new[:S, b].astype(float), place[t, b], batch.source[:S, b])
                weights = torch.as_tensor(new)
            context = (weights[..., None] * memory.values).sum(dim=0)
            h = model.decoder(torch.cat([model.target_embedding(target[t]), context], dim=-1), h)
            best = model.output(torch.cat([h, context], dim=-1)).argmax(-1)
            right += (best == target[t + 1]).numpy()[place[t] >= 0].tolist()
    return float(np.mean(right))


def without(weights: NDArray[np.float64], which: int) -> NDArray[np.float64]:
    """Take one word out and share its weight among the others in proportion."""
    left = weights.copy()
    left[which] = 0
    return left / left.sum() if left.sum() > 0 else np.full(len(left), 1 / len(left))


def interventions(model: Seq2Seq, pairs: list[Pair], seed: int) -> dict[str, float]:
    """Accuracy under each change of the weights."""
    rng = np.random.default_rng(seed)

    def another(a: NDArray[np.float64], place: int, words: NDArray[np.int64]) -> NDArray[np.float64]:
        return without(a, int(rng.choice(np.delete(np.arange(len(a)), a.argmax()))))

    changes: dict[str, Change | None] = {
        "none": None,
        "all on the deciding word": lambda a, place, words: np.eye(len(a))[place],
        "all on the largest": lambda a, place, words: np.eye(len(a))[a.argmax()],
        "deciding word out": lambda a, place, words: without(a, place),
        "largest out": lambda a, place, words: without(a, int(a.argmax())),
        "another out": another,
        "all alike": lambda a, place, words: np.full(len(a), 1 / len(a)),
    }
    return {name: changed(model, pairs, change) for name, change in changes.items()}


def examples(task: str, model: Seq2Seq) -> list[dict[str, Any]]:
    """The record's examples: dates in each way of saying in turn, and numbers."""
    if task == "dates":
        said = [date_words(*date, way=i % 3) for i, date in enumerate(SHOWN)]
        pairs = [(words, list(f"{y}-{m:02d}-{d:02d}")) for words, (y, m, d) in zip(said, SHOWN, strict=True)]
    else:
        pairs = [(number_words(number), list(str(number))) for number in SHOWN_NUMBERS]
    rows = []
    for words, right in pairs:
        weights, output = alignment(model, words)
        rows.append(
            {
                "task": task,
                "words": [*words, END],
                "right": [*right, END],
                "output": output,
                "weights": [[round(float(w), 3) for w in row] for row in weights],
                "deciding": deciding(words, right),
            }
        )
    return rows


if __name__ == "__main__":
    import torch
    from common import SEEDS, keep, save, summary

    torch.set_num_threads(1)
    results: dict[str, Any] = {}
    kept = []
    for task, updates in UPDATES.items():
        models = [trained(task, "attention", H, seed, updates) for seed in SEEDS]
        pairs = fresh(task)
        found = [looks(model, pairs) for model in models]
        after = [interventions(model, pairs, seed) for seed, model in zip(SEEDS, models, strict=True)]
        results[task] = {
            "weight on the deciding word": summary([row["weight"] for row in found]),
            "largest on the deciding word": summary([row["largest there"] for row in found]),
            "largest, words from the deciding one": {
                k: summary([row["offsets"][k] for row in found]) for k in found[0]["offsets"]
            },
            **{f"largest {name}": summary([row[name] for row in found]) for name in found[0] if name.startswith("one")},
            "accuracy when changed": {name: summary([row[name] for row in after]) for name in after[0]},
        }
        print(task, results[task], flush=True)
        kept += examples(task, models[0])
    save(__file__, SETTINGS, results)
    keep("seq2seq_alignment", {"settings": SETTINGS | {"seed": 0}, "examples": kept})
