"""How to sum up a review of unknown length, and what the usual mistakes cost. About two minutes.

Reviews of `helpers.grammars.reviews`, 5 to 40 words in a padded batch; one GRU layer, 24 units forward or 14 in each
direction (about as many parameters), 400 updates on batches of 32. Each way to sum up the states is trained as it is
judged; "read at the end of the padding" is also done to networks that were trained without padding.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from helpers.arrays import FloatArray
from helpers.grammars import JOINTS, REVIEW_WORDS, Reviews, reviews, word_vectors
from helpers.networks import Network, start_network
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import cross_entropy, output_backward, output_layer
from helpers.padding import last_states, last_states_backward, mean_states, mean_states_backward
from helpers.stacks import stack_backward, stack_forward

V = len(REVIEW_WORDS)
SETTINGS = {"kind": "gru", "H": {"forward": 24, "both": 14}, "batch": 32, "updates": 400, "rate": 5e-3,
            "threshold": 1.0, "neutral": 2, "judged on": "2,000 reviews in one padded batch"}  # fmt: skip
NEUTRAL = 2
PADDING = 20
"""Steps of padding behind the longest review, as where one long review is in the batch."""


class Way(NamedTuple):
    """How the states of a review become one vector."""

    both: bool
    told: bool
    """Whether the layer is told the lengths, so that the backward chain starts at the last word."""
    take: Callable[[FloatArray, Any], FloatArray]
    back: Callable[[FloatArray, int, Any], FloatArray]


def _ends(both: bool) -> dict[str, Any]:
    return {"take": lambda hs, n: last_states(hs, n, both), "back": lambda d, T, n: last_states_backward(d, T, n, both)}


# Every row of hs at one step: the state after the last real word, or the last row of the array, padding or not.
_LAST_REAL = _ends(False)
_LAST_ROW = {"take": lambda hs, n: last_states(hs, None, False),
             "back": lambda d, T, n: last_states_backward(d, T, None, False)}  # fmt: skip
_MEAN = {"take": mean_states, "back": mean_states_backward}
_MEAN_ALL = {"take": lambda hs, n: mean_states(hs), "back": lambda d, T, n: mean_states_backward(d, T)}
WAYS = {
    "forward, at its last word": Way(False, True, **_LAST_REAL),
    "forward, hs[-1]": Way(False, False, **_LAST_ROW),
    "forward, mean": Way(False, True, **_MEAN),
    "both, each at its end": Way(True, True, **_ends(True)),
    "both, at the last word": Way(True, True, **_LAST_REAL),
    "both, hs[-1]": Way(True, False, **_LAST_ROW),
    "both, mean": Way(True, True, **_MEAN),
    "both, mean with padding": Way(True, False, **_MEAN_ALL),
}


def scores(network: Network, way: Way, x: FloatArray, lengths: Any) -> tuple[FloatArray, FloatArray, Any]:
    """Scores of the labels (1, B, 2), the summary (1, B, M), and the cache of the layers."""
    hs, cache = stack_forward(network.layers, x.astype(network.W_y.dtype), lengths if way.told else None)
    summed = way.take(hs, lengths)[None]
    return output_layer(summed, network.W_y, network.b_y), summed, cache


def trained(name: str, seed: int, updates: int = 400) -> Network:
    """Train one way."""
    way, rng = WAYS[name], np.random.default_rng(seed)
    H = SETTINGS["H"]["both" if way.both else "forward"]
    network = start_network("gru", V, H, 2, rng, both=way.both, dtype="float32")
    state = adam_start(network)
    for _ in range(updates):
        batch = reviews(32, rng, NEUTRAL)
        y, summed, cache = scores(network, way, word_vectors(batch.words, V), batch.lengths)
        _, dy = cross_entropy(y, batch.labels[None])
        dsummed, dW_y, db_y = output_backward(dy, summed, network.W_y)
        dhs = way.back(dsummed[0], len(batch.words), batch.lengths).astype(np.float32)
        gradient = Network(stack_backward(dhs, cache).layers, dW_y, db_y)
        gradient, _ = clip_by_norm(gradient, 1.0)
        network, state = adam_step(network, gradient, state, 5e-3)
    return network


def judged(name: str, network: Network, seed: int, padding: int = 0) -> dict[str, float]:
    """Accuracy on fresh reviews, all and by kind."""
    batch = reviews(2000, np.random.default_rng(1000 + seed), NEUTRAL)
    x = np.concatenate([word_vectors(batch.words, V), np.zeros((padding, 2000, V))])
    right = scores(network, WAYS[name], x, batch.lengths)[0][0].argmax(axis=-1) == batch.labels
    return {"all": right.mean()} | {kind: right[batch.kinds == i].mean() for i, kind in enumerate(JOINTS)}


def counts(batch: Reviews) -> FloatArray:
    """How often each word occurs, (B, V)."""
    return word_vectors(batch.words, V).sum(axis=0)


def bag_of_words(seed: int, updates: int = 400) -> dict[str, float]:
    """The best weights of a linear classifier on word counts, with as many reviews to learn from."""
    rng = np.random.default_rng(seed)
    weights: tuple[FloatArray, FloatArray] = (np.zeros((2, V)), np.zeros(2))
    state = adam_start(weights)
    for _ in range(updates):
        batch = reviews(32, rng, NEUTRAL)
        bag = counts(batch)[None]
        _, dy = cross_entropy(output_layer(bag, *weights), batch.labels[None])
        _, *gradient = output_backward(dy, bag, weights[0])
        weights, state = adam_step(weights, tuple(gradient), state, 5e-3)
    batch = reviews(2000, np.random.default_rng(1000 + seed), NEUTRAL)
    right = output_layer(counts(batch)[None], *weights)[0].argmax(axis=-1) == batch.labels
    return {"all": right.mean()} | {kind: right[batch.kinds == i].mean() for i, kind in enumerate(JOINTS)}


if __name__ == "__main__":
    from common import SEEDS, save, summary

    def table(rows: list[dict[str, float]]) -> dict[str, Any]:
        return {key: summary([row[key] for row in rows]) for key in rows[0]}

    results: dict[str, Any] = {"as trained": {"bag of words": table([bag_of_words(s) for s in SEEDS])}}
    results["with 20 more steps of padding"] = {}
    results["trained with lengths, read at hs[-1]"] = {}
    for name in WAYS:
        networks = [trained(name, s) for s in SEEDS]
        pairs = list(zip(networks, SEEDS, strict=True))
        results["as trained"][name] = table([judged(name, n, s) for n, s in pairs])
        print(name, {k: (v["median"], v["worst"]) for k, v in results["as trained"][name].items()}, flush=True)
        results["with 20 more steps of padding"][name] = table([judged(name, n, s, PADDING) for n, s in pairs])
        wrong = {"forward, at its last word": "forward, hs[-1]", "both, each at its end": "both, hs[-1]"}.get(name)
        if wrong:
            row = table([judged(wrong, n, s) for n, s in pairs])
            results["trained with lengths, read at hs[-1]"][name] = row
    long = [judged("forward, hs[-1]", trained("forward, hs[-1]", s, 1600), s) for s in SEEDS]
    results["1,600 updates"] = {"forward, hs[-1]": table(long)}
    for kind, rows in results.items():
        for name, row in rows.items():
            print(kind, "|", name, {k: (v["median"], v["worst"]) for k, v in row.items()})
    save(__file__, SETTINGS | {"padding": PADDING}, results)
