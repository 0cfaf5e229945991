"""Show and Tell against soft attention, five seeds. About ten minutes on a quiet thread.

The captioners are those of `helpers.captioning.recipe`: a CNN trained on single objects of all 24 pairs of colour and
shape, frozen; decoders trained on scenes in which four of the pairs never occur. Settings were chosen with seed 0, on
the dev sets; the fresh sets were drawn for this table alone.

Results; each ``{"median", "worst", "each"}`` is over seeds 0-4, shares are 0 to 1, BLEU 0 to 100:

``table[decoder][search][set]``
    {"exact", "bleu 1", "bleu 2", "bleu 3", "bleu 4"}. Decoder "show and tell", "attention"; search "greedy", "beam 3",
    "temperature 0.5", "temperature 1"; set "dev seen", "dev unseen", "fresh seen", "fresh unseen".
``wrong[decoder][kind]``
    Share of the fresh unseen scenes, greedy, with a wrong "size", "color", "shape", "relation"; with another "form";
    with all words right, but in the wrong "order".
``mixed[decoder]``
    Of the wrong captions of fresh unseen scenes: the share that names no held-out pair, though each scene shows one.
``beam[decoder][width]``
    Width "1" to "10", 300 dev unseen scenes: {"exact", "score": best mean log-probability, averaged over the scenes,
    "worse": share of scenes whose best score is below the best of the next narrower beam}.
``eye``
    Accuracy on 2,000 single objects of all pairs, "colors", "shapes", "sizes"; and on those of held-out pairs alone,
    "held out", all three attributes right.
``hidden``
    The rows of the table, as medians, with BLEU-1 above 90 and fewer than half of the captions right.
``seconds``
    CPU time of each part, on a machine shared with others, which makes it more than on a quiet one.
``parameters``
    Trained numbers of the CNN and of each decoder.
"""

from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from helpers.captioning.bleu import bleu
from helpers.captioning.evaluation import Judgement, judge, slots, tell, tell_alternatives
from helpers.captioning.eye import eye_accuracy, look, name_attributes
from helpers.captioning.recipe import EPOCHS, KINDS, SCENES, SINGLE, TRAINING, Captioners, kept, scene_set
from helpers.captioning.vocabulary import decode_caption
from helpers.scenes import COLORS, HELD_OUT, SHAPES, Scenes, references

FOLDER = Path(gettempdir()) / "chapter-7-captioners"  # 07_pointing and 07_records take the captioners from there
JUDGED_ON = ("dev seen", "dev unseen", "fresh seen", "fresh unseen")
SEARCHES: dict[str, dict[str, Any]] = {
    "greedy": {},
    "beam 3": {"width": 3},
    "temperature 0.5": {"temperature": 0.5},
    "temperature 1": {"temperature": 1.0},
}
WIDTHS = (1, 2, 3, 5, 10)
SETTINGS = {"eye": {"images": SINGLE, "epochs": EPOCHS, "batch": 100, "rate": 1e-2},
            "scenes": SCENES, "decoders": TRAINING, "judged on": "1,000 scenes of each set"}  # fmt: skip


def row(captions: list[list[str]], scenes: Scenes, judgement: Judgement | None = None) -> dict[str, float]:
    """Exact match and BLEU 1-4 of one set of captions."""
    true = [references(scenes, i) for i in range(len(captions))]
    judgement = judgement or judge(captions, scenes)
    return {"exact": float(judgement.exact.mean())} | {f"bleu {n}": bleu(captions, true, n) for n in (1, 2, 3, 4)}


def mixed(captions: list[list[str]], scenes: Scenes, exact: np.ndarray) -> float:
    """Of the wrong captions: how many speak of no held-out pair, though every scene shows one."""
    wrong = [slots(captions[i]) for i in np.flatnonzero(~exact)]
    return float(np.mean([s is not None and not {(s[1], s[2]), (s[5], s[6])} & set(HELD_OUT) for s in wrong] or [0]))


