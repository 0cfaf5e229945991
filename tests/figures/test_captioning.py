"""The figures of chapter 7 draw what is in the scenes, and show what the records and BLEU's own code say."""

import re
from itertools import pairwise, product

import committed
import numpy as np
import pytest
from states import check_controls, check_readings

from helpers.captioning.bleu import bleu_parts
from helpers.captioning.pointing import object_cells
from helpers.captioning.recipe import scene_set
from helpers.captioning.shipped import shipped_captioners
from helpers.figures import captioning as figures
from helpers.figures.captioning.drawing import in_lines, named, nearest, outline, verdict
from helpers.figures.captioning.looking import LONGEST, on_objects
from helpers.figures.captioning.pointing import REDIRECTS, SHARES
from helpers.figures.captioning.results import METRICS, SETS
from helpers.figures.captioning.scoring import CANDIDATES, REFERENCES, matched
from helpers.figures.captioning.telling import DECODERS, SEARCHES, percent
from helpers.records import load
from helpers.scenes import COLORS, SHAPES, SIDE, SIZES, Scenes, coverage, draw_scenes

SCENES, MISLEADING, RESULTS, POINTING, CHOPPED = (
    load(f"captioning_{name}") for name in ("scenes", "misleading", "results", "pointing", "chopped")
)
CALLS = {
    "scene": (
        lambda scene, decoder, search: figures.scene(SCENES, scene, decoder, search),
        {
            "scene": named(SCENES),
            "decoder": {name: key for key, name in DECODERS.items()},
            "search": {SEARCHES[key]: key for key in ("beam 5", *(key for key in SEARCHES if key != "beam 5"))},
        },
    ),
    "looking": (
        lambda scene, misleading, word: figures.looking(SCENES, MISLEADING, scene, misleading, word),
        {"scene": named(SCENES), "misleading": False, "word": (1, LONGEST, 1, 3)},
    ),
    "bleu": (figures.bleu, {"caption": list(CANDIDATES), "n": (1, 4, 1, 4), "second": True}),
    "chopped": (
        lambda scene, word: figures.chopped(SCENES, CHOPPED, scene, word),
        {"scene": named(SCENES), "word": CHOPPED["words"]},
    ),
    "pointing": (
        lambda how, sizes, share: figures.pointing(POINTING, how, sizes, share),
        {
            "how": {name: key for key, name in REDIRECTS.items()},
            "sizes": False,
            "share": {name: key for key, name in SHARES.items()},
        },
    ),
    "results": (
        lambda scenes, search: figures.results(RESULTS, scenes, search),
        {"scenes": {name: key for key, name in SETS.items()}, "search": list(RESULTS["table"]["attention"])},
    ),
}


def reading(figure):
    return figure.layout.meta["reading"]


def test_within_the_budget(explorer):
    explorer.bake()  # raises beyond 35 KB


def test_readings_are_short_and_axes_stay(explorer):
    check_readings(explorer)


def test_every_control_changes_data_from_the_start(explorer):
    check_controls(explorer)


# -- Pictures -------------------------------------------------------------------------------------------------
def things(scenes, i):
    return [
        {
            "size": SIZES[scenes.sizes[i, k]],
            "color": list(COLORS)[scenes.colors[i, k]],
            "shape": SHAPES[scenes.shapes[i, k]],
            "x": float(scenes.centers[i, k, 0]),
            "y": float(scenes.centers[i, k, 1]),
            "radius": float(scenes.radii[i, k]),
            "angle": float(scenes.angles[i, k]),
        }
        for k in range(scenes.colors.shape[1])
    ]


def inside(corners, x, y):
    """Whether points lie within a polygon: a ray to the right crosses its edge an odd number of times."""
    crossed = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in pairwise(corners):
        if y0 != y1:
            crossed ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return crossed


