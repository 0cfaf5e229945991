"""Linear recurrences: loop against scan, LRU, minGRU, minLSTM, sensitivity, parity; closed forms and PyTorch."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import linear_recurrence as package
from helpers.checking import check_gradients
from helpers.linear_recurrence import (
    METHODS,
    PARAMETRISATIONS,
    combine,
    eigenvalue_response,
    linear_recurrence,
    lru_as_rnn,
    lru_eigenvalues,
    lru_forward,
    lru_kernel,
    lru_normalisation,
    mingru_forward,
    mingru_step,
    minlstm_forward,
    minlstm_step,
    parameter_sensitivity,
    parity_accuracy,
    parity_by_hand,
    parity_factors,
    parity_states,
    parity_task,
    scan,
    scan_backward,
    scan_cost,
    scan_levels,
    start_lru,
    start_parity,
    state_variance,
    steps_until_still,
    train_parity,
)
from helpers.rnn_basics import rnn_forward

sizes = st.integers(1, 5)
COMPLEX = [False, True]


def draw(rng, *shape, complex_=False):
    real = rng.standard_normal(shape)
    return real + 1j * rng.standard_normal(shape) if complex_ else real


def recurrence(T=7, B=3, H=4, complex_=False, constant=False, seed=0):
    """a, b, h0 with |a| about 1, so that far steps count, too."""
    rng = np.random.default_rng(seed)
    shape = (H,) if constant else (T, B, H)
    a = rng.uniform(0.7, 1.2, shape) * rng.choice([-1, 1], shape)
    if complex_:
        a = a * np.exp(1j * rng.uniform(0, 6, shape))
    return a, draw(rng, T, B, H, complex_=complex_), draw(rng, B, H, complex_=complex_)


def close(got, wanted, tolerance=1e-10):
    wanted = wanted.detach().numpy() if isinstance(wanted, torch.Tensor) else np.asarray(wanted)
    assert np.shape(got) == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=0, atol=tolerance * max(1, np.abs(wanted).max()))


def by_sums(a, b, h0):
    """h_t = sum over s <= t of (a_t .. a_{s+1}) b_s + (a_t .. a_1) h_0, each product taken afresh."""
    a = np.broadcast_to(a, b.shape)
    rows = []
    for t in range(1, len(b) + 1):
        total = np.prod(a[:t], axis=0) * h0
        for s in range(1, t + 1):
            total = total + np.prod(a[s:t], axis=0) * b[s - 1]
        rows.append(total)
    return np.stack(rows)


# -- The recurrence and its scans -----------------------------------------------------------------------------
def check_loop(module):
    for complex_, constant in itertools.product(COMPLEX, [False, True]):
        a, b, h0 = recurrence(complex_=complex_, constant=constant)
        close(module.linear_recurrence(a, b, h0), by_sums(a, b, h0))
        close(module.linear_recurrence(a, b), by_sums(a, b, 0 * h0))


def check_scans(module):
    for T, complex_, constant in itertools.product([1, 2, 3, 4, 6, 7, 8, 9, 33], COMPLEX, [False, True]):
        a, b, h0 = recurrence(T, complex_=complex_, constant=constant)
        for method in METHODS:
            close(module.scan(a, b, h0, method), by_sums(a, b, h0))
            close(module.scan(a, b, method=method), by_sums(a, b, 0 * h0))


def check_combine(module):
    """Associative, not commutative, with (1, 0) as its unit, and what two steps do."""
    rng = np.random.default_rng(1)
    p, q, r = (tuple(draw(rng, 2, 3, 4, complex_=True)) for _ in range(3))
    join = module.combine
    for left, right in zip(join(join(p, q), r), join(p, join(q, r)), strict=True):
        close(left, right)
    h = draw(rng, 3, 4, complex_=True)
    a, b = join(p, q)
    close(a * h + b, q[0] * (p[0] * h + p[1]) + q[1])
    assert not np.allclose(join(p, q)[1], join(q, p)[1])
    for one in (join(p, (1.0, 0.0)), join((1.0, 0.0), p)):
        close(one[0], p[0])
        close(one[1], p[1])


def check_backward_torch(module):
    for complex_, constant, start in itertools.product(COMPLEX, [False, True], [False, True]):
        a, b, h0 = recurrence(complex_=complex_, constant=constant)
        leaves = [torch.tensor(x, requires_grad=True) for x in (a, b, h0)]
        h, hs = leaves[2] if start else 0 * leaves[2], []
        for t in range(len(b)):
            h = (leaves[0] if constant else leaves[0][t]) * h + leaves[1][t]
            hs.append(h)
        dhs = draw(np.random.default_rng(2), *b.shape, complex_=complex_)
        wanted = torch.autograd.grad(torch.stack(hs), leaves, torch.tensor(dhs))
        first = h0 if start else None
        got = module.scan_backward(dhs, a, linear_recurrence(a, b, first), first)
        assert got._fields == ("a", "b", "h0")
        for name in ("a", "b") + ("h0",) * start:
            close(getattr(got, name), wanted[["a", "b", "h0"].index(name)])


def check_levels(module):
    """Run through the levels one combination at a time: each place ends with its whole prefix, read in time."""
    for T, method in itertools.product([1, 2, 3, 5, 8, 13, 16], METHODS):
        done = [(i, i) for i in range(T)]  # first and last step of the stretch in each place
        for level in module.scan_levels(T, method):
            before = list(done)
            assert len(level)
            assert len(set(level[:, 1])) == len(level)
            for source, into in level:
                assert before[source][1] == before[into][0] - 1
                done[into] = (before[source][0], before[into][1])
        assert done == [(0, i) for i in range(T)]


def check_costs(module):
    for k in range(1, 11):
        T = 2**k
        assert module.scan_cost(T, "loop") == (T - 1, T - 1)
        assert module.scan_cost(T, "hillis-steele") == (k, T * k - T + 1)
        assert module.scan_cost(T, "blelloch") == (2 * k - 1, 2 * T - 2 - k)
    assert module.scan_cost(1000, "hillis-steele") == (10, 1000 * 10 - 1023)


def test_loop_equals_sums_of_products():
    check_loop(package)


def test_scans_equal_sums_of_products():
    check_scans(package)


def test_combine():
    check_combine(package)


def test_backward_against_torch():
    check_backward_torch(package)


def test_levels_join_neighbours_and_end_in_prefixes():
    check_levels(package)


def test_costs_in_closed_form():
    check_costs(package)


@given(st.integers(1, 40), sizes, sizes, st.booleans(), st.booleans(), st.sampled_from(METHODS), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_scan_equals_loop(T, B, H, complex_, constant, method, seed):
    a, b, h0 = recurrence(T, B, H, complex_, constant, seed)
    close(scan(a, b, h0, method), linear_recurrence(a, b, h0))


@pytest.mark.parametrize("method", METHODS)
def test_scan_equals_loop_over_a_thousand_steps(method):
    rng = np.random.default_rng(3)
    a = np.exp(2j * np.pi * rng.random((1000, 2, 3))) * rng.uniform(0.9, 1, (1000, 2, 3))
    b = draw(rng, 1000, 2, 3, complex_=True)
    np.testing.assert_allclose(scan(a, b, None, method), linear_recurrence(a, b), rtol=0, atol=1e-10)


def test_constant_factor_gives_a_geometric_sum():
    hs = scan([0.9], np.ones((50, 1, 1)), [[2.0]])[:, 0, 0]
    t = np.arange(1, 51)
    np.testing.assert_allclose(hs, 0.9**t * 2 + (1 - 0.9**t) / 0.1, rtol=1e-13)


def test_backward_by_central_differences():
    a, b, h0 = recurrence()
    weights = draw(np.random.default_rng(4), *b.shape)
    for arguments in ({"a": a, "b": b, "h0": h0}, {"a": a[0, 0], "b": b, "h0": h0}):
        loss = lambda p: float((weights * linear_recurrence(**p) ** 2).sum())
        hs = linear_recurrence(**arguments)
        report = check_gradients(loss, arguments, scan_backward(2 * weights * hs, arguments["a"], hs, h0))
        assert report.ok, report


def test_backward_of_real_factors_between_complex_states_is_real():
    a, b, h0 = recurrence(complex_=True)
    a = a.real
    leaf = torch.tensor(a, requires_grad=True)
    h, hs = torch.tensor(h0), []
    for t in range(len(b)):
        h = leaf[t] * h + torch.tensor(b[t])
        hs.append(h)
    dhs = draw(np.random.default_rng(2), *b.shape, complex_=True)
    (wanted,) = torch.autograd.grad(torch.stack(hs), [leaf], torch.tensor(dhs))
    got = scan_backward(dhs, a, linear_recurrence(a, b, h0), h0)
    assert got.a.dtype == np.float64
    close(got.a, wanted)
    assert np.iscomplexobj(got.b)
    assert scan_backward(dhs, a, linear_recurrence(a, b, h0.real), h0.real).h0.dtype == np.float64


@pytest.mark.parametrize("complex_", COMPLEX)
def test_single_precision_stays(complex_):
    dtype = np.complex64 if complex_ else np.float32
    a, b, h0 = (x.astype(dtype) for x in recurrence(complex_=complex_))
    assert linear_recurrence(a, b, h0).dtype == dtype
    for method in METHODS:
        assert scan(a, b, h0, method).dtype == dtype
        assert scan(a, b, None, method).dtype == dtype
    assert scan(a, b, h0.astype(np.complex128)).dtype == np.complex128


def test_arguments_are_not_changed():
    a, b, h0 = recurrence()
    copies = [x.copy() for x in (a, b, h0)]
    for method in METHODS:
        hs = scan(a, b, h0, method)
    scan_backward(b, a, hs, h0)
    for x, copy in zip((a, b, h0), copies, strict=True):
        assert (x == copy).all()


@pytest.mark.parametrize("run", [linear_recurrence, scan], ids=["loop", "scan"])
@pytest.mark.parametrize(
    ("a", "b", "h0", "message"),
    [
        (np.ones((0, 2, 3)), np.ones((0, 2, 3)), None, "b: got an empty sequence"),
        (np.ones(3), np.ones((0, 2, 3)), None, "b: got an empty sequence"),
        (np.ones((4, 2, 3)), np.ones((5, 2, 3)), None, r"a: got shape \(4, 2, 3\), wanted \(T, B, H\) = \(5, 2, 3\)"),
        (np.ones(2), np.ones((5, 2, 3)), None, r"a: got shape \(2,\)"),
        (np.ones(3), np.ones((5, 3)), None, r"b: got shape \(5, 3\)"),
        (np.ones(3), np.ones((5, 2, 3)), np.ones(3), r"h0: got shape \(3,\), wanted \(B, H\) = \(2, 3\)"),
        (np.array([1, np.nan, 1]), np.ones((5, 2, 3)), None, "a: got nan"),
        (np.array([1, complex(0, np.inf), 1]), np.ones((5, 2, 3)), None, "a .imaginary part.: got inf"),
    ],
)
def test_bad_arguments(run, a, b, h0, message):
    with pytest.raises(ValueError, match=message):
        run(a, b, h0)


def test_bad_method_and_length():
    with pytest.raises(ValueError, match="method: got 'fft', wanted one of 'loop', 'hillis-steele', 'blelloch'"):
        scan([0.5], np.ones((2, 1, 1)), None, "fft")
    with pytest.raises(ValueError, match="method: got"):
        scan_levels(4, "tree")
    with pytest.raises(ValueError, match="T: got 0"):
        scan_cost(0)
    with pytest.raises(ValueError, match="hs: got an empty sequence"):
        scan_backward(np.ones((0, 2, 3)), np.ones(3), np.ones((0, 2, 3)))
    with pytest.raises(ValueError, match=r"dhs: got shape \(4, 2, 3\)"):
        scan_backward(np.ones((4, 2, 3)), np.ones(3), np.ones((5, 2, 3)))


# -- LRU ------------------------------------------------------------------------------------------------------
def random_lru(D=3, H=2, N=4, seed=5):
    return start_lru(D, H, N, np.random.default_rng(seed), r_min=0.5, r_max=0.95)


def check_eigenvalues(module):
    nu, theta = np.log(-np.log([0.5, 0.9, 0.999])), np.log([0.1, 1.0, 3.0])
    got = module.lru_eigenvalues(nu, theta)
    close(np.abs(got), [0.5, 0.9, 0.999])
    close(np.angle(got), [0.1, 1.0, 3.0])
    close(module.lru_normalisation(nu), np.sqrt(1 - np.array([0.5, 0.9, 0.999]) ** 2))


def check_lru_rnn(module):
    """Without complex numbers: chapter 1's network with the identity."""
    parameters = random_lru()
    x = draw(np.random.default_rng(6), 9, 5, 3)
    ys, hs = module.lru_forward(x, parameters)
    W_x, W_h, W_y = module.lru_as_rnn(parameters)
    states, _ = rnn_forward(x, np.zeros((5, 8)), W_x, W_h, np.zeros(8), activation="identity")
    close(ys, states @ W_y.T + x @ parameters.D.T)
    close(hs.real, states[..., ::2])
    close(hs.imag, states[..., 1::2])
    eigenvalues = lru_eigenvalues(parameters.nu, parameters.theta)
    wanted = np.concatenate([eigenvalues, eigenvalues.conj()])
    assert all(np.abs(wanted - got).min() < 1e-12 for got in np.linalg.eigvals(W_h))


