# Hidden tests of the graded exercises. Read by tools/homework.py as text; each cell runs after the student's
# own, in the same kernel.

# %% 7.2 points=1 two or more of the four numbers


def _four_numbers():
    """Return what is wanted for the four questions, and which of the answers are right."""
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
    wanted = {what: sum(int(np.prod(shape)) for shape in arrays.values()) for what, arrays in ways.items()}
    parts = {"query": A * H, "scores": places * A, "weighted sum": places * C, "wider input": 4 * H * C}
    wanted[f"(4) for each word {parts}"] = sum(parts.values())
    found = [np.asarray(number) for number in answer]  # plain numbers, whatever comes
    assert len(found) == 4, "four numbers"
    assert all(number.dtype.kind in "iuf" for number in found), "four numbers"
    return wanted, [float(number.item()) for number in found]


def _check_some_ways():
    wanted, found = _four_numbers()
    right = sum(a == b for a, b in zip(wanted.values(), found, strict=True))
    assert right >= 2, f"{right} right, of four"


_check_some_ways()

# %% 7.2 points=1 all four numbers


def _check_all_ways():
    wanted, found = _four_numbers()
    for (what, expected), got in zip(wanted.items(), found, strict=True):
        assert got == expected, f"{what}: {expected}, got {got:.0f}"


_check_all_ways()

# %% 7.3 points=1 images without filling, keys of one number


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


def _numbers(found, shape, what):
    """Return plain floats, whatever comes: an object of one's own may claim to equal anything."""
    array = np.asarray(found)
    assert array.dtype.kind in "iuf", f"{what}: no array of numbers, but {type(found).__name__}"
    assert array.shape == shape, f"{what}: the shape is {array.shape}, wanted {shape}"
    return array.astype(float)


def _compare_places(B, C, A, size, kind, filling=0.0):
    """Compare weights and context; return whether the arguments stay as they are."""
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
    given = np.where(real[:, None], features, filling), W_k, query, real
    lent = [array.copy() for array in given]
    with np.errstate(invalid="ignore", over="ignore"):
        found = attend_real(*lent)
    told = f"B, C, A = {(B, C, A)}, {kind}, the rest filled with {filling:g}"
    assert len(found) == 2, "two arrays: weights and context"
    weights, context = _numbers(found[0], (B, 8, 8), f"{told}: weights"), _numbers(found[1], (B, C), f"{told}: context")
    expected = _attend_place_by_place(*given)
    assert np.allclose(weights, expected[0], rtol=0, atol=1e-10), f"{told}: other weights"
    assert np.allclose(context, expected[1], rtol=1e-9, atol=1e-8), f"{told}: another context"
    return all(np.array_equal(a, b) for a, b in zip(lent, given, strict=True))


def _check_plain_images():
    for B, C in [(1, 3), (2, 5), (8, 8)]:
        _compare_places(B, C, 1, 1.0, "all real")


_check_plain_images()

# %% 7.3 points=1 filling, large scores, keys of many numbers; the arguments stay as they are


def _check_attend_real():
    # sizes that are equal too: an axis taken for another one has a result then
    for sizes in [(2, 3, 4, 1.0), (1, 64, 5, 0.5), (8, 8, 8, 1.0), (4, 6, 2, 3.0), (3, 5, 1, 1.0)]:
        assert _compare_places(*sizes, "all real"), "the arguments stay as they are"
        for kind in ("corners", "scattered", "a single place"):
            for filling in (0.0, -300.0, 1e6):
                assert _compare_places(*sizes, kind, filling), "the arguments stay as they are"
    rng = np.random.default_rng(73)
    loud = 1000 * rng.standard_normal((2, 3, 8, 8)), np.eye(3), 10 * np.ones((2, 3)), np.ones((2, 8, 8), bool)
    with np.errstate(invalid="ignore", over="ignore"):
        weights = attend_real(*[array.copy() for array in loud])[0]
    weights = _numbers(weights, (2, 8, 8), "weights")
    assert np.isfinite(weights).all(), "scores in the thousands: subtract the largest before exp"
    assert np.allclose(weights, _attend_place_by_place(*loud)[0], rtol=0, atol=1e-10), "scores in the thousands"


_check_attend_real()

# %% 7.4 points=1 one image, a caption that the limit ends


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


def _compare_captions(which, B, limit=None, biases=True):
    """Compare captions; tell of which kinds they were, and whether the arguments were changed."""
    rng = np.random.default_rng(which)
    C, E, H = [(4, 5, 6), (2, 3, 4), (5, 5, 5), (3, 4, 7)][which % 4]
    V, limit = int(rng.integers(6, 12)), limit or int(rng.integers(1, 12))
    start, end = (int(n) for n in rng.choice(V, 2, replace=False))
    shapes = {
        "image.weight": (E, C), "image.bias": (E,), "embedding.weight": (V, E), "cell.weight_ih": (4 * H, E),
        "cell.weight_hh": (4 * H, H), "cell.bias_ih": (4 * H,), "cell.bias_hh": (4 * H,),
        "output.weight": (V, H), "output.bias": (V,),
    }  # fmt: skip
    weights = {name: 1.5 * rng.standard_normal(shape) for name, shape in shapes.items()}
    for name in shapes:
        weights[name] *= biases or "weight" in name
    weights["output.bias"] *= 0.2
    if biases:
        weights["output.bias"][start] = -100  # no caption has START in it
    images = 2 * rng.standard_normal((B, C))
    expected, margin = _captions_unit_by_unit(images, weights, start, end, limit)
    if margin < 1e-6:
        return set()  # two words as good as equal: rounding decides
    kinds = {"empty" if not c else "cut off" if len(c) == limit else "ended" for c in expected}
    lent = images.copy(), {name: array.copy() for name, array in weights.items()}
    told = f"B = {B}, V = {V}, start {start}, end {end}, limit {limit}"
    found = list(write_captions(*lent, start, end, limit))
    assert len(found) == B, f"{told}: {len(found)} captions"
    for b, caption in enumerate(found):
        words = np.asarray(list(caption))  # plain numbers, whatever comes
        assert words.dtype.kind in ("iu" if words.size else "iuf"), f"{told}: wanted lists of word numbers"
        assert words.tolist() == expected[b], f"{told}, image {b}: wanted {expected[b]}, got {words.tolist()}"
    same = [np.array_equal(lent[0], images), *(np.array_equal(lent[1][name], weights[name]) for name in shapes)]
    return kinds if all(same) else kinds | {"changed"}


