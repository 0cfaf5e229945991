"""Central differences find what is wrong, name it, and leave everything as it was."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import checking
from helpers.bptt import rnn_backward
from helpers.checking import check_gradients
from helpers.containers import close_arrays, open_arrays
from helpers.rnn_basics import rnn_forward


class Weights(NamedTuple):
    W_x: np.ndarray
    W_h: np.ndarray
    b: np.ndarray


RNG = np.random.default_rng(0)
X, H0, DHS = RNG.standard_normal((4, 2, 3)), RNG.standard_normal((2, 4)), RNG.standard_normal((4, 2, 4))


def weights():
    rng = np.random.default_rng(1)
    return Weights(*(0.5 * rng.standard_normal(shape) for shape in [(4, 3), (4, 4), (4,)]))


def loss(w):
    return float((rnn_forward(X, H0, *w)[0] * DHS).sum())


def right():
    return Weights(*rnn_backward(DHS, rnn_forward(X, H0, *weights())[1])[2:])


def check_finds_one_wrong_entry(module):
    """Any one number that is off by a hundredth, wherever it stands."""
    report = module.check_gradients(loss, weights(), right())
    assert report.ok, report
    assert report.checked == 12 + 16 + 4
    assert 0 < report.error < 1e-7
    for name in Weights._fields:
        for index in np.ndindex(getattr(right(), name).shape):
            wrong = right()
            getattr(wrong, name)[index] += 0.01
            report = module.check_gradients(loss, weights(), wrong)
            assert not report.ok
            assert (report.name, report.at) == (name, index)
            assert report.analytic == getattr(wrong, name)[index]
            assert report.numeric == pytest.approx(getattr(right(), name)[index], abs=1e-8)


def check_relative_error_by_hand(module):
    """L = p^2 at p = 3: the quotient is 6 exactly; 5 is wrong by 1/6, 12 by 1/2, and near 0 the floor counts."""
    square = lambda p: float((p * p).sum())
    for claimed, wanted in ((5.0, 1 / 6), (12.0, 1 / 2)):
        report = module.check_gradients(square, np.array([3.0]), np.array([claimed]))
        assert report.error == pytest.approx(wanted, rel=1e-6)
    report = module.check_gradients(lambda p: 0.0, np.zeros(2), np.array([0.0, 1e-4]), floor=1e-2)
    assert report.error == pytest.approx(1e-2)
    assert report.at == (1,)


def test_finds_one_wrong_entry():
    check_finds_one_wrong_entry(checking)


def test_relative_error_by_hand():
    check_relative_error_by_hand(checking)


def test_a_transposed_matrix_is_named():
    g = right()
    report = check_gradients(loss, weights(), g._replace(W_h=g.W_h.T))
    assert not report.ok
    assert report.name == "W_h"
    assert report.at[0] != report.at[1], "the diagonal is the same"


def test_a_missing_factor_is_named():
    g = right()
    report = check_gradients(loss, weights(), g._replace(b=g.b / 2))
    assert not report.ok
    assert report.name == "b"
    assert report.error == pytest.approx(0.5, abs=1e-6)


def test_it_reads_at_a_glance():
    report = check_gradients(loss, weights(), right())
    assert str(report).startswith("all 32 entries agree; worst relative error ")
    g = right()
    g.W_h[2, 1] = 7.0
    first, second = str(check_gradients(loss, weights(), g)).split("\n")
    assert first.startswith("W_h disagrees at [2, 1] (relative error ")
    assert second.startswith("  backward pass 7, central differences ")
    alone = check_gradients(lambda p: float(p**2), np.array(2.0), np.array(4.0))
    assert str(alone).endswith(" at parameters")


def test_every_container_will_do():
    w, g = weights(), right()
    as_dict = lambda p: loss(Weights(**p))
    for call in (
        lambda: check_gradients(lambda p: loss(Weights(*p)), list(w), list(g)),
        lambda: check_gradients(lambda p: loss(Weights(*p)), tuple(w), g),
        lambda: check_gradients(as_dict, w._asdict(), g),
        lambda: check_gradients(as_dict, w._asdict(), dict(reversed(g._asdict().items()))),
    ):
        report = call()
        assert report.ok, report
        assert report.checked == 32
    full = rnn_backward(DHS, rnn_forward(X, H0, *w)[1])
    report = check_gradients(lambda p: loss(w._replace(W_h=p["W_h"])), {"W_h": w.W_h}, full)
    assert report.ok, report
    assert report.checked == 16
    listed = check_gradients(lambda p: loss(Weights(*p)), list(w), [g.W_x, 2 * g.W_h, g.b])
    assert listed.name == "array 1"


def test_parameters_are_never_touched():
    w, g = weights(), right()
    kept = [a.copy() for a in (*w, *g)]
    for a in w:
        a.flags.writeable = False
    seen = []

    def watching(p):
        seen.append(all(a is not b for a, b in zip(p, w, strict=True)))
        np.testing.assert_array_equal(w.W_h, kept[1])
        return loss(p)

    check_gradients(watching, w, g)
    assert all(seen)
    assert len(seen) == 64
    for a, before in zip((*w, *g), kept, strict=True):
        np.testing.assert_array_equal(a, before)


def test_each_entry_is_moved_alone():
    """A number that stayed moved would spoil the quotient of a loss with products between the numbers."""
    p = np.array([2.0, 3.0, 5.0])
    report = check_gradients(lambda q: float(np.prod(q)), p, np.array([15.0, 10.0, 6.0]), step=1e-2, tolerance=1e-9)
    assert report.ok, report


@settings(deadline=None, max_examples=30)
@given(shape=st.lists(st.integers(1, 3), max_size=3), seed=st.integers(0, 9))
def test_cubes(shape, seed):
    p = np.asarray(np.random.default_rng(seed).standard_normal(shape))
    report = check_gradients(lambda q: float((q**3).sum()), p, np.asarray(3 * p**2))
    assert report.ok, report
    assert report.checked == p.size


def test_containers_come_back_as_they_were():
    for container in (weights(), list(weights()), tuple(weights()), weights()._asdict(), np.zeros((2, 3))):
        names, arrays = open_arrays("p", container)
        assert len(names) == len(arrays)
        closed = close_arrays(container, arrays)
        assert type(closed) is type(container)
        for a, b in zip(open_arrays("p", closed)[1], arrays, strict=True):
            assert a is b


def test_errors():
    w, g = weights(), right()
    single = [a.astype(np.float32) for a in w]
    for message, call in {
        r"gradients: got shape \(3, 4\) for W_x, wanted \(4, 3\)": lambda: check_gradients(
            loss, w, g._replace(W_x=g.W_x.T)
        ),
        r"gradients: got 2 arrays, wanted 3, one a parameter": lambda: check_gradients(loss, list(w), list(g)[:2]),
        r"gradients: got W_x, b, wanted one named W_h, too": lambda: check_gradients(loss, w, {"W_x": g.W_x, "b": g.b}),
        r"array 0: got dtype float32, wanted float64": lambda: check_gradients(loss, single, list(g)),
        r"loss: got nan at W_x\[0, 0\] = ": lambda: check_gradients(lambda p: np.nan, w, g),
        r"gradients: got nan or infinity in b, wanted finite": lambda: check_gradients(
            loss, w, g._replace(b=g.b * np.nan)
        ),
        r"step: got 0, wanted a finite number above 0": lambda: check_gradients(loss, w, g, step=0),
        r"tolerance: got -1,": lambda: check_gradients(loss, w, g, tolerance=-1),
        r"parameters: got str, wanted a NamedTuple": lambda: check_gradients(loss, "W", g),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
