"""The LSTM: one step, a whole sequence, and its backward pass.

Rows of all weights stand in the order i, f, g, o: input gate, forget gate, candidate, output gate. This is the
LSTM of Gers et al. (2000), which has the forget gate; the first one, Hochreiter & Schmidhuber (1997), has none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_shape, same_dtype
from helpers.gates.shapes import check_rows


class LSTMWeights(NamedTuple):
    """The parameters of an LSTM layer without peepholes."""

    W_x: FloatArray
    """(4H, D), rows i, f, g, o."""
    W_h: FloatArray
    """(4H, H)"""
    b: FloatArray
    """(4H,): the sum of PyTorch's two biases."""


class LSTMCache(NamedTuple):
    """What the backward pass needs. `x` is yours, not a copy; all else is read-only or a copy."""

    x: FloatArray
    """Inputs, shape (T, B, D)."""
    hs: FloatArray
    """Hidden states h_0 .. h_T, shape (T + 1, B, H)."""
    cs: FloatArray
    """Cell states c_0 .. c_T, shape (T + 1, B, H)."""
    tanh_cs: FloatArray
    """tanh(c_1) .. tanh(c_T), shape (T, B, H)."""
    gates: FloatArray
    """i, f, g, o after their nonlinearities, shape (T, B, 4H)."""
    W_x: FloatArray
    """Input weights, shape (4H, D)."""
    W_h: FloatArray
    """Recurrent weights, shape (4H, H)."""
    peephole: FloatArray | None
    """Peephole weights of i, f and o, shape (3, H), or None."""


class LSTMGates(NamedTuple):
    """What the gates did at each step; each array is (T, B, H)."""

    i: FloatArray
    """Input gate, 0 to 1: how much of the candidate is written."""
    f: FloatArray
    """Forget gate, 0 to 1: how much of the cell is kept."""
    g: FloatArray
    """Candidate, -1 to 1: what would be written."""
    o: FloatArray
    """Output gate, 0 to 1: how much of the cell is shown."""


class LSTMGradients(NamedTuple):
    """Gradients of the loss L; each has the shape and the dtype of what it is the gradient of."""

    x: FloatArray
    """dL/dx, shape (T, B, D)."""
    h0: FloatArray
    """dL/dh_0, shape (B, H)."""
    c0: FloatArray
    """dL/dc_0, shape (B, H)."""
    W_x: FloatArray
    """dL/dW_x, shape (4H, D)."""
    W_h: FloatArray
    """dL/dW_h, shape (4H, H)."""
    b: FloatArray
    """dL/db, shape (4H,)."""


class PeepholeGradients(NamedTuple):
    """As `LSTMGradients`, for an LSTM with peepholes."""

    x: FloatArray
    """dL/dx, shape (T, B, D)."""
    h0: FloatArray
    """dL/dh_0, shape (B, H)."""
    c0: FloatArray
    """dL/dc_0, shape (B, H)."""
    W_x: FloatArray
    """dL/dW_x, shape (4H, D)."""
    W_h: FloatArray
    """dL/dW_h, shape (4H, H)."""
    b: FloatArray
    """dL/db, shape (4H,)."""
    peephole: FloatArray
    """dL/d peephole, shape (3, H)."""


