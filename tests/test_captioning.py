"""The CNN that looks, the decoders that tell, and how they are judged."""

import importlib
from itertools import pairwise, product

import numpy as np
import pytest
import torch

from helpers.captioning import evaluation, recipe, teller
from helpers.captioning import eye as eyes
from helpers.captioning.evaluation import exact_match, slots, subjects, tell, tell_alternatives
from helpers.captioning.pointing import attention_maps, object_cells, pointing_scores
from helpers.captioning.vocabulary import END, PAD, START, WORDS, decode_caption, encode_captions
from helpers.decoding import beam_search, greedy_search
from helpers.scenes import draw_scenes, phrase, references

points = importlib.import_module("helpers.captioning.pointing")
KINDS = [True, False]
NAMES = ["attention", "show and tell"]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def some_scenes():
    return draw_scenes(40, np.random.default_rng(3), "any")


@pytest.fixture(scope="module")
def scenes():
    return some_scenes()


@pytest.fixture(scope="module")
def frozen():
    """A CNN after six updates."""
    eye = eyes.start_eye(0)
    eyes.train_eye(eye, draw_scenes(150, np.random.default_rng(0), "any", 1), 2, 0, size=50)
    return eye


@pytest.fixture(scope="module")
def features(frozen, scenes):
    return eyes.look(frozen, scenes.images)


def small(features, attention, seed=1, module=teller):
    """A decoder of odd sizes with distinct random biases."""
    model = module.start_teller(features, attention, seed, H=11, E=7)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.parts.named_parameters():
            if "bias" in name:
                weight.copy_(torch.randn(weight.shape, generator=generator))
    return model


# The CNN


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((2, 64, 64), np.uint8), r"images: got shape \(2, 64, 64\), wanted \(N, 64, 64, 3\)"),
        (np.zeros((64, 64, 3), np.uint8), r"images: got shape \(64, 64, 3\)"),
        (np.zeros((2, 3, 64, 64), np.uint8), r"images: got shape \(2, 3, 64, 64\)"),
        (np.zeros((2, 32, 32, 3), np.uint8), r"images: got shape \(2, 32, 32, 3\)"),
        (np.zeros((0, 64, 64, 3), np.uint8), r"images: got shape \(0, 64, 64, 3\), .* at least 1"),
        (
            np.full((2, 64, 64, 3), 0.5),
            r"images: got dtype float64 with values from 0.5 to 0.5, wanted uint8 .*255 \* im",
        ),
        (np.full((2, 64, 64, 3), -4), r"images: got dtype int64 with values from -4 to -4, wanted uint8 from 0 to 255"),
        (np.full((2, 64, 64, 3), "x"), r"images: got dtype <U1 with values from \? to \?"),
    ],
    ids=["grey", "one image", "channels first", "size", "none", "floats", "range", "text"],
)
def test_images_that_are_none_are_named(frozen, images, said):
    for call in (eyes.pixels, lambda x: eyes.look(frozen, x), lambda x: eyes.name_attributes(frozen, x)):
        with pytest.raises(ValueError, match=said):
            call(images)


def check_pixels(module):
    images = np.arange(2 * 64 * 64 * 3).reshape(2, 64, 64, 3).astype(np.uint8)
    x = module.pixels(images)
    assert x.shape == (2, 3, 64, 64)
    np.testing.assert_allclose(x[1, 2, 5, 7], images[1, 5, 7, 2] / 255 - 0.5, atol=1e-7)
    assert -0.5 <= x.min() < -0.49
    assert 0.49 < x.max() <= 0.5


def test_pixels_put_channels_first_and_zero_in_the_middle():
    check_pixels(eyes)


def test_read_only_and_strided_images_are_looked_at(frozen, scenes):
    images = scenes.images[::2, :, ::-1]
    images.flags.writeable = False
    torch.testing.assert_close(eyes.look(frozen, images), eyes.look(frozen, np.array(images)))


def test_places_stand_row_by_row(frozen):
    """A red square in one corner changes what is said of that corner's places, and of none far away."""
    ground = np.full((1, 64, 64, 3), 220, np.uint8)
    marked = ground.copy()
    marked[0, :6, 58:] = (220, 40, 40)  # upper right
    change = (eyes.look(frozen, marked) - eyes.look(frozen, ground))[0].abs().sum(1).reshape(8, 8)
    assert change[0, 7] > 0
    assert change[:, :4].max() == 0
    assert change[4:].max() == 0


