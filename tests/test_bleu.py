"""BLEU against sacrebleu and by hand, what it cannot change, and what it refuses."""

import importlib

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.captioning.bleu import BleuParts, bleu, bleu_parts

split = str.split  # a list of words, as a caption is written
THE = split("the the the the the the the")
CAT = [split("the cat is on the mat"), split("there is a cat on the mat")]

words = st.lists(st.sampled_from("abc"), min_size=1, max_size=8)
image = st.tuples(st.lists(st.sampled_from("abc"), max_size=8), st.lists(words, min_size=1, max_size=3))
images = st.lists(image, min_size=1, max_size=5)


def by_sacrebleu(candidates, references, n):
    """It wants whole lines, and the k-th references of all candidates together; None where one has fewer than k."""
    lines = [[" ".join(truth) for truth in truths] for truths in references]
    most = max(map(len, lines))
    streams = [[truths[k] if k < len(truths) else None for truths in lines] for k in range(most)]
    scorer = sacrebleu.BLEU(tokenize="none", smooth_method="none", max_ngram_order=n, effective_order=False)
    return scorer.corpus_score([" ".join(candidate) for candidate in candidates], streams)


def random_corpus(rng):
    """Up to 12 captions of 0 to 14 words, near enough to their 1 to 4 references that runs of four words match."""

    def some(length):
        return [f"w{i}" for i in rng.integers(0, 8, length)]

    def nearly(sentence):
        kept = [word for word in sentence if rng.random() < 0.85]
        return kept + some(rng.integers(0, 3))

    captions = [some(rng.integers(1, 14)) for _ in range(rng.integers(1, 13))]
    truths = [[nearly(caption) or caption for _ in range(rng.integers(1, 5))] for caption in captions]
    return [nearly(caption) if rng.random() < 0.95 else [] for caption in captions], truths


def check_against_sacrebleu(module):
    """500 corpora, BLEU-1 to BLEU-5: the score and every part."""
    rng = np.random.default_rng(0)
    scores, penalties = [], []
    for i in range(500):
        candidates, references = random_corpus(rng)
        n = 1 + i % 5
        wanted = by_sacrebleu(candidates, references, n)
        got = module.bleu_parts(candidates, references, n)
        assert module.bleu(candidates, references, n) == pytest.approx(wanted.score, rel=0, abs=1e-9)
        np.testing.assert_allclose(got.precisions, wanted.precisions, rtol=0, atol=1e-9)
        assert got.brevity_penalty == pytest.approx(wanted.bp, rel=0, abs=1e-12)
        assert (got.candidate_length, got.reference_length) == (wanted.sys_len, wanted.ref_len)
        scores.append(wanted.score)
        penalties.append(wanted.bp)
    assert np.mean(np.array(scores) > 1) > 0.8, "else 0 = 0 is all that was compared"
    assert 0.2 < np.mean(np.array(penalties) < 1) < 0.9


def check_the_the_the(module):
    """Papineni et al. (2002): seven times "the", of which a reference has two: 2/7, not 7/7."""
    parts = module.bleu_parts([THE], [CAT], 2)
    assert parts == BleuParts(0.0, (pytest.approx(200 / 7), 0.0), 1.0, 7, 7)
    assert module.bleu([THE], [CAT], 1) == pytest.approx(200 / 7)


def check_by_hand(module):
    """Two captions, counts added up before anything is divided.

    a b c against a b c d:  1-grams 3/3, 2-grams 2/2.    a b against b a a, a:  1-grams 2/2, 2-grams 0/1.
    p_1 = 5/5, p_2 = 2/3; c = 5; r = 4 + 1 (3 and 1 are equally near to 2: the shorter counts).
    Without the last reference r = 4 + 3, so BP = exp(1 - 7/5).
    """
    candidates = [split("a b c"), split("a b")]
    references = [[split("a b c d")], [split("b a a"), ["a"]]]
    parts = module.bleu_parts(candidates, references, 2)
    assert parts == BleuParts(pytest.approx(100 * (2 / 3) ** 0.5), (100.0, pytest.approx(200 / 3)), 1.0, 5, 5)
    short = module.bleu_parts(candidates, [references[0], references[1][:1]], 2)
    assert (short.brevity_penalty, short.reference_length) == (pytest.approx(np.exp(-2 / 5)), 7)
    assert short.score == pytest.approx(100 * np.exp(-2 / 5) * (2 / 3) ** 0.5)