@pytest.mark.parametrize("shape", SHAPES)
def test_outlines_hold_the_pixels_that_the_scene_covers(shape):
    rng = np.random.default_rng(SHAPES.index(shape))
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    for _ in range(5):
        thing = {"shape": shape, "x": rng.uniform(20, 44), "y": rng.uniform(20, 44), "radius": rng.uniform(6, 12),
                 "angle": rng.uniform(-0.25, 0.25)}  # fmt: skip
        whole = coverage(*(np.array([v]) for v in (SHAPES.index(shape), (thing["x"], thing["y"]), thing["radius"],
                                                   thing["angle"])))[0]  # fmt: skip
        found = inside(outline(thing), x, y)
        assert found.sum() > 50
        assert found[whole > 0.55].all()
        assert not found[whole < 0.45].any()


def test_the_picture_shows_each_object_in_its_colour():
    for i, shown in enumerate(SCENES["scenes"]):
        drawn = figures.scene(SCENES, i, "attention", "beam 1").data[:2]
        for trace, thing in zip(drawn, shown["objects"], strict=True):
            rgb = [int(part) for part in re.findall(r"\d+", trace.fillcolor)]
            np.testing.assert_allclose(rgb, 255 * np.array(COLORS[thing["color"]]), atol=0.51)
            np.testing.assert_allclose(np.stack([trace.x, trace.y], 1), outline(thing), atol=0.00501)
            assert trace.name == f"{thing['size']} {thing['color']} {thing['shape']}"


def test_names_tell_scenes_apart_and_new_pairs():
    names = named(SCENES)
    assert sorted(names.values()) == list(range(len(SCENES["scenes"])))
    for name, i in names.items():
        assert ("new pair" in name) == (SCENES["scenes"][i]["split"] == "unseen")
        assert all(f"{thing['color']} {thing['shape']}" in name for thing in SCENES["scenes"][i]["objects"])
    first = SCENES["scenes"][next(iter(names.values()))]
    assert (first["split"], first["what"]) == ("unseen", "only attention right")


# -- Words ----------------------------------------------------------------------------------------------------
CAPTION = "a small blue circle to the right of a large red square"
TRUE = ("a large red square above a small blue circle", "a small blue circle below a large red square")


@pytest.mark.parametrize(
    ("caption", "wrong", "told"),
    [
        (TRUE[0], "", "✓ true"),
        (TRUE[1], "", "✓ true"),
        ("a large red square above a small green circle", "green", "✗ 1 word wrong"),
        ("a small blue circle above a large red square", "above", "✗ 1 word wrong"),
        ("a small blue square below a large red circle", "square circle", "✗ 2 words wrong"),
        ("a large red square above a small", "", "✗ no sentence"),
        ("a red a above blue", "above", "✗ no sentence"),
    ],
)
def test_words_without_a_place_in_the_nearest_reference_are_wrong(caption, wrong, told):
    words = caption.split()
    _, marks = nearest(words, TRUE)
    assert " ".join(word for word, mark in zip(words, marks, strict=True) if mark) == wrong
    assert verdict(words, TRUE, marks) == told
    assert re.findall(r"<s>(\w+)</s>", in_lines(words, marks, 2)) == wrong.split()


def test_lines_break_at_the_relation_or_evenly():
    words = CAPTION.split()
    plain = [False] * len(words)
    assert in_lines(words, plain, 3) == "a small blue circle<br>to the right of<br>a large red square"
    assert in_lines(words, plain, 2) == "a small blue circle to the<br>right of a large red square"
    assert in_lines(words, plain, 3, 6) == "a small blue circle<br>to <u>the</u><br>"
    assert in_lines(words, plain, 3, 13) == in_lines(words, plain, 3), "END"
    assert in_lines(["a"], [True], 3) == "<s>a</s>"


