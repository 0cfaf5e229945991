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
