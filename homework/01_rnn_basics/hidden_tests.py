# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 1.2


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


def _check_jordan():
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    for T, B, D, H, V, mu in [(4, 4, 4, 4, 4, 0.5), (7, 3, 2, 5, 4, 0.8), (5, 2, 4, 3, 1, 0.0), (1, 3, 1, 2, 6, 0.3)]:
        rng = np.random.default_rng(120 + T)
        shapes = [(T, B, D), (B, V), (H, D), (H, V), (H,), (V, H), (V,)]
        given = [0.7 * rng.standard_normal(shape) for shape in shapes]
        kept = [array.copy() for array in given]
        what = f"T, B, D, H, V = {(T, B, D, H, V)}, mu = {mu}"
        found = np.asarray(jordan(*given, mu))
        assert all((a == b).all() for a, b in zip(given, kept, strict=True)), "the arguments stay as they are"
        assert found.shape == (T, B, V), f"{what}: shape {found.shape}, wanted {(T, B, V)}"
        expected = _jordan_unit_by_unit(*kept, mu)
        gap = np.abs(found - expected).max(axis=(1, 2))
        assert (gap < 1e-9).all(), f"{what}: wrong from step {int(np.argmax(gap >= 1e-9)) + 1} on"

    # sequences of a batch know nothing of each other
    rng = np.random.default_rng(12)
    given = [rng.standard_normal(shape) for shape in [(6, 3, 2), (3, 2), (4, 2), (4, 2), (4,), (2, 4), (2,)]]
    alone = jordan(given[0][:, 1:2], given[1][1:2], *given[2:], 0.6)
    assert np.allclose(jordan(*given, 0.6)[:, 1:2], alone), "a sequence alone, or in a batch: the same outputs"


_check_jordan()


# %% 1.3


def _check_shapes():
    shape = {"A": "many-to-one", "C": "one-to-many", "D": "unaligned", "G": "one-to-one"}
    terms = {"A": 1, "B": 12, "C": 80, "D": 10, "E": 48, "F": 50, "G": 1}
    assert set(dict(answer)) == set(terms), "a line for each of A to G"
    for letter, said in dict(answer).items():
        assert said[0] == shape.get(letter, "aligned"), f"{letter}: the shape"
        assert said[1] == terms[letter], f"{letter}: how many targets has one training sequence?"
        assert (said[2] == "squared error") == (letter in "CE"), f"{letter}: symbols, or values?"


_check_shapes()


# %% 1.5


def _best_loss_by_sorting(text, k):
    """Find the entropy in another way: average, over the targets, the log of their share among equal contexts."""
    pairs = [(text[:i][-k:] if k else "", text[i]) for i in range(1, len(text))]
    contexts = [context for context, _ in pairs]
    return float(np.mean([np.log(contexts.count(c) / pairs.count((c, letter))) for c, letter in pairs]))


def _check_best_loss():
    for text, k, expected in [
        ("mississippi", 1, 0.606843),
        ("hello", 3, 0.0),
        ("hello", 99, 0.0),
        ("aaaaaaaaab", 1, 0.348832),
        ("ab", 0, 0.0),
        ("abac", 0, 1.098612),
        ("abcabcabd", 2, 0.238685),
    ]:
        found = best_loss(text, k)
        assert abs(found - expected) < 1e-5, f"{text!r}, k = {k}: {expected}, got {found}"
    rng = np.random.default_rng(15)
    for length in (2, 9, 40, 150):
        for k in (0, 1, 2, 3, length):
            text = "".join(rng.choice(list("abc"), size=length, p=[0.6, 0.3, 0.1]))
            expected, found = _best_loss_by_sorting(text, k), best_loss(text, k)
            assert abs(found - expected) < 1e-9, f"{text!r}, k = {k}: {expected}, got {found}"


_check_best_loss()


# %% 1.7


