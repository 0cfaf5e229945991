"""The LSTM: one step, a whole sequence, and its backward pass.

The rows of all weights stand in the order i, f, g, o: input gate, forget gate, candidate, output gate, H rows each, as
in PyTorch. This is the LSTM of Gers, Schmidhuber & Cummins (2000), which has the forget gate; the first one,
Hochreiter & Schmidhuber (1997), has none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.activations import sigmoid
from helpers.arrays import FloatArray, check_shape, same_dtype
from helpers.gates.shapes import check_cache, check_weights, stretches


class LSTMWeights(NamedTuple):
    """The parameters of an LSTM layer without peepholes; rows i, f, g, o."""

    W_x: FloatArray
    """Input weights, shape (4H, D)."""
    W_h: FloatArray
    """Recurrent weights, shape (4H, H)."""
    b: FloatArray
    """Biases, shape (4H,): the sum of PyTorch's two. ``b[H : 2 * H]`` is the forget bias."""


class LSTMCache(NamedTuple):
    """What the backward pass needs.

    The weights are copies, so an update in place between the two passes does no harm, and what the forward pass
    computed is read-only. `x` is yours, not a copy: leave it as it is until the backward pass has run.
    """

    x: FloatArray
    """Inputs, shape (T, B, D)."""
    hs: FloatArray
    """Hidden states h_0 .. h_T, shape (T + 1, B, H)."""
    cs: FloatArray
    """Cell states c_0 .. c_T, shape (T + 1, B, H)."""
    tanh_cs: FloatArray
    """tanh(c_1) .. tanh(c_T), shape (T, B, H)."""
    gates: tuple[FloatArray, ...]
    """i, f, g, o after their nonlinearities: for each stretch of n steps an array (n, 4, B, H); see `lstm_gates`."""
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
    """Compute the next hidden and cell state.

    With z = W_x x_t + W_h h_{t-1} + b cut into four, sigma the logistic function and * elementwise::

        i_t = sigma(z_i)     write?         f_t = sigma(z_f)     keep?
        g_t = tanh(z_g)      write what?    o_t = sigma(z_o)     show?
        c_t = f_t * c_{t-1} + i_t * g_t
        h_t = o_t * tanh(c_t)

    Peepholes let the gates see the cell: ``p_i * c_{t-1}`` is added to z_i, ``p_f * c_{t-1}`` to z_f, and
    ``p_o * c_t``, with the new cell, to z_o.

    Parameters
    ----------
    x : array (B, D), or (D,) for a single sequence
        Input x_t.
    h : array (B, H), or (H,) with x (D,)
        Hidden state h_{t-1}.
    c : array, the shape of `h`
        Cell state c_{t-1}.
    W_x : array (4H, D)
        Rows i, f, g, o, as in all that follow.
    W_h : array (4H, H)
    b : array (4H,)
    peephole : array (3, H), optional
        p_i, p_f, p_o; none if left out.

    Returns
    -------
    h : array, the shape of `h`
        Hidden state h_t: float32 if all arrays are float32, else float64.
    c : array, the shape of `h`
        Cell state c_t.

    Raises
    ------
    ValueError
        For shapes that do not fit each other (weights stacked for another cell and transposed ones are told so), or
        values that are not finite.

    References
    ----------
    Hochreiter & Schmidhuber (1997), "Long short-term memory", Neural Computation 9. Gers, Schmidhuber & Cummins
    (2000), "Learning to forget: continual prediction with LSTM", Neural Computation 12: the forget gate. Gers &
    Schmidhuber (2000), "Recurrent nets that time and count", IJCNN, and Gers, Schraudolph & Schmidhuber (2002),
    "Learning precise timing with LSTM recurrent networks", JMLR 3: peepholes.
    """
    sizes: dict[str, int] = {}
    batch = "" if np.ndim(x) == 1 else "B "
    x = check_shape("x", x, batch + "D", sizes)
    h = check_shape("h", h, batch + "H", sizes)
    c = check_shape("c", c, batch + "H", sizes)
    W_x, W_h, b = check_weights(4, W_x, W_h, {"b": b}, sizes)
    p = np.zeros((3, sizes["H"]), x.dtype) if peephole is None else check_shape("peephole", peephole, "3 H", sizes)
    x, h, c, W_x, W_h, b, p = same_dtype(x, h, c, W_x, W_h, b, p)
    z_i, z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=-1)
    i, f, g = sigmoid(z_i + p[0] * c), sigmoid(z_f + p[1] * c), np.tanh(z_g)
    c = f * c + i * g
    o = sigmoid(z_o + p[2] * c)
    return o * np.tanh(c), c


