# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 8.2 points=1 windows of 1, 2, 4 and 8 steps


def _kinds_of_stretches(T):
    """Yield a name, stretches, and how two of them are joined: nothing commutes, and nothing can be undone."""
    rng = np.random.default_rng(820 + T)

    def by_table(left, right):
        return np.take_along_axis(right, left, axis=1)

    def by_product(left, right):
        return right @ left % 10_007

    def by_last_mark(left, right):
        return np.where(right != 0, right, left)

    def by_pair(left, right):
        (a, b), (c, d) = np.moveaxis(left, 1, 0), np.moveaxis(right, 1, 0)
        return np.stack([a * c, c * b + d], axis=1)

    yield "tables of 5 states", rng.integers(5, size=(T, 5)), by_table
    yield "matrices", rng.integers(10_007, size=(T, 2, 2)), by_product
    yield "the last mark", rng.integers(1, 9, size=T) * (rng.random(T) < 0.4), by_last_mark
    yield "pairs (a, b)", rng.normal(0, 1, (T, 2, 3)) * (rng.random((T, 2, 3)) < 0.8), by_pair


def _compare_windows(T, w):
    """Compare with a join from left to right; return the calls, and whether the arguments stay as they are."""
    most, unchanged = 0, True
    for what, stretches, join in _kinds_of_stretches(T):
        calls, lent = [], stretches.copy()

        def counted(left, right, calls=calls, join=join):
            calls.append(len(right))
            return join(left, right)

        found = np.asarray(windows(lent, w, counted))
        most, unchanged = max(most, len(calls)), unchanged and np.array_equal(lent, stretches)
        found = found.astype(float) if found.dtype.kind == "O" else found  # plain numbers, whatever comes
        told = f"{what}, T = {T}, w = {w}"
        assert found.dtype.kind in "iuf", f"{told}: wanted an array of numbers"
        assert found.shape == stretches.shape, f"{told}: wanted the shape {stretches.shape}, got {found.shape}"
        for t in range(T):
            first = max(0, t - w + 1)
            wanted = stretches[first : first + 1]
            for s in range(first + 1, t + 1):
                wanted = join(wanted, stretches[s : s + 1])
            close = np.allclose(found[t], wanted[0], rtol=1e-9, atol=1e-9)
            assert close, f"{told}: the window that ends at step {t + 1} is not steps {first + 1} to {t + 1} in order"
    return most, unchanged


def _check_powers_of_two():
    for T, w in [(8, 1), (8, 2), (16, 4), (16, 8), (21, 4), (3, 2), (21, 8)]:
        _compare_windows(T, w)


_check_powers_of_two()

# %% 8.2 points=1 any window, also one longer than the sequence


def _check_any_window():
    for T, w in [
        (12, 3),
        (16, 5),
        (17, 6),
        (20, 7),
        (30, 11),
        (30, 13),
        (5, 9),
        (6, 64),
        (1, 1),
        (1, 5),
        (9, 9),
        (9, 10),
    ]:
        _compare_windows(T, w)


_check_any_window()

# %% 8.2 points=1 at most 2 log2 w calls; the arguments stay as they are


def _check_calls():
    for T, w in [(8, 1), (8, 2), (9, 3), (20, 4), (20, 5), (20, 7), (30, 15), (40, 31), (40, 32), (5, 63), (40, 23)]:
        calls, unchanged = _compare_windows(T, w)
        allowed = int(2 * np.log2(w) + 1e-9)
        assert calls <= allowed, f"T = {T}, w = {w}: {calls} calls of join, wanted at most {allowed}"
        assert unchanged, "the arguments stay as they are"


_check_calls()

# %% 8.4 points=1 nu


def _three_numbers():
    """Return what is given, and the answer as plain floats."""
    given = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
    found = [np.asarray(value) for value in answer]
    assert len(found) == 3, "three numbers"
    assert all(value.dtype.kind in "iuf" for value in found), "three numbers"
    return given, [float(value.item()) for value in found]