def lstm_step(
    x: ArrayLike,
    h: ArrayLike,
    c: ArrayLike,
    W_x: ArrayLike,
    W_h: ArrayLike,
    b: ArrayLike,
    peephole: ArrayLike | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Compute the next hidden and cell state (to be documented)."""
    sizes: dict[str, int] = {}
    batch = "" if np.ndim(x) == 1 else "B "
    x, h, c = (
        check_shape("x", x, batch + "D", sizes),
        check_shape("h", h, batch + "H", sizes),
        check_shape("c", c, batch + "H", sizes),
    )
    W_x, W_h, b = check_rows("LSTM", 4, W_x, W_h, {"b": b}, sizes)
    p = np.zeros((3, sizes["H"]), x.dtype) if peephole is None else check_shape("peephole", peephole, "3 H", sizes)
    x, h, c, W_x, W_h, b, p = same_dtype(x, h, c, W_x, W_h, b, p)
    z_i, z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=-1)
    i, f, g = sigmoid(z_i + p[0] * c), sigmoid(z_f + p[1] * c), np.tanh(z_g)
    c = f * c + i * g
    o = sigmoid(z_o + p[2] * c)
    return o * np.tanh(c), c


def sigmoid(z: FloatArray) -> FloatArray:
    """The logistic function ``1 / (1 + exp(-z)) = (1 + tanh(z / 2)) / 2``, which cannot overflow."""
    return (1 + np.tanh(z / 2)) / 2


def lstm_forward(
    x: ArrayLike,
    h0: ArrayLike,
    c0: ArrayLike,
    W_x: ArrayLike,
    W_h: ArrayLike,
    b: ArrayLike,
    peephole: ArrayLike | None = None,
) -> tuple[FloatArray, FloatArray, LSTMCache]:
    """Run the LSTM over t = 1 .. T (to be documented)."""
    sizes: dict[str, int] = {}
    x, h0, c0 = (
        check_shape("x", x, "T B D", sizes),
        check_shape("h0", h0, "B H", sizes),
        check_shape("c0", c0, "B H", sizes),
    )
    W_x, W_h, b = check_rows("LSTM", 4, W_x, W_h, {"b": b}, sizes)
    p = None if peephole is None else check_shape("peephole", peephole, "3 H", sizes)
    x, h0, c0, W_x, W_h, b, *rest = same_dtype(x, h0, c0, W_x, W_h, b, *([] if p is None else [p]))
    p = rest[0].copy() if rest else None
    T, B, D, H = (sizes[letter] for letter in "TBDH")
    dtype = x.dtype

    # sigma(z) = tanh(z/2)/2 + 1/2, so one tanh serves all four rows: halve z before it, halve and shift after it.
    half, shift = np.full(4 * H, 0.5, dtype), np.full(4 * H, 0.5, dtype)
    half[2 * H : 3 * H], shift[2 * H : 3 * H] = 1, 0
    W_x_T, W_h_T, b_half = np.ascontiguousarray((W_x.T * half)), np.ascontiguousarray(W_h.T * half), b * half

    gates, from_past = np.empty((T, B, 4 * H), dtype), np.empty((B, 4 * H), dtype)
    hs, cs = np.empty((2, T + 1, B, H), dtype)
    tanh_cs, new = np.empty((T, B, H), dtype), np.empty((B, H), dtype)
    hs[0], cs[0] = h, c = h0, c0
    dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh
    length = max(25, 2**14 // (B * 4 * H))
    for start in range(0, T, length):
        steps = slice(start, start + length)
        stretch = gates[steps]
        dot(x[steps].reshape(-1, D), W_x_T, stretch.reshape(-1, 4 * H))
        stretch += b_half
        i, f, g, o = (list(stretch[..., k * H : (k + 1) * H]) for k in range(4))
        ends = list(hs[1:][steps]), list(cs[1:][steps]), list(tanh_cs[steps])
        for z, i_t, f_t, g_t, o_t, h_t, c_t, tanh_c in zip(stretch, i, f, g, o, *ends, strict=True):
            dot(h, W_h_T, from_past)
            add(z, from_past, z)
            if p is not None:
                i_t += 0.5 * p[0] * c
                f_t += 0.5 * p[1] * c
                z_o = o_t.copy()  # the output gate sees the new cell, which is not there yet
            tanh(z, z)
            multiply(z, half, z)
            add(z, shift, z)
            multiply(f_t, c, c_t)
            multiply(i_t, g_t, new)
            add(c_t, new, c_t)
            tanh(c_t, tanh_c)
            if p is not None:
                o_t[...] = sigmoid(2 * z_o + p[2] * c_t)
            multiply(o_t, tanh_c, h_t)
            h, c = h_t, c_t
    for array in (hs, cs, tanh_cs, gates):
        array.flags.writeable = False
    return hs[1:], cs[1:], LSTMCache(x, hs, cs, tanh_cs, gates, W_x.copy(), W_h.copy(), p)


def lstm_backward(
    dhs: ArrayLike, cache: LSTMCache, dc_T: ArrayLike | None = None
) -> LSTMGradients | PeepholeGradients:
    """Backpropagate through the T steps of `lstm_forward` (to be documented)."""
    x, hs, cs, tanh_cs, gates, W_x, W_h, p = cache
    (T, B, D), H, dtype = x.shape, W_h.shape[1], x.dtype
    sizes = {"T": T, "B": B, "H": H}
    dhs = check_shape("dhs", dhs, "T B H", sizes).astype(dtype, copy=False)
    if dc_T is None:
        dc = np.zeros((B, H), dtype)
    else:
        dc = check_shape("dc_T", dc_T, "B H", sizes).astype(dtype)
    dh, through = np.zeros((B, H), dtype), np.empty((B, H), dtype)
    dx, dW_x, dW_h, db = np.empty(x.shape, dtype), np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(4 * H, dtype)
    dp = np.zeros((3, H), dtype)
    add, multiply, dot = np.add, np.multiply, np.dot
    length = min(T, max(25, 2**14 // (B * 4 * H)))
    buffer, slopes = np.empty((length, B, 4 * H), dtype), np.empty((length, B, H), dtype)
    dc_wide = dc[:, None]
    for end in range(T, 0, -length):
        start = max(0, end - length)
        steps, n = slice(start, end), min(length, end)
        # For each gate's z: its slope times what it is multiplied with. The loop then multiplies dc or dh in.
        dzs = buffer[:n]
        multiply(gates[steps], gates[steps], dzs)
        np.subtract(gates[steps], dzs, dzs)  # sigma' = sigma (1 - sigma)
        i, f, g, o = np.moveaxis(gates[steps].reshape(n, B, 4, H), 2, 0)
        dz_i, dz_f, dz_g, dz_o = np.moveaxis(dzs.reshape(n, B, 4, H), 2, 0)
        dz_i *= g
        dz_f *= cs[steps]
        multiply(g, g, dz_g)
        np.subtract(1, dz_g, dz_g)
        dz_g *= i
        dz_o *= tanh_cs[steps]
        slope = slopes[:n]
        multiply(tanh_cs[steps], tanh_cs[steps], slope)
        np.subtract(1, slope, slope)
        slope *= o
        dz_ifg = dzs.reshape(n, B, 4, H)[:, :, :3]
        views = [list(a)[::-1] for a in (dzs, dz_ifg, dz_o, slope, f, dhs[steps])]
        for k, (dz, dz_ifg_t, dz_o_t, slope_t, f_t, direct) in enumerate(zip(*views, strict=True)):
            add(dh, direct, dh)
            multiply(slope_t, dh, through)
            add(dc, through, dc)
            multiply(dz_o_t, dh, dz_o_t)
            if p is not None:
                dc += p[2] * dz_o_t
            multiply(dz_ifg_t, dc_wide, dz_ifg_t)
            multiply(dc, f_t, dc)
            if p is not None:
                dc += p[0] * dz_ifg_t[:, 0] + p[1] * dz_ifg_t[:, 1]
            dot(dz, W_h, dh)
        rows = dzs.reshape(-1, 4 * H)
        dot(rows, W_x, dx[steps].reshape(-1, D))
        dW_x += rows.T @ x[steps].reshape(-1, D)
        dW_h += rows.T @ hs[steps].reshape(-1, H)
        db += np.ones(len(rows), dtype) @ rows
        if p is not None:
            dp += [(dz_i * cs[steps]).sum((0, 1)), (dz_f * cs[steps]).sum((0, 1)), (dz_o * cs[1:][steps]).sum((0, 1))]
    if p is None:
        return LSTMGradients(dx, dh, dc, dW_x, dW_h, db)
    return PeepholeGradients(dx, dh, dc, dW_x, dW_h, db, dp)


def lstm_gates(cache: LSTMCache) -> LSTMGates:
    """What each gate did, from a forward pass (to be documented)."""
    return LSTMGates(*np.split(cache.gates, 4, axis=-1))
