"""Who knows the noun's number? Four readers by the distance of the word that decides. About four minutes.

Forward, backward, in both directions, and forward with an answer some words later, at about the same number of
parameters, on fresh sentences of `helpers.grammars.sentences` (distances 1 to 8 on either side). What each of them can
reach at most is a closed form, 1 or 1/2.
"""

from typing import Any

import numpy as np

from helpers.containers import open_arrays
from helpers.grammars import TAGS, Sentences, sentences
from helpers.readers import DISTANCES, SIZES, Tagger, accuracy_by_distance, tag, train_tagger

UPDATES = 600
SETTINGS = {"units": SIZES, "units of a gated reader": {"forward": 24, "both": 14}, "batch": 32, "updates": UPDATES,
            "rate": 5e-3, "threshold": 1.0, "farthest": 8, "clauses": 2, "judged on": "5,000 sentences"}  # fmt: skip
GATED = {"forward": 24, "backward": 24, "both": 14, "delayed": 24}
DELAYS = [1, 2, 4, 8]


def judged(seed: int) -> Sentences:
    """Fresh sentences."""
    return sentences(5000, np.random.default_rng(1000 + seed))


def trained(reader: str, seed: int, kind: str = "tanh", delay: int = 4, units: int | None = None,
            updates: int = UPDATES) -> Tagger:  # fmt: skip
    """Train one reader."""
    units = units or (None if kind == "tanh" else GATED[reader])
    rng = np.random.default_rng(seed)
    return train_tagger(reader, rng, (updates,), sentences(1, rng), kind, units, delay=delay)


def measured(tagger: Tagger, seed: int, delay: int = 4) -> dict[str, float]:
    """Accuracy at each distance, and means over nouns decided from the right, from the left, and plain words."""
    found = accuracy_by_distance(tagger.reader, tagger.network, judged(seed), delay)
    at = dict(zip(DISTANCES, found.tolist(), strict=True))
    means = {"from the right": found[9:].mean(), "from the left": found[:8].mean(), "plain words": at[0]}
    return means | {str(d): value for d, value in at.items() if d}


def unfinished(tagger: Tagger, seed: int) -> dict[str, float]:
    """What a bidirectional reader says of a noun in a sentence that breaks off before the verb that decides.

    Right in 1 of 2 cases, whatever it says. Its belief is the larger of the two shares of NN and NNS.
    """
    rng = np.random.default_rng(4000 + seed)
    whole = sentences(4000, rng, clauses=1)
    at, distance = whole.distance.argmax(axis=0), whole.distance.max(axis=0)
    cut = at + 1 + (rng.random(4000) * distance).astype(int)  # words that have arrived, the noun among them
    chosen = distance > 0
    words = np.where(np.arange(len(whole.words))[:, None] < cut, whole.words, -1)[:, chosen]
    p = tag("both", tagger.network, words, cut[chosen])[at[chosen], np.arange(chosen.sum())]
    one, many = p[:, TAGS.index("NN")], p[:, TAGS.index("NNS")]
    belief = np.maximum(one, many) / (one + many)
    is_many = whole.targets[at, np.arange(4000)][chosen] == TAGS.index("NNS")
    return {
        "right": ((many > one) == is_many).mean(),
        "belief": belief.mean(),
        "belief above 0.9": (belief > 0.9).mean(),
    }


if __name__ == "__main__":
    from common import SEEDS, save, summary

    def rows(**settings: Any) -> dict[str, Any]:
        taggers = [trained(seed=s, **settings) for s in SEEDS]
        delay = settings.get("delay", 4)
        each = [measured(tagger, s, delay) for tagger, s in zip(taggers, SEEDS, strict=True)]
        size = sum(array.size for array in open_arrays("network", taggers[0].network)[1])
        found = {"parameters": size} | {key: summary([row[key] for row in each]) for key in each[0]}
        print(settings, size, {k: (v["median"], v["worst"]) for k, v in list(found.items())[1:]}, flush=True)
        return found

    results: dict[str, Any] = {"tanh": {reader: rows(reader=reader) for reader in ("forward", "backward", "both")}}
    for delay in DELAYS:
        results["tanh"][f"delayed by {delay}"] = rows(reader="delayed", delay=delay)
    results["tanh"]["delayed by 8, 1,800 updates"] = rows(reader="delayed", delay=8, updates=1800)
    results["gru"] = {reader: rows(reader=reader, kind="gru") for reader in ("forward", "both")}
    found = [unfinished(trained("both", s), s) for s in SEEDS]
    results["unfinished sentences"] = {key: summary([row[key] for row in found]) for key in found[0]}
    print(results["unfinished sentences"])
    save(__file__, SETTINGS | {"delays": DELAYS}, results)
