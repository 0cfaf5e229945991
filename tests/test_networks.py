"""Networks of any kind: gradients by differences, the tanh network of chapter 3, and one update as torch makes it."""

import numpy as np
import pytest
import torch
from test_training import random_batch

from helpers import networks, training
from helpers.containers import close_arrays, open_arrays
from helpers.data import copy_task
from helpers.layers import TanhWeights
from helpers.networks import (
    Network,
    convert,
    network_accuracy,
    network_gradient,
    run_network,
    start_network,
    train_network,
)

SHAPES = {  # every kind, deep and in both directions; T > 1, B > 1, H != D
    "tanh": {"kind": "tanh"},
    "relu, dense": {"kind": "relu", "depth": 2, "connect": "dense"},
    "gru, residual": {"kind": "gru", "depth": 3, "connect": "residual"},
    "lstm": {"kind": "lstm"},
    "lstm, both": {"kind": "lstm", "depth": 2, "both": True},
}


def random_network(kind, D=3, H=5, V=4, **more):
    """With biases that differ from each other and from zero."""
    rng = np.random.default_rng(0)
    network = start_network(kind, D, H, V, rng, **more)
    return close_arrays(network, [a + 0.3 * rng.standard_normal(a.shape) for a in open_arrays("n", network)[1]])


def check_gradient_by_differences(module, shape, targets="classes"):
    """Along random directions, all parameters at once: (L(p + e d) - L(p - e d)) / 2e = gradient . d."""
    settings = SHAPES[shape]
    connect = settings.get("connect", "plain")
    network, (x, wanted) = random_network(**settings), random_batch(targets)
    _, gradient = module.network_gradient(network, x, wanted, connect=connect)
    parameters, slopes = open_arrays("n", network)[1], open_arrays("g", gradient)[1]
    assert [p.shape for p in parameters] == [g.shape for g in slopes]
    rng, step = np.random.default_rng(2), 1e-6
    for chosen in [*range(len(parameters)), None]:  # each array for itself, then all
        towards = [rng.standard_normal(p.shape) * (chosen in (None, i)) for i, p in enumerate(parameters)]
        ends = [
            close_arrays(network, [p + sign * step * d for p, d in zip(parameters, towards, strict=True)])
            for sign in (1, -1)
        ]
        high, low = (module.network_gradient(end, x, wanted, connect=connect)[0] for end in ends)
        along = sum(float((g * d).sum()) for g, d in zip(slopes, towards, strict=True))
        assert (high - low) / (2 * step) == pytest.approx(along, rel=1e-5, abs=1e-8), (shape, chosen)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_gradient_by_differences(shape):
    check_gradient_by_differences(networks, shape)
    check_gradient_by_differences(networks, shape, "values")


def as_network(model):
    return Network((TanhWeights(model.W_x, model.W_h, model.b),), model.W_y, model.b_y)


def check_equals_the_tanh_network(module):
    """The same start and the same batches: the same losses, norms and parameters as `helpers.training.train`."""
    task = lambda rng: copy_task(3, 4, rng, symbols=3, length=2)
    model = training.start_model("orthogonal", 5, 7, 3, np.random.default_rng(0))
    one = training.train(model, task, 6, np.random.default_rng(1), rate=0.01, threshold=0.2)
    other = module.train_network(as_network(model), task, 6, np.random.default_rng(1), rate=0.01, threshold=0.2)
    np.testing.assert_allclose(other.losses, one.losses, rtol=1e-12)
    np.testing.assert_allclose(other.norms, one.norms, rtol=1e-10)
    assert (one.norms > 0.2).any(), "some are clipped"
    for a, b in zip(open_arrays("n", other.network)[1], one.model, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_equals_the_tanh_network():
    check_equals_the_tanh_network(networks)


def check_update_against_torch(module, kind):
    """One training update, Adam and clipping included, of a layer with an output layer."""
    network, (x, targets) = random_network(kind), random_batch("values")
    trained = module.train_network(
        network, lambda rng: (x, targets), 2, np.random.default_rng(0), rate=0.01, threshold=0.5
    )
    layer = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "tanh": torch.nn.RNN}[kind](3, 5).double()
    output = torch.nn.Linear(5, 4).double()
    weights = network.layers[0]  # torch's rows stand as ours do
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor(weights.W_x))
        layer.weight_hh_l0.copy_(torch.tensor(weights.W_h))
        layer.bias_ih_l0.copy_(torch.tensor(weights[2]))
        layer.bias_hh_l0.copy_(torch.tensor(weights.b_h if kind == "gru" else np.zeros_like(weights.b)))
        output.weight.copy_(torch.tensor(network.W_y))
        output.bias.copy_(torch.tensor(network.b_y))
    layer.bias_hh_l0.requires_grad_(kind == "gru")  # elsewhere one bias is all there is
    theirs = [p for p in (*layer.parameters(), *output.parameters()) if p.requires_grad]
    adam, asked = torch.optim.Adam(theirs, 0.01), ~torch.isnan(torch.tensor(targets))
    for update in range(2):
        adam.zero_grad()
        y = output(layer(torch.tensor(x))[0])
        loss = torch.nn.functional.mse_loss(y[asked], torch.tensor(targets)[asked])
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(theirs, 0.5)
        adam.step()
        assert trained.losses[update] == pytest.approx(loss.item(), rel=1e-9)
        assert trained.norms[update] == pytest.approx(norm.item(), rel=1e-5)
        assert norm > 0.5, "this one is clipped"
    for got, wanted in zip(open_arrays("n", trained.network)[1], theirs, strict=True):
        np.testing.assert_allclose(got, wanted.detach().numpy(), atol=1e-6)


