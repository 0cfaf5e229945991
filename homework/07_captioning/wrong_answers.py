# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)

# %% 7.2 gives each of the 64 places weights of its own
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (64 * C + 1)
scores = 64 * A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (64 * C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 gives each place a key layer of its own
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = 64 * A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 forgets that the LSTM reads the context
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C
answer = (lstm + E * (C + 1), lstm + start, lstm + start + scores, work)

# %% 7.2 forgets the wider input when it counts multiplications
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 lets the context stand in for the word
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, 4 * H * (C + H + 1) + start + scores, work)

# %% 7.2 starts the cell from zeros
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 counts two biases, as PyTorch has
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 2)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 forgets the biases of the layers around the LSTM
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * C
scores = A * C + A * H
work = A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * C, lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 makes the keys anew for every word
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = 64 * A * C + A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 makes a query for every place
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = 64 * A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 attends in place of a start state
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + scores, work)

# %% 7.2 counts the multiplications of the whole step
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * A + 64 * C + 4 * H * (E + C + H)
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)

# %% 7.2 scores places by their features, not by their keys
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))
C, E, H, A = numbers.C, numbers.E, numbers.H, numbers.A
lstm = 4 * H * (E + H + 1)
start = 2 * H * (C + 1)
scores = A * (C + 1) + A * (H + 1)
work = A * H + 64 * C + 64 * C + 4 * H * C
answer = (lstm + E * (C + 1), lstm + start, lstm + 4 * H * C + start + scores, work)


# %% 7.3 reshapes to (B, 64, C), which mixes channels and places
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, 64, C).transpose(0, 2, 1)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 takes the softmax over the batch
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max())
    weights = e / np.maximum(e.sum(axis=0, keepdims=True), 1e-300)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 takes the softmax over each row of the grid
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    grid = scores.reshape(B, 8, 8)
    best = grid.max(axis=2, keepdims=True)
    e = np.exp(grid - np.where(np.isfinite(best), best, 0))
    weights = (e / np.maximum(e.sum(axis=2, keepdims=True), 1e-300)).reshape(B, 64)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 does not divide by the root of A
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1)
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 divides by the root of C
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(C)
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 sets the weights of the filling to 0 after the softmax
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    weights = weights * real.reshape(B, 64)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 sets the scores of the filling to 0, which is a score like others
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, 0)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 attends to the filling, too
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 subtracts the largest score of all places, filling included
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    e = np.exp(scores - scores.max(axis=1, keepdims=True)) * real.reshape(B, 64)
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 subtracts nothing before exp
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores)
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 returns a weighted sum of keys
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * keys).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 returns the mean of the features, as if they were pooled
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = f.mean(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.3 returns the features of the best place alone
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = f[np.arange(B), :, weights.argmax(axis=1)]
    return weights.reshape(B, 8, 8), context


# %% 7.3 takes x for y in the grid it returns
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8).swapaxes(1, 2), context


# %% 7.3 writes into the features that were lent
def attend_real(features, W_k, query, real):
    B, C = features.shape[:2]
    features *= real[:, None]
    f = features.reshape(B, C, 64)
    keys = W_k @ f
    scores = (query[:, :, None] * keys).sum(axis=1) / np.sqrt(len(W_k))
    scores = np.where(real.reshape(B, 64), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    context = (weights[:, None] * f).sum(axis=2)
    return weights.reshape(B, 8, 8), context


# %% 7.4 takes one of the two biases
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 takes the other one of the two biases
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 keeps END in the caption
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        ended |= words == end
        if ended.all():
            break
    return captions


# %% 7.4 goes on writing after END
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(words != end):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 stops the whole batch when the first caption ends
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.any():
            break
    return captions


# %% 7.4 writes on in captions that have ended until all have
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in range(0 if ended.all() else B):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 feeds START at every step
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        now = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= now == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(now[k]))
        if ended.all():
            break
    return captions


