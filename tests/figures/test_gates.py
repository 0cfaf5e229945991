"""The live figures of chapter 4 show what the formulas say, and keep their axes still."""

import gzip
import itertools
import json
import re

import numpy as np
import pytest

from helpers.explore import explore
from helpers.figures.gates import counts, lag, leak, playground
from helpers.figures.gates.lag import INPUTS, LOW, SEEDS, UNITS, paths
from helpers.figures.gates.leak import BEFORE, PHASE, STEPS, signal
from helpers.figures.gates.playground import ASKED, CANDIDATES, ERASED, MESSAGE, by_hand
from helpers.gates import lstm_forward, lstm_gates
from helpers.layers import start_layer


def sigma(b):
    return 1 / (1 + np.exp(-b))


def reading(figure):
    return figure.layout.meta["reading"]


# -- The leaky integrator ---------------------------------------------------------------------------------
@pytest.mark.parametrize("bias", [-1.0, 0.0, 1.0, 3.0, 6.0])
def test_what_is_left_of_a_level_is_a_power_of_the_forget_gate(bias):
    steps, cell = (np.array(values) for values in (leak(bias).data[1].x, leak(bias).data[1].y))
    np.testing.assert_allclose(cell, sigma(bias) ** np.maximum(steps, 0), atol=5.1e-5)


@pytest.mark.parametrize(
    ("bias", "steps"), [(-1, "0.5 steps"), (0, "1 step"), (1, "2.2 steps"), (3, "14 steps"), (5, "103 steps")]
)
def test_the_half_life_in_words_and_where_the_curve_is_at_a_half(bias, steps):
    drawn = leak(float(bias))
    assert reading(drawn).startswith(f"Forget bias {bias}: ")
    assert reading(drawn).endswith(f"half is gone after {steps}.")
    assert drawn.layout.annotations[0].text == f"cell's half-life: {steps}"
    end, height = drawn.data[2].x[1], drawn.data[2].y[1]
    assert height == 0.5
    assert sigma(bias) ** end == pytest.approx(0.5, abs=0.004)


def test_a_half_life_beyond_the_frame_is_an_arrow():
    inside, beyond = leak(5.0).data[2], leak(6.0).data[2]
    assert inside.x[1] < STEPS == beyond.x[1]
    assert [trace.marker.symbol[1] for trace in (inside, beyond)] == ["line-ns", "arrow-right"]


@pytest.mark.parametrize("bias", [0.0, 2.0, 4.0])
def test_a_pulse_writes_what_the_gate_does_not_keep(bias):
    drawn = leak(bias, "pulse")
    cell, f = np.array(drawn.data[1].y), sigma(bias)
    assert (cell[:BEFORE] == 0).all()
    np.testing.assert_allclose(cell[BEFORE:], (1 - f) * f ** np.arange(STEPS + 1), atol=5.1e-5)
    assert drawn.data[2].y[1] == pytest.approx((1 - f) / 2, abs=5.1e-5)
    assert f"it takes in {100 * (1 - f):.2g} %" in reading(drawn)


@pytest.mark.parametrize("bias", [-1.0, 1.0, 2.0, 5.0])
def test_of_a_square_wave_the_cell_keeps_a_smaller_swing(bias):
    """In the long run it swings by (1 - f^n) / (1 + f^n), n being the steps of one phase."""
    cell, power = np.array(leak(bias, "wave").data[1].y), sigma(bias) ** PHASE
    swing = (1 - power) / (1 + power)
    if bias < 3:  # a slower cell has not settled at the end of the plot
        assert np.ptp(cell[-2 * PHASE :]) == pytest.approx(swing, abs=2e-4)
    assert f"{100 * swing:.2g} % are left" in reading(leak(bias, "wave"))


def test_a_slow_cell_averages_noise_and_is_late():
    fast, slow = (np.array(leak(bias, "noise").data[1].y) for bias in (0.0, 4.0))
    assert np.diff(slow).std() < np.diff(fast).std() / 5
    assert fast[BEFORE + 6] < 0.5 < slow[BEFORE + 6], "six steps after the level fell"
    assert "the noise shows" in reading(leak(0.0, "noise"))
    assert "as slowly it learns" in reading(leak(4.0, "noise"))


