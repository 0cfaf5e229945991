"""Encoder and decoder, with attention or without: the modules of PyTorch and one pass through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import check_count, check_ids
from helpers.phrases import PAD, SOURCE_WORDS, TARGET_WORDS

if TYPE_CHECKING:
    from torch import Tensor


class Seq2Seq(NamedTuple):
    """Encoder, decoder and what joins them, as PyTorch modules."""

    source_embedding: Any
    """Word to vector, (VS, E)."""
    encoder: Any
    """GRU, E -> H."""
    target_embedding: Any
    """Symbol to vector, (VT, E)."""
    decoder: Any
    """GRU cell, E -> H, or E + H -> H with attention."""
    output: Any
    """H -> VT, or 2H -> VT with attention."""
    attention: Any = None
    """The three matrices of additive attention, W_q, W_k and v, as "query", "key" and "score"; None without."""


class Memory(NamedTuple):
    """What the decoder may look back at."""

    values: Tensor
    """The encoder's states, (S, B, H)."""
    keys: Tensor
    """``W_k values_s``, the part of the scores that is the same at every step of the decoder, (S, B, H)."""
    mask: Tensor
    """Whether there is a word, (S, B)."""


def start_seq2seq(H: int, seed: int, attention: bool = True, E: int = 32) -> Seq2Seq:
    """Make an untrained model for the vocabularies of `helpers.phrases`, as PyTorch initialises its modules.

    The encoder is a GRU, ``h_s = GRU(W_E word_s, h_{s-1})`` from h_0 = 0, and its last state is the decoder's first.
    The decoder is another GRU with weights of its own. Without attention it reads only the symbol before, and that
    last state is all it ever learns of the sentence::

        d_t = GRU(U_E symbol_{t-1}, d_{t-1}),    scores_t = W_y d_t + b_y

    With attention it also reads a context, a mean of the encoder's states, weighted anew at each step (`attend`)::

        d_t = GRU([U_E symbol_{t-1}; context_t], d_{t-1}),    scores_t = W_y [d_t; context_t] + b_y

    Parameters
    ----------
    H : int
        Units of the encoder, of the decoder, and of the attention's hidden layer.
    seed : int
        Of the initial weights; PyTorch's own generator is left as it was.
    attention : bool
    E : int
        Numbers that a word or a symbol is embedded into.

    Returns
    -------
    Seq2Seq
        In float32.

    Raises
    ------
    ValueError
        If a size is below 1.

    References
    ----------
    Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for statistical machine translation";
    Sutskever, Vinyals & Le (2014), "Sequence to sequence learning with neural networks"; Bahdanau, Cho & Bengio (2015),
    "Neural machine translation by jointly learning to align and translate".
    """
    import torch
    from torch import nn

    extra = check_count("H", H) if attention else 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        parts = [
            nn.Embedding(len(SOURCE_WORDS), check_count("E", E), padding_idx=PAD),
            nn.GRU(E, check_count("H", H)),
            nn.Embedding(len(TARGET_WORDS), E, padding_idx=PAD),
            nn.GRUCell(E + extra, H),
            nn.Linear(H + extra, len(TARGET_WORDS)),
        ]
        if attention:
            sizes = {"query": (H, H), "key": (H, H), "score": (H, 1)}
            parts.append(nn.ModuleDict({name: nn.Linear(*size, bias=False) for name, size in sizes.items()}))
    return Seq2Seq(*parts)


def parameters(model: Seq2Seq) -> list[Any]:
    """List every trained tensor.

    Parameters
    ----------
    model : Seq2Seq

    Returns
    -------
    list of torch.nn.Parameter
        ``sum(p.numel() for p in parameters(model))`` is how many numbers are trained.
    """
    return [p for part in model if part is not None for p in part.parameters()]


