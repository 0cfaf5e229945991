"""The fixed window: layout, and a linear map of it against PyTorch's convolution."""

import numpy as np
import pytest
import torch
from test_training import experiment

from helpers import windows as module_under_test
from helpers.data import hold_task, steps_since_symbol
from helpers.windows import windows


def check_against_torch_convolution(module):
    """A linear map of the window is a causal convolution: K - 1 zeros on the left, none on the right."""
    T, B, D, K, H = 9, 3, 4, 5, 2
    rng = np.random.default_rng(0)
    x, W = rng.standard_normal((T, B, D)), rng.standard_normal((H, K, D))
    padded = torch.nn.functional.pad(torch.tensor(x).permute(1, 2, 0), (K - 1, 0))
    wanted = torch.nn.functional.conv1d(padded, torch.tensor(W).permute(0, 2, 1))  # (B, H, T)
    got = module.windows(x, K) @ W.reshape(H, K * D).T
    np.testing.assert_allclose(got, wanted.permute(2, 0, 1).numpy(), atol=1e-13)


def test_against_torch_convolution():
    check_against_torch_convolution(module_under_test)


def test_layout():
    x = np.arange(1.0, 5.0).reshape(4, 1, 1)
    np.testing.assert_array_equal(windows(x, 3)[:, 0], [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]])
    np.testing.assert_array_equal(windows(x, 1), x)
    assert windows(x, 9).shape == (4, 1, 9), "longer than the sequence"
    assert windows(x.astype(np.float32), 2).dtype == np.float32


def test_errors():
    with pytest.raises(ValueError, match=r"^K: got 0"):
        windows(np.zeros((3, 1, 1)), 0)
    with pytest.raises(ValueError, match=r"^x: got shape \(3,\), wanted \(T, B, D\)"):
        windows(np.zeros(3), 2)


def test_the_committed_windows_run():
    """One seed again: recurrent and windowed, near and beyond the window."""
    module, results = experiment("01_window")
    for K, name in ((0, "recurrent"), (5, "window of 5")):
        model = module.trained(K, 0)
        right, since = module.read(model, K, 0, *module.READ["1000 steps"])
        far = results[name]["1000 steps, symbol 5 or more steps back"]["each"][0]
        assert right.mean() == pytest.approx(results[name]["1000 steps"]["each"][0], abs=0.01)
        assert right[since >= 5].mean() == pytest.approx(far, abs=0.02)


def test_what_a_window_can_know_at_most():
    """The closed form against counting in a long sequence, and against the trained nets, which reach it."""
    module, results = experiment("01_window")
    x, _ = hold_task(20_000, 10, np.random.default_rng(0))
    for K in module.WINDOWS:
        known = (steps_since_symbol(x) < K).mean()
        assert module.ceiling(K) == pytest.approx(known + (1 - known) / 4, abs=0.01)
        assert results[f"window of {K}"]["1000 steps"]["median"] == pytest.approx(module.ceiling(K), abs=0.005)


def test_the_timing_runs():
    module, results = experiment("01_sequential")
    assert set(module.measure(2, 3, T=4, runs=1)) == set(results["batch 1, 128 units"])
