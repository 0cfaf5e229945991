# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 7.2


def _check_ways_in():
    given = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
    C, E, H, A, places = given.C, given.E, given.H, given.A, 64
    lstm = {"W_x": (4 * H, E), "W_h": (4 * H, H), "b": (4 * H,)}
    states = {"h": (H, C), "b_h": (H,), "c": (H, C), "b_c": (H,)}
    wide = {**lstm, "W_x": (4 * H, E + C)}
    scores = {"key": (A, C), "b_key": (A,), "query": (A, H), "b_query": (A,)}
    ways = {
        "(1) A, once, as the first word": {**lstm, "image": (E, C), "b_image": (E,)},
        "(2) B, as the first state": {**lstm, **states},
        "(3) C, attention": {**wide, **states, **scores},
    }
    assert len(answer) == 4, "four numbers"
    for (what, arrays), got in zip(ways.items(), answer, strict=False):
        expected = sum(int(np.prod(shape)) for shape in arrays.values())
        assert got == expected, f"{what}: {expected} parameters, got {got}"
    parts = {"query": A * H, "scores": places * A, "weighted sum": places * C, "wider input": 4 * H * C}
    assert answer[3] == sum(parts.values()), f"(4) for each word {parts}, got {answer[3]} in all"


_check_ways_in()

# %% 7.3


def _attend_place_by_place(features, W_k, query, real):
    B, C, A = *features.shape[:2], len(W_k)
    weights, context = np.zeros((B, 8, 8)), np.zeros((B, C))
    for b in range(B):
        where = [(int(y), int(x)) for y, x in np.argwhere(real[b])]
        keys = [[sum(W_k[a, k] * features[b, k, y, x] for k in range(C)) for a in range(A)] for y, x in where]
        points = [sum(q * k for q, k in zip(query[b], key, strict=True)) / A**0.5 for key in keys]
        odds = [np.exp(point - max(points)) for point in points]
        for (y, x), odd in zip(where, odds, strict=True):
            weights[b, y, x] = odd / sum(odds)
            context[b] += weights[b, y, x] * features[b, :, y, x]
    return weights, context


def _check_attend_real():
    # sizes that are equal too: an axis taken for another one has a result then
    for B, C, A, size in [(2, 3, 4, 1.0), (1, 64, 5, 0.5), (8, 8, 8, 1.0), (4, 6, 2, 3.0), (3, 5, 1, 1.0)]:
        for kind in ("all real", "corners", "scattered", "a single place"):
            rng = np.random.default_rng(730 + C)
            features, W_k = size * rng.standard_normal((B, C, 8, 8)), rng.standard_normal((A, C))
            query, real = size * rng.standard_normal((B, A)), np.ones((B, 8, 8), bool)
            if kind == "corners":
                height, width = rng.integers(1, 9, (2, B, 1, 1))
                real = (np.arange(8)[:, None] < height) & (np.arange(8) < width)
            elif kind != "all real":
                real = rng.random((B, 8, 8)) < 0.5
                if kind == "a single place":
                    real[:] = False
                real[np.arange(B), rng.integers(0, 8, B), rng.integers(0, 8, B)] = True
            for filling in (0.0, 7.0, -300.0, 1e6):
                lent = np.where(real[:, None], features, filling), W_k, query, real
                copies = [array.copy() for array in lent]
                with np.errstate(invalid="ignore", over="ignore"):
                    weights, context = attend_real(*copies)
                told = f"B, C, A = {(B, C, A)}, {kind}, the rest filled with {filling:g}"
                assert all((a == b).all() for a, b in zip(copies, lent, strict=True)), "the arguments stay as they are"
                assert np.shape(weights) == (B, 8, 8), f"{told}: weights have the shape {np.shape(weights)}"
                assert np.shape(context) == (B, C), f"{told}: the context has the shape {np.shape(context)}"
                expected = _attend_place_by_place(*lent)
                assert np.allclose(weights, expected[0], rtol=0, atol=1e-10), f"{told}: other weights"
                assert np.allclose(context, expected[1], rtol=1e-9, atol=1e-8), f"{told}: another context"
    rng = np.random.default_rng(73)
    loud = 1000 * rng.standard_normal((2, 3, 8, 8)), np.eye(3), 10 * np.ones((2, 3)), np.ones((2, 8, 8), bool)
    with np.errstate(invalid="ignore", over="ignore"):
        weights = attend_real(*loud)[0]
    assert np.isfinite(weights).all(), "scores in the thousands: subtract the largest before exp"
    assert np.allclose(weights, _attend_place_by_place(*loud)[0], rtol=0, atol=1e-10), "scores in the thousands"