def encode(model: Seq2Seq, source: ArrayLike) -> tuple[Tensor, Memory | None]:
    """Read a batch of sentences, each to its own end: padding changes nothing.

    Parameters
    ----------
    model : Seq2Seq
    source : int array (S, B)
        Words of `SOURCE_WORDS`, with PAD behind the end of shorter sentences.

    Returns
    -------
    last : tensor (B, H)
        The state at the last word of each sentence.
    memory : Memory
        All of its states, for a model with attention; None without.

    Raises
    ------
    ValueError
        If `source` has another shape or dtype, a number that is no word's, a sentence without words, or PAD before a
        word.
    """
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    words = torch.as_tensor(_check_source(source))
    mask = words != PAD
    packed = pack_padded_sequence(model.source_embedding(words), mask.sum(0), enforce_sorted=False)
    states, last = model.encoder(packed)
    if model.attention is None:
        return last[0], None
    values, _ = pad_packed_sequence(states)
    return last[0], Memory(values, model.attention["key"](values), mask)


def _check_source(source: ArrayLike) -> NDArray[np.int64]:
    ids = check_ids("source", source, len(SOURCE_WORDS)).astype(np.int64, copy=False)
    if ids.ndim != 2:
        raise ValueError(f"source: got shape {ids.shape}, wanted (S, B)")
    words = ids != PAD
    if not words[0].all():
        raise ValueError(f"source: got no words in sentence {int(words[0].argmin())}, wanted at least one")
    if (words[1:] > words[:-1]).any():
        b = int((words[1:] > words[:-1]).any(axis=0).argmax())
        raise ValueError(f"source: got PAD before a word in sentence {b}, wanted it behind the end")
    if not words[-1].any():
        raise ValueError("source: got a last step with PAD alone, wanted S to be the length of the longest sentence")
    return ids


def attend(model: Seq2Seq, h: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
    """Additive attention: which of the encoder's states matter now.

    ``e_s = v . tanh(W_q h + W_k values_s)``, ``a = softmax(e)`` over the words of a sentence,
    ``context = sum over s of a_s values_s``. The same in NumPy is `helpers.attention.additive_attention`.

    Parameters
    ----------
    model : Seq2Seq
        With attention.
    h : tensor (B, H)
        The decoder's state, before it writes the next symbol.
    memory : Memory
        From `encode`.

    Returns
    -------
    context : tensor (B, H)
    weights : tensor (S, B)
        a; they sum to 1 for each sentence, and are 0 where it has ended.

    Raises
    ------
    ValueError
        If the model has no attention.

    References
    ----------
    Bahdanau, Cho & Bengio (2015), "Neural machine translation by jointly learning to align and translate", section
    3.1 and appendix A.1.2.
    """
    import torch

    check_attention(model)
    scores = model.attention["score"](torch.tanh(model.attention["query"](h) + memory.keys))[..., 0]
    weights = scores.masked_fill(~memory.mask, -torch.inf).softmax(dim=0)
    return (weights[..., None] * memory.values).sum(dim=0), weights


def check_attention(model: Seq2Seq) -> None:
    """ValueError unless the model has attention."""
    if model.attention is None:
        raise ValueError("model: got one without attention, wanted one with it, start_seq2seq(..., attention=True)")


def decoder_step(
    model: Seq2Seq, symbols: Tensor, h: Tensor, memory: Memory | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """One step of the decoder: from the symbol before and the state to the scores of the next symbol.

    Parameters
    ----------
    model : Seq2Seq
    symbols : int tensor (B,)
        What was written last; START at first.
    h : tensor (B, H)
        The state before; at first the encoder's last.
    memory : Memory or None
        From `encode`: None for a model without attention.

    Returns
    -------
    scores : tensor (B, VT)
        Before the softmax.
    h : tensor (B, H)
    weights : tensor (S, B) or None
        Of the attention.

    Raises
    ------
    ValueError
        If the model has attention and there is no memory, or the other way round.
    """
    import torch

    if (memory is None) != (model.attention is None):
        got, wanted = ("None", "what encode returned") if memory is None else ("a memory", "None, without attention")
        raise ValueError(f"memory: got {got}, wanted {wanted}")
    x = model.target_embedding(symbols)
    if memory is None:
        h = model.decoder(x, h)
        return model.output(h), h, None
    context, weights = attend(model, h, memory)
    h = model.decoder(torch.cat([x, context], dim=-1), h)
    return model.output(torch.cat([h, context], dim=-1)), h, weights
