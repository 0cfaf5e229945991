"""What encoder and decoder cost, each thing measured. About 5 minutes, with training.

Time: milliseconds of one thread for one sentence, the least of 15 runs; they belong to one machine, only ratios are
worth quoting. Search errors: of the greedy translations that are wrong, those whose right answer the model itself
scores higher, so that a better search would have found it; the rest are errors of the model. Unseen lengths: trained on
1 to 10 digits, asked for 11 and 12, in words all of which it knows. Data: dates with
attention, so many drawn once and 300 updates on these alone, exact match on 300 fresh ones; and fresh dates
throughout, without attention for longer, too.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.decoding import greedy_search
from helpers.output import log_softmax
from helpers.phrases import END, START, Pair, batch_of, source_of
from helpers.seq2seq import Seq2Seq, decoder, encode, exact_match, start_seq2seq, teacher_forced
from helpers.translators import fresh_dates, fresh_numbers, trained

H, FRESH, REPEATS = 64, 300, 15
WORDS, SYMBOLS = [10, 20, 40, 80, 160], 16
BATCHES = [1, 64]
EXAMPLES = [300, 1000, 3000]
UPDATES = 300
LONGER = 1000
FEWER_UPDATES = 400
SETTINGS = {
    "H": H,
    "batch": 64,
    "updates": {"numbers": 1000, "dates": UPDATES, "fewer digits": FEWER_UPDATES},
    "fresh": {"dates": FRESH, "numbers of each length": 200},
}


def least(call: Callable[[], Any]) -> float:
    """Milliseconds of the fastest of some runs, of this thread's own time."""
    seconds = []
    for _ in range(REPEATS):
        started = time.process_time()
        call()
        seconds.append(time.process_time() - started)
    return 1000 * min(seconds)


def times(attention: bool) -> dict[str, dict[str, float]]:
    """Encoder, and decoder of 16 symbols, for one sentence of so many words; trained or not makes no difference."""
    import torch

    model = start_seq2seq(H, 0, attention)
    rows: dict[str, dict[str, float]] = {"encoder": {}, "decoder": {}}
    for S in WORDS:
        source = source_of([["seven"] * (S - 1)])
        step, state = decoder(model, source)

        def write(step: Any = step, state: Any = state) -> None:
            symbols = np.full(1, START)
            for _ in range(SYMBOLS):
                _, state = step(symbols, state)

        with torch.no_grad():
            rows["encoder"][str(S)] = round(least(lambda source=source: encode(model, source)), 3)  # type: ignore[misc]
            rows["decoder"][str(S)] = round(least(write), 3)
    return rows


def rates(attention: bool) -> dict[str, float]:
    """Symbols in a second: writing one sentence after another, 64 at once, and 64 with the right symbols fed."""
    import torch

    model = start_seq2seq(H, 0, attention)
    found = {}
    for B in BATCHES:
        batch = batch_of(fresh_dates(B))
        step, state = decoder(model, batch.source)
        T = len(batch.target) - 1

        def write(B: int = B, step: Any = step, state: Any = state, T: int = T) -> None:
            symbols = np.full(B, START)
            for _ in range(T):
                _, state = step(symbols, state)

        found[f"written, {B} at once"] = round(1000 * B * T / least(write))
    with torch.no_grad():
        found["told, 64 at once"] = round(1000 * B * T / least(lambda: teacher_forced(model, batch)))
    return found


def likelihoods(model: Seq2Seq, pairs: list[Pair]) -> tuple[list[float], list[int]]:
    """Log-probability of each right answer, END included, and how many symbols that is."""
    import torch

    batch = batch_of(pairs)
    with torch.no_grad():
        scores = teacher_forced(model, batch)[0].numpy().astype(float)
    logs, sizes = log_softmax(scores), [len(symbols) + 1 for _, symbols in pairs]
    totals = [float(logs[np.arange(n), b, batch.target[1 : n + 1, b]].sum()) for b, n in enumerate(sizes)]
    return totals, sizes


def errors(model: Seq2Seq, pairs: list[Pair]) -> dict[str, float]:
    """Shares of all sentences: wrong, and of those with a right answer that the model prefers to what it wrote."""
    step, state = decoder(model, source_of([words for words, _ in pairs]))
    written = greedy_search(step, state, len(pairs), START, END, 24)
    totals, sizes = likelihoods(model, pairs)
    targets = [tuple(column[1 : n + 1]) for column, n in zip(batch_of(pairs).target.T.tolist(), sizes, strict=True)]
    wrong = [h.symbols != target for h, target in zip(written, targets, strict=True)]
    higher = [total > h.log_probability for h, total in zip(written, totals, strict=True)]
    mean = [total / n > h.score for h, total, n in zip(written, totals, sizes, strict=True)]
    search = float(np.mean(np.logical_and(wrong, higher)))
    return {
        "wrong": float(np.mean(wrong)),
        "search errors": search,
        "model errors": float(np.mean(wrong)) - search,
        "search errors by the mean": float(np.mean(np.logical_and(wrong, mean))),
    }


if __name__ == "__main__":
    import torch
    from common import SEEDS, save, summary

    torch.set_num_threads(1)
    results: dict[str, Any] = {}
    kinds = {"plain": False, "attention": True}
    results["ms for one sentence of so many words"] = {kind: times(attention) for kind, attention in kinds.items()}
    results["symbols in a second"] = {kind: rates(attention) for kind, attention in kinds.items()}
    print(results, flush=True)

    pairs = [pair for digits in range(5, 13) for pair in fresh_numbers(digits, 50, seed=1)]
    models = [trained("numbers", "plain", H, seed, 1000) for seed in SEEDS]
    found = [errors(model, pairs) for model in models]
    results["errors, plain, 5 to 12 digits"] = {
        name: summary([row[name] for row in found], high_is_bad=True) for name in found[0]
    }
    print(results["errors, plain, 5 to 12 digits"], flush=True)

    models = [trained("fewer digits", "attention", H, seed, FEWER_UPDATES) for seed in SEEDS]
    found = [{d: exact_match(model, fresh_numbers(d, 200)) for d in range(8, 13)} for model in models]
    unseen = {str(d): summary([row[d] for row in found]) for d in range(8, 13)}
    results["attention, trained on 1 to 10 digits, by digits"] = unseen
    print(unseen, flush=True)

    dates = fresh_dates(FRESH)
    results["exact match on dates"] = {}
    for kind in kinds:
        rows = {}
        for n in EXAMPLES if kind == "attention" else []:
            exact = [exact_match(trained("dates", kind, H, seed, UPDATES, 0.0, n), dates) for seed in SEEDS]
            rows[f"{n} drawn once"] = summary(exact)
        for updates in [UPDATES, LONGER] if kind == "plain" else [UPDATES]:
            exact = [exact_match(trained("dates", kind, H, seed, updates), dates) for seed in SEEDS]
            rows[f"fresh, {updates} updates"] = summary(exact)
        results["exact match on dates"][kind] = rows
        print(kind, rows, flush=True)
    save(__file__, SETTINGS, results)
