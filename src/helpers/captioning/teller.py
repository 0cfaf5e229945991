"""The LSTM that tells: Show and Tell is shown the image once, soft attention looks again before every word.

PyTorch is imported inside the functions, so that this module can be imported without it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import IntArray, check_count, check_ids
from helpers.captioning.vocabulary import PAD, START, WORDS, encode_captions
from helpers.decoding import Step
from helpers.progress import progress
from helpers.scenes import Scenes, references

if TYPE_CHECKING:
    from torch import Tensor

POSITION = 6
"""Numbers that say where a place is."""
LIMIT = 14
"""Most words of a caption of two objects, END included."""

Redirect = Callable[[Any, Any], Any]
"""Takes the attention's weights, a tensor (N, P), and the words before, (N,); gives the weights to use instead."""


class Teller(NamedTuple):
    """A decoder in PyTorch, and how the features of the CNN are standardised for it."""

    parts: Any
    """ModuleDict. Both kinds have "embedding" (V, E), "cell" (LSTMCell, H units), "output" and "dropout".

    With attention: "key" and "query", C -> A and H -> A, "h0" and "c0", C -> H, and an "output" H + C -> V. Without:
    "place", C -> K, "h0" and "c0", K -> H, and an "output" H -> V. C counts the `POSITION` numbers too.
    """
    attention: bool
    """False for Show and Tell."""
    mean: Any
    """Of each channel over the training scenes, tensor (C - 6,)."""
    std: Any
    """Likewise; never 0."""


def places(side: int = 8, dtype: Any = None) -> Tensor:
    """Say where each place of the grid is: x, y, xy, x^2, y^2 and 1, with x and y from -1 to 1.

    What the CNN says of a place does not tell where the place is; without these the decoder could not say "above".

    Parameters
    ----------
    side : int
        Places along each side.
    dtype : torch.dtype, optional
        float32 if left out.

    Returns
    -------
    tensor (side^2, 6)
        Row by row from the upper left.
    """
    import torch

    steps = torch.linspace(-1, 1, check_count("side", side), dtype=dtype)
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([x, y, x * y, x**2, y**2, torch.ones_like(x)], -1).reshape(side * side, POSITION)


def start_teller(
    features: Tensor, attention: bool, seed: int, H: int = 128, E: int = 48, V: int = len(WORDS),
    dropout: float | None = None,
) -> Teller:  # fmt: skip
    """Make an untrained decoder, of one of two kinds.

    Show and Tell is shown the image once, before START, as its first state::

        v = max over places of relu(W_p [features; position] + b_p),    h_0 = tanh(W_h0 v + b_h0),  c_0 = W_c0 v + b_c0
        h_t, c_t = LSTM(W_E word_{t-1}, h_{t-1}, c_{t-1}),    scores_t = W_y h_t + b_y

    Vinyals et al. (2015) show it as the first word instead, ``h_0, c_0 = LSTM(W_i v + b_i, 0, 0)``, and Karpathy &
    Fei-Fei (2015) as a bias of the first step. Here it has no gates to pass.

    Soft attention looks again before every word (Xu et al. 2015), at a mean of all places that is weighted anew::

        e_tp = (W_k f_p + b_k) . (W_q h_{t-1} + b_q) / sqrt(A),    a_t = softmax(e_t),    z_t = sum over p of a_tp f_p
        h_t, c_t = LSTM([W_E word_{t-1}; z_t], h_{t-1}, c_{t-1}),    scores_t = W_y [h_t; z_t] + b_y

    where f_p is [features; position] of place p, and the first state comes from the mean of all f_p. Xu et al. score
    with a small network, the sum of key and query through tanh; a dot product is cheaper.

    Parameters
    ----------
    features : tensor (N, P, C)
        Of the training scenes, from `helpers.captioning.eye.look`: their mean and standard deviation are kept, and
        C says how wide the decoder's weights are.
    attention : bool
    seed : int
        Of the weights; PyTorch's own generator is left as it was.
    H : int
        Units of the LSTM.
    E : int
        Numbers that a word is embedded into.
    V : int
        Words.
    dropout : float, optional
        Share of the state that training hides from the output layer. Left out, 0.5 with attention, so that words are
        read off what it looks at rather than off the words before; 0 for Show and Tell, whose state is all it has.

    Returns
    -------
    Teller
        In float32.

    Raises
    ------
    ValueError
        If the features are no finite float32 tensor (N, P, C) with P a square, or a count is below 1.

    References
    ----------
    Vinyals, Toshev, Bengio & Erhan (2015), "Show and tell: a neural image caption generator"; Karpathy & Fei-Fei
    (2015), "Deep visual-semantic alignments for generating image descriptions"; Xu et al. (2015), "Show, attend and
    tell: neural image caption generation with visual attention".
    """
    import torch
    from torch import nn

    _check_features(features, None)
    A, K = 48, 256
    H, V, E = check_count("H", H), check_count("V", V), check_count("E", E)
    C = features.shape[-1] + POSITION
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        parts: dict[str, Any] = {"embedding": nn.Embedding(V, E)}
        if attention:
            parts |= {"cell": nn.LSTMCell(E + C, H), "key": nn.Linear(C, A), "query": nn.Linear(H, A)}
            parts |= {"h0": nn.Linear(C, H), "c0": nn.Linear(C, H), "output": nn.Linear(H + C, V)}
        else:
            parts |= {"cell": nn.LSTMCell(E, H), "place": nn.Linear(C, K), "output": nn.Linear(H, V)}
            parts |= {"h0": nn.Linear(K, H), "c0": nn.Linear(K, H)}
        parts["dropout"] = nn.Dropout((0.5 if attention else 0.0) if dropout is None else dropout)
        modules = nn.ModuleDict(parts).eval()
    return Teller(modules, attention, features.mean((0, 1)), features.std((0, 1)) + 1e-3)


