# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 8.2 points=3
def windows(stretches, w, join):
    """For each step the join of the last w stretches, like `stretches`."""

    def prolonged(late, n, early):
        """Put in front of each window of n steps what `early` has where it begins."""
        return late if n >= len(late) else np.concatenate([late[:n], join(early[:-n], late[n:])])

    if w == 1:
        return np.array(stretches)
    half = windows(stretches, w // 2, join)
    doubled = prolonged(half, w // 2, half)
    return prolonged(doubled, w - 1, stretches) if w % 2 else doubled


# %% 8.4 points=3
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
rate = -np.log(numbers.share) / numbers.steps  # exp(nu): what the logarithm of the modulus loses at each step
settled = 1 / (1 - np.exp(-rate + 1j * numbers.angle))  # 1 + lambda + lambda**2 + ...: all the ages of the input
fall = numbers.share ** (1 / numbers.steps) - (numbers.share / 2) ** (1 / numbers.steps)
answer = (np.log(rate), settled.real, fall)


# %% 8.6 points=4
def timed_backward(dhs, x, rate, W_x, b):
    """(dx, drate, dW_x, db), each as its original."""
    u, candidates = np.split(x @ W_x.T + b, 2, axis=-1)
    time = np.logaddexp(0, u)
    kept = np.exp(-rate * time)
    before, arriving = np.zeros_like(kept), np.array(dhs, dtype=float)  # h_{t-1}, and all that reaches h_t
    for t in range(1, len(x)):
        before[t] = kept[t - 1] * before[t - 1] + (1 - kept[t - 1]) * candidates[t - 1]
    for t in range(len(x) - 1, 0, -1):
        arriving[t - 1] += kept[t] * arriving[t]
    dlog = arriving * (before - candidates) * kept  # by ln a = -rate * time
    du = -rate * dlog * -np.expm1(-time)  # the slope of the softplus is sigma(u) = 1 - exp(-time)
    rows = np.concatenate([du, arriving * (1 - kept)], axis=-1)
    drate = -(dlog * time).sum(axis=(0, 1))
    return rows @ W_x, drate, np.einsum("tbr,tbd->rd", rows, x), rows.sum(axis=(0, 1))


# %% 8.7 points=3
def dial(commands, m):
    """(A (T, 2, 2), b (T, 2)) for h_t = A_t h_{t-1} + b_t."""
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "flip":
            A[t] = [[c, s], [s, -c]]  # eigenvalues 1 and -1: the mirror whose axis is at half the angle of k
        else:
            b[t] = c, s  # A = 0 forgets
    return A, b


# %% 8.9 points=4
# Model answer. The flip multiplies the state by -0.965 at a 1 and 0.966 at a 0, so what tells odd from even shrinks at
# every step: 0.965**96 = 0.03, 0.965**160 = 0.003. Beyond 100 bits the rest of the network drowns it, and a test at
# the lengths of training cannot see that. Tom: longer training pushes the factors nearer to 1 and -1, from 0.93 to
# 0.965, and the end from 44 to 96. But a sigmoid reaches neither, so an end remains, perhaps near 1,000. The cure is
# factors that can be 1 and -1 exactly, for instance 1 - 2 clip(u + 1/2, 0, 1). Uma: under ones alone a unit with a
# positive factor creeps to its limit from one side, and in finite precision arrives. Then odd and even counts leave
# the same state, and no readout can tell them apart: chance on long sequences, with any number of hidden units. Test:
# count modulo 3. No product of factors from -1 to 1 turns by a third, so I expect failure after a few symbols; it
# takes complex eigenvalues, or matrices. After that, moves that do not commute.
#
# For the grader: 0.965**96 = 0.033, 0.965**128 = 0.010, 0.965**160 = 0.0033; 0.93**44 = 0.041, so both networks end
# where 3 to 4 % of the flip is left. Measured (seeds 0 to 4, experiments/08_parity.json): clipped factors, trained on
# up to 40 bits, came out as 1 and -1 and were right (99 % or more) up to 512 bits, the longest tested, at the median,
# and up to 448 with the worst seed. Positive factors with 64 hidden units: median 4 bits, worst 3, and about 50 % from
# 16 bits on. Modulo 3: real factors from -1 to 1, 3 symbols with all seeds; complex ones 96 (median) and 64 (worst).
#
# Rubric, one point each:
# 1. The factors are below 1 in absolute value, so the signal of the flip decays, with a power: 0.965 to the power of
#    100 or so is 0.03 (any length from 96 to 256, with its number). Half a point for "the factors are not exactly -1"
#    without a power. No point for "overfitting to 40 bits" or "it has memorised", or for vanishing gradients.
# 2. Against Tom: longer training moves the end and does not remove it, since the sigmoid's factors stay inside -1 and 1
#    (half a point); and a cure: factors that reach -1 and 1, by clipping or fixed by hand (half a point). Rounding the
#    state back to one of two values at each step also cures it, but is no linear recurrence: half of that half.
# 3. Against Uma: chance on long sequences (a quarter), because with positive factors and finite precision the state
#    under ones creeps monotonically to a limit, where it no longer changes, and no readout sees what is not in the
#    state (the rest). Half a point for "theory says positive eigenvalues cannot" without a reason. No point for "the
#    readout is linear": hers is not.
# 4. A test that asks for more than a sign: counting modulo 3 or more, or moves that do not commute (permutations, a
#    dial with flips), with the expected result: real factors fail. Half a point without the expected result, or for
#    lengths far beyond training, if no other task is named. No point for more seeds or for other data of parity.
