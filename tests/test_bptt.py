"""The backward pass: by hand, by central differences, against PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rnn_basics import names, random_arguments, sizes, torch_layer, torch_states

from helpers import bptt
from helpers.bptt import chunked_backward, rnn_backward, window_backward
from helpers.rnn_basics import ACTIVATIONS, rnn_forward


def random_dhs(T=5, B=3, H=6):
    return np.random.default_rng(2).standard_normal((T, B, H))


def check_against_torch(module, T=5):
    """All gradients, every activation, a loss at every step."""
    arguments, dhs = random_arguments(T), random_dhs(T)
    for activation in ACTIVATIONS:
        _, cache = rnn_forward(*arguments, activation)
        hs, leaves = torch_states(*arguments, activation)
        hs.backward(torch.tensor(dhs))
        for name, got, leaf in zip(bptt.RNNGradients._fields, module.rnn_backward(dhs, cache), leaves, strict=True):
            wanted = leaf.grad.numpy()
            assert got.shape == wanted.shape, name
            scale = max(1.0, np.abs(wanted).max())
            np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12 * scale, err_msg=f"{activation}: {name}")


def check_by_hand(module):
    """Scalar linear network, T = 3, loss h_3: with w = 2 and h_0 = 1, x_t = 1, h_t = w h_{t-1} + x_t + 1."""
    x, one = np.ones((3, 1, 1)), np.ones((1, 1))
    hs, cache = rnn_forward(x, one, one, 2 * one, np.ones(1), "identity")
    assert hs.ravel().tolist() == [4.0, 10.0, 22.0]
    gradients = module.rnn_backward([[[0.0]], [[0.0]], [[1.0]]], cache)
    assert gradients.x.ravel().tolist() == [4.0, 2.0, 1.0]  # w^2, w, 1: the far past first
    assert gradients.h0.item() == 8.0  # w^3
    assert gradients.W_h.item() == 1 * 10 + 2 * 4 + 4 * 1  # by lag: 1 h_2 + w h_1 + w^2 h_0
    assert gradients.W_x.item() == gradients.b.item() == 7.0


def check_long_sequences(module):
    """More steps than one chunk of the loop holds, and not a multiple of it."""
    T, B, H = 37, 70, 16
    arguments, dhs = random_arguments(T, B, 3, H), random_dhs(T, B, H)
    arguments[3] /= 4
    _, cache = rnn_forward(*arguments)
    hs, leaves = torch_states(*arguments, "tanh")
    hs.backward(torch.tensor(dhs))
    for got, leaf in zip(module.rnn_backward(dhs, cache), leaves, strict=True):
        np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=1e-10, atol=1e-10)


def test_against_torch():
    check_against_torch(bptt)
    check_against_torch(bptt, T=1)


def test_by_hand():
    check_by_hand(bptt)


def test_long_sequences():
    check_long_sequences(bptt)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_against_torch_layer(activation):
    arguments, dhs = random_arguments(), random_dhs()
    hs, layer, x, h0 = torch_layer(*arguments, activation)
    hs.backward(torch.tensor(dhs))
    got = rnn_backward(dhs, rnn_forward(*arguments, activation)[1])
    wanted = {"x": x.grad, "h0": h0.grad[0], "W_x": layer.weight_ih_l0.grad, "W_h": layer.weight_hh_l0.grad}
    # Both of PyTorch's biases have the gradient of ours.
    for name, value in {**wanted, "b": layer.bias_ih_l0.grad}.items():
        np.testing.assert_allclose(getattr(got, name), value.numpy(), rtol=1e-11, atol=1e-11, err_msg=name)
    torch.testing.assert_close(layer.bias_ih_l0.grad, layer.bias_hh_l0.grad, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity", "relu"])
def test_central_differences(activation):
    """Every entry of every argument; the quotient is off by about e^2, and by rounding, 1e-16 / e."""
    arguments, dhs, e = random_arguments(T=4, B=2, D=3, H=3), random_dhs(4, 2, 3), 1e-5
    loss = lambda: (rnn_forward(*arguments, activation)[0] * dhs).sum()
    for a, gradient in zip(arguments, rnn_backward(dhs, rnn_forward(*arguments, activation)[1]), strict=True):
        for index in np.ndindex(a.shape):
            value = a[index]
            a[index] = value + e
            above = loss()
            a[index] = value - e
            below = loss()
            a[index] = value
            assert gradient[index] == pytest.approx((above - below) / (2 * e), rel=1e-6, abs=1e-7)


@settings(deadline=None, max_examples=40)
@given(T=sizes, B=sizes, D=sizes, H=sizes, activation=names)
def test_shapes(T, B, D, H, activation):
    arguments = random_arguments(T, B, D, H)
    gradients = rnn_backward(random_dhs(T, B, H), rnn_forward(*arguments, activation)[1])
    assert [g.shape for g in gradients] == [a.shape for a in arguments]


@settings(deadline=None, max_examples=20)
@given(T=st.integers(2, 6), activation=names)
def test_gradients_are_linear_in_dhs(T, activation):
    """Losses at different steps add up: the gradient of the sum is the sum of the gradients."""
    dhs, (_, cache) = random_dhs(T), rnn_forward(*random_arguments(T), activation)
    parts = []
    for t in range(T):
        only_t = np.zeros_like(dhs)
        only_t[t] = dhs[t]
        parts.append(rnn_backward(only_t, cache))
        assert not parts[-1].x[t + 1 :].any()  # what comes later has no say in an earlier loss
    for whole, *pieces in zip(rnn_backward(dhs, cache), *parts, strict=True):
        np.testing.assert_allclose(whole, sum(pieces), rtol=1e-9, atol=1e-9)


def test_float32_stays_float32():
    _, cache = rnn_forward(*random_arguments(dtype=np.float32))
    for dhs in (random_dhs(), random_dhs().astype(np.float32)):
        assert {g.dtype for g in rnn_backward(dhs, cache)} == {np.dtype(np.float32)}


def test_the_cache_can_be_used_again():
    _, cache = rnn_forward(*random_arguments())
    dhs = random_dhs()
    before = dhs.copy()
    first, second = rnn_backward(dhs, cache), rnn_backward(dhs, cache)
    np.testing.assert_array_equal(dhs, before)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_updated_in_place_do_not_spoil_the_gradient():
    arguments, dhs = random_arguments(), random_dhs()
    _, cache = rnn_forward(*arguments)
    wanted = rnn_backward(dhs, cache)
    for a in arguments[1:]:
        a -= 0.1
    for got, value in zip(rnn_backward(dhs, cache), wanted, strict=True):
        np.testing.assert_array_equal(got, value)


def test_refuses():
    _, cache = rnn_forward(*random_arguments())
    with pytest.raises(ValueError, match=r"^dhs: got shape \(3, 6\), wanted \(T, B, H\) = \(5, 3, 6\)$"):
        rnn_backward(np.zeros((3, 6)), cache)
    with pytest.raises(ValueError, match=r"^dhs: got shape \(5, 3, 4\), wanted \(T, B, H\) = \(5, 3, 6\)$"):
        rnn_backward(np.zeros((5, 3, 4)), cache)
    dhs = random_dhs()
    dhs[4, 0, 1] = np.inf
    with pytest.raises(ValueError, match=r"^dhs: got inf at index \[4, 0, 1\], wanted finite values$"):
        rnn_backward(dhs, cache)
    with pytest.raises(ValueError, match="cache: got an object of type ndarray, wanted the cache that rnn_forward"):
        rnn_backward(random_dhs(), cache.hs)


# -- Truncation -------------------------------------------------------------------------------------------
def torch_truncated(arguments, dhs, activation, starts):
    """A forward pass for each loss that begins, cut off from its past, at the state before step `starts[t]`."""
    leaves = [torch.tensor(a, requires_grad=True) for a in arguments]
    x, h0, W_x, W_h, b = leaves
    phi = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}[activation]
    states = [h0]
    for x_t in x:
        states.append(phi(x_t @ W_x.T + states[-1] @ W_h.T + b))
    loss = torch.zeros((), dtype=torch.float64)
    for t, start in enumerate(starts):
        h = states[start] if start == 0 else states[start].detach()
        for x_t in x[start : t + 1]:
            h = phi(x_t @ W_x.T + h @ W_h.T + b)
        loss = loss + (h * torch.tensor(dhs[t])).sum()
    return torch.autograd.grad(loss, leaves)


def check_chunks_against_torch(module):
    """The first step of a loss's chunk; chunks of one step, with a shorter last one, and of the whole."""
    for activation, K in (("tanh", 1), ("tanh", 3), ("sigmoid", 2), ("relu", 6), ("identity", 7)):
        T = 7
        arguments, dhs = random_arguments(T), random_dhs(T)
        _, cache = rnn_forward(*arguments, activation)
        wanted = torch_truncated(arguments, dhs, activation, [t - t % K for t in range(T)])
        got = module.chunked_backward(dhs, cache, K)
        for name, g, w in zip(bptt.RNNGradients._fields, got, wanted, strict=True):
            scale = max(1.0, float(w.abs().max()))
            np.testing.assert_allclose(g, w.numpy(), rtol=0, atol=1e-12 * scale, err_msg=f"{K}: {name}")


