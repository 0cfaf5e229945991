"""What chapter 7's figures need of trained captioners, written to src/helpers/records/. A minute after 07_captioning.

``captioning_scenes``
    ``side``: 64 pixels; ``grid``: 8 places along each side; ``seed``: of the captioners; ``scenes``: list of scenes:

    ``name``      "seen 3": the split it comes from (fresh sets), and its number there
    ``split``     "seen" or "unseen" (at least one object is of a pair that no training scene of two objects shows)
    ``what``      "both right", "only attention right", "both wrong", "only show and tell right" (greedy search)
    ``objects``   two of {"size", "color", "shape", "x", "y", "radius", "angle", "held_out"}; pixels, radians
    ``references``  the two true captions, text; the canonical one first
    ``told``      told[decoder][setting]: list of captions, best first, each
                  ``{"text", "words", "log_probability", "score", "true"}``: the words joined by spaces; the sum of
                  log-probabilities (nats, END included); the mean per word; whether it is one of the references.
                  decoder: "show and tell", "attention". setting: "beam 1", "beam 2", "beam 3", "beam 5" (as many
                  captions as the width, highest score first); "temperature 0.5", "temperature 1", "temperature 2"
                  (three draws in the order drawn; the first is to be shown).
                  A caption that the limit cut off stands without END; ``words`` never holds END.
    ``maps``      maps[text]: for every caption that stands first somewhere under "attention", one list of 64 integers
                  for each word and one for END (so len(words) + 1 lists): the attention weight before that word, 0 to
                  1000 (thousandths, rounded), places row by row from the upper left.

``captioning_misleading``
    The same scenes told by the captioner whose maps point worst: ``seed``, ``exact`` (dev seen, greedy), ``nearer``
    (share of words of true captions at which the largest weight is nearer to the object being named), and ``scenes``,
    in the same order: {"text", "words", "true", "map"}, greedy, `map` as an entry of `maps` above.

``captioning_pointing``: settings and results of 07_pointing.json.
``captioning_results``: results of 07_captioning.json.
``captioners.npz``: the captioners of seed 0 in half precision (`helpers.captioning.shipped`).
"""

import json
from importlib.resources import files
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np

from helpers.captioning.evaluation import judge, tell, tell_alternatives
from helpers.captioning.eye import look
from helpers.captioning.pointing import attention_maps, pointing_scores
from helpers.captioning.recipe import KINDS, Captioners, kept, scene_set
from helpers.captioning.shipped import NAME, pack
from helpers.captioning.teller import LIMIT, teller_decoder
from helpers.captioning.vocabulary import END, START, decode_caption
from helpers.decoding import Hypothesis, sample_search
from helpers.scenes import COLORS, HELD_OUT, SHAPES, SIDE, SIZES, Scenes, references

FOLDER = Path(gettempdir()) / "chapter-7-captioners"
RECORDS = Path(str(files("helpers.records")))
WIDTHS, TEMPERATURES, DRAWS = (1, 2, 3, 5), (0.5, 1, 2), 3
WANTED = {  # how many scenes of each kind are shown, from the first that come
    ("unseen", "only attention right"): 3, ("unseen", "both right"): 1, ("unseen", "both wrong"): 1,
    ("unseen", "only show and tell right"): 1, ("seen", "both right"): 2, ("seen", "only attention right"): 1,
}  # fmt: skip


def objects(scenes: Scenes, i: int) -> list[dict[str, Any]]:
    return [
        {
            "size": SIZES[scenes.sizes[i, k]], "color": list(COLORS)[scenes.colors[i, k]],
            "shape": SHAPES[scenes.shapes[i, k]],
            "x": round(float(scenes.centers[i, k, 0]), 1), "y": round(float(scenes.centers[i, k, 1]), 1),
            "radius": round(float(scenes.radii[i, k]), 1), "angle": round(float(scenes.angles[i, k]), 3),
            "held_out": (list(COLORS)[scenes.colors[i, k]], SHAPES[scenes.shapes[i, k]]) in HELD_OUT,
        }
        for k in (0, 1)
    ]  # fmt: skip


def told(found: list[Hypothesis], true: list[list[str]]) -> list[dict[str, Any]]:
    return [
        {
            "text": " ".join(words), "words": words, "log_probability": round(h.log_probability, 3),
            "score": round(h.score, 3), "true": words in true,
        }
        for h in found
        for words in [decode_caption(h.symbols)]
    ]  # fmt: skip


