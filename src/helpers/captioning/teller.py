"""The LSTM that tells: Show and Tell sees the image once, soft attention looks again before every word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.captioning.vocabulary import END, PAD, START, WORDS, encode_captions
from helpers.decoding import Step
from helpers.progress import progress
from helpers.scenes import Scenes, references

if TYPE_CHECKING:
    from torch import Tensor

IMPOSSIBLE = -1e9


class Teller(NamedTuple):
    """PyTorch modules of a decoder, and how the features are standardised."""

    parts: Any
    """ModuleDict."""
    attention: bool
    mean: Any
    """Of each channel over the training scenes, (C,)."""
    std: Any


def places(side: int = 8) -> Tensor:
    """What tells the decoder where a place is: x, y, xy, x^2, y^2, 1 for each of side^2 places, from -1 to 1."""
    import torch

    y, x = torch.meshgrid(torch.linspace(-1, 1, side), torch.linspace(-1, 1, side), indexing="ij")
    return torch.stack([x, y, x * y, x**2, y**2, torch.ones_like(x)], -1).reshape(side * side, 6)


def start_teller(features: Tensor, attention: bool, seed: int, H: int = 128, E: int = 48, A: int = 48) -> Teller:
    import torch
    from torch import nn

    torch.manual_seed(seed)
    C = features.shape[-1] + 6
    if attention:
        parts = {
            "embedding": nn.Embedding(len(WORDS), E), "cell": nn.LSTMCell(E + C, H), "key": nn.Linear(C, A),
            "query": nn.Linear(H, A), "h0": nn.Linear(C, H), "c0": nn.Linear(C, H), "output": nn.Linear(H + C, len(WORDS)),
            "dropout": nn.Dropout(0.3),
        }  # fmt: skip
    else:
        parts = {
            "embedding": nn.Embedding(len(WORDS), E), "cell": nn.LSTMCell(E, H), "place": nn.Linear(C, 256),
            "image": nn.Linear(256, E), "output": nn.Linear(H, len(WORDS)),
        }  # fmt: skip
    return Teller(nn.ModuleDict(parts), attention, features.mean((0, 1)), features.std((0, 1)) + 1e-3)


def first_state(teller: Teller, features: Tensor) -> tuple[Any, Any]:
    """State before START, (h, c), and what is looked at, (values, keys)."""
    import torch

    f = (features - teller.mean) / teller.std
    f = torch.cat([f, places().expand(len(f), -1, -1)], dim=-1)
    if teller.attention:
        m = f.mean(1)
        return (torch.tanh(teller.parts["h0"](m)), teller.parts["c0"](m)), (f, teller.parts["key"](f))
    image = teller.parts["image"](torch.relu(teller.parts["place"](f)).amax(1))
    return teller.parts["cell"](image), None  # the image is the first input, before START


def teller_step(teller: Teller, symbols: Tensor, state: Any, seen: Any) -> tuple[Tensor, Any, Tensor | None]:
    import torch

    p, weights = teller.parts, None
    x = p["embedding"](symbols)
    if not teller.attention:
        h, c = p["cell"](x, state)
        return p["output"](h), (h, c), None
    values, keys = seen
    query = p["query"](state[0])
    weights = (torch.bmm(keys, query[:, :, None])[..., 0] / query.shape[1] ** 0.5).softmax(-1)
    context = torch.bmm(weights[:, None], values)[:, 0]
    h, c = p["cell"](torch.cat([x, context], 1), state)
    return p["output"](torch.cat([p["dropout"](h), context], 1)), (h, c), weights


def train_teller(
    teller: Teller, features: Tensor, captions: NDArray[np.int64], updates: int, seed: int, rate: float = 4e-3,
    size: int = 64, text: str = "",
) -> NDArray[np.float64]:  # fmt: skip
    """Teacher forcing, Adam, one cycle of the learning rate."""
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    weights = list(teller.parts.parameters())
    optimiser = torch.optim.Adam(weights, rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, updates, pct_start=0.15)
    teller.parts.train()
    losses = np.empty(updates)
    for i in progress(range(updates), text):
        rows = rng.integers(0, len(features), size)
        target = torch.from_numpy(captions[:, rows])
        state, seen = first_state(teller, features[rows])
        scores = []
        for t in range(len(target) - 1):
            y, state, _ = teller_step(teller, target[t], state, seen)
            scores.append(y)
        loss = cross_entropy(torch.stack(scores).flatten(0, 1), target[1:].flatten(), ignore_index=PAD)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimiser.step()
        schedule.step()
        losses[i] = loss.item()
    teller.parts.eval()
    return losses


def teller_decoder(teller: Teller, features: Tensor) -> tuple[Step, Any]:
    """The decoder as `helpers.decoding` wants it."""
    import torch

    with torch.no_grad():
        state0, seen0 = first_state(teller, features)

    @torch.no_grad()
    def step(symbols: NDArray[np.int64], state: Any) -> tuple[Any, Any]:
        which, inner = state
        seen = None if seen0 is None else tuple(part[which] for part in seen0)
        scores, inner, _ = teller_step(teller, torch.as_tensor(symbols), inner, seen)
        scores[:, [PAD, START]] = IMPOSSIBLE
        return scores.numpy(), (which, inner)

    return step, (np.arange(len(features)), state0)


def canonical(scenes: Scenes) -> NDArray[np.int64]:
    return encode_captions([references(scenes, i)[0] for i in range(len(scenes.images))])
