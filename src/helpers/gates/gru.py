"""The GRU: one step, a whole sequence, and its backward pass, with the reset gate after or before the product.

The rows of all weights stand in the order r, z, n: reset gate, update gate, candidate, H rows each, as in PyTorch.
The update gate keeps, ``h_t = (1 - z) n + z h_{t-1}``; in some books its parts are exchanged.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.activations import sigmoid
from helpers.arrays import FloatArray, check_choice, check_shape, same_dtype
from helpers.gates.shapes import check_cache, check_weights, stretches

RESETS = ("after", "before")


class GRUWeights(NamedTuple):
    """The parameters of a GRU layer; rows r, z, n."""

    W_x: FloatArray
    """Input weights, shape (3H, D)."""
    W_h: FloatArray
    """Recurrent weights, shape (3H, H)."""
    b_x: FloatArray
    """Biases beside W_x, shape (3H,)."""
    b_h: FloatArray
    """Biases beside W_h, shape (3H,). With the reset "after", the candidate's part is reset, too."""


class GRUCache(NamedTuple):
    """What the backward pass needs.

    The weights are copies, so an update in place between the two passes does no harm, and what the forward pass
    computed is read-only. `x` is yours, not a copy: leave it as it is until the backward pass has run.
    """

    x: FloatArray
    """Inputs, shape (T, B, D)."""
    hs: FloatArray
    """States h_0 .. h_T, shape (T + 1, B, H)."""
    gates: tuple[FloatArray, ...]
    """r, z, n after their nonlinearities: for each stretch of n steps an array (n, 3, B, H); see `gru_gates`."""
    past: FloatArray
    """What the candidate hears of the past: W_hn h + b_hn, not yet reset ("after"), or r h ("before"); (T, B, H)."""
    W_x: FloatArray
    """Input weights, shape (3H, D)."""
    W_h: FloatArray
    """Recurrent weights, shape (3H, H)."""
    reset: str
    """"after" or "before"."""


class GRUGates(NamedTuple):
    """What the gates did at each step; each array is (T, B, H)."""

    r: FloatArray
    """Reset gate, 0 to 1: how much of the past the candidate hears."""
    z: FloatArray
    """Update gate, 0 to 1: how much of the old state is kept."""
    n: FloatArray
    """Candidate, -1 to 1."""


class GRUGradients(NamedTuple):
    """Gradients of the loss L; each has the shape and the dtype of what it is the gradient of."""

    x: FloatArray
    """dL/dx, shape (T, B, D)."""
    h0: FloatArray
    """dL/dh_0, shape (B, H)."""
    W_x: FloatArray
    """dL/dW_x, shape (3H, D)."""
    W_h: FloatArray
    """dL/dW_h, shape (3H, H)."""
    b_x: FloatArray
    """dL/db_x, shape (3H,)."""
    b_h: FloatArray
    """dL/db_h, shape (3H,)."""


def gru_step(
    x: ArrayLike,
    h: ArrayLike,
    W_x: ArrayLike,
    W_h: ArrayLike,
    b_x: ArrayLike,
    b_h: ArrayLike,
    reset: str = "after",
) -> FloatArray:
    """Compute the next state.

    With sigma the logistic function, * elementwise, and weights and biases cut into their rows r, z, n::

        r_t = sigma(W_xr x_t + b_xr + W_hr h_{t-1} + b_hr)       how much of the past the candidate hears
        z_t = sigma(W_xz x_t + b_xz + W_hz h_{t-1} + b_hz)       how much of the old state is kept
        n_t = tanh(W_xn x_t + b_xn + r_t * (W_hn h_{t-1} + b_hn))        reset "after" the product
        n_t = tanh(W_xn x_t + b_xn + W_hn (r_t * h_{t-1}) + b_hn)        reset "before" it
        h_t = (1 - z_t) * n_t + z_t * h_{t-1}

    Parameters
    ----------
    x : array (B, D), or (D,) for a single sequence
        Input x_t.
    h : array (B, H), or (H,) with x (D,)
        State h_{t-1}.
    W_x : array (3H, D)
        Rows r, z, n, as in all that follow.
    W_h : array (3H, H)
    b_x : array (3H,)
    b_h : array (3H,)
    reset : {"after", "before"}
        Where the reset gate is applied. "after" lets one product serve all three rows, and is what PyTorch and cuDNN
        do; weights trained with one do not fit the other.

    Returns
    -------
    array, the shape of `h`
        State h_t: float32 if all arrays are float32, else float64.

    Raises
    ------
    ValueError
        For shapes that do not fit each other (weights stacked for another cell and transposed ones are told so),
        values that are not finite, or an unknown reset.

    References
    ----------
    Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for statistical machine
    translation", arXiv:1406.1078: version 1 resets after the product, version 3 (EMNLP) before it. PyTorch
    documentation, torch.nn.GRU.
    """
    check_choice("reset", reset, RESETS)
    sizes: dict[str, int] = {}
    batch = "" if np.ndim(x) == 1 else "B "
    x, h = check_shape("x", x, batch + "D", sizes), check_shape("h", h, batch + "H", sizes)
    W_x, W_h, b_x, b_h = check_weights(3, W_x, W_h, {"b_x": b_x, "b_h": b_h}, sizes)
    x, h, W_x, W_h, b_x, b_h = same_dtype(x, h, W_x, W_h, b_x, b_h)
    x_r, x_z, x_n = np.split(x @ W_x.T + b_x, 3, axis=-1)
    W_r, W_z, W_n = np.split(W_h, 3)
    b_r, b_z, b_n = np.split(b_h, 3)
    r, z = sigmoid(x_r + h @ W_r.T + b_r), sigmoid(x_z + h @ W_z.T + b_z)
    past = r * (h @ W_n.T + b_n) if reset == "after" else (r * h) @ W_n.T + b_n
    n = np.tanh(x_n + past)
    return (1 - z) * n + z * h


