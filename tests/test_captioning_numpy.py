"""The decoder in NumPy is the decoder in PyTorch: every score, state and weight, and what is said in the end.

Untrained weights serve: what is compared is arithmetic. All biases are made distinct and far from zero, because the
LSTM has two of them whose sum counts, and equal numbers would hide a swapped gate.
"""

import numpy as np
import pytest
import torch

from helpers.captioning import numpy_teller
from helpers.captioning.numpy_teller import numpy_decoder, numpy_first_state, numpy_teller_step, teller_arrays
from helpers.captioning.teller import first_state, start_teller, teller_decoder, teller_step
from helpers.captioning.vocabulary import END, PAD, START, WORDS
from helpers.decoding import beam_search, greedy_search

N, P, C, H, E = 5, 16, 7, 11, 6
LIMITS = {torch.float32: 1e-5, torch.float64: 1e-10}
BOTH = [True, False]


def some_teller(attention, dtype=torch.float64, seed=0):
    """A decoder and features for it; no two numbers are alike."""
    torch.manual_seed(seed)
    features = 2 * torch.randn(N, P, C, dtype=dtype) + torch.arange(C)
    teller = start_teller(features, attention, seed, H=H, E=E)
    with torch.no_grad():
        for name, weights in teller.parts.named_parameters():
            if "bias" in name:
                weights.normal_()
            if "output" in name:
                weights.mul_(3)  # sharper, so that greedy captions do not hang on rounding
    teller.parts.to(dtype)
    return teller, features


def compare(got, wanted, dtype, note):
    wanted = wanted.detach().numpy()
    assert got.dtype == wanted.dtype, note
    np.testing.assert_allclose(got, wanted, rtol=0, atol=LIMITS[dtype] * max(1, abs(wanted).max()), err_msg=note)


def check_against_torch(module):
    """Six words, state and scores after each: both decoders, both dtypes."""
    for attention in BOTH:
        for dtype in LIMITS:
            teller, features = some_teller(attention, dtype)
            arrays = module.teller_arrays(teller)
            state, seen = first_state(teller, features)
            own_state, own_seen = module.numpy_first_state(arrays, features.numpy())
            assert (own_seen is None) == (seen is None) == (not attention)
            for name, own, right in zip(("values", "keys"), own_seen or (), seen or (), strict=False):
                compare(own, right, dtype, name)
            for symbols in np.random.default_rng(0).integers(0, len(WORDS), (6, N)):
                scores, state, weights = teller_step(teller, torch.tensor(symbols), state, seen)
                own_scores, own_state, own_weights = module.numpy_teller_step(arrays, symbols, own_state, own_seen)
                compare(own_scores, scores, dtype, "scores")
                compare(own_state[0], state[0], dtype, "h")
                compare(own_state[1], state[1], dtype, "c")
                if attention:
                    compare(own_weights, weights, dtype, "weights")
                else:
                    assert own_weights is weights is None


def three_best(step, state, B, start, end, limit):
    return [said for found in beam_search(step, state, B, start, end, 3, limit) for said in found]


def check_captions(module):
    """Greedy and beam search over either decoder find the same; rows of the state may be dropped and doubled."""
    for attention in BOTH:
        for seed in range(3):
            teller, features = some_teller(attention, torch.float32, seed)
            ours = module.numpy_decoder(module.teller_arrays(teller), features)
            theirs = teller_decoder(teller, features)
            for search in (greedy_search, three_best):
                own, right = (search(step, state, N, START, END, 9) for step, state in (ours, theirs))
                assert [said.symbols for said in own] == [said.symbols for said in right]
                assert all({PAD, START}.isdisjoint(said.symbols) for said in own)
                logs = [[said.log_probability for said in found] for found in (own, right)]
                np.testing.assert_allclose(*logs, atol=1e-4)


def check_weights_are_copies(module):
    """Training goes on, the arrays stay."""
    teller, features = some_teller(attention=True)
    arrays = module.teller_arrays(teller)
    before = module.numpy_first_state(arrays, features)[0][0]
    with torch.no_grad():
        for weights in teller.parts.parameters():
            weights.zero_()
    np.testing.assert_array_equal(module.numpy_first_state(arrays, features)[0][0], before)


@pytest.mark.parametrize(
    "check", [check_against_torch, check_captions, check_weights_are_copies], ids=lambda c: c.__name__
)
def test_values(check):
    check(numpy_teller)


@pytest.mark.parametrize("attention", BOTH)
def test_names_and_shapes(attention):
    teller, features = some_teller(attention)
    arrays = teller_arrays(teller)
    names = {"output", "key", "query", "h0", "c0"} if attention else {"output", "place", "h0", "c0"}
    assert set(arrays.layers) == names
    assert arrays.cell.b.shape == (4 * H,)
    theirs = teller.parts["cell"]
    np.testing.assert_array_equal(arrays.cell.b, (theirs.bias_ih + theirs.bias_hh).detach().numpy())
    (h, c), seen = numpy_first_state(arrays, features)
    scores, _, weights = numpy_teller_step(arrays, [START] * N, (h, c), seen)
    assert h.shape == c.shape == (N, H)
    assert scores.shape == (N, len(WORDS))
    if attention:
        assert weights.shape == (N, P)
        np.testing.assert_allclose(weights.sum(1), 1)
        assert seen[0].shape == (N, P, C + 6)


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (
            r"features: got shape \(5, 16, 6\), wanted \(N, P, C\) = \(N, P, 7\)",
            lambda a, f: numpy_decoder(a, f[:, :, :6]),
        ),
        ("features: got 15 places, wanted a square number", lambda a, f: numpy_first_state(a, f[:, :15])),
        (r"features: got nan at index \[0, 0, 0\]", lambda a, f: numpy_decoder(a, f * np.nan)),
        (
            r"symbols: got 99 at index \[1\], wanted 0 to 22",
            lambda a, f: numpy_teller_step(a, [1, 99, 1, 1, 1], *numpy_first_state(a, f)),
        ),
    ],
)
def test_errors(message, call):
    teller, features = some_teller(attention=True)
    with pytest.raises(ValueError, match=f"^{message}"):
        call(teller_arrays(teller), features.numpy())
