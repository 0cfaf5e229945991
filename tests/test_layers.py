"""One layer of any kind against PyTorch, with sequences of unequal length, with states that enter and leave."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import layers
from helpers.checking import check_gradients
from helpers.gates import GRUWeights, LSTMWeights
from helpers.layers import (
    KINDS,
    ReLUWeights,
    TanhWeights,
    layer_backward,
    layer_forward,
    start_layer,
    units,
    zero_state,
)

LENGTHS = (3, 6, 1, 3, 5)  # not sorted, two equal, one of a single step, one of all T
TYPES = {"tanh": TanhWeights, "relu": ReLUWeights, "gru": GRUWeights, "lstm": LSTMWeights}


def torch_module(kind, D, H, depth=1, both=False):
    """A module of PyTorch in float64; its start draws every bias at random."""
    torch.manual_seed(7)
    arguments = {"num_layers": depth, "bidirectional": both, "dtype": torch.float64}
    if kind in ("tanh", "relu"):
        return torch.nn.RNN(D, H, nonlinearity=kind, **arguments)
    return {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[kind](D, H, **arguments)


def from_module(module, kind, end, of=lambda p: p):
    """Weights (or with `of`, their gradients) of one layer and direction, whose names end with `end`."""
    W_x, W_h, b_x, b_h = (
        of(getattr(module, f"{name}_{end}")).detach().numpy().copy()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    if kind == "gru":
        return GRUWeights(W_x, W_h, b_x, b_h)
    # The gradient of the sum of two biases is that of either.
    return TYPES[kind](W_x, W_h, b_x + b_h if of(module.weight_ih_l0) is module.weight_ih_l0 else b_x)


def gradient(p):
    return p.grad


def run_torch(module, kind, x, states, lengths=None):
    """Outputs (T, B, ...) and last states (h,) or (h, c) of PyTorch; states are tensors (layers, B, H)."""
    packed = x
    if lengths is not None:
        lengths = torch.tensor(lengths)
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    hs, last = module(packed, tuple(states) if kind == "lstm" else states[0])
    if lengths is not None:
        hs, _ = torch.nn.utils.rnn.pad_packed_sequence(hs, total_length=len(x))
    return hs, last if kind == "lstm" else (last,)


def random_batch(kind, T=6, B=5, D=3, H=4, depth=1, seed=0):
    """Inputs, initial states, and the gradients that enter at outputs and last states."""
    rng = np.random.default_rng(seed)
    x, dhs = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, H))
    states, dlast = ([rng.standard_normal((depth, B, H)) for _ in range(2 if kind == "lstm" else 1)] for _ in range(2))
    return x, states, dhs, dlast


def close(got, wanted, text):
    wanted = wanted.detach().numpy() if isinstance(wanted, torch.Tensor) else wanted
    assert got.shape == wanted.shape, text
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-10, err_msg=text)


def check_against_torch(module):
    """Outputs, last states, and every gradient, those that enter through the last states included."""
    for kind in KINDS:
        for lengths in (None, LENGTHS, (4, 4, 4, 4, 4), (6, 6, 6, 6, 6)):
            x, states, dhs, dlast = random_batch(kind)
            reference = torch_module(kind, 3, 4)
            leaves = [torch.tensor(a, requires_grad=True) for a in (x, *states)]
            hs, last = run_torch(reference, kind, leaves[0], leaves[1:], lengths)
            loss = (hs * torch.tensor(dhs)).sum()
            for end, d in zip(last, dlast, strict=True):
                loss = loss + (end * torch.tensor(d)).sum()
            loss.backward()

            weights = getattr(module, type(from_module(reference, kind, "l0")).__name__)(
                *from_module(reference, kind, "l0")
            )
            got, ends, cache = module.layer_forward(weights, x, tuple(s[0] for s in states), lengths)
            back = module.layer_backward(dhs, cache, tuple(d[0] for d in dlast))
            text = f"{kind} {lengths} "
            close(got, hs, text + "hs")
            close(back.x, leaves[0].grad, text + "x")
            for i, leaf in enumerate(leaves[1:]):
                close(ends[i], last[i][0], text + f"last state {i}")
                close(back.state[i], leaf.grad[0], text + f"initial state {i}")
            assert type(back.weights) is type(weights)
            for name, g, w in zip(
                weights._fields, back.weights, from_module(reference, kind, "l0", gradient), strict=True
            ):
                close(g, w, text + name)


def check_padding_changes_nothing(module):
    """Neither large numbers at padding nor gradients that are sent there; outputs and gradients there are 0."""
    for kind in KINDS:
        weights = module.start_layer(kind, 3, 4, np.random.default_rng(1))
        x, _, dhs, dlast = random_batch(kind)
        filled, dfilled = x.copy(), dhs.copy()
        real = np.arange(6)[:, None] < np.array(LENGTHS)
        filled[~real], dfilled[~real] = 1e6, -1e6
        hs, last, cache = module.layer_forward(weights, x, None, LENGTHS)
        hs_filled, last_filled, cache_filled = module.layer_forward(weights, filled, None, LENGTHS)
        back = module.layer_backward(dhs, cache, tuple(d[0] for d in dlast))
        back_filled = module.layer_backward(dfilled, cache_filled, tuple(d[0] for d in dlast))
        for a, b in zip(
            (hs, *last, back.x, *back.state, *back.weights),
            (hs_filled, *last_filled, back_filled.x, *back_filled.state, *back_filled.weights),
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)
        assert not hs[~real].any()
        assert not back.x[~real].any()


def check_start(module):
    """Which rows `bias` sets, told by what the layer then does: sigma(5) of an old state of 1 is kept."""
    rng = np.random.default_rng(0)
    for kind in ("gru", "lstm"):
        weights = module.start_layer(kind, 2, 3, rng, bias=5.0)
        b = weights[2]
        assert b[3:6].tolist() == [5, 5, 5]
        assert np.abs(np.delete(b, [3, 4, 5])).max() == 0
        silent = weights._replace(W_x=0 * weights.W_x, W_h=0 * weights.W_h)
        state = tuple(np.ones((1, 3)) for _ in module.zero_state(silent, 1))
        _, last, _ = module.layer_forward(silent, np.zeros((1, 1, 2)), state)
        np.testing.assert_allclose(last[-1], 1 / (1 + np.exp(-5)), rtol=1e-12)
    for kind, rows in zip(KINDS, (1, 1, 3, 4), strict=True):
        weights = module.start_layer(kind, 50, 16, rng, scheme="orthogonal")
        assert type(weights).__name__ == TYPES[kind].__name__
        assert weights.W_x.shape == (rows * 16, 50)
        assert 0.24 < np.abs(weights.W_x).max() <= 0.25
        for block in np.split(weights.W_h, rows):
            np.testing.assert_allclose(block @ block.T, np.eye(16), atol=1e-12)


def test_against_torch():
    check_against_torch(layers)


def test_padding_changes_nothing():
    check_padding_changes_nothing(layers)


def test_start():
    check_start(layers)


@pytest.mark.parametrize("kind", KINDS)
def test_central_differences(kind):
    """Every weight, every input, every initial state, with lengths; padding's inputs have the gradient 0."""
    x, states, dhs, dlast = random_batch(kind, T=4, B=3, D=2, H=3, seed=3)
    lengths = [2, 4, 1]
    weights = start_layer(kind, 2, 3, np.random.default_rng(4))
    weights = weights._replace(**{n: b + 0.1 * np.arange(b.size) for n, b in weights._asdict().items() if b.ndim == 1})
    parameters = {"weights": weights, "x": x, "state": tuple(s[0] for s in states)}

    def loss(p):
        hs, last, _ = layer_forward(p["weights"], p["x"], p["state"], lengths)
        return float((hs * dhs).sum() + sum((end * d[0]).sum() for end, d in zip(last, dlast, strict=True)))

    _, _, cache = layer_forward(weights, x, parameters["state"], lengths)
    back = layer_backward(dhs, cache, tuple(d[0] for d in dlast))
    report = check_gradients(loss, parameters, {"weights": back.weights, "x": back.x, "state": back.state})
    assert report.ok, report


