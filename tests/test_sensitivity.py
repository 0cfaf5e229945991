"""Who sees whom, and the gradient through depth and time, against closed forms and PyTorch."""

import numpy as np
import pytest
import torch

from helpers import sensitivity
from helpers.gates import LSTMWeights
from helpers.layers import ReLUWeights, TanhWeights, start_layer, units
from helpers.stacks import CONNECTIONS, Both, stack_forward


def generator(seed=0):
    return np.random.default_rng(seed)


def make_layer(kind, D, H, rng):
    """A layer with random weights and random distinct biases."""
    weights = start_layer(kind, D, H, rng)
    return type(weights)(*(rng.uniform(-0.8, 0.8, array.shape) for array in weights))


def make_stack(kinds, D, H, rng, connect="plain"):
    """Layers of the given kinds; a pair is a bidirectional one."""
    layers, widths = [], [D]
    for kind in kinds:
        width = sum(widths) if connect == "dense" else widths[-1]
        both = isinstance(kind, tuple)
        made = [make_layer(k, width, H, rng) for k in (kind if both else (kind,))]
        layers.append(Both(*made) if both else made[0])
        widths.append(H * len(made))
    return layers


# -- Who sees whom ------------------------------------------------------------------------------------------
def scalar_layer(w, u):
    return ReLUWeights(np.array([[u]]), np.array([[w]]), np.zeros(1))


def check_scalar_chain(module):
    """A ReLU whose states stay positive is linear: dy_t/dx_s = u w^(t-s), and exactly 0 for s > t."""
    T, w, u = 7, 0.8, 1.5
    x = generator().uniform(0.5, 1, (T, 1))
    t, s = np.indices((T, T))
    ahead = np.where(s <= t, u * w ** np.maximum(t - s, 0.0), 0)
    got = module.sensitivity_map((scalar_layer(w, u),), x)
    np.testing.assert_allclose(got, ahead, rtol=1e-12)
    np.testing.assert_array_equal(got[s > t], 0)
    back = np.where(s >= t, 0.5 * 0.6 ** np.maximum(s - t, 0.0), 0)
    both = module.sensitivity_map((Both(scalar_layer(w, u), scalar_layer(0.6, 0.5)),), x)
    np.testing.assert_allclose(both, np.sqrt(ahead**2 + back**2), rtol=1e-12)
    # Two linear layers: the second adds up u w^(t-k) of the first over k = s .. t.
    twice = module.sensitivity_map((scalar_layer(w, u), scalar_layer(w, u)), x)
    np.testing.assert_allclose(
        twice, np.where(s <= t, u * u * (t - s + 1) * w ** np.maximum(t - s, 0.0), 0), rtol=1e-12
    )


def torch_tanh(weights, x):
    W_x, W_h, b = (torch.tensor(array) for array in weights)
    h, hs = torch.zeros(len(b), dtype=torch.float64), []
    for x_t in x:
        h = torch.tanh(W_x @ x_t + W_h @ h + b)
        hs.append(h)
    return torch.stack(hs)


def check_against_torch(module):
    rng, T, D = generator(1), 5, 3
    layers = make_stack([("tanh", "tanh"), ("tanh", "tanh")], D, 4, rng)
    x = rng.standard_normal((T, D))

    def network(a):
        for layer in layers:
            a = torch.cat([torch_tanh(layer.forward, a), torch_tanh(layer.backward, a.flip(0)).flip(0)], dim=1)
        return a

    jacobian = torch.autograd.functional.jacobian(network, torch.tensor(x))  # (T, 8, T, 3)
    np.testing.assert_allclose(module.sensitivity_map(layers, x), (jacobian**2).sum((1, 3)).sqrt(), atol=1e-12)