# %% 7.4 feeds the image at every step
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words] + image
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 feeds the image in place of every word
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = image
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 reads the first word from the image's step, and leaves START out
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = (
        (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1),
        [[] for _ in images],
        np.zeros(B, bool),
    )
    ended |= words == end
    for k in np.flatnonzero(~ended):
        captions[k].append(int(words[k]))
    for _ in range(limit - 1):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 shows START first and the image after it
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    zero = np.zeros((B, H))
    h, c = lstm_step(weights["embedding.weight"][np.full(B, start)], zero, zero, *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words] if any(captions) else image
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 starts with the image added to START
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h = c = np.zeros((B, H))
    first = True
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words] + (image if first else 0)
        first = False
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 drops the cell after the image
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    c = np.zeros((B, H))
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 drops the state after the image
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    h, c = np.zeros((B, H)), np.zeros((B, H))
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 starts from zeros at every word
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, _ = lstm_step(x, np.zeros((B, H)), np.zeros((B, H)), *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 resets the cell at every word
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)[0]
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, _ = lstm_step(x, h, np.zeros((B, H)), *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 counts END among the words of the limit
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit - 1):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 writes one word too many
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit + 1):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 forgets the bias of the words
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 forgets the bias of the image's layer
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    arrays = weights["cell.weight_ih"], weights["cell.weight_hh"], b
    image = images @ weights["image.weight"].T
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.4 takes the rows for i, f, o, g
def write_captions(images, weights, start, end, limit):
    B, H = len(images), weights["cell.weight_hh"].shape[1]
    b = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    order = np.r_[0 : 2 * H, 3 * H : 4 * H, 2 * H : 3 * H]
    arrays = weights["cell.weight_ih"][order], weights["cell.weight_hh"][order], b[order]
    image = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(image, np.zeros((B, H)), np.zeros((B, H)), *arrays)
    words, captions, ended = np.full(B, start), [[] for _ in images], np.zeros(B, bool)
    for _ in range(limit):
        x = weights["embedding.weight"][words]
        h, c = lstm_step(x, h, c, *arrays)
        words = (h @ weights["output.weight"].T + weights["output.bias"]).argmax(axis=1)
        ended |= words == end
        for k in np.flatnonzero(~ended):
            captions[k].append(int(words[k]))
        if ended.all():
            break
    return captions


# %% 7.6 takes the shortest reference
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k]) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the longest reference
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [max(reference_lengths[k]) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the mean length of the references
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [np.mean(reference_lengths[k]) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the first reference
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [reference_lengths[k][0] for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the longer of two equally close references
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), -n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the first of two equally close references
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: abs(n - lengths[k])) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 rewards captions that are too long
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 punishes captions that are too long, too
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = min(np.exp(1 - wanted / said), np.exp(1 - said / wanted))
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the ratio of the lengths for the penalty
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = min(1.0, said / wanted)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 forgets the penalty
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        scores.append(100 * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the mean of each caption's penalty
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said = np.maximum(lengths[rest], 0.01)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = np.exp(np.minimum(1 - near / said, 0)).mean()
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the mean of four precisions, not the fourth root of their product
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.mean(hit / all_of_them))
    return np.array(scores)


# %% 7.6 takes the precision of four words in a row alone
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * (hit / all_of_them)[3])
    return np.array(scores)


# %% 7.6 takes the mean of each caption's precisions
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit = np.sum(matches[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(np.mean(matches[rest] / np.maximum(ngrams[rest], 1), axis=0)) ** 0.25)
    return np.array(scores)


# %% 7.6 smooths, so that nothing is 0
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if said == 0:
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod((hit + 1) / (all_of_them + 1)) ** 0.25)
    return np.array(scores)


# %% 7.6 leaves out orders without a match
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if said == 0:
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod((hit / np.maximum(all_of_them, 1))[hit > 0]) ** 0.25)
    return np.array(scores)


# %% 7.6 is 0 as soon as one caption has no match
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (matches[rest] == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 gives the caption's own score
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k == s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths[rest]), np.sum(near)
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 leaves the caption in when it adds up lengths
def without_each(matches, ngrams, lengths, reference_lengths):
    scores = []
    for s in range(len(lengths)):
        rest = [k for k in range(len(lengths)) if k != s]
        hit, all_of_them = np.sum(matches[rest], axis=0), np.sum(ngrams[rest], axis=0)
        near = [min(reference_lengths[k], key=lambda n: (abs(n - lengths[k]), n)) for k in rest]
        said, wanted = np.sum(lengths), np.sum(near) + reference_lengths[s][0]
        if (hit == 0).any():
            scores.append(0.0)
            continue
        penalty = 1.0 if said >= wanted else np.exp(1 - wanted / said)
        scores.append(100 * penalty * np.prod(hit / all_of_them) ** 0.25)
    return np.array(scores)


# %% 7.6 takes the mean of sentence scores
def without_each(matches, ngrams, lengths, reference_lengths):
    each = []
    for hit, all_of_them, said, refs in zip(matches, ngrams, lengths, reference_lengths, strict=True):
        near = min(refs, key=lambda n: (abs(n - said), n))
        if (hit == 0).any():
            each.append(0.0)
            continue
        each.append(100 * min(1, np.exp(1 - near / said)) * np.prod(hit / all_of_them) ** 0.25)
    return (np.sum(each) - each) / (len(each) - 1)