def _check_counting():
    given = personal("1.7", m=(3, 7))
    W_x, W_h, b, W_y = (np.asarray(array, dtype=float) for array in answer)
    assert (W_x.shape, W_h.shape, b.shape, W_y.shape) == ((2, 1), (2, 2), (2,), (1, 2)), "two units, one output"
    rng = np.random.default_rng(17)
    streams = {
        "only ones": np.ones(50 * given.m),
        "only zeros": np.zeros(300),
        "ones and zeros": rng.integers(2, size=3000),
        "few ones": rng.random(3000) < 0.02,
        "a long pause after m - 1": np.r_[np.ones(given.m - 1), np.zeros(500), np.ones(3)],
        "a long pause after m": np.r_[np.ones(given.m), np.zeros(500), np.ones(3)],
    }
    for what, stream in streams.items():
        state, count = np.zeros(2), 0
        for t, x in enumerate(np.asarray(stream, dtype=float), 1):
            state = np.clip(W_x[:, 0] * x + W_h @ state + b, 0, 1e9)
            count = (count + int(x)) % given.m
            y = float(W_y[0] @ state)
            assert abs(y - count) <= 0.0101, f"{what}, step {t}, m = {given.m}: {count}, got {y:.4g}"


_check_counting()


# %% 1.8


def _check_write():
    heard = []

    def recorder(table):
        """A step whose state is all it has heard; its scores follow from the last two symbols."""

        def step(symbol, h):
            h = (*h, int(symbol))
            heard.append(h)
            return h, table[h[-2] if len(h) > 1 else 0, h[-1]].copy()

        return step

    rng = np.random.default_rng(18)
    table = rng.permuted(np.tile(0.4 * np.arange(6), (6, 6, 1)), axis=-1)

    # what is read is what was written, in one go from the prompt on
    for prompt, k in [([2], 4), ([1, 5, 5, 0], 6), ([3, 2], 1)]:
        heard.clear()
        given = list(prompt)
        written = list(write(recorder(table), (), given, 30, k, 1.0, np.random.default_rng(k)))
        assert given == prompt, "the prompt stays as it is"
        assert len(written) == 30, f"length = 30, got {len(written)} symbols: those that were drawn, no others"
        story = (*prompt, *map(int, written))
        for i, h in enumerate(heard, 1):
            assert h == story[:i], f"read so far {h}, wanted {story[:i]}: each symbol once, the state passed on"
        assert len(heard) >= len(story) - 1, "every symbol but the last must be read"
        for i in range(len(prompt), len(story)):
            score = table[story[i - 2] if i > 1 else 0, story[i - 1], story[i]]
            assert score >= 0.4 * (6 - k) - 1e-9, f"{story[i]} after {story[:i]} is not among the {k} best"

    # the prompt is read from the state that is given, not from an empty one
    write(recorder(table), (4, 4), [1], 1, 2, 1.0, rng)
    assert heard[-1][:3] == (4, 4, 1), "start in the state h"

    # all chance comes from rng
    runs = [list(write(recorder(table), (), [0], 40, 4, 1.0, np.random.default_rng(s))) for s in (1, 1, 2)]
    assert runs[0] == runs[1], "the same rng, the same text"
    assert runs[0] != runs[2], "another rng, another text"

    # how often: e^(s/tau) among the k best, whatever is added to all scores
    scores = np.array([0.5, 3.0, 1.0, 2.0, -4.0])
    for k, temperature, shift in [(5, 1.0, 0.0), (3, 1.0, 0.0), (3, 0.5, 0.0), (2, 3.0, 0.0), (4, 2.0, 5000.0)]:
        drawn = write(lambda s, h, shift=shift: (h, scores + shift), None, [0], 6000, k, temperature, rng)
        wanted = np.exp(scores / temperature) * (scores >= np.sort(scores)[-k])
        wanted /= wanted.sum()
        found = np.bincount(drawn, minlength=5) / 6000
        assert np.abs(found - wanted).max() < 0.03, f"k = {k}, tau = {temperature}: shares {wanted}, got {found}"
    assert np.array_equal(scores, [0.5, 3.0, 1.0, 2.0, -4.0]), "the scores are the network's: change none"


_check_write()
