"""Other ways to the same gradient: the same numbers, at the price that is stated."""

import gc
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rnn_basics import names, random_arguments, sizes

from helpers import costs
from helpers.bptt import RNNGradients, rnn_backward
from helpers.costs import bptt_cost, checkpointed_backward, rtrl, rtrl_cost, stored_states
from helpers.rnn_basics import ACTIVATIONS, rnn_forward


def close(got, wanted, tolerance, message=""):
    np.testing.assert_allclose(got, wanted, rtol=0, atol=tolerance * max(1.0, np.abs(wanted).max()), err_msg=message)


def random_dhs(T=5, B=3, H=6):
    return np.random.default_rng(2).standard_normal((T, B, H))


def check_rtrl_equals_bptt(module):
    for activation in ACTIVATIONS:
        for T in (1, 7):
            arguments, dhs = random_arguments(T), random_dhs(T)
            wanted = rnn_backward(dhs, rnn_forward(*arguments, activation)[1])
            got = module.rtrl(*arguments, dhs, activation)
            for name, g in zip(got._fields, got, strict=True):
                close(g, getattr(wanted, name), 1e-12, f"{activation}: {name}")


def check_checkpoints_equal_bptt(module):
    for activation, T, segments in (("tanh", 7, 1), ("tanh", 7, 3), ("sigmoid", 9, 9), ("relu", 8, 2)):
        arguments, dhs = random_arguments(T), random_dhs(T)
        wanted = rnn_backward(dhs, rnn_forward(*arguments, activation)[1])
        for given_as in (dhs, lambda start, hs, dhs=dhs: dhs[start : start + len(hs)]):
            got = module.checkpointed_backward(*arguments, given_as, segments, activation)
            for name, g, w in zip(RNNGradients._fields, got, wanted, strict=True):
                close(g, w, 1e-12, f"{activation}, {segments} segments: {name}")


def test_rtrl_equals_bptt():
    check_rtrl_equals_bptt(costs)


def test_checkpoints_equal_bptt():
    check_checkpoints_equal_bptt(costs)


@settings(deadline=None, max_examples=20)
@given(T=st.integers(1, 8), B=sizes, D=sizes, H=sizes, activation=names, data=st.data())
def test_shapes(T, B, D, H, activation, data):
    arguments, dhs = random_arguments(T, B, D, H), random_dhs(T, B, H)
    wanted = rnn_backward(dhs, rnn_forward(*arguments, activation)[1])
    segments = data.draw(st.integers(1, T))
    for g, w in zip(checkpointed_backward(*arguments, dhs, segments, activation), wanted, strict=True):
        close(g, w, 1e-10)
    for g, w in zip(rtrl(*arguments, dhs, activation), wanted[2:], strict=True):
        close(g, w, 1e-10)


def test_float32_stays_float32():
    arguments, dhs = random_arguments(dtype=np.float32), random_dhs().astype(np.float32)
    assert {g.dtype for g in rtrl(*arguments, dhs)} == {np.dtype(np.float32)}
    assert {g.dtype for g in checkpointed_backward(*arguments, dhs, 2)} == {np.dtype(np.float32)}


def test_a_loss_that_looks_at_the_states():
    """The function is given the states of its segment, and every segment once."""
    arguments = random_arguments(T=7)
    hs, cache = rnn_forward(*arguments)
    seen = []

    def direct(start, part):
        np.testing.assert_array_equal(part, hs[start : start + len(part)])
        seen.extend(range(start, start + len(part)))
        return part - 1

    got = checkpointed_backward(*arguments, direct, 3)
    for g, w in zip(got, rnn_backward(hs - 1, cache), strict=True):
        close(g, w, 1e-12)
    assert sorted(seen) == list(range(7))


def test_stored_states():
    assert stored_states(100) == 101
    assert stored_states(100, 10) == 20
    assert stored_states(100, 100) == 101
    assert stored_states(7, 3) == 3 + 3
    fewest = [min(range(1, T + 1), key=lambda s, T=T: stored_states(T, s)) for T in (100, 400, 900)]
    assert fewest == [10, 20, 30], "the square root"


def test_what_is_stored_is_what_is_said():
    """The peak of all memory that NumPy asks for, beside the states that the formula counts."""
    T, B, D, H = 900, 4, 1, 32
    x, h0, *weights = random_arguments(T, B, D, H)
    weights[1] /= 10
    nothing = lambda start, hs: np.zeros(hs.shape)
    peaks = {}
    for segments in (1, 30):
        gc.collect()
        tracemalloc.start()
        checkpointed_backward(x, h0, *weights, nothing, segments)
        peaks[segments] = tracemalloc.get_traced_memory()[1] / (8 * B * H)
        tracemalloc.stop()
    # Beside the states: the losses' part of a segment (length), the chunk of the backward loop, the weights' gradients.
    saved = peaks[1] - peaks[30]
    assert saved > stored_states(T) - stored_states(T, 30)
    assert stored_states(T, 30) < peaks[30] < 6 * stored_states(T, 30)


def test_prices():
    assert rtrl_cost(10, 3, 4) == (4 * 4 * 8, 10 * 4 * 4 * 4 * 8)
    assert bptt_cost(10, 3, 4) == (11 * 4, 3 * 10 * 4 * 7)
    assert rtrl_cost(10, 3, 4).stored == rtrl_cost(1000, 3, 4).stored
    double = [rtrl_cost(1, 1, 2 * H).multiplications / rtrl_cost(1, 1, H).multiplications for H in (100, 1000)]
    assert double[1] == pytest.approx(16, rel=1e-2)


def test_errors():
    arguments, dhs = random_arguments(), random_dhs()
    for message, call in {
        r"segments: got 6, wanted at most T = 5": lambda: checkpointed_backward(*arguments, dhs, 6),
        r"segments: got 0": lambda: checkpointed_backward(*arguments, dhs, 0),
        r"dhs: got shape \(3, 3, 4\), wanted \(T, B, H\) = \(3, 3, 6\)": lambda: checkpointed_backward(
            *arguments, dhs[..., :4], 2
        ),
        r"dhs: got shape \(5, 3, 4\), wanted": lambda: rtrl(*arguments, dhs[..., :4]),
        r"activation: got 'none'": lambda: rtrl(*arguments, dhs, "none"),
        r"T: got 0": lambda: rtrl_cost(0, 1, 1),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
