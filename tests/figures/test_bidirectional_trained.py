"""The figures of chapter 5 that show trained taggers show what those taggers say."""

import itertools

import numpy as np
import pytest

from helpers.explore import MAX_BYTES, explore
from helpers.figures.bidirectional.distance import distance
from helpers.figures.bidirectional.reading import FILLERS, beliefs, reading, words_of
from helpers.grammars import TAGS, WORDS, encode_words, sentences
from helpers.readers import FARTHEST, READERS, best_accuracy, tag, train_tagger

MOMENTS = (60, 120, 240)


@pytest.fixture(scope="module")
def taggers():
    """Trained shortly: "both" knows the tags by then."""
    judged = sentences(300, np.random.default_rng(1000))
    return [train_tagger(reader, np.random.default_rng(0), MOMENTS, judged, rate=8e-3) for reader in READERS]


@pytest.fixture(scope="module", params=["distance", "reading"])
def explorer(request, taggers):
    from helpers.explore import _used

    name = f"test-{request.param}"
    _used.pop(name, None)
    if request.param == "distance":
        figure = lambda reader, updates: distance(taggers, reader, updates)
        controls = {"reader": list(READERS), "updates": list(MOMENTS)}
    else:
        figure = lambda side, between, number: reading(taggers, side, between, number)
        controls = {"side": ["left", "right"], "between": (0, 7, 1, 2), "number": ["many", "one"]}
    return explore(figure, name=name, live=False, **controls)


def test_within_the_budget(explorer):
    explorer.bake()  # raises beyond 35 KB
    assert MAX_BYTES == 35_000


def test_readings_are_short_and_axes_stay(explorer):
    values = itertools.product(*(control.values for control in explorer.controls))
    names = [control.name for control in explorer.controls]
    figures = [explorer.draw(**dict(zip(names, state, strict=True))) for state in values]
    readings = {figure.layout.meta["reading"] for figure in figures}
    assert len(readings) == len(figures)
    assert max(len(reading.split()) for reading in readings) < 30, max(readings, key=len)
    for axis in ("xaxis", "yaxis"):
        assert len({str(figure.layout[axis].range) for figure in figures}) == 1
    assert not any("nan" in str(trace.y) for figure in figures for trace in figure.data)


def test_every_control_changes_data_from_the_start(explorer):
    start = explorer.values()
    drawn = [str(trace) for trace in explorer.draw(**start).data]
    for control in explorer.controls:
        for value in control.values:
            if value != start[control.name]:
                assert [str(t) for t in explorer.draw(**start | {control.name: value}).data] != drawn, control.name


def test_distance_shows_the_accuracy_and_the_closed_form(taggers):
    for tagger in taggers:
        figure = distance(taggers, tagger.reader, 240)
        np.testing.assert_allclose(figure.data[0].y, tagger.moments[-1].accuracy, atol=6e-4)
        np.testing.assert_array_equal(figure.data[1].y, best_accuracy(tagger.reader))
    right = 100 * taggers[0].moments[0].accuracy[FARTHEST + 1 :].mean()
    assert f"{right:.0f} % where the right does" in distance(taggers, "forward", 60).layout.meta["reading"]


def test_the_sentences_have_as_many_words_as_they_say():
    for side, between, number in itertools.product(("left", "right"), range(FARTHEST), ("one", "many")):
        words = words_of(side, between, number)
        encode_words(" ".join(words), WORDS)
        at = words.index("sheep")
        decides = {"left": {"one": "one", "many": "two"}, "right": {"one": "sleeps", "many": "sleep"}}[side][number]
        assert abs(words.index(decides) - at) == between + 1
        assert len(words) == between + 4
    assert [len(filler.split()) for filler in FILLERS] == list(range(FARTHEST))


def test_forward_never_changes_its_mind_and_both_do(taggers):
    forward, _, both, _ = taggers
    for number in ("one", "many"):
        words = words_of("right", 2, number)
        once, again = beliefs(forward, words), beliefs(both, words)
        assert len(once) == len(again) == len(words) - 1
        np.testing.assert_allclose(once, once[0], atol=1e-6)
        assert np.ptp(again) > 0.3
        whole = tag("both", both.network, encode_words(" ".join(words), WORDS)[:, None], np.array([len(words)]))[1, 0]
        one, many = whole[TAGS.index("NN")], whole[TAGS.index("NNS")]
        assert again[-1] == pytest.approx(many / (one + many), abs=1e-6)
        assert (again[-1] > 0.5) == (number == "many")
    drawn = reading(taggers, "right", 2, "many")
    np.testing.assert_allclose(drawn.data[1].y, beliefs(both, words_of("right", 2, "many")), atol=6e-4)
    assert list(drawn.data[1].x) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: distance(t, "sideways", 60), "reader: got 'sideways'"),
        (lambda t: distance(t[:1], "both", 60), "reader: got 'both'"),
        (lambda t: distance(t, "both", 61), "updates: got 61, wanted one of 60, 120, 240"),
        (lambda t: reading(t, "above", 1, "one"), "side: got 'above'"),
        (lambda t: reading(t, "left", 8, "one"), "between: got 8"),
        (lambda t: reading(t, "left", 1, "few"), "number: got 'few'"),
        (lambda t: reading(t[:2], "left", 1, "one"), "reader: got 'both'"),
    ],
)
def test_bad_input_is_named(call, message, taggers):
    with pytest.raises(ValueError, match=message):
        call(taggers)
