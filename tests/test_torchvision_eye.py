"""The encoder of photographs with small stand-ins for ResNet-50 and for Pillow, so that neither need be installed."""

import json
import sys
from enum import Enum
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from helpers.captioning import torchvision_eye
from helpers.captioning.bleu import bleu
from helpers.captioning.coco import load_coco
from helpers.captioning.teller import start_teller, teller_decoder, train_teller
from helpers.captioning.torchvision_eye import (
    MEAN,
    STD,
    look_at_photographs,
    open_image,
    photographs,
    start_torchvision_eye,
)
from helpers.captioning.vocabulary import END, START, build_vocabulary, decode_caption, encode_captions
from helpers.decoding import beam_search

COLOR = [250, 120, 10]


def network():
    """Means over 32 x 32 pixels, then what stands at the end of ResNet-50: a mean over all places, names."""
    return nn.Sequential(nn.AvgPool2d(32), nn.BatchNorm2d(3), nn.AdaptiveAvgPool2d(1), nn.Linear(3, 10))


def plain(height=90, width=120):
    return np.broadcast_to(np.array(COLOR, np.uint8), (height, width, 3)).copy()


def standard(values):
    """What a colour of 0 to 255 becomes."""
    return (np.asarray(values) / 255 - MEAN) / STD


def check_photographs(module):
    """Plain colours stay what they are; of a ramp the middle is kept, whichever side is longer."""
    x = module.photographs(["a", "b"], 64, lambda path: plain())
    assert (x.shape, x.dtype) == ((2, 3, 64, 64), torch.float32)
    np.testing.assert_allclose(x[1, :, 40, 7], standard(COLOR), atol=1e-5)
    ramp = np.zeros((70, 210, 3), np.uint8)
    ramp[..., 0] = np.arange(210)  # 70 rows become 73, 210 columns 219: one column is 210 / 219 grey levels
    for image, axis in ((ramp, 1), (ramp.transpose(1, 0, 2), 0)):
        found = module.photographs(["a"], 64, lambda path, image=image: image)[0, 0].numpy()
        levels = (found * STD[0] + MEAN[0]) * 255
        along = levels.mean(1 - axis)
        assert levels.std(1 - axis).max() < 0.01
        np.testing.assert_allclose(np.diff(along), 210 / 219, atol=0.05)
        assert along.mean() == pytest.approx(104.5, abs=1)


def check_places(module):
    """Place ``columns row + column`` says what is there, and how many are looked at together does not matter."""
    image = np.zeros((256, 256, 3), np.uint8)
    image[144:176, 80:112] = 255  # of the middle 224 pixels rows 128 to 160, columns 64 to 96: place (4, 2) of 7 x 7
    images = {"a": image, "b": plain(256, 256), "c": 255 - image}
    eye = module.start_torchvision_eye(network=network())
    found = module.look_at_photographs(eye, list(images), 224, 2, lambda path: images[path.name])
    assert (found.shape, found.dtype) == ((3, 49, 3), torch.float32)
    scale = (1 + 1e-5) ** -0.5  # of the untrained batch normalisation
    np.testing.assert_allclose(found[0, 4 * 7 + 2], scale * standard([255] * 3), atol=1e-4)
    np.testing.assert_allclose(found[0, 2 * 7 + 4], scale * standard([0] * 3), atol=1e-4)
    np.testing.assert_allclose(found[1], np.tile(scale * standard(COLOR), (49, 1)), atol=1e-4)
    alone = module.look_at_photographs(eye, list(images), 224, 1, lambda path: images[path.name])
    np.testing.assert_allclose(found, alone, atol=1e-6)


def check_chopped_and_frozen(module):
    """The last layers are gone, the rest is as it was and stays so."""
    whole = network()
    for chop in (1, 2, 3):
        eye = module.start_torchvision_eye(chop=chop, network=whole)
        assert list(eye.children()) == list(whole.children())[:-chop]
        assert not eye.training
        assert not any(part.training for part in eye.modules())
    assert not any(weights.requires_grad for weights in module.start_torchvision_eye(network=whole).parameters())


@pytest.mark.parametrize("check", [check_photographs, check_places, check_chopped_and_frozen], ids=lambda c: c.__name__)
def test_values(check):
    check(torchvision_eye)


@pytest.fixture
def torchvision(monkeypatch):
    """Stand-in that notes what weights were asked for."""
    asked = []
    kinds = Enum("ResNet50_Weights", ["IMAGENET1K_V1", "IMAGENET1K_V2"])
    models = SimpleNamespace(ResNet50_Weights=kinds, resnet50=lambda weights: asked.append(weights) or network())
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    return asked


