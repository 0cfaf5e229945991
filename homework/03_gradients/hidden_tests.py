# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel. No threshold is met exactly, so that rounding decides nothing.

# %% 3.2 points=1 multiples of the identity


def _ask_reach(W_h, v, epsilon, steps):
    """Ask with copies; return a plain number, whatever comes, and whether the copies are as they were."""
    lent = np.array(W_h, dtype=float), np.array(v, dtype=float)
    found = np.asarray(reach(*lent, epsilon, steps))
    assert found.dtype.kind in "iuf", "wanted a whole number"
    return float(found.item()), np.array_equal(lent[0], W_h) and np.array_equal(lent[1], v)


def _check_identity():
    ones = np.ones(3) / np.sqrt(3)
    for radius, epsilon, expected in [(0.5, 0.3, 1), (0.5, 0.01, 6), (0.9, 0.01, 43), (0.99, 0.01, 458)]:
        found, _ = _ask_reach(radius * np.eye(3), ones, epsilon, 600)
        assert found == expected, f"{radius} times the identity, epsilon {epsilon}: {expected}, got {found}"


_check_identity()

# %% 3.2 points=1 any matrix


def _reach_by_table(W_h, v, epsilon, steps):
    """Find the answer in another way: all norms first, in units of radius**k."""
    radius = np.abs(np.linalg.eigvals(W_h)).max()
    message, logs = v / np.linalg.norm(v), [0.0]
    for k in range(1, steps + 1):
        message = (W_h.T / radius) @ message
        logs.append(np.log(np.linalg.norm(message)) + k * np.log(radius))
    return int(np.flatnonzero(np.array(logs) >= np.log(epsilon)).max())


def _check_any_matrix():
    # the transpose, and growth before the end
    shear = np.array([[0.9, 5.0], [0.0, 0.9]])
    for v, epsilon, expected in [([1.0, 0.0], 0.5, 62), ([1.0, 0.0], 0.01, 104), ([0.0, 1.0], 0.5, 6)]:
        found, _ = _ask_reach(shear, v, epsilon, 400)
        assert found == expected, f"the shear with v = {v}, epsilon {epsilon}: {expected}, got {found}"

    # Three units in a ring: factors 0.01, 50, 1.8 on the way back, so 0.9 for each full turn.
    ring = np.zeros((3, 3))
    ring[0, 1], ring[1, 2], ring[2, 0] = 0.01, 50.0, 1.8
    found, _ = _ask_reach(ring, [1.0, 0.0, 0.0], 0.1, 400)
    assert found == 63, f"the ring: falls below epsilon at k = 1 and comes back later, to 63; got {found}"

    rng = np.random.default_rng(32)
    for size in (2, 3, 4, 6, 8):
        for radius in (0.6, 0.9, 0.97):
            W_h = rng.standard_normal((size, size))
            W_h *= radius / np.abs(np.linalg.eigvals(W_h)).max()
            v = rng.standard_normal(size)
            v /= np.linalg.norm(v)
            for epsilon in (0.5, 0.05, 0.001):
                expected = _reach_by_table(W_h, v, epsilon, 300)
                found, _ = _ask_reach(W_h, v, epsilon, 300)
                assert found == expected, f"random, H = {size}, radius {radius}: {expected}, got {found}"


_check_any_matrix()

# %% 3.2 points=1 v of any length, both ends of the range; the arguments stay as they are


def _check_ends():
    # each unit by itself: what counts is where v points
    slow = np.diag([0.9, 0.6, 0.99])
    for length in (1e-6, 3.0, 1e6):
        found, same = _ask_reach(slow, [length, 0.0, 0.0], 0.01, 600)
        assert found == 43, f"epsilon is relative to ||v||: with ||v|| = {length} still 43, got {found}"
        found, same = _ask_reach(slow, [0.0, length, 0.0], 0.5, 600)
        assert found == 1, f"with ||v|| = {length}: 1, got {found}"
        assert same, "the arguments stay as they are"

    # k = 0, and steps as the end
    for W_h, epsilon, steps, expected, why in [
        (0.01 * np.eye(3), 0.5, 50, 0, "k = 0 is the furthest that counts when W_h is small"),
        (np.zeros((3, 3)), 0.5, 50, 0, "with W_h = 0 only k = 0 counts"),
        (slow, 0.01, 0, 0, "with steps = 0 there is only k = 0"),
        (slow, 0.01, 17, 17, "k = steps belongs to the range"),
        (slow, 0.01, 43, 43, "k = steps belongs to the range"),
        (1.1 * np.eye(3), 0.5, 400, 400, "1.1 times the identity: every k counts"),  # 1.1**400 is 4e16
    ]:
        found, _ = _ask_reach(W_h, [1.0, 0.0, 0.0], epsilon, steps)
        assert found == expected, f"{why}: {expected}, got {found}"


