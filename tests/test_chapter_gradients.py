"""The numbers that chapter 3 states in its text, and no cell of it computes, are what the code and the runs say."""

import re

import numpy as np
import pytest
from chapters import chapter, stated

from helpers.figures import gradients as figures
from helpers.matrices import spectral_radius

CHAPTER = chapter("03_gradients")
TEXT, results = CHAPTER.text, CHAPTER.run


def row(label):
    """The numbers of a table row: (median, worst) for each column."""
    line = re.search(rf"^\| {re.escape(label)} \|(.*)\|$", TEXT, re.MULTILINE)[1].replace("−", "-")
    return [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) \((-?[\d.]+)\)", line)]


@pytest.mark.parametrize("name", ["copy_task", "recall", "greetings"])
def test_the_runs_are_five_consecutive_seeds_from_0(name):
    run = results(name)
    assert run["seeds"] == [0, 1, 2, 3, 4]
    assert {"python", "numpy"} <= set(run["versions"])


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("fixed reservoir", "reservoir"),
        ("trained, PyTorch's default start", "torch, trained"),
        ("trained, orthogonal start", "orthogonal, trained"),
    ],
)
def test_recall_table(label, key):
    table = results("recall")["results"][key]
    for pair, lag in zip(row(label), ("15", "20", "30"), strict=True):
        assert pair == stated(table[lag])


def test_recall_at_the_edge_is_a_lottery():
    each = sorted(results("recall")["results"]["torch, trained"]["20"]["each"])
    assert sum(value > 0.5 for value in each) == 2
    assert "two of the five default starts did learn it (0.994 and 0.862)" in TEXT
    assert each[-2:] == pytest.approx([0.862, 0.994], abs=1e-3)


@pytest.mark.parametrize(
    ("label", "scheme"),
    [
        ("orthogonal", "orthogonal"),
        ("He", "he"),
        ("Xavier", "xavier"),
        ("identity", "identity"),
        ("PyTorch's default", "torch"),
        ("normal, 0.01", "small"),
    ],
)
def test_copy_table(label, scheme):
    table = results("copy_task")["results"]
    for pair, updates in zip(row(label), (300, 2000), strict=True):
        assert pair == stated(table[f"{scheme}, {updates} updates"])


def test_who_was_greeted():
    run = results("greetings")["results"]
    long, short = run["trained on n, asked at n"]["16"], run["trained on 0 to 2, asked at n"]
    assert (long["median"], long["worst"]) == pytest.approx((0.12, 0.10), abs=0.005)
    for n in ("16", "40"):
        assert (short[n]["median"], short[n]["worst"]) == pytest.approx((1.0, 0.91), abs=0.005)
    assert "0.12 (worst 0.10) and 1.00 (worst 0.91)" in TEXT
    assert "165 words after the name" in TEXT  # 4 words a sentence, and 5 more: 4 * 40 + 5
    eight = run["trained on n, asked at n"]["8"]["each"]
    learned = [seed for seed, value in enumerate(eight) if value > 0.5]
    assert len(learned) == 2
    elsewhere = {n: run["trained on 8, asked at n"][n]["each"] for n in run["trained on 8, asked at n"] if n != "8"}
    assert all(each[seed] == 0 for each in elsewhere.values() for seed in learned)


@pytest.mark.parametrize(
    ("noise", "says"),
    [(0.0, r"$4 \cdot 10^{17}$"), (0.1, "600 times"), (0.5, "a seventieth"), (1.0, r"$5 \cdot 10^{-9}$")],
)
def test_noise_decides(noise, says):
    arrived = {0.0: 4.1e17, 0.1: 596, 0.5: 0.014, 1.0: 4.9e-9}[noise]
    reading = figures.norms_by_kind("orthogonal", 1.5, noise, "tanh").layout.meta["reading"]
    told = re.search(r": ([\d.,]+)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))? of the gradient", reading)
    power = (told[2] or "⁰").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    assert float(told[1].replace(",", "")) * 10 ** int(power) == pytest.approx(arrived, rel=0.05)
    assert says in TEXT


def test_the_log_does_not_show_the_length():
    readings = [figures.lag_contributions(0.5, n).layout.meta["reading"] for n in (20, 100)]
    assert all("norm 1.9" in reading for reading in readings)
    assert "1.2 × 10⁻⁷" in readings[1]
    assert r"it stays at 1.9. Of this, lags from 20 on contribute a share of $1.2 \cdot 10^{-7}$" in TEXT


def test_the_cliff():
    reading = figures.cliff(0.3, "norm").layout.meta["reading"]
    assert "745" in reading
    assert "0.15" in reading
    assert "0.013" in reading
    assert re.search(r"0\.5 \\cdot 745 \\approx 372", TEXT)
    assert round(0.5 * 745) == 372


def test_initialisation():
    linear, tanh = (figures.initialisation("he", 64, phi).layout.meta["reading"] for phi in ("identity", "tanh"))
    assert "spectral radius 1.44" in linear
    assert "4.2 × 10⁷" in linear
    assert "1.7" in tanh
    assert "3.1 × 10⁻⁴" in figures.initialisation("orthogonal", 64, "tanh").layout.meta["reading"]
    for number in (r"$4.2 \cdot 10^7$", r"$3.1 \cdot 10^{-4}$", "radius 1.44"):
        assert number in TEXT


def test_small_claims():
    assert "about 13.5$ steps" in TEXT or r"\approx 13.5$ steps" in TEXT
    assert np.log(0.5) / np.log(0.95) == pytest.approx(13.5, abs=0.05)
    assert np.log(8) == pytest.approx(2.08, abs=0.005)
    bent, g = np.array([0.5, 0.5]), np.array([4, 0.5])
    assert bent @ g / np.linalg.norm(bent) / np.linalg.norm(g) == pytest.approx(0.789, abs=5e-4)


def test_relu_may_also_die():
    reading = figures.norms_by_kind("orthogonal", 1.5, 1.0, "relu").layout.meta["reading"]
    assert "vanishes" in reading
    assert "whose gradient dies at radius 1.5" in TEXT
    ten_times = figures.norms_by_kind("orthogonal", 1.5, 0.1, "relu").data[0].y
    np.testing.assert_allclose(ten_times, figures.norms_by_kind("orthogonal", 1.5, 1.0, "relu").data[0].y, atol=0.02)


def test_the_rules_of_the_table():
    radii = [spectral_radius(np.random.default_rng(s).standard_normal((400, 400)) / 20) for s in range(5)]
    assert max(abs(np.array(radii) - 1)) < 0.06
    assert "with 400 one is within a few per cent" in TEXT
    assert "| 7 at 0.9, 69 at 0.99 |" in TEXT
    assert [round(np.log(0.5) / np.log(rho)) for rho in (0.9, 0.99)] == [7, 69]
    assert "Xavier 1, He 1.4, PyTorch 0.58, orthogonal 1" in TEXT
    assert (round(2**0.5, 1), round(3**-0.5, 2)) == (1.4, 0.58)
    assert pytest.approx(1e-7, rel=0.03) == 0.2**10
