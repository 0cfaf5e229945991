"""The CNN that looks: trained to name single objects, then its last layer is chopped off and the rest frozen.

PyTorch is imported inside the functions, so that this module can be imported without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import check_count
from helpers.progress import progress
from helpers.scenes import COLORS, SHAPES, SIDE, SIZES, Scenes

if TYPE_CHECKING:
    from torch import Tensor

CHANNELS = 64
"""Numbers that the chopped CNN says of each place."""
GRID = 8
"""Places along each side of the image; one stands for 8 x 8 pixels."""
ATTRIBUTES = {"colors": len(COLORS), "shapes": len(SHAPES), "sizes": len(SIZES)}
"""What the last layer names, and among how many."""


def start_eye(seed: int) -> Any:
    """Make an untrained CNN: four convolutions, and a last layer that names colour, shape and size.

    Each convolution is followed by batch normalisation and ReLU. They take 64 x 64 x 3 to 32 x 32 x 24, 16 x 16 x 48,
    8 x 8 x 64 and 8 x 8 x 64. The last layer sees only the largest value of each of the 64 channels, so it knows what
    is in the image and not where.

    Parameters
    ----------
    seed : int
        Of the weights; PyTorch's own generator is left as it was.

    Returns
    -------
    torch.nn.ModuleDict
        "body", the convolutions, and "head", the last layer, 64 -> 6 + 4 + 2.
    """
    import torch
    from torch import nn

    def block(inputs: int, outputs: int, kernel: int, stride: int) -> list[Any]:
        return [nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        body = nn.Sequential(
            *block(3, 24, 4, 2), *block(24, 48, 3, 2), *block(48, 64, 3, 2), *block(64, CHANNELS, 3, 1)
        )
        model: Any = nn.ModuleDict({"body": body, "head": nn.Linear(CHANNELS, sum(ATTRIBUTES.values()))})
    return model.to(memory_format=torch.channels_last)


def pixels(images: NDArray[np.uint8]) -> Tensor:
    """Turn images into what PyTorch's convolutions want.

    Parameters
    ----------
    images : uint8 array (N, 64, 64, 3)
        0 to 255.

    Returns
    -------
    tensor (N, 3, 64, 64)
        ``value / 255 - 1/2``, from -0.5 to 0.5, in float32.

    Raises
    ------
    ValueError
        If the images are none, of another shape, or of another dtype. Images of 0 to 1 in floats are refused, with
        what to do, instead of being taken for black ones.
    """
    import torch

    found = np.asarray(images)
    if found.ndim != 4 or found.shape[1:] != (SIDE, SIDE, 3) or not len(found):
        raise ValueError(f"images: got shape {found.shape}, wanted (N, {SIDE}, {SIDE}, 3), N at least 1")
    if found.dtype != np.uint8:
        low, high = (
            (f"{value:.6g}" for value in (found.min(), found.max())) if found.dtype.kind in "iufb" else ("?", "?")
        )
        message = f"images: got dtype {found.dtype} with values from {low} to {high}, wanted uint8 from 0 to 255"
        raise ValueError(
            message + (" (for 0 to 1: (255 * images).astype(np.uint8))" if found.dtype.kind == "f" else "")
        )
    x = torch.from_numpy(np.ascontiguousarray(found)).permute(0, 3, 1, 2).float().div_(255).sub_(0.5)
    return x.contiguous(memory_format=torch.channels_last)


def name_attributes(eye: Any, images: NDArray[np.uint8]) -> dict[str, Tensor]:
    """Score colour, shape and size of the one object in each image.

    Parameters
    ----------
    eye : torch.nn.ModuleDict
        From `start_eye`.
    images : uint8 array (N, 64, 64, 3)

    Returns
    -------
    dict of tensors
        "colors" (N, 6), "shapes" (N, 4), "sizes" (N, 2), before the softmax.

    Raises
    ------
    ValueError
        As `pixels`.
    """
    scores = eye["head"](eye["body"](pixels(images)).amax((2, 3)))
    return dict(zip(ATTRIBUTES, scores.split(list(ATTRIBUTES.values()), dim=1), strict=True))


def train_eye(
    eye: Any, scenes: Scenes, epochs: int, seed: int, rate: float = 1e-2, size: int = 100
) -> NDArray[np.float64]:
    """Train the CNN to name single objects, then freeze it, in place.

    The loss is the sum of three cross-entropies, of colour, shape and size. Adam, one cycle of the learning rate.
    Afterwards no weight asks for a gradient, and batch normalisation uses the means and variances of training.

    Parameters
    ----------
    eye : torch.nn.ModuleDict
        From `start_eye`.
    scenes : helpers.scenes.Scenes
        Of one object each.
    epochs : int
    seed : int
        Of the order of the images.
    rate : float
        The largest learning rate.
    size : int
        Images of a batch; what is left over at the end of an epoch waits for the next.

    Returns
    -------
    array (updates,)
        The loss at each update, in nats.

    Raises
    ------
    ValueError
        If a scene has not one object, there are fewer scenes than `size`, or a count is below 1; as `pixels`.
    """
    import torch
    from torch.nn.functional import cross_entropy

    n = _check_single(scenes)
    if n < check_count("size", size):
        raise ValueError(f"scenes: got {n}, wanted at least one batch of {size}")
    generator = torch.Generator().manual_seed(seed)
    targets = {name: torch.from_numpy(getattr(scenes, name)[:, 0]) for name in ATTRIBUTES}
    eye.train().requires_grad_(True)
    optimiser = torch.optim.Adam(eye.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, check_count("epochs", epochs) * (n // size))
    losses = []
    for _ in progress(range(epochs), "eye"):
        for rows in torch.randperm(n, generator=generator)[: n - n % size].split(size):  # type: ignore[no-untyped-call]
            scores = name_attributes(eye, scenes.images[rows.numpy()])
            loss = torch.stack([cross_entropy(scores[name], targets[name][rows]) for name in ATTRIBUTES]).sum()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
    eye.eval().requires_grad_(False)
    return np.array(losses)


def eye_accuracy(eye: Any, scenes: Scenes, chunk: int = 500) -> dict[str, float]:
    """Measure how often the CNN names a single object rightly.

    Parameters
    ----------
    eye : torch.nn.ModuleDict
        Trained.
    scenes : helpers.scenes.Scenes
        Of one object each.
    chunk : int
        Images looked at together; it changes memory, not the result.

    Returns
    -------
    dict of float
        Shares, 0 to 1, for "colors", "shapes" and "sizes".

    Raises
    ------
    ValueError
        If a scene has not one object; as `pixels`.
    """
    import torch

    n = _check_single(scenes)
    right = dict.fromkeys(ATTRIBUTES, 0)
    with torch.no_grad():
        for i in range(0, n, check_count("chunk", chunk)):
            for name, scores in name_attributes(eye, scenes.images[i : i + chunk]).items():
                right[name] += int((scores.argmax(1).numpy() == getattr(scenes, name)[i : i + chunk, 0]).sum())
    return {name: count / n for name, count in right.items()}


def look(eye: Any, images: NDArray[np.uint8], chunk: int = 500) -> Tensor:
    """Let the frozen CNN without its last layer look: 64 numbers for each of 8 x 8 places.

    Parameters
    ----------
    eye : torch.nn.ModuleDict
        Trained, so that it is in evaluation mode and what it says of an image does not depend on its neighbours.
    images : uint8 array (N, 64, 64, 3)
    chunk : int
        Images looked at together; it changes memory, not the result.

    Returns
    -------
    tensor (N, 64, CHANNELS)
        Places row by row from the upper left: place ``8 row + column``. None is below 0.

    Raises
    ------
    ValueError
        If the CNN is still in training mode; as `pixels`.
    """
    import torch

    if eye.training:
        raise ValueError("eye: got a CNN in training mode, wanted one that train_eye has frozen (or eye.eval())")
    with torch.no_grad():
        parts = [
            eye["body"](pixels(images[i : i + chunk])).flatten(2).transpose(1, 2)
            for i in range(0, max(len(images), 1), check_count("chunk", chunk))
        ]
    return torch.cat(parts).contiguous()


def _check_single(scenes: Scenes) -> int:
    if scenes.colors.ndim != 2 or scenes.colors.shape[1] != 1:
        raise ValueError(f"scenes: got colors of shape {scenes.colors.shape}, wanted (N, 1): one object in each scene")
    return len(scenes.colors)
