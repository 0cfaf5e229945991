"""Four ways to read: what each is shown, that its tags stand at their own words, and what training brings."""

import numpy as np
import pytest

from helpers import readers
from helpers.grammars import TAGS, WORDS, decode_words, delayed, sentences, word_vectors
from helpers.networks import network_gradient, start_network
from helpers.readers import (
    DELAY,
    DISTANCES,
    READERS,
    SIZES,
    accuracy_by_distance,
    best_accuracy,
    reader_batch,
    tag,
    train_tagger,
)

BATCH = sentences(6, np.random.default_rng(0))


def untrained(reader, seed=1):
    rng = np.random.default_rng(seed)
    network = start_network("tanh", len(WORDS), 7, len(TAGS), rng, both=reader == "both")
    return network._replace(b_y=rng.standard_normal(len(TAGS)))


def check_backward(module):
    """Each sentence from its own last word."""
    x, targets, lengths = module.reader_batch("backward", BATCH)
    for b, n in enumerate(lengths):
        words = decode_words(np.where(x[:n, b].any(axis=-1), x[:n, b].argmax(axis=-1), -1), WORDS)
        assert words.split() == decode_words(BATCH.words[:, b], WORDS).split()[::-1]
        np.testing.assert_array_equal(targets[:n, b], BATCH.targets[:n, b][::-1])
        assert (targets[n:, b] == -1).all()
        assert not x[n:, b].any()


def test_the_delayed_reader_is_asked_later():
    wanted = delayed(word_vectors(BATCH.words, len(WORDS)), BATCH.targets, BATCH.lengths, DELAY)
    for got, right in zip(reader_batch("delayed", BATCH), wanted, strict=True):
        np.testing.assert_array_equal(got, right)


def check_tags(module):
    """Tags stand at the words that they are about: the loss that is trained is the one of these probabilities."""
    for reader in READERS:
        network = untrained(reader)
        p = module.tag(reader, network, BATCH.words, BATCH.lengths)
        assert p.shape == (*BATCH.words.shape, len(TAGS))
        asked = BATCH.targets >= 0
        loss = -np.log(np.take_along_axis(p, np.maximum(BATCH.targets, 0)[..., None], -1)[..., 0][asked]).mean()
        assert network_gradient(network, *reader_batch(reader, BATCH))[0] == pytest.approx(loss)


@pytest.mark.parametrize(
    ("reader", "changed"),
    [("forward", {5}), ("backward", {0, 1, 2, 3, 4, 5}), ("both", set(range(7))), ("delayed", {1, 2, 3, 4, 5})],
)
def test_which_tags_a_word_can_change(reader, changed):
    """The word at place 5 of 7, places 5 and 6 standing for all that follow."""
    words = np.arange(7)[:, None]
    other = words.copy()
    other[5] = 20
    before, after = (tag(reader, untrained(reader), w, np.array([7])) for w in (words, other))
    found = set(np.flatnonzero(np.abs(before - after).max(axis=(1, 2)) > 1e-12))
    assert found - {6} == changed - {6}


def test_padding_changes_no_tag():
    for reader in READERS:
        network = untrained(reader)
        alone = [tag(reader, network, BATCH.words[:n, [b]], np.array([n])) for b, n in enumerate(BATCH.lengths)]
        together = tag(reader, network, BATCH.words, BATCH.lengths)
        for b, n in enumerate(BATCH.lengths):
            np.testing.assert_allclose(together[:n, b], alone[b][:, 0], atol=1e-12)


def test_accuracy_by_distance_counts_by_hand():
    batch = sentences(60, np.random.default_rng(5), farthest=3)
    network = untrained("both")
    guess = tag("both", network, batch.words, batch.lengths).argmax(axis=-1)
    found = dict(zip(DISTANCES, accuracy_by_distance("both", network, batch), strict=True))
    for d in DISTANCES:
        hits = [
            guess[t, b] == batch.targets[t, b]
            for t, b in np.ndindex(batch.words.shape)
            if batch.words[t, b] >= 0 and batch.distance[t, b] == d
        ]
        assert found[d] == pytest.approx(np.mean(hits)) if hits else np.isnan(found[d])


def check_closed_forms(module):
    assert module.best_accuracy("forward").tolist() == [1.0] * 9 + [0.5] * 8
    assert module.best_accuracy("backward").tolist() == [0.5] * 8 + [1.0] * 9
    assert module.best_accuracy("both").tolist() == [1.0] * 17
    assert module.best_accuracy("delayed", 3).tolist() == [1.0] * 12 + [0.5] * 5


@pytest.mark.parametrize("check", [check_backward, check_tags, check_closed_forms], ids=lambda check: check.__name__)
def test_the_readers(check):
    check(readers)


def test_the_sizes_are_about_equal():
    sizes = {
        reader: sum(
            a.size for a in _arrays(start_network("tanh", 30, H, 12, np.random.default_rng(0), both=reader == "both"))
        )
        for reader, H in SIZES.items()
    }
    assert sizes == {"forward": 2412, "backward": 2412, "both": 2368, "delayed": 2412}


def _arrays(network):
    from helpers.containers import open_arrays

    return open_arrays("network", network)[1]


def test_training_looks_at_its_moments():
    judged = sentences(300, np.random.default_rng(9))
    tagger = train_tagger("backward", np.random.default_rng(0), (10, 220), judged)
    assert [moment.updates for moment in tagger.moments] == [10, 220]
    first, last = (moment.accuracy for moment in tagger.moments)
    assert first[8] < last[8]
    assert last[8] > 0.99
    assert last[9:].mean() > 0.95 > 0.7 > last[:8].mean()
    np.testing.assert_array_equal(last, accuracy_by_distance("backward", tagger.network, judged))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reader_batch("sideways", BATCH), "reader: got 'sideways'"),
        (lambda: reader_batch("delayed", BATCH, 0), "steps: got 0"),
        (lambda: best_accuracy("sideways"), "reader: got 'sideways'"),
        (lambda: train_tagger("up", np.random.default_rng(0)), "reader: got 'up'"),
        (lambda: train_tagger("both", np.random.default_rng(0), units=0), "units: got 0"),
        (lambda: train_tagger("both", 3), "rng: got 3"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
