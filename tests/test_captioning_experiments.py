"""The committed experiments of chapter 7, and the records that the figures are drawn from."""

import itertools
import json
from importlib.resources import files

import numpy as np
import pytest
from committed import experiment, run

from helpers.captioning import shipped
from helpers.captioning.evaluation import exact_match, tell
from helpers.captioning.eye import look
from helpers.captioning.numpy_teller import numpy_decoder
from helpers.captioning.recipe import KINDS, TRAINING, scene_set
from helpers.captioning.teller import LIMIT
from helpers.captioning.vocabulary import END, START, decode_caption
from helpers.decoding import greedy_search
from helpers.records import load
from helpers.scenes import COLORS, HELD_OUT, SHAPES, SIZES, references

SCRIPT, RESULTS = experiment("07_captioning")
POINTING, POINTED = experiment("07_pointing")
VARIANTS = run("07_variants")["results"]
SETS = ("dev seen", "dev unseen", "fresh seen", "fresh unseen")


def exact(kind, name, search="greedy"):
    return RESULTS["table"][kind][search][name]["exact"]


def summaries(tree, path=()):
    if isinstance(tree, dict) and set(tree) == {"median", "worst", "each"}:
        yield path, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from summaries(value, (*path, key))


@pytest.mark.parametrize("results", [RESULTS, POINTED, VARIANTS], ids=["captioning", "pointing", "variants"])
def test_medians_and_worst_are_of_the_five_seeds(results):
    found = list(summaries(results))
    assert len(found) > 10
    for path, summary in found:
        assert len(summary["each"]) == 5, path
        assert summary["median"] == pytest.approx(np.median(summary["each"]), abs=1e-4), path
        assert summary["worst"] == min(summary["each"]), path


def test_seeds_and_settings_are_those_of_the_recipe():
    for name in ("07_captioning", "07_pointing", "07_variants"):
        assert run(name)["seeds"] == [0, 1, 2, 3, 4]
    assert run("07_captioning")["settings"]["decoders"] == TRAINING


# What the chapter promises


def test_attention_is_right_on_scenes_like_those_of_training():
    for name in ("dev seen", "fresh seen"):
        assert exact("attention", name)["median"] >= 0.97


def test_attention_is_right_on_compositions_never_trained_on():
    assert exact("attention", "fresh unseen")["median"] >= 0.85


def test_show_and_tell_is_at_least_40_points_worse_there():
    assert exact("attention", "fresh unseen")["median"] - exact("show and tell", "fresh unseen")["median"] >= 0.4
    for with_it, without in zip(*(exact(k, "fresh unseen")["each"] for k in reversed(KINDS)), strict=True):
        assert with_it > without + 0.3


def test_show_and_tell_has_learned_what_training_showed():
    assert exact("show and tell", "fresh seen")["median"] > 0.9


def test_bleu_falls_with_the_length_of_the_runs_and_hides_failure():
    for searches in RESULTS["table"].values():
        for sets in searches.values():
            for row in sets.values():
                for seed in range(5):
                    scores = [row[f"bleu {n}"]["each"][seed] for n in (1, 2, 3, 4)]
                    assert all(a >= b for a, b in itertools.pairwise(scores))
                    assert scores[0] / 100 >= row["exact"]["each"][seed]
    assert SCRIPT.hidden(RESULTS["table"]) == RESULTS["hidden"]
    worst = [(row["decoder"], row["set"]) for row in RESULTS["hidden"] if row["search"] == "greedy"]
    assert worst == [("show and tell", "dev unseen"), ("show and tell", "fresh unseen")]


def test_wider_beams_are_compared_with_narrower_ones():
    for kind in KINDS:
        assert list(RESULTS["beam"][kind]) == ["1", "2", "3", "5", "10"]
        assert RESULTS["beam"][kind]["1"]["worse"]["each"] == [0.0] * 5
        for narrow, wide in itertools.pairwise(RESULTS["beam"][kind].values()):
            assert wide["score"]["median"] >= narrow["score"]["median"] - 0.01


def test_the_misleading_seed_is_right_and_points_worst():
    listed = POINTED["by seed"]
    assert [one["seed"] for one in listed] == [0, 1, 2, 3, 4]
    assert POINTING.misleading(listed) == POINTED["misleading seed"]
    for one, nearer in zip(listed, POINTED["pointing"]["seen"]["all"]["nearer"]["each"], strict=True):
        assert one["nearer"] == nearer
    worst = listed[POINTED["misleading seed"]]
    assert worst["exact"] >= 0.97
    assert worst["size own"] < 0.5  # most of the weight lies on neither object
    assert worst["size other"] < 0.1
    assert POINTED["worst redirected"]["uniform for sizes"]["same"] > 0.8  # and it hardly matters where it looks
    assert POINTED["redirected"]["uniform for sizes"]["same"]["median"] < 0.6
    assert POINTED["redirected"]["own"]["same"]["each"] == [1.0] * 5
    assert POINTED["redirected"]["uniform"]["exact"]["median"] < 0.2


# Records


