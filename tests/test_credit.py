"""Which earlier states a loss talks to, what truncations keep of it, and the example worked by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rnn_basics import random_arguments, sizes, torch_states

from helpers import credit
from helpers.bptt import chunked_backward, rnn_backward, window_backward
from helpers.credit import contributions, reached, scalar_example, share_for_memory, share_kept
from helpers.rnn_basics import ACTIVATIONS, rnn_forward


def check_contributions_against_torch(module):
    T = 6
    dhs = np.random.default_rng(3).standard_normal((T, 3, 6))
    for activation in ACTIVATIONS:
        arguments = random_arguments(T)
        leaves = [torch.tensor(a, requires_grad=True) for a in arguments]
        x, h, W_x, W_h, b = leaves
        phi = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}[activation]
        states = []
        for x_t in x:
            h = phi(x_t @ W_x.T + h @ W_h.T + b)
            states.append(h)
        wanted = np.zeros((T, T))
        for t in range(T):
            loss = (states[t] * torch.tensor(dhs[t])).sum()
            for k, g in enumerate(torch.autograd.grad(loss, states[: t + 1], retain_graph=True)):
                wanted[t, k] = g.norm().item()
        got = module.contributions(dhs, rnn_forward(*arguments, activation)[1])
        np.testing.assert_allclose(got, wanted, rtol=1e-11, atol=1e-13, err_msg=activation)


def test_contributions_against_torch():
    check_contributions_against_torch(credit)


def test_contributions_of_an_orthogonal_matrix_are_powers():
    q = np.linalg.qr(np.random.default_rng(0).standard_normal((5, 5)))[0]
    _, cache = rnn_forward(np.zeros((8, 1, 2)), np.zeros((1, 5)), np.zeros((5, 2)), 0.8 * q, np.zeros(5), "identity")
    t, k = np.indices((8, 8))
    wanted = np.where(k <= t, 0.8 ** np.maximum(t - k, 0), 0)
    np.testing.assert_allclose(contributions(np.full((8, 1, 5), 5**-0.5), cache), wanted, atol=1e-14)


@settings(deadline=None, max_examples=20)
@given(T=st.integers(1, 6), B=sizes, D=sizes, H=sizes)
def test_contributions_have_one_row_a_loss_and_nothing_above_the_diagonal(T, B, D, H):
    dhs = np.random.default_rng(0).standard_normal((T, B, H))
    sizes = contributions(dhs, rnn_forward(*random_arguments(T, B, D, H))[1])
    assert sizes.shape == (T, T)
    assert not np.triu(sizes, 1).any()
    np.testing.assert_allclose(np.diag(sizes), np.linalg.norm(dhs.reshape(T, -1), axis=1))


def check_masks_by_hand(module):
    window = ["100000", "110000", "011000", "001100", "000110", "000011"]
    chunks = ["1000000", "1100000", "1110000", "0001000", "0001100", "0001110", "0000001"]
    for truncation, K, rows in (("window", 2, window), ("chunks", 3, chunks)):
        wanted = np.array([[c == "1" for c in row] for row in rows])
        np.testing.assert_array_equal(module.reached(len(rows), truncation, K), wanted)
        only_last = module.reached(len(rows), truncation, K, "end")
        np.testing.assert_array_equal(only_last[-1], wanted[-1])
        assert not only_last[:-1].any()
    np.testing.assert_array_equal(module.reached(4, "full"), np.tri(4, dtype=bool))
    for truncation in ("window", "chunks"):
        np.testing.assert_array_equal(module.reached(4, truncation, 9), np.tri(4, dtype=bool))
        np.testing.assert_array_equal(module.reached(4, truncation, 1), np.eye(4, dtype=bool))


def test_masks_by_hand():
    check_masks_by_hand(credit)


@pytest.mark.parametrize(("truncation", "backward"), [("window", window_backward), ("chunks", chunked_backward)])
@pytest.mark.parametrize("K", [1, 2, 3, 7])
def test_masks_are_those_of_the_backward_passes(truncation, backward, K):
    """One state, identity: dL/db is the sum of exactly the cells that the mask keeps."""
    T, rng = 7, np.random.default_rng(5)
    x, dhs, one = rng.standard_normal((T, 1, 1)), rng.uniform(0.5, 2, (T, 1, 1)), np.ones((1, 1))
    _, cache = rnn_forward(x, one, one, 0.7 * one, np.ones(1), "identity")
    sizes = contributions(dhs, cache)
    kept, whole = backward(dhs, cache, K).b.item(), rnn_backward(dhs, cache).b.item()
    assert (sizes * reached(T, truncation, K)).sum() == pytest.approx(kept, rel=1e-13)
    assert share_kept(sizes, reached(T, truncation, K)) == pytest.approx(kept / whole, rel=1e-13)


def test_share_kept_of_the_last_loss_looks_at_the_last_row():
    sizes = np.array([[5.0, 0, 0], [1, 5, 0], [1, 2, 5]])
    assert share_kept(sizes, reached(3, "window", 2, "end"), "end") == 7 / 8
    assert share_kept(sizes, reached(3, "window", 2)) == (5 + 6 + 7) / 19
    assert share_kept(sizes, reached(3, "full")) == 1


# -- One state with memory a ------------------------------------------------------------------------------
def torch_share(memory, T, truncation, K, loss):
    """dL/dw by autograd with detached states; for a stream, 2K losses that all have T steps behind them."""

    def state(steps):
        h = torch.zeros((), dtype=torch.float64)
        for _ in range(steps):
            h = memory * h + w
        return h

    def gradient(loss_steps, back):
        """Each loss starts from a detached state `back(t)` steps before."""
        total = torch.zeros((), dtype=torch.float64)
        for t in loss_steps:
            n = back(t)
            h = state(t - n).detach()
            for _ in range(n):
                h = memory * h + w
            total = total + h
        return torch.autograd.grad(total, w)[0].item()

    w = torch.tensor(1.3, dtype=torch.float64, requires_grad=True)
    first = -(-T // K) * K + 1  # the first step of a chunk that has at least T steps behind it
    losses = {"end": [T], "every": range(1, T + 1), "stream": range(first, first + 2 * K)}[loss]
    whole = lambda t: min(t, T)
    kept = {"full": whole, "window": lambda t: min(t, K), "chunks": lambda t: (t - 1) % K + 1}[truncation]
    return gradient(losses, kept) / gradient(losses, whole)


def check_shares_against_torch(module):
    for loss in ("stream", "every", "end"):
        for truncation in ("window", "chunks", "full"):
            for memory, T, K in ((0.8, 11, 4), (0.95, 12, 3), (1.0, 7, 7), (0.5, 6, 1)):
                got = module.share_for_memory(memory, T, truncation, K, loss)
                wanted = torch_share(memory, T, truncation, K, loss)
                assert got == pytest.approx(wanted, rel=1e-12), (loss, truncation, memory, T, K)


def test_shares_against_torch():
    check_shares_against_torch(credit)


@pytest.mark.parametrize(("K", "window", "chunks"), [(5, 23, 14), (20, 65, 39), (50, 93, 65)])
def test_the_numbers_of_the_chapter(K, window, chunks):
    """Memory .95, T = 100: each loss of a stream against the T steps behind it."""
    assert round(100 * share_for_memory(0.95, 100, "window", K)) == window
    assert round(100 * share_for_memory(0.95, 100, "chunks", K)) == chunks
    assert share_for_memory(0.95, 100, "window", K) == pytest.approx((1 - 0.95**K) / (1 - 0.95**100), rel=1e-12)
    inner = 1 - 0.95 * (1 - 0.95**K) / (K * 0.05)  # the mean over j = 1 .. K of 1 - a^j
    assert share_for_memory(0.95, 100, "chunks", K) == pytest.approx(inner / (1 - 0.95**100), rel=1e-12)


def test_a_short_sequence_flatters_truncation():
    """The same K, but a loss at every one of the 100 steps, the first of which have no past to lose."""
    shares = [round(100 * share_for_memory(0.95, 100, "window", K, "every")) for K in (5, 20, 50)]
    assert shares == [27, 73, 97]
    shares = [round(100 * share_for_memory(0.95, 100, "chunks", K, "every")) for K in (5, 20, 50)]
    assert shares == [17, 48, 80]


# -- Three steps by hand ----------------------------------------------------------------------------------
def check_example_against_torch(module):
    for activation in ACTIVATIONS:
        e = module.scalar_example(activation)
        shapes = (e.x, (3, 1, 1)), (e.h0, (1, 1)), (e.u, (1, 1)), (e.w, (1, 1)), (e.b, (1,))
        x, h0, W_x, W_h, b = (np.array(a).reshape(shape) for a, shape in shapes)
        states, leaves = torch_states(x, h0, W_x, W_h, b, activation)
        states.retain_grad()
        loss = ((states.ravel() - torch.tensor(e.targets)) ** 2 / 2).sum()
        loss.backward()
        assert e.losses.sum() == pytest.approx(loss.item(), rel=1e-14)
        np.testing.assert_allclose(e.h, states.detach().numpy().ravel(), rtol=1e-14)
        for got, leaf in zip((e.dh0, e.du, e.dw, e.db), leaves[1:], strict=True):
            assert got == pytest.approx(leaf.grad.item(), rel=1e-13), activation
        np.testing.assert_allclose(e.dz * e.u, leaves[0].grad.numpy().ravel(), rtol=1e-13)
        np.testing.assert_allclose(e.direct + e.future, e.dh, rtol=1e-14)


def check_example_by_hand(module):
    e = module.scalar_example()
    assert e.h.tolist() == [1.0, 2.5, 0.25]
    assert e.losses.tolist() == [0.5, 0.125, 0.28125]
    assert e.direct.tolist() == [1.0, 0.5, -0.75]
    assert e.future.tolist() == [0.0625, -0.375, 0.0]
    assert e.dh.tolist() == e.dz.tolist() == [1.0625, 0.125, -0.75]
    assert e.to_w.tolist() == [1.0625, 0.125, -1.875]
    assert e.to_u.tolist() == [0.53125, 0.25, 0.75]
    assert (e.dw, e.du, e.db, e.dh0) == (-0.6875, 1.53125, 0.4375, 0.53125)


def test_example():
    check_example_against_torch(credit)
    check_example_by_hand(credit)


def test_errors():
    _, cache = rnn_forward(*random_arguments())
    ones = np.ones((3, 3))
    for message, call in {
        r"dhs: got shape \(3, 6\)": lambda: contributions(np.zeros((3, 6)), cache),
        "cache: got an object of type tuple": lambda: contributions(np.zeros((5, 3, 6)), ()),
        "truncation: got 'half', wanted one of 'full', 'window', 'chunks'": lambda: reached(3, "half"),
        "loss: got 'stream', wanted one of 'every', 'end'": lambda: reached(3, "full", 1, "stream"),
        "K: got 0": lambda: reached(3, "window", 0),
        r"mask: got shape \(2, 2\)": lambda: share_kept(ones, reached(2, "full")),
        r"sizes: got shape \(2, 3\)": lambda: share_kept(np.ones((2, 3)), reached(2, "full")),
        "sizes: got contributions that are all 0": lambda: share_kept(0 * ones, reached(3, "full")),
        "memory: got 1.5, wanted a number above 0 and at most 1": lambda: share_for_memory(1.5, 5, "window", 2),
        "K: got 6, wanted at most T = 5": lambda: share_for_memory(0.5, 5, "window", 6),
        "activation: got 'none'": lambda: scalar_example("none"),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
