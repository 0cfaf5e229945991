"""Words of captions as numbers and back."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.scenes import COLORS, RELATIONS, SHAPES, SIZES

PAD, START, END = 0, 1, 2
WORDS = ("<PAD>", "<START>", "<END>", "a", *SIZES, *COLORS, *SHAPES, *dict.fromkeys(" ".join(RELATIONS).split()))


def encode_captions(captions: Sequence[Sequence[str]], words: Sequence[str] = WORDS) -> NDArray[np.int64]:
    """START, words, END, padded with 0: (T + 1, B)."""
    number = {word: i for i, word in enumerate(words)}
    rows = [[START, *(number[word] for word in caption), END] for caption in captions]
    out = np.zeros((max(map(len, rows)), len(rows)), np.int64)
    for b, row in enumerate(rows):
        out[: len(row), b] = row
    return out


def decode_caption(ids: ArrayLike, words: Sequence[str] = WORDS) -> list[str]:
    """Words up to END."""
    out = []
    for i in np.asarray(ids):
        if i == END:
            break
        out.append(words[i])
    return out
