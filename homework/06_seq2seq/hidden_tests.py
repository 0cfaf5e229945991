# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 6.3 points=1 one query to one sentence without padding, keys of one number


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


def _compare_attended(T, S, B, A, C, padded=False, waste=1.0):
    """Compare all weights and contexts; return whether the arguments stay as they are."""
    rng = np.random.default_rng(630 + S)
    queries, keys, values = [rng.standard_normal(shape) for shape in ((T, B, A), (S, B, A), (S, B, C))]
    mask = np.ones((S, B), bool)
    if padded:
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
    assert len(result) == 2, "two arrays: contexts and weights"
    contexts, weights = (np.asarray(array) for array in result)  # plain arrays, whatever comes
    told = f"T, S, B, A, C = {(T, S, B, A, C)}" + (f", garbage times {waste:g}" if padded else "")
    assert {contexts.dtype.kind, weights.dtype.kind} <= set("iuf"), "two arrays of numbers"
    assert contexts.shape == (T, B, C), f"{told}: contexts {contexts.shape}, wanted {(T, B, C)}"
    assert weights.shape == (T, S, B), f"{told}: weights {weights.shape}, wanted {(T, S, B)}"
    for t, b in np.ndindex(T, B):
        words = [s for s in range(S) if mask[s, b]]
        wanted = _looked_up(queries[t, b], keys[:, b], values[:, b], words)
        where = f"{told}: step {t}, sentence {b}, words at {words}"
        close = np.allclose(weights[t, :, b], wanted[1], rtol=1e-9, atol=1e-12)
        assert close, f"{where}: the weights are off"
        close = np.allclose(contexts[t, b], wanted[0], rtol=1e-9, atol=1e-9)
        assert close, f"{where}: the weights are right, the context is off"
    return all(np.array_equal(x, y) for x, y in zip(lent, given, strict=True))


def _check_one_sentence():
    for S, C in [(4, 4), (5, 2), (2, 1), (3, 7)]:
        _compare_attended(1, S, 1, 1, C)


_check_one_sentence()

# %% 6.3 points=1 many sentences, keys of many numbers


def _check_many_sentences():
    # all sizes equal first, so that a wrong axis has a result, and a wrong one
    for sizes in [(4, 4, 4, 4, 4), (3, 5, 2, 4, 6), (1, 4, 3, 2, 5), (5, 1, 2, 3, 2), (2, 6, 4, 9, 1)]:
        _compare_attended(*sizes)


_check_many_sentences()

# %% 6.3 points=1 padding anywhere; the arguments stay as they are


def _check_padding():
    sizes = [(4, 4, 4, 1, 4), (3, 5, 2, 1, 6), (2, 6, 4, 1, 1), (1, 4, 3, 1, 5), (6, 3, 1, 1, 3)]
    for T, S, B, A, C in sizes:
        for waste in (1.0, 1e3):
            same = _compare_attended(T, S, B, A, C, padded=True, waste=waste)
            assert same, "the arguments stay as they are"


_check_padding()

# %% 6.4 points=1 one context, the gradient of the values


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


def _compare_back(T, S, B, A, C, padded=False, names=("dqueries", "dkeys", "dvalues")):
    """Compare the gradients of these names; return whether the arguments stay as they are."""
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
    assert len(found) == 3, "three gradients, dqueries, dkeys, dvalues"
    told = f"T, S, B, A, C = {(T, S, B, A, C)}" + (", some padding" if padded else "")
    wanted = _attended_by_nudges(dcontexts, mask, arrays)
    for name, x, y in zip(("dqueries", "dkeys", "dvalues"), found, wanted, strict=True):
        if name not in names:
            continue
        x = np.asarray(x)  # a plain array, whatever comes
        assert x.dtype.kind in "iuf", f"{told}: {name} is no array of numbers"
        assert x.shape == y.shape, f"{told}: {name} has the shape {x.shape}, wanted {y.shape}"
        gap = np.abs(x - y).max() / (1e-3 + np.abs(y).max())
        assert gap < 1e-8, f"{told}: {name} is off by {gap:.1e} of its size"
    return all(np.array_equal(x, y) for x, y in zip(lent, given, strict=True))


def _check_values_alone():
    for S, C in [(3, 3), (2, 1), (5, 2)]:
        _compare_back(1, S, 1, 1, C, names=("dvalues",))


_check_values_alone()

# %% 6.4 points=1 one context, query and keys of one number


def _check_one_context():
    for S, C in [(3, 3), (2, 1), (5, 2)]:
        _compare_back(1, S, 1, 1, C, names=("dqueries", "dkeys"))


_check_one_context()

# %% 6.4 points=1 many contexts, keys of many numbers


def _check_many_contexts():
    for sizes in [(3, 3, 1, 3, 3), (2, 4, 1, 2, 3), (4, 2, 1, 3, 2), (5, 3, 1, 1, 2)]:
        _compare_back(*sizes)


_check_many_contexts()

# %% 6.4 points=1 many sentences, with padding; the arguments stay as they are


def _check_attend_all_backward():
    # all sizes equal first, so that a wrong product has a result, and a wrong one
    for sizes in [(3, 3, 3, 3, 3), (2, 4, 3, 2, 3), (1, 3, 2, 4, 1), (4, 2, 1, 3, 2), (3, 1, 2, 2, 2)]:
        for padded in (False, True):
            assert _compare_back(*sizes, padded=padded), "the arguments stay as they are"


_check_attend_all_backward()

# %% 6.7 points=1 greedy search


def _four_pairs():
    """Search by a program; return what is wanted for the four questions."""
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
    return [*wanted, max(means.items(), key=lambda one: one[1])]


