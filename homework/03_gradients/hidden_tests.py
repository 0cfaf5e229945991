# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel. No threshold is met exactly, so that rounding decides nothing.

# %% 3.2


def _reach_by_table(W_h, v, epsilon, steps):
    """Find the answer in another way: all norms first, in units of radius**k."""
    radius = np.abs(np.linalg.eigvals(W_h)).max()
    message, logs = v / np.linalg.norm(v), [0.0]
    for k in range(1, steps + 1):
        message = (W_h.T / radius) @ message
        logs.append(np.log(np.linalg.norm(message)) + k * np.log(radius))
    return int(np.flatnonzero(np.array(logs) >= np.log(epsilon)).max())


def _check_reach():
    ones = np.ones(3) / np.sqrt(3)
    for radius, epsilon, expected in [(0.5, 0.3, 1), (0.5, 0.01, 6), (0.9, 0.01, 43), (0.99, 0.01, 458)]:
        found = reach(radius * np.eye(3), ones, epsilon, 600)
        assert found == expected, f"{radius} times the identity, epsilon {epsilon}: {expected}, got {found}"

    # k = 0, and steps as the end
    assert reach(0.01 * np.eye(3), ones, 0.5, 50) == 0, "k = 0 is the furthest that counts when W_h is small"
    assert reach(np.zeros((3, 3)), ones, 0.5, 50) == 0, "with W_h = 0 only k = 0 counts"
    assert reach(0.9 * np.eye(3), ones, 0.01, 0) == 0, "with steps = 0 there is only k = 0"
    assert reach(0.9 * np.eye(3), ones, 0.01, 17) == 17, "k = steps belongs to the range"

    # v of any length
    for length in (1e-6, 1e6):
        found = reach(0.9 * np.eye(3), length * ones, 0.01, 600)
        assert found == 43, f"epsilon is relative to ||v||: with ||v|| = {length} still 43, got {found}"

    # the transpose, and growth before the end
    shear = np.array([[0.9, 5.0], [0.0, 0.9]])
    for v, epsilon, expected in [([1.0, 0.0], 0.5, 62), ([1.0, 0.0], 0.01, 104), ([0.0, 1.0], 0.5, 6)]:
        found = reach(shear, np.array(v), epsilon, 400)
        assert found == expected, f"the shear with v = {v}, epsilon {epsilon}: {expected}, got {found}"

    # Three units in a ring: factors 0.01, 50, 1.8 on the way back, so 0.9 for each full turn.
    ring = np.zeros((3, 3))
    ring[0, 1], ring[1, 2], ring[2, 0] = 0.01, 50.0, 1.8
    start = np.array([1.0, 0.0, 0.0])
    assert reach(ring, start, 0.1, 400) == 63, "the gradient falls below epsilon at k = 1 and comes back later"
    assert reach(ring, start, 0.1, 61) == 60, "k = 61 is below epsilon again"

    rng = np.random.default_rng(32)
    for size in (2, 3, 4, 6, 8):
        for radius in (0.6, 0.9, 0.97):
            W_h = rng.standard_normal((size, size))
            W_h *= radius / np.abs(np.linalg.eigvals(W_h)).max()
            v = 3 * rng.standard_normal(size)
            for epsilon in (0.5, 0.05, 0.001):
                expected = _reach_by_table(W_h, v, epsilon, 400)
                found = reach(W_h.copy(), v.copy(), epsilon, 400)
                assert found == expected, f"random, H = {size}, radius {radius}: {expected}, got {found}"

    # growth to the end: 1.1**400 is 4e16
    found = reach(1.1 * np.eye(3), ones, 0.5, 400)
    assert found == 400, f"1.1 times the identity: every k counts, got {found}"


_check_reach()


# %% 3.4


def _check_radius():
    given = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
    expected = float(np.exp(np.log(given.share) / given.steps))
    assert abs(float(answer) - expected) < 1e-4, f"left would be {float(answer) ** given.steps:.4g} of the gradient"


_check_radius()

