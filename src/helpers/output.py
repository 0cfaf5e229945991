"""From hidden states to predictions: the output layer, softmax, the losses, and drawing a symbol.

The output layer is the same at every step, ``y_t = W_y h_t + b_y``. What its numbers mean is the loss's business:
scores of V symbols under cross-entropy, plain values under the squared error.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import UNASKED, FloatArray, as_floats, check_shape, same_dtype


def output_layer(hs: ArrayLike, W_y: ArrayLike, b_y: ArrayLike) -> FloatArray:
    """Compute ``y_t = W_y h_t + b_y`` at every step.

    Parameters
    ----------
    hs : array (T, B, H)
    W_y : array (V, H)
    b_y : array (V,)

    Returns
    -------
    array (T, B, V)
        float32 if all three arrays are float32, else float64.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, or values that are not finite.
    """
    sizes: dict[str, int] = {}
    hs, W_y, b_y = same_dtype(
        check_shape("hs", hs, "T B H", sizes),
        check_shape("W_y", W_y, "V H", sizes),
        check_shape("b_y", b_y, "V", sizes),
    )
    return hs @ W_y.T + b_y


def output_backward(dys: ArrayLike, hs: ArrayLike, W_y: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Backpropagate through the output layer.

    ``dL/dh_t = W_y^T dL/dy_t`` (what reaches the state from above), ``dL/dW_y = sum over t of dL/dy_t h_t^T``,
    ``dL/db_y = sum over t of dL/dy_t``.

    Parameters
    ----------
    dys : array (T, B, V)
        dL/dy_t.
    hs : array (T, B, H)
    W_y : array (V, H)

    Returns
    -------
    dhs : array (T, B, H)
    dW_y : array (V, H)
    db_y : array (V,)

    Raises
    ------
    ValueError
        For shapes that do not fit each other, or values that are not finite.
    """
    sizes: dict[str, int] = {}
    dys, hs, W_y = same_dtype(
        check_shape("dys", dys, "T B V", sizes),
        check_shape("hs", hs, "T B H", sizes),
        check_shape("W_y", W_y, "V H", sizes),
    )
    rows = dys.reshape(-1, sizes["V"])  # steps and sequences alike: one product sums over both
    return dys @ W_y, rows.T @ hs.reshape(-1, sizes["H"]), rows.sum(axis=0)


def log_softmax(y: ArrayLike) -> FloatArray:
    """Compute ``log softmax(y)_j = y_j - log sum_i exp(y_i)`` along the last axis.

    Parameters
    ----------
    y : array (..., V)

    Returns
    -------
    array, the shape of `y`
        Natural logarithms of probabilities.

    Raises
    ------
    ValueError
        If `y` has no numbers, or holds nan or infinity.

    Notes
    -----
    The largest score is subtracted first, which changes nothing in the result; exp of what remains is at most 1.
    """
    scores = _scores(y)
    scores = scores - scores.max(axis=-1, keepdims=True)
    logs: FloatArray = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return logs


def softmax(y: ArrayLike, temperature: float = 1.0) -> FloatArray:
    """Turn scores into probabilities, ``p_j = exp(y_j / tau) / sum_i exp(y_i / tau)``, along the last axis.

    Parameters
    ----------
    y : array (..., V)
    temperature : float
        tau: 1 leaves the distribution as trained, below 1 sharpens it, above 1 flattens it. 0 is greedy: the
        largest score gets probability 1 (the first of several equal ones).

    Returns
    -------
    array, the shape of `y`

    Raises
    ------
    ValueError
        If `y` has no numbers or holds nan or infinity, or `temperature` is negative or not finite.
    """
    scores = _scores(y)
    if isinstance(temperature, bool) or not 0 <= temperature < np.inf:
        raise ValueError(f"temperature: got {temperature!r}, wanted a finite number of at least 0 (0 is greedy)")
    scores = scores - scores.max(axis=-1, keepdims=True)
    if temperature == 0:
        greedy: FloatArray = np.eye(scores.shape[-1], dtype=scores.dtype)[scores.argmax(axis=-1)]
        return greedy
    with np.errstate(over="ignore"):  # -1e300 / 1e-10 is -inf, and exp(-inf) the 0 that is wanted
        p: FloatArray = np.exp(scores / scores.dtype.type(temperature))
    p /= p.sum(axis=-1, keepdims=True)
    return p


