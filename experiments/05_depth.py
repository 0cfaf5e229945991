"""What does depth do? Gradients through depth and time, and training at equal size. About eight minutes.

"gradients": untrained stacks of 1 to 8 layers of 32 units, inputs of 32 numbers, 30 steps: how much of the gradient of
the last output reaches the lowest layer, the first step, and both (log10, of a norm that starts at 1).

"training": bidirectional stacks with about 3,000 parameters, at most 600 updates. On "tones" one layer provably
fails: the answer is the product of a word to the left and a word to the right, and the output layer can only add. On
"sentences" one layer is enough.
"""

from typing import Any

import numpy as np

from helpers.arrays import FloatArray
from helpers.containers import open_arrays
from helpers.grammars import TAGS, TONE_WORDS, WORDS, Ints, sentences, tones, word_vectors
from helpers.layers import start_layer
from helpers.networks import Network, network_accuracy, start_network, train_network
from helpers.sensitivity import depth_time_norms

SETTINGS: dict[str, Any] = {
    "gradients": {"H": 32, "D": 32, "T": 30, "B": 4, "depths": [1, 2, 4, 8], "forget bias": 1},
    "training": {"parameters": 3000, "batch": 32, "updates": 600, "rate": 5e-3, "threshold": 1.0,
                 "depths": [1, 2, 4, 8], "judged on": "2,000 sentences"},
}  # fmt: skip
DEPTHS = [1, 2, 4, 8]
TRAINED = {
    "tones, gru": [
        "plain, 1",
        "plain, 2",
        "plain, 4",
        "plain, 8",
        "residual, 2",
        "residual, 4",
        "residual, 8",
        "dense, 8",
    ],
    "tones, tanh": ["plain, 1", "plain, 2", "plain, 8", "residual, 8", "dense, 8"],
    "sentences, tanh": ["plain, 1", "plain, 2", "plain, 8", "residual, 8"],
}
GRAMMARS = {"tones": (tones, TONE_WORDS, 2), "sentences": (sentences, WORDS, len(TAGS))}


# -- Gradients of untrained stacks ------------------------------------------------------------------------
def gradients(kind: str, connect: str, depth: int, seed: int) -> dict[str, float]:
    """log10 of the norms at three corners: lowest layer and last step, top layer and first step, lowest and first."""
    rng = np.random.default_rng(seed)
    H, layers = 32, []
    for index in range(depth):
        width = H * (index + 1) if connect == "dense" else H
        layers.append(start_layer(kind, width, H, rng, bias=1.0 if kind == "lstm" else 0.0))
    logs = depth_time_norms(layers, rng.standard_normal((30, 4, H)), connect)
    return {"down": logs[0, -1], "back": logs[-1, 0], "down and back": logs[0, 0]}


# -- Training at equal size -------------------------------------------------------------------------------
def sized(grammar: str, kind: str, depth: int, connect: str, parameters: int = 3000) -> int:
    """The number of units per direction that comes nearest to this number of parameters."""
    _, vocabulary, V = GRAMMARS[grammar]

    def off(H: int) -> int:
        start = start_network(kind, len(vocabulary), H, V, np.random.default_rng(0), depth, True, connect)
        return abs(sum(array.size for array in open_arrays("network", start)[1]) - parameters)

    return min(range(2, 60), key=off)


def batch_of(grammar: str, size: int, rng: np.random.Generator) -> tuple[FloatArray, Ints, Ints]:
    """Inputs, targets, lengths."""
    draw, vocabulary, _ = GRAMMARS[grammar]
    drawn = draw(size, rng)
    return word_vectors(drawn.words, len(vocabulary)), drawn.targets, drawn.lengths


def asked(grammar: str, size: int, rng: np.random.Generator) -> tuple[FloatArray, Ints, Ints]:
    """The same, asking only for words that another word decides."""
    draw, vocabulary, _ = GRAMMARS[grammar]
    drawn = draw(size, rng)
    targets = np.where(drawn.distance == 0, -1, drawn.targets)
    return word_vectors(drawn.words, len(vocabulary)), targets, drawn.lengths


def trained(grammar: str, kind: str, depth: int, connect: str, seed: int, updates: int = 600) -> tuple[float, int]:
    """Accuracy on 2,000 fresh sentences (the tone of "terribly", or the ambiguous nouns), and updates made.

    Training stops early where 300 dev sentences are right but for 1 %; they are looked at every 50 updates.
    """
    rng, dev = np.random.default_rng(seed), asked(grammar, 300, np.random.default_rng(3000 + seed))
    _, vocabulary, V = GRAMMARS[grammar]
    H = sized(grammar, kind, depth, connect)
    start = start_network(kind, len(vocabulary), H, V, rng, depth, True, connect, dtype="float32")

    def solved(done: int, network: Network) -> bool:
        return done % 50 == 0 and network_accuracy(network, *dev, connect) >= 0.99

    task = lambda rng: batch_of(grammar, 32, rng)  # noqa: E731
    run = train_network(start, task, updates, rng, 5e-3, connect=connect, look=solved)
    judge = asked(grammar, 2000, np.random.default_rng(1000 + seed))
    return network_accuracy(run.network, *judge, connect), len(run.losses)


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results: dict[str, Any] = {"gradients": {}, "training": {}}
    for kind in ("tanh", "lstm"):
        for connect in ("plain", "residual", "dense"):
            for depth in DEPTHS if connect == "plain" else DEPTHS[1:]:
                name = f"{kind}, {connect}, {depth}"
                rows = [gradients(kind, connect, depth, s) for s in SEEDS]
                results["gradients"][name] = {key: summary([row[key] for row in rows]) for key in rows[0]}
                print("gradients", name, {k: v["median"] for k, v in results["gradients"][name].items()})
    for task, stacks in TRAINED.items():
        grammar, kind = task.split(", ")
        for stack in stacks:
            connect, layers = stack.split(", ")
            runs = [trained(grammar, kind, int(layers), connect, s) for s in SEEDS]
            found = summary([accuracy for accuracy, _ in runs]) | {"updates": [updates for _, updates in runs]}
            name = f"{task}, {stack}"
            results["training"][name] = {"H": sized(grammar, kind, int(layers), connect)} | found
            print("training", name, results["training"][name], flush=True)
    save(__file__, SETTINGS, results)