def check_structural_zeros(module):
    """Nothing that a chain has not read reaches its states, through any layers and connections; all else does."""
    rng, T, D, H = generator(2), 6, 4, 4
    x = rng.standard_normal((T, D))
    t, s = np.indices((T, T))
    for connect in CONNECTIONS:
        for kinds in (["tanh"], ["lstm", "gru"], ["gru", "lstm", "tanh"]):
            got = module.sensitivity_map(make_stack(kinds, D, H, rng, connect), x, connect)
            np.testing.assert_array_equal(got == 0, s > t, err_msg=f"{kinds}, {connect}")
        full = module.sensitivity_map(make_stack([("lstm", "gru")], D, H, rng, connect), x, connect)
        assert (full > 0).all()
    padded = module.sensitivity_map(make_stack([("gru", "lstm")], D, H, rng), x, lengths=[4])
    np.testing.assert_array_equal(padded > 0, (t < 4) & (s < 4))


def test_scalar_chain():
    check_scalar_chain(sensitivity)


def test_map_against_torch():
    check_against_torch(sensitivity)


def test_structural_zeros():
    check_structural_zeros(sensitivity)


@pytest.mark.parametrize("connect", CONNECTIONS)
def test_map_against_central_differences(connect):
    rng, T, D, H, step = generator(3), 4, 3, 3, 1e-6
    layers = make_stack(["gru", "lstm", "tanh"], D, H, rng, connect)
    x = rng.standard_normal((T, D))
    moved = np.repeat(x[:, None], 2 * T * D, axis=1)
    for n, (s, d) in enumerate(np.ndindex(T, D)):
        moved[s, 2 * n, d] += step
        moved[s, 2 * n + 1, d] -= step
    y = stack_forward(layers, moved, connect=connect)[0]
    jacobian = ((y[:, ::2] - y[:, 1::2]) / (2 * step)).reshape(T, T, D, -1)
    wanted = np.sqrt((jacobian**2).sum(axis=(2, 3)))
    np.testing.assert_allclose(sensitivity.sensitivity_map(layers, x, connect), wanted, atol=1e-8)


def test_padding_changes_nothing():
    rng = generator(4)
    layers, x = make_stack([("gru", "lstm"), ("tanh", "tanh")], 3, 4, rng), rng.standard_normal((6, 3))
    padded = sensitivity.sensitivity_map(layers, x, lengths=[4])
    np.testing.assert_allclose(padded[:4, :4], sensitivity.sensitivity_map(layers, x[:4]), atol=1e-14)


