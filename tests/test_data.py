"""The tasks ask for what they say, and nothing gives the answer away."""

import numpy as np
import pytest

from helpers import data
from helpers.data import (
    GREETING_WORDS,
    NAMES,
    adding_task,
    copy_task,
    greetings,
    hold_task,
    recall_task,
    steps_since_symbol,
)


def generator(seed=0):
    return np.random.default_rng(seed)


def check_copy_layout(module):
    """Symbols, T - 1 blanks, the mark, blanks; the symbols are asked in order at the end."""
    x, targets = module.copy_task(7, 4, generator(), symbols=6, length=3)
    assert x.shape == (13, 4, 8)
    assert targets.shape == (13, 4)
    classes = x.argmax(axis=-1)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    np.testing.assert_array_equal(classes[:3], targets[-3:])
    assert (classes[:3] < 6).all()
    assert (classes[3:9] == 6).all(), "T - 1 blanks"
    assert (classes[9] == 7).all(), "the mark"
    assert (classes[10:] == 6).all()
    assert (targets[:-3] == -1).all()


def check_recall_shift(module):
    x, targets = module.recall_task(9, 3, 4, generator())
    assert set(np.unique(x)) == {-1.0, 1.0}
    assert np.isnan(targets[:4]).all()
    np.testing.assert_array_equal(targets[4:], x[:5])


def check_adding_layout(module):
    """Two marks, one in each half, anywhere in it; the sum of the marked numbers is asked at the last step alone."""
    for T in (2, 5, 8):
        x, targets = module.adding_task(T, 300, generator())
        assert x.shape == (T, 300, 2)
        assert targets.shape == (T, 300, 1)
        numbers, marks = x[..., 0], x[..., 1]
        assert set(np.unique(marks)) <= {0.0, 1.0}
        half = T // 2
        assert (marks[:half].sum(axis=0) == 1).all()
        assert (marks[half:].sum(axis=0) == 1).all()
        assert marks.any(axis=1).all(), "each step is marked now and then"
        assert np.isnan(targets[:-1]).all()
        for b in range(300):
            np.testing.assert_allclose(targets[-1, b, 0], numbers[marks[:, b] == 1, b].sum(), rtol=1e-12)


def check_adding_numbers(module):
    """Uniform from 0 to 1 at every step, marked or not: mean 1/2, variance 1/12, and the sum's variance is 1/6."""
    x, targets = module.adding_task(10, 20_000, generator())
    numbers, marked = x[..., 0], x[..., 1] == 1
    for part in (numbers[marked], numbers[~marked]):
        assert 0 <= part.min() < 0.001
        assert 0.999 < part.max() < 1
        assert part.mean() == pytest.approx(1 / 2, abs=0.005)
        assert part.var() == pytest.approx(1 / 12, rel=0.02)
    error = np.mean((targets[-1] - 1) ** 2)  # of who always answers 1
    assert error == pytest.approx(1 / 6, rel=0.03)
    assert abs(error - 0.1767) > 0.006, "as often quoted"


def check_greetings_text(module):
    x, targets = module.greetings(2, 3, generator())
    assert x.shape == (14, 3, len(GREETING_WORDS))
    story = [GREETING_WORDS[i] for i in x[:, 0].argmax(axis=-1)]
    assert story[1:4] == ["is", "greeted", "."]
    assert story[-2:] == ["who", "?"]
    assert [story[i] for i in (4, 7, 8, 11)] == ["the", ".", "the", "."]
    assert NAMES[targets[-1, 0]] == story[0]
    assert (targets[:-1] == -1).all()


def check_hold_layout(module):
    """The target is the symbol itself where there is one, and stays until the next."""
    x, targets = module.hold_task(40, 5, generator(), gap=(2, 6), symbols=3)
    assert x.shape == (40, 5, 4)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    for b in range(5):
        last = None
        for t, symbol in enumerate(x[:, b].argmax(axis=-1)):
            last = last if symbol == 3 else symbol
            assert targets[t, b] == last


def check_hold_gaps(module):
    """Every gap from the shortest to the longest occurs equally often; each symbol does, too."""
    x, _ = module.hold_task(400, 200, generator(), gap=(2, 5))
    classes = x.argmax(axis=-1)
    gaps = np.concatenate([np.diff(np.flatnonzero(column != 4)) for column in classes.T])
    assert set(gaps) == {2, 3, 4, 5}
    np.testing.assert_allclose(np.bincount(gaps)[2:] / len(gaps), 1 / 4, atol=0.02)
    np.testing.assert_allclose(np.bincount(classes[classes < 4]) / len(classes[classes < 4]), 1 / 4, atol=0.02)