def check_lru_convolution(module):
    parameters, T = random_lru(), 9
    x = draw(np.random.default_rng(7), T, 5, 3)
    kernel = module.lru_kernel(parameters, T)
    wanted = x @ parameters.D.T
    for t, k in itertools.product(range(T), range(T)):
        if t >= k:
            wanted[t] += x[t - k] @ kernel[k].T
    close(module.lru_forward(x, parameters)[0], wanted)


def check_lru_torch(module):
    """Gamma, both matrices, skip and first state, written out in complex torch."""
    parameters = random_lru()
    nu, theta, B, C, D = (torch.tensor(p) for p in parameters)
    rng = np.random.default_rng(8)
    x, h0 = draw(rng, 6, 5, 3), draw(rng, 5, 4, complex_=True)
    eigenvalue = torch.polar(torch.exp(-torch.exp(nu)), torch.exp(theta))
    gamma = torch.sqrt(1 - eigenvalue.abs() ** 2)
    h, ys, hs = torch.tensor(h0), [], []
    for x_t in torch.tensor(x):
        h = eigenvalue * h + gamma * (x_t.to(B.dtype) @ B.T)
        hs.append(h)
        ys.append((h @ C.T).real + x_t @ D.T)
    for method in METHODS:
        got_ys, got_hs = module.lru_forward(x, parameters, h0, method)
        close(got_ys, torch.stack(ys))
        close(got_hs, torch.stack(hs))


