# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)


# %% 3.2 forgets the transpose
def reach(W_h, v, epsilon, steps):
    furthest, message = 0, v
    for k in range(1, steps + 1):
        message = W_h @ message
        if np.linalg.norm(message) >= epsilon * np.linalg.norm(v):
            furthest = k
    return furthest


# %% 3.2 stops at the first k below epsilon
def reach(W_h, v, epsilon, steps):
    message = v
    for k in range(1, steps + 1):
        message = W_h.T @ message
        if np.linalg.norm(message) < epsilon * np.linalg.norm(v):
            return k - 1
    return steps


# %% 3.2 takes the spectral radius for the factor of each step
def reach(W_h, v, epsilon, steps):
    radius = np.abs(np.linalg.eigvals(W_h)).max()
    furthest = 0
    for k in range(1, steps + 1):
        if radius**k >= epsilon:
            furthest = k
    return furthest


# %% 3.2 takes the largest singular value for the factor of each step
def reach(W_h, v, epsilon, steps):
    largest = np.linalg.norm(W_h, ord=2)
    furthest = 0
    for k in range(1, steps + 1):
        if k * np.log(largest + 1e-300) >= np.log(epsilon):
            furthest = k
    return furthest


# %% 3.2 takes the stretch of the whole matrix, whatever the direction of v
def reach(W_h, v, epsilon, steps):
    furthest = 0
    for k in range(1, steps + 1):
        if np.linalg.norm(np.linalg.matrix_power(W_h.T, k), ord=2) >= epsilon:
            furthest = k
    return furthest


# %% 3.2 compares with epsilon, not with epsilon times the norm of v
def reach(W_h, v, epsilon, steps):
    furthest, message = 0, v
    for k in range(1, steps + 1):
        message = W_h.T @ message
        if np.linalg.norm(message) >= epsilon:
            furthest = k
    return furthest


# %% 3.2 compares each step with the step before it
def reach(W_h, v, epsilon, steps):
    furthest, message = 0, v
    for k in range(1, steps + 1):
        before, message = message, W_h.T @ message
        if np.linalg.norm(message) >= epsilon * np.linalg.norm(before):
            furthest = k
    return furthest


# %% 3.2 counts from one
def reach(W_h, v, epsilon, steps):
    furthest, message = 1, v
    for k in range(1, steps + 1):
        message = W_h.T @ message
        if np.linalg.norm(message) >= epsilon * np.linalg.norm(v):
            furthest = k + 1
    return furthest


# %% 3.2 leaves out the last step
def reach(W_h, v, epsilon, steps):
    furthest, message = 0, v
    for k in range(1, steps):
        message = W_h.T @ message
        if np.linalg.norm(message) >= epsilon * np.linalg.norm(v):
            furthest = k
    return furthest


# %% 3.2 counts how many k there are, not how far the last one is
def reach(W_h, v, epsilon, steps):
    count, message = 0, v
    for _ in range(steps):
        message = W_h.T @ message
        count += np.linalg.norm(message) >= epsilon * np.linalg.norm(v)
    return int(count)
