"""Training on parity: linear recurrences with positive and with negative factors, beside a tanh RNN and an LSTM."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import FloatArray, check_choice, check_count, check_rng
from helpers.linear_recurrence.tracking import parity_task
from helpers.progress import progress

if TYPE_CHECKING:
    from torch import Tensor

LINEAR = ("positive", "mingru", "signed", "clipped")
KINDS = (*LINEAR, "tanh", "lstm")
"""What `start_parity` makes."""


class ParityModel(NamedTuple):
    """A recurrent layer and what reads it, as PyTorch modules."""

    kind: str
    """One of `KINDS`."""
    layer: Any
    """From a bit (one-hot) to factor and addend of each unit, 2 -> 2H; for "tanh" and "lstm" the recurrent layer."""
    readout: Any
    """H -> 2 scores, with a hidden layer or without."""


class ParityRun(NamedTuple):
    """What `train_parity` returns."""

    model: ParityModel
    losses: FloatArray
    """The loss of each batch before its update, nats for each answer, (updates,)."""


def start_parity(kind: str, seed: int, H: int = 16, hidden: int = 0) -> ParityModel:
    """Make an untrained model of parity, as PyTorch initialises its modules.

    The linear ones run ``h_t = a(x_t) * h_{t-1} + b(x_t)`` from h_0 = 0, and differ in the factors that they can have::

        "positive"   a = sigma(u)                   between 0 and 1
        "mingru"     a = 1 - sigma(u), b = sigma(u) * candidate
        "signed"     a = 1 - 2 sigma(u)             between -1 and 1, ends excluded
        "clipped"    a = 1 - 2 clip(u + 1/2, 0, 1)  from -1 to 1, ends included

    with u and b affine in the bit; "tanh" and "lstm" are PyTorch's.

    Parameters
    ----------
    kind : {"positive", "mingru", "signed", "clipped", "tanh", "lstm"}
    seed : int
        Of the initial weights; PyTorch's own generator is left as it was.
    H : int
        Units.
    hidden : int
        Units of a hidden relu layer between state and scores; 0 for a linear readout.

    Returns
    -------
    ParityModel
        In float32.

    Raises
    ------
    ValueError
        For an unknown kind, or a size below 1 (`hidden` below 0).

    References
    ----------
    Grazzi et al. (2025), "Unlocking state-tracking in linear RNNs through negative eigenvalues", section 4.2, for the
    factors 1 - 2 sigma (there 2 s - 1). Feng et al. (2024), section 3.1, for minGRU.
    """
    import torch
    from torch import nn

    check_choice("kind", kind, KINDS)
    H = check_count("H", H)
    if hidden != 0:
        check_count("hidden", hidden)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        cells = {"tanh": nn.RNN, "lstm": nn.LSTM}
        layer: Any = cells[kind](2, H) if kind in cells else nn.Linear(2, 2 * H)
        readout: Any = nn.Linear(H, 2)
        if hidden:
            readout = nn.Sequential(nn.Linear(H, hidden), nn.ReLU(), nn.Linear(hidden, 2))
    return ParityModel(kind, layer, readout)


def parity_states(model: ParityModel, x: Any) -> Tensor:
    """Run the recurrent layer over a batch, the linear ones by a scan (Hillis-Steele).

    Parameters
    ----------
    model : ParityModel
    x : array or tensor (T, B, 2)
        One-hot bits, as `parity_task` draws them.

    Returns
    -------
    tensor (T, B, H)

    Raises
    ------
    ValueError
        If `x` has another shape or no step.
    """
    import torch

    x = torch.as_tensor(x, dtype=torch.float32)
    if x.ndim != 3 or x.shape[2] != 2 or not x.shape[0]:
        raise ValueError(f"x: got shape {tuple(x.shape)}, wanted (T, B, 2), T at least 1")
    if model.kind not in LINEAR:
        hs: Tensor = model.layer(x)[0]
        return hs
    a, hs = _pairs(model, x)
    distance = 1
    while distance < len(hs):
        hs = torch.cat([hs[:distance], a[distance:] * hs[:-distance] + hs[distance:]])
        a = torch.cat([a[:distance], a[distance:] * a[:-distance]])
        distance *= 2
    return hs


def _pairs(model: ParityModel, x: Tensor) -> tuple[Tensor, Tensor]:
    """Factor and addend of each unit at each step."""
    import torch

    u, b = model.layer(x).chunk(2, dim=-1)
    if model.kind == "positive":
        return torch.sigmoid(u), b
    if model.kind == "mingru":
        return torch.sigmoid(-u), torch.sigmoid(u) * b
    if model.kind == "signed":
        return 1 - 2 * torch.sigmoid(u), b
    return 1 - 2 * torch.clamp(u + 0.5, 0, 1), b


def train_parity(
    model: ParityModel,
    updates: int,
    rng: np.random.Generator,
    longest: int = 40,
    rate: float = 0.02,
    size: int = 64,
    text: str = "",
) -> ParityRun:
    """Train in place on sequences of 1 to `longest` bits, asked at every step: AdamW, one cycle of the learning rate.

    Gradients are clipped at norm 1, the weight decay is 0.1: without it, units that only count (a = 1 at both bits)
    keep a small weight in the readout, which long sequences uncover. Each batch has one length, drawn evenly.

    Parameters
    ----------
    model : ParityModel
        Its tensors are changed.
    updates : int
    rng : numpy.random.Generator
        Lengths and bits come from it, so that seed and updates fix the result.
    longest : int
        Longest sequence.
    rate : float
        The largest learning rate, reached after a tenth of the updates (PyTorch's OneCycleLR).
    size : int
        Sequences in a batch.
    text : str
        Stands in front of the progress bar.

    Returns
    -------
    ParityRun

    Raises
    ------
    ValueError
        If a count is below 1 or `rng` is not a generator.
    """
    import torch
    from torch.nn.functional import cross_entropy

    check_rng(rng)
    longest, size = check_count("longest", longest), check_count("size", size)
    weights = [*model.layer.parameters(), *model.readout.parameters()]
    optimiser = torch.optim.AdamW(weights, rate, weight_decay=0.1)
    steps = max(check_count("updates", updates), 11)  # with 10, OneCycleLR divides by zero
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.1)
    losses = np.empty(updates)
    for i in progress(range(updates), text):
        x, targets = parity_task(int(rng.integers(1, longest + 1)), size, rng)
        scores = model.readout(parity_states(model, x))
        loss = cross_entropy(scores.flatten(0, 1), torch.as_tensor(targets).flatten())
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        losses[i] = loss.item()
    return ParityRun(model, losses)


def parity_accuracy(
    model: ParityModel, lengths: Iterable[int], rng: np.random.Generator, sequences: int = 200
) -> FloatArray:
    """Measure how often the last answer is right, for sequences of each length.

    Parameters
    ----------
    model : ParityModel
    lengths : ints
    rng : numpy.random.Generator
        Draws fresh sequences of the greatest length; a shorter one is the beginning of a longer one.
    sequences : int

    Returns
    -------
    array, one share from 0 to 1 for each length; 1/2 is guessing

    Raises
    ------
    ValueError
        If a length or count is below 1, or there is none.
    """
    import torch

    ends = np.array([check_count("lengths", length) for length in lengths])
    if not len(ends):
        raise ValueError("lengths: got none, wanted at least one")
    x, targets = parity_task(int(ends.max()), sequences, rng)
    with torch.no_grad():
        hs = parity_states(model, x)[ends - 1]
        answers: NDArray[np.int64] = model.readout(hs).argmax(dim=-1).numpy()
    return np.asarray((answers == targets[ends - 1]).mean(axis=1))


def parity_factors(model: ParityModel) -> FloatArray:
    """Read off the factors a of a linear model: for each unit one at a 0 and one at a 1.

    Parameters
    ----------
    model : ParityModel

    Returns
    -------
    array (2, H)
        Row 0 at a 0, row 1 at a 1. The unit that tracks parity has them near 1 and -1.

    Raises
    ------
    ValueError
        If the model is not linear: its Jacobian depends on the state.
    """
    import torch

    check_choice("kind", model.kind, LINEAR)
    with torch.no_grad():
        factors: FloatArray = _pairs(model, torch.eye(2))[0].numpy()
    return factors
