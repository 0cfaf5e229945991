"""The training loop: gradients by differences and by torch, and what trained networks can do."""

import numpy as np
import pytest
import torch
from committed import experiment

from helpers import training
from helpers.data import copy_task
from helpers.training import (
    Model,
    accuracy,
    model_gradient,
    start_model,
    train,
)


def random_model(D=3, H=5, V=4):
    rng = np.random.default_rng(0)
    shapes = [(H, D), (H, H), (H,), (V, H), (V,)]
    return Model(*(0.7 * rng.standard_normal(shape) for shape in shapes))


def random_batch(kind="classes", T=6, B=3, D=3, V=4):
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


def check_state_is_carried(module):
    """Two chunks with the state carried give the outputs of one long run, and the gradient stops at the cut."""
    model, (x, targets) = random_model(), random_batch("classes", T=8)
    whole, hs, _ = module.run(model, x)
    first, _, _ = module.run(model, x[:5])
    second, _, _ = module.run(model, x[5:], hs[4])
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-14)
    loss, gradient = module.model_gradient(model, x[5:], targets[5:], hs[4])
    leaves = [torch.tensor(p, requires_grad=True) for p in model]
    h, outputs = torch.tensor(hs[4]), []
    for x_t in torch.tensor(x[5:]):
        h = torch.tanh(x_t @ leaves[0].T + h @ leaves[1].T + leaves[2])
        outputs.append(h @ leaves[3].T + leaves[4])
    wanted = torch.nn.functional.cross_entropy(
        torch.stack(outputs).reshape(-1, 4), torch.tensor(targets[5:]).reshape(-1), ignore_index=-1
    )
    wanted.backward()
    assert loss == pytest.approx(wanted.item(), rel=1e-12)
    for name, g, leaf in zip(Model._fields, gradient, leaves, strict=True):
        np.testing.assert_allclose(g, leaf.grad.numpy(), atol=1e-13, err_msg=name)


def check_frozen_stays(module):
    """Frozen parameters keep their bits, the others move, and the norm is that of the others."""
    model, batch = random_model(), random_batch("classes")
    _, gradient = model_gradient(model, *batch)
    free = np.sqrt(sum(float(np.square(getattr(gradient, name)).sum()) for name in ("W_y", "b_y")))
    frozen = module.train(
        model, lambda rng: batch, 3, np.random.default_rng(0), threshold=np.inf, frozen=("W_x", "W_h", "b")
    )
    for name, before, after in zip(Model._fields, model, frozen.model, strict=True):
        assert (before == after).all() == (name in ("W_x", "W_h", "b")), name
    assert frozen.norms[0] == pytest.approx(free, rel=1e-12)
    assert frozen.losses[2] < frozen.losses[0]


def test_state_is_carried():
    check_state_is_carried(training)


def test_frozen_stays():
    check_frozen_stays(training)


def test_float32_stays_float32():
    model, (x, targets) = random_model(), random_batch("classes")
    model, x = Model(*(p.astype(np.float32) for p in model)), x.astype(np.float32)
    outputs, hs, _ = training.run(model, x)
    assert outputs.dtype == hs.dtype == np.float32
    trained = train(model, lambda rng: (x, targets), 3, np.random.default_rng(0))
    assert all(p.dtype == np.float32 for p in trained.model)


def test_gradient_against_torch():
    check_gradient_against_torch(training)


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
        "targets: got dtype int64 and shape": lambda: model_gradient(model, x, targets[:-1]),
        "targets: got nothing": lambda: model_gradient(model, x, np.full_like(targets, -1)),
        "frozen: got 'W_z', wanted one of 'W_x', 'W_h'": lambda: train(
            model, lambda rng: (x, targets), 1, np.random.default_rng(0), frozen=["W_z"]
        ),
        "h0: got shape [(]3, 4[)], wanted [(]B, H[)] = [(]3, 5[)]": lambda: model_gradient(
            model, x, targets, np.zeros((3, 4))
        ),
        "updates: got 0": lambda: train(model, lambda rng: (x, targets), 0, np.random.default_rng(0)),
        "scheme: got": lambda: start_model("none", 1, 2, 1, np.random.default_rng(0)),
        "D: got 0": lambda: start_model("he", 0, 2, 1, np.random.default_rng(0)),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
