"""Numbers and dates in English words, and their translation into digits: chapter 6's own parallel corpus.

Every pair is made here, so there is as much of it as one wants, no licence to ask for, and the right answer is known.
Both vocabularies begin with the same three marks, so that PAD, START and END are 0, 1 and 2 on either side.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import check_count, check_rng

MARKS = ("<PAD>", "<START>", "<END>")
"""What is no word: filling behind a short sequence, what a decoder is fed first, and the end of a sequence."""
PAD, START, END = range(3)
"""Their numbers, in both vocabularies."""
UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ("thousand", "million", "billion", "trillion")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "thirtieth",
)  # fmt: skip
SOURCE_WORDS = (*MARKS, *UNITS, *TENS, "hundred", *SCALES, *MONTHS, *ORDINALS, "the", "of", "and")
"""The source vocabulary."""
TARGET_WORDS = (*MARKS, *"0123456789-")
"""The target vocabulary."""
LONGEST = 15
"""Digits of the largest number that can be said: 999 trillion and something."""
WAYS = 3
"""In how many ways a date is said."""

_SOURCE_NUMBERS = {word: i for i, word in enumerate(SOURCE_WORDS) if word not in MARKS}
_TARGET_NUMBERS = {word: i for i, word in enumerate(TARGET_WORDS) if word not in MARKS}

Pair = tuple[list[str], list[str]]
"""A sentence's words, and the symbols it is translated into."""


class Batch(NamedTuple):
    """Pairs of sequences as numbers, time-major; behind the end of a sequence stands PAD."""

    source: NDArray[np.int64]
    """(S, B): words of `SOURCE_WORDS`, each sentence closed by END."""
    target: NDArray[np.int64]
    """(T + 1, B): START, then symbols of `TARGET_WORDS`, then END."""