def check_nothing_said(module):
    """No words at all: BP is 0, nothing is divided by 0. One silent caption among others costs its length."""
    assert module.bleu_parts([[]], [CAT], 4) == BleuParts(0.0, (0.0, 0.0, 0.0, 0.0), 0.0, 0, 6)
    parts = module.bleu_parts([CAT[0], []], [CAT, CAT], 4)
    assert parts.precisions == (100.0, 100.0, 100.0, 100.0)
    assert parts.score == pytest.approx(100 * np.exp(1 - 12 / 6))


@pytest.mark.parametrize(
    "check",
    [check_against_sacrebleu, check_the_the_the, check_by_hand, check_nothing_said],
    ids=lambda c: c.__name__,
)
def test_values(check):
    check(importlib.import_module("helpers.captioning.bleu"))  # in the package, `bleu` is the function


def test_objects_that_changed_places():
    """What is above and what below exchanged: every word is right, and the caption is not."""
    truth = split("a small red circle above a large blue square")
    wrong = split("a large blue square above a small red circle")
    assert bleu([wrong], [[truth]], 1) == 100
    assert bleu([wrong], [[truth]], 4) == pytest.approx(100 * (9 / 9 * 7 / 8 * 4 / 7 * 2 / 6) ** 0.25)


@settings(deadline=None)
@given(images, st.integers(1, 5))
def test_any_corpus_is_scored_as_sacrebleu_does(corpus, n):
    candidates, references = (list(side) for side in zip(*corpus, strict=True))
    got = bleu(candidates, references, n)
    assert got == pytest.approx(by_sacrebleu(candidates, references, n).score, rel=0, abs=1e-9)
    assert 0 <= got <= 100


@given(images, st.randoms(use_true_random=False))
def test_order_does_not_matter(corpus, random):
    """Neither that of the captions nor that of their references."""
    shuffled = [(candidate, random.sample(truths, len(truths))) for candidate, truths in corpus]
    random.shuffle(shuffled)
    one, two = (bleu_parts(*zip(*side, strict=True), 2) for side in (corpus, shuffled))
    assert one == two


@given(st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=5))
def test_a_reference_scores_100(references):
    candidates = [truths[-1] + ["x", "y", "z"] for truths in references]  # four words at least
    assert bleu(candidates, [[*truths, said] for truths, said in zip(references, candidates, strict=True)]) == 100


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("candidates: got none, wanted at least one", lambda: bleu([], [])),
        ("references: got 1 lists for 2 candidates", lambda: bleu([["a"], ["b"]], [[["a"]]])),
        (r"references\[1\]: got \[\], wanted a list of at least one", lambda: bleu([["a"], ["b"]], [[["a"]], []])),
        (r"references\[0\]: got 'a', wanted a list", lambda: bleu([["a"]], ["a"])),
        (r"references\[0\]\[1\]: got no words", lambda: bleu([["a"]], [[["a"], []]])),
        (r"references\[0\]\[0\]: got 'a', wanted a list of words", lambda: bleu([["a"]], [["a"]])),
        (r"references\[0\]\[0\]: got \[\['a'\]\], wanted a list of words", lambda: bleu([["a"]], [[[["a"]]]])),
        (r"candidates\[0\]: got 'a b', wanted a list of words", lambda: bleu(["a b"], [[["a"]]])),
        (r"candidates\[1\]: got \[3\], wanted a list of words", lambda: bleu([["a"], [3]], [[["a"]], [["a"]]])),
        (r"candidates\[0\]: got 3, wanted a list of words", lambda: bleu([3], [[["a"]]])),
        ("n: got 0, wanted an integer of at least 1", lambda: bleu([["a"]], [[["a"]]], 0)),
        ("n: got 2.0, wanted an integer", lambda: bleu_parts([["a"]], [[["a"]]], 2.0)),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
