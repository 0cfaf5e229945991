"""Characters: a tanh network against the best n-gram, in bits per character. About five minutes.

Two texts, the book's fables and public-domain prose, each cut into train, dev and test. The n-gram's order, the
network's settings and its best moment are chosen on dev; the table is of test, which nothing was chosen on. For the
fables the grammar's own bits are known: no model can do better on average. Then, on the same test text, how often
the right character wins, of those that are ever right there, where the grammar needs something from far back.
"""

import re
import time

import numpy as np

from helpers.arrays import FloatArray, IntArray
from helpers.corpora import ANIMALS, PLACES, fables, public_domain_text, split, tale
from helpers.language import Fit, fit
from helpers.ngrams import NGram, best_ngram, ngram_bits, ngram_probabilities
from helpers.output import output_layer
from helpers.rnn_basics import rnn_forward
from helpers.text import encode, one_hot, vocabulary
from helpers.training import Model
from helpers.writing import bits_per_character, start_language_model

LENGTH = 300_000
ORDERS = range(2, 15)
RUNS = {
    "fables": {"H": 128, "K": 48, "batch": 32, "rate": 8e-3, "updates": 5000},
    "fables, short": {"H": 64, "K": 32, "batch": 32, "rate": 1e-2, "updates": 2500},
    "prose": {"H": 128, "K": 48, "batch": 32, "rate": 8e-3, "updates": 3000},
}
SNAPSHOTS = (0, 25, 50, 100, 200, 400, 800, 1600, 3000)

DEEDS = "|".join(dict.fromkeys(word.rstrip("s") for row in ANIMALS for word in row[2:]))
PROBES = {
    "hero, last sentence": r"so much for the (\w)",
    "deed after a relative clause": r"that (?:the \w+ \w+|\w+ the \w+) (?!say)(\w)",
    "number of the deed after a relative clause": rf"that (?:the \w+ \w+|\w+ the \w+) (?:{DEEDS})([ .)es])",
    "hero's deed after it or they": r"[ \"(](?:it|they) (?!say)(\w)",
    "bracket, closed or not": rf" (?:{'|'.join(PLACES)})([.)])",
    "quotation mark, closed or not": r"\.([\" ])(?!so )",
}


def parts(name: str) -> tuple[tuple[str, ...], tuple[IntArray, ...]]:
    """The alphabet, and train, dev and test as numbers."""
    text = fables(LENGTH, np.random.default_rng(0)) if name.startswith("fables") else public_domain_text()
    symbols = vocabulary(text)
    return symbols, tuple(encode(part, symbols) for part in split(text))


def trained(name: str, seed: int, **more: object) -> Fit:
    """The network of one run, with one seed for its start and the order of its chunks."""
    symbols, (train, dev, _) = parts(name)
    settings, rng = dict(RUNS[name]), np.random.default_rng(seed)
    model = start_language_model(len(symbols), settings.pop("H"), rng)
    return fit(model, train, dev, settings.pop("updates"), rng, **settings, **more)


def floor() -> float:
    """Bits per character with which the grammar itself made the test part."""
    rng, text = np.random.default_rng(0), fables(LENGTH, np.random.default_rng(0))
    tales = [tale(rng) for _ in range(text.count("\n"))]
    test = split(text)[2]
    return sum(t.bits for t in tales[-test.count("\n") :]) / len(test)


def probe_places(text: str) -> dict[str, list[int]]:
    """Where the grammar needs what stands far back: positions of the character asked for, each probe's."""
    return {name: [found.start(1) for found in re.finditer(pattern, text)] for name, pattern in PROBES.items()}


def network_scores(model: Model, ids: IntArray) -> FloatArray:
    """Scores before each character of a text, given all before it, (N, V)."""
    h0 = np.zeros((1, len(model.b)), model.b.dtype)
    hs, _ = rnn_forward(one_hot(ids[:-1], len(model.b_y), h0.dtype)[:, None], h0, model.W_x, model.W_h, model.b)
    return np.concatenate([model.b_y[None], output_layer(hs, model.W_y, model.b_y)[:, 0]])


def ngram_scores(model: NGram, ids: IntArray, places: list[int]) -> FloatArray:
    """The same for an n-gram, at some places only."""
    return np.array([ngram_probabilities(model, ids[max(0, i - model.order + 1) : i]) for i in places])


def right(scores: FloatArray, asked: IntArray) -> float:
    """How often the right character scores highest among those that are ever right at these places."""
    choices = np.unique(asked)
    return float(np.mean(choices[scores[:, choices].argmax(axis=1)] == asked))


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results: dict[str, object] = {"fables": {"grammar": round(floor(), 4)}, "prose": {}}
    found: dict[str, NGram] = {}
    for name in ("fables", "prose"):
        symbols, (train, dev, test) = parts(name)
        found[name], dev_bits = best_ngram(train, dev, len(symbols), ORDERS)
        results[name] |= {  # type: ignore[operator]
            "symbols": len(symbols),
            "characters": [len(train), len(dev), len(test)],
            "n-gram": {
                "order": found[name].order,
                "dev": round(dev_bits, 4),
                "test": round(ngram_bits(found[name], test), 4),
            },
        }
        print(name, results[name], flush=True)
    for name in RUNS:
        symbols, (train, dev, test) = parts(name)
        fits, seconds, updates = [], [], RUNS[name]["updates"]
        moments = [*(n for n in SNAPSHOTS if n < updates), updates]
        for seed in SEEDS:
            start = time.perf_counter()
            fits.append(trained(name, seed, snapshots=moments, symbols=symbols))
            seconds.append(time.perf_counter() - start)
            print(name, seed, fits[-1].update, np.round(fits[-1].dev, 3), round(seconds[-1], 1), flush=True)
        bits = [bits_per_character(f.model, test) for f in fits]
        results[name] = results.get(name, {}) | {  # type: ignore[operator]
            "network": summary(bits) | {"worst": round(max(bits), 4)},
            "best update on dev": [f.update for f in fits],
            "seconds, median": round(float(np.median(seconds)), 1),
            "snapshots of seed 0": [s._asdict() | {"bits": round(s.bits, 4)} for s in fits[0].snapshots],
        }
        print(name, results[name]["network"], seconds, flush=True)  # type: ignore[index]
        if name != "fables":
            continue
        text = "".join(symbols[i] for i in test)
        probes = {}
        for probe, places in probe_places(text).items():
            shares = [right(network_scores(f.model, test)[places], test[places]) for f in fits]
            share = right(ngram_scores(found[name], test, places), test[places])
            often = float(np.bincount(test[places]).max() / len(places))
            probes[probe] = {
                "places": len(places),
                "always the most frequent": round(often, 4),
                "n-gram": round(share, 4),
                "network": summary(shares),
            }
            print(probe, probes[probe], flush=True)
        results["fables"]["decisive characters"] = probes  # type: ignore[index]
    save(__file__, {"length": LENGTH, "orders": list(ORDERS), "runs": RUNS}, results)
