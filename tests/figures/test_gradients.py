"""The figures of chapter 3 show what theory says, and keep their axes still."""

import re

import numpy as np
import pytest
from states import check_baked, check_controls, check_told, states

from helpers.explore import MAX_BYTES
from helpers.figures.front import memory
from helpers.figures.gradients import eigenvalue_powers, lag_contributions, norm_against_step, norms_by_kind
from helpers.figures.gradients.norms import DECADES, FAR, REACH
from helpers.gradients import recurrent_matrix


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


# -- The gradient of W_h by lag ---------------------------------------------------------------------------
def test_the_whole_hardly_moves_while_the_far_past_is_gone():
    """What a training log hides: every length shows the same norm, and lag 20 is a ten-millionth of it."""
    heights = [lag_contributions(0.5, length).data[1].y[0] for length in range(10, 101, 10)]
    assert np.ptp(heights) < 0.005, "in decades: one per cent"
    contributions = lag_contributions(0.5, 100).data[0].y
    assert heights[-1] - contributions[FAR] > 6
    assert "1.2 × 10⁻⁷ of it" in lag_contributions(0.5, 100).layout.meta["reading"]


def test_exploding_does_show_in_the_whole():
    assert lag_contributions(1.5, 100).data[1].y[0] > lag_contributions(0.5, 100).data[1].y[0] + 1
    assert "drowns the near" in lag_contributions(1.5, 100).layout.meta["reading"]


def test_lags_fall_by_at_least_the_radius():
    """W_h stretches by the radius, the slope of tanh by at most 1; the states vary, so a factor 2 is spared."""
    drawn = np.array(lag_contributions(0.7, 100).data[0].y)
    lags = np.arange(len(drawn))
    assert (drawn <= drawn[0] + lags * np.log10(0.7) + np.log10(2)).all()


def test_lag_20_needs_more_than_20_steps():
    for length in (10, 20):
        drawn = lag_contributions(0.5, length)
        assert "nothing is 20 steps back" in drawn.layout.meta["reading"]
        assert drawn.layout.annotations[1].text == "no lag 20 yet"


# -- Kinds of matrix --------------------------------------------------------------------------------------
@pytest.mark.parametrize("eigenvalue", [0.5, 1.0, 1.5])
def test_linear_orthogonal_stretches_all_alike(eigenvalue):
    stretch, one = (trace.y for trace in norms_by_kind("orthogonal", eigenvalue, 0.1, "identity").data)
    wanted = (100 - np.arange(0, 101, 2)) * np.log10(eigenvalue)
    np.testing.assert_allclose(stretch, wanted, atol=0.051)
    np.testing.assert_allclose(one, wanted, atol=0.051)


def test_shear_grows_before_it_dies():
    """Eigenvalues .9: the largest stretch is 19.4 nine steps back, as for the 2 x 2 block of the text."""
    stretch = np.array(norms_by_kind("nonnormal", 0.9, 0.1, "identity").data[0].y)
    block = np.array([[0.9, 5], [0, 0.9]])
    wanted = [np.log10(np.linalg.norm(np.linalg.matrix_power(block, k), 2)) for k in range(100, -1, -2)]
    np.testing.assert_allclose(stretch, wanted, atol=0.051)
    assert stretch.max() == 1.3  # log10 of 19.4


@pytest.mark.parametrize("activation", ["identity", "tanh", "relu"])
@pytest.mark.parametrize("kind", ["orthogonal", "symmetric", "gaussian", "nonnormal"])
def test_one_gradient_never_exceeds_the_largest_stretch(kind, activation):
    stretch, one = (np.array(trace.y) for trace in norms_by_kind(kind, 1.1, 0.5, activation).data)
    assert (one <= stretch + 1e-9).all()
    assert one[-1] == stretch[-1] == 0


