"""Chapter 3: how the gradient vanishes or explodes on its way back through time.

Going back one step multiplies a gradient by the transposed Jacobian of that step, W_h^T diag(phi'(z_t)), and
going back T - t steps by a product of T - t of them. This module measures what the product does to a gradient, on
a log scale, where nothing overflows. What reaches the weights from each step is measured in `helpers.lags`, the
matrices with a known spectrum are made in `helpers.matrices`.
"""

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_choice, check_count, check_shape
from helpers.lags import LagNorms, gradient_by_lag
from helpers.matrices import KINDS, recurrent_matrix, spectral_radius
from helpers.optim import clip_by_norm, clip_by_value
from helpers.rnn_basics import ACTIVATIONS

__all__ = [
    "KINDS",
    "LagNorms",
    "clip_by_norm",
    "clip_by_value",
    "gradient_by_lag",
    "log_gradient_norm_grid",
    "log_gradient_norms",
    "log_jacobian_norms",
    "recurrent_matrix",
    "spectral_radius",
]


def log_gradient_norms(
    W_h: ArrayLike,
    T: int,
    activation: str = "identity",
    inputs: ArrayLike | None = None,
    cotangent: ArrayLike | None = None,
) -> FloatArray:
    """Measure how strongly h_T depends on each earlier state: log ``||d(v . h_T) / dh_t||``, t = 0 .. T.

    The states are ``h_t = phi(W_h h_{t-1} + inputs_t)`` from h_0 = 0. The gradient is v^T times the Jacobians
    dh_i/dh_{i-1} = diag(phi'(z_i)) W_h of the steps i = T down to t + 1, where z_i is what phi is applied to.
    With the identity it is v^T W_h^(T-t), whatever the inputs. Index 0 is the far past, index T the present.

    Parameters
    ----------
    W_h : array (H, H)
    T : int
        Number of steps, at least 1.
    activation : {"identity", "tanh", "relu", "sigmoid"}
    inputs : array (T, H), optional
        What is added at each step, ``inputs[0]`` at t = 1; zeros if left out. With relu and no inputs no unit
        is ever active, and no gradient passes.
    cotangent : array (H,), optional
        v, the direction in which h_T is read; ones / sqrt(H) if left out.

    Returns
    -------
    array (T + 1,), natural logarithms (nats)
        Finite however large or small the gradient is, -inf where it is exactly zero. The dtype of `W_h`;
        computed in float64.

    Raises
    ------
    ValueError
        For shapes that do not fit, values that are not finite, T below 1, an unknown activation, or a forward
        pass that leaves the range of float64 (relu can).

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks", section 2.1;
    the product of Jacobians is equation 5.
    """
    (norms,) = log_gradient_norm_grid(W_h, [1.0], T, activation, inputs, cotangent)
    return np.asarray(norms)


def log_gradient_norm_grid(
    W_h: ArrayLike,
    magnitudes: ArrayLike,
    T: int,
    activation: str = "identity",
    inputs: ArrayLike | None = None,
    cotangent: ArrayLike | None = None,
) -> FloatArray:
    """Compute `log_gradient_norms` of ``m * W_h`` for all m in `magnitudes` at once.

    Each step costs one matrix product for all magnitudes together.

    Parameters
    ----------
    W_h : array (H, H)
    magnitudes : array (G,)
        Factors m; those of a `recurrent_matrix` of radius 1 are the spectral radii.
    T, activation, inputs, cotangent
        As for `log_gradient_norms`.

    Returns
    -------
    array (G, T + 1), natural logarithms (nats)
        One row per magnitude. The dtype of `W_h`; computed in float64.

    Raises
    ------
    ValueError
        As for `log_gradient_norms`.
    """
    check_choice("activation", activation, ACTIVATIONS)
    sizes = {"T": check_count("T", T)}
    W_h = check_shape("W_h", W_h, "H H", sizes)
    H = sizes["H"]
    W = W_h.astype(np.float64)
    m = check_shape("magnitudes", magnitudes, "G", sizes).astype(np.float64)[:, None]
    u = np.zeros((T, H)) if inputs is None else check_shape("inputs", inputs, "T H", sizes)
    v = np.full(H, H**-0.5) if cotangent is None else check_shape("cotangent", cotangent, "H", sizes)

    # phi'(z) is 1 for the identity: no forward pass, whose states would overflow where the gradient need not.
    slopes = np.ones((T, 1, 1)) if activation == "identity" else _slopes(W, m, u, activation)
    slopes = slopes * m  # the Jacobian of m W_h carries one factor m per step

    # Going back, each row is divided by its largest entry, so that it neither overflows nor underflows. (The
    # norm would not do: it squares the entries first.) What has been divided out is kept as a sum of logs.
    directions = np.empty((T + 1, len(m), H))
    peaks = np.empty((T + 1, len(m), 1))
    g = np.tile(v, (len(m), 1)).astype(np.float64)
    for t in range(T, -1, -1):
        if t < T:
            g = (slopes[t] * g) @ W  # dL/dh_t from dL/dh_{t+1}: rows, so W^T acts as a product from the right
        peak = np.abs(g).max(axis=1, keepdims=True)
        g = g / (peak + (peak == 0))  # a gradient of exactly zero stays zero
        directions[t], peaks[t] = g, peak
    with np.errstate(divide="ignore"):  # log 0 = -inf is the honest answer
        divided_out = np.log(peaks[..., 0])
        lengths = np.log(np.sqrt((directions * directions).sum(axis=-1)))
    log_norms: FloatArray = lengths + np.cumsum(divided_out[::-1], axis=0)[::-1]
    return log_norms.T.astype(W_h.dtype, order="C")


