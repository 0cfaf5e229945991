"""The trained decoder run again without PyTorch: chapter 4's `lstm_step`, chapter 6's attention, and products.

Nothing is trained here. The weights are taken out of the PyTorch modules, and what they then say is the same, word by
word and number by number up to rounding.
"""

from math import isqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_ids, check_shape
from helpers.attention import dot_attention
from helpers.captioning.vocabulary import PAD, START
from helpers.decoding import Step
from helpers.gates import LSTMWeights, from_torch, lstm_step

State = tuple[FloatArray, FloatArray]


class Layer(NamedTuple):
    """An affine layer, ``W x + b``."""

    W: FloatArray
    """(outputs, inputs)"""
    b: FloatArray
    """(outputs,)"""


class TellerArrays(NamedTuple):
    """The weights of a `helpers.captioning.teller.Teller` as NumPy arrays."""

    embedding: FloatArray
    """(V, E): row i stands for word i."""
    cell: LSTMWeights
    """Of the LSTM, rows i, f, g, o; b is the sum of PyTorch's two biases."""
    layers: dict[str, Layer]
    """"output", "h0" and "c0" in both; with attention "key" and "query", in Show and Tell "place"."""
    attention: bool
    """False for Show and Tell."""
    mean: FloatArray
    """Of each channel of the features, (C,)."""
    std: FloatArray
    """Likewise."""


def teller_arrays(teller: Any) -> TellerArrays:
    """Take the weights out of a decoder.

    Parameters
    ----------
    teller : helpers.captioning.teller.Teller

    Returns
    -------
    TellerArrays
        Copies, in the dtype of the PyTorch modules: training on does not change them.

    Raises
    ------
    ValueError
        If the decoder's LSTM is no ``torch.nn.LSTMCell`` with biases.
    """
    parts = {name: _arrays(part) for name, part in teller.parts.items()}
    cell = from_torch({f"{name}_l0": array for name, array in parts.pop("cell").items()}, "lstm")[0][0]
    assert isinstance(cell, LSTMWeights)
    embedding = parts.pop("embedding")["weight"]
    layers = {name: Layer(part["weight"], part["bias"]) for name, part in parts.items() if part}  # dropout has none
    return TellerArrays(embedding, cell, layers, teller.attention, *(_array(a) for a in (teller.mean, teller.std)))


def numpy_first_state(teller: TellerArrays, features: ArrayLike) -> tuple[State, tuple[FloatArray, FloatArray] | None]:
    """Prepare the decoder for a batch of images, before START is read.

    With f_p the standardised features of place p and its position::

        h_0 = tanh(W_h m + b_h),    c_0 = W_c m + b_c,
        attention      m is the mean of all f_p
        Show and Tell  m = max_p relu(W_p f_p + b_p), all that the decoder is ever shown of the image

    Parameters
    ----------
    teller : TellerArrays
    features : array (N, P, C)
        From `helpers.captioning.eye.look`; a tensor is taken, too.

    Returns
    -------
    state : (h, c), arrays (N, H)
    seen : (values, keys), arrays (N, P, C + 6) and (N, P, A)
        None for Show and Tell.

    Raises
    ------
    ValueError
        If the features are not finite, of another number of channels, or P is no square number.
    """
    f = check_shape("features", features, "N P C", {"C": len(teller.mean)})
    N, P, _ = f.shape
    where = _positions(P).astype(f.dtype)
    f = np.concatenate([(f - teller.mean) / teller.std, np.broadcast_to(where, (N, *where.shape))], axis=-1)
    m = f.mean(axis=1) if teller.attention else np.maximum(_apply(teller, "place", f), 0).max(axis=1)
    state = (np.tanh(_apply(teller, "h0", m)), _apply(teller, "c0", m))
    return state, (f, _apply(teller, "key", f)) if teller.attention else None


def numpy_teller_step(
    teller: TellerArrays, symbols: ArrayLike, state: State, seen: tuple[FloatArray, FloatArray] | None
) -> tuple[FloatArray, State, FloatArray | None]:
    """Read one word, and score the next.

    Parameters
    ----------
    teller : TellerArrays
    symbols : int array (N,)
        The word before: START at first.
    state : (h, c), arrays (N, H)
        From `numpy_first_state`, later from here.
    seen : (values, keys), or None
        From `numpy_first_state`.

    Returns
    -------
    scores : array (N, V)
        Before the softmax.
    state : (h, c), arrays (N, H)
    weights : array (N, P)
        Where attention looked before the word that is scored; None for Show and Tell.

    Raises
    ------
    ValueError
        If a symbol is no word's number, or the arrays do not fit.
    """
    h, c = state
    x = teller.embedding[check_ids("symbols", symbols, len(teller.embedding))]
    if seen is None:
        h, c = lstm_step(x, h, c, *teller.cell)
        return _apply(teller, "output", h), (h, c), None
    values, keys = (part.transpose(1, 0, 2) for part in seen)  # places first, as chapter 6 has the time first
    context, weights, _ = dot_attention(_apply(teller, "query", h), keys, values)
    h, c = lstm_step(np.concatenate([x, context], axis=1), h, c, *teller.cell)
    return _apply(teller, "output", np.concatenate([h, context], axis=1)), (h, c), weights.T


def numpy_decoder(teller: TellerArrays, features: ArrayLike) -> tuple[Step, Any]:
    """Make the decoder what `helpers.decoding` searches with; PAD and START cannot be said.

    Parameters
    ----------
    teller : TellerArrays
    features : array (N, P, C)

    Returns
    -------
    step : callable
        ``step(symbols, state) -> scores, state``.
    state
        The first, N rows.

    Raises
    ------
    ValueError
        As `numpy_first_state`.

    Examples
    --------
    >>> step, state = numpy_decoder(teller_arrays(teller), features)  # doctest: +SKIP
    >>> said = greedy_search(step, state, len(features), START, END, LIMIT)  # doctest: +SKIP
    """
    start, everything = numpy_first_state(teller, features)

    def step(symbols: NDArray[np.int64], state: Any) -> tuple[FloatArray, Any]:
        which, inner = state  # which image each row writes about: a search may drop rows or take them several times
        seen = None if everything is None else (everything[0][which], everything[1][which])
        scores, inner, _ = numpy_teller_step(teller, symbols, inner, seen)
        scores[:, [PAD, START]] = -np.inf
        return scores, (which, inner)

    return step, (np.arange(len(start[0])), start)


def _array(tensor: Any) -> FloatArray:
    copied: FloatArray = tensor.detach().cpu().numpy().copy()
    return copied


def _arrays(module: Any) -> dict[str, FloatArray]:
    return {name: _array(tensor) for name, tensor in module.state_dict().items()}


def _apply(teller: TellerArrays, name: str, x: FloatArray) -> FloatArray:
    W, b = teller.layers[name]
    y: FloatArray = x @ W.T + b
    return y


def _positions(P: int) -> FloatArray:
    """Where each place is: x, y, xy, x^2, y^2, 1, with x and y from -1 to 1; (P, 6), row by row."""
    side = isqrt(P)
    if side**2 != P:
        raise ValueError(f"features: got {P} places, wanted a square number such as 64")
    y, x = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side), indexing="ij")
    return np.stack([x, y, x * y, x**2, y**2, np.ones_like(x)], axis=-1).reshape(P, -1)
