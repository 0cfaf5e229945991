# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 5.3 points=1 the parameters of both arrangements


def _price(H, lower, upper):
    """List the shapes, and add up: rows i, f, g, o in each chain; so many chains in each layer."""
    D, shapes = personal("5.3", D=(40, 120), H=(100, 250)).D, []
    for chains, reads in ((lower, D), (upper, lower * H)):
        shapes += chains * [(4 * H, reads), (4 * H, H), (4 * H, 1)]
    return sum(rows * columns for rows, columns in shapes)


def _three_numbers():
    """Return the answer as plain numbers, whatever comes."""
    found = [np.asarray(number) for number in answer]
    assert len(found) == 3, "three numbers"
    assert all(number.dtype.kind in "iuf" for number in found), "three whole numbers"
    assert all(number.item() == int(number.item()) for number in found), "three whole numbers"
    return [int(number.item()) for number in found]


def _check_prices():
    H = personal("5.3", D=(40, 120), H=(100, 250)).H
    both, lower, _ = _three_numbers()
    expected = _price(H, 2, 2)
    assert both == expected, f"(1) both layers in both directions: {expected} parameters, got {both}"
    expected = _price(H, 2, 1)
    assert lower == expected, f"(2) only the lower layer in both: {expected} parameters, got {lower}"


_check_prices()

# %% 5.3 points=1 the number of units


def _check_units():
    H = personal("5.3", D=(40, 120), H=(100, 250)).H
    units = _three_numbers()[2]
    assert units > 0, f"(3) wanted a number of units, got {units}"
    most, taken = _price(H, 1, 1), _price(units, 2, 1)
    assert taken <= most, f"(3) {units} units take {taken} parameters, and {most} are allowed"
    taken = _price(units + 1, 2, 1)
    assert taken > most, f"(3) {units + 1} units would do as well: {taken} parameters, and {most} are allowed"


_check_units()

# %% 5.4 points=1 sentences without padding


def _compare_summary(rng, T, B, H, starts, lengths, where):
    """Compare both halves; return whether the arguments stay as they are."""
    same = True
    for padding in (np.nan, 7.0):
        outputs = np.full((T, B, 2 * H), padding)
        wanted = np.empty((B, 2 * H))
        for sentence, (start, n) in enumerate(zip(starts, lengths, strict=True)):
            words = rng.standard_normal((n, 2 * H))
            outputs[start : start + n, sentence] = words
            wanted[sentence, :H], wanted[sentence, H:] = words[-1, :H], words[0, H:]
        lent = [outputs.copy(), starts.copy(), lengths.copy()]
        found = np.asarray(summary(*lent))  # a plain array, whatever comes
        what = f"T, B, H = {(T, B, H)}, starts {starts.tolist()}, lengths {lengths.tolist()} (padding {where})"
        assert found.dtype.kind in "iuf", f"{what}: wanted an array of numbers"
        assert found.shape == (B, 2 * H), f"{what}: the shape is {found.shape}, wanted {(B, 2 * H)}"
        assert np.isfinite(found).all(), f"{what}: nan comes from a place of padding"
        for half, columns in [("forward", slice(0, H)), ("backward", slice(H, None))]:
            right = np.allclose(found[:, columns], wanted[:, columns], rtol=0, atol=1e-12)
            assert right, f"{what}: the {half} half is not the state that has read all words"
        same = same and np.array_equal(lent[0], outputs, equal_nan=True)
        same = same and np.array_equal(lent[1], starts) and np.array_equal(lent[2], lengths)
    return same


def _check_no_padding():
    rng = np.random.default_rng(540)
    for T, B, H in [(5, 1, 3), (5, 3, 2), (4, 4, 2), (6, 6, 3)]:
        _compare_summary(rng, T, B, H, np.zeros(B, int), np.full(B, T), "nowhere")


_check_no_padding()

# %% 5.4 points=1 padding before and behind; the arguments stay as they are


def _check_summary():
    rng = np.random.default_rng(54)
    # equal sizes too: axes that are taken for one another have a result then
    for T, B, H in [(1, 1, 1), (5, 3, 2), (4, 4, 2), (6, 6, 3), (7, 2, 7), (3, 8, 4)]:
        some = rng.integers(1, T + 1, B)
        one = np.ones(B, int)
        for where, starts, lengths in [
            ("on both sides", rng.integers(0, T - some + 1), some),
            ("on the right", 0 * some, some),
            ("on the left", T - some, some),
            ("around a single word", rng.integers(0, T, B), one),
        ]:
            same = _compare_summary(rng, T, B, H, starts, lengths, where)
            assert same, "the arguments stay as they are"