def check_chunks_equal_detaching(module):
    """What a training loop does: one chunk at a time, its first state detached from the chunk before."""
    T, K = 8, 3
    (x, h0, *weights), dhs = random_arguments(T), random_dhs(T)
    leaves = [torch.tensor(a, requires_grad=True) for a in weights]
    W_x, W_h, b = leaves
    h = torch.tensor(h0)
    for start in range(0, T, K):
        h, loss = h.detach(), 0
        for x_t, dh in zip(x[start : start + K], dhs[start : start + K], strict=True):
            h = torch.tanh(torch.tensor(x_t) @ W_x.T + h @ W_h.T + b)
            loss = loss + (h * torch.tensor(dh)).sum()
        loss.backward()  # adds to the gradients of the chunks before
    got = module.chunked_backward(dhs, rnn_forward(x, h0, *weights)[1], K)
    for g, leaf in zip(got[2:], leaves, strict=True):
        np.testing.assert_allclose(g, leaf.grad.numpy(), rtol=0, atol=1e-12)


def check_window_against_torch(module):
    for activation, K in (("tanh", 1), ("tanh", 3), ("sigmoid", 2), ("relu", 6), ("identity", 7)):
        T = 7
        arguments, dhs = random_arguments(T), random_dhs(T)
        _, cache = rnn_forward(*arguments, activation)
        wanted = torch_truncated(arguments, dhs, activation, [max(0, t - K + 1) for t in range(T)])
        got = module.window_backward(dhs, cache, K)
        for name, g, w in zip(bptt.RNNGradients._fields, got, wanted, strict=True):
            scale = max(1.0, float(w.abs().max()))
            np.testing.assert_allclose(g, w.numpy(), rtol=0, atol=1e-12 * scale, err_msg=f"{K}: {name}")


