"""The GRU: one step, a whole sequence, and its backward pass, with the reset gate after or before the product.

Rows of all weights stand in the order r, z, n: reset gate, update gate, candidate. h_t = (1 - z) n + z h_{t-1}.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_choice, check_shape, same_dtype
from helpers.gates.lstm import sigmoid
from helpers.gates.shapes import check_rows

RESETS = ("after", "before")


class GRUWeights(NamedTuple):
    """The parameters of a GRU layer."""

    W_x: FloatArray
    """(3H, D), rows r, z, n."""
    W_h: FloatArray
    """(3H, H)"""
    b_x: FloatArray
    """(3H,)"""
    b_h: FloatArray
    """(3H,)"""


class GRUCache(NamedTuple):
    """What the backward pass needs. `x` is yours, not a copy; all else is read-only or a copy."""

    x: FloatArray
    """Inputs, shape (T, B, D)."""
    hs: FloatArray
    """States h_0 .. h_T, shape (T + 1, B, H)."""
    gates: FloatArray
    """r, z, n after their nonlinearities, shape (T, B, 3H)."""
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
    """Compute the next state (to be documented)."""
    check_choice("reset", reset, RESETS)
    sizes: dict[str, int] = {}
    batch = "" if np.ndim(x) == 1 else "B "
    x, h = check_shape("x", x, batch + "D", sizes), check_shape("h", h, batch + "H", sizes)
    W_x, W_h, b_x, b_h = check_rows("GRU", 3, W_x, W_h, {"b_x": b_x, "b_h": b_h}, sizes)
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
    """Run the GRU over t = 1 .. T (to be documented)."""
    check_choice("reset", reset, RESETS)
    sizes: dict[str, int] = {}
    x, h0 = check_shape("x", x, "T B D", sizes), check_shape("h0", h0, "B H", sizes)
    W_x, W_h, b_x, b_h = check_rows("GRU", 3, W_x, W_h, {"b_x": b_x, "b_h": b_h}, sizes)
    x, h0, W_x, W_h, b_x, b_h = same_dtype(x, h0, W_x, W_h, b_x, b_h)
    T, B, D, H = (sizes[letter] for letter in "TBDH")
    dtype, after = x.dtype, reset == "after"

    half = np.full(3 * H, 0.5, dtype)  # sigma(z) = tanh(z/2)/2 + 1/2: halve z of the gates, not of the candidate
    half[2 * H :] = 1
    b = b_x + b_h
    if after:
        b[2 * H :] = b_x[2 * H :]  # the candidate's b_h is added inside the reset
    W_x_T, W_h_T, b_half = np.ascontiguousarray(W_x.T * half), np.ascontiguousarray(W_h.T * half), b * half
    W_rz_T, W_n_T, b_n = W_h_T[:, : 2 * H].copy(), W_h_T[:, 2 * H :].copy(), b_h[2 * H :]

    gates, hs = np.empty((T, B, 3 * H), dtype), np.empty((T + 1, B, H), dtype)
    pasts, from_past, new = np.empty((T, B, H), dtype), np.empty((B, 3 * H), dtype), np.empty((B, H), dtype)
    from_rz, from_n = from_past[:, : 2 * H], from_past[:, 2 * H :]
    rz_past = np.empty((B, 2 * H), dtype)
    hs[0] = h = h0
    dot, add, multiply, subtract, tanh = np.dot, np.add, np.multiply, np.subtract, np.tanh
    length = max(25, 2**14 // (B * 3 * H))
    for start in range(0, T, length):
        steps = slice(start, start + length)
        stretch = gates[steps]
        dot(x[steps].reshape(-1, D), W_x_T, stretch.reshape(-1, 3 * H))
        stretch += b_half
        parts = (stretch[..., : 2 * H], stretch[..., :H], stretch[..., H : 2 * H], stretch[..., 2 * H :])
        views = [list(a) for a in (*parts, pasts[steps], hs[1:][steps])]
        for rz, r, z, n, past, h_t in zip(*views, strict=True):
            if after:
                dot(h, W_h_T, from_past)
                add(rz, from_rz, rz)
                add(from_n, b_n, past)
            else:
                dot(h, W_rz_T, rz_past)
                add(rz, rz_past, rz)
            tanh(rz, rz)
            multiply(rz, 0.5, rz)
            add(rz, 0.5, rz)
            if after:
                multiply(r, past, new)
            else:
                multiply(r, h, past)
                dot(past, W_n_T, new)
            add(n, new, n)
            tanh(n, n)
            subtract(h, n, new)  # (1 - z) n + z h = n + z (h - n)
            multiply(new, z, new)
            add(new, n, h_t)
            h = h_t
    for array in (hs, gates, pasts):
        array.flags.writeable = False
    return hs[1:], GRUCache(x, hs, gates, pasts, W_x.copy(), W_h.copy(), reset)


def gru_backward(dhs: ArrayLike, cache: GRUCache) -> GRUGradients:
    """Backpropagate through the T steps of `gru_forward` (to be documented)."""
    x, hs, gates, pasts, W_x, W_h, reset = cache
    (T, B, D), H, dtype, after = x.shape, W_h.shape[1], x.dtype, reset == "after"
    dhs = check_shape("dhs", dhs, "T B H", {"T": T, "B": B, "H": H}).astype(dtype, copy=False)
    dh, total, kept, dpast = np.zeros((4, B, H), dtype)
    wide = total[:, None]
    dx, dW_x, dW_h = np.empty(x.shape, dtype), np.zeros_like(W_x), np.zeros_like(W_h)
    db_x, db_h = np.zeros((2, 3 * H), dtype)
    W_rz, W_n = W_h[: 2 * H].copy(), W_h[2 * H :].copy()
    add, multiply, dot = np.add, np.multiply, np.dot
    length = min(T, max(25, 2**14 // (B * 3 * H)))
    for end in range(T, 0, -length):
        start = max(0, end - length)
        steps, n_steps = slice(start, end), min(length, end)
        r, z, n = np.moveaxis(gates[steps].reshape(n_steps, B, 3, H), 2, 0)
        past, old = pasts[steps], hs[steps]
        # dzs: gradients of what W_x x is added to; dus: of what W_h multiplies. They differ in the candidate's rows.
        dzs = np.empty((n_steps, B, 3 * H), dtype)
        dz_r, dz_z, dz_n = np.moveaxis(dzs.reshape(n_steps, B, 3, H), 2, 0)
        dz_n[...] = (1 - z) * (1 - n * n)
        dz_z[...] = (old - n) * z * (1 - z)
        if after:
            dz_r[...] = dz_n * past * r * (1 - r)
            dus = dzs.copy()
            du_n = dus[..., 2 * H :]
            du_n *= r
            views = (dus.reshape(n_steps, B, 3, H), dus, dz_n, z, dhs[steps])
            for du3, du, dn, z_t, direct in zip(*(list(a)[::-1] for a in views), strict=True):
                add(dh, direct, total)
                multiply(du3, wide, du3)
                multiply(dn, total, dn)
                dot(du, W_h, dh)
                multiply(total, z_t, kept)
                add(dh, kept, dh)
            dzs[..., : 2 * H] = dus[..., : 2 * H]
            heard = old
        else:
            dz_r[...] = old * r * (1 - r)
            views = (dzs[..., : 2 * H], dz_r, dz_z, dz_n, r, z, dhs[steps])
            for drz, dr, dz, dn, r_t, z_t, direct in zip(*(list(a)[::-1] for a in views), strict=True):
                add(dh, direct, total)
                multiply(dz, total, dz)
                multiply(dn, total, dn)
                dot(dn, W_n, dpast)  # dL/d(r h)
                multiply(dr, dpast, dr)
                dot(drz, W_rz, dh)
                multiply(dpast, r_t, dpast)
                multiply(total, z_t, kept)
                add(dh, dpast, dh)
                add(dh, kept, dh)
            dus, heard = dzs, past
        rows, past_rows = dzs.reshape(-1, 3 * H), dus.reshape(-1, 3 * H)
        dot(rows, W_x, dx[steps].reshape(-1, D))
        dW_x += rows.T @ x[steps].reshape(-1, D)
        dW_h[: 2 * H] += past_rows[:, : 2 * H].T @ old.reshape(-1, H)
        dW_h[2 * H :] += past_rows[:, 2 * H :].T @ heard.reshape(-1, H)
        ones = np.ones(len(rows), dtype)
        db_x += ones @ rows
        db_h += ones @ past_rows
    return GRUGradients(dx, dh, dW_x, dW_h, db_x, db_h)


def gru_gates(cache: GRUCache) -> GRUGates:
    """What each gate did, from a forward pass (to be documented)."""
    return GRUGates(*np.split(cache.gates, 3, axis=-1))
