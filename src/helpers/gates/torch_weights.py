"""Weights to and from PyTorch's nn.LSTM and nn.GRU, by their state dict; PyTorch itself is not imported.

PyTorch stacks the rows as this book does, i, f, g, o and r, z, n, so nothing is reordered. It adds two biases in
every cell. For an LSTM only their sum matters, which is the one bias we keep; in a GRU the candidate's recurrent
bias stands inside the reset, so both are kept.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.arrays import FloatArray, check_choice, check_shape
from helpers.gates.gru import GRUWeights
from helpers.gates.lstm import LSTMWeights
from helpers.gates.shapes import check_stacking

GateWeights = LSTMWeights | GRUWeights
ROWS = {"lstm": 4, "gru": 3}
PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def from_torch(state_dict: Mapping[str, Any], kind: str) -> list[tuple[GateWeights, ...]]:
    """Load the weights of a torch.nn.LSTM or torch.nn.GRU.

    Parameters
    ----------
    state_dict : mapping of tensors or NumPy arrays
        ``module.state_dict()``: for each layer k = 0, 1, ... ``weight_ih_lk``, ``weight_hh_lk``, ``bias_ih_lk``,
        ``bias_hh_lk``, and the same with ``_reverse`` behind it if the module is bidirectional.
    kind : {"lstm", "gru"}

    Returns
    -------
    list with one tuple per layer
        The tuple holds one `LSTMWeights` or `GRUWeights` per direction, forward first. They are copies, float64 or
        float32 as in PyTorch. An LSTM's b is ``bias_ih + bias_hh``.

    Raises
    ------
    ValueError
        For keys that are missing or that no such module has (a projection's ``weight_hr`` among them), or an array
        whose shape does not fit: the message names the key.

    References
    ----------
    PyTorch documentation, torch.nn.LSTM and torch.nn.GRU, section "Variables".
    """
    rows = ROWS[check_choice("kind", kind, ROWS)]
    projections = [key for key in state_dict if key.startswith("weight_hr")]
    if projections:
        raise ValueError(f"state_dict: got {', '.join(projections)}, wanted an LSTM without projection (proj_size = 0)")
    numbers = [int(found[1]) for key in state_dict if (found := re.search(r"_l(\d+)(_reverse)?$", key))]
    directions = ("", "_reverse") if any(key.endswith("_reverse") for key in state_dict) else ("",)
    wanted = [f"{part}_l{k}{way}" for k in range(max(numbers, default=0) + 1) for way in directions for part in PARTS]
    missing, extra = [key for key in wanted if key not in state_dict], [key for key in state_dict if key not in wanted]
    if missing or extra:
        problems = ["no " + ", ".join(missing)] * bool(missing) + ["also " + ", ".join(extra)] * bool(extra)
        module = f"torch.nn.{kind.upper()}"
        raise ValueError(f"state_dict: got {' and '.join(problems)}, wanted the state dict of a {module} with biases")

    arrays = {key: _to_array(state_dict[key]) for key in wanted}
    H = arrays["weight_hh_l0"].shape[-1] if arrays["weight_hh_l0"].ndim else 0
    layers = []
    for k in range(max(numbers) + 1):
        ways = []
        for way in directions:
            names = [f"{part}_l{k}{way}" for part in PARTS]
            sizes = {"H": H} if k == 0 else {"H": H, "D": len(directions) * H}
            for name in names:
                check_stacking(name, arrays[name], rows, H)
            shapes = (f"{rows}H D", f"{rows}H H", f"{rows}H", f"{rows}H")
            W_x, W_h, b_x, b_h = (check_shape(n, arrays[n], s, sizes) for n, s in zip(names, shapes, strict=True))
            ways.append(LSTMWeights(W_x, W_h, b_x + b_h) if kind == "lstm" else GRUWeights(W_x, W_h, b_x, b_h))
        layers.append(tuple(ways))
    return layers


def _to_array(value: Any) -> FloatArray:
    """A copy, from a tensor (parameters must be detached from their graph first) or from an array."""
    return np.asarray(value.detach() if hasattr(value, "detach") else value).copy()


def to_torch(layers: Sequence[GateWeights | tuple[GateWeights, ...]]) -> dict[str, FloatArray]:
    """Name the weights as the state dict of a torch.nn.LSTM or torch.nn.GRU does.

    Load them with ``module.load_state_dict({name: torch.tensor(a) for name, a in to_torch(layers).items()})``.

    Parameters
    ----------
    layers : list
        As `from_torch` returns it: for each layer a tuple of one or two weights, forward first. Weights that stand
        alone are a layer of one direction.

    Returns
    -------
    dict of NumPy arrays
        Copies. An LSTM's one bias becomes ``bias_ih``, with zeros as ``bias_hh``: the sum is what counts. So
        ``to_torch(from_torch(d, "lstm"))`` computes what `d` does, with other biases.

    Raises
    ------
    ValueError
        If there is no layer, or the layers differ in kind or in the number of directions.
    """
    wanted = "for each layer one LSTMWeights or GRUWeights, or a tuple of two"
    stacked = [layer if type(layer) is tuple else (layer,) for layer in layers]
    found = {(type(weights), len(layer)) for layer in stacked for weights in layer}
    if len(found) != 1 or not found <= {(kind, n) for kind in (LSTMWeights, GRUWeights) for n in (1, 2)}:
        got = ", ".join(sorted(f"{n} x {kind.__name__}" for kind, n in found)) or "none"
        raise ValueError(f"layers: got {got}, wanted {wanted}, all alike")
    arrays: dict[str, FloatArray] = {}
    for k, layer in enumerate(stacked):
        for weights, way in zip(layer, ("", "_reverse"), strict=False):
            W_x, W_h, b_x, *rest = weights
            values = (W_x, W_h, b_x, rest[0] if rest else np.zeros_like(b_x))
            arrays |= {f"{part}_l{k}{way}": np.array(value) for part, value in zip(PARTS, values, strict=True)}
    return arrays
