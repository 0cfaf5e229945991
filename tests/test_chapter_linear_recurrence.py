"""The numbers that chapter 8 states in its text, and no cell of it prints, are what the code and the runs say."""

import json
import re

import numpy as np
import pytest
from chapters import chapter, reading

from helpers.figures import linear_recurrence as figures
from helpers.figures.linear_recurrence.curse import ANGLE, moved
from helpers.gates import gru_forward, half_life
from helpers.linear_recurrence import (
    eigenvalue_response,
    linear_recurrence,
    lru_eigenvalues,
    lru_forward,
    lru_normalisation,
    mingru_step,
    minlstm_step,
    parameter_sensitivity,
    parity_by_hand,
    scan,
    scan_cost,
    start_lru,
    state_variance,
    steps_until_still,
)
from helpers.records import load

CHAPTER = chapter("08_linear_recurrence")
TEXT, CODE = CHAPTER.text, CHAPTER.code
run, results, script, cells_of = CHAPTER.run, CHAPTER.results, CHAPTER.script, CHAPTER.cells_of
NAMES = ["adding", "parity", "curse", "cost"]
PRINTED = "".join("".join(out.get("text", "")) for cell in CHAPTER.cells for out in cell.get("outputs", []))
PARITY, COST = load("linear_recurrence_parity"), load("linear_recurrence_cost")
LENGTHS = run("parity")["settings"]["lengths"]


def says(*parts):
    """A sentence of the text, in pieces; it stands there once."""
    assert TEXT.count("".join(parts)) == 1, "".join(parts)


@pytest.mark.parametrize("name", NAMES)
def test_the_runs_are_five_consecutive_seeds_from_0(name):
    assert run(name)["seeds"] == [0, 1, 2, 3, 4]
    assert {"python", "numpy"} <= set(run(name)["versions"])
    wanted = json.loads(json.dumps(script(name).SETTINGS))
    assert {key: run(name)["settings"][key] for key in wanted} == wanted, "the settings of the script as it stands"


# -- The opening question -----------------------------------------------------------------------------------
def test_the_opening_question():
    says("A recurrence over 16 steps, $h_t = a_t\\,h_{t-1} + b_t$, one after the other: 15 rounds of work.")
    says("[Four](#scan?method=Hillis%E2%80%93Steele&T=16&rounds=4). Nobody waits for the state before: ")
    says("For 1,024 steps it is ten rounds. ")
    says("The price is work: 49 joins instead of 15, and for 1,024 steps 9,217 instead of 1,023. ")
    says(
        "[Two sweeps](#scan?method=two%20sweeps&T=16&rounds=7), up and down a tree, need more rounds and only 26 joins."
    )
    assert scan_cost(16, "loop") == (15, 15)
    assert scan_cost(16, "hillis-steele") == (4, 49)
    assert scan_cost(16, "blelloch") == (7, 26)
    assert scan_cost(1024, "loop") == (1023, 1023)
    assert scan_cost(1024, "hillis-steele") == (10, 9217)
    assert 'method={"loop": "loop", "Hillis–Steele": "hillis-steele",\n            "two sweeps": "blelloch"}' in CODE
    told = reading(figures.scan("hillis-steele", 16, 4))
    assert "after round 4 of 4, 16 of 16 states are known; 49 of 49" in told
    assert "after round 7 of 7, 16 of 16 states are known; 26 of 26" in reading(figures.scan("blelloch", 16, 7))


def test_stretches_of_one_two_four_and_eight():
    """What each round of Hillis and Steele's method joins."""
    says(
        "each joins its own step with the one to its left, then stretches of two with stretches of two, then of four, "
    )
    says("In round $k$, every place takes in the stretch that ends $2^{k-1}$ places before it.")
    a, b = np.random.default_rng(0).standard_normal((2, 16, 1, 1))
    for reach in (1, 2, 4, 8):
        own = a.copy(), b.copy()
        b[reach:] = own[0][reach:] * own[1][:-reach] + own[1][reach:]
        a[reach:] = own[0][reach:] * own[0][:-reach]
    first = np.random.default_rng(0).standard_normal((2, 16, 1, 1))
    assert b == pytest.approx(linear_recurrence(*first))


# -- Drop the nonlinearity, a parallel scan --------------------------------------------------------------------
def test_the_join():
    says(r"(a_1, b_1) \bullet (a_2, b_2) = (a_2 a_1,\; a_2 b_1 + b_2)")
    says(r"| joining stretches | $(a_1, b_1) \bullet (a_2, b_2) = (a_2 a_1,\ a_2 b_1 + b_2)$, associative |")

    def join(left, right):
        return right[0] * left[0], right[0] * left[1] + right[1]

    one, two, three = np.random.default_rng(1).standard_normal((3, 2))
    assert join(join(one, two), three) == pytest.approx(join(one, join(two, three)))
    a, b = np.array([one, two, three]).T
    assert join(join(one, two), three)[1] == pytest.approx(
        linear_recurrence(a[:, None, None], b[:, None, None])[-1, 0, 0]
    )