_check_ends()

# %% 3.4


def _check_radius():
    given = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
    expected = float(np.exp(np.log(given.share) / given.steps))
    found = np.asarray(answer)
    assert found.dtype.kind in "iuf", "wanted a number"
    found = float(found.item())
    assert abs(found - expected) < 1e-4, f"left would be {found**given.steps:.4g} of the gradient"


_check_radius()

# %% 3.5 points=1 states of 0, where tanh is a straight line


def _ask_share(hs, W_h, v, K):
    """Ask with copies; return a plain float, whatever comes, and whether the copies are as they were."""
    given = [np.array(array, dtype=float) for array in (hs, W_h, v)]
    lent = [array.copy() for array in given]
    found = np.asarray(far_share(*lent, K))
    assert found.dtype.kind in "iuf", "wanted a number"
    return float(found.item()), all(np.array_equal(a, b) for a, b in zip(given, lent, strict=True))


def _check_straight():
    for T, factors in [(4, [0.5]), (9, [0.8]), (6, [1.2, 0.3])]:
        v = np.arange(1.0, 1.0 + len(factors))
        sizes = [np.linalg.norm(np.array(factors) ** k * v) for k in range(T)]
        for K in range(T):
            found, expected = _ask_share(np.zeros((T, len(v))), np.diag(factors), v, K)[0], sum(sizes[K:]) / sum(sizes)
            assert abs(found - expected) < 1e-9, f"states of 0, T = {T}, K = {K}: {expected:.6f}, got {found:.6f}"


_check_straight()

# %% 3.5 points=1 one unit, states of any size


def _check_one_unit():
    for W, hs in [(0.9, [0.5, 0.0, -0.8]), (1.5, [0.3, 0.9, 0.6, -0.2, 0.7]), (0.4, [0.95, 0.1])]:
        part, sizes = 3.0, []
        for h in hs[::-1]:
            part *= (1 - h) * (1 + h)
            sizes.append(part)
            part *= W
        for K in range(len(hs)):
            found, expected = _ask_share(np.array(hs)[:, None], [[W]], [3.0], K)[0], sum(sizes[K:]) / sum(sizes)
            assert abs(found - expected) < 1e-9, f"one unit, states {hs}, K = {K}: {expected:.6f}, got {found:.6f}"


_check_one_unit()

# %% 3.5 points=1 any network, any K; the arguments stay as they are


def _share_by_nudges(W_h, inputs, v, K):
    """Find the parts another way: nudge the bias at one step only, and run the network again."""
    T, H = inputs.shape

    def states(bumps):
        h, rows = np.zeros(H), []
        for u in inputs + bumps:
            h = np.tanh(W_h @ h + u)
            rows.append(h)
        return np.array(rows)

    sizes = []
    for t in range(T):
        slope = []
        for i in range(H):
            bumps = np.zeros((T, H))
            bumps[t, i] = 1e-5
            slope.append(v @ (states(bumps)[-1] - states(-bumps)[-1]) / 2e-5)
        sizes.append(np.linalg.norm(slope))
    far = sum(size for t, size in enumerate(sizes) if T - 1 - t >= K)
    return states(0), far / sum(sizes)