_check_summary()

# %% 5.6 points=1 models that look at all places alike


def _later(x, k):
    """Move everything k steps to the left; zeros come in at the end."""
    return np.concatenate([x[k:], np.zeros_like(x[:k])])[: len(x)]


def _earlier(x, k):
    return np.concatenate([np.zeros_like(x[:k]), x])[: len(x)]


def _recurrent(x):
    h, rows = 0 * x[0], []
    for row in x:
        h = np.tanh(0.9 * h[:, ::-1] + row)
        rows.append(h)
    return np.array(rows)


def _compare_look_ahead(cases):
    """Compare all cases; return whether x stays as it is."""
    same = True
    for seed in (56, 57):
        x = np.random.default_rng(seed).standard_normal((20, 4, 2))
        for what, model, expected in cases:
            lent = x.copy()
            found = np.asarray(look_ahead(model, lent))  # a plain number, whatever comes
            assert found.dtype.kind in "iuf", f"{what}: wanted a whole number"
            found = float(found.item())
            assert found == expected, f"{what}: sees {expected} steps ahead, got {found}"
            same = same and np.array_equal(lent, x)
    return same


def _check_plain_models():
    _compare_look_ahead(
        [
            ("the input of the same step", lambda x: x, 0),
            ("the past only: a tanh layer", _recurrent, 0),
            ("the next input", lambda x: _later(x, 1), 1),
            ("the sum of all inputs", lambda x: x.sum(axis=0) + 0 * x, 19),
            ("a second chain on a first", lambda x: _recurrent(_recurrent(x)[::-1])[::-1], 19),
            ("three steps, added up", lambda x: x + _later(x, 1) + _later(x, 2) + _later(x, 3), 3),
        ]
    )


_check_plain_models()

# %% 5.6 points=1 models that look here and there


def _totals_of_chunks(x, chunk):
    y = np.empty_like(x)
    for begin in range(0, len(x), chunk):
        y[begin : begin + chunk] = x[begin : begin + chunk].sum(axis=0)
    return y


def _last_chunk_alone(x):
    y = _totals_of_chunks(x, 6)
    y[:6] = x[:6]
    return y


def _check_choosy_models():
    _compare_look_ahead(
        [
            ("nothing: always 0", lambda x: 0 * x, 0),
            ("an input of 3 steps ago", lambda x: _earlier(x, 3), 0),
            ("5 steps ahead, nothing in between", lambda x: x + _later(x, 5), 5),
            ("4 steps ahead and the past", lambda x: np.cumsum(_later(x, 4), axis=0), 4),
            ("the last input, at every step", lambda x: x[-1] + 0 * x, 19),
            ("chunks of 6, the last of 2", lambda x: _totals_of_chunks(x, 6), 5),
            ("chunks of 6 but for the first", _last_chunk_alone, 5),
            ("a difference of inputs 1 and 2 later", lambda x: _later(x, 1) - _later(x, 2), 2),
            ("three numbers out", lambda x: np.repeat(_later(x, 2)[:, :, :1], 3, 2), 2),
        ]
    )


_check_choosy_models()

# %% 5.6 points=1 models that bend, multiply and compare; small effects, rounding, a single step; x stays as it is


def _check_bent_models():
    same = _compare_look_ahead(
        [
            ("the product with the input 3 steps later", lambda x: x * _later(x, 3), 3),
            ("whether the input 7 steps later is positive", lambda x: np.where(_later(x, 7) > 0, 1.0, -1.0), 7),
            ("the larger of this input and that 2 later", lambda x: np.maximum(x, _later(x, 2)), 2),
            ("the last feature, 6 steps later", lambda x: x + _later(x, 6)[:, :, -1:], 6),
            ("the last sequence's future only", lambda x: x + _later(x, 2) * (np.arange(4) == 3)[:, None], 2),
            ("an input 8 steps later, by a millionth", lambda x: x + 1e-6 * _later(x, 8), 8),
            ("rounding: all inputs less the later ones", lambda x: x.sum(0) - np.cumsum(x[::-1], 0)[::-1] + x, 0),
        ]
    )
    assert same, "x stays as it is"
    x = np.random.default_rng(58).standard_normal((1, 2, 3))
    found = np.asarray(look_ahead(lambda x: x, x))
    assert found.item() == 0, "a single step has no future"