def test_the_way_back_is_a_scan_from_the_other_end():
    says(r"$\partial L/\partial h_t$ is $dh_t + a_{t+1}\,\partial L/\partial h_{t+1}$, ")
    says("Keep the factors within $[-1, 1]$, and no gradient explodes; keep them near 1 or −1, and none vanishes.")
    assert "central differences: True, 150 numbers" in PRINTED
    T, B, H = 12, 2, 3
    assert "T, B, H = 12, 2, 3\n" in CODE
    assert 2 * T * B * H + B * H == 150, "a, b and h0"


def test_the_scan_in_short():
    says("loop: $T - 1$ rounds and joins; Hillis–Steele: $\\log_2 T$ rounds, about $T \\log_2 T$ joins; ")
    says("two sweeps: about $2 \\log_2 T$ rounds, $2T$ joins |")
    for T in (256, 1024, 4096):
        log = np.log2(T)
        assert scan_cost(T, "loop") == (T - 1, T - 1)
        assert scan_cost(T, "hillis-steele").depth == log
        assert scan_cost(T, "hillis-steele").work == pytest.approx(T * log, rel=0.15)
        assert scan_cost(T, "blelloch") == pytest.approx((2 * log, 2 * T), rel=0.07)


# -- Eigenvalues again -------------------------------------------------------------------------------------
def test_a_full_matrix_and_its_eigenvalues():
    says("As long as the matrix is the same at each step, a linear RNN with a full one can do nothing that one with ")
    rng = np.random.default_rng(2)
    W, x = rng.standard_normal((3, 3)) / 2 + np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]]), rng.standard_normal((7, 3))
    h, values, V = np.zeros(3), *np.linalg.eig(W)
    for x_t in x:
        h = W @ h + x_t
    into = (np.linalg.inv(V) @ x.T).T
    assert np.abs(values.imag).max() > 0.1, "complex ones among them"
    assert (
        V @ linear_recurrence(np.broadcast_to(values, into.shape)[:, None], into[:, None])[-1, 0]
    ).real == pytest.approx(h)


def test_half_of_an_input_after_69_steps():
    says("At what magnitude is half of an input left after 69 steps? ")
    says("at that magnitude and an angle of 90°, after 69 steps? After 68?")
    says("[0.99](#memory?radius=0.99): $0.99^{69} = 0.4998$. At [90°](#memory?radius=0.99&angle=90) the state has ")
    says("and its real part is 0. After 68 it is back, at 0.505.")
    assert "angle=[0, 15, 30" in CODE, "where a link does not say"
    left = 0.99**69
    assert left == pytest.approx(0.4998, abs=5e-5)
    seen = eigenvalue_response(0.99, np.pi / 2, 70)
    assert seen[69].real == pytest.approx(0, abs=1e-12)
    assert abs(seen[69].imag) == pytest.approx(0.4998, abs=5e-5)
    assert seen[68] == pytest.approx(0.505, abs=5e-4)
    assert "Radius 0.99, angle 0°: half is left after 69 steps" in reading(figures.memory(0.99, 0))
    told = reading(figures.memory(0.99, 90))
    assert "half is left after 69 steps" in told
    assert "turns round once in 4 steps" in told


def test_the_lru():
    says(r"\lambda = e^{-e^{\nu} + i e^{\theta}}, \qquad |\lambda| = e^{-e^{\nu}} < 1")
    says(r"| LRU | $\lambda = e^{-e^\nu + i e^\theta}$, input scaled by $\gamma = \sqrt{1 - \lvert\lambda\rvert^2}$ |")
    nu, theta = np.array([-5.0, 0.3]), np.array([-1.0, 0.4])
    values = lru_eigenvalues(nu, theta)
    assert values == pytest.approx(np.exp(-np.exp(nu) + 1j * np.exp(theta)))
    assert lru_normalisation(nu) == pytest.approx(np.sqrt(1 - np.abs(values) ** 2))
    says("$1 / (1 - |\\lambda|^2)$, which is 50 at 0.99.")
    assert state_variance(0.99) == pytest.approx(50, abs=0.5)


def test_the_ring():
    says("From [0 to 0.99](#ring?r_min=0&r_max=0.99) half of the units forget half of an input in less than two steps.")
    says(
        "From [0.9 to 0.999](#ring?r_min=0.9&r_max=0.999) it takes twelve, and the ",
        "longest memory has a half-life of 551.",
    )
    assert "phase=[360, 180, 60, 18]" in CODE, "where a link does not say"
    assert "remember for less than 1.68 steps" in reading(figures.ring(0, 0.99, 360))
    told = reading(figures.ring(0.9, 0.999, 360))
    assert "less than 12.4 steps, the longest for 551." in told


