# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)


# %% 1.2 feeds back the output alone, without the memory of the context
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    y, ys = y0, []
    for x_t in x:
        y = np.tanh(x_t @ W_x.T + y @ W_c.T + b) @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.2 feeds back the state, as Elman does
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, fed, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        context = mu * context + fed
        fed = np.tanh(x_t @ W_x.T + context @ W_c.T + b)
        ys.append(fed @ W_y.T + b_y)
    return np.array(ys)


# %% 1.2 starts every step with a fresh context
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    return np.array([np.tanh(x_t @ W_x.T + y0 @ W_c.T + b) @ W_y.T + b_y for x_t in x])


# %% 1.2 transposes the recurrent weights
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        context = mu * context + y
        y = np.tanh(x_t @ W_x.T + context @ W_c + b) @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.2 transposes the input weights
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        context = mu * context + y
        y = np.tanh(x_t @ W_x + context @ W_c.T + b) @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.2 uses the context of the step before
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        before = y
        y = np.tanh(x_t @ W_x.T + context @ W_c.T + b) @ W_y.T + b_y
        context = mu * context + before
        ys.append(y)
    return np.array(ys)


# %% 1.2 weighs old and new, as a running mean does
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        context = mu * context + (1 - mu) * y
        y = np.tanh(x_t @ W_x.T + context @ W_c.T + b) @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.2 forgets the bias of the state
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        context = mu * context + y
        y = np.tanh(x_t @ W_x.T + context @ W_c.T) @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.2 feeds back the output before its bias
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        context = mu * context + y
        y = np.tanh(x_t @ W_x.T + context @ W_c.T + b) @ W_y.T
        ys.append(y + b_y)
    return np.array(ys)


# %% 1.2 puts the output through tanh, too
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for x_t in x:
        context = mu * context + y
        y = np.tanh(np.tanh(x_t @ W_x.T + context @ W_c.T + b) @ W_y.T + b_y)
        ys.append(y)
    return np.array(ys)


# %% 1.2 takes the first axis for the batch
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), y0, []
    for t in range(x.shape[1]):
        context = mu * context + y
        y = np.tanh(x[:, t] @ W_x.T + context @ W_c.T + b) @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.2 leaves out the first output before the start
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    context, y, ys = np.zeros_like(y0), np.zeros_like(y0), []
    for x_t in x:
        context = mu * context + y
        y = np.tanh(x_t @ W_x.T + context @ W_c.T + b) @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.3 takes cross-entropy for the loss of every recurrent network
answer = {
    "A": ("many-to-one", 1, "cross-entropy"),
    "B": ("aligned", 12, "cross-entropy"),
    "C": ("one-to-many", 80, "cross-entropy"),
    "D": ("unaligned", 10, "cross-entropy"),
    "E": ("aligned", 48, "cross-entropy"),
    "F": ("aligned", 50, "cross-entropy"),
    "G": ("one-to-one", 1, "cross-entropy"),
}

# %% 1.3 takes a text model for many letters in, one letter out
answer = {
    "A": ("many-to-one", 1, "cross-entropy"),
    "B": ("aligned", 12, "cross-entropy"),
    "C": ("one-to-many", 80, "squared error"),
    "D": ("unaligned", 10, "cross-entropy"),
    "E": ("aligned", 48, "squared error"),
    "F": ("many-to-one", 1, "cross-entropy"),
    "G": ("one-to-one", 1, "cross-entropy"),
}

# %% 1.3 wants an output for every input
answer = {
    "A": ("many-to-one", 1, "cross-entropy"),
    "B": ("aligned", 12, "cross-entropy"),
    "C": ("one-to-many", 80, "squared error"),
    "D": ("aligned", 300, "cross-entropy"),
    "E": ("aligned", 48, "squared error"),
    "F": ("aligned", 50, "cross-entropy"),
    "G": ("one-to-one", 1, "cross-entropy"),
}

# %% 1.3 wants a loss for every input
answer = {
    "A": ("many-to-one", 12, "cross-entropy"),
    "B": ("aligned", 12, "cross-entropy"),
    "C": ("one-to-many", 80, "squared error"),
    "D": ("unaligned", 10, "cross-entropy"),
    "E": ("aligned", 48, "squared error"),
    "F": ("aligned", 50, "cross-entropy"),
    "G": ("one-to-one", 1, "cross-entropy"),
}

