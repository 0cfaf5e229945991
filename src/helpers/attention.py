"""Attention in NumPy, forward and backward: a query looks at S places and takes a weighted mean of what is there.

``a = softmax(e)`` over the places, ``context = sum over s of a_s values_s``; what differs is where the scores e_s come
from: additive attention has a small network for them (`additive_attention`), scaled dot-product attention none
(`dot_attention`). The memory is time-major, (S, B, ...), and there is one query a sequence, (B, ...), as a decoder has
at each of its steps.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_shape, same_dtype
from helpers.gates.shapes import check_cache

Mask = NDArray[np.bool_]


class AdditiveCache(NamedTuple):
    """What `additive_backward` needs of the forward pass."""

    h: FloatArray
    """Queries, (B, H)."""
    values: FloatArray
    """(S, B, D)"""
    W_q: FloatArray
    """(A, H)"""
    W_k: FloatArray
    """(A, D)"""
    v: FloatArray
    """(A,)"""
    hidden: FloatArray
    """``tanh(W_q h + W_k values_s)``, (S, B, A)."""
    weights: FloatArray
    """(S, B)"""


class AdditiveGradients(NamedTuple):
    """dL/d of each argument of `additive_attention`, in its shape."""

    h: FloatArray
    """(B, H)"""
    values: FloatArray
    """(S, B, D): as what is averaged and as what is scored."""
    W_q: FloatArray
    """(A, H)"""
    W_k: FloatArray
    """(A, D)"""
    v: FloatArray
    """(A,)"""


class DotCache(NamedTuple):
    """What `dot_backward` needs of the forward pass."""

    q: FloatArray
    """(B, A)"""
    keys: FloatArray
    """(S, B, A)"""
    values: FloatArray
    """(S, B, D)"""
    weights: FloatArray
    """(S, B)"""


class DotGradients(NamedTuple):
    """dL/d of each argument of `dot_attention`, in its shape."""

    q: FloatArray
    """(B, A)"""
    keys: FloatArray
    """(S, B, A)"""
    values: FloatArray
    """(S, B, D)"""


def additive_attention(
    h: ArrayLike, values: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, v: ArrayLike, mask: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, AdditiveCache]:
    """Score each place by a small network of query and value, ``e_s = v . tanh(W_q h + W_k values_s)``.

    Then ``a = softmax(e)`` over the places that the mask leaves, and ``context = sum over s of a_s values_s``.

    Parameters
    ----------
    h : array (B, H)
        The queries: the decoder's states.
    values : array (S, B, D)
        The memory: the encoder's states.
    W_q : array (A, H)
    W_k : array (A, D)
    v : array (A,)
    mask : bool array (S, B), optional
        True where there is something to look at; everywhere if left out.

    Returns
    -------
    context : array (B, D)
    weights : array (S, B)
        a; for each sequence they are not negative and sum to 1, and are 0 where the mask is False.
    cache : AdditiveCache
        For `additive_backward`.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, values that are not finite, or a sequence of which nothing is left.

    References
    ----------
    Bahdanau, Cho & Bengio (2015), "Neural machine translation by jointly learning to align and translate", section
    3.1 and appendix A.1.2.
    """
    sizes: dict[str, int] = {}
    h, values, W_q, W_k, v = same_dtype(
        check_shape("h", h, "B H", sizes),
        check_shape("values", values, "S B D", sizes),
        check_shape("W_q", W_q, "A H", sizes),
        check_shape("W_k", W_k, "A D", sizes),
        check_shape("v", v, "A", sizes),
    )
    hidden = np.tanh(h @ W_q.T + values @ W_k.T)
    weights = _masked_softmax(hidden @ v, mask)
    return _mean(weights, values), weights, AdditiveCache(h, values, W_q, W_k, v, hidden, weights)


def additive_backward(dcontext: ArrayLike, cache: AdditiveCache) -> AdditiveGradients:
    """Backpropagate through `additive_attention`.

    With ``u_s = tanh(W_q h + W_k values_s)``, the gradient reaches the values on two paths, as what is averaged and as
    what is scored::

        da_s = dcontext . values_s
        de_s = a_s (da_s - sum over r of a_r da_r)
        dz_s = de_s v (1 - u_s^2)
        dvalues_s = a_s dcontext + W_k^T dz_s,    dh = W_q^T sum over s of dz_s

    Parameters
    ----------
    dcontext : array (B, D)
        dL/dcontext.
    cache : AdditiveCache

    Returns
    -------
    AdditiveGradients
        In the dtype of the forward pass; 0 for values that the mask hid.

    Raises
    ------
    ValueError
        If `dcontext` has another shape than the context, or `cache` is something else.
    """
    check_cache(cache, AdditiveCache, "additive_attention")
    h, values, W_q, W_k, v, u, weights = cache
    d, dscores = _scores_backward(dcontext, values, weights)
    dz = dscores[..., None] * v * (1 - u * u)
    into_query = dz.sum(axis=0)  # one query serves all S places
    rows, seen = dz.reshape(-1, len(v)), values.reshape(-1, values.shape[-1])
    return AdditiveGradients(
        into_query @ W_q,
        weights[..., None] * d + dz @ W_k,
        into_query.T @ h,
        rows.T @ seen,
        np.einsum("sb,sba->a", dscores, u),
    )


def dot_attention(
    q: ArrayLike, keys: ArrayLike, values: ArrayLike, mask: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, DotCache]:
    """Score each place by a dot product of query and key, ``e_s = q . keys_s / sqrt(A)``.

    Then ``a = softmax(e)`` over the places that the mask leaves, and ``context = sum over s of a_s values_s``. If the
    entries of q and k have variance 1, their dot product has variance A; the root keeps the scores from growing with
    A, and the softmax from saturating.

    Parameters
    ----------
    q : array (B, A)
        Queries.
    keys : array (S, B, A)
    values : array (S, B, D)
    mask : bool array (S, B), optional
        True where there is something to look at; everywhere if left out.

    Returns
    -------
    context : array (B, D)
    weights : array (S, B)
        a; for each sequence they are not negative and sum to 1, and are 0 where the mask is False.
    cache : DotCache
        For `dot_backward`.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, values that are not finite, or a sequence of which nothing is left.

    References
    ----------
    Vaswani et al. (2017), "Attention is all you need", section 3.2.1.
    """
    sizes: dict[str, int] = {}
    q, keys, values = same_dtype(
        check_shape("q", q, "B A", sizes),
        check_shape("keys", keys, "S B A", sizes),
        check_shape("values", values, "S B D", sizes),
    )
    weights = _masked_softmax((keys * q).sum(axis=-1) / np.sqrt(sizes["A"]).astype(q.dtype), mask)
    return _mean(weights, values), weights, DotCache(q, keys, values, weights)


def dot_backward(dcontext: ArrayLike, cache: DotCache) -> DotGradients:
    """Backpropagate through `dot_attention`.

    With de_s as in `additive_backward`, ``dq = sum over s of de_s keys_s / sqrt(A)``,
    ``dkeys_s = de_s q / sqrt(A)`` and ``dvalues_s = a_s dcontext``.

    Parameters
    ----------
    dcontext : array (B, D)
        dL/dcontext.
    cache : DotCache

    Returns
    -------
    DotGradients
        In the dtype of the forward pass; 0 for keys and values that the mask hid.

    Raises
    ------
    ValueError
        If `dcontext` has another shape than the context, or `cache` is something else.
    """
    check_cache(cache, DotCache, "dot_attention")
    q, keys, values, weights = cache
    d, dscores = _scores_backward(dcontext, values, weights)
    dproducts = (dscores / np.sqrt(q.shape[-1]).astype(q.dtype))[..., None]
    return DotGradients((dproducts * keys).sum(axis=0), dproducts * q, weights[..., None] * d)


def _mean(weights: FloatArray, values: FloatArray) -> FloatArray:
    """``sum over s of a_s values_s``, (B, D)."""
    return np.asarray(np.einsum("sb,sbd->bd", weights, values))


def _scores_backward(dcontext: ArrayLike, values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return dL/dcontext, checked, and dL/de (S, B): back through the mean, then through the softmax."""
    _, B, D = values.shape
    d = check_shape("dcontext", dcontext, "B D", {"B": B, "D": D}).astype(values.dtype)
    dweights = (values * d).sum(axis=-1)
    return d, weights * (dweights - (weights * dweights).sum(axis=0))


def _masked_softmax(scores: FloatArray, mask: ArrayLike | None) -> FloatArray:
    """Softmax over the first axis of (S, B), among the places where the mask is True."""
    seen = np.ones(scores.shape, bool) if mask is None else _check_mask(mask, scores.shape)
    scores = np.where(seen, scores, -np.inf)
    weights: FloatArray = np.exp(scores - scores.max(axis=0))  # the largest becomes exp(0), so nothing overflows
    weights /= weights.sum(axis=0)
    return weights


def _check_mask(mask: ArrayLike, shape: tuple[int, ...]) -> Mask:
    seen = np.asarray(mask)
    if seen.dtype != bool or seen.shape != shape:
        raise ValueError(f"mask: got dtype {seen.dtype} and shape {seen.shape}, wanted booleans of shape {shape}")
    empty = ~seen.any(axis=0)
    if empty.any():
        raise ValueError(f"mask: got nothing but False in sequence {int(empty.argmax())}, wanted at least one True")
    return seen