# -- What they say --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("search", SEARCHES)
def test_bars_are_the_probabilities_of_the_captions(decoder, search):
    for i, shown in enumerate(SCENES["scenes"]):
        told = shown["told"][decoder][search]
        figure = figures.scene(SCENES, i, decoder, search)
        captions, right, wrong, labels = figure.data[2:]
        plain = [re.sub("<br>", " ", re.sub("</?s>", "", text)) for text in captions.text]
        assert plain == [one["text"] for one in told]
        assert not any("<s>" in text for text, one in zip(captions.text, told, strict=True) if one["true"])
        for bars, kind in ((right, True), (wrong, False)):
            rows = [int(y) for y in bars.y]
            assert rows == [k for k, one in enumerate(told, 1) if one["true"] is kind]
            np.testing.assert_allclose(bars.x, [np.exp(told[k - 1]["log_probability"]) for k in rows], atol=5.1e-5)
        assert [label[0] for label in labels.text] == ["✓" if one["true"] else "✗" for one in told]
        scores = [re.search(r"\((.*)\)", label.replace("−", "-"))[1] for label in labels.text]
        np.testing.assert_allclose([float(score) for score in scores], [one["score"] for one in told], atol=0.00501)
        assert f"“{told[0]['text']}”, " in reading(figure)
        assert ("”, true, " in reading(figure)) == told[0]["true"]


def test_small_probabilities_are_powers_of_ten():
    assert [percent(p) for p in (1.0, 0.99962, 0.97, 0.054, 0.00123, 3e-7, 0.0)] == [
        *("100 %", "100 %", "97 %", "5.4 %", "0.12 %", "10⁻⁷", "10⁻³⁰⁰")
    ]


# -- Where they look ------------------------------------------------------------------------------------------
def test_shares_are_those_of_the_pointing_score():
    scenes = draw_scenes(6, np.random.default_rng(5), "any")
    rng = np.random.default_rng(6)
    for i in range(6):
        maps = rng.dirichlet(np.ones(64), 7)
        one = Scenes(*(part[i : i + 1] for part in scenes))
        wanted = maps @ object_cells(one, 8)[0].T
        np.testing.assert_allclose(on_objects(things(scenes, i), maps.reshape(7, 8, 8)), wanted, atol=1e-12)


@pytest.mark.parametrize("misleading", [False, True])
def test_the_map_and_the_bars_belong_to_the_word(misleading):
    for i, shown in enumerate(SCENES["scenes"]):
        if misleading:
            words, maps = (MISLEADING["scenes"][i][key] for key in ("words", "map"))
        else:
            words = shown["told"]["attention"]["beam 1"][0]["words"]
            maps = shown["maps"][" ".join(words)]
        assert len(maps) == len(words) + 1
        for word in (1, 3, len(words) + 1):
            figure = figures.looking(SCENES, MISLEADING, i, misleading, word)
            heat, up, down = figure.data[2:]
            np.testing.assert_allclose(np.array(heat.z).ravel(), np.array(maps[word - 1]) / 1000, atol=1e-9)
            assert list(up.x) == list(down.x) == list(range(1, word + 1))
            assert list(figure.layout.xaxis2.ticktext)[-1] == f"<b>{[*words, 'END'][word - 1]}</b>"
            assert min(up.y) >= 0 >= max(down.y)
            told = re.search(r"“(.*)”: (\d+) % of", reading(figure))
            assert told[1] == [*words, "END"][word - 1]
            assert float(told[2]) == pytest.approx(100 * up.y[-1], abs=0.6)
            text = figure.layout.annotations[0].text
            assert ("true" in text or "wrong" in text) == (word == len(words) + 1)
        last = figures.looking(SCENES, MISLEADING, i, misleading, LONGEST)
        assert last.to_json() == figure.to_json(), "beyond END it is END"


def test_up_is_the_object_named_first():
    for i, shown in enumerate(SCENES["scenes"]):
        words = shown["told"]["attention"]["beam 1"][0]["words"]
        if " ".join(words) in shown["references"]:
            up, down = figures.looking(SCENES, MISLEADING, i, False, 1).data[3:]
            assert (up.name, down.name) == (" ".join(words[1:4]), " ".join(words[-3:]))


