"""The figures of chapter 8 show the numbers of the helpers and of the records, and keep their axes still."""

import re

import numpy as np
import pytest
from states import check_baked, check_frame, check_values

from helpers.figures.linear_recurrence import cost, curse, memory, parity, ring, scan
from helpers.figures.linear_recurrence.cost import ALONE, STYLES, WHAT
from helpers.figures.linear_recurrence.curse import TOP, landscape, moved
from helpers.figures.linear_recurrence.parity import LABELS
from helpers.figures.linear_recurrence.ring import UNITS
from helpers.linear_recurrence import METHODS, PARAMETRISATIONS, linear_recurrence, parameter_sensitivity, scan_levels
from helpers.records import load

PARITY, COST = (load(f"linear_recurrence_{name}") for name in ("parity", "cost"))

CALLS = {
    "memory": (
        memory,
        {"radius": [0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999], "angle": [0, 15, 30, 45, 60, 90, 120, 150, 180]},
    ),
    "scan": (
        scan,
        {
            "method": {"loop": "loop", "Hillis–Steele": "hillis-steele", "two sweeps": "blelloch"},
            "T": [16, 8, 4],
            "rounds": (1, 15, 1, 1),
        },
    ),
    "parity": (
        lambda **values: parity(PARITY, **values),
        {"model": {label: name for name, label in LABELS.items()}, "longest": [40, 16], "others": False},
    ),
    "cost": (
        lambda **values: cost(COST, **values),
        {"what": {label: name for name, label in WHAT.items()}, "T": [256, 64, *COST["lengths"][3:]]},
    ),
    "curse": (
        curse,
        {"radius": [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999], "parametrisation": list(PARAMETRISATIONS)},
    ),
    "ring": (
        ring,
        {"r_min": [0.0, 0.4, 0.8, 0.9], "r_max": [0.95, 0.99, 0.999], "phase": [360, 180, 60, 18]},
    ),
}


def reading(figure):
    return figure.layout.meta["reading"]


def trace(figure, name):
    return next(found for found in figure.data if found.name == name)


# -- One eigenvalue ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("radius", "angle"), [(0.9, 0), (0.98, 30), (0.5, 180), (0.99, 90)])
def test_what_is_left_is_the_response_of_a_recurrence(radius, angle):
    """The recurrence itself is run with a single 1 as input."""
    figure = memory(radius, angle)
    pulse = np.zeros((101, 1, 1), complex)
    pulse[0] = 1
    hs = linear_recurrence([radius * np.exp(1j * np.deg2rad(angle))], pulse)[:, 0, 0]
    left = trace(figure, "what is left")
    np.testing.assert_allclose(left.y, hs.real, atol=6e-4)
    assert list(left.x) == list(range(101))
    bound = trace(figure, "radius^k")
    np.testing.assert_allclose(bound.y, np.abs(hs)[list(bound.x)], atol=6e-4)
    dot = trace(figure, "eigenvalue")
    assert np.hypot(dot.x[1], dot.y[1]) == pytest.approx(radius, abs=1e-3)


def test_readings_of_one_eigenvalue():
    assert "half is left after 69 steps, 37 % after 100; it turns round once in 12 steps" in reading(memory(0.99, 30))
    assert "1.0 steps" in reading(memory(0.5, 0))
    assert "it only fades" in reading(memory(0.5, 0))
    assert "its sign changes at every step" in reading(memory(0.5, 180))
    assert "once in 12 steps" in reading(memory(0.9, 330)), "the shorter way round"
    assert [list(trace(memory(radius, 0), "half").x) for radius in (0.5, 0.999)] == [[1.0], []]
    assert "0.0 steps" in reading(memory(0, 0))


# -- The rounds of a scan ---------------------------------------------------------------------------------
def joined(figure):
    """The segments that are drawn, as (from column, from row, into column, into row)."""
    found = []
    for name in ("rounds before", "this round"):
        lines = trace(figure, name)
        x, y = (np.array(values, dtype=float).reshape(-1, 3) for values in (lines.x, lines.y))
        found += zip(x[:, 0], y[:, 0], x[:, 1], y[:, 1], strict=True)
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("T", [1, 2, 5, 8, 16])
def test_following_the_lines_gives_every_state_all_of_its_steps(method, T):
    """Each circle is the sum of the steps that its two lines bring; in the end column i has 1 .. i, each once."""
    figure = scan(method, T, 15)
    names = dict(zip(np.round(figure.layout.xaxis.tickvals, 6), range(T), strict=True))
    held = {(i, 0): [i + 1] for i in range(T)}
    for (x0, y0, x1, y1), (x2, y2, x3, y3) in zip(joined(figure)[::2], joined(figure)[1::2], strict=True):
        assert (x1, y1, x1) == (x3, y3, x2), "one line from the left, one from above"
        left, above, into = names[round(x0, 6)], names[round(x2, 6)], names[round(x1, 6)]
        assert left < into == above
        assert max(y0, y2) < y1, "only what earlier rounds wrote"
        held[into, y1] = held[left, y0] + held[above, y2]
    last = {i: held[i, max(row for column, row in held if column == i)] for i in range(T)}
    assert last == {i: list(range(1, i + 2)) for i in range(T)}
    assert f"{T} of {T} states are known" in reading(figure)
    finished = trace(figure, "finished states")
    assert len(finished.x) == T


