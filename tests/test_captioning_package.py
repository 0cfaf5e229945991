"""The package as a reader meets it: one import for all, which asks for no PyTorch until something is trained."""

import subprocess
import sys

import pytest

from helpers import captioning

WITHOUT = """
import sys
for name in ("torch", "torchvision", "PIL", "plotly", "ipywidgets"):
    sys.modules[name] = None
import numpy as np
import helpers.captioning as captioning
from helpers.captioning import bleu, decode_caption, encode_captions, load_coco, numpy_decoder
from helpers.captioning.bleu import bleu as same
assert bleu is same
print(bleu([["a", "red", "circle"]], [[["a", "red", "circle"]]], 3), decode_caption(encode_captions([["red"]])[:, 0]))
try:
    captioning.start_eye(0)
except ImportError as error:
    print(error.name)
"""


def test_nothing_is_asked_of_torch_before_something_is_trained():
    ran = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    assert ran.stdout.split("\n") == ["100.0 ['red']", "torch", ""]


@pytest.mark.parametrize("name", captioning.__all__)
def test_every_name_is_there(name):
    value = getattr(captioning, name)
    assert value.__module__.startswith("helpers.captioning") if callable(value) else value is not None


def test_bleu_is_the_function():
    """The module of the same name stands behind it."""
    assert captioning.bleu([["a"]], [[["a"]]], 1) == 100
