"""Who came last: the texts say what they should, and the answers are those of the text."""

import numpy as np
import pytest

from helpers import arrivals
from helpers.arrivals import ARRIVAL_WORDS, last_arrival, read_words, words_of
from helpers.data import DEEDS, NAMES, THINGS


def check_text(module):
    """Each sentence is one of four; at a question mark, and only there, the last name after "comes" is asked."""
    x, targets = module.arrivals(30, 6, np.random.default_rng(0))
    assert x.shape == (120, 6, len(ARRIVAL_WORDS))
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    kinds = []
    for b in range(6):
        words = [ARRIVAL_WORDS[i] for i in x[:, b].argmax(axis=-1)]
        came = None
        for start in range(0, 120, 4):
            first, second, third, end = words[start : start + 4]
            kinds.append(first)
            if first == "the":
                assert second in THINGS
                assert third in DEEDS
            else:
                fixed = {"in": "comes", "we": "miss", "who": "came"}
                assert second == fixed[first]
                assert third == "last" if first == "who" else third in NAMES
            came = third if first == "in" else came
            assert end == ("?" if first == "who" else ".")
            asked = NAMES.index(came) if first == "who" else -1
            assert targets[start : start + 4, b].tolist() == [-1, -1, -1, asked]
    assert set(kinds) == {"in", "we", "the", "who"}


def check_shares(module):
    x, _ = module.arrivals(201, 100, np.random.default_rng(0))
    first = x[::4].argmax(axis=-1)
    assert (first[0] == ARRIVAL_WORDS.index("in")).all(), "the first sentence is an arrival"
    for word, share in {"in": 0.15, "we": 0.15, "the": 0.4, "who": 0.3}.items():
        assert (first[1:] == ARRIVAL_WORDS.index(word)).mean() == pytest.approx(share, abs=0.012)
    for place, words in {1: THINGS, 2: (*NAMES, *DEEDS)}.items():
        counts = x[place::4].sum(axis=(0, 1))[[ARRIVAL_WORDS.index(w) for w in words]]
        for kind in (counts[:8], counts[8:]):
            if len(kind):
                np.testing.assert_allclose(kind / kind.mean(), 1, atol=0.12)


def check_last_arrival(module):
    words = ["in", "comes", "dora", ".", "we", "miss", "goro", ".", "in", "comes", "ana", "."]
    assert module.last_arrival(words) == ["nobody"] * 2 + ["dora"] * 8 + ["ana"] * 2


def test_text():
    check_text(arrivals)


def test_shares():
    check_shares(arrivals)


def test_last_arrival():
    check_last_arrival(arrivals)


def test_the_facts_are_the_answers():
    x, targets = arrivals.arrivals(60, 1, np.random.default_rng(3))
    came = last_arrival(words_of(x))
    asked = np.flatnonzero(targets[:, 0] >= 0)
    assert len(asked) > 5
    assert [came[t] for t in asked] == [NAMES[targets[t, 0]] for t in asked]


def test_words_there_and_back():
    text = "in comes dora . the kettle hums . who came last ?"
    assert words_of(read_words(text)) == text.split()
    assert read_words(text).shape == (12, 1, len(ARRIVAL_WORDS))


def test_errors():
    rng = np.random.default_rng(0)
    for message, call in {
        "sentences: got 0": lambda: arrivals.arrivals(0, 1, rng),
        "batch: got 0": lambda: arrivals.arrivals(1, 0, rng),
        "rng: got": lambda: arrivals.arrivals(1, 1, 0),
        "text: got 'tea' as word 1": lambda: read_words("the tea"),
        "text: got no word": lambda: read_words(" "),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
