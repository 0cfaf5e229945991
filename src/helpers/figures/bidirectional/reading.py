"""Figure of chapter 5: a forward and a bidirectional tagger read a sentence, word by word."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from helpers.arrays import FloatArray, check_choice
from helpers.grammars import TAGS, WORDS, encode_words
from helpers.readers import FARTHEST, Tagger, tag
from helpers.style import COLOR, level, line

FILLERS = ("", "again", "at dawn", "past the barn", "again past the barn", "at dawn past the barn",
           "again at dawn past the barn", "slowly again at dawn past the barn")  # fmt: skip
ADJECTIVES = ("small", "grey", "shy", "tired", "small", "grey", "shy")
LONGEST = FARTHEST + 3


def words_of(side: str, between: int, number: str) -> list[str]:
    """The sentence: "the sheep ... sleeps ." or "one ... sheep slept .", with `between` words before the decision."""
    check_choice("side", side, ("right", "left"))
    many = check_choice("number", number, ("one", "many")) == "many"
    if isinstance(between, bool) or between not in range(FARTHEST):
        raise ValueError(f"between: got {between!r}, wanted 0 to {FARTHEST - 1}")
    if side == "right":
        return ["the", "sheep", *FILLERS[between].split(), "sleep" if many else "sleeps", "."]
    return ["two" if many else "one", *ADJECTIVES[:between], "sheep", "slept", "."]


def beliefs(tagger: Tagger, words: Sequence[str]) -> FloatArray:
    """P(the sheep are many) of the two nouns' tags, after each word from the noun on: (words from the noun on,).

    The tagger reads the sentence anew after each word, up to there. A forward reader says the same each time, since
    its answer at the noun was ready when the noun had come.
    """
    ids, at = encode_words(" ".join(words), WORDS), list(words).index("sheep")
    found = []
    for read in range(at + 1, len(ids) + 1):
        p = tag(tagger.reader, tagger.network, ids[:read, None], np.array([read]))[at, 0]
        one, many = p[TAGS.index("NN")], p[TAGS.index("NNS")]
        found.append(many / (one + many))
    return np.array(found)


def reading(taggers: Sequence[Tagger], side: str, between: int, number: str) -> go.Figure:
    """After which word does a reader know how many sheep? Its belief about the noun, as the sentence arrives.

    Parameters
    ----------
    taggers : sequence of helpers.readers.Tagger
        With a forward and a bidirectional one.
    side : {"right", "left"}
        Where the word stands that decides.
    between : int
        Words between it and the noun, 0 to 7.
    number : {"one", "many"}

    Returns
    -------
    plotly.graph_objects.Figure
        The words across, the probability of "many" up, a line for each reader from the noun on.

    Raises
    ------
    ValueError
        If a reader is missing among the taggers, or for a sentence that cannot be made.
    """
    words = words_of(side, between, number)
    trained = {tagger.reader: tagger for tagger in taggers}
    forward, both = (beliefs(trained[check_choice("reader", r, trained)], words) for r in ("forward", "both"))
    at = words.index("sheep")
    deciding = at + between + 1 if side == "right" else at - between - 1
    x = np.arange(at + 1, len(words) + 1)
    ticks = [f"<b>{word}</b>" if i in (at, deciding) else word for i, word in enumerate(words)]
    label = {"showarrow": False, "xref": "paper", "yref": "paper", "y": 1, "yanchor": "top"}
    told = f"forward says {forward[-1]:.2f}, both directions {both[-1]:.2f}"
    if side == "right":
        early = both[: deciding - at]
        told += f"; before the verb, both had said {early.min():.2f} to {early.max():.2f}"
    return go.Figure(
        data=[
            go.Scatter(x=x, y=np.round(forward, 3), mode="lines+markers",
                       **line("forward", name="forward")),
            go.Scatter(x=x, y=np.round(both, 3), mode="lines+markers",
                       **line("output", name="both directions")),
        ],
        layout={
            "height": 380,
            "xaxis": {"title": {"text": "words read so far"}, "range": [0.5, LONGEST + 0.5],
                      "tickvals": list(range(1, len(words) + 1)), "ticktext": ticks, "tickangle": -90},
            "yaxis": {"title": {"text": "probability of “many”"}, "range": [-0.06, 1.24],
                      "tickvals": [0, 0.25, 0.5, 0.75, 1]},
            "shapes": [level(0.5)],
            "annotations": [
                label | {"x": 0.02, "xanchor": "left", "text": "● forward", "font": {"color": COLOR["forward"]}},
                label | {"x": 0.98, "xanchor": "right", "text": "◆ both directions",
                         "font": {"color": COLOR["output"]}},
            ],
            "meta": {
                "reading": f"“{' '.join(words[:-1])}”, many? In the end {told}."
            },
        },
    )  # fmt: skip
