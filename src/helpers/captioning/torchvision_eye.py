"""A CNN that has seen photographs: torchvision's ResNet-50, trained on ImageNet, its last layers chopped off.

Needs the extra ``captioning`` (torchvision and Pillow), which nothing else in the book does; both are imported inside
the functions. torchvision downloads the weights, about 100 MB, when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helpers.arrays import check_count
from helpers.progress import progress

if TYPE_CHECKING:
    from torch import Tensor

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of red, green and blue over ImageNet, 0 to 1: what torchvision's networks were trained with."""

Open = Callable[[Path], NDArray[np.uint8]]
"""Opens an image file: uint8 (height, width, 3)."""


def start_torchvision_eye(weights: str | None = "IMAGENET1K_V1", chop: int = 2, network: Any = None) -> Any:
    """Make a frozen CNN from a network that names what is in photographs, by chopping off its last layers.

    Of ResNet-50 the last two are the mean over all places and the layer that names 1,000 classes. Without them it says
    2,048 numbers of each of 7 x 7 places of an image of 224 x 224 pixels; without the four blocks before them, too
    (``chop=3``), 1,024 numbers of each of 14 x 14 places.

    Parameters
    ----------
    weights : str or None
        Name of one of torchvision's ``ResNet50_Weights``, downloaded once; None for random ones.
    chop : int
        How many layers, as ``network.children()`` lists them.
    network : torch.nn.Module, optional
        Another network that runs its children one after the other; `weights` is then not looked at.

    Returns
    -------
    torch.nn.Sequential
        In evaluation mode; no weight asks for a gradient.

    Raises
    ------
    ImportError
        If torchvision is missing and no `network` given.
    ValueError
        If torchvision has no such weights, or `chop` is below 1 or leaves nothing.

    References
    ----------
    He, Zhang, Ren & Sun (2016), "Deep residual learning for image recognition", CVPR.
    """
    from torch import nn

    if network is None:
        from torchvision.models import ResNet50_Weights, resnet50

        names = [kind.name for kind in ResNet50_Weights]
        if weights is not None and weights not in names:
            raise ValueError(f"weights: got {weights!r}, wanted None or one of {', '.join(names)}")
        network = resnet50(weights=weights)
    layers = list(network.children())
    if check_count("chop", chop) >= len(layers):
        raise ValueError(f"chop: got {chop} of {len(layers)} layers, wanted fewer")
    return nn.Sequential(*layers[:-chop]).eval().requires_grad_(False)


def open_image(path: Path) -> NDArray[np.uint8]:
    """Open an image file with Pillow.

    Parameters
    ----------
    path : path

    Returns
    -------
    uint8 array (height, width, 3)
        Grey images get three equal channels; transparency is dropped.

    Raises
    ------
    ImportError
        If Pillow is missing.
    OSError
        If the file is missing or no image.
    """
    from PIL import Image

    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def photographs(paths: Sequence[str | Path], side: int = 224, opened: Open = open_image) -> Tensor:
    """Load images as the network wants them: the middle square, of one size, standardised.

    The shorter side is scaled to 8/7 of `side` (256 for 224), the middle square cut out, and the mean of ImageNet's
    colours taken away, in units of their standard deviation: up to rounding what ``IMAGENET1K_V1`` was trained with.

    Parameters
    ----------
    paths : N paths
    side : int
        Pixels along each side.
    opened : callable
        Opens a file, as `open_image` does.

    Returns
    -------
    float32 tensor (N, 3, side, side)

    Raises
    ------
    ValueError
        If there is no list of paths, a file cannot be opened (its path is named), or an image is not (height, width,
        3) in uint8.
    """
    import torch
    from torch.nn.functional import interpolate

    if isinstance(paths, str | Path) or not len(paths):
        raise ValueError(f"paths: got {str(paths)!r}, wanted a list of at least one path")
    small, images = check_count("side", side) * 8 // 7, []
    for i, path in enumerate(paths):
        try:
            image = opened(Path(path))
        except OSError as error:
            raise ValueError(f"paths[{i}]: got {str(path)!r}, which cannot be opened ({error})") from error
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            got = f"shape {image.shape} and dtype {image.dtype} of {str(path)!r}"
            raise ValueError(f"paths[{i}]: got {got}, wanted (height, width, 3) in uint8")
        scale = small / min(image.shape[:2])
        height, width = (max(side, round(scale * pixels)) for pixels in image.shape[:2])
        x = torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255
        x = interpolate(x, (height, width), mode="bilinear", antialias=True, align_corners=False)
        top, left = (height - side) // 2, (width - side) // 2
        images.append(x[:, :, top : top + side, left : left + side])
    mean, std = (torch.tensor(values)[:, None, None] for values in (MEAN, STD))
    return (torch.cat(images) - mean) / std


def look_at_photographs(
    eye: Any, paths: Sequence[str | Path], side: int = 224, chunk: int = 32, opened: Open = open_image
) -> Tensor:
    """Let the chopped network look at image files: what `start_teller` takes.

    Parameters
    ----------
    eye : torch.nn.Module
        From `start_torchvision_eye`; (N, 3, side, side) to (N, C, rows, columns).
    paths : N paths
    side, opened
        As for `photographs`. A side of 448 gives ResNet-50 14 x 14 places, at four times the work.
    chunk : int
        Images looked at together; it changes memory, not the result.

    Returns
    -------
    float32 tensor (N, P, C)
        Row by row from the upper left: place ``columns row + column``. 49 places of 2,048 numbers take 0.4 MB for
        each image.

    Raises
    ------
    ValueError
        As `photographs`, or if the network is in training mode.
    """
    import torch

    if eye.training:
        raise ValueError(
            "eye: got a network in training mode, wanted one that start_torchvision_eye made (or eye.eval())"
        )
    parts = []
    with torch.no_grad():
        for i in progress(range(0, max(len(paths), 1), check_count("chunk", chunk)), "looking"):
            seen = eye(photographs(paths[i : i + chunk], side, opened))
            parts.append(seen.flatten(2).transpose(1, 2).contiguous())
    return torch.cat(parts)
