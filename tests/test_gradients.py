"""Recurrent matrices and the norm of the gradient, against theory and PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import gradients
from helpers.bptt import rnn_backward
from helpers.gradients import (
    KINDS,
    gradient_by_lag,
    log_gradient_norm_grid,
    log_gradient_norms,
    log_jacobian_norms,
    recurrent_matrix,
    spectral_radius,
)
from helpers.rnn_basics import ACTIVATIONS, rnn_forward

NILPOTENT = np.array([[2.0, -4.0], [1.0, -2.0]])  # its square is zero, and so are its eigenvalues


def generator(seed=0):
    return np.random.default_rng(seed)


def torch_log_norms(W_h, T, activation, inputs, cotangent):
    W_h, inputs, v = (torch.tensor(a) for a in (W_h, inputs, cotangent))
    phi = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": lambda z: z}[activation]
    hs = [torch.zeros(len(v), dtype=torch.float64, requires_grad=True)]
    for t in range(T):
        hs.append(phi(W_h @ hs[-1] + inputs[t]))
    return torch.stack([g.norm() for g in torch.autograd.grad(v @ hs[-1], hs)]).log().numpy()


def check_against_torch(module):
    rng, T, H = generator(), 12, 6
    inputs, v = rng.standard_normal((T, H)), rng.standard_normal(H)
    for kind in KINDS:
        for activation in ACTIVATIONS:
            for radius in (0.5, 1.2):
                W_h = recurrent_matrix(kind, H, radius, rng, shear=2.0)
                got = module.log_gradient_norms(W_h, T, activation, inputs, v)
                wanted = torch_log_norms(W_h, T, activation, inputs, v)
                np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-10, err_msg=f"{kind}, {activation}")


def check_theory_far_back(module):
    """radius^(T-t) for a multiple of an orthogonal matrix: exact far beyond the largest float."""
    T = 1000
    for radius in (0.5, 1.5):
        W_h = recurrent_matrix("orthogonal", 32, radius, generator())
        got = module.log_gradient_norms(W_h, T)
        assert got.shape == (T + 1,)
        np.testing.assert_allclose(got, np.arange(T, -1, -1) * np.log(radius), rtol=0, atol=1e-10)


def check_exact_zeros(module):
    got = module.log_gradient_norms(NILPOTENT, 5)
    assert got[:4].tolist() == [-np.inf] * 4
    np.testing.assert_allclose(got[4:], [np.log(np.sqrt(22.5)), 0], atol=1e-14)  # |(3, -6)| / sqrt 2


def check_grid_equals_single_runs(module):
    rng, T, H = generator(), 30, 5
    W_h, inputs = recurrent_matrix("gaussian", H, 1.0, rng), rng.standard_normal((T, H))
    magnitudes, v = np.array([0.0, 0.5, 1.0, 1.5, -0.7]), rng.standard_normal(H)
    for activation in ACTIVATIONS:
        grid = module.log_gradient_norm_grid(W_h, magnitudes, T, activation, inputs, v)
        assert grid.shape == (5, T + 1)
        for m, row in zip(magnitudes, grid, strict=True):
            single = log_gradient_norms(m * W_h, T, activation, inputs, v)
            np.testing.assert_allclose(row, single, rtol=0, atol=1e-10, err_msg=f"{activation}, {m}")


def check_spectra(module):
    for kind in KINDS:
        for size in (1, 2, 7, 32):
            for radius in (0.0, 0.9, 1.5):
                W = module.recurrent_matrix(kind, size, radius, generator())
                assert W.shape == (size, size)
                assert spectral_radius(W) == pytest.approx(radius, rel=1e-12, abs=1e-14), (kind, size)
    singular = np.linalg.svd(module.recurrent_matrix("orthogonal", 9, 0.8, generator()), compute_uv=False)
    np.testing.assert_allclose(singular, 0.8, rtol=1e-12)
    symmetric = module.recurrent_matrix("symmetric", 9, 0.8, generator())
    np.testing.assert_array_equal(symmetric, symmetric.T)
    np.testing.assert_allclose(np.linalg.eigvalsh(symmetric), np.linspace(-0.8, 0.8, 9), atol=1e-14)
    np.testing.assert_array_equal(module.recurrent_matrix("identity", 3, 0.8, generator()), 0.8 * np.eye(3))


def check_shear(module):
    """Radius .9, and yet the norm of the powers grows to 19.4 before it dies."""
    W = module.recurrent_matrix("nonnormal", 2, 0.9, generator(), shear=5)
    np.testing.assert_array_equal(W, [[0.9, 5], [0, 0.9]])
    large = module.recurrent_matrix("nonnormal", 33, 0.9, generator(), shear=5)
    np.testing.assert_array_equal(np.abs(np.linalg.eigvals(large)), 0.9)
    norms = [np.linalg.norm(np.linalg.matrix_power(large, k), 2) for k in range(200)]
    assert np.argmax(norms) in (9, 10)
    assert max(norms) == pytest.approx(19.4, abs=0.05)
    assert norms[-1] < 1e-6


def check_uniform_orthogonal(module):
    """The first entry has either sign equally often; as QR leaves it, it is always negative."""
    rng = generator()
    firsts = [module.recurrent_matrix("orthogonal", 3, 1.0, rng)[0, 0] for _ in range(1000)]
    assert np.mean(np.array(firsts) > 0) == pytest.approx(0.5, abs=0.08)  # five standard errors


def test_against_torch():
    check_against_torch(gradients)


def test_theory_far_back():
    check_theory_far_back(gradients)


def test_exact_zeros():
    check_exact_zeros(gradients)


def test_grid_equals_single_runs():
    check_grid_equals_single_runs(gradients)


def test_spectra():
    check_spectra(gradients)


def test_shear():
    check_shear(gradients)


def test_uniform_orthogonal():
    check_uniform_orthogonal(gradients)


def test_spectral_radius_is_not_the_norm():
    W = np.array([[0.9, 5], [0, 0.9]])
    assert spectral_radius(W) == 0.9
    assert np.linalg.norm(np.linalg.matrix_power(W, 9), 2) == pytest.approx(19.4, abs=0.05)
    assert spectral_radius(NILPOTENT) < 1e-7
    assert spectral_radius([[0, -2], [2, 0]]) == pytest.approx(2)  # a complex pair


def test_symmetric_theory_far_back():
    """v along one eigenvector: its eigenvalue alone decides."""
    W = recurrent_matrix("symmetric", 8, 1.5, generator())
    v = np.linalg.eigh(W)[1][:, -1]
    got = log_gradient_norms(W, 1000, cotangent=v)
    np.testing.assert_allclose(got, np.arange(1000, -1, -1) * np.log(1.5), rtol=0, atol=1e-10)


def test_nonnormal_theory():
    """v = (1, 1) / sqrt 2 in each pair: v W^k = (r^k, r^k + k r^(k-1) s) / sqrt 2."""
    r, s, T = 0.9, 5.0, 1000
    k = np.arange(T, -1, -1)
    wanted = k * np.log(r) + 0.5 * np.log((1 + (1 + k * s / r) ** 2) / 2)
    for size in (2, 32):
        got = log_gradient_norms(recurrent_matrix("nonnormal", size, r, generator(), shear=s), T)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-10)


def test_index_0_is_the_far_past():
    got = log_gradient_norms(0.5 * np.eye(3), 4)
    np.testing.assert_allclose(got, np.log(0.5) * np.array([4, 3, 2, 1, 0]), atol=1e-14)


def test_default_cotangent_is_ones_over_sqrt_of_h():
    W = recurrent_matrix("gaussian", 7, 1.0, generator())
    wanted = log_gradient_norms(W, 6, cotangent=np.ones(7) / np.sqrt(7))
    got = log_gradient_norms(W, 6)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-14)
    assert got[-1] == pytest.approx(0, abs=1e-15)


def test_default_inputs_are_zero():
    W = recurrent_matrix("gaussian", 7, 1.5, generator())
    for activation in ACTIVATIONS:
        got = log_gradient_norms(W, 6, activation)
        np.testing.assert_array_equal(got, log_gradient_norms(W, 6, activation, np.zeros((6, 7))))
    assert log_gradient_norms(W, 3, "relu").tolist()[:3] == [-np.inf] * 3  # no unit is ever active


def test_identity_does_not_depend_on_inputs():
    W, inputs = recurrent_matrix("gaussian", 4, 3.0, generator()), generator().standard_normal((1000, 4))
    got = log_gradient_norms(W, 1000, "identity", inputs)
    assert np.isfinite(got).all()
    np.testing.assert_array_equal(got, log_gradient_norms(W, 1000))


def test_extreme_scales():
    """The cotangent is scaled, never squared: no overflow and no underflow where the answer is a float."""
    for scale in (1e-300, 1e300):
        got = log_gradient_norms(1e-200 * np.eye(2), 3, cotangent=[scale, 0.0])
        wanted = np.log(scale) + np.log(1e-200) * np.array([3, 2, 1, 0])
        np.testing.assert_allclose(got, wanted, rtol=1e-13)


def test_zero_cotangent():
    assert log_gradient_norms(np.eye(2), 2, cotangent=[0, 0]).tolist() == [-np.inf] * 3


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_long_forward_passes_stay_finite(activation):
    W, inputs = recurrent_matrix("orthogonal", 16, 1.5, generator()), generator().standard_normal((1000, 16))
    assert np.isfinite(log_gradient_norms(W, 1000, activation, inputs)).all()


def test_relu_beyond_float64_is_refused():
    inputs = np.ones((1000, 4))
    with pytest.raises(ValueError, match=r"^W_h: got states beyond float64 at t = \d+ \(relu, magnitude 1\)"):
        log_gradient_norms(3 * np.eye(4), 1000, "relu", inputs)
    with pytest.raises(ValueError, match=r"^W_h: got states beyond float64 at t = \d+ \(relu, magnitude 3\)"):
        log_gradient_norm_grid(np.eye(4), [1, 3], 1000, "relu", inputs)


def test_saturated_sentence_of_the_book():
    """1.5 x orthogonal, 100 steps: linear 4e17; tanh vanishes with input noise 1 and explodes with .1."""
    W, noise = recurrent_matrix("orthogonal", 32, 1.5, generator()), generator(1).standard_normal((100, 32))
    assert np.exp(log_gradient_norms(W, 100)[0]) == pytest.approx(1.5**100, rel=1e-10)
    assert log_gradient_norms(W, 100, "tanh", noise)[0] < np.log(1e-3)
    assert log_gradient_norms(W, 100, "tanh", 0.1 * noise)[0] > np.log(10)


def test_float32_stays_float32():
    W = recurrent_matrix("orthogonal", 8, 1.5, generator()).astype(np.float32)
    got = log_gradient_norms(W, 1000)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, np.arange(1000, -1, -1) * np.log(1.5), atol=1e-3)


@settings(deadline=None, max_examples=30)
@given(
    T=st.integers(1, 8),
    H=st.integers(1, 6),
    G=st.integers(1, 4),
    kind=st.sampled_from(KINDS),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
)
def test_shapes(T, H, G, kind, activation):
    rng = generator()
    W, inputs = recurrent_matrix(kind, H, 1.1, rng), rng.standard_normal((T, H))
    grid = log_gradient_norm_grid(W, np.linspace(0.5, 1.5, G), T, activation, inputs)
    assert grid.shape == (G, T + 1)
    assert not np.isnan(grid).any()
    assert log_gradient_norms(W, T, activation, inputs).shape == (T + 1,)


def test_the_same_seed_gives_the_same_matrix():
    for kind in KINDS:
        first, second = generator(3), generator(3)
        a, b = (recurrent_matrix(kind, 5, 1.0, rng) for rng in (first, second))
        np.testing.assert_array_equal(a, b)
        assert first.random() == generator_after_matrix(5)


def generator_after_matrix(size):
    """What every kind leaves the generator at: one draw of size x size normal numbers."""
    rng = generator(3)
    rng.standard_normal((size, size))
    return rng.random()


REFUSED_MATRICES = {
    "kind": (("unitary", 3, 1.0), "kind: got 'unitary', wanted one of 'orthogonal', 'symmetric', 'gaussian'"),
    "size": (("orthogonal", 0, 1.0), "size: got 0, wanted an integer of at least 1"),
    "negative": (("orthogonal", 3, -0.5), "radius: got -0.5, wanted a finite number of at least 0"),
    "nan": (("orthogonal", 3, np.nan), "radius: got nan, wanted a finite number of at least 0"),
    "inf": (("orthogonal", 3, np.inf), "radius: got inf, wanted a finite number of at least 0"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED_MATRICES.values(), ids=REFUSED_MATRICES)
def test_recurrent_matrix_refuses(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        recurrent_matrix(*arguments, generator())


def test_recurrent_matrix_refuses_seed_and_shear():
    with pytest.raises(ValueError, match=r"^rng: got 0, wanted a numpy.random.Generator"):
        recurrent_matrix("orthogonal", 3, 1.0, 0)
    with pytest.raises(ValueError, match="shear: got inf, wanted a finite number"):
        recurrent_matrix("nonnormal", 3, 1.0, generator(), shear=np.inf)


def test_spectral_radius_refuses():
    with pytest.raises(ValueError, match=r"^W: got shape \(2, 3\), wanted \(H, H\)"):
        spectral_radius(np.ones((2, 3)))


REFUSED_RUNS = {
    "square": ((np.ones((2, 3)), 4), {}, r"W_h: got shape \(2, 3\), wanted \(H, H\)"),
    "nan": (([[0, np.nan], [0, 0]], 4), {}, r"W_h: got nan at index \[0, 1\], wanted finite values"),
    "no steps": ((np.eye(3), 0), {}, "T: got 0, wanted an integer of at least 1"),
    "half a step": ((np.eye(3), 2.5), {}, "T: got 2.5, wanted an integer of at least 1"),
    "activation": ((np.eye(3), 4, "linear"), {}, "activation: got 'linear', wanted one of 'tanh', 'relu'"),
    "inputs": (
        (np.eye(3), 4),
        {"inputs": np.ones((5, 3))},
        r"inputs: got shape \(5, 3\), wanted \(T, H\) = \(4, 3\)",
    ),
    "cotangent": (
        (np.eye(3), 4),
        {"cotangent": np.ones(2)},
        r"cotangent: got shape \(2,\), wanted \(H,\) = \(3,\)",
    ),
}


@pytest.mark.parametrize(("arguments", "options", "message"), REFUSED_RUNS.values(), ids=REFUSED_RUNS)
def test_log_gradient_norms_refuses(arguments, options, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        log_gradient_norms(*arguments, **options)


def test_log_gradient_norm_grid_refuses():
    with pytest.raises(ValueError, match=r"^magnitudes: got shape \(\), wanted \(G,\)$"):
        log_gradient_norm_grid(np.eye(3), 0.5, 4)


# -- The Jacobian's norm ----------------------------------------------------------------------------------
def check_jacobian_against_torch(module):
    rng, T, H = generator(), 7, 5
    inputs = rng.standard_normal((T, H))
    for kind in KINDS:
        for activation in ACTIVATIONS:
            W_h = recurrent_matrix(kind, H, 1.2, rng, shear=2.0)
            got = module.log_jacobian_norms(W_h, T, activation, inputs)
            assert got.shape == (T + 1,)
            phi = {"relu": torch.relu, "identity": lambda z: z}.get(activation) or getattr(torch, activation)
            weights, u = torch.tensor(W_h), torch.tensor(inputs)
            hs = [torch.zeros(H, dtype=torch.float64, requires_grad=True)]
            for t in range(T):
                hs.append(phi(weights @ hs[-1] + u[t]))
            for t in range(T + 1):
                rows = [torch.autograd.grad(h, hs[t], retain_graph=True)[0] for h in hs[-1]]
                wanted = torch.linalg.matrix_norm(torch.stack(rows), ord=2).log().item()
                assert got[t] == pytest.approx(wanted, abs=1e-10), (kind, activation, t)


def check_jacobian_theory(module):
    """Orthogonal: radius^(T-t), far beyond the largest float; the shear: norms of matrix powers."""
    for radius in (0.5, 1.5):
        got = module.log_jacobian_norms(recurrent_matrix("orthogonal", 8, radius, generator()), 1000)
        np.testing.assert_allclose(got, np.arange(1000, -1, -1) * np.log(radius), rtol=0, atol=1e-9)
    got = module.log_jacobian_norms([[0.9, 5.0], [0.0, 0.9]], 100)[::-1]
    wanted = [np.linalg.norm(np.linalg.matrix_power([[0.9, 5.0], [0.0, 0.9]], k), 2) for k in range(101)]
    np.testing.assert_allclose(got, np.log(wanted), rtol=0, atol=1e-10)
    assert np.argmax(got) == 9
    got = module.log_jacobian_norms(NILPOTENT, 4)
    assert got[:3].tolist() == [-np.inf] * 3
    np.testing.assert_allclose(got[3:], [np.log(5), 0], atol=1e-14)  # sqrt(4 + 16 + 1 + 4)


def test_jacobian_against_torch():
    check_jacobian_against_torch(gradients)


def test_jacobian_theory():
    check_jacobian_theory(gradients)


@settings(deadline=None, max_examples=20)
@given(kind=st.sampled_from(KINDS), activation=st.sampled_from(sorted(ACTIVATIONS)), H=st.integers(1, 6))
def test_no_gradient_exceeds_the_largest_stretch(kind, activation, H):
    rng = generator()
    W, inputs, v = recurrent_matrix(kind, H, 1.1, rng), rng.standard_normal((9, H)), rng.standard_normal(H)
    one = log_gradient_norms(W, 9, activation, inputs, v / np.linalg.norm(v))
    assert (one <= log_jacobian_norms(W, 9, activation, inputs) + 1e-9).all()


def test_jacobian_refuses_and_keeps_float32():
    assert log_jacobian_norms(np.eye(2, dtype=np.float32), 3).dtype == np.float32
    with pytest.raises(ValueError, match=r"^W_h: got shape \(2, 3\), wanted \(H, H\)"):
        log_jacobian_norms(np.ones((2, 3)), 3)
    with pytest.raises(ValueError, match=r"^inputs: got shape \(2, 3\), wanted \(T, H\) = \(4, 3\)"):
        log_jacobian_norms(np.eye(3), 4, "tanh", np.ones((2, 3)))


# -- The gradient of W_h by lag ---------------------------------------------------------------------------
def random_run(T=9, B=3, D=4, H=5, activation="tanh"):
    """A network with nothing at zero: inputs, h_0, weights, bias and dL/dh_T."""
    rng = generator(5)
    x, h0, v = rng.standard_normal((T, B, D)), rng.standard_normal((B, H)), rng.standard_normal((B, H))
    weights = (rng.standard_normal((H, D)), recurrent_matrix("gaussian", H, 1.1, rng), rng.standard_normal(H))
    return v, rnn_forward(x, h0, *weights, activation)[1], (x, h0, *weights)


def check_lags_against_torch(module):
    """Each step gets a W_h of its own; what torch says of the copies are the contributions."""
    for activation in ACTIVATIONS:
        v, cache, arguments = random_run(activation=activation)
        got = module.gradient_by_lag(v, cache)
        x, h, W_x, W_h, b = (torch.tensor(a) for a in arguments)
        copies = [W_h.clone().requires_grad_() for _ in x]
        phi = {"relu": torch.relu, "identity": lambda z: z}.get(activation) or getattr(torch, activation)
        for x_t, copy in zip(x, copies, strict=True):
            h = phi(x_t @ W_x.T + h @ copy.T + b)
        parts = torch.stack(torch.autograd.grad((torch.tensor(v) * h).sum(), copies)).flip(0)
        onward = parts.flip(0).cumsum(0).flip(0)
        np.testing.assert_allclose(got.each, parts.flatten(1).norm(dim=1), rtol=1e-11, err_msg=activation)
        np.testing.assert_allclose(got.from_lag, onward.flatten(1).norm(dim=1), rtol=1e-10, err_msg=activation)


def check_lags_add_up(module):
    """All lags together are what backpropagation through time returns."""
    for activation in ACTIVATIONS:
        v, cache, _ = random_run(activation=activation)
        dhs = np.zeros((9, *v.shape))
        dhs[-1] = v
        wanted = np.linalg.norm(rnn_backward(dhs, cache).W_h)
        assert module.gradient_by_lag(v, cache).from_lag[0] == pytest.approx(wanted, rel=1e-12), activation


def check_lags_closed_form(module):
    """One linear unit, h_t = w h_{t-1}: lag k contributes w^k h_{T-k-1} = w^(T-1) h_0, the same for every lag."""
    w, T = 0.7, 6
    _, cache = rnn_forward(np.zeros((T, 1, 1)), [[2.0]], [[1.0]], [[w]], [0.0], "identity")
    got = module.gradient_by_lag([[3.0]], cache)
    np.testing.assert_allclose(got.each, 6 * w ** (T - 1))
    np.testing.assert_allclose(got.from_lag, 6 * w ** (T - 1) * np.arange(T, 0, -1))


def test_lags_against_torch():
    check_lags_against_torch(gradients)


def test_lags_add_up():
    check_lags_add_up(gradients)


def test_lags_closed_form():
    check_lags_closed_form(gradients)


def test_lags_against_central_differences():
    v, cache, (x, h0, W_x, W_h, b) = random_run()
    nudge, total = 1e-6, np.empty_like(W_h)
    for index in np.ndindex(W_h.shape):
        d = np.zeros_like(W_h)
        d[index] = nudge
        up, down = ((v * rnn_forward(x, h0, W_x, W_h + s * d, b)[0][-1]).sum() for s in (1, -1))
        total[index] = (up - down) / (2 * nudge)
    assert gradient_by_lag(v, cache).from_lag[0] == pytest.approx(np.linalg.norm(total), rel=1e-7)


def long_memoryless_run(v, noise=0.3, radius=0.5, T=100, H=32):
    rng = generator()
    W, x = recurrent_matrix("orthogonal", H, radius, rng), noise * rng.standard_normal((T, 1, H))
    return gradient_by_lag(v, rnn_forward(x, np.zeros((1, H)), np.eye(H), W, np.zeros(H))[1])


def test_the_log_hides_the_far_past():
    """Orthogonal tanh, radius .5: a healthy norm, of which lags from 20 on are a ten-millionth."""
    norms = long_memoryless_run(np.full((1, 32), 32**-0.5))
    assert norms.from_lag[0] == pytest.approx(1.9, abs=0.05)
    assert norms.from_lag[20] / norms.from_lag[0] == pytest.approx(1.2e-7, abs=0.05e-7)
    assert norms.each[-1] == 0, "the first step multiplies h_0 = 0"


def test_lags_refuse_and_keep_float32():
    v, cache, arguments = random_run()
    with pytest.raises(ValueError, match=r"^v: got shape \(3, 4\), wanted \(B, H\) = \(3, 5\)"):
        gradient_by_lag(np.ones((3, 4)), cache)
    with pytest.raises(ValueError, match=r"^v: got nan"):
        gradient_by_lag(np.full_like(v, np.nan), cache)
    with pytest.raises(ValueError, match=r"^cache: got an object of type ndarray, wanted the cache that rnn_forward"):
        gradient_by_lag(v, cache.hs)
    small = rnn_forward(*(a.astype(np.float32) for a in arguments))[1]
    got = gradient_by_lag(v, small)
    assert got.each.dtype == got.from_lag.dtype == np.float32
    np.testing.assert_allclose(got.each, gradient_by_lag(v, cache).each, rtol=1e-4)


# -- Saturation and noise ---------------------------------------------------------------------------------
def saturated(seed, noise):
    """1.5 x orthogonal, 64 tanh units, 100 steps: W_h, inputs and the slopes 1 - h^2."""
    rng = generator(seed)
    W, x = recurrent_matrix("orthogonal", 64, 1.5, rng), noise * rng.standard_normal((100, 64))
    h, _ = rnn_forward(x[:, None], np.zeros((1, 64)), np.eye(64), W, np.zeros(64))
    return W, x, 1 - h[:, 0] ** 2


@pytest.mark.parametrize(
    ("noise", "one", "most"),
    [(0.1, (4e2, 3e3), (3e3, 2e4)), (0.5, (0.05, 0.5), (0.8, 5)), (1, (1e-7, 6e-7), (7e-7, 4e-6))],
)
def test_noise_decides_whether_tanh_explodes(noise, one, most):
    for seed in range(5):
        W, x, _ = saturated(seed, noise)
        assert one[0] < np.exp(log_gradient_norms(W, 100, "tanh", x)[0]) < one[1]
        assert most[0] < np.exp(log_jacobian_norms(W, 100, "tanh", x)[0]) < most[1]


@pytest.mark.parametrize("noise", [0.1, 0.5, 1.0])
def test_which_mean_of_the_slopes_is_the_exponent(noise):
    """The mean logarithm is that of the determinant, not of a gradient; the root mean square comes near it."""
    W, x, slopes = saturated(0, noise)
    mean_log = np.log(slopes).mean() + np.log(1.5)
    determinants = [np.linalg.slogdet(s[:, None] * W)[1] for s in slopes]
    assert np.mean(determinants) / 64 == pytest.approx(mean_log, rel=1e-12)
    measured = log_gradient_norms(W, 100, "tanh", x)[0] / 100
    assert measured > mean_log + 0.2
    assert np.log((slopes**2).mean()) / 2 + np.log(1.5) == pytest.approx(measured, abs=0.025)
