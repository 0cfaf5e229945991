"""Beam search: what a wider beam finds, what it misses, what it costs. About 4 minutes, with training.

Two models of 64 units after 1,000 updates, five seeds: without attention on 400 fresh numbers of 5 to 12 digits, where
it errs often; with attention on 250 of 8 to 12, where it hardly does. Widths 1, 2, 3, 5 and 10. The best of
a beam is the one with the highest mean log-probability for each symbol; `by the sum`, with the highest log-probability.
A wider beam is worse where its best scores below that of the next narrower one by more than 1e-6.
"""

import time
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.decoding import Hypothesis, beam_search, beam_steps
from helpers.phrases import END, MARKS, START, TARGET_WORDS, Pair, source_of
from helpers.seq2seq import Seq2Seq, decoder
from helpers.translators import fresh_numbers, trained

H, UPDATES, EACH, LIMIT = 64, 1000, 50, 24
WIDTHS = [1, 2, 3, 5, 10]
LENGTHS = {"plain": range(5, 13), "attention": range(8, 13)}
SETTINGS = {"H": H, "updates": UPDATES, "widths": WIDTHS, "fresh numbers of each length": EACH}
KINDS = ["greedy wrong, beam right", "all right", "wider worse", "all wrong"]
SHOWN = {"greedy wrong, beam right": 2, "all right": 1, "wider worse": 2, "all wrong": 1}


def fresh(kind: str) -> list[Pair]:
    """Sentences to search for; the same ones for every seed and width."""
    return [pair for digits in LENGTHS[kind] for pair in fresh_numbers(digits, EACH, seed=1)]


def searched(model: Seq2Seq, pairs: list[Pair], width: int) -> list[list[Hypothesis]]:
    """All that is in the beam at the end, for each sentence, best mean log-probability first."""
    step, state = decoder(model, source_of([words for words, _ in pairs]))
    return beam_search(step, state, len(pairs), START, END, width, LIMIT)


def text(h: Hypothesis) -> list[str]:
    """Symbols without END."""
    return [TARGET_WORDS[i] for i in h.symbols if i != END]


def pruned(model: Seq2Seq, pair: Pair, width: int, wanted: tuple[int, ...]) -> int | None:
    """At which step, from 0, the beginning of `wanted` falls out of the beam; None if it stays to the end."""
    source = source_of([pair[0]])
    step, state = decoder(model, source)
    paths: list[tuple[int, ...]] = [()]
    for t, beam in enumerate(beam_steps(step, state, 1, START, END, width, LIMIT)):
        pairs = zip(beam.parents[0], beam.symbols[0], beam.log_probabilities[0], strict=True)
        paths = [(*paths[parent], int(symbol)) for parent, symbol, log in pairs if np.isfinite(log)]
        if t < len(wanted) and wanted[: t + 1] not in [path[: t + 1] for path in paths]:
            return t
    return None


def measured(model: Seq2Seq, pairs: list[Pair]) -> dict[str, Any]:
    """All widths of one model."""
    rows: dict[str, Any] = {}
    before: list[Hypothesis] | None = None
    for k in WIDTHS:
        started = time.process_time()
        found = searched(model, pairs, k)
        seconds = time.process_time() - started
        best = [hypotheses[0] for hypotheses in found]
        by_sum = [max(hypotheses, key=lambda h: h.log_probability) for hypotheses in found]
        right = [symbols for _, symbols in pairs]
        row: dict[str, Any] = {
            "exact": float(np.mean([text(h) == r for h, r in zip(best, right, strict=True)])),
            "score": float(np.mean([h.score for h in best])),
            "exact, by the sum": float(np.mean([text(h) == r for h, r in zip(by_sum, right, strict=True)])),
            "symbols": float(np.mean([len(text(h)) for h in best])),
            "symbols, by the sum": float(np.mean([len(text(h)) for h in by_sum])),
            "right anywhere in the beam": float(
                np.mean([any(text(h) == r for h in hs) for hs, r in zip(found, right, strict=True)])
            ),
            "ms for each sentence": 1000 * seconds / len(pairs),
        }
        if before is not None:
            worse = [i for i, (h, b) in enumerate(zip(best, before, strict=True)) if h.score < b.score - 1e-6]
            lost = [text(best[i]) != right[i] and text(before[i]) == right[i] for i in worse]
            steps = [pruned(model, pairs[i], k, before[i].symbols) for i in worse]
            sums = [best[i].log_probability < before[i].log_probability - 1e-6 for i in worse]
            row["worse than the next narrower"] = len(worse) / len(pairs)
            row["of these, pruned"] = sum(step is not None for step in steps)
            row["of these, lower in the sum, too"] = int(sum(sums))
            row["of these, right before and wrong now"] = int(sum(lost))
            row["of these, all"] = len(worse)
        rows[str(k)] = row
        before = best
    return rows