def thousandths(maps: np.ndarray, words: int) -> list[list[int]]:
    return [[round(1000 * float(w)) for w in row] for row in maps[: words + 1]]


def record(scenes: Scenes, i: int, split: str, what: str, captioners: Captioners, seed: int) -> dict[str, Any]:
    features = look(captioners.eye, scenes.images[i : i + 1])
    true = references(scenes, i)
    out: dict[str, Any] = {"name": f"{split} {i}", "split": split, "what": what, "objects": objects(scenes, i),
                           "references": [" ".join(words) for words in true], "told": {}, "maps": {}}  # fmt: skip
    for kind in KINDS:
        teller = captioners.tellers[kind]
        settings = {f"beam {k}": told(tell_alternatives(teller, features, k)[0], true) for k in WIDTHS}
        for temperature in TEMPERATURES:
            step, state = teller_decoder(teller, features[[0] * DRAWS])
            rng = np.random.default_rng((seed, i))
            found = sample_search(step, state, DRAWS, START, END, LIMIT, rng, float(temperature))
            settings[f"temperature {temperature}"] = told(found, true)
        out["told"][kind] = settings
    for captions in out["told"]["attention"].values():
        words = captions[0]["words"]
        if words:
            maps = attention_maps(captioners.tellers["attention"], features, [words])[:, 0]
            out["maps"][captions[0]["text"]] = thousandths(maps, len(words))
    return out


def chosen(captioners: Captioners, seed: int) -> list[tuple[Scenes, int, str, str]]:
    """The first scenes of the fresh sets that are of the kinds wanted."""
    names = {(True, True): "both right", (False, True): "only attention right", (False, False): "both wrong",
             (True, False): "only show and tell right"}  # fmt: skip
    picked = []
    for split in ("seen", "unseen"):
        scenes = scene_set(f"fresh {split}", seed)
        features = look(captioners.eye, scenes.images)
        right = [judge(tell(captioners.tellers[kind], features), scenes).exact.tolist() for kind in KINDS]
        what = [names[pair] for pair in zip(*right, strict=True)]
        for (where, kind), count in WANTED.items():
            if where == split:
                picked += [(scenes, i, split, kind) for i in range(len(what)) if what[i] == kind][:count]
    return picked


def write(name: str, content: dict[str, Any]) -> None:
    text = json.dumps(content, separators=(",", ":"))
    (RECORDS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(name, len(text) // 1000, "kB", flush=True)


def misleading(seed: int, captioners: Captioners, scenes: list[tuple[Scenes, int, str, str]]) -> dict[str, Any]:
    teller = captioners.tellers["attention"]
    dev = scene_set("dev seen", seed)
    features = look(captioners.eye, dev.images)
    captions = tell(teller, features)
    nearer = pointing_scores(attention_maps(teller, features, captions), captions, dev)["all"]["nearer"]
    out: dict[str, Any] = {"seed": seed, "exact": round(float(judge(captions, dev).exact.mean()), 4),
                           "nearer": round(nearer, 4), "scenes": []}  # fmt: skip
    for group, i, _, _ in scenes:
        seen = look(captioners.eye, group.images[i : i + 1])
        (words,) = tell(teller, seen)
        maps = attention_maps(teller, seen, [words])[:, 0]
        out["scenes"].append({"text": " ".join(words), "words": words, "true": words in references(group, i),
                              "map": thousandths(maps, len(words))})  # fmt: skip
    return out


if __name__ == "__main__":
    import sys

    import torch

    torch.set_num_threads(1)
    first = kept(FOLDER, 0)
    scenes = chosen(first, 0)
    listed = [record(*scene, first, 0) for scene in scenes]
    write("captioning_scenes", {"side": SIDE, "grid": 8, "seed": 0, "scenes": listed})
    features = look(first.eye, np.stack([group.images[i] for group, i, _, _ in scenes]))
    np.savez_compressed(RECORDS / NAME, **pack(first, features))
    here = Path(__file__).parent
    if "--scenes" not in sys.argv:
        results = json.loads((here / "07_captioning.json").read_text(encoding="utf-8"))["results"]
        write("captioning_results", results)
        content = json.loads((here / "07_pointing.json").read_text(encoding="utf-8"))
        write("captioning_pointing", {"settings": content["settings"], "results": content["results"]})
        worst = content["results"]["misleading seed"]
        write("captioning_misleading", misleading(worst, kept(FOLDER, worst), scenes))