# %% 1.3 does not count the end mark
answer = {
    "A": ("many-to-one", 1, "cross-entropy"),
    "B": ("aligned", 12, "cross-entropy"),
    "C": ("one-to-many", 80, "squared error"),
    "D": ("unaligned", 9, "cross-entropy"),
    "E": ("aligned", 48, "squared error"),
    "F": ("aligned", 50, "cross-entropy"),
    "G": ("one-to-one", 1, "cross-entropy"),
}

# %% 1.3 takes a forecast for one answer at the end
answer = {
    "A": ("many-to-one", 1, "cross-entropy"),
    "B": ("aligned", 12, "cross-entropy"),
    "C": ("one-to-many", 80, "squared error"),
    "D": ("unaligned", 10, "cross-entropy"),
    "E": ("many-to-one", 1, "squared error"),
    "F": ("aligned", 50, "cross-entropy"),
    "G": ("one-to-one", 1, "cross-entropy"),
}


# %% 1.5 gives the sum for the mean
def best_loss(text, k):
    pairs = [(text[max(0, i - k) : i], text[i]) for i in range(1, len(text))]
    contexts = [context for context, _ in pairs]
    return sum(np.log(contexts.count(c) / pairs.count((c, s))) for c, s in pairs)


# %% 1.5 gives bits
def best_loss(text, k):
    pairs = [(text[max(0, i - k) : i], text[i]) for i in range(1, len(text))]
    contexts = [context for context, _ in pairs]
    return np.mean([np.log2(contexts.count(c) / pairs.count((c, s))) for c, s in pairs])


# %% 1.5 averages over contexts, however often they come
def best_loss(text, k):
    pairs = [(text[max(0, i - k) : i], text[i]) for i in range(1, len(text))]
    losses = {}
    for context, _ in pairs:
        after = [s for c, s in pairs if c == context]
        losses[context] = np.mean([np.log(len(after) / after.count(s)) for s in after])
    return np.mean(list(losses.values()))


# %% 1.5 takes the letter that is read for the target
def best_loss(text, k):
    pairs = [(text[max(0, i - k) : i], text[i]) for i in range(len(text))]
    contexts = [context for context, _ in pairs]
    return np.mean([np.log(contexts.count(c) / pairs.count((c, s))) for c, s in pairs])


# %% 1.5 holds every letter that followed for equally likely
def best_loss(text, k):
    pairs = [(text[max(0, i - k) : i], text[i]) for i in range(1, len(text))]
    return np.mean([np.log(len({s for c, s in pairs if c == context})) for context, _ in pairs])


# %% 1.5 says the likeliest letter and counts the errors
def best_loss(text, k):
    pairs = [(text[max(0, i - k) : i], text[i]) for i in range(1, len(text))]
    wrong = 0
    for context, letter in pairs:
        after = [s for c, s in pairs if c == context]
        wrong += letter != max(after, key=after.count)
    return wrong / len(pairs)


# %% 1.5 leaves out the targets with too few letters before them
def best_loss(text, k):
    pairs = [(text[i - k : i], text[i]) for i in range(max(1, k), len(text))]
    contexts = [context for context, _ in pairs]
    return np.mean([np.log(contexts.count(c) / pairs.count((c, s))) for c, s in pairs] or [0.0])


# %% 1.5 counts pairs without what they follow
def best_loss(text, k):
    pairs = [(text[max(0, i - k) : i], text[i]) for i in range(1, len(text))]
    return np.mean([np.log(len(pairs) / pairs.count(pair)) for pair in pairs])


# %% 1.7 counts and never turns back
answer = ([[1.0], [0.0]], [[1.0, 0.0], [0.0, 0.0]], [0.0, 0.0], [[1.0, 0.0]])

# %% 1.7 stops at m - 1
m = personal("1.7", m=(3, 7)).m
answer = ([[1.0], [1.0]], [[1.0, -1.0], [1.0, -1.0]], [0.0, 1.0 - m], [[1.0, -1.0]])

# %% 1.7 lets the second unit see its own past alone
m = personal("1.7", m=(3, 7)).m
answer = ([[1.0], [1.0]], [[1.0, 0.0], [0.0, 1.0]], [0.0, 1.0 - m], [[1.0, -m]])

