# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 2.2


def _check_terms():
    given = personal("2.2", w=(1.1, 1.6))

    def loss(weights):
        """Give each step a weight of its own: the slope for one of them is that step's term."""
        state, summed = 0.5, 0.0
        for weight, x in zip(weights, (0.2, -0.4, 0.6), strict=True):
            state = np.tanh(weight * state + x)
            summed += state
        return summed

    found = np.array([float(term) for term in answer])
    assert found.shape == (3,), "three numbers"
    for step in range(3):
        nudge = 1e-5 * np.eye(3)[step]
        expected = (loss(given.w + nudge) - loss(given.w - nudge)) / 2e-5
        assert abs(found[step] - expected) < 5e-4, f"step {step + 1}: {expected:.4f}, got {found[step]:.4f}"


_check_terms()

# %% 2.4


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


def _check_leaky_backward():
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    cases = [(4, 4, 4, 4, 0.3), (7, 3, 2, 5, 0.25), (9, 2, 4, 3, 0.8), (6, 2, 3, 4, 1.0), (1, 3, 2, 4, 0.5)]
    for T, B, D, H, alpha in [*cases, (40, 1, 1, 2, 0.05)]:
        what = f"T, B, D, H = {(T, B, D, H)}, alpha = {alpha}"
        rng = np.random.default_rng(240 + T)
        shapes = [(T, B, D), (B, H), (H, D), (H, H), (H,)]
        arrays = [0.8 * rng.standard_normal(shape) for shape in shapes]
        for asked in ("every step", "the last step", "a step between"):
            dhs = rng.standard_normal((T, B, H))
            if asked != "every step":
                dhs[np.arange(T) != (T - 1 if asked == "the last step" else T // 2)] = 0
            given, lent = [dhs.copy(), *(a.copy() for a in arrays)], [dhs, *arrays]
            found = leaky_backward(*given, alpha)
            assert all((a == b).all() for a, b in zip(given, lent, strict=True)), "the arguments stay as they are"
            assert len(found) == 4, "four gradients: of h0, W_x, W_h, b"
            wanted = _leaky_gradients_by_nudges(dhs, arrays, alpha)
            for name, a, b in zip(("h0", "W_x", "W_h", "b"), found, wanted, strict=True):
                assert np.shape(a) == b.shape, f"{what}: the gradient of {name} has shape {np.shape(a)}"
                gap = np.abs(a - b).max() / (1e-3 + np.abs(b).max())
                assert gap < 1e-8, f"{what}, losses at {asked}: the gradient of {name} is off by {gap:.1e}"


_check_leaky_backward()

# %% 2.6


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


def _check_kept():
    for a, T, back, every, expected in [
        (0.95, 100, 5, 1, 0.273603),
        (0.95, 100, 20, 20, 0.481506),
        (0.95, 100, 20, 10, 0.632370),
        (0.5, 7, 4, 3, 0.936281),
        (1.0, 10, 5, 5, 30 / 55),
        (1.0, 10, 6, 4, 39 / 55),
        (0.9, 1, 1, 1, 1.0),
    ]:
        found = kept(a, T, back, every)
        assert abs(found - expected) < 1e-5, f"{(a, T, back, every)}: {expected:.6f}, got {found:.6f}"
    for a in (0.3, 0.9, 1.0):
        for T in (1, 2, 5, 12, 30):
            for every in (1, 2, 3, 5, 12, 40):
                for back in (every, every + 1, 2 * every, every + 7):
                    expected, found = _kept_by_running(a, T, back, every), kept(a, T, back, every)
                    assert abs(found - expected) < 1e-9, f"{(a, T, back, every)}: {expected:.6f}, got {found:.6f}"


_check_kept()
