"""Recurrent matrices with a known spectrum: the raw material of chapter 3 and of every initialisation."""

import numpy as np
from numpy.typing import ArrayLike

from helpers.arrays import FloatArray, check_choice, check_count, check_shape

KINDS = ("orthogonal", "symmetric", "gaussian", "nonnormal", "identity")


def recurrent_matrix(kind: str, size: int, radius: float, rng: np.random.Generator, shear: float = 5.0) -> FloatArray:
    """Make a square matrix whose largest eigenvalue magnitude (spectral radius) is `radius`.

    ============  =======================================================================================
    kind          what it is
    ============  =======================================================================================
    orthogonal    radius Q, Q uniform over the orthogonal matrices: every eigenvalue magnitude and every
                  singular value is `radius`, most eigenvalues are complex
    symmetric     Q diag(l) Q^T with l evenly spaced from -radius to radius: real eigenvalues, and the
                  singular values are their magnitudes
    gaussian      independent normal entries, then scaled so that the spectral radius is exactly `radius`;
                  the usual N(0, 1/H) has it only on average and for large H. Singular values reach further,
                  to about 2 radius
    nonnormal     blocks [[radius, shear], [0, radius]] along the diagonal: every eigenvalue is `radius`, but
                  the k-th power holds k radius^(k-1) shear, which grows before it dies
    identity      radius I
    ============  =======================================================================================

    Parameters
    ----------
    kind : {"orthogonal", "symmetric", "gaussian", "nonnormal", "identity"}
    size : int
        H, at least 1. For an odd H the last unit of "nonnormal" stands alone, without shear.
    radius : float
        At least 0.
    rng : numpy.random.Generator
        Where the random numbers come from. Every kind draws equally many, so that a figure which changes only
        the kind keeps the noise it draws afterwards.
    shear : float
        Only for "nonnormal". Radius .9 and shear 5 give the peak norm 19.4 at the ninth power.

    Returns
    -------
    array (H, H), float64

    Raises
    ------
    ValueError
        For an unknown kind, a size below 1, a radius below 0 or not finite, a shear that is not finite, or an
        `rng` that is not a generator.

    References
    ----------
    For the uniform Q: Mezzadri (2007), "How to generate random matrices from the classical compact groups",
    Notices of the AMS 54.
    """
    check_choice("kind", kind, KINDS)
    size = check_count("size", size)
    if not (np.isfinite(radius) and radius >= 0):
        raise ValueError(f"radius: got {radius}, wanted a finite number of at least 0")
    if not np.isfinite(shear):
        raise ValueError(f"shear: got {shear}, wanted a finite number")
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: got {rng!r}, wanted a numpy.random.Generator such as numpy.random.default_rng(0)")

    W: FloatArray = radius * np.eye(size)
    G = rng.standard_normal((size, size))
    Q, R = np.linalg.qr(G)
    Q = Q * np.sign(np.diag(R))  # QR leaves the sign of each column open; this choice makes Q uniform
    if kind == "orthogonal":
        W = radius * Q
    elif kind == "symmetric":
        W = (Q * (radius * np.linspace(-1, 1, size))) @ Q.T
        W = (W + W.T) / 2  # to the last bit, so that the eigenvalues come out real
    elif kind == "gaussian":
        W = radius / spectral_radius(G) * G
    elif kind == "nonnormal":
        upper = np.arange(0, size - 1, 2)  # the first unit of each pair
        W[upper, upper + 1] = shear
    return W


def spectral_radius(W: ArrayLike) -> float:
    """Largest eigenvalue magnitude, max |lambda_i(W)|.

    Parameters
    ----------
    W : array (H, H)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `W` is not square or not finite.
    """
    W = check_shape("W", W, "H H", {})
    return float(np.abs(np.linalg.eigvals(W)).max())