def check_start(module):
    """Uniform on the ring: |lambda|^2 and the angle are uniform, by their quartiles; variances of B, C and D."""
    p = module.start_lru(40, 50, 4000, np.random.default_rng(9), r_min=0.6, r_max=0.9, max_phase=1.5)
    eigenvalues = lru_eigenvalues(p.nu, p.theta)
    radius, angle = np.abs(eigenvalues), np.angle(eigenvalues)
    assert 0.6 < radius.min() < 0.601
    assert 0.899 < radius.max() < 0.9
    assert angle.min() > 0
    assert 1.49 < angle.max() <= 1.5
    inner = np.mean(radius**2 < (0.6**2 + 0.9**2) / 2)  # half of the ring's area
    assert abs(inner - 0.5) < 0.03
    assert abs(np.median(angle) - 0.75) < 0.05
    for array, variance, shape in ((p.B, 1 / 40, (4000, 40)), (p.C, 1 / 4000, (50, 4000)), (p.D, 1 / 40, (50, 40))):
        assert array.shape == shape
        assert abs(np.mean(np.abs(array) ** 2) / variance - 1) < 0.1
    assert abs(np.mean(p.B.real**2) / np.mean(p.B.imag**2) - 1) < 0.05


def check_response(module):
    got = module.eigenvalue_response(0.9, 0.3, 30)
    close(got, (0.9 * np.exp(0.3j)) ** np.arange(30))
    impulse = np.zeros((30, 1, 1))
    impulse[0] = 1
    close(got, linear_recurrence([0.9 * np.exp(0.3j)], impulse)[:, 0, 0])


