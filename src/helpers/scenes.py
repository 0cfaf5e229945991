"""Scenes drawn here, with the captions that are true of them: chapter 7's own images, no download, no licence.

A scene has one or two objects on a plain ground, 64 x 64 pixels. What is in it is known, so every caption can be judged.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import FloatArray, check_choice, check_count, check_rng

SIDE = 64  # pixels
COLORS = {
    "red": (0.86, 0.16, 0.16), "green": (0.15, 0.65, 0.25), "blue": (0.17, 0.33, 0.85),
    "yellow": (0.93, 0.82, 0.15), "purple": (0.58, 0.22, 0.68), "orange": (0.96, 0.52, 0.10),
}  # fmt: skip
SHAPES = ("circle", "square", "triangle", "cross")
SIZES = ("small", "large")
RELATIONS = ("above", "below", "to the left of", "to the right of")
INVERSE = (1, 0, 3, 2)
HELD_OUT = (("red", "triangle"), ("blue", "circle"), ("yellow", "square"), ("purple", "cross"))
"""Pairs of colour and shape that no training scene of two objects shows."""
SPLITS = ("seen", "unseen", "any")
PAIRS = np.array([(c, s) for c in range(len(COLORS)) for s in range(len(SHAPES))])
_HELD = np.array([(list(COLORS)[c], SHAPES[s]) in HELD_OUT for c, s in PAIRS])
_AXIS = np.arange(SIDE, dtype=np.float32) + 0.5


class Scenes(NamedTuple):
    """N images and what is in them, with K objects each."""

    images: NDArray[np.uint8]
    """(N, 64, 64, 3): rows from the top, red, green, blue, 0 to 255."""
    colors: NDArray[np.int64]
    """(N, K): places in `COLORS`."""
    shapes: NDArray[np.int64]
    """(N, K): places in `SHAPES`."""
    sizes: NDArray[np.int64]
    """(N, K): places in `SIZES`."""
    relations: NDArray[np.int64]
    """(N,): where object 0 is with respect to object 1, a place in `RELATIONS`; -1 with one object."""
    centers: FloatArray
    """(N, K, 2): x from the left and y from the top, in pixels."""
    radii: FloatArray
    """(N, K), in pixels."""
    angles: FloatArray
    """(N, K): by how much each object is turned, in radians."""


def draw_scenes(n: int, rng: np.random.Generator, split: str = "seen", objects: int = 2, chunk: int = 500) -> Scenes:
    """Draw random scenes.

    ``seen`` uses only pairs of colour and shape that training may show, ``unseen`` has at least one object of `HELD_OUT`
    in every scene, ``any`` takes all 24 pairs alike.
    """
    check_choice("split", split, SPLITS)
    check_rng(rng)
    parts = [_draw(min(chunk, n - i), rng, split, check_count("objects", objects)) for i in range(0, check_count("n", n), chunk)]
    return Scenes(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _draw(n: int, rng: np.random.Generator, split: str, K: int) -> Scenes:
    pairs = rng.integers(0, len(PAIRS), (n, K)) if split == "any" else rng.choice(np.flatnonzero(~_HELD), (n, K))
    if split == "unseen":
        pairs[np.arange(n), rng.integers(0, K, n)] = rng.choice(np.flatnonzero(_HELD), n)
    colors, shapes = PAIRS[pairs, 0], PAIRS[pairs, 1]
    sizes = rng.integers(0, 2, (n, K))
    radii = np.where(sizes == 0, rng.uniform(5.2, 6.6, (n, K)), rng.uniform(10.0, 12.5, (n, K)))
    angles = rng.uniform(-0.25, 0.25, (n, K))
    if K == 1:
        relations, centers = np.full(n, -1), rng.uniform(13, SIDE - 13, (n, 1, 2))
    else:
        relations, centers = _place(n, rng)
    ground = rng.uniform(0.75, 0.97, (n, 1, 1, 1)) + rng.normal(0, 0.02, (n, 1, 1, 3))
    images = np.broadcast_to(ground, (n, SIDE, SIDE, 3)).astype(np.float32)
    palette = np.array(list(COLORS.values()))
    for k in range(K):
        covered = coverage(shapes[:, k], centers[:, k], radii[:, k], angles[:, k])[..., None]
        paint = (palette[colors[:, k]] + rng.normal(0, 0.035, (n, 3))).astype(np.float32)[:, None, None]
        images = images + covered * (paint - images)
    grain = 0.025 * rng.standard_normal((64, SIDE, SIDE, 3), dtype=np.float32)  # 64 patterns serve all scenes
    images = np.clip(images + grain[rng.integers(0, 64, n)], 0, 1)
    return Scenes((255 * images).astype(np.uint8), colors, shapes, sizes, relations, centers, radii, angles)


def _place(n: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], FloatArray]:
    """Put two objects so that one relation is plain: far apart along one axis, nearly level along the other."""
    relations, gap = rng.integers(0, 4, n), rng.uniform(26, 35, n)
    near, level, off = rng.uniform(13, SIDE - 13 - gap), rng.uniform(17, SIDE - 17, n), rng.uniform(-3.5, 3.5, n)
    along, across = np.stack([near, near + gap], axis=1), np.stack([level - off, level + off], axis=1)
    along = np.where(np.isin(relations, (0, 2))[:, None], along, along[:, ::-1])  # object 0 is above, or to the left
    vertical = (relations < 2)[:, None]
    return relations, np.stack([np.where(vertical, across, along), np.where(vertical, along, across)], axis=-1)


def coverage(shapes: NDArray[np.int64], centers: FloatArray, radii: FloatArray, angles: FloatArray) -> FloatArray:
    """How much of each pixel an object covers, from its distance to the outline: (N, 64, 64), 0 to 1."""
    x, y = (centers.astype(np.float32)[:, axis, None, None] for axis in (0, 1))
    dx, dy = _AXIS[None, None, :] - x, _AXIS[None, :, None] - y
    c, s = np.cos(angles).astype(np.float32)[:, None, None], np.sin(angles).astype(np.float32)[:, None, None]
    u, v = c * dx + s * dy, c * dy - s * dx
    r = radii.astype(np.float32)[:, None, None]
    outside = np.empty_like(u)  # signed distance to the outline in pixels, negative within
    for shape, distance in enumerate((_circle, _square, _triangle, _cross)):
        rows = shapes == shape
        outside[rows] = distance(u[rows], v[rows], r[rows])
    return np.clip(0.5 - outside, 0, 1)


def _circle(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    return np.hypot(u, v) - r


def _square(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    return np.maximum(abs(u), abs(v)) - 0.86 * r


def _triangle(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    return np.maximum(v, abs(u) * 0.866 - v * 0.5) - 0.62 * r


def _cross(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    long, thin = r, 0.34 * r
    return np.minimum(np.maximum(abs(u) - long, abs(v) - thin), np.maximum(abs(v) - long, abs(u) - thin))


def phrase(scenes: Scenes, i: int, k: int) -> list[str]:
    """Name object k of scene i: ``a large red circle``."""
    return ["a", SIZES[scenes.sizes[i, k]], list(COLORS)[scenes.colors[i, k]], SHAPES[scenes.shapes[i, k]]]


def references(scenes: Scenes, i: int) -> list[list[str]]:
    """All true captions of scene i. The first is the canonical one, which training uses.

    Its subject is the larger object, or, of two equally large ones, the upper or left one.
    """
    relation = int(scenes.relations[i])
    if relation < 0:
        return [phrase(scenes, i, 0)]
    first, second = phrase(scenes, i, 0), phrase(scenes, i, 1)
    both = [first + RELATIONS[relation].split() + second, second + RELATIONS[INVERSE[relation]].split() + first]
    larger = int(scenes.sizes[i, 0]) - int(scenes.sizes[i, 1])
    return both if larger > 0 or (larger == 0 and relation in (0, 2)) else both[::-1]
