"""The live figures of chapter 6 show what was recorded, keep their axes still and stay within their budget."""

import re
from itertools import takewhile

import numpy as np
import pytest
from states import check_baked, check_frame, check_values

from helpers.figures.seq2seq import alignment, attend, beam, bottleneck, names, slips
from helpers.figures.seq2seq.attend import HULL, KEYS, WORDS, attended
from helpers.figures.seq2seq.bottleneck import half_right, measured
from helpers.phrases import number_words
from helpers.records import load

ALIGNMENT, BEAM, BOTTLENECK, SLIPS = (load(f"seq2seq_{name}") for name in ("alignment", "beam", "bottleneck", "slips"))
END = "<END>"
SENTENCES = range(len(ALIGNMENT["examples"]))
CALLS = {
    "bottleneck": (
        lambda model, H, others: bottleneck(BOTTLENECK, model, H, others),
        {
            "model": {"one vector": "plain", "one vector, source reversed": "reversed", "attention": "attention"},
            "H": [32, 64, 128],
            "others": False,
        },
    ),
    "attend": (
        attend,
        {
            "angle": (0, 345, 15, 60),
            "scale": {"1: divided by √A": 1, "0: no scores": 0, "2: A = 4": 2, "4: A = 16": 4, "8: A = 64": 8,
                      "32: A = 1,024": 32},
        },
    ),
    "alignment": (
        lambda sentence, step: alignment(ALIGNMENT, sentence, step),
        {"sentence": names(ALIGNMENT), "step": (1, 11, 1, 3)},
    ),
    "beam": (
        lambda sentence, width, step: beam(BEAM, sentence, width, step),
        {"sentence": names(BEAM), "width": (1, 5, 1, 2), "step": (1, 11, 1, 3)},
    ),
    "slips": (
        lambda model, wrong: slips(SLIPS, model, wrong),
        {
            "model": {"one vector": "plain", "scheduled sampling": "scheduled sampling", "attention": "attention"},
            "wrong": (0, 7, 1, 0),
        },
    ),
}  # fmt: skip


def reading(figure):
    return figure.layout.meta["reading"]


# -- How long a number one vector holds -------------------------------------------------------------------
def test_the_curve_is_the_median_of_the_seeds_and_the_band_goes_from_worst_to_best():
    for run in BOTTLENECK["models"]:
        if run["updates"] > 1000:
            continue
        drawn = bottleneck(BOTTLENECK, run["kind"], run["H"])
        each = 100 * np.array(run["exact"]["each"])
        np.testing.assert_allclose(drawn.data[2].y, np.median(each, axis=0), atol=0.051)
        np.testing.assert_allclose(drawn.data[0].y, [*each.max(axis=0), *each.min(axis=0)[::-1]], atol=0.051)
        assert list(drawn.data[2].x) == BOTTLENECK["digits"]
        assert f"{run['H']} units" in reading(drawn)


def test_the_example_has_as_many_digits_as_are_half_right():
    record = {
        "digits": list(range(1, 16)),
        "trained": 12,
        "models": [
            {"kind": kind, "H": 8, "updates": 1, "exact": {"each": [[1.0] * holds + [0.49] * (15 - holds)] * 3}}
            for kind, holds in (("plain", 3), ("reversed", 5), ("attention", 15))
        ],
    }
    for kind, number in (("plain", 314), ("reversed", 31415), ("attention", 314159265358979)):
        notes = [note.text.replace("<br>", " ") for note in bottleneck(record, kind, 8).layout.annotations[:2]]
        digits = len(str(number))
        assert notes == [f"Half of them right up to {digits} digits, as in", f"“{' '.join(number_words(number))}”"]


def test_half_right_ends_at_the_first_length_that_falls_short():
    assert half_right(np.array([100.0, 50, 49, 80])) == 2
    assert half_right(np.array([20.0, 90])) == 0
    assert half_right(np.array([60.0, 70])) == 2


