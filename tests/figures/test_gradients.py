"""The figures of chapter 3 show what theory says, and keep their axes still."""

import re

import numpy as np
import pytest

from helpers.figures.front import memory
from helpers.figures.gradients import DECADES, norm_against_step


@pytest.mark.parametrize(("length", "eigenvalue"), [(5, 0.5), (60, 1.1), (100, 0.9), (100, 1.5)])
def test_linear_curve_is_a_power(length, eigenvalue):
    drawn = norm_against_step(length, eigenvalue)
    steps = np.arange(length + 1)
    np.testing.assert_allclose(drawn.data[0].y, (length - steps) * np.log10(eigenvalue), atol=0.0051)
    assert drawn.data[0].y[-1] == 0, "the loss sends a gradient of norm 1"


def test_reading_and_label_name_the_factor_at_step_0():
    drawn = norm_against_step(60, 1.1)
    assert drawn.layout.meta["reading"].startswith("60 steps, eigenvalue 1.1: 304 of the gradient")
    assert drawn.layout.annotations[1].text == "304 at step 0"
    assert "cannot learn" in norm_against_step(100, 0.9).layout.meta["reading"]
    assert "throws the weights far away" in norm_against_step(100, 1.5).layout.meta["reading"]


def test_tanh_damps_what_the_linear_network_amplifies():
    linear, tanh = (norm_against_step(100, 1.5, phi).data[0].y[0] for phi in ("identity", "tanh"))
    assert linear == pytest.approx(100 * np.log10(1.5), abs=0.01)
    assert tanh < linear - 5


def test_axes_stay_where_they_are():
    figures = [norm_against_step(n, e, a) for n in (5, 100) for e in (0.5, 1.5) for a in ("identity", "tanh")]
    for axis in ("xaxis", "yaxis"):
        assert len({str(figure.layout[axis].range) for figure in figures}) == 1


@pytest.mark.parametrize(("eigenvalue", "arrow"), [(0.5, "↓"), (1.5, "↑")])
def test_a_curve_that_leaves_the_frame_is_labelled_where_it_leaves(eigenvalue, arrow):
    drawn = norm_against_step(100, eigenvalue)
    label, marker = drawn.layout.annotations[1], drawn.data[1]
    assert label.text.startswith(arrow)
    assert abs(marker.y[0]) <= DECADES
    assert marker.x[0] > 0
    assert re.search(r"10[⁻⁰-⁹¹²³]+ at step 0", label.text)


def test_memory_of_one_unit():
    held = memory(1.25)
    fixed_point = held.data[0].y[-1]
    assert fixed_point == pytest.approx(np.tanh(1.25 * fixed_point), abs=1e-3), "it settles where h = tanh(w h)"
    assert held.data[1].y[-1] == pytest.approx(fixed_point, abs=0.01), "for both inputs"
    assert memory(0.5).data[0].y[-1] == 0
    readings = [memory(w).layout.meta["reading"] for w in (0.5, 1.0, 1.25)]
    for reading, words in zip(readings, ("forgotten", "A trace is left", "not how big it was"), strict=True):
        assert words in reading