def test_eigenvalues_and_normalisation():
    check_eigenvalues(package)


def test_lru_equals_the_network_of_chapter_1():
    check_lru_rnn(package)


def test_lru_is_a_convolution():
    check_lru_convolution(package)


def test_lru_against_torch():
    check_lru_torch(package)


def test_start_on_the_ring():
    check_start(package)


def test_eigenvalue_response():
    check_response(package)


@given(st.floats(-30, 6.5), st.floats(-10, 2))
@settings(max_examples=100, deadline=None)
def test_eigenvalues_stay_inside_the_unit_circle(nu, theta):
    assert 0 < np.abs(lru_eigenvalues(nu, theta)) < 1 + 1e-15
    assert np.exp(-np.exp(nu)) < 1
    assert lru_normalisation(nu) > 0


def test_normalisation_keeps_the_variance_of_white_noise():
    """In closed form from the kernel, and measured; without gamma it would be 1 / (1 - |lambda|^2) = 50."""
    nu, theta = np.log(-np.log([0.5, 0.99])), np.log([0.5, 2.0])
    gamma, eigenvalues = lru_normalisation(nu), lru_eigenvalues(nu, theta)
    powers = np.abs(eigenvalues ** np.arange(3000)[:, None]) ** 2
    close(gamma**2 * powers.sum(axis=0), [1, 1])
    x = np.random.default_rng(10).standard_normal((3000, 400, 1)) * gamma
    variance = (np.abs(scan(eigenvalues, x)[-1]) ** 2).mean(axis=0)
    assert (np.abs(variance - 1) < 0.2).all()
    close(state_variance(np.abs(eigenvalues)), 1 / gamma**2)