def _compare_pairs(asked):
    found, wanted = list(answer), _four_pairs()
    names = ("greedy search", "width 2", "width 3", "width 3, ranked by the mean")
    assert len(found) == 4, "four pairs"
    for question in asked:
        name, (said, value) = names[question - 1], wanted[question - 1]
        sentence, number = found[question - 1]
        number = np.asarray(number)  # a plain number and a plain string, whatever comes
        assert type(sentence) is str, f"{name}: wanted a string, got {type(sentence).__name__}"
        assert number.dtype.kind in "iuf", f"{name}: wanted a number behind the sentence"
        assert sentence == said, f"{name}: wanted {said!r}, got {sentence!r}"
        number = float(number.item())
        assert abs(number / value - 1) < 0.005, f"{name}: wanted {value:.4f}, got {number:.4f}"


_compare_pairs([1])

# %% 6.7 points=1 beams of width 2 and 3

_compare_pairs([2, 3])

# %% 6.7 points=1 ranking by the mean

_compare_pairs([4])

# %% 6.8 points=1 the best children of one hypothesis


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


def _some_beam(rng, k, V, end, level, spread, ended):
    """Draw a beam and its scores; a share of its hypotheses has ended."""
    others = [s for s in range(V) if s != end]
    beam = []
    for _ in range(k):
        symbols = tuple(int(s) for s in rng.choice(others, int(rng.integers(1, 5))))
        over = k > 1 and rng.random() < ended
        beam.append(((*symbols, end) if over else symbols, float(level - spread * rng.random())))
    scores = rng.normal(0, 2, (k, V)) + rng.normal(0, 5, (k, 1))  # what a softmax takes away
    if spread > 1:
        scores[:, 0] -= 1000.0
    scores[:, end] += rng.choice([0.0, 3.0])
    return beam, scores


def _ask_beam(beam, scores, width, siblings, end):
    """Return plain tuples and floats, whatever comes, and whether the arguments stay as they are."""
    lent = [list(beam), scores.copy()]
    pairs = []
    for symbols, total in next_beam(*lent, width, siblings, end):
        numbers, total = np.asarray(list(symbols)), np.asarray(total)
        assert numbers.dtype.kind in "iu", f"wanted a tuple of whole numbers, got {symbols!r}"
        assert total.dtype.kind in "iuf", f"{symbols!r}: the total is no number"
        pairs.append((tuple(numbers.tolist()), float(total.item())))
    return pairs, lent[0] == beam and np.array_equal(lent[1], scores)


def _compare_beams(sizes, ended, seed):
    """Compare beams of these sizes (k, V, width, siblings); return whether the arguments stay as they are."""
    rng, unchanged = np.random.default_rng(seed), True
    for k, V, width, siblings in sizes:
        for level, spread in [(0.0, 1.0), (-4.0, 0.3), (-9.0, 4.0)]:
            end = int(rng.integers(V))
            beam, scores = _some_beam(rng, k, V, end, level, spread, ended)
            if k == 1 and rng.random() < 0.5:
                beam = [((), 0.0)]
            found, same = _ask_beam(beam, scores, width, siblings, end)
            unchanged = unchanged and same
            wanted = _elected(beam, scores, width, siblings, end)
            told = f"beam {[(h, round(p, 3)) for h, p in beam]}, width {width}, siblings {siblings}, END {end}"
            said, hoped = [h for h, _ in found], [h for h, _ in wanted]
            assert len(set(said)) == len(said) or len(set(hoped)) < len(hoped), f"{told}: a hypothesis twice: {said}"
            assert said == hoped, f"{told}: wanted {hoped}, got {said}"
            close = np.allclose([p for _, p in found], [p for _, p in wanted], rtol=0, atol=1e-9)
            assert close, f"{told}: the right hypotheses, with totals that are off"
    return unchanged


def _check_one_parent():
    _compare_beams([(1, 5, 3, 5), (1, 4, 1, 4), (1, 9, 7, 9), (1, 3, 2, 3)] * 4, ended=0.0, seed=681)


_check_one_parent()

# %% 6.8 points=1 many hypotheses, some of which have ended


def _check_ended():
    _compare_beams([(4, 6, 4, 6), (3, 6, 5, 6), (6, 4, 2, 4), (2, 3, 1, 3), (5, 7, 5, 7)] * 4, ended=0.5, seed=682)


_check_ended()

# %% 6.8 points=1 the family rule


def _check_family():
    _compare_beams([(1, 5, 3, 2), (1, 4, 4, 1), (4, 6, 4, 2), (5, 7, 5, 1), (6, 4, 2, 2)] * 4, ended=0.0, seed=683)


_check_family()

# %% 6.8 points=1 all rules at once, and whole searches; the arguments stay as they are


def _check_next_beam():
    sizes = [
        (1, 5, 3, 9), (1, 5, 3, 2), (1, 4, 4, 1), (4, 6, 4, 6), (4, 6, 4, 2), (5, 7, 5, 1), (3, 4, 6, 3),
        (6, 4, 2, 2), (2, 3, 1, 3), (4, 4, 4, 4), (5, 9, 5, 3),
    ]  # fmt: skip
    assert _compare_beams(sizes * 4, ended=0.4, seed=680), "the beam and the scores stay as they are"

    # from START to the end: one child each is greedy search, and a wide beam with room for all is the best there is
    tables = np.random.default_rng(684).normal(0, 2, (4, 3, 4))

    def searched(width, siblings):
        beam = [((), 0.0)]
        for table in tables:
            rows = [table[h[-1] % 3 if h else 0] for h, _ in beam]
            beam, _ = _ask_beam(beam, np.array(rows), width, siblings, 3)
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
