"""Checks of arguments: what is accepted, what is refused, and in which words."""

import numpy as np
import pytest

from helpers.arrays import as_floats, check_choice, check_count, check_shape, same_dtype


@pytest.mark.parametrize("values", [[1, 2], np.arange(3, dtype=np.uint8), [True, False]])
def test_integers_and_booleans_become_float64(values):
    array = as_floats("x", values)
    assert array.dtype == np.float64
    assert array.tolist() == [float(v) for v in values]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_arrays_pass_uncopied(dtype):
    values = np.ones(3, dtype)
    assert as_floats("x", values) is values


@pytest.mark.parametrize("values", [[1j], ["a"], [None], np.ones(2, np.float16)])
def test_other_dtypes_are_refused(values):
    dtype = np.asarray(values).dtype
    with pytest.raises(ValueError, match=rf"x: got dtype {dtype}, wanted float64 or float32"):
        as_floats("x", values)


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="x: got nested lists of unequal lengths"):
        as_floats("x", [[1, 2], [3]])


def test_sizes_are_remembered_across_arguments():
    sizes = {}
    check_shape("x", np.zeros((7, 2, 5)), "T B D", sizes)
    check_shape("h0", np.zeros((2, 4)), "B H", sizes)
    assert sizes == {"T": 7, "B": 2, "D": 5, "H": 4}
    with pytest.raises(ValueError, match=r"^W_x: got shape \(4, 3\), wanted \(H, D\) = \(4, 5\)$"):
        check_shape("W_x", np.zeros((4, 3)), "H D", sizes)
    with pytest.raises(ValueError, match=r"^b: got shape \(5,\), wanted \(H,\) = \(4,\)$"):
        check_shape("b", np.zeros(5), "H", sizes)


def test_a_refused_array_teaches_no_size():
    sizes = {"D": 5}
    with pytest.raises(ValueError, match=r"^W_x: got shape \(4, 3\), wanted \(H, D\) = \(H, 5\)$"):
        check_shape("W_x", np.zeros((4, 3)), "H D", sizes)
    assert sizes == {"D": 5}


def test_number_of_axes():
    with pytest.raises(ValueError, match=r"^x: got shape \(3, 4\), wanted \(T, B, D\)$"):
        check_shape("x", np.zeros((3, 4)), "T B D", {})


def test_a_square_matrix():
    with pytest.raises(ValueError, match=r"^W_h: got shape \(3, 4\), wanted \(H, H\)$"):
        check_shape("W_h", np.zeros((3, 4)), "H H", {})


def test_multiples_and_numbers():
    sizes = {}
    check_shape("W_x", np.zeros((12, 5)), "4H D", sizes)
    check_shape("peephole", np.zeros((3, 3)), "3 H", sizes)
    assert sizes == {"H": 3, "D": 5}
    with pytest.raises(ValueError, match=r"^b: got shape \(9,\), wanted \(4H,\) = \(12,\)$"):
        check_shape("b", np.zeros(9), "4H", sizes)
    with pytest.raises(ValueError, match=r"^p: got shape \(2, 3\), wanted \(3, H\) = \(3, 3\)$"):
        check_shape("p", np.zeros((2, 3)), "3 H", sizes)
    with pytest.raises(ValueError, match=r"^W: got shape \(10, 2\), wanted \(4H, D\)$"):
        check_shape("W", np.zeros((10, 2)), "4H D", {})


def test_empty_axes_are_refused():
    with pytest.raises(ValueError, match=r"^x: got shape \(0, 2, 5\), wanted \(T, B, D\), T at least 1$"):
        check_shape("x", np.zeros((0, 2, 5)), "T B D", {})


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_first_value_that_is_not_finite_is_named(bad):
    x = np.zeros((3, 4))
    x[1, 2] = x[2, 0] = bad
    with pytest.raises(ValueError, match=rf"^x: got {bad} at index \[1, 2\], wanted finite values$"):
        check_shape("x", x, "B D", {})


def test_same_dtype():
    single, double = np.ones(1, np.float32), np.ones(1)
    assert [a.dtype for a in same_dtype(single, single)] == [np.float32] * 2
    assert [a.dtype for a in same_dtype(single, double)] == [np.float64] * 2


def test_counts():
    assert check_count("T", np.int64(3)) == 3
    for bad in (0, -1, 2.0, True, "3"):
        with pytest.raises(ValueError, match=rf"^T: got {bad!r}, wanted an integer of at least 1$"):
            check_count("T", bad)


def test_choices():
    assert check_choice("activation", "relu", ["tanh", "relu"]) == "relu"
    with pytest.raises(ValueError, match=r"^activation: got 'elu', wanted one of 'tanh', 'relu'$"):
        check_choice("activation", "elu", ["tanh", "relu"])