def test_hold_layout():
    check_hold_layout(data)


def test_hold_gaps():
    check_hold_gaps(data)


def test_steps_since_symbol():
    symbol, blank = [1, 0, 0], [0, 0, 1]
    x = np.array([symbol, blank, blank, symbol, blank], float)[:, None]
    np.testing.assert_array_equal(steps_since_symbol(x)[:, 0], [0, 1, 2, 0, 1])
    x, _ = hold_task(300, 50, generator())
    assert steps_since_symbol(x).max() == 19, "the longest gap is 20 steps, so 19 lie between"
    with pytest.raises(ValueError, match="x: got a blank as its first input"):
        steps_since_symbol(x[1:])


def test_copy_layout():
    check_copy_layout(data)


def test_recall_shift():
    check_recall_shift(data)


def test_adding_layout():
    check_adding_layout(data)


def test_adding_numbers():
    check_adding_numbers(data)


def test_greetings_text():
    check_greetings_text(data)


def test_docstring_example_is_a_story_of_the_family():
    words = ["dora", "is", "greeted", ".", "the", "kettle", "hums", ".", "the", "lamp", "waits", ".", "who", "?"]
    assert set(words) <= set(GREETING_WORDS)
    assert len(words) == greetings(2, 1, generator())[0].shape[0]
    assert len(set(GREETING_WORDS)) == len(GREETING_WORDS) == 30


def test_lag_zero_and_no_sentence_between():
    x, targets = recall_task(3, 2, 0, generator())
    np.testing.assert_array_equal(x, targets)
    assert greetings(0, 2, generator())[0].shape == (6, 2, 30)


def test_answers_are_spread_evenly_and_independent_of_the_rest():
    _, targets = copy_task(2, 4000, generator())
    assert np.abs(np.bincount(targets[-5:].ravel()) / 20000 - 1 / 8).max() < 0.01
    x, targets = greetings(1, 8000, generator())
    thing = x[5].argmax(axis=-1) - GREETING_WORDS.index("kettle")
    table = np.histogram2d(targets[-1], thing, bins=8)[0] / 8000
    assert np.abs(table - 1 / 64).max() < 0.006


def test_the_same_seed_gives_the_same_batch():
    for make in (
        lambda rng: copy_task(3, 2, rng),
        lambda rng: recall_task(5, 2, 1, rng),
        lambda rng: greetings(1, 2, rng),
        lambda rng: hold_task(9, 2, rng),
    ):
        (x, a), (y, b) = make(generator(3)), make(generator(3))
        np.testing.assert_array_equal(x, y)
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("T: got 0", lambda rng: copy_task(0, 1, rng)),
        ("batch: got 0", lambda rng: copy_task(1, 0, rng)),
        ("symbols: got 0", lambda rng: copy_task(1, 1, rng, symbols=0)),
        ("length: got 0", lambda rng: copy_task(1, 1, rng, length=0)),
        ("T: got 1, wanted at least 2", lambda rng: adding_task(1, 1, rng)),
        ("T: got 0", lambda rng: adding_task(0, 1, rng)),
        ("batch: got 0", lambda rng: adding_task(5, 0, rng)),
        ("rng: got 3", lambda rng: adding_task(5, 1, 3)),
        ("lag: got -1", lambda rng: recall_task(5, 1, -1, rng)),
        ("lag: got 5", lambda rng: recall_task(5, 1, 5, rng)),
        ("sentences: got -1", lambda rng: greetings(-1, 1, rng)),
        ("T: got 0", lambda rng: hold_task(0, 1, rng)),
        ("gap: got 0", lambda rng: hold_task(5, 1, rng, gap=(0, 3))),
        (r"gap: got \(4, 3\), wanted the shorter first", lambda rng: hold_task(5, 1, rng, gap=(4, 3))),
        ("symbols: got 0", lambda rng: hold_task(5, 1, rng, symbols=0)),
        ("rng: got 5", lambda rng: hold_task(5, 1, 5)),
        ("rng: got 0", lambda rng: copy_task(1, 1, 0)),
        ("rng: got None", lambda rng: recall_task(5, 1, 1, None)),
        ("rng: got 7", lambda rng: greetings(1, 1, 7)),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=message):
        call(generator())
