# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 5.3


def _check_prices():
    given = personal("5.3", D=(40, 120), H=(100, 250))

    def price(H, lower, upper):
        """List the shapes, and add up: rows i, f, g, o in each chain; so many chains in each layer."""
        shapes = []
        for chains, reads in ((lower, given.D), (upper, lower * H)):
            shapes += chains * [(4 * H, reads), (4 * H, H), (4 * H, 1)]
        return sum(rows * columns for rows, columns in shapes)

    both, lower, units = (int(n) for n in answer)
    expected = price(given.H, 2, 2)
    assert both == expected, f"(1) both layers in both directions: {expected} parameters, got {both}"
    expected = price(given.H, 2, 1)
    assert lower == expected, f"(2) only the lower layer in both: {expected} parameters, got {lower}"
    most, taken = price(given.H, 1, 1), price(units, 2, 1)
    assert taken <= most, f"(3) {units} units take {taken} parameters, and {most} are allowed"
    taken = price(units + 1, 2, 1)
    assert taken > most, f"(3) {units + 1} units would do as well: {taken} parameters, and {most} are allowed"


_check_prices()

# %% 5.4


def _check_summary():
    rng = np.random.default_rng(54)
    # equal sizes too: axes that are taken for one another have a result then
    for T, B, H in [(1, 1, 1), (5, 3, 2), (4, 4, 2), (6, 6, 3), (7, 2, 7), (3, 8, 4)]:
        some = rng.integers(1, T + 1, B)
        one = np.ones(B, int)
        cases = [
            ("on both sides", rng.integers(0, T - some + 1), some),
            ("on the right", 0 * some, some),
            ("on the left", T - some, some),
            ("nowhere", 0 * one, T * one),
            ("around a single word", rng.integers(0, T, B), one),
        ]
        for where, starts, lengths in cases:
            for padding in (np.nan, 7.0):
                outputs = np.full((T, B, 2 * H), padding)
                wanted = np.empty((B, 2 * H))
                for sentence, (start, n) in enumerate(zip(starts, lengths, strict=True)):
                    words = rng.standard_normal((n, 2 * H))
                    outputs[start : start + n, sentence] = words
                    wanted[sentence, :H], wanted[sentence, H:] = words[-1, :H], words[0, H:]
                lent = [outputs.copy(), starts.copy(), lengths.copy()]
                found = np.asarray(summary(*lent))
                what = f"T, B, H = {(T, B, H)}, starts {starts.tolist()}, lengths {lengths.tolist()} (padding {where})"
                assert found.shape == (B, 2 * H), f"{what}: the shape is {found.shape}, wanted {(B, 2 * H)}"
                assert np.isfinite(found).all(), f"{what}: nan comes from a place of padding"
                for half, columns in [("forward", slice(0, H)), ("backward", slice(H, None))]:
                    same = np.allclose(found[:, columns], wanted[:, columns], rtol=0, atol=1e-12)
                    assert same, f"{what}: the {half} half is not the state that has read all words"
                unchanged = np.array_equal(lent[0], outputs, equal_nan=True)
                unchanged = unchanged and (lent[1] == starts).all() and (lent[2] == lengths).all()
                assert unchanged, "the arguments stay as they are"


_check_summary()

# %% 5.6