def shown(model: Seq2Seq, pair: Pair, what: str) -> dict[str, Any]:
    """One example of the record: every step of the beams of width 1 to 5."""
    words, right = pair
    source = source_of([pair[0]])
    beams = {}
    for k in range(1, 6):
        step, state = decoder(model, source)
        best = searched(model, [pair], k)[0][0]
        steps = []
        for beam in beam_steps(step, state, 1, START, END, k, LIMIT):
            parts = (beam.symbols[0], beam.parents[0], beam.log_probabilities[0], beam.ended[0])
            rows = zip(*parts, strict=True)
            steps.append(
                [[TARGET_WORDS[s], int(p), round(float(g), 3), int(e)] for s, p, g, e in rows if np.isfinite(g)]
            )
        beams[str(k)] = {
            "steps": steps,
            "best": [TARGET_WORDS[i] for i in best.symbols],
            "score": round(best.score, 4),
        }
    return {"what": what, "words": [*words, MARKS[END]], "right": [*right, MARKS[END]], "beams": beams}


def what_happens(beams: dict[str, Any], right: list[str]) -> str | None:
    """One of `KINDS`, or None."""
    hits = [beam["best"] == right for beam in beams.values()]
    scores = [beam["score"] for beam in beams.values()]
    if any(b < a - 0.01 for a, b in pairwise(scores)):
        return "wider worse"
    if not hits[0] and hits[-1]:
        return "greedy wrong, beam right"
    if all(hits):
        return "all right"
    return None if any(hits) else "all wrong"


def examples(model: Seq2Seq) -> list[dict[str, Any]]:
    """The first of each kind: among numbers of 6 digits, and for the rare wider beam that is worse, of 10."""
    few, many = fresh_numbers(6, 80, seed=2), fresh_numbers(10, 400, seed=2)
    best = [[found[0].score for found in searched(model, many, k)] for k in range(1, 6)]
    fell = [many[i] for i in np.flatnonzero((np.diff(best, axis=0) < -0.01).any(axis=0))]
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for pair in [*fell, *few]:
        row = shown(model, pair, "")
        row["what"] = what_happens(row["beams"], row["right"])
        if row["what"] and len(found[row["what"]]) < SHOWN[row["what"]]:
            found[row["what"]].append(row)
        if all(len(found[kind]) == SHOWN[kind] for kind in KINDS if kind != "wider worse"):
            break
    return [row for kind in KINDS for row in found[kind]]


def gathered(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Median, worst and each seed's number, for each width."""
    from common import summary

    rows: dict[str, Any] = {}
    for k in runs[0]:
        rows[k] = {}
        for name in runs[0][k]:
            each: NDArray[Any] = np.array([run[k][name] for run in runs])
            bad = name.startswith(("worse", "ms"))
            rows[k][name] = int(each.sum()) if name.startswith("of these") else summary(each.tolist(), bad)
    return rows


if __name__ == "__main__":
    import torch
    from common import SEEDS, keep, save

    torch.set_num_threads(1)
    results = {}
    for kind in LENGTHS:
        models = [trained("numbers", kind, H, seed, UPDATES) for seed in SEEDS]
        results[kind] = gathered([measured(model, fresh(kind)) for model in models])
        for k, row in results[kind].items():
            print(kind, k, {n: v if isinstance(v, int) else v["median"] for n, v in row.items()}, flush=True)
        if kind == "plain":
            keep("seq2seq_beam", {"settings": SETTINGS | {"seed": 0}, "examples": examples(models[0])})
    save(__file__, SETTINGS | {"digits": {kind: [r[0], r[-1]] for kind, r in LENGTHS.items()}}, results)
