"""The linear recurrent unit (LRU): complex eigenvalues that stay inside the unit circle whatever training does."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.arrays import FloatArray, check_count, check_rng, check_shape, same_dtype
from helpers.linear_recurrence.checks import Array, check_numbers, check_radius
from helpers.linear_recurrence.scan import scan

ComplexArray = NDArray[np.complexfloating[Any, Any]]


class LRUParameters(NamedTuple):
    """The parameters of an LRU with D inputs, N complex state units and H outputs, in the names of the paper."""

    nu: FloatArray
    """Radii by ``|lambda| = exp(-exp(nu))``, shape (N,)."""
    theta: FloatArray
    """Angles by ``arg lambda = exp(theta)``, shape (N,)."""
    B: Array
    """What the state reads from the input, shape (N, D)."""
    C: Array
    """What the output reads from the state, shape (H, N)."""
    D: FloatArray
    """What the output reads from the input directly, shape (H, D); the paper has a diagonal one, H = D."""


class RealRNN(NamedTuple):
    """The same layer without complex numbers: weights for `helpers.rnn_basics.rnn_forward` with the identity."""

    W_x: FloatArray
    """Shape (2N, D)."""
    W_h: FloatArray
    """Shape (2N, 2N): N blocks of 2 x 2, each a rotation by the angle of an eigenvalue, shrunk by its radius."""
    W_y: FloatArray
    """Shape (H, 2N); the output is ``W_y h_t + D x_t``."""


def lru_eigenvalues(nu: ArrayLike, theta: ArrayLike) -> ComplexArray:
    """Compute ``lambda = exp(-exp(nu) + i exp(theta))``.

    The radius is ``exp(-exp(nu))``, above 0 and below 1 for every nu, so no step of training can make the recurrence
    explode; the angle is ``exp(theta)``. (In float64 this holds for nu from -37 to 6.6; beyond, rounding gives 1 or 0.)

    Parameters
    ----------
    nu : float or array, any shape
    theta : float or array, the shape of `nu`

    Returns
    -------
    complex array, the shape of `nu`

    Raises
    ------
    ValueError
        For shapes that differ, or values that are not finite.

    References
    ----------
    Orvieto et al. (2023), "Resurrecting recurrent neural networks for long sequences", section 3.
    """
    nu, theta = np.asarray(nu), np.asarray(theta)
    axes = " ".join("NMKLPQ"[: nu.ndim])
    sizes: dict[str, int] = {}
    nu, theta = same_dtype(check_shape("nu", nu, axes, sizes), check_shape("theta", theta, axes, sizes))
    return np.asarray(np.exp(-np.exp(nu) + 1j * np.exp(theta)), np.result_type(nu, np.complex64))


def lru_normalisation(nu: ArrayLike) -> FloatArray:
    """Compute ``gamma = sqrt(1 - |lambda|^2)``, which the input of each state unit is multiplied by.

    Under white noise of variance s^2 the state ``h_t = lambda h_{t-1} + x_t`` has in the long run the variance
    ``s^2 (1 + |lambda|^2 + |lambda|^4 + ..) = s^2 / (1 - |lambda|^2)``: the longer the memory, the larger the state.
    With gamma x_t in place of x_t it is s^2, whatever the eigenvalue. (The paper learns log gamma, from this start.)

    Parameters
    ----------
    nu : float or array, any shape

    Returns
    -------
    array, the shape of `nu`

    Raises
    ------
    ValueError
        If a value is not finite.

    References
    ----------
    Orvieto et al. (2023), section 3.
    """
    nu = check_shape("nu", nu, " ".join("NMKLPQ"[: np.ndim(nu)]), {})
    return np.asarray(np.sqrt(-np.expm1(-2 * np.exp(nu))))  # expm1: 1 - |lambda|^2 in all digits, however small


def start_lru(
    D: int,
    H: int,
    N: int,
    rng: np.random.Generator,
    r_min: float = 0.0,
    r_max: float = 0.99,
    max_phase: float = 2 * np.pi,
) -> LRUParameters:
    """Draw an untrained LRU, its eigenvalues uniform on a ring of the complex plane.

    Equally many for each piece of the ring's area: ``|lambda|^2`` is uniform between r_min^2 and r_max^2, the angle
    between 0 and max_phase. The entries of B have variance 1 / D, those of C 1 / N (real and imaginary part half
    each), those of D 1 / D.

    Parameters
    ----------
    D, H, N : int
        Inputs, outputs, state units.
    rng : numpy.random.Generator
    r_min, r_max : float
        0 <= r_min < r_max < 1: where the memories lie.
    max_phase : float
        Above 0, at most 2 pi. Small for long sequences: within its memory a unit should not turn round too often.

    Returns
    -------
    LRUParameters

    Raises
    ------
    ValueError
        If a count is below 1, `rng` is no generator, the radii are not as above (at 1 and beyond nothing is stable),
        or the phase is not.

    References
    ----------
    Orvieto et al. (2023), section 3.
    """
    D, H, N = check_count("D", D), check_count("H", H), check_count("N", N)
    check_rng(rng)
    low, high = float(check_radius("r_min", r_min)), float(check_radius("r_max", r_max))
    if low >= high:
        raise ValueError(f"r_min: got {r_min}, wanted a radius below r_max = {r_max}")
    if not 0 < max_phase <= 2 * np.pi:
        raise ValueError(f"max_phase: got {max_phase}, wanted an angle above 0 and up to 2 pi = {2 * np.pi:.4f}")
    squared = high**2 - rng.random(N) * (high**2 - low**2)  # above r_min^2, so that log log is finite
    angle = max_phase * (1 - rng.random(N))
    B = (rng.standard_normal((N, D)) + 1j * rng.standard_normal((N, D))) / np.sqrt(2 * D)
    C = (rng.standard_normal((H, N)) + 1j * rng.standard_normal((H, N))) / np.sqrt(2 * N)
    skip = rng.standard_normal((H, D)) / np.sqrt(D)
    return LRUParameters(np.log(-0.5 * np.log(squared)), np.log(angle), B, C, skip)


def lru_forward(
    x: ArrayLike, parameters: LRUParameters, h0: ArrayLike | None = None, method: str = "blelloch"
) -> tuple[FloatArray, Array]:
    """Run ``h_t = lambda * h_{t-1} + gamma * (B x_t)``, ``y_t = Re(C h_t) + D x_t`` over t = 1 .. T.

    With * elementwise: the states never mix on their way through time, only B and C mix them. There is no
    nonlinearity; it stands between layers.

    Parameters
    ----------
    x : array (T, B, D)
        Inputs; ``x[0]`` is x_1.
    parameters : LRUParameters
    h0 : complex array (B, N), optional
        Zeros if left out.
    method : {"blelloch", "hillis-steele", "loop"}
        See `scan`.

    Returns
    -------
    ys : array (T, B, H)
        Outputs, real.
    hs : complex array (T, B, N)
        States, ``hs[0]`` is h_1.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, an empty sequence, values that are not finite, an unknown method, or
        eigenvalues that rounding has put on the unit circle.

    References
    ----------
    Orvieto et al. (2023), section 3.
    """
    sizes: dict[str, int] = {}
    if np.ndim(x) and not np.shape(x)[0]:
        raise ValueError(f"x: got an empty sequence, shape {np.shape(x)}, wanted at least one step")
    x = check_shape("x", x, "T B D", sizes)
    nu, theta, B, C, skip = _check(parameters, sizes)
    ys, eigenvalues = x @ skip.T, lru_eigenvalues(nu, theta)
    hs = scan(eigenvalues, lru_normalisation(nu) * (x @ B.T), h0, method)
    return ys + (hs @ C.T).real, hs


def lru_kernel(parameters: LRUParameters, T: int) -> FloatArray:
    """Compute the convolution that an LRU is: ``y_t = D x_t + sum over k of K_k x_{t-k}``.

    ``K_k = Re(C diag(gamma lambda^k) B)``, k = 0 .. T - 1: what an input still counts k steps later. Since the factors
    do not depend on the inputs, the whole layer is one linear filter, and could be run by a fast Fourier transform.

    Parameters
    ----------
    parameters : LRUParameters
    T : int
        How many steps of it.

    Returns
    -------
    array (T, H, D)
        D, the direct way, is not in it.

    Raises
    ------
    ValueError
        For parameters that do not fit each other, or T below 1.
    """
    nu, theta, B, C, _ = _check(parameters, {})
    powers = lru_eigenvalues(nu, theta) ** np.arange(check_count("T", T))[:, None]
    kernel: ComplexArray = np.einsum("hn,tn,nd->thd", C, lru_normalisation(nu) * powers, B)
    return kernel.real


def lru_as_rnn(parameters: LRUParameters) -> RealRNN:
    """Write the LRU as the network of chapter 1, without tanh and without complex numbers.

    The state is (Re h_1, Im h_1, Re h_2, ..). One eigenvalue ``r exp(i phi)`` becomes the block
    ``r [[cos phi, -sin phi], [sin phi, cos phi]]`` of W_h, whose eigenvalues are it and its conjugate.

    Parameters
    ----------
    parameters : LRUParameters

    Returns
    -------
    RealRNN
        ``h_t = W_h h_{t-1} + W_x x_t``, ``y_t = W_y h_t + D x_t``.

    Raises
    ------
    ValueError
        For parameters that do not fit each other.
    """
    nu, theta, B, C, _ = _check(parameters, {})
    eigenvalues, N = lru_eigenvalues(nu, theta), len(nu)
    W_h = np.zeros((N, 2, N, 2))
    n = np.arange(N)
    W_h[n, 0, n, 0] = W_h[n, 1, n, 1] = eigenvalues.real
    W_h[n, 1, n, 0] = eigenvalues.imag
    W_h[n, 0, n, 1] = -eigenvalues.imag
    into = lru_normalisation(nu)[:, None] * B
    W_x = np.stack([into.real, into.imag], axis=1).reshape(2 * N, -1)
    W_y = np.stack([C.real, -C.imag], axis=2).reshape(len(C), -1)  # Re(C h) = Re C Re h - Im C Im h
    return RealRNN(W_x, W_h.reshape(2 * N, 2 * N), W_y)


def eigenvalue_response(radius: float, angle: float, T: int) -> ComplexArray:
    """Compute ``lambda^k`` for k = 0 .. T - 1: what one state unit still holds of an input k steps later.

    The radius sets how long (half of it after ln(1/2) / ln(radius) steps, `helpers.gates.half_life`), the angle how
    often the memory turns round: once in 2 pi / angle steps, and at angle pi it changes sign at each.

    Parameters
    ----------
    radius : float
        0 or more and below 1.
    angle : float
        In radians.
    T : int
        Steps, at least 1.

    Returns
    -------
    complex array (T,)
        The first is 1. Its real part is what a real readout sees.

    Raises
    ------
    ValueError
        For a radius at or above 1 or below 0, an angle that is not finite, or T below 1.
    """
    r, phi = float(check_radius("radius", radius)), float(check_shape("angle", angle, "", {}))
    k = np.arange(check_count("T", T))
    return np.asarray(r**k * np.exp(1j * phi * k))


def _check(parameters: LRUParameters, sizes: dict[str, int]) -> tuple[FloatArray, FloatArray, Array, Array, FloatArray]:
    """Check the shapes of all five, and that the eigenvalues are inside the unit circle in floating point, too."""
    nu, theta, B, C, skip = parameters
    nu, theta = check_shape("nu", nu, "N", sizes), check_shape("theta", theta, "N", sizes)
    check_radius("exp(-exp(nu))", np.exp(-np.exp(nu)))
    B, C = check_numbers("B", B, "N D", sizes), check_numbers("C", C, "H N", sizes)
    return nu, theta, B, C, check_shape("D", skip, "H D", sizes)