def test_the_eye_learns(frozen):
    eye = eyes.start_eye(5)
    scenes = draw_scenes(300, np.random.default_rng(5), "any", 1)
    losses = eyes.train_eye(eye, scenes, 6, 5, size=50)
    assert losses.shape == (36,)
    assert losses[-6:].mean() < 0.6 * losses[:6].mean()
    accuracy = eyes.eye_accuracy(eye, scenes)
    assert accuracy["colors"] > 0.8
    assert set(accuracy) == {"colors", "shapes", "sizes"}


def test_the_eye_is_frozen_after_its_training(frozen):
    assert not frozen.training
    assert not any(p.requires_grad for p in frozen.parameters())


def test_what_the_eye_says_does_not_depend_on_the_neighbours(frozen, scenes, features):
    for chunk in (1, 7, 500):
        torch.testing.assert_close(eyes.look(frozen, scenes.images, chunk), features, atol=1e-5, rtol=1e-5)
    backward = eyes.look(frozen, scenes.images[::-1])
    torch.testing.assert_close(backward.flip(0), features, atol=1e-5, rtol=1e-5)


def test_an_eye_in_training_is_refused(scenes):
    with pytest.raises(ValueError, match="eye: got a CNN in training mode"):
        eyes.look(eyes.start_eye(0), scenes.images)


def test_the_eye_wants_single_objects(frozen, scenes):
    for call in (lambda: eyes.train_eye(eyes.start_eye(0), scenes, 1, 0), lambda: eyes.eye_accuracy(frozen, scenes)):
        with pytest.raises(ValueError, match=r"scenes: got colors of shape \(40, 2\), wanted \(N, 1\)"):
            call()
    with pytest.raises(ValueError, match="scenes: got 5, wanted at least one batch of 100"):
        eyes.train_eye(eyes.start_eye(0), draw_scenes(5, np.random.default_rng(0), "any", 1), 1, 0)


# The decoders


def test_places_say_where_they_are():
    where = teller.places()
    assert where.shape == (64, 6)
    np.testing.assert_allclose(where[7], [1, -1, -1, 1, 1, 1])  # upper right
    np.testing.assert_allclose(where[8, :2], [-1, -1 + 2 / 7], atol=1e-6)  # second row, first column


@pytest.mark.parametrize("attention", KINDS, ids=NAMES)
def test_shapes(features, attention):
    model = small(features, attention)
    state, seen = teller.first_state(model, features[:5])
    assert [tuple(part.shape) for part in state] == [(5, 11), (5, 11)]
    assert (seen is None) == (not attention)
    scores, after, weights = teller.teller_step(model, torch.full((5,), START), state, seen)
    assert scores.shape == (5, len(WORDS))
    assert [tuple(part.shape) for part in after] == [(5, 11), (5, 11)]
    if attention:
        assert [tuple(part.shape) for part in seen] == [(5, 64, 70), (5, 64, 48)]
        assert weights.shape == (5, 64)
        assert (weights > 0).all()
        torch.testing.assert_close(weights.sum(1), torch.ones(5))
    else:
        assert weights is None


def sigma(a):
    return 1 / (1 + np.exp(-a))


def lstm(cell, x, h, c):
    """One step in float64, from the equations."""
    W_x, W_h, b_x, b_h = (part.detach().double().numpy() for part in cell.parameters())
    i, f, g, o = np.split(x @ W_x.T + h @ W_h.T + b_x + b_h, 4, axis=1)
    c = sigma(f) * c + sigma(i) * np.tanh(g)
    return sigma(o) * np.tanh(c), c


def affine(part, x):
    return x @ part.weight.detach().double().numpy().T + part.bias.detach().double().numpy()


