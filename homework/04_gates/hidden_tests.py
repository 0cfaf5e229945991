# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 4.2


def _check_gate():
    given = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
    gates = np.full(given.steps, given.high)
    gates[: given.times] = given.low
    left, gate = (float(value) for value in answer)
    cell = 1.0
    for f in gates:
        cell = f * cell
    assert abs(left / cell - 1) < 0.01, f"the share that is left: {cell:.4g}, got {left:.4g}"
    constant = float(np.exp(np.log(gates).mean()))
    assert abs(gate - constant) < 2e-4, f"the constant gate: {constant:.5f}, got {gate:.5f}"


_check_gate()

# %% 4.4


def _adopted_run(x, h, W_x, W_h, b):
    """Run the other book's GRU, gate by gate and unit by unit, with no array operation in common."""
    H, states = len(h), []
    for x_t in x:
        drive = [[float(W_x[k * H + j] @ x_t) for j in range(H)] for k in range(3)]
        past = [[float(W_h[k * H + j] @ h) for j in range(H)] for k in range(3)]
        new = []
        for j in range(H):
            new_share = 0.5 + 0.5 * np.tanh((drive[0][j] + past[0][j] + b[j]) / 2)
            heard = 0.5 + 0.5 * np.tanh((drive[1][j] + past[1][j] + b[H + j]) / 2)
            candidate = np.tanh(drive[2][j] + heard * past[2][j] + b[2 * H + j])
            new.append(h[j] + new_share * (candidate - h[j]))
        h = np.array(new)
        states.append(h)
    return np.array(states)


def _check_adopt():
    import helpers.gates

    for D, H, T, scale in [(1, 1, 3, 1.0), (3, 3, 5, 1.0), (2, 4, 12, 1.0), (5, 2, 30, 2.0), (4, 6, 8, 0.3)]:
        rng = np.random.default_rng(440 + H)
        given = [scale * rng.standard_normal(shape) for shape in ((3 * H, D), (3 * H, H), (3 * H,))]
        x, h0 = rng.standard_normal((T, D)), rng.standard_normal(H)
        lent = [array.copy() for array in given]
        ours = adopt(*lent)
        assert all((a == b).all() for a, b in zip(lent, given, strict=True)), "the arguments stay as they are"
        assert len(ours) == 4, "four arrays: W_x, W_h, b_x, b_h"
        for name, array, shape in zip(
            ("W_x", "W_h", "b_x", "b_h"), ours, ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,)), strict=True
        ):
            assert np.shape(array) == shape, f"{name}: wanted the shape {shape}, got {np.shape(array)}"
        wanted, h = _adopted_run(x, h0, *given), h0
        for t in range(T):
            h = helpers.gates.gru_step(x[t], h, *ours)
            gap = np.abs(h - wanted[t]).max()
            assert gap < 1e-9, f"D, H = {D, H}, random weights: the state of step {t + 1} is off by {gap:.1e}"


_check_adopt()

# %% 4.5


def _coupled_by_nudges(dh, dc, arrays):
    """Find the gradients another way: nudge each number along the imaginary axis; no difference is taken."""

    def loss(x, h, c, W_x, W_h, b):
        drive, H = x @ W_x.T + h @ W_h.T + b, h.shape[1]
        keep, show = ((1 + np.tanh(drive[:, k * H :][:, :H] / 2)) / 2 for k in (0, 2))
        cell = np.tanh(drive[:, H : 2 * H]) + keep * (c - np.tanh(drive[:, H : 2 * H]))
        return (dh * show * np.tanh(cell) + dc * cell).sum()

    slopes = []
    for place in range(len(arrays)):
        slope = np.zeros(arrays[place].shape)
        for i in np.ndindex(slope.shape):
            nudged = [array.astype(complex) for array in arrays]
            nudged[place][i] += 1e-30j
            slope[i] = loss(*nudged).imag / 1e-30
        slopes.append(slope)
    return slopes