def test_others_come_in_grey_when_asked_for():
    alone, together = (bottleneck(BOTTLENECK, "plain", 64, others) for others in (False, True))
    assert len(alone.data[1].y) == 0
    drawn = np.array(together.data[1].y, dtype=float).reshape(-1, 16)  # 15 lengths and a gap, for each model
    for name, row in zip(("reversed", "attention"), drawn, strict=True):
        np.testing.assert_allclose(row[:-1], np.median(measured(BOTTLENECK, "plain", 64)[name][1], axis=0), atol=0.051)
    shown = {note.text for note in together.layout.annotations}
    assert {"one vector", "attention", "reversed"} <= shown
    assert "attention" not in {note.text for note in alone.layout.annotations}, "that would be half of the answer"
    narrow, wide = (
        {note.text for note in bottleneck(BOTTLENECK, "plain", H, others=True).layout.annotations} for H in (32, 128)
    )
    assert {"attention", "reversed"} <= narrow
    assert not {"attention", "reversed"} & wide, "of 64 units at most: to set them beside 128 would be unfair"


def test_a_model_that_was_not_trained_so_wide_stands_in_with_the_nearest_width():
    for kind in ("plain", "reversed", "attention"):
        widths = {run["H"] for run in BOTTLENECK["models"] if run["kind"] == kind}
        for H in (32, 64, 128):
            nearest = min(widths, key=lambda width: abs(width - H))
            assert measured(BOTTLENECK, kind, H)[kind][0] == nearest
            drawn = bottleneck(BOTTLENECK, kind, H)
            assert f", {nearest} units: half" in reading(drawn)
            assert any(f", {nearest}" in note.text for note in drawn.layout.annotations) == (nearest != H)


def test_the_same_model_trained_longer_is_one_of_the_others():
    def run(kind, updates, share):
        return {"kind": kind, "H": 8, "updates": updates, "exact": {"each": [[share] * 12]}}

    models = [run("plain", 20, 0.8), run("plain", 10, 0.6), run("reversed", 10, 0.7), run("attention", 10, 0.9)]
    record = {"digits": list(range(1, 13)), "trained": 9, "models": models}
    drawn = bottleneck(record, "plain", 8, others=True)
    assert list(drawn.data[2].y) == [60] * 12, "fewer updates, whichever of the two comes first"
    assert sorted({y for y in drawn.data[1].y if y is not None}) == [70, 80, 90]
    assert "trained<br>longer" in {note.text for note in drawn.layout.annotations}
    assert "longer" not in measured(record, "attention", 8)


# -- Attention by hand ------------------------------------------------------------------------------------
@pytest.mark.parametrize("scale", [0, 1, 4, 32])
@pytest.mark.parametrize("angle", [0, 75, 240])
def test_weights_are_a_softmax_of_scaled_products_and_the_context_their_mean(angle, scale):
    query = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    e = np.exp(scale * KEYS @ query)
    *_, squares, arrow, context, bars = attend(angle, scale).data
    np.testing.assert_allclose(bars.y, e / e.sum(), atol=5.1e-4)
    np.testing.assert_allclose([context.x[0], context.y[0]], e @ KEYS / e.sum(), atol=5.1e-4)
    np.testing.assert_allclose([arrow.x[1], arrow.y[1]], query, atol=5.1e-4)
    np.testing.assert_allclose(squares.marker.size, np.maximum(40 * np.sqrt(e / e.sum()), 3), atol=0.051)


def test_the_context_never_leaves_the_hull():
    """The claim of the figure: a mean with weights from 0 to 1 that sum to 1 lies between the values."""
    corners = KEYS[HULL]
    sides = np.diff(corners, axis=0)
    for scale in (0, 1, 2, 4, 8, 32, 300):
        _, contexts = attended(np.arange(360.0), scale)
        offsets = contexts[:, None] - corners[:-1]
        left = sides[:, 0] * offsets[..., 1] - sides[:, 1] * offsets[..., 0]
        assert (left > -1e-12).all(), "left of every side, the hull being drawn counter-clockwise"


