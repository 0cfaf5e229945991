# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 1.2 points=3
def jordan(x, y0, W_x, W_c, b, W_y, b_y, mu):
    """Outputs y_1 .. y_T of Jordan's network, an array (T, B, V)."""
    context, y, ys = np.zeros(y0.shape), y0, []
    for x_t in x:
        context = mu * context + y  # a new array: y0 stays as it is
        state = np.tanh(x_t @ W_x.T + context @ W_c.T + b)
        y = state @ W_y.T + b_y
        ys.append(y)
    return np.array(ys)


# %% 1.3 points=2
answer = {
    "A": ("many-to-one", 1, "cross-entropy"),  # one of five disorders
    "B": ("aligned", 12, "cross-entropy"),  # yes or no after each second
    "C": ("one-to-many", 80, "squared error"),  # lengths are values, not symbols
    "D": ("unaligned", 10, "cross-entropy"),  # the end mark is predicted, too; 300 frames have no say in it
    "E": ("aligned", 48, "squared error"),  # a forecast after each hour, in degrees
    "F": ("aligned", 50, "cross-entropy"),  # a text model has a target at every step
    "G": ("one-to-one", 1, "cross-entropy"),
}


# %% 1.5 points=3
def best_loss(text, k):
    """Smallest mean loss on `text` for a model that sees k letters."""
    followers = {}  # context: how often which letter came after it
    for i in range(1, len(text)):
        after = followers.setdefault(text[max(0, i - k) : i], {})
        after[text[i]] = after.get(text[i], 0) + 1
    total = 0.0
    for after in followers.values():
        seen = sum(after.values())
        total -= sum(n * np.log(n / seen) for n in after.values())  # the best p is the share that was seen
    return total / (len(text) - 1)


# %% 1.7 points=3
numbers = personal("1.7", m=(3, 7))
m = numbers.m
# With y the count so far and s = y + x, the first unit holds s, the second 1 if s has reached m (else 0).
W_y = np.array([[1.0, -m]])  # so y = s, or 0 at s = m
W_x = np.array([[1.0], [1.0]])
W_h = np.vstack([W_y, W_y])  # both units read the old y from the two old units
answer = (W_x, W_h, np.array([0.0, 1.0 - m]), W_y)


# %% 1.8 points=3
def write(step, h, prompt, length, k, temperature, rng):
    """The symbols written after the prompt: a list of length ints."""
    for symbol in prompt:
        h, scores = step(symbol, h)
    written = []
    while len(written) < length:
        likely = np.argsort(scores)[len(scores) - k :]  # which symbols, not which scores
        weights = np.exp((scores[likely] - scores[likely].max()) / temperature)
        written.append(int(rng.choice(likely, p=weights / weights.sum())))
        h, scores = step(written[-1], h)  # what was drawn, not what was likeliest
    return written


# %% 1.9 points=3
# Model answer. The same weights serve every step, so no parameter depends on how long the context is: that deals
# with length. And each word has its vector, each context a vector of 200 numbers made from them: words and contexts
# that are near each other share what is learned, instead of each of the V^n contexts having an entry of its own.
# That is the distributed representation of Bengio et al. (2003), whose network has no recurrence at all. The table
# needs at most a million entries (999,998 trigrams stand in a text of a million words), so storage never was the
# trouble: most trigrams of a new text are not among them, and about those the table knows nothing. What does not
# follow: that a million words suffice to learn the 4 million parameters, that the network predicts better (compare
# bits per word on held-out text), or that it remembers far words: 200 numbers must hold the past, and the
# gradient must have taught them what to keep.
#
# Rubric, one point each:
# 1. Both properties, each with its job: sharing over steps - length; distributed representations - the V^n contexts
#    (similar ones share). Half a point for one of the two. No point for "it has a memory" or "tanh is nonlinear".
# 2. The table stores what occurs: at most about a million entries, not 10^12; the trouble is contexts never seen.
#    Half a point for the number without the trouble.
# 3. One thing that does not follow, with its reason: enough data to learn from; better prediction, to be measured
#    in bits or perplexity on held-out text; a long memory from a state of fixed size. Half a point without the
#    reason. No point for "it is slow" (true, but the count says nothing about time).
