# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 4.2 points=1 the share that is left


def _two_numbers():
    """Return the gate at each step, and the answer as plain floats."""
    given = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
    gates = np.full(given.steps, given.high)
    gates[: given.times] = given.low
    found = [np.asarray(value) for value in answer]
    assert len(found) == 2, "two numbers"
    assert all(value.dtype.kind in "iuf" for value in found), "two numbers"
    return gates, *(float(value.item()) for value in found)


def _check_left():
    gates, left, _ = _two_numbers()
    cell = 1.0
    for f in gates:
        cell = f * cell
    assert abs(left / cell - 1) < 0.01, f"the share that is left: {cell:.4g}, got {left:.4g}"


_check_left()

# %% 4.2 points=1 the constant gate


def _check_gate():
    gates, _, gate = _two_numbers()
    constant = float(np.exp(np.log(gates).mean()))
    assert abs(gate - constant) < 2e-4, f"the constant gate: {constant:.5f}, got {gate:.5f}"


_check_gate()

# %% 4.4 points=1 an update gate of one half


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


def _compare_adopted(D, H, T, scale, z=None, bias=1.0):
    """Compare states where the rows of z are those given, or random; return whether the arguments stay."""
    import helpers.gates

    rng = np.random.default_rng(440 + H)
    given = [scale * rng.standard_normal(shape) for shape in ((3 * H, D), (3 * H, H), (3 * H,))]
    given[2] *= bias
    if z is not None:
        for rows in given:
            rows[:H] = z * rows[H : 2 * H]
    x, h0 = rng.standard_normal((T, D)), rng.standard_normal(H)
    lent = [array.copy() for array in given]
    ours = adopt(*lent)
    names, shapes = ("W_x", "W_h", "b_x", "b_h"), ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,))
    assert len(ours) == 4, "four arrays: " + ", ".join(names)
    arrays = []
    for name, found, shape in zip(names, ours, shapes, strict=True):
        array = np.asarray(found)  # plain numbers, whatever comes
        assert array.dtype.kind in "iuf", f"{name}: wanted an array of numbers"
        assert array.shape == shape, f"{name}: wanted the shape {shape}, got {array.shape}"
        arrays.append(array.astype(float))
    wanted, h = _adopted_run(x, h0, *given), h0
    for t in range(T):
        h = helpers.gates.gru_step(x[t], h, *arrays)
        gap = np.abs(h - wanted[t]).max()
        assert gap < 1e-9, f"D, H = {D, H}: the state of step {t + 1} is off by {gap:.1e}"
    return all(np.array_equal(a, b) for a, b in zip(lent, given, strict=True))


def _check_order():
    # z has only zeros, thus is 1/2 in both books
    for D, H, T in [(1, 1, 3), (3, 3, 5), (2, 4, 6)]:
        _compare_adopted(D, H, T, 1.0, z=0.0, bias=0.0)


_check_order()

# %% 4.4 points=1 a reset gate that is the opposite of the update gate


def _check_meaning():
    # r = 1 - z: which of the two stands first is all the same
    for D, H, T in [(1, 1, 3), (3, 3, 5), (2, 4, 6)]:
        _compare_adopted(D, H, T, 1.0, z=-1.0, bias=0.0)


_check_meaning()

# %% 4.4 points=1 any weights and biases; the arguments stay as they are


def _check_adopt():
    for D, H, T, scale in [(1, 1, 3, 1.0), (3, 3, 5, 1.0), (2, 4, 12, 1.0), (5, 2, 30, 2.0), (4, 6, 8, 0.3)]:
        assert _compare_adopted(D, H, T, scale), "the arguments stay as they are"


_check_adopt()

# %% 4.5 points=1 what reaches the cell before


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


def _compare_coupled(B, D, H, scale, cases, parts):
    """Compare the parts asked for, a gradient or rows of it; return whether the arguments stay as they are."""
    names = ("dx", "dh_prev", "dc_prev", "dW_x", "dW_h", "db")
    rng = np.random.default_rng(450 + B)
    shapes = [(B, D), (B, H), (B, H), (3 * H, D), (3 * H, H), (3 * H,)]
    arrays = [scale * rng.standard_normal(shape) for shape in shapes]
    arrays[2] *= 2  # a cell is not bounded by 1
    both = rng.standard_normal((2, B, H))
    factors = {"dc alone": [[[0]], [[1]]], "dh alone": [[[1]], [[0]]], "dh and dc": [[[1]], [[1]]]}
    same = True
    for what in cases:
        dh, dc = both * factors[what]
        told = f"B, D, H = {(B, D, H)}, {what}"
        lent = [array.copy() for array in (dh, dc, *arrays)]
        found = coupled_backward(*lent)
        same = same and all(np.array_equal(a, b) for a, b in zip(lent, (dh, dc, *arrays), strict=True))
        assert len(found) == 6, "six gradients: " + ", ".join(names)
        for name, a, b in zip(names, found, _coupled_by_nudges(dh, dc, arrays), strict=True):
            if name not in parts:
                continue
            a = np.asarray(a)  # plain numbers, whatever comes
            assert a.dtype.kind in "iuf", f"{told}: {name} is no array of numbers"
            assert a.shape == b.shape, f"{told}: {name} has the shape {a.shape}, wanted {b.shape}"
            gap = np.abs(a - b)[parts[name]].max() / (1e-3 + np.abs(b).max())
            assert gap < 1e-8, f"{told}: {name} is off by {gap:.1e} of its size"
    return same


