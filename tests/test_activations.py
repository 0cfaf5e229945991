"""Nonlinearities and their slopes: closed forms, PyTorch, and arguments far from 0."""

import numpy as np
import pytest
import torch

from helpers import activations


def check_against_torch(module):
    z = np.linspace(-4, 4, 41)
    functions = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}
    assert list(module.ACTIVATIONS) == list(functions)
    for name, phi in functions.items():
        leaf = torch.tensor(z, requires_grad=True)
        h = phi(leaf)
        h.sum().backward()
        got, slope = np.empty_like(z), np.empty_like(z)
        module.ACTIVATIONS[name].apply(z, got)
        module.ACTIVATIONS[name].slope(got, slope)
        np.testing.assert_allclose(got, h.detach().numpy(), rtol=1e-13, atol=1e-15, err_msg=name)
        np.testing.assert_allclose(slope, leaf.grad.numpy(), rtol=1e-10, err_msg=name)
        in_place = z.copy()
        module.ACTIVATIONS[name].apply(in_place, in_place)
        np.testing.assert_array_equal(in_place, got)


def check_sigmoid_is_safe(module):
    z = np.array([-1e4, -30.0, -1.0, 0.0, 1.0, 1e4])
    got = np.empty_like(z)
    module.ACTIVATIONS["sigmoid"].apply(z, got)
    wanted = [0.0, np.exp(-30) / (1 + np.exp(-30)), 1 / (1 + np.e), 0.5, np.e / (1 + np.e), 1.0]
    np.testing.assert_allclose(got, wanted, rtol=1e-14)


def check_sigmoid(module):
    """The function that returns its result: any shape, float32 stays float32, the argument stays as it is."""
    z = np.linspace(-4, 4, 6).reshape(2, 3)
    kept = z.copy()
    np.testing.assert_allclose(module.sigmoid(z), torch.sigmoid(torch.tensor(z)).numpy(), rtol=1e-13)
    np.testing.assert_array_equal(z, kept)
    assert module.sigmoid(z.astype(np.float32)).dtype == np.float32
    assert module.sigmoid(np.array(0.0)) == 0.5


def check_slopes(module):
    """phi' from phi: closed forms at points away from the kink, and 0 at relu's kink."""
    z = np.array([-2.0, -0.3, 0.7, 3.0])
    s = 1 / (1 + np.exp(-z))
    wanted = {
        "tanh": 1 / np.cosh(z) ** 2,
        "sigmoid": s * (1 - s),
        "relu": [0, 0, 1, 1],
        "identity": np.ones(4),
    }
    for name, activation in module.ACTIVATIONS.items():
        h, slope = np.empty(4), np.empty(4)
        activation.apply(z, h)
        activation.slope(h, slope)
        np.testing.assert_allclose(slope, wanted[name], rtol=1e-13, err_msg=name)
        activation.slope(h, h)  # in place
        np.testing.assert_array_equal(h, slope)
    zero = np.zeros(1)
    module.ACTIVATIONS["relu"].slope(zero, zero)
    assert zero[0] == 0


@pytest.mark.parametrize(
    "check", [check_against_torch, check_sigmoid_is_safe, check_sigmoid, check_slopes], ids=lambda c: c.__name__
)
def test_values(check):
    check(activations)
