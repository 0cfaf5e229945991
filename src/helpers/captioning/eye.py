"""The CNN that looks: trained on single objects, then its last layer is chopped off and the rest frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.progress import progress
from helpers.scenes import COLORS, SHAPES, SIZES, Scenes

if TYPE_CHECKING:
    from torch import Tensor

CHANNELS = 64
ATTRIBUTES = {"colors": len(COLORS), "shapes": len(SHAPES), "sizes": len(SIZES)}


def start_eye(seed: int) -> Any:
    """Four convolutions with batch normalisation, 64 x 64 x 3 -> 8 x 8 x 64, and a head on the largest of each channel."""
    import torch
    from torch import nn

    torch.manual_seed(seed)

    def block(inputs: int, outputs: int, kernel: int, stride: int) -> list[Any]:
        return [nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    body = nn.Sequential(*block(3, 24, 4, 2), *block(24, 48, 3, 2), *block(48, 64, 3, 2), *block(64, CHANNELS, 3, 1))
    model = nn.ModuleDict({"body": body, "head": nn.Linear(CHANNELS, sum(ATTRIBUTES.values()))})
    return model.to(memory_format=torch.channels_last)


def pixels(images: NDArray[np.uint8]) -> Tensor:
    """Images (N, 64, 64, 3) of 0 to 255 as PyTorch wants them: (N, 3, 64, 64), -0.5 to 0.5."""
    import torch

    x = torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255).sub_(0.5)
    return x.contiguous(memory_format=torch.channels_last)


def name_attributes(eye: Any, images: NDArray[np.uint8]) -> dict[str, Tensor]:
    """Scores of colour, shape and size of the one object in each image."""
    scores = eye["head"](eye["body"](pixels(images)).amax((2, 3)))
    return dict(zip(ATTRIBUTES, scores.split(list(ATTRIBUTES.values()), dim=1), strict=True))


def train_eye(eye: Any, scenes: Scenes, epochs: int, seed: int, rate: float = 1e-2, size: int = 100) -> NDArray[np.float64]:
    """Train on scenes of one object, in place: the sum of three cross-entropies. Then freeze."""
    import torch
    from torch.nn.functional import cross_entropy

    generator = torch.Generator().manual_seed(seed)
    n = len(scenes.images)
    optimiser = torch.optim.Adam(eye.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, epochs * (n // size))
    losses = []
    for _ in progress(range(epochs), "eye"):
        for rows in torch.randperm(n, generator=generator)[: n - n % size].split(size):
            scores = name_attributes(eye, scenes.images[rows.numpy()])
            loss = sum(
                cross_entropy(scores[a], torch.from_numpy(getattr(scenes, a)[rows.numpy(), 0])) for a in ATTRIBUTES
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
    eye.eval().requires_grad_(False)
    return np.array(losses)


def eye_accuracy(eye: Any, scenes: Scenes) -> dict[str, float]:
    """Share of single objects whose colour, shape and size are named rightly."""
    import torch

    with torch.no_grad():
        scores = name_attributes(eye, scenes.images)
    return {a: float((scores[a].argmax(1).numpy() == getattr(scenes, a)[:, 0]).mean()) for a in ATTRIBUTES}


def look(eye: Any, images: NDArray[np.uint8], chunk: int = 500) -> Tensor:
    """What the frozen CNN without its last layer says of each of 8 x 8 places: (N, 64, CHANNELS)."""
    import torch

    with torch.no_grad():
        parts = [eye["body"](pixels(images[i : i + chunk])).flatten(2).transpose(1, 2) for i in range(0, len(images), chunk)]
    return torch.cat(parts).contiguous()
