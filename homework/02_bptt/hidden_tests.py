# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 2.2 points=1 one of the three terms


def _three_terms():
    """Return what is expected, and the answer as plain floats."""
    given = personal("2.2", w=(1.1, 1.6))

    def loss(weights):
        """Give each step a weight of its own: the slope for one of them is that step's term."""
        state, summed = 0.5, 0.0
        for weight, x in zip(weights, (0.2, -0.4, 0.6), strict=True):
            state = np.tanh(weight * state + x)
            summed += state
        return summed

    nudges = 1e-5 * np.eye(3)
    expected = np.array([(loss(given.w + nudge) - loss(given.w - nudge)) / 2e-5 for nudge in nudges])
    found = [np.asarray(term) for term in answer]
    assert len(found) == 3, "three numbers"
    assert all(term.dtype.kind in "iuf" for term in found), "three numbers"
    return expected, np.array([float(term.item()) for term in found])


def _check_last_term():
    expected, found = _three_terms()
    gap = np.abs(found - expected[2])
    assert (gap < 5e-4).any(), f"none of {found.tolist()} is the term of the last step, {expected[2]:.4f}"


_check_last_term()

# %% 2.2 points=1 all three terms, in order


def _check_terms():
    expected, found = _three_terms()
    for step in range(3):
        gap = abs(found[step] - expected[step])
        assert gap < 5e-4, f"step {step + 1}: {expected[step]:.4f}, got {found[step]:.4f}"


_check_terms()

# %% 2.4 points=1 one unit that does not leak: h0 and b


def _leaky_gradients_by_nudges(dhs, arrays, alpha):
    """Find the gradients another way: nudge each number along the imaginary axis; no difference is taken."""

    def loss(x, h0, W_x, W_h, b):
        state, summed = h0, 0.0
        for x_now, dh in zip(x, dhs, strict=True):
            state = state + alpha * (np.tanh(x_now @ W_x.T + state @ W_h.T + b) - state)
            summed = summed + (dh * state).sum()
        return summed

    gradients = []
    for place in range(1, 5):
        gradient = np.zeros(arrays[place].shape)
        for i in np.ndindex(gradient.shape):
            nudged = [array.astype(complex) for array in arrays]
            nudged[place][i] += 1e-30j
            gradient[i] = loss(*nudged).imag / 1e-30
        gradients.append(gradient)
    return gradients


def _compare_leaky(T, B, D, H, alpha, asked, names=("h0", "W_x", "W_h", "b")):
    """Compare the gradients of these names; return whether the arguments are as they were."""
    what = f"T, B, D, H = {(T, B, D, H)}, alpha = {alpha}, losses at {asked}"
    rng = np.random.default_rng(240 + T)
    arrays = [0.8 * rng.standard_normal(shape) for shape in [(T, B, D), (B, H), (H, D), (H, H), (H,)]]
    dhs = rng.standard_normal((T, B, H))
    if asked != "every step":
        dhs[np.arange(T) != (T - 1 if asked == "the last step" else T // 2)] = 0
    given = [dhs, *arrays]
    lent = [array.copy() for array in given]
    found = leaky_backward(*lent, alpha)
    assert len(found) == 4, "four gradients: of h0, W_x, W_h, b"
    wanted = _leaky_gradients_by_nudges(dhs, arrays, alpha)
    for name, a, b in zip(("h0", "W_x", "W_h", "b"), found, wanted, strict=True):
        if name not in names:
            continue
        a = np.asarray(a)  # a plain array: an object of one's own may claim to equal anything
        assert a.dtype.kind in "iuf", f"{what}: the gradient of {name} is no array of numbers"
        assert a.shape == b.shape, f"{what}: the gradient of {name} has shape {a.shape}"
        gap = np.abs(a - b).max() / (1e-3 + np.abs(b).max())
        assert gap < 1e-8, f"{what}: the gradient of {name} is off by {gap:.1e}"
    return all(np.array_equal(a, b) for a, b in zip(given, lent, strict=True))


def _check_no_leak():
    for T in (1, 2, 5):
        _compare_leaky(T, 1, 1, 1, 1.0, "the last step", names=("h0", "b"))


_check_no_leak()

# %% 2.4 points=1 one unit that leaks


def _check_one_leak():
    for T, alpha in [(1, 0.5), (4, 0.3), (9, 0.05)]:
        _compare_leaky(T, 1, 1, 1, alpha, "the last step")


_check_one_leak()

# %% 2.4 points=1 losses at other steps


def _check_other_losses():
    for T, alpha in [(3, 0.5), (8, 0.2)]:
        _compare_leaky(T, 1, 1, 1, alpha, "every step")
        _compare_leaky(T, 1, 1, 1, alpha, "a step between")


_check_other_losses()

# %% 2.4 points=1 any number of units, inputs and sequences; the arguments stay as they are


def _check_leaky_backward():
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    cases = [(4, 4, 4, 4, 0.3), (7, 3, 2, 5, 0.25), (9, 2, 4, 3, 0.8), (6, 2, 3, 4, 1.0), (1, 3, 2, 4, 0.5)]
    for T, B, D, H, alpha in [*cases, (40, 1, 1, 2, 0.05)]:
        for asked in ("every step", "the last step", "a step between"):
            assert _compare_leaky(T, B, D, H, alpha, asked), "the arguments stay as they are"


_check_leaky_backward()

# %% 2.6 points=1 chunks


def _kept_by_running(a, T, back, every):
    """Find the share another way: run the passes of the scheme one after the other."""
    full = sum((T - lag) * a**lag for lag in range(T))
    ends = [u for u in range(1, T + 1) if u % every == 0 or u == T]
    total, last = 0.0, 0
    for u in ends:
        message, state = 0.0, u
        while state >= 1 and state > u - back:
            if state > last:  # a loss that is new since the last pass
                message += 1.0
            total += message
            message, state = a * message, state - 1
        last = u
    return total / full


def _compare_kept(a, T, back, every):
    found, expected = np.asarray(kept(a, T, back, every)), _kept_by_running(a, T, back, every)
    assert found.dtype.kind in "iuf", f"{(a, T, back, every)}: wanted a number"
    found = float(found.item())
    assert abs(found - expected) < 1e-9, f"{(a, T, back, every)}: {expected:.6f}, got {found:.6f}"


def _check_chunks():
    for a in (0.3, 0.95):
        for every, chunks in [(1, 4), (2, 5), (5, 3), (20, 5), (7, 1)]:
            _compare_kept(a, every * chunks, every, every)


_check_chunks()

# %% 2.6 points=1 the sliding window


def _check_window():
    for a in (0.3, 0.95):
        for T, back in [(6, 1), (6, 3), (30, 4), (50, 20), (4, 4)]:
            _compare_kept(a, T, back, 1)


_check_window()

# %% 2.6 points=1 what lies between, for any T


def _check_kept():
    for case, expected in {
        (0.95, 100, 5, 1): 0.273603,
        (0.95, 100, 20, 20): 0.481506,
        (0.95, 100, 20, 10): 0.632370,
        (0.5, 7, 4, 3): 0.936281,
        (1.0, 10, 5, 5): 30 / 55,
        (1.0, 10, 6, 4): 39 / 55,
        (0.9, 1, 1, 1): 1.0,
    }.items():
        assert abs(_kept_by_running(*case) - expected) < 1e-6, case
        _compare_kept(*case)
    for a in (0.3, 0.9, 1.0):
        for T in (1, 2, 5, 12, 30):
            for every in (1, 2, 3, 5, 12, 40):
                for back in (every, every + 1, 2 * every, every + 7):
                    _compare_kept(a, T, back, every)


_check_kept()