@settings(deadline=None, max_examples=40)
@given(
    kind=st.sampled_from(KINDS),
    lengths=st.lists(st.integers(1, 7), min_size=1, max_size=5),
    more=st.integers(0, 2),
    seed=st.integers(0, 99),
)
def test_each_sequence_is_computed_as_if_it_were_alone(kind, lengths, more, seed):
    """Outputs, last state and gradients of its own; the weights' gradients add up. T may exceed every length."""
    T, B, rng = max(lengths) + more, len(lengths), np.random.default_rng(seed)
    weights = start_layer(kind, 2, 3, rng)
    x, states, dhs, dlast = random_batch(kind, T, B, 2, 3, seed=seed)
    hs, last, cache = layer_forward(weights, x, tuple(s[0] for s in states), lengths)
    back = layer_backward(dhs, cache, tuple(d[0] for d in dlast))
    total = [0.0] * len(weights)
    for b, n in enumerate(lengths):
        one = slice(b, b + 1)
        alone, end, inner = layer_forward(weights, x[:n, one], tuple(s[0, one] for s in states))
        g = layer_backward(dhs[:n, one], inner, tuple(d[0, one] for d in dlast))
        close(hs[:n, one], alone, "hs")
        close(back.x[:n, one], g.x, "x")
        for pair in zip(last + back.state, end + g.state, strict=True):
            close(pair[0][one], pair[1], "state")
        total = [a + w for a, w in zip(total, g.weights, strict=True)]
        assert not hs[n:, b].any()
        assert not back.x[n:, b].any()
    for a, w in zip(back.weights, total, strict=True):
        close(a, w, "weights")


