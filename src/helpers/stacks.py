"""Layers on layers: deep networks, plain or with connections that skip, each layer in one direction or both.

Two chains make a bidirectional layer. One reads the sequence from its start, the other from its end, and their states
are joined step by step, ``(forward half, backward half)``. The layer above reads both halves.

How a layer is connected to what is below it:

========  ============================================================================================
plain     layer l reads the output of layer l - 1
residual  the same, and its output is its states plus what it read, where both have the same size
          (the first layer has no such connection unless D is the size of its output)
dense     layer l reads x and the outputs of all layers below, joined in this order
========  ============================================================================================
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, IntArray, check_choice, check_shape
from helpers.layers import LayerCache, Weights, layer_backward, layer_forward, units
from helpers.padding import check_lengths, padding_mask, reverse_sequences

CONNECTIONS = ("plain", "residual", "dense")


class Both(NamedTuple):
    """A pair, one for each direction of time: of weights (a bidirectional layer), of their gradients, of states."""

    forward: Any
    """Of the chain from t = 1 to T."""
    backward: Any
    """Of the chain from t = T to 1."""


Layer = Weights | Both
States = Sequence[Any]
"""One entry a layer: a `helpers.layers.State`, or a `Both` of two; None for zeros."""


class StackGradients(NamedTuple):
    """Gradients of the loss L; each has the shape and the dtype of what it is the gradient of."""

    x: FloatArray
    """dL/dx, shape (T, B, D); 0 at padding."""
    states: tuple[Any, ...]
    """Of the initial states: one a layer, (h,), (h, c), or a `Both` of two."""
    layers: tuple[Any, ...]
    """Of the parameters, in the containers of the layers."""


class StackCache(NamedTuple):
    """What `stack_backward` needs, and the last states."""

    layers: tuple[Layer, ...]
    caches: list[Any]
    """One a layer: a `LayerCache`, or a `Both` of two."""
    last: tuple[Any, ...]
    """The state in which each layer ends, (h,), (h, c), or a `Both` of two: a forward chain's after the sequence's
    last real step, a backward chain's at t = 1."""
    widths: list[int]
    """Sizes of x and of each layer's output."""
    lengths: IntArray | None
    connect: str


def join_directions(layers: Iterable[Sequence[Weights]]) -> tuple[Layer, ...]:
    """Make the layers of a stack from weights given by direction, as `helpers.gates.from_torch` returns them.

    Parameters
    ----------
    layers : iterable of (forward,) or (forward, backward)
        Bottom first.

    Returns
    -------
    tuple of Weights or `Both`

    Raises
    ------
    ValueError
        If a layer has neither one nor two directions.
    """
    joined: list[Layer] = []
    for index, directions in enumerate(layers):
        if len(directions) not in (1, 2):
            raise ValueError(f"layers[{index}]: got {len(directions)} directions, wanted 1 or 2")
        joined.append(directions[0] if len(directions) == 1 else Both(*directions))
    return tuple(joined)


def stack_forward(
    layers: Sequence[Layer],
    x: ArrayLike,
    lengths: ArrayLike | None = None,
    connect: str = "plain",
    states: States | None = None,
) -> tuple[FloatArray, StackCache]:
    """Run a stack over a batch of sequences.

    Parameters
    ----------
    layers : sequence of Weights or `Both`
        Bottom first.
    x : array (T, B, D)
    lengths : int array (B,), optional
        Real steps of each sequence, 1 to T; all T if left out. Each sequence is computed as if it were alone: the
        backward chain begins at its last real step, nothing at padding is read.
    connect : {"plain", "residual", "dense"}
        See the table in `helpers.stacks`.
    states : sequence, optional
        Initial states, one a layer: (h,), (h, c), or a `Both` of two; zeros where it is None or left out.

    Returns
    -------
    hs : array (T, B, H), or (T, B, 2H) if the top layer runs in both directions
        The output of the top layer, 0 at padding.
    cache : StackCache
        For `stack_backward`; ``cache.last`` holds the state in which each layer ends.

    Raises
    ------
    ValueError
        For no layers, one that is neither Weights nor `Both`, an unknown connection, or shapes or lengths that do
        not fit.
    """
    check_choice("connect", connect, CONNECTIONS)
    if not layers:
        raise ValueError("layers: got none, wanted at least one")
    x = check_shape("x", x, "T B D", {})
    real = None if lengths is None else check_lengths(lengths, *x.shape[:2])
    if real is not None:
        x = np.where(padding_mask(real, len(x))[..., None], x, x.dtype.type(0))  # connections that skip carry it up
    outputs, caches, last = [x], [], []
    for index, (layer, state) in enumerate(zip(layers, _each("states", states, layers), strict=True)):
        below = np.concatenate(outputs, axis=-1) if connect == "dense" else outputs[-1]
        _check_layer(index, layer, below.shape[-1], connect)
        out, end, cache = _layer_forward(layer, below, state, real)
        outputs.append(out + below if connect == "residual" and out.shape == below.shape else out)
        caches.append(cache)
        last.append(end)
    widths = [out.shape[-1] for out in outputs]
    return outputs[-1], StackCache(tuple(layers), caches, tuple(last), widths, real, connect)


