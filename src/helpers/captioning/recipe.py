"""The captioners of chapter 7, trained by one recipe: notebook, experiments and records speak of the same models.

The CNN learns from single objects of all 24 pairs of colour and shape. The decoders learn from scenes of two objects in
which four of the pairs (`helpers.scenes.HELD_OUT`) never occur.
"""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from helpers.arrays import check_choice
from helpers.captioning.eye import look, start_eye, train_eye
from helpers.captioning.teller import Teller, canonical, start_teller, train_teller
from helpers.captioning.vocabulary import encode_captions
from helpers.scenes import Scenes, draw_scenes, references

if TYPE_CHECKING:
    from torch import Tensor

    from helpers.arrays import IntArray

SINGLE = 8000
"""Images of one object that the CNN is trained on."""
EPOCHS = 5
SCENES = 8000
"""Images of two objects that the decoders are trained on."""
TRAINING: dict[str, dict[str, Any]] = {
    "show and tell": {"updates": 1500, "size": 64, "rate": 4e-3},
    "attention": {"updates": 800, "size": 128, "rate": 6e-3},
}
"""Updates, images of a batch, and the largest learning rate; both decoders read about 100,000 captions."""
JUDGED = 1000
"""Scenes of each set that captions are judged on."""
SETS = {
    "single": (SINGLE, "any", 1), "single seen": (SINGLE, "seen", 1), "check": (2000, "any", 1),
    "train": (SCENES, "seen", 2), "dev seen": (JUDGED, "seen", 2), "dev unseen": (JUDGED, "unseen", 2),
    "fresh seen": (JUDGED, "seen", 2), "fresh unseen": (JUDGED, "unseen", 2),
}  # fmt: skip
"""How many scenes, of which split, with how many objects. Settings were chosen on dev sets; fresh sets came last."""
STREAMS = {
    "single": 0, "train": 1, "dev seen": 2, "dev unseen": 3, "check": 4, "fresh seen": 5, "fresh unseen": 6,
    "single seen": 7,
}  # fmt: skip
KINDS = ("show and tell", "attention")
ORDERS = ("canonical", "either")


class Captioners(NamedTuple):
    """What one seed gives."""

    eye: Any
    """The frozen CNN."""
    tellers: dict[str, Teller]
    """For each of `KINDS`."""
    losses: dict[str, Any]
    """Training losses of "eye" and of each of `KINDS`, arrays (updates,)."""
    seconds: dict[str, float]
    """CPU time of "draw", "eye", "look" and of each of `KINDS`."""


def scene_set(name: str, seed: int, n: int | None = None) -> Scenes:
    """Draw one of the sets of scenes that belong to a seed.

    Parameters
    ----------
    name : str
        A key of `SETS`.
    seed : int
    n : int, optional
        Fewer or more scenes than `SETS` says.

    Returns
    -------
    helpers.scenes.Scenes

    Raises
    ------
    ValueError
        If there is no such set.
    """
    size, split, objects = SETS[check_choice("name", name, SETS)]
    return draw_scenes(n or size, np.random.default_rng((seed, STREAMS[name])), split, objects)


def either(scenes: Scenes, rng: np.random.Generator) -> IntArray:
    """Encode one of each scene's true captions, drawn by a coin, where `canonical` always takes the first.

    Parameters
    ----------
    scenes : helpers.scenes.Scenes
    rng : numpy.random.Generator

    Returns
    -------
    int array (T + 1, N)
    """
    captions = [references(scenes, i) for i in range(len(scenes.images))]
    return encode_captions([true[rng.integers(len(true))] for true in captions])


def train_captioners(
    seed: int, kinds: tuple[str, ...] = KINDS, shown: str = "single", order: str = "canonical",
    eye: Any = None,
) -> Captioners:  # fmt: skip
    """Train a CNN on single objects, freeze it, and train decoders on what it says of scenes of two.

    Parameters
    ----------
    seed : int
        Of scenes, weights and batches.
    kinds : tuple of str
        Which decoders, of `KINDS`.
    shown : {"single", "single seen"}
        What the CNN is trained on: all 24 pairs of colour and shape, or only those that training scenes show.
    order : {"canonical", "either"}
        Which true caption is trained on: the canonical one, or one of the two drawn by a coin.
    eye : torch.nn.ModuleDict, optional
        A CNN trained before, to be used instead.

    Returns
    -------
    Captioners
    """
    for kind in kinds:
        check_choice("kinds", kind, KINDS)
    check_choice("order", order, ORDERS)
    seconds, losses, tellers = {}, {}, {}
    started = process_time()

    def lap(name: str) -> None:
        nonlocal started
        seconds[name], started = process_time() - started, process_time()

    if eye is None:
        single = scene_set(check_choice("shown", shown, ("single", "single seen")), seed)
        lap("draw single")
        eye = start_eye(seed)
        losses["eye"] = train_eye(eye, single, EPOCHS, seed)
        lap("eye")
    scenes = scene_set("train", seed)
    lap("draw")
    features: Tensor = look(eye, scenes.images)
    lap("look")
    captions = canonical(scenes) if order == "canonical" else either(scenes, np.random.default_rng((seed, 8)))
    for kind in kinds:
        tellers[kind] = start_teller(features, kind == "attention", seed)
        losses[kind] = train_teller(tellers[kind], features, captions, seed=seed, **TRAINING[kind])
        lap(kind)
    return Captioners(eye, tellers, losses, seconds)


def kept(folder: Path, seed: int, **settings: Any) -> Captioners:
    """Train as `train_captioners` does, or take what an earlier call has left in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it is not there. A file is read with pickle: use a folder of your own.
    seed : int
    **settings
        As for `train_captioners`. An `eye` must be the one that the other settings would give: it is not in the name.

    Returns
    -------
    Captioners
    """
    import torch

    named = [settings[key] for key in sorted(settings) if key != "eye"]
    name = "-".join(str(part).replace(" ", "_") for part in (seed, *named))
    path = folder / f"captioners-{name}.pt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(tuple(train_captioners(seed, **settings)), path)
    return Captioners(*torch.load(path, weights_only=False))
