"""Captions as numbers and back, a vocabulary of real captions, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.captioning import vocabulary
from helpers.captioning.vocabulary import (
    END,
    MARKS,
    PAD,
    START,
    UNKNOWN,
    WORDS,
    build_vocabulary,
    decode_caption,
    encode_captions,
)
from helpers.scenes import RELATIONS, draw_scenes, references

DOG = ["a dog runs on the beach", "a dog on a sofa", "two dogs run", "a cat on the sofa"]
TOKENS = [caption.split() for caption in DOG]

captions = st.lists(st.lists(st.sampled_from(WORDS[3:]), max_size=7), min_size=1, max_size=5)


def check_by_hand(module):
    """START 1, words, END 2, PAD 0; each caption is a column."""
    words = (*MARKS, "a", "dog", "runs")
    got = module.encode_captions([["a", "dog", "runs"], ["dog"], []], words)
    np.testing.assert_array_equal(got, np.array([[1, 3, 4, 5, 2], [1, 4, 2, 0, 0], [1, 2, 0, 0, 0]]).T)
    assert got.dtype == np.int64
    assert [module.decode_caption(column, words) for column in got.T] == [["a", "dog", "runs"], ["dog"], []]
    assert module.decode_caption([4, 5], words) == ["dog", "runs"], "cut off before END"
    assert module.decode_caption([4, 2, 5, 2], words) == ["dog"], "what comes after END is not said"
    assert module.decode_caption([], words) == []


def check_built_vocabulary(module):
    """Counts: a 4, on 3, dog, sofa and the 2, the others 1; equal counts by the alphabet."""
    marks = (*MARKS, UNKNOWN)
    assert module.build_vocabulary(TOKENS, 2) == (*marks, "a", "on", "dog", "sofa", "the")
    assert module.build_vocabulary(TOKENS, 4) == (*marks, "a")
    assert len(module.build_vocabulary(TOKENS, 1)) == 4 + 11
    assert module.build_vocabulary(iter(TOKENS), 3) == (*marks, "a", "on"), "any iterable"
    assert module.build_vocabulary([["<UNK>", "<START>", "a"]] * 5) == (*marks, "a"), "marks have their places"


def check_rare_words_become_unknown(module):
    words = module.build_vocabulary(TOKENS, 2)
    ids = module.encode_captions([TOKENS[0], ["a", "zebra"]], words)
    assert module.decode_caption(ids[:, 0], words) == ["a", "dog", UNKNOWN, "on", "the", UNKNOWN]
    assert module.decode_caption(ids[:, 1], words) == ["a", UNKNOWN]


@pytest.mark.parametrize(
    "check", [check_by_hand, check_built_vocabulary, check_rare_words_become_unknown], ids=lambda c: c.__name__
)
def test_values(check):
    check(vocabulary)


@given(captions)
def test_there_and_back(said):
    ids = encode_captions(said)
    assert ids.shape == (max(map(len, said)) + 2, len(said))
    assert (ids[0] == START).all()
    assert ((ids == END).sum(0) == 1).all()
    assert ((ids == PAD).sum(0) == [len(ids) - 2 - len(caption) for caption in said]).all()
    assert [decode_caption(column) for column in ids.T] == said


def test_the_words_of_scenes_are_all_there_and_no_others():
    scenes = draw_scenes(400, np.random.default_rng(0), "any")
    said = [caption for i in range(400) for caption in references(scenes, i)]
    ids = encode_captions(said)
    assert set(ids.ravel().tolist()) == set(range(len(WORDS)))
    assert len(set(WORDS)) == len(WORDS) == 3 + 1 + 2 + 6 + 4 + len(set(" ".join(RELATIONS).split()))
    assert [decode_caption(column) for column in ids.T] == said


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (
            r"captions\[1\]: got the unknown word 'pink' at position 2, wanted one of the 20 words",
            lambda: encode_captions([["a"], ["a", "small", "pink", "circle"]]),
        ),
        (r"captions\[0\]: got the unknown word 'Red' at position 0", lambda: encode_captions([["Red"]])),
        (r"captions\[0\]: got the mark '<END>' at position 1", lambda: encode_captions([["a", "<END>"]])),
        (r"captions\[1\]: got the text 'a red'", lambda: encode_captions([["a"], "a red"])),
        ("captions: got none, wanted at least one", lambda: encode_captions([])),
        ("words: got .'a', 'b'.*wanted <PAD>, <START>, <END> first", lambda: encode_captions([["a"]], ("a", "b"))),
        ("words: got .*every word once", lambda: encode_captions([["a"]], (*MARKS, "a", "a"))),
        (r"captions\[3\]: got the text", lambda: build_vocabulary([*TOKENS[:3], DOG[0]])),
        ("captions: got no word more often than 4 times, wanted one at least 5", lambda: build_vocabulary(TOKENS)),
        ("captions: got no word more often than 0 times", lambda: build_vocabulary([])),
        ("at_least: got 0, wanted", lambda: build_vocabulary(TOKENS, 0)),
        (r"ids: got 23 at index \[1\], wanted 0 to 22", lambda: decode_caption([3, 23])),
        (r"ids: got shape \(2, 2\), wanted \(n,\)", lambda: decode_caption([[3, 4], [5, 6]])),
        ("ids: got dtype float64", lambda: decode_caption([3.0])),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
