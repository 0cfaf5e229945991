"""From a decoder that scores the next symbol to a whole sequence: greedy, sampled, and beam search.

The decoder is any function ``step(symbols, state) -> scores, state`` over N rows, whether NumPy or PyTorch computes it.
A state is an array, or a tuple of states, whose first axis is the rows; scores (N, V) are before the softmax.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_count, check_rng
from helpers.output import log_softmax, sample

Step = Callable[[NDArray[np.int64], Any], tuple[ArrayLike, Any]]


class Hypothesis(NamedTuple):
    """One output sequence."""

    symbols: tuple[int, ...]
    """Without START; with END if the decoder closed it within the limit."""
    log_probability: float
    """Sum over its symbols of log p(symbol | those before)."""

    @property
    def score(self) -> float:
        """Mean log-probability for each symbol, END included: what hypotheses of unequal length are compared by."""
        return self.log_probability / max(len(self.symbols), 1)


class BeamStep(NamedTuple):
    """What a beam of width k holds after a step, best first, for each of B sequences."""

    symbols: NDArray[np.int64]
    """The symbol added, (B, k); END again for a hypothesis that had ended."""
    parents: NDArray[np.int64]
    """Which hypothesis of the step before it extends, (B, k), 0 .. k-1."""
    log_probabilities: FloatArray
    """Of the whole hypothesis up to here, (B, k); -inf for places not yet filled."""
    ended: NDArray[np.bool_]
    """(B, k)"""


def greedy_search(step: Step, state: Any, B: int, start: int, end: int, limit: int) -> list[Hypothesis]:
    """Take the most probable symbol at every step."""
    return _one_path(step, state, B, start, end, limit, lambda scores: scores.argmax(axis=-1))


def sample_search(
    step: Step, state: Any, B: int, start: int, end: int, limit: int, rng: np.random.Generator, temperature: float = 1.0
) -> list[Hypothesis]:
    """Draw every symbol from ``softmax(scores / temperature)``."""
    check_rng(rng)
    return _one_path(step, state, B, start, end, limit, lambda scores: sample(scores, rng, temperature))


def _one_path(
    step: Step, state: Any, B: int, start: int, end: int, limit: int, choose: Callable[[FloatArray], NDArray[Any]]
) -> list[Hypothesis]:
    symbols, ended = np.full(check_count("B", B), start), np.zeros(B, bool)
    paths: list[list[int]] = [[] for _ in range(B)]
    totals = np.zeros(B)
    for _ in range(check_count("limit", limit)):
        scores, state = step(symbols, state)
        scores = np.asarray(scores)
        symbols = np.where(ended, end, choose(scores))
        totals += np.where(ended, 0, log_softmax(scores)[np.arange(B), symbols])
        for b in np.flatnonzero(~ended):
            paths[b].append(int(symbols[b]))
        ended |= symbols == end
        if ended.all():
            break
    return [Hypothesis(tuple(path), float(total)) for path, total in zip(paths, totals, strict=True)]


def beam_steps(step: Step, state: Any, B: int, start: int, end: int, width: int, limit: int) -> Iterator[BeamStep]:
    """Beam search, step by step: keep the `width` most probable beginnings of each sequence."""
    k = check_count("width", width)
    check_count("limit", limit)
    rows = np.repeat(np.arange(check_count("B", B)), k)
    state = select(state, rows)
    symbols, ended = np.full(B * k, start), np.zeros(B * k, bool)
    totals = np.where(np.arange(B * k) % k == 0, 0.0, -np.inf)  # at first there is one hypothesis, not k equal ones
    for _ in range(limit):
        scores, state = step(symbols, state)
        logs = log_softmax(np.asarray(scores)).astype(np.float64)
        V = logs.shape[-1]
        logs[ended] = -np.inf  # what has ended stays as it is: END again, at no cost
        logs[ended, end] = 0.0
        every = (totals[:, None] + logs).reshape(B, k * V)
        best = np.argsort(-every, axis=1, kind="stable")[:, :k]
        parents, symbols = best // V, (best % V).reshape(-1)
        totals = np.take_along_axis(every, best, axis=1).reshape(-1)
        rows = (parents + k * np.arange(B)[:, None]).reshape(-1)
        state, ended = select(state, rows), ended[rows] | (symbols == end)
        yield BeamStep(symbols.reshape(B, k), parents, totals.reshape(B, k), ended.reshape(B, k))
        if ended.all():
            return


def beam_search(
    step: Step, state: Any, B: int, start: int, end: int, width: int, limit: int
) -> list[list[Hypothesis]]:
    """Keep the `width` most probable beginnings at every step; rank what comes out by the mean log-probability."""
    steps = list(beam_steps(step, state, B, start, end, width, limit))
    last = steps[-1]
    results = []
    for b in range(B):
        found = []
        for place in range(last.symbols.shape[1]):
            if not np.isfinite(last.log_probabilities[b, place]):
                continue
            path, at = [], place
            for beam in reversed(steps):
                path.append(int(beam.symbols[b, at]))
                at = beam.parents[b, at]
            path.reverse()
            if end in path:
                path = path[: path.index(end) + 1]
            found.append(Hypothesis(tuple(path), float(last.log_probabilities[b, place])))
        results.append(sorted(found, key=lambda h: -h.score))
    return results


def select(state: Any, rows: NDArray[np.int64]) -> Any:
    """Take those rows of every array of a state."""
    return tuple(select(part, rows) for part in state) if isinstance(state, tuple) else state[rows]