def lstm_forward(
    x: ArrayLike,
    h0: ArrayLike,
    c0: ArrayLike,
    W_x: ArrayLike,
    W_h: ArrayLike,
    b: ArrayLike,
    peephole: ArrayLike | None = None,
) -> tuple[FloatArray, FloatArray, LSTMCache]:
    """Run the LSTM over t = 1 .. T.

    The result is that of a loop over `lstm_step`, which has the equations, computed faster.

    Parameters
    ----------
    x : array (T, B, D)
        Inputs; ``x[0]`` is x_1.
    h0 : array (B, H)
        Initial hidden state.
    c0 : array (B, H)
        Initial cell state.
    W_x : array (4H, D)
        Rows i, f, g, o, as in all that follow.
    W_h : array (4H, H)
    b : array (4H,)
    peephole : array (3, H), optional
        p_i, p_f, p_o.

    Returns
    -------
    hs : array (T, B, H)
        Hidden states; ``hs[0]`` is h_1. float32 if all arrays are float32, else float64. Read-only, as `cs`, because
        the cache shares them; write into ``hs.copy()``.
    cs : array (T, B, H)
        Cell states.
    cache : LSTMCache
        For `lstm_backward` and `lstm_gates`.

    Raises
    ------
    ValueError
        As for `lstm_step`, or for T = 0.

    References
    ----------
    As for `lstm_step`.
    """
    sizes: dict[str, int] = {}
    x = check_shape("x", x, "T B D", sizes)
    h0 = check_shape("h0", h0, "B H", sizes)
    c0 = check_shape("c0", c0, "B H", sizes)
    W_x, W_h, b = check_weights(4, W_x, W_h, {"b": b}, sizes)
    p = None if peephole is None else check_shape("peephole", peephole, "3 H", sizes)
    x, h0, c0, W_x, W_h, b, *rest = same_dtype(x, h0, c0, W_x, W_h, b, *([] if p is None else [p]))
    p = rest[0].copy() if rest else None
    T, B, D, H = (sizes[letter] for letter in "TBDH")
    dtype = x.dtype

    # sigma(z) = tanh(z/2)/2 + 1/2, so one tanh serves all four rows: halve z before it, halve and shift after it.
    half, shift = np.array([0.5, 0.5, 1, 0.5], dtype), np.array([0.5, 0.5, 0, 0.5], dtype)
    rows = np.repeat(half, H)
    W_x_T, W_h_T, b_half = np.ascontiguousarray(W_x.T * rows), np.ascontiguousarray(W_h.T * rows), b * rows
    half, shift = half[:, None, None], shift[:, None, None]

    # Each gate's numbers stand together, (4, B, H) for a step, though the products give (B, 4H): all that follows is
    # then done on whole blocks of memory, twice as fast.
    gates, hs, cs = [], np.empty((T + 1, B, H), dtype), np.empty((T + 1, B, H), dtype)
    tanh_cs, new, z = np.empty((T, B, H), dtype), np.empty((B, H), dtype), np.empty((B, 4 * H), dtype)
    z_gates = z.reshape(B, 4, H).transpose(1, 0, 2)
    z_i, z_f, _, z_o = z_gates
    hs[0], cs[0] = h, c = h0, c0
    dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh  # looked up once, not in each step

    # As in `rnn_forward`, one product serves the inputs of a whole stretch. Its gates have an array of their own: one
    # for all T steps is so large that the system takes it back each time, and giving it anew takes long.
    parts = stretches(T, B * 4 * H)
    from_inputs = np.empty((parts[0].stop, B, 4 * H), dtype)
    for steps in parts:
        n = steps.stop - steps.start
        stretch = from_inputs[:n]
        dot(x[steps].reshape(-1, D), W_x_T, stretch.reshape(-1, 4 * H))
        stretch += b_half
        gates.append(np.empty((n, 4, B, H), dtype))
        views = (stretch, gates[-1], hs[1:][steps], cs[1:][steps], tanh_cs[steps])
        for from_x, gate, h_t, c_t, tanh_c in zip(*(list(a) for a in views), strict=True):
            dot(h, W_h_T, z)  # the last argument is where the result goes: nothing is allocated
            add(z, from_x, z)
            if p is not None:
                z_i += 0.5 * p[0] * c
                z_f += 0.5 * p[1] * c
            tanh(z_gates, gate)
            multiply(gate, half, gate)
            add(gate, shift, gate)
            i, f, g, o = gate
            multiply(f, c, c_t)
            multiply(i, g, new)
            add(c_t, new, c_t)
            tanh(c_t, tanh_c)
            if p is not None:
                o[...] = sigmoid(2 * z_o + p[2] * c_t)  # the output gate sees the new cell
            multiply(o, tanh_c, h_t)
            h, c = h_t, c_t
    for array in (hs, cs, tanh_cs, *gates):
        array.flags.writeable = False  # edited before the backward pass, they would give wrong gradients in silence
    return hs[1:], cs[1:], LSTMCache(x, hs, cs, tanh_cs, tuple(gates), W_x.copy(), W_h.copy(), p)