def test_a_key_between_the_others_is_never_scored_highest():
    for scale in (1, 8, 32):
        weights, _ = attended(np.arange(360.0), scale)
        assert set(weights.argmax(axis=0)) == {0, 2, 3, 4}
    assert WORDS[1] == "the"


def test_the_slope_that_the_reading_tells_is_that_of_the_softmax():
    """d a / d score of the largest weight, by central differences."""
    weights, _ = attended(np.array([240.0]), 4)
    most, query = int(weights.argmax()), np.array([np.cos(np.radians(240)), np.sin(np.radians(240))])
    step = 1e-6 * np.eye(5)[most]
    a = [np.exp(4 * KEYS @ query + sign * step) for sign in (1, -1)]
    slope = np.diff([e[most] / e.sum() for e in a][::-1])[0] / 2e-6
    assert f"“nineteen” has weight {weights[most, 0]:.2f}" in reading(attend(240, 4))
    assert reading(attend(240, 4)).endswith(f"a(1 − a) = {slope:.2g} of that.")
    assert "the mean of the values" in reading(attend(240, 0))


# -- Where the decoder looks ------------------------------------------------------------------------------
@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_heat_map_holds_the_weights_of_what_is_written(sentence):
    example = ALIGNMENT["examples"][sentence]
    T, S = np.shape(example["weights"])
    for step in (1, 4, T, T + 3):
        heat, dots, bars = alignment(ALIGNMENT, sentence, step).data
        z, t = np.array(heat.z, dtype=float), min(step, T)
        assert z.shape == (S, T)
        np.testing.assert_allclose(z[:, :t], np.transpose(example["weights"])[:, :t], atol=0.0051)
        assert np.isnan(z[:, t:]).all(), "what is not written yet is not shown"
        np.testing.assert_allclose(bars.x, example["weights"][t - 1], atol=0.0051)
        right = len(
            list(takewhile(lambda pair: pair[0] == pair[1], zip(example["output"], example["right"], strict=False)))
        )
        deciding = {(i + 1, s + 1) for i in range(min(t, right)) for s in example["deciding"][i]}
        assert set(zip(dots.x, dots.y, strict=True)) == deciding, "behind a mistake nobody knows which word it was"


def test_words_stand_beside_and_symbols_above():
    example = ALIGNMENT["examples"][0]
    layout = alignment(ALIGNMENT, 0, 3).layout
    assert list(layout.yaxis.ticktext) == [*example["words"][:-1], "end"]
    assert list(layout.xaxis.ticktext) == example["output"][:3]
    assert layout.yaxis.range[0] > layout.yaxis.range[1], "the first word on top"


def test_the_reading_names_the_largest_weight_and_the_word_that_decides():
    words, right = ["may", "ten", END], ["5", "0", "-", END]
    weights = [[0.9, 0.1, 0.0], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1], [0.0, 0.25, 0.75]]
    example = {"words": words, "right": right, "output": right, "weights": weights, "deciding": [[0], [1], [], []]}
    record = {"examples": [example, example | {"output": ["5", "1", "-", END]}]}
    told = [reading(alignment(record, 0, step)) for step in (1, 2, 3, 4)]
    assert told[0] == "Symbol 1, “5”: 0.90 of the weight on “may”, the word that decides it."
    assert told[1] == "Symbol 2, “0”: 0.50 of the weight on END; the word that decides it, “ten”, has 0.30."
    assert told[2] == "Symbol 3, “-”: 0.80 of the weight on “ten”; no single word decides this symbol."
    assert told[3] == "The end: 0.75 of the weight on END; no single word decides this symbol."
    assert reading(alignment(record, 1, 1)) == told[0]
    assert reading(alignment(record, 1, 2)).endswith("Wrong so far: the right answer is 50-.")
    assert [list(alignment(record, i, 4).data[1].x) for i in (0, 1)] == [[1, 2], [1]]


