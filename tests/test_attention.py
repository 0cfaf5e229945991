"""Attention against closed forms, PyTorch and central differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import attention
from helpers.attention import additive_attention, additive_backward, dot_attention, dot_backward
from helpers.checking import check_gradients

sizes = st.integers(1, 5)
NAMES = {"additive": ("h", "values", "W_q", "W_k", "v"), "dot": ("q", "keys", "values")}


def random_arguments(kind, S=6, B=3, H=4, D=5, A=7, dtype=np.float64, seed=0):
    """No two sizes are alike, and no two numbers."""
    rng = np.random.default_rng(seed)
    shapes = {
        "additive": [(B, H), (S, B, D), (A, H), (A, D), (A,)],
        "dot": [(B, A), (S, B, A), (S, B, D)],
    }[kind]
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def random_mask(S=6, B=3):
    """Sentences of lengths S, S - 1, ..., and a hole in the first."""
    mask = np.arange(S)[:, None] < S - np.arange(B)
    mask[S // 2, 0] = S == 1
    return mask


def forward(module, kind):
    return getattr(module, f"{kind}_attention")


def backward(module, kind):
    return getattr(module, f"{kind}_backward")


def torch_additive(h, values, W_q, W_k, v, mask):
    """One sentence and one place at a time."""
    contexts, weights = [], []
    for b in range(len(h)):
        scores = torch.stack([v @ torch.tanh(W_q @ h[b] + W_k @ value) for value in values[:, b]])
        a = torch.softmax(scores.masked_fill(~mask[:, b], -torch.inf), dim=0)
        contexts.append(sum(share * value for share, value in zip(a, values[:, b], strict=True)))
        weights.append(a)
    return torch.stack(contexts), torch.stack(weights, dim=1)


def torch_dot(q, keys, values, mask):
    """PyTorch's own: batches first, and an axis for the one query of each sentence."""
    turned = (q[:, None], keys.transpose(0, 1), values.transpose(0, 1))
    context = torch.nn.functional.scaled_dot_product_attention(*turned, attn_mask=mask.T[:, None])
    identity = torch.eye(len(keys), dtype=q.dtype).expand(len(q), -1, -1)  # as values, they give back the weights
    weights = torch.nn.functional.scaled_dot_product_attention(*turned[:2], identity, attn_mask=mask.T[:, None])
    return context[:, 0], weights[:, 0].T


PEERS = {"additive": torch_additive, "dot": torch_dot}


# -- Against PyTorch --------------------------------------------------------------------------------------
def check_against_torch(module, kinds=("additive", "dot")):
    """Context, weights and every gradient, with a mask and without."""
    for kind in kinds:
        for mask in (None, random_mask()):
            arguments = random_arguments(kind)
            leaves = [torch.tensor(a, requires_grad=True) for a in arguments]
            seen = torch.ones(6, 3, dtype=bool) if mask is None else torch.tensor(mask)
            wanted, weights = PEERS[kind](*leaves, seen)
            dcontext = np.random.default_rng(1).standard_normal(wanted.shape)
            gradients = torch.autograd.grad(wanted, leaves, torch.tensor(dcontext))
            context, a, cache = forward(module, kind)(*arguments, mask)
            np.testing.assert_allclose(context, wanted.detach(), rtol=0, atol=1e-14)
            np.testing.assert_allclose(a, weights.detach(), rtol=0, atol=1e-14)
            got = backward(module, kind)(dcontext, cache)
            assert got._fields == NAMES[kind]
            for name, mine, theirs in zip(got._fields, got, gradients, strict=True):
                assert mine.shape == theirs.shape
                np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-13, err_msg=f"{kind} {name}")


# -- Closed forms -----------------------------------------------------------------------------------------
def check_equal_scores_give_the_mean(module):
    """A query that tells no place from another sees the mean of all that is not masked."""
    h, values, W_q, W_k, v = random_arguments("additive")
    q, keys, _ = random_arguments("dot")
    mask = random_mask()
    blind = [(h, values, W_q, 0 * W_k, v), (h, values, W_q, W_k, 0 * v)]
    blind_dot = [(0 * q, keys, values), (q, np.broadcast_to(keys[:1], keys.shape), values)]
    for kind, cases in (("additive", blind), ("dot", blind_dot)):
        for arguments in cases:
            context, a, _ = forward(module, kind)(*arguments)
            np.testing.assert_allclose(context, values.mean(axis=0), rtol=0, atol=1e-14)
            np.testing.assert_allclose(a, 1 / 6, rtol=0, atol=1e-15)
            context, a, _ = forward(module, kind)(*arguments, mask)
            np.testing.assert_allclose(a, mask / mask.sum(axis=0), rtol=0, atol=1e-15)
            for b in range(3):
                np.testing.assert_allclose(context[b], values[mask[:, b], b].mean(axis=0), rtol=0, atol=1e-14)


