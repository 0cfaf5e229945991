"""The arrays of a container: a NamedTuple, a tuple, a list or a dict of arrays, or one bare array.

Optimisers and checks treat all parameters alike, whatever holds them: open the container, work on the list, close it.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from helpers.arrays import FloatArray, as_floats

Arrays = TypeVar("Arrays")  # a container of arrays; what is returned has its type


def open_arrays(argument: str, container: Any) -> tuple[list[str], list[FloatArray]]:
    """Take the arrays out of a container, each with a name for messages.

    Parameters
    ----------
    argument : str
        Name of the container, which the names begin with: "gradients.W_h", "gradients['W_h']", "gradients[0]".
    container : NamedTuple, tuple, list or dict of arrays of any shapes, or one array

    Returns
    -------
    names : list of str
    arrays : list of arrays, float64 or float32 (see `helpers.arrays.as_floats`)

    Raises
    ------
    ValueError
        For another kind of container, or an array that does not hold numbers.
    """
    if isinstance(container, np.ndarray):
        named = {argument: container}
    elif isinstance(container, dict):
        named = {f"{argument}[{key!r}]": array for key, array in container.items()}
    elif hasattr(container, "_fields"):
        named = {f"{argument}.{field}": getattr(container, field) for field in container._fields}
    elif isinstance(container, tuple | list):
        named = {f"{argument}[{i}]": array for i, array in enumerate(container)}
    else:
        wanted = "a NamedTuple, tuple, list or dict of arrays, or one array"
        raise ValueError(f"{argument}: got {type(container).__name__}, wanted {wanted}")
    names: list[str] = []
    arrays: list[FloatArray] = []
    for name, part in named.items():
        if isinstance(part, dict | tuple) or hasattr(part, "_fields"):  # a list may also be the numbers of one array
            inner = open_arrays(name, part)
            names += inner[0]
            arrays += inner[1]
        else:
            names.append(name)
            arrays.append(as_floats(name, part))
    return names, arrays


def close_arrays(like: Arrays, arrays: Sequence[FloatArray]) -> Arrays:
    """Put arrays into a container of the type of `like`.

    Parameters
    ----------
    like : container
        As for `open_arrays`.
    arrays : sequence of arrays
        As many as `like` holds, in its order.

    Returns
    -------
    container of the type of `like`
    """
    rest = [np.asarray(array) for array in arrays]  # arithmetic turns arrays without axes into scalars
    closed: Arrays = _close(like, rest)
    if rest:
        raise ValueError(f"arrays: got {len(arrays)}, wanted {len(arrays) - len(rest)}, as many as the container holds")
    return closed


def _close(like: Any, rest: list[FloatArray]) -> Any:
    """Take from the front of `rest` what `like` holds."""
    if isinstance(like, dict):
        return {key: _close(part, rest) for key, part in like.items()}
    if hasattr(like, "_fields"):
        return type(like)(*(_close(part, rest) for part in like))
    if isinstance(like, tuple):
        return tuple(_close(part, rest) for part in like)
    if isinstance(like, list):
        return [_close(part, rest) for part in like]
    return rest.pop(0)
