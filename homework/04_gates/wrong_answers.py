# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)

# %% 4.2 takes the mean of the gate
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
high = numbers.steps - numbers.times
gate = (numbers.times * numbers.low + high * numbers.high) / numbers.steps
answer = (gate**numbers.steps, gate)

# %% 4.2 computes the share, and takes the mean for the constant gate
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
high = numbers.steps - numbers.times
share = numbers.low**numbers.times * numbers.high**high
answer = (share, (numbers.times * numbers.low + high * numbers.high) / numbers.steps)

# %% 4.2 subtracts what each step takes away
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
high = numbers.steps - numbers.times
lost = numbers.times * (1 - numbers.low) + high * (1 - numbers.high)
answer = (1 - lost, 1 - lost / numbers.steps)

# %% 4.2 forgets the slow loss at the high steps
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
share = numbers.low**numbers.times
answer = (share, share ** (1 / numbers.steps))

# %% 4.2 forgets the few low steps
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
answer = (numbers.high**numbers.steps, numbers.high)

# %% 4.2 counts the low steps beside the others, not among them
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
share = numbers.low**numbers.times * numbers.high**numbers.steps
answer = (share, share ** (1 / numbers.steps))

# %% 4.2 takes the root of the product of the two gates
numbers = personal("4.2", steps=(80, 120), times=(4, 8), low=(0.3, 0.6), high=(0.97, 0.99))
gate = np.sqrt(numbers.low * numbers.high)
answer = (gate**numbers.steps, gate)


# %% 4.4 moves the rows and leaves the meaning of z
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    return W_x[order], W_h[order], b[order], 0 * b


# %% 4.4 turns z round and leaves the rows where they are
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    sign = np.ones(3 * H)
    sign[:H] = -1
    return W_x * sign[:, None], W_h * sign[:, None], b * sign, 0 * b


# %% 4.4 exchanges r and z, as if that turned z round
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    return -W_x[order], -W_h[order], -b[order], 0 * b


# %% 4.4 turns round the second block of the other book, which is r
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[:H] = -1
    return W_x[order] * sign[:, None], W_h[order] * sign[:, None], b[order] * sign, 0 * b


# %% 4.4 forgets to turn the bias round
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return W_x[order] * sign[:, None], W_h[order] * sign[:, None], b[order], 0 * b


# %% 4.4 turns the bias round and nothing else
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return W_x[order], W_h[order], b[order] * sign, 0 * b


# %% 4.4 turns W_x round and not W_h
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return W_x[order] * sign[:, None], W_h[order], b[order] * sign, 0 * b


# %% 4.4 takes the weights from 1, as if they were the gate
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    W_x, W_h, b = W_x[order], W_h[order], b[order]
    for array in (W_x, W_h, b):
        array[H : 2 * H] = 1 - array[H : 2 * H]
    return W_x, W_h, b, 0 * b


# %% 4.4 turns the candidate round as well
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[H:] = -1
    return W_x[order] * sign[:, None], W_h[order] * sign[:, None], b[order] * sign, 0 * b


# %% 4.4 puts the bias inside the reset
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return W_x[order] * sign[:, None], W_h[order] * sign[:, None], 0 * b, b[order] * sign


# %% 4.4 shares the bias out, half to each
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    half = b[order] * sign / 2
    return W_x[order] * sign[:, None], W_h[order] * sign[:, None], half, half


# %% 4.4 adds the bias twice
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    sign = np.ones(3 * H)
    sign[H : 2 * H] = -1
    return W_x[order] * sign[:, None], W_h[order] * sign[:, None], b[order] * sign, b[order] * sign


# %% 4.4 works in the arrays that were lent
def adopt(W_x, W_h, b):
    H = W_h.shape[1]
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    for array in (W_x, W_h, b):
        array[:H] *= -1
    return W_x[order], W_h[order], b[order], 0 * b


