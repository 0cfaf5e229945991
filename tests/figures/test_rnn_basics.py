"""The figures of chapter 1 show what the modules compute, and keep their axes still."""

import string

import numpy as np
import pytest
from states import check_baked, check_told, check_values, states

from helpers.counts import rnn_parameters
from helpers.figures.rnn_basics import PROBLEMS, SIGNALS, next_symbol, parameter_counts, shapes, unrolled
from helpers.figures.rnn_basics.memory import LONGEST, UNITS
from helpers.output import softmax


# -- What a network keeps -----------------------------------------------------------------------------------
def test_a_small_impulse_fades_by_the_eigenvalue():
    """tanh only ever shrinks: h_t is at most eigenvalue^(t-1) of h_1, and nearly that once it is small."""
    for eigenvalue in (0.5, 0.8, 1.0):
        states = np.array(unrolled(30, eigenvalue).data[1].z)
        left = np.array(unrolled(30, eigenvalue).data[2].y)
        assert states.shape == (UNITS, LONGEST)
        t = np.arange(30)
        assert (left <= eigenvalue**t + 0.0051).all()
        norms = np.linalg.norm(states, axis=0)
        np.testing.assert_allclose(left, norms / norms[0], atol=0.02, err_msg="for an impulse, the norm of the state")
    assert left[-1] < 0.5, "even at eigenvalue 1: the slope of tanh is below 1"


def test_what_has_not_been_computed_is_not_drawn():
    for steps in (1, 12, 30):
        inputs, states, left, now = unrolled(steps, 0.9, "noise").data
        assert list(inputs.x) == list(left.x) == list(range(1, steps + 1))
        assert len(inputs.y) == len(left.y) == steps
        assert max(states.x) == steps + 0.5
        assert (np.diff(states.x) > 0).sum() == steps
        assert list(now.x) == [steps]
        assert now.y[0] == left.y[-1]


def test_a_steady_input_hides_the_first():
    """The state is large and constant, and tells next to nothing of x_1."""
    drawn = unrolled(30, 0.9, "step")
    assert np.abs(np.array(drawn.data[1].z)[:, -1]).max() > 0.5
    assert drawn.data[2].y[-1] == 0
    assert "as good as forgotten" in drawn.layout.meta["reading"]
    assert "it is still there" in unrolled(30, 1.2, "impulse").layout.meta["reading"]


def test_every_signal_begins_with_the_same_input():
    for signal in SIGNALS:
        x, states, left, _ = unrolled(1, 1.1, signal).data
        assert list(x.y) == [1]
        assert left.y[0] == 1
        assert np.abs(np.array(states.z)[:, 0]).max() == pytest.approx(np.tanh(0.9), abs=0.005)


# -- Shapes -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PROBLEMS)
def test_examples_are_laid_out_in_columns(name):
    problem = PROBLEMS[name]
    assert len(problem.inputs) == len(problem.outputs) <= 7
    assert max(map(len, problem.inputs + problem.outputs)) <= 8, "words must fit under their column at 390 px"
    to_come, gone, back, inputs, states, outputs, losses = shapes(name, 7).data
    assert len(to_come.x) == 0
    n, read, answered = len(states.x), len(inputs.x), len(outputs.x)
    assert n == len(problem.inputs)
    assert read == sum(map(bool, problem.inputs))
    assert answered == sum(map(bool, problem.outputs)) == len(losses.x)
    assert len(gone.x) == 3 * (n - 1 + read + answered), "one arrow per input, output and step"
    assert len(back.x) == 3 * (answered - 1) * problem.fed_back
    assert f"{read} in, {answered} out" in shapes(name, 7).layout.meta["reading"]


def test_outputs_appear_when_they_are_computed():
    early, late = (shapes("Many to many, two networks", step).data[5] for step in (3, 5))
    assert list(early.text) == [""] * 4
    assert list(late.text) == ["die", "Katze", "", ""]
    assert set(early.marker.symbol) == {"square-open"}
    assert list(late.marker.symbol) == ["square", "square", "square-open", "square-open"]


def test_the_next_word_is_the_next_input():
    problem = PROBLEMS["Next word, aligned"]
    assert problem.inputs[1:] == problem.outputs[:-1]


