"""Clipping by its definition, by torch and on extreme numbers; Adam against torch."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import gradients, optim
from helpers.optim import adam_start, adam_step, clip_by_norm, clip_by_value


class Pair(NamedTuple):
    W: np.ndarray
    b: np.ndarray


def random_arrays(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) * 3 for shape in [(4, 3), (5,), (2, 1, 2), ()]]


def cosine(a, b):
    a, b = (np.concatenate([np.ravel(v) for v in vectors]) for vectors in (a, b))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def check_norm_against_torch(module):
    """The norm of all arrays together, at thresholds below and above it."""
    for threshold in (0.5, 7.0, 1e3):
        arrays = random_arrays()
        leaves = [torch.zeros(a.shape, dtype=torch.float64) for a in arrays]
        for leaf, a in zip(leaves, arrays, strict=True):
            leaf.grad = torch.tensor(a)
        wanted = torch.nn.utils.clip_grad_norm_(leaves, threshold)
        clipped, norm = module.clip_by_norm(arrays, threshold)
        assert norm == pytest.approx(wanted.item(), rel=1e-14)
        for got, leaf in zip(clipped, leaves, strict=True):  # torch divides by the norm plus 1e-6
            np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=1e-6)


def check_value_against_torch(module):
    for threshold in (0.5, 1e3):
        arrays = random_arrays()
        for got, a in zip(module.clip_by_value(arrays, threshold), arrays, strict=True):
            np.testing.assert_array_equal(got, torch.tensor(a).clamp(-threshold, threshold).numpy())


def check_new_arrays(module):
    """What comes back shares no memory with what was given, which is not changed."""
    for threshold in (0.5, 1e3):
        arrays = random_arrays()
        for result in (module.clip_by_norm(arrays, threshold)[0], module.clip_by_value(arrays, threshold)):
            for got, a, before in zip(result, arrays, random_arrays(), strict=True):
                assert isinstance(got, np.ndarray)
                assert not np.shares_memory(got, a)
                np.testing.assert_array_equal(a, before)


def check_extreme_norms(module):
    """Neither overflow nor underflow where squares would."""
    for size in (1e-300, 1e-170, 1e170, 1e300):
        g = [np.array([3 * size]), np.array([4 * size])]
        clipped, norm = module.clip_by_norm(g, size)
        assert norm == pytest.approx(5 * size, rel=1e-14)
        np.testing.assert_allclose(np.ravel(clipped) / size, [0.6, 0.8], rtol=1e-14)


def check_adam_against_torch(module, updates=20):
    rng = np.random.default_rng(1)
    parameters = random_arrays()
    leaves = [torch.tensor(p, requires_grad=True) for p in parameters]
    reference = torch.optim.Adam(leaves, lr=0.03, betas=(0.8, 0.95), eps=1e-3)
    state = module.adam_start(parameters)
    for _ in range(updates):
        grads = [rng.standard_normal(p.shape) for p in parameters]
        for leaf, g in zip(leaves, grads, strict=True):
            leaf.grad = torch.tensor(g)
        reference.step()
        parameters, state = module.adam_step(parameters, grads, state, 0.03, (0.8, 0.95), 1e-3)
    assert state.step == updates
    for p, leaf in zip(parameters, leaves, strict=True):
        np.testing.assert_allclose(p, leaf.detach().numpy(), rtol=0, atol=1e-12)


def test_clip_by_norm_against_torch():
    check_norm_against_torch(optim)


def test_clip_by_value_against_torch():
    check_value_against_torch(optim)


def test_new_arrays():
    check_new_arrays(optim)


def test_extreme_norms():
    check_extreme_norms(optim)


def test_adam_against_torch():
    check_adam_against_torch(optim)


def test_adam_default_settings_are_torchs():
    p, g = np.array([1.0, -2.0]), np.array([0.3, 4.0])
    leaf = torch.tensor(p, requires_grad=True)
    leaf.grad = torch.tensor(g)
    torch.optim.Adam([leaf]).step()
    new, _ = adam_step(p, g, adam_start(p))
    np.testing.assert_allclose(new, leaf.detach().numpy(), rtol=0, atol=1e-15)
    np.testing.assert_allclose(p - new, [1e-3, 1e-3], rtol=1e-6, err_msg="the first step is `rate` in every number")


@pytest.mark.parametrize(("threshold", "wanted"), [(1, 0.714), (5, 0.982)])
def test_value_clipping_turns_the_gradient(threshold, wanted):
    g = [np.array([100.0, 1.0])]
    assert cosine(g, clip_by_value(g, threshold)) == pytest.approx(wanted, abs=5e-4)
    clipped, norm = clip_by_norm(g, threshold)
    assert cosine(g, clipped) == pytest.approx(1, abs=1e-15)
    assert np.linalg.norm(clipped[0]) == pytest.approx(threshold)
    assert norm == pytest.approx(np.sqrt(10001))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 999), st.floats(1e-3, 1e3))
def test_never_longer_than_the_threshold_and_same_direction(seed, threshold):
    arrays = random_arrays(seed)
    clipped, norm = clip_by_norm(arrays, threshold)
    after = np.sqrt(sum((c**2).sum() for c in clipped))
    assert after == pytest.approx(min(norm, threshold))
    assert cosine(arrays, clipped) == pytest.approx(1)


@pytest.mark.parametrize("threshold", [1.0, np.inf])
def test_zero_and_short_gradients_stay(threshold):
    for g in (np.zeros((2, 3)), np.full((2, 3), 0.1)):
        clipped, _ = clip_by_norm([g], threshold)
        np.testing.assert_array_equal(clipped[0], g)
        np.testing.assert_array_equal(clip_by_value([g], threshold)[0], g)
    assert clip_by_norm([np.zeros(2)], threshold)[1] == 0


@pytest.mark.parametrize("kind", ["list", "tuple", "dict", "NamedTuple", "array"])
def test_the_container_keeps_its_type(kind):
    W, b = np.array([[3.0]]), np.array([4.0])
    given = {"list": [W, b], "tuple": (W, b), "dict": {"W": W, "b": b}, "NamedTuple": Pair(W, b)}.get(kind, W)
    for result in (
        clip_by_norm(given, 1.0)[0],
        clip_by_value(given, 1.0),
        adam_step(given, given, adam_start(given))[0],
    ):
        assert type(result) is type(given)
    if kind == "dict":
        assert list(clip_by_norm(given, 1.0)[0]) == ["W", "b"]
    if kind == "NamedTuple":
        np.testing.assert_allclose(clip_by_norm(given, 1.0)[0].b, [0.8])


def test_float32_stays_float32():
    arrays = random_arrays(dtype=np.float32)
    clipped, norm = clip_by_norm(arrays, 0.5)
    new, state = adam_step(arrays, clipped, adam_start(arrays))
    for result in (clipped, clip_by_value(arrays, 0.5), new, state.mean, state.square):
        assert all(a.dtype == np.float32 for a in result)
    assert isinstance(norm, float)
    large = [np.full(4, 3e38, np.float32)]
    assert clip_by_norm(large, 1.0)[1] == pytest.approx(6e38), "the norm is not that of float32"
    single = np.ones(3, np.float32)
    updated, state = adam_step(single, single, adam_start(single), rate=np.float64(0.1))
    assert updated.dtype == state.mean[0].dtype == np.float32, "a NumPy scalar is no reason to leave float32"
    mixed, _ = clip_by_norm([np.ones(2, np.float32), np.ones(2)], 0.5)
    assert [a.dtype for a in mixed] == [np.float32, np.float64]


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_refused(clip, bad):
    with pytest.raises(ValueError, match=rf"arrays: got {bad} in arrays.b at index \[1\]"):
        clip(Pair(np.ones((2, 2)), np.array([0.0, bad])), 1.0)


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_other_errors_of_clipping(clip):
    for threshold in (0, -1, np.nan, True):
        with pytest.raises(ValueError, match="threshold: got"):
            clip([np.ones(2)], threshold)
    for container in (3.0, {1.0, 2.0}, (a for a in [np.ones(2)])):
        with pytest.raises(ValueError, match=r"arrays: got .*wanted a NamedTuple"):
            clip(container, 1.0)
    with pytest.raises(ValueError, match=r"arrays\[0\]: got dtype complex128"):
        clip([np.ones(2) * 1j], 1.0)


def test_a_norm_beyond_float64_is_refused():
    with pytest.raises(ValueError, match="arrays: got a norm beyond float64"):
        clip_by_norm([np.full(100, 1e308)], 1.0)


def test_errors_of_adam():
    p = [np.ones(3)]
    state = adam_start(p)
    for argument, call in {
        "gradients: got shapes": lambda: adam_step(p, [np.ones(2)], state),
        "state: got shapes": lambda: adam_step(p, p, adam_start([np.ones(2)])),
        "gradients: got nan": lambda: adam_step(p, [np.array([0, np.nan, 1])], state),
        "rate: got": lambda: adam_step(p, p, state, rate=-1),
        "decay: got": lambda: adam_step(p, p, state, decay=(0.9, 1.0)),
        "epsilon: got": lambda: adam_step(p, p, state, epsilon=0),
        "parameters: got float": lambda: adam_start(1.0),
    }.items():
        with pytest.raises(ValueError, match=argument):
            call()


def test_chapter_3_passes_clipping_on():
    assert gradients.clip_by_norm is clip_by_norm
    assert gradients.clip_by_value is clip_by_value
