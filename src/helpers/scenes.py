"""Scenes drawn here, with the captions that are true of them: images of our own, no download, no licence.

A scene has one or two objects on a plain ground, 64 x 64 pixels. What is in it is known, so every caption can be
judged. Some pairs of colour and shape are held out: scenes with and without them tell what was learned from what was
memorised.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_choice, check_count, check_ids, check_rng, check_shape

SIDE = 64
"""Pixels along each side of an image."""
COLORS = {
    "red": (0.86, 0.16, 0.16), "green": (0.15, 0.65, 0.25), "blue": (0.17, 0.33, 0.85),
    "yellow": (0.93, 0.82, 0.15), "purple": (0.58, 0.22, 0.68), "orange": (0.96, 0.52, 0.10),
}  # fmt: skip
"""Red, green and blue of each, 0 to 1; an object's own paint varies a little around it."""
SHAPES = ("circle", "square", "triangle", "cross")
SIZES = ("small", "large")
RADII = ((5.2, 6.6), (10.0, 12.5))
"""Smallest and largest radius of each size, in pixels."""
RELATIONS = ("above", "below", "to the left of", "to the right of")
INVERSE = (1, 0, 3, 2)
"""The relation that says the same from the other side: a is above b, b is below a."""
HELD_OUT = (("red", "triangle"), ("blue", "circle"), ("yellow", "square"), ("purple", "cross"))
"""Pairs of colour and shape that no ``seen`` scene shows; each of these colours and shapes occurs there in others."""
SPLITS = ("seen", "unseen", "any")

_PAIRS = np.array([(color, shape) for color in range(len(COLORS)) for shape in range(len(SHAPES))])
_HELD = np.array([(list(COLORS)[color], SHAPES[shape]) in HELD_OUT for color, shape in _PAIRS])
_MARGIN = 13  # no object reaches further from its centre (`coverage`), so none is cut off, none covers another
_CHUNK = 500  # scenes painted at a time: more at once only take memory
_PIXELS = np.arange(SIDE, dtype=np.float32) + 0.5  # their centres


class Scenes(NamedTuple):
    """N images and what is in them, with K objects each."""

    images: NDArray[np.uint8]
    """(N, 64, 64, 3): rows from the top; red, green, blue; 0 to 255."""
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
    """(N, K): by how much each object is turned, clockwise, in radians."""


