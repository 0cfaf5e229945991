# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 1.2 points=1 what is fed back, in a network of one unit


def _numbers(found, shape, what):
    """Return plain floats, whatever comes: an object of one's own may claim to equal anything."""
    array = np.asarray(found)
    assert array.dtype.kind in "iuf", f"{what}: wanted numbers, got {type(found).__name__}"
    assert array.shape == shape, f"{what}: the shape is {array.shape}, wanted {shape}"
    return array.astype(float)


def _jordan_unit_by_unit(x, y0, W_x, W_c, b, W_y, b_y, mu):
    """Find the outputs in another way: every number by itself, the context as a sum over all outputs before."""
    T, B, _ = x.shape
    outputs = np.zeros((T + 1, B, len(b_y)))
    outputs[0] = y0
    for n in range(B):
        for t in range(1, 1 + T):
            held = sum(mu ** (t - 1 - i) * outputs[i, n] for i in range(t))
            state = [np.tanh(W_x[i] @ x[t - 1, n] + W_c[i] @ held + b[i]) for i in range(len(b))]
            outputs[t, n] = [W_y[j] @ state + b_y[j] for j in range(len(b_y))]
    return outputs[1:]


def _compare_jordan(T, B, D, H, V, mu, bias):
    rng = np.random.default_rng(120 + T)
    shapes = [(T, B, D), (B, V), (H, D), (H, V), (H,), (V, H), (V,)]
    given = [0.7 * rng.standard_normal(shape) for shape in shapes]
    given[4], given[6] = bias * given[4], bias * given[6]
    lent = [array.copy() for array in given]
    what = f"T, B, D, H, V = {(T, B, D, H, V)}, mu = {mu}"
    found = _numbers(jordan(*lent, mu), (T, B, V), what)
    gap = np.abs(found - _jordan_unit_by_unit(*given, mu)).max(axis=(1, 2))
    assert (gap < 1e-9).all(), f"{what}: wrong from step {int(np.argmax(~(gap < 1e-9))) + 1} on"
    return all(np.array_equal(a, b) for a, b in zip(given, lent, strict=True))


def _check_fed_back():
    for T in (1, 2, 9):
        _compare_jordan(T, 1, 1, 1, 1, mu=0.0, bias=0)


_check_fed_back()

# %% 1.2 points=1 the memory of the context, in a network of one unit


def _check_memory():
    for T, mu in [(3, 0.5), (8, 0.9), (12, 0.3)]:
        _compare_jordan(T, 1, 1, 1, 1, mu, bias=0)


_check_memory()

# %% 1.2 points=1 any number of units and sequences, with biases


def _check_jordan():
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    for T, B, D, H, V, mu in [(4, 4, 4, 4, 4, 0.5), (7, 3, 2, 5, 4, 0.8), (5, 2, 4, 3, 1, 0.0), (1, 3, 1, 2, 6, 0.3)]:
        assert _compare_jordan(T, B, D, H, V, mu, bias=1), "the arguments stay as they are"


_check_jordan()

# %% 1.3 points=1 five or more of the seven problems


def _right_lines():
    shapes = ["many-to-one", "aligned", "one-to-many", "unaligned", "aligned", "aligned", "one-to-one"]
    terms = [1, 12, 80, 10, 48, 50, 1]
    right = []
    for letter, shape, count in zip("ABCDEFG", shapes, terms, strict=True):
        said = list(dict(answer)[letter])
        wanted = [shape, "squared error" if letter in "CE" else "cross-entropy"]
        assert [type(part) for part in said[::2]] == [str, str], f"{letter}: (shape, terms, loss)"
        number = np.asarray(said[1])  # a plain number, whatever comes
        assert number.dtype.kind in "iuf", f"{letter}: the number of terms"
        if said[::2] == wanted and number.item() == count:
            right.append(letter)
    return right


def _check_most():
    right = _right_lines()
    assert len(right) >= 5, f"right: {len(right)} of seven"


_check_most()

# %% 1.3 points=1 all seven problems


def _check_all():
    right = _right_lines()
    assert len(right) == 7, f"right are {', '.join(right)}, and no others"


_check_all()

# %% 1.5 points=1 where doubt is left, and where none


def _loss_of(text, k):
    """Ask for a loss; return a plain float, whatever comes."""
    found = np.asarray(best_loss(text, k))
    assert found.dtype.kind in "iuf", f"{text!r}, k = {k}: wanted a number"
    return float(found.item())


