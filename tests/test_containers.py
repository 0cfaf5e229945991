"""Containers of arrays, and containers of containers: opened, closed, clipped, updated."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_padding import refusal

from helpers import containers
from helpers.containers import close_arrays, open_arrays
from helpers.optim import adam_start, adam_step, clip_by_norm, clip_by_value


class Layer(NamedTuple):
    W: Any
    b: Any


class Network(NamedTuple):
    layers: Any
    W_y: Any


def network():
    """Two layers, the second a pair of them; every array of another shape."""
    both = {"ahead": Layer(np.ones((2, 3)), np.ones(2)), "back": Layer(np.ones((4, 3)), np.ones(4))}
    return Network((Layer(np.ones((3, 2)), np.ones(3)), both), np.ones((5, 6)))


NAMES = [
    ".layers[0].W",
    ".layers[0].b",
    ".layers[1]['ahead'].W",
    ".layers[1]['ahead'].b",
    ".layers[1]['back'].W",
    ".layers[1]['back'].b",
    ".W_y",
]


def check_names_and_order(module):
    names, arrays = module.open_arrays("gradients", network())
    assert names == ["gradients" + name for name in NAMES]
    assert [a.shape for a in arrays] == [(3, 2), (3,), (2, 3), (2,), (4, 3), (4,), (5, 6)]


def check_there_and_back(module):
    """Each array comes back to its own place, in containers of the same types."""
    like = network()
    names, arrays = module.open_arrays("x", like)
    numbered = module.close_arrays(like, [np.full(a.shape, float(i)) for i, a in enumerate(arrays)])
    assert type(numbered) is Network
    assert type(numbered.layers) is tuple
    assert type(numbered.layers[0]) is Layer
    assert list(numbered.layers[1]) == ["ahead", "back"]
    assert numbered.layers[0].b[0] == 1
    assert numbered.layers[1]["back"].W[0, 0] == 4
    assert numbered.W_y[0, 0] == 6
    again = module.open_arrays("x", numbered)
    assert again[0] == names
    assert [a.shape for a in again[1]] == [a.shape for a in arrays]
    assert [a.flat[0] for a in again[1]] == list(range(len(arrays)))


def check_wrong_number_is_refused(module):
    for like, wanted, numbers in ((network(), 7, (8, 6, 0)), (np.ones(3), 1, (2, 0))):
        for number in numbers:
            message = refusal(lambda n=number, like=like: module.close_arrays(like, [np.ones(3)] * n))
            assert message == f"arrays: got {number}, wanted {wanted}, as many as the container holds"


def check_lists(module):
    """A list in a container: of numbers, it is one array; of arrays or layers, a container."""
    numbers = {"W": [[1.0, 2.0], [3.0, 4.0]], "b": [1, 2]}
    assert [a.shape for a in module.open_arrays("p", numbers)[1]] == [(2, 2), (2,)]
    closed = module.close_arrays(numbers, [np.zeros((2, 2)), np.zeros(2)])
    assert [type(part) for part in closed.values()] == [np.ndarray, np.ndarray]
    nested = Network([Layer(np.ones((3, 3)), np.ones((3, 3))), [np.ones(2), np.ones(2)]], np.ones(1))
    names, _ = module.open_arrays("p", nested)
    assert names == ["p.layers[0].W", "p.layers[0].b", "p.layers[1][0]", "p.layers[1][1]", "p.W_y"]
    closed = module.close_arrays(nested, [np.ones(1)] * 5)
    assert (type(closed.layers), type(closed.layers[0]), type(closed.layers[1])) == (list, Layer, list)


def test_names_and_order():
    check_names_and_order(containers)


def test_there_and_back():
    check_there_and_back(containers)


def test_wrong_number_is_refused():
    check_wrong_number_is_refused(containers)


def test_lists():
    check_lists(containers)


trees = st.recursive(
    st.integers(1, 3).map(lambda n: np.zeros(n)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from("abc"), inner, min_size=1),
        st.tuples(inner, inner).map(lambda pair: Layer(*pair)),
    ),
    max_leaves=8,
)


def same(a, b):
    """Containers of the same types with the same numbers."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and np.array_equal(a, b)
    if type(a) is not type(b) or len(a) != len(b):
        return False
    pairs = [(a[key], b[key]) for key in a] if isinstance(a, dict) else zip(a, b, strict=True)
    return all(same(x, y) for x, y in pairs)


@settings(deadline=None, max_examples=60)
@given(trees)
def test_any_nesting_comes_back_as_it_was(tree):
    names, arrays = open_arrays("p", tree)
    assert len(set(names)) == len(names)
    numbered = [np.full(a.shape, float(i)) for i, a in enumerate(arrays)]
    closed = close_arrays(tree, numbered)
    assert same(close_arrays(closed, arrays), tree)
    for name, array in zip(names, numbered, strict=True):  # a name is how to take the array out
        np.testing.assert_array_equal(eval(name, {"p": closed}), array)


def test_float32_and_scalars():
    arrays = open_arrays("p", Layer(np.ones(2, np.float32), [1, 2]))[1]
    assert [a.dtype for a in arrays] == [np.float32, np.float64]
    closed = close_arrays(Layer(np.ones(()), np.ones(1)), [np.float64(3), np.ones(1)])
    assert isinstance(closed.W, np.ndarray)
    assert closed.W.shape == ()


@pytest.mark.parametrize(
    ("message", "container"),
    [
        (r"p: got float, wanted a NamedTuple, tuple, list or dict", 1.0),
        (r"p: got set", {1.0}),
        (r"p\.layers\[0\]\.W: got dtype complex128", Network((Layer(np.ones(1) * 1j, np.ones(1)),), np.ones(1))),
        (r"p\.W_y: got dtype <U1", Network((), "a")),
        (r"p\.layers: got dtype object", Network(None, np.ones(1))),
        (r"p: got dtype <U1", np.array(["a"])),
    ],
)
def test_refuses(message, container):
    with pytest.raises(ValueError, match=f"^{message}"):
        open_arrays("p", container)


def test_clipping_and_adam_take_nested_containers():
    """All arrays count in one norm, and each keeps its place."""
    ones = network()
    count = sum(a.size for a in open_arrays("p", ones)[1])
    clipped, norm = clip_by_norm(ones, 1.0)
    assert norm == pytest.approx(count**0.5)
    assert same(clipped, close_arrays(ones, [a * (1 / count**0.5) for a in open_arrays("p", ones)[1]]))
    assert same(clip_by_value(ones, 0.5), close_arrays(ones, [a * 0.5 for a in open_arrays("p", ones)[1]]))
    new, state = adam_step(ones, ones, adam_start(ones), rate=0.1)
    assert type(new) is Network
    assert len(state.mean) == 7
    for array in open_arrays("p", new)[1]:
        np.testing.assert_allclose(array, 0.9, rtol=1e-6)


def test_messages_of_clipping_and_adam_name_the_layer():
    bad = network()
    bad.layers[1]["back"].b[2] = np.nan
    with pytest.raises(ValueError, match=r"arrays: got nan in arrays\.layers\[1\]\['back'\]\.b at index \[2\]"):
        clip_by_norm(bad, 1.0)
    with pytest.raises(ValueError, match=r"gradients: got nan in gradients\.layers\[1\]\['back'\]\.b at index \[2\]"):
        adam_step(network(), bad, adam_start(network()))
