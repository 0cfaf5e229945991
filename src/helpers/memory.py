"""What a network recalls: of its states, with the best readout, and of its trained outputs."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_shape
from helpers.training import Model, run


def readout_recall(hs: ArrayLike, x: ArrayLike, lags: ArrayLike, ridge: float = 1e-6) -> FloatArray:
    """Measure what states remember: how well the best linear readout finds the input of `lag` steps ago.

    No gradient goes through time: for each lag the weights w solve ``(H'H / n + ridge I) w = H'y / n``, H holding one
    state per row and y the earlier inputs. They are fitted to the first half of the batch and judged on the other.

    Parameters
    ----------
    hs : array (T, B, H)
    x : array (T, B, 1)
        The inputs that made the states.
    lags : array of ints (K,)
        Each at least 0 and below T.
    ridge : float
        Above 0.

    Returns
    -------
    array (K,)
        R^2, the share of the earlier input's variance that is recalled: 1 all of it, 0 none (slightly below 0 is
        the noise of the estimate).

    Raises
    ------
    ValueError
        For shapes that do not fit, a batch of one, or a lag or ridge out of range.

    References
    ----------
    Jaeger (2001), "Short term memory in echo state networks", GMD report 152.
    """
    sizes: dict[str, int] = {}
    hs, x = check_shape("hs", hs, "T B H", sizes), check_shape("x", x, "T B 1", sizes)
    T, half, H = sizes["T"], sizes["B"] // 2, sizes["H"]
    if not half:
        raise ValueError(f"hs: got shape {hs.shape}, wanted a batch of at least 2 to fit on one half")
    if not ridge > 0:
        raise ValueError(f"ridge: got {ridge}, wanted a number above 0")
    lags = np.asarray(lags)
    if lags.ndim != 1 or lags.dtype.kind not in "iu" or not ((lags >= 0) & (lags < T)).all():
        raise ValueError(f"lags: got {lags.tolist()}, wanted a list of integers from 0 to T - 1 = {T - 1}")
    start = int(lags.max(initial=0))  # the same steps are asked for all lags
    fit, judge = (hs[start:, part].reshape(-1, H) for part in (slice(half), slice(half, None)))
    gram = fit.T @ fit / len(fit) + ridge * np.eye(H)
    recalled = np.empty(len(lags))
    for i, lag in enumerate(lags):
        y = x[start - lag : T - lag, :, 0]
        gap = judge @ np.linalg.solve(gram, fit.T @ y[:, :half].ravel() / len(fit)) - y[:, half:].ravel()
        recalled[i] = 1 - (gap * gap).mean() / y[:, half:].var()
    return recalled


def recall(model: Model, x: ArrayLike, targets: NDArray[Any]) -> float:
    """Share of the targets' variance that the model's outputs explain, R^2.

    Parameters
    ----------
    model : Model
    x : array (T, B, D)
    targets : float array (T, B, V), nan where nothing is asked

    Returns
    -------
    float
        1 for perfect recall, 0 for none.

    Raises
    ------
    ValueError
        As for `run`.
    """
    asked = ~np.isnan(targets)
    gap = run(model, x)[0][asked] - targets[asked]
    return float(1 - (gap * gap).mean() / targets[asked].var())