def _check_doubt():
    for text, k, doubt in [
        ("xyxyxyx", 1, False),
        ("xyxzxyx", 1, True),
        ("xyxyxyx", 0, True),
        ("xxyyxxyyxxyy", 1, True),
        ("xxyyxxyyxxyy", 2, False),
        ("aaab", 1, True),
        ("aaab", 3, False),
    ]:
        found = _loss_of(text, k)
        assert (found > 0.01) if doubt else (abs(found) < 1e-9), f"{text!r}, k = {k}: is there a doubt? got {found}"


_check_doubt()

# %% 1.5 points=1 one letter before, and none


def _best_loss_by_sorting(text, k):
    """Find the entropy in another way: average, over the targets, the log of their share among equal contexts."""
    pairs = [(text[:i][-k:] if k else "", text[i]) for i in range(1, len(text))]
    contexts = [context for context, _ in pairs]
    return float(np.mean([np.log(contexts.count(c) / pairs.count((c, letter))) for c, letter in pairs]))


def _compare_losses(ks):
    rng = np.random.default_rng(15)
    for length in (2, 9, 40, 150):
        for k in ks:
            text = "".join(rng.choice(list("abc"), size=length, p=[0.6, 0.3, 0.1]))
            expected, found = _best_loss_by_sorting(text, k), _loss_of(text, k)
            assert abs(found - expected) < 1e-9, f"{text!r}, k = {k}: {expected}, got {found}"


def _check_short_contexts():
    for text, k, expected in [
        ("mississippi", 1, 0.606843),
        ("aaaaaaaaab", 1, 0.348832),
        ("ab", 0, 0.0),
        ("abac", 0, 1.098612),
    ]:
        found = _loss_of(text, k)
        assert abs(found - expected) < 1e-5, f"{text!r}, k = {k}: {expected}, got {found}"
    _compare_losses((0, 1))


_check_short_contexts()

# %% 1.5 points=1 many letters before, and the beginning of the text


def _check_long_contexts():
    for text, k, expected in [("hello", 3, 0.0), ("hello", 99, 0.0), ("abcabcabd", 2, 0.238685)]:
        found = _loss_of(text, k)
        assert abs(found - expected) < 1e-5, f"{text!r}, k = {k}: {expected}, got {found}"
    _compare_losses((2, 3, 5, 200))


_check_long_contexts()

# %% 1.7 points=1 counting ones alone, and turning back


def _weights():
    """Return the arrays of the answer as plain floats, whatever comes."""
    shapes = {"W_x": (2, 1), "W_h": (2, 2), "b": (2,), "W_y": (1, 2)}
    assert len(answer) == 4, "four arrays: " + ", ".join(shapes)
    arrays = []
    for (name, shape), given in zip(shapes.items(), answer, strict=True):
        array = np.asarray(given)
        assert array.dtype.kind in "iuf", f"{name}: wanted numbers"
        assert array.shape == shape, f"{name}: the shape is {array.shape}, wanted {shape}"
        arrays.append(array.astype(float))
    return arrays


def _outputs(stream):
    """Run these weights by hand."""
    W_x, W_h, b, W_y = _weights()
    state, outputs = np.zeros(2), []
    for x in np.asarray(stream, dtype=float):
        state = np.clip(W_x[:, 0] * x + W_h @ state + b, 0, 1e9)
        outputs.append(float(W_y[0] @ state))
    return outputs


def _check_turning_back():
    m = personal("1.7", m=(3, 7)).m
    said = [round(y) for y in _outputs(np.ones(2 * m + 2))]
    assert said[: m - 1] == list(range(1, m)), f"ones alone, m = {m}: up to {m - 1}, got {said[: m - 1]}"
    assert 0 in said[m - 1 : m + 1], f"ones alone, m = {m}: and then back, got {said[m - 1 :]}"


_check_turning_back()

# %% 1.7 points=1 ones and zeros, modulo m


def _count(m, streams):
    for what, stream in streams.items():
        count = 0
        for t, (x, y) in enumerate(zip(stream, _outputs(stream), strict=True), 1):
            count = (count + int(x)) % m
            assert abs(y - count) <= 0.0101, f"{what}, step {t}, m = {m}: {count}, got {y:.4g}"


def _check_zeros_between():
    m = personal("1.7", m=(3, 7)).m
    rng = np.random.default_rng(17)
    ones, some, few = np.ones(2 * m), rng.integers(2, size=6 * m), rng.random(20 * m) < 0.2
    _count(m, {"only ones": ones, "ones and zeros": some, "few ones": few})


_check_zeros_between()

# %% 1.7 points=1 thousands of steps