def test_eight_memories():
    says("Eight memories, with half-lives between 7 steps and 693, and none of them is louder than what comes in.")
    assert "N=8, rng=rng, r_min=0.9, r_max=0.999" in CODE
    assert half_life(np.array([0.9, 0.999])) == pytest.approx([7, 693], abs=0.5)
    assert "variance by what comes in: [1. 1. 1. 1. 1. 1. 1. 1.]" in PRINTED


def test_a_linear_recurrence_is_linear_in_its_inputs():
    says("Its states are linear in the inputs.")
    rng = np.random.default_rng(3)
    lru, (x, y) = start_lru(D=2, H=3, N=4, rng=rng), rng.standard_normal((2, 9, 1, 2))
    apart = lru_forward(x, lru)[0] + lru_forward(y, lru)[0]
    assert lru_forward(x + y, lru)[0] == pytest.approx(apart)


# -- Gates from the input alone ------------------------------------------------------------------------------
def test_the_equations():
    """Two steps are one, a state is a sum over its past, and tanh after tanh is no step."""
    says(r"one after the other, take $h$ to $a_2 (a_1 h + b_1) + b_2 = (a_2 a_1)\,h + (a_2 b_1 + b_2)$.")
    says(r"$$h_t = b_t + a_t\,b_{t-1} + a_t a_{t-1}\,b_{t-2} + \dots + (a_t \cdots a_1)\,h_0,$$")
    says(r"and the gradient from step $t$ to step $s$ is the product $a_t \cdots a_{s+1}$.")
    rng = np.random.default_rng(7)
    (a, b), h0 = rng.standard_normal((2, 3, 1, 1)), rng.standard_normal((1, 1))
    hs, nudged = linear_recurrence(a, b, h0), b.copy()
    assert hs[2] == pytest.approx(b[2] + a[2] * b[1] + a[2] * a[1] * b[0] + a[2] * a[1] * a[0] * h0)
    nudged[0] += 1
    assert linear_recurrence(a, nudged, h0)[2] - hs[2] == pytest.approx(a[2] * a[1]), "from step 3 to step 1"
    says(r"$\tanh(w \tanh(w h + b_1) + b_2)$ is not of the form of one step")
    h = np.linspace(-3, 3, 61)
    slopes = np.arctanh(np.tanh(1.5 * np.tanh(1.5 * h) + 0.2))
    assert np.ptp(np.diff(slopes)) > 0.1, "one step would be a straight line below the tanh"


def test_the_cells_equations():
    says(r"z_t = \sigma(W_z x_t + b_z), \qquad \tilde h_t = W_n x_t + b_n, \qquad h_t = (1 - z_t) \odot h_{t-1} + z_t ")
    says(r"| minGRU | $z_t = \sigma(W_z x_t + b_z)$, $h_t = (1 - z_t) \odot h_{t-1} + z_t \odot (W_n x_t + b_n)$ |")
    rng = np.random.default_rng(8)
    x, h, W, b = (rng.standard_normal(shape) for shape in ((2, 3), (2, 4), (8, 3), (8,)))
    z, n = 1 / (1 + np.exp(-(x @ W[:4].T + b[:4]))), x @ W[4:].T + b[4:]
    assert mingru_step(x, h, W, b) == pytest.approx((1 - z) * h + z * n)
    says("minLSTM is the same with two gates, divided by their sum.")
    W, b = rng.standard_normal((12, 3)), rng.standard_normal(12)
    i, f = (1 / (1 + np.exp(-(x @ W[rows].T + b[rows]))) for rows in (slice(0, 4), slice(4, 8)))
    assert minlstm_step(x, h, W, b) == pytest.approx((f * h + i * (x @ W[8:].T + b[8:])) / (f + i))