# %% 4.5 forgets that f also writes, as 1 - f
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * c * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 adds what f keeps and what it lets in
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c + g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 takes the coupling for a second gate with a slope of its own
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * c * f * (1 - f) + dc_new * g * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 hears nothing through h
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 hears nothing from the future
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 drops the output gate on the way to the cell
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 forgets the slope of tanh(c)
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 takes the slope of tanh at the cell before
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 takes the cell for its tanh
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - c_new**2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 sends the way through h on to the gates, and not to the cell before
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 takes the new cell in the gradient of f
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c_new - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 forgets the slope of the forget gate
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 takes the slope of the sigmoid at its value
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    slope = np.exp(-f) / (1 + np.exp(-f)) ** 2
    dz_f = dc_new * (c - g) * slope
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 gives the candidate a sigmoid's slope
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * g * (1 - g)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 writes with f and not with 1 - f
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * f * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 forgets tanh at the output gate
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * c_new * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 lets the cell's gradient through the output gate
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = (dh + dc) * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 forgets that f multiplies the way back
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 stacks the rows f, o, g
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_o, dz_g], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 multiplies by W_x for both, where the sizes allow it
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ (W_x if W_x.shape == W_h.shape else W_h), dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 adds the direct path to h, too
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h + dh * f, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.5 pairs W_h with the cell
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ c, dz.sum(axis=0)


# %% 4.5 takes the mean over the batch
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc_new = dc + dh * o * (1 - np.tanh(c_new) ** 2)
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.mean(axis=0)


# %% 4.5 adds into the array that was lent
def coupled_backward(dh, dc, x, h, c, W_x, W_h, b):
    z_f, z_g, z_o = np.split(x @ W_x.T + h @ W_h.T + b, 3, axis=1)
    f, g, o = 1 / (1 + np.exp(-z_f)), np.tanh(z_g), 1 / (1 + np.exp(-z_o))
    c_new = f * c + (1 - f) * g
    dc += dh * o * (1 - np.tanh(c_new) ** 2)
    dc_new = dc
    dz_f = dc_new * (c - g) * f * (1 - f)
    dz_g = dc_new * (1 - f) * (1 - g**2)
    dz_o = dh * np.tanh(c_new) * o * (1 - o)
    dz = np.concatenate([dz_f, dz_g, dz_o], axis=1)
    return dz @ W_x, dz @ W_h, dc_new * f, dz.T @ x, dz.T @ h, dz.sum(axis=0)


# %% 4.6 trusts in keeping alone
answer = ([[8, 8], [-8, -8], [8, -8], [0, 0]], [[0], [0], [0], [0]], [-4, 6, 0, 8])

# %% 4.6 keeps with a forget gate that also hears a set state
answer = ([[8, 8], [-8, -8], [8, -8], [0, 0]], [[0], [8], [0], [0]], [-4, 4, 0, 8])

# %% 4.6 adds marks up, as the forget gate stays open
answer = ([[8, 8], [0, 0], [8, -8], [0, 0]], [[0], [0], [4], [0]], [-4, 4, 0, 8])

# %% 4.6 stacks the rows i, f, o, g
answer = ([[8, 8], [-8, -8], [0, 0], [8, -8]], [[0], [0], [0], [4]], [-4, 4, 8, 0])

# %% 4.6 erases at a reset, and writes nothing
answer = ([[8, 0], [-8, -8], [8, 0], [0, 0]], [[0], [0], [4], [0]], [-4, 4, 0, 8])

# %% 4.6 takes the candidate for a gate, open at a set and shut at a reset
answer = ([[8, 8], [-8, -8], [8, 0], [0, 0]], [[0], [0], [0], [0]], [-4, 8, 0, 8])

# %% 4.6 opens the forget gate to write
answer = ([[8, 8], [8, 8], [8, -8], [0, 0]], [[0], [0], [4], [0]], [-4, 0, 0, 8])

# %% 4.6 shuts the forget gate on blanks, too
answer = ([[8, 8], [0, 0], [8, -8], [0, 0]], [[0], [0], [0], [0]], [-4, -8, 0, 8])

# %% 4.6 shows the state at marks alone
answer = ([[8, 8], [-8, -8], [8, -8], [8, 8]], [[0], [0], [4], [0]], [-4, 4, 0, -4])

# %% 4.6 feeds the state back with the wrong sign
answer = ([[8, 8], [-8, -8], [8, -8], [0, 0]], [[0], [0], [-4], [0]], [-4, 4, 0, 8])

# %% 4.6 feeds back so much that no mark can outvote it
answer = ([[0, 0], [0, 0], [4, -4], [0, 0]], [[0], [0], [8], [0]], [0, 0, 0, 8])

# %% 4.6 exchanges set and reset
answer = ([[8, 8], [-8, -8], [-8, 8], [0, 0]], [[0], [0], [4], [0]], [-4, 4, 0, 8])

# %% 4.6 makes a sigmoid a switch, beyond the bound
answer = ([[60, 60], [-60, -60], [60, -60], [0, 0]], [[0], [0], [0], [0]], [-30, 30, 0, 30])
