"""Padding by hand and against PyTorch's own helpers; the backward passes as transposes of linear maps."""

import re

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import padding
from helpers.padding import (
    check_lengths,
    last_states,
    last_states_backward,
    mean_states,
    mean_states_backward,
    pad,
    padding_mask,
    reverse_sequences,
)


def refusal(call):
    """The message with which a call is refused; a call that goes through gives none."""
    try:
        call()
    except ValueError as error:
        return str(error)
    return ""


lengths_lists = st.lists(st.integers(1, 6), min_size=1, max_size=5)


def check_by_hand(module):
    """Two sequences, 1 2 3 and 4 5, their padding filled with 9."""
    x, lengths = module.pad([[[1.0], [2], [3]], [[4.0], [5]]], fill=9)
    assert x[..., 0].T.tolist() == [[1, 2, 3], [4, 5, 9]]
    assert lengths.tolist() == [3, 2]
    assert module.padding_mask(lengths, 3).T.tolist() == [[True, True, True], [True, True, False]]
    assert module.reverse_sequences(x, lengths)[..., 0].T.tolist() == [[3, 2, 1], [5, 4, 9]]
    assert module.reverse_sequences(x)[..., 0].T.tolist() == [[3, 2, 1], [9, 5, 4]]
    assert module.mean_states(x, lengths).ravel().tolist() == [2, 4.5]
    assert module.mean_states(x).ravel().tolist() == [2, 6]


def check_last_states(module):
    """Forward half 10 + t, backward half 20 + t, sequence b adds 100 b: the trap is to read hs[-1]."""
    t, b = np.arange(4.0)[:, None], 100 * np.arange(3.0)
    hs = np.stack([10 + t + b, 20 + t + b], axis=-1)
    assert module.last_states(hs, [4, 2, 1]).tolist() == [[13, 20], [111, 120], [210, 220]]
    assert module.last_states(hs).tolist() == [[13, 20], [113, 120], [213, 220]]
    assert module.last_states(hs, [4, 2, 1], both=False).tolist() == [[13, 23], [111, 121], [210, 220]]
    assert module.last_states(hs, both=False).tolist() == hs[-1].tolist()


def check_transposes(module):
    """A linear map A and its backward pass: d . (A h) = (A^T d) . h for any h and d."""
    rng = np.random.default_rng(0)
    hs, T = rng.standard_normal((5, 4, 6)), 5
    for lengths in (None, [3, 5, 1, 3]):
        for both in (True, False):
            d = rng.standard_normal((4, 6))
            dhs = module.last_states_backward(d, T, lengths, both)
            assert dhs.shape == hs.shape
            np.testing.assert_allclose((d * module.last_states(hs, lengths, both)).sum(), (dhs * hs).sum())
        dhs = module.mean_states_backward(d, T, lengths)
        assert dhs.shape == hs.shape
        np.testing.assert_allclose((d * module.mean_states(hs, lengths)).sum(), (dhs * hs).sum())


def test_by_hand():
    check_by_hand(padding)


def test_last_states():
    check_last_states(padding)


def test_transposes():
    check_transposes(padding)


@settings(deadline=None, max_examples=40)
@given(lengths_lists, st.sampled_from([np.float32, np.float64]), st.integers(0, 99))
def test_pad_against_torch(lengths, dtype, seed):
    rng = np.random.default_rng(seed)
    sequences = [rng.standard_normal((n, 2)).astype(dtype) for n in lengths]
    x, found = pad(sequences)
    wanted = torch.nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sequences])
    np.testing.assert_array_equal(x, wanted.numpy())
    assert x.dtype == dtype
    assert found.tolist() == lengths
    np.testing.assert_array_equal(padding_mask(lengths, len(x)).sum(0), lengths)


