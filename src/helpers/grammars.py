"""Small English-like grammars whose words need their context: tags, tones and reviews, drawn at random.

In each of them we know from where a word's meaning comes, so that what a reader can know at best is a closed form.
Words are numbers in the order of a vocabulary, -1 where a sentence has ended and a longer one of the batch has not.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import UNASKED, FloatArray, check_count, check_rng

Ints = NDArray[np.int64]
Pick = Callable[[Sequence[Any]], Any]
Word = tuple[str, int, int]
"""A word, its target, and how far to the right of it the word stands that decides it (0: it decides itself)."""

# -- Part-of-speech tags: how many sheep? -----------------------------------------------------------------
SAME = ("sheep", "deer", "fish")
"""One or many: the word does not say."""
COUNTS = (("one", "two"), ("a", "ten"))
VERBS = (("sleeps", "sleep", "slept"), ("eats", "eat", "ate"), ("swims", "swim", "swam"))
"""What one does, what many do, and the past, which does not say how many."""
ADJECTIVES = ("small", "grey", "tired", "shy")
PHRASES = (("slowly", "again", "often"), ("at dawn",), ("past the barn",))
"""What may stand between a noun and its verb, by the number of words."""
TAGS = ("DT", "CD", "JJ", "RB", "IN", "NN", "NNS", "VBZ", "VBP", "VBD", "CC", ".")
"""Determiner, number, adjective, adverb, preposition, noun of one, of many, verb of one, of many, past, "and"."""
_TAGGED = {
    "DT": ("the", "a"), "CD": ("one", "two", "ten"), "JJ": ADJECTIVES, "RB": PHRASES[0], "IN": ("at", "past"),
    "NN": ("dawn", "barn"), "VBZ": tuple(v[0] for v in VERBS), "VBP": tuple(v[1] for v in VERBS),
    "VBD": tuple(v[2] for v in VERBS), "CC": ("and",), ".": (".",),
}  # fmt: skip
TAG_OF = {word: tag for tag, words in _TAGGED.items() for word in words}
"""The tag of each word that has only one; those of `SAME` have two, NN and NNS."""
WORDS = (*TAG_OF, *SAME)
"""The vocabulary of `sentences`."""

# -- Tones and reviews ------------------------------------------------------------------------------------
GOOD, BAD = ("exciting", "clever", "warm"), ("boring", "silly", "cold")
DEGREES = ("terribly", "awfully")
"""They sound bad, and are as good as what follows."""
ASIDES = ("really", "truly", "quite")
TONE_WORDS = ("it", "was", "so", "not", *DEGREES, *ASIDES, *GOOD, *BAD, ".")
"""The vocabulary of `tones`."""
THINGS, DAYS = ("film", "story", "cast"), ("monday", "friday", "sunday")
JOINTS = ("one", "and", "but", "though")
"""The kinds of a review: one opinion, or the word that joins two."""
REVIEW_WORDS = (
    "the", *THINGS, "was", "not", *DEGREES, *ASIDES, *GOOD, *BAD, *JOINTS[1:], "we", "saw", "it", "on", *DAYS, "."
)  # fmt: skip
"""The vocabulary of `reviews`."""


class Sentences(NamedTuple):
    """A batch of sentences with a target at the words that have one."""

    words: Ints
    """(T, B), numbers of words, -1 after the end of a sentence."""
    targets: Ints
    """(T, B), classes, -1 where nothing is asked and after the end."""
    distance: Ints
    """(T, B), how far to the right the deciding word stands: negative to the left, 0 where the word says all."""
    lengths: Ints
    """(B,), words of each sentence; the longest has T."""


class Reviews(NamedTuple):
    """A batch of reviews with one answer each."""

    words: Ints
    """(T, B), numbers of words, -1 after the end of a review."""
    targets: Ints
    """(T, B), the answer at the last word of each review, -1 elsewhere."""
    labels: Ints
    """(B,), the same answers: 0 for a bad film, 1 for a good one."""
    lengths: Ints
    """(B,), words of each review; the longest has T."""
    kinds: Ints
    """(B,), place in `JOINTS`."""


def sentences(batch: int, rng: np.random.Generator, farthest: int = 8, clauses: int = 2) -> Sentences:
    """Sentences to be tagged, with nouns whose number stands in another word, to their right or to their left.

    ========  ===================================================  ========================================
    clause    words                                                what decides between NN and NNS
    ========  ===================================================  ========================================
    right     "the sheep slowly past the barn sleeps"              the verb, `distance` words to the right
    left      "two small grey sheep slept"                           the count, `distance` words to the left
    ========  ===================================================  ========================================

    A sentence is 1 to `clauses` clauses, joined by "and". All choices are independent and equally likely: side,
    number, distance (1 to `farthest`), noun, verb, and what fills the distance. Therefore a reader that has not yet
    come to the deciding word knows nothing of the number: NN and NNS are 50:50, whatever it has read (`ceiling`).

    Parameters
    ----------
    batch : int
        B.
    rng : numpy.random.Generator
    farthest : int
        Largest distance, in words.
    clauses : int
        Most clauses in a sentence.

    Returns
    -------
    Sentences
        Words in the order of `WORDS`, targets in the order of `TAGS`: every word is asked for.

    Raises
    ------
    ValueError
        If a count is below 1 or `rng` is not a generator.

    References
    ----------
    The tags are those of the Penn Treebank: Marcus, Santorini & Marcinkiewicz (1993), "Building a large annotated
    corpus of English", Computational Linguistics.
    """
    B, farthest = check_count("batch", batch), check_count("farthest", farthest)
    clauses = check_count("clauses", clauses)
    pick = _picker(rng)
    return _batch([sentence(pick, farthest, clauses) for _ in range(B)], WORDS)


def sentence(pick: Pick, farthest: int, clauses: int) -> list[Word]:
    """One sentence of `sentences`; ``pick(options)`` makes every choice, so that a test can make them all."""
    words = clause(pick, farthest)
    for _ in range(pick(range(clauses))):
        words += [_plain("and"), *clause(pick, farthest)]
    return [*words, _plain(".")]


def clause(pick: Pick, farthest: int) -> list[Word]:
    """One clause of `sentences`."""
    many, distance, noun, verb = pick((0, 1)), pick(range(1, farthest + 1)), pick(SAME), pick(VERBS)
    tag = TAGS.index("NNS" if many else "NN")
    if pick(("right", "left")) == "right":
        return [_plain("the"), (noun, tag, distance), *map(_plain, filler(pick, distance - 1)), _plain(verb[many])]
    adjectives = [_plain(pick(ADJECTIVES)) for _ in range(distance - 1)]
    return [_plain(pick(COUNTS)[many]), *adjectives, (noun, tag, -distance), _plain(verb[2])]


def filler(pick: Pick, length: int) -> list[str]:
    """`length` words between a noun and its verb, phrase by phrase, each of one to three words."""
    words: list[str] = []
    while len(words) < length:
        words += pick(pick(PHRASES[: length - len(words)])).split()
    return words


def ceiling(distance: ArrayLike, past: float = np.inf, future: float = np.inf) -> FloatArray:
    """Best possible accuracy at a noun of `sentences`, for a reader who sees only part of the sentence.

    1 where the deciding word is seen, 1/2 where it is not.

    Parameters
    ----------
    distance : int array, any shape
        To the deciding word: positive to the right, negative to the left, 0 for a word that says all itself.
    past, future : float
        How many words before and after the noun it sees. Forward: ``future=0``; backward: ``past=0``; forward with
        a delay of k: ``future=k``.

    Returns
    -------
    array, the shape of `distance`

    Raises
    ------
    ValueError
        If `past` or `future` is negative.
    """
    for name, value in (("past", past), ("future", future)):
        if not value >= 0:
            raise ValueError(f"{name}: got {value!r}, wanted a number of words of at least 0")
    where = np.asarray(distance)
    return np.where((-past <= where) & (where <= future), 1.0, 0.5)


def tones(batch: int, rng: np.random.Generator, farthest: int = 3) -> Sentences:
    """Is "terribly" praise or blame? Its tone is the product of a word to its left and a word to its right.

    "it was so terribly exciting" and "it was not terribly boring" praise, "it was not really terribly quite
    exciting" and "so terribly cold" blame. Asides ("really", "truly", "quite") stand between, 0 to `farthest` - 1
    on either side. The left word alone says nothing of the tone, nor does the right one.

    One bidirectional layer cannot do it. Its output layer adds what the two halves say, ``a(left) + b(right)``, and
    no such sum has the sign of a product in all four cases: three of four are the most, and the smallest mean
    cross-entropy is that of the answer 50:50. A second layer reads both halves before it answers.

    Parameters
    ----------
    batch : int
        B.
    rng : numpy.random.Generator
    farthest : int
        Largest distance, in words, on each side.

    Returns
    -------
    Sentences
        Words in the order of `TONE_WORDS`; targets 0 for blame and 1 for praise at "terribly" and "awfully", -1
        elsewhere.

    Raises
    ------
    ValueError
        If a count is below 1 or `rng` is not a generator.
    """
    B, farthest = check_count("batch", batch), check_count("farthest", farthest)
    pick = _picker(rng)
    return _batch([tone(pick, farthest) for _ in range(B)], TONE_WORDS)


def tone(pick: Pick, farthest: int) -> list[Word]:
    """One sentence of `tones`; ``pick(options)`` makes every choice."""
    negated, good = pick((0, 1)), pick((0, 1))
    before, after = ([pick(ASIDES) for _ in range(pick(range(farthest)))] for _ in range(2))
    target = (pick(DEGREES), int(good != negated), len(after) + 1)
    unasked = [("it", "was", "not" if negated else "so", *before), (*after, pick(GOOD if good else BAD), ".")]
    left, right = ([(word, UNASKED, 0) for word in words] for words in unasked)
    return [*left, target, *right]


def reviews(batch: int, rng: np.random.Generator, neutral: int = 2) -> Reviews:
    """Reviews of a film: good or bad? Single words do not tell, since "not", "but" and "though" turn them.

    ========  ===============================================================  ===========================
    kind      words                                                            the review is
    ========  ===============================================================  ===========================
    one       "the film was not terribly exciting"                             as the opinion
    and       "the film was warm and the cast was not silly"                   as both opinions
    but       "the film was warm but the cast was not quite clever"            as the second opinion
    though    "the film was warm though the cast was silly"                    as the first opinion
    ========  ===============================================================  ===========================

    An opinion is negated in 1 of 4 cases; 0 to 2 words such as "terribly" mean nothing. Before and after stand
    0 to `neutral` sentences such as "we saw it on sunday ." Kinds and labels are equally likely.

    Whoever knows only which words occur, and how often, is right in at most 45 of 64 reviews: always where there is
    one opinion, 13 of 16 times with "and" (one "not", and nobody knows whose), and 1 of 2 with "but" and "though",
    where exchanging the two opinions changes the label and no word.

    Parameters
    ----------
    batch : int
        B.
    rng : numpy.random.Generator
    neutral : int
        Most sentences without opinion before the opinion, and after it.

    Returns
    -------
    Reviews
        Words in the order of `REVIEW_WORDS`.

    Raises
    ------
    ValueError
        If a count is out of range or `rng` is not a generator.
    """
    B = check_count("batch", batch)
    neutral = neutral if neutral == 0 else check_count("neutral", neutral)
    pick = _picker(rng)
    drawn = [review(pick, neutral) for _ in range(B)]
    words, targets, _, lengths = _batch([words for words, _ in drawn], REVIEW_WORDS)
    return Reviews(words, targets, targets[lengths - 1, np.arange(B)], lengths, np.array([kind for _, kind in drawn]))


def review(pick: Pick, neutral: int) -> tuple[list[Word], int]:
    """One review and the place of its kind in `JOINTS`; ``pick(options)`` makes every choice."""
    label, kind = pick((0, 1)), pick(JOINTS)

    def aside() -> list[str]:
        return [f"we saw it on {pick(DAYS)} ." for _ in range(pick(range(neutral + 1)))]

    first = opinion(pick, label if kind != "but" else 1 - label)
    parts = [*aside(), first]
    if kind != "one":
        parts += [kind, opinion(pick, label if kind != "though" else 1 - label)]
    words = " ".join([*parts, ".", *aside()]).split()
    return [(word, UNASKED, 0) for word in words[:-1]] + [(words[-1], label, 0)], JOINTS.index(kind)


def opinion(pick: Pick, good: int) -> str:
    """What the reviewer thinks of one thing: good (1) or bad (0)."""
    negated = pick((0, 0, 0, 1))
    between = ["not"] * negated + [pick(DEGREES + ASIDES) for _ in range(pick(range(3)))]
    return " ".join(["the", pick(THINGS), "was", *between, pick(GOOD if good != negated else BAD)])


def encode_words(text: str, vocabulary: Sequence[str]) -> Ints:
    """Numbers of the words of a text, which blanks part; ValueError for a word outside of the vocabulary."""
    number = {word: i for i, word in enumerate(vocabulary)}
    for place, word in enumerate(text.split()):
        if word not in number:
            raise ValueError(f"text: got {word!r} at word {place}, wanted one of the {len(number)} of the vocabulary")
    return np.array([number[word] for word in text.split()], np.int64)


def decode_words(ids: Iterable[int], vocabulary: Sequence[str]) -> str:
    """The text of one sentence, up to its end: the inverse of `encode_words`."""
    return " ".join(vocabulary[i] for i in ids if i >= 0)


def word_vectors(words: ArrayLike, V: int) -> FloatArray:
    """One-hot vectors, zeros after the end of a sentence.

    Parameters
    ----------
    words : int array (...)
        0 .. V - 1, or -1 after the end.
    V : int
        Size of the vocabulary.

    Returns
    -------
    array (..., V)

    Raises
    ------
    ValueError
        If a number is no word of the vocabulary.
    """
    ids = np.asarray(words)
    if ids.dtype.kind not in "iu" or not ids.size or ids.min() < -1 or ids.max() >= check_count("V", V):
        raise ValueError(f"words: got {ids.dtype} from {ids.min(initial=0)} to {ids.max(initial=0)}, wanted integers "
                         f"from -1 to {V - 1}")  # fmt: skip
    vectors: FloatArray = np.eye(V + 1)[ids][..., :V]  # number -1 is the last row, whose 1 is cut off
    return vectors


def delayed(x: FloatArray, targets: Ints, lengths: Ints, steps: int) -> tuple[FloatArray, Ints, Ints]:
    """Let a network answer `steps` words later: the old way to give a forward reader some of the future.

    Parameters
    ----------
    x : array (T, B, D)
    targets : int array (T, B)
    lengths : int array (B,)
    steps : int
        The delay, at least 1.

    Returns
    -------
    x : array (T + steps, B, D)
        Zeros at the end, where there is nothing left to read.
    targets : int array (T + steps, B)
        What was asked at t is asked at t + steps.
    lengths : int array (B,)
        Longer by `steps`.

    Raises
    ------
    ValueError
        If `steps` is below 1.
    """
    steps = check_count("steps", steps)
    nothing = np.zeros((steps, *x.shape[1:]), x.dtype)
    unasked = np.full((steps, targets.shape[1]), UNASKED)
    return np.concatenate([x, nothing]), np.concatenate([unasked, targets]), lengths + steps


def _picker(rng: np.random.Generator) -> Pick:
    """Every option equally likely; ``rng.choice`` does the same in a hundred times the time."""
    random = check_rng(rng).random
    return lambda options: options[int(random() * len(options))]


def _plain(word: str) -> Word:
    return word, TAGS.index(TAG_OF[word]), 0


def _batch(texts: list[list[Word]], vocabulary: Sequence[str]) -> Sentences:
    """Sentences side by side, each a column, the short ones filled up."""
    number = {word: i for i, word in enumerate(vocabulary)}
    lengths = np.array([len(text) for text in texts])
    filled = np.full((3, lengths.max(), len(texts)), UNASKED)
    filled[2] = 0
    for b, text in enumerate(texts):
        filled[:, : len(text), b] = np.array([(number[word], target, where) for word, target, where in text]).T
    words, targets, distance = filled
    return Sentences(words, targets, distance, lengths)