# %% 3.5


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
            given = hs.copy(), W_h.copy(), v.copy()
            found = far_share(*given, K)
            told = f"random network, T = {T}, H = {H}, K = {K}: wanted {expected:.6f}, got {found:.6f}"
            assert abs(found - expected) < 1e-6, told
            same = all((a == b).all() for a, b in zip(given, (hs, W_h, v), strict=True))
            assert same, "the arguments stay as they are"
        assert far_share(hs, W_h, v, T) == 0, "there is no lag T"
        assert far_share(hs, W_h, v, T + 5) == 0, "beyond the sequence nothing is left"

    # a ring sends the gradient through units of very different slope; back is against the ring
    ring = np.array([[0.0, 0.9, 0.0], [0.0, 0.0, 0.9], [0.9, 0.0, 0.0]])
    hs = np.tile([0.0, 0.6, 0.9], (40, 1))
    turn = 0.9**3 * 1.0 * 0.64 * 0.19
    sizes = [turn ** (k // 3) * [1.0, 0.9 * 0.64, 0.81 * 0.64 * 0.19][k % 3] for k in range(40)]
    for K in (1, 2, 3, 20):
        found = far_share(hs, ring, np.array([1.0, 0.0, 0.0]), K)
        assert np.isclose(found, sum(sizes[K:]) / sum(sizes), rtol=1e-9), f"the ring, K = {K}: got {found}"

    # parts that point against each other: their norms add, they themselves cancel
    hs = np.zeros((2, 1))
    found = far_share(hs, np.array([[-1.0]]), np.array([1.0]), 1)
    assert np.isclose(found, 0.5), "two parts of norm 1, one of them far"


_check_far_share()

# %% 3.7


def _check_peak():
    def compare(W, K, k, log_stretch, what):
        W = np.array(W, dtype=float)
        found = peak(W.copy(), K)
        assert found[0] == k, f"{what}: k = {k}, got {found[0]}"
        assert np.isclose(found[1], log_stretch, rtol=1e-8, atol=1e-8), f"{what}: {log_stretch}, got {found[1]}"

    def shear(a, s):
        return np.array([[a, s], [0.0, a]])

    def both(A, B):
        return np.block([[A, np.zeros((len(A), len(B)))], [np.zeros((len(B), len(A))), B]])

    compare(0.9 * np.eye(3), 0, 0, 0.0, "K = 0")
    compare(np.zeros((2, 2)), 50, 0, 0.0, "the zero matrix")
    compare([[0.0, 7.0], [0.0, 0.0]], 50, 1, np.log(7), "a matrix whose square is 0")
    compare([[0.6, -0.8], [0.8, 0.6]], 300, 0, 0.0, "a rotation: all powers stretch by 1")
    compare(1.01 * np.eye(3), 3000, 3000, 3000 * np.log(1.01), "1.01 times the identity")
    compare([[0.0, 20.0], [20.0, 0.0]], 1500, 1500, 1500 * np.log(20), "20 to the power 1500")
    compare(0.01 * np.eye(2), 2000, 0, 0.0, "0.01 to the power 2000")
    compare([[0.5, 0.2], [0.1, 0.4]], 40, 0, 0.0, "a contraction")

    def by_powers(W, K):
        return [np.log(np.linalg.svd(np.linalg.matrix_power(W, k), compute_uv=False)[0]) for k in range(K + 1)]

    rng = np.random.default_rng(37)
    cases = [both(shear(0.5, 10.0), shear(0.985, 1.0)), shear(0.9, 5.0).T, shear(0.97, 1.0)]
    for size in (2, 3, 5, 8):
        entries = rng.standard_normal((size, size))
        entries *= 0.95 / np.abs(np.linalg.eigvals(entries)).max()
        cases.append(entries + 0.1 * np.triu(rng.standard_normal((size, size)), 1))
    for W in cases:
        logs = by_powers(W, 250)
        best = int(np.argmax(logs))
        compare(W, 250, best, logs[best], f"H = {len(W)}, peak at {best}")
        if best > 1:
            compare(W, best - 1, int(np.argmax(logs[:best])), max(logs[:best]), f"H = {len(W)}, K = {best - 1}")


_check_peak()