def check_one_large_score_gives_its_value(module):
    """The place whose score is far above all others is all that is seen; masked, it is not."""
    h, values, *_ = random_arguments("additive")
    chosen = np.array([2, 5, 0])
    marked = values / 100
    marked[chosen, range(3), 0] = 9  # W_k looks at the first entry alone
    context, a, _ = module.additive_attention(h, marked, np.zeros((1, 4)), np.eye(1, 5), np.array([1e3]))
    np.testing.assert_allclose(context, marked[chosen, range(3)], rtol=0, atol=1e-14)
    np.testing.assert_array_equal(a.argmax(axis=0), chosen)
    q, keys = np.full((3, 4), 500.0), np.zeros((6, 3, 4))
    keys[chosen, range(3)] = 1
    context, a, _ = module.dot_attention(q, keys, values)  # scores 0 and 1,000
    np.testing.assert_allclose(context, values[chosen, range(3)], rtol=0, atol=1e-14)
    mask = np.ones((6, 3), bool)
    mask[chosen, range(3)] = False
    context, a, _ = module.dot_attention(q, keys, values, mask)
    np.testing.assert_allclose(a, mask / 5, rtol=0, atol=1e-15)


def check_the_scale_keeps_the_scores(module):
    """q . k has variance A, and divided by its root variance 1, however long the keys: the softmax stays soft."""
    rng = np.random.default_rng(0)
    for A in (4, 64, 1024):
        q, keys = rng.standard_normal((2000, A)), rng.standard_normal((2, 2000, A))
        _, a, _ = module.dot_attention(q, keys, np.zeros((2, 2000, 1)))
        gap = np.log(a[0] / a[1])  # the difference of two scores has variance 2
        assert gap.var() == pytest.approx(2, rel=0.15)


def check_masked_places_do_not_matter(module):
    for kind in NAMES:
        arguments, mask = random_arguments(kind), random_mask()
        context, a, cache = forward(module, kind)(*arguments, mask)
        dcontext = np.random.default_rng(1).standard_normal(context.shape)
        gradients = backward(module, kind)(dcontext, cache)
        moved = [array.copy() for array in arguments]
        for name, array, gradient in zip(NAMES[kind], moved, gradients, strict=True):
            if name in ("keys", "values"):
                array[~mask] = 1e3
                assert not gradient[~mask].any()
                assert gradient[mask].all()
        again, b, _ = forward(module, kind)(*moved, mask)
        np.testing.assert_array_equal(a[~mask], 0)
        np.testing.assert_allclose(b, a, rtol=0, atol=1e-14)
        np.testing.assert_allclose(again, context, rtol=0, atol=1e-13)