def beams(captioners: Captioners, kind: str, seed: int) -> dict[str, dict[str, float]]:
    """Exact match and best scores by the width of the beam."""
    scenes = scene_set("dev unseen", seed, 300)
    features = look(captioners.eye, scenes.images)
    out, before = {}, None
    for width in WIDTHS:
        best = [found[0] for found in tell_alternatives(captioners.tellers[kind], features, width)]
        scores = np.array([h.score for h in best])
        worse = 0.0 if before is None else float((scores < before - 1e-6).mean())
        exact = judge([decode_caption(h.symbols) for h in best], scenes).exact.mean()
        out[str(width)], before = {"exact": float(exact), "score": float(scores.mean()), "worse": worse}, scores
    return out


def eye_row(eye: Any, seed: int) -> dict[str, float]:
    """What the CNN knows of single objects."""
    scenes = scene_set("check", seed)
    pairs = [
        (list(COLORS)[c], SHAPES[s]) in HELD_OUT for c, s in zip(scenes.colors[:, 0], scenes.shapes[:, 0], strict=True)
    ]
    named = name_attributes(eye, scenes.images)
    right = np.all([named[a].argmax(1).numpy() == getattr(scenes, a)[:, 0] for a in named], axis=0)
    return eye_accuracy(eye, scenes) | {"held out": float(right[pairs].mean())}


def one_seed(seed: int) -> dict[str, Any]:
    """All that is measured of one seed's captioners."""
    captioners = kept(FOLDER, seed)
    out: dict[str, Any] = {
        "table": {kind: {search: {} for search in SEARCHES} for kind in KINDS},
        "wrong": {},
        "mixed": {},
    }
    for name in JUDGED_ON:
        scenes = scene_set(name, seed)
        features = look(captioners.eye, scenes.images)
        for kind in KINDS:
            for search, settings in SEARCHES.items():
                rng = np.random.default_rng(seed)
                captions = tell(captioners.tellers[kind], features, rng=rng, **settings)
                judgement = judge(captions, scenes)
                out["table"][kind][search][name] = row(captions, scenes, judgement)
                if (search, name) == ("greedy", "fresh unseen"):
                    out["wrong"][kind] = {what: float(where.mean()) for what, where in judgement.wrong.items()}
                    out["mixed"][kind] = mixed(captions, scenes, judgement.exact)
    out["beam"] = {kind: beams(captioners, kind, seed) for kind in KINDS}
    parts = {"eye": captioners.eye} | {kind: teller.parts for kind, teller in captioners.tellers.items()}
    out["parameters"] = {name: sum(p.numel() for p in part.parameters()) for name, part in parts.items()}
    out["eye"] = eye_row(captioners.eye, seed)
    out["seconds"] = captioners.seconds
    return out


def together(each: list[Any]) -> Any:
    """Turn one tree of numbers for each seed into a tree of summaries."""
    from common import summary

    if isinstance(each[0], dict):
        return {key: together([one[key] for one in each]) for key in each[0]}
    return each[0] if isinstance(each[0], int) else summary(each)


def hidden(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows in which BLEU-1 is above 90 and most captions are wrong; medians."""
    rows = [
        {"decoder": kind, "search": search, "set": name} | {what: one["median"] for what, one in found.items()}
        for kind, searches in table.items()
        for search, sets in searches.items()
        for name, found in sets.items()
    ]
    return [row for row in rows if row["bleu 1"] > 90 and row["exact"] < 0.5]


if __name__ == "__main__":
    import torch
    from common import SEEDS, save

    torch.set_num_threads(1)
    each = []
    for seed in SEEDS:
        each.append(one_seed(seed))
        print(
            seed,
            {k: v["greedy"]["fresh unseen"] for k, v in each[-1]["table"].items()},
            each[-1]["seconds"],
            flush=True,
        )
    results = together(each)
    save(__file__, SETTINGS, results | {"hidden": hidden(results["table"])})
