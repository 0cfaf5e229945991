"""Recordings hold what the LSTM did; means and shares by hand."""

import numpy as np
import pytest

from helpers import recording
from helpers.networks import run_network, start_network
from helpers.recording import mean_by, record


def network(kind="lstm", **more):
    rng = np.random.default_rng(0)
    start = start_network(kind, 3, 5, 4, rng, **more)
    layer = start.layers[0]
    return start._replace(layers=(layer._replace(b=rng.standard_normal(20)), *start.layers[1:]))


def inputs(T=7):
    return np.random.default_rng(1).standard_normal((T, 1, 3))


def check_recording(module):
    """By the equations: c = f c + i g, h = o tanh c, from zero, with the gates of x and h in the order i, f, g, o."""
    start, x = network(), inputs()
    seen, weights = module.record(start, x), start.layers[0]
    c, h = np.zeros(5), np.zeros(5)
    for t in range(7):
        z = weights.W_x @ x[t, 0] + weights.W_h @ h + weights.b
        gates = {"i": z[:5], "f": z[5:10], "o": z[15:]}
        for name, part in gates.items():
            np.testing.assert_allclose(getattr(seen, name)[t], 1 / (1 + np.exp(-part)), atol=1e-12, err_msg=name)
        np.testing.assert_allclose(seen.g[t], np.tanh(z[10:15]), atol=1e-12)
        c = seen.f[t] * c + seen.i[t] * seen.g[t]
        h = seen.o[t] * np.tanh(c)
        np.testing.assert_allclose(seen.c[t], c, atol=1e-12)
        np.testing.assert_allclose(seen.h[t], h, atol=1e-12)
    np.testing.assert_allclose(seen.y, run_network(start, x)[0][:, 0], atol=1e-12)


def check_means(module):
    means = module.mean_by([[1, 10], [2, 20], [4, 60]], ["b", "a", "b"])
    assert list(means) == ["b", "a"]
    assert means["b"].tolist() == [2.5, 35]
    assert means["a"].tolist() == [2, 20]


def check_shares_explained(module):
    """1 where the label tells the value, 0 where its means agree, between them by hand, 0 for a constant."""
    labels = ["p", "p", "q", "q"]
    values = np.array([[1, 1, 0, 5], [1, 2, 1, 5], [3, 1, 3, 5], [3, 2, 4, 5]], float)
    np.testing.assert_allclose(module.share_explained(values, labels), [1, 0, 9 / 10, 0], atol=1e-12)
    uneven = module.share_explained([[0.0], [0.0], [3.0]], ["p", "q", "q"])
    assert uneven == pytest.approx([(1 + 2 * 0.25) / 6])


def test_recording():
    check_recording(recording)


def test_means():
    check_means(recording)


def test_shares_explained():
    check_shares_explained(recording)


def test_float32_stays_float32():
    seen = record(start_network("lstm", 3, 5, 4, np.random.default_rng(0), dtype="float32"), inputs())
    assert {part.dtype for part in seen} == {np.dtype(np.float32)}


def test_errors():
    for message, call in {
        "network: got layers .'GRUWeights'., wanted one LSTM": lambda: record(
            start_network("gru", 3, 5, 4, np.random.default_rng(0)), inputs()
        ),
        "network: got layers .'LSTMWeights', 'LSTMWeights'.": lambda: record(network(depth=2), inputs()),
        "x: got shape": lambda: record(network(), inputs()[:, 0]),
        "labels: got shape": lambda: mean_by(np.ones((3, 2)), ["a", "b"]),
        "values: got shape": lambda: mean_by(np.ones(3), ["a", "b", "c"]),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