_check_bent_models()

# %% 5.7 points=1 one chunk: the plain bidirectional layer


def _layer(W_x, W_h, ran):
    """A tanh layer that writes down how many steps it has run."""

    def run(x):
        ran.append(len(x))
        h, states = np.zeros((x.shape[1], len(W_h))), []
        for now in x:
            h = np.tanh(now @ W_x.T + h @ W_h.T + 0.1)
            states.append(h)
        return np.array(states)

    return run


def _compare_chunked(rng, T, B, D, H, chunk, look):
    """Compare both halves; return the steps that were said, wanted and run, and whether x stays as it is."""
    what = f"T = {T}, chunk = {chunk}, look = {look}"
    weights = [rng.standard_normal(shape) for shape in ((H, D), (H, H), (H, D), (H, H))]
    weights[1], weights[3] = 0.7 * weights[1], 0.7 * weights[3]
    x, ran = rng.standard_normal((T, B, D)), []
    lent = x.copy()
    ahead, back = _layer(*weights[:2], []), _layer(*weights[2:], [])
    result = chunked(_layer(*weights[:2], []), _layer(*weights[2:], ran), lent, chunk, look)
    assert len(result) == 2, "two results: states and steps"
    states, steps = np.asarray(result[0]), np.asarray(result[1])  # plain numbers, whatever comes
    assert states.dtype.kind in "iuf", f"{what}: states is no array of numbers"
    assert states.shape == (T, B, 2 * H), f"{what}: shape {states.shape}, wanted {(T, B, 2 * H)}"
    right = np.allclose(states[..., :H], ahead(x), rtol=0, atol=1e-12)
    assert right, f"{what}: the forward half is the forward layer on all of x"
    for t in range(T):
        # what step t may see: from the end of its reach back to itself
        end = min((t // chunk + 1) * chunk + look, T)
        right = np.allclose(states[t, :, H:], back(x[t:end][::-1])[-1], rtol=0, atol=1e-12)
        assert right, f"{what}: at step {t} (from 0) the backward half has to see steps {t} to {end - 1}"
    assert steps.dtype.kind in "iuf", f"{what}: steps is no number"
    wanted = sum(min(first + chunk + look, T) - first for first in range(0, T, chunk))
    return steps.item(), wanted, sum(ran), np.array_equal(lent, x)


def _check_one_chunk():
    rng = np.random.default_rng(570)
    for T, B, D, H in [(1, 2, 3, 2), (7, 3, 2, 4), (9, 9, 3, 3)]:
        _compare_chunked(rng, T, B, D, H, chunk=T, look=0)


_check_one_chunk()

# %% 5.7 points=1 chunks without look-ahead


def _check_chunks_alone():
    rng = np.random.default_rng(571)
    for T, chunk in [(6, 3), (8, 2), (5, 1), (9, 3)]:
        _compare_chunked(rng, T, 3, 2, 4, chunk, look=0)


_check_chunks_alone()

# %% 5.7 points=1 chunks that look ahead


def _check_looking_ahead():
    rng = np.random.default_rng(572)
    for T, chunk, look in [(6, 3, 1), (8, 2, 3), (5, 1, 2), (9, 3, 4), (12, 2, 1)]:
        _compare_chunked(rng, T, 3, 2, 4, chunk, look)


_check_looking_ahead()

# %% 5.7 points=1 the steps that were run, and any sizes; x stays as it is


def _check_chunked():
    rng = np.random.default_rng(57)
    # one after the other, in the middle of a chunk, beyond the end; sizes equal and unequal
    for T, B, D, H in [(1, 2, 3, 2), (7, 3, 2, 4), (9, 9, 3, 3), (12, 2, 5, 2)]:
        for chunk in (1, 2, 3, 5, T, T + 4):
            for look in (0, 1, 2, 4, T + 3):
                steps, expected, price, same = _compare_chunked(rng, T, B, D, H, chunk, look)
                what = f"T = {T}, chunk = {chunk}, look = {look}"
                assert steps == expected, f"{what}: the backward layer runs {expected} steps, got {steps}"
                assert price == steps, f"{what}: steps says {steps}, the backward layer has run {price}"
                assert same, "x stays as it is"


_check_chunked()
