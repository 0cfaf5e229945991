# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 5.3 points=2
numbers = personal("5.3", D=(40, 120), H=(100, 250))


def chain(D, H):
    return 4 * (H * D + H * H + H)  # i, f, g, o: each a W_x, a W_h and a bias


def lower_both_ways(H):
    return 2 * chain(numbers.D, H) + chain(2 * H, H)  # the upper chain reads both halves of the lower layer


allowed = chain(numbers.D, numbers.H) + chain(numbers.H, numbers.H)
all_four = 2 * chain(numbers.D, numbers.H) + 2 * chain(2 * numbers.H, numbers.H)
fitting = [H for H in range(1, numbers.H) if lower_both_ways(H) <= allowed]
answer = (all_four, lower_both_ways(numbers.H), max(fitting))


# %% 5.4 points=2
def summary(outputs, starts, lengths):
    """(B, 2H): the states that have read all words, forward half first."""
    B, width = outputs.shape[1:]
    sentence, H = np.arange(B), width // 2
    read_forward = outputs[starts + lengths - 1, sentence, :H]
    read_backward = outputs[starts, sentence, H:]
    return np.concatenate([read_forward, read_backward], axis=1)


# %% 5.6 points=3
def look_ahead(model, x):
    """Smallest k >= 0 such that no y_t depends on inputs after t + k."""
    draws = np.random.default_rng(0)
    as_given, furthest = model(x), 0
    for s in range(1, len(x)):
        other = x.copy()
        other[s:] = draws.standard_normal(other[s:].shape)  # all of the future: a sum of two inputs may matter alone
        moved = np.abs(model(other) - as_given).max(axis=(1, 2)) > 1e-9
        if moved.any():
            furthest = max(furthest, s - int(np.argmax(moved)))  # the earliest output that noticed
    return furthest


# %% 5.7 points=4
def chunked(forward_layer, backward_layer, x, chunk, look):
    """(states, steps): (T, B, 2H) and the steps run backward, an int."""
    kept, steps = [], 0
    for begin in range(0, len(x), chunk):
        heard = x[begin : begin + chunk + look]  # a slice stops at the end by itself
        turned = backward_layer(heard[::-1])[::-1]
        kept.append(turned[:chunk])  # turned round again: the chunk's own steps come first
        steps += len(heard)
    return np.concatenate([forward_layer(x), np.concatenate(kept)], axis=2), steps


# %% 5.8 points=3
# Model answer. The recorded talks were complete. Live, the words after a pause have not been spoken, so the backward
# chain has nothing to read: the captions wait for the end of the talk, or the input is cut and 94 % is the figure of
# another program. What it costs is delay, not computing. Measure accuracy against delay (a forward tagger that answers
# d words late, or chunks that look d words ahead), trained and tested so, up to the delay that viewers bear. Sam's
# backward half has read character t + 1 when the network is asked for it at step t: it copies. When it writes, that
# character does not exist yet, and the network has never learned to do without. A run: train both on symbols drawn
# independently from 8. Nobody can predict these with fewer than 3 bits. I expect 3 bits forward, and nearly 0
# bidirectional, except at the last step, after which nothing comes: 3 there.
#
# Measured, for the grader (32 GRU units in each direction, windows of 30 steps, batches of 32, 1,500 updates with Adam
# at 0.005, norm clipped at 1; five seeds, median and in brackets the worst; bits per symbol):
#     8 random symbols: forward 3.00 (3.00); bidirectional 0.10 (0.10). At the last step of each window it is 3.04
#     (3.06), at the other 29 together 0.0003 (0.0003): 3 / 30 = 0.1.
#     new fables (experiments/05_next_character.json): forward 0.68 (0.69); bidirectional 0.03 (0.03). At the last step
#     of each window, where it must do without the next character, the bidirectional network needs 0.77 (0.89), the
#     forward one 0.49 (0.56).
# So the bidirectional network is not merely overrated: where it cannot copy, it is the worse of the two.
#
# Rubric, one point each:
# 1. Mira: live, there is no right context until it is spoken (or the captions wait for it), so 94 % is not what she
#    gets; and accuracy against delay, or accuracy at a stated delay or look-ahead, as the measurement. Half a point
#    for one of the two. No point for "train longer", "a faster machine" or overfitting to the test set: computing
#    time is not the trouble, and the test set is new to the network. A full point also for "tag each prefix anew and
#    correct the captions", if it says that early captions change, and measures how often or how accurate they are.
# 2. Sam: the target of step t is the input of step t + 1, which the backward half has read, so it copies; and when it
#    writes there is nothing to copy (the product of its probabilities is no probability of the text). Half a
#    point for one of the two. No point for overfitting (new text), vanishing gradients or "twice the parameters".
# 3. One run and its expected result, which a model that sees no future cannot reach, or which takes the future away:
#    independent random symbols (below log2 V means a cheat); cut the input after step t, or change the inputs after
#    t and watch the prediction of t + 1 (the test of exercise 5.6); the bits of the last step against the others.
#    Half a point without the result, or without saying what an honest model would give. No point for "look at a
#    sample" without saying what it is compared with.
