"""The forward pass: by hand, against a loop over steps, against PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import rnn_basics
from helpers.bptt import rnn_backward
from helpers.rnn_basics import ACTIVATIONS, initial_state, rnn_forward, rnn_step

sizes = st.integers(1, 5)
names = st.sampled_from(sorted(ACTIVATIONS))


def random_arguments(T=5, B=3, D=4, H=6, seed=0, dtype=np.float64):
    """x, h0, W_x, W_h, b: no bias and no initial state is zero, no two entries are the same."""
    rng = np.random.default_rng(seed)
    shapes = (T, B, D), (B, H), (H, D), (H, H), (H,)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def torch_states(x, h0, W_x, W_h, b, activation):
    """The same recurrence on tensors that record their gradients; returns the states and the five leaves."""
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, h0, W_x, W_h, b)]
    x, h, W_x, W_h, b = leaves
    phi = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}[activation]
    states = []
    for x_t in x:
        h = phi(x_t @ W_x.T + h @ W_h.T + b)
        states.append(h)
    return torch.stack(states), leaves


def torch_layer(x, h0, W_x, W_h, b, activation):
    """`torch.nn.RNN`, our one bias split into two different ones."""
    layer = torch.nn.RNN(x.shape[2], len(b), nonlinearity=activation, dtype=torch.float64)
    half = np.random.default_rng(1).standard_normal(len(b))
    values = {"weight_ih": W_x, "weight_hh": W_h, "bias_ih": half, "bias_hh": b - half}
    with torch.no_grad():
        for name, value in values.items():
            getattr(layer, f"{name}_l0").copy_(torch.tensor(value))
    x, h0 = torch.tensor(x, requires_grad=True), torch.tensor(h0[None], requires_grad=True)
    hs, _ = layer(x, h0)
    return hs, layer, x, h0


def check_step_by_hand(module):
    """H = 1, D = 2: h = tanh(1 * 2 + 2 * 3 + 3 * 0.5 - 9) = tanh(0.5)."""
    h = module.rnn_step([2.0, 3.0], [0.5], [[1.0, 2.0]], [[3.0]], [-9.0])
    np.testing.assert_allclose(h, [np.tanh(0.5)], rtol=1e-15)


def check_step_against_torch(module):
    for activation in ACTIVATIONS:
        x, h0, W_x, W_h, b = random_arguments(T=1)
        wanted, _ = torch_states(x, h0, W_x, W_h, b, activation)
        got = module.rnn_step(x[0], h0, W_x, W_h, b, activation)
        np.testing.assert_allclose(got, wanted[0].detach().numpy(), rtol=0, atol=1e-13)


def check_forward_against_torch(module):
    arguments = random_arguments()
    for activation in ACTIVATIONS:
        hs, _ = module.rnn_forward(*arguments, activation)
        wanted, _ = torch_states(*arguments, activation)
        np.testing.assert_allclose(hs, wanted.detach().numpy(), rtol=1e-12, atol=1e-12)


def check_learned_state_against_torch(module):
    """One vector for all sequences: its gradient is the sum over the batch of the gradient of h_0."""
    x, _, W_x, W_h, b = random_arguments()
    learned, dhs = np.random.default_rng(2).standard_normal(6), np.random.default_rng(3).standard_normal((5, 3, 6))
    leaf = torch.tensor(learned, requires_grad=True)
    layer = torch.nn.RNN(4, 6, dtype=torch.float64)
    with torch.no_grad():
        for name, value in {"weight_ih": W_x, "weight_hh": W_h, "bias_ih": b, "bias_hh": 0 * b}.items():
            getattr(layer, f"{name}_l0").copy_(torch.tensor(value))
    wanted, _ = layer(torch.tensor(x), leaf.expand(1, 3, 6).contiguous())
    wanted.backward(torch.tensor(dhs))
    hs, cache = module.rnn_forward(x, module.initial_state(3, learned=learned), W_x, W_h, b)
    np.testing.assert_allclose(hs, wanted.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(rnn_backward(dhs, cache).h0.sum(axis=0), leaf.grad.numpy(), rtol=1e-11)


def check_weights_in_cache_are_copies(module):
    x, h0, W_x, W_h, b = random_arguments()
    _, cache = module.rnn_forward(x, h0, W_x, W_h, b)
    before = W_x.copy(), W_h.copy()
    W_x += 1
    W_h += 1
    np.testing.assert_array_equal(cache.W_x, before[0])
    np.testing.assert_array_equal(cache.W_h, before[1])


def check_states_are_read_only(module):
    hs, _ = module.rnn_forward(*random_arguments())
    assert not hs.flags.writeable


def test_step_by_hand():
    check_step_by_hand(rnn_basics)


def test_step_against_torch():
    check_step_against_torch(rnn_basics)


def test_forward_against_torch():
    check_forward_against_torch(rnn_basics)


def test_learned_state_against_torch():
    check_learned_state_against_torch(rnn_basics)


def test_initial_state():
    np.testing.assert_array_equal(initial_state(3, 2), np.zeros((3, 2)))
    rows = initial_state(2, 3, learned=np.float32([1, 2, 3]))
    assert rows.dtype == np.float32
    rows[0] = 0
    np.testing.assert_array_equal(rows[1], [1, 2, 3], err_msg="rows do not share memory")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "batch: got 0"),
        ((2, 0), "H: got 0"),
        ((2,), "H: got None, wanted the number of units"),
        ((2, 4, [1.0, 2.0]), r"learned: got shape \(2,\), wanted \(H,\) = \(4,\)"),
        ((2, None, [[1.0]]), r"learned: got shape \(1, 1\), wanted \(H,\)"),
    ],
)
def test_initial_state_refuses(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        initial_state(*arguments)


def test_chapter_1_is_found_in_one_place():
    for name in rnn_basics.__all__:
        assert callable(getattr(rnn_basics, name)) or name == "ACTIVATIONS", name
    assert {"softmax", "encode", "fit_ngram", "windows", "rnn_parameters"} < set(rnn_basics.__all__)


def check_future_changes_nothing(module):
    """A state has seen its own input and those before it, and none after."""
    x, *others = random_arguments(T=8)
    before, _ = module.rnn_forward(x, *others)
    for t in range(8):
        changed = x.copy()
        changed[t] += 10
        after, _ = module.rnn_forward(changed, *others)
        np.testing.assert_array_equal(after[:t], before[:t])
        assert (after[t] != before[t]).any()


def test_future_changes_nothing():
    check_future_changes_nothing(rnn_basics)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_forward_against_torch_layer(activation):
    arguments = random_arguments()
    hs, _ = rnn_forward(*arguments, activation)
    wanted = torch_layer(*arguments, activation)[0]
    np.testing.assert_allclose(hs, wanted.detach().numpy(), rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(T=st.integers(1, 20), B=sizes, D=sizes, H=sizes, activation=names)
def test_forward_is_a_loop_over_steps(T, B, D, H, activation):
    x, h, W_x, W_h, b = random_arguments(T, B, D, H)
    hs, cache = rnn_forward(x, h, W_x, W_h, b, activation)
    assert hs.shape == (T, B, H)
    np.testing.assert_array_equal(cache.hs[0], h)
    np.testing.assert_array_equal(cache.hs[1:], hs)
    for x_t, h_t in zip(x, hs, strict=True):
        h = rnn_step(x_t, h, W_x, W_h, b, activation)
        # A linear network may grow a thousand times a step; what cancels then leaves the error of the large terms.
        np.testing.assert_allclose(h_t, h, rtol=1e-12, atol=1e-12 * max(1, abs(h).max()))


@settings(deadline=None, max_examples=20)
@given(B=sizes, D=sizes, H=sizes, activation=names)
def test_step_of_single_vectors(B, D, H, activation):
    x, h, *weights = random_arguments(1, B, D, H)
    batch = rnn_step(x[0], h, *weights, activation)
    for row in range(B):
        single = rnn_step(x[0, row], h[row], *weights, activation)
        assert single.shape == (H,)
        np.testing.assert_allclose(single, batch[row], rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_float32_stays_float32(activation):
    x, h0, *weights = random_arguments(dtype=np.float32)
    hs, cache = rnn_forward(x, h0, *weights, activation)
    assert {a.dtype for a in (hs, *cache[:4])} == {np.dtype(np.float32)}
    assert rnn_step(x[0], h0, *weights, activation).dtype == np.float32
    double, _ = rnn_forward(*random_arguments(), activation)
    np.testing.assert_allclose(hs, double, rtol=1e-4, atol=1e-4)


def test_one_float64_argument_makes_all_float64():
    x, *others = random_arguments(dtype=np.float32)
    assert rnn_forward(x.astype(np.float64), *others)[0].dtype == np.float64


def test_integers_are_accepted():
    assert rnn_step([1, 2], [0], [[1, 0]], [[1]], [0], "identity").tolist() == [1.0]


def test_arguments_are_not_changed():
    arguments = random_arguments()
    before = [a.copy() for a in arguments]
    rnn_forward(*arguments)
    rnn_step(arguments[0][0], *arguments[1:])
    for a, b in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_in_cache_are_copies():
    check_weights_in_cache_are_copies(rnn_basics)


def test_states_are_read_only():
    check_states_are_read_only(rnn_basics)
    hs, _ = rnn_forward(*random_arguments())
    with pytest.raises(ValueError, match="read-only"):
        hs[0] = 0


def test_inputs_need_not_be_contiguous():
    x, *others = random_arguments()
    wanted, _ = rnn_forward(x, *others)
    strided, _ = rnn_forward(np.asfortranarray(x), *others)
    np.testing.assert_array_equal(strided, wanted)


WRONG = {  # position of the argument, what it becomes, the message
    "x": (0, np.zeros((5, 4)), r"x: got shape \(5, 4\), wanted \(T, B, D\)"),
    "no steps": (0, np.zeros((0, 3, 4)), r"x: got shape \(0, 3, 4\), wanted \(T, B, D\), T at least 1"),
    "h0": (1, np.zeros((2, 6)), r"h0: got shape \(2, 6\), wanted \(B, H\) = \(3, H\)"),
    "W_x": (2, np.zeros((6, 3)), r"W_x: got shape \(6, 3\), wanted \(H, D\) = \(6, 4\)"),
    "W_h": (3, np.zeros((6, 5)), r"W_h: got shape \(6, 5\), wanted \(H, H\) = \(6, 6\)"),
    "b": (4, np.zeros((6, 1)), r"b: got shape \(6, 1\), wanted \(H,\) = \(6,\)"),
    "complex": (3, np.zeros((6, 6), complex), "W_h: got dtype complex128, wanted float64 or float32"),
    "nan": (4, np.array([0, 0, np.nan, 0, 0, 0]), r"b: got nan at index \[2\], wanted finite values"),
    "activation": (5, "elu", "activation: got 'elu', wanted one of 'tanh', 'relu', 'sigmoid', 'identity'"),
}


@pytest.mark.parametrize(("position", "value", "message"), WRONG.values(), ids=WRONG)
def test_forward_refuses(position, value, message):
    arguments = [*random_arguments(), "tanh"]
    arguments[position] = value
    with pytest.raises(ValueError, match=f"^{message}"):
        rnn_forward(*arguments)


@pytest.mark.parametrize(
    ("x", "h", "message"),
    [
        (np.zeros((3, 4)), np.zeros(6), r"h: got shape \(6,\), wanted \(B, H\) = \(3, H\)"),
        (np.zeros(4), np.zeros((1, 6)), r"h: got shape \(1, 6\), wanted \(H,\)"),
        (np.zeros((2, 3, 4)), np.zeros((3, 6)), r"x: got shape \(2, 3, 4\), wanted \(B, D\)"),
        (np.zeros(4), np.zeros(5), r"W_x: got shape \(6, 4\), wanted \(H, D\) = \(5, 4\)"),
    ],
)
def test_step_refuses(x, h, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        rnn_step(x, h, *random_arguments()[2:])


def test_step_refuses_unknown_activation():
    with pytest.raises(ValueError, match="activation: got 'gelu', wanted one of 'tanh'"):
        rnn_step([1.0], [1.0], [[1.0]], [[1.0]], [1.0], "gelu")
