"""The grammars keep what their docstrings promise: shown for every sentence that they can make, not for a sample."""

from collections import defaultdict
from fractions import Fraction
from functools import cache
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import grammars
from helpers.grammars import (
    BAD,
    COUNTS,
    DEGREES,
    GOOD,
    JOINTS,
    REVIEW_WORDS,
    SAME,
    TAG_OF,
    TAGS,
    TONE_WORDS,
    VERBS,
    WORDS,
    Sentences,
    ceiling,
    decode_words,
    delayed,
    encode_words,
    reviews,
    sentences,
    tones,
    word_vectors,
)

HALF = Fraction(1, 2)


def every(make):
    """All that ``make(pick)`` can make, each with its probability: run again and again, another choice each time."""
    path: list[list[int]] = []
    while True:
        at, ways = 0, 1

        def pick(options):
            nonlocal at, ways
            if at == len(path):
                path.append([0, len(options)])
            chosen, count = path[at]
            assert count == len(options)
            at, ways = at + 1, ways * count
            return options[chosen]

        made = make(pick)
        yield made, Fraction(1, ways)
        while path and path[-1][0] == path[-1][1] - 1:
            path.pop()
        if not path:
            return
        path[-1][0] += 1


def mixed(pairs):
    """For each key the probability of each value: {key: {value: p}}."""
    table = defaultdict(lambda: defaultdict(Fraction))
    for key, value, p in pairs:
        table[key][value] += p
    return table


@cache
def every_clause(module):
    """(words, place of the noun, its tag, its distance, probability) of every clause with distances up to 3."""
    rows = []
    for made, p in every(lambda pick: module.clause(pick, 3)):
        [at] = [i for i, (_, _, distance) in enumerate(made) if distance]
        rows.append(([word for word, _, _ in made], at, TAGS[made[at][1]], made[at][2], p))
    return rows


# -- Tags -------------------------------------------------------------------------------------------------
def check_probabilities(module):
    assert sum(p for *_, p in every_clause(module)) == 1
    by_distance = mixed((distance, tag, p) for _, _, tag, distance, p in every_clause(module))
    assert sorted(by_distance) == [-3, -2, -1, 1, 2, 3]
    for row in by_distance.values():
        assert row == {"NN": Fraction(1, 12), "NNS": Fraction(1, 12)}


def check_deciding_word(module):
    tells = {count[many]: ("NN", "NNS")[many] for count in COUNTS for many in (0, 1)}
    tells |= {verb[many]: ("NN", "NNS")[many] for verb in VERBS for many in (0, 1)}
    for words, at, tag, distance, _ in every_clause(module):
        assert words[at] in SAME
        decides = dict(enumerate(words)).get(at + distance)
        assert tells.get(decides) == tag
        assert [word for word in words if word in tells] == [decides]


def check_plain_words(module):
    assert not set(SAME) & set(TAG_OF)
    for made, _ in every(lambda pick: module.clause(pick, 2)):
        for word, target, distance in made:
            assert distance or TAGS[target] == TAG_OF[word]
    assert sorted(set(TAG_OF.values()) | {"NN", "NNS"}) == sorted(TAGS)


def check_coin(module):
    """Whatever has been read so far: exactly 1/2."""
    right = [row for row in every_clause(module) if row[3] > 0]
    left = [row for row in every_clause(module) if row[3] < 0]
    pairs = [(tuple(words[:end]), tag, p) for words, at, tag, d, p in right for end in range(at + 1, at + d + 1)]
    pairs += [(tuple(words[begin:]), tag, p) for words, at, tag, d, p in left for begin in range(at + d + 1, at + 1)]
    table = mixed(pairs)
    assert len(table) > 200
    for row in table.values():
        assert row["NN"] == row["NNS"] > 0


@pytest.mark.parametrize("past", [0, 1, 2, np.inf])
@pytest.mark.parametrize("future", [0, 1, 2, np.inf])
def test_the_ceiling_is_what_the_best_reader_reaches(past, future):
    """Bayes' rule on what it sees, by enumeration."""

    def view(words, at):
        return (
            tuple(words[max(0, at - past) if past < np.inf else 0 : at]),
            tuple(words[at : at + future + 1 if future < np.inf else None]),
        )

    table = mixed((view(words, at), tag, p) for words, at, tag, _, p in every_clause(grammars))
    reached, total = defaultdict(Fraction), defaultdict(Fraction)
    for words, at, _, distance, p in every_clause(grammars):
        row = table[view(words, at)]
        reached[distance] += p * max(row.values()) / sum(row.values())
        total[distance] += p
    for distance, value in reached.items():
        assert value / total[distance] == Fraction(float(ceiling(distance, past, future)))