def check_window_by_hand(module):
    """h_t = 2 h_{t-1} + 1 from h_0 = 1, loss h_3: windows keep 1 h_2, then 2 h_1, then 4 h_0 of dL/dW_h."""
    x, one = np.zeros((3, 1, 1)), np.ones((1, 1))
    hs, cache = rnn_forward(x, one, one, 2 * one, np.ones(1), "identity")
    assert hs.ravel().tolist() == [3.0, 7.0, 15.0]
    kept = [module.window_backward([[[0.0]], [[0.0]], [[1.0]]], cache, K) for K in (1, 2, 3)]
    assert [g.W_h.item() for g in kept] == [7, 7 + 2 * 3, 7 + 2 * 3 + 4 * 1]
    assert [g.h0.item() for g in kept] == [0, 0, 8]
    assert [g.b.item() for g in kept] == [1, 3, 7]


def test_chunks():
    check_chunks_against_torch(bptt)
    check_chunks_equal_detaching(bptt)


def test_window():
    check_window_against_torch(bptt)
    check_window_by_hand(bptt)


@settings(deadline=None, max_examples=30)
@given(T=st.integers(1, 7), B=sizes, D=sizes, H=sizes, activation=names)
def test_truncations_that_cut_nothing_and_that_cut_everything(T, B, D, H, activation):
    dhs, (_, cache) = random_dhs(T, B, H), rnn_forward(*random_arguments(T, B, D, H), activation)
    full = rnn_backward(dhs, cache)
    chunk, window = chunked_backward(dhs, cache, T), window_backward(dhs, cache, T)
    one_chunk, one_window = chunked_backward(dhs, cache, 1), window_backward(dhs, cache, 1)
    for whole, a, b, c, d in zip(full, chunk, window, one_chunk, one_window, strict=True):
        scale = max(1.0, np.abs(whole).max())
        np.testing.assert_allclose(a, whole, rtol=0, atol=1e-12 * scale)
        np.testing.assert_allclose(b, whole, rtol=0, atol=1e-12 * scale)
        np.testing.assert_allclose(c, d, rtol=0, atol=1e-12 * max(1.0, np.abs(c).max()))


def test_truncations_keep_the_dtype_and_the_cache():
    _, cache = rnn_forward(*random_arguments(dtype=np.float32))
    dhs = random_dhs()
    kept = dhs.copy(), cache.hs.copy()
    for truncate in (chunked_backward, window_backward):
        assert {g.dtype for g in truncate(dhs, cache, 2)} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(dhs, kept[0])
    np.testing.assert_array_equal(cache.hs, kept[1])


@pytest.mark.parametrize("truncate", [chunked_backward, window_backward])
def test_truncations_refuse(truncate):
    _, cache = rnn_forward(*random_arguments())
    with pytest.raises(ValueError, match=r"^K: got 6, wanted at most T = 5: the chunk or window is longer than"):
        truncate(random_dhs(), cache, 6)
    with pytest.raises(ValueError, match=r"^K: got 0, wanted an integer of at least 1$"):
        truncate(random_dhs(), cache, 0)
    with pytest.raises(ValueError, match=r"^dhs: got shape \(5, 3, 4\), wanted \(T, B, H\) = \(5, 3, 6\)$"):
        truncate(np.zeros((5, 3, 4)), cache, 2)
    with pytest.raises(ValueError, match="cache: got an object of type ndarray, wanted the cache that rnn_forward"):
        truncate(random_dhs(), cache.hs, 2)


def test_check_gradients_agrees_with_the_backward_pass():
    (x, h0, *weights), dhs = random_arguments(4, 2, 3, 5), random_dhs(4, 2, 5)
    loss = lambda p: float((rnn_forward(x, h0, *p)[0] * dhs).sum())
    report = bptt.check_gradients(loss, weights, list(rnn_backward(dhs, rnn_forward(x, h0, *weights)[1])[2:]))
    assert report.ok, report
    assert report.checked == 5 * 3 + 5 * 5 + 5