def check_equations(module, kinds=KINDS):
    """Scores, weights and states in float64 from the equations of the docstring, on a grid of 9 places."""
    few = 3 * torch.rand(4, 9, 5, generator=torch.Generator().manual_seed(0)) + torch.arange(5)
    words = torch.tensor([[START] * 4, [3, 9, 11, 5], [7, 4, 3, 12]])
    captions = torch.cat([words, torch.full((1, 4), END)]).numpy()
    for attention in kinds:
        model = small(few, attention, module=module)
        p = model.parts
        scores, weights = module.teacher_forced(model, few, captions)
        standard = ((few - few.mean((0, 1))) / (few.std((0, 1)) + 1e-3)).double().numpy()
        x, y = np.tile([-1, 0, 1], 3), np.repeat([-1, 0, 1], 3)
        where = np.stack([x, y, x * y, x**2, y**2, np.ones(9)], axis=1)
        f = np.concatenate([standard, np.broadcast_to(where, (4, 9, 6))], axis=2)
        v = f.mean(1) if attention else np.maximum(affine(p["place"], f), 0).max(1)
        h, c = np.tanh(affine(p["h0"], v)), affine(p["c0"], v)
        for t, symbols in enumerate(words):
            x = p["embedding"](symbols).detach().double().numpy()
            z = np.zeros((4, 0))
            if attention:
                e = np.einsum("npa,na->np", affine(p["key"], f), affine(p["query"], h)) / np.sqrt(48)
                a = np.exp(e - e.max(1, keepdims=True))
                a /= a.sum(1, keepdims=True)
                np.testing.assert_allclose(weights[t].detach(), a, atol=1e-5)
                z = np.einsum("np,npc->nc", a, f)
            h, c = lstm(p["cell"], np.concatenate([x, z], 1), h, c)
            wanted = affine(p["output"], np.concatenate([h, z], 1))
            np.testing.assert_allclose(scores[t].detach(), wanted, atol=2e-4)


@pytest.mark.parametrize("attention", KINDS, ids=NAMES)
def test_both_decoders_follow_their_equations(attention):
    check_equations(teller, [attention])


@pytest.mark.parametrize("attention", KINDS, ids=NAMES)
def test_who_else_is_in_the_batch_does_not_matter(features, scenes, attention):
    model = small(features, attention)
    captions = teller.canonical(scenes)
    together, _ = teller.teacher_forced(model, features, captions)
    alone, _ = teller.teacher_forced(model, features[6:7], captions[:, 6:7])
    torch.testing.assert_close(together[:, 6:7], alone, atol=1e-5, rtol=1e-5)
    told = tell(model, features)
    assert told[6:9] == tell(model, features[6:9])


@pytest.mark.parametrize("attention", KINDS, ids=NAMES)
def test_a_tiny_run_learns_and_leaves_the_eye_as_it_was(frozen, scenes, attention):
    before = {name: value.clone() for name, value in frozen.state_dict().items()}
    features = eyes.look(frozen, scenes.images)
    kept = features.clone()
    model = teller.start_teller(features, attention, 0, H=48, E=24)
    losses = teller.train_teller(model, features, teller.canonical(scenes), 60, 0, rate=2e-2, size=32)
    assert losses.shape == (60,)
    assert losses[0] > 2.5  # the logarithm of 21 words is 3.04
    assert losses[-1] < 0.9
    assert not model.parts.training
    after = frozen.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert torch.equal(features, kept)


def test_training_leaves_the_generator_of_others_alone(features, scenes):
    torch.manual_seed(9)
    wanted = torch.rand(3)
    torch.manual_seed(9)
    model = teller.start_teller(features, True, 4)
    teller.train_teller(model, features, teller.canonical(scenes), 1, 5)
    eyes.start_eye(3)
    assert torch.equal(torch.rand(3), wanted)