def _check_counting():
    m = personal("1.7", m=(3, 7)).m
    rng = np.random.default_rng(18)
    streams = {
        "only ones": np.ones(50 * m),
        "only zeros": np.zeros(300),
        "ones and zeros": rng.integers(2, size=3000),
        "few ones": rng.random(3000) < 0.02,
        "a long pause after m - 1": np.r_[np.ones(m - 1), np.zeros(500), np.ones(3)],
        "a long pause after m": np.r_[np.ones(m), np.zeros(500), np.ones(3)],
    }
    _count(m, streams)


_check_counting()

# %% 1.8 points=1 reading and writing in turn


def _symbols(found):
    """Return plain integers, whatever comes."""
    array = np.asarray(list(found))
    assert array.dtype.kind in "iu", "wanted a list of ints"
    return array.tolist()


def _recorder(table, heard):
    """A step whose state is all it has heard; its scores follow from the last two symbols."""

    def step(symbol, h):
        h = (*h, int(symbol))
        heard.append(h)
        return h, table[h[-2] if len(h) > 1 else 0, h[-1]].copy()

    return step


def _some_table():
    return np.random.default_rng(18).permuted(np.tile(0.4 * np.arange(6), (6, 6, 1)), axis=-1)


def _check_reading():
    table, heard = _some_table(), []
    # what is read is what was written, in one go from the prompt on
    for prompt, k in [([2], 4), ([1, 5, 5, 0], 6), ([3, 2], 1)]:
        heard.clear()
        written = _symbols(write(_recorder(table, heard), (), list(prompt), 30, k, 1.0, np.random.default_rng(k)))
        assert len(written) == 30, f"length = 30, got {len(written)} symbols: those that were drawn, no others"
        story = (*prompt, *written)
        for i, h in enumerate(heard, 1):
            assert h == story[:i], f"read so far {h}, wanted {story[:i]}: each symbol once, the state passed on"
        assert len(heard) >= len(story) - 1, "every symbol but the last must be read"

    # the prompt is read from the state that is given, not from an empty one
    heard.clear()
    write(_recorder(table, heard), (4, 4), [1], 1, 2, 1.0, np.random.default_rng(3))
    assert heard[-1][:3] == (4, 4, 1), "start in the state h"


_check_reading()

# %% 1.8 points=1 which symbols are drawn, and how often


def _compare_shares(cases, seed):
    """Compare with e^(s/tau) among the k best, whatever is added to all scores."""
    scores = np.array([0.5, 3.0, 1.0, 2.0, -4.0])
    rng = np.random.default_rng(seed)
    for k, temperature, shift in cases:
        found = write(lambda s, h, shift=shift: (h, scores + shift), None, [0], 3000, k, temperature, rng)
        drawn = _symbols(found)
        wanted = np.exp(scores / temperature) * (scores >= np.sort(scores)[-k])
        wanted /= wanted.sum()
        found = np.bincount(drawn, minlength=5)[:5] / len(drawn)
        told = f"k = {k}, tau = {temperature}, scores + {shift:g}"
        assert np.abs(found - wanted).max() < 0.045, f"{told}: shares {wanted}, got {found}"


def _check_drawing():
    _compare_shares([(5, 1.0, 0.0), (3, 0.5, 0.0), (2, 3.0, 0.0)], seed=181)
    table, heard = _some_table(), []
    for start, k in [(2, 4), (0, 2), (5, 1)]:
        written = _symbols(write(_recorder(table, heard), (), [start], 30, k, 1.0, np.random.default_rng(k)))
        for h, symbol in zip(heard[:30], written, strict=False):
            score = table[h[-2] if len(h) > 1 else 0, h[-1], symbol]
            assert score >= 0.4 * (6 - k) - 1e-9, f"{symbol} after {h} is not among the {k} best"
        heard.clear()


_check_drawing()

# %% 1.8 points=1 large scores, chance from rng alone, and nothing changed


def _check_writing():
    _compare_shares([(4, 2.0, 5000.0), (2, 1.0, -5000.0)], seed=182)

    table = _some_table()
    given = [1, 2]
    runs = [_symbols(write(_recorder(table, []), (), given, 40, 4, 1.0, np.random.default_rng(s))) for s in (1, 1, 2)]
    assert runs[0] == runs[1], "the same rng, the same text"
    assert runs[0] != runs[2], "another rng, another text"
    assert given == [1, 2], "the prompt stays as it is"

    kept = np.array([0.5, 3.0, 1.0])
    lent = kept.copy()
    write(lambda s, h: (h, lent), None, [0], 5, 2, 1.0, np.random.default_rng(1))
    assert np.array_equal(lent, kept), "the scores are the network's: change none"


_check_writing()
