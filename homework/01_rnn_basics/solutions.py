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
# Model answer. The saving comes of sharing, not of memory. The window has a block of 200 x 10,000 weights for each of
# its four places, 4 x 2,000,000 = 8,000,000; the Elman network uses one block at every step, 2,000,000, and pays
# 200 x 200 = 40,000 to tell places apart. A network that shared its input weights and forgot everything after one
# word would save as much. The equal loss shows that on this text, on average, the one predicts as well as the other:
# the four blocks were not needed. It does not show how far back the new network looks. It may use fewer than four
# words, or just these, or far ones where that helps and lose as much on near ones; and far words may be of little use
# for this text. To measure: on the test text, replace all words more than k back from the one that is predicted by
# words of another text, for k = 1, 2, 4, 8, 16, and look at the mean loss. If from k = 4 on it is that of the whole
# context (within the spread between texts put in), and the predictions hardly move, it uses no further than four words.
#
# For the grader: the count is without biases and output layer, which are the same in both (and 2,000,000 output
# weights more in each). "A quarter" is right: 2,040,000 / 8,000,000 = 0.255. Starting from h = 0 k words before the
# target is as good a measurement, if the answer compares with the same network's loss from the beginning; it
# confounds a missing past with a state that is unusual, which few will see. So is the size of the gradient of the
# loss, or of the change of the prediction, with respect to the word k back, against k.
#
# Rubric, one point each:
# 1. One block of input weights for all places instead of four: shared weights. The saving would be there without
#    any memory. Half a point for "shared weights" without what is shared. No point for "the state compresses the past".
# 2. Equal loss shows equal prediction on average, on this text; not by which words. Half a point for one of the two.
#    No point for "it proves that it uses four words" or "that memory is useless".
# 3. A measurement in which the words beyond k are changed or cut off while the near ones stay, on the trained
#    network, with k varied or k = 4 against all; and the result: loss (or prediction) the same at k = 4 as with
#    everything. Half a point without the result, or if another network is trained (that says what helps, not
#    what this one uses). No point for "look at the state" or for counting weights.