def test_mingru_writes_where_the_gru_keeps():
    says(
        "(Here $z$ is how much is *written*, which is the other way round from chapter 4; take care when you compare.)"
    )
    old, x = np.array([[0.3]]), np.zeros((1, 1))
    shut = mingru_step(x, old, np.zeros((2, 1)), np.array([-50.0, 7.0]))
    assert shut == pytest.approx(old), "z = 0: nothing is written"
    assert mingru_step(x, old, np.zeros((2, 1)), np.array([50.0, 7.0])) == pytest.approx(np.array([[7.0]]))
    b_x = np.array([0.0, 50.0, 7.0])  # chapter 4's rows: r, z, n
    kept = gru_forward(x[None], old, np.zeros((3, 1)), np.zeros((3, 1)), b_x, np.zeros(3))
    hs = kept if isinstance(kept, np.ndarray) else kept[0]
    assert np.asarray(hs)[-1] == pytest.approx(old), "z = 1: all is kept"


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("minGRU, 2 layers", "mingru"),
        ("LRU on a ReLU layer", "lru"),
        ("minLSTM, 2 layers", "minlstm"),
        ("GRU", "gru"),
        ("LSTM", "lstm"),
    ],
)
def test_adding_table(label, kind):
    says("both of about 4,500 parameters as the LSTM and the GRU there, learn it with all of five seeds ")
    says("(rates, and the biases of the gates, chosen on other seeds):")
    says("| cell | updates until solved, median | worst of five seeds |")
    row, recipe = results("adding")[kind], run("adding")["settings"]["recipes"][kind]
    assert [float(cell) for cell in cells_of(label)] == [row["median"], row["worst"]]
    assert row["parameters"] == pytest.approx(4500, abs=150)
    assert row["solved"] == len(row["each"]) == 5
    assert recipe["layers"] == (2 if "2 layers" in label else 1)
    says("Chapter 4's adding problem asks for a memory of up to 100 steps. ")
    assert run("adding")["settings"]["T"] == 100


def test_lstm_and_gru_are_chapter_4s():
    found = chapter("04_gates").results("equal")["adding"]
    for kind, old in (("lstm", "lstm"), ("gru", "gru, equal parameters")):
        for key in ("median", "worst", "each", "parameters"):
            assert results("adding")[kind][key] == found[old][key]


def test_nothing_lost_on_adding_and_nothing_gained_on_the_gru():
    says("Nothing is lost on this task, and nothing gained on the GRU, ")
    middle = {kind: row["median"] for kind, row in results("adding").items()}
    assert min(middle.values()) == middle["gru"] == middle["mingru"]


# -- What is lost --------------------------------------------------------------------------------------------
def test_two_units_of_chapter_1_tell_odd_from_even():
    """One is on when bit and state have a one between them, the other when they have two."""
    says("Chapter 1's network with two units can do that, and so can a light switch.")
    W_x, W_h, b = np.array([20.0, 20.0]), 10 * np.array([[1, -1], [1, -1]]), np.array([-10.0, -30.0])
    bits = np.random.default_rng(4).integers(0, 2, 500)
    h, right = np.array([-1.0, -1.0]), []
    for t, bit in enumerate(bits):
        h = np.tanh(W_x * bit + W_h @ h + b)
        right.append((h[0] - h[1] > 1) == bits[: t + 1].sum() % 2)
    assert all(right)


def accuracy(model, length, which="median", longest=40):
    return results("parity")["parity"][model][str(longest)]["accuracy"][which][LENGTHS.index(length)]


def right_up_to(model, longest=40):
    return results("parity")["parity"][model][str(longest)]["right up to"]


def test_how_long_a_sequence():
    says("Each network was trained on sequences of up to 40 bits, with the answer asked at every step. How long a ")
    says("sequence will it get right, in at least 99 of 100 cases?")
    settings = run("parity")["settings"]
    assert settings["right"] == 0.99
    assert "longest=[40, 16],\n    others=False," in CODE, "where a link does not say"
    says(
        "[minGRU](#parity?model=minGRU) is right for one bit. At two it is wrong a quarter of the time, and from eight "
    )
    says("on it might as well toss a coin: *within* the lengths that it was trained on. ")
    says("The LSTM is right at 512, the longest that was tried, with all five seeds.")
    says("then the [LSTM](#parity?model=LSTM), and write down")
    assert right_up_to("minGRU")["each"] == [1] * 5
    assert 1 - accuracy("minGRU", 2) == pytest.approx(0.25, abs=0.02)
    assert [accuracy("minGRU", n) for n in LENGTHS if n >= 8] == pytest.approx([0.5] * (len(LENGTHS) - 7), abs=0.06)
    assert max(LENGTHS) == 512
    assert right_up_to("LSTM")["each"] == [512] * 5
    assert "minGRU, trained up to 40: right up to length 1; at 40, 49 %" in reading(
        figures.parity(PARITY, "minGRU", 40)
    )
    assert "LSTM, trained up to 40: right up to length 512;" in reading(figures.parity(PARITY, "LSTM", 40))


def test_the_state_stands_still():
    says("In float32, with the factor 0.99, that is after 1,230 ones.")
    assert steps_until_still(0.99) == 1230
    says("with a hidden layer on top, the same factors are right up to 4 bits.")
    assert right_up_to("positive, hidden layer")["median"] == 4


