"""Two texts to learn from: fables made by a small grammar, as many as you like, and a piece of public-domain prose.

A fable is one paragraph, made so that a short context is not enough: verbs that belong to a subject far back, brackets
and quotation marks that must close, an animal named in the first sentence that comes back as "it" and in the last.
"""

from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from helpers.arrays import check_count, check_rng

ANIMALS = (
    ("heron", "herons", "wades", "wade"), ("goose", "geese", "marches", "march"), ("mouse", "mice", "knits", "knit"),
    ("wolf", "wolves", "yawns", "yawn"), ("otter", "otters", "dives", "dive"), ("badger", "badgers", "digs", "dig"),
    ("hare", "hares", "jumps", "jump"), ("crow", "crows", "jokes", "joke"), ("toad", "toads", "broods", "brood"),
    ("ox", "oxen", "nods", "nod"), ("moth", "moths", "waltzes", "waltz"),
    ("cricket", "crickets", "fiddles", "fiddle"),
)  # fmt: skip
"""One and many, and what each of them does: one does it, many do it. No two animals share a deed."""
FOLK = ("miller", "baker", "piper", "judge", "sailor", "weaver")
FEELINGS = (("feeds", "feed"), ("hears", "hear"), ("fears", "fear"), ("trusts", "trust"), ("paints", "paint"))
HOMES = ("by the well", "under the bridge", "in the barn", "on the hill", "near the mill")
PLACES = (*HOMES, "at dawn", "after tea")

Pick = Callable[[Sequence[str]], str]


class Tale(NamedTuple):
    """One fable, and how much of it nobody could know beforehand."""

    text: str
    """One paragraph, with the newline that ends it."""
    bits: float
    """``-log2`` of the probability with which the grammar makes this text: no model can need fewer on average."""


def tale(rng: np.random.Generator) -> Tale:
    """Make one fable of the grammar.

    The first sentence names the hero, one or many; two to four sentences follow, each of the hero or of another
    animal; the last names the hero again. Choices are independent and equally likely where no number is given:

    =========  ========================================================================================
    sentence   a clause; or, 1 of 2, a subject with "says" or "say", a colon and a clause in quotation marks
    clause     a subject, its deed, a place (1 of 2), an aside (1 of 3)
    aside      in brackets: a subject without relative clause, its deed, a place (1 of 2)
    subject    the hero (1 of 2), named or (1 of 2) as "it" or "they"; else another animal, named, one or many
    named      "the mice"; or, 1 of 2, with a relative clause, "that the miller feeds" or "that feed the miller"
    =========  ========================================================================================

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    Tale
        Different choices make different texts, so the bits of the choices are the bits of the text.

    Raises
    ------
    ValueError
        If `rng` is not a generator.
    """
    rng, ways = check_rng(rng), 1.0

    def below(count: int) -> int:
        nonlocal ways
        ways *= count
        return int(rng.random() * count)

    def some(options: Sequence[str]) -> str:
        return options[below(len(options))]

    def one_of(times: int) -> bool:
        nonlocal ways
        yes = rng.random() * times < 1
        ways *= times if yes else times / (times - 1)
        return yes

    hero, many = below(len(ANIMALS)), below(2)
    others = [i for i in range(len(ANIMALS)) if i != hero]

    def named(animal: int, number: int, inside: bool) -> str:
        words = "the " + ANIMALS[animal][number]
        if not inside and one_of(2):
            folk, feeling = some(FOLK), FEELINGS[below(len(FEELINGS))]
            plural = below(2)
            folk = f"the {folk}{'s' * plural}"
            words += f" that {feeling[number]} {folk}" if one_of(2) else f" that {folk} {feeling[plural]}"
        return words

    def subject(inside: bool) -> tuple[str, int, int]:
        if not one_of(2):
            animal, number = others[below(len(others))], below(2)
            return named(animal, number, inside), animal, number
        return ("they" if many else "it") if one_of(2) else named(hero, many, inside), hero, many

    def clause(inside: bool) -> str:
        who, animal, number = subject(inside)
        words = f"{who} {ANIMALS[animal][2 + number]}"
        if one_of(2):
            words += " " + some(PLACES)
        return f"{words} ({clause(True)})" if not inside and one_of(3) else words

    def sentence() -> str:
        if one_of(2):
            return clause(False) + "."
        who, _, number = subject(False)
        return f'{who} {("says", "say")[number]}: "{clause(False)}."'

    first = ANIMALS[hero][many]
    article = "some" if many else "an" if first[0] in "aeiou" else "a"
    parts = [f"once {article} {first} lived {some(HOMES)}."]
    parts += [sentence() for _ in range(2 + below(3))]
    parts.append(f"so much for the {first}.")
    return Tale(" ".join(parts) + "\n", float(np.log2(ways)))


def fables(length: int, rng: np.random.Generator) -> str:
    """Write fables until the text has `length` characters.

    Parameters
    ----------
    length : int
        At least so many characters; the last fable is not cut.
    rng : numpy.random.Generator

    Returns
    -------
    str
        One fable a line. The alphabet has 32 symbols: 25 letters (no "q"), space, newline and ``. : " ( )``.

    Raises
    ------
    ValueError
        If `length` is below 1 or `rng` is not a generator.
    """
    length, lines, written = check_count("length", length), [], 0
    while written < length:
        lines.append(tale(rng).text)
        written += len(lines[-1])
    return "".join(lines)


def split(text: str, shares: Sequence[float] = (0.8, 0.1, 0.1)) -> tuple[str, ...]:
    """Cut a text into parts, such as train, dev and test, between paragraphs.

    Parameters
    ----------
    text : str
        A paragraph ends with a newline.
    shares : sequence of float
        Of the characters, positive, with sum 1. A part ends with the paragraph in which its share is reached.

    Returns
    -------
    tuple of str
        The parts in the text's order; joined they are the text.

    Raises
    ------
    ValueError
        If the text is empty, the shares are not as above, or a part would have no paragraph.
    """
    if not isinstance(text, str) or not text:
        raise ValueError(f"text: got {text!r}, wanted a text that is not empty")
    if not len(shares) or not all(share > 0 for share in shares) or not np.isclose(sum(shares), 1):
        raise ValueError(f"shares: got {tuple(shares)}, wanted positive numbers whose sum is 1")
    ends = np.cumsum([len(line) for line in text.splitlines(keepends=True)])
    wanted = np.cumsum(shares)[:-1] * len(text)
    cuts = [0, *(int(ends[np.searchsorted(ends, end - 0.5)]) for end in wanted), len(text)]
    parts = tuple(text[start:end] for start, end in pairwise(cuts))
    if not all(parts):
        raise ValueError(f"text: got {len(ends)} paragraphs, wanted at least one in each of {len(shares)} parts")
    return parts


def public_domain_text() -> str:
    """Read the prose that ships with the book: chapters of Herman Melville's "Moby-Dick" (1851).

    Returns
    -------
    str
        213,502 characters of ASCII, 73 different ones, one paragraph a line. ``texts/moby_dick.md`` beside it says
        where it comes from, why it is in the public domain and what was changed.
    """
    return (files("helpers") / "texts" / "moby_dick.txt").read_text(encoding="ascii")
