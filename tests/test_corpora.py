"""The fables keep their own grammar, their bits are those of their choices, and the prose is what its note says."""

import hashlib
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import corpora
from helpers.corpora import ANIMALS, FEELINGS, FOLK, HOMES, PLACES, fables, public_domain_text, split, tale

TEXTS = Path(corpora.__file__).parent / "texts"
NAMED = r"the (?P<name>[a-z]+)(?: that (?:(?P<feel>[a-z]+) the (?P<folk>[a-z]+)|the (?P<by>[a-z]+) (?P<felt>[a-z]+)))?"
SUBJECT = re.compile(rf"(?:(?P<pronoun>it|they)|{NAMED}) ")
DEED = re.compile(rf"(?P<deed>[a-z]+)(?: (?P<place>{'|'.join(PLACES)}))?")
NUMBERED = {row[number]: (i, number) for i, row in enumerate(ANIMALS) for number in (0, 1)}


def read_subject(text, at, hero, inside=False):
    """Who acts, the bits of the choices, and where the subject ends; every agreement on the way is asserted."""
    found = SUBJECT.match(text, at)
    assert found, text[at:]
    if found["pronoun"]:
        assert found["pronoun"] == ("it", "they")[hero[1]], text
        return hero, 2.0, found.end()
    animal, number = NUMBERED[found["name"]]
    bits = 2 if animal == hero[0] else 1 + math.log2(11 * 2)
    if animal == hero[0]:
        assert number == hero[1], text
    if found["feel"] or found["by"]:
        folk = found["folk"] or found["by"]
        plural = folk.endswith("s")
        assert folk.removesuffix("s") in FOLK, text
        if found["feel"]:
            assert found["feel"] in [feeling[number] for feeling in FEELINGS], f"agrees with {found['name']}: {text}"
        else:
            assert found["felt"] in [feeling[plural] for feeling in FEELINGS], f"agrees with {folk}: {text}"
        bits += math.log2(6 * 5 * 2 * 2)
    assert not (inside and (found["feel"] or found["by"])), text
    return (animal, number), bits + (not inside), found.end()


def read_clause(text, at, hero, inside=False):
    """Bits of a clause and where it ends."""
    (animal, number), bits, at = read_subject(text, at, hero, inside)
    found = DEED.match(text, at)
    assert found["deed"] == ANIMALS[animal][2 + number], text
    bits += 1 + (math.log2(7) if found["place"] else 0)
    at = found.end()
    if inside:
        return bits, at
    if text[at : at + 2] != " (":
        return bits + math.log2(3 / 2), at
    more, at = read_clause(text, at + 2, hero, inside=True)
    assert text[at] == ")", text
    return bits + more + math.log2(3), at + 1


def read_tale(text):
    """Bits of a tale, from its text alone."""
    opening = re.match(rf"once (a|an|some) ([a-z]+) lived (?:{'|'.join(HOMES)})\. ", text)
    hero = NUMBERED[opening[2]]
    assert opening[1] == ("some" if hero[1] else "an" if opening[2][0] in "aeiou" else "a")
    bits, at, sentences = math.log2(12 * 2 * 5 * 3), opening.end(), 0
    ending = f"so much for the {opening[2]}.\n"
    while text[at:] != ending:
        (_, number), more, end = read_subject(text, at, hero)
        mark = ("says", "say")[number] + ': "'
        if text[end:].startswith(mark):
            bits += more + 1
            more, at = read_clause(text, end + len(mark), hero)
            bits, mark = bits + more, '." '
        else:
            more, at = read_clause(text, at, hero)
            bits, mark = bits + more + 1, ". "
        assert text[at:].startswith(mark), text
        at, sentences = at + len(mark), sentences + 1
    assert sentences in (2, 3, 4)
    return bits


def check_tales_keep_the_grammar(module):
    """A reader written apart from the writer finds every agreement, mark and name, and the same bits."""
    rng = np.random.default_rng(0)
    for _ in range(1500):
        text, bits = module.tale(rng)
        assert bits == pytest.approx(read_tale(text), abs=1e-9), text


