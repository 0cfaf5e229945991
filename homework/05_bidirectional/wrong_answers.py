# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)


# %% 5.3 has the upper layer read H numbers, not both halves
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 doubles the lower layer and leaves the upper one alone
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(2 * H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 joins the halves in the recurrence, too: W_h reads 2H
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + 2 * H + 1)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(2 * H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(2 * H, H)


most = 8 * numbers.H**2 + 4 * numbers.H * (numbers.D + numbers.H + 2)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 takes a bidirectional layer for one chain of 2H units
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return chain(numbers.D, 2 * H) + chain(2 * H, 2 * H)


def lower(H):
    return chain(numbers.D, 2 * H) + chain(2 * H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 halves the units to pay for two directions
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(2 * H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(2 * H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), numbers.H // 2)

# %% 5.3 lets the units shrink as the parameters do
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(2 * H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(2 * H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), int(numbers.H * most / lower(numbers.H)))

# %% 5.3 gives the upper layer the size of the input
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return 4 * chain(numbers.D, H)


def lower(H):
    return 3 * chain(numbers.D, H)


most = 2 * chain(numbers.D, numbers.H)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 counts two biases
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 2)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(2 * H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(2 * H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 forgets the candidate: three gates, three maps
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 3 * H * (D + H + 1)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(2 * H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(2 * H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 has the directions share their weights
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return chain(numbers.D, H) + chain(2 * H, H)


def lower(H):
    return chain(numbers.D, H) + chain(2 * H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), max(H for H in range(numbers.H) if lower(H) <= most))

# %% 5.3 takes the first number of units that is too many
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * H * (D + H + 1)


def both(H):
    return 2 * chain(numbers.D, H) + 2 * chain(2 * H, H)


def lower(H):
    return 2 * chain(numbers.D, H) + chain(2 * H, H)


most = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
answer = (both(numbers.H), lower(numbers.H), min(H for H in range(1000) if lower(H) > most))


# %% 5.4 takes the last step for the state that has read everything
def summary(outputs, starts, lengths):
    return outputs[-1]


# %% 5.4 takes the ends of the batch for the ends of each sentence
def summary(outputs, starts, lengths):
    H = outputs.shape[2] // 2
    return np.concatenate([outputs[-1, :, :H], outputs[0, :, H:]], axis=1)


# %% 5.4 takes all padding to be on the right
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    return np.concatenate([outputs[lengths - 1, np.arange(B), :H], outputs[0, :, H:]], axis=1)


# %% 5.4 takes all padding to be on the left
def summary(outputs, starts, lengths):
    T, B, width = outputs.shape
    H = width // 2
    return np.concatenate([outputs[-1, :, :H], outputs[T - lengths, np.arange(B), H:]], axis=1)


# %% 5.4 takes the length for the place of the last word
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    return np.concatenate([outputs[lengths - 1, np.arange(B), :H], outputs[starts, np.arange(B), H:]], axis=1)


# %% 5.4 takes the backward half at step 0, also where padding stands there
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    last = starts + lengths - 1
    return np.concatenate([outputs[last, np.arange(B), :H], outputs[0, :, H:]], axis=1)


# %% 5.4 takes both halves at the last word
def summary(outputs, starts, lengths):
    return outputs[starts + lengths - 1, np.arange(outputs.shape[1])]


# %% 5.4 takes both halves at the first word
def summary(outputs, starts, lengths):
    return outputs[starts, np.arange(outputs.shape[1])]


# %% 5.4 takes each half where its chain begins
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    last = starts + lengths - 1
    return np.concatenate([outputs[starts, np.arange(B), :H], outputs[last, np.arange(B), H:]], axis=1)


# %% 5.4 takes the step after the last word
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    after = np.minimum(starts + lengths, len(outputs) - 1)
    return np.concatenate([outputs[after, np.arange(B), :H], outputs[starts, np.arange(B), H:]], axis=1)


# %% 5.4 stops one word early
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    last = starts + np.maximum(lengths - 2, 0)
    return np.concatenate([outputs[last, np.arange(B), :H], outputs[starts, np.arange(B), H:]], axis=1)


# %% 5.4 joins the halves in the wrong order
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    last = starts + lengths - 1
    return np.concatenate([outputs[starts, np.arange(B), H:], outputs[last, np.arange(B), :H]], axis=1)


# %% 5.4 joins the halves below one another
def summary(outputs, starts, lengths):
    B, H = outputs.shape[1], outputs.shape[2] // 2
    last = starts + lengths - 1
    halves = [outputs[last, np.arange(B), :H], outputs[starts, np.arange(B), H:]]
    return np.concatenate(halves, axis=0)


# %% 5.4 puts the batch first by a reshape, which mixes its sentences
def summary(outputs, starts, lengths):
    T, B, width = outputs.shape
    H, sentences = width // 2, outputs.reshape(B, T, width)
    last = starts + lengths - 1
    return np.concatenate([sentences[np.arange(B), last, :H], sentences[np.arange(B), starts, H:]], axis=1)


# %% 5.4 takes every sentence at every place
def summary(outputs, starts, lengths):
    H = outputs.shape[2] // 2
    last = starts + lengths - 1
    return np.concatenate([outputs[last][..., :H], outputs[starts][..., H:]], axis=-1)


# %% 5.4 gives all sentences the place of the first
def summary(outputs, starts, lengths):
    H = outputs.shape[2] // 2
    return np.concatenate([outputs[starts[0] + lengths[0] - 1, :, :H], outputs[starts[0], :, H:]], axis=1)


# %% 5.4 removes padding by a product with 0
def summary(outputs, starts, lengths):
    H, t = outputs.shape[2] // 2, np.arange(len(outputs))[:, None, None]
    at_last, at_first = t == (starts + lengths - 1)[:, None], t == starts[:, None]
    return np.concatenate([(outputs * at_last).sum(axis=0)[:, :H], (outputs * at_first).sum(axis=0)[:, H:]], axis=1)


# %% 5.4 averages over all words
def summary(outputs, starts, lengths):
    words = [outputs[s : s + n, b].mean(axis=0) for b, (s, n) in enumerate(zip(starts, lengths, strict=True))]
    return np.array(words)


# %% 5.6 looks at the first output only
def look_ahead(model, x):
    before, furthest = model(x), 0
    for s in range(1, len(x)):
        other = x.copy()
        other[s] += 10 * np.where(other[s] > 0, -1, 1)
        if np.abs(model(other) - before)[0].max() > 1e-9:
            furthest = s
    return furthest


# %% 5.6 changes the last input only
def look_ahead(model, x):
    other = x.copy()
    other[-1] += 10 * np.where(other[-1] > 0, -1, 1)
    moved = np.abs(model(other) - model(x)).max(axis=(1, 2)) > 1e-9
    return len(x) - 1 - int(np.argmax(moved)) if moved.any() else 0


# %% 5.6 counts how many inputs matter, not how far they are
def look_ahead(model, x):
    before, counts = model(x), np.zeros(len(x), int)
    for s in range(1, len(x)):
        other = x.copy()
        other[s] += 10 * np.where(other[s] > 0, -1, 1)
        counts[:s] += np.abs(model(other) - before).max(axis=(1, 2))[:s] > 1e-9
    return int(counts.max())


# %% 5.6 stops at the first distance without effect
def look_ahead(model, x):
    before = model(x)
    for k in range(1, len(x)):
        seen = False
        for s in range(k, len(x)):
            other = x.copy()
            other[s] += 10 * np.where(other[s] > 0, -1, 1)
            seen = seen or np.abs(model(other) - before)[s - k].max() > 1e-9
        if not seen:
            return k - 1
    return len(x) - 1


# %% 5.6 nudges, as if every model were smooth
def look_ahead(model, x):
    before, furthest = model(x), 0
    for s in range(1, len(x)):
        other = x.copy()
        other[s:] += 1e-3
        moved = np.abs(model(other) - before).max(axis=(1, 2)) > 1e-11
        if moved.any():
            furthest = max(furthest, s - int(np.argmax(moved)))
    return furthest


# %% 5.6 sends an impulse into silence, as if every model were linear
def look_ahead(model, x):
    silence, furthest = 0 * x, 0
    before = model(silence)
    for s in range(1, len(x)):
        other = silence.copy()
        other[s] = 10.0
        moved = np.abs(model(other) - before).max(axis=(1, 2)) > 1e-9
        if moved.any():
            furthest = max(furthest, s - int(np.argmax(moved)))
    return furthest


# %% 5.6 changes the first sequence and the first feature only
def look_ahead(model, x):
    before, furthest = model(x), 0
    for s in range(1, len(x)):
        other = x.copy()
        other[s, 0, 0] = -10 * np.sign(other[s, 0, 0])
        moved = np.abs(model(other) - before).max(axis=(1, 2)) > 1e-9
        if moved.any():
            furthest = max(furthest, s - int(np.argmax(moved)))
    return furthest


# %% 5.6 takes the reach to either side
def look_ahead(model, x):
    before, furthest = model(x), 0
    for s in range(len(x)):
        other = x.copy()
        other[s] += 10 * np.where(other[s] > 0, -1, 1)
        moved = np.flatnonzero(np.abs(model(other) - before).max(axis=(1, 2)) > 1e-9)
        if len(moved):
            furthest = max(furthest, int(np.abs(moved - s).max()))
    return furthest


# %% 5.6 gives a negative number for a model that answers late
def look_ahead(model, x):
    before, distances = model(x), [-len(x)]
    for s in range(len(x)):
        other = x.copy()
        other[s] += 10 * np.where(other[s] > 0, -1, 1)
        moved = np.abs(model(other) - before).max(axis=(1, 2)) > 1e-9
        if moved.any():
            distances.append(s - int(np.argmax(moved)))
    return max(distances)


# %% 5.6 takes rounding for dependence
def look_ahead(model, x):
    before, furthest = model(x), 0
    for s in range(1, len(x)):
        other = x.copy()
        other[s:] = -other[s:][:, ::-1] + 0.3
        moved = (model(other) != before).any(axis=(1, 2))
        if moved.any():
            furthest = max(furthest, s - int(np.argmax(moved)))
    return furthest


# %% 5.6 takes a small effect for none
def look_ahead(model, x):
    before, furthest = model(x), 0
    for s in range(1, len(x)):
        other = x.copy()
        other[s:] = np.random.default_rng(s).standard_normal(other[s:].shape)
        moved = np.abs(model(other) - before).max(axis=(1, 2)) > 1e-4
        if moved.any():
            furthest = max(furthest, s - int(np.argmax(moved)))
    return furthest


# %% 5.7 cuts the forward chain as well
def chunked(forward_layer, backward_layer, x, chunk, look):
    ahead, back, steps = [], [], 0
    for s in range(0, len(x), chunk):
        window = x[s : s + chunk + look]
        ahead.append(forward_layer(x[s : s + chunk]))
        back.append(backward_layer(window[::-1])[::-1][:chunk])
        steps += len(window)
    return np.concatenate([np.concatenate(ahead), np.concatenate(back)], axis=-1), steps


# %% 5.7 does not turn the states round again
def chunked(forward_layer, backward_layer, x, chunk, look):
    back, steps = [], 0
    for s in range(0, len(x), chunk):
        window = x[s : s + chunk + look]
        own = min(chunk, len(x) - s)
        back.append(backward_layer(window[::-1])[len(window) - own :])
        steps += len(window)
    return np.concatenate([forward_layer(x), np.concatenate(back)], axis=-1), steps


# %% 5.7 keeps the states of the steps to come, not those of the chunk
def chunked(forward_layer, backward_layer, x, chunk, look):
    back, steps = [], 0
    for s in range(0, len(x), chunk):
        window = x[s : s + chunk + look]
        own = min(chunk, len(x) - s)
        back.append(backward_layer(window[::-1])[:own][::-1])
        steps += len(window)
    return np.concatenate([forward_layer(x), np.concatenate(back)], axis=-1), steps


# %% 5.7 does not look beyond the chunk
def chunked(forward_layer, backward_layer, x, chunk, look):
    back = [backward_layer(x[s : s + chunk][::-1])[::-1] for s in range(0, len(x), chunk)]
    return np.concatenate([forward_layer(x), np.concatenate(back)], axis=-1), len(x)


# %% 5.7 lets each step look ahead by itself
def chunked(forward_layer, backward_layer, x, chunk, look):
    back, steps = [], 0
    for t in range(len(x)):
        window = x[t : t + look + 1]
        back.append(backward_layer(window[::-1])[-1])
        steps += len(window)
    return np.concatenate([forward_layer(x), np.array(back)], axis=-1), steps


# %% 5.7 counts the look-ahead in chunks
def chunked(forward_layer, backward_layer, x, chunk, look):
    back, steps = [], 0
    for s in range(0, len(x), chunk):
        window = x[s : s + chunk * (1 + look)]
        back.append(backward_layer(window[::-1])[::-1][:chunk])
        steps += len(window)
    return np.concatenate([forward_layer(x), np.concatenate(back)], axis=-1), steps


# %% 5.7 runs the whole backward chain, which takes the end of the talk
def chunked(forward_layer, backward_layer, x, chunk, look):
    back = backward_layer(x[::-1])[::-1]
    steps = sum(len(x[s : s + chunk + look]) for s in range(0, len(x), chunk))
    return np.concatenate([forward_layer(x), back], axis=-1), steps


# %% 5.7 fills up what is missing at the end with zeros
def chunked(forward_layer, backward_layer, x, chunk, look):
    T = len(x)
    padded = np.concatenate([x, np.zeros((chunk + look, *x.shape[1:]))])
    back, steps = [], 0
    for s in range(0, T, chunk):
        window = padded[s : s + chunk + look]
        back.append(backward_layer(window[::-1])[::-1][:chunk])
        steps += len(window)
    return np.concatenate([forward_layer(x), np.concatenate(back)[:T]], axis=-1), steps


# %% 5.7 reverses the batch instead of time
def chunked(forward_layer, backward_layer, x, chunk, look):
    back, steps = [], 0
    for s in range(0, len(x), chunk):
        window = x[s : s + chunk + look]
        back.append(backward_layer(window[:, ::-1])[:, ::-1][:chunk])
        steps += len(window)
    return np.concatenate([forward_layer(x), np.concatenate(back)], axis=-1), steps


# %% 5.7 counts the steps that are kept, not those that are run
def chunked(forward_layer, backward_layer, x, chunk, look):
    back = [backward_layer(x[s : s + chunk + look][::-1])[::-1][:chunk] for s in range(0, len(x), chunk)]
    return np.concatenate([forward_layer(x), np.concatenate(back)], axis=-1), len(x)
