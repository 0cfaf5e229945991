"""What each scheme sets, and what spectrum comes of it."""

import numpy as np
import pytest

from helpers import initial
from helpers.gradients import spectral_radius
from helpers.initial import SCHEMES, initial_matrix

# H = 64, medians over seeds 0 to 4: standard deviation of the entries, spectral radius, largest singular value.
MEASURED = {
    "xavier": (0.125, 1.07, 1.94),
    "he": (0.177, 1.51, 2.75),
    "torch": (0.073, 0.61, 1.15),
    "orthogonal": (0.125, 1.0, 1.0),
    "identity": (0.124, 1.0, 1.0),
    "small": (0.010, 0.085, 0.155),
}


def measure(W):
    return W.std(), spectral_radius(W), np.linalg.norm(W, 2)


def check_standard_deviations(module):
    """Of 160,000 entries, known to one part in a thousand."""
    wanted = {"xavier": 400**-0.5, "he": 200**-0.5, "torch": 1200**-0.5, "small": 0.01}
    for scheme, deviation in wanted.items():
        W = module.initial_matrix(scheme, 400, np.random.default_rng(0))
        assert W.std() == pytest.approx(deviation, rel=0.01), scheme
        assert abs(W.mean()) < deviation / 100, scheme


def check_shapes_of_distributions(module):
    torch_like, normal = (module.initial_matrix(s, 400, np.random.default_rng(0)) for s in ("torch", "xavier"))
    assert 0.0499 < np.abs(torch_like).max() <= 0.05, "uniform up to 1/sqrt(H)"
    assert np.mean(np.abs(normal) < normal.std()) == pytest.approx(0.6827, abs=0.005)
    Q = module.initial_matrix("orthogonal", 30, np.random.default_rng(0))
    np.testing.assert_allclose(Q @ Q.T, np.eye(30), atol=1e-12)
    np.testing.assert_array_equal(module.initial_matrix("identity", 3, np.random.default_rng(0)), np.eye(3))


def test_standard_deviations():
    check_standard_deviations(initial)


def test_shapes_of_distributions():
    check_shapes_of_distributions(initial)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_spectra_of_64_units(scheme):
    runs = [measure(initial_matrix(scheme, 64, np.random.default_rng(seed))) for seed in range(5)]
    np.testing.assert_allclose(np.median(runs, axis=0), MEASURED[scheme], atol=0.006)


def test_torch_itself():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    layers = [torch.nn.RNN(3, 64) for _ in range(5)]
    W = [layer.weight_hh_l0.detach().numpy().astype(float) for layer in layers]
    std, radius, stretch = np.median([measure(w) for w in W], axis=0)
    ours = MEASURED["torch"]
    assert std == pytest.approx(ours[0], rel=0.02)
    assert radius == pytest.approx(ours[1], rel=0.1)
    assert stretch == pytest.approx(ours[2], rel=0.1)


def test_errors():
    for message, arguments in {
        "scheme: got 'glorot'": ("glorot", 3, np.random.default_rng(0)),
        "size: got 0": ("he", 0, np.random.default_rng(0)),
        "rng: got 0": ("he", 3, 0),
    }.items():
        with pytest.raises(ValueError, match=message):
            initial_matrix(*arguments)
