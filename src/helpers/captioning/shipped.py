"""Captioners that travel with the book, seed 0, in half precision: captions without training, and without PyTorch.

Made by ``experiments/07_records.py``. Half precision changes no greedy caption of the scenes in the record.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np

from helpers.arrays import FloatArray
from helpers.captioning.eye import start_eye
from helpers.captioning.numpy_teller import Layer, TellerArrays
from helpers.captioning.recipe import KINDS, Captioners
from helpers.captioning.teller import Teller, start_teller
from helpers.gates import LSTMWeights

NAME = "captioners.npz"
_LSTM = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def pack(captioners: Captioners, features: Any) -> dict[str, Any]:
    """Turn captioners into arrays of half precision.

    Parameters
    ----------
    captioners : helpers.captioning.recipe.Captioners
    features : tensor (N, P, C)
        Of some scenes, for who has no PyTorch to look at them with.

    Returns
    -------
    dict of arrays
        As `numpy.savez_compressed` takes them.
    """
    found = {f"eye.{name}": value for name, value in captioners.eye.state_dict().items()} | {"features": features}
    for kind, teller in captioners.tellers.items():
        found |= {f"{kind}.{name}": value for name, value in teller.parts.state_dict().items()}
        found |= {f"{kind}.mean": teller.mean, f"{kind}.std": teller.std}
    arrays = {name: value.numpy() for name, value in found.items()}
    return {name: a.astype(np.float16) if a.dtype == np.float32 else a for name, a in arrays.items()}


def _arrays() -> dict[str, Any]:
    with files("helpers.records").joinpath(NAME).open("rb") as file, np.load(file) as found:
        return {name: a.astype(np.float32) if a.dtype == np.float16 else a for name, a in found.items()}


def shipped_captioners() -> Captioners:
    """Build the captioners that travel with the book, in PyTorch.

    Returns
    -------
    helpers.captioning.recipe.Captioners
        Frozen CNN and both decoders, in evaluation mode; no losses and no seconds.
    """
    import torch

    arrays = {name: torch.from_numpy(a) for name, a in _arrays().items()}

    def under(prefix: str) -> dict[str, Any]:
        return {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}

    eye = start_eye(0)
    eye.load_state_dict(under("eye."))
    eye.eval().requires_grad_(False)
    tellers = {}
    for kind in KINDS:
        weights = under(f"{kind}.")
        mean, std = weights.pop("mean"), weights.pop("std")
        parts = start_teller(arrays["features"], kind == "attention", 0).parts
        parts.load_state_dict(weights)
        tellers[kind] = Teller(parts, kind == "attention", mean, std)
    return Captioners(eye, tellers, {}, {})


def shipped_arrays() -> tuple[dict[str, TellerArrays], FloatArray]:
    """Build the same decoders for NumPy alone, with what the CNN says of the scenes in the record.

    Returns
    -------
    tellers : dict of helpers.captioning.numpy_teller.TellerArrays
        "show and tell" and "attention".
    features : array (N, 64, 64), float32
        Of the scenes of ``helpers.records.load("captioning_scenes")``, in their order.
    """
    arrays = _arrays()
    return {kind: _teller(arrays, kind) for kind in KINDS}, arrays["features"]


def _teller(arrays: dict[str, Any], kind: str) -> TellerArrays:
    names = {name.split(".")[1] for name in arrays if name.startswith(f"{kind}.") and name.count(".") == 2}
    W_x, W_h, b_x, b_h = (arrays[f"{kind}.cell.{name}"] for name in _LSTM)
    layers = {
        name: Layer(arrays[f"{kind}.{name}.weight"], arrays[f"{kind}.{name}.bias"])
        for name in sorted(names - {"cell", "embedding"})
    }
    embedding, mean, std = (arrays[f"{kind}.{name}"] for name in ("embedding.weight", "mean", "std"))
    return TellerArrays(embedding, LSTMWeights(W_x, W_h, b_x + b_h), layers, kind == "attention", mean, std)
