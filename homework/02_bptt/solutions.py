# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 2.2 points=2
numbers = personal("2.2", w=(1.1, 1.6))
w, states = numbers.w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    states.append(np.tanh(w * states[-1] + x_t))
from_future, terms = 0.0, []
for t in (3, 2, 1):
    to_z = (1 - states[t] ** 2) * (1 + from_future)  # the 1 is the step's own loss
    terms.insert(0, to_z * states[t - 1])
    from_future = w * to_z
answer = tuple(terms)


# %% 2.4 points=4
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    """(dh0, dW_x, dW_h, db), each in the shape of h0, W_x, W_h, b."""
    states, candidates = [h0], []
    for x_t in x:
        candidates.append(np.tanh(x_t @ W_x.T + states[-1] @ W_h.T + b))
        states.append((1 - alpha) * states[-1] + alpha * candidates[-1])
    dh, dW_x, dW_h, db = 0.0 * h0, 0.0 * W_x, 0.0 * W_h, 0.0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - candidates[t] ** 2) * dh
        dW_x += dz.T @ x[t]
        dW_h += dz.T @ states[t]  # states[t] is the one before: the list begins with h0
        db += dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h  # past the tanh, and through it
    return dh, dW_x, dW_h, db


# %% 2.6 points=3
def kept(a, T, back, every):
    """Share of dL/db that BPTT(back; every) computes."""
    reached, whole = 0.0, 0.0
    for t in range(1, 1 + T):
        u = min(T, -(-t // every) * every)  # the pass that takes the loss of step t
        first = max(1, u - back + 1)
        reached += sum(a ** (t - k) for k in range(first, t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.8 points=3
# Model answer. 20: the state is not lost, it is carried on, and may well hold the sign. The gradient is cut: the loss
# of a step reaches 1 to 20 states, never the one, 30 steps before, that should have taken the sign in. Nothing ever
# teaches W_x and W_h to keep it. 31: enough for one loss in 31, the last of each chunk. The other 30 see only near
# steps, where there is nothing to find for them, and their gradients (noise, to this task) pull W_h away from what
# it held at the start. So 1.00 is no sign of a bug. Nor would its absence be proved. 40: here 10 losses of 40 reach the
# sign. At a lag of 39 it is one in 40, which is the case of 31 over again: expect 1.00. A run: a sliding window of 31
# states, so that every loss reaches the sign and none reaches further than before; all else the same. I expect it to
# learn, near 0.00, and a window of 30 to stay at 1.00. If 31 stays at 1.00, look for a bug (first with gradients by
# central differences).
#
# Measured, for the grader (experiments/02_long_lag.json; the setting of the exercise, five seeds, median and in
# brackets the worst squared error of the last 100 updates):
#     chunks of 20: 1.00 (1.00); 31: 1.00 (1.00); 35: 0.04 (0.97); 40: 0.00 (0.00)
#     sliding window of 30: 1.00 (1.00); of 31: 0.0006 (0.0088).
#     chunks of 31 with a loss at the last step of each alone: 1.02 (1.03). Every loss reaches the sign now, and it
#     does not learn either: 32 examples for each update are too few. With 31 times the streams, thus as many
#     examples as the chunks have losses, and 500 updates, it does: 0.02 (0.68). With as many streams and losses at
#     all steps it does not: 1.00 (1.00). So both are true, too few losses that see, and too many that do not.
#     chunks of 31 at a lag of 20: 0.00 (0.00); chunks of 40 at a lag of 39: 1.00 (1.00)
# Chapter 2's table has chunks of 11 learning a lag of 10 (0.983). So "just enough" may do where the lag is short;
# an answer that says "31 can never work" is too strong, but costs no point.
#
# Rubric, one point each:
# 1. Sentence 1: the state is carried on, the gradient is cut; no loss reaches the sign 30 steps before. No point for
#    "the state is lost", and none for "the gradient vanishes" (the gradient in reach does not).
# 2. Sentences 2 and 3: with K = 31 one loss in 31 reaches the sign, with K = 40 ten of 40 at a lag of 30 but only one
#    at a lag of 39. Half a point for one of the two. The pull of the losses that see only near steps is not asked for.
# 3. One run and its expected result, which differs between a bug and too few losses that reach: a sliding window of 31
#    (or passes that overlap, as BPTT(60; 30)) learns; or chunks of 31 at a lag of about 20 learn; or chunks of 31 with
#    30 times the losses that reach (many streams, last losses only). Full point also for a loss at the last step
#    alone "will learn", with the reason, though at 32 streams it does not. Half a point without the result. A check
#    of the gradient by central differences on one chunk counts in full if it says what they must be compared with:
#    the chunk's own loss, the carried state held fixed. No point for "train longer" or "a larger K" alone (that 40
#    learns is known, and says nothing about a bug at 31).