def _slopes(W: FloatArray, m: FloatArray, u: FloatArray, activation: str) -> FloatArray:
    """Run h_t = phi(m W h_{t-1} + u_t) from h_0 = 0 for every m; return phi'(z_1) .. phi'(z_T), (T, G, H)."""
    phi = ACTIVATIONS[activation]
    hs = np.empty((len(u), len(m), len(W)))
    h = np.zeros(hs.shape[1:])
    with np.errstate(over="ignore", invalid="ignore"):  # looked for below, where we can say what happened
        for z, u_t in zip(hs, u, strict=True):
            np.dot(h, W.T, out=z)
            z *= m
            z += u_t
            phi.apply(z, z)
            h = z
    if not np.isfinite(hs).all():
        t, row, _ = (int(i) for i in np.argwhere(~np.isfinite(hs))[0])
        raise ValueError(
            f"W_h: got states beyond float64 at t = {t + 1} ({activation}, magnitude {m[row, 0]:g}), "
            f"wanted a finite forward pass: take a smaller W_h or T"
        )
    phi.slope(hs, hs)
    return hs


def log_jacobian_norms(
    W_h: ArrayLike, T: int, activation: str = "identity", inputs: ArrayLike | None = None
) -> FloatArray:
    """Measure the largest stretch on the way back: log ``||dh_T / dh_t||_2``, t = 0 .. T.

    `log_gradient_norms` follows one gradient v; this is the most that any v of length 1 could become. It is the
    largest singular value of the product of Jacobians, J_T J_{T-1} ... J_{t+1} with J_i = diag(phi'(z_i)) W_h.

    Parameters
    ----------
    W_h : array (H, H)
    T : int
        Number of steps, at least 1.
    activation : {"identity", "tanh", "relu", "sigmoid"}
    inputs : array (T, H), optional
        What is added at each step, as for `log_gradient_norms`.

    Returns
    -------
    array (T + 1,), natural logarithms (nats)
        0 at t = T; -inf where the product is exactly zero. The dtype of `W_h`; computed in float64.

    Raises
    ------
    ValueError
        As for `log_gradient_norms`.

    References
    ----------
    Pascanu, Mikolov & Bengio (2013), section 2.1.
    """
    check_choice("activation", activation, ACTIVATIONS)
    sizes = {"T": check_count("T", T)}
    W_h = check_shape("W_h", W_h, "H H", sizes)
    H, W = sizes["H"], W_h.astype(np.float64)
    u = np.zeros((T, H)) if inputs is None else check_shape("inputs", inputs, "T H", sizes)
    slopes = np.ones((T, 1, 1)) if activation == "identity" else _slopes(W, np.ones((1, 1)), u, activation)

    # As for one gradient: divide by the largest entry at each step, and keep the sum of the logs.
    products, divided_out = np.empty((T + 1, H, H)), np.zeros(T + 1)
    product = products[T] = np.eye(H)
    for t in range(T - 1, -1, -1):
        product = (product * slopes[t]) @ W  # J_T .. J_{t+2} times J_{t+1}
        peak = np.abs(product).max()
        product = products[t] = product / (peak or 1.0)
        with np.errstate(divide="ignore"):  # log 0 = -inf is the honest answer
            divided_out[t] = np.log(peak)
    stretches = np.linalg.svd(products, compute_uv=False)[:, 0]
    stretches[stretches == 0] = 1.0  # their log 0 is in divided_out
    log_norms: FloatArray = np.log(stretches) + np.cumsum(divided_out[::-1])[::-1]
    return log_norms.astype(W_h.dtype)
