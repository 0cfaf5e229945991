"""The trained weights as NumPy arrays, so that the model can be run again by the book's own code."""

from __future__ import annotations

from typing import Any, NamedTuple

from helpers.arrays import FloatArray
from helpers.gates import GRUWeights, from_torch
from helpers.seq2seq.model import Seq2Seq, check_attention


class AttentionWeights(NamedTuple):
    """The weights of additive attention, as `helpers.attention.additive_attention` takes them."""

    W_q: FloatArray
    """(A, H)"""
    W_k: FloatArray
    """(A, H)"""
    v: FloatArray
    """(A,)"""


def gru_arrays(module: Any) -> GRUWeights:
    """Copy the weights of a torch.nn.GRU of one layer, or of a torch.nn.GRUCell, for `helpers.gates`.

    ``gru_forward(x, h0, *gru_arrays(model.encoder))`` is the trained encoder, run by the book's own code.

    Parameters
    ----------
    module : torch.nn.GRU or torch.nn.GRUCell

    Returns
    -------
    GRUWeights
        W_x, W_h, b_x and b_h, rows r, z, n.

    Raises
    ------
    ValueError
        If the module is something else, or has several layers or directions.
    """
    arrays = {name if "_l" in name else f"{name}_l0": value for name, value in module.state_dict().items()}
    layers = from_torch(arrays, "gru")
    if len(layers) > 1 or len(layers[0]) > 1:
        got = f"{len(layers)} layers of {len(layers[0])} directions"
        raise ValueError(f"module: got {got}, wanted one layer of one direction")
    return GRUWeights(*layers[0][0])


def attention_arrays(model: Seq2Seq) -> AttentionWeights:
    """Copy the weights of the attention, for `helpers.attention.additive_attention`.

    Parameters
    ----------
    model : Seq2Seq
        With attention.

    Returns
    -------
    AttentionWeights

    Raises
    ------
    ValueError
        If the model has no attention.
    """
    check_attention(model)
    W_q, W_k, v = (model.attention[name].weight.detach().numpy().copy() for name in ("query", "key", "score"))
    return AttentionWeights(W_q, W_k, v[0])
