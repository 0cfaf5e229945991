"""Words of numbers and dates, read back by slow readers of their own, and the batches made of them."""

import calendar
import contextlib
import datetime
from collections import Counter

import numpy as np
import pytest

from helpers import phrases
from helpers.phrases import (
    END,
    LONGEST,
    MARKS,
    PAD,
    SOURCE_WORDS,
    START,
    TARGET_WORDS,
    Batch,
    batch_of,
    date_pair,
    date_words,
    number_pair,
    number_words,
    source_of,
    target_of,
)

UNDER_20 = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
NTH_TO_20 = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
VALUES = {word: n for n, word in enumerate(UNDER_20.split())}
VALUES |= {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NTH = {word: n for n, word in enumerate(NTH_TO_20.split(), 1)} | {"thirtieth": 30}
MONTH_NAMES = [datetime.date(2000, m, 1).strftime("%B").lower() for m in range(1, 13)]


def read_number(words):
    """What the words say; each scale closes a group of up to three digits."""
    total = group = 0
    for word in words:
        if word in SCALES:
            assert 0 < group < 1000
            total, group = total + group * SCALES[word], 0
        elif word == "hundred":
            assert 0 < group < 10
            group *= 100
        else:
            group += VALUES[word]
    return total + group


def read_date(words):
    """Year, month and day: the month has a name, the day ends in an ordinal, what is left is the year."""
    rest = [word for word in words if word not in ("the", "of", "and")]
    (month,) = (1 + MONTH_NAMES.index(word) for word in rest if word in MONTH_NAMES)
    rest = [word for word in rest if word not in MONTH_NAMES]
    last = next(i for i, word in enumerate(rest) if word in NTH)
    tens = [VALUES[word] for word in rest[:last]]
    assert tens in ([], [20], [30])
    day, year = sum(tens) + NTH[rest[last]], rest[last + 1 :]
    if "thousand" in year:
        return read_number(year), month, day
    return 100 * VALUES[year[0]] + read_number([word for word in year[1:] if word != "hundred"]), month, day


# -- Numbers and dates ------------------------------------------------------------------------------------
def check_numbers_read_back(module):
    rng = np.random.default_rng(0)
    numbers = [*range(1200), *(10**d + e for d in range(3, LONGEST) for e in (-1, 0, 1, 10, 11)), 10**LONGEST - 1]
    numbers += [int(rng.integers(10**d)) for d in range(4, LONGEST + 1) for _ in range(100)]
    for number in numbers:
        words = module.number_words(number)
        assert words
        assert read_number(words) == number


def check_dates_read_back(module):
    """Every day of years of every kind, said in every way."""
    for year in (1800, 1801, 1819, 1884, 1900, 1909, 1911, 1920, 1999, 2000, 2001, 2009, 2010, 2020, 2024, 2099):
        day = datetime.date(year, 1, 1)
        while day.year == year:
            said = [module.date_words(day.year, day.month, day.day, way) for way in range(3)]
            assert [read_date(words) for words in said] == [(day.year, day.month, day.day)] * 3
            assert len({tuple(words) for words in said}) == 3
            day += datetime.timedelta(days=1)


def check_no_day_beyond_the_calendar(module):
    for year in (1800, 1900, 1904, 1999, 2000, 2024, 2099):
        for month in range(1, 13):
            taken = []
            for day in range(-1, 35):
                with contextlib.suppress(ValueError):
                    taken.append(module.date_words(year, month, day) and day)
            assert taken == list(range(1, calendar.monthrange(year, month)[1] + 1))


def check_dates_are_drawn_evenly(module):
    rng = np.random.default_rng(0)
    pairs = [module.date_pair(rng) for _ in range(6000)]
    dates = [datetime.date.fromisoformat("".join(symbols)) for _, symbols in pairs]
    assert [read_date(words) for words, _ in pairs] == [(d.year, d.month, d.day) for d in dates]
    assert {d.year for d in dates} == set(range(1800, 2100))
    months, spoken = Counter(d.month for d in dates), Counter(words[0] == "the" for words, _ in pairs)
    for count, p in [(months[m], 1 / 12) for m in range(1, 13)] + [(spoken[True], 1 / 3)]:
        assert abs(count / 6000 - p) < 5 * np.sqrt(p * (1 - p) / 6000)
    assert max(d.day for d in dates if d.month == 2) == 29
    assert {d.day for d in dates} == set(range(1, 32))


def check_numbers_have_their_digits(module):
    rng = np.random.default_rng(0)
    for digits in range(1, LONGEST + 1):
        for _ in range(50):
            words, symbols = module.number_pair(digits, rng)
            assert len(symbols) == digits
            assert digits == 1 or symbols[0] != "0"
            assert str(read_number(words)) == "".join(symbols)
    assert {module.number_pair(1, rng)[1][0] for _ in range(200)} == set("0123456789")


# -- Batches ----------------------------------------------------------------------------------------------
def check_batch_by_hand(module):
    pairs = [(["two", "hundred"], list("200")), (["ten", "million", "one"], list("10000001"))]
    batch = module.batch_of(pairs)
    assert batch.source.dtype == batch.target.dtype == np.int64
    spelled = [[SOURCE_WORDS[i] for i in column] for column in batch.source.T]
    assert spelled == [["two", "hundred", "<END>", "<PAD>"], ["ten", "million", "one", "<END>"]]
    written = ["".join(TARGET_WORDS[i] for i in column) for column in batch.target.T]
    assert written == ["<START>200<END>" + 5 * "<PAD>", "<START>10000001<END>"]
    turned = [[SOURCE_WORDS[i] for i in column] for column in module.batch_of(pairs, reverse=True).source.T]
    assert turned == [["hundred", "two", "<END>", "<PAD>"], ["one", "million", "ten", "<END>"]]


def check_unknown_words_are_named(module):
    sentences = [["one"], ["one", "hundred", "dozen"]]
    with pytest.raises(ValueError, match="unknown word 'dozen' at position 2 of sequence 1"):
        module.source_of(sentences)
    with pytest.raises(ValueError, match="unknown word 'dozen' at position 2 of sequence 1"):
        module.source_of(sentences, reverse=True)  # the position in the sentence as it was given
    with pytest.raises(ValueError, match="unknown symbol 'x' at position 1 of sequence 0, wanted"):
        module.batch_of([(["one"], ["1", "x"])])
    for mark in MARKS:
        with pytest.raises(ValueError, match=f"unknown word '{mark}' at position 0"):
            module.source_of([[mark]])
        with pytest.raises(ValueError, match=f"unknown symbol '{mark}' at position 0"):
            module.target_of([[mark]])


CHECKS = [
    check_numbers_read_back,
    check_dates_read_back,
    check_no_day_beyond_the_calendar,
    check_dates_are_drawn_evenly,
    check_numbers_have_their_digits,
    check_batch_by_hand,
    check_unknown_words_are_named,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_phrases(check):
    check(phrases)


def test_in_words():
    """Examples that a reader can check by ear."""
    assert " ".join(number_words(0)) == "zero"
    assert " ".join(number_words(1_000_000_000_010)) == "one trillion ten"
    assert " ".join(number_words(342_007)) == "three hundred forty two thousand seven"
    assert " ".join(date_words(1984, 5, 3)) == "the third of may nineteen eighty four"
    assert " ".join(date_words(1905, 12, 31, 1)) == "december the thirty first nineteen hundred and five"
    assert " ".join(date_words(2000, 2, 29, 2)) == "twenty ninth february two thousand"
    assert " ".join(date_words(2007, 1, 20, 2)) == "twentieth january two thousand and seven"
    assert " ".join(date_words(1900, 1, 30, 2)) == "thirtieth january nineteen hundred"


def test_vocabularies():
    for words in (SOURCE_WORDS, TARGET_WORDS):
        assert len(set(words)) == len(words)
        assert [words[number] for number in (PAD, START, END)] == list(MARKS)
    assert {*VALUES, *SCALES, *NTH, "hundred", "the", "of", "and"} < set(SOURCE_WORDS)
    assert len(SOURCE_WORDS) == 3 + len(VALUES) + len(SCALES) + len(NTH) + 4 + 12


def test_no_two_numbers_or_dates_sound_alike():
    """Were a sentence ambiguous, no translator could be right every time."""
    years = [tuple(date_words(year, 5, 20, way)) for year in range(1800, 2100) for way in range(3)]
    assert len(set(years)) == len(years)
    assert len({tuple(number_words(n)) for n in range(20_000)}) == 20_000


def test_the_same_seed_draws_the_same_pairs():
    for draw in (date_pair, lambda rng: number_pair(9, rng)):
        first, second, other = ([draw(np.random.default_rng(seed)) for _ in range(3)] for seed in (1, 1, 2))
        assert first == second != other


def test_an_output_may_be_empty():
    np.testing.assert_array_equal(target_of([[], ["7"]]), [[START, START], [END, TARGET_WORDS.index("7")], [PAD, END]])
    assert isinstance(batch_of([(["one"], [])]), Batch)


def test_errors():
    rng = np.random.default_rng(0)
    for message, call in {
        "number: got -1, wanted an integer from 0": lambda: number_words(-1),
        "number: got 1000000000000000, wanted": lambda: number_words(10**15),
        "number: got 1.5": lambda: number_words(1.5),
        "number: got True": lambda: number_words(True),
        "digits: got 0, wanted an integer of at least 1": lambda: number_pair(0, rng),
        "digits: got 16, wanted at most 15": lambda: number_pair(16, rng),
        "rng: got 7": lambda: number_pair(3, 7),
        "rng: got None": lambda: date_pair(None),
        "year: got 1799": lambda: date_words(1799, 1, 1),
        "year: got 2100": lambda: date_words(2100, 1, 1),
        "month: got 0": lambda: date_words(2000, 0, 1),
        "month: got 13": lambda: date_words(2000, 13, 1),
        "day: got 0, wanted 1 to 31 in january 2000": lambda: date_words(2000, 1, 0),
        "day: got 32, wanted 1 to 31 in december 1999": lambda: date_words(1999, 12, 32),
        "month: got 5.0, wanted an integer": lambda: date_words(1984, 5.0, 3),
        "way: got '0', wanted an integer": lambda: date_words(1984, 5, 3, "0"),
        "way: got 3, wanted 0 to 2": lambda: date_words(2000, 1, 1, 3),
        "sentences: got none": lambda: source_of([]),
        "sentences: got no words in sentence 1": lambda: source_of([["one"], []]),
        "sentences: got the text 'one two' as sentence 0": lambda: source_of(["one two"]),
        "outputs: got none": lambda: target_of([]),
        "sentences: got no words in sentence 0": lambda: batch_of([([], ["1"])]),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