def _check_far_share():
    rng = np.random.default_rng(35)
    for T, H, scale in [(1, 3, 1.0), (2, 2, 1.0), (6, 3, 1.5), (9, 4, 0.8), (12, 2, 2.0)]:
        W_h = scale * rng.standard_normal((H, H)) / np.sqrt(H)
        inputs, v = rng.standard_normal((T, H)), 5 * rng.standard_normal(H)
        for K in sorted({0, 1, T // 2, T - 1}):
            hs, expected = _share_by_nudges(W_h, inputs, v, K)
            found, same = _ask_share(hs, W_h, v, K)
            told = f"random network, T = {T}, H = {H}, K = {K}: wanted {expected:.6f}, got {found:.6f}"
            assert abs(found - expected) < 1e-6, told
            assert same, "the arguments stay as they are"
        assert _ask_share(hs, W_h, v, T)[0] == 0, "there is no lag T"
        assert _ask_share(hs, W_h, v, T + 5)[0] == 0, "beyond the sequence nothing is left"

    # a ring sends the gradient through units of very different slope; back is against the ring
    ring = np.array([[0.0, 0.9, 0.0], [0.0, 0.0, 0.9], [0.9, 0.0, 0.0]])
    hs = np.tile([0.0, 0.6, 0.9], (40, 1))
    turn = 0.9**3 * 1.0 * 0.64 * 0.19
    sizes = [turn ** (k // 3) * [1.0, 0.9 * 0.64, 0.81 * 0.64 * 0.19][k % 3] for k in range(40)]
    for K in (1, 2, 3, 20):
        found, _ = _ask_share(hs, ring, [1.0, 0.0, 0.0], K)
        assert np.isclose(found, sum(sizes[K:]) / sum(sizes), rtol=1e-9), f"the ring, K = {K}: got {found}"

    # parts that point against each other: their norms add, they themselves cancel
    found, _ = _ask_share(np.zeros((2, 1)), [[-1.0]], [1.0], 1)
    assert np.isclose(found, 0.5), "two parts of norm 1, one of them far"


_check_far_share()

# %% 3.7 points=1 matrices with one peak


def _compare_peak(W, K, k, log_stretch, what):
    lent = np.array(W, dtype=float)
    found = peak(lent, K)
    assert len(found) == 2, "two numbers: k and log_stretch"
    found = [np.asarray(number) for number in found]  # plain numbers, whatever comes
    assert all(number.dtype.kind in "iuf" for number in found), "two numbers: k and log_stretch"
    exponent, log = (float(number.item()) for number in found)
    assert exponent == k, f"{what}: k = {k}, got {exponent}"
    assert np.isclose(log, log_stretch, rtol=1e-8, atol=1e-8), f"{what}: {log_stretch}, got {log}"


def _logs_of_powers(W, K):
    return [np.log(np.linalg.svd(np.linalg.matrix_power(W, k), compute_uv=False)[0]) for k in range(K + 1)]


def _shear(a, s):
    return np.array([[a, s], [0.0, a]])


def _check_one_peak():
    for W in (_shear(0.9, 5.0), _shear(0.97, 1.0), _shear(0.8, 3.0).T, _shear(0.5, 10.0)):
        logs = _logs_of_powers(W, 100)
        k = int(np.argmax(logs))
        _compare_peak(W, 100, k, logs[k], f"the matrix {W.tolist()}")


_check_one_peak()

# %% 3.7 points=1 any matrix, the ends of the range, and ties


def _check_any_peak():
    def both(A, B):
        return np.block([[A, np.zeros((len(A), len(B)))], [np.zeros((len(B), len(A))), B]])

    _compare_peak(0.9 * np.eye(3), 0, 0, 0.0, "K = 0")
    _compare_peak(np.zeros((2, 2)), 50, 0, 0.0, "the zero matrix")
    _compare_peak([[0.0, 7.0], [0.0, 0.0]], 50, 1, np.log(7), "a matrix whose square is 0")
    _compare_peak([[0.6, -0.8], [0.8, 0.6]], 300, 0, 0.0, "a rotation: all powers stretch by 1")
    _compare_peak([[0.5, 0.2], [0.1, 0.4]], 40, 0, 0.0, "a contraction")
    rng = np.random.default_rng(37)
    cases = [both(_shear(0.5, 10.0), _shear(0.985, 1.0)), _shear(0.9, 5.0).T, _shear(0.97, 1.0)]
    for size in (2, 3, 5, 8):
        entries = rng.standard_normal((size, size))
        entries *= 0.95 / np.abs(np.linalg.eigvals(entries)).max()
        cases.append(entries + 0.1 * np.triu(rng.standard_normal((size, size)), 1))
    for W in cases:
        logs = _logs_of_powers(W, 150)
        best = int(np.argmax(logs))
        _compare_peak(W, 150, best, logs[best], f"H = {len(W)}, peak at {best}")
        if best > 1:
            _compare_peak(W, best - 1, int(np.argmax(logs[:best])), max(logs[:best]), f"H = {len(W)}, K = {best - 1}")


_check_any_peak()

# %% 3.7 points=1 powers that are too large or too small for a float


def _check_far_powers():
    # a shear by a and s is a**k times a shear by 1 and k s / a
    for a, s, K in [(3.0, 2.0, 700), (1.01, 1.0, 800), (20.0, 900.0, 300)]:
        log = K * np.log(a) + np.log(np.linalg.norm(_shear(1.0, K * s / a), ord=2))
        _compare_peak(_shear(a, s), K, K, log, f"the shear by {a} and {s}, K = {K}")
    _compare_peak([[0.0, 20.0], [20.0, 0.0]], 300, 300, 300 * np.log(20), "20 to the power 300")
    _compare_peak(1.01 * np.eye(3), 800, 800, 800 * np.log(1.01), "1.01 times the identity")
    _compare_peak(0.01 * np.eye(2), 250, 0, 0.0, "0.01 to the power 250")
    _compare_peak(_shear(0.01, 3.0), 250, 1, np.log(np.linalg.norm(_shear(0.01, 3.0), ord=2)), "a shear by 0.01 and 3")


_check_far_powers()