def check_choices_are_as_likely_as_said(module):
    """Frequencies in 4,000 tales, within five standard errors."""
    text = module.fables(800_000, np.random.default_rng(1))
    tales = text.splitlines()
    n = len(tales)
    assert n > 3000
    for share, count in {
        1 / 2: sum(line.startswith("once some") for line in tales),
        1 / 12: sum(" hare lived" in line or " hares lived" in line for line in tales),
        1 / 5: sum(" lived in the barn" in line for line in tales),
    }.items():
        assert abs(count / n - share) < 5 * math.sqrt(share * (1 - share) / n), (share, count / n)
    sentences = sum(line.count(".") for line in tales) - 2 * n
    assert abs(sentences / n - 3) < 5 * math.sqrt(2 / 3 / n)
    quotes = text.count(': "') / sentences
    assert abs(quotes - 1 / 2) < 5 * math.sqrt(1 / 4 / sentences)
    asides = text.count("(") / sentences
    assert abs(asides - 1 / 3) < 5 * math.sqrt(2 / 9 / sentences)


def check_split_at_paragraphs(module):
    text = fables(20_000, np.random.default_rng(2))
    parts = module.split(text, (0.7, 0.2, 0.1))
    assert "".join(parts) == text
    assert all(part.endswith("\n") for part in parts)
    longest = max(map(len, text.splitlines(keepends=True)))
    ends = np.cumsum([len(part) for part in parts])
    for end, share in zip(ends[:-1], (0.7, 0.9), strict=True):
        assert 0 <= end - share * len(text) <= longest, "the part ends with the paragraph that reaches its share"
    assert module.split("aa\nbb\ncc\ndd\n", (0.5, 0.25, 0.25)) == ("aa\nbb\n", "cc\n", "dd\n")


def test_tales_keep_the_grammar():
    check_tales_keep_the_grammar(corpora)


def test_choices_are_as_likely_as_said():
    check_choices_are_as_likely_as_said(corpora)


def test_split_at_paragraphs():
    check_split_at_paragraphs(corpora)


@given(st.integers(1, 2000), st.integers(0, 2**32))
def test_fables_are_whole_and_long_enough(length, seed):
    text = fables(length, np.random.default_rng(seed))
    assert text.endswith(".\n")
    assert len(text) >= length
    assert len("".join(text.splitlines(keepends=True)[:-1])) < length
    assert text == fables(length, np.random.default_rng(seed))


def test_the_alphabet_is_small():
    letters = set("abcdefghijklmnopqrstuvwxyz") - {"q"}
    assert set(fables(50_000, np.random.default_rng(3))) == letters | set(' \n.:"()')


def test_no_two_animals_share_a_word():
    for column in range(4):
        words = [row[column] for row in ANIMALS]
        assert len(set(words)) == len(words)


def test_the_prose_is_what_its_note_says():
    text, note = public_domain_text(), (TEXTS / "moby_dick.md").read_text(encoding="utf-8")
    raw = (TEXTS / "moby_dick.txt").read_bytes()
    assert hashlib.sha256(raw).hexdigest() in note
    assert raw == text.encode("ascii"), "line ends are the same on every system"
    assert f"{len(text):,} characters" in note
    assert f"{len(text):,} characters" in public_domain_text.__doc__
    assert f"{len(set(text))} different ones" in note
    assert f"{len(set(text))} different ones" in public_domain_text.__doc__
    assert f"{text.count(chr(10))} paragraphs" in note
    for said in ("Herman Melville", "1851", "1891", "public domain"):
        assert said in note
    assert all(line.strip() == line and line for line in text.splitlines())
    for word in ("gutenberg", "http", "licen", "copyright", "  "):
        assert word not in text.lower(), word


def test_the_package_carries_the_prose():
    settings = (TEXTS.parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'packages = ["src/helpers"]' in settings, "everything below it goes into the wheel, texts too"


def test_errors():
    for message, call in {
        "rng: got 0": lambda: tale(0),
        "rng: got None": lambda: fables(10, None),
        "length: got 0": lambda: fables(0, np.random.default_rng(0)),
        "text: got ''": lambda: split(""),
        "text: got 1 paragraphs": lambda: split("one line\n"),
        "shares: got": lambda: split("a\nb\nc\n", (0.5, 0.2)),
        "shares: got [(]1.5": lambda: split("a\nb\nc\n", (1.5, -0.5)),
        "shares: got [(][)]": lambda: split("a\nb\nc\n", ()),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