def test_a_factor_of_minus_1():
    says("$h_t = (1 - 2 x_t)\\,h_{t-1} + x_t$. A 0 keeps the state, a 1 takes $h$ to $1 - h$.")
    bits = np.random.default_rng(5).integers(0, 2, (60, 4))
    x = bits[..., None].astype(float)
    assert scan(1 - 2 * x, x)[..., 0] == pytest.approx(bits.cumsum(0) % 2)
    assert parity_by_hand(bits) == pytest.approx(bits.cumsum(0) % 2)
    assert "1,000 bits, 200 sequences: 100.0% right" in PRINTED


def test_three_linear_recurrences():
    says("Three linear recurrences, 500 updates each; the columns are 10, 40, 80, 160 and 320 bits.")
    says("*signed* $2\\sigma - 1$, so between −1 and 1, and *clipped* may have the ends, −1 and 1, themselves.")
    assert "parity_accuracy(model, (10, 40, 80, 160, 320), rng)" in CODE
    assert "train_parity(model, 500, rng, longest=40" in CODE
    models = run("parity")["settings"]["models"]
    assert [models[kind] for kind in ("positive", "signed", "clipped")] == [
        [kind, 0, 500] for kind in ("positive", "signed", "clipped")
    ]


def test_what_fades():
    factors = results("parity")["factors of the unit that flips best, at 0 and at 1"]
    says("Training makes the signed factor about −0.963, and $0.963^{100}$ is 2 %: what was there at the first step ")
    assert np.median(factors["signed, 40"], axis=0)[1] == pytest.approx(-0.963, abs=5e-4)
    left = 0.963**100
    assert left == pytest.approx(0.02, abs=0.005)
    says("somewhere beyond twice the length that it was trained on, [the answer](#parity?model=factors%20between%20")
    signed = {longest: right_up_to("signed", longest)["median"] for longest in (16, 40)}
    assert all(2 * longest < right < 3 * longest for longest, right in signed.items())
    says(
        "%E2%88%921%20and%201) fades with it. Exactly −1 does not fade, and lasts [at least five times as long](#parity"
    )
    says("[at least five times as long](#parity?model=factors%20from%20%E2%88%921%20to%201). Not for ever: ")
    assert np.array(factors["clipped, 40"]).tolist() == [[1, -1]] * 5
    for longest in (16, 40):
        assert right_up_to("clipped", longest)["median"] > 5 * signed[longest]
    assert right_up_to("clipped", 16)["median"] < 512, "not for ever"
    told = "factors between −1 and 1, trained up to 40: right up to length 96;"
    assert told in reading(figures.parity(PARITY, "signed", 40))
    told = "factors from −1 to 1, trained up to 40: right up to length 512;"
    assert told in reading(figures.parity(PARITY, "clipped", 40))


def test_a_nonlinearity_repairs_and_a_linear_recurrence_does_not():
    says("two states that nearly agree agree more after the step.")
    slope = 10 * (1 - np.tanh(10) ** 2)
    assert slope < 0.01, "of tanh(10 h) at h = 1"
    bits = np.random.default_rng(6).integers(0, 2, 200)
    states = [np.array([start]) for start in (0.0, 0.1)]
    for bit in bits:
        states = [(1 - 2 * bit) * h + bit for h in states]
    assert abs(states[1] - states[0]) == pytest.approx(0.1), "what has drifted stays where it is"


def test_counting_modulo_3_and_the_tanh_network():
    counting = results("parity")["modulo 3"]
    says("a factor between −1 and 1 is right up to 3 bits, a complex one of magnitude 1 and any angle up to 96 (worst ")
    says("seed 64).")
    assert counting["signed"]["right up to"]["each"] == [3] * 5
    assert [counting["complex"]["right up to"][key] for key in ("median", "worst")] == [96, 64]
    says("of five seeds one stayed at chance in parity, and two in counting modulo 3. The others are right at 512.")
    parity = results("parity")["parity"]["tanh"]["40"]
    for found, chance, failed in ((parity, 1 / 2, 1), (counting["tanh"], 1 / 3, 2)):
        each = found["right up to"]["each"]
        assert sorted(each)[failed:] == [512] * (5 - failed)
        ends = [found["accuracy"]["each"][seed][-1] for seed in range(5) if each[seed] < 512]
        assert ends == pytest.approx([chance] * failed, abs=0.06)


# -- The curse of memory --------------------------------------------------------------------------------------
def test_the_valley():
    says("At magnitude [0.9](#curse?radius=0.9) the loss stays below a tenth while the eigenvalue is off by no more ")
    says("than −0.066 or +0.033. How far off may it be at 0.99?")
    says("[Ten times less](#curse?radius=0.99): −0.0066 to +0.0033. The valley grows as narrow as the distance to 1.")
    assert 'parametrisation=["eigenvalue", "normalised"' in CODE, "where a link does not say"
    assert "Loss below 0.1 from −0.066 to +0.033;" in reading(figures.curse(0.9, "eigenvalue"))
    assert "Loss below 0.1 from −0.0066 to +0.0033;" in reading(figures.curse(0.99, "eigenvalue"))


