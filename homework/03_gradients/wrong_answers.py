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


# %% 3.4 subtracts where the network multiplies
numbers = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
answer = 1 - (1 - numbers.share) / numbers.steps

# %% 3.4 divides the share among the steps
numbers = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
answer = 1 - numbers.share / numbers.steps

# %% 3.4 takes the power, not the root
numbers = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
answer = numbers.share**numbers.steps

# %% 3.4 takes the number of steps for the time constant, whatever the share
numbers = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
answer = np.exp(-1 / numbers.steps)

# %% 3.4 counts states, one more than steps
numbers = personal("3.4", steps=(40, 90), share=(0.01, 0.1))
answer = numbers.share ** (1 / (numbers.steps + 1))


# %% 3.5 forgets the transpose
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    for h in hs[::-1]:
        dz = (1 - h**2) * dh
        sizes.append(np.linalg.norm(dz))
        dh = W_h @ dz
    return sum(sizes[K:]) / sum(sizes)


# %% 3.5 leaves out the slope of tanh
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    for _ in hs:
        sizes.append(np.linalg.norm(dh))
        dh = W_h.T @ dh
    return sum(sizes[K:]) / sum(sizes)


# %% 3.5 takes the gradient of the state for that of the bias
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    for h in hs[::-1]:
        sizes.append(np.linalg.norm(dh))
        dh = W_h.T @ ((1 - h**2) * dh)
    return sum(sizes[K:]) / sum(sizes)


# %% 3.5 takes the slope at the state before
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    before = np.vstack([np.zeros_like(hs[:1]), hs[:-1]])
    for h in before[::-1]:
        dz = (1 - h**2) * dh
        sizes.append(np.linalg.norm(dz))
        dh = W_h.T @ dz
    return sum(sizes[K:]) / sum(sizes)


# %% 3.5 takes the norm of the sum for the sum of the norms
def far_share(hs, W_h, v, K):
    parts, dh = [], v
    for h in hs[::-1]:
        dz = (1 - h**2) * dh
        parts.append(dz)
        dh = W_h.T @ dz
    far = np.sum(parts[K:], axis=0) if len(parts) > K else 0 * v
    return np.linalg.norm(far) / np.linalg.norm(np.sum(parts, axis=0))


# %% 3.5 counts the lag from the first step
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    for h in hs[::-1]:
        dz = (1 - h**2) * dh
        sizes.append(np.linalg.norm(dz))
        dh = W_h.T @ dz
    return sum(sizes[::-1][K:]) / sum(sizes)


# %% 3.5 leaves out lag K itself
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    for h in hs[::-1]:
        dz = (1 - h**2) * dh
        sizes.append(np.linalg.norm(dz))
        dh = W_h.T @ dz
    return sum(sizes[K + 1 :]) / sum(sizes)


# %% 3.5 adds the squares of the norms
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    for h in hs[::-1]:
        dz = (1 - h**2) * dh
        sizes.append(dz @ dz)
        dh = W_h.T @ dz
    return sum(sizes[K:]) / sum(sizes)


# %% 3.5 gives the share of the gradient of W_h
def far_share(hs, W_h, v, K):
    sizes, dh = [], v
    before = np.vstack([np.zeros_like(hs[:1]), hs[:-1]])
    for h, last in zip(hs[::-1], before[::-1], strict=True):
        dz = (1 - h**2) * dh
        sizes.append(np.linalg.norm(np.outer(dz, last)))
        dh = W_h.T @ dz
    return sum(sizes[K:]) / max(sum(sizes), 1e-300)


# %% 3.7 takes the spectral radius for the factor of each step
def peak(W, K):
    radius = np.abs(np.linalg.eigvals(W)).max()
    return (K, K * np.log(radius)) if radius > 1 else (0, 0.0)


# %% 3.7 takes the largest singular value for the factor of each step
def peak(W, K):
    largest = np.linalg.norm(W, ord=2)
    return (K, K * np.log(largest)) if largest > 1 else (0, 0.0)


# %% 3.7 raises each entry to the power
def peak(W, K):
    logs = [0.0]
    for k in range(1, K + 1):
        with np.errstate(all="ignore"):
            logs.append(np.log(np.linalg.norm(np.nan_to_num(W**k, posinf=1e300), ord=2) + 1e-300))
    return int(np.argmax(logs)), max(logs)


# %% 3.7 takes the Frobenius norm for the largest stretch
def peak(W, K):
    exponent, largest, power, total = 0, 0.0, np.eye(len(W)), 0.0
    for k in range(1, K + 1):
        power = power @ W
        stretch = np.linalg.norm(power)
        if stretch == 0:
            break
        power, total = power / stretch, total + np.log(stretch)
        if total > largest + 1e-9:
            exponent, largest = k, total
    return exponent, largest


# %% 3.7 stops where the stretch falls for the first time
def peak(W, K):
    power, total = np.eye(len(W)), 0.0
    for k in range(1, K + 1):
        power = power @ W
        stretch = np.linalg.norm(power, ord=2)
        if stretch <= 1 + 1e-9:
            return k - 1, total
        power, total = power / stretch, total + np.log(stretch)
    return K, total


# %% 3.7 leaves out the identity
def peak(W, K):
    exponent, largest, power, total = 1, -np.inf, np.eye(len(W)), 0.0
    for k in range(1, K + 1):
        power = power @ W
        stretch = np.linalg.norm(power, ord=2)
        if stretch == 0:
            break
        power, total = power / stretch, total + np.log(stretch)
        if total > largest + 1e-9:
            exponent, largest = k, total
    return exponent, largest


# %% 3.7 lets the powers overflow
def peak(W, K):
    exponent, largest, power = 0, 0.0, np.eye(len(W))
    for k in range(1, K + 1):
        with np.errstate(all="ignore"):
            power = np.nan_to_num(power @ W, posinf=1e300)
            total = np.log(np.linalg.norm(power, ord=2))
        if total > largest + 1e-9:
            exponent, largest = k, total
    return exponent, largest