@pytest.mark.parametrize("kind", ["end", "pulse", "noise", "wave"])
def test_inputs_stay_in_the_frame_and_change_at_step_0(kind):
    x, before, after = signal(kind)
    assert len(x) == BEFORE + 1 + STEPS
    assert x.min() >= 0
    assert x.max() <= 1
    assert x[:BEFORE].mean() == pytest.approx(before, abs=0.12)
    assert x[BEFORE + 1 :].mean() == pytest.approx(after, abs=0.03)


# -- Gates by hand ----------------------------------------------------------------------------------------
def test_gates_by_hand_are_an_lstm_whose_gates_are_told():
    """One unit, no recurrent weights, and inputs that are the gates' arguments, rows i, f, g, o."""
    z = np.random.default_rng(3).standard_normal((9, 1, 4))
    nothing = np.zeros((1, 1))
    hs, cs, _ = lstm_forward(z, nothing, nothing, np.eye(4), np.zeros((4, 1)), np.zeros(4))
    i, f, g, o = z[:, 0].T
    told = by_hand(sigma(f), sigma(i), np.tanh(g), sigma(o))
    np.testing.assert_allclose(told.c, cs[:, 0, 0], rtol=1e-12)
    np.testing.assert_allclose(told.h, hs[:, 0, 0], rtol=1e-12)


@pytest.mark.parametrize(("forget", "write"), [(0.0, 1.0), (0.5, 0.2), (0.9, 0.2), (0.99, 0.0), (1.0, 0.05)])
def test_the_cell_is_a_sum_of_what_was_written_each_faded(forget, write):
    drawn = playground(forget, write, 1.0)
    written = np.where(np.arange(1, 25) == MESSAGE, 1.0, write) * CANDIDATES
    np.testing.assert_allclose(drawn.data[1].y, written, atol=5.1e-4)
    ages = np.arange(24)[:, None] - np.arange(24)
    wanted = np.where(ages >= 0, float(forget) ** np.maximum(ages, 0), 0) @ written
    np.testing.assert_allclose(drawn.data[2].y, wanted, atol=5.1e-4)
    np.testing.assert_allclose(drawn.data[3].y, np.tanh(wanted), atol=5.1e-4)
    share = re.search(r"message ([-\d.]+), rest ([-\d.]+)", reading(drawn).replace("−", "-"))
    assert float(share[1]) == pytest.approx(forget**21, abs=0.0051)
    assert float(share[1]) + float(share[2]) == pytest.approx(wanted[-1], abs=0.011)


def test_a_forget_gate_of_1_is_not_enough():
    """The claim: f = 1 keeps the cell for ever. It needs i = 0, too."""
    ends = {write: playground(1, write, 1.0).data[2].y[-1] for write in (0, 0.05, 0.2, 1)}
    assert ends == pytest.approx({0: 1.0, 0.05: 0.82, 0.2: 0.28, 1: -2.6})
    assert "Two gates keep the message, for ever" in reading(playground(1, 0, 1.0))
    assert "i lets the rest write over it" in reading(playground(1, 0.2, 1.0))


def test_a_sigmoid_never_keeps_for_ever():
    assert reading(playground(0.99, 0, 1.0)).endswith("After 100 steps 0.37 of the message would be left.")
    assert "After 100 steps 2.7 × 10⁻⁵ of" in reading(playground(0.9, 0, 1.0))


def test_the_output_gate_hides_and_does_not_forget():
    hidden, shown = playground(1, 0, 0.0), playground(1, 0, 1.0)
    assert list(hidden.data[2].y) == list(shown.data[2].y), "the cell does not know what is shown of it"
    h = np.array(hidden.data[3].y)
    assert (h[: ASKED - 1] == 0).all()
    np.testing.assert_allclose(h[ASKED - 1 :], np.tanh(1), atol=5.1e-4)


def test_one_closed_forget_gate_erases():
    drawn = playground(1, 0, 1.0, erase=True)
    cell = np.array(drawn.data[2].y)
    assert cell[ERASED - 2] == 1
    assert (cell[ERASED - 1 :] == 0).all()
    assert "message 0.00" in reading(drawn)
    assert reading(drawn).endswith("erased the message.")


# -- Gradient against lag ---------------------------------------------------------------------------------
@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("bias", [0, 1, 3, 5])
def test_the_direct_path_falls_by_about_the_gate_at_each_step(cell, bias):
    """Inputs move the gates about sigma(bias); the largest of 32 units keeps a little more than the bias says."""
    wanted, direct = 99 * np.log10(sigma(bias)), paths(cell, bias).direct
    assert direct.shape == (SEEDS, 100)
    assert (direct[:, 0] == 0).all()
    assert (np.diff(direct) < 0).all(), "a product of numbers below 1"
    assert 0.6 * wanted > np.median(direct[:, 99]) > 1.1 * wanted