def test_the_valley_of_the_lru():
    says(
        "[exponential](#curse?radius=0.999&parametrisation=exponential): from 0.9 on the valley has the same width at "
    )
    says("every magnitude, 0.64 either way, since a step in $\\nu$ is a *relative* change of the memory's length.")
    for radius in (0.9, 0.99, 0.999):
        assert "Loss below 0.1 from −0.64 to +0.6" in reading(figures.curse(radius, "exponential"))
        edges = moved("exponential", radius, np.array([-0.66, -0.63, 0.63, 0.66]))
        assert (edges < 0.1).tolist() == [False, True, True, False]
    assert "−0.67 to +0.77" in reading(figures.curse(0.5, "exponential")), "not yet at 0.5"
    assert half_life(np.exp(-np.exp(-2.3))) / half_life(np.exp(-np.exp(-2.0))) == pytest.approx(np.exp(0.3))


def test_the_valley_of_the_angle():
    says("For the [angle](#curse?radius=0.99&parametrisation=angle) the LRU has no such trick: the valley narrows as ")
    says(
        "At 0.999 an angle of one radian must be right to [half a ",
        "thousandth](#curse?radius=0.999&parametrisation=angle).",
    )
    widths = [re.search(r"to \+([\d.]+)", reading(figures.curse(r, "angle"))).group(1) for r in (0.9, 0.99, 0.999)]
    assert [float(width) for width in widths] == pytest.approx([0.05, 0.0046, 0.00046])
    assert ANGLE == 1


def test_the_mean_square():
    says(
        "the mean square of $\\partial h / \\partial \\lambda$ is $(1 + \\lambda^2)/(1 - ",
        "\\lambda^2)^3$: 264 at 0.9, and ",
    )
    says("251,263 at 0.99.")
    says(r"| curse of memory | mean square of $\partial h/\partial\lambda$ is $(1 + \lambda^2)/(1 - \lambda^2)^3$ |")
    radii = np.array([0.9, 0.99])
    assert parameter_sensitivity(radii) == pytest.approx((1 + radii**2) / (1 - radii**2) ** 3)
    assert parameter_sensitivity(radii) == pytest.approx([264, 251_263], abs=0.5)
    k = np.arange(1, 400)
    assert np.sum((k * 0.9 ** (k - 1)) ** 2) == pytest.approx(float(parameter_sensitivity(0.9)))


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        (r"learning $\lambda$ itself", "eigenvalue"),
        (r"and with $\gamma$", "normalised"),
        (r"learning $\nu$, with $\gamma$", "exponential"),
    ],
)
def test_learning_table(label, kind):
    says(
        "One unit learns to be another, under white noise: five starts between 0.3 and 0.7, gradient descent with the "
    )
    says(
        "best of twelve rates (by a sixth start), the median of the updates until the ",
        "loss is below 0.01, 2,000 at most:",
    )
    says("| the eigenvalue to be found | 0.9 | 0.99 | 0.999 |")
    settings = run("curse")["settings"]
    assert (len(settings["rates"]), settings["learned below"], settings["updates"]) == (12, 0.01, 2000)
    assert settings["starts"] == [0.3, 0.7]
    for cell, radius in zip(cells_of(label), ("0.9", "0.99", "0.999"), strict=True):
        found = results("curse")["learning"]["gradient descent"][kind][radius]
        if cell == "none":
            assert found["learned"] == 0
        elif "of 5 learns it" in cell:
            assert found["learned"] == int(cell[0])
        else:
            median, share = re.fullmatch(r"([\d,]+)(?: \((\d) of 5\))?", cell).groups()
            assert found["median"] == int(median.replace(",", ""))
            assert found["learned"] == int(share or 5)


def test_adam():
    says("Adam, which finds the size of its steps itself, learns 0.99 in all three ways, in 155, 149 and 50 updates. ")
    says("0.999 it too learns with $\\nu$ alone.")
    adam = results("curse")["learning"]["Adam"]
    kinds = ("eigenvalue", "normalised", "exponential")
    assert [(adam[kind]["0.99"]["learned"], adam[kind]["0.99"]["median"]) for kind in kinds] == [
        (5, 155), (5, 149), (5, 50)]  # fmt: skip
    assert [adam[kind]["0.999"]["learned"] for kind in kinds] == [0, 0, 5]
    says(
        "In this chapter's experiment Adam, with the best of twelve learning rates and ",
        "$\\lambda$ itself for a parameter, ",
    )
    says(
        "learned a memory of 0.999 with none of five seeds, and left the circle with four. With $\\nu$, and the LRU's "
    )
    assert adam["eigenvalue"]["0.999"]["left the circle"] == 4


