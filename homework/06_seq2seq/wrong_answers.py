# Plausible wrong answers, each one a misconception that the hidden tests must reject.
# Read by tools/homework.py as text; never imported.
# ruff: noqa: F811  (the same function again and again is the point)


# %% 6.3 forgets the scale
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys)
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 divides by A, not by its root
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / queries.shape[2]
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 divides by the root of the number of places
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(len(keys))
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 divides by the root of the size of the values
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(values.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 shares out over the batch
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=2, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 shares out over the decoder's steps
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=0, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 shares out over everything at once
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum()
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 lets every sigmoid stand as it is, without sharing out
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 takes a softmax after all
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = np.exp(scores)
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 takes a softmax of the sigmoids
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = np.exp(1 / (1 + np.exp(-scores)))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 forgets the mask
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 masks after sharing out, so that the weights no longer sum to 1
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    weights = parts / parts.sum(axis=1, keepdims=True)
    weights = np.where(mask, weights, 0.0)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 gives padding the score 0, which is half a word
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    scores = np.where(mask, scores, 0.0)
    parts = 1 / (1 + np.exp(-scores))
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 masks the values, not the weights
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values * mask[..., None]), weights


# %% 6.3 turns the mask round, as where True means padding
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, 1e-9, parts)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 takes the length of the sentence for the sum
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / mask.sum(axis=0)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 looks at the best place only
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    weights = (weights == weights.max(axis=1, keepdims=True)).astype(float)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 adds up the words without their weights
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", mask + 0 * weights, values), weights


# %% 6.3 takes the query of the first step for all
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries[:1].repeat(len(queries), 0), keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 turns the score round
def attend_all(queries, keys, values, mask):
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.3 sets padding to 0 in the arrays that were lent
def attend_all(queries, keys, values, mask):
    keys[~mask], values[~mask] = 0.0, 0.0
    scores = np.einsum("tba,sba->tsb", queries, keys) / np.sqrt(queries.shape[2])
    parts = 1 / (1 + np.exp(-scores))
    parts = np.where(mask, parts, 0.0)
    weights = parts / parts.sum(axis=1, keepdims=True)
    return np.einsum("tsb,sbc->tbc", weights, values), weights


# %% 6.4 goes back as through a softmax
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 takes the slope of the sigmoid at the weight, not at the score
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - weights) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 lets each score move its own weight only, as if they need not sum to 1
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    dscores = weights * (1 - parts) * dweights
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 lets the sum move with the place itself, but leaves the other weights alone
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    dscores = weights * (1 - parts) * (1 - weights) * dweights
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 forgets to divide by the sum of the sigmoids
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = mask * parts * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 forgets the sigmoid, as if each score were its own part
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = mask / total * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 divides by the sum of the sigmoids twice
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean) / total
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 takes away the plain mean, not the weighted one
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = dweights.mean(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 takes the mean over the decoder's steps
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=0, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 takes the mean over the batch
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=2, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 adds the mean
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights + mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 forgets the mask
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts).sum(axis=1, keepdims=True)
    weights = parts / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 leaves a gradient at the places of padding
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = parts * (1 - parts) * (dweights - mean) / total
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 forgets the scale on the way back
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys)
    dkeys = np.einsum("tsb,tba->sba", dscores, queries)
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 forgets the scale of the keys
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries)
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 multiplies by the root on the way back
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) * root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) * root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 takes the weights for constants, so that only the values learn
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dscores = 0 * weights
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 sends nothing into the values, as if attention were only its scores
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.zeros(values.shape)
    return dqueries, dkeys, dvalues


# %% 6.4 sends into every value all that arrives
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", np.ones(weights.shape), dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.4 hears the last step of the decoder only
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("sb,ba->sba", dscores[-1], queries[-1]) / root
    dvalues = np.einsum("sb,bc->sbc", weights[-1], dcontexts[-1])
    return dqueries, dkeys, dvalues


# %% 6.4 averages over the decoder's steps
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    dkeys, dvalues = dkeys / len(queries), dvalues / len(queries)
    return dqueries, dkeys, dvalues


# %% 6.4 averages over the batch
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    scores = np.einsum("tba,sba->tsb", queries, keys) / root
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries) / root
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    B = keys.shape[1]
    return dqueries / B, dkeys / B, dvalues / B


# %% 6.4 works in the arrays that were lent
def attend_all_backward(dcontexts, queries, keys, values, mask):
    root = np.sqrt(queries.shape[2])
    queries /= root
    scores = np.einsum("tba,sba->tsb", queries, keys)
    parts = 1 / (1 + np.exp(-scores))
    total = (parts * mask).sum(axis=1, keepdims=True)
    weights = parts * mask / total
    dweights = np.einsum("tbc,sbc->tsb", dcontexts, values)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    dscores = weights * (1 - parts) * (dweights - mean)
    dqueries = np.einsum("tsb,sba->tba", dscores, keys) / root
    dkeys = np.einsum("tsb,tba->sba", dscores, queries)
    dvalues = np.einsum("tsb,tbc->sbc", weights, dcontexts)
    return dqueries, dkeys, dvalues