def lstm_backward(dhs: ArrayLike, cache: LSTMCache, dc_T: ArrayLike | None = None) -> LSTMGradients | PeepholeGradients:
    """Backpropagate through the T steps of `lstm_forward`.

    From t = T down to 1, with * elementwise and c' = tanh(c_t)::

        dL/dh_t   = dhs_t + W_h^T dL/dz_{t+1}                            (directly and from the future)
        dL/dc_t   = dL/dh_t * o_t * (1 - c'^2) + dL/dc_{t+1} * f_{t+1}   (shown, and kept; at t = T dc_T instead)
        dL/dz_i   = dL/dc_t * g_t     * i_t (1 - i_t)
        dL/dz_f   = dL/dc_t * c_{t-1} * f_t (1 - f_t)
        dL/dz_g   = dL/dc_t * i_t     * (1 - g_t^2)
        dL/dz_o   = dL/dh_t * c'      * o_t (1 - o_t)
        dL/dW_h   = sum over t of dL/dz_t h_{t-1}^T
        dL/dW_x   = sum over t of dL/dz_t x_t^T
        dL/db     = sum over t of dL/dz_t
        dL/dx_t   = W_x^T dL/dz_t

    With peepholes, dL/dc_t has also ``p_o * dL/dz_o`` of its own step and ``p_i * dL/dz_i + p_f * dL/dz_f`` of the
    next.

    Parameters
    ----------
    dhs : array (T, B, H)
        What reaches each hidden state directly, not through later states.
    cache : LSTMCache
        From `lstm_forward`; it is not changed and may be used again.
    dc_T : array (B, H), optional
        What reaches the last cell state directly, for instance from a decoder that starts from it; 0 if left out.

    Returns
    -------
    LSTMGradients
        Named x (T, B, D), h0 (B, H), c0 (B, H), W_x (4H, D), W_h (4H, H), b (4H,), in the dtype of the forward pass;
        `PeepholeGradients`, with peephole (3, H) as the last, if the forward pass had peepholes.

    Raises
    ------
    ValueError
        If `dhs` or `dc_T` do not have the shapes of the states or are not finite, or `cache` does not come from
        `lstm_forward`.

    References
    ----------
    Graves & Schmidhuber (2005), "Framewise phoneme classification with bidirectional LSTM and other neural network
    architectures", Neural Networks 18: the full gradient. The papers before cut it off at the gates.
    """
    check_cache(cache, LSTMCache, "lstm_forward")
    x, hs, cs, tanh_cs, all_gates, W_x, W_h, p = cache
    (T, B, D), H, dtype = x.shape, W_h.shape[1], x.dtype
    sizes = {"T": T, "B": B, "H": H}
    dhs = check_shape("dhs", dhs, "T B H", sizes).astype(dtype, copy=False)
    dh = np.zeros((B, H), dtype)  # what comes from the future; nothing does at t = T
    dc = dh.copy() if dc_T is None else check_shape("dc_T", dc_T, "B H", sizes).astype(dtype)

    dx, db = np.empty(x.shape, dtype), np.zeros(4 * H, dtype)
    dW_x_T, dW_h_T = np.zeros((D, 4 * H), dtype), np.zeros((H, 4 * H), dtype)  # so that the products are quicker
    dp, through = np.zeros((3, H), dtype), np.empty((B, H), dtype)
    add, multiply, subtract, dot = np.add, np.multiply, np.subtract, np.dot

    # Stretch by stretch, as in the forward pass.
    parts = stretches(T, B * 4 * H)
    length = parts[0].stop
    factors, slopes = np.empty((length, 4, B, H), dtype), np.empty((length, B, H), dtype)
    buffer = np.empty((length, B, 4 * H), dtype)
    for steps, gates in zip(parts[::-1], all_gates[::-1], strict=True):
        n = len(gates)
        i, f, g, o = gates.swapaxes(0, 1)
        factor, slope, dzs = factors[:n], slopes[:n], buffer[:n]
        # What dc (for o: dh) is multiplied with on its way to each gate's z, for all steps of the stretch.
        multiply(gates, gates, factor)
        subtract(gates, factor, factor)  # sigma' = sigma (1 - sigma)
        factor_i, factor_f, factor_g, factor_o = factor.swapaxes(0, 1)
        factor_i *= g
        factor_f *= cs[steps]
        multiply(g, g, factor_g)
        subtract(1, factor_g, factor_g)  # tanh' = 1 - tanh^2
        factor_g *= i
        factor_o *= tanh_cs[steps]
        multiply(tanh_cs[steps], tanh_cs[steps], slope)
        subtract(1, slope, slope)
        slope *= o  # dh_t / dc_t
        dz_gates = dzs.reshape(n, B, 4, H).swapaxes(1, 2)
        views = (dzs, dz_gates[:, :3], dz_gates[:, 3], factor[:, :3], factor_o, slope, f, dhs[steps])
        for dz, dz_ifg, dz_o, factor_ifg, from_h, from_c, f_t, direct in zip(
            *(list(a)[::-1] for a in views), strict=True
        ):
            add(dh, direct, dh)
            multiply(from_h, dh, dz_o)
            multiply(from_c, dh, through)
            add(dc, through, dc)
            if p is not None:
                dc += p[2] * dz_o
            multiply(factor_ifg, dc, dz_ifg)
            multiply(dc, f_t, dc)
            if p is not None:
                dc += p[0] * dz_ifg[0] + p[1] * dz_ifg[1]
            dot(dz, W_h, dh)
        # Steps and sequences as the rows of one matrix: a single product sums over both.
        rows = dzs.reshape(-1, 4 * H)
        dot(rows, W_x, dx[steps].reshape(-1, D))
        dW_x_T += x[steps].reshape(-1, D).T @ rows
        dW_h_T += hs[steps].reshape(-1, H).T @ rows
        db += np.ones(len(rows), dtype) @ rows  # the sum over rows; NumPy's own is slower
        if p is not None:
            seen = (cs[steps], cs[steps], cs[1:][steps])  # i and f see the old cell, o the new one
            dp += [(dz_gates[:, k] * c).sum(axis=(0, 1)) for k, c in zip((0, 1, 3), seen, strict=True)]
    dW_x, dW_h = dW_x_T.T.copy(), dW_h_T.T.copy()
    if p is None:
        return LSTMGradients(dx, dh, dc, dW_x, dW_h, db)
    return PeepholeGradients(dx, dh, dc, dW_x, dW_h, db, dp)


def lstm_gates(cache: LSTMCache) -> LSTMGates:
    """Show what each gate did in a forward pass.

    Parameters
    ----------
    cache : LSTMCache
        From `lstm_forward`.

    Returns
    -------
    LSTMGates
        i, f, g and o, each (T, B, H); new arrays.

    Raises
    ------
    ValueError
        If `cache` does not come from `lstm_forward`.
    """
    check_cache(cache, LSTMCache, "lstm_forward")
    return LSTMGates(*np.concatenate(cache.gates).swapaxes(0, 1))
