"""From a decoder that scores the next symbol to a whole sequence: greedy, sampled, and beam search.

The decoder is any function ``step(symbols, state) -> scores, state`` over N rows, whether NumPy or PyTorch computes it.
The symbols (N,) are those that were written last; the state is an array, or a tuple of states, whose first axis is the
rows. Scores (N, V) are before the softmax; -inf is a symbol that cannot come.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_count, check_rng
from helpers.output import sample

Step = Callable[[NDArray[np.int64], Any], tuple[ArrayLike, Any]]
"""One step of a decoder: the symbols written last (N,) and the state give scores (N, V) and the next state."""


class Hypothesis(NamedTuple):
    """One output sequence."""

    symbols: tuple[int, ...]
    """Without START; with END if the decoder closed it within the limit."""
    log_probability: float
    """Sum over its symbols of log p(symbol | those before), in nats."""

    @property
    def score(self) -> float:
        """Mean log-probability for each symbol, END included: what hypotheses of unequal length are compared by."""
        return self.log_probability / max(len(self.symbols), 1)


class BeamStep(NamedTuple):
    """What a beam of width k holds after a step, most probable first, for each of B sequences."""

    symbols: NDArray[np.int64]
    """The symbol added, (B, k); END again for a hypothesis that had ended."""
    parents: NDArray[np.int64]
    """Which hypothesis of the step before it extends, (B, k), 0 .. k-1."""
    log_probabilities: FloatArray
    """Of the whole hypothesis up to here, (B, k); -inf at places that are not filled yet."""
    ended: NDArray[np.bool_]
    """Whether END has been written, (B, k)."""


def greedy_search(step: Step, state: Any, B: int, start: int, end: int, limit: int) -> list[Hypothesis]:
    """Take the most probable symbol at every step.

    Parameters
    ----------
    step : callable
        ``step(symbols, state) -> scores, state``.
    state : array, or tuple of states
        The first, B rows.
    B : int
        Sequences.
    start, end : int
        Numbers of START, which is fed first, and of END, which closes a sequence.
    limit : int
        Most symbols of a sequence, END included.

    Returns
    -------
    list of B `Hypothesis`

    Raises
    ------
    ValueError
        If a count is below 1, `start` is negative, the scores have another shape than (B, V), are nan or +inf, or
        leave no symbol possible, or `end` is none of their V symbols.
    """
    return _one_path(step, state, B, start, end, limit, lambda scores: scores.argmax(axis=-1))


def sample_search(
    step: Step, state: Any, B: int, start: int, end: int, limit: int, rng: np.random.Generator, temperature: float = 1.0
) -> list[Hypothesis]:
    """Draw every symbol with the probabilities ``softmax(scores / temperature)``.

    Parameters
    ----------
    step, state, B, start, end, limit
        As for `greedy_search`.
    rng : numpy.random.Generator
    temperature : float
        1 draws from the model, below 1 sharper, above 1 flatter; 0 is greedy.

    Returns
    -------
    list of B `Hypothesis`
        With the log-probability that the model gives them, at temperature 1.

    Raises
    ------
    ValueError
        As for `greedy_search`, or if `rng` is no generator or `temperature` negative or not finite.
    """
    check_rng(rng)
    # A finite stand-in for -inf, which `sample` refuses: whatever the temperature, exp of it is 0.
    return _one_path(
        step, state, B, start, end, limit, lambda scores: sample(np.maximum(scores, -1e300), rng, temperature)
    )


def _one_path(
    step: Step, state: Any, B: int, start: int, end: int, limit: int, choose: Callable[[FloatArray], NDArray[Any]]
) -> list[Hypothesis]:
    symbols, ended = np.full(check_count("B", B), _check_start(start)), np.zeros(B, bool)
    paths: list[list[int]] = [[] for _ in range(B)]
    totals = np.zeros(B)
    for _ in range(check_count("limit", limit)):
        scores, state = step(symbols, state)
        logs = _log_probabilities(scores, B, end)
        symbols = choose(logs)  # behind END as well, where nobody looks any more
        totals += np.where(ended, 0, logs[np.arange(B), symbols])
        for b in np.flatnonzero(~ended):
            paths[b].append(int(symbols[b]))
        ended |= symbols == end
        if ended.all():
            break
    return [Hypothesis(tuple(path), float(total)) for path, total in zip(paths, totals, strict=True)]


def beam_steps(step: Step, state: Any, B: int, start: int, end: int, width: int, limit: int) -> Iterator[BeamStep]:
    """Beam search, step by step: keep the `width` most probable beginnings of each sequence.

    With l_j the log-probability of hypothesis j, every one of its V continuations has ``l_j + log p(symbol | j)``, and
    the k largest of these k V sums stay. A hypothesis that has ended has one continuation, END at no cost, so it keeps
    its place as long as no k others are more probable. The search stops when all have ended, or at the limit.

    Parameters
    ----------
    step, state, B, start, end, limit
        As for `greedy_search`; the decoder is called with B k rows, those of a sequence side by side.
    width : int
        k, how many hypotheses are kept for each sequence.

    Returns
    -------
    iterator of `BeamStep`

    Raises
    ------
    ValueError
        As for `greedy_search`, or if `width` is below 1. Arguments are looked at when the first step is asked for.

    Notes
    -----
    Equal sums are ordered by parent, then by symbol, so that a width of 1 takes what `greedy_search` takes.

    References
    ----------
    Sutskever, Vinyals & Le (2014), "Sequence to sequence learning with neural networks", section 3.2.
    """
    k = check_count("width", width)
    check_count("limit", limit)
    state = select(state, np.repeat(np.arange(check_count("B", B)), k))
    symbols, ended = np.full(B * k, _check_start(start)), np.zeros(B * k, bool)
    totals = np.where(np.arange(B * k) % k == 0, 0.0, -np.inf)  # at first there is one hypothesis, not k equal ones
    for _ in range(limit):
        scores, state = step(symbols, state)
        logs = _log_probabilities(scores, B * k, end)
        V = logs.shape[-1]
        logs[ended] = -np.inf  # what has ended stays as it is: END again, at no cost
        logs[ended, end] = 0.0
        every = (totals[:, None] + logs).reshape(B, k * V)
        best = np.argsort(-every, axis=1, kind="stable")[:, :k]
        parents, symbols = best // V, (best % V).reshape(-1)
        totals = np.take_along_axis(every, best, axis=1).reshape(-1)
        rows = (parents + k * np.arange(B)[:, None]).reshape(-1)
        state, ended = select(state, rows), symbols == end  # what had ended has END again
        yield BeamStep(symbols.reshape(B, k), parents, totals.reshape(B, k), ended.reshape(B, k))
        if (ended | np.isneginf(totals)).all():
            return


def beam_search(step: Step, state: Any, B: int, start: int, end: int, width: int, limit: int) -> list[list[Hypothesis]]:
    """Keep the `width` most probable beginnings at every step; rank what comes out by the mean log-probability.

    The beam keeps hypotheses by their sums; only the ranking at the end divides by the length, without which a short
    output would win for being short. A wider beam looks at more, yet its best can be worse: what a narrow one follows
    to a good end, a wider one may drop for beginnings that look better and end worse.

    Parameters
    ----------
    step, state, B, start, end, width, limit
        As for `beam_steps`.

    Returns
    -------
    list of B lists of up to k `Hypothesis`
        Best `score` first. ``max(found, key=lambda h: h.log_probability)`` is the best without the division.
        Hypotheses that the limit cut off stand among them, without END.

    Raises
    ------
    ValueError
        As for `beam_steps`.

    References
    ----------
    Wu et al. (2016), "Google's neural machine translation system", section 7, on length normalisation; their divisor
    is a power of the length, ours the length itself.
    """
    steps = list(beam_steps(step, state, B, start, end, width, limit))
    last = steps[-1].log_probabilities
    results = []
    for b in range(B):
        places = np.flatnonzero(~np.isneginf(last[b]))
        found = [Hypothesis(_trace(steps, b, int(place), end), float(last[b, place])) for place in places]
        results.append(sorted(found, key=lambda hypothesis: -hypothesis.score))
    return results


def _trace(steps: list[BeamStep], b: int, place: int, end: int) -> tuple[int, ...]:
    """Follow a hypothesis from its place in the last step back to its first symbol; repeated ENDs are left out."""
    path: list[int] = []
    for beam in reversed(steps):
        path.append(int(beam.symbols[b, place]))
        place = int(beam.parents[b, place])
    path.reverse()
    return tuple(path[: path.index(end) + 1] if end in path else path)


def select(state: Any, rows: NDArray[np.int64]) -> Any:
    """Take rows of every array of a state, in this order; a row may be taken several times.

    Parameters
    ----------
    state : array or tensor (N, ...), or tuple of states
    rows : int array (M,)

    Returns
    -------
    state of the same structure, M rows
    """
    return tuple(select(part, rows) for part in state) if isinstance(state, tuple) else state[rows]


def _check_start(start: int) -> int:
    if isinstance(start, bool) or not isinstance(start, int | np.integer) or start < 0:
        raise ValueError(f"start: got {start!r}, wanted the number of a symbol")
    return int(start)


def _log_probabilities(scores: ArrayLike, N: int, end: int) -> FloatArray:
    """Compute log softmax in float64, where -inf stays -inf."""
    s = np.array(scores, np.float64)
    if s.ndim != 2 or len(s) != N or not s.size:
        raise ValueError(f"scores: got shape {s.shape} from step, wanted (N, V) with N = {N}")
    if isinstance(end, bool) or not isinstance(end, int | np.integer) or not 0 <= end < s.shape[1]:
        raise ValueError(f"end: got {end!r}, wanted the number of one of the {s.shape[1]} symbols that step scores")
    best = s.max(axis=-1, keepdims=True)  # nan or +inf if there is one
    if not np.isfinite(best).all():
        row = int(np.argwhere(~np.isfinite(best))[0, 0])
        raise ValueError(f"scores: got a best score of {best[row, 0]} in row {row}, wanted a finite one")
    s -= best
    logs: FloatArray = s - np.log(np.exp(s).sum(axis=-1, keepdims=True))
    return logs