def cross_entropy(y: ArrayLike, targets: ArrayLike) -> tuple[float, FloatArray]:
    """Mean cross-entropy of the softmax with the right symbols, and its gradient.

    ``L = -(1/n) sum over the n asked targets of log softmax(y)_target``, in nats (divide by ln 2 for bits). The
    gradient is ``(softmax(y) - one_hot(target)) / n``.

    Parameters
    ----------
    y : array (..., V)
        Scores, before any softmax.
    targets : int array (...)
        The right symbols, 0 .. V-1, or -1 where nothing is asked.

    Returns
    -------
    loss : float
        Mean over what is asked; times n it is the sum. ``exp(loss)`` is the perplexity.
    gradient : array (..., V)
        dL/dy, zero where nothing is asked, in the dtype of `y`.

    Raises
    ------
    ValueError
        If shapes do not fit, a target is no symbol of the vocabulary, or nothing is asked.
    """
    scores, wanted = _scores(y), np.asarray(targets)
    V = scores.shape[-1]
    if wanted.dtype.kind not in "iu" or wanted.shape != scores.shape[:-1]:
        got = f"dtype {wanted.dtype} and shape {wanted.shape}"
        raise ValueError(f"targets: got {got}, wanted integers of shape {scores.shape[:-1]}")
    outside = (wanted < UNASKED) | (wanted >= V)
    if outside.any():
        where = tuple(int(i) for i in np.argwhere(outside)[0])
        raise ValueError(f"targets: got {wanted[where]} at index {list(where)}, wanted 0 to {V - 1}, or -1")
    asked = wanted >= 0
    count = _check_asked(asked)
    log_p = log_softmax(scores[asked])
    rows, right = np.arange(count), wanted[asked]
    slope = np.exp(log_p)
    slope[rows, right] -= 1
    gradient = np.zeros_like(scores)
    gradient[asked] = slope / count
    return float(-log_p[rows, right].mean()), gradient


def squared_error(y: ArrayLike, targets: ArrayLike) -> tuple[float, FloatArray]:
    """Mean squared error, and its gradient ``2 (y - target) / n``.

    Parameters
    ----------
    y : array, any shape
    targets : array, the shape of `y`
        Values, nan where nothing is asked.

    Returns
    -------
    loss : float
        Mean over the n values that are asked.
    gradient : array, the shape and dtype of `y`
        Zero where nothing is asked.

    Raises
    ------
    ValueError
        If shapes do not fit, or nothing is asked.
    """
    scores, wanted = _scores(y), as_floats("targets", targets)
    if wanted.shape != scores.shape:
        raise ValueError(f"targets: got shape {wanted.shape}, wanted {scores.shape}")
    asked = ~np.isnan(wanted)
    count = _check_asked(asked)
    gap = scores[asked] - wanted[asked]
    gradient = np.zeros_like(scores)
    gradient[asked] = 2 * gap / count
    return float(np.mean(gap * gap)), gradient


def sample(y: ArrayLike, rng: np.random.Generator, temperature: float = 1.0) -> NDArray[np.int64]:
    """Draw symbols with the probabilities ``softmax(y / temperature)``.

    Parameters
    ----------
    y : array (..., V)
        Scores.
    rng : numpy.random.Generator
    temperature : float
        0 takes the largest score and draws nothing.

    Returns
    -------
    int array (...)
        Symbols, 0 .. V-1.

    Raises
    ------
    ValueError
        As for `softmax`, or if `rng` is not a generator.
    """
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: got {rng!r}, wanted a numpy.random.Generator such as numpy.random.default_rng(0)")
    p = softmax(y, temperature)
    if temperature == 0:
        return np.asarray(p.argmax(axis=-1))
    below = p.cumsum(axis=-1, dtype=np.float64)
    draws = rng.random(p.shape[:-1])[..., None] * below[..., -1:]  # the last sum may miss 1 by a rounding error
    return np.asarray((draws >= below).sum(axis=-1))


def _scores(y: ArrayLike) -> FloatArray:
    scores = as_floats("y", y)
    if not scores.ndim or not scores.size:
        raise ValueError(f"y: got shape {scores.shape}, wanted at least one number in the last axis")
    if not np.isfinite(scores).all():
        raise ValueError("y: got nan or infinity, wanted finite scores")
    return scores


def _check_asked(asked: NDArray[Any]) -> int:
    count = int(asked.sum())
    if not count:
        raise ValueError("targets: got nothing that is asked, wanted at least one target")
    return count