def test_lru_keeps_small_sizes_apart():
    for D, H, N, T, B in [(1, 2, 3, 4, 5), (3, 1, 2, 1, 1)]:
        ys, hs = lru_forward(np.ones((T, B, D)), start_lru(D, H, N, np.random.default_rng(0)))
        assert ys.shape == (T, B, H)
        assert ys.dtype == np.float64
        assert hs.shape == (T, B, N)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"r_max": 1.0}, "r_max: got 1.0, wanted at least 0 and below 1"),
        ({"r_max": 1.2}, "r_max: got 1.2"),
        ({"r_min": -0.1}, "r_min: got -0.1"),
        ({"r_min": 0.9, "r_max": 0.9}, "r_min: got 0.9, wanted a radius below r_max = 0.9"),
        ({"r_max": np.nan}, "r_max: got nan"),
        ({"max_phase": 0}, "max_phase: got 0"),
        ({"max_phase": 7}, "max_phase: got 7"),
        ({"N": 0}, "N: got 0"),
        ({"rng": 3}, "rng: got 3"),
    ],
)
def test_bad_starts(arguments, message):
    with pytest.raises(ValueError, match=message):
        start_lru(**({"D": 2, "H": 2, "N": 2, "rng": np.random.default_rng(0)} | arguments))


def test_bad_lru():
    p = random_lru()
    x = np.ones((4, 2, 3))
    with pytest.raises(ValueError, match="x: got an empty sequence"):
        lru_forward(np.ones((0, 2, 3)), p)
    with pytest.raises(ValueError, match=r"B: got shape \(4, 3\), wanted \(N, D\) = \(4, 2\)"):
        lru_forward(np.ones((4, 2, 2)), p)
    with pytest.raises(ValueError, match=r"theta: got shape \(3,\), wanted \(N,\) = \(4,\)"):
        lru_forward(x, p._replace(theta=p.theta[:3]))
    with pytest.raises(ValueError, match=r"C: got shape \(4, 2\)"):
        lru_kernel(p._replace(C=p.C.T), 3)
    with pytest.raises(ValueError, match=r"D: got shape \(3, 2\)"):
        lru_as_rnn(p._replace(D=p.D.T))
    with pytest.raises(ValueError, match=r"exp\(-exp\(nu\)\): got 1.0, wanted at least 0 and below 1"):
        lru_forward(x, p._replace(nu=p.nu - 60))
    with pytest.raises(ValueError, match="T: got 0"):
        lru_kernel(p, 0)
    with pytest.raises(ValueError, match=r"theta: got shape \(2,\)"):
        lru_eigenvalues(p.nu, p.theta[:2])
    with pytest.raises(ValueError, match="radius: got 1"):
        eigenvalue_response(1, 0.2, 4)
    with pytest.raises(ValueError, match="angle: got nan"):
        eigenvalue_response(0.5, np.nan, 4)


# -- minGRU and minLSTM ---------------------------------------------------------------------------------------
MINIMAL = {"mingru": (2, mingru_step, mingru_forward), "minlstm": (3, minlstm_step, minlstm_forward)}


def random_minimal(kind, T=7, B=3, D=4, H=5, seed=11):
    rng, rows = np.random.default_rng(seed), MINIMAL[kind][0] * H
    return draw(rng, T, B, D), draw(rng, B, H), draw(rng, rows, D), draw(rng, rows)


