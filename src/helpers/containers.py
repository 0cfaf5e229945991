"""The arrays of a container: a NamedTuple, a tuple, a list or a dict of arrays, or one bare array.

Optimisers and checks treat all parameters alike, whatever holds them: open the container, work on the list, close it.
A container may hold containers, as a network holds layers and a layer its weights.
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
        Name of the container, which the names begin with: "gradients.W_h", "gradients['W_h']", "gradients[0]",
        "gradients.layers[0].W_h".
    container : NamedTuple, tuple, list or dict of arrays of any shapes or of containers, or one array
        A list inside a container is one array if it holds numbers only, a container if it holds arrays.

    Returns
    -------
    names : list of str
    arrays : list of arrays, float64 or float32 (see `helpers.arrays.as_floats`)

    Raises
    ------
    ValueError
        For another kind of container, or an array that does not hold numbers.
    """
    if not isinstance(container, np.ndarray | dict | tuple | list):
        wanted = "a NamedTuple, tuple, list or dict of arrays, or one array"
        raise ValueError(f"{argument}: got {type(container).__name__}, wanted {wanted}")
    if isinstance(container, np.ndarray):
        return [argument], [as_floats(argument, container)]
    names: list[str] = []
    arrays: list[FloatArray] = []
    for name, part in _name_parts(argument, container).items():
        if _is_container(part):
            inner_names, inner_arrays = open_arrays(name, part)
            names += inner_names
            arrays += inner_arrays
        else:
            names.append(name)
            arrays.append(as_floats(name, part))
    return names, arrays


def close_arrays(like: Arrays, arrays: Sequence[FloatArray]) -> Arrays:
    """Put arrays into a container of the type of `like`, and into containers of the types that it holds.

    Parameters
    ----------
    like : container
        As for `open_arrays`.
    arrays : sequence of arrays
        As many as `like` holds, in the order in which `open_arrays` gives them.

    Returns
    -------
    container of the type of `like`

    Raises
    ------
    ValueError
        If there are too few or too many arrays.
    """
    wanted = len(open_arrays("like", like)[0])
    if len(arrays) != wanted:
        raise ValueError(f"arrays: got {len(arrays)}, wanted {wanted}, as many as the container holds")
    rest = [np.asarray(array) for array in arrays]  # arithmetic turns arrays without axes into scalars
    closed: Arrays = _close(like, rest[::-1])
    return closed


def _is_container(part: Any) -> bool:
    """Tell whether what a container holds is a container itself."""
    if isinstance(part, list):
        return any(isinstance(inner, np.ndarray) or _is_container(inner) for inner in part)
    return isinstance(part, dict | tuple)


def _name_parts(name: str, container: Any) -> dict[str, Any]:
    """What a container holds, under the names by which a reader would take it out."""
    if isinstance(container, dict):
        return {f"{name}[{key!r}]": part for key, part in container.items()}
    if hasattr(container, "_fields"):
        return {f"{name}.{field}": part for field, part in zip(container._fields, container, strict=True)}
    return {f"{name}[{i}]": part for i, part in enumerate(container)}


def _close(like: Any, rest: list[FloatArray]) -> Any:
    """Take what `like` holds from the end of `rest`, where the first array stands."""
    if isinstance(like, np.ndarray):
        return rest.pop()
    held = like.values() if isinstance(like, dict) else like
    parts = [_close(part, rest) if _is_container(part) else rest.pop() for part in held]
    if isinstance(like, dict):
        return dict(zip(like, parts, strict=True))
    return type(like)(*parts) if hasattr(like, "_fields") else type(like)(parts)
