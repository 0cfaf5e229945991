"""Stacked weights: the rows of all gates in one matrix, and messages for those that hold another cell's."""

from numpy.typing import ArrayLike
import numpy as np

from helpers.arrays import FloatArray, as_floats, check_shape

CELLS = {1: "a tanh RNN", 3: "a GRU (rows r, z, n)", 4: "an LSTM (rows i, f, g, o)"}


def check_rows(
    cell: str, rows: int, W_x: ArrayLike, W_h: ArrayLike, biases: dict[str, ArrayLike], sizes: dict[str, int]
) -> list[FloatArray]:
    """Check stacked weights (to be documented)."""
    H = sizes["H"]
    arrays = {"W_x": W_x, "W_h": W_h} | biases
    for name, values in arrays.items():
        got = np.shape(as_floats(name, values))
        if got and got[0] != rows * H and got[0] in (H, 3 * H, 4 * H):
            of = CELLS[got[0] // H]
            raise ValueError(f"{name}: got shape {got}, the stacking of {of}, wanted {rows * H} rows for {CELLS[rows]}")
    wanted = {"W_x": f"{rows}H D", "W_h": f"{rows}H H"}
    return [check_shape(name, values, wanted.get(name, f"{rows}H"), sizes) for name, values in arrays.items()]