_check_attend_real()

# %% 7.4


def _captions_unit_by_unit(images, weights, start, end, limit):
    """Write each caption for itself; also tell how near the runner-up came."""

    def affine(W, b, x):
        return [float(np.dot(row, x) + add) for row, add in zip(W, b, strict=True)]

    def squash(a):
        return 0.5 + 0.5 * np.tanh(a / 2)

    H, captions, margin = weights["cell.weight_hh"].shape[1], [], np.inf
    for image in images:
        h, c, words = [0.0] * H, [0.0] * H, []
        x, last = affine(weights["image.weight"], weights["image.bias"], image), start
        for step in range(limit + 1):
            from_x = affine(weights["cell.weight_ih"], weights["cell.bias_ih"], x)
            from_h = affine(weights["cell.weight_hh"], weights["cell.bias_hh"], h)
            z = [p + q for p, q in zip(from_x, from_h, strict=True)]
            for j in range(H):
                c[j] = squash(z[H + j]) * c[j] + squash(z[j]) * np.tanh(z[2 * H + j])
                h[j] = squash(z[3 * H + j]) * np.tanh(c[j])
            if step > 0:
                scores = affine(weights["output.weight"], weights["output.bias"], h)
                runner_up, best = sorted(scores)[-2:]
                margin = min(margin, best - runner_up)
                last = scores.index(best)
                if last == end:
                    break
                words.append(last)
            x = weights["embedding.weight"][last]
        captions.append(words)
    return captions, margin


def _check_captions():
    lengths = set()
    for case in range(24):
        rng = np.random.default_rng(7400 + case)
        B, C, E, H = [(3, 4, 5, 6), (1, 2, 3, 4), (6, 5, 5, 5), (8, 3, 4, 7)][case % 4]
        V, limit = int(rng.integers(6, 12)), int(rng.integers(1, 12))
        start, end = (int(n) for n in rng.choice(V, 2, replace=False))
        shapes = {
            "image.weight": (E, C), "image.bias": (E,), "embedding.weight": (V, E), "cell.weight_ih": (4 * H, E),
            "cell.weight_hh": (4 * H, H), "cell.bias_ih": (4 * H,), "cell.bias_hh": (4 * H,),
            "output.weight": (V, H), "output.bias": (V,),
        }  # fmt: skip
        weights = {name: 1.5 * rng.standard_normal(shape) for name, shape in shapes.items()}
        weights["output.bias"] *= 0.2
        weights["output.bias"][start] = -100  # no caption has START in it
        images = 2 * rng.standard_normal((B, C))
        expected, margin = _captions_unit_by_unit(images, weights, start, end, limit)
        if margin < 1e-6:
            continue  # two words as good as equal: rounding decides
        lent = images.copy(), {name: array.copy() for name, array in weights.items()}
        found = [[int(word) for word in caption] for caption in write_captions(*lent, start, end, limit)]
        told = f"B = {B}, V = {V}, start {start}, end {end}, limit {limit}"
        assert len(found) == B, f"{told}: {len(found)} captions"
        for b in range(B):
            assert found[b] == expected[b], f"{told}, image {b}: wanted {expected[b]}, got {found[b]}"
        same = [(lent[0] == images).all(), *((lent[1][name] == weights[name]).all() for name in shapes)]
        assert all(same), "the arguments stay as they are"
        lengths |= {"empty" if not c else "cut off" if len(c) == limit else "ended" for c in expected}
    assert len(lengths) == 3, lengths