def test_a_seed_gives_the_same_decoder_again(features, scenes):
    made = []
    for seed in (2, 2, 3):
        model = small(features, True, seed)
        teller.train_teller(model, features, teller.canonical(scenes), 2, seed)
        made.append(model.parts["output"].weight)
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda f: f.numpy(), "features: got float32, wanted a tensor of float32"),
        (lambda f: f.half(), "features: got torch.float16, wanted a tensor of float32"),
        (lambda f: f[:, :, :50], r"features: got shape \(40, 64, 50\), wanted \(N, P, C\) = \(N, P, 64\)"),
        (lambda f: f[:, :50], r"features: got shape \(40, 50, 64\), .* P a square"),
        (lambda f: f[0], r"features: got shape \(64, 64\)"),
        (lambda f: f[:0], r"features: got shape \(0, 64, 64\)"),
        (lambda f: f * torch.nan, "features: got values that are infinite or nan"),
    ],
    ids=["numpy", "half", "channels", "places", "one image", "none", "nan"],
)
def test_features_of_another_eye_are_named(features, wrong, said):
    model = small(features, True)
    with pytest.raises(ValueError, match=said):
        teller.first_state(model, wrong(features))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda c: c[:, :9], r"captions: got shape \(\d+, 9\), wanted \(T \+ 1, N\) with N = 40"),
        (lambda c: c[1:], "captions: got 3 in the first row, wanted START, 1"),
        (lambda c: c + len(WORDS), "captions: got 24 at index"),
        (lambda c: c[:1], r"captions: got shape \(1, 40\)"),
    ],
    ids=["images", "no START", "no word", "no words"],
)
def test_captions_that_do_not_fit_are_named(features, scenes, wrong, said):
    model = small(features, True)
    captions = wrong(teller.canonical(scenes))
    for call in (
        lambda: teller.train_teller(model, features, captions, 1, 0),
        lambda: teller.teacher_forced(model, features, captions),
    ):
        with pytest.raises(ValueError, match=said):
            call()


def test_a_grid_of_another_size_and_other_words(frozen):
    features = torch.rand(3, 49, 20)
    model = teller.start_teller(features, True, 0, H=5, E=4, V=9)
    scores, weights = teller.teacher_forced(model, features, np.array([[1, 1, 1], [3, 8, 5], [2, 2, 2]]))
    assert scores.shape == (2, 3, 9)
    assert weights.shape == (2, 3, 49)


# Telling


@pytest.mark.parametrize("attention", KINDS, ids=NAMES)
def test_a_beam_of_one_is_greedy(features, attention):
    model = small(features, attention)
    step, state = teller.teller_decoder(model, features)
    settings = (step, state, len(features), START, END)
    narrow = [found[0] for found in beam_search(*settings, 1, teller.LIMIT)]
    greedy = greedy_search(*settings, teller.LIMIT)
    assert [h.symbols for h in narrow] == [h.symbols for h in greedy]
    np.testing.assert_allclose([h.log_probability for h in narrow], [h.log_probability for h in greedy], atol=1e-5)
    assert tell(model, features) == [decode_caption(h.symbols) for h in greedy]


@pytest.mark.parametrize("attention", KINDS, ids=NAMES)
def test_a_beam_tells_with_the_features_of_its_own_image(features, attention):
    """Its log-probabilities are those that teacher forcing gives the same words."""
    model = small(features, attention)
    for i, found in enumerate(tell_alternatives(model, features[:6], 3)):
        for h in found:
            captions = np.array([START, *h.symbols])[:, None]
            scores, _ = teller.teacher_forced(model, features[i : i + 1], captions)
            scores = scores.detach().double()[:, 0]
            scores[:, [PAD, START]] = -torch.inf
            logs = scores.log_softmax(-1)[torch.arange(len(h.symbols)), list(h.symbols)]
            np.testing.assert_allclose(h.log_probability, logs.sum(), atol=1e-4)


@pytest.mark.parametrize("attention", KINDS, ids=NAMES)
def test_pad_and_start_are_never_said(features, attention):
    model = small(features, attention)
    with torch.no_grad():
        model.parts["output"].bias[[PAD, START]] = 50.0
    drawn = tell(model, features, temperature=5.0, rng=np.random.default_rng(0))
    for caption in tell(model, features) + tell(model, features, 3) + drawn:
        assert not {"<PAD>", "<START>", "<END>"} & set(caption)


def test_drawing_needs_a_generator_and_no_beam(features):
    model = small(features, True)
    with pytest.raises(ValueError, match="rng: got None"):
        tell(model, features, temperature=1.0)
    with pytest.raises(ValueError, match=r"width: got 3 with temperature 1\.0"):
        tell(model, features, 3, 1.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="width: got 0"):
        tell(model, features, 0)
    with pytest.raises(ValueError, match="temperature: got -1"):
        tell(model, features, temperature=-1.0, rng=np.random.default_rng(0))