def check_lstm_gradient(module):
    check_gradient_by_differences(module, "lstm")


def check_lstm_update(module):
    check_update_against_torch(module, "lstm")


@pytest.mark.parametrize("kind", ["tanh", "gru", "lstm"])
def test_update_against_torch(kind):
    check_update_against_torch(networks, kind)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_float32_stays_float32(shape):
    settings = SHAPES[shape]
    network = start_network(D=3, H=5, V=4, rng=np.random.default_rng(0), dtype="float32", **settings)
    x, targets = random_batch()
    connect = settings.get("connect", "plain")
    outputs, hs, _ = run_network(network, x, connect=connect)
    assert outputs.dtype == hs.dtype == np.float32
    assert hs.shape == (6, 3, 10 if settings.get("both") else 5)
    task = lambda rng: (x, targets)
    trained = train_network(network, task, 2, np.random.default_rng(0), rate=np.float64(0.01), connect=connect)
    assert {a.dtype for a in open_arrays("n", trained.network)[1]} == {np.dtype(np.float32)}
    assert {a.dtype for a in open_arrays("n", convert(trained.network, "float64"))[1]} == {np.dtype(np.float64)}


def check_lengths_reach_the_layers(module):
    """What stands behind the end of a sequence is never read: without it, the same outputs, loss and training."""
    network, (x, targets) = random_network("lstm", both=True), random_batch()
    lengths, other = np.array([6, 4, 5]), x.copy()
    padding = np.arange(6)[:, None] >= lengths
    other[padding], targets[padding] = 9.0, -1
    both = [module.network_gradient(network, a, targets, lengths)[0] for a in (x, other)]
    assert both[0] == pytest.approx(both[1], rel=1e-12)
    runs = [
        module.train_network(network, lambda rng, a=a: (a, targets, lengths), 2, np.random.default_rng(0)).losses
        for a in (x, other)
    ]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-12)
    assert both[0] == pytest.approx(runs[0][0], rel=1e-12)


def test_lengths_reach_the_layers():
    check_lengths_reach_the_layers(networks)


def check_look_stops(module):
    """It sees every update's network, and stops the training when it says so."""
    network, batch = random_network("gru"), random_batch()
    seen = []

    def look(done, now):
        seen.append((done, now))
        return done == 3

    run = module.train_network(network, lambda rng: batch, 9, np.random.default_rng(0), look=look)
    assert [done for done, _ in seen] == [1, 2, 3]
    assert seen[-1][1] is run.network
    assert run.losses.shape == run.norms.shape == (3,)
    loss, _ = network_gradient(seen[0][1], *batch)
    assert loss == pytest.approx(run.losses[1], rel=1e-12)


def test_look_stops():
    check_look_stops(networks)


def check_accuracy_by_hand(module):
    network, (x, targets) = random_network("tanh"), random_batch()
    best = run_network(network, x)[0].argmax(axis=-1)
    assert module.network_accuracy(network, x, best) == 1
    asked = np.full_like(targets, -1)
    asked[2, 1], asked[3, 0], asked[4, 2] = best[2, 1], best[3, 0], (best[4, 2] + 1) % 4
    assert module.network_accuracy(network, x, asked) == pytest.approx(2 / 3)


def test_accuracy_by_hand():
    check_accuracy_by_hand(networks)


def test_the_start_is_left_alone():
    network, batch = random_network("lstm"), random_batch()
    before = [a.copy() for a in open_arrays("n", network)[1]]
    train_network(network, lambda rng: batch, 2, np.random.default_rng(0))
    for a, b in zip(open_arrays("n", network)[1], before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_errors():
    network, (x, targets) = random_network("lstm"), random_batch()
    rng = np.random.default_rng(0)
    for message, call in {
        "kind: got 'elman', wanted": lambda: start_network("elman", 3, 5, 4, rng),
        "connect: got 'skip', wanted": lambda: start_network("lstm", 3, 5, 4, rng, connect="skip"),
        "dtype: got 'float16', wanted": lambda: start_network("lstm", 3, 5, 4, rng, dtype="float16"),
        "depth: got 0": lambda: start_network("lstm", 3, 5, 4, rng, depth=0),
        "V: got 0": lambda: start_network("lstm", 3, 5, 0, rng),
        "rng: got 0": lambda: start_network("lstm", 3, 5, 4, 0),
        "got W_x for D = 3, wanted D = 2": lambda: run_network(network, x[..., :2]),
        "x: got dtype": lambda: run_network(network, x.astype(complex)),
        "targets: got dtype int64 and shape": lambda: network_gradient(network, x, targets[:-1]),
        "updates: got 0": lambda: train_network(network, lambda rng: (x, targets), 0, rng),
        "targets: got shape": lambda: network_accuracy(network, x, targets[:-1]),
        "targets: got shape .* at least one": lambda: network_accuracy(network, x, np.full_like(targets, -1)),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
