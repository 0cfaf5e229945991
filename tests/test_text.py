"""Text to numbers and back, and what is refused."""

import string

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import text
from helpers.text import decode, encode, one_hot, vocabulary

HELLO = ("e", "h", "l", "o")


def check_hello(module):
    assert module.vocabulary("hello") == HELLO
    np.testing.assert_array_equal(module.encode("hello", HELLO), [1, 0, 2, 2, 3])
    assert module.decode([1, 0, 2, 2, 3], HELLO) == "hello"


def check_one_hot_against_torch(module):
    ids = np.random.default_rng(0).integers(0, 5, (4, 3))
    wanted = torch.nn.functional.one_hot(torch.tensor(ids), 5).numpy()
    np.testing.assert_array_equal(module.one_hot(ids, 5), wanted)


def test_hello():
    check_hello(text)


def test_one_hot_against_torch():
    check_one_hot_against_torch(text)


@given(st.text(min_size=1))
def test_there_and_back(words):
    symbols = vocabulary(words)
    assert list(symbols) == sorted(symbols)
    assert decode(encode(words, symbols), symbols) == words


def test_one_hot_picks_a_column():
    W = np.random.default_rng(0).standard_normal((3, 4))
    np.testing.assert_array_equal(W @ one_hot(2, 4), W[:, 2])
    assert one_hot([1], 2).dtype == np.float64
    assert one_hot([1], 2, np.float32).dtype == np.float32


def test_an_empty_text_encodes_to_nothing():
    assert encode("", HELLO).shape == (0,)
    assert decode(encode("", HELLO), HELLO) == ""


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("text: got an empty corpus, wanted at least one character", lambda: vocabulary("")),
        ("text: got list, wanted a string", lambda: vocabulary(["a"])),
        ("text: got 'x' at position 3, wanted one of the 4 symbols", lambda: encode("helxo", HELLO)),
        ("symbols: got 'l' at index 2 and 4, wanted each once", lambda: encode("h", (*HELLO, "l"))),
        ("symbols: got 'll' at index 1, wanted single", lambda: encode("h", ("h", "ll"))),
        ("symbols: got '' at index 0, wanted single", lambda: decode([0], ("",))),
        ("symbols: got none", lambda: decode([0], ())),
        (r"ids: got 4 at index \[1\], wanted 0 to 3", lambda: decode([0, 4], HELLO)),
        (r"ids: got -1 at index \[1, 0\], wanted 0 to 2", lambda: one_hot([[0, 2], [-1, 1]], 3)),
        (r"ids: got shape \(1, 1\)", lambda: decode([[0]], HELLO)),
        ("ids: got dtype float64", lambda: one_hot([0.0], 3)),
        ("ids: got no symbols", lambda: one_hot([], 3)),
        ("V: got 0", lambda: one_hot([0], 0)),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_one_hot_of_an_alphabet_has_one_one_per_row():
    symbols = vocabulary(string.ascii_lowercase)
    np.testing.assert_array_equal(one_hot(encode("zebra", symbols), 26).sum(axis=-1), 1)