def _check_cell_before():
    for B, D, H in [(1, 1, 1), (1, 2, 3)]:
        _compare_coupled(B, D, H, 0.8, ["dc alone", "dh alone", "dh and dc"], {"dc_prev": ...})


_check_cell_before()

# %% 4.5 points=1 f and g: the bias, when dc arrives alone


def _check_f_and_g():
    for B, D, H in [(1, 1, 1), (1, 2, 3)]:
        _compare_coupled(B, D, H, 0.8, ["dc alone"], {"db": slice(0, 2 * H)})


_check_f_and_g()

# %% 4.5 points=1 o: the bias, when dh arrives, too


def _check_o():
    for B, D, H in [(1, 1, 1), (1, 2, 3)]:
        _compare_coupled(B, D, H, 0.8, ["dh alone", "dh and dc"], {"db": slice(2 * H, None)})


_check_o()

# %% 4.5 points=1 all gradients, any sizes; the arguments stay as they are


def _check_coupled_backward():
    cases = ["dc alone", "dh alone", "dh and dc"]
    parts = dict.fromkeys(("dx", "dh_prev", "dc_prev", "dW_x", "dW_h", "db"), ...)
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    for B, D, H, scale in [(4, 4, 4, 0.8), (3, 2, 5, 0.8), (2, 4, 3, 1.5), (1, 3, 2, 0.5), (5, 1, 1, 1.0)]:
        assert _compare_coupled(B, D, H, scale, cases, parts), "the arguments stay as they are"


_check_coupled_backward()

# %% 4.6 points=1 the first mark, then blanks


def _latch():
    """Return the arrays of the answer as plain floats, whatever comes."""
    shapes = {"W_x": (4, 2), "W_h": (4, 1), "b": (4,)}
    assert len(answer) == 3, "three arrays: " + ", ".join(shapes)
    arrays = []
    for (name, shape), given in zip(shapes.items(), answer, strict=True):
        array = np.asarray(given)
        assert array.dtype.kind in "iuf", f"{name}: wanted numbers"
        assert array.shape == shape, f"{name}: the shape is {array.shape}, wanted {shape}"
        arrays.append(array.astype(float))
    return arrays


def _held(signs, what):
    """Run sequences side by side: +1 is a set, -1 a reset; signs (T, B)."""
    import helpers.gates

    signs = np.asarray(signs)
    zero = np.zeros((signs.shape[1], 1))
    marks = np.stack([signs == 1, signs == -1], axis=-1).astype(float)
    states = helpers.gates.lstm_forward(marks, zero, zero, *_latch())[0][..., 0]
    wanted, last = np.zeros(signs.shape), np.zeros(signs.shape[1])
    for t, now in enumerate(signs):
        last = wanted[t] = np.where(now != 0, now, last)
    margins = np.where(wanted == 0, 1.0, states * wanted)
    t, k = np.unravel_index(np.argmin(margins), margins.shape)
    told = f"{what}: at step {t} h is {margins[t, k] * wanted[t, k]:.3f}, and the last mark was {wanted[t, k]:+.0f}"
    assert margins.min() >= 0.5, told


def _check_first_mark():
    first, blanks = np.array([[1, -1]]), np.zeros((10, 2), dtype=int)
    _held(np.concatenate([first, blanks]), "a mark, then 10 blanks")


_check_first_mark()

# %% 4.6 points=1 one mark after another


def _check_many_marks():
    first, blanks = np.array([[1, -1]]), np.zeros((100, 2), dtype=int)
    _held(np.concatenate([np.tile(first, (500, 1)), -first, blanks]), "the same mark 500 times, then the other")
    _held(np.tile(np.concatenate([first, -first]), (200, 1)), "set and reset in turn")
    _held(np.concatenate([first, blanks[:6], -first, blanks[:6]]), "a mark, 6 blanks, and the other mark")


_check_many_marks()

# %% 4.6 points=1 marks at random, with weights within the bound


def _check_random_marks():
    assert all(np.abs(array).max() <= 8 for array in _latch()), "no weight and no bias above 8 in absolute value"
    rng = np.random.default_rng(4600)
    for density in (0.9, 0.3, 0.03):
        marks = rng.choice([-1, 0, 1], (1500, 40), p=[density / 2, 1 - density, density / 2])
        _held(marks, f"a mark at {density:.1%} of the steps")


_check_random_marks()

# %% 4.6 points=1 thousands of blanks, with weights within the bound


def _check_latch():
    assert all(np.abs(array).max() <= 8 for array in _latch()), "no weight and no bias above 8 in absolute value"
    first, blanks = np.array([[1, -1]]), np.zeros((20_000, 2), dtype=int)
    _held(np.concatenate([first, blanks, -first, blanks[:500]]), "20,000 blanks, then the other mark")
    _held(np.concatenate([blanks[:3000], first, blanks[:300]]), "3,000 blanks before the first mark")
    marks = np.random.default_rng(4601).choice([-1, 0, 1], (1500, 40), p=[0.0015, 0.997, 0.0015])
    _held(marks, "a mark at 0.3% of the steps")


_check_latch()
