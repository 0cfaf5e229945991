# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)

# %% 2.2 drops what comes from the future
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
terms = []
for t in (3, 2, 1):
    dz = (1 - h[t] ** 2) * 1
    terms.append(dz * h[t - 1])
answer = tuple(terms[::-1])

# %% 2.2 hears only the last loss
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 1.0, []
for t in (3, 2, 1):
    dz = (1 - h[t] ** 2) * dh
    terms.append(dz * h[t - 1])
    dh = w * dz
answer = tuple(terms[::-1])

# %% 2.2 takes the state of the step, not the one before
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 0.0, []
for t in (3, 2, 1):
    dz = (1 - h[t] ** 2) * (dh + 1)
    terms.append(dz * h[t])
    dh = w * dz
answer = tuple(terms[::-1])

# %% 2.2 forgets the slope of tanh
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 0.0, []
for t in (3, 2, 1):
    dz = dh + 1
    terms.append(dz * h[t - 1])
    dh = w * dz
answer = tuple(terms[::-1])

# %% 2.2 takes the slope at the state before
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 0.0, []
for t in (3, 2, 1):
    dz = (1 - h[t - 1] ** 2) * (dh + 1)
    terms.append(dz * h[t - 1])
    dh = w * dz
answer = tuple(terms[::-1])

# %% 2.2 forgets w on the way back
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 0.0, []
for t in (3, 2, 1):
    dz = (1 - h[t] ** 2) * (dh + 1)
    terms.append(dz * h[t - 1])
    dh = dz
answer = tuple(terms[::-1])

# %% 2.2 counts from the last step
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 0.0, []
for t in (3, 2, 1):
    dz = (1 - h[t] ** 2) * (dh + 1)
    terms.append(dz * h[t - 1])
    dh = w * dz
answer = tuple(terms)

# %% 2.2 sends back the gradient before the slope
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 0.0, []
for t in (3, 2, 1):
    dh = dh + 1
    terms.append((1 - h[t] ** 2) * dh * h[t - 1])
    dh = w * dh
answer = tuple(terms[::-1])

# %% 2.2 lets the past act, not the future
w, h = personal("2.2", w=(1.1, 1.6)).w, [0.5]
for x_t in (0.2, -0.4, 0.6):
    h.append(np.tanh(w * h[-1] + x_t))
dh, terms = 0.0, []
for t in (1, 2, 3):
    dz = (1 - h[t] ** 2) * (dh + 1)
    terms.append(dz * h[t - 1])
    dh = w * dz
answer = tuple(terms)


# %% 2.4 drops the leak on the way back
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 goes back by the leak alone
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh
    return dh, dW_x, dW_h, db


# %% 2.4 hears no future at all
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 hears only the last loss
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t] * (t == len(x) - 1)
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 transposes the recurrent weights
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h.T
    return dh, dW_x, dW_h, db


# %% 2.4 takes the state of the step, not the one before
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t + 1]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 takes the slope at the state
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - hs[t + 1] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 takes the slope at the state before
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - hs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 forgets the slope
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 forgets the share of the new
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 keeps the last step's gradient, not the sum
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 takes the mean over the batch
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.mean(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 transposes the outer product
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + hs[t].T @ dz
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 counts the leak twice, before and after the slope
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dh = dh + dhs[t]
        dz = alpha * (1 - alpha) * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.4 adds into the array that was lent
def leaky_backward(dhs, x, h0, W_x, W_h, b, alpha):
    hs, cs = [h0], []
    for x_t in x:
        cs.append(np.tanh(x_t @ W_x.T + hs[-1] @ W_h.T + b))
        hs.append((1 - alpha) * hs[-1] + alpha * cs[-1])
    dh, dW_x, dW_h, db = 0 * h0, 0 * W_x, 0 * W_h, 0 * b
    for t in range(len(x) - 1, -1, -1):
        dhs[t] += dh
        dh = dhs[t]
        dz = alpha * (1 - cs[t] ** 2) * dh
        dW_x = dW_x + dz.T @ x[t]
        dW_h = dW_h + dz.T @ hs[t]
        db = db + dz.sum(axis=0)
        dh = (1 - alpha) * dh + dz @ W_h
    return dh, dW_x, dW_h, db


# %% 2.6 lets every loss go back the whole way, as a window does
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        u = t
        reached += sum(a ** (t - k) for k in range(max(1, u - back + 1), t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.6 cuts at the chunk, however far back is asked
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        reached += sum(a ** (t - k) for k in range((t - 1) // every * every + 1, t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.6 counts back from the beginning of the stretch
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        reached += sum(a ** (t - k) for k in range(max(1, (t - 1) // every * every - back + 1), t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.6 goes one state too far
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        u = min(T, -(-t // every) * every)
        reached += sum(a ** (t - k) for k in range(max(1, u - back), t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.6 goes one state too few
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        u = min(T, -(-t // every) * every)
        reached += sum(a ** (t - k) for k in range(max(1, min(t, u - back + 2)), t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.6 loses the steps that do not fill the last stretch
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        u = min(T, -(-t // every) * every)
        reached += (u % every == 0) * sum(a ** (t - k) for k in range(max(1, u - back + 1), t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.6 waits for a pass that never comes
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        u = -(-t // every) * every
        reached += sum(a ** (t - k) for k in range(max(1, u - back + 1), t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole


# %% 2.6 counts pairs, whatever they weigh
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        u = min(T, -(-t // every) * every)
        reached += sum(1 for k in range(max(1, u - back + 1), t + 1))
        whole += sum(1 for k in range(1, t + 1))
    return reached / whole


# %% 2.6 averages the shares of the losses
def kept(a, T, back, every):
    shares = []
    for t in range(1, T + 1):
        u = min(T, -(-t // every) * every)
        part = sum(a ** (t - k) for k in range(max(1, u - back + 1), t + 1))
        shares.append(part / sum(a ** (t - k) for k in range(1, t + 1)))
    return np.mean(shares)


# %% 2.6 gives each loss the middle of what chunks give
def kept(a, T, back, every):
    reached = whole = 0.0
    for t in range(1, T + 1):
        u = t + (every - 1) // 2
        reached += sum(a ** (t - k) for k in range(max(1, u - back + 1), t + 1))
        whole += sum(a ** (t - k) for k in range(1, t + 1))
    return reached / whole
