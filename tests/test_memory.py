"""What states hold, measured on networks whose memory is known."""

import numpy as np
import pytest

from helpers import memory
from helpers.data import recall_task
from helpers.matrices import recurrent_matrix
from helpers.memory import readout_recall, recall
from helpers.rnn_basics import rnn_forward
from helpers.training import Model


def check_readout_counts_steps(module):
    """A delay line of four units recalls lags 0 to 3 exactly, and nothing else."""
    x, _ = recall_task(60, 40, 0, np.random.default_rng(0))
    W_h, W_x = np.eye(4, k=-1), np.eye(4)[:, :1]
    hs, _ = rnn_forward(x, np.zeros((40, 4)), W_x, W_h, np.zeros(4), "identity")
    found = module.readout_recall(hs, x, [0, 1, 2, 3, 4, 9])
    np.testing.assert_allclose(found[:4], 1, atol=1e-6)
    assert np.abs(found[4:]).max() < 0.03


def test_readout_counts_steps():
    check_readout_counts_steps(memory)


def test_memory_of_a_linear_network_adds_up_to_its_units_at_most():
    """Jaeger (2001): the sum over all lags of what a linear readout recalls is at most H."""
    rng = np.random.default_rng(0)
    x, _ = recall_task(120, 200, 0, rng)
    W_h, W_x = recurrent_matrix("orthogonal", 16, 0.95, rng), rng.standard_normal((16, 1))
    hs, _ = rnn_forward(x, np.zeros((200, 16)), W_x, W_h, np.zeros(16), "identity")
    total = readout_recall(hs, x, np.arange(80)).sum()
    assert 14 < total < 16.2


def test_recall_is_one_for_a_delay_line():
    model = Model(np.array([[1e-3], [0.0]]), np.eye(2, k=-1), np.zeros(2), np.array([[0.0, 1e3]]), np.zeros(1))
    x, targets = recall_task(20, 8, 1, np.random.default_rng(0))
    assert recall(model, x, targets) == pytest.approx(1, abs=1e-6)
    assert recall(model, *recall_task(20, 8, 2, np.random.default_rng(0))) < 0


def test_errors():
    hs = np.zeros((3, 2, 1))
    for message, call in {
        "lags: got": lambda: readout_recall(hs, hs, [3]),
        "ridge: got 0": lambda: readout_recall(hs, hs, [1], ridge=0),
        "at least 2": lambda: readout_recall(hs[:, :1], hs[:, :1], [1]),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