def check_ceilings(module):
    distances = [-8, -1, 0, 1, 4, 5]
    np.testing.assert_array_equal(module.ceiling(distances), 1)
    np.testing.assert_array_equal(module.ceiling(distances, future=0), [1, 1, 1, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(module.ceiling(distances, past=0), [0.5, 0.5, 1, 1, 1, 1])
    np.testing.assert_array_equal(module.ceiling(distances, future=4), [1, 1, 1, 1, 1, 0.5])
    with pytest.raises(ValueError, match="future: got -1"):
        module.ceiling(distances, future=-1)


def test_a_sentence_is_clauses_joined_by_and():
    counts = mixed(
        (sum(word == "and" for word, _, _ in made), made[-1][0], p)
        for made, p in every(lambda pick: grammars.sentence(pick, 1, 2))
    )
    assert counts == {0: {".": HALF}, 1: {".": HALF}}


# -- Tones ------------------------------------------------------------------------------------------------
def check_tone(module):
    rows = []
    for made, p in every(lambda pick: module.tone(pick, 2)):
        words = [word for word, _, _ in made]
        [at] = [i for i, (_, target, _) in enumerate(made) if target >= 0]
        target, distance = made[at][1:]
        left, right = "not" in words[:at], words[at + distance] in GOOD
        assert words[at] in DEGREES
        assert words[at + distance] in GOOD + BAD
        assert target == (left != right)
        rows.append((tuple(words[:at]), tuple(words[at + 1 :]), target, p))
    assert sum(row[-1] for row in rows) == 1
    for side in (0, 1):
        for chances in mixed((row[side], row[2], row[3]) for row in rows).values():
            assert chances[0] == chances[1] > 0
    four = mixed((("not" in left, any(word in GOOD for word in right)), target, p) for left, right, target, p in rows)
    assert {key: dict(row) for key, row in four.items()} == {
        (negated, good): {int(negated != good): Fraction(1, 4)} for negated in (False, True) for good in (False, True)
    }


# -- Reviews ----------------------------------------------------------------------------------------------
def few_reviews(module):
    """Every review of a grammar with two adjectives of each kind and one of all else, with its kind and probability."""
    few = {"GOOD": GOOD[:2], "BAD": BAD[:2], "DEGREES": ("terribly",), "ASIDES": (), "THINGS": ("film",)}
    with patch.multiple(module, **few):
        return list(every(lambda pick: module.review(pick, 0)))


def check_bag_of_words(module):
    made = few_reviews(module)
    assert sum(p for _, p in made) == 1
    bags, labels = [], mixed((review[-1][1], kind, p) for (review, kind), p in made)
    assert all(dict(row) == dict.fromkeys(range(4), Fraction(1, 8)) for row in labels.values())
    for (review, kind), p in made:
        bags.append((tuple(sorted(word for word, _, _ in review)), review[-1][1], kind, p))
    table = mixed((bag, label, p) for bag, label, _, p in bags)
    best = defaultdict(Fraction)
    for bag, _, kind, p in bags:
        best[JOINTS[kind]] += 4 * p * max(table[bag].values()) / sum(table[bag].values())
    assert best == {"one": 1, "and": Fraction(13, 16), "but": HALF, "though": HALF}
    assert sum(best.values()) / 4 == Fraction(45, 64)


def check_opinions(module):
    """The label, worked out from the text in another way than it was made."""
    for (review, kind), _ in few_reviews(module):
        text = " ".join(word for word, _, _ in review[:-1])
        joint = JOINTS[kind]
        opinions = text.split(f" {joint} ") if kind else [text]
        moods = [("not" in words.split()) != (words.split()[-1] in GOOD) for words in opinions]
        assert review[-1] == (".", int(moods[-1] if joint == "but" else moods[0]), 0)
        assert all(target == -1 for _, target, _ in review[:-1])
        if joint in ("but", "though"):
            assert moods[0] != moods[1]


def test_neutral_sentences_stand_around_and_say_nothing():
    batch = reviews(400, np.random.default_rng(0), neutral=2)
    texts = [decode_words(batch.words[:, b], REVIEW_WORDS) for b in range(400)]
    around = {(t.split("the", 1)[0].count("we saw"), t.count("we saw")) for t in texts}
    assert {(before, before + after) for before in range(3) for after in range(3)} == around
    assert all(
        "we" not in decode_words(column, REVIEW_WORDS) for column in reviews(9, np.random.default_rng(1), 0).words.T
    )


# -- Batches ----------------------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 10), st.integers(1, 3), st.integers(0, 99))
def test_batches_are_filled_up(batch, farthest, clauses, seed):
    drawn = [
        (sentences(batch, np.random.default_rng(seed), farthest, clauses), WORDS),
        (tones(batch, np.random.default_rng(seed), farthest), TONE_WORDS),
    ]
    for made, vocabulary in drawn:
        T = made.lengths.max()
        assert made.words.shape == made.targets.shape == made.distance.shape == (T, batch)
        after = np.arange(T)[:, None] >= made.lengths
        np.testing.assert_array_equal(made.words == -1, after)
        assert (made.targets[after] == -1).all()
        assert not made.distance[after].any()
        assert np.abs(made.distance).max() <= farthest
        for b in range(batch):
            text = decode_words(made.words[:, b], vocabulary)
            np.testing.assert_array_equal(encode_words(text, vocabulary), made.words[: made.lengths[b], b])
    assert ((drawn[0][0].targets >= 0) == (drawn[0][0].words >= 0)).all(), "every word has a tag"


def test_reviews_answer_at_their_last_word():
    made = reviews(50, np.random.default_rng(3))
    asked = np.argwhere(made.targets >= 0)
    assert sorted(map(tuple, asked)) == sorted(zip(made.lengths - 1, range(50), strict=True))
    np.testing.assert_array_equal(made.targets[made.lengths - 1, np.arange(50)], made.labels)


def test_the_same_generator_gives_the_same_batch():
    for make in (sentences, tones, reviews):
        first, second = (make(5, np.random.default_rng(7)) for _ in range(2))
        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a, b)


def check_word_vectors(module):
    x = module.word_vectors([[0, 2], [1, -1]], 3)
    np.testing.assert_array_equal(x, [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 0]]])


