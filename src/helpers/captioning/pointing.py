"""Does attention look at what it names? Scenes are drawn here, so it is known where everything is."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import FloatArray, check_shape
from helpers.captioning.evaluation import subjects
from helpers.captioning.teller import Teller, teacher_forced
from helpers.captioning.vocabulary import encode_captions
from helpers.scenes import SIDE, Scenes, coverage

if TYPE_CHECKING:
    from torch import Tensor

WORD_KINDS = ("size", "color", "shape")
FIRST_PHRASE = (1, 2, 3)
"""At which words of a caption the subject's size, colour and shape stand; the other object's are the last three."""


def attention_maps(teller: Teller, features: Tensor, captions: Sequence[Sequence[str]]) -> FloatArray:
    """Record where attention looks before each word of given captions, such as the teller's own.

    Parameters
    ----------
    teller : Teller
        With attention.
    features : tensor (N, P, C)
    captions : sequence of N sequences of words

    Returns
    -------
    array (T, N, P), float32
        ``maps[t, i]`` sums to 1, and belongs to word t of caption i; the one after the last word, to END.

    Raises
    ------
    ValueError
        If the teller has no attention, or there is not one caption for each image.
    """
    import torch

    if not teller.attention:
        raise ValueError("teller: got Show and Tell, which looks once, wanted one with attention")
    with torch.no_grad():
        _, weights = teacher_forced(teller, features, encode_captions(captions))
    maps: FloatArray = weights.numpy()  # type: ignore[union-attr]
    return maps


def object_cells(scenes: Scenes, side: int = 8) -> NDArray[np.bool_]:
    """Find the places of the grid in which an object covers at least one pixel.

    Parameters
    ----------
    scenes : helpers.scenes.Scenes
    side : int
        Places along each side of the grid, a divisor of 64.

    Returns
    -------
    bool array (N, K, side^2)
    """
    n, K = scenes.colors.shape
    width = SIDE // side
    cells = np.empty((n, K, side * side), bool)
    for k in range(K):
        covered = coverage(scenes.shapes[:, k], scenes.centers[:, k], scenes.radii[:, k], scenes.angles[:, k]) > 0.5
        cells[:, k] = covered.reshape(n, side, width, side, width).any((2, 4)).reshape(n, -1)
    return cells


def pointing_scores(maps: FloatArray, captions: Sequence[Sequence[str]], scenes: Scenes) -> dict[str, dict[str, float]]:
    """Score whether attention looks at the object that it is naming, over the captions that are true.

    Parameters
    ----------
    maps : array (T, N, P)
        From `attention_maps`.
    captions : sequence of N sequences of words
    scenes : helpers.scenes.Scenes
        N, of two objects each.

    Returns
    -------
    dict of dicts of float
        For "size", "color", "shape" and "all" words: "nearer", the share of words at which the centre of the place
        with the largest weight lies nearer to the object being named than to the other (a coin gives 1/2); "own" and
        "other", the mean weight on cells of the object being named and of the other; "words", how many words count.
        With no true caption at all every share is nan.

    Raises
    ------
    ValueError
        If the three are not of one number of scenes.
    """
    right, t, named = _named_words(captions, scenes)
    weights = check_shape("maps", maps, "T N P", {"N": len(right)})
    rows = np.flatnonzero(right)[:, None]
    at = weights[t, rows]  # (true captions, 6 words, P)
    cells = object_cells(scenes, isqrt(weights.shape[2]))
    distance = np.linalg.norm(
        _centers(weights.shape[2])[at.argmax(-1)][:, :, None] - scenes.centers[rows[:, 0]][:, None], axis=-1
    )
    own = np.take_along_axis(distance, named[..., None], 2) < np.take_along_axis(distance, 1 - named[..., None], 2)
    values = {
        "nearer": own[..., 0].astype(float),
        "own": (at * cells[rows, named]).sum(-1),
        "other": (at * cells[rows, 1 - named]).sum(-1),
    }
    groups: dict[str, Any] = {kind: [j, j + 3] for j, kind in enumerate(WORD_KINDS)} | {"all": slice(None)}
    return {
        kind: {name: float(v[:, which].mean()) if len(v) else float("nan") for name, v in values.items()}
        | {"words": int(own[:, which].size)}
        for kind, which in groups.items()
    }


def _named_words(captions: Sequence[Sequence[str]], scenes: Scenes) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Which captions are true, the steps of their six words (M, 6), and the object each word names (M, 6)."""
    if len(captions) != len(scenes.images):
        raise ValueError(f"captions: got {len(captions)}, wanted one for each of {len(scenes.images)} scenes")
    first = subjects(captions, scenes)
    right = first >= 0
    lengths = np.array([len(caption) for caption in captions])[right]
    t = np.stack([np.full(len(lengths), j) for j in FIRST_PHRASE] + [lengths - 3, lengths - 2, lengths - 1], axis=1)
    named = np.where(np.arange(6) < 3, first[right, None], 1 - first[right, None])
    return right, t, named


def _centers(P: int) -> FloatArray:
    """Where the places' centres are, x and y in pixels, (P, 2)."""
    side = isqrt(P)
    axis = (np.arange(side) + 0.5) * SIDE / side
    return np.stack([np.tile(axis, side), np.repeat(axis, side)], axis=-1)