def test_one_step_back_is_the_largest_forget_gate():
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        weights = start_layer("lstm", INPUTS, UNITS, rng, bias=1.0)
        x, zero = rng.standard_normal((100, INPUTS)), np.zeros((1, UNITS))
        cache = lstm_forward(x[:, None], zero, zero, *weights)[-1]
        assert paths("lstm", 1).direct[seed, 1] == pytest.approx(np.log10(lstm_gates(cache).f[-1, 0].max()))


def test_all_paths_are_more_by_orders_of_magnitude_and_may_amplify():
    """What the chapter says of lag 99 (H = 32, D = 8, seeds 0 to 4)."""
    whole, direct = ({b: np.median(paths("lstm", b)[k][:, 99]) for b in (0, 1, 3, 5)} for k in (0, 1))
    assert whole[0] - direct[0] > 6
    assert whole[1] - direct[1] > 5
    assert direct[3] < -1 < 0.5 < whole[3], "the direct path shrinks a gradient that the whole stretches"
    assert whole[5] > 1.5
    assert np.median(paths("gru", 5).whole[:, 99]) < 0, "a GRU writes only what it does not keep"


@pytest.mark.parametrize("T", [2, 3, 20, 99, 100])
def test_curves_run_from_the_last_step_to_the_first_and_the_median_lies_between(T):
    low, high, direct, middle = (np.array(trace.y) for trace in lag("gru", 1, T).data)
    for trace in lag("gru", 1, T).data:
        assert trace.x[0] == 0
        assert trace.x[-1] == T - 1
        assert trace.y[0] == 0
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert f"at lag {T - 1}" in reading(lag("gru", 1, T))
    assert direct[-1] == pytest.approx(np.median(paths("gru", 1).direct[:, T - 1]), abs=0.0051)


def test_a_tanh_rnn_has_no_direct_path_and_no_bias():
    plain, biased = lag("tanh", 0, 40), lag("tanh", 5, 40)
    assert plain.to_json() == biased.to_json()
    assert len(plain.data[2].x) == 0
    assert plain.layout.annotations[1].text == "no gate, no direct path"
    assert "there is no gate" in reading(plain)


def test_what_lies_beyond_the_frame_is_told():
    drawn = lag("lstm", 0, 100)
    assert drawn.data[2].y[-1] < LOW
    assert drawn.layout.annotations[1].text == "direct path: 1.6 × 10⁻²⁹"
    assert "1.6 × 10⁻²⁹ by the direct path, 2.3 × 10⁻²¹ by all paths" in reading(drawn)
    assert "more than was sent" in reading(lag("lstm", 5, 100))


# -- Parameters -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("D", "H"), [(1, 16), (64, 64), (128, 96)])
def test_counts_are_those_of_pytorch(D, H):
    torch = pytest.importorskip("torch")
    drawn = counts(D, H, torch=True)
    shown = {note.y: int(note.text.replace(",", "")) for note in drawn.layout.annotations[:3]}
    for name, layer in (("LSTM", torch.nn.LSTM), ("GRU", torch.nn.GRU), ("tanh RNN", torch.nn.RNN)):
        total = sum(p.numel() for p in layer(D, H).parameters())
        blocks = [x for trace in drawn.data[:4] for y, x in zip(trace.y, trace.x, strict=True) if y == name]
        assert shown[name] == sum(blocks) == total


def test_our_counts_have_one_bias_and_the_gru_two():
    D, H = 16, 24
    shown = [note.text for note in counts(D, H).layout.annotations[:3]]  # tanh, GRU, LSTM
    block = H * (D + H)
    assert shown == [f"{block + H:,}", f"{3 * (block + 2 * H):,}", f"{4 * (block + H):,}"]


@pytest.mark.parametrize("torch", [False, True])
@pytest.mark.parametrize(("D", "H"), [(1, 16), (64, 64), (128, 96)])
def test_equal_parameters_are_as_equal_as_can_be(D, H, torch):
    tanh, gru, lstm = counts(D, H, torch).data[4].x
    assert lstm == H
    biases = 2 if torch else 1
    wanted = 4 * H * (D + H + biases)

    def off(k, n, b):
        return abs(k * n * (D + n + b) - wanted)

    for k, n, b in ((1, tanh, biases), (3, gru, 2)):
        assert off(k, n, b) <= min(off(k, n - 1, b), off(k, n + 1, b))
    assert 2 * H <= tanh <= 4 * H, "between 2 H, where the state is large, and 4 H, where the input is"