def test_weights_can_be_redirected(features):
    model = small(features, True)
    state, seen = teller.first_state(model, features[:3])
    symbols = torch.tensor([START, 4, 9])
    plain, _, weights = teller.teller_step(model, symbols, state, seen)
    same, _, _ = teller.teller_step(model, symbols, state, seen, lambda w, _: w)
    assert torch.equal(plain, same)
    moved, _, found = teller.teller_step(model, symbols, state, seen, lambda w, _: w.flip(1))
    torch.testing.assert_close(found, weights.flip(1))
    assert (moved - plain).abs().max() > 1e-3
    one, _, _ = teller.teller_step(model, symbols, state, seen, lambda w, s: torch.where(s[:, None] == 4, w.flip(1), w))
    assert torch.equal(one[[0, 2]], plain[[0, 2]])
    torch.testing.assert_close(one[1], moved[1])


# Judging


def test_a_caption_is_taken_apart():
    caption = "a small red circle to the left of a large blue cross"
    assert slots(caption.split()) == ("small", "red", "circle", "to the left of", "large", "blue", "cross")
    broken = ["", "a small red circle", caption.replace("small red", "red small"),
              caption.replace("to the", "to to the"), "the" + caption[1:],
              caption + " above a small red circle", caption.replace("cross", "a")]  # fmt: skip
    for text in broken:
        assert slots(text.split()) is None, text


def check_judgement(module):
    scenes = some_scenes()
    for which in (0, 1):
        captions = [references(scenes, i)[which] for i in range(len(scenes.images))]
        found = module.judge(captions, scenes)
        assert found.exact.all()
        assert not any(wrong.any() for wrong in found.wrong.values())
    i = int(np.argmax((scenes.colors[:, 0] != scenes.colors[:, 1]) & (scenes.sizes[:, 0] != scenes.sizes[:, 1])))
    true = references(scenes, i)[0]
    other = {"small": "large", "large": "small"}
    for at, kind, word in [(1, "size", other[true[1]]), (2, "color", "red" if true[2] != "red" else "blue"),
                           (-1, "shape", "cross" if true[-1] != "cross" else "circle")]:  # fmt: skip
        captions[i] = [*true[:at], word, *true[at:][1:]]
        found = module.judge(captions, scenes)
        assert found.exact.sum() == len(captions) - 1
        assert {name for name, wrong in found.wrong.items() if wrong[i]} == {kind}
    turned = {"above": "below", "below": "above", "left": "right", "right": "left"}
    captions[i] = [turned.get(word, word) for word in true]
    wrong = module.judge(captions, scenes).wrong
    assert [name for name, where in wrong.items() if where[i]] == ["relation", "order"]  # true if they changed places
    captions[i] = [*true[:2], true[-2], *true[3:-2], true[2], true[-1]]  # the colours change places
    assert [name for name, wrong in module.judge(captions, scenes).wrong.items() if wrong[i]] == ["color", "order"]
    captions[i] = true[:-1]
    assert [name for name, wrong in module.judge(captions, scenes).wrong.items() if wrong[i]] == ["form"]
    assert module.exact_match(captions, scenes) == 1 - 1 / len(captions)
    with pytest.raises(ValueError, match="captions: got 1, wanted one for each of 40"):
        module.judge(captions[:1], scenes)


def test_true_captions_are_exact_and_a_changed_word_is_named():
    check_judgement(evaluation)


def test_the_subject_is_found(scenes):
    for k in (0, 1):
        named = [
            next(words for words in references(scenes, i) if words[:4] == phrase(scenes, i, k))
            for i in range(len(scenes.images))
        ]
        different = [phrase(scenes, i, 0) != phrase(scenes, i, 1) for i in range(len(scenes.images))]
        assert (subjects(named, scenes)[different] == k).all()
    assert (subjects([["a"]] * 40, scenes) == -1).all()


def test_maps_sum_to_one_and_belong_to_the_words(features, scenes):
    model = small(features, True)
    captions = tell(model, features)
    maps = attention_maps(model, features, captions)
    assert maps.shape == (max(map(len, captions)) + 1, 40, 64)
    np.testing.assert_allclose(maps.sum(-1), 1, atol=1e-5)
    _, weights = teller.teacher_forced(model, features[3:4], encode_captions(captions[3:4]))
    np.testing.assert_allclose(maps[: len(weights), 3], weights[:, 0].detach(), atol=1e-5)
    with pytest.raises(ValueError, match="teller: got Show and Tell"):
        attention_maps(small(features, False), features, captions)