# -- What the CNN knows ---------------------------------------------------------------------------------------
def test_scores_are_lit_over_the_picture():
    assert CHOPPED["names"] == [shown["name"] for shown in SCENES["scenes"]], "run experiments/07_chopped.py again"
    for i, word in enumerate(CHOPPED["words"][:9]):
        figure = figures.chopped(SCENES, CHOPPED, i, word)
        heat, there, absent = figure.data[2:]
        maps = np.array(CHOPPED["scenes"][i]) / 10
        np.testing.assert_allclose(np.array(heat.z).ravel(), maps[CHOPPED["words"].index(word)], atol=1e-9)
        for bars, wanted in ((there, True), (absent, False)):
            named_there = " ".join(trace.name for trace in figure.data[:2]).split()
            assert list(bars.x) == [k for k, name in enumerate(CHOPPED["words"]) if (name in named_there) is wanted]
            np.testing.assert_allclose(bars.y, maps.max(axis=1)[list(bars.x)], atol=1e-9)
        row, column = (int(n) for n in re.search(r"row (\d), column (\d)", reading(figure)).groups())
        assert np.array(heat.z)[row - 1, column - 1] == np.max(heat.z)


def test_words_of_the_scene_score_higher_than_the_others():
    """What the figure is to show: what was trained on single objects tells both of two."""
    drawn = [figures.chopped(SCENES, CHOPPED, i, "red") for i in range(len(SCENES["scenes"]))]
    there, absent = (np.concatenate([figure.data[k].y for figure in drawn]) for k in (3, 4))
    assert np.median(there) > 2 * np.median(absent)


def test_the_chopped_layer_measured_again():
    """Seed 0, by the captioners that are shipped in half precision; and what the text says of all five."""
    pytest.importorskip("torch")
    script, results = committed.experiment("07_chopped")
    eye = shipped_captioners().eye
    again = script.record(eye, CHOPPED["names"])
    np.testing.assert_allclose(again["scenes"], CHOPPED["scenes"], atol=1)
    found = script.one_seed(eye, scene_set("dev unseen", 0))
    assert found["covered"] == pytest.approx(results["covered"]["each"][0], abs=1e-4)
    for kind, share in found["on object"].items():
        assert share == pytest.approx(results["on object"][kind]["each"][0], abs=0.005)
        assert results["on object"][kind]["worst"] > 5 * results["covered"]["median"]


# -- Other maps -----------------------------------------------------------------------------------------------
def test_marks_are_the_seeds_before_and_after():
    found = POINTING["results"]
    for how in REDIRECTS:
        for share, sizes in product(SHARES, (False, True)):
            figure = figures.pointing(POINTING, how, sizes, share)
            before, links, after = figure.data
            across = [100 * one["size own" if sizes else "own"] for one in found["by seed"]]
            assert list(before.x) == pytest.approx(across, abs=0.0501)
            own = [100 * one["exact"] if share == "exact" else 100 for one in found["by seed"]]
            assert list(before.y) == pytest.approx(own, abs=0.0501)
            np.testing.assert_array_equal(links.x[0::3], links.x[1::3])
            assert tuple(links.x[1::3]) == tuple(after.x)
            assert tuple(links.y[1::3]) == tuple(after.y)
            wanted = 100 * np.array(found["redirected"][how][share]["each"])
            np.testing.assert_allclose(after.y[:5], own[:5] if how == "own" else wanted, atol=0.0501)
            assert f"% of seed {found['misleading seed']}’s. Attention" in reading(figure)


# -- BLEU -----------------------------------------------------------------------------------------------------
def test_what_counts_adds_up_to_the_precisions():
    rng = np.random.default_rng(7)
    for _ in range(50):
        candidate, *truths = (list(rng.choice(list("abc"), rng.integers(1, 9))) for _ in range(3))
        for n in (1, 2, 3):
            found = matched(candidate, truths, n)
            assert len(found) == max(len(candidate) - n + 1, 0)
            share = 100 * sum(found) / max(len(found), 1)
            assert share == pytest.approx(bleu_parts([candidate], [truths], n).precisions[-1])


