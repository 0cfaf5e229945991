"""What is drawn is what is said: pixels against fine outlines, captions against geometry, splits by counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import scenes as scenes_module
from helpers.scenes import (
    COLORS,
    HELD_OUT,
    INVERSE,
    RADII,
    RELATIONS,
    SHAPES,
    SIDE,
    SIZES,
    coverage,
    draw_scenes,
    references,
)

HELD = {(list(COLORS).index(color), SHAPES.index(shape)) for color, shape in HELD_OUT}


def draw(module=scenes_module, n=1200, seed=0, **arguments):
    """1,200 scenes: two chunks and a part of a third."""
    return module.draw_scenes(n, np.random.default_rng(seed), **arguments)


def pairs(scenes):
    """(N, K) booleans: is this object's pair of colour and shape held out?"""
    both = np.stack([scenes.colors, scenes.shapes], axis=-1)
    return np.array([[tuple(pair) in HELD for pair in scene] for scene in both.tolist()])


CORNERS = 1.04 * np.exp(1j * np.pi * (1 / 6 + np.arange(3) * 2 / 3))
"""Of the triangle: lower right, lower left, top; the imaginary axis points down, as rows do."""


def inside(shape, x, y, r, angle):
    """Whether points with these distances to the centre belong to the shape: corners and edges, no distances."""
    turn = np.exp(-1j * angle)  # turn the point back, y pointing down as in the image
    z = (x + 1j * y) * turn
    if shape == "circle":
        return abs(z) < r
    if shape == "square":
        return (abs(z.real) < 0.855 * r) & (abs(z.imag) < 0.855 * r)
    if shape == "cross":
        wide, high = (abs(z.real) < 0.985 * r), (abs(z.imag) < 0.985 * r)
        return (wide & (abs(z.imag) < 0.335 * r)) | (high & (abs(z.real) < 0.335 * r))
    edges = zip(r * CORNERS, r * np.roll(CORNERS, -1), strict=True)
    return np.all([((b - a).conj() * (z - a)).imag > 0 for a, b in edges], axis=0)


AREA = {
    "circle": np.pi,
    "square": 1.71**2,
    "triangle": 3 * 3**0.5 * 0.52**2,
    "cross": 2 * 1.97 * 0.67 - 0.67**2,
}
"""Of radius 1, in closed form."""


def check_coverage(module):
    """40 objects of each shape, each pixel cut into 12 x 12: near at corners, nearer elsewhere, the area right."""
    rng = np.random.default_rng(0)
    fine = (np.arange(12 * SIDE) + 0.5) / 12
    for number, shape in enumerate(SHAPES):
        r, angle = rng.uniform(5, 13, 40), rng.uniform(-0.25, 0.25, 40)
        centers = rng.uniform(14, SIDE - 14, (40, 2))
        got = module.coverage(np.full(40, number), centers, r, angle)
        assert (got.shape, got.dtype) == ((40, SIDE, SIDE), np.float32)
        for k, (x, y) in enumerate(centers):
            covered = inside(shape, fine[None] - x, fine[:, None] - y, r[k], angle[k])
            wanted = covered.reshape(SIDE, 12, SIDE, 12).mean((1, 3))
            assert abs(got[k] - wanted).max() < 0.35, shape
            assert abs(got[k] - wanted)[wanted > 0].mean() < 0.03, shape
            assert got[k].sum() == pytest.approx(AREA[shape] * r[k] ** 2, rel=0.03), shape


def check_splits(module):
    """No held-out pair in ``seen``; in ``unseen`` one in each scene, in either place; in ``any`` 4 of 24."""
    for K in (1, 2):
        assert not pairs(draw(module, objects=K)).any()
        held = pairs(draw(module, split="unseen", objects=K))
        assert (held.sum(1) == 1).all()
        assert abs(held.mean(0) - 1 / K).max() < 5 * 0.5 / 1200**0.5
    assert abs(pairs(draw(module, split="any")).mean() - 4 / 24) < 5 * (4 / 24 * 20 / 24 / 2400) ** 0.5