def gru_forward(
    x: ArrayLike,
    h0: ArrayLike,
    W_x: ArrayLike,
    W_h: ArrayLike,
    b_x: ArrayLike,
    b_h: ArrayLike,
    reset: str = "after",
) -> tuple[FloatArray, GRUCache]:
    """Run the GRU over t = 1 .. T.

    The result is that of a loop over `gru_step`, which has the equations, computed faster.

    Parameters
    ----------
    x : array (T, B, D)
        Inputs; ``x[0]`` is x_1.
    h0 : array (B, H)
        Initial state.
    W_x : array (3H, D)
        Rows r, z, n, as in all that follow.
    W_h : array (3H, H)
    b_x : array (3H,)
    b_h : array (3H,)
    reset : {"after", "before"}

    Returns
    -------
    hs : array (T, B, H)
        States; ``hs[0]`` is h_1. float32 if all arrays are float32, else float64. Read-only, because the cache
        shares them; write into ``hs.copy()``.
    cache : GRUCache
        For `gru_backward` and `gru_gates`.

    Raises
    ------
    ValueError
        As for `gru_step`, or for T = 0.

    References
    ----------
    As for `gru_step`.
    """
    check_choice("reset", reset, RESETS)
    sizes: dict[str, int] = {}
    x, h0 = check_shape("x", x, "T B D", sizes), check_shape("h0", h0, "B H", sizes)
    W_x, W_h, b_x, b_h = check_weights(3, W_x, W_h, {"b_x": b_x, "b_h": b_h}, sizes)
    x, h0, W_x, W_h, b_x, b_h = same_dtype(x, h0, W_x, W_h, b_x, b_h)
    T, B, D, H = (sizes[letter] for letter in "TBDH")
    dtype, after = x.dtype, reset == "after"

    # sigma(z) = tanh(z/2)/2 + 1/2: halve the rows of the two gates beforehand, but not of the candidate.
    half = np.repeat(np.array([0.5, 0.5, 1], dtype), H)
    W_x_T, W_h_T = np.ascontiguousarray(W_x.T * half), np.ascontiguousarray(W_h.T * half)
    W_rz_T, W_n_T, b_n = W_h_T[:, : 2 * H].copy(), W_h_T[:, 2 * H :].copy(), b_h[2 * H :]
    b = (b_x + b_h) * half
    if after:
        b[2 * H :] = b_x[2 * H :]  # the candidate's b_h is added inside the reset

    # As in `lstm_forward`, each gate's numbers stand together, (3, B, H) for a step.
    gates, hs = [], np.empty((T + 1, B, H), dtype)
    pasts, new, from_h = np.empty((T, B, H), dtype), np.empty((B, H), dtype), np.empty((B, 3 * H), dtype)
    from_h_rz, from_h_n = from_h[:, : 2 * H], from_h[:, 2 * H :]
    z_rz = np.empty((B, 2 * H), dtype)
    z_gates = z_rz.reshape(B, 2, H).transpose(1, 0, 2)
    hs[0] = h = h0
    dot, add, multiply, subtract, tanh = np.dot, np.add, np.multiply, np.subtract, np.tanh

    parts = stretches(T, B * 3 * H)
    from_inputs = np.empty((parts[0].stop, B, 3 * H), dtype)
    for steps in parts:
        size = steps.stop - steps.start
        stretch = from_inputs[:size]
        dot(x[steps].reshape(-1, D), W_x_T, stretch.reshape(-1, 3 * H))
        stretch += b
        gates.append(np.empty((size, 3, B, H), dtype))
        views = (
            stretch[..., : 2 * H],
            stretch[..., 2 * H :],
            gates[-1][:, :2],
            gates[-1],
            pasts[steps],
            hs[1:][steps],
        )
        for x_rz, x_n, rz, gate, past, h_t in zip(*(list(a) for a in views), strict=True):
            r, z, n = gate
            if after:
                dot(h, W_h_T, from_h)
                add(x_rz, from_h_rz, z_rz)
                add(from_h_n, b_n, past)
            else:
                dot(h, W_rz_T, z_rz)
                add(x_rz, z_rz, z_rz)
            tanh(z_gates, rz)
            multiply(rz, 0.5, rz)
            add(rz, 0.5, rz)
            if after:
                multiply(r, past, new)
            else:
                multiply(r, h, past)
                dot(past, W_n_T, new)
            add(x_n, new, n)
            tanh(n, n)
            subtract(h, n, new)  # (1 - z) n + z h = n + z (h - n)
            multiply(new, z, new)
            add(new, n, h_t)
            h = h_t
    for array in (hs, pasts, *gates):
        array.flags.writeable = False  # edited before the backward pass, they would give wrong gradients in silence
    return hs[1:], GRUCache(x, hs, tuple(gates), pasts, W_x.copy(), W_h.copy(), reset)