def stack_backward(dhs: ArrayLike, cache: StackCache, dlast: States | None = None) -> StackGradients:
    """Backpropagate through a stack.

    Parameters
    ----------
    dhs : array, shape of the output of `stack_forward`
        What reaches each output of the top layer; at padding it counts for nothing.
    cache : StackCache
        From `stack_forward`.
    dlast : sequence, optional
        What reaches the last states besides, one entry a layer as in ``cache.last``; zeros where it is None or left
        out.

    Returns
    -------
    StackGradients

    Raises
    ------
    ValueError
        For shapes that do not fit.
    """
    layers, caches, _, widths, lengths, connect = cache
    inner = caches[0].forward if isinstance(caches[0], Both) else caches[0]
    T, B, _ = inner.shape
    top = check_shape("dhs", dhs, "T B H", {"T": T, "B": B, "H": widths[-1]})
    top = top.astype(inner.stretches[0].inner.x.dtype, copy=False)
    if lengths is not None:
        top = np.where(padding_mask(lengths, T)[..., None], top, top.dtype.type(0))
    ends = _each("dlast", dlast, layers)
    # For x and the output of each layer, what has reached it so far: nothing yet, but from above.
    dys: list[Any] = [0.0] * len(layers) + [top]
    states, by_layer = [], []
    for index in reversed(range(len(layers))):
        dy = dys[index + 1]
        dbelow, dstate, gradient = _layer_backward(layers[index], dy, caches[index], ends[index])
        if connect == "dense":
            parts = np.split(dbelow, np.cumsum(widths[: index + 1])[:-1], axis=-1)
            dys[: index + 1] = [old + part for old, part in zip(dys[: index + 1], parts, strict=True)]
        else:
            dys[index] = dbelow + dy if connect == "residual" and dbelow.shape == dy.shape else dbelow
        states.append(dstate)
        by_layer.append(gradient)
    return StackGradients(dys[0], tuple(states[::-1]), tuple(by_layer[::-1]))


def _each(name: str, states: States | None, layers: Sequence[Layer]) -> States:
    """One entry a layer, of the layer's form."""
    if states is None:
        return [Both(None, None) if isinstance(layer, Both) else None for layer in layers]
    if len(states) != len(layers):
        raise ValueError(f"{name}: got {len(states)}, wanted {len(layers)}, one a layer")
    entries = []
    for index, (state, layer) in enumerate(zip(states, layers, strict=True)):
        if isinstance(layer, Both):
            if state is not None and len(state) != 2:
                raise ValueError(f"{name}[{index}]: got {len(state)}, wanted 2, one for each direction")
            state = Both(None, None) if state is None else Both(*state)
        entries.append(state)
    return entries


def _check_layer(index: int, layer: Layer, width: int, connect: str) -> None:
    """A layer must read what the connections bring to it."""
    for weights in layer if isinstance(layer, Both) else (layer,):
        if not isinstance(weights, Weights):
            got = type(weights).__name__
            raise ValueError(f"layers[{index}]: got {got}, wanted the weights of a layer, or Both of two")
        D = weights.W_x.shape[1]
        if width != D:
            raise ValueError(f"layers[{index}]: got W_x for D = {D}, wanted D = {width} ({connect})")


def _layer_forward(
    layer: Layer, x: FloatArray, state: Any, lengths: IntArray | None
) -> tuple[FloatArray, Any, LayerCache | Both]:
    if not isinstance(layer, Both):
        return layer_forward(layer, x, state, lengths)
    ahead, ahead_last, ahead_cache = layer_forward(layer.forward, x, state.forward, lengths)
    back, back_last, back_cache = layer_forward(layer.backward, reverse_sequences(x, lengths), state.backward, lengths)
    out = np.concatenate([ahead, reverse_sequences(back, lengths)], axis=-1)
    return out, Both(ahead_last, back_last), Both(ahead_cache, back_cache)


def _layer_backward(layer: Layer, dy: FloatArray, cache: Any, dlast: Any) -> tuple[FloatArray, Any, Any]:
    if not isinstance(layer, Both):
        return layer_backward(dy, cache, dlast)
    H = units(layer.forward)
    lengths = cache.backward.lengths
    ahead = layer_backward(dy[..., :H], cache.forward, dlast.forward)
    back = layer_backward(reverse_sequences(dy[..., H:], lengths), cache.backward, dlast.backward)
    dx = ahead.x + reverse_sequences(back.x, lengths)
    return dx, Both(ahead.state, back.state), Both(ahead.weights, back.weights)
