"""The n-gram model: a hand-computed example, distributions, a uniform source, a cycle, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import ngrams
from helpers.ngrams import NGram, best_ngram, fit_ngram, ngram_bits, ngram_probabilities, sample_ngram

corpora = st.lists(st.integers(0, 3), min_size=1, max_size=30)


def check_by_hand(module):
    """The corpus is 0 0 1 0 1 2, and V = 4: symbol 3 never stands in it.

    Unigrams: n = 6, t = 3, below them 1/4:  p(0) = (3 + 3/4) / 9 = 15/36, p(1) = 11/36, p(2) = 7/36, p(3) = 3/36.
    After 0 (n = 3, t = 2; followers 0 once, 1 twice):  p(1|0) = (2 + 2 * 11/36) / 5, p(3|0) = 2 * 3/36 / 5.
    After 0 1 (n = 2, t = 2; followers 0 and 2):  p(2|01) = (1 + 2 p(2|1)) / 4, where after 1 (n = 2, t = 2)
    p(2|1) = (1 + 2 * 7/36) / 4.
    """
    model = module.fit_ngram([0, 0, 1, 0, 1, 2], 3, 4)
    np.testing.assert_allclose(module.ngram_probabilities(model, []), np.array([15, 11, 7, 3]) / 36, rtol=1e-14)
    after_0 = (np.array([1, 2, 0, 0]) + 2 * np.array([15, 11, 7, 3]) / 36) / 5
    np.testing.assert_allclose(module.ngram_probabilities(model, [0]), after_0, rtol=1e-14)
    after_1 = (np.array([1, 0, 1, 0]) + 2 * np.array([15, 11, 7, 3]) / 36) / 4
    after_01 = (np.array([1, 0, 1, 0]) + 2 * after_1) / 4
    np.testing.assert_allclose(module.ngram_probabilities(model, [2, 0, 1]), after_01, rtol=1e-14)
    np.testing.assert_allclose(module.ngram_probabilities(model, [3, 1]), after_1, rtol=1e-14, err_msg="unseen: 3 1")


def check_bits_are_those_of_the_distributions(module):
    """Each symbol is predicted from those before it, fewer at the start."""
    rng = np.random.default_rng(0)
    model, text = module.fit_ngram(rng.integers(0, 3, 200), 4, 5), rng.integers(0, 5, 60)
    wanted = [-np.log2(module.ngram_probabilities(model, text[:i])[symbol]) for i, symbol in enumerate(text)]
    assert module.ngram_bits(model, text) == pytest.approx(np.mean(wanted), rel=1e-12)


def check_order_is_chosen_on_dev(module):
    """0 0 1 1 again and again: two symbols tell what comes next, one does not, three are no better."""
    train, dev = np.tile([0, 0, 1, 1], 50), np.tile([1, 0, 0, 1], 50)
    model, bits = module.best_ngram(train, dev, 2, orders=(1, 2, 3))
    assert model.order == 3
    alone = module.fit_ngram(train, 3, 2)
    assert model == alone, "cut from a longer model, it is the same as fitted alone"
    assert bits == module.ngram_bits(alone, dev) < 0.1
    others = [module.ngram_bits(module.fit_ngram(train, order, 2), dev) for order in (1, 2)]
    assert min(others) > 0.9


def check_samples_follow_the_distribution(module):
    """20,000 draws, each from the two before it: frequencies within five standard errors."""
    rng = np.random.default_rng(0)
    model = module.fit_ngram([0, 0, 1, 0, 1, 2], 3, 3)
    text = module.sample_ngram(model, 20_000, rng, start=(0, 1))
    for context in ((0, 1), (1, 0), (0, 0), (2, 2)):
        at = np.flatnonzero((text[:-2] == context[0]) & (text[1:-1] == context[1])) + 2
        share, p = np.bincount(text[at], minlength=3) / len(at), module.ngram_probabilities(model, context)
        assert (np.abs(share - p) < 5 * np.sqrt(p * (1 - p) / len(at))).all(), (context, share, p)


@pytest.mark.parametrize(
    "check",
    [
        check_by_hand,
        check_bits_are_those_of_the_distributions,
        check_order_is_chosen_on_dev,
        check_samples_follow_the_distribution,
    ],
    ids=lambda c: c.__name__,
)
def test_values(check):
    check(ngrams)


@given(corpora, st.integers(1, 5), st.lists(st.integers(0, 4), max_size=6))
def test_every_context_gives_a_distribution_without_zeros(corpus, order, context):
    p = ngram_probabilities(fit_ngram(corpus, order, 5), context)
    assert p.sum() == pytest.approx(1)
    assert (p > 0).all()


def test_a_uniform_source_costs_log2_V():
    rng = np.random.default_rng(0)
    train, test = rng.integers(0, 8, (2, 20_000))
    bits = [ngram_bits(fit_ngram(train, order, 8), test) for order in (1, 2, 3)]
    np.testing.assert_allclose(bits, 3, atol=0.03)
    assert ngram_bits(fit_ngram(train, 7, 8), test) > 3.1, "contexts seen once or never: memorised noise costs"


def test_a_cycle_is_memorised():
    cycle = np.tile([0, 1, 2, 1], 100)
    bits = [ngram_bits(fit_ngram(cycle, order, 3), cycle) for order in (1, 2, 3)]
    assert bits[0] == pytest.approx(1.5, abs=0.02)
    assert bits[1] == pytest.approx(0.5, abs=0.05), "after 1 comes 2 or 0"
    assert bits[2] < 0.05


def test_sampling_a_cycle_goes_on_with_it_and_the_same_seed_draws_the_same():
    model = fit_ngram(np.tile([0, 1, 2], 10_000), 2, 3)
    one, two = (sample_ngram(model, 12, np.random.default_rng(0), start=[0]) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, np.tile([1, 2, 0], 4))
    assert sample_ngram(model, 3, np.random.default_rng(0)).shape == (3,)


def test_counts():
    model = fit_ngram([0, 1, 0], 2, 2)
    assert model == NGram(2, 2, ({(): {0: 2, 1: 1}}, {(0,): {1: 1}, (1,): {0: 1}}))


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("ids: got no symbols", lambda: fit_ngram([], 2, 3)),
        (r"ids: got 3 at index \[2\], wanted 0 to 2", lambda: fit_ngram([0, 1, 3], 2, 3)),
        (r"ids: got shape \(1, 2\), wanted \(N,\)", lambda: fit_ngram([[0, 1]], 2, 3)),
        ("ids: got dtype float64", lambda: fit_ngram([0.0], 2, 3)),
        ("order: got 0", lambda: fit_ngram([0], 0, 3)),
        ("V: got 0", lambda: fit_ngram([0], 1, 0)),
        (r"context: got 5 at index \[0\]", lambda: ngram_probabilities(fit_ngram([0], 2, 3), [5])),
        (r"ids: got -1 at index \[1\]", lambda: ngram_bits(fit_ngram([0], 2, 3), [0, -1])),
        ("dev: got no symbols", lambda: best_ngram([0], [], 3)),
        ("orders: got none", lambda: best_ngram([0], [0], 3, orders=())),
        ("orders: got 0", lambda: best_ngram([0], [0], 3, orders=(0, 1))),
        ("length: got 0", lambda: sample_ngram(fit_ngram([0], 2, 3), 0, np.random.default_rng(0))),
        (r"start: got 9 at index \[0\]", lambda: sample_ngram(fit_ngram([0], 2, 3), 1, np.random.default_rng(0), [9])),
        ("rng: got 0", lambda: sample_ngram(fit_ngram([0], 2, 3), 1, 0)),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