def first_state(teller: Teller, features: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor] | None]:
    """Prepare the decoder for a batch of images, before START is read.

    Parameters
    ----------
    teller : Teller
    features : tensor (N, P, C)

    Returns
    -------
    state : (h, c), tensors (N, H)
        From the mean of all places with attention, from the largest of each of K channels for Show and Tell.
    seen : (values, keys), tensors (N, P, C + 6) and (N, P, A)
        What attention weighs, and what its weights are computed from; None for Show and Tell, which looks no more.

    Raises
    ------
    ValueError
        If the features do not fit this teller.
    """
    _check_features(features, teller)
    return _first_state(teller, features)


def _first_state(teller: Teller, features: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor] | None]:
    import torch

    f = (features - teller.mean) / teller.std
    f = torch.cat([f, places(isqrt(features.shape[1]), f.dtype).expand(len(f), -1, -1)], dim=-1)
    image = f.mean(1) if teller.attention else torch.relu(teller.parts["place"](f)).amax(1)
    state = (torch.tanh(teller.parts["h0"](image)), teller.parts["c0"](image))
    return state, (f, teller.parts["key"](f)) if teller.attention else None


def teller_step(
    teller: Teller, symbols: Tensor, state: tuple[Tensor, Tensor], seen: Any, redirect: Redirect | None = None
) -> tuple[Tensor, tuple[Tensor, Tensor], Tensor | None]:
    """Read one word, and score the next.

    Parameters
    ----------
    teller : Teller
    symbols : int64 tensor (N,)
        The word before: START at first.
    state, seen
        From `first_state`, the state later from here.
    redirect : callable, optional
        Changes the attention's weights before they are used: what would be said if it looked elsewhere?

    Returns
    -------
    scores : tensor (N, V)
        Before the softmax.
    state : (h, c), tensors (N, H)
    weights : tensor (N, P)
        Where attention looked, before the word that is scored: each row sums to 1. None for Show and Tell.
    """
    import torch

    p = teller.parts
    x = p["embedding"](symbols)
    if not teller.attention:
        h, c = p["cell"](x, state)
        return p["output"](p["dropout"](h)), (h, c), None
    values, keys = seen
    query = p["query"](state[0])
    weights = (torch.bmm(keys, query[:, :, None])[..., 0] / query.shape[1] ** 0.5).softmax(-1)
    if redirect is not None:
        weights = redirect(weights, symbols)
    context = torch.bmm(weights[:, None], values)[:, 0]
    h, c = p["cell"](torch.cat([x, context], 1), state)
    return p["output"](torch.cat([p["dropout"](h), context], 1)), (h, c), weights


def teacher_forced(teller: Teller, features: Tensor, captions: IntArray) -> tuple[Tensor, Tensor | None]:
    """Score every word of given captions, each after the given words before it.

    Parameters
    ----------
    teller : Teller
    features : tensor (N, P, C)
    captions : int array (T + 1, N)
        START, words, END, then PAD, as `encode_captions` gives them.

    Returns
    -------
    scores : tensor (T, N, V)
        ``scores[t]`` is for word t + 1.
    weights : tensor (T, N, P)
        Where attention looked before that word; None for Show and Tell.

    Raises
    ------
    ValueError
        If captions and features are not of one number of images, a number is no word's, or as `first_state`.
    """
    _check_features(features, teller)
    _check_captions(captions, teller, len(features))
    return _teacher_forced(teller, features, captions)


def _teacher_forced(teller: Teller, features: Tensor, captions: IntArray) -> tuple[Tensor, Tensor | None]:
    import torch

    words = torch.from_numpy(np.asarray(captions, np.int64))
    state, seen = _first_state(teller, features)
    scores, weights = [], []
    for symbols in words[:-1]:
        y, state, where = teller_step(teller, symbols, state, seen)
        scores.append(y)
        weights.append(where)
    return torch.stack(scores), torch.stack(weights) if teller.attention else None  # type: ignore[arg-type]