def check_all_alike(module):
    """Each pair that a split allows, size and relation: counts within five standard errors of equal shares."""
    for split, allowed in (("seen", 20), ("any", 24)):
        scenes = draw(module, n=4000, split=split)
        numbers = (len(SHAPES) * scenes.colors + scenes.shapes).ravel()
        found = [
            np.unique(numbers, return_counts=True)[1],
            np.bincount(scenes.sizes.ravel()),
            np.bincount(scenes.relations),
        ]
        for counts, kinds in zip(found, (allowed, 2, 4), strict=True):
            n, p = counts.sum(), 1 / kinds
            assert len(counts) == kinds
            assert abs(counts / n - p).max() < 5 * (p * (1 - p) / n) ** 0.5, (split, kinds)
    held = draw(module, n=4000, split="unseen", objects=1)
    counts = np.unique(len(SHAPES) * held.colors + held.shapes, return_counts=True)[1]
    assert len(counts) == 4
    assert abs(counts / 4000 - 1 / 4).max() < 5 * (3 / 16 / 4000) ** 0.5


def check_references_are_true(module):
    """Names by the numbers, relations by the centres: what a reader of the picture would say."""
    for split in ("seen", "unseen"):
        scenes = draw(module, split=split)
        for i in range(len(scenes.images)):
            names = [
                ["a", SIZES[scenes.sizes[i, k]], list(COLORS)[scenes.colors[i, k]], SHAPES[scenes.shapes[i, k]]]
                for k in (0, 1)
            ]
            (dx, dy), found = scenes.centers[i, 0] - scenes.centers[i, 1], module.references(scenes, i)
            assert max(abs(dx), abs(dy)) >= 26
            assert min(abs(dx), abs(dy)) <= 7
            relation = (
                ("above" if dy < 0 else "below")
                if abs(dy) > abs(dx)
                else "to the " + ("left" if dx < 0 else "right") + " of"
            )
            assert relation == RELATIONS[scenes.relations[i]]
            first = names[0] + relation.split() + names[1]
            second = names[1] + RELATIONS[INVERSE[RELATIONS.index(relation)]].split() + names[0]
            assert sorted(found) == sorted([first, second])
            # The canonical one is about the larger object; of equal ones, about the upper or the left one.
            leads = 0 if dx + dy < 0 else 1
            if scenes.sizes[i, 0] != scenes.sizes[i, 1]:
                leads = int(scenes.radii[i, 1] > scenes.radii[i, 0])
            assert found[0][:4] == names[leads]


def reach(shape, r, angle):
    """How far an object goes from its centre to the left, right, up and down, in closed form."""
    if shape == "circle":
        return np.full(4, r)
    points = {
        "square": 0.855 * np.array([1 + 1j, 1 - 1j]),
        "cross": np.array([0.985 + 0.335j, 0.985 - 0.335j, 0.335 + 0.985j, 0.335 - 0.985j]),
        "triangle": CORNERS,
    }[shape]
    z = r * np.exp(1j * angle) * (points if shape == "triangle" else np.concatenate([points, -points]))
    return np.array([-z.real.min(), z.real.max(), -z.imag.min(), z.imag.max()])


def check_objects_stand_apart_and_inside(module):
    """Whatever is drawn: each object ends within the image, and along the relation's axis before the other begins."""
    for K in (1, 2):
        scenes = draw(module, n=3000, split="any", objects=K)
        for i in range(3000):
            boxes = []
            for k in range(K):
                x, y = scenes.centers[i, k]
                left, right, up, down = reach(SHAPES[scenes.shapes[i, k]], scenes.radii[i, k], scenes.angles[i, k])
                boxes.append((x - left, x + right, y - up, y + down))
            assert np.min(boxes) >= 0
            assert np.max(boxes) <= SIDE
            if K == 2:
                axis = 2 if scenes.relations[i] < 2 else 0
                first, second = sorted(box[axis : axis + 2] for box in boxes)
                assert first[1] <= second[0]
        for size, (low, high) in enumerate(RADII):
            radii = scenes.radii[scenes.sizes == size]
            assert low <= radii.min() < low + 0.1
            assert high - 0.1 < radii.max() <= high
        assert 0.24 < abs(scenes.angles).max() <= 0.25


