"""Chapter 5: who sees whom. How strongly an output depends on each input, and a gradient through depth and time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_shape
from helpers.layers import State, layer_backward
from helpers.stacks import Both, Layer, StackCache, stack_backward, stack_forward


def sensitivity_map(
    layers: Sequence[Layer], x: ArrayLike, connect: str = "plain", lengths: ArrayLike | None = None
) -> FloatArray:
    """Measure how strongly each output depends on each input: ``||dy_t/dx_s||_F`` of one sequence.

    y_t are the states that the top layer returns at step t, x_s is the input at step s, and dy_t/dx_s is their
    Jacobian, (outputs, D). Its Frobenius norm is the root of the sum of its squared entries. Each row of it is one
    backward pass that starts from a single 1; the passes of all outputs of a step run as one batch.

    Where no path leads from x_s to y_t the entry is exactly 0, not merely small: s > t for layers that run forward,
    s or t beyond `lengths`.

    Parameters
    ----------
    layers : sequence of layers, the lowest first
        Weights as from `helpers.layers.start_layer`, or `helpers.stacks.Both`.
    x : array (T, D)
        One sequence.
    connect : {"plain", "residual", "dense"}
        As for `helpers.stacks.stack_forward`.
    lengths : int array (1,), optional
        How many of the T steps are real; the rest is padding. All of them if left out.

    Returns
    -------
    array (T, T), float64
        Row t, column s; index 0 is step 1.

    Raises
    ------
    ValueError
        For arguments that do not fit, values that are not finite, or an unknown choice.
    """
    rows = check_shape("x", x, "T D", {}).astype(np.float64)
    T, one = len(rows), rows[:, None]
    M = stack_forward(layers, one, lengths, connect)[0].shape[-1]
    batch = None if lengths is None else np.repeat(np.asarray(lengths), M)
    y, cache = stack_forward(layers, np.repeat(one, M, axis=1), batch, connect)
    sizes = np.zeros((T, T))
    for t in range(T):
        dy = np.zeros(y.shape)
        dy[t] = np.eye(M)  # sequence m of the batch asks for output m
        jacobian = stack_backward(dy, cache).x  # (T, M, D)
        sizes[t] = np.sqrt((jacobian**2).sum(axis=(1, 2)))
    return sizes


def depth_time_norms(layers: Sequence[Layer], x: ArrayLike, connect: str = "plain") -> FloatArray:
    """Measure the gradient at every layer and step, for a loss on the last output: log10 of ``||dL/d state_{l,t}||``.

    The loss is the sum of the top layer's outputs at step T, divided by sqrt(B H): its gradient there has norm 1. It
    goes back in two directions, to the layer below at the same step and to the same layer at the step before; what
    reaches a state is the sum over all paths that lead there. A state is h, for an LSTM h and c together: the long
    memory is in c.

    Parameters
    ----------
    layers : sequence of layers in one direction, the lowest first
        Weights as from `helpers.layers.start_layer`.
    x : array (T, B, D)
    connect : {"plain", "residual", "dense"}
        As for `helpers.stacks.stack_forward`.

    Returns
    -------
    array (layers, T), float64, decades
        Norms over batch and units. Row 0 is the lowest layer, column 0 step 1. -inf where the gradient is exactly 0;
        finite however small or large it is: it is scaled at every step, and the logarithms are added.

    Raises
    ------
    ValueError
        For no layers, a bidirectional layer, arguments that do not fit, or an unknown choice.
    """
    if any(isinstance(layer, Both) for layer in layers):
        raise ValueError("layers: got a bidirectional layer, wanted layers in one direction")
    inputs = check_shape("x", x, "T B D", {}).astype(np.float64)
    T, B, _ = inputs.shape
    runs: list[StackCache] = []  # one step at a time, so that every state is an end that a gradient can reach
    for x_t in inputs:
        states = runs[-1].last if runs else None
        runs.append(stack_forward(layers, x_t[None], connect=connect, states=states)[1])
    widths = runs[0].widths

    logs, scale = np.full((len(layers), T), -np.inf), 0.0
    future: list[State | None] = [None] * len(layers)  # what comes back from step t + 1 into each layer's state
    for t in range(T - 1, -1, -1):
        above = [np.zeros((B, width)) for width in widths]  # dL/d of x_t and of each layer's output at step t
        if t == T - 1:
            above[-1] += (B * widths[-1]) ** -0.5
        for index in reversed(range(len(layers))):
            direct, after = above[index + 1], future[index]
            arrived = (direct,) if after is None else (direct + after[0], *after[1:])
            norm = np.sqrt(sum(float((part**2).sum()) for part in arrived))
            logs[index, t] = np.log10(norm) + scale if norm else -np.inf
            back = layer_backward(direct[None], runs[t].caches[index], after)
            future[index] = back.state
            da = back.x[0]
            if connect == "dense":
                for below, part in zip(above, np.split(da, np.cumsum(widths[: index + 1])[:-1], axis=-1), strict=False):
                    below += part
            else:
                skips = connect == "residual" and da.shape == direct.shape
                above[index] += da + direct if skips else da
        peak = max(float(np.abs(part).max()) for state in future for part in state or ()) or 1.0
        future = [tuple(part / peak for part in state or ()) for state in future]
        scale += float(np.log10(peak))
    return logs