def test_rounds_are_drawn_one_by_one():
    for method in METHODS:
        levels = scan_levels(16, method)
        for n in (1, 2, len(levels)):
            figure = scan(method, 16, n)
            assert len(joined(figure)) == 2 * sum(len(level) for level in levels[:n])
            assert len(trace(figure, "this round").x) == 6 * len(levels[n - 1])
    told = reading(scan("hillis-steele", 16, 2))
    assert told == (
        "Hillis–Steele, 16 steps: after round 2 of 4, 4 of 16 states are known; 29 of 49 combinations made, "
        "14 at once in this round."
    )
    assert "round 7 of 7" in reading(scan("blelloch", 16, 9))
    assert trace(scan("blelloch", 8, 1), "stretches").text[:2] == ("step 2", "step 3")


# -- Parity -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", list(PARITY["parity"]))
def test_accuracy_is_the_record_s(model):
    for longest in (16, 40):
        figure, row = parity(PARITY, model, longest), PARITY["parity"][model][str(longest)]
        curve = trace(figure, LABELS[model])
        np.testing.assert_allclose(curve.y, 100 * np.array(row["median"]), atol=0.051)
        np.testing.assert_allclose(2 ** np.array(curve.x), PARITY["lengths"], rtol=1e-3)
        band = trace(figure, "worst to best of five seeds").y
        np.testing.assert_allclose(band[: len(curve.y)], 100 * np.array(row["best"]), atol=0.051)
        np.testing.assert_allclose(band[::-1][: len(curve.y)], 100 * np.array(row["worst"]), atol=0.051)
        assert figure.layout.shapes[0].x0 == pytest.approx(np.log2(longest))
        assert f"right up to length {row['right up to']:.0f};" in reading(figure)
        assert list(trace(figure, "other models").x or []) == []
        others = trace(parity(PARITY, model, longest, others=True), "other models").y
        assert others.count(None) == len(PARITY["parity"]) - 1


def test_every_model_of_the_record_has_a_name():
    assert list(LABELS) == list(PARITY["parity"])


# -- Costs ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", list(WHAT))
def test_costs_are_the_record_s(what):
    for T in (64, 4096, 8192):
        figure, here = cost(COST, what, T), COST["lengths"].index(T)
        drawn = ALONE if what.startswith("next") else STYLES
        for n, name in enumerate(name for name in STYLES if name in drawn):
            wanted = COST["layers"][name][what]
            found = [np.nan if v is None else 10**v for v in figure.data[n].y]
            np.testing.assert_allclose(found, np.array(wanted, dtype=float), rtol=2e-3)
        marks = trace(figure, f"T = {T}")
        values = [COST["layers"][name][what][here] for name in STYLES if name in drawn]
        np.testing.assert_allclose(10.0 ** np.array(marks.y), [v for v in values if v is not None], rtol=2e-3)
        labels = [a for a in figure.layout.annotations if a.x == 13.4]
        assert len(labels) == len(drawn)
        heights = [label.y for label in labels]
        assert np.diff(heights).min() > 0.9
        low, high = figure.layout.yaxis.range
        assert low <= min(heights)
        assert max(heights) <= high


def test_what_was_not_measured_says_so():
    texts = [a.text for a in cost(COST, "training, ms", 8192).layout.annotations]
    assert sum("not measured" in text for text in texts) == 1
    assert not any("not measured" in a.text for a in cost(COST, "training, ms", 64).layout.annotations)


# -- The curse of memory ----------------------------------------------------------------------------------
@pytest.mark.parametrize("parametrisation", PARAMETRISATIONS)
def test_the_valley_is_as_sharp_as_the_sensitivity(parametrisation):
    """Near the right value the loss is offset^2 times the mean square sensitivity, over the output's mean square."""
    for radius in (0.5, 0.9, 0.99):
        power = 1 / (1 - radius**2) if parametrisation == "eigenvalue" else 1.0
        offset = 1e-3 * (1 if parametrisation == "exponential" else 1 - radius)
        both = moved(parametrisation, radius, np.array([-offset, offset])).mean()
        assert both * power / offset**2 == pytest.approx(parameter_sensitivity(radius, parametrisation), rel=1e-3)
        assert moved(parametrisation, radius, np.array([0.0]))[0] == pytest.approx(0, abs=1e-12)