# -- The beam ---------------------------------------------------------------------------------------------
def hypothesis(symbol, parent, log, ended=0):
    return [symbol, parent, log, ended]


TREE = {
    "words": ["seven", "ty", END],
    "right": ["7", "0", END],
    "beams": {
        "2": {
            "steps": [
                [hypothesis("1", 0, -0.4), hypothesis("7", 0, -1.2)],
                [hypothesis("0", 1, -1.3), hypothesis("4", 0, -1.4)],
                [hypothesis(END, 0, -1.5, 1), hypothesis("0", 0, -1.6)],
            ],
            "best": ["7", "0", END],
            "score": -0.5,
        },
        "3": {"steps": [[hypothesis("1", 0, -0.4)]], "best": ["1"], "score": -0.4},
    },
}


def nodes(figure, name):
    trace = next(trace for trace in figure.data if trace.name == name)
    return list(zip(trace.x, trace.y, trace.text, strict=True))


def test_the_tree_marks_what_is_dropped_kept_and_best():
    first, second, last = (beam({"examples": [TREE]}, 0, 2, step) for step in (1, 2, 3))
    assert nodes(first, "best") == [(0, 1, "●"), (1, 1, "<b>1</b>")]
    assert nodes(first, "kept") == [(1, 2, "7")]
    assert nodes(second, "best") == [(0, 1, "●"), (1, 2, "<b>7</b>"), (2, 1, "<b>0</b>")]
    assert nodes(second, "kept") == [(1, 1, "1"), (2, 2, "4")]
    assert nodes(second, "dropped") == []
    assert nodes(last, "dropped") == [(1, 1, "1"), (2, 2, "4")]
    assert nodes(last, "best")[-1] == (3, 1, "<b>■</b>")
    assert nodes(last, "kept") == [(3, 2, "0")]


def test_edges_point_from_parents_to_children():
    drawn = beam({"examples": [TREE]}, 0, 2, 3)
    found = set()
    for trace in drawn.data[:3]:
        x, y = (np.array(values, dtype=float).reshape(-1, 3)[:, :2] for values in (trace.x, trace.y))
        steepness = np.diff(y).ravel() / np.diff(x).ravel()
        for (left, _), (top, _), fall in zip(x, y, steepness, strict=True):
            column = int(left)
            above = top - fall * (left - column)
            found.add((column, round(above), round(above + fall)))
    assert found == {(0, 1, 1), (0, 1, 2), (1, 2, 1), (1, 1, 2), (2, 1, 1), (2, 1, 2)}


def test_beginnings_stand_below_with_their_probability_and_a_tick_for_the_right_one():
    second, last = (beam({"examples": [TREE]}, 0, 2, step) for step in (2, 3))
    assert list(second.layout.yaxis2.ticktext) == ["✓ 70", "14"]
    assert list(last.layout.yaxis2.ticktext) == ["✓ 70■", "700"]
    np.testing.assert_allclose(last.data[-1].x, np.exp([-1.5, -1.6]), atol=5.1e-4)


def test_the_reading_follows_the_right_beginning():
    record = {"examples": [TREE, TREE | {"right": ["7", "1", END]}]}
    told = [reading(beam(record, 0, 2, step)) for step in (1, 2, 3)]
    assert (
        told[0] == "Width 2, step 1: the best beginning is 1, probability 0.67; the right one, 7, is kept in place 2."
    )
    assert told[1] == "Width 2, step 2: the best beginning is 70, probability 0.27, and it is right so far."
    assert told[2] == "Width 2, after 3 steps: 70, which is right; its log-probability is −0.500 a symbol."
    assert reading(beam(record, 1, 2, 2)).endswith("; the right one, 71, has been dropped.")
    assert "70, but 71 is right" in reading(beam(record, 1, 2, 9))