def number_words(number: int) -> list[str]:
    """Say a number in English words, without "and" or hyphens.

    Parameters
    ----------
    number : int
        0 to 999,999,999,999,999, which is `LONGEST` digits.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If it is no integer, or outside that range.

    Examples
    --------
    >>> " ".join(number_words(342007))
    'three hundred forty two thousand seven'
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < 10**LONGEST:
        raise ValueError(f"number: got {number!r}, wanted an integer from 0 to {10**LONGEST - 1}")
    return _say(int(number))


def _say(number: int) -> list[str]:
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
    return [*_say(head), SCALES[power - 1], *(_say(rest) if rest else [])]


def number_pair(digits: int, rng: np.random.Generator) -> Pair:
    """Draw a number with that many digits, each as likely as any other: its words, and its digits.

    Parameters
    ----------
    digits : int
        1 to `LONGEST`. With 1 the number may be 0; a longer one does not begin with 0.
    rng : numpy.random.Generator

    Returns
    -------
    words, symbols : lists of str

    Raises
    ------
    ValueError
        If `digits` is outside that range or `rng` is no generator.
    """
    if check_count("digits", digits) > LONGEST:
        raise ValueError(f"digits: got {digits}, wanted at most {LONGEST}")
    number = int(check_rng(rng).integers(10 ** (digits - 1) if digits > 1 else 0, 10**digits))
    return _say(number), list(str(number))


def date_words(year: int, month: int, day: int, way: int = 0) -> list[str]:
    """Say a date in English words.

    Years are said in hundreds, "nineteen eighty four", "nineteen hundred and five", "nineteen hundred"; only those
    from 2000 to 2009 in thousands, "two thousand and five".

    Parameters
    ----------
    year : int
        1800 to 2099.
    month, day : int
        From 1.
    way : int
        0 "the third of may ...", 1 "may the third ...", 2 "third may ...".

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If one is no integer, there is no such day or way, or the year is outside that range.

    Examples
    --------
    >>> " ".join(date_words(1984, 5, 3))
    'the third of may nineteen eighty four'
    """
    for name, value in {"year": year, "month": month, "day": day, "way": way}.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise ValueError(f"{name}: got {value!r}, wanted an integer")
    if not 1800 <= year <= 2099:
        raise ValueError(f"year: got {year!r}, wanted 1800 to 2099")
    if not 1 <= month <= 12:
        raise ValueError(f"month: got {month!r}, wanted 1 to 12")
    if not 1 <= day <= _days(year, month):
        raise ValueError(f"day: got {day!r}, wanted 1 to {_days(year, month)} in {MONTHS[month - 1]} {year}")
    if not 0 <= way < WAYS:
        raise ValueError(f"way: got {way!r}, wanted 0 to {WAYS - 1}")
    if day <= 20 or day == 30:
        spoken = [ORDINALS[day - 1 if day <= 20 else 20]]
    else:
        spoken = [TENS[day // 10 - 2], ORDINALS[day % 10 - 1]]
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        when = ["two", "thousand", *(["and", UNITS[rest]] if rest else [])]
    elif rest == 0:
        when = [*_say(century), "hundred"]
    else:
        when = [*_say(century), *(["hundred", "and"] if rest < 10 else []), *_say(rest)]
    named = MONTHS[month - 1]
    return [["the", *spoken, "of", named], [named, "the", *spoken], [*spoken, named]][way] + when


def date_pair(rng: np.random.Generator) -> Pair:
    """Draw a date from 1800 to 2099, said in one of three ways, and written as in ISO 8601, YYYY-MM-DD.

    Year, month, day and way are drawn one after the other, each evenly. So a day of February is a little likelier
    than one of March, which no translator should mind.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    words, symbols : lists of str
        Ten symbols, digits and two hyphens.

    Raises
    ------
    ValueError
        If `rng` is no generator.
    """
    year, month = int(check_rng(rng).integers(1800, 2100)), int(rng.integers(1, 13))
    day = int(rng.integers(1, _days(year, month) + 1))
    return date_words(year, month, day, int(rng.integers(WAYS))), list(f"{year}-{month:02d}-{day:02d}")


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if (year % 4 == 0 and year % 100) or year % 400 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31


def source_of(sentences: Sequence[Sequence[str]], reverse: bool = False) -> NDArray[np.int64]:
    """Turn sentences into numbers, as an encoder reads them.

    Parameters
    ----------
    sentences : sequence of B sequences of words
    reverse : bool
        From the last word to the first; END comes last all the same.

    Returns
    -------
    int array (S, B)
        S is the most words in a sentence, and one for END; PAD stands behind shorter ones.

    Raises
    ------
    ValueError
        If there are no sentences, one has no words, or a word is unknown: the message names it and its place.

    References
    ----------
    Sutskever, Vinyals & Le (2014), "Sequence to sequence learning with neural networks", section 3.3, for reversing.
    """
    rows = []
    for b, words in enumerate(sentences):
        if isinstance(words, str):
            raise ValueError(f"sentences: got the text {words!r} as sentence {b}, wanted a list of words")
        if not len(words):
            raise ValueError(f"sentences: got no words in sentence {b}, wanted at least one")
        row = _numbers("sentences", "word", words, _SOURCE_NUMBERS, b)
        rows.append([*(row[::-1] if reverse else row), END])
    if not rows:
        raise ValueError("sentences: got none, wanted at least one")
    return _pad(rows)


def target_of(outputs: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """Turn outputs into numbers, between START and END.

    Parameters
    ----------
    outputs : sequence of B sequences of symbols
        An output may be empty.

    Returns
    -------
    int array (T + 1, B)
        T is the most symbols in an output, and one for END; PAD stands behind shorter ones.

    Raises
    ------
    ValueError
        If there are no outputs, or a symbol is unknown: the message names it and its place.
    """
    if not len(outputs):
        raise ValueError("outputs: got none, wanted at least one")
    rows = [_numbers("outputs", "symbol", symbols, _TARGET_NUMBERS, b) for b, symbols in enumerate(outputs)]
    return _pad([[START, *row, END] for row in rows])


def batch_of(pairs: Sequence[Pair], reverse: bool = False) -> Batch:
    """Turn pairs into numbers.

    Parameters
    ----------
    pairs : sequence of B pairs (words, symbols)
    reverse : bool
        Sources from the last word to the first, see `source_of`.

    Returns
    -------
    Batch

    Raises
    ------
    ValueError
        As for `source_of` and `target_of`.
    """
    return Batch(source_of([words for words, _ in pairs], reverse), target_of([symbols for _, symbols in pairs]))


def _numbers(argument: str, what: str, words: Sequence[str], numbers: Mapping[str, int], b: int) -> list[int]:
    try:
        return [numbers[word] for word in words]
    except KeyError as error:
        word, of = error.args[0], "SOURCE_WORDS" if what == "word" else "TARGET_WORDS"
        where = f"at position {list(words).index(word)} of sequence {b}"
        raise ValueError(f"{argument}: got the unknown {what} {word!r} {where}, wanted those of {of}") from None


def _pad(rows: list[list[int]]) -> NDArray[np.int64]:
    out = np.full((max(map(len, rows)), len(rows)), PAD, np.int64)
    for b, row in enumerate(rows):
        out[: len(row), b] = row
    return out
