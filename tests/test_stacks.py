"""Stacks against PyTorch, with packing and without; connections that skip by central differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_layers import LENGTHS, close, from_module, gradient, random_batch, run_torch, torch_module

from helpers import stacks
from helpers.checking import check_gradients
from helpers.containers import open_arrays
from helpers.gates import from_torch
from helpers.layers import KINDS, start_layer
from helpers.stacks import CONNECTIONS, join_directions, stack_backward, stack_forward


def start_stack(kind, D, H, depth, both, connect="plain", module=stacks):
    """Layers with random distinct biases, of the sizes that the connections ask for."""
    rng, width, layers = np.random.default_rng(0), D, []
    for _ in range(depth):
        chains = []
        for _ in range(2 if both else 1):
            chain = start_layer(kind, width, H, rng)
            chains.append(type(chain)(*(a + 0.3 * rng.standard_normal(a.shape) for a in chain)))
        layers.append(tuple(chains))
        out = H * len(chains)
        width = width + out if connect == "dense" else out
    return module.join_directions(layers)


def by_layer(arrays, depth, both, pair):
    """States as PyTorch keeps them, (layers x directions, B, H) for h and for c, as a stack keeps them."""
    ways = 2 if both else 1
    chains = [tuple(a[k] for a in arrays) for k in range(depth * ways)]
    return [pair(*chains[k : k + 2]) for k in range(0, len(chains), 2)] if both else chains


def check_against_torch(module):
    """Outputs, last states and every gradient; a loss on every output and on every last state."""
    for kind in KINDS:
        for depth in (1, 2, 3):
            for both in (False, True):
                for lengths in (None, LENGTHS):
                    ways = 2 if both else 1
                    x, states, dhs, dlast = random_batch(kind, H=4, depth=depth * ways)
                    dhs = np.random.default_rng(5).standard_normal((6, 5, 4 * ways))
                    reference = torch_module(kind, 3, 4, depth, both)
                    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *states)]
                    hs, last = run_torch(reference, kind, leaves[0], leaves[1:], lengths)
                    loss = (hs * torch.tensor(dhs)).sum()
                    for end, d in zip(last, dlast, strict=True):
                        loss = loss + (end * torch.tensor(d)).sum()
                    loss.backward()

                    ends = [f"l{k}{way}" for k in range(depth) for way in ("", "_reverse")[:ways]]
                    chains = [from_module(reference, kind, end) for end in ends]
                    layers = module.join_directions([chains[k : k + ways] for k in range(0, len(chains), ways)])
                    got, cache = module.stack_forward(
                        layers, x, lengths, "plain", by_layer(states, depth, both, module.Both)
                    )
                    back = module.stack_backward(dhs, cache, by_layer(dlast, depth, both, module.Both))

                    text = f"{kind} {depth} {both} {lengths} "
                    close(got, hs, text + "hs")
                    close(back.x, leaves[0].grad, text + "x")
                    wanted = by_layer([end.detach().numpy() for end in last], depth, both, module.Both)
                    compare(cache.last, wanted, text + "last states")
                    wanted = by_layer([leaf.grad.numpy() for leaf in leaves[1:]], depth, both, module.Both)
                    compare(back.states, wanted, text + "initial states")
                    wanted = [from_module(reference, kind, end, gradient) for end in ends]
                    compare(back.layers, wanted, text + "weights")


def compare(got, wanted, text):
    arrays, references = open_arrays("got", got), open_arrays("wanted", wanted)[1]
    for name, a, b in zip(*arrays, references, strict=True):
        close(a, b, text + name)


def check_connections(module):
    """What each layer reads and gives, computed here layer by layer; the first residual layer has D != H."""
    x = np.random.default_rng(1).standard_normal((4, 2, 3))
    for both in (False, True):
        H = 4
        run = lambda layer, a: module.stack_forward([layer], a)[0]
        first, second, third = start_stack("tanh", 3, H, 3, both, "residual", module)
        a = run(first, x)
        b = run(second, a) + a
        c = run(third, b) + b
        np.testing.assert_allclose(module.stack_forward([first, second, third], x, None, "residual")[0], c, atol=1e-14)
        first, second, third = start_stack("tanh", 3, H, 3, both, "dense", module)
        a = run(first, x)
        b = run(second, np.concatenate([x, a], axis=-1))
        c = run(third, np.concatenate([x, a, b], axis=-1))
        np.testing.assert_allclose(module.stack_forward([first, second, third], x, None, "dense")[0], c, atol=1e-14)
    wide = start_stack("tanh", 4, 4, 1, False, module=module)  # D = H: here the first layer, too, adds what it read
    y = np.random.default_rng(2).standard_normal((4, 2, 4))
    np.testing.assert_allclose(
        module.stack_forward(wide, y, None, "residual")[0], y + module.stack_forward(wide, y)[0], atol=1e-14
    )


def check_central_differences(module):
    """Every parameter, input and initial state, with connections that skip and with lengths."""
    rng, lengths = np.random.default_rng(2), [2, 3]
    cases = [("residual", "tanh", True, 4), ("residual", "gru", False, 2), ("dense", "tanh", True, 2)]
    for connect, kind, both, D in [*cases, ("dense", "lstm", False, 1)]:
        layers = start_stack(kind, D, 2, 3 if kind == "tanh" else 2, both, connect, module)
        ways, parts = (2 if both else 1), (2 if kind == "lstm" else 1)
        arrays = [rng.standard_normal((len(layers) * ways, 2, 2)) for _ in range(parts)]
        states = tuple(by_layer(arrays, len(layers), both, module.Both))
        hs, cache = module.stack_forward(layers, x := rng.standard_normal((3, 2, D)), lengths, connect, states)
        dhs, dlast = rng.standard_normal(hs.shape), cache.last  # d(1/2 h.h) = h

        def loss(p, connect=connect, dhs=dhs):
            hs, cache = module.stack_forward(p["layers"], p["x"], lengths, connect, p["states"])
            ends = open_arrays("last", cache.last)[1]
            return float((hs * dhs).sum() + sum((end * end).sum() for end in ends) / 2)

        back = module.stack_backward(dhs, cache, dlast)
        parameters = {"layers": layers, "x": x, "states": states}
        report = check_gradients(loss, parameters, {"layers": back.layers, "x": back.x, "states": back.states})
        assert report.ok, f"{connect} {kind}: {report}"


def check_padding_changes_nothing(module):
    real = np.arange(6)[:, None] < np.array(LENGTHS)
    for connect in CONNECTIONS:
        for both, D in ((False, 4), (True, 8), (True, 3)):
            layers = start_stack("gru", D, 4, 2, both, connect, module)
            x = np.random.default_rng(3).standard_normal((6, 5, D))
            filled = np.where(real[..., None], x, 1e6)
            results = []
            for inputs in (x, filled):
                hs, cache = module.stack_forward(layers, inputs, LENGTHS, connect)
                assert not hs[~real].any(), connect
                dhs = np.where(real[..., None], np.cos(np.arange(hs.size)).reshape(hs.shape), inputs.max())
                back = module.stack_backward(dhs, cache)
                assert not back.x[~real].any(), connect
                results.append([hs, *open_arrays("last", cache.last)[1], *open_arrays("back", back)[1]])
            for a, b in zip(*results, strict=True):
                np.testing.assert_array_equal(a, b)


def test_against_torch():
    check_against_torch(stacks)


def test_connections():
    check_connections(stacks)


def test_central_differences():
    check_central_differences(stacks)


def test_padding_changes_nothing():
    check_padding_changes_nothing(stacks)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_weights_loaded_from_torch(kind):
    reference = torch_module(kind, 3, 4, 2, True)
    x = np.random.default_rng(0).standard_normal((6, 5, 3))
    layers = join_directions(from_torch(reference.state_dict(), kind))
    close(stack_forward(layers, x)[0], reference(torch.tensor(x))[0], kind)


stack_choices = {
    "kind": st.sampled_from(KINDS),
    "depth": st.integers(1, 3),
    "both": st.booleans(),
    "connect": st.sampled_from(CONNECTIONS),
    "lengths": st.lists(st.integers(1, 6), min_size=1, max_size=4),
}


@settings(deadline=None, max_examples=40)
@given(**stack_choices, more=st.integers(0, 2), D=st.sampled_from([2, 3, 6]))
def test_each_sequence_is_computed_as_if_it_were_alone(kind, depth, both, connect, lengths, more, D):
    T, B, rng = max(lengths) + more, len(lengths), np.random.default_rng(0)
    layers, x = start_stack(kind, D, 3, depth, both, connect), rng.standard_normal((T, B, D))
    hs, cache = stack_forward(layers, x, lengths, connect)
    dhs = rng.standard_normal(hs.shape)
    back = stack_backward(dhs, cache)
    parts = []
    for b, n in enumerate(lengths):
        one = slice(b, b + 1)
        alone, inner = stack_forward(layers, x[:n, one], None, connect)
        part = stack_backward(dhs[:n, one], inner)
        close(hs[:n, one], alone, "hs")
        close(back.x[:n, one], part.x, "x")
        for whole, own in zip(open_arrays("", cache.last)[1], open_arrays("", inner.last)[1], strict=True):
            close(whole[one], own, "last")
        parts.append(open_arrays("", part.layers)[1])
    for whole, *own in zip(open_arrays("", back.layers)[1], *parts, strict=True):
        close(whole, sum(own), "weights")


@settings(deadline=None, max_examples=30)
@given(**stack_choices, seed=st.integers(0, 99))
def test_the_order_of_the_batch_changes_nothing(kind, depth, both, connect, lengths, seed):
    rng = np.random.default_rng(seed)
    layers, x = start_stack(kind, 3, 3, depth, both, connect), rng.standard_normal((6, len(lengths), 3))
    lengths, order = np.array(lengths), rng.permutation(len(lengths))
    hs, cache = stack_forward(layers, x, lengths, connect)
    moved, moved_cache = stack_forward(layers, x[:, order], lengths[order], connect)
    close(moved, hs[:, order], "hs")
    dhs = rng.standard_normal(hs.shape)
    back, moved_back = stack_backward(dhs, cache), stack_backward(dhs[:, order], moved_cache)
    close(moved_back.x, back.x[:, order], "x")
    for a, b in zip(open_arrays("", back.layers)[1], open_arrays("", moved_back.layers)[1], strict=True):
        close(a, b, "weights")


@pytest.mark.parametrize("lengths", [None, (2, 4)])
@pytest.mark.parametrize("connect", CONNECTIONS)
def test_float32_stays_float32_and_arguments_stay_as_they_are(connect, lengths):
    layers = start_stack("lstm", 4, 2, 2, True, connect)
    layers = tuple(type(b)(*(type(w)(*(a.astype(np.float32) for a in w)) for w in b)) for b in layers)
    x = np.random.default_rng(0).standard_normal((4, 2, 4)).astype(np.float32)
    before = x.copy()
    hs, cache = stack_forward(layers, x, lengths, connect)
    dhs = np.ones(hs.shape)
    back = stack_backward(dhs, cache)
    assert hs.dtype == np.float32
    assert {a.dtype for a in open_arrays("", back)[1]} == {np.dtype(np.float32)}, "though dhs is float64"
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(dhs, 1)
    again = stack_backward(dhs, cache)
    for a, b in zip(open_arrays("", back)[1], open_arrays("", again)[1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_states_may_be_left_out_in_part():
    layers = start_stack("lstm", 3, 4, 2, True)
    x = np.random.default_rng(0).standard_normal((6, 5, 3))
    zeros = np.zeros((5, 4))
    wanted, cache = stack_forward(layers, x, LENGTHS)
    states = [None, ((zeros, zeros), None)]
    np.testing.assert_array_equal(stack_forward(layers, x, LENGTHS, states=states)[0], wanted)
    dhs = np.ones_like(wanted)
    np.testing.assert_array_equal(stack_backward(dhs, cache, states).x, stack_backward(dhs, cache).x)


GRU = start_stack("gru", 3, 4, 2, True)
X = np.zeros((6, 5, 3))
H0 = np.zeros((5, 4))


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (r"layers: got none, wanted at least one", lambda: stack_forward([], X)),
        (
            r"connect: got 'skip', wanted one of 'plain', 'residual'",
            lambda: stack_forward(GRU, X, None, "skip"),
        ),
        (r"x: got shape \(6, 5\), wanted \(T, B, D\)", lambda: stack_forward(GRU, X[..., 0])),
        (r"layers\[0\]: got W_x for D = 3, wanted D = 2 \(plain\)", lambda: stack_forward(GRU, X[..., :2])),
        (r"layers\[1\]: got W_x for D = 8, wanted D = 11 \(dense\)", lambda: stack_forward(GRU, X, None, "dense")),
        (r"layers\[1\]: got tuple, wanted the weights of a", lambda: stack_forward([GRU[0], tuple(GRU[1].forward)], X)),
        (r"layers\[1\]: got 3 directions, wanted 1 or 2", lambda: join_directions([GRU[0], (*GRU[0], *GRU[0])[:3]])),
        (r"lengths: got 7 at index \[0\]", lambda: stack_forward(GRU, X, [7, 1, 1, 1, 1])),
        (r"states: got 1, wanted 2, one a layer", lambda: stack_forward(GRU, X, states=[None])),
        (r"states\[0\]: got 1, wanted 2, one for each dir", lambda: stack_forward(GRU, X, states=[(H0,), None])),
        (r"state: h: got shape \(4, 5\)", lambda: stack_forward(GRU, X, states=[((H0.T,), None), None])),
        (r"dhs: got shape \(6, 5, 4\)", lambda: stack_backward(X[..., [0] * 4], stack_forward(GRU, X)[1])),
        (
            r"dlast: got 1, wanted 2, one a",
            lambda: stack_backward(np.ones((6, 5, 8)), stack_forward(GRU, X)[1], [None]),
        ),
    ],
)
def test_refuses(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
