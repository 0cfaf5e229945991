"""Gradients checked by central differences: the derivative as it is defined, one number at a time."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from helpers.arrays import FloatArray
from helpers.containers import Arrays, close_arrays, open_arrays


class GradientReport(NamedTuple):
    """What `check_gradients` found; printed, it is one line."""

    ok: bool
    """True if every entry agrees within the tolerance."""
    error: float
    """The largest relative error."""
    name: str
    """The array in which it stands."""
    at: tuple[int, ...]
    """Its index in that array."""
    analytic: float
    """What the backward pass says there."""
    numeric: float
    """What the central difference says."""
    checked: int
    """How many numbers were compared."""

    def __str__(self) -> str:
        if self.ok:
            where = f"{self.name}{list(self.at)}" if self.at else self.name
            return f"all {self.checked} entries agree; worst relative error {self.error:.0e} at {where}"
        return (
            f"{self.name} disagrees at {list(self.at)} (relative error {self.error:.1e}):\n"
            f"  backward pass {self.analytic:.6g}, central differences {self.numeric:.6g}"
        )


def check_gradients(
    loss: Callable[[Arrays], float],
    parameters: Arrays,
    gradients: Any,
    step: float = 1e-5,
    tolerance: float = 1e-6,
    floor: float = 1e-3,
) -> GradientReport:
    """Compare every entry of `gradients` with the loss moved a little up and a little down.

    For each number p of each array, all others held::

        n = (L(p + step) - L(p - step)) / (2 step)
        relative error = |a - n| / max(|a|, |n|, floor)

    where a is the entry of `gradients`. The quotient is off by about step^2 L'''/6, and by rounding, about
    1e-16 |L| / step: near 1e-10 both for a loss of about 1. That is why the step is neither larger nor smaller, and
    why float32 will not do.

    Parameters
    ----------
    loss : callable
        ``loss(parameters)`` returns a number; it is given a container of the same type as `parameters`.
    parameters : NamedTuple, tuple, list or dict of float64 arrays, or one array
        They are not changed: what is moved is a copy.
    gradients
        dL/dp for each. If both containers have names, arrays are matched by name, and `gradients` may hold more than
        is asked (an `RNNGradients` beside a dict with W_h alone); otherwise by order.
    step : float
        Above 0.
    tolerance : float
        Largest relative error that passes, above 0.
    floor : float
        Below this size an error counts as a share of `floor`, since the quotient of a gradient of 0 is rounding.

    Returns
    -------
    GradientReport
        ``report.ok``, and the worst entry; ``print(report)`` says it in a line.

    Raises
    ------
    ValueError
        If names or shapes do not fit, a parameter is not float64 or not finite, a gradient is not finite, a setting
        is not above 0, or the loss is not a finite number.
    """
    for name, value in {"step": step, "tolerance": tolerance, "floor": floor}.items():
        if isinstance(value, bool) or not 0 < value < np.inf:
            raise ValueError(f"{name}: got {value!r}, wanted a finite number above 0")
    found = _by_label("parameters", parameters)
    claimed = _match(found, _by_label("gradients", gradients))
    copies = [array.copy() for array in found.values()]
    moved = close_arrays(parameters, copies)

    worst = GradientReport(True, -1.0, "", (), 0.0, 0.0, sum(array.size for array in copies))
    for (label, gradient), array in zip(claimed.items(), copies, strict=True):
        for index in np.ndindex(array.shape):
            value = float(array[index])
            sides = []
            for shifted in (value + step, value - step):
                array[index] = shifted
                sides.append(float(loss(moved)))
                if not np.isfinite(sides[-1]):
                    where = f"{label}{list(index)} = {shifted:g}"
                    raise ValueError(f"loss: got {sides[-1]} at {where}, wanted a finite number")
            array[index] = value
            a, n = float(gradient[index]), (sides[0] - sides[1]) / (2 * step)
            error = abs(a - n) / max(abs(a), abs(n), floor)
            if error > worst.error:
                worst = GradientReport(error <= tolerance, error, label, index, a, n, worst.checked)
    return worst


def _by_label(argument: str, container: Any) -> dict[str, FloatArray]:
    """The arrays of a container under short names: "W_h" for a field or a key, "array 0" for a place in a list."""
    names, arrays = open_arrays(argument, container)
    labels = [name.removeprefix(argument).strip(".[]'\"") for name in names]
    labels = [f"array {label}" if label.isdigit() else label or argument for label in labels]
    for label, array in zip(labels, arrays, strict=True):
        if argument == "parameters" and array.dtype != np.float64:
            raise ValueError(f"{label}: got dtype {array.dtype}, wanted float64: differences need all its digits")
        if not np.isfinite(array).all():
            raise ValueError(f"{argument}: got nan or infinity in {label}, wanted finite values")
    return dict(zip(labels, arrays, strict=True))


def _match(parameters: dict[str, FloatArray], gradients: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """For each parameter its gradient."""
    unnamed = [label for label in (*parameters, *gradients) if label.startswith(("array ", "parameters", "gradients"))]
    if unnamed:
        if len(parameters) != len(gradients):
            raise ValueError(f"gradients: got {len(gradients)} arrays, wanted {len(parameters)}, one a parameter")
        gradients = dict(zip(parameters, gradients.values(), strict=True))
    for label, array in parameters.items():
        if label not in gradients:
            raise ValueError(f"gradients: got {', '.join(gradients)}, wanted one named {label}, too")
        if gradients[label].shape != array.shape:
            raise ValueError(f"gradients: got shape {gradients[label].shape} for {label}, wanted {array.shape}")
    return {label: gradients[label] for label in parameters}