def test_cells_are_where_the_object_is(scenes):
    cells = object_cells(scenes)
    assert cells.shape == (40, 2, 64)
    for i in range(5):
        for k in (0, 1):
            column, row = (scenes.centers[i, k] // 8).astype(int)
            assert cells[i, k, 8 * row + column]
    assert cells.sum(-1).min() >= 1
    assert cells.sum(-1).max() <= 20
    assert not (cells[:, 0] & cells[:, 1]).all(-1).any()


def check_pointing(module, swaps=(0, 1), orders=(0, 1)):
    """Maps on the centre of the object that is named, or of the other one; true captions in both orders."""
    scenes = some_scenes()
    cells = module.object_cells(scenes)
    for swap, which in product(swaps, orders):
        captions = [references(scenes, i)[which] for i in range(40)]
        first = subjects(captions, scenes)
        maps = np.full((14, 40, 64), 1 / 64)
        for i, caption in enumerate(captions):
            for t in range(len(caption)):
                names = t in (1, 2, 3) or t >= len(caption) - 3  # at all other words the map is on the other object
                k = (first[i] if t < 4 else 1 - first[i]) ^ swap ^ (not names)
                column, row = (scenes.centers[i, k] // 8).astype(int)
                maps[t, i] = np.eye(64)[8 * row + column]
        found = module.pointing_scores(maps, captions, scenes)
        for kind, words in {"size": 80, "color": 80, "shape": 80, "all": 240}.items():
            on, off = ("own", "other") if swap == 0 else ("other", "own")
            assert found[kind]["nearer"] == 1 - swap
            assert found[kind]["words"] == words
            assert found[kind][on] == 1
            assert found[kind][off] < 0.1
        even = module.pointing_scores(np.full((14, 40, 64), 1 / 64), captions, scenes)
        assert even["all"]["own"] == pytest.approx(cells.sum(-1).mean() / 64)
        late = maps.copy()
        late[:-1], late[-1] = maps[1:], 1 / 64  # a step too early: the shape's map is that of the next word
        assert module.pointing_scores(late, captions, scenes)["shape"]["nearer"] != 1 - swap


@pytest.mark.parametrize("swap", [0, 1], ids=["own", "other"])
@pytest.mark.parametrize("which", [0, 1], ids=["canonical", "other order"])
def test_maps_that_point_score_one_and_maps_that_point_elsewhere_zero(swap, which):
    check_pointing(points, [swap], [which])


def test_only_true_captions_count_for_pointing(scenes):
    captions = [references(scenes, i)[0] for i in range(40)]
    captions[3] = ["a"]
    maps = np.full((14, 40, 64), 1 / 64)
    assert pointing_scores(maps, captions, scenes)["all"]["words"] == 39 * 6
    none = pointing_scores(maps, [["a"]] * 40, scenes)
    assert none["all"]["words"] == 0
    assert np.isnan(none["all"]["nearer"])


# The recipe


def test_sets_of_scenes_are_reproducible_and_different():
    names = ["train", "dev seen", "dev unseen", "fresh seen", "fresh unseen"]
    sets = {name: scene_images(name) for name in names}
    np.testing.assert_array_equal(sets["train"], scene_images("train"))
    for a, b in pairwise(names):
        assert not np.array_equal(sets[a], sets[b])
    assert not np.array_equal(sets["train"], recipe.scene_set("train", 1, 5).images)
    with pytest.raises(ValueError, match="name: got 'test'"):
        recipe.scene_set("test", 0)


def scene_images(name):
    return recipe.scene_set(name, 0, 5).images


def test_either_order_is_true(scenes):
    captions = recipe.either(scenes, np.random.default_rng(0))
    first = teller.canonical(scenes)
    told = [decode_caption(column) for column in captions[1:].T]
    assert exact_match(told, scenes) == 1
    same = np.mean([a == decode_caption(b) for a, b in zip(told, first[1:].T, strict=True)])
    assert 0.2 < same < 0.8
