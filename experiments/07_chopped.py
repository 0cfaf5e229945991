"""What does the frozen grid know? The layer chopped off, asked at each of 8 x 8 places. Seconds after 07_records.

The CNN's last layer named single objects from the largest value of each channel over all places. Here it reads the 64
channels of one place at a time, of scenes with two objects, which neither it nor the CNN was trained on.

Results, seeds 0-4, 1,000 dev unseen scenes each, over objects that do not share the word with the other object:
``on object[kind]``   "color", "shape", "size": share of objects that cover the place where their own word scores most
``covered``           share of all places that an object covers: what a guess would have

The record ``captioning_chopped``, of seed 0: ``words``, 12; ``names``, of the scenes of captioning_scenes; ``scenes``,
for each of them and each word 64 scores before the softmax, in tenths, row by row from the upper left.
"""

from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from helpers.captioning.eye import look
from helpers.captioning.pointing import object_cells
from helpers.captioning.recipe import kept, scene_set
from helpers.records import load
from helpers.scenes import COLORS, SHAPES, SIZES, Scenes

FOLDER = Path(gettempdir()) / "chapter-7-captioners"  # 07_captioning leaves its captioners there
WORDS = (*COLORS, *SHAPES, *SIZES)
KINDS = {"color": ("colors", 0), "shape": ("shapes", len(COLORS)), "size": ("sizes", len(COLORS) + len(SHAPES))}
SETTINGS = {"judged on": "1,000 dev unseen scenes", "places": "8 x 8"}


def scores(eye: Any, images: np.ndarray) -> np.ndarray:
    """Scores of the 12 words at each place: (N, 64, 12)."""
    return eye["head"](look(eye, images)).detach().numpy()


def one_seed(eye: Any, scenes: Scenes) -> dict[str, Any]:
    """Where each object's own words score highest."""
    found, cells = scores(eye, scenes.images), object_cells(scenes)
    out: dict[str, Any] = {"on object": {}, "covered": float(cells.mean())}
    rows = np.arange(len(found))
    for kind, (name, first) in KINDS.items():
        values = getattr(scenes, name)
        apart = values[:, 0] != values[:, 1]
        hits = [cells[rows, k, found[rows, :, first + values[:, k]].argmax(1)][apart] for k in (0, 1)]
        out["on object"][kind] = float(np.mean(hits))
    return out


def record(eye: Any, names: list[str]) -> dict[str, Any]:
    """The scores on the scenes of the figures, by their names, such as "unseen 3"."""
    listed = []
    for name in names:
        split, i = name.split()
        maps = scores(eye, scene_set(f"fresh {split}", 0).images[int(i)][None])[0]
        listed.append([[round(10 * float(v)) for v in maps[:, w]] for w in range(len(WORDS))])
    return {"words": list(WORDS), "names": names, "scenes": listed}


if __name__ == "__main__":
    import torch
    from common import SEEDS, keep, save, summary

    torch.set_num_threads(1)
    each = []
    for seed in SEEDS:
        eye = kept(FOLDER, seed).eye
        each.append(one_seed(eye, scene_set("dev unseen", seed)))
        print(seed, each[-1], flush=True)
        if seed == 0:
            keep("captioning_chopped", record(eye, [scene["name"] for scene in load("captioning_scenes")["scenes"]]))
    results = {
        "on object": {kind: summary([one["on object"][kind] for one in each]) for kind in KINDS},
        "covered": summary([one["covered"] for one in each]),
    }
    save(__file__, SETTINGS, results)
