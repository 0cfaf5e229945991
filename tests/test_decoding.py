"""Greedy, sampled and beam search against every sequence written out, and against a slow search of its own."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import decoding
from helpers.decoding import Hypothesis, beam_search, beam_steps, greedy_search, sample_search, select
from helpers.output import log_softmax

END, START = 0, 1


def random_decoder(V=4, B=3, H=5, seed=0):
    """A decoder that remembers all it wrote, and its first state: a number for whose sequence it is, and h (B, H).

    The scores of a step depend on the whole past; END is about as likely as any other symbol, START never comes.
    """
    rng = np.random.default_rng(seed)
    W, E, U, Z = (rng.standard_normal(shape) for shape in [(H, H), (V, H), (H, V), (B, V)])

    def step(symbols, state):
        whose, (h,) = state
        h = np.tanh(1.2 * h @ W + E[symbols])
        scores = 0.8 * h @ U + 0.5 * Z[whose]
        scores[:, START] = -np.inf
        return scores, (whose, (h,))

    return step, (np.arange(B), (rng.standard_normal((B, H)),))


def told(tree):
    """A decoder by the probabilities after each beginning: ``tree["ab"] = {"c": 0.5, "$": 0.5}``, "$" is END.

    Letters are the symbols 1, 2, ...; a state is the number of the beginning; END follows where the tree says nothing.
    """
    names = list(tree) + [before + letter for before, after in tree.items() for letter in after]
    names = list(dict.fromkeys(names))
    V = 1 + max(ord(letter) - 96 for name in names for letter in name if letter != "$")

    def step(symbols, state):
        beginnings = [names[s] + ("" if symbol in (START_OF_TREE, END) else chr(96 + symbol))
                      for s, symbol in zip(state, symbols, strict=True)]  # fmt: skip
        scores = np.full((len(state), V), -np.inf)
        for row, beginning in zip(scores, beginnings, strict=True):
            for letter, p in tree.get(beginning, {"$": 1.0}).items():
                row[0 if letter == "$" else ord(letter) - 96] = np.log(p)
        return scores, np.array([names.index(b) if b in names else 0 for b in beginnings])

    return step, np.array([names.index("")])


START_OF_TREE = 99


def spell(hypothesis):
    return "".join("$" if symbol == END else chr(96 + symbol) for symbol in hypothesis.symbols)


def every_sequence(step, state, start, limit):
    """Each sequence of one decoder row with its log-probability, by asking again from the start for each beginning."""

    def logs_after(path):
        inner, symbols = state, np.array([start])
        for following in [*path, None]:
            scores, inner = step(symbols, inner)
            symbols = np.array([following])
        with np.errstate(divide="ignore"):
            return np.log(np.exp(scores[0]) / np.exp(scores[0]).sum())

    done, open_ = {}, {(): 0.0}
    for _ in range(limit):
        longer = {(*path, v): total + p for path, total in open_.items() for v, p in enumerate(logs_after(path))}
        longer = {path: total for path, total in longer.items() if total > -np.inf}
        done |= {path: total for path, total in longer.items() if path[-1] == END}
        open_ = {path: total for path, total in longer.items() if path[-1] != END}
    return done | open_


def slow_beam(step, state, start, width, limit):
    """Beam search on a list of paths, one decoder row at a time."""
    beam = [((), 0.0, state, start)]
    for _ in range(limit):
        following = []
        for path, total, inner, last in beam:
            if path and path[-1] == END:
                following.append((path, total, inner, last))
                continue
            scores, after = step(np.array([last]), inner)
            logs = scores[0] - np.log(np.exp(scores[0]).sum())
            following += [((*path, v), total + p, after, v) for v, p in enumerate(logs) if p > -np.inf]
        beam = sorted(following, key=lambda entry: -entry[1])[:width]
    return [Hypothesis(path, total) for path, total, _, _ in sorted(beam, key=lambda entry: -entry[1] / len(entry[0]))]


def one_of(state, b):
    return select(state, np.array([b]))


def assert_same(got, wanted):
    assert [h.symbols for h in got] == [h.symbols for h in wanted]
    np.testing.assert_allclose([h.log_probability for h in got], [h.log_probability for h in wanted], atol=1e-12)


# -- Against slow searches --------------------------------------------------------------------------------
def check_a_wide_beam_is_exact(module):
    """A beam as wide as there are sequences finds them all, in order, with their probabilities: they sum to 1."""
    for V, limit in ((3, 4), (4, 3), (5, 1)):
        step, state = random_decoder(V, seed=V)
        found = module.beam_search(step, state, 3, START, END, V**limit, limit)
        for b in range(3):
            every = every_sequence(step, one_of(state, b), START, limit)
            wanted = [Hypothesis(path, total) for path, total in every.items()]
            assert_same(found[b], sorted(wanted, key=lambda h: -h.log_probability / len(h.symbols)))
            assert sum(np.exp(h.log_probability) for h in found[b]) == pytest.approx(1, abs=1e-12)


def check_narrow_beams_against_a_slow_one(module):
    """Three sequences side by side, each as if it were alone; beams in which ended and open hypotheses compete."""
    closed = set()
    for seed in range(6):
        step, state = random_decoder(V=5, seed=seed)
        for width in (1, 2, 3, 7):
            found = module.beam_search(step, state, 3, START, END, width, 6)
            for b in range(3):
                assert_same(found[b], slow_beam(step, one_of(state, b), START, width, 6))
                closed |= {END in h.symbols for h in found[b]}
    assert closed == {True, False}


def check_greedy_by_hand(module):
    for seed in range(6):
        step, state = random_decoder(V=5, seed=seed)
        found = module.greedy_search(step, state, 3, START, END, 6)
        for b in range(3):
            path, total, inner, last = [], 0.0, one_of(state, b), START
            while len(path) < 6 and last != END:
                scores, inner = step(np.array([last]), inner)
                last = int(scores[0].argmax())
                total += scores[0, last] - np.log(np.exp(scores[0]).sum())
                path.append(last)
            assert_same([found[b]], [Hypothesis(tuple(path), total)])


def check_width_one_is_greedy(module):
    """To the last digit of the score, the case of equal scores included."""
    closed = set()
    for seed in range(4):
        step, state = random_decoder(V=6, B=4, seed=seed)
        rounded = lambda symbols, state, step=step: (np.round(step(symbols, state)[0]), step(symbols, state)[1])
        for decoder in (step, rounded):
            greedy = module.greedy_search(decoder, state, 4, START, END, 9)
            assert [found for (found,) in module.beam_search(decoder, state, 4, START, END, 1, 9)] == greedy
            closed |= {END in h.symbols for h in greedy}
    assert closed == {True, False}


def check_what_has_ended_stays(module):
    """Once a hypothesis has ended, its place or a later one holds it unchanged, or a better one took its place."""
    stayed = 0
    for seed in range(5):
        step, state = random_decoder(V=5, seed=seed)
        before = None
        for beam in module.beam_steps(step, state, 3, START, END, 4, 8):
            if before is not None:
                was = np.take_along_axis(before.ended, beam.parents, axis=1)
                total = np.take_along_axis(before.log_probabilities, beam.parents, axis=1)
                assert (beam.symbols[was] == END).all()
                assert beam.ended[was].all()
                np.testing.assert_array_equal(beam.log_probabilities[was], total[was])
                assert (beam.log_probabilities[~was] < total[~was]).all()
                stayed += was.sum()
            assert (np.diff(beam.log_probabilities, axis=1) <= 0).all()
            before = beam
    assert stayed > 20


def check_length_is_normalised(module):
    """END at once has probability .3, the long way .6 x .6 x .6 = .216: by the sum the short one wins."""
    even = {"a": 0.5, "b": 0.5}
    tree = {"": {"a": 0.6, "$": 0.3, "b": 0.1}, "a": {"b": 0.6, "c": 0.4}, "ab": {"$": 0.6, "c": 0.4}}
    step, state = told({**tree, "b": even, "ac": even, "abc": even})
    (found,) = module.beam_search(step, state, 1, START_OF_TREE, END, 4, 5)
    assert spell(found[0]) == "ab$"
    assert found[0].score == pytest.approx(np.log(0.6), abs=1e-12)
    assert spell(max(found, key=lambda h: h.log_probability)) == "$"
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)


def check_samples_follow_the_probabilities(module):
    """Whole sequences, 6,000 drawn side by side, each within five standard errors; and at a lower temperature."""
    step, state = random_decoder(V=4, B=1, seed=2)
    many, N = select(state, np.zeros(6000, int)), 6000
    every = every_sequence(step, one_of(state, 0), START, 4)
    drawn = module.sample_search(step, many, N, START, END, 4, np.random.default_rng(0))
    assert {h.symbols for h in drawn} <= set(every)
    for path, total in every.items():
        p, share = np.exp(total), sum(h.symbols == path for h in drawn) / N
        assert abs(share - p) < 5 * np.sqrt(p / N) + 1 / N
    np.testing.assert_allclose([h.log_probability for h in drawn], [every[h.symbols] for h in drawn], atol=1e-12)
    sharp = module.sample_search(step, many, N, START, END, 4, np.random.default_rng(0), temperature=0.5)
    first = lambda found: np.array([Counter(h.symbols[0] for h in found)[v] for v in range(4)]) / N
    p = np.exp(step(np.array([START]), one_of(state, 0))[0][0] / 0.5)
    np.testing.assert_allclose(first(sharp), p / p.sum(), atol=0.04)
    assert np.abs(first(sharp) - first(drawn)).max() > 0.05
    np.testing.assert_allclose([h.log_probability for h in sharp], [every[h.symbols] for h in sharp], atol=1e-12)


CHECKS = [
    check_a_wide_beam_is_exact,
    check_narrow_beams_against_a_slow_one,
    check_greedy_by_hand,
    check_width_one_is_greedy,
    check_what_has_ended_stays,
    check_length_is_normalised,
    check_samples_follow_the_probabilities,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_decoding(check):
    check(decoding)


# -- What a caller may rely on ----------------------------------------------------------------------------
def test_a_wider_beam_can_find_a_worse_output():
    """Width 1 follows "a" because .4 > .35, to "a", .4 x .3 = .12, which then ends for certain.

    Width 2 holds "a" and "b", then drops "aa": both continuations of "b", .35 x .5 = .175, look better. But behind
    them the probability is split among four symbols, and .175 / 4 = .044 is all that is left. Width 3 keeps "aa".
    All outputs have equal lengths, so that this is not the normalisation's doing.
    """
    even = dict.fromkeys("abcd", 0.25)
    tree = {
        "": {"a": 0.4, "b": 0.35, "c": 0.25},
        "a": {"a": 0.3, "b": 0.25, "c": 0.25, "d": 0.2},
        "b": {"a": 0.5, "b": 0.5},
        "c": even,
        "aa": {"d": 1.0},
        **dict.fromkeys(("ab", "ac", "ad", "ba", "bb", "ca", "cb", "cc", "cd"), even),
    }
    step, state = told(tree)
    best = {width: beam_search(step, state, 1, START_OF_TREE, END, width, 4)[0][0] for width in (1, 2, 3, 64)}
    assert {spell(best[width]) for width in (1, 3, 64)} == {"aad$"}
    assert spell(best[2])[0] == "b"
    assert [np.exp(best[width].log_probability) for width in (1, 2, 3, 64)] == pytest.approx(
        [0.12, 0.04375, 0.12, 0.12]
    )
    assert best[2].score < best[1].score


@settings(deadline=None, max_examples=40)
@given(
    V=st.integers(2, 6), B=st.integers(1, 4), width=st.integers(1, 9), limit=st.integers(1, 5), seed=st.integers(0, 9)
)
def test_shapes_and_order_of_any_beam(V, B, width, limit, seed):
    step, state = random_decoder(V, B, seed=seed)
    steps = list(beam_steps(step, state, B, START, END, width, limit))
    assert 1 <= len(steps) <= limit
    for beam in steps:
        assert {part.shape for part in beam} == {(B, width)}
        assert ((beam.parents >= 0) & (beam.parents < width)).all()
        np.testing.assert_array_equal(beam.log_probabilities, -np.sort(-beam.log_probabilities, axis=1))
    for found in beam_search(step, state, B, START, END, width, limit):
        assert 1 <= len(found) <= width
        assert len({h.symbols for h in found}) == len(found)
        for h in found:
            assert START not in h.symbols
            assert END not in h.symbols[:-1]
            assert h.symbols[-1] == END or len(h.symbols) == limit


def test_batched_equals_one_by_one():
    step, state = random_decoder(V=5, B=4, seed=3)
    together = beam_search(step, state, 4, START, END, 3, 7), greedy_search(step, state, 4, START, END, 7)
    for b in range(4):
        alone = one_of(state, b)
        assert_same(together[0][b], beam_search(step, alone, 1, START, END, 3, 7)[0])
        assert_same([together[1][b]], greedy_search(step, alone, 1, START, END, 7))


def test_the_limit_cuts_what_does_not_end():
    endless = lambda symbols, state: (np.tile([-np.inf, -np.inf, 2.0, 1.0], (len(symbols), 1)), state)
    state = np.zeros(2)
    found = beam_search(endless, state, 2, START, END, 3, 5)
    assert [len(h.symbols) for h in found[0]] == [5, 5, 5]
    assert greedy_search(endless, state, 2, START, END, 5)[1].symbols == (2,) * 5
    assert found[1][0].symbols == (2,) * 5
    assert found[1][0].log_probability == pytest.approx(5 * log_softmax(np.array([2.0, 1.0]))[0], abs=1e-12)


def test_all_searches_stop_when_everything_has_ended():
    calls = []

    def step(symbols, state):
        calls.append(len(symbols))
        return np.tile([9.0 if len(calls) % 2 == 0 else -np.inf, -np.inf, 0.0], (len(symbols), 1)), state

    for search, rows, more in (
        (greedy_search, 2, ()),
        (sample_search, 2, (np.random.default_rng(0),)),
        (lambda *arguments: beam_search(*arguments[:-1], 1, arguments[-1]), 2, ()),
    ):
        calls.clear()
        search(step, np.zeros(2), 2, START, END, 50, *more)
        assert calls == [rows, rows]


def test_a_beam_with_more_places_than_sequences_stops_too():
    """Two sequences are possible, "$" and "a$"; three places stay empty and do not keep the search going."""
    step, state = told({"": {"a": 0.5, "$": 0.5}})
    steps = list(beam_steps(step, state, 1, START_OF_TREE, END, 5, 50))
    assert len(steps) == 2
    np.testing.assert_array_equal(np.isneginf(steps[-1].log_probabilities), [[False, False, True, True, True]])
    (found,) = beam_search(step, state, 1, START_OF_TREE, END, 5, 50)
    assert sorted(spell(h) for h in found) == ["$", "a$"]


def test_samples_at_temperature_0_are_greedy_and_impossible_symbols_never_come():
    step, state = random_decoder(V=5, B=3, seed=1)
    rng = np.random.default_rng(0)
    assert sample_search(step, state, 3, START, END, 8, rng, 0) == greedy_search(step, state, 3, START, END, 8)
    hot = sample_search(step, select(state, np.zeros(500, int)), 500, START, END, 8, rng, temperature=1e6)
    assert all(START not in h.symbols for h in hot)
    assert {symbol for h in hot for symbol in h.symbols} == {0, 2, 3, 4}
    again = [sample_search(step, state, 3, START, END, 8, np.random.default_rng(5)) for _ in range(2)]
    assert again[0] == again[1]


def test_float32_scores_are_summed_in_float64():
    step, state = random_decoder(V=5, B=3, seed=1)
    coarse = lambda symbols, state: (step(symbols, state)[0].astype(np.float32), step(symbols, state)[1])
    steps = list(beam_steps(coarse, state, 3, START, END, 2, 5))
    assert steps[0].log_probabilities.dtype == np.float64
    np.testing.assert_allclose(
        [h.log_probability for h in greedy_search(coarse, state, 3, START, END, 5)],
        [h.log_probability for h in greedy_search(step, state, 3, START, END, 5)],
        atol=1e-5,
    )


def test_select_takes_rows_of_every_part():
    a, b = np.arange(6).reshape(3, 2), np.arange(3)
    taken = select((a, (b,)), np.array([2, 2, 0]))
    np.testing.assert_array_equal(taken[0], a[[2, 2, 0]])
    np.testing.assert_array_equal(taken[1][0], [2, 2, 0])


def test_errors():
    step, state = random_decoder()
    rng = np.random.default_rng(0)
    flat = lambda symbols, state: (np.zeros(len(symbols)), state)
    wrong = lambda value: lambda symbols, state: (np.full((len(symbols), 4), value), state)
    for message, call in {
        "width: got 0, wanted an integer of at least 1": lambda: beam_search(step, state, 3, START, END, 0, 5),
        "width: got 1.5": lambda: beam_search(step, state, 3, START, END, 1.5, 5),
        "limit: got 0": lambda: beam_search(step, state, 3, START, END, 2, 0),
        "limit: got -1": lambda: greedy_search(step, state, 3, START, END, -1),
        "B: got 0": lambda: greedy_search(step, state, 0, START, END, 5),
        "start: got -1": lambda: greedy_search(step, state, 3, -1, END, 5),
        "start: got '<START>'": lambda: beam_search(step, state, 3, "<START>", END, 2, 5),
        "end: got 4, wanted the number of one of the 4": lambda: greedy_search(step, state, 3, START, 4, 5),
        "end: got '<END>'": lambda: beam_search(step, state, 3, START, "<END>", 2, 5),
        r"scores: got shape \(3,\) from step, wanted \(N, V\) with N = 3": lambda: greedy_search(
            flat, state, 3, START, END, 5
        ),
        "scores: got a best score of nan in row 0": lambda: greedy_search(wrong(np.nan), state, 3, START, END, 5),
        "scores: got a best score of inf in row 0": lambda: beam_search(wrong(np.inf), state, 3, START, END, 2, 5),
        "scores: got a best score of -inf in row 0": lambda: greedy_search(wrong(-np.inf), state, 3, START, END, 5),
        "rng: got 3": lambda: sample_search(step, state, 3, START, END, 5, 3),
        "temperature: got -1": lambda: sample_search(step, state, 3, START, END, 5, rng, -1),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
