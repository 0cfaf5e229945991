"""The training loop: gradients by differences and by torch, and what trained networks can do."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers import training
from helpers.data import copy_task, recall_task
from helpers.gradients import recurrent_matrix
from helpers.rnn_basics import rnn_forward
from helpers.training import (
    Model,
    accuracy,
    cliff_loss,
    loss_and_gradient,
    model_gradient,
    readout_recall,
    recall,
    start_model,
    train,
)

EXPERIMENTS = Path(__file__).parents[1] / "experiments"


def random_model(D=3, H=5, V=4):
    rng = np.random.default_rng(0)
    shapes = [(H, D), (H, H), (H,), (V, H), (V,)]
    return Model(*(0.7 * rng.standard_normal(shape) for shape in shapes))


def random_batch(kind, T=6, B=3, D=3, V=4):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((T, B, D))
    if kind == "classes":
        targets = rng.integers(-1, V, (T, B))
        targets[0, 0] = -1
        return x, targets
    targets = rng.standard_normal((T, B, V))
    targets[:2] = np.nan
    return x, targets


def check_gradient_against_torch(module):
    for kind in ("classes", "values"):
        model, (x, targets) = random_model(), random_batch(kind)
        leaves = [torch.tensor(p, requires_grad=True) for p in model]
        W_x, W_h, b, W_y, b_y = leaves
        h, outputs = torch.zeros(3, 5, dtype=torch.float64), []
        for x_t in torch.tensor(x):
            h = torch.tanh(x_t @ W_x.T + h @ W_h.T + b)
            outputs.append(h @ W_y.T + b_y)
        y = torch.stack(outputs)
        if kind == "classes":
            loss = torch.nn.functional.cross_entropy(
                y.reshape(-1, 4), torch.tensor(targets).reshape(-1), ignore_index=-1
            )
        else:
            asked = ~torch.isnan(torch.tensor(targets))
            loss = torch.nn.functional.mse_loss(y[asked], torch.tensor(targets)[asked])
        loss.backward()
        got_loss, got = module.model_gradient(model, x, targets)
        assert got_loss == pytest.approx(loss.item(), rel=1e-12)
        for name, g, leaf in zip(Model._fields, got, leaves, strict=True):
            np.testing.assert_allclose(g, leaf.grad.numpy(), atol=1e-13, err_msg=f"{kind}: {name}")


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


def check_readout_counts_steps(module):
    """A delay line of four units recalls lags 0 to 3 exactly, and nothing else."""
    x, _ = recall_task(60, 40, 0, np.random.default_rng(0))
    W_h, W_x = np.eye(4, k=-1), np.eye(4)[:, :1]
    hs, _ = rnn_forward(x, np.zeros((40, 4)), W_x, W_h, np.zeros(4), "identity")
    found = module.readout_recall(hs, x, [0, 1, 2, 3, 4, 9])
    np.testing.assert_allclose(found[:4], 1, atol=1e-6)
    assert np.abs(found[4:]).max() < 0.03


def test_gradient_against_torch():
    check_gradient_against_torch(training)


def test_cliff_against_the_chapters():
    check_cliff_against_the_chapters(training)


def test_readout_counts_steps():
    check_readout_counts_steps(training)


def test_memory_of_a_linear_network_adds_up_to_its_units_at_most():
    """Jaeger (2001): the sum over all lags of what a linear readout recalls is at most H."""
    rng = np.random.default_rng(0)
    x, _ = recall_task(120, 200, 0, rng)
    W_h, W_x = recurrent_matrix("orthogonal", 16, 0.95, rng), rng.standard_normal((16, 1))
    hs, _ = rnn_forward(x, np.zeros((200, 16)), W_x, W_h, np.zeros(16), "identity")
    total = readout_recall(hs, x, np.arange(80)).sum()
    assert 14 < total < 16.2


def test_the_loss_of_a_guess():
    targets = np.array([[3, -1], [-1, 0]])
    loss, gradient = loss_and_gradient(np.zeros((2, 2, 8)), targets)
    assert loss == pytest.approx(np.log(8))
    assert not gradient[targets < 0].any()
    loss, _ = loss_and_gradient(np.full((2, 2, 8), 1e4), targets)
    assert loss == pytest.approx(np.log(8)), "large outputs do not overflow"


def test_copy_task_orthogonal_is_solved_and_the_default_is_not():
    reached = {}
    for scheme in ("orthogonal", "torch"):
        rng = np.random.default_rng(0)
        start = start_model(scheme, 10, 64, 8, rng)
        before = [p.copy() for p in start]
        run = train(start, lambda rng: copy_task(5, 32, rng), 150, rng, rate=3e-3)
        for p, kept in zip(start, before, strict=True):
            np.testing.assert_array_equal(p, kept, err_msg="the start is left as it is")
        assert run.losses.shape == run.norms.shape == (150,)
        reached[scheme] = accuracy(run.model, *copy_task(5, 200, np.random.default_rng(9)))
    assert reached["orthogonal"] > reached["torch"] + 0.3, reached


def test_recall_is_one_for_a_delay_line():
    model = Model(np.array([[1e-3], [0.0]]), np.eye(2, k=-1), np.zeros(2), np.array([[0.0, 1e3]]), np.zeros(1))
    x, targets = recall_task(20, 8, 1, np.random.default_rng(0))
    assert recall(model, x, targets) == pytest.approx(1, abs=1e-6)
    assert recall(model, *recall_task(20, 8, 2, np.random.default_rng(0))) < 0


def experiment(name):
    spec = importlib.util.spec_from_file_location(name, EXPERIMENTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, json.loads((EXPERIMENTS / f"{name}.json").read_text(encoding="utf-8"))["results"]


@pytest.mark.parametrize("scheme", ["orthogonal", "torch"])
def test_the_committed_copy_runs(scheme):
    module, results = experiment("03_copy_task")
    committed = results[f"{scheme}, 300 updates"]["each"][0]
    assert module.one(scheme, 0, 300)[0] == pytest.approx(committed, abs=0.03)


def test_the_committed_recall_runs():
    module, results = experiment("03_recall")
    i = module.LAGS.index(20)
    assert module.reservoir(0)[i] == pytest.approx(results["reservoir"]["20"]["each"][0], abs=1e-3)
    assert module.trained("torch", 20, 0)[0] == pytest.approx(results["torch, trained"]["20"]["each"][0], abs=0.02)


def test_the_committed_greetings_runs():
    module, results = experiment("03_greetings")
    committed = results["trained on 0 to 2, asked at n"]["16"]["each"][0]
    assert module.asked(module.trained(0, 2, 0), 16, 0) == pytest.approx(committed, abs=0.05)


def test_errors():
    model, (x, targets) = random_model(), random_batch("classes")
    for message, call in {
        "x: got shape": lambda: model_gradient(model, x[..., :2], targets),
        "targets: got shape": lambda: model_gradient(model, x, targets[:-1]),
        "targets: got nothing": lambda: model_gradient(model, x, np.full_like(targets, -1)),
        "updates: got 0": lambda: train(model, lambda rng: (x, targets), 0, np.random.default_rng(0)),
        "scheme: got": lambda: start_model("none", 1, 2, 1, np.random.default_rng(0)),
        "D: got 0": lambda: start_model("he", 0, 2, 1, np.random.default_rng(0)),
        "lags: got": lambda: readout_recall(np.zeros((3, 2, 1)), np.zeros((3, 2, 1)), [3]),
        "ridge: got 0": lambda: readout_recall(np.zeros((3, 2, 1)), np.zeros((3, 2, 1)), [1], ridge=0),
        "at least 2": lambda: readout_recall(np.zeros((3, 1, 1)), np.zeros((3, 1, 1)), [1]),
        "b: got shape": lambda: cliff_loss([1.0, 2.0], 0.0),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
