"""The untrained figures of chapter 5 show the numbers of the helpers, and keep their axes still."""

import re

import numpy as np
import pytest
from states import check_controls, check_readings

from helpers.counts import layer_parameters
from helpers.figures.bidirectional import counts, depth, padding, sees
from helpers.figures.bidirectional.depth import HIGHEST, LENGTH, LOWEST, norms
from helpers.figures.bidirectional.padding import ABSENT, FILLED, MODES, REAL, harm
from helpers.figures.bidirectional.sees import influence

CALLS = {
    "sees": (
        sees,
        {
            "direction": {"forward": "forward", "backward": "backward", "both directions": "both"},
            "step": (1, 30, 1, 12),
            "T": (10, 30, 10, 20),
        },
    ),
    "depth": (
        depth,
        {
            "layers": (1, 8, 1, 2),
            "connect": ["plain", "residual", "dense"],
            "cell": {"tanh": "tanh", "LSTM": "lstm"},
        },
    ),
    "padding": (
        padding,
        {
            "mode": {"packing": "packed", "padding, no lengths": "padded", "padding and mask": "masked"},
            "shortest": (1, 8, 1, 3),
            "longest": (8, 16, 1, 12),
        },
    ),
    "counts": (counts, {"D": [100, 50, 300], "H": [256, 64, 128, 512], "depth": (1, 8, 1, 1)}),
}


def reading(figure):
    return figure.layout.meta["reading"]


def test_within_the_budget(explorer):
    explorer.bake()  # raises beyond 35 KB


def test_readings_are_short_and_axes_stay(explorer):
    check_readings(explorer)


def test_every_control_changes_data_from_the_start(explorer):
    check_controls(explorer)


# -- Who sees whom ------------------------------------------------------------------------------------------
def test_each_chain_sees_its_own_side():
    for T, t in ((20, 5), (20, 20), (10, 1), (30, 17)):
        ahead, back = (np.array(trace.y) for trace in sees("both", t, T).data[:2])
        s = np.arange(1, T + 1)
        np.testing.assert_array_equal(ahead > 0, s <= t)
        np.testing.assert_array_equal(back > 0, s >= t)
        for direction, wanted in (("forward", (ahead, 0 * s)), ("backward", (0 * s, back))):
            np.testing.assert_array_equal([trace.y for trace in sees(direction, t, T).data[:2]], wanted)


def test_bars_are_rows_of_the_sensitivity_map():
    ahead, back = influence(20)
    drawn = sees("both", 7, 20).data
    np.testing.assert_allclose(drawn[0].y, ahead[6], atol=0.00501)
    np.testing.assert_allclose(drawn[1].y, back[6], atol=0.00501)
    assert (ahead > 0)[np.tril_indices(20)].all()
    assert (back[np.tril_indices(20, -1)] == 0).all()


def test_words_that_cannot_be_known_are_crossed_out():
    symbols = sees("backward", 14, 20).data[2].marker.symbol
    assert list(symbols) == ["x-thin-open"] * 13 + ["square"] * 7
    assert "x-thin-open" not in sees("both", 14, 20).data[2].marker.symbol


def test_readings_of_who_sees_whom():
    assert "output 20 has seen one word only, its own; on the other 19" in reading(sees("backward", 20, 20))
    assert "output 12 can know 12 words, least of all on word 2, 0.54; on the other 8" in reading(
        sees("forward", 12, 20)
    )
    assert "can know all 20; forward chain 5, backward chain 16; least of all on word 20" in reading(
        sees("both", 5, 20)
    )
    assert reading(sees("forward", 30, 10)) == reading(sees("forward", 10, 10)), "beyond T it is the last"
    assert "can know all 10; least of all on word 3, 0.69" in reading(sees("forward", 10, 10))


def test_the_two_chains_differ_other_than_by_colour():
    ahead, back = (trace.marker for trace in sees("both", 5, 20).data[:2])
    assert ahead.pattern.shape is None
    assert back.pattern.shape == "/"
    together = sees("both", 5, 20).data
    assert together[0].offset[4] + together[0].width[4] == together[1].offset[4], "both stand side by side at t"


# -- Depth and time -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("layers", "connect", "cell"), [(1, "plain", "tanh"), (4, "dense", "lstm"), (8, "plain", "lstm")]
)
def test_cells_are_the_median_norms(layers, connect, cell):
    figure, logs = depth(layers, connect, cell), norms(layers, connect, cell)
    assert logs.shape == (layers, LENGTH)
    assert logs[-1, -1] == pytest.approx(0, abs=1e-12), "the loss sends a gradient of norm 1 into the top"
    np.testing.assert_allclose(figure.data[0].z, np.clip(logs, LOWEST, HIGHEST), atol=0.0501)
    assert (figure.data[0].zmin, figure.data[0].zmax) == (LOWEST, HIGHEST)
    assert list(figure.data[1].y) == [layers + 0.85]


def test_an_lstm_keeps_time_and_not_depth():
    """What the text says of eight layers: the cell state carries through time, a residual connection through depth."""
    plain, residual = norms(8, "plain", "lstm"), norms(8, "residual", "lstm")
    assert plain[0, -1] < plain[-1, 0] - 3, "seven layers cost more than 24 steps, by three decades"
    assert plain[0, -1] < plain[0, 0] - 2, "and far from the loss there are more ways down"
    assert residual[0, -1] > -0.1, "nothing is lost straight down"
    assert residual[0, 0] < residual[0, -1] - 1
    assert reading(depth(8, "plain", "lstm")).endswith("7 layers cost more than 24 steps.")
    assert reading(depth(8, "residual", "lstm")).endswith("24 steps cost more than 7 layers.")