def _check_coupled_backward():
    names = ("dx", "dh_prev", "dc_prev", "dW_x", "dW_h", "db")
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    for B, D, H, scale in [(4, 4, 4, 0.8), (3, 2, 5, 0.8), (2, 4, 3, 1.5), (1, 3, 2, 0.5), (5, 1, 1, 1.0)]:
        rng = np.random.default_rng(450 + B)
        shapes = [(B, D), (B, H), (B, H), (3 * H, D), (3 * H, H), (3 * H,)]
        arrays = [scale * rng.standard_normal(shape) for shape in shapes]
        arrays[2] *= 2  # a cell is not bounded by 1
        both = rng.standard_normal((2, B, H))
        cases = {"dc alone": both * [[[0]], [[1]]], "dh alone": both * [[[1]], [[0]]], "dh and dc": both}
        for what, (dh, dc) in cases.items():
            told = f"B, D, H = {(B, D, H)}, {what}"
            lent = [array.copy() for array in (dh, dc, *arrays)]
            found = coupled_backward(*lent)
            unchanged = all((a == b).all() for a, b in zip(lent, (dh, dc, *arrays), strict=True))
            assert unchanged, "the arguments stay as they are"
            assert len(found) == 6, "six gradients: " + ", ".join(names)
            wanted = _coupled_by_nudges(dh, dc, arrays)
            for name, a, b in zip(names, found, wanted, strict=True):
                assert np.shape(a) == b.shape, f"{told}: {name} has the shape {np.shape(a)}, wanted {b.shape}"
                gap = np.abs(a - b).max() / (1e-3 + np.abs(b).max())
                assert gap < 1e-8, f"{told}: {name} is off by {gap:.1e} of its size"


_check_coupled_backward()

# %% 4.6


def _check_latch():
    import helpers.gates

    arrays = [np.array(array, dtype=float) for array in answer]
    assert [a.shape for a in arrays] == [(4, 2), (4, 1), (4,)], "W_x (4, 2), W_h (4, 1), b (4,)"
    assert all(np.abs(a).max() <= 8 for a in arrays), "no weight and no bias above 8 in absolute value"

    def states(signs):
        """Run sequences side by side: +1 is a set, -1 a reset; signs (T, B)."""
        signs = np.asarray(signs)
        zero = np.zeros((signs.shape[1], 1))
        marks = np.stack([signs == 1, signs == -1], axis=-1).astype(float)
        return helpers.gates.lstm_forward(marks, zero, zero, *arrays)[0][..., 0]

    def held(signs, what):
        wanted, last = np.zeros(np.shape(signs)), np.zeros(np.shape(signs)[1])
        for t, now in enumerate(signs):
            last = wanted[t] = np.where(now != 0, now, last)
        margins = np.where(wanted == 0, 1.0, states(signs) * wanted)
        t, k = np.unravel_index(np.argmin(margins), margins.shape)
        told = f"{what}: at step {t} h is {margins[t, k] * wanted[t, k]:.3f}, and the last mark was {wanted[t, k]:+.0f}"
        assert margins.min() >= 0.5, told

    first = np.array([[1, -1]])
    blanks = np.zeros((20_000, 2), dtype=int)
    held(np.concatenate([first, blanks, -first, blanks[:500]]), "20,000 blanks, then the other mark")
    held(np.concatenate([np.tile(first, (500, 1)), -first, blanks[:100]]), "the same mark 500 times, then the other")
    held(np.tile(np.concatenate([first, -first]), (200, 1)), "set and reset in turn")
    held(np.concatenate([blanks[:3000], first, blanks[:300]]), "3,000 blanks before the first mark")
    rng = np.random.default_rng(4600)
    for density in (0.9, 0.3, 0.03, 0.003):
        marks = rng.choice([-1, 0, 1], (1500, 40), p=[density / 2, 1 - density, density / 2])
        held(marks, f"a mark at {density:.1%} of the steps")


_check_latch()
