"""The cliff's loss against chapter 1's forward pass, its slopes by central differences."""

import numpy as np
import pytest

from helpers import cliff
from helpers.rnn_basics import rnn_forward


def check_cliff_against_the_chapters(module):
    """The same network by `rnn_forward`, u_t = sigmoid(h_t), and the slopes by central differences."""
    w, b = np.array([5.5, 4.0, -3.0]), np.array([-2.0, -1.0, 0.5])
    loss, dw, db = module.cliff_loss(w, b, T=7)
    for i in range(3):
        u0 = np.array([[1 / (1 + np.exp(-0.5))]])
        hs, _ = rnn_forward(np.zeros((7, 1, 1)), u0, np.zeros((1, 1)), w[i : i + 1, None], b[i : i + 1], "sigmoid")
        assert loss[i] == pytest.approx((hs[-1].item() - 0.7) ** 2, rel=1e-12)
    nudge = 1e-6
    by_w = (module.cliff_loss(w + nudge, b, 7)[0] - module.cliff_loss(w - nudge, b, 7)[0]) / (2 * nudge)
    by_b = (module.cliff_loss(w, b + nudge, 7)[0] - module.cliff_loss(w, b - nudge, 7)[0]) / (2 * nudge)
    np.testing.assert_allclose(dw, by_w, atol=1e-8)
    np.testing.assert_allclose(db, by_b, atol=1e-8)


def test_cliff_against_the_chapters():
    check_cliff_against_the_chapters(cliff)


def test_errors():
    with pytest.raises(ValueError, match="b: got shape"):
        cliff.cliff_loss([1.0, 2.0], 0.0)
    with pytest.raises(ValueError, match="T: got 0"):
        cliff.cliff_loss(1.0, 0.0, T=0)