def test_more_plain_tanh_layers_bring_more_to_the_first_step():
    """More layers, more paths: the corner that is farthest away gets more, not less."""
    corners = [norms(layers, "plain", "tanh")[0, 0] for layers in (1, 2, 4, 8)]
    assert corners == sorted(corners)
    assert corners[-1] > corners[0] + 3


def test_one_layer_has_nothing_to_connect():
    for cell in ("tanh", "lstm"):
        plain = norms(1, "plain", cell)
        for connect in ("residual", "dense"):
            np.testing.assert_array_equal(norms(1, connect, cell), plain)


# -- Padding ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", list(MODES))
@pytest.mark.parametrize(("shortest", "longest"), [(1, 16), (3, 12), (8, 8)])
def test_cells_that_are_computed(mode, shortest, longest):
    z, lengths = np.array(padding(mode, shortest, longest).data[0].z), [8, longest, shortest]
    assert (z == REAL).sum(axis=1).tolist() == lengths
    filled = 0 if mode == "packed" else 3 * longest - sum(lengths)
    assert (z == FILLED).sum() == filled
    assert (z[:, longest:] == ABSENT).all()
    computed = sum(lengths) + filled
    cost = padding(mode, shortest, longest).layout.annotations[0].text
    assert cost == f"<b>{computed} cells computed</b>, {filled} of them padding: {100 * filled / computed:.0f} %"


def test_chains_run_to_the_end_of_what_they_believe():
    for mode, ends in (("padded", [12] * 3), ("masked", [8, 12, 3]), ("packed", [8, 12, 3])):
        ahead, back = (np.array(trace.x).reshape(3, 3) for trace in padding(mode, 3, 12).data[1:])
        assert ahead[:, :2].tolist() == [[1, end] for end in ends]
        assert back[:, :2].tolist() == [[end, 1] for end in ends]


def test_without_lengths_both_ends_of_short_sequences_are_wrong():
    off = harm((8, 12, 3))
    np.testing.assert_allclose(off[1], 0, atol=1e-12, err_msg="the longest has no padding")
    assert (off[[0, 2]] > 0.001).all()
    assert (off[[0, 2], 0] > off[[0, 2], 1]).all(), "the backward chain reads its padding first, and forgets it"
    assert off[2, 1] > off[0, 1], "three words leave it less time to forget than eight"
    told = reading(padding("padded", 3, 12))
    assert told.endswith(f"off by {100 * off[2, 0]:.0f} % forward, {100 * off[2, 1]:.0f} % backward.")
    np.testing.assert_allclose(harm((8, 8, 8)), 0, atol=1e-12)
    assert "last states off" not in str(padding("padded", 8, 8).layout.annotations)
    for mode in ("masked", "packed"):
        assert reading(padding(mode, 3, 12)).endswith("every last state is right.")


# -- Counts -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("D", "H", "layers"), [(100, 256, 1), (100, 256, 2), (300, 64, 8)])
def test_bars_are_the_counts_of_the_layers(D, H, layers):
    drawn = counts(D, H, layers).data
    one, both = (layer_parameters("lstm", D, H, layers, two, 2) for two in (False, True))
    bars = np.array([trace.x for trace in drawn[:-1]])
    np.testing.assert_allclose(bars.sum(axis=0), [1, both / one], atol=0.0005 * layers)
    assert (bars[layers:] == 0).all()
    assert bars[0, 1] == pytest.approx(2 * bars[0, 0], abs=0.002), "the first layer has exactly twice as many"
    if layers > 1:
        above = bars[1:layers, 1] / bars[1:layers, 0]
        np.testing.assert_allclose(above, (6 * H + 4) / (2 * H + 2), rtol=0.03)
    assert f"one direction: {one:,}" in drawn[-1].text
    assert f"{one:,} parameters in one direction, {both:,} in both" in reading(counts(D, H, layers))


def test_the_factor_of_the_text():
    assert "892,928 parameters in one direction, 2,310,144 in both, 2.587 ×" in reading(counts(100, 256, 2))
    assert reading(counts(100, 256, 1)).endswith("733,184 in both, exactly 2 ×.")
    assert "layer 8 alone 2.996 ×" in reading(counts(100, 256, 8))


def test_bad_arguments_are_named():
    for call, words in (
        (lambda: sees("up", 5, 20), "direction: got 'up'"),
        (lambda: sees("both", 0, 20), "step: got 0, wanted an integer of at least 1"),
        (lambda: sees("both", 5, 31), "T: got 31, wanted at most 30"),
        (lambda: depth(9), "layers: got 9, wanted at most 8"),
        (lambda: depth(2, "ring"), "connect: got 'ring'"),
        (lambda: depth(2, "plain", "gru"), "cell: got 'gru'"),
        (lambda: padding("zipped", 3, 12), "mode: got 'zipped'"),
        (lambda: padding("packed", 9, 12), "shortest: got 9, wanted at most 8"),
        (lambda: padding("packed", 3, 17), "longest: got 17, wanted 8 to 16"),
        (lambda: counts(100, 256, 9), "depth: got 9, wanted at most 8"),
        (lambda: counts(0, 256, 2), "D: got 0"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            call()