def gru_backward(dhs: ArrayLike, cache: GRUCache) -> GRUGradients:
    """Backpropagate through the T steps of `gru_forward`.

    From t = T down to 1, with * elementwise, dz what W_x x_t is added to and du what W_h h_{t-1} is added to::

        dL/dz_n   = dL/dh_t * (1 - z_t) * (1 - n_t^2)
        dL/dz_z   = dL/dh_t * (h_{t-1} - n_t) * z_t (1 - z_t)
        dL/dz_r   = dL/dz_n * (W_hn h_{t-1} + b_hn) * r_t (1 - r_t)
        dL/du     = (dL/dz_r, dL/dz_z, dL/dz_n * r_t)
        dL/dh_t-1 = dhs_{t-1} + dL/dh_t * z_t + W_h^T dL/du
        dL/dW_h   = sum over t of dL/du_t h_{t-1}^T,      dL/db_h = sum over t of dL/du_t
        dL/dW_x   = sum over t of dL/dz_t x_t^T,          dL/db_x = sum over t of dL/dz_t

    With the reset "before", ``W_hn^T dL/dz_n`` is the gradient of ``r_t * h_{t-1}``: from there it goes to z_r by
    ``h_{t-1} r_t (1 - r_t)`` and to h_{t-1} by r_t, and du is dz.

    Parameters
    ----------
    dhs : array (T, B, H)
        What reaches each state directly, not through later states.
    cache : GRUCache
        From `gru_forward`; it is not changed and may be used again.

    Returns
    -------
    GRUGradients
        Named x (T, B, D), h0 (B, H), W_x (3H, D), W_h (3H, H), b_x (3H,), b_h (3H,), in the dtype of the forward
        pass.

    Raises
    ------
    ValueError
        If `dhs` does not have the shape of the states or is not finite, or `cache` does not come from `gru_forward`.

    References
    ----------
    As for `gru_step`.
    """
    check_cache(cache, GRUCache, "gru_forward")
    x, hs, all_gates, pasts, W_x, W_h, reset = cache
    (T, B, D), H, dtype, after = x.shape, W_h.shape[1], x.dtype, reset == "after"
    dhs = check_shape("dhs", dhs, "T B H", {"T": T, "B": B, "H": H}).astype(dtype, copy=False)
    dh, total, kept, dpast = np.zeros((4, B, H), dtype)  # dh: what comes from the future; nothing does at t = T
    dx = np.empty(x.shape, dtype)
    dW_x_T, dW_h_T = np.zeros((D, 3 * H), dtype), np.zeros((H, 3 * H), dtype)  # so that the products are quicker
    db_x, db_h = np.zeros((2, 3 * H), dtype)
    W_rz, W_n = W_h[: 2 * H].copy(), W_h[2 * H :].copy()
    add, multiply, subtract, dot = np.add, np.multiply, np.subtract, np.dot

    # Stretch by stretch, as in the forward pass. dzs are the gradients of what W_x x is added to, dus of what W_h h is
    # added to: they differ in the candidate's rows, where the reset stands between the two.
    parts = stretches(T, B * 3 * H)
    length = parts[0].stop
    factors, factors_n = np.empty((length, 3, B, H), dtype), np.empty((length, B, H), dtype)
    dzs_buffer, dus_buffer = np.empty((2, length, B, 3 * H), dtype)
    for steps, gates in zip(parts[::-1], all_gates[::-1], strict=True):
        size = len(gates)
        r, z, n = gates.swapaxes(0, 1)
        past, old = pasts[steps], hs[steps]
        factor, factor_n, dzs, dus = factors[:size], factors_n[:size], dzs_buffer[:size], dus_buffer[:size]
        # What dL/dh_t is multiplied with on its way to each z (before the reset product, r has a way of its own).
        multiply(gates, gates, factor)
        subtract(gates, factor, factor)  # sigma' = sigma (1 - sigma)
        factor_r, factor_z, factor_u = factor.swapaxes(0, 1)
        multiply(n, n, factor_n)
        subtract(1, factor_n, factor_n)  # tanh' = 1 - tanh^2
        subtract(1, z, factor_u)
        factor_n *= factor_u
        subtract(old, n, factor_u)
        factor_z *= factor_u
        if after:
            multiply(factor_n, r, factor_u)
            factor_r *= factor_n
            factor_r *= past
            du_gates = dus.reshape(size, B, 3, H).swapaxes(1, 2)
            views: tuple[FloatArray, ...] = (dus, du_gates, dzs[..., 2 * H :], factor, factor_n, z, dhs[steps])
            for du, du_rzn, dz_n, f_rzn, f_n, z_t, direct in zip(*(list(a)[::-1] for a in views), strict=True):
                add(dh, direct, total)
                multiply(f_rzn, total, du_rzn)
                multiply(f_n, total, dz_n)
                dot(du, W_h, dh)
                multiply(total, z_t, kept)
                add(dh, kept, dh)
            dzs[..., : 2 * H] = dus[..., : 2 * H]
        else:
            factor_r *= old
            thirds = (dzs[..., :H], dzs[..., H : 2 * H], dzs[..., 2 * H :], dzs[..., : 2 * H])
            views = (*thirds, factor_r, factor_z, factor_n, r, z, dhs[steps])
            for dz_r, dz_z, dz_n, dz_rz, f_r, f_z, f_n, r_t, z_t, direct in zip(
                *(list(a)[::-1] for a in views), strict=True
            ):
                add(dh, direct, total)
                multiply(f_z, total, dz_z)
                multiply(f_n, total, dz_n)
                dot(dz_n, W_n, dpast)  # dL/d(r h)
                multiply(f_r, dpast, dz_r)
                dot(dz_rz, W_rz, dh)
                multiply(dpast, r_t, dpast)
                multiply(total, z_t, kept)
                add(dh, dpast, dh)
                add(dh, kept, dh)
            dus = dzs
        rows, past_rows = dzs.reshape(-1, 3 * H), dus.reshape(-1, 3 * H)
        dot(rows, W_x, dx[steps].reshape(-1, D))
        dW_x_T += x[steps].reshape(-1, D).T @ rows
        if after:
            dW_h_T += old.reshape(-1, H).T @ past_rows
        else:
            dW_h_T[:, : 2 * H] += old.reshape(-1, H).T @ rows[:, : 2 * H]
            dW_h_T[:, 2 * H :] += past.reshape(-1, H).T @ rows[:, 2 * H :]
        ones = np.ones(len(rows), dtype)
        db_x += ones @ rows
        db_h += ones @ past_rows
    return GRUGradients(dx, dh, dW_x_T.T.copy(), dW_h_T.T.copy(), db_x, db_h)


def gru_gates(cache: GRUCache) -> GRUGates:
    """Show what each gate did in a forward pass.

    Parameters
    ----------
    cache : GRUCache
        From `gru_forward`.

    Returns
    -------
    GRUGates
        r, z and n, each (T, B, H); new arrays.

    Raises
    ------
    ValueError
        If `cache` does not come from `gru_forward`.
    """
    check_cache(cache, GRUCache, "gru_forward")
    return GRUGates(*np.concatenate(cache.gates).swapaxes(0, 1))
