"""The figures on trained networks show what was recorded and what the runs measured."""

import numpy as np
import pytest

from helpers.adding import AddingRun
from helpers.data import NAMES
from helpers.figures.gates.reading import DOTS, QUANTITIES, adding, reading
from helpers.recording import Recording

WORDS = ["in", "comes", "dora", ".", "who", "came", "last", "?"]
T, H = len(WORDS), 6


def texts():
    rng, made = np.random.default_rng(0), {}
    for name in ("one", "other"):
        gates = {part: rng.uniform(0, 1, (T, H)) for part in "ifo"}
        signed = {part: rng.uniform(-1, 1, (T, H)) for part in "gh"}
        cells, outputs = rng.normal(0, 2, (T, H)), rng.normal(0, 1, (T, len(NAMES)))
        made[name] = (WORDS, Recording(**gates, **signed, c=cells, y=outputs))
    return made


def runs():
    rng, made = np.random.default_rng(0), {}
    sums = rng.uniform(0, 2, 200)
    for kind, checks in {"gru": 4, "lstm": 7, "relu": 6, "tanh": 9}.items():
        spread = np.geomspace(0.6, 0.6 if kind == "tanh" else 0.05, checks)
        answers = sums + spread[:, None] * rng.standard_normal((checks, 200))
        errors = ((answers - sums) ** 2).mean(axis=1)
        solved = 25 * (checks - 1) if errors[-1] < 0.01 else None
        made[kind] = AddingRun(None, solved, 25 * np.arange(checks), errors, sums, answers)
    return made


@pytest.mark.parametrize("quantity", list(QUANTITIES))
def test_the_heat_map_and_the_line_are_the_recording(quantity):
    made = texts()
    for text in made:
        seen = made[text][1]
        values = np.tanh(seen.c) if quantity == "c" else getattr(seen, quantity)
        figure = reading(made, text, quantity, 4)
        heat, mark, row = figure.data
        np.testing.assert_allclose(np.array(heat.z), values.T, atol=0.0051)
        np.testing.assert_allclose(row.y, values[:, 3], atol=0.0051)
        assert list(row.x) == list(range(1, T + 1))
        assert mark.y == (4,)
        assert (heat.zmin, heat.zmax) == ((-1, 1) if quantity in "gch" else (0, 1))
        assert figure.layout.yaxis2.range == ((-1.05, 1.05) if quantity in "gch" else (-0.05, 1.05))


def test_the_words_stand_below_with_the_answer_at_the_question_mark():
    made = texts()
    figure = reading(made, "one", "f", 1)
    answer = NAMES[made["one"][1].y[-1].argmax()]
    assert list(figure.layout.xaxis.ticktext) == [*WORDS[:-1], f"? <b>{answer}</b>"]
    assert list(figure.layout.xaxis.tickvals) == list(range(1, T + 1))


def test_reading_says_where_the_gate_is_lowest():
    made = texts()
    for unit in (1, 6):
        f = made["other"][1].f
        step = int(np.round(f[:, unit - 1], 2).argmin())
        told = reading(made, "other", "f", unit).layout.meta["reading"]
        assert told.startswith(f"Forget gate of unit {unit}: lowest at word {step + 1}, “{WORDS[step]}”")
        assert f"{f[step, unit - 1]:.2f}. Mean of all 6 units there: {np.round(f[step], 2).mean():.2f}" in told
        assert len(told.split()) < 30
    signed = reading(made, "one", "c", 2).layout.meta["reading"]
    assert "Cell of unit 2: furthest from 0 at word" in signed


def test_adding_shows_the_moment():
    made = runs()
    for cell, run in made.items():
        for updates in (0, 60, 100, 1000):
            figure = adding(made, cell, updates)
            at = int((run.updates <= updates).sum()) - 1
            *curves, mark, dots, diagonal = figure.data
            assert mark.x == (run.updates[at],)
            assert mark.y == pytest.approx([np.log10(run.errors[at])], abs=1e-3)
            np.testing.assert_allclose(dots.x, run.sums[:DOTS], atol=0.0051)
            np.testing.assert_allclose(dots.y, run.answers[at][:DOTS], atol=0.0051)
            assert list(diagonal.x) == list(diagonal.y) == [0, 2]
            for curve, other in zip(curves, made.values(), strict=True):
                so_far = other.updates <= updates  # what comes later would answer the reader's question
                np.testing.assert_allclose(curve.y, np.log10(other.errors[so_far]), atol=1e-3)
                np.testing.assert_array_equal(curve.x, other.updates[so_far])
            told = figure.layout.meta["reading"]
            assert f"after {run.updates[at]} updates: mean squared error {run.errors[at]:.3f}" in told
            assert ("solved" in told) == (run.errors[at] < 0.01)
            assert len(told.split()) < 30


def test_the_axes_of_adding_stay():
    made = runs()
    layouts = [adding(made, cell, updates).layout for cell in made for updates in (0, 100, 1000)]
    for axis in ("xaxis", "yaxis", "xaxis2", "yaxis2"):
        assert len({layout[axis].range for layout in layouts}) == 1, axis
    assert [shape.y0 for shape in layouts[0].shapes] == pytest.approx(np.log10([1 / 6, 0.01]), abs=1e-3)


def test_errors():
    for message, call in {
        "text: got 'none', wanted": lambda: reading(texts(), "none", "f", 1),
        "quantity: got 'z', wanted": lambda: reading(texts(), "one", "z", 1),
        "unit: got 0": lambda: reading(texts(), "one", "f", 0),
        "unit: got 7, wanted 1 to 6": lambda: reading(texts(), "one", "f", 7),
        "cell: got 'rnn', wanted": lambda: adding(runs(), "rnn", 0),
        "updates: got -1": lambda: adding(runs(), "gru", -1),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
