"""The figures on clipping and on the start of training show the numbers that they name."""

import numpy as np
import pytest
from states import states

from helpers.explore import MAX_BYTES
from helpers.figures.gradients.training import (
    DECADES,
    STEPS,
    cliff,
    clipping_field,
    descent,
    initialisation,
)
from helpers.initial import SCHEMES

CALLS = {
    "clipping": (clipping_field, {"method": ["norm", "value"], "threshold": (0.25, 3, 0.25, 1.5)}),
    "cliff": (cliff, {"method": ["norm", "value"], "threshold": (0.05, 1, 0.05, 0.3)}),
    "initialisation": (
        initialisation,
        {"scheme": list(SCHEMES), "size": (16, 128, 16, 64), "activation": ["identity", "tanh", "relu"]},
    ),
}


def test_within_the_budget(explorer):
    explorer.bake()  # raises beyond 35 KB
    assert MAX_BYTES == 35_000


def test_readings_are_short_and_axes_stay(explorer):
    figures = [explorer.draw(**values) for values in states(explorer)]
    for figure in figures:
        reading = figure.layout.meta["reading"]
        assert len(reading.split()) < 30, reading
        assert not any("nan" in str(trace.y) for trace in figure.data)
    for axis in (key for key in figures[0].layout if key.startswith(("xaxis", "yaxis"))):
        assert len({str(figure.layout[axis].range) for figure in figures}) == 1


def test_every_control_changes_data_from_the_start(explorer):
    start = explorer.values()
    drawn = [str(trace) for trace in explorer.draw(**start).data]
    for control in explorer.controls:
        for value in control.values:
            if value != start[control.name]:
                assert [str(t) for t in explorer.draw(**start | {control.name: value}).data] != drawn, control.name


def test_norm_keeps_the_named_arrow_on_its_ray_and_value_bends_it():
    kept, bent = clipping_field("norm", 1.0), clipping_field("value", 0.5)
    x, y = kept.data[4].x[1], kept.data[4].y[1]
    assert y / x == pytest.approx(0.5 / 4, abs=0.01)
    assert np.hypot(x, y) == pytest.approx(1, abs=0.01)
    assert (bent.data[4].x[1], bent.data[4].y[1]) == (0.5, 0.5)
    assert "cosine 0.789" in bent.layout.meta["reading"]
    assert "stays as it is" in clipping_field("norm", 5.0).layout.meta["reading"]
    for figure in (kept, bent):
        red = figure.data[2]
        length = np.hypot(red.x, red.y) if figure is kept else np.maximum(np.abs(red.x), np.abs(red.y))
        assert length.max() <= (1 if figure is kept else 0.5) + 0.01


def test_without_clipping_one_update_leaves_the_map():
    path, losses, gradients = descent("none", 1.0)
    assert np.linalg.norm(gradients, axis=1).argmax() == 32
    assert np.linalg.norm(gradients[32]) == pytest.approx(745, abs=1)
    np.testing.assert_allclose(path[33], [201, 314], atol=0.5)
    assert losses[-1] == pytest.approx(0.09), "the plateau where the unit is saturated"
    np.testing.assert_array_equal(path[33], path[-1], err_msg="no gradient is left there")


def test_with_clipping_the_path_stays_on_the_map():
    for method in ("norm", "value"):
        for threshold in (0.05, 0.3, 0.6):
            figure = cliff(threshold, method)
            x, y = figure.data[2].x, figure.data[2].y
            (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
            assert left < x.min()
            assert x.max() < right
            assert low < y.min()
            assert y.max() < high
            assert np.hypot(np.diff(x), np.diff(y)).max() < 0.5 * threshold * 1.42 + 0.002
    assert "745, moves w and b by 0.15" in cliff(0.3, "norm").layout.meta["reading"]


def test_initialisation_shows_spectrum_and_gradient():
    for scheme in ("orthogonal", "identity"):
        figure = initialisation(scheme, 64)
        np.testing.assert_allclose(np.hypot(figure.data[1].x, figure.data[1].y), 1, atol=0.01)
        np.testing.assert_allclose(figure.data[2].y, 0, atol=0.01)
    small = initialisation("small", 64)
    assert small.data[2].y[0] < -DECADES
    assert "↓" in small.layout.annotations[0].text
    assert abs(small.data[3].y[0]) <= DECADES
    assert len(initialisation("he", 128).data[1].x) == 128
    assert len(small.data[2].y) == STEPS + 1
    he, damped = initialisation("he", 64), initialisation("he", 64, "tanh")
    assert he.data[2].y[0] > 6
    assert abs(damped.data[2].y[0]) < 1