@pytest.mark.parametrize("lengths", [None, (4, 2)])
@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_float32_and_arguments_stay_as_they_are(kind, lengths):
    weights = start_layer(kind, 3, 4, np.random.default_rng(0))
    weights = type(weights)(*(a.astype(np.float32) for a in weights))
    x, state, dhs, dlast = random_batch(kind, T=4, B=2)
    given = (x.astype(np.float32), *(s[0].astype(np.float32) for s in state), dhs, *(d[0] for d in dlast))
    before = [a.copy() for a in given]
    n = len(state)
    hs, last, cache = layer_forward(weights, given[0], given[1 : 1 + n], lengths)
    first = layer_backward(given[1 + n], cache, given[2 + n :])
    second = layer_backward(given[1 + n], cache, given[2 + n :])
    for result in (hs, *last, first.x, *first.state, *first.weights):
        assert result.dtype == np.float32
    for a, b in zip((first.x, *first.state, *first.weights), (second.x, *second.state, *second.weights), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(given, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_zero_state_is_what_is_left_out():
    for kind in KINDS:
        weights = start_layer(kind, 3, 4, np.random.default_rng(0))
        x = random_batch(kind)[0]
        state = zero_state(weights, 5)
        assert [s.shape for s in state] == [(5, units(weights))] * (2 if kind == "lstm" else 1)
        np.testing.assert_array_equal(layer_forward(weights, x)[0], layer_forward(weights, x, state)[0])
        cache = layer_forward(weights, x)[2]
        nothing = layer_backward(np.ones((6, 5, 4)), cache, state)
        np.testing.assert_array_equal(layer_backward(np.ones((6, 5, 4)), cache).x, nothing.x)


LSTM = start_layer("lstm", 3, 4, np.random.default_rng(0))
X, H0 = np.zeros((6, 5, 3)), np.zeros((5, 4))


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (r"kind: got 'rnn', wanted one of 'tanh'", lambda: start_layer("rnn", 3, 4, np.random.default_rng(0))),
        (r"H: got 0", lambda: start_layer("tanh", 3, 0, np.random.default_rng(0))),
        (r"bias: got nan for a gru layer", lambda: start_layer("gru", 3, 4, np.random.default_rng(0), bias=np.nan)),
        (r"bias: got 1.0 for a tanh", lambda: start_layer("tanh", 3, 4, np.random.default_rng(0), bias=1.0)),
        (r"rng: got 0", lambda: start_layer("tanh", 3, 4, 0)),
        (r"weights: got tuple, wanted one of TanhWeights, ReLUWeights, ", lambda: layer_forward(tuple(LSTM), X)),
        (r"x: got shape \(6, 5\), wanted \(T, B, D\) = \(T, B, 3\)", lambda: layer_forward(LSTM, X[..., 0])),
        (r"state: got 1 arrays, wanted a tuple of 2: h and c", lambda: layer_forward(LSTM, X, (H0,))),
        (r"state: got ndarray, wanted a tuple of 2", lambda: layer_forward(LSTM, X, H0)),
        (r"state: c: got shape \(4, 5\), wanted \(B, H\) = \(5, 4\)", lambda: layer_forward(LSTM, X, (H0, H0.T))),
        (r"lengths: got 7 at index \[1\], wanted 1 to T = 6", lambda: layer_forward(LSTM, X, None, [1, 7, 1, 1, 1])),
        (r"dhs: got shape \(5, 4\)", lambda: layer_backward(H0, layer_forward(LSTM, X)[2])),
        (r"dlast: got 1 arrays", lambda: layer_backward(np.zeros((6, 5, 4)), layer_forward(LSTM, X)[2], (H0,))),
    ],
)
def test_refuses(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