def test_the_loss_is_that_of_two_states_under_noise():
    x, r, m, turned = np.random.default_rng(0).standard_normal((200_000, 1, 1)), 0.8, 0.9, 0.3
    own, right = (linear_recurrence([value], x + 0j) for value in (r * np.exp(1j * turned), m))
    wrong = np.mean(np.abs(own - right) ** 2) / np.mean(np.abs(right) ** 2)
    assert landscape("eigenvalue", np.array(r), m, turned) == pytest.approx(wrong, rel=0.02)
    own, right = own * np.sqrt(1 - r**2), right * np.sqrt(1 - m**2)
    assert landscape("normalised", np.array(r), m, turned) == pytest.approx(np.mean(np.abs(own - right) ** 2), rel=0.02)


def test_the_valley_narrows_except_for_the_lru():
    def width(radius, parametrisation):
        low, high = trace(curse(radius, parametrisation), "less than a tenth is wrong").x
        return high - low

    for kind in ("eigenvalue", "normalised", "angle"):
        assert width(0.9, kind) > 5 * width(0.99, kind) > 25 * width(0.999, kind)
    assert width(0.9, "exponential") == pytest.approx(width(0.999, "exponential"), rel=0.1)
    low, high = trace(curse(0.9, "eigenvalue"), "less than a tenth is wrong").x
    losses = moved("eigenvalue", 0.9, np.array([low, high]))
    np.testing.assert_allclose(losses, 0.1, rtol=0.02)
    assert max(trace(curse(0.99, "angle"), "loss").y) <= TOP
    assert trace(curse(0.99, "eigenvalue"), "loss").x[0] == pytest.approx(-0.99)
    assert reading(curse(0.99, "eigenvalue")).endswith(
        "Loss below 0.1 from −0.0066 to +0.0033; a step of 0.01 changes a state of size 7.1 by 5."
    )


# -- The ring ---------------------------------------------------------------------------------------------
def test_the_ring_holds_the_eigenvalues():
    for r_min, r_max, phase in ((0.0, 0.99, 360), (0.8, 0.999, 60), (0.9, 0.95, 18)):
        figure = ring(r_min, r_max, phase)
        dots, bars = trace(figure, "eigenvalues"), trace(figure, "eigenvalues with this half-life")
        z = np.array(dots.x) + 1j * np.array(dots.y)
        assert len(z) == UNITS == sum(bars.x)
        assert np.abs(z).min() >= r_min - 1e-3
        assert np.abs(z).max() <= r_max + 1e-3
        assert (np.rad2deg(np.angle(z)) % 360).max() <= phase + 0.5
        fast = np.log(0.5) / np.log(np.abs(z)) < 3  # the first two bars
        assert sum(bars.x[:2]) == pytest.approx(fast.sum(), abs=1)


# -- All of them ------------------------------------------------------------------------------------------
def test_whole_range_is_within_budget_and_axes_stay(explorer):
    check_baked(explorer)


def test_each_control_moves_the_traces(explorer):
    check_values(explorer, ends="rounds")


def test_readings_are_short_and_curves_stay_in_the_frame(explorer):
    check_frame(explorer)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: memory(1.0, 0), "radius: got 1.0, wanted at least 0 and below 1"),
        (lambda: memory(0.5, float("nan")), "angle"),
        (lambda: scan("tree", 8, 1), "method: got 'tree', wanted one of"),
        (lambda: scan("loop", 17, 1), "T: got 17, wanted 1 to 16"),
        (lambda: scan("loop", 0, 1), "T: got 0"),
        (lambda: scan("loop", 8, 0), "rounds: got 0"),
        (lambda: parity(PARITY, "gru", 40), "model: got 'gru', wanted one of 'positive'"),
        (lambda: parity(PARITY, "signed", 20), "longest: got 20, wanted one of 16, 40"),
        (lambda: cost(COST, "price", 64), "what: got 'price', wanted one of"),
        (lambda: cost(COST, "forward, ms", 100), "T: got 100, wanted one of 64"),
        (lambda: curse(1.0, "eigenvalue"), "radius: got 1.0, wanted at least 0 and below 1"),
        (lambda: curse(0.0, "eigenvalue"), "radius: got 0.0, wanted above 0"),
        (lambda: curse(0.5, "gamma"), "parametrisation: got 'gamma', wanted one of"),
        (lambda: ring(0.9, 0.5, 360), "r_min: got 0.9, wanted a radius below r_max"),
        (lambda: ring(0.5, 1.0, 360), "r_max: got 1.0"),
        (lambda: ring(0.5, 0.9, 0), "max_phase: got 0.0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
