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
