# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 6.3


def _looked_up(query, keys, values, words):
    """Attend for one query and one sentence, word by word, with no array operation in common."""
    scores = [sum(float(x) * float(y) for x, y in zip(query, keys[s], strict=True)) for s in words]
    parts = [1 / (1 + float(np.exp(-score / len(query) ** 0.5))) for score in scores]
    weights = np.zeros(len(keys))
    context = [0.0] * values.shape[1]
    for s, part in zip(words, parts, strict=True):
        weights[s] = part / sum(parts)
        context = [c + weights[s] * float(v) for c, v in zip(context, values[s], strict=True)]
    return context, weights


def _check_attend_all():
    # all sizes equal first, so that a wrong axis has a result, and a wrong one
    sizes = [(4, 4, 4, 4, 4), (3, 5, 2, 4, 6), (1, 4, 3, 2, 5), (5, 1, 2, 3, 2), (2, 6, 4, 9, 1), (6, 3, 1, 1, 3)]
    for T, S, B, A, C in sizes:
        for what, waste in [("garbage as large as the rest", 1.0), ("huge garbage", 1e3)]:
            rng = np.random.default_rng(630 + S)
            queries, keys, values = [rng.standard_normal(shape) for shape in ((T, B, A), (S, B, A), (S, B, C))]
            mask = rng.random((S, B)) < 0.6
            mask[rng.integers(S, size=B), np.arange(B)] = True
            keys[..., 0] += 1.5  # not around 0, so that all scores of a sentence may be high or low
            scores = np.einsum("tbi,sbi->tsb", queries, keys) / A**0.5
            reach = np.array([1.0, 4.0, 9.0])[np.arange(B) % 3]  # of the scores, in one sentence and the next
            keys *= (reach / np.abs(scores).max(axis=(0, 1)))[:, None]
            keys[~mask], values[~mask] = waste * keys[~mask], waste * values[~mask] + 5.0
            given = queries, keys, values, mask
            lent = [array.copy() for array in given]
            result = attend_all(*lent)
            assert all((x == y).all() for x, y in zip(lent, given, strict=True)), "the arguments stay as they are"
            assert len(result) == 2, "two arrays: contexts and weights"
            contexts, weights = (np.asarray(array) for array in result)
            told = f"T, S, B, A, C = {(T, S, B, A, C)}, {what}"
            assert contexts.shape == (T, B, C), f"{told}: contexts {contexts.shape}, wanted {(T, B, C)}"
            assert weights.shape == (T, S, B), f"{told}: weights {weights.shape}, wanted {(T, S, B)}"
            for t in range(T):
                for b in range(B):
                    words = [s for s in range(S) if mask[s, b]]
                    wanted = _looked_up(queries[t, b], keys[:, b], values[:, b], words)
                    where = f"{told}: step {t}, sentence {b}, words at {words}"
                    close = np.allclose(weights[t, :, b], wanted[1], rtol=1e-9, atol=1e-12)
                    assert close, f"{where}: the weights are off"
                    close = np.allclose(contexts[t, b], wanted[0], rtol=1e-9, atol=1e-9)
                    assert close, f"{where}: the weights are right, the context is off"


_check_attend_all()

# %% 6.4


def _attended_by_nudges(dcontexts, mask, arrays):
    """Find the gradients another way: nudge each number along the imaginary axis; no difference is taken."""

    def loss(queries, keys, values):
        total = 0.0
        for t, b in np.ndindex(dcontexts.shape[:2]):
            there = np.flatnonzero(mask[:, b])
            scores = keys[there, b] @ queries[t, b] / queries.shape[2] ** 0.5
            parts = 1 / (1 + np.exp(-scores))
            total = total + dcontexts[t, b] @ (parts @ values[there, b]) / parts.sum()
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


def _check_attend_all_backward():
    names = ("dqueries", "dkeys", "dvalues")
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    sizes = [(3, 3, 3, 3, 3), (2, 4, 3, 2, 3), (1, 3, 2, 4, 1), (4, 2, 1, 3, 2), (3, 1, 2, 2, 2)]
    for (T, S, B, A, C), padded in [(size, padded) for size in sizes for padded in (False, True)]:
        rng = np.random.default_rng(640 + T)
        arrays = [rng.standard_normal(shape) for shape in ((T, B, A), (S, B, A), (S, B, C))]
        arrays[2] += 2.0  # values that are not around 0
        mask = np.ones((S, B), bool)
        if padded:
            mask = rng.random((S, B)) < 0.6
            mask[rng.integers(S, size=B), np.arange(B)] = True
            arrays[2][~mask] *= 100.0
        dcontexts = rng.standard_normal((T, B, C))
        given = dcontexts, *arrays, mask
        lent = [array.copy() for array in given]
        found = attend_all_backward(*lent)
        assert all((x == y).all() for x, y in zip(lent, given, strict=True)), "the arguments stay as they are"
        assert len(found) == 3, "three gradients: " + ", ".join(names)
        told = f"T, S, B, A, C = {(T, S, B, A, C)}" + (", some padding" if padded else "")
        wanted = _attended_by_nudges(dcontexts, mask, arrays)
        for name, x, y in zip(names, found, wanted, strict=True):
            assert np.shape(x) == y.shape, f"{told}: {name} has the shape {np.shape(x)}, wanted {y.shape}"
            gap = np.abs(x - y).max() / (1e-3 + np.abs(y).max())
            assert gap < 1e-8, f"{told}: {name} is off by {gap:.1e} of its size"


