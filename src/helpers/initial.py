"""How a recurrent matrix may start: schemes, what they set, and where they come from."""

import numpy as np

from helpers.arrays import FloatArray, check_choice, check_count
from helpers.matrices import recurrent_matrix

SCHEMES = ("xavier", "he", "torch", "orthogonal", "identity", "small")


def initial_matrix(scheme: str, size: int, rng: np.random.Generator) -> FloatArray:
    """Make a recurrent matrix as it stands before training.

    ============  ========================================================================================
    scheme        entries, for H units (fan-in and fan-out are both H)
    ============  ========================================================================================
    xavier        normal, variance 2 / (H + H) = 1/H: keeps the variance of a linear layer's signal
    he            normal, variance 2 / H: the same behind ReLU, which drops half of the signal
    torch         uniform between -1/sqrt(H) and 1/sqrt(H), variance 1/(3H): the default of torch.nn.RNN
    orthogonal    a uniformly distributed orthogonal matrix: every singular value is 1
    identity      1 on the diagonal
    small         normal, standard deviation 0.01, whatever H
    ============  ========================================================================================

    The first three and the last set the *variance* of entries near 0. For independent entries of standard
    deviation s the spectral radius is near s sqrt(H) and the largest singular value near 2 s sqrt(H), so Xavier,
    written for feed-forward layers, happens to put a recurrent network near radius 1.

    Parameters
    ----------
    scheme : {"xavier", "he", "torch", "orthogonal", "identity", "small"}
    size : int
        H, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    array (H, H), float64

    Raises
    ------
    ValueError
        For an unknown scheme, a size below 1, or an `rng` that is not a generator.

    References
    ----------
    Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", AISTATS
    (equation 16 is the uniform form of the same variance); He et al. (2015), "Delving deep into rectifiers",
    ICCV, equation 10; Le, Jaitly & Hinton (2015), "A simple way to initialize recurrent networks of rectified
    linear units", for the identity; Saxe, McClelland & Ganguli (2014), "Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks", ICLR, for orthogonal matrices.
    """
    check_choice("scheme", scheme, SCHEMES)
    H = check_count("size", size)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: got {rng!r}, wanted a numpy.random.Generator such as numpy.random.default_rng(0)")
    if scheme == "torch":
        return rng.uniform(-(H**-0.5), H**-0.5, (H, H))
    if scheme == "identity":
        return np.eye(H)
    if scheme == "orthogonal":
        return recurrent_matrix("orthogonal", H, 1.0, rng)
    deviation = {"xavier": H**-0.5, "he": (2 / H) ** 0.5, "small": 0.01}[scheme]
    return rng.normal(0.0, deviation, (H, H))