def test_the_scores_of_the_captions():
    """What the text says of them."""
    scores = {}
    for caption in CANDIDATES:
        figure = figures.bleu(caption, 4)
        scores[caption] = figure.data[2].x[1]
        told = float(re.search(r"BLEU-4 is ([\d.]+)", reading(figure))[1])
        assert told == pytest.approx(100 * scores[caption], abs=0.06)
    nothing = {"salad": 0, "short": 0, "true": 0}
    assert scores == pytest.approx({"one": 0.8265, "sides": 0.9391, "right": 1} | nothing, abs=5e-4)
    assert figures.bleu("salad", 1).data[2].x[1] == 1, "all words are right"
    assert figures.bleu("sides", 1).data[2].x[1] == 1, "the other reference has the word right"
    assert figures.bleu("sides", 4, False).data[2].x[1] == pytest.approx(0.7349, abs=5e-4)
    assert figures.bleu("short", 1).data[2].text[-1] == "2 of 3", "the third a is one too many"


def test_boxes_are_runs_of_words():
    for caption, text in CANDIDATES.items():
        words = text.split()
        for n in (1, 2, 3, 4):
            for second in (False, True):
                counted, other = figures.bleu(caption, n, second).data[:2]
                at = sorted(round(base - 0.58) for base in (*counted.base, *other.base))
                assert at == list(range(max(len(words) - n + 1, 0)))
                truths = [truth.split() for truth in REFERENCES[: 1 + second]]
                assert len(counted.base) == sum(matched(words, truths, n))


# -- Results --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scenes", SETS)
def test_bars_and_dots_are_the_table(scenes):
    for search in RESULTS["table"]["attention"]:
        figure = figures.results(RESULTS, scenes, search)
        for k, decoder in enumerate(DECODERS):
            row = RESULTS["table"][decoder][search][scenes]
            for j, metric in enumerate(METRICS):
                factor = 100 if metric == "exact" else 1
                assert figure.data[k].y[j] == pytest.approx(factor * row[metric]["median"], abs=0.0501)
                seeds = figure.data[2 + k].y[5 * j : 5 * j + 5]
                np.testing.assert_allclose(seeds, factor * np.array(row[metric]["each"]), atol=0.0501)
            assert f"exact match {100 * row['exact']['median']:.1f} %" in reading(figure)


def test_bad_arguments_are_named():
    for call, words in (
        (lambda: figures.scene(SCENES, 99, "attention", "beam 1"), "scene: got 99"),
        (lambda: figures.scene(SCENES, 0, "lstm", "beam 1"), "decoder: got 'lstm'"),
        (lambda: figures.scene(SCENES, 0, "attention", "beam 4"), "search: got 'beam 4'"),
        (lambda: figures.looking(SCENES, MISLEADING, -1, False, 1), "scene: got -1"),
        (lambda: figures.looking(SCENES, MISLEADING, 0, False, 0), "word: got 0"),
        (lambda: figures.bleu("wrong", 1), "caption: got 'wrong'"),
        (lambda: figures.bleu("one", 5), "n: got 5, wanted 1 to 4"),
        (lambda: figures.results(RESULTS, "dev", "greedy"), "scenes: got 'dev'"),
        (lambda: figures.results(RESULTS, "dev seen", "beam"), "search: got 'beam'"),
        (lambda: figures.chopped(SCENES, CHOPPED, 0, "pink"), "word: got 'pink'"),
        (lambda: figures.pointing(POINTING, "up"), "how: got 'up'"),
        (lambda: figures.pointing(POINTING, "own", False, "bleu"), "share: got 'bleu'"),
        (lambda: outline({"shape": "star", "angle": 0}), "shape: got 'star'"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            call()
