# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 6.3 points=3
def attend_all(queries, keys, values, mask):
    """(contexts (T, B, C), weights (T, S, B))."""
    e = np.einsum("tbj,sbj->tsb", queries, keys) / np.sqrt(keys.shape[-1])
    parts = np.where(mask, 0.5 + 0.5 * np.tanh(e / 2), 0.0)  # a sigmoid that cannot overflow
    shares = parts / parts.sum(axis=1, keepdims=True)  # of each query in each sentence
    return np.einsum("tsb,sbn->tbn", shares, values), shares


# %% 6.4 points=4
def attend_all_backward(dcontexts, queries, keys, values, mask):
    """(dqueries, dkeys, dvalues), each as its original."""
    root = np.sqrt(keys.shape[-1])
    part = 0.5 + 0.5 * np.tanh(np.einsum("tbj,sbj->tsb", queries, keys) / (2 * root))
    shares = np.where(mask, part, 0.0) / np.where(mask, part, 0.0).sum(axis=1, keepdims=True)
    gain = np.einsum("tbn,sbn->tsb", dcontexts, values)  # what a little more weight on a place is worth
    usual = (shares * gain).sum(axis=1, keepdims=True)  # and what it costs the others
    de = shares * (1 - part) * (gain - usual) / root  # the slope of a part is part (1 - part)
    to_queries = np.einsum("tsb,sbj->tbj", de, keys)
    to_keys = np.einsum("tsb,tbj->sbj", de, queries)  # every step has read the same keys: sum over t
    return to_queries, to_keys, np.einsum("tsb,tbn->sbn", shares, dcontexts)


# %% 6.7 points=3
numbers = personal("6.7", a=(0.43, 0.46), b=(0.30, 0.33), aa=(0.35, 0.37), bb=(0.58, 0.60))
# Greedy: a (0.43 to 0.46), then a (0.35 to 0.37). Width 2 also keeps b, whose second step is the surer one. Width 3
# also keeps the empty sentence, which nothing overtakes: a wider beam finds something more probable, and worse.
surer = numbers.b * numbers.bb
answer = [
    ("aa.", numbers.a * numbers.aa),
    ("bb.", surer),
    (".", 1 - numbers.a - numbers.b),
    ("bb.", np.log(surer) / 3),  # two symbols and END; the factor of END is 1
]


# %% 6.8 points=4
def next_beam(beam, scores, width, siblings, end):
    """At most `width` hypotheses after one more step, best first."""
    candidates = []
    for (symbols, total), row in zip(beam, scores, strict=True):
        if symbols and symbols[-1] == end:
            candidates.append((symbols, total))
            continue
        logs = total + row - row.max() - np.log(np.exp(row - row.max()).sum())
        favourites = np.argsort(-logs)[:siblings]  # who is not among these would not be kept anyway
        candidates += [((*symbols, int(s)), float(logs[s])) for s in favourites]
    return sorted(candidates, key=lambda one: -one[1])[:width]


# %% 6.9 points=4
# Model answer. Olga: the first place is always right, so at the second both runs read the same symbols. The same
# network with the same input must give the same answer, 100 %, and it gives 68. Exposure bias begins after a mistake;
# it cannot make the first one. Paul: teacher-forced, the decoder finds all ten places in the same source. A
# bottleneck would show there, too, and with attention there is none to pass. So the weights are good, and the search
# is at fault: it hands the decoder something that training did not, such as a state that is not carried on. Take one
# date, feed the right symbols through her step function, and compare scores, state and context with the teacher-
# forced ones: the first step at which they differ names the fault. Repaired: plant a wrong symbol at one place (her
# own mistakes will be too rare), let the decoder go on by itself, and count how often the places behind it are right;
# then the same with that symbol put right. The difference is the exposure bias.
#
# Measured, for the grader (the book's model, H = 64, attention, dates, 300 updates; 500 new dates). Her search threw
# the state away, so each step began from the encoder's last state. Places right, per cent, seeds 0 to 4:
#     100  68   9  19   0  29  16   0  33   7
#     100  80   9   8   0  19  16   0  33   8
#     100  44   8  11   0  33  16   0  33  12
#     100  72   8  10   0   9  16   0  33   9
#     100 100  11   9   0  26  18   0  32   7
# Teacher-forced 100 at every place with every seed, and so is a greedy search that keeps the state. The second place
# is often right because 1 is followed by 8 or 9; the hyphens (places 5 and 8) never are.
#
# Rubric, one point each:
# 1. Against Olga: until the first mistake both runs read the same, so their answers must agree; 100 % at the first
#    place and 68 % at the second contradict that. Half a point for "exposure bias needs a mistake first" without the
#    number, or for "a loss of 0.005 leaves no mistakes to be exposed to". No point for "scheduled sampling is biased"
#    or for "attention cures it".
# 2. Against Paul: teacher-forced, all ten places are right out of the same memory (or: with attention the decoder
#    does not live on one vector). Half a point for "10 symbols are few" or a count of bits. No point for
#    "overfitting": the dates are new.
# 3. A fault in the search (state, symbol fed, mask or memory not as in training), and the comparison that finds it:
#    same date, same right symbols, both programs, first step at which scores or states differ. Half a point for a
#    fault without a comparison, or a comparison of the final dates only. Any plausible fault counts; it need not be
#    the lost state. No point for an unshifted target (then the first place would be wrong).
# 4. Exposure bias as a difference that isolates the mistake: accuracy behind a mistake, own or planted, against the
#    same places with it put right; or the free run against the teacher-forced one on the same sentences. Half a point
#    for "accuracy after a mistake" without what it is compared with. No point for the training loss, or for training
#    with its own symbols and looking whether the whole becomes better.