def _check_cut_off():
    for seed in (7403, 7414, 7450, 7460, 7475):
        kinds = _compare_captions(seed, 1, 6, biases=False)
        assert "cut off" in kinds, kinds


_check_cut_off()

# %% 7.4 points=1 one image, a caption that END ends


def _check_ended():
    for seed in (7456, 7535, 7550, 7554, 7562):
        kinds = _compare_captions(seed, 1, 9, biases=False)
        assert "ended" in kinds, kinds


_check_ended()

# %% 7.4 points=1 any number of images, with biases; the arguments stay as they are


def _check_captions():
    kinds = set()
    for seed in range(7400, 7424):
        kinds |= _compare_captions(seed, [3, 1, 6, 8][seed % 4])
    assert "changed" not in kinds, "the arguments stay as they are"
    assert len(kinds) == 3, kinds


_check_captions()

# %% 7.6 points=1 captions as long as their references


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


def _ask_bleu(rows, what):
    matches, ngrams, lengths, choices = (list(column) for column in zip(*rows, strict=True))
    lent = np.array(matches), np.array(ngrams), np.array(lengths), [list(c) for c in choices]
    with np.errstate(divide="raise", invalid="raise"):
        found = np.asarray(without_each(*lent))  # plain numbers, whatever comes
    assert found.dtype.kind in "iuf", f"{what}: no array of numbers"
    assert found.shape == (len(rows),), f"{what}: a score for each of {len(rows)}, got the shape {found.shape}"
    for s in range(len(rows)):
        expected = _bleu_of_some(rows[:s] + rows[s + 1 :])
        gap = abs(float(found[s]) - expected)
        assert gap < 1e-8, f"{what}: without caption {s} BLEU-4 is {expected:.4f}, got {found[s]:.4f}"


def _row(length, kept, choices):
    """A caption of so many words, and a share of its n-grams that match, less for longer ones."""
    possible = [max(length - n, 0) for n in range(4)]
    return [int(k * kept ** (n + 1)) for n, k in enumerate(possible)], possible, length, choices


def _check_precisions():
    _ask_bleu([_row(9, 1, [9]), _row(9, 0.9, [9])], "two captions")
    _ask_bleu([_row(30, 0.7, [30]), _row(12, 1, [12]), _row(8, 1, [8]), _row(9, 0.8, [9])], "captions of four lengths")
    rng = np.random.default_rng(760)
    for trial in range(6):
        lengths = rng.integers(8, 20, 5).tolist()
        rows = [_row(n, rng.uniform(0.8, 1), [n]) for n in lengths]
        _ask_bleu(rows, f"random captions, as long as their references, trial {trial}")


_check_precisions()

# %% 7.6 points=1 lengths and references


def _check_lengths():
    _ask_bleu([_row(8, 1, [9, 7]), _row(8, 1, [9, 7]), _row(8, 0.9, [7, 9])], "two references equally close")
    _ask_bleu([_row(8, 1, [5, 9]), _row(8, 1, [5, 9]), _row(8, 0.9, [9, 5])], "the closer reference is the longer one")
    _ask_bleu([_row(12, 1, [8]), _row(12, 0.9, [8]), _row(11, 0.9, [8])], "captions longer than their references")
    _ask_bleu([_row(12, 1, [6]), _row(8, 1, [12]), _row(9, 0.9, [9])], "one too long, one too short")
    _ask_bleu([_row(7, 1, [12]), _row(8, 1, [9, 20]), _row(9, 0.9, [11])], "captions shorter than their references")
    rng = np.random.default_rng(761)
    for trial in range(10):
        rows = [
            _row(int(rng.integers(8, 14)), rng.uniform(0.8, 1), rng.integers(5, 17, rng.integers(1, 5)).tolist())
            for _ in range(rng.integers(2, 9))
        ]
        _ask_bleu(rows, f"random lengths, trial {trial}")


_check_lengths()

# %% 7.6 points=1 captions without a match or without words, and everything at once


def _check_without_each():
    _ask_bleu([_row(9, 1, [9]), _row(9, 0, [9]), _row(9, 1, [9])], "a caption with nothing right")
    _ask_bleu([_row(0, 1, [9]), _row(9, 1, [9]), _row(0, 1, [4])], "captions without words")
    _ask_bleu([_row(0, 1, [9]), _row(0, 1, [9])], "no words at all")
    _ask_bleu([_row(3, 1, [3]), _row(2, 1, [2]), _row(3, 1, [3])], "too short for four words in a row")
    _ask_bleu([_row(30, 0.7, [30]), _row(3, 1, [4]), _row(5, 1, [5]), _row(9, 0.8, [9])], "captions of unequal length")
    rng = np.random.default_rng(76)
    for trial in range(30):
        rows = [
            _row(int(rng.integers(0, 14)), rng.uniform(0.6, 1), rng.integers(3, 14, rng.integers(1, 5)).tolist())
            for _ in range(rng.integers(2, 9))
        ]
        _ask_bleu(rows, f"random captions, trial {trial}")


_check_without_each()
