"""Two other ways to train the captioner with attention, five seeds. About five minutes after 07_captioning.

Everything else is as in 07_captioning, which is also what to compare with.

``shown``
    The CNN was trained on as many single objects of the 20 pairs that training scenes show, so that nothing here has
    ever seen a held-out pair. {"eye": as in 07_captioning, "exact": for each set, greedy}.
``order``
    The decoder was trained on one of the two true captions of each scene, drawn by a coin, not on the canonical one.
    {"exact": for each set, greedy, "loss": mean over the last 50 updates, nats per word}.
``canonical``
    As 07_captioning trains: {"loss"}.
"""

from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from helpers.captioning.evaluation import judge, tell
from helpers.captioning.eye import eye_accuracy, look, name_attributes
from helpers.captioning.recipe import Captioners, kept, scene_set
from helpers.scenes import COLORS, HELD_OUT, SHAPES

FOLDER = Path(gettempdir()) / "chapter-7-captioners"
JUDGED_ON = ("dev seen", "dev unseen", "fresh seen", "fresh unseen")
SETTINGS = {"decoder": "attention", "judged on": "1,000 scenes of each set"}


def eye_row(eye: Any, seed: int) -> dict[str, float]:
    """What the CNN knows of single objects, of all pairs and of held-out ones."""
    scenes = scene_set("check", seed)
    names = zip(scenes.colors[:, 0], scenes.shapes[:, 0], strict=True)
    held_out = [(list(COLORS)[color], SHAPES[shape]) in HELD_OUT for color, shape in names]
    named = name_attributes(eye, scenes.images)
    right = np.all([named[what].argmax(1).numpy() == getattr(scenes, what)[:, 0] for what in named], axis=0)
    return eye_accuracy(eye, scenes) | {"held out": float(right[held_out].mean())}


def exact(captioners: Captioners, seed: int) -> dict[str, float]:
    """Exact match on each set, greedy."""
    out = {}
    for name in JUDGED_ON:
        scenes = scene_set(name, seed)
        captions = tell(captioners.tellers["attention"], look(captioners.eye, scenes.images))
        out[name] = float(judge(captions, scenes).exact.mean())
    return out


def one_seed(seed: int) -> dict[str, Any]:
    """Both variants of one seed."""
    usual = kept(FOLDER, seed)
    less = kept(FOLDER, seed, kinds=("attention",), shown="single seen")
    either = kept(FOLDER, seed, kinds=("attention",), order="either", eye=usual.eye)
    losses = {name: float(found.losses["attention"][-50:].mean()) for name, found in (("u", usual), ("e", either))}
    return {
        "shown": {"eye": eye_row(less.eye, seed), "exact": exact(less, seed)},
        "order": {"exact": exact(either, seed), "loss": losses["e"]},
        "canonical": {"loss": losses["u"]},
    }


def together(each: list[Any]) -> Any:
    """Turn one tree of numbers for each seed into a tree of summaries."""
    from common import summary

    if isinstance(each[0], dict):
        return {key: together([one[key] for one in each]) for key in each[0]}
    return summary(each)


if __name__ == "__main__":
    import torch
    from common import SEEDS, save

    torch.set_num_threads(1)
    each = []
    for seed in SEEDS:
        each.append(one_seed(seed))
        print(seed, each[-1], flush=True)
    save(__file__, SETTINGS, together(each))
