"""Sequences of unequal length in one batch: padded to the longest, with their lengths beside them.

A batch is a rectangle, (T, B, D); shorter sequences are filled up at the end. What stands in the filling must
change nothing, so all that reads a padded batch is told the lengths, (B,), how many steps of each sequence are real.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, IntArray, as_floats, check_count, check_shape


def check_lengths(lengths: ArrayLike, T: int, B: int | None = None) -> IntArray:
    """Check that `lengths` are B integers, 1 to T.

    Parameters
    ----------
    lengths : int array (B,)
    T : int
        Steps of the padded batch. (No sequence need be that long.)
    B : int, optional
        Sequences in the batch; any number if left out.

    Returns
    -------
    int array (B,)

    Raises
    ------
    ValueError
        For another shape, numbers that are not integers, a length below 1 or above T.
    """
    array: IntArray = np.asarray(lengths)
    if array.ndim != 1 or not array.size or (B is not None and len(array) != B):
        wanted = "(B,)" if B is None else f"(B,) = ({B},)"
        raise ValueError(f"lengths: got shape {array.shape}, wanted {wanted}, one length a sequence")
    if array.dtype.kind not in "iu":
        raise ValueError(f"lengths: got dtype {array.dtype}, wanted integers")
    outside = (array < 1) | (array > T)
    if outside.any():
        b = int(outside.argmax())
        raise ValueError(f"lengths: got {array[b]} at index [{b}], wanted 1 to T = {T}")
    return array.astype(np.intp)


def pad(sequences: Sequence[ArrayLike], fill: float = 0.0) -> tuple[FloatArray, IntArray]:
    """Put sequences of unequal length into one batch, filled up at the end.

    Parameters
    ----------
    sequences : sequence of B arrays (length, D)
        The same D in all; lengths of at least 1.
    fill : float
        What stands at the padding.

    Returns
    -------
    x : array (T, B, D)
        T is the greatest length. float32 if every sequence is, else float64.
    lengths : int array (B,)

    Raises
    ------
    ValueError
        If there is no sequence, one is empty, not finite or of another shape.
    """
    if not len(sequences):
        raise ValueError("sequences: got none, wanted at least one")
    sizes: dict[str, int] = {}
    parts = []
    for b, sequence in enumerate(sequences):
        sizes.pop("T", None)  # each its own
        parts.append(check_shape(f"sequences[{b}]", sequence, "T D", sizes))
    lengths = np.array([len(part) for part in parts])
    x = np.full((lengths.max(), len(parts), sizes["D"]), fill, np.result_type(*parts))
    for b, part in enumerate(parts):
        x[: len(part), b] = part
    return x, lengths


def padding_mask(lengths: ArrayLike, T: int) -> NDArray[np.bool_]:
    """Tell real steps from padding.

    Parameters
    ----------
    lengths : int array (B,)
    T : int
        Steps of the padded batch.

    Returns
    -------
    bool array (T, B)
        True where step t of sequence b is real, t < lengths[b].

    Raises
    ------
    ValueError
        For lengths that `check_lengths` refuses.
    """
    T = check_count("T", T)
    return np.arange(T)[:, None] < check_lengths(lengths, T)


def reverse_sequences(x: ArrayLike, lengths: ArrayLike | None = None) -> FloatArray:
    """Reverse time, each sequence within its own length; the padding stays where it is.

    ``x[::-1]`` would move the padding to the front, and the chain that runs backward would read it first. Reversing
    twice gives `x` again, so the gradient of a reversal is a reversal.

    Parameters
    ----------
    x : array (T, B, ...)
    lengths : int array (B,), optional
        All T steps are real if left out.

    Returns
    -------
    array (T, B, ...)
        A new array.

    Raises
    ------
    ValueError
        If `x` has fewer than two axes, or for lengths that `check_lengths` refuses.
    """
    x = as_floats("x", x)
    if x.ndim < 2:
        raise ValueError(f"x: got shape {x.shape}, wanted (T, B, ...)")
    if lengths is None:
        return x[::-1].copy()
    T, B = x.shape[:2]
    t, last = np.arange(T)[:, None], check_lengths(lengths, T, B) - 1
    return np.asarray(x[np.where(t <= last, last - t, t), np.arange(B)])


def last_states(hs: ArrayLike, lengths: ArrayLike | None = None, both: bool = True) -> FloatArray:
    """Take what each chain ends with: the summary of a sequence that has been read to its end.

    The chain that runs forward ends at the last real step, t = length - 1. The one that runs backward ends at t = 0.
    (``hs[-1]`` would take its *first* state, which has seen one token.)

    Parameters
    ----------
    hs : array (T, B, 2H), or (T, B, H) if not `both`
        States joined as `helpers.bidirectional.bidirectional` joins them: forward half first.
    lengths : int array (B,), optional
        All T steps are real if left out.
    both : bool
        False for a layer that runs forward only.

    Returns
    -------
    array (B, 2H), or (B, H)

    Raises
    ------
    ValueError
        If `hs` has another number of axes or an odd last one, or for lengths that `check_lengths` refuses.
    """
    sizes: dict[str, int] = {}
    hs = check_shape("hs", hs, "T B 2H" if both else "T B H", sizes)
    T, B, _ = hs.shape
    last = np.full(B, T - 1) if lengths is None else check_lengths(lengths, T, B) - 1
    ends = hs[last, np.arange(B)]
    if both:
        H = sizes["H"]
        ends[:, H:] = hs[0, :, H:]
    return ends


def last_states_backward(dlast: ArrayLike, T: int, lengths: ArrayLike | None = None, both: bool = True) -> FloatArray:
    """Backpropagate through `last_states`: put its gradient where it took the states, 0 elsewhere.

    Parameters
    ----------
    dlast : array (B, 2H), or (B, H) if not `both`
    T : int
        Steps of the padded batch.
    lengths, both
        As for `last_states`.

    Returns
    -------
    array (T, B, 2H), or (T, B, H)

    Raises
    ------
    ValueError
        As for `last_states`.
    """
    sizes: dict[str, int] = {}
    dlast = check_shape("dlast", dlast, "B 2H" if both else "B H", sizes)
    T, B, H = check_count("T", T), sizes["B"], sizes["H"]
    last = np.full(B, T - 1) if lengths is None else check_lengths(lengths, T, B) - 1
    dhs = np.zeros((T, *dlast.shape), dlast.dtype)
    dhs[last, np.arange(B)] = dlast
    if both:
        dhs[last, np.arange(B), H:] = 0
        dhs[0, :, H:] = dlast[:, H:]
    return dhs


def mean_states(hs: ArrayLike, lengths: ArrayLike | None = None) -> FloatArray:
    """Average the states over the real steps of each sequence: ``1/length * sum over t < length of hs[t]``.

    The other usual summary of a sequence. Dividing by T instead would shrink short sequences.

    Parameters
    ----------
    hs : array (T, B, H)
    lengths : int array (B,), optional
        All T steps are real if left out.

    Returns
    -------
    array (B, H)

    Raises
    ------
    ValueError
        If `hs` has another number of axes, or for lengths that `check_lengths` refuses.
    """
    hs = check_shape("hs", hs, "T B H", {})
    return np.asarray(np.einsum("tbh,tb->bh", hs, _shares(hs.shape[0], hs.shape[1], lengths, hs.dtype)))


def mean_states_backward(dmean: ArrayLike, T: int, lengths: ArrayLike | None = None) -> FloatArray:
    """Backpropagate through `mean_states`: each real step receives 1/length of the gradient.

    Parameters
    ----------
    dmean : array (B, H)
    T : int
        Steps of the padded batch.
    lengths : int array (B,), optional

    Returns
    -------
    array (T, B, H)

    Raises
    ------
    ValueError
        As for `mean_states`.
    """
    dmean = check_shape("dmean", dmean, "B H", {})
    return np.asarray(_shares(check_count("T", T), len(dmean), lengths, dmean.dtype)[..., None] * dmean)


def _shares(T: int, B: int, lengths: ArrayLike | None, dtype: np.dtype[np.floating]) -> FloatArray:
    """1/length at real steps, 0 at padding, (T, B)."""
    if lengths is None:
        return np.full((T, B), 1 / T, dtype)
    return (padding_mask(lengths, T) / check_lengths(lengths, T, B)).astype(dtype)