_check_attend_all_backward()

# %% 6.7


def _check_search():
    given = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
    after = {
        "": {"a": given.a, "b": given.b, ".": 1 - given.a - given.b},
        "a": {"a": given.aa, "b": 0.31, ".": 0.69 - given.aa},
        "b": {"a": 0.2, "b": given.bb, ".": 0.8 - given.bb},
    }

    def searched(width):
        beam = {"": 1.0}
        for _ in range(3):
            grown = {}
            for said, p in beam.items():
                further = {"": 1.0} if said.endswith(".") else after.get(said, {".": 1.0})
                grown.update({said + symbol: p * q for symbol, q in further.items()})
            beam = dict(sorted(grown.items(), key=lambda one: -one[1])[:width])
        return beam

    beams = [searched(width) for width in (1, 2, 3)]
    wanted = [max(beam.items(), key=lambda one: one[1]) for beam in beams]
    means = {said: float(np.log(p)) / len(said) for said, p in beams[2].items()}
    wanted.append(max(means.items(), key=lambda one: one[1]))
    assert len(answer) == 4, "four pairs"
    names = ("greedy search", "width 2", "width 3", "width 3, ranked by the mean")
    for name, got, (said, value) in zip(names, answer, wanted, strict=True):
        assert got[0] == said, f"{name}: wanted {said!r}, got {got[0]!r}"
        assert abs(float(got[1]) / value - 1) < 0.005, f"{name}: wanted {value:.4f}, got {float(got[1]):.4f}"


_check_search()

# %% 6.8


def _elected(beam, scores, width, siblings, end):
    """Fill the places one by one, the best that is allowed first."""
    open_, family = [], [0] * len(beam)
    for i, (symbols, total) in enumerate(beam):
        if symbols and symbols[-1] == end:
            open_.append((total, i, symbols))
            continue
        chances = [float(np.exp(y - max(scores[i]))) for y in scores[i]]
        for s, chance in enumerate(chances):
            if chance > 0:
                open_.append((total + float(np.log(chance / sum(chances))), i, (*symbols, s)))
    kept = []
    for total, i, symbols in sorted(open_, reverse=True):
        if len(kept) < width and family[i] < siblings:
            family[i] += 1
            kept.append((symbols, total))
    return kept


def _check_next_beam():
    rng = np.random.default_rng(680)
    for k, V, width, siblings in [
        (1, 5, 3, 9), (1, 5, 3, 2), (1, 4, 4, 1), (4, 6, 4, 6), (4, 6, 4, 2), (5, 7, 5, 1), (3, 4, 6, 3),
        (6, 4, 2, 2), (2, 3, 1, 3), (4, 4, 4, 4), (5, 9, 5, 3),
    ] * 4:  # fmt: skip
        for level, spread in [(0.0, 1.0), (-4.0, 0.3), (-9.0, 4.0)]:
            end = int(rng.integers(V))
            others = [s for s in range(V) if s != end]
            beam = []
            for _ in range(k):
                length = int(rng.integers(1, 5))
                symbols = tuple(int(s) for s in rng.choice(others, length))
                ended = k > 1 and rng.random() < 0.4
                beam.append(((*symbols, end) if ended else symbols, float(level - spread * rng.random())))
            if k == 1 and rng.random() < 0.5:
                beam = [((), 0.0)]
            scores = rng.normal(0, 2, (k, V)) + rng.normal(0, 5, (k, 1))  # what a softmax takes away
            if spread > 1:
                scores[:, 0] -= 1000.0
            scores[:, end] += rng.choice([0.0, 3.0])
            lent = [list(beam), scores.copy()]
            found = next_beam(*lent, width, siblings, end)
            assert lent[0] == beam, "the beam stays as it is: return a new list"
            assert (lent[1] == scores).all(), "the scores stay as they are"
            wanted = _elected(beam, scores, width, siblings, end)
            told = f"beam {[(h, round(p, 3)) for h, p in beam]}, width {width}, siblings {siblings}, END {end}"
            said, hoped = [tuple(int(s) for s in h) for h, _ in found], [h for h, _ in wanted]
            assert len(set(said)) == len(said) or len(set(hoped)) < len(hoped), f"{told}: a hypothesis twice: {said}"
            assert said == hoped, f"{told}: wanted {hoped}, got {said}"
            close = np.allclose([p for _, p in found], [p for _, p in wanted], rtol=0, atol=1e-9)
            assert close, f"{told}: the right hypotheses, with totals that are off"

    # from START to the end: one child each is greedy search, and a wide beam with room for all is the best there is
    tables = rng.normal(0, 2, (4, 3, 4))

    def searched(width, siblings):
        beam = [((), 0.0)]
        for table in tables:
            rows = [table[h[-1] % 3 if h else 0] for h, _ in beam]
            beam = next_beam(beam, np.array(rows), width, siblings, 3)
        return beam

    (greedy, _), *more = searched(5, 1)
    path = []
    for table in tables:
        path += [int(np.argmax(table[path[-1] % 3 if path else 0]))] if path[-1:] != [3] else []
    assert not more, "with one child each, one hypothesis stays one"
    assert list(greedy) == path, "with one child each, from START, it is greedy search"
    every = searched(1000, 4)
    assert np.isclose(np.exp([p for _, p in every]).sum(), 1), "with room for all, all probabilities sum to 1"


_check_next_beam()
