# Model answers of the graded exercises. Read by tools/homework.py as text; never imported.


# %% 7.2 points=2
numbers = personal("7.2", C=(40, 90), E=(30, 60), H=(100, 200), A=(20, 38))


def mapped(reads, gives):
    return gives * reads + gives  # one affine map: a matrix and a bias


def recurrent(reads, H):
    return 4 * mapped(reads + H, H)  # i, f, g, o, each from what is read and the state


as_word = recurrent(numbers.E, numbers.H) + mapped(numbers.C, numbers.E)
both_states = 2 * mapped(numbers.C, numbers.H)
as_state = recurrent(numbers.E, numbers.H) + both_states
keys_and_query = mapped(numbers.C, numbers.A) + mapped(numbers.H, numbers.A)
looking = recurrent(numbers.E + numbers.C, numbers.H) + both_states + keys_and_query
# the query, 64 scores, 64 weighted places, and four gates that read C numbers more; keys are made once for an image
each_word = numbers.A * numbers.H + 64 * (numbers.A + numbers.C) + 4 * numbers.H * numbers.C
answer = (as_word, as_state, looking, each_word)


# %% 7.3 points=2
def attend_real(features, W_k, query, real):
    """(weights, context): (B, 8, 8), which sum to 1, and (B, C)."""
    asked = query @ W_k / np.sqrt(len(W_k))  # q . W_k f = (W_k^T q) . f: no key is needed
    agreement = np.einsum("bc,bcyx->byx", asked, features)
    agreement = np.where(real, agreement, -np.inf)
    best = agreement.max(axis=(1, 2), keepdims=True)  # of the real places: filling may score higher
    share = np.exp(agreement - best)
    share /= share.sum(axis=(1, 2), keepdims=True)
    return share, np.einsum("byx,bcyx->bc", share, features)


# %% 7.4 points=3
def write_captions(images, weights, start, end, limit):
    """A list of B captions, each a list of word numbers."""
    cell = weights["cell.weight_ih"], weights["cell.weight_hh"], weights["cell.bias_ih"] + weights["cell.bias_hh"]
    blank = np.zeros((len(images), weights["cell.weight_hh"].shape[1]))
    seen = images @ weights["image.weight"].T + weights["image.bias"]
    h, c = lstm_step(seen, blank, blank, *cell)
    latest = np.full(len(images), start)
    columns = []
    for _ in range(limit):
        h, c = lstm_step(weights["embedding.weight"][latest], h, c, *cell)
        latest = np.argmax(h @ weights["output.weight"].T + weights["output.bias"], axis=1)
        columns.append(latest)
    captions = []
    for row in np.stack(columns, axis=1).tolist():  # what comes after END means nothing
        captions.append(row[: row.index(end)] if end in row else row)
    return captions


# %% 7.6 points=3
def without_each(matches, ngrams, lengths, reference_lengths):
    """(S,): BLEU-4, 0 to 100, of all captions but one, for each one."""
    wanted = [
        min(choices, key=lambda choice: (abs(choice - length), choice))
        for length, choices in zip(lengths, reference_lengths, strict=True)
    ]
    hits, said, wanted = np.asarray(matches), np.asarray(ngrams), np.array(wanted)
    hits, said = hits.sum(axis=0) - hits, said.sum(axis=0) - said  # what the others have, (S, 4)
    written, asked_for = np.sum(lengths) - np.asarray(lengths), wanted.sum() - wanted
    scores = np.zeros(len(hits))
    for s in np.flatnonzero((hits > 0).all(axis=1)):  # a match of four words: then nothing below is 0
        geometric = np.prod(hits[s] / said[s]) ** 0.25
        scores[s] = 100 * geometric * np.exp(min(0, 1 - asked_for[s] / written[s]))
    return scores


# %% 7.9 points=4
# Model answer. The penalty is 1 at most, so at most 1 % of all words stand in no reference. With up to twelve words in
# each these are in at most 12 % of the captions. 50 % are wrong: so 38 % or more are wrong with right words alone.
# They give a colour to the wrong object, or turn the relation round, whose word is in the other reference: "a large
# red circle below a small blue square" where it is above. BLEU-1 does not ask where words stand. BLEU-4 asks, within
# four words: the names of the objects match, the right half matches throughout, and one mistake costs a caption only
# the few runs around it. Report the share of captions that equal a reference, and the mistakes by kind, on fresh unseen
# scenes: the best of 12 flatters on the scenes that chose it. The maps show where the weights are, not what the word
# depends on; the state knows things, too, and half of these captions are wrong with such maps. Compare the pointing
# score (chance: 50 %) of right and wrong captions, or blank the place and see whether the word changes.
#
# Measured, for the grader (1,000 scenes of the split "unseen", seed 0; the first reference of each, with one kind of
# mistake in every second caption; BLEU-1, 2, 3, 4; a caption that is a reference all the same is right):
#     relation turned round:  100.0, 99.0, 97.2, 93.6; 50 % right
#     colours exchanged:      100.0, 94.6, 90.5, 86.8; 58 % right
#     shapes exchanged:       100.0, 95.9, 92.5, 88.4; 63 % right
#     one colour wrong:        95.3, 92.4, 89.0, 86.8; 50 % right
# With "to the left of" for "to the right of", even runs of three words around the relation stand in the references.
#
# Rubric, one point each:
# 1. BLEU-1 of 99: 1 % of the words at most, so 12 % of the captions at most (less for a smaller mean length that is
#    stated is as good), and therefore most of the wrong ones (38 % of all) have right words at the wrong place:
#    relation turned round, colours, shapes, sizes or objects exchanged. Half a point for the number without the kind,
#    or for the kind, with an example, without a number. No point for "1 % of the captions", for short captions (the
#    penalty takes these down) or repeated words (clipping does).
# 2. BLEU-4: runs of at most four words; the objects' names are runs that match, and n-grams are added up over all
#    captions, so a mistake costs a caption a few n-grams, not its score. Half a point for "half of the captions are
#    right" alone. No point for smoothing or the brevity penalty.
# 3. Share of captions that are true (equal to one of the references) or mistakes by kind, on fresh unseen scenes, since
#    12 checkpoints were compared on these. Half a point for one of the two, the measure or the scenes. Naming METEOR
#    or CIDEr in place of the first earns nothing unless it says what these see that BLEU does not; human judges of
#    whole captions do. Several seeds, and seen scenes beside the unseen ones, are welcome and not required.
# 4. Maps: they show where the weights are, not what the word depends on (state, overlapping views of neighbouring
#    places), and something to do: pointing score against its chance level of 50 %; maps of right against those of wrong
#    captions; blanking the place. Half a point for one of the two. No point for "attention is not explanation"
#    without a reason or a measurement.