def _radius_by_halving(share, steps):
    """Find the radius whose power is the share."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle**steps < share else (low, middle)
    return low


def _check_nu():
    given, (nu, _, _) = _three_numbers()
    radius = float(np.exp(-np.exp(nu)))
    wanted = float(np.log(-np.log(_radius_by_halving(given.share, given.steps))))
    told = f"nu = {nu:.4f} is the radius {radius:.5f}, and leaves {radius**given.steps:.4g}"
    assert abs(nu - wanted) < 0.0011, told


_check_nu()

# %% 8.4 points=1 where the readout settles


def _check_settled():
    given, (_, settled, _) = _three_numbers()
    h, turn = 0j, _radius_by_halving(given.share, given.steps) * np.exp(1j * given.angle)
    for _ in range(40 * given.steps):
        h = turn * h + 1
    assert abs(settled / h.real - 1) < 0.006, f"it settles at {h.real:.4f}, got {settled:.4f}"


_check_settled()

# %% 8.4 points=1 how far the radius may fall


def _check_fall():
    given, (_, _, fall) = _three_numbers()
    wanted = _radius_by_halving(given.share, given.steps) - _radius_by_halving(given.share / 2, given.steps)
    assert abs(fall / wanted - 1) < 0.006, f"wanted {wanted:.6f}, got {fall:.6f}"


_check_fall()

# %% 8.6 points=1 one step, the biases


def _timed_by_nudges(dhs, arrays):
    """Find the gradients another way: nudge each number along the imaginary axis; no difference is taken."""

    def loss(x, rate, W_x, b):
        H, total = len(rate), 0.0
        h = np.zeros(dhs.shape[1:])
        for t in range(len(x)):
            drive = x[t] @ W_x.T + b
            left = (1 + np.exp(drive[:, :H])) ** (-rate)
            h = drive[:, H:] + left * (h - drive[:, H:])
            total = total + (dhs[t] * h).sum()
        return total

    slopes = []
    for place in range(len(arrays)):
        slope = np.zeros(arrays[place].shape)
        for i in np.ndindex(slope.shape):
            nudged = [array.astype(complex) for array in arrays]
            nudged[place][i] += 1e-30j
            slope[i] = loss(*nudged).imag / 1e-30
        slopes.append(slope)
    return slopes


def _compare_timed(T, B, D, H, parts, scale=1.0, last=False):
    """Compare the parts asked for, a gradient or rows of it; return whether the arguments stay as they are."""
    rng = np.random.default_rng(860 + 10 * T + H)
    arrays = [scale * rng.standard_normal((T, B, D)), rng.uniform(0.3, 2.0, H)]
    arrays += [scale * rng.standard_normal((2 * H, D)), rng.standard_normal(2 * H)]
    dhs = rng.standard_normal((T, B, H))
    if last:
        dhs[:-1] = 0
    lent = [array.copy() for array in (dhs, *arrays)]
    found = timed_backward(*lent)
    same = all(np.array_equal(a, b) for a, b in zip(lent, (dhs, *arrays), strict=True))
    assert len(found) == 4, "four gradients: dx, drate, dW_x, db"
    told = f"T, B, D, H = {(T, B, D, H)}"
    for name, a, b in zip(("dx", "drate", "dW_x", "db"), found, _timed_by_nudges(dhs, arrays), strict=True):
        if name not in parts:
            continue
        a = np.asarray(a)  # plain numbers, whatever comes
        assert a.dtype.kind in "iuf", f"{told}: {name} is no array of numbers"
        assert a.shape == b.shape, f"{told}: {name} has the shape {a.shape}, wanted {b.shape}"
        gap = np.abs(a - b)[parts[name]].max() / (1e-3 + np.abs(b).max())
        assert gap < 1e-8, f"{told}: {name} is off by {gap:.1e} of its size"
    return same


def _check_one_step():
    for B, D, H in [(1, 1, 1), (1, 3, 2)]:
        _compare_timed(1, B, D, H, {"db": ...})


_check_one_step()

# %% 8.6 points=1 many steps, what the candidates get


def _check_candidates():
    for T, D, H, last in [(2, 1, 1, True), (5, 2, 3, True), (7, 1, 2, False)]:
        _compare_timed(T, 1, D, H, {"db": slice(H, None)}, last=last)


_check_candidates()

# %% 8.6 points=1 many steps, what time and rate get


def _check_time():
    for T, D, H, last in [(2, 1, 1, True), (5, 2, 3, True), (7, 1, 2, False)]:
        _compare_timed(T, 1, D, H, {"db": slice(0, H), "drate": ...}, last=last)


_check_time()

# %% 8.6 points=1 all gradients, any sizes; the arguments stay as they are


def _check_timed_backward():
    parts = dict.fromkeys(("dx", "drate", "dW_x", "db"), ...)
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    for T, B, D, H, scale in [
        (2, 2, 2, 2, 1.0),
        (4, 4, 4, 4, 0.8),
        (5, 3, 2, 4, 1.0),
        (3, 2, 4, 1, 2.0),
        (1, 2, 1, 3, 0.5),
    ]:
        assert _compare_timed(T, B, D, H, parts, scale), "the arguments stay as they are"


_check_timed_backward()

# %% 8.7 points=1 turns


def _compare_dial(words, m, T, far=2):
    """Run the recurrence from several positions at once; return whether the commands stay as they are."""
    rng = np.random.default_rng(870 + 100 * m + T)
    commands = [(words[rng.integers(len(words))], int(rng.integers(-far * m, far * m + 1))) for _ in range(T)]
    lent = list(commands)
    parts = dial(lent, m)
    assert len(parts) == 2, "two arrays: A and b"
    A, b = (np.asarray(part) for part in parts)  # plain arrays, whatever comes
    assert {A.dtype.kind, b.dtype.kind} <= set("iuf"), "two arrays of real numbers"
    assert A.shape == (T, 2, 2), f"A: wanted the shape {(T, 2, 2)}, got {A.shape}"
    assert b.shape == (T, 2), f"b: wanted the shape {(T, 2)}, got {b.shape}"
    places = np.unique([0, 1 % m, m // 2, m - 1])
    angles = 2 * np.pi * places / m
    h = np.array([np.cos(angles), np.sin(angles)])
    starts = places
    for t, (word, k) in enumerate(commands):
        places = {"turn": places + k, "set": 0 * places + k, "flip": k - places}[word] % m
        h = A[t] @ h + b[t][:, None]
        gap = np.abs(h - [np.cos(2 * np.pi * places / m), np.sin(2 * np.pi * places / m)]).max()
        told = f"m = {m}, from {starts.tolist()}: after command {t + 1}, {word} {k}, at {places.tolist()}"
        assert gap < 1e-6, f"{told}; the state is off by {gap:.1g}"
    return lent == commands


def _check_turns():
    for m in (4, 2, 3, 7, 12):
        _compare_dial(["turn"], m, 30)


_check_turns()

# %% 8.7 points=1 turns and sets


def _check_sets():
    for m in (4, 2, 3, 7, 12):
        _compare_dial(["turn", "set"], m, 40)


_check_sets()

# %% 8.7 points=1 flips as well, thousands of commands; the commands stay as they are


def _check_dial():
    for words in (["flip"], ["flip", "turn"], ["flip", "turn", "turn", "set"]):
        for m, T, far in [(4, 40, 1), (5, 40, 3), (1, 5, 3), (2, 40, 2), (11, 40, 9)]:
            assert _compare_dial(words, m, T, far), "the commands stay as they are"
    _compare_dial(["flip", "turn"], 7, 4000)
    _compare_dial(["turn"], 360, 4000)


_check_dial()
