"""The fixed window, which a recurrent network has to beat: the last K inputs side by side."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_count, check_shape


def windows(x: ArrayLike, K: int) -> FloatArray:
    """Put the last K inputs of each step side by side, ``(x_{t-K+1}, .., x_{t-1}, x_t)``: oldest first.

    A feed-forward net that reads this row sees K steps and nothing before them. Inputs before the start are
    zeros. A linear map of the row is a causal convolution over time with a kernel of K steps.

    Parameters
    ----------
    x : array (T, B, D)
    K : int
        At least 1; 1 gives `x`.

    Returns
    -------
    array (T, B, K D)
        ``[t, :, -D:]`` is x_t itself. A new array in the dtype of `x`.

    Raises
    ------
    ValueError
        If `x` has another shape or K is below 1.

    References
    ----------
    Bengio, Ducharme, Vincent & Jauvin (2003), "A neural probabilistic language model", Journal of Machine
    Learning Research 3: a language model on a fixed window.
    """
    x, K = check_shape("x", x, "T B D", {}), check_count("K", K)
    T = len(x)
    padded = np.concatenate([np.zeros((K - 1, *x.shape[1:]), x.dtype), x])
    return np.concatenate([padded[k : k + T] for k in range(K)], axis=-1)
