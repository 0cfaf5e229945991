"""Chapter 6: sequence to sequence. An encoder reads, a decoder writes, and attention lets the decoder look back.

Training is PyTorch's, which is imported inside the functions. `helpers.attention` is the attention in NumPy,
`helpers.decoding` the search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import check_count, check_rng
from helpers.decoding import Hypothesis, Step, beam_search, greedy_search
from helpers.phrases import SOURCE_WORDS, TARGET_WORDS, Batch, Pair, batch_of
from helpers.progress import progress

if TYPE_CHECKING:
    from torch import Tensor

PAD, START, END = 0, 1, 2  # numbers of the first three target symbols
IMPOSSIBLE = -1e9  # a score that leaves nothing after the softmax


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
    """The three matrices of additive attention: query, key and score; None without."""


class Memory(NamedTuple):
    """What the decoder may look back at."""

    values: Tensor
    """The encoder's states, (S, B, H)."""
    keys: Tensor
    """Their projections, (S, B, A)."""
    mask: Tensor
    """Whether there is a word, (S, B)."""


def start_seq2seq(H: int, seed: int, attention: bool = True, E: int = 32) -> Seq2Seq:
    """Make an untrained model for `helpers.phrases`."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    extra = H if attention else 0
    parts = [
        nn.Embedding(len(SOURCE_WORDS), E, padding_idx=PAD),
        nn.GRU(E, H),
        nn.Embedding(len(TARGET_WORDS), E, padding_idx=PAD),
        nn.GRUCell(E + extra, H),
        nn.Linear(H + extra, len(TARGET_WORDS)),
    ]
    matrices = {"query": nn.Linear(H, H), "key": nn.Linear(H, H, bias=False), "score": nn.Linear(H, 1, bias=False)}
    return Seq2Seq(*parts, nn.ModuleDict(matrices) if attention else None)


def parameters(model: Seq2Seq) -> list[Any]:
    """List every trained tensor."""
    return [p for part in model if part is not None for p in part.parameters()]


def encode(model: Seq2Seq, source: NDArray[np.int64]) -> tuple[Tensor, Memory | None]:
    """Read a batch of sentences: the last state of each (B, H), and, with attention, all of its states."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    words = torch.as_tensor(source)
    mask = words != PAD
    packed = pack_padded_sequence(model.source_embedding(words), mask.sum(0), enforce_sorted=False)
    states, last = model.encoder(packed)
    if model.attention is None:
        return last[0], None
    values, _ = pad_packed_sequence(states)
    return last[0], Memory(values, model.attention["key"](values), mask)


def attend(model: Seq2Seq, h: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
    """Additive attention, ``e_s = v . tanh(W_q h + W_k v_s)``, ``a = softmax(e)``, ``context = sum_s a_s v_s``."""
    import torch

    scores = model.attention["score"](torch.tanh(model.attention["query"](h) + memory.keys))[..., 0]
    weights = scores.masked_fill(~memory.mask, IMPOSSIBLE).softmax(dim=0)
    return (weights[..., None] * memory.values).sum(dim=0), weights


def decoder_step(
    model: Seq2Seq, symbols: Tensor, h: Tensor, memory: Memory | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """One step of the decoder: scores (B, VT), the new state (B, H), and the attention's weights (S, B)."""
    import torch

    x = model.target_embedding(symbols)
    if memory is None:
        h = model.decoder(x, h)
        return model.output(h), h, None
    context, weights = attend(model, h, memory)
    h = model.decoder(torch.cat([x, context], dim=-1), h)
    return model.output(torch.cat([h, context], dim=-1)), h, weights


def teacher_forced(model: Seq2Seq, batch: Batch, own: float = 0.0) -> tuple[Tensor, Tensor | None]:
    """Scores of every target symbol, each given the right symbols before it.

    With probability `own` for each step the model's own last prediction is fed instead (scheduled sampling).
    """
    import torch

    h, memory = encode(model, batch.source)
    target = torch.as_tensor(batch.target)
    fed, scores, weights = target[0], [], []
    for t in range(len(target) - 1):
        y, h, a = decoder_step(model, fed, h, memory)
        scores.append(y)
        weights.append(a)
        fed = y.argmax(-1) if own and torch.rand(()) < own else target[t + 1]
    return torch.stack(scores), None if memory is None else torch.stack(weights)


def train_seq2seq(
    model: Seq2Seq,
    task: Callable[[np.random.Generator], Pair],
    updates: int,
    rng: np.random.Generator,
    rate: float = 5e-3,
    size: int = 64,
    reverse: bool = False,
    text: str = "",
    look: Callable[[int], bool | None] | None = None,
) -> NDArray[np.float64]:
    """Train in place with teacher forcing: Adam, one cycle of the learning rate, gradients clipped at norm 1."""
    import torch
    from torch.nn.functional import cross_entropy

    weights = parameters(model)
    optimiser = torch.optim.Adam(weights, rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, check_count("updates", updates), pct_start=0.1)
    losses = np.empty(updates)
    for i in progress(range(updates), text):
        batch = batch_of([task(check_rng(rng)) for _ in range(size)], reverse)
        scores, _ = teacher_forced(model, batch)
        loss = cross_entropy(scores.flatten(0, 1), torch.as_tensor(batch.target[1:]).flatten(), ignore_index=PAD)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        losses[i] = loss.item()
        if look is not None and look(i + 1):
            return losses[: i + 1]
    return losses


def decoder(model: Seq2Seq, source: NDArray[np.int64]) -> tuple[Step, Any]:
    """The decoder as `helpers.decoding` wants it, a step function and its first state."""
    import torch

    with torch.no_grad():
        h0, memory = encode(model, source)

    @torch.no_grad()
    def step(symbols: NDArray[np.int64], state: Any) -> tuple[Any, Any]:
        which, h = state  # hypotheses of a sentence share its memory, so a state says whose they are
        seen = None if memory is None else Memory(*(part[:, which] for part in memory))
        scores, h, _ = decoder_step(model, torch.as_tensor(symbols), h, seen)
        scores[:, [PAD, START]] = IMPOSSIBLE
        return scores.numpy(), (which, h)

    return step, (np.arange(source.shape[1]), h0)


def translate(
    model: Seq2Seq, sentences: Sequence[Sequence[str]], width: int = 1, reverse: bool = False, limit: int = 24
) -> list[list[str]]:
    """Translate sentences, greedily (width 1) or by beam search."""
    batch = batch_of([(list(words), []) for words in sentences], reverse)
    step, state = decoder(model, batch.source)
    B = len(sentences)
    best: list[Hypothesis]
    if width == 1:
        best = greedy_search(step, state, B, START, END, limit)
    else:
        best = [found[0] for found in beam_search(step, state, B, START, END, width, limit)]
    return [[TARGET_WORDS[i] for i in h.symbols if i != END] for h in best]


def exact_match(model: Seq2Seq, pairs: Sequence[Pair], width: int = 1, reverse: bool = False) -> float:
    """Share of sentences whose translation is right in every symbol."""
    out = translate(model, [words for words, _ in pairs], width, reverse)
    return float(np.mean([got == wanted for got, (_, wanted) in zip(out, pairs, strict=True)]))
