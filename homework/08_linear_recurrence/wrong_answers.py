# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)


# %% 8.2 puts the later stretch on the left
def windows(stretches, w, join):
    def put(late, n, early):
        return late if n >= len(late) else np.concatenate([late[:n], join(late[n:], early[:-n])])

    if w == 1:
        return stretches.copy()
    half = windows(stretches, w // 2, join)
    both = put(half, w // 2, half)
    return put(both, w - 1, stretches) if w % 2 else both


# %% 8.2 goes on to the whole past, as a scan does
def windows(stretches, w, join):
    out, distance = stretches.copy(), 1
    while distance < len(out):
        out = np.concatenate([out[:distance], join(out[:-distance], out[distance:])])
        distance *= 2
    return out


# %% 8.2 rounds the window up to a power of two
def windows(stretches, w, join):
    out, distance = stretches.copy(), 1
    while distance < w:
        if distance < len(out):
            out = np.concatenate([out[:distance], join(out[:-distance], out[distance:])])
        distance *= 2
    return out


# %% 8.2 rounds the window down to a power of two
def windows(stretches, w, join):
    out, distance = stretches.copy(), 1
    while 2 * distance <= w:
        if distance < len(out):
            out = np.concatenate([out[:distance], join(out[:-distance], out[distance:])])
        distance *= 2
    return out


# %% 8.2 lets two windows overlap, which only a maximum forgives
def windows(stretches, w, join):
    out, size = stretches.copy(), 1
    while 2 * size <= w:
        if size < len(out):
            out = np.concatenate([out[:size], join(out[:-size], out[size:])])
        size *= 2
    rest = w - size
    if 0 < rest < len(out):
        out = np.concatenate([out[:rest], join(out[:-rest], out[rest:])])
    return out


# %% 8.2 takes distances 1, 2, 3 and so on
def windows(stretches, w, join):
    out = stretches.copy()
    for distance in range(1, w):
        if distance < len(out):
            out = np.concatenate([out[:distance], join(out[:-distance], out[distance:])])
    return out


# %% 8.2 adds one step at a time, with w - 1 calls
def windows(stretches, w, join):
    out = stretches.copy()
    for distance in range(1, min(w, len(stretches))):
        out[distance:] = join(stretches[:-distance], out[distance:])
    return out


# %% 8.2 runs a loop over the steps
def windows(stretches, w, join):
    out = stretches.copy()
    for t in range(len(stretches)):
        window = stretches[max(0, t - w + 1)][None]
        for s in range(max(0, t - w + 1) + 1, t + 1):
            window = join(window, stretches[s][None])
        out[t] = window[0]
    return out


# %% 8.2 cuts the sequence into blocks that do not overlap
def windows(stretches, w, join):
    out, distance, place = stretches.copy(), 1, np.arange(len(stretches)) % w
    while distance < min(w, len(out)):
        inside = np.flatnonzero(place >= distance)
        out[inside] = join(out[inside - distance], out[inside])
        distance *= 2
    return out


# %% 8.2 leaves alone the steps that have no full window
def windows(stretches, w, join):
    out = stretches.copy()
    for t in range(w - 1, len(stretches)):
        window = stretches[t - w + 1][None]
        for s in range(t - w + 2, t + 1):
            window = join(window, stretches[s][None])
        out[t] = window[0]
    return out


# %% 8.2 looks ahead, from each step on
def windows(stretches, w, join):
    T, out = len(stretches), stretches.copy()
    for t in range(T):
        window = stretches[t][None]
        for s in range(t + 1, min(T, t + w)):
            window = join(window, stretches[s][None])
        out[t] = window[0]
    return out


# %% 8.2 takes the w steps before, without the step itself
def windows(stretches, w, join):
    out = stretches.copy()
    for t in range(1, len(stretches)):
        window = stretches[max(0, t - w)][None]
        for s in range(max(0, t - w) + 1, t):
            window = join(window, stretches[s][None])
        out[t] = window[0]
    return out


# %% 8.2 wraps round, so that the beginning sees the end
def windows(stretches, w, join):
    def put(late, n, early):
        return join(np.roll(early, n, axis=0), late)

    if w == 1:
        return stretches.copy()
    half = windows(stretches, w // 2, join)
    both = put(half, w // 2, half)
    return put(both, w - 1, stretches) if w % 2 else both


# %% 8.2 writes into the array that was lent
def windows(stretches, w, join):
    def put(late, n, early):
        if n < len(late):
            late[n:] = join(early[:-n].copy(), late[n:])
        return late

    if w == 1:
        return stretches
    steps = stretches.copy()
    half = windows(stretches, w // 2, join)
    both = put(half, w // 2, half.copy())
    return put(both, w - 1, steps) if w % 2 else both


# %% 8.4 takes exp(nu) for the radius
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(radius)
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes exp(-nu) for the radius
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = -np.log(radius)
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 shares the loss out among the steps instead of multiplying
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = 1 - (1 - share) / steps
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the time constant, whatever the share
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = np.exp(-1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the half-life, whatever the share
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = 0.5 ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the logarithm to base 10
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log10(-np.log10(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the modulus squared, as gamma does
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / (2 * steps))
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 adds up the moduli, as if nothing turned
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = 1 / (1 - radius)
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the modulus of the sum
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = abs(1 / (1 - radius * np.exp(1j * angle)))
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 reads off the imaginary part
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).imag
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the real part of the eigenvalue first
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = 1 / (1 - radius * np.cos(angle))
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 leaves out the input of the step itself
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real - 1
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 says that white noise and a constant are the same
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = 1 / np.sqrt(1 - radius**2)
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 normalises by gamma, which nobody asked for
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = np.sqrt(1 - radius**2) * (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the angle in degrees
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * np.deg2rad(angle)))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes exp(angle) for the angle, as the LRU's theta
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * np.exp(angle)))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes nu for the logarithm of the radius
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - np.exp(nu + 1j * angle))).real
fall = radius - (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 gives the new radius, not the fall
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = (share / 2) ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 gives the factor, not the difference
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = 1 - 0.5 ** (1 / steps)
answer = (nu, settled, fall)


# %% 8.4 takes the slope times half, for a change that is not small
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = radius / (2 * steps)
answer = (nu, settled, fall)


# %% 8.4 moves nu, not the radius
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = np.log(np.log(share / 2) / np.log(share))
answer = (nu, settled, fall)


# %% 8.4 halves what is forgotten
numbers = personal("8.4", steps=(60, 120), share=(0.02, 0.1), angle=(0.2, 0.5))
steps, share, angle = numbers.steps, numbers.share, numbers.angle
radius = share ** (1 / steps)
nu = np.log(-np.log(radius))
settled = (1 / (1 - radius * np.exp(1j * angle))).real
fall = (1 - radius) / 2
answer = (nu, settled, fall)


# %% 8.6 forgets that the factor also writes, as 1 - a
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * previous
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 adds what is kept and what is written
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous + n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 takes the state of the step, not the one before
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (h - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 hears no future
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += 0
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 hears only the last loss
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = np.zeros(dhs.shape)
    dh[-1] = dhs[-1]
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 goes back with the factor of the step itself
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 hears the step behind alone, not the ones behind that
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] = dhs[t] + a[t + 1] * dhs[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 lets the past act, not the future
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(1, T):
        dh[t] += a[t] * dh[t - 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 goes back through what is written, as well
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 forgets the slope of the softplus
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time = np.log1p(np.exp(u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 takes the slope of a sigmoid for that of the softplus
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope * (1 - slope)
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 takes the gate for a sigmoid, whatever the rate
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time = np.log1p(np.exp(u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * (1 - a)
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 forgets the rate on the way to the time
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 loses the minus of the decay
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 forgets the slope of the exponential
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 forgets the time in the rate's gradient
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 loses the minus in the rate's gradient
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = (da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 takes the mean over the batch
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    B = x.shape[1]
    return dz @ W_x, drate / B, dW_x / B, dz.sum(axis=(0, 1)) / B


# %% 8.6 writes all of the candidate
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 puts the candidate's rows first
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([dn, du], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.6 keeps the last step's gradient, not the sum
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs.copy()
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz[-1].sum(axis=0)


# %% 8.6 adds into the array that was lent
def timed_backward(dhs, x, rate, W_x, b):
    T, H = len(x), len(rate)
    z = x @ W_x.T + b
    u, n = z[..., :H], z[..., H:]
    time, slope = np.log1p(np.exp(u)), 1 / (1 + np.exp(-u))
    a = np.exp(-rate * time)
    h = np.zeros(dhs.shape)
    for t in range(T):
        h[t] = (a[t] * h[t - 1] if t else 0) + (1 - a[t]) * n[t]
    previous = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
    dh = dhs
    for t in range(T - 2, -1, -1):
        dh[t] += a[t + 1] * dh[t + 1]
    da = dh * (previous - n)
    dn = dh * (1 - a)
    du = -da * a * rate * slope
    drate = -(da * a * time).sum(axis=(0, 1))
    dz = np.concatenate([du, dn], axis=-1)
    dW_x = np.einsum("tbr,tbd->rd", dz, x)
    return dz @ W_x, drate, dW_x, dz.sum(axis=(0, 1))


# %% 8.7 turns backwards
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, s], [-s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 adds the angle's point instead of turning
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t], b[t] = np.eye(2), (c, s)
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 takes eigenvalues that are real, one for each coordinate
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, 0], [0, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 takes the matrix of eigenvalues 1 and -1 for every turn, which is parity
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = (-1.0) ** k * np.eye(2)
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 forgets the minus of the rotation
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 takes degrees
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(360 * k / m), np.sin(360 * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 takes half a circle for the whole
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(np.pi * k / m), np.sin(np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 counts m positions with both ends
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / (m + 1)), np.sin(2 * np.pi * k / (m + 1))
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 keeps the radius below 1, to be safe
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[0.999 * c, -0.999 * s], [0.999 * s, 0.999 * c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 sets without forgetting
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            A[t], b[t] = np.eye(2), (c, s)
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 sets by turning to k from 0
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            A[t] = np.array([[c, -s], [s, c]])
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 sets to 0, whatever k
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = 1, 0
        else:
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 turns by half a circle where it should flip
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = -np.eye(2)
    return A, b


# %% 8.7 flips both coordinates, after a turn by k
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[-c, s], [-s, -c]]
    return A, b


# %% 8.7 flips at the axis of k, and so to 2 k - p
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            c, s = np.cos(2 * np.pi * 2 * k / m), np.sin(2 * np.pi * 2 * k / m)
            A[t] = [[c, s], [s, -c]]
    return A, b


# %% 8.7 flips at 0, whatever k
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[1, 0], [0, -1]]
    return A, b


# %% 8.7 turns first and then flips, to -(p + k)
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = np.array([[1, 0], [0, -1]]) @ [[c, -s], [s, c]]
    return A, b


# %% 8.7 takes a flip for a turn back by k
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t, (word, k) in enumerate(commands):
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "turn":
            A[t] = [[c, -s], [s, c]]
        elif word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, s], [-s, c]]
    return A, b


# %% 8.7 tracks the position itself, and sets it at each step
def dial(commands, m):
    A, b, p = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2)), 0
    for t, (word, k) in enumerate(commands):
        p = {"turn": p + k, "set": k, "flip": k - p}[word] % m
        b[t] = np.cos(2 * np.pi * p / m), np.sin(2 * np.pi * p / m)
    return A, b


# %% 8.7 empties the list of commands
def dial(commands, m):
    A, b = np.zeros((len(commands), 2, 2)), np.zeros((len(commands), 2))
    for t in range(len(A)):
        word, k = commands.pop(0)
        c, s = np.cos(2 * np.pi * k / m), np.sin(2 * np.pi * k / m)
        if word == "set":
            b[t] = c, s
        else:
            A[t] = [[c, -s], [s, c]] if word == "turn" else [[c, s], [s, -c]]
    return A, b