@pytest.mark.parametrize("sentence", range(len(BEAM["examples"])))
def test_recorded_beams_end_in_what_they_found(sentence):
    for width, search in BEAM["examples"][sentence]["beams"].items():
        drawn = beam(BEAM, sentence, int(width), 99)
        path = "".join(re.sub("<.*?>", "", text) for _, _, text in nodes(drawn, "best")[1:])
        wanted = "".join("■" if symbol == END else symbol for symbol in search["best"])
        assert path.startswith(wanted)
        assert set(path[len(wanted) :]) <= {"■"}, "what has ended repeats its END"


# -- After a mistake --------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", list(SLIPS["models"]))
def test_curves_of_slips_are_the_records_medians(model):
    rows, n = SLIPS["models"][model], SLIPS["digits"]
    for wrong in range(n):
        told, alone, after, mark = slips(SLIPS, model, wrong).data
        np.testing.assert_allclose(told.y, 100 * np.array(rows["told"]["median"]), atol=0.051)
        np.testing.assert_allclose(alone.y, 100 * np.array(rows["alone"]["median"]), atol=0.051)
        assert list(after.x) == (list(range(wrong + 1, n + 1)) if wrong else [])
        assert list(mark.x) == [wrong] * (wrong > 0)
        if wrong:
            slip = rows["slips"][wrong - 1]
            assert slip["place"] == wrong - 1, "the record counts from 0, the figure from 1"
            np.testing.assert_allclose(after.y, 100 * np.array(slip["after"]["median"]), atol=0.051)
            told = reading(slips(SLIPS, model, wrong))
            assert f"digit {wrong} wrong: digit {wrong + 1} right in {after.y[0]:.0f} % (worst" in told
            assert f"otherwise in {alone.y[wrong]:.0f} %" in told


# -- All of them ------------------------------------------------------------------------------------------
def test_whole_range_is_within_budget_and_axes_stay(explorer):
    check_baked(explorer)


def test_each_control_moves_the_traces(explorer):
    check_values(explorer, ends="step")


def test_readings_are_short_and_curves_stay_in_the_frame(explorer):
    check_frame(explorer)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bottleneck(BOTTLENECK, "lstm", 64), "model: got 'lstm', wanted one of 'plain'"),
        (lambda: bottleneck(BOTTLENECK, "plain", 16), "H: got 16, wanted the width of a model"),
        (lambda: attend(float("nan"), 1), "angle: got nan, wanted a finite number"),
        (lambda: attend(0, -1), "scale: got -1, wanted a finite number of at least 0"),
        (lambda: alignment(ALIGNMENT, len(SENTENCES), 1), f"example: got {len(SENTENCES)}, wanted 0 to"),
        (lambda: alignment(ALIGNMENT, -1, 1), "example: got -1, wanted 0 to"),
        (lambda: alignment(ALIGNMENT, 0, 0), "step: got 0, wanted an integer of at least 1"),
        (lambda: beam(BEAM, 0, 99, 1), "width: got 99, wanted one of 1, 2, 3"),
        (lambda: beam(BEAM, 0, 0, 1), "width: got 0, wanted an integer"),
        (lambda: beam(BEAM, 99, 1, 1), "example: got 99, wanted 0 to"),
        (lambda: beam(BEAM, 0, 1, 0), "step: got 0, wanted"),
        (lambda: slips(SLIPS, "gru", 1), "model: got 'gru', wanted one of 'plain'"),
        (lambda: slips(SLIPS, "plain", 8), "wrong: got 8, wanted 0 to 7"),
        (lambda: slips(SLIPS, "plain", -1), "wrong: got -1"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_names_are_the_sentences():
    assert list(names(BEAM)) == [" ".join(example["words"][:-1]) for example in BEAM["examples"]]
    assert list(names(BEAM).values()) == list(range(len(BEAM["examples"])))
