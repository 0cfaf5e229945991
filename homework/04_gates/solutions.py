# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 4.2 points=2
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
share = numbers.low**numbers.times * numbers.high ** (numbers.steps - numbers.times)
answer = (share, share ** (1 / numbers.steps))  # the geometric mean of the gate; the arithmetic one is larger


# %% 4.4 points=3
def adopt(W_x, W_h, b):
    """(W_x, W_h, b_x, b_h) for gru_step, rows r, z, n."""

    def reordered(rows):
        theirs_z, theirs_r, theirs_n = np.split(rows, 3)
        return np.concatenate([theirs_r, -theirs_z, theirs_n])  # 1 - sigma(a) = sigma(-a)

    return reordered(W_x), reordered(W_h), reordered(b), np.zeros(len(b))  # b_h's candidate rows would be reset


# %% 4.5 points=4
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    """(dx, dh_prev, dc_prev, dW_x, dW_h, db), each as its original."""
    a_f, a_g, a_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-a_f)), np.tanh(a_g), 1 / (1 + np.exp(-a_o))
    seen = np.tanh(f * c + (1 - f) * g)
    arriving = dc + dh * o * (1 - seen**2)  # what reaches the new cell, on both ways
    da_f = arriving * (c - g) * f * (1 - f)  # f keeps the old, and 1 - f lets the new in
    da_g = arriving * (1 - f) * (1 - g**2)
    da_o = dh * seen * o * (1 - o)
    da = np.hstack([da_f, da_g, da_o])
    return da @ W_x, da @ W_h, arriving * f, da.T @ x, da.T @ h, da.sum(axis=0)


# %% 4.6 points=4
# On a blank the cell loses 1 - f = 0.018 of itself and gets i = 0.018 times g = tanh(4 h), which is near the sign of h:
# so it is drawn to +1 or -1 and held there for ever. A mark swaps the gates and outvotes 4 h in g.
answer = (
    [[8, 8], [-8, -8], [8, -8], [0, 0]],  # i opens and f shuts on any mark; g takes its sign
    [[0], [0], [4], [0]],  # on a blank, g says again what h says
    [-4, 4, 0, 8],  # without a mark: i nearly shut, f nearly open; o open
)


# %% 4.9 points=4
# Model answer. Ada: on the direct path each step back multiplies the cell's gradient by its forget gate. All units
# stand at 0.99, so more of them have no better path: 0.99**599 = 0.0024 is left. Ben: for the same reason 0.0024 of
# what step 1 wrote is left. And with the input gate at 0.5, each of 599 later steps has added half of its candidate
# on top. The output gate cannot show what is gone. Measure the whole gradient dL/dc_t against t. If it is about as
# large at step 1 as at step 600, it arrives, and the fault is elsewhere: input gate, task, data. Start: a forget bias
# near ln 600 + 0.37 = 6.8, for a half-life of 600 steps (0.99 has 69), and a negative input bias, so that little is
# written on top.
#
# For the grader: 0.99**599 = 0.0024, 0.99**600 = 0.0024; the half-life of 0.99 is 69 steps. If candidates were
# independent of one another with variance v, the rest of what is in the cell would have a standard deviation of
# 0.5 sqrt(v / (1 - 0.99**2)) = 3.5 sqrt(v), against 0.0012 for what is left of step 1.
#
# Rubric, one point each:
# 1. Against Ada: the direct path decays as the product of the forget gates, which no number of units changes. Half a
#    point for "LSTMs can have vanishing gradients, too" without the product. No point for "the gates' sigmoids have
#    slopes below 1/4, so it vanishes" (the direct path does not go through these slopes).
# 2. Against Ben: 0.99 to the power of about 600 (0.0024, or "about 9 half-lives of 69 steps"), and the input gate is
#    open all the time, so that all later steps write on top. Half a point for one of the two. That f and i are
#    two gates, and f near 1 does not mean i near 0, is the second.
# 3. A measurement that separates steps: the norm of dL/dc_t or dL/dh_t (or dL/dx_t) against t, all paths, and the
#    result that would speak for an arriving gradient. Half a point without the result, or for the product of forget
#    gates alone (a lower bound in practice, not the gradient). No point for the norm of a weight's whole gradient.
# 4. A larger forget bias at the start, with a number or the rule (half-life of the order of the lag: 6 to 8), full
#    point; half a point for "a larger forget bias" alone or for a closed input gate alone. No point for clipping, a
#    higher learning rate or more layers. With PyTorch's two biases their sum is meant; no point is lost over that.