# -- What it costs, and which to use -----------------------------------------------------------------------------
LAYERS, T_OF = results("cost")["layers"], run("cost")["settings"]["lengths"]
RECURRENCES = ["linear, loop", "linear, scan", "LSTM"]


def cost(layer, what, T):
    return LAYERS[layer][what][T_OF.index(T)]


def test_one_layer_of_128():
    says("One layer of 128 numbers, one sequence, one core, no graphics processor: read $T$ steps, ")
    settings = run("cost")["settings"]
    assert (settings["D"], settings["B"], settings["threads"]) == (128, 1, 1)


def test_eight_times_the_length():
    says("From 1,024 steps to 8,192, by how much does it get slower, and by how much the recurrences?")
    says("Eight times the length: the recurrences take nine to twelve times as long, ")
    says("[attention](#cost?what=reading%20T%20steps%2C%20milliseconds&T=8192), in its best form, thirty-seven.")
    grown = {
        name: cost(name, "forward, ms", 8192) / cost(name, "forward, ms", 1024)
        for name in LAYERS
        if "matrix" not in name
    }
    assert min(grown[name] for name in RECURRENCES) == pytest.approx(9, abs=0.5)
    assert max(grown[name] for name in RECURRENCES) == pytest.approx(12, abs=0.5)
    assert grown["attention, fused"] == pytest.approx(37, abs=0.5)
    assert "linear 17, LSTM 60, attention 312" in reading(figures.cost(COST, "forward, ms", 8192))


def test_one_more_step():
    says("And [one more step](#cost?what=one%20more%20step%2C%20milliseconds&T=8192), when the text so far has 8,192 ")
    says(
        "One more step costs a recurrence the same whatever went before. Attention looks through all that it has kept, "
    )
    says(
        "[8 megabytes](#cost?what=kept%20for%20the%20next%20step%2C%20megabytes&T=8192) by then, where the recurrence "
    )
    for name in RECURRENCES:
        steps = LAYERS[name]["next token, ms"]
        assert max(steps) / min(steps) < 1.1
    steps = LAYERS["attention, fused"]["next token, ms"]
    assert steps[-1] > 3 * steps[T_OF.index(1024)]
    assert cost("attention, fused", "next token, MB", 8192) == 8
    assert cost("linear, scan", "next token, MB", 8192) == pytest.approx(0.5 / 1024, rel=0.01)
    assert "LSTM 0.035, attention 0.32" in reading(figures.cost(COST, "next token, ms", 8192))
    assert "attention 8," in reading(figures.cost(COST, "next token, MB", 8192))


def test_where_the_curves_cross():
    says(
        "- **At 64 steps attention reads fastest of all.** A quadratic with a small factor is small. With the way back "
    )
    says(
        "the scan is level, 0.60 ms against 0.64. From 128 steps on a linear recurrence is ahead, from 512 on the LSTM "
    )
    fused = "attention, fused"
    assert min(LAYERS, key=lambda name: cost(name, "forward, ms", 64)) == fused
    found = cost("linear, scan", "training, ms", 64), cost(fused, "training, ms", 64)
    assert found == pytest.approx((0.60, 0.64), abs=0.005)
    for what in ("forward, ms", "training, ms"):
        for name, begin in (("linear, scan", 128), ("linear, loop", 128), ("LSTM", 512)):
            ahead = [cost(name, what, T) < cost(fused, what, T) for T in T_OF]
            if name != "linear, scan" or what == "forward, ms":
                assert ahead == [begin <= T for T in T_OF]
            assert all(ahead[T_OF.index(begin) :])


def test_attentions_memory():
    says(
        "Written naively it keeps a $T \\times T$ matrix, 282 MB at 4,096 steps; fused, ",
        "as PyTorch has it, it keeps less ",
    )
    says("than the linear recurrence, 20 MB against 24 at 8,192, ")
    assert cost("attention, matrix", "training, MB", 4096) == pytest.approx(282, abs=0.5)
    found = cost("attention, fused", "training, MB", 8192), cost("linear, scan", "training, MB", 8192)
    assert found == pytest.approx((20, 24), abs=0.5)
    kept = LAYERS["attention, fused"]["training, MB"]
    assert kept[-1] / kept[0] == pytest.approx(T_OF[-1] / T_OF[0], rel=0.01), "linear in T"


