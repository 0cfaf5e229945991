"""LSTM and GRU against PyTorch, central differences and closed forms; the leaky integrator; paths of the gradient."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import gates
from helpers.checking import check_gradients
from helpers.gates import (
    GRUWeights,
    LSTMWeights,
    bias_half_life,
    forget_bias,
    from_torch,
    gru_backward,
    gru_forward,
    gru_gates,
    gru_step,
    half_life,
    leaky_integrate,
    log_direct_path,
    log_whole_jacobian,
    lstm_backward,
    lstm_forward,
    lstm_gates,
    lstm_step,
    to_torch,
)

ROWS = {"lstm": 4, "gru": 3}
RESETS = ["after", "before"]
sizes = st.integers(1, 5)


def random_arguments(cell, T=5, B=3, D=4, H=6, dtype=np.float64, seed=0):
    """x, the initial states, W_x, W_h and the biases; no two numbers are alike, none is zero."""
    rng, rows = np.random.default_rng(seed), ROWS[cell] * H
    shapes = [(T, B, D), (B, H)] + [(B, H)] * (cell == "lstm") + [(rows, D), (rows, H), (rows,)]
    shapes += [(rows,)] * (cell == "gru")
    arrays = [rng.standard_normal(shape) for shape in shapes]
    arrays[2 + (cell == "lstm") + 1] /= H**0.5  # else gradients of long sequences explode, and rounding with them
    return [array.astype(dtype) for array in arrays]


def random_like(*arrays, seed=2):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(np.shape(a)) for a in arrays]


def random_peephole(H=6):
    return np.random.default_rng(3).standard_normal((3, H))


def torch_lstm(x, h, c, W_x, W_h, b, p=None):
    """A cell of its own, gate by gate; p has the rows i, f, o."""
    H = h.shape[-1]
    W_i, W_f, W_g, W_o = (torch.cat([W_x, W_h, b[:, None]], 1)[k * H : (k + 1) * H] for k in range(4))
    p_i, p_f, p_o = torch.zeros(3, H, dtype=h.dtype) if p is None else p
    hs, cs = [], []
    for x_t in x:
        seen = torch.cat([x_t, h, torch.ones(len(h), 1, dtype=h.dtype)], 1)
        write, keep = torch.sigmoid(seen @ W_i.T + p_i * c), torch.sigmoid(seen @ W_f.T + p_f * c)
        c = keep * c + write * torch.tanh(seen @ W_g.T)
        h = torch.sigmoid(seen @ W_o.T + p_o * c) * torch.tanh(c)
        hs.append(h)
        cs.append(c)
    return torch.stack(hs), torch.stack(cs)


def torch_gru(x, h, W_x, W_h, b_x, b_h, reset):
    H, hs = h.shape[-1], []
    for x_t in x:
        X = [x_t @ W_x[k * H : (k + 1) * H].T + b_x[k * H : (k + 1) * H] for k in range(3)]
        product = lambda k, v: v @ W_h[k * H : (k + 1) * H].T + b_h[k * H : (k + 1) * H]
        r, z = torch.sigmoid(X[0] + product(0, h)), torch.sigmoid(X[1] + product(1, h))
        n = torch.tanh(X[2] + (r * product(2, h) if reset == "after" else product(2, r * h)))
        h = z * h + (1 - z) * n
        hs.append(h)
    return torch.stack(hs)


def assert_all_close(got, wanted, note="", tolerance=1e-11):
    for name, a, b in zip(getattr(got, "_fields", range(len(got))), got, wanted, strict=True):
        b = b.detach().numpy() if isinstance(b, torch.Tensor) else b
        assert a.shape == b.shape, f"{note} {name}"
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * max(1, np.abs(b).max()), err_msg=f"{note} {name}")


# -- Steps and whole sequences ----------------------------------------------------------------------------
def check_lstm_step(module):
    for p in (None, random_peephole()):
        x, *rest = random_arguments("lstm", T=1)
        leaves = [torch.tensor(a) for a in (x, *rest)]
        hs, cs = torch_lstm(*leaves, None if p is None else torch.tensor(p))
        assert_all_close(module.lstm_step(x[0], *rest, p), (hs[0], cs[0]))
        h, c, *weights = rest
        one = module.lstm_step(x[0, 1], h[1], c[1], *weights, p)  # a single sequence, without the axis of the batch
        assert_all_close(one, (hs[0, 1], cs[0, 1]))


def check_gru_step(module):
    x, h, *weights = random_arguments("gru", T=1)
    for reset in RESETS:
        (wanted,) = torch_gru(*(torch.tensor(a) for a in (x, h, *weights)), reset)
        assert_all_close([module.gru_step(x[0], h, *weights, reset)], [wanted])
        assert_all_close([module.gru_step(x[0, 1], h[1], *weights, reset)], [wanted[1]])


def check_lstm_forward(module, T=5, B=3, D=4, H=6):
    for p in (None, random_peephole(H)):
        arguments = random_arguments("lstm", T, B, D, H)
        wanted = torch_lstm(*(torch.tensor(a) for a in arguments), None if p is None else torch.tensor(p))
        assert_all_close(module.lstm_forward(*arguments, p)[:2], wanted)


def check_gru_forward(module, T=5, B=3, D=4, H=6):
    arguments = random_arguments("gru", T, B, D, H)
    for reset in RESETS:
        wanted = torch_gru(*(torch.tensor(a) for a in arguments), reset)
        assert_all_close(module.gru_forward(*arguments, reset)[:1], [wanted], reset)


def check_lstm_backward(module, T=5, B=3, D=4, H=6):
    """Every gradient, with a loss at every hidden state and at the last cell."""
    for p in (None, random_peephole(H)):
        arguments = random_arguments("lstm", T, B, D, H)
        leaves = [torch.tensor(a, requires_grad=True) for a in (*arguments, *([] if p is None else [p]))]
        hs, cs = torch_lstm(*leaves)
        dhs, dc_T = random_like(hs.detach(), cs[-1].detach())
        wanted = torch.autograd.grad([hs, cs[-1]], leaves, [torch.tensor(dhs), torch.tensor(dc_T)])
        got = module.lstm_backward(dhs, module.lstm_forward(*arguments, p)[-1], dc_T)
        assert got._fields == ("x", "h0", "c0", "W_x", "W_h", "b") + ("peephole",) * (p is not None)
        assert_all_close(got, wanted)


def check_gru_backward(module, T=5, B=3, D=4, H=6):
    arguments = random_arguments("gru", T, B, D, H)
    for reset in RESETS:
        leaves = [torch.tensor(a, requires_grad=True) for a in arguments]
        hs = torch_gru(*leaves, reset)
        (dhs,) = random_like(hs.detach())
        wanted = torch.autograd.grad(hs, leaves, torch.tensor(dhs))
        assert_all_close(module.gru_backward(dhs, module.gru_forward(*arguments, reset)[-1]), wanted, reset)


def check_lstm_gates(module):
    """c_1 by the gates that are shown, and each gate by pushing its bias far up."""
    x, h, c, W_x, W_h, b = random_arguments("lstm")
    hs, cs, cache = module.lstm_forward(x, h, c, W_x, W_h, b)
    shown = module.lstm_gates(cache)
    assert shown._fields == ("i", "f", "g", "o")
    np.testing.assert_allclose(shown.f[0] * c + shown.i[0] * shown.g[0], cs[0], rtol=0, atol=1e-14)
    np.testing.assert_allclose(shown.o * np.tanh(cs), hs, rtol=0, atol=1e-14)
    for k, name in enumerate(shown._fields):
        pushed = b.copy()
        pushed[6 * k : 6 * k + 6] += 100
        opened = module.lstm_gates(module.lstm_forward(x, h, c, W_x, W_h, pushed)[-1])
        assert getattr(opened, name).min() > 0.999
        assert all(getattr(opened, other)[0].min() < 0.9 for other in shown._fields if other != name)


def check_gru_gates(module):
    x, h, W_x, W_h, b_x, b_h = random_arguments("gru")
    for reset in RESETS:
        hs, cache = module.gru_forward(x, h, W_x, W_h, b_x, b_h, reset)
        shown = module.gru_gates(cache)
        assert shown._fields == ("r", "z", "n")
        np.testing.assert_allclose((1 - shown.z[0]) * shown.n[0] + shown.z[0] * h, hs[0], rtol=0, atol=1e-14)
        r = 1 / (1 + np.exp(-(x[0] @ W_x[:6].T + b_x[:6] + h @ W_h[:6].T + b_h[:6])))
        np.testing.assert_allclose(shown.r[0], r, rtol=0, atol=1e-14)


def check_long_sequences(module):
    """More steps than one stretch of the loop holds, and not a multiple of it."""
    for cell in ("lstm", "gru"):
        for check in (f"check_{cell}_forward", f"check_{cell}_backward"):
            if hasattr(module, f"{cell}_forward"):
                globals()[check](module, 37, 30, 3, 8)


def test_lstm():
    check_lstm_step(gates)
    check_lstm_forward(gates)
    check_lstm_backward(gates)
    check_lstm_forward(gates, T=1)
    check_lstm_backward(gates, T=1)
    check_lstm_gates(gates)


def test_gru():
    check_gru_step(gates)
    check_gru_forward(gates)
    check_gru_backward(gates)
    check_gru_forward(gates, T=1)
    check_gru_backward(gates, T=1)
    check_gru_gates(gates)


def test_long_sequences():
    check_long_sequences(gates)


def test_without_dc_T_nothing_reaches_the_last_cell():
    arguments = random_arguments("lstm")
    hs, cs, cache = lstm_forward(*arguments)
    (dhs,) = random_like(hs)
    assert_all_close(lstm_backward(dhs, cache), lstm_backward(dhs, cache, np.zeros_like(cs[-1])))


@pytest.mark.parametrize("peepholes", [False, True])
def test_lstm_central_differences(peepholes):
    arguments = random_arguments("lstm", 4, 2, 3, 2) + [random_peephole(2)] * peepholes
    hs, cs, cache = lstm_forward(*arguments)
    dhs, dc_T = random_like(hs, cs[-1])

    def loss(moved):
        hs, cs, _ = lstm_forward(*moved)
        return (hs * dhs).sum() + (cs[-1] * dc_T).sum()

    gradients = lstm_backward(dhs, cache, dc_T)
    report = check_gradients(loss, arguments, list(gradients))
    assert report.ok, report


@pytest.mark.parametrize("reset", RESETS)
def test_gru_central_differences(reset):
    arguments = random_arguments("gru", 4, 2, 3, 2)
    hs, cache = gru_forward(*arguments, reset)
    (dhs,) = random_like(hs)
    report = check_gradients(
        lambda moved: (gru_forward(*moved, reset)[0] * dhs).sum(), arguments, list(gru_backward(dhs, cache))
    )
    assert report.ok, report


@settings(deadline=None, max_examples=40)
@given(T=sizes, B=sizes, D=sizes, H=sizes, peepholes=st.booleans())
def test_lstm_forward_is_a_loop_over_steps_of_any_shape(T, B, D, H, peepholes):
    arguments, p = random_arguments("lstm", T, B, D, H), random_peephole(H) if peepholes else None
    x, h, c, *weights = arguments
    hs, cs, cache = lstm_forward(*arguments, p)
    for t in range(T):
        h, c = lstm_step(x[t], h, c, *weights, p)
        np.testing.assert_allclose(hs[t], h, rtol=0, atol=1e-12)
        np.testing.assert_allclose(cs[t], c, rtol=0, atol=1e-12)
    gradients = lstm_backward(hs, cache)
    assert [g.shape for g in gradients] == [a.shape for a in (*arguments, *([p] if peepholes else []))]
    assert [a.shape for a in lstm_gates(cache)] == [(T, B, H)] * 4


@settings(deadline=None, max_examples=40)
@given(T=sizes, B=sizes, D=sizes, H=sizes, reset=st.sampled_from(RESETS))
def test_gru_forward_is_a_loop_over_steps_of_any_shape(T, B, D, H, reset):
    arguments = random_arguments("gru", T, B, D, H)
    x, h, *weights = arguments
    hs, cache = gru_forward(*arguments, reset)
    for t in range(T):
        h = gru_step(x[t], h, *weights, reset)
        np.testing.assert_allclose(hs[t], h, rtol=0, atol=1e-12)
    assert [g.shape for g in gru_backward(hs, cache)] == [a.shape for a in arguments]
    assert [a.shape for a in gru_gates(cache)] == [(T, B, H)] * 3


def test_one_past_serves_both_resets_only_without_a_reset():
    """With r = 1 there is nothing to place; with r free the two differ."""
    x, h, W_x, W_h, b_x, b_h = random_arguments("gru")
    after, before = (gru_forward(x, h, W_x, W_h, b_x, b_h, reset)[0] for reset in RESETS)
    assert np.abs(after - before).max() > 0.1
    b_x[:6] = 100
    after, before = (gru_forward(x, h, W_x, W_h, b_x, b_h, reset)[0] for reset in RESETS)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-12)


def test_saturated_gates_are_exact():
    """The constant error carousel: kept and closed, the cell stands still for 1,000 steps, and so does the gradient."""
    x, h, c, W_x, W_h, _ = random_arguments("lstm", T=1000)
    b = np.repeat([-1e4, 1e4, 0, 1e4], 6)  # i = 0, f = 1
    hs, cs, cache = lstm_forward(x, h, c, W_x, W_h, b)
    np.testing.assert_array_equal(cs, np.broadcast_to(c, cs.shape))
    gradients = lstm_backward(np.zeros_like(hs), cache, np.ones_like(c))
    np.testing.assert_array_equal(gradients.c0, 1)
    assert not gradients.x.any()


# -- What a caller may rely on ----------------------------------------------------------------------------
@pytest.mark.parametrize("cell", ["lstm", "peephole", "after", "before"])
def test_float32_stays_float32(cell):
    lstm = cell in ("lstm", "peephole")
    arguments = random_arguments("lstm" if lstm else "gru", dtype=np.float32)
    last = [random_peephole().astype(np.float32)] * (cell == "peephole") if lstm else [cell]
    forward, backward, step = (
        (lstm_forward, lstm_backward, lstm_step) if lstm else (gru_forward, gru_backward, gru_step)
    )
    hs, *_, cache = forward(*arguments, *last)
    for dhs in (hs, hs.astype(np.float64)):
        assert {g.dtype for g in backward(dhs, cache)} == {np.dtype(np.float32)}
    arrays = [*cache.gates, *(a for a in cache if isinstance(a, np.ndarray))]
    stepped = step(arguments[0][0], *arguments[1:], *last)
    assert {a.dtype for a in (hs, *arrays, *(stepped if lstm else [stepped]))} == {np.dtype(np.float32)}
    wide = [a.astype(np.float64) for a in arguments]
    lasts = [a.astype(np.float64) for a in last] if lstm else last
    np.testing.assert_allclose(hs, forward(*wide, *lasts)[0], rtol=0, atol=1e-5)
    assert forward(wide[0], *arguments[1:], *last)[0].dtype == np.float64  # one float64 is enough


@pytest.mark.parametrize("cell", ["lstm", "peephole", "after", "before"])
def test_caches_are_read_only_and_can_be_used_again(cell):
    lstm = cell in ("lstm", "peephole")
    arguments = random_arguments("lstm" if lstm else "gru")
    last = [random_peephole()] * (cell == "peephole") if lstm else [cell]
    forward, backward = (lstm_forward, lstm_backward) if lstm else (gru_forward, gru_backward)
    *states, cache = forward(*arguments, *last)
    computed = [*states, cache.hs, *cache.gates]
    for array in computed:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    (dhs,) = random_like(states[0])
    before = dhs.copy()
    wanted = backward(dhs, cache)
    np.testing.assert_array_equal(dhs, before)
    for weights in (*arguments[2 + lstm :], *(last if cell == "peephole" else [])):
        weights -= 0.1  # an update in place does not spoil the gradient
    for got, value in zip(backward(dhs, cache), wanted, strict=True):
        np.testing.assert_array_equal(got, value)


def test_lstm_refuses():
    x, h, c, W_x, W_h, b = random_arguments("lstm")
    refused = [
        ((x, h, c, W_x[:18], W_h, b), r"^W_x: got shape \(18, 4\), the stacking of a GRU \(rows r, z, n\), wanted 24"),
        ((x, h, c, W_x, W_h[:6], b), r"^W_h: got shape \(6, 6\), the stacking of a tanh RNN, wanted 24 rows, of an LS"),
        ((x, h, c, W_x, W_h, b[:18]), r"^b: got shape \(18,\), the stacking of a GRU"),
        ((x, h, c, W_x.T, W_h, b), r"^W_x: got shape \(4, 24\), wanted 24 rows: this looks transposed$"),
        ((x, h, c, W_x, W_h.T, b), r"^W_h: got shape \(6, 24\), wanted 24 rows: this looks transposed$"),
        ((x, h, c, W_x[:, :3], W_h, b), r"^W_x: got shape \(24, 3\), wanted \(4H, D\) = \(24, 4\)$"),
        ((x, h, c, W_x[:23], W_h, b), r"^W_x: got shape \(23, 4\), wanted \(4H, D\) = \(24, 4\)$"),
        ((x, h, c[:, :5], W_x, W_h, b), r"^c0: got shape \(3, 5\), wanted \(B, H\) = \(3, 6\)$"),
        ((x, h, h[0], W_x, W_h, b), r"^c0: got shape \(6,\), wanted \(B, H\) = \(3, 6\)$"),
        ((x, h[:2], c, W_x, W_h, b), r"^h0: got shape \(2, 6\), wanted \(B, H\) = \(3, H\)$"),
        ((x[0], h, c, W_x, W_h, b), r"^x: got shape \(3, 4\), wanted \(T, B, D\)$"),
        ((x[:0], h, c, W_x, W_h, b), r"^x: got shape \(0, 3, 4\), wanted \(T, B, D\), T at least 1$"),
        ((x, h, c, W_x, W_h, b * np.nan), r"^b: got nan at index \[0\], wanted finite values$"),
        ((x, h, c, W_x, W_h, b, np.ones((4, 6))), r"^peephole: got shape \(4, 6\), wanted \(3, H\) = \(3, 6\)$"),
        ((x, h, c, W_x, W_h, b, np.full((3, 6), np.inf)), r"^peephole: got inf at index \[0, 0\]"),
    ]
    for arguments, message in refused:
        with pytest.raises(ValueError, match=message):
            lstm_forward(*arguments)
        if arguments[0].shape == x.shape:
            with pytest.raises(ValueError, match=message.replace("h0", "h").replace("c0", "c")):
                lstm_step(arguments[0][0], *arguments[1:])


def test_gru_refuses():
    x, h, W_x, W_h, b_x, b_h = random_arguments("gru")
    lstm = random_arguments("lstm")
    refused = [
        (
            (x, h, lstm[3], W_h, b_x, b_h),
            r"^W_x: got shape \(24, 4\), the stacking of an LSTM \(rows i, f, g, o\), wan",
        ),
        ((x, h, W_x, W_h.T, b_x, b_h), r"^W_h: got shape \(6, 18\), wanted 18 rows: this looks transposed$"),
        ((x, h, W_x, W_h, b_x, b_h[:6]), r"^b_h: got shape \(6,\), the stacking of a tanh RNN"),
        ((x, h, W_x, W_h, b_x[:17], b_h), r"^b_x: got shape \(17,\), wanted \(3H,\) = \(18,\)$"),
        ((x, h, W_x, W_h, b_x, b_h * np.inf), r"^b_h: got -?inf at index \[0\], wanted finite values$"),
        ((x, h, W_x, W_h, b_x, b_h, "late"), r"^reset: got 'late', wanted one of 'after', 'before'$"),
    ]
    for arguments, message in refused:
        with pytest.raises(ValueError, match=message):
            gru_forward(*arguments)
        with pytest.raises(ValueError, match=message):
            gru_step(arguments[0][0], *arguments[1:])


def test_backward_refuses():
    hs, cs, lstm_cache = lstm_forward(*random_arguments("lstm"))
    _, gru_cache = gru_forward(*random_arguments("gru"))
    for backward, cache in ((lstm_backward, lstm_cache), (gru_backward, gru_cache)):
        with pytest.raises(ValueError, match=r"^dhs: got shape \(3, 6\), wanted \(T, B, H\) = \(5, 3, 6\)$"):
            backward(hs[0], cache)
        with pytest.raises(ValueError, match=r"^dhs: got nan at index \[0, 0, 0\], wanted finite values$"):
            backward(hs * np.nan, cache)
    with pytest.raises(ValueError, match=r"^dc_T: got shape \(5, 3, 6\), wanted \(B, H\) = \(3, 6\)$"):
        lstm_backward(hs, lstm_cache, cs)
    for function in (lambda cache: lstm_backward(hs, cache), lstm_gates):
        with pytest.raises(
            ValueError, match=r"^cache: got an object of type GRUCache, wanted the LSTMCache that lstm_f"
        ):
            function(gru_cache)
    for function in (lambda cache: gru_backward(hs, cache), gru_gates):
        with pytest.raises(
            ValueError, match=r"^cache: got an object of type ndarray, wanted the GRUCache that gru_forw"
        ):
            function(hs)


# -- The leaky integrator ---------------------------------------------------------------------------------
def check_leak(module):
    """An impulse decays as (1 - f) f^k; a start as f^t; T at once or one by one."""
    x = np.zeros(6)
    x[1] = 1
    np.testing.assert_allclose(module.leaky_integrate(x, 0.8), [0, *(0.2 * 0.8 ** np.arange(5))], rtol=1e-14)
    np.testing.assert_allclose(module.leaky_integrate(np.zeros(4), 0.5, c0=3), 3 * 0.5 ** np.arange(1, 5), rtol=1e-14)
    x, c0 = np.random.default_rng(0).standard_normal((2, 7, 3))
    got, c = module.leaky_integrate(x, 0.3, c0[0]), c0[0]
    for x_t, c_t in zip(x, got, strict=True):
        c = 0.3 * c + 0.7 * x_t
        np.testing.assert_allclose(c_t, c, rtol=1e-13)


def check_half_life(module):
    np.testing.assert_allclose(module.half_life([0.5, 0.5**0.1]), [1, 10], rtol=1e-13)
    steps = module.bias_half_life([0, 1, 3, 5])
    assert np.round(steps).tolist() == [1, 2, 14, 103]
    np.testing.assert_allclose(steps, module.half_life(1 / (1 + np.exp([0.0, -1, -3, -5]))), rtol=1e-12)
    np.testing.assert_allclose(module.forget_bias(steps), [0, 1, 3, 5], rtol=0, atol=1e-12)
    assert module.forget_bias(1e15) == pytest.approx(np.log(1e15 / np.log(2)), rel=1e-12)  # sigma(b) itself rounds to 1


def test_leak():
    check_leak(gates)
    check_half_life(gates)
    assert leaky_integrate([1.0, 5.0], 1, 2.0).tolist() == [2, 2]
    assert leaky_integrate([1.0, 5.0], 0, 2.0).tolist() == [1, 5]
    assert leaky_integrate(np.ones(3, np.float32), 0.9).dtype == np.float32


def test_leak_refuses():
    for f in (-0.1, 1.1):
        with pytest.raises(ValueError, match=rf"^f: got {f}, wanted a number from 0 to 1$"):
            leaky_integrate([1.0], f)
    with pytest.raises(ValueError, match=r"^f: got shape \(2,\), wanted \(\)$"):
        leaky_integrate([1.0], [0.5, 0.5])
    with pytest.raises(ValueError, match=r"^x: got shape \(1, 2, 3\), wanted \(T, B\)$"):
        leaky_integrate(np.ones((1, 2, 3)), 0.5)
    with pytest.raises(ValueError, match=r"^c0: got shape \(2,\), wanted \(B,\) = \(3,\)$"):
        leaky_integrate(np.ones((4, 3)), 0.5, np.ones(2))
    with pytest.raises(ValueError, match=r"^c0: got shape \(2,\), wanted \(\)$"):
        leaky_integrate(np.ones(4), 0.5, np.ones(2))
    with pytest.raises(ValueError, match=r"^f: got 1.0, wanted numbers above 0 and below 1$"):
        half_life([0.5, 1.0])
    with pytest.raises(ValueError, match=r"^b: got inf, wanted finite values$"):
        bias_half_life(np.inf)
    with pytest.raises(ValueError, match=r"^steps: got 0.0, wanted finite numbers above 0$"):
        forget_bias([3.0, 0.0])


# -- Paths of the gradient --------------------------------------------------------------------------------
def random_weights(cell, D=3, H=4, seed=0):
    arguments = random_arguments(cell, 2, 1, D, H, seed=seed)
    return LSTMWeights(*arguments[3:]) if cell == "lstm" else GRUWeights(*arguments[2:])


def torch_log_jacobians(weights, x, reset):
    """log ||d target_T / d target_t||_2 by lag, from autograd: the run is begun anew at each t."""
    weights, x = [torch.tensor(a) for a in weights], torch.tensor(x)[:, None]
    H, T = weights[1].shape[1], len(x)
    zero = torch.zeros(1, H, dtype=torch.float64)
    logs = []
    for t in range(T, 0, -1):
        if len(weights) == 4:
            start = torch_gru(x[:t], zero, *weights, reset)[-1, 0]
            run = lambda h, t=t: torch_gru(x[t:], h[None], *weights, reset)[-1, 0] if t < T else h
        elif weights[0].shape[0] == 4 * H:
            hs, cs = torch_lstm(x[:t], zero, zero, *weights)
            start, o = cs[-1, 0], hs[-1, 0] / torch.tanh(cs[-1, 0])
            run = lambda c, t=t, o=o: (
                torch_lstm(x[t:], (o * torch.tanh(c))[None], c[None], *weights)[1][-1, 0] if t < T else c
            )
        else:
            W_x, W_h, b = weights

            def run(h, t=t, W_x=W_x, W_h=W_h, b=b):
                for x_t in x[t:]:
                    h = torch.tanh(x_t[0] @ W_x.T + W_h @ h + b)
                return h

            start = zero[0]
            for x_t in x[:t]:
                start = torch.tanh(x_t[0] @ W_x.T + W_h @ start + b)
        logs.append(np.log(np.linalg.norm(torch.autograd.functional.jacobian(run, start).numpy(), 2)))
    return np.array(logs)


def check_whole_jacobian(module):
    x = np.random.default_rng(5).standard_normal((7, 3))
    W = random_weights("lstm")
    tanh = W.W_x[:4], W.W_h[:4], W.b[:4]
    for weights, reset in (
        (W, "after"),
        (random_weights("gru"), "after"),
        (random_weights("gru"), "before"),
        (tanh, ""),
    ):
        arguments = (weights, x, reset) if reset else (weights, x)
        got = module.log_whole_jacobian(*arguments)
        np.testing.assert_allclose(got, torch_log_jacobians(weights, x, reset), rtol=0, atol=1e-10)


def check_direct_path(module):
    """Against a loop over the gates that a forward pass shows."""
    x = np.random.default_rng(5).standard_normal((7, 3))
    for cell, reset in (("lstm", None), ("gru", "after"), ("gru", "before")):
        weights, zero = random_weights(cell), np.zeros((1, 4))
        if cell == "lstm":
            kept = lstm_gates(lstm_forward(x[:, None], zero, zero, *weights)[-1]).f[:, 0]
            got = module.log_direct_path(weights, x)
        else:
            kept = gru_gates(gru_forward(x[:, None], zero, *weights, reset)[-1]).z[:, 0]
            got = module.log_direct_path(weights, x, reset)
        wanted = [np.prod(kept[7 - lag :], axis=0).max() for lag in range(7)]
        np.testing.assert_allclose(got, np.log(wanted), rtol=0, atol=1e-12)


def check_without_recurrent_weights(module):
    """W_h = 0, W_x = 0: the forget bias alone, and no other path than the direct one."""
    for bias, at_99 in ((0, 1.6e-30), (1, 3e-14), (3, 8e-3), (5, 0.51), (-900, None)):
        b = np.random.default_rng(0).standard_normal(8)
        b[2:4] = bias
        weights, x = LSTMWeights(np.zeros((8, 1)), np.zeros((8, 2)), b), np.ones((100, 1))
        wanted = -np.arange(100) * np.logaddexp(0, -bias)
        np.testing.assert_allclose(module.log_direct_path(weights, x), wanted, rtol=1e-12)
        gru = GRUWeights(np.zeros((6, 1)), np.zeros((6, 2)), b[:6], np.zeros(6))
        np.testing.assert_allclose(module.log_direct_path(gru, x), wanted, rtol=1e-12)
        if at_99:
            np.testing.assert_allclose(module.log_whole_jacobian(weights, x), wanted, rtol=1e-10)
            np.testing.assert_allclose(module.log_whole_jacobian(gru, x), wanted, rtol=1e-10)
            assert np.exp(wanted[99]) == pytest.approx(at_99, rel=0.07)


def test_paths():
    check_whole_jacobian(gates)
    check_direct_path(gates)
    check_without_recurrent_weights(gates)


def test_paths_far_beyond_the_range_of_floats():
    """A tanh layer that is all but dead: ln 1e-5 per step, for 200 steps; and one that is exactly dead."""
    W_h, x = 1e-5 * np.eye(3), np.zeros((200, 2))
    got = log_whole_jacobian((np.ones((3, 2)), W_h, np.zeros(3)), x)
    np.testing.assert_allclose(got, np.arange(200) * np.log(1e-5), rtol=1e-12)
    dead = log_whole_jacobian((np.ones((3, 2)), 0 * W_h, np.zeros(3)), x)
    assert dead[0] == 0
    assert np.isneginf(dead[1:]).all()


@settings(deadline=None, max_examples=20)
@given(T=sizes, D=sizes, H=sizes, cell=st.sampled_from(["lstm", "gru"]))
def test_paths_have_one_entry_per_lag(T, D, H, cell):
    weights, x = random_weights(cell, D, H), np.random.default_rng(1).standard_normal((T, D)).astype(np.float32)
    narrow = type(weights)(*(a.astype(np.float32) for a in weights))
    for logs in (log_direct_path(narrow, x), log_whole_jacobian(narrow, x)):
        assert logs.shape == (T,)
        assert logs.dtype == np.float64
        assert logs[0] == pytest.approx(0, abs=1e-14)


def test_paths_refuse():
    W = random_weights("lstm")
    with pytest.raises(
        ValueError, match=r"^weights: got tuple, wanted LSTMWeights or GRUWeights: others have no gate$"
    ):
        log_direct_path((W.W_x[:4], W.W_h[:4], W.b[:4]), np.ones((5, 3)))
    with pytest.raises(ValueError, match=r"^weights: got ndarray, wanted LSTMWeights, GRUWeights or a tuple"):
        log_whole_jacobian(W.W_h, np.ones((5, 3)))
    with pytest.raises(ValueError, match=r"^x: got shape \(5, 1, 3\), wanted \(T, D\)$"):
        log_whole_jacobian(W, np.ones((5, 1, 3)))
    with pytest.raises(ValueError, match=r"^W_x: got shape \(16, 3\), wanted \(4H, D\) = \(16, 2\)$"):
        log_direct_path(W, np.ones((5, 2)))
    with pytest.raises(ValueError, match=r"^reset: got 'no', wanted one of"):
        log_whole_jacobian(random_weights("gru"), np.ones((5, 3)), "no")


# -- To and from PyTorch ----------------------------------------------------------------------------------
def torch_module(kind, layers, directions, D=4, H=5, seed=0):
    """All parameters random and distinct, the biases too."""
    torch.manual_seed(seed)
    cls = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind]
    module = cls(D, H, layers, bidirectional=directions == 2, dtype=torch.float64)
    with torch.no_grad():
        for weight in module.parameters():
            weight.normal_()
    return module


def run_layers(stack, x, states, kind):
    """Our own loop over layers and directions; for each: cache, and which way."""
    caches, number = [], 0
    for layer in stack:
        outputs = []
        for way, weights in enumerate(layer):
            order = slice(None, None, -1 if way else 1)
            forward = lstm_forward if kind == "lstm" else gru_forward
            hs, *_, cache = forward(x[order], *(s[number] for s in states), *weights)
            outputs.append(hs[order])
            caches.append(cache)
            number += 1
        x = np.concatenate(outputs, axis=-1)
    return x, caches


def check_from_torch(module, kinds=("lstm", "gru")):
    """Outputs and every gradient of torch.nn.LSTM and torch.nn.GRU, 1 to 3 layers, one and both directions."""
    for kind in kinds:
        for layers in (1, 2, 3):
            for directions in (1, 2):
                compare_with_module(module.from_torch, kind, layers, directions)


def compare_with_module(load, kind, layers, directions, T=6, B=3, D=4, H=5):
    theirs, rng = torch_module(kind, layers, directions), np.random.default_rng(1)
    stack = load(theirs.state_dict(), kind)
    assert [len(layer) for layer in stack] == [directions] * layers
    x = rng.standard_normal((T, B, D))
    states = list(rng.standard_normal((2 if kind == "lstm" else 1, layers * directions, B, H)))
    x_torch, *states_torch = (torch.tensor(a, requires_grad=True) for a in (x, *states))
    wanted, last = theirs(x_torch, tuple(states_torch) if kind == "lstm" else states_torch[0])
    got, caches = run_layers(stack, x, states, kind)
    np.testing.assert_allclose(got, wanted.detach().numpy(), rtol=0, atol=1e-10)

    dhs = rng.standard_normal(got.shape)
    dc_T = rng.standard_normal((layers * directions, B, H))
    loss = (wanted * torch.tensor(dhs)).sum()
    if kind == "lstm":
        loss = loss + (last[1] * torch.tensor(dc_T)).sum()
    loss.backward()

    def compare(name, ours, grad):
        np.testing.assert_allclose(ours, grad.numpy(), rtol=0, atol=1e-10 * max(1, np.abs(ours).max()), err_msg=name)

    for k in reversed(range(layers)):
        from_above, dhs = dhs, 0
        for way in range(directions):
            order, number = slice(None, None, -1 if way else 1), k * directions + way
            piece = from_above[order, :, way * H : (way + 1) * H]
            cache = caches[number]
            g = lstm_backward(piece, cache, dc_T[number]) if kind == "lstm" else gru_backward(piece, cache)
            name = f"l{k}" + "_reverse" * way
            biases = (g.b, g.b) if kind == "lstm" else (g.b_x, g.b_h)  # PyTorch's two have the gradient of our one
            for part, ours in zip(
                ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), (g.W_x, g.W_h, *biases), strict=True
            ):
                compare(f"{part}_{name}", ours, getattr(theirs, f"{part}_{name}").grad)
            for ours, state in zip((g.h0, *([g.c0] if kind == "lstm" else [])), states_torch, strict=True):
                compare(f"state {number}", ours, state.grad[number])
            dhs = dhs + g.x[order]
    compare("x", dhs, x_torch.grad)


def check_to_torch(module):
    """There and back: PyTorch computes the same with what came back."""
    for kind in ("lstm", "gru"):
        theirs, back = torch_module(kind, 2, 2), torch_module(kind, 2, 2, seed=1)
        returned = module.to_torch(from_torch(theirs.state_dict(), kind))
        back.load_state_dict({name: torch.tensor(a) for name, a in returned.items()})
        x = torch.randn(6, 3, 4, dtype=torch.float64)
        torch.testing.assert_close(back(x)[0], theirs(x)[0], rtol=0, atol=1e-13)
        for name, value in theirs.state_dict().items():
            if kind == "gru" or name.startswith("weight"):
                np.testing.assert_array_equal(returned[name], value.numpy())
            elif name.startswith("bias_hh"):
                assert not returned[name].any()


def test_from_and_to_torch():
    check_from_torch(gates)
    check_to_torch(gates)


def test_loaded_weights_are_copies_and_keep_their_dtype():
    module = torch.nn.GRU(2, 3, dtype=torch.float32)
    ((weights,),) = from_torch(dict(module.named_parameters()), "gru")  # parameters, still in their graph
    before = weights.W_x.copy()
    with torch.no_grad():
        module.weight_ih_l0.zero_()
    np.testing.assert_array_equal(weights.W_x, before)
    assert {a.dtype for a in weights} == {np.dtype(np.float32)}
    alone = to_torch([weights])
    alone["weight_ih_l0"][:] = 0
    np.testing.assert_array_equal(weights.W_x, before)


def test_from_torch_refuses():
    state = {name: value.numpy() for name, value in torch_module("lstm", 2, 1).state_dict().items()}
    without = {name: value for name, value in state.items() if name != "bias_hh_l1"}
    module = "wanted the state dict of a torch.nn.LSTM with biases"
    projected = torch.nn.LSTM(4, 5, proj_size=2).state_dict()
    refused = [
        (without, "lstm", rf"^state_dict: got no bias_hh_l1, {module}$"),
        ({}, "lstm", r"^state_dict: got no weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, wanted"),
        (state | {"head.weight": 1}, "lstm", rf"^state_dict: got also head.weight, {module}$"),
        (without | {"x": 1}, "lstm", rf"^state_dict: got no bias_hh_l1 and also x, {module}$"),
        (projected, "lstm", r"^state_dict: got weight_hr_l0, wanted an LSTM without projection \(proj_size = 0\)$"),
        (state, "gru", r"^weight_ih_l0: got shape \(20, 4\), the stacking of an LSTM \(rows i, f, g, o\), wanted 15"),
        (state, "rnn", r"^kind: got 'rnn', wanted one of 'lstm', 'gru'$"),
        (state | {"weight_ih_l1": np.ones((20, 4))}, "lstm", r"^weight_ih_l1: got shape \(20, 4\), wanted \(4H, D\)"),
        (state | {"weight_hh_l0": np.ones((20, 20, 5))}, "lstm", r"^weight_hh_l0: got shape \(20, 20, 5\), wanted"),
        (state | {"bias_ih_l1": np.full(20, np.nan)}, "lstm", r"^bias_ih_l1: got nan at index \[0\], wanted finite"),
    ]
    for state_dict, kind, message in refused:
        with pytest.raises(ValueError, match=message):
            from_torch(state_dict, kind)


def test_to_torch_refuses():
    lstm, gru = random_weights("lstm"), random_weights("gru")
    for layers in ([], [lstm, gru], [(lstm, lstm), lstm], [(lstm, lstm, lstm)], [np.ones(3)]):
        with pytest.raises(
            ValueError, match=r"^layers: got .*, wanted for each layer one LSTMWeights or GRUWeights, or"
        ):
            to_torch(layers)