# -- All of them ------------------------------------------------------------------------------------------
CONTROLS = {
    leak: {"bias": (-1.0, 6.0, 0.5, 3.0), "kind": ["end", "pulse", "noise", "wave"]},
    playground: {
        "forget": [0.9, 0, 0.5, 0.8, 0.95, 0.99, 1],
        "write": [0.2, 0, 0.05, 1],
        "show": (0.0, 1.0, 0.25, 0.5),
        "erase": False,
    },
    lag: {"cell": ["lstm", "gru", "tanh"], "bias": [0, 1, 3, 5], "T": (20, 100, 20, 40)},
    counts: {"D": [64, 1, 16, 128], "H": (16, 96, 8, 64), "torch": False},
}


@pytest.mark.parametrize("function", CONTROLS, ids=lambda f: f.__name__)
def test_whole_range_is_within_budget_and_each_control_moves_the_traces(function):
    shown = explore(function, name=f"test-gates-{function.__name__}", live=False, **CONTROLS[function])
    baked = shown.bake()  # draws every combination; beyond the budget, explore itself raises
    assert len(gzip.compress(json.dumps(baked, separators=(",", ":")).encode())) < 20_000
    still = {tuple(path) for path, _ in baked["fixed"]}
    axes = {axis for axis in shown.draw(**shown.values()).layout.to_plotly_json() if re.fullmatch(r"[xy]axis\d?", axis)}
    assert {("layout", axis, "range") for axis in axes} <= still
    start = {control.name: control.start for control in shown.controls}
    for control in shown.controls:
        states = [shown.draw(**shown.values(start | {control.name: i})).data for i in range(len(control.values))]
        drawn = {str([(list(trace.x), list(trace.y)) for trace in state]) for state in states}
        assert len(drawn) == len(control.values), f"{control.name}: two of its values look alike"


@pytest.mark.parametrize("function", CONTROLS, ids=lambda f: f.__name__)
def test_curves_stay_in_the_frame_or_are_said_to_leave_it(function):
    """Except the gradients that are too small for it."""
    shown = explore(function, name=f"frame-gates-{function.__name__}", live=True, **CONTROLS[function])
    for combination in itertools.product(*(control.values[::3] + control.values[-1:] for control in shown.controls)):
        figure = shown.draw(**dict(zip((control.name for control in shown.controls), combination, strict=True)))
        for trace in figure.data:
            low, high = figure.layout[(trace.yaxis or "y").replace("y", "yaxis")].range
            if trace.type == "scatter" and len(trace.y):
                assert max(trace.y) <= high
                assert function is lag or min(trace.y) >= low


@pytest.mark.parametrize("function", CONTROLS, ids=lambda f: f.__name__)
def test_readings_are_short_and_tell_a_number(function):
    shown = explore(function, name=f"words-gates-{function.__name__}", live=True, **CONTROLS[function])
    for combination in itertools.product(*(control.values for control in shown.controls)):
        values = dict(zip((control.name for control in shown.controls), combination, strict=True))
        told = reading(shown.draw(**values))
        assert len(told.split()) < 30, told
        assert re.search(r"\d", told)
        assert "nan" not in told
        assert "inf" not in told


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (leak, (float("inf"),), "b: got inf"),
        (leak, (1.0, "impulse"), "kind: got 'impulse', wanted"),
        (playground, (1.2, 0.0, 1.0), "forget: got 1.2, wanted a gate from 0 to 1"),
        (playground, (1.0, -0.1, 1.0), "write: got -0.1"),
        (playground, (1.0, 0.0, float("nan")), "show: got nan"),
        (lag, ("rnn", 1, 40), "cell: got 'rnn', wanted"),
        (lag, ("lstm", 1, 101), "T: got 101, wanted 2 to 100"),
        (counts, (0, 16), "D: got 0"),
        (counts, (4, 0), "H: got 0"),
    ],
)
def test_bad_arguments_are_named(function, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(*arguments)


def test_gates_by_hand_are_one_sequence():
    with pytest.raises(ValueError, match="i: got shape"):
        by_hand(np.ones(3), np.ones(2), np.ones(3), np.ones(3))
