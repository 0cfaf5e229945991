"""Words of captions as numbers, and back."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import check_count, check_ids
from helpers.scenes import COLORS, RELATIONS, SHAPES, SIZES

PAD, START, END = 0, 1, 2
MARKS = ("<PAD>", "<START>", "<END>")
"""What fills up a short caption, stands before its first word, and closes it; never said."""
UNKNOWN = "<UNK>"
"""Stands for every word that the vocabulary of `build_vocabulary` has not."""
WORDS = (*MARKS, "a", *SIZES, *COLORS, *SHAPES, *dict.fromkeys(" ".join(RELATIONS).split()))
"""The vocabulary of `helpers.scenes`: 23 words."""


def build_vocabulary(captions: Iterable[Sequence[str]], at_least: int = 5) -> tuple[str, ...]:
    """List the words of real captions, the frequent ones.

    Many words of a corpus occur once or twice: too seldom to be learned, and each costs a row of the embedding and one
    of the output layer. They become <UNK>.

    Parameters
    ----------
    captions : captions, each a list of words
        Those that training uses, and no others.
    at_least : int
        How often a word must occur to have a number of its own.

    Returns
    -------
    tuple of str
        <PAD>, <START>, <END>, <UNK>, then the words, the most frequent first, equally frequent ones by the alphabet.

    Raises
    ------
    ValueError
        If a caption is a text instead of a list of words, no word is frequent enough, or `at_least` is below 1.
    """
    check_count("at_least", at_least)
    counts = Counter[str]()
    for i, caption in enumerate(captions):
        counts.update(_words(i, caption))
    for word in (*MARKS, UNKNOWN):
        del counts[word]  # they have their places
    kept = sorted((word for word in counts if counts[word] >= at_least), key=lambda word: (-counts[word], word))
    if not kept:
        most = max(counts.values(), default=0)
        raise ValueError(f"captions: got no word more often than {most} times, wanted one at least {at_least} times")
    return (*MARKS, UNKNOWN, *kept)


def encode_captions(captions: Sequence[Sequence[str]], words: Sequence[str] = WORDS) -> NDArray[np.int64]:
    """Write captions as numbers: START, the words, END, and PAD up to the longest.

    Parameters
    ----------
    captions : B captions, each a list of words
    words : sequence of str
        The V words; the number of each is its place. If <UNK> is among them it stands for all that are not.

    Returns
    -------
    int array (T + 1, B)
        T is one more than the words of the longest caption: END counts.

    Raises
    ------
    ValueError
        If there are no captions, one of them is a text instead of a list of words, a word is unknown and there is no
        <UNK>, or a mark (START, say) stands in a caption: the message names caption, position and word.
    """
    number = {word: i for i, word in enumerate(words)}
    if tuple(words[:3]) != MARKS or len(number) < len(words):
        raise ValueError(f"words: got {words!r:.80}, wanted {', '.join(MARKS)} first and every word once")
    rows = []
    for b, caption in enumerate(captions):
        rows.append([START])
        for position, word in enumerate(_words(b, caption)):
            i = number.get(word, number.get(UNKNOWN, -1))
            if i <= END:
                what = "unknown word" if i < 0 else "mark"
                known = f"one of the {len(number) - 3} words of the vocabulary"
                raise ValueError(f"captions[{b}]: got the {what} {word!r} at position {position}, wanted {known}")
            rows[b].append(i)
        rows[b].append(END)
    if not rows:
        raise ValueError("captions: got none, wanted at least one")
    out = np.full((max(map(len, rows)), len(rows)), PAD)
    for b, row in enumerate(rows):
        out[: len(row), b] = row
    return out


def decode_caption(ids: ArrayLike, words: Sequence[str] = WORDS) -> list[str]:
    """Write numbers as words again, up to the first END; a START at the beginning is left out.

    Parameters
    ----------
    ids : int array (n,)
        A column of `encode_captions`, or the symbols of a `helpers.decoding.Hypothesis`.
    words : sequence of str
        As for `encode_captions`.

    Returns
    -------
    list of str
        Without marks. A caption that never ended is given as far as it goes.

    Raises
    ------
    ValueError
        If `ids` has not one axis, or a number is no word's.
    """
    if np.ndim(ids) != 1:
        raise ValueError(f"ids: got shape {np.shape(ids)}, wanted (n,)")
    if not np.size(ids):
        return []
    numbers = check_ids("ids", ids, len(words)).tolist()
    numbers = numbers[: numbers.index(END)] if END in numbers else numbers
    return [words[i] for i in numbers if i > END]


def _words(b: int, caption: Sequence[str]) -> Sequence[str]:
    """A text is a sequence, too, of letters."""
    if isinstance(caption, str):
        raise ValueError(f"captions[{b}]: got the text {caption!r}, wanted a list of words, as caption.split() gives")
    return caption