def train_teller(
    teller: Teller, features: Tensor, captions: IntArray, updates: int, seed: int, rate: float = 4e-3, size: int = 64
) -> NDArray[np.float64]:
    """Train the decoder with teacher forcing, in place.

    The loss is the mean of ``-log p(word)`` over the words of a batch, END included. Adam, one cycle of the learning
    rate, gradients clipped at norm 5. The features are given, so that
    nothing here can change the CNN.

    Parameters
    ----------
    teller : Teller
    features : tensor (N, P, C)
    captions : int array (T + 1, N)
    updates : int
    seed : int
        Of the batches and of dropout; PyTorch's own generator is left as it was.
    rate : float
        The largest learning rate.
    size : int
        Images of a batch, drawn with replacement.

    Returns
    -------
    array (updates,)
        The loss at each update, in nats per word.

    Raises
    ------
    ValueError
        If a count is below 1; as `teacher_forced`.
    """
    import torch
    from torch.nn.functional import cross_entropy

    _check_features(features, teller)
    _check_captions(captions, teller, len(features))
    check_count("size", size)
    rng = np.random.default_rng(seed)
    weights = list(teller.parts.parameters())
    optimiser = torch.optim.Adam(weights, rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, check_count("updates", updates), pct_start=0.15)
    losses = np.empty(updates)
    teller.parts.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for i in progress(range(updates), "attention" if teller.attention else "show and tell"):
            rows = rng.integers(0, len(features), size)
            batch = captions[:, rows]
            scores, _ = _teacher_forced(teller, features[rows], batch)  # all checked before: 10 % of the time
            target = torch.from_numpy(np.asarray(batch[1:], np.int64))
            loss = cross_entropy(scores.flatten(0, 1), target.flatten(), ignore_index=PAD)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(weights, 5.0)
            optimiser.step()
            schedule.step()
            losses[i] = loss.item()
    teller.parts.eval()
    return losses


def teller_decoder(teller: Teller, features: Tensor, redirect: Redirect | None = None) -> tuple[Step, Any]:
    """Make the decoder what `helpers.decoding` searches with; PAD and START cannot be said.

    Parameters
    ----------
    teller : Teller
    features : tensor (N, P, C)
    redirect : callable, optional
        As for `teller_step`.

    Returns
    -------
    step : callable
        ``step(symbols, state) -> scores, state``.
    state
        The first, N rows.

    Raises
    ------
    ValueError
        As `first_state`.
    """
    import torch

    with torch.no_grad():
        state0, seen0 = first_state(teller, features)

    @torch.no_grad()
    def step(symbols: NDArray[np.int64], state: Any) -> tuple[Any, Any]:
        which, inner = state  # which image each row writes about: a search may drop rows or take them several times
        seen = None if seen0 is None else tuple(part[which] for part in seen0)
        scores, inner, _ = teller_step(teller, torch.as_tensor(symbols), inner, seen, redirect)
        scores[:, [PAD, START]] = -torch.inf
        return scores.numpy(), (which, inner)

    return step, (np.arange(len(features)), state0)


def canonical(scenes: Scenes) -> NDArray[np.int64]:
    """Encode the first of each scene's true captions, the one that training uses.

    Parameters
    ----------
    scenes : helpers.scenes.Scenes

    Returns
    -------
    int array (T + 1, N)
    """
    return encode_captions([references(scenes, i)[0] for i in range(len(scenes.images))])


def _check_features(features: Any, teller: Teller | None) -> None:
    import torch

    C = None if teller is None else len(teller.mean)
    wanted = "(N, P, C)" if C is None else f"(N, P, C) = (N, P, {C})"
    if not isinstance(features, torch.Tensor) or features.dtype not in (torch.float32, torch.float64):
        got = getattr(features, "dtype", type(features).__name__)
        raise ValueError(f"features: got {got}, wanted a tensor of float32 or float64, as look gives it")
    shape = tuple(features.shape)
    if len(shape) != 3 or not all(shape) or isqrt(shape[1]) ** 2 != shape[1] or (C is not None and shape[2] != C):
        raise ValueError(f"features: got shape {shape}, wanted {wanted}, N at least 1 and P a square such as 64")
    if not torch.isfinite(features).all():
        raise ValueError("features: got values that are infinite or nan, wanted finite ones")


def _check_captions(captions: IntArray, teller: Teller, n: int) -> None:
    ids = check_ids("captions", captions, teller.parts["embedding"].num_embeddings)
    if ids.ndim != 2 or ids.shape[1] != n or len(ids) < 2:
        raise ValueError(f"captions: got shape {ids.shape}, wanted (T + 1, N) with N = {n}, T at least 1")
    if (ids[0] != START).any():
        raise ValueError(f"captions: got {ids[0, (ids[0] != START).argmax()]} in the first row, wanted START, {START}")
