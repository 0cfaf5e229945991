"""Numbers and dates in English words, and their translation into digits: chapter 6's own parallel corpus.

Every pair is made here, so there is as much of it as one wants, no licence to ask for, and the right answer is known.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import check_choice, check_count, check_rng

PAD, START, END = "<PAD>", "<START>", "<END>"
UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
         "seventeen eighteen nineteen").split()  # fmt: skip
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = "thousand million billion trillion".split()
MONTHS = ("january february march april may june july august september october november december").split()
ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth").split() + ["thirtieth"]  # fmt: skip
SOURCE_WORDS = (PAD, END, *UNITS, *TENS, "hundred", *SCALES, *MONTHS, *ORDINALS, "the", "of", "and")
TARGET_WORDS = (PAD, START, END, *"0123456789-")

Pair = tuple[list[str], list[str]]


class Batch(NamedTuple):
    """Pairs of sequences as numbers, padded with 0."""

    source: NDArray[np.int64]
    """(S, B): words of `SOURCE_WORDS`, each sequence closed by END."""
    target: NDArray[np.int64]
    """(T + 1, B): START, then symbols of `TARGET_WORDS`, then END."""


def number_words(number: int) -> list[str]:
    """Say a number in English words, ``342007 -> three hundred forty two thousand seven``."""
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        words = [UNITS[hundreds], "hundred"] if hundreds else []
        if rest >= 20:
            words += [TENS[rest // 10 - 2]] + ([UNITS[rest % 10]] if rest % 10 else [])
        elif rest or not hundreds:
            words.append(UNITS[rest])
        return words
    power = (len(str(number)) - 1) // 3
    head, rest = divmod(number, 1000**power)
    return [*number_words(head), SCALES[power - 1], *(number_words(rest) if rest else [])]


def number_pair(digits: int, rng: np.random.Generator) -> Pair:
    """A random number with that many digits: its words, and its digits."""
    number = int(rng.integers(10 ** (digits - 1), 10**digits)) if digits > 1 else int(rng.integers(10))
    return number_words(number), list(str(number))


def date_pair(rng: np.random.Generator) -> Pair:
    """A random date from 1800 to 2099, said in one of several ways, and written as in ISO 8601, YYYY-MM-DD."""
    year, month = int(rng.integers(1800, 2100)), int(rng.integers(1, 13))
    longest = [31, 29 if (year % 4 == 0 and year % 100) or year % 400 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    day = int(rng.integers(1, longest[month - 1] + 1))
    if day <= 20 or day == 30:
        spoken = [ORDINALS[day - 1 if day <= 20 else 20]]
    else:
        spoken = [TENS[day // 10 - 2], ORDINALS[day % 10 - 1]]
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        when = ["two", "thousand", *(["and", UNITS[rest]] if rest else [])]
    elif rest == 0:
        when = [*number_words(century), "hundred"]
    else:
        when = [*number_words(century), *(["hundred", "and"] if rest < 10 else []), *number_words(rest)]
    name = MONTHS[month - 1]
    said = [["the", *spoken, "of", name], [name, "the", *spoken], [*spoken, name]][int(rng.integers(3))]
    return said + when, list(f"{year}-{month:02d}-{day:02d}")


def batch_of(pairs: Sequence[Pair], reverse: bool = False) -> Batch:
    source_number = {word: i for i, word in enumerate(SOURCE_WORDS)}
    target_number = {word: i for i, word in enumerate(TARGET_WORDS)}
    sources = [[source_number[w] for w in (words[::-1] if reverse else words)] + [1] for words, _ in pairs]
    targets = [[1] + [target_number[s] for s in symbols] + [2] for _, symbols in pairs]
    return Batch(_pad(sources), _pad(targets))


def _pad(rows: list[list[int]]) -> NDArray[np.int64]:
    out = np.zeros((max(map(len, rows)), len(rows)), np.int64)
    for b, row in enumerate(rows):
        out[: len(row), b] = row
    return out