_check_captions()

# %% 7.6


def _bleu_of_some(rows):
    """Corpus BLEU-4 of rows (matches, n-grams, length, reference lengths), in logarithms."""
    import math

    matched, possible = [0] * 4, [0] * 4
    spoken = needed = 0
    for hit, all_of_them, length, choices in rows:
        nearest = sorted((abs(int(n) - int(length)), int(n)) for n in choices)[0][1]
        spoken, needed = spoken + int(length), needed + nearest
        matched = [m + int(k) for m, k in zip(matched, hit, strict=True)]
        possible = [m + int(k) for m, k in zip(possible, all_of_them, strict=True)]
    if min(matched) == 0:
        return 0.0
    logs = [math.log(m) - math.log(k) for m, k in zip(matched, possible, strict=True)]
    brief = 0.0 if spoken >= needed else 1 - needed / spoken
    return 100 * math.exp(sum(logs) / 4 + brief)


def _check_without_each():
    def ask(rows, what):
        matches, ngrams, lengths, choices = (list(column) for column in zip(*rows, strict=True))
        lent = np.array(matches), np.array(ngrams), np.array(lengths), [list(c) for c in choices]
        with np.errstate(divide="raise", invalid="raise"):
            found = np.asarray(without_each(*lent), dtype=float)
        assert found.shape == (len(rows),), f"{what}: a score for each of {len(rows)}, got the shape {found.shape}"
        for s in range(len(rows)):
            expected = _bleu_of_some(rows[:s] + rows[s + 1 :])
            gap = abs(found[s] - expected)
            assert gap < 1e-8, f"{what}: without caption {s} BLEU-4 is {expected:.4f}, got {found[s]:.4f}"

    def row(length, kept, choices):
        """A caption of so many words, and a share of its n-grams that match, less for longer ones."""
        possible = [max(length - n, 0) for n in range(4)]
        return [int(k * kept ** (n + 1)) for n, k in enumerate(possible)], possible, length, choices

    ask([row(9, 1, [9]), row(9, 0.9, [9])], "lengths as in the references")
    ask([row(8, 1, [9, 7]), row(8, 1, [9, 7]), row(8, 0.9, [7, 9])], "two references equally close: the shorter")
    ask([row(8, 1, [5, 9]), row(8, 1, [5, 9]), row(8, 0.9, [9, 5])], "the closer reference is the longer one")
    ask([row(12, 1, [8]), row(12, 0.9, [8]), row(11, 0.9, [8])], "captions longer than references: no reward")
    ask([row(12, 1, [6]), row(5, 1, [9]), row(9, 0.9, [9])], "one too long, one too short: lengths are added up first")
    ask([row(9, 1, [9]), row(9, 0, [9]), row(9, 1, [9])], "a caption with nothing right")
    ask([row(0, 1, [9]), row(9, 1, [9]), row(0, 1, [4])], "captions without words")
    ask([row(0, 1, [9]), row(0, 1, [9])], "no words at all")
    ask([row(3, 1, [3]), row(2, 1, [2]), row(3, 1, [3])], "too short for four words in a row")
    ask([row(30, 0.7, [30]), row(3, 1, [4]), row(5, 1, [5]), row(9, 0.8, [9])], "captions of unequal length")
    rng = np.random.default_rng(76)
    for trial in range(30):
        rows = [
            row(int(rng.integers(0, 14)), rng.uniform(0.6, 1), rng.integers(3, 14, rng.integers(1, 5)).tolist())
            for _ in range(rng.integers(2, 9))
        ]
        ask(rows, f"random captions, trial {trial}")


_check_without_each()