def test_scan_against_loop():
    says("- **On one core the scan does not beat the loop,** except for a single sequence, ")
    says("with 64 sequences at once it is three times slower, the price of twice the joins.")
    measured = results("cost")["loop against scan"]
    slower = {B: row["blelloch"]["forward"] / row["loop"]["forward"] for B, row in measured.items()}
    assert slower["1"] < 0.5
    assert all(slower[B] > 0.95 for B in ("4", "16", "64"))
    assert slower["64"] == pytest.approx(3, abs=0.1)
    row = measured["64"]
    assert row["blelloch"]["work"] / row["loop"]["work"] == pytest.approx(2, abs=0.05)
    assert row["hillis-steele"]["forward"] > row["blelloch"]["forward"], "nor does the other"


def test_the_table_of_advice():
    (_, why) = cells_of("up to a few hundred steps, little data, no graphics processor")
    assert (
        why == "every cell that was tried on the adding problem learns it; at 64 steps attention reads fastest of all"
    )
    assert all(row["solved"] == 5 for row in results("adding").values())
    (_, why) = cells_of("something to be tracked exactly, however long")
    assert why == "parity: 512 bits, all seeds, against 1"
    assert (right_up_to("LSTM")["worst"], right_up_to("minGRU")["worst"]) == (512, 1)
    says("Three of these rows you have measured.")


# -- Exercises, and in short --------------------------------------------------------------------------------
def test_what_rosa_reports():
    says("Sam tests it on sequences of 64, 96, 112, 128, 160, 192 and 256 bits (median of five seeds):")
    shares = re.search(r"> ([\d, ]+) %\.\n", TEXT).group(1)
    lengths = (64, 96, 112, 128, 160, 192, 256)
    found = [100 * accuracy("signed", length) for length in lengths]
    assert [int(share) for share in shares.split(",")] == pytest.approx(found, abs=0.5)
    says("Up to 40 bits it is right in 100 %, with each of five seeds.")
    assert min(accuracy("signed", n, "worst") for n in LENGTHS if n <= 40) == 1
    says(
        "The unit that flips has the factors 0.966 (at a 0) and −0.965 (at a 1). Trained on up to 16 bits, these were "
    )
    says("0.93 and −0.93, and the network was right up to 44 bits.")
    factors = results("parity")["factors of the unit that flips best, at 0 and at 1"]
    assert factors["signed, 40"][0] == pytest.approx([0.966, -0.965], abs=5e-4)
    assert np.median(factors["signed, 16"], axis=0) == pytest.approx([0.93, -0.93], abs=5e-3)
    assert right_up_to("signed", 16)["median"] == 44
    says("With *positive* ones and 64 hidden units in the readout we are right up to 4 bits already; take 6,400.")
    assert run("parity")["settings"]["models"]["positive, hidden layer"] == ["positive", 64, 3000]
    assert right_up_to("positive, hidden layer", 40)["median"] == 4


@pytest.mark.parametrize("T", [64, 128, 256, 1024, 8192])
def test_the_bill(T):
    (row,) = re.findall(rf"^> \| {T:,} \|(.*)\|$", TEXT, re.MULTILINE)
    scanned, attention, kept = (float(cell.replace(",", "")) for cell in row.split("|"))
    assert scanned == pytest.approx(cost("linear, scan", "training, ms", T), rel=0.01)
    assert attention == pytest.approx(cost("attention, fused", "training, ms", T), rel=0.01)
    assert kept == cost("attention, fused", "next token, MB", T)


def test_a_nudge_a_doubling_an_explosion():
    says("One and the same step: a nudge of 6 %, a doubling, and a state that explodes.")
    says("Moved in $\\nu$, every half-life is multiplied by the same factor, and no step leads out of the unit circle.")
    grown = half_life(np.array([0.905, 0.995])) / half_life(np.array([0.9, 0.99]))
    assert grown == pytest.approx([1.06, 2], abs=0.006)
    assert 0.999 + 0.005 > 1


def test_conversations():
    says("for generation it is memory rather than time: 128 conversations against two million.")
    says("Those 8 MB are not wasted, though.")
    assert 2**30 / cost("attention, fused", "next token, MB", 8192) / 2**20 == 128
    conversations = 2**30 // (128 * 4)
    assert conversations == pytest.approx(2e6, rel=0.05)


def test_mambas_gate_is_mingrus():
    says("For $\\rho = 1$ look again: $e^{-\\ln(1 + e^u)} = 1/(1 + e^u) = \\sigma(-u)$. That is the minGRU.")
    u, n, old = 0.7, 1.3, np.array([[0.4]])
    left = np.exp(-np.logaddexp(0, u))
    assert left == pytest.approx(1 / (1 + np.exp(u)))
    new = mingru_step(np.zeros((1, 1)), old, np.zeros((2, 1)), np.array([u, n]))
    assert new == pytest.approx(left * old + (1 - left) * n)