def check_paint(module):
    """Inside an object its colour, outside the ground, on average: 0.035 and 0.02 of variation, 0.025 of grain."""
    scenes = draw(module, n=600, split="any")
    assert (scenes.images.shape, scenes.images.dtype) == ((600, SIDE, SIDE, 3), np.uint8)
    assert scenes.images.min() < 30
    assert scenes.images.max() == 255
    shares = [
        module.coverage(scenes.shapes[:, k], scenes.centers[:, k], scenes.radii[:, k], scenes.angles[:, k])
        for k in (0, 1)
    ]
    for k, share in enumerate(shares):
        means = np.array([image[of == 1].mean(0) for image, of in zip(scenes.images / 255, share, strict=True)])
        wanted = np.array(list(COLORS.values()))[scenes.colors[:, k]]
        assert abs((means - wanted).mean(0)).max() < 0.01
        assert abs(means - wanted).max() < 5 * 0.035
    ground = np.array([image[of == 0].mean(0) for image, of in zip(scenes.images / 255, sum(shares), strict=True)])
    assert 0.6 < ground.min() < 0.8
    assert ground.max() > 0.95
    assert abs(ground - ground.mean(1, keepdims=True)).max() < 0.1, "the ground is nearly grey"
    plain = scenes.images[0][sum(shares)[0] == 0] / 255
    assert 0.02 < plain.std(0).max() < 0.03


def check_generator_decides(module):
    """The same generator draws the same scenes, another one others; the generator moves on."""
    rng = np.random.default_rng(3)
    one, two = (module.draw_scenes(20, rng) for _ in range(2))
    again = draw(module, n=20, seed=3)
    for a, b, c in zip(one, two, again, strict=True):
        np.testing.assert_array_equal(a, c)
        assert (a != b).any()


CHECKS = [
    check_coverage,
    check_splits,
    check_all_alike,
    check_references_are_true,
    check_objects_stand_apart_and_inside,
    check_paint,
    check_generator_decides,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_values(check):
    check(scenes_module)


def test_held_out_pairs_leave_every_colour_and_every_shape_seen():
    scenes = draw()
    assert set(scenes.colors.ravel()) == set(range(len(COLORS)))
    assert set(scenes.shapes.ravel()) == set(range(len(SHAPES)))
    assert len(HELD) == 4
    assert len({color for color, _ in HELD}) == len({shape for _, shape in HELD}) == 4


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.sampled_from(["seen", "unseen", "any"]), st.sampled_from([1, 2]), st.integers(0, 99))
def test_shapes(n, split, objects, seed):
    scenes = draw(n=n, seed=seed, split=split, objects=objects)
    assert scenes.images.shape == (n, SIDE, SIDE, 3)
    assert scenes.relations.shape == (n,)
    assert scenes.centers.shape == (n, objects, 2)
    for part in (scenes.colors, scenes.shapes, scenes.sizes, scenes.radii, scenes.angles):
        assert part.shape == (n, objects)
    assert (scenes.relations == -1).all() == (objects == 1)
    captions = [references(scenes, i) for i in range(n)]
    assert {len(found) for found in captions} == {objects}
    assert {len(words) for found in captions for words in found} <= ({4} if objects == 1 else {9, 12})


def test_coverage_takes_float32_and_lists():
    one = coverage([2], [[20.0, 30.0]], [8.0], [0.1])
    two = coverage(np.array([2]), np.float32([[20, 30]]), np.float32([8]), np.float32([0.1]))
    np.testing.assert_allclose(one, two, atol=1e-6)


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("n: got 0, wanted an integer of at least 1", lambda: draw(n=0)),
        ("n: got 2.0, wanted", lambda: draw(n=2.0)),
        ("rng: got 0, wanted", lambda: draw_scenes(3, 0)),
        ("split: got 'test', wanted one of 'seen', 'unseen', 'any'", lambda: draw(n=3, split="test")),
        ("objects: got 3, wanted 1 or 2", lambda: draw(n=3, objects=3)),
        ("objects: got 0, wanted an integer of at least 1", lambda: draw(n=3, objects=0)),
        (r"shapes: got 4 at index \[1\], wanted 0 to 3", lambda: coverage([0, 4], np.zeros((2, 2)), [1, 1], [0, 0])),
        (r"centers: got shape \(1, 3\)", lambda: coverage([0], np.zeros((1, 3)), [1], [0])),
        (r"radii: got shape \(2,\), wanted \(N,\) = \(1,\)", lambda: coverage([0], np.zeros((1, 2)), [1, 1], [0])),
        (r"angles: got nan at index \[0\]", lambda: coverage([0], np.zeros((1, 2)), [1], [np.nan])),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
