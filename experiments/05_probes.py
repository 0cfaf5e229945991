"""What does each layer know? Linear classifiers on the states of trained taggers. About two minutes.

Is it true that lower layers hold what is local, and higher ones what is global? Taggers of two tanh layers (32 units
forward, or 16 in each direction), untrained and after 600 updates on `helpers.grammars.sentences`; and a bidirectional
GRU of two layers on `helpers.grammars.tones`, whose answer one layer cannot compute. A classifier is fitted by least
squares on 1,500 sentences and judged on 1,500 others.
"""

from typing import Any

import numpy as np

from helpers.arrays import FloatArray
from helpers.grammars import TAGS, TONE_WORDS, WORDS, Ints, Sentences, sentences, tones, word_vectors
from helpers.networks import Network, start_network, train_network
from helpers.stacks import stack_forward

SETTINGS = {"H": {"forward": 32, "both": 16, "tones": 10}, "layers": 2, "updates": 600, "batch": 32, "rate": 5e-3,
            "fitted on": 1500, "judged on": 1500}  # fmt: skip


def batch_of(grammar: str, size: int, rng: np.random.Generator) -> tuple[FloatArray, Ints, Ints]:
    """Inputs, targets, lengths."""
    draw, vocabulary = {"tones": (tones, TONE_WORDS), "sentences": (sentences, WORDS)}[grammar]
    drawn = draw(size, rng)
    return word_vectors(drawn.words, len(vocabulary)), drawn.targets, drawn.lengths


def facts(batch: Sentences) -> dict[str, Any]:
    """What might be read out at each word, classes (T, B), -1 where it is not asked."""
    words, real = batch.words, batch.words >= 0
    nothing = np.full((1, words.shape[1]), -1)
    ends = np.isin(words, [WORDS.index("and"), WORDS.index(".")])
    clause = np.cumsum(ends, axis=0) - ends
    number = np.full(words.shape, -1)
    for t, b in np.argwhere(batch.distance != 0):
        number[(clause[:, b] == clause[t, b]) & real[:, b] & ~ends[:, b], b] = batch.targets[t, b] == TAGS.index("NNS")
    decides = np.zeros(words.shape, bool)
    for t, b in np.argwhere(batch.distance != 0):
        decides[[t, t + batch.distance[t, b]], b] = True  # the noun and what decides it: the word and its tag tell
    return {
        "the word": words,
        "the word before": np.where(real, np.concatenate([nothing, words[:-1]]), -1),
        "the word after": np.where(real, np.concatenate([words[1:], nothing]), -1),
        "number, at the noun": np.where(batch.distance != 0, number, -1),
        "number, elsewhere in the clause": np.where(decides, -1, number),
    }


def tone_facts(seed: int) -> list[dict[str, float]]:
    """The same for a GRU of two layers trained on "tones", at the word "terribly": left, right, and their product."""
    rng = np.random.default_rng(seed)
    start = start_network("gru", len(TONE_WORDS), 10, 2, rng, 2, True, dtype="float32")
    network = train_network(start, lambda rng: batch_of("tones", 32, rng), 600, rng, 5e-3).network
    halves = [tones(1500, np.random.default_rng(2000 + seed + 100 * half)) for half in range(2)]
    rows: list[dict[str, float]] = []
    for top in (1, 2):
        fitted: list[tuple[FloatArray, dict[str, Any]]] = []
        for half in halves:
            x = word_vectors(half.words, len(TONE_WORDS)).astype(np.float32)
            hs, _ = stack_forward(network.layers[:top], x, half.lengths)
            at = half.targets.T >= 0  # one word a sentence, sentence by sentence
            tone = half.targets.T[at]
            negated = (half.words == TONE_WORDS.index("not")).any(axis=0).astype(int)
            states = np.concatenate([hs.transpose(1, 0, 2)[at], np.ones((len(tone), 1))], axis=-1)
            fitted.append((states, {"left": negated, "right": negated ^ tone, "their product": tone}))
        rows.append({name: fit(*fitted[0], *fitted[1], name) for name in fitted[0][1]})
    return rows


def fit(a: FloatArray, wanted: dict[str, Any], b: FloatArray, judge: dict[str, Any], name: str) -> float:
    """Accuracy on `b` of the linear classifier (least squares) fitted on `a`."""
    right = np.eye(wanted[name].max() + 1)[wanted[name]]
    weights = np.linalg.solve(a.T @ a + 1e-3 * np.eye(a.shape[1]), a.T @ right)
    return float(((b @ weights).argmax(axis=-1) == judge[name]).mean())


def tagger(seed: int, both: bool, depth: int, updates: int = 600) -> tuple[Network, Network]:
    """Untrained and trained."""
    rng = np.random.default_rng(seed)
    H = 16 if both else 32
    start = start_network("tanh", len(WORDS), H, len(TAGS), rng, depth, both, dtype="float32")
    task = lambda rng: batch_of("sentences", 32, rng)  # noqa: E731
    return start, train_network(start, task, updates, rng, 5e-3).network


def probes(network: Network, seed: int) -> list[dict[str, float]]:
    """For each layer, the accuracy of a linear classifier (least squares, fitted on other sentences) of each fact."""
    rng = np.random.default_rng(2000 + seed)
    halves = [sentences(1500, rng) for _ in range(2)]
    rows: list[dict[str, float]] = []
    for top in range(1, len(network.layers) + 1):
        states: list[FloatArray] = []
        for half in halves:
            x = word_vectors(half.words, len(WORDS))
            hs, _ = stack_forward(network.layers[:top], x.astype(np.float32), half.lengths)
            states.append(np.concatenate([hs, np.ones_like(hs[..., :1])], axis=-1))
        row = {}
        first, second = facts(halves[0]), facts(halves[1])
        for name in first:
            here, there = first[name] >= 0, second[name] >= 0
            wanted = {name: first[name][here]}, {name: second[name][there]}
            row[name] = fit(states[0][here], wanted[0], states[1][there], wanted[1], name)
        rows.append(row)
    return rows


if __name__ == "__main__":
    from common import SEEDS, save, summary

    def table(rows: list[dict[str, float]]) -> dict[str, Any]:
        return {key: summary([row[key] for row in rows]) for key in rows[0]}

    results: dict[str, Any] = {}
    for both, way in ((False, "forward"), (True, "both")):
        pairs = [tagger(s, both, 2) for s in SEEDS]
        for index, state in enumerate(("untrained", "trained")):
            layers = [probes(pair[index], s) for pair, s in zip(pairs, SEEDS, strict=True)]
            for layer in (0, 1):
                results[f"{way}, {state}, layer {layer + 1}"] = table([row[layer] for row in layers])
    layers = [tone_facts(s) for s in SEEDS]
    for layer in (0, 1):
        results[f"tones, layer {layer + 1}"] = table([row[layer] for row in layers])
    for name, row in results.items():
        print(name, {k: (v["median"], v["worst"]) for k, v in row.items()})
    save(__file__, SETTINGS, results)