def test_weights_are_asked_of_torchvision(torchvision):
    for weights in ("IMAGENET1K_V2", None):
        assert len(start_torchvision_eye(weights)) == 2
    start_torchvision_eye()
    assert torchvision == ["IMAGENET1K_V2", None, "IMAGENET1K_V1"]
    with pytest.raises(ValueError, match=r"^weights: got 'best', wanted None or one of IMAGENET1K_V1, IMAGENET1K_V2"):
        start_torchvision_eye("best")


def test_without_the_extra_the_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="torchvision"):
        start_torchvision_eye()
    with pytest.raises(ImportError, match="PIL"):
        photographs(["x.jpg"])


def test_images_are_opened_by_pillow_as_colours(monkeypatch, tmp_path):
    class Picture:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            asked.append("closed")

        def convert(self, mode):
            asked.append(mode)
            return plain(3, 4)

    asked = []
    pillow = ModuleType("PIL")
    pillow.Image = SimpleNamespace(open=lambda path: asked.append(path) or Picture())
    monkeypatch.setitem(sys.modules, "PIL", pillow)
    np.testing.assert_array_equal(open_image(tmp_path), plain(3, 4))
    assert asked == [tmp_path, "RGB", "closed"]


def missing(path):
    raise FileNotFoundError("no such file")


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (r"paths: got '\[\]', wanted a list of at least one path", lambda: photographs([])),
        ("paths: got 'x.jpg', wanted a list", lambda: photographs("x.jpg")),
        (
            r"paths\[0\]: got 'x.jpg', which cannot be opened \(no such file\)",
            lambda: photographs(["x.jpg"], 64, missing),
        ),
        (
            r"paths\[1\]: got shape \(5, 6\) and dtype uint8 of 'b'",
            lambda: photographs(["a", "b"], 8, lambda path: plain()[:5, :6, 0] if path.name == "b" else plain()),
        ),
        (r"paths\[0\]: got shape .* float64 of 'a'", lambda: photographs(["a"], 8, lambda path: plain() / 255)),
        (r"paths\[0\]: got shape \(0, 6, 3\)", lambda: photographs(["a"], 8, lambda path: plain(0, 6))),
        ("side: got 0", lambda: photographs(["a"], 0, lambda path: plain())),
        ("chop: got 4 of 4 layers, wanted fewer", lambda: start_torchvision_eye(chop=4, network=network())),
        ("chop: got 0", lambda: start_torchvision_eye(chop=0, network=network())),
        ("eye: got a network in training mode", lambda: look_at_photographs(network(), ["a"], 224)),
        (r"paths: got '\[\]'", lambda: look_at_photographs(network().eval(), [], 224)),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


# -- From files to captions -------------------------------------------------------------------------------
def test_a_decoder_learns_from_caption_files(tmp_path):
    """The steps for a real data set, on three images of one colour each: it learns to tell them apart."""
    colors = {"red": (200, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 200)}
    images = [{"id": i, "file_name": f"{name}.png"} for i, name in enumerate(colors)]
    said = [
        {"image_id": i, "caption": caption}
        for i, name in enumerate(colors)
        for caption in (f"A {name} wall.", f"The wall is {name}!")
    ]
    file = tmp_path / "captions.json"
    file.write_text(json.dumps({"images": images, "annotations": said}))
    for name in colors:
        (tmp_path / f"{name}.png").touch()

    loaded = load_coco(file, tmp_path).images
    words = build_vocabulary([caption for _, captions in loaded for caption in captions], at_least=2)
    eye = start_torchvision_eye(network=network())
    opened = lambda path: np.broadcast_to(np.array(colors[path.stem], np.uint8), (70, 90, 3)).copy()
    features = look_at_photographs(eye, [path for path, _ in loaded], 128, opened=opened)
    teller = start_teller(features, attention=True, seed=0, V=len(words))
    captions = encode_captions([captions[0] for _, captions in loaded], words)
    train_teller(teller, features, captions, updates=60, seed=0, size=12)
    step, state = teller_decoder(teller, features)
    best = [found[0].symbols for found in beam_search(step, state, 3, START, END, width=3, limit=8)]
    told = [decode_caption(symbols, words) for symbols in best]
    assert told == [["a", name, "wall"] for name in colors]
    assert bleu(told, [captions for _, captions in loaded], n=3) == 100
