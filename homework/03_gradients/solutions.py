# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 3.2 points=3
def reach(W_h, v, epsilon, steps):
    """Largest k in 0..steps with ||(W_h^T)^k v|| >= epsilon * ||v||."""
    furthest = 0  # k = 0 always counts, as epsilon <= 1
    message, enough = v, epsilon * np.linalg.norm(v)
    for k in range(1, steps + 1):
        message = W_h.T @ message
        if np.linalg.norm(message) >= enough:
            furthest = k  # and go on: a gradient may shrink first and grow later
    return furthest


# %% 3.4 points=1
numbers = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
answer = numbers.share ** (1 / numbers.steps)  # radius**steps = share


# %% 3.5 points=3
def far_share(hs, W_h, v, K):
    """Share of the bias gradient's parts that comes from lags >= K."""
    sizes, dh = [], v
    for h in hs[::-1]:  # lag 0 first
        dz = (1 - h**2) * dh  # b enters where W_h h enters: its part is dL/dz_t
        sizes.append(np.linalg.norm(dz))
        dh = W_h.T @ dz
    return sum(sizes[K:]) / sum(sizes)


# %% 3.7 points=3
def peak(W, K):
    """(k, log_stretch): which of W^0 .. W^K stretches most, and how much."""
    exponent, largest = 0, 0.0
    power, log_stretch = np.eye(len(W)), 0.0  # W^k is exp(log_stretch) times power, which has norm 1
    for k in range(1, K + 1):
        power = power @ W
        stretch = np.linalg.norm(power, ord=2)
        if stretch == 0:  # W is nilpotent: from here on all powers are 0
            break
        power = power / stretch
        log_stretch += np.log(stretch)
        if log_stretch > largest + 1e-9:
            exponent, largest = k, log_stretch
    return exponent, largest


# %% 3.8 points=3
# Model answer. W_h is shared, so its gradient is a sum over the steps, and the last few steps alone can make up
# the 12.8. Ada takes the norm of the sum for the norm of its far terms: it may hide that they are gone. Ben sees
# that they may be gone, but W_h is updated all the same, by what the near steps ask for; and a higher rate
# multiplies near and far alike, so the far share stays what it was (and training may blow up). Measure the gradient
# by lag: the norm of dL/dh_t for t = 60 down to 1, or the terms of dL/dW_h one by one. If what arrives at step 1 is
# of the order of what left step 60, the gradient has not vanished, and the fault lies elsewhere: the task, the
# data, the size of the state.
#
# Rubric, one point each:
# 1. Against Ada: the norm is that of a sum over all steps, near terms can make it up, so it does not show the far
#    ones. No point for "the norm is too small" or "12.8 is already exploding".
# 2. Against Ben: W_h is updated all the same (by near effects), and a common factor changes no share. Half a point
#    for one of the two. No point for "the weights have become 0" or "only the weights near the output learn".
# 3. A measurement that separates lags (dL/dh_t against t, or terms of dL/dW_h by lag), and the result that would
#    speak against vanishing. Half a point without the result. No point for the norm of another whole gradient, for
#    eigenvalues of W_h alone, or for the states h_t (they show what is kept going forward, not what comes back).
