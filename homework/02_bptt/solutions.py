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
# Model answer. "Nothing is lost": forward, nothing is cut, the state may still hold the sign. Backward everything is
# cut at the first step of a chunk, so a loss reaches 1 to 20 states and never the one, 30 steps before, that should
# have taken the sign in. Nothing ever tells W_x and W_h to keep it. "Right on average": the terms that are left out
# are the same in every chunk. Averaging takes away the noise and leaves the bias. "Converged": the loss falls to
# about 1, what the constant answer 0 scores under the squared error (ln 2, even odds, under cross-entropy), or at
# best to where the output weights, whose gradient is not cut, can read what the state keeps by chance. There it
# stays, flat, just as it would if the task could not be learned. To find out, change the chunk and nothing else: 60
# steps, so that the later half of the losses reach back 30 steps (of a chunk of 31 only the last one does). If the
# loss now falls, it was the truncation. If it does not, that proves nothing yet: the gradient may vanish on the way.
#
# Measured, for the grader (64 units, 32 streams, Adam at 0.003, norm clipped at 1, 1,500 updates, five seeds, median
# squared error of the last 100; worst in brackets): orthogonal start, chunks of 20: 1.00 (1.00); of 31: 1.00 (1.00);
# of 40: 0.00 (0.00); of 60, 1,000 updates: 0.015 (0.018). With PyTorch's default start, chunks of 60: 1.00 (1.00).
#
# Rubric, one point each:
# 1. Carried on is the state (forward), cut is the gradient: no loss reaches the input 30 steps before, so the
#    recurrent weights are never taught to keep it. No point for "the state is lost at the end of a chunk".
# 2. Truncation is a bias: the same terms are missing every time, more data do not bring them back. No point for
#    "the gradient is noisy".
# 3. A flat curve at the level of guessing (or of what an untrained state happens to hold) looks like convergence; and
#    an experiment that separates the two: chunks well above 30, a window of at least 31 states or the full sequence,
#    everything else the same (or the same chunks at a lag well below 20), with the result that decides. Half a
#    point for one of the two. No point for "a lower learning rate" or "train longer".
