"""Layers on layers: deep networks, plain or with connections that skip, each layer in one direction or both."""

from typing import Any, NamedTuple

import numpy as np

from helpers.arrays import FloatArray, check_choice
from helpers.layers import Weights, layer_backward, layer_forward

CONNECTIONS = ("plain", "residual", "dense")


class Both(NamedTuple):
    """A bidirectional layer: two sets of weights, one for each direction of time."""

    forward: Any
    """Weights of the chain from t = 1 to T."""
    backward: Any
    """Weights of the chain from t = T to 1."""


Layer = Weights | Both


class StackGradients(NamedTuple):
    """What `stack_backward` returns."""

    x: FloatArray
    """dL/dx, shape (T, B, D)."""
    layers: tuple[Any, ...]
    """Gradients of the parameters, in the containers of the layers."""


def stack_forward(layers, x, lengths=None, connect="plain"):
    """Run a stack (first version: no lengths, no states).

    plain: layer l reads the output of layer l-1. residual: its output is its states plus its input (where the sizes
    agree; the first layer has none if D != size). dense: layer l reads x and the outputs of all layers below, joined.
    """
    check_choice("connect", connect, CONNECTIONS)
    outputs, caches, a = [x], [], x
    for layer in layers:
        a = np.concatenate(outputs, axis=-1) if connect == "dense" else outputs[-1]
        if isinstance(layer, Both):
            ahead, _, cache_ahead = layer_forward(layer.forward, a)
            back, _, cache_back = layer_forward(layer.backward, a[::-1])
            out, cache = np.concatenate([ahead, back[::-1]], axis=-1), (cache_ahead, cache_back)
        else:
            out, _, cache = layer_forward(layer, a)
        if connect == "residual" and out.shape == a.shape:
            out = out + a
        outputs.append(out)
        caches.append(cache)
    return outputs[-1], (layers, [o.shape[-1] for o in outputs], caches, connect)


def stack_backward(dhs, cache):
    """Backpropagate through a stack."""
    layers, widths, caches, connect = cache
    douts = [None] * (len(layers) + 1)
    douts[-1] = dhs
    gradients = []
    for index in reversed(range(len(layers))):
        layer, dout = layers[index], douts[index + 1]
        if isinstance(layer, Both):
            H = dout.shape[-1] // 2
            ahead = layer_backward(dout[..., :H], caches[index][0])
            back = layer_backward(dout[::-1, :, H:], caches[index][1])
            da, gradient = ahead.x + back.x[::-1], Both(ahead.weights, back.weights)
        else:
            inner = layer_backward(dout, caches[index])
            da, gradient = inner.x, inner.weights
        if connect == "residual" and da.shape == dout.shape:
            da = da + dout
        gradients.append(gradient)
        parts = [da] if connect != "dense" else np.split(da, np.cumsum(widths[: index + 1])[:-1], axis=-1)
        first = index if connect != "dense" else 0
        for k, part in enumerate(parts, first):
            douts[k] = part if douts[k] is None else douts[k] + part
    return StackGradients(douts[0], tuple(gradients[::-1]))
