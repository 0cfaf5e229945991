"""Does attention look at what it names, and does it matter where it looks? A minute after 07_captioning.

Greedy captions of 1,000 dev scenes, by the captioners with attention of `helpers.captioning.recipe`, seeds 0-4.

``pointing[set][kind]``
    Set "seen" or "unseen"; kind "size", "color", "shape", "all": {"nearer", "own", "other"}, each {"median", "worst",
    "each"} (see `helpers.captioning.pointing_scores`).
``by seed``
    On seen scenes: {"seed", "exact", "nearer", "own", "other", "size nearer", "size own", "size other"}; the first
    three shares are over all words, the others over "small" and "large".
``misleading seed``
    Of those with 97 % of the captions true or more, the one with the lowest "nearer".
``redirected[how]``
    Seen scenes: {"exact", "same"}, captions true and captions unchanged, if other weights take the place of its own:
    "uniform", all places alike; "turned", the map turned by 180 degrees; "peak", everything on the largest weight;
    "uniform for sizes", all places alike, but only before "small" and "large"; "own", the weights as they are.
``worst redirected[how]``
    The same for the misleading seed.
"""

from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import torch

from helpers.captioning.evaluation import judge, tell
from helpers.captioning.eye import look
from helpers.captioning.pointing import attention_maps, pointing_scores
from helpers.captioning.recipe import Captioners, kept, scene_set
from helpers.captioning.vocabulary import WORDS

FOLDER = Path(gettempdir()) / "chapter-7-captioners"
ENOUGH = 0.97
SETTINGS = {
    "judged on": "1,000 dev scenes of each kind",
    "misleading": f"exact match at least {ENOUGH}",
}


def uniform(weights: Any, words: Any) -> Any:
    """All places alike."""
    return weights * 0 + 1 / weights.shape[1]


def turned(weights: Any, words: Any) -> Any:
    """The map turned by 180 degrees about the middle of the image."""
    return weights.flip(1)


def peak(weights: Any, words: Any) -> Any:
    """Everything on the place with the largest weight."""
    return (weights == weights.amax(1, keepdim=True)).to(weights.dtype)


def for_sizes(weights: Any, words: Any) -> Any:
    """All places alike, but only before a size word, which always follows "a"."""
    return torch.where(words[:, None] == WORDS.index("a"), uniform(weights, words), weights)


REDIRECTS = {"own": None, "uniform": uniform, "turned": turned, "peak": peak, "uniform for sizes": for_sizes}


def one_seed(seed: int, found: Captioners | None = None) -> dict[str, Any]:
    """Pointing scores and exact match on both dev sets."""
    found = found or kept(FOLDER, seed)
    teller, out = found.tellers["attention"], {}
    for name in ("seen", "unseen"):
        scenes = scene_set(f"dev {name}", seed)
        features = look(found.eye, scenes.images)
        captions = tell(teller, features)
        scores = pointing_scores(attention_maps(teller, features, captions), captions, scenes)
        out[name] = scores | {"exact": float(judge(captions, scenes).exact.mean())}
    return out


def redirected(seed: int, found: Captioners | None = None) -> dict[str, dict[str, float]]:
    """What is said if attention is made to look elsewhere."""
    found = found or kept(FOLDER, seed)
    scenes = scene_set("dev seen", seed)
    features = look(found.eye, scenes.images)
    told = {how: tell(found.tellers["attention"], features, redirect=redirect) for how, redirect in REDIRECTS.items()}
    return {
        how: {
            "exact": float(judge(captions, scenes).exact.mean()),
            "same": float(np.mean([a == b for a, b in zip(captions, told["own"], strict=True)])),
        }
        for how, captions in told.items()
    }


def misleading(listed: list[dict[str, Any]]) -> int:
    """The seed whose maps point worst although its captions are right."""
    good = [one for one in listed if one["exact"] >= ENOUGH] or listed
    return int(min(good, key=lambda one: one["nearer"])["seed"])


if __name__ == "__main__":
    from common import SEEDS, save, summary

    torch.set_num_threads(1)
    each, listed = [], []
    for seed in SEEDS:
        each.append(one_seed(seed))
        seen = each[-1]["seen"]
        listed.append({"seed": seed, "exact": round(seen["exact"], 4)})
        listed[-1] |= {what: round(seen["all"][what], 4) for what in ("nearer", "own", "other")}
        listed[-1] |= {f"size {what}": round(seen["size"][what], 4) for what in ("nearer", "own", "other")}
        print(listed[-1], flush=True)
    scores = {
        name: {
            kind: {what: summary([each[s][name][kind][what] for s in SEEDS]) for what in ("nearer", "own", "other")}
            for kind in ("size", "color", "shape", "all")
        }
        for name in ("seen", "unseen")
    }
    moved = [redirected(seed) for seed in SEEDS]
    worst = misleading(listed)
    results = {
        "pointing": scores,
        "by seed": listed,
        "misleading seed": worst,
        "redirected": {
            how: {k: summary([one[how][k] for one in moved]) for k in ("exact", "same")} for how in REDIRECTS
        },
        "worst redirected": redirected(worst),
    }
    print(results["redirected"], results["worst redirected"])
    save(__file__, SETTINGS, results)
