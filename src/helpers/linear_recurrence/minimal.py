"""minGRU and minLSTM: gates that see the input alone, so that the whole sequence can be run by one scan."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.activations import sigmoid
from helpers.arrays import FloatArray, check_shape, same_dtype
from helpers.linear_recurrence.checks import Array
from helpers.linear_recurrence.scan import scan


def mingru_step(x: ArrayLike, h: ArrayLike, W_x: ArrayLike, b: ArrayLike) -> FloatArray:
    """Compute the next state of a minGRU.

    With sigma the logistic function, * elementwise, and W_x and b cut into their rows z, n::

        z_t = sigma(W_xz x_t + b_z)              how much is written
        n_t = W_xn x_t + b_n                     the candidate: no tanh
        h_t = (1 - z_t) * h_{t-1} + z_t * n_t

    Beside the GRU of chapter 4, h_{t-1} is gone from gate and candidate, and with it the reset gate, which only
    weighed it there. Mind the gate's sense: here z writes, as in the paper; in `gru_step` z keeps, as in PyTorch.

    Parameters
    ----------
    x : array (B, D), or (D,) for a single sequence
        Input x_t.
    h : array (B, H), or (H,) with x (D,)
        State h_{t-1}.
    W_x : array (2H, D)
        Rows z, n.
    b : array (2H,)

    Returns
    -------
    array, the shape of `h`
        State h_t: float32 if all arrays are float32, else float64.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, or values that are not finite.

    References
    ----------
    Feng et al. (2024), "Were RNNs all we needed?", section 3.1.
    """
    x, h, W_x, b = _check(x, h, W_x, b, 2, "" if np.ndim(x) == 1 else "B ")
    a, written = _mingru_pairs(x, W_x, b)
    return a * h + written


def mingru_forward(x: ArrayLike, h0: ArrayLike, W_x: ArrayLike, b: ArrayLike, method: str = "blelloch") -> Array:
    """Run a minGRU over t = 1 .. T: all gates in one product, then one scan with a = 1 - z and b = z * n.

    Parameters
    ----------
    x : array (T, B, D)
        Inputs; ``x[0]`` is x_1.
    h0 : array (B, H)
    W_x : array (2H, D)
        Rows z, n.
    b : array (2H,)
    method : {"blelloch", "hillis-steele", "loop"}
        See `helpers.linear_recurrence.scan`.

    Returns
    -------
    array (T, B, H)
        States, equal to a loop over `mingru_step`, which has the equations.

    Raises
    ------
    ValueError
        As for `mingru_step`, for T = 0, or for an unknown method.

    References
    ----------
    As for `mingru_step`.
    """
    x, h0, W_x, b = _check(x, h0, W_x, b, 2, "T B ")
    return scan(*_mingru_pairs(x, W_x, b), h0, method)


def minlstm_step(x: ArrayLike, h: ArrayLike, W_x: ArrayLike, b: ArrayLike) -> FloatArray:
    """Compute the next state of a minLSTM.

    With sigma the logistic function, * elementwise, and W_x and b cut into their rows i, f, g::

        i_t = sigma(W_xi x_t + b_i),     f_t = sigma(W_xf x_t + b_f),     g_t = W_xg x_t + b_g
        i'_t = i_t / (f_t + i_t),        f'_t = f_t / (f_t + i_t)         they sum to 1
        h_t = f'_t * h_{t-1} + i'_t * g_t

    Beside the LSTM of chapter 4, the gates do not see h_{t-1}, there is no output gate and so no cell beside the
    state, no tanh, and the two gates share one unit of weight, so the state stays a weighted mean of candidates.

    Parameters
    ----------
    x : array (B, D), or (D,) for a single sequence
        Input x_t.
    h : array (B, H), or (H,) with x (D,)
        State h_{t-1}.
    W_x : array (3H, D)
        Rows i, f, g.
    b : array (3H,)

    Returns
    -------
    array, the shape of `h`
        State h_t: float32 if all arrays are float32, else float64.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, or values that are not finite.

    References
    ----------
    Feng et al. (2024), section 3.2.
    """
    x, h, W_x, b = _check(x, h, W_x, b, 3, "" if np.ndim(x) == 1 else "B ")
    a, written = _minlstm_pairs(x, W_x, b)
    return a * h + written


def minlstm_forward(x: ArrayLike, h0: ArrayLike, W_x: ArrayLike, b: ArrayLike, method: str = "blelloch") -> Array:
    """Run a minLSTM over t = 1 .. T: all gates in one product, then one scan with a = f' and b = i' * g.

    Parameters
    ----------
    x : array (T, B, D)
        Inputs; ``x[0]`` is x_1.
    h0 : array (B, H)
    W_x : array (3H, D)
        Rows i, f, g.
    b : array (3H,)
    method : {"blelloch", "hillis-steele", "loop"}
        See `helpers.linear_recurrence.scan`.

    Returns
    -------
    array (T, B, H)
        States, equal to a loop over `minlstm_step`, which has the equations.

    Raises
    ------
    ValueError
        As for `minlstm_step`, for T = 0, or for an unknown method.

    References
    ----------
    As for `minlstm_step`.
    """
    x, h0, W_x, b = _check(x, h0, W_x, b, 3, "T B ")
    return scan(*_minlstm_pairs(x, W_x, b), h0, method)


def _mingru_pairs(x: FloatArray, W_x: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What the recurrence needs of each input: the factor and what is added."""
    z, n = np.split(x @ W_x.T + b, 2, axis=-1)
    return sigmoid(-z), sigmoid(z) * n  # 1 - sigma(z) = sigma(-z), in all digits


def _minlstm_pairs(x: FloatArray, W_x: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    i, f, g = np.split(x @ W_x.T + b, 3, axis=-1)
    # f / (f + i) = sigma(ln f - ln i), and ln sigma(z) = -ln(1 + exp(-z)): so 0/0 cannot happen.
    ratio = np.logaddexp(0, -i) - np.logaddexp(0, -f)
    return sigmoid(ratio), sigmoid(-ratio) * g


def _check(x: ArrayLike, h: ArrayLike, W_x: ArrayLike, b: ArrayLike, rows: int, axes: str) -> tuple[FloatArray, ...]:
    sizes: dict[str, int] = {}
    if axes.startswith("T") and np.ndim(x) and not np.shape(x)[0]:
        raise ValueError(f"x: got an empty sequence, shape {np.shape(x)}, wanted at least one step")
    x, h = check_shape("x", x, axes + "D", sizes), check_shape("h", h, axes.replace("T ", "") + "H", sizes)
    W_x, b = check_shape("W_x", W_x, f"{rows}H D", sizes), check_shape("b", b, f"{rows}H", sizes)
    return same_dtype(x, h, W_x, b)