# %% 1.7 turns back one too late
m = personal("1.7", m=(3, 7)).m
answer = ([[1.0], [1.0]], [[1.0, -m - 1.0], [1.0, -m - 1.0]], [0.0, -float(m)], [[1.0, -m - 1.0]])

# %% 1.7 transposes the recurrent weights
m = personal("1.7", m=(3, 7)).m
answer = ([[1.0], [1.0]], [[1.0, 1.0], [-m, -m]], [0.0, 1.0 - m], [[1.0, -m]])

# %% 1.7 forgets a little at each step
m = personal("1.7", m=(3, 7)).m
answer = ([[1.0], [1.0]], [[0.999, -0.999 * m], [0.999, -0.999 * m]], [0.0, 1.0 - m], [[1.0, -m]])

# %% 1.7 turns the output back, and not the state
m = personal("1.7", m=(3, 7)).m
answer = ([[1.0], [1.0]], [[1.0, 0.0], [1.0, 0.0]], [0.0, 1.0 - m], [[1.0, -m]])


# %% 1.8 feeds back the likeliest symbol, not the one that was drawn
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        best = np.argsort(scores)[::-1][:k]
        p = np.exp((scores[best] - scores.max()) / temperature)
        written.append(int(rng.choice(best, p=p / p.sum())))
        h, scores = step(int(best[0]), h)
    return written


# %% 1.8 starts again from h at every symbol
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        _, scores = step(symbol, h)
    written = []
    for _ in range(length):
        best = np.argsort(scores)[::-1][:k]
        p = np.exp((scores[best] - scores.max()) / temperature)
        written.append(int(rng.choice(best, p=p / p.sum())))
        _, scores = step(written[-1], h)
    return written


# %% 1.8 reads only the end of the prompt
def write(step, h, prompt, length, k, temperature, rng):
    symbol, written = prompt[-1], []
    for _ in range(length):
        h, scores = step(symbol, h)
        best = np.argsort(scores)[::-1][:k]
        p = np.exp((scores[best] - scores.max()) / temperature)
        symbol = int(rng.choice(best, p=p / p.sum()))
        written.append(symbol)
    return written


# %% 1.8 reads the end of the prompt twice
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        h, scores = step(symbol, h)
        best = np.argsort(scores)[::-1][:k]
        p = np.exp((scores[best] - scores.max()) / temperature)
        symbol = int(rng.choice(best, p=p / p.sum()))
        written.append(symbol)
    return written


# %% 1.8 returns the prompt, too
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = list(prompt)
    while len(written) < length:
        best = np.argsort(scores)[::-1][:k]
        p = np.exp((scores[best] - scores.max()) / temperature)
        written.append(int(rng.choice(best, p=p / p.sum())))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 draws evenly among the k best
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        written.append(int(rng.choice(np.argsort(scores)[::-1][:k])))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 multiplies by the temperature
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        best = np.argsort(scores)[::-1][:k]
        p = np.exp((scores[best] - scores.max()) * temperature)
        written.append(int(rng.choice(best, p=p / p.sum())))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 divides the probabilities, which changes nothing, and not the scores
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        best = np.argsort(scores)[::-1][:k]
        p = np.exp(scores[best] - scores.max()) / temperature
        written.append(int(rng.choice(best, p=p / p.sum())))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 takes the k lowest scores
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        best = np.argsort(scores)[:k]
        p = np.exp((scores[best] - scores[best].max()) / temperature)
        written.append(int(rng.choice(best, p=p / p.sum())))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 draws among all symbols
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        p = np.exp((scores - scores.max()) / temperature)
        written.append(int(rng.choice(len(p), p=p / p.sum())))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 draws from another generator
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    other, written = np.random.default_rng(), []
    for _ in range(length):
        best = np.argsort(scores)[::-1][:k]
        p = np.exp((scores[best] - scores.max()) / temperature)
        written.append(int(other.choice(best, p=p / p.sum())))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 always takes the likeliest
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        written.append(int(np.argmax(scores)))
        h, scores = step(written[-1], h)
    return written


# %% 1.8 lets exp overflow
def write(step, h, prompt, length, k, temperature, rng):
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    for _ in range(length):
        best = np.argsort(scores)[::-1][:k]
        with np.errstate(all="ignore"):
            p = np.nan_to_num(np.exp(scores[best] / temperature), posinf=1e300) / k
        written.append(int(rng.choice(best, p=p / p.sum())))
        h, scores = step(written[-1], h)
    return written