def _check_look_ahead():
    def later(x, k):
        """Move everything k steps to the left; zeros come in at the end."""
        return np.concatenate([x[k:], np.zeros_like(x[:k])])[: len(x)]

    def earlier(x, k):
        return np.concatenate([np.zeros_like(x[:k]), x])[: len(x)]

    def totals_of_chunks(x, chunk):
        y = np.empty_like(x)
        for begin in range(0, len(x), chunk):
            y[begin : begin + chunk] = x[begin : begin + chunk].sum(axis=0)
        return y

    def last_chunk_alone(x):
        y = totals_of_chunks(x, 6)
        y[:6] = x[:6]
        return y

    def recurrent(x):
        h, rows = 0 * x[0], []
        for row in x:
            h = np.tanh(0.9 * h[:, ::-1] + row)
            rows.append(h)
        return np.array(rows)

    T = 20
    cases = [
        ("nothing: always 0", lambda x: 0 * x, 0),
        ("the input of the same step", lambda x: x, 0),
        ("the past only: a tanh layer", recurrent, 0),
        ("an input of 3 steps ago", lambda x: earlier(x, 3), 0),
        ("the next input", lambda x: later(x, 1), 1),
        ("5 steps ahead, nothing in between", lambda x: x + later(x, 5), 5),
        ("4 steps ahead and the past", lambda x: np.cumsum(later(x, 4), axis=0), 4),
        ("the sum of all inputs", lambda x: x.sum(axis=0) + 0 * x, T - 1),
        ("the last input, at every step", lambda x: x[-1] + 0 * x, T - 1),
        ("chunks of 6, the last of 2", lambda x: totals_of_chunks(x, 6), 5),
        ("chunks of 6 but for the first", last_chunk_alone, 5),
        ("the product with the input 3 steps later", lambda x: x * later(x, 3), 3),
        ("whether the input 7 steps later is positive", lambda x: np.where(later(x, 7) > 0, 1.0, -1.0), 7),
        ("the larger of this input and that 2 later", lambda x: np.maximum(x, later(x, 2)), 2),
        ("the last feature, 6 steps later", lambda x: x + later(x, 6)[:, :, -1:], 6),
        ("the last sequence's future only", lambda x: x + later(x, 2) * (np.arange(4) == 3)[:, None], 2),
        ("an input 8 steps later, by a millionth", lambda x: x + 1e-6 * later(x, 8), 8),
        ("a difference of inputs 1 and 2 later", lambda x: later(x, 1) - later(x, 2), 2),
        ("rounding: all inputs less the later ones", lambda x: x.sum(0) - np.cumsum(x[::-1], 0)[::-1] + x, 0),
        ("three numbers out", lambda x: np.repeat(later(x, 2)[:, :, :1], 3, 2), 2),
        ("a second chain on a first", lambda x: recurrent(recurrent(x)[::-1])[::-1], T - 1),
    ]
    for seed in (56, 57):
        x = np.random.default_rng(seed).standard_normal((T, 4, 2))
        for what, model, expected in cases:
            lent = x.copy()
            found = look_ahead(model, lent)
            assert found == expected, f"{what}: sees {expected} steps ahead, got {found}"
            assert (lent == x).all(), "x stays as it is"
    x = np.random.default_rng(58).standard_normal((1, 2, 3))
    assert look_ahead(lambda x: x, x) == 0, "a single step has no future"


_check_look_ahead()

# %% 5.7


def _check_chunked():
    rng = np.random.default_rng(57)

    def layer(W_x, W_h, ran):
        """A tanh layer that writes down how many steps it has run."""

        def run(x):
            ran.append(len(x))
            h, states = np.zeros((x.shape[1], len(W_h))), []
            for now in x:
                h = np.tanh(now @ W_x.T + h @ W_h.T + 0.1)
                states.append(h)
            return np.array(states)

        return run

    # one after the other, in the middle of a chunk, beyond the end; sizes equal and unequal
    for T, B, D, H in [(1, 2, 3, 2), (7, 3, 2, 4), (9, 9, 3, 3), (12, 2, 5, 2)]:
        for chunk in (1, 2, 3, 5, T, T + 4):
            for look in (0, 1, 2, 4, T + 3):
                what = f"T = {T}, chunk = {chunk}, look = {look}"
                weights = [rng.standard_normal(shape) for shape in ((H, D), (H, H), (H, D), (H, H))]
                weights[1], weights[3] = 0.7 * weights[1], 0.7 * weights[3]
                x, ran = rng.standard_normal((T, B, D)), []
                lent = x.copy()
                ahead, back = layer(*weights[:2], []), layer(*weights[2:], ran)
                result = chunked(ahead, back, lent, chunk, look)
                assert len(result) == 2, "two results: states and steps"
                states, steps = np.asarray(result[0]), result[1]
                assert (lent == x).all(), "x stays as it is"
                assert states.shape == (T, B, 2 * H), f"{what}: shape {states.shape}, wanted {(T, B, 2 * H)}"
                right = np.allclose(states[..., :H], ahead(x), rtol=0, atol=1e-12)
                assert right, f"{what}: the forward half is the forward layer on all of x"
                price = sum(ran)
                for t in range(T):
                    # what step t may see: from the end of its reach back to itself
                    end = min((t // chunk + 1) * chunk + look, T)
                    expected = back(x[t:end][::-1])[-1]
                    right = np.allclose(states[t, :, H:], expected, rtol=0, atol=1e-12)
                    assert right, f"{what}: at step {t} (from 0) the backward half has to see steps {t} to {end - 1}"
                expected = sum(min(first + chunk + look, T) - first for first in range(0, T, chunk))
                assert steps == expected, f"{what}: the backward layer runs {expected} steps, got {steps}"
                assert price == steps, f"{what}: steps says {steps}, the backward layer has run {price}"


_check_chunked()