def draw_scenes(n: int, rng: np.random.Generator, split: str = "seen", objects: int = 2) -> Scenes:
    """Draw random scenes.

    Sizes, relations and, within a split, pairs of colour and shape are equally likely. Two objects stand 26 to 35
    pixels apart along the axis of their relation and at most 7 along the other, so that one relation is plainly true.

    Parameters
    ----------
    n : int
        How many scenes.
    rng : numpy.random.Generator
    split : {"seen", "unseen", "any"}
        ``seen`` shows the 20 pairs of colour and shape that are not in `HELD_OUT`. In ``unseen`` one object of each
        scene, the first or the second, is one of the 4 held out, and the other one of the 20. ``any`` takes all 24
        alike.
    objects : int
        K, 1 or 2.

    Returns
    -------
    Scenes

    Raises
    ------
    ValueError
        If `n` is below 1, `rng` is not a generator, there is no such split, or `objects` is neither 1 nor 2.
    """
    check_count("n", n)
    check_rng(rng)
    check_choice("split", split, SPLITS)
    if check_count("objects", objects) > 2:
        raise ValueError(f"objects: got {objects}, wanted 1 or 2")
    parts = [_draw(min(_CHUNK, n - i), rng, split, objects) for i in range(0, n, _CHUNK)]
    return Scenes(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _draw(n: int, rng: np.random.Generator, split: str, K: int) -> Scenes:
    pairs = rng.integers(0, len(_PAIRS), (n, K)) if split == "any" else rng.choice(np.flatnonzero(~_HELD), (n, K))
    if split == "unseen":
        pairs[np.arange(n), rng.integers(0, K, n)] = rng.choice(np.flatnonzero(_HELD), n)
    colors, shapes = _PAIRS[pairs, 0], _PAIRS[pairs, 1]
    sizes = rng.integers(0, len(SIZES), (n, K))
    small, large = (rng.uniform(*limits, (n, K)) for limits in RADII)
    radii, angles = np.where(sizes == 0, small, large), rng.uniform(-0.25, 0.25, (n, K))
    relations, centers = _place(n, rng, K)
    images = _paint(rng, colors, shapes, centers, radii, angles)
    return Scenes(images, colors, shapes, sizes, relations, centers, radii, angles)


def _place(n: int, rng: np.random.Generator, K: int) -> tuple[NDArray[np.int64], FloatArray]:
    """Relations (n,) and centres (n, K, 2): two objects are far apart along one axis, nearly level along the other."""
    if K == 1:
        return np.full(n, -1), rng.uniform(_MARGIN, SIDE - _MARGIN, (n, 1, 2))
    relations, gap = rng.integers(0, len(RELATIONS), n), rng.uniform(2 * _MARGIN, 35, n)
    near, level = rng.uniform(_MARGIN, SIDE - _MARGIN - gap), rng.uniform(17, SIDE - 17, n)
    off = rng.uniform(-3.5, 3.5, n)
    along, across = np.stack([near, near + gap], axis=1), np.stack([level - off, level + off], axis=1)
    along = np.where(np.isin(relations, (0, 2))[:, None], along, along[:, ::-1])  # object 0 is above, or to the left
    vertical = (relations < 2)[:, None]
    return relations, np.stack([np.where(vertical, across, along), np.where(vertical, along, across)], axis=-1)


def _paint(
    rng: np.random.Generator,
    colors: NDArray[np.int64],
    shapes: NDArray[np.int64],
    centers: FloatArray,
    radii: FloatArray,
    angles: FloatArray,
) -> NDArray[np.uint8]:
    """Images (n, 64, 64, 3): a light ground, the objects on it, a fine grain over all."""
    n, K = colors.shape
    ground = rng.uniform(0.75, 0.97, (n, 1, 1, 1)) + rng.normal(0, 0.02, (n, 1, 1, 3))
    images = np.broadcast_to(ground, (n, SIDE, SIDE, 3)).astype(np.float32)
    palette = np.array(list(COLORS.values()))
    for k in range(K):
        covered = coverage(shapes[:, k], centers[:, k], radii[:, k], angles[:, k])[..., None]
        paint = (palette[colors[:, k]] + rng.normal(0, 0.035, (n, 3))).astype(np.float32)[:, None, None]
        images = images + covered * (paint - images)
    grain = 0.025 * rng.standard_normal((64, SIDE, SIDE, 3), dtype=np.float32)  # 64 patterns serve all scenes
    images = np.clip(images + grain[rng.integers(0, 64, n)], 0, 1)
    painted: NDArray[np.uint8] = (255 * images).astype(np.uint8)
    return painted


def coverage(shapes: ArrayLike, centers: ArrayLike, radii: ArrayLike, angles: ArrayLike) -> NDArray[np.float32]:
    """Compute how much of each pixel an object covers, from the pixel's distance to the object's outline.

    With d the signed distance of a pixel's centre to the outline, negative within, it is ``1/2 - d`` between 0 and 1:
    an edge one pixel wide, without steps. Of an object of radius r, turned by at most 0.25, no point is further than
    1.04 r from the centre along either axis. A circle has radius r, a square the half side 0.855 r; a triangle has
    its centre 0.52 r from each side, and the bars of a cross are 1.97 r by 0.67 r.

    Parameters
    ----------
    shapes : int array (N,)
        Places in `SHAPES`.
    centers : array (N, 2)
        x from the left and y from the top, in pixels.
    radii : array (N,)
        In pixels.
    angles : array (N,)
        Clockwise, in radians.

    Returns
    -------
    float32 array (N, 64, 64)
        0 to 1.

    Raises
    ------
    ValueError
        For numbers of shapes that do not exist, or arrays that do not fit each other or are not finite.

    Notes
    -----
    Outside a corner the distance to the nearer side stands for that to the corner itself; it makes the corner's pixel
    a little darker than it should be.
    """
    kinds = check_ids("shapes", shapes, len(SHAPES))
    sizes = {"N": kinds.size}
    x, y = check_shape("centers", centers, "N 2", sizes).astype(np.float32).T[:, :, None, None]
    r = check_shape("radii", radii, "N", sizes).astype(np.float32)[:, None, None]
    turn = check_shape("angles", angles, "N", sizes)[:, None, None]
    dx, dy = _PIXELS[None, None, :] - x, _PIXELS[None, :, None] - y
    c, s = np.cos(turn).astype(np.float32), np.sin(turn).astype(np.float32)
    u, v = c * dx + s * dy, c * dy - s * dx  # seen from the object: to its right, and down
    distance = np.empty_like(u)
    for kind, outline in enumerate((_circle, _square, _triangle, _cross)):
        rows = kinds == kind
        distance[rows] = outline(u[rows], v[rows], r[rows])
    covered: NDArray[np.float32] = np.clip(0.5 - distance, 0, 1)
    return covered


def _circle(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    d: FloatArray = np.hypot(u, v) - r
    return d


def _square(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    d: FloatArray = np.maximum(abs(u), abs(v)) - 0.855 * r
    return d


def _triangle(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    d: FloatArray = np.maximum(v, 0.75**0.5 * abs(u) - 0.5 * v) - 0.52 * r  # its base is below, its tip above
    return d


def _cross(u: FloatArray, v: FloatArray, r: FloatArray) -> FloatArray:
    long, thin = 0.985 * r, 0.335 * r
    return np.minimum(np.maximum(abs(u) - long, abs(v) - thin), np.maximum(abs(v) - long, abs(u) - thin))


def phrase(scenes: Scenes, i: int, k: int) -> list[str]:
    """Name an object: ``a large red circle``, as four words.

    Parameters
    ----------
    scenes : Scenes
    i : int
        Which scene.
    k : int
        Which of its objects.

    Returns
    -------
    list of str
    """
    return ["a", SIZES[scenes.sizes[i, k]], list(COLORS)[scenes.colors[i, k]], SHAPES[scenes.shapes[i, k]]]


def references(scenes: Scenes, i: int) -> list[list[str]]:
    """List all captions that are true of a scene, the canonical one first: training uses that one.

    Its subject is the larger object; of two equally large ones, the upper or the left one.

    Parameters
    ----------
    scenes : Scenes
    i : int
        Which scene.

    Returns
    -------
    list of captions, each a list of words
        Two for a scene of two objects, "a above b" and "b below a"; with one object its name is the only one.
    """
    relation = int(scenes.relations[i])
    if relation < 0:
        return [phrase(scenes, i, 0)]
    first, second = phrase(scenes, i, 0), phrase(scenes, i, 1)
    both = [first + RELATIONS[relation].split() + second, second + RELATIONS[INVERSE[relation]].split() + first]
    larger = int(scenes.sizes[i, 0]) - int(scenes.sizes[i, 1])
    return both if larger > 0 or (larger == 0 and relation in (0, 2)) else both[::-1]