@settings(deadline=None, max_examples=40)
@given(lengths_lists, st.integers(0, 2), st.integers(0, 99))
def test_reversing_twice_changes_nothing_and_once_is_each_sequence_reversed(lengths, more, seed):
    x = np.random.default_rng(seed).standard_normal((max(lengths) + more, len(lengths), 2))
    reversed_ = reverse_sequences(x, lengths)
    np.testing.assert_array_equal(reverse_sequences(reversed_, lengths), x)
    for b, n in enumerate(lengths):
        np.testing.assert_array_equal(reversed_[:n, b], x[:n, b][::-1])
        np.testing.assert_array_equal(reversed_[n:, b], x[n:, b])
        np.testing.assert_allclose(mean_states(x, lengths)[b], x[:n, b].mean(axis=0))


def test_new_arrays_of_the_same_dtype():
    x = np.ones((3, 2, 4), np.float32)
    for lengths in (None, [1, 3]):
        results = [reverse_sequences(x, lengths), last_states(x, lengths), mean_states(x, lengths)]
        results += [last_states_backward(x[0], 3, lengths), mean_states_backward(x[0], 3, lengths)]
        for result in results:
            assert result.dtype == np.float32
            result[...] = 7
    assert (x == 1).all()
    assert reverse_sequences(np.ones((3, 2))).shape == (3, 2), "words by number, too"


def check_refusals(module):
    X = np.zeros((3, 2, 4))
    for message, call in [
        (r"lengths: got shape \(3,\), wanted \(B,\) = \(2,\)", lambda: module.reverse_sequences(X, [1, 2, 3])),
        (r"lengths: got shape \(\), wanted \(B,\)", lambda: module.padding_mask(2, 3)),
        (r"lengths: got shape \(0,\), wanted \(B,\)", lambda: module.padding_mask([], 3)),
        (r"lengths: got dtype float64, wanted integers", lambda: module.last_states(X, [1.0, 2.0])),
        (r"lengths: got dtype bool, wanted integers", lambda: module.mean_states(X, [True, True])),
        (r"lengths: got 0 at index \[1\], wanted 1 to T = 3", lambda: module.mean_states(X, [1, 0])),
        (r"lengths: got 4 at index \[0\], wanted 1 to T = 3", lambda: module.mean_states(X, [4, 1])),
        (r"lengths: got -1 at index \[0\]", lambda: module.last_states_backward(X[0], 3, [-1, 1])),
        (r"T: got 0", lambda: module.padding_mask([1], 0)),
        (r"T: got 0", lambda: module.mean_states_backward(X[0], 0)),
        (r"x: got shape \(3,\), wanted \(T, B, \.\.\.\)", lambda: module.reverse_sequences(X[:, 0, 0])),
        (r"hs: got shape \(3, 2, 3\), wanted \(T, B, 2H\)", lambda: module.last_states(X[..., :3])),
        (r"dlast: got shape \(2, 3\), wanted \(B, 2H\)", lambda: module.last_states_backward(X[0, :, :3], 3)),
        (r"hs: got shape \(3, 2\), wanted \(T, B, H\)", lambda: module.mean_states(X[..., 0])),
        (r"dmean: got shape \(3, 2, 4\), wanted \(B, H\)", lambda: module.mean_states_backward(X, 3)),
        (r"sequences: got none", lambda: module.pad([])),
        (r"sequences\[1\]: got shape \(3, 4\), wanted .* = \(T, 3\)", lambda: module.pad([X[:, 0, :3], X[:, 0]])),
        (r"sequences\[0\]: got shape \(0, 4\)", lambda: module.pad([X[:0, 0]])),
    ]:
        assert re.match(message, refusal(call)), message


def test_refusals():
    check_refusals(padding)


def test_lengths_of_any_integer_type_come_back_as_indices():
    for dtype in (np.uint8, np.int32, np.int64):
        lengths = check_lengths(np.array([3, 1], dtype), 3, 2)
        assert lengths.dtype == np.intp
        assert (-lengths).tolist() == [-3, -1]