def check_delay(module):
    batch = Sentences(*(np.array(a) for a in ([[0, 1], [1, -1]], [[3, 4], [5, -1]], [[0, 0], [0, 0]], [2, 1])))
    x, targets, lengths = module.delayed(module.word_vectors(batch.words, 2), batch.targets, batch.lengths, 2)
    np.testing.assert_array_equal(targets, [[-1, -1], [-1, -1], [3, 4], [5, -1]])
    np.testing.assert_array_equal(lengths, [4, 3])
    np.testing.assert_array_equal(x[:2], module.word_vectors(batch.words, 2))
    assert x.shape == (4, 2, 2)
    assert not x[2:].any()


CHECKS = [
    check_probabilities,
    check_deciding_word,
    check_plain_words,
    check_coin,
    check_ceilings,
    check_tone,
    check_bag_of_words,
    check_opinions,
    check_word_vectors,
    check_delay,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_grammars(check):
    check(grammars)


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sentences(0, RNG), "batch: got 0"),
        (lambda: sentences(2, RNG, farthest=0), "farthest: got 0"),
        (lambda: sentences(2, RNG, clauses=True), "clauses: got True"),
        (lambda: sentences(2, 0), "rng: got 0"),
        (lambda: tones(2, RNG, 0), "farthest: got 0"),
        (lambda: tones(1.5, RNG), "batch: got 1.5"),
        (lambda: reviews(2, RNG, -1), "neutral: got -1"),
        (lambda: reviews(2, None), "rng: got None"),
        (lambda: encode_words("the goat slept", WORDS), "text: got 'goat' at word 1"),
        (lambda: word_vectors([0, 3], 3), "words: got int64 from 0 to 3, wanted integers from -1 to 2"),
        (lambda: word_vectors([0.5], 3), "words: got float64"),
        (lambda: delayed(np.zeros((2, 1, 1)), np.zeros((2, 1), int), np.array([2]), 0), "steps: got 0"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