# -- Depth and time -----------------------------------------------------------------------------------------
def torch_depth_time(layers, x, connect):
    """Norms of dL/d state by autograd: a leaf of zeros is added to each state after its step."""
    T, B, _ = x.shape
    sizes = [units(layer) for layer in layers]
    states = [[torch.zeros(B, H, dtype=torch.float64) for _ in range(2)] for H in sizes]
    leaves = {}
    for t in range(T):
        outputs = [torch.tensor(x[t])]
        for index, (layer, H) in enumerate(zip(layers, sizes, strict=True)):
            a = torch.cat(outputs, dim=1) if connect == "dense" else outputs[-1]
            W_x, W_h, b = (torch.tensor(array) for array in layer)
            h, c = states[index]
            z = a @ W_x.T + h @ W_h.T + b
            if isinstance(layer, LSTMWeights):
                i, f, g, o = z.split(H, dim=1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
            else:
                h = z.tanh() if isinstance(layer, TanhWeights) else z.relu()
            leaves[index, t] = [torch.zeros_like(h).requires_grad_() for _ in range(2)]
            h, c = h + leaves[index, t][0], c + leaves[index, t][1]
            states[index] = [h, c]
            outputs.append(h + a if connect == "residual" and h.shape == a.shape else h)
    (outputs[-1].sum() / np.sqrt(B * sizes[-1])).backward()
    norms = np.zeros((len(layers), T))
    for (index, t), parts in leaves.items():
        norms[index, t] = np.sqrt(sum(float((p.grad**2).sum()) for p in parts if p.grad is not None))
    return np.log10(norms)


def check_depth_against_torch(module):
    rng, T, B = generator(5), 5, 2
    for connect in CONNECTIONS:
        for kinds in (["tanh", "tanh", "tanh"], ["lstm", "lstm"], ["relu", "lstm", "tanh"]):
            for D in (3, 4):
                layers = make_stack(kinds, D, 4, rng, connect)
                x = rng.standard_normal((T, B, D))
                got = module.depth_time_norms(layers, x, connect)
                np.testing.assert_allclose(
                    got, torch_depth_time(layers, x, connect), atol=1e-10, err_msg=f"{kinds}, {connect}, D = {D}"
                )


def check_paths_are_counted(module):
    """Linear scalar layers: C(k + n, n) ways lead k steps back and n layers down, each worth w^k u^n."""
    T, L, w, u = 6, 4, 0.5, 0.7
    got = module.depth_time_norms([scalar_layer(w, u)] * L, np.ones((T, 1, 1)))
    ways = np.ones((L, T))  # Pascal's triangle, layer by layer
    for n in range(1, L):
        ways[n] = np.cumsum(ways[n - 1])
    k, n = np.arange(T), np.arange(L)[:, None]
    np.testing.assert_allclose(got[::-1, ::-1], np.log10(ways * w**k * u**n), atol=1e-12)


def test_depth_against_torch():
    check_depth_against_torch(sensitivity)


def test_paths_are_counted():
    check_paths_are_counted(sensitivity)


@pytest.mark.parametrize("w", [0.1, 1.5])
def test_finite_far_beyond_the_largest_float(w):
    T = 1000
    x = np.full((T, 1, 1), 1e-200)  # so that the states that grow stay finite
    got = sensitivity.depth_time_norms([scalar_layer(w, 1.0)], x)
    np.testing.assert_allclose(got[0], np.arange(T - 1, -1, -1) * np.log10(w), atol=1e-9)


def test_exact_zero_has_no_logarithm():
    got = sensitivity.depth_time_norms([scalar_layer(0.0, 1.0), scalar_layer(0.0, 1.0)], np.ones((3, 1, 1)))
    assert got.tolist() == [[-np.inf, -np.inf, 0.0]] * 2


def test_float32_weights_are_read_in_float64():
    rng = generator(6)
    layer = make_layer("tanh", 3, 4, rng)
    small = type(layer)(*(array.astype(np.float32) for array in layer))
    x = rng.standard_normal((4, 3)).astype(np.float32)
    got = sensitivity.sensitivity_map([small], x)
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, sensitivity.sensitivity_map([layer], x), rtol=1e-5)


# -- Bad arguments ------------------------------------------------------------------------------------------
def test_bad_arguments_are_named():
    rng = generator()
    layer, x = make_layer("tanh", 3, 4, rng), rng.standard_normal((5, 3))
    with pytest.raises(ValueError, match=r"x: got shape \(5, 1, 3\), wanted \(T, D\)"):
        sensitivity.sensitivity_map([layer], x[:, None])
    with pytest.raises(ValueError, match="connect: got 'ring'"):
        sensitivity.sensitivity_map([layer], x, "ring")
    with pytest.raises(ValueError, match=r"lengths: got 6 at index \[0\], wanted 1 to T = 5"):
        sensitivity.sensitivity_map([layer], x, lengths=[6])
    with pytest.raises(ValueError, match=r"lengths: got shape \(2,\), wanted"):
        sensitivity.sensitivity_map([layer], x, lengths=[5, 5])
    with pytest.raises(ValueError, match=r"x: got nan at index \[0, 0\]"):
        sensitivity.sensitivity_map([layer], np.full((5, 3), np.nan))
    with pytest.raises(ValueError, match="layers: got none, wanted at least one"):
        sensitivity.depth_time_norms([], x[:, None])
    with pytest.raises(ValueError, match="layers: got a bidirectional layer, wanted layers in one direction"):
        sensitivity.depth_time_norms([Both(layer, layer)], x[:, None])
    with pytest.raises(ValueError, match="connect: got 'ring'"):
        sensitivity.depth_time_norms([layer], x[:, None], "ring")
    with pytest.raises(ValueError, match=r"x: got shape \(5, 3\), wanted \(T, B, D\)"):
        sensitivity.depth_time_norms([layer], x)
    with pytest.raises(ValueError, match=r"layers\[1\]: got W_x for D = 3, wanted D = 4"):
        sensitivity.depth_time_norms([layer, layer], x[:, None])
