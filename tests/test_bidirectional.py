"""Two chains joined: what each step has read, against PyTorch, and what is refused."""

import re

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_layers import KINDS, close, from_module, torch_module
from test_padding import refusal

from helpers import bidirectional as chapter
from helpers import counts, layers, padding, sensitivity, stacks
from helpers.bidirectional import Both, bidirectional, last_states, stack_forward
from helpers.layers import layer_forward
from helpers.rnn_basics import rnn_forward

sums = lambda x: np.cumsum(x, axis=0)  # a layer that remembers all it has read
products = lambda x: np.cumprod(x, axis=0)


def check_by_hand(module):
    """x = 1 2 3 4: sums from the left, products from the right."""
    y = module.bidirectional(sums, products, np.array([1.0, 2, 3, 4])[:, None, None])
    assert y[:, 0, 0].tolist() == [1, 3, 6, 10]
    assert y[:, 0, 1].tolist() == [24, 24, 12, 4]


def check_against_torch(module):
    x = np.random.default_rng(0).standard_normal((6, 5, 3))
    for kind in KINDS:
        reference = torch_module(kind, 3, 4, both=True)
        ahead, back = (from_module(reference, kind, end) for end in ("l0", "l0_reverse"))
        y = module.bidirectional(lambda x, w=ahead: layer_forward(w, x)[0], lambda x, w=back: layer_forward(w, x)[0], x)
        close(y, reference(torch.tensor(x))[0], kind)
        np.testing.assert_allclose(y, stack_forward([Both(ahead, back)], x)[0], atol=1e-14)


def check_refusals(module):
    x = np.ones((4, 2, 3))
    for message, ahead, back, inputs in [
        (r"x: got shape \(4, 2\), wanted \(T, B, D\)", sums, sums, x[..., 0]),
        (r"x: got nan at index", sums, sums, x * np.nan),
        (
            r"forward_layer: its states: got shape \(3, 2, 3\), wanted .* = \(4, 2, H\)",
            lambda x: x[1:],
            sums,
            x,
        ),
        (r"backward_layer: its states: got shape \(4, 1, 3\), wanted .* = \(4, 2, 3\)", sums, lambda x: x[:, :1], x),
        (r"backward_layer: its states: got shape \(4, 2, 2\), wanted .* = \(4, 2, 3\)", sums, lambda x: x[..., :2], x),
        (r"backward_layer: its states: got shape \(2, 3\)", sums, lambda x: x[-1], x),
        (r"forward_layer: got a tuple of 2 from it, wanted the states alone", lambda x: (x, None), sums, x),
        (r"backward_layer: its states: got inf", sums, lambda x: x * np.inf, x),
    ]:
        found = refusal(lambda a=ahead, b=back, x=inputs: module.bidirectional(a, b, x))
        assert re.match(message, found), found


def test_by_hand():
    check_by_hand(chapter)


def test_against_torch():
    check_against_torch(chapter)


def test_refusals():
    check_refusals(chapter)


@settings(deadline=None, max_examples=30)
@given(T=st.integers(1, 7), B=st.integers(1, 3), D=st.integers(1, 4), H=st.integers(1, 4), s=st.integers(0, 99))
def test_who_has_read_what(T, B, D, H, s):
    """Changing x_s changes the forward half from s on, the backward half up to s, and nothing else."""
    s, rng = s % T, np.random.default_rng(s)
    chains = [(rng.standard_normal((H, D)), rng.standard_normal((H, H)) / H, rng.standard_normal(H)) for _ in range(2)]
    run = [lambda x, w=w: rnn_forward(x, np.zeros((B, H)), *w)[0] for w in chains]
    x = rng.standard_normal((T, B, D))
    moved = x.copy()
    moved[s] += 0.1
    before, after = bidirectional(*run, x), bidirectional(*run, moved)
    assert before.shape == (T, B, 2 * H)
    changed = (before != after).any(axis=1)
    assert not changed[:s, :H].any()
    assert changed[s, :H].any()
    assert not changed[s + 1 :, H:].any()
    assert changed[s, H:].any()


def test_the_last_states_have_read_everything_and_the_last_row_has_not():
    """The trap: the backward half of y[-1] does not change when any input but the last does."""
    x = np.random.default_rng(0).standard_normal((5, 2, 3))
    moved = x.copy()
    moved[:-1] += 1
    before, after = bidirectional(sums, sums, x), bidirectional(sums, sums, moved)
    np.testing.assert_array_equal(before[-1, :, 3:], after[-1, :, 3:])
    assert (last_states(before) != last_states(after)).all()
    np.testing.assert_allclose(last_states(before), np.tile(x.sum(axis=0), 2))


def test_dtypes_and_layers_that_write_into_their_input():
    x = np.ones((3, 2, 1), np.float32)
    assert bidirectional(sums, sums, x).dtype == np.float32
    assert bidirectional(sums, lambda x: x.astype(np.float64), x).dtype == np.float64
    assert bidirectional(sums, sums, np.ones((3, 2, 1), int)).dtype == np.float64
    to_torch = lambda x: torch.cumsum(torch.from_numpy(x), 0).numpy()  # refuses negative strides
    np.testing.assert_array_equal(bidirectional(to_torch, to_torch, x), bidirectional(sums, sums, x))


def test_the_chapter_passes_on_what_it_uses():
    for name in chapter.__all__:
        homes = [module for module in (counts, layers, padding, sensitivity, stacks) if hasattr(module, name)]
        assert name == "bidirectional" or any(getattr(chapter, name) is getattr(home, name) for home in homes), name