def test_records_repeat_the_results_and_are_small():
    assert load("captioning_results") == RESULTS
    assert load("captioning_pointing")["results"] == POINTED
    for name in ("scenes", "misleading", "pointing", "results"):
        assert len(files("helpers.records").joinpath(f"captioning_{name}.json").read_bytes()) < 150_000
    assert len(files("helpers.records").joinpath(shipped.NAME).read_bytes()) < 1_000_000


RECORD = load("captioning_scenes")
GROUPS = {split: scene_set(f"fresh {split}", RECORD["seed"]) for split in ("seen", "unseen")}


def drawn(scene):
    return GROUPS[scene["split"]], int(scene["name"].split()[-1])


@pytest.mark.parametrize("scene", RECORD["scenes"], ids=lambda scene: scene["name"])
def test_scenes_of_the_record_are_those_of_the_fresh_sets(scene):
    group, i = drawn(scene)
    assert scene["references"] == [" ".join(words) for words in references(group, i)]
    for k, one in enumerate(scene["objects"]):
        color, shape = list(COLORS)[group.colors[i, k]], SHAPES[group.shapes[i, k]]
        assert (one["color"], one["shape"], one["size"]) == (color, shape, SIZES[group.sizes[i, k]])
        assert one["held_out"] == ((color, shape) in HELD_OUT)
        np.testing.assert_allclose([one["x"], one["y"]], group.centers[i, k], atol=0.051)


@pytest.mark.parametrize("scene", RECORD["scenes"], ids=lambda scene: scene["name"])
def test_captions_of_the_record_are_judged_and_ordered(scene):
    for kind, settings in scene["told"].items():
        assert set(settings) == {
            "beam 1",
            "beam 2",
            "beam 3",
            "beam 5",
            "temperature 0.5",
            "temperature 1",
            "temperature 2",
        }
        for setting, captions in settings.items():
            for caption in captions:
                assert caption["text"].split() == caption["words"]
                assert caption["true"] == (caption["text"] in scene["references"])
                assert caption["score"] <= 0
            if setting.startswith("beam"):
                assert len(captions) == int(setting.split()[1])
                scores = [caption["score"] for caption in captions]
                assert scores == sorted(scores, reverse=True)
            if kind == "attention" and captions[0]["words"]:
                maps = np.array(scene["maps"][captions[0]["text"]])
                assert maps.shape[1] == 64
                assert len(maps) == len(captions[0]["words"]) + 1
                np.testing.assert_allclose(maps.sum(1), 1000, atol=32)  # rounded
    names = {(True, True): "both right", (False, True): "only attention right", (False, False): "both wrong",
             (True, False): "only show and tell right"}  # fmt: skip
    assert scene["what"] == names[tuple(scene["told"][kind]["beam 1"][0]["true"] for kind in KINDS)]


def test_the_record_shows_successes_and_failures():
    what = [(scene["split"], scene["what"]) for scene in RECORD["scenes"]]
    assert ("unseen", "only attention right") in what
    assert ("unseen", "both wrong") in what
    assert ("seen", "both right") in what
    assert 8 <= len(what) <= 10


def test_the_misleading_record_tells_the_same_scenes():
    found = load("captioning_misleading")
    assert found["seed"] == POINTED["misleading seed"]
    assert len(found["scenes"]) == len(RECORD["scenes"])
    for told, scene in zip(found["scenes"], RECORD["scenes"], strict=True):
        assert told["true"] == (told["text"] in scene["references"])
        maps = np.array(told["map"])
        assert maps.shape == (len(told["words"]) + 1, 64)
        np.testing.assert_allclose(maps.sum(1), 1000, atol=32)


# The captioners that travel with the book


def recorded(kind):
    return [scene["told"][kind]["beam 1"][0]["words"] for scene in RECORD["scenes"]]


@pytest.mark.parametrize("kind", KINDS)
def test_without_pytorch_the_captions_are_those_of_the_record(kind):
    tellers, features = shipped.shipped_arrays()
    step, state = numpy_decoder(tellers[kind], features)
    found = greedy_search(step, state, len(features), START, END, LIMIT)
    assert [decode_caption(h.symbols) for h in found] == recorded(kind)


def test_with_pytorch_too_and_they_do_as_well_as_the_experiment_says():
    pytest.importorskip("torch")
    captioners = shipped.shipped_captioners()
    images = np.stack([group.images[i] for group, i in map(drawn, RECORD["scenes"])])
    features = look(captioners.eye, images)
    for kind in KINDS:
        assert tell(captioners.tellers[kind], features) == recorded(kind)
    for name in ("fresh seen", "fresh unseen"):
        scenes = scene_set(name, 0, 300)
        features = look(captioners.eye, scenes.images)
        for kind in KINDS:
            found = exact_match(tell(captioners.tellers[kind], features), scenes)
            assert found == pytest.approx(exact(kind, name)["each"][0], abs=0.08)


def test_results_are_strict_json():
    for name in ("07_captioning", "07_pointing", "07_variants"):
        json.dumps(run(name), allow_nan=False)
