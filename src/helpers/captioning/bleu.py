"""BLEU: how many of the words, and of the runs of words, of a caption stand in its references.

One score for a whole corpus, from counts that are added up first; it is not a mean over sentences.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from helpers.arrays import check_count

Words = Sequence[str]


class BleuParts(NamedTuple):
    """What BLEU is made of; see `bleu_parts`."""

    score: float
    """BLEU, 0 to 100."""
    precisions: tuple[float, ...]
    """p_1 .. p_n in percent; 0 where there are no n-grams of that order."""
    brevity_penalty: float
    """BP, 0 to 1."""
    candidate_length: int
    """c: words of all candidates."""
    reference_length: int
    """r: for each candidate the words of the reference nearest to it in length, summed."""


def bleu(candidates: Sequence[Words], references: Sequence[Sequence[Words]], n: int = 4) -> float:
    """Compute BLEU-n of a corpus.

    With p_k the clipped precision of runs of k words and BP the brevity penalty (`bleu_parts` has both)::

        BLEU = 100 BP (p_1 p_2 ... p_n)^(1/n)

    Parameters
    ----------
    candidates : N lists of words
        One caption for each image. It may have no words: it then adds nothing but the length that it lacks.
    references : N lists of lists of words
        For each image the captions that are right, one or more.
    n : int
        Longest run of words that counts; BLEU-4 is the usual one.

    Returns
    -------
    float
        0 to 100. 0 if no candidate shares a run of n words with its references: nothing is smoothed.

    Raises
    ------
    ValueError
        If there are no candidates, their number is not that of the lists of references, an image has no reference, a
        reference has no words, a text stands where a list of words is wanted, or `n` is below 1.

    Notes
    -----
    The same as sacrebleu with ``tokenize="none"`` and ``smooth_method="none"`` (Post, 2018, "A call for clarity in
    reporting BLEU scores").

    References
    ----------
    Papineni, Roukos, Ward & Zhu (2002), "BLEU: a method for automatic evaluation of machine translation", ACL.

    Examples
    --------
    >>> caption = "a small red circle above a large blue square".split()
    >>> truth = "a large blue square below a small red circle".split()
    >>> bleu([caption], [[truth]], n=1)
    88.88888888888889
    """
    return bleu_parts(candidates, references, n).score


def bleu_parts(candidates: Sequence[Words], references: Sequence[Sequence[Words]], n: int = 4) -> BleuParts:
    """Compute BLEU and what it is made of: precisions, brevity penalty, lengths.

    Over all candidates, with ``count(g)`` the occurrences of the k-gram g in a candidate and ``most(g)`` the largest
    number of times that a single one of its references has it::

        p_k = sum of min(count(g), most(g)) / sum of count(g)
        BP  = 1 if c >= r, else exp(1 - r/c)         (0 if c = 0)

    c is the number of words in all candidates. r adds up, for each candidate, the length of the reference that is
    nearest to its own, the shorter of two equally near.

    Parameters
    ----------
    candidates, references, n
        As for `bleu`.

    Returns
    -------
    BleuParts

    Raises
    ------
    ValueError
        As for `bleu`.
    """
    check_count("n", n)
    _check(candidates, references)
    right, total = np.zeros(n), np.zeros(n)
    c = r = 0
    for candidate, truths in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((len(truth) for truth in truths), key=lambda length: (abs(length - len(candidate)), length))
        for k in range(1, n + 1):
            counts, most = _ngrams(candidate, k), Counter[tuple[str, ...]]()
            for truth in truths:
                most |= _ngrams(truth, k)  # the larger count of each, not the sum
            right[k - 1] += (counts & most).total()  # the smaller count of each: no word counts more than it is asked
            total[k - 1] += counts.total()
    p = right / np.maximum(total, 1)  # no run so long: 0 / 1
    penalty = 1.0 if c >= r else float(np.exp(1 - r / c)) if c else 0.0
    score = 100 * penalty * float(np.exp(np.log(p).mean())) if p.all() else 0.0
    return BleuParts(score, tuple((100 * p).tolist()), penalty, c, r)


def _ngrams(words: Words, k: int) -> Counter[tuple[str, ...]]:
    """Count the runs of k words."""
    return Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))


def _check(candidates: Sequence[Words], references: Sequence[Sequence[Words]]) -> None:
    if not len(candidates):
        raise ValueError("candidates: got none, wanted at least one")
    if len(candidates) != len(references):
        got = f"{len(references)} lists for {len(candidates)} candidates"
        raise ValueError(f"references: got {got}, wanted as many, a list of references for each")
    for i, (candidate, truths) in enumerate(zip(candidates, references, strict=True)):
        _check_words(f"candidates[{i}]", candidate)
        if isinstance(truths, str) or not len(truths):
            raise ValueError(f"references[{i}]: got {truths!r}, wanted a list of at least one reference")
        for j, truth in enumerate(truths):
            _check_words(f"references[{i}][{j}]", truth)
            if not len(truth):
                raise ValueError(f"references[{i}][{j}]: got no words, wanted at least one")


def _check_words(name: str, words: Words) -> None:
    """A text is a sequence, too, of letters: it would be scored in silence, letter by letter."""
    if isinstance(words, str) or not isinstance(words, Sequence) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{name}: got {words!r}, wanted a list of words")