def torch_minimal(kind, x, h, W_x, b):
    """Cell by cell, from the paper's equations: h_t = (1 - z) h + z n; f' = f / (f + i)."""
    x, h, W_x, b = (torch.tensor(a) for a in (x, h, W_x, b))
    H, hs = h.shape[1], []
    for x_t in x:
        rows = [x_t @ W_x[k * H : (k + 1) * H].T + b[k * H : (k + 1) * H] for k in range(len(W_x) // H)]
        if kind == "mingru":
            z = torch.sigmoid(rows[0])
            h = (1 - z) * h + z * rows[1]
        else:
            i, f = torch.sigmoid(rows[0]), torch.sigmoid(rows[1])
            h = f / (f + i) * h + i / (f + i) * rows[2]
        hs.append(h)
    return torch.stack(hs)


def check_steps(module):
    for kind in MINIMAL:
        x, h0, W_x, b = random_minimal(kind)
        step = getattr(module, f"{kind}_step")
        wanted = torch_minimal(kind, x, h0, W_x, b)
        h = h0
        for t in range(len(x)):
            h = step(x[t], h, W_x, b)
            close(h, wanted[t])
        close(step(x[0, 1], h0[1], W_x, b), wanted[0, 1])


def check_minimal_forward(module):
    for kind, method in itertools.product(MINIMAL, METHODS):
        arguments = random_minimal(kind)
        close(getattr(module, f"{kind}_forward")(*arguments, method), torch_minimal(kind, *arguments))


def check_saturated(module):
    """Where both gates of a minLSTM underflow, f / (f + i) is 0 / 0, but its limit is exp(f) / (exp(f) + exp(i))."""
    x, h0, W_x = np.zeros((1, 1, 1)), np.array([[2.0]]), np.zeros((3, 1))
    h = module.minlstm_forward(x, h0, W_x, np.array([-1000.0, -1001.0, 5.0]))
    keep = 1 / (1 + np.e)
    close(h, [[[keep * 2 + (1 - keep) * 5]]])
    assert module.minlstm_step(x[0], h0, W_x, np.array([-1000.0, 1000.0, 5.0])) == 2.0
    z = module.mingru_step(x[0], h0, np.zeros((2, 1)), np.array([-800.0, 5.0]))
    assert z == 2.0


def test_steps_against_torch():
    check_steps(package)


def test_forward_against_torch():
    check_minimal_forward(package)


def test_saturated_gates():
    check_saturated(package)


@pytest.mark.parametrize("kind", ["mingru", "minlstm"])
@given(st.integers(1, 9), sizes, sizes, sizes, st.sampled_from(METHODS), st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_forward_is_a_loop_over_steps(kind, T, B, D, H, method, seed):
    x, h, W_x, b = random_minimal(kind, T, B, D, H, seed)
    _, step, forward = MINIMAL[kind]
    hs = forward(x, h, W_x, b, method)
    for x_t, wanted in zip(x, hs, strict=True):
        h = step(x_t, h, W_x, b)
        close(h, wanted)


@pytest.mark.parametrize("kind", ["mingru", "minlstm"])
def test_the_state_is_a_mean_of_candidates(kind):
    """The two factors sum to 1, so candidates of 3 lead from 3 to 3, whatever the gates."""
    rows, _, forward = MINIMAL[kind]
    x, _, W_x, b = random_minimal(kind)
    W_x[-5:], b[-5:] = 0, 3
    assert rows == len(W_x) // 5
    close(forward(x, np.full((3, 5), 3.0), W_x, b), np.full((7, 3, 5), 3.0))


@pytest.mark.parametrize("kind", ["mingru", "minlstm"])
def test_minimal_precision_and_bad_arguments(kind):
    _, step, forward = MINIMAL[kind]
    x, h0, W_x, b = random_minimal(kind)
    singles = [a.astype(np.float32) for a in (x, h0, W_x, b)]
    assert forward(*singles).dtype == np.float32
    assert step(singles[0][0], *singles[1:]).dtype == np.float32
    with pytest.raises(ValueError, match="x: got an empty sequence"):
        forward(x[:0], h0, W_x, b)
    with pytest.raises(ValueError, match=r"h0?: got shape \(2, 5\)|h: got shape"):
        forward(x, h0[:2], W_x, b)
    with pytest.raises(ValueError, match="W_x: got shape"):
        step(x[0], h0, W_x[1:], b)
    with pytest.raises(ValueError, match="b: got shape"):
        step(x[0], h0, W_x, b[1:])


# -- Sensitivity ----------------------------------------------------------------------------------------------
def moved(parametrisation, p, angle=0.4, x=None):
    """The state (or gamma times it) as a function of its one parameter, for white noise x (T, B)."""
    if parametrisation == "angle":
        r, phi = 0.9, np.exp(p)
    else:
        r, phi = (np.exp(-np.exp(p)) if parametrisation == "exponential" else p), angle
    gamma = 1.0 if parametrisation == "eigenvalue" else np.sqrt(1 - r**2)
    return gamma * linear_recurrence([r * np.exp(1j * phi)], x[..., None])[-1, :, 0]


def check_sensitivity(module):
    """The mean square of central differences over all that noise can be: one impulse in each step, summed."""
    T, angle = 400, 0.4
    x = np.eye(T)
    starts = {"eigenvalue": 0.9, "normalised": 0.9, "exponential": np.log(-np.log(0.9)), "angle": np.log(angle)}
    for parametrisation, p in starts.items():
        step = 1e-6
        up, down = (moved(parametrisation, p + s, angle, x) for s in (step, -step))
        measured = (np.abs((up - down) / (2 * step)) ** 2).sum()
        got = module.parameter_sensitivity(0.9, parametrisation, angle)
        assert abs(measured / got - 1) < 1e-6, parametrisation


def check_variance(module):
    for T in (1, 5, None):
        k = np.arange(T or 10_000)
        for r in (0.0, 0.5, 0.99):
            close(module.state_variance(r, T), (r ** (2 * k)).sum())


def test_sensitivity_by_central_differences():
    check_sensitivity(package)


def test_state_variance():
    check_variance(package)


def test_sensitivity_on_sampled_noise():
    rng = np.random.default_rng(12)
    x = rng.standard_normal((600, 2000))
    up, down = (moved("eigenvalue", 0.9 + s, 0.4, x) for s in (1e-5, -1e-5))
    measured = np.mean(np.abs((up - down) / 2e-5) ** 2)
    assert abs(measured / parameter_sensitivity(0.9) - 1) < 0.1


def test_sensitivity_near_the_unit_circle():
    """Powers of 1 / (1 - |lambda|): 3 for the eigenvalue, 2 normalised, 0 with the exponential, 2 for the angle."""
    r = 1 - np.array([1e-5, 1e-6])
    for parametrisation, power in zip(PARAMETRISATIONS, [3, 2, 0, 2], strict=True):
        low, high = parameter_sensitivity(r, parametrisation)
        assert abs(np.log10(high / low) - power) < 1e-3
    assert parameter_sensitivity(1 - 1e-6, "exponential") == pytest.approx(0.25, rel=1e-4)
    values = parameter_sensitivity(np.linspace(0, 0.9999, 200), "exponential")
    assert values[0] == 0
    assert (values < 0.25).all()


def test_bad_sensitivity():
    for function in (parameter_sensitivity, state_variance):
        with pytest.raises(ValueError, match=r"radius: got 1\.0, wanted at least 0 and below 1"):
            function([0.5, 1.0])
    with pytest.raises(ValueError, match="parametrisation: got 'log'"):
        parameter_sensitivity(0.5, "log")
    with pytest.raises(ValueError, match="T: got 0"):
        state_variance(0.5, 0)


# -- Parity ---------------------------------------------------------------------------------------------------
def check_parity_task(module):
    x, targets = module.parity_task(50, 6, np.random.default_rng(13))
    assert x.shape == (50, 6, 2)
    assert (x.sum(axis=-1) == 1).all()
    for b in range(6):
        ones = 0
        for t in range(50):
            ones += int(x[t, b, 1])
            assert targets[t, b] == ones % 2
    assert 0.4 < x[..., 1].mean() < 0.6


def check_by_hand(module):
    bits = np.random.default_rng(14).integers(2, size=(2000, 3))
    assert (module.parity_by_hand(bits) == np.cumsum(bits, axis=0) % 2).all()


def check_still(module):
    assert module.steps_until_still(0.0, 3.0) == 1
    assert module.steps_until_still(0.5, 1.0, 0.0) == 25  # 2 - 2^(1-k) rounds to 2 in 24 bits
    assert module.steps_until_still(0.5, 1.0, 0.0, "float64") == 54
    assert module.steps_until_still(0.5, 0.0, 2.0) == 151  # 2^(1-k) down to 2^-149, the smallest float32, then 0
    assert module.steps_until_still(1.0, 1.0, 2.0**24 - 3) == 3  # the counter: 2^24 + 1 is 2^24
    assert module.steps_until_still(-1.0, 1.0) is None
    assert module.steps_until_still(0.99, limit=100) is None
    assert module.steps_until_still(0.5, limit=26) == 25


def check_linear_states(module):
    """Each linear kind against a loop over its equations."""
    x, _ = parity_task(9, 4, np.random.default_rng(15))
    for kind in ("positive", "mingru", "signed", "clipped"):
        model = module.start_parity(kind, 0, H=5)
        W, c = (p.detach().numpy().astype(float) for p in model.layer.parameters())
        u, added = np.split(x @ W.T + c, 2, axis=-1)
        s = 1 / (1 + np.exp(-u))
        a = {"positive": s, "mingru": 1 - s, "signed": 1 - 2 * s, "clipped": 1 - 2 * np.clip(u + 0.5, 0, 1)}[kind]
        wanted = linear_recurrence(a, s * added if kind == "mingru" else added)
        close(module.parity_states(model, x).detach().numpy(), wanted, 1e-5)
        factors = module.parity_factors(model)
        close(factors[x[3, 2].argmax()], a[3, 2], 1e-6)
        assert factors.shape == (2, 5)


def check_accuracy(module):
    """A model that knows, one that always says even, and one that is right at a 0 alone."""
    model = module.start_parity("clipped", 0, H=1)
    with torch.no_grad():
        model.layer.weight[:] = torch.tensor([[-0.5, 0.5], [0.0, 1.0]])  # a = 1 at a 0, -1 at a 1; b is the bit
        model.layer.bias[:] = 0
        model.readout.weight[:] = torch.tensor([[-1.0], [1.0]])
        model.readout.bias[:] = torch.tensor([0.5, -0.5])
    lengths, rng = [1, 3, 700], lambda: np.random.default_rng(16)
    assert (module.parity_accuracy(model, lengths, rng()) == 1).all()
    assert (module.parity_factors(model)[:, 0] == [1, -1]).all()
    with torch.no_grad():
        model.readout.bias[:] = torch.tensor([9.0, 0.0])
    _, targets = parity_task(700, 200, rng())
    even = [(targets[T - 1] == 0).mean() for T in lengths]
    close(module.parity_accuracy(model, lengths, rng()), even)


def test_parity_task():
    check_parity_task(package)


def test_parity_by_hand():
    check_by_hand(package)


def test_until_still():
    check_still(package)


def test_linear_kinds_against_their_equations():
    check_linear_states(package)


def test_accuracy_of_known_models():
    check_accuracy(package)


def test_what_comes_to_rest_loses_parity():
    """After the steps that `steps_until_still` counts, an even and an odd number of ones leave the same state."""
    a, b = np.float32(0.9), np.float32(1.0)
    steps = steps_until_still(0.9)
    h = linear_recurrence(np.array([a]), np.full((steps + 4, 1, 1), b))[:, 0, 0]
    assert len(set(h[steps - 1 :].tolist())) == 1
    assert len(set(h[: steps - 1].tolist())) == steps - 1


@pytest.mark.parametrize("a", [-0.5, -0.9, -0.97])
def test_between_minus_one_and_zero_only_rounding_keeps_odd_and_even_apart(a):
    hs = linear_recurrence(np.array([a], np.float32), np.ones((2000, 1, 1), np.float32))[:, 0, 0]
    assert steps_until_still(a) is None
    assert len(set(hs[1000:].tolist())) == 2
    assert abs(hs[-1] - hs[-2]) <= np.spacing(hs[-1]) / (1 + a)


def test_training_with_negative_factors_learns_parity():
    """A short run, lengths up to 16. The accuracies of longer ones are in the experiment."""
    results = {}
    for kind in ("clipped", "positive"):
        model = start_parity(kind, 0)
        run = train_parity(model, 300, np.random.default_rng(0), longest=16)
        results[kind] = parity_accuracy(run.model, [4, 16, 32], np.random.default_rng(1))
        assert run.losses.shape == (300,)
        assert run.losses[0] > 0.5
    assert (results["clipped"] >= 0.95).all()
    assert results["positive"][-1] < 0.7


def test_training_is_fixed_by_seed_and_leaves_torch_alone():
    state = torch.random.get_rng_state()
    runs = [train_parity(start_parity("signed", 3), 5, np.random.default_rng(4)) for _ in range(2)]
    assert (runs[0].losses == runs[1].losses).all()
    assert (torch.random.get_rng_state() == state).all()


@pytest.mark.parametrize("kind", ["tanh", "lstm"])
def test_recurrent_kinds(kind):
    model = start_parity(kind, 0, H=3, hidden=4)
    x, _ = parity_task(5, 2, np.random.default_rng(0))
    assert tuple(parity_states(model, x).shape) == (5, 2, 3)
    assert len(list(model.readout.parameters())) == 4
    assert train_parity(model, 2, np.random.default_rng(0)).losses.shape == (2,)
    with pytest.raises(ValueError, match=f"kind: got '{kind}', wanted one of 'positive'"):
        parity_factors(model)


def test_bad_parity():
    rng, model = np.random.default_rng(0), start_parity("signed", 0, H=2)
    with pytest.raises(ValueError, match="kind: got 'gru'"):
        start_parity("gru", 0)
    with pytest.raises(ValueError, match="H: got 0"):
        start_parity("tanh", 0, H=0)
    with pytest.raises(ValueError, match="hidden: got -1"):
        start_parity("tanh", 0, hidden=-1)
    with pytest.raises(ValueError, match=r"x: got shape \(3, 2\)"):
        parity_states(model, np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"x: got shape \(0, 1, 2\)"):
        parity_states(model, np.ones((0, 1, 2)))
    with pytest.raises(ValueError, match="updates: got 0"):
        train_parity(model, 0, rng)
    with pytest.raises(ValueError, match="longest: got 0"):
        train_parity(model, 1, rng, longest=0)
    with pytest.raises(ValueError, match="lengths: got none"):
        parity_accuracy(model, [], rng)
    with pytest.raises(ValueError, match="lengths: got 0"):
        parity_accuracy(model, [0], rng)
    with pytest.raises(ValueError, match="T: got 0"):
        parity_task(0, 2, rng)
    with pytest.raises(ValueError, match="bits: got 2"):
        parity_by_hand([[0, 2]])
    with pytest.raises(ValueError, match="bits: got no symbols"):
        parity_by_hand(np.zeros((0, 2), int))
    with pytest.raises(ValueError, match=r"a: got 2\.0, with which the state overflows after 128 steps"):
        steps_until_still(2.0)
    with pytest.raises(ValueError, match="dtype: got 'float16'"):
        steps_until_still(0.5, dtype="float16")


def test_the_package_imports_without_torch():
    import subprocess
    import sys

    code = "import sys; sys.modules['torch'] = None; import helpers.linear_recurrence"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_combine_of_scalars():
    assert combine((0.5, 1.0), (2.0, 3.0)) == (1.0, 5.0)