# -- Counts -------------------------------------------------------------------------------------------------
def test_counts_by_hand():
    tables, recurrent = parameter_counts(2, 27, 32).data
    wanted = [27**3, 27**3, 27**3, 32 * 2 * 27 + 32 + 27 * 32 + 27]
    np.testing.assert_allclose(tables.x, np.log10(wanted), atol=0.0051)
    assert recurrent.x[0] == pytest.approx(np.log10(rnn_parameters(27, 32, 27)), abs=0.0051)
    assert "19,683 entries" in parameter_counts(2, 27, 32).layout.meta["reading"]


def test_stored_ngrams_are_bounded_by_the_corpus_and_the_recurrent_bar_stands_still():
    figures = [parameter_counts(context, 1000, 128) for context in (1, 5, 20)]
    assert [figure.data[0].x[1] for figure in figures] == [pytest.approx(6, abs=0.01)] * 3
    assert len({figure.data[1].x[0] for figure in figures}) == 1
    assert figures[2].data[0].x[0] == 20, "the frame's end"
    assert figures[2].layout.annotations[0].text == "every n-gram: 1.0 × 10⁶³ →"


def test_a_window_is_smaller_while_it_is_short():
    """H (K - 1) V against H^2: with 27 symbols and 128 units, 5 steps of window cost less than recurrence, 6 more."""
    for context, smaller in ((5, True), (6, False)):
        tables, recurrent = parameter_counts(context, 27, 128).data
        assert (tables.x[3] < recurrent.x[0]) == smaller


# -- What comes next ----------------------------------------------------------------------------------------
LETTERS = (" ", "\n", *string.ascii_lowercase)
SCORES = np.random.default_rng(0).standard_normal((3, 28)) * 1.5


def test_a_few_symbols_stand_in_their_order():
    scores = [0.0, 1.0, 3.0, 1.0]
    bars, rest = next_symbol(scores, ("e", "h", "l", "o"), 0.5, "he").data
    assert list(bars.x) == ["e", "h", "l", "o"]
    np.testing.assert_allclose(bars.y, softmax(np.array(scores) / 0.5), atol=0.00051)
    assert len(rest.x) == 0


def test_many_symbols_keep_their_order_at_every_temperature_and_the_rest_is_counted():
    for temperature in (0, 0.2, 1, 2):
        bars, rest = next_symbol(SCORES[0], LETTERS, temperature).data
        order = np.argsort(-SCORES[0])[:12]
        assert list(bars.x) == [{" ": "␣", "\n": "⏎"}.get(LETTERS[i], LETTERS[i]) for i in order]
        assert sum(bars.y) + rest.y[0] == pytest.approx(1, abs=0.008)
        assert next_symbol(SCORES[0], LETTERS, temperature).layout.xaxis.range == (-0.9, 12.6)


def test_reading_of_the_next_symbol():
    told = next_symbol(np.log([0.5, 0.25, 0.25]), ("a", " ", "c"), 1.0, "b a").layout.meta["reading"]
    assert told == "After “b␣a”, temperature 1: “a” is likeliest, 50 %; entropy 1.50 bits of at most 1.58."
    assert "entropy 0.00 bits" in next_symbol([1.0, 0.0], ("a", "b"), 0).layout.meta["reading"]


# -- All of them --------------------------------------------------------------------------------------------
def after(context, temperature):
    return next_symbol(SCORES[context], LETTERS, temperature, LETTERS[context + 2])


CALLS = {
    "unrolled": (unrolled, {"steps": (1, 30, 1, 30), "eigenvalue": (0.5, 1.3, 0.1, 0.9), "signal": list(SIGNALS)}),
    "shapes": (shapes, {"problem": list(PROBLEMS), "step": (1, 7, 1, 7)}),
    "counts": (
        parameter_counts,
        {
            "context": (1, 20, 1, 5),
            "symbols": {"27 letters": 27, "1,000 words": 1000, "50,000 words": 50_000},
            "hidden": [128, 32, 512, 1024],
        },
    ),
    "after": (after, {"context": {"a": 0, "b": 1, "c": 2}, "temperature": (0, 2, 0.1, 1)}),
}


def test_it_is_small_and_its_axes_stay(explorer):
    check_baked(explorer, 21_000)


def test_every_control_changes_data_from_the_start(explorer):
    check_values(explorer, ends="step")  # a problem may have come to its last step


def test_readings_are_short_and_tell_a_number(explorer):
    for values in states(explorer):
        check_told(explorer.draw(**values))