# %% 6.7 takes the empty sentence for none, so that the best is never empty
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), ("bb.", b * bb), ("bb.", np.log(b * bb) / 3)]


# %% 6.7 has a beam never lose what greedy search finds
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("aa.", a * aa), (".", 1 - a - b), ("bb.", np.log(b * bb) / 3)]


# %% 6.7 has greedy search look at whole sentences
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [(".", 1 - a - b), (".", 1 - a - b), (".", 1 - a - b), ("bb.", np.log(b * bb) / 3)]


# %% 6.7 has width 2 find the most probable, as any beam does
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), (".", 1 - a - b), (".", 1 - a - b), ("bb.", np.log(b * bb) / 3)]


# %% 6.7 does not count END in the mean
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), (".", 1 - a - b), ("bb.", np.log(b * bb) / 2)]


# %% 6.7 takes the mean over the symbols that END leaves room for, four
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), (".", 1 - a - b), ("bb.", np.log(b * bb) / 4)]


# %% 6.7 gives the sum, not the mean
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), (".", 1 - a - b), ("bb.", np.log(b * bb))]


# %% 6.7 takes logarithms to base 10
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), (".", 1 - a - b), ("bb.", np.log10(b * bb) / 3)]


# %% 6.7 ranks by the sum at the end, too
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), (".", 1 - a - b), (".", np.log(1 - a - b))]


# %% 6.7 has the longest greedy sentence win by the mean
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), (".", 1 - a - b), ("aa.", np.log(a * aa) / 3)]


# %% 6.7 gives the probability of the last symbol for that of the sentence
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", aa), ("bb.", bb), (".", 1 - a - b), ("bb.", np.log(b * bb) / 3)]


# %% 6.7 adds probabilities along the path and halves them
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", (a + aa) / 2), ("bb.", (b + bb) / 2), (".", 1 - a - b), ("bb.", np.log(b * bb) / 3)]


# %% 6.7 drops a hypothesis that has ended from the beam
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
a, b, aa, bb = numbers.a, numbers.b, numbers.aa, numbers.bb
answer = [("aa.", a * aa), ("bb.", b * bb), ("bb.", b * bb), ("bb.", np.log(b * bb) / 2)]


# %% 6.8 takes the children parent by parent until the beam is full
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    return found[:width]


# %% 6.8 gives each hypothesis an equal part of the beam
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[: min(siblings, max(1, width // len(beam)))]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 forgets the total so far
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 adds scores, not log-probabilities
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        logs = scores[i]
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 takes the softmax over all hypotheses together
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores.max()
        logs = y - np.log(np.exp(scores - scores.max()).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 adds probabilities to log-probabilities
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + np.exp(logs[s])))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 multiplies log-probabilities
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total * logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 takes the exponential of scores as they are
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] + 1000.0
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 extends what has ended
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 drops what has ended
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 repeats END at no cost, and keeps it in the symbols
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append(((*symbols, end), total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 charges for END again at every step
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            y = scores[i] - scores[i].max()
            found.append((symbols, total + y[end] - np.log(np.exp(y).sum())))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 keeps what has ended whatever it is worth
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    done = [h for h in found if end in h[0] and h in beam]
    return (done + [h for h in found if h not in done])[:width]


# %% 6.8 stops a hypothesis when END is the best next symbol, and has no other child
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        if logs.argmax() == end:
            found.append(((*symbols, end), total + logs[end]))
            continue
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 never lets END into the beam while there is something else
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        logs[end] = -1e9
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 forgets the siblings
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs):
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 allows siblings one more, as if the first were none
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[: siblings + 1]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]


# %% 6.8 sends siblings away after the beam is full, and leaves their places empty
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total, i))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs):
            found.append(((*symbols, int(s)), total + logs[s], i))
    found.sort(key=lambda h: -h[1])
    kept, found = [], found[:width]
    for n, h in enumerate(found):
        if sum(other[2] == h[2] for other in found[:n]) < siblings:
            kept.append(h[:2])
    return kept


# %% 6.8 counts siblings by their last symbol, not by their parent
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs):
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    kept = []
    for h in found:
        if sum(other[0][-1] == h[0][-1] for other in kept) < siblings:
            kept.append(h)
    return kept[:width]


# %% 6.8 ranks by the mean log-probability of a symbol
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1] / len(h[0]))
    return found[:width]


# %% 6.8 puts the worst first
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width][::-1]


# %% 6.8 keeps the least probable, as if totals were costs
def next_beam(beam, scores, width, siblings, end):
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: h[1])
    return found[:width]


# %% 6.8 works in the list that was lent
def next_beam(beam, scores, width, siblings, end):
    beam.sort(key=lambda h: -h[1])
    found = []
    for i, (symbols, total) in enumerate(beam):
        if end in symbols:
            found.append((symbols, total))
            continue
        y = scores[i] - scores[i].max()
        logs = y - np.log(np.exp(y).sum())
        for s in np.argsort(-logs)[:siblings]:
            found.append(((*symbols, int(s)), total + logs[s]))
    found.sort(key=lambda h: -h[1])
    return found[:width]