def test_noise_decides_what_tanh_does():
    arrived = {noise: norms_by_kind("orthogonal", 1.5, noise, "tanh").data[1].y[0] for noise in (0, 0.1, 0.5, 1)}
    assert arrived[0] == pytest.approx(100 * np.log10(1.5), abs=0.051), "all states stay 0: a linear network"
    assert arrived[0] > arrived[0.1] > arrived[0.5] > arrived[1]
    words = [norms_by_kind(noise=noise).layout.meta["reading"] for noise in (0.1, 0.5, 1.0)]
    for reading, verdict in zip(words, ("it explodes", "step 0 hears the error", "it vanishes"), strict=True):
        assert reading.endswith(f"{verdict}.")


def test_relu_without_noise_is_exactly_zero():
    drawn = norms_by_kind("orthogonal", 1.5, 0.0, "relu")
    assert [list(trace.x) for trace in drawn.data] == [[100], [100]]
    assert "exactly nothing arrives" in drawn.layout.meta["reading"]


# -- Powers of an eigenvalue ------------------------------------------------------------------------------
@pytest.mark.parametrize(("magnitude", "angle"), [(0.8, 0), (0.94, 30), (1.0, 90), (1.1, 15), (0.9, 180)])
def test_powers_of_a_rotation(magnitude, angle):
    """The first component of the gradient (1, 0) under m times a rotation is the real part of lambda^k."""
    a = np.radians(angle)
    W = magnitude * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    g, components = np.array([1.0, 0.0]), []
    for _ in range(41):
        components.append(g)
        g = W.T @ g
    _, spiral, part = eigenvalue_powers(magnitude, angle).data
    shown = len(part.y)
    wanted = np.array(components)[:shown]
    np.testing.assert_allclose(part.y, wanted[:, 0], atol=0.0051)
    np.testing.assert_allclose(np.hypot(spiral.x, spiral.y), magnitude ** np.arange(shown), atol=0.0072)
    assert shown == 41 or np.abs(magnitude**shown) > REACH, "it ends only where it leaves the frame"


def test_readings_of_an_eigenvalue():
    assert "once in 12 steps, and its size halves every 11 steps" in eigenvalue_powers(0.94, 30).layout.meta["reading"]
    assert "sign flips at every step" in eigenvalue_powers(0.9, 180).layout.meta["reading"]
    assert "doubles every 7.3 steps" in eigenvalue_powers(1.1, 0).layout.meta["reading"]
    assert "size stays 1" in eigenvalue_powers(1.0, 45).layout.meta["reading"]


# -- All of them ------------------------------------------------------------------------------------------
KIND_CONTROLS = {
    "kind": ["orthogonal", "symmetric", "gaussian", "nonnormal"],
    "eigenvalue": (0.5, 1.5, 0.1, 1.5),
    "noise": [0.1, 0.0, 0.5, 1.0],
    "activation": ["tanh", "identity", "relu"],
}
CALLS = {
    "contributions": (lag_contributions, {"radius": (0.3, 1.5, 0.05, 0.5), "length": (10, 100, 10, 100)}),
    "norms": (norms_by_kind, KIND_CONTROLS),
    "powers": (eigenvalue_powers, {"magnitude": (0.8, 1.1, 0.02, 0.94), "angle": (0, 180, 15, 30)}),
}


def test_it_is_small_and_its_axes_stay(explorer):
    check_baked(explorer, MAX_BYTES)


def test_every_control_changes_data_from_the_start(explorer):
    check_controls(explorer)


def test_readings_are_short_and_tell_a_number(explorer):
    for values in states(explorer):
        check_told(explorer.draw(**values))


def test_the_kinds_are_those_of_the_module():
    for kind in KIND_CONTROLS["kind"]:
        recurrent_matrix(kind, 4, 1.0, np.random.default_rng(0))


def test_memory_of_one_unit():
    held = memory(1.25)
    fixed_point = held.data[0].y[-1]
    assert fixed_point == pytest.approx(np.tanh(1.25 * fixed_point), abs=1e-3), "it settles where h = tanh(w h)"
    assert held.data[1].y[-1] == pytest.approx(fixed_point, abs=0.01), "for both inputs"
    assert memory(0.5).data[0].y[-1] == 0
    readings = [memory(w).layout.meta["reading"] for w in (0.5, 1.0, 1.25)]
    for reading, words in zip(readings, ("forgotten", "A trace is left", "not how big it was"), strict=True):
        assert words in reading
