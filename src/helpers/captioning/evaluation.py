"""Captions out of a trained decoder, and judging them: scenes are drawn here, so every true caption is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import check_count
from helpers.captioning.teller import LIMIT, Redirect, Teller, teller_decoder
from helpers.captioning.vocabulary import END, START, decode_caption
from helpers.decoding import Hypothesis, beam_search, greedy_search, sample_search
from helpers.scenes import COLORS, RELATIONS, SHAPES, SIZES, Scenes, phrase, references

if TYPE_CHECKING:
    from torch import Tensor

Caption = list[str]
KINDS = ("size", "color", "shape", "relation", "size", "color", "shape")
"""What the seven slots of a caption hold: subject, relation, object."""


class Judgement(NamedTuple):
    """What is wrong with N captions."""

    exact: NDArray[np.bool_]
    """The caption is one of the scene's true captions, (N,)."""
    wrong: dict[str, NDArray[np.bool_]]
    """For "size", "color", "shape" and "relation" whether such a word is wrong against the nearest true caption, (N,).

    "form" is a caption that is no sentence of this kind. "order" is not one more kind: the words are all right, and in
    places where they are not true.
    """


def tell(
    teller: Teller,
    features: Tensor,
    width: int = 1,
    temperature: float = 0.0,
    rng: np.random.Generator | None = None,
    redirect: Redirect | None = None,
) -> list[Caption]:
    """Let a trained decoder write one caption for each image.

    Parameters
    ----------
    teller : Teller
    features : tensor (N, P, C)
    width : int
        Of the beam; 1 is greedy search.
    temperature : float
        Above 0 the words are drawn, with `rng`, instead of searched for.
    rng : numpy.random.Generator, optional
    redirect : callable, optional
        As for `helpers.captioning.teller.teller_step`.

    Returns
    -------
    list of N captions, each a list of words without END

    Raises
    ------
    ValueError
        If a beam and a temperature are asked for together, `width` is below 1, the temperature is no number of at
        least 0, or a temperature comes without `rng`; as `first_state`.
    """
    if temperature and check_count("width", width) > 1:
        raise ValueError(f"width: got {width} with temperature {temperature}, wanted 1: a beam does not draw")
    return [decode_caption(found[0].symbols) for found in _search(teller, features, width, temperature, rng, redirect)]


def _search(
    teller: Teller,
    features: Tensor,
    width: int,
    temperature: float,
    rng: np.random.Generator | None,
    redirect: Redirect | None,
) -> list[list[Hypothesis]]:
    step, state = teller_decoder(teller, features, redirect)
    settings = (step, state, len(features), START, END)
    if temperature:
        return [[one] for one in sample_search(*settings, LIMIT, rng, temperature)]  # type: ignore[arg-type]
    if width == 1:
        return [[one] for one in greedy_search(*settings, LIMIT)]
    return beam_search(*settings, width, LIMIT)


def tell_alternatives(teller: Teller, features: Tensor, width: int) -> list[list[Hypothesis]]:
    """Search with a beam and keep all that it holds at the end.

    Parameters
    ----------
    teller : Teller
    features : tensor (N, P, C)
    width : int

    Returns
    -------
    list of N lists of up to `width` `Hypothesis`
        Highest mean log-probability first.

    Raises
    ------
    ValueError
        If `width` is below 1; as `first_state`.
    """
    return _search(teller, features, width, 0.0, None, None)


def slots(caption: Sequence[str]) -> tuple[str, ...] | None:
    """Take a caption of two objects apart: size, colour, shape, relation, size, colour, shape.

    Parameters
    ----------
    caption : sequence of words

    Returns
    -------
    tuple of 7 str, or None if the caption has another form
    """
    relation = " ".join(caption[4:-4])
    found = (*caption[1:4], relation, *caption[-3:])
    allowed = (SIZES, tuple(COLORS), SHAPES, RELATIONS, SIZES, tuple(COLORS), SHAPES)
    fits = len(caption) >= 9 and caption[0] == caption[-4] == "a"
    return found if fits and all(word in words for word, words in zip(found, allowed, strict=True)) else None


def judge(captions: Sequence[Sequence[str]], scenes: Scenes) -> Judgement:
    """Compare captions with the true ones, and say which kind of word is wrong.

    Parameters
    ----------
    captions : sequence of N sequences of words
    scenes : helpers.scenes.Scenes
        N, of two objects each.

    Returns
    -------
    Judgement
        Against the true caption with the most words in the same slots.

    Raises
    ------
    ValueError
        If there is not one caption for each scene.
    """
    n = len(scenes.images)
    if len(captions) != n:
        raise ValueError(f"captions: got {len(captions)}, wanted one for each of {n} scenes")
    exact = np.zeros(n, bool)
    wrong = {kind: np.zeros(n, bool) for kind in ("size", "color", "shape", "relation", "form", "order")}
    for i, caption in enumerate(captions):
        true = references(scenes, i)
        exact[i] = list(caption) in true
        said = slots(caption)
        if said is None:
            wrong["form"][i] = True
            continue
        meant = max((slots(one) for one in true), key=lambda one: sum(a == b for a, b in zip(said, one, strict=True)))  # type: ignore[arg-type]
        for kind, a, b in zip(KINDS, said, meant, strict=True):  # type: ignore[arg-type]
            wrong[kind][i] |= a != b
        wrong["order"][i] = not exact[i] and any(sorted(caption) == sorted(one) for one in true)
    return Judgement(exact, wrong)


def exact_match(captions: Sequence[Sequence[str]], scenes: Scenes) -> float:
    """Compute the share of captions that are true, word by word.

    Parameters
    ----------
    captions : sequence of N sequences of words
    scenes : helpers.scenes.Scenes

    Returns
    -------
    float, 0 to 1

    Raises
    ------
    ValueError
        If there is not one caption for each scene.
    """
    return float(judge(captions, scenes).exact.mean())


def subjects(captions: Sequence[Sequence[str]], scenes: Scenes) -> NDArray[np.int64]:
    """Find which object each caption names first.

    Parameters
    ----------
    captions : sequence of N sequences of words
    scenes : helpers.scenes.Scenes

    Returns
    -------
    int array (N,)
        0 or 1; -1 for a caption that is not true.
    """
    found = np.full(len(captions), -1)
    for i, caption in enumerate(captions):
        first, second = phrase(scenes, i, 0), phrase(scenes, i, 1)
        relation = RELATIONS[scenes.relations[i]].split()
        if list(caption) == first + relation + second:
            found[i] = 0
        elif list(caption) in references(scenes, i):
            found[i] = 1
    return found
