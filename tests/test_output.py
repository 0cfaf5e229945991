"""The output layer, softmax and the losses: PyTorch, central differences, closed forms, and what they refuse."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import output
from helpers.output import cross_entropy, log_softmax, output_backward, output_layer, sample, softmax, squared_error

T, B, H, V = 5, 3, 4, 6


def random_layer():
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape) for shape in [(T, B, H), (V, H), (V,)])


def random_targets():
    targets = np.random.default_rng(1).integers(-1, V, (T, B))
    targets[0, 0] = -1
    return targets


def check_layer_against_torch(module):
    arrays = random_layer()
    hs, W_y, b_y = (torch.tensor(a, requires_grad=True) for a in arrays)
    y = torch.nn.functional.linear(hs, W_y, b_y)
    dys = np.random.default_rng(2).standard_normal((T, B, V))
    y.backward(torch.tensor(dys))
    np.testing.assert_allclose(module.output_layer(*arrays), y.detach().numpy(), atol=1e-13)
    got = module.output_backward(dys, arrays[0], arrays[1])
    for g, leaf in zip(got, (hs, W_y, b_y), strict=True):
        np.testing.assert_allclose(g, leaf.grad.numpy(), atol=1e-13)


def check_cross_entropy_against_torch(module):
    y, targets = 3 * np.random.default_rng(2).standard_normal((T, B, V)), random_targets()
    leaf = torch.tensor(y, requires_grad=True)
    wanted = torch.nn.functional.cross_entropy(leaf.reshape(-1, V), torch.tensor(targets).reshape(-1), ignore_index=-1)
    wanted.backward()
    loss, gradient = module.cross_entropy(y, targets)
    assert loss == pytest.approx(wanted.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), atol=1e-14)


def check_squared_error_against_torch(module):
    rng = np.random.default_rng(3)
    y, targets = rng.standard_normal((T, B, V)), rng.standard_normal((T, B, V))
    targets[:2, 1] = np.nan
    leaf, asked = torch.tensor(y, requires_grad=True), ~np.isnan(targets)
    wanted = torch.nn.functional.mse_loss(leaf[asked], torch.tensor(targets)[asked])
    wanted.backward()
    loss, gradient = module.squared_error(y, targets)
    assert loss == pytest.approx(wanted.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), atol=1e-14)


def check_softmax(module):
    y = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(module.softmax(y), torch.softmax(torch.tensor(y), -1).numpy(), atol=1e-15)
    np.testing.assert_allclose(module.softmax(y, 2.0), module.softmax(y / 2), atol=1e-15)
    np.testing.assert_array_equal(module.softmax(y, 0), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_allclose(module.log_softmax(y), np.log(module.softmax(y)), atol=1e-14)


def check_sample_follows_the_distribution(module):
    """100,000 draws: each frequency within five standard errors of its probability."""
    y = np.log([0.5, 0.3, 0.15, 0.05])
    n = 100_000
    for temperature in (1.0, 0.5):
        p = np.array([0.5, 0.3, 0.15, 0.05]) ** (1 / temperature)
        p /= p.sum()
        drawn = module.sample(np.broadcast_to(y, (n, 4)), np.random.default_rng(0), temperature)
        share = np.bincount(drawn, minlength=4) / n
        assert (np.abs(share - p) < 5 * np.sqrt(p * (1 - p) / n)).all(), (temperature, share, p)


@pytest.mark.parametrize(
    "check",
    [
        check_layer_against_torch,
        check_cross_entropy_against_torch,
        check_squared_error_against_torch,
        check_softmax,
        check_sample_follows_the_distribution,
    ],
    ids=lambda c: c.__name__,
)
def test_values(check):
    check(output)


def test_cross_entropy_by_central_differences():
    y, targets = np.random.default_rng(4).standard_normal((T, B, V)), random_targets()
    _, gradient = cross_entropy(y, targets)
    nudge = 1e-6
    for index in np.ndindex(y.shape):
        d = np.zeros_like(y)
        d[index] = nudge
        slope = (cross_entropy(y + d, targets)[0] - cross_entropy(y - d, targets)[0]) / (2 * nudge)
        assert gradient[index] == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("size", [0.0, 1e4, 1e300])
def test_the_loss_of_a_guess(size):
    targets = np.array([[3, -1], [-1, 0]])
    loss, gradient = cross_entropy(np.full((2, 2, 8), size), targets)
    assert loss == pytest.approx(np.log(8)), "large scores do not overflow"
    assert not gradient[targets < 0].any()


def test_a_score_far_below_gives_a_large_loss_and_no_infinity():
    loss, gradient = cross_entropy(np.array([[0.0, 1e4]]), np.array([0]))
    assert loss == pytest.approx(1e4)
    np.testing.assert_allclose(gradient, [[-1, 1]])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.floats(1e-3, 1e3))
def test_softmax_is_a_distribution(scores, temperature):
    p = softmax(scores, temperature)
    assert p.sum() == pytest.approx(1)
    assert (p >= 0).all()
    assert p[np.argmax(scores)] == p.max()


def test_sampling():
    y = np.random.default_rng(0).standard_normal((50, V))
    np.testing.assert_array_equal(sample(y, np.random.default_rng(0), 0), y.argmax(axis=1))
    one, two = (sample(y, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, two, err_msg="the same seed draws the same symbols")
    assert sample(y[0], np.random.default_rng(0)).shape == ()
    impossible = np.array([[0.0, -1e9, 0.0]] * 1000)
    assert 1 not in sample(impossible, np.random.default_rng(0))


def test_float32_stays_float32():
    hs, W_y, b_y = (a.astype(np.float32) for a in random_layer())
    y = output_layer(hs, W_y, b_y)
    _, gradient = cross_entropy(y, random_targets())
    for array in (y, gradient, softmax(y, 0.7), log_softmax(y), *output_backward(gradient, hs, W_y)):
        assert array.dtype == np.float32


def test_errors():
    hs, W_y, b_y = random_layer()
    y, targets, rng = np.zeros((T, B, V)), random_targets(), np.random.default_rng(0)
    outside = targets.copy()
    outside[1, 2] = V
    for message, call in {
        "W_y: got shape": lambda: output_layer(hs, W_y.T, b_y),
        "b_y: got shape": lambda: output_layer(hs, W_y, b_y[:-1]),
        "hs: got shape": lambda: output_backward(y, hs[:-1], W_y),
        r"targets: got 6 at index \[1, 2\], wanted 0 to 5": lambda: cross_entropy(y, outside),
        "targets: got -2": lambda: cross_entropy(y, np.full((T, B), -2)),
        "targets: got dtype float64": lambda: cross_entropy(y, targets.astype(float)),
        "targets: got dtype int64 and shape": lambda: cross_entropy(y, targets[:-1]),
        "targets: got nothing": lambda: cross_entropy(y, np.full((T, B), -1)),
        "targets: got shape": lambda: squared_error(y, y[:-1]),
        "y: got nan": lambda: softmax([np.nan, 1.0]),
        "y: got shape": lambda: softmax(np.zeros((3, 0))),
        "temperature: got -1": lambda: softmax([1.0, 2.0], -1),
        "temperature: got inf": lambda: sample([1.0, 2.0], rng, np.inf),
        "rng: got 3": lambda: sample([1.0, 2.0], 3),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