CHECKS = [
    check_against_torch,
    check_equal_scores_give_the_mean,
    check_one_large_score_gives_its_value,
    check_the_scale_keeps_the_scores,
    check_masked_places_do_not_matter,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_attention(check):
    check(attention)


@pytest.mark.parametrize("kind", list(NAMES))
def test_central_differences(kind):
    arguments, mask = random_arguments(kind, 4, 2, 3, 2, 3), random_mask(4, 2)
    context, _, cache = forward(attention, kind)(*arguments, mask)
    dcontext = np.random.default_rng(1).standard_normal(context.shape)
    report = check_gradients(
        lambda moved: (forward(attention, kind)(*moved, mask)[0] * dcontext).sum(),
        arguments,
        list(backward(attention, kind)(dcontext, cache)),
    )
    assert report.ok, report


# -- What a caller may rely on ----------------------------------------------------------------------------
@settings(deadline=None, max_examples=40)
@given(sizes, sizes, sizes, sizes, sizes, st.sampled_from(list(NAMES)), st.integers(0, 9))
def test_shapes_and_weights_of_any_size(S, B, H, D, A, kind, seed):
    arguments = random_arguments(kind, S, B, H, D, A, seed=seed)
    mask = np.random.default_rng(seed).random((S, B)) < 0.5
    mask[0] |= ~mask.any(axis=0)
    context, a, cache = forward(attention, kind)(*arguments, mask)
    assert context.shape == (B, D)
    assert a.shape == (S, B)
    np.testing.assert_allclose(a.sum(axis=0), 1, rtol=0, atol=1e-14)
    assert ((a > 0) == mask).all()
    assert [g.shape for g in backward(attention, kind)(context, cache)] == [x.shape for x in arguments]


@pytest.mark.parametrize("kind", list(NAMES))
def test_the_order_of_the_places_does_not_matter(kind):
    """Attention knows a set of places: where a word stands has to be in its value."""
    arguments, order = random_arguments(kind), np.array([3, 0, 5, 1, 4, 2])
    turned = [a[order] if name in ("keys", "values") else a for name, a in zip(NAMES[kind], arguments, strict=True)]
    (context, a, _), (other, b, _) = (forward(attention, kind)(*case) for case in (arguments, turned))
    np.testing.assert_allclose(other, context, rtol=0, atol=1e-14)
    np.testing.assert_allclose(b, a[order], rtol=0, atol=1e-15)


@pytest.mark.parametrize("kind", list(NAMES))
def test_float32_stays_float32(kind):
    arguments = random_arguments(kind, dtype=np.float32)
    context, a, cache = forward(attention, kind)(*arguments, random_mask())
    assert context.dtype == a.dtype == np.float32
    assert {g.dtype for g in backward(attention, kind)(context.astype(np.float64), cache)} == {np.dtype(np.float32)}
    mixed = [arguments[0].astype(np.float64), *arguments[1:]]
    assert forward(attention, kind)(*mixed)[0].dtype == np.float64


def test_huge_scores_do_not_overflow():
    q, keys, values = random_arguments("dot")
    context, a, cache = dot_attention(1e6 * q, 1e6 * keys, values)
    assert np.isfinite(context).all()
    np.testing.assert_allclose(a.sum(axis=0), 1, rtol=0, atol=1e-14)
    assert all(np.isfinite(g).all() for g in dot_backward(context, cache))


def test_arguments_are_left_alone():
    for kind in NAMES:
        arguments = random_arguments(kind)
        copies = [array.copy() for array in arguments]
        context, _, cache = forward(attention, kind)(*arguments)
        backward(attention, kind)(context, cache)
        for array, copy in zip(arguments, copies, strict=True):
            np.testing.assert_array_equal(array, copy)


def test_errors():
    h, values, W_q, W_k, v = random_arguments("additive")
    q, keys, _ = random_arguments("dot")
    _, _, cache = additive_attention(h, values, W_q, W_k, v)
    _, _, dot_cache = dot_attention(q, keys, values)
    ones = np.ones((6, 3), bool)
    blind = ones & (np.arange(3) != 1)
    for message, call in {
        r"values: got shape \(6, 2, 5\), wanted \(S, B, D\) = \(S, 3, D\)": lambda: additive_attention(
            h, values[:, :2], W_q, W_k, v
        ),
        r"W_q: got shape \(4, 7\), wanted \(A, H\) = \(A, 4\)": lambda: additive_attention(h, values, W_q.T, W_k, v),
        r"W_k: got shape \(7, 4\), wanted \(A, D\) = \(7, 5\)": lambda: additive_attention(h, values, W_q, W_q, v),
        r"v: got shape \(1, 7\)": lambda: additive_attention(h, values, W_q, W_k, v[None]),
        "h: got nan at index": lambda: additive_attention(h * np.nan, values, W_q, W_k, v),
        "mask: got nothing but False in sequence 1": lambda: additive_attention(h, values, W_q, W_k, v, blind),
        r"mask: got dtype float64 and shape \(6, 3\), wanted booleans": lambda: dot_attention(
            q, keys, values, ones.astype(float)
        ),
        r"mask: got dtype bool and shape \(3, 6\)": lambda: dot_attention(q, keys, values, ones.T),
        r"keys: got shape \(6, 3, 5\), wanted \(S, B, A\) = \(S, 3, 7\)": lambda: dot_attention(q, values, values),
        r"values: got shape \(5, 3, 5\), wanted \(S, B, D\) = \(6, 3, D\)": lambda: dot_attention(q, keys, values[1:]),
        r"dcontext: got shape \(3, 4\), wanted \(B, D\) = \(3, 5\)": lambda: additive_backward(h, cache),
        "cache: got an object of type DotCache, wanted the AdditiveCache": lambda: additive_backward(h, dot_cache),
        "cache: got an object of type AdditiveCache, wanted the DotCache": lambda: dot_backward(h, cache),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
