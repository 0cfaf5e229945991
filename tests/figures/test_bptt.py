"""The figures of chapter 2 show the numbers of the backward passes, and keep their axes still."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from states import check_controls, check_readings

from helpers import credit
from helpers.figures.bptt import by_hand, contributions, cost, lag_learned, truncation_bias
from helpers.figures.bptt.byhand import LAST, STAGES, TOLD
from helpers.figures.bptt.credit import CUT, FROZEN, HIGHEST, LEARNED, LENGTH, LOWEST, NOTHING, percent
from helpers.figures.bptt.price import LENGTHS, SECONDS, bytes_stored

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
CALLS = {
    "contributions": (
        contributions,
        {
            "eigenvalue": (0.5, 1.2, 0.1, 0.9),
            "truncation": ["chunks", "window", "full"],
            "K": (1, 20, 1, 5),
            "loss": {"every step": "every", "the end": "end"},
        },
    ),
    "bias": (truncation_bias, {"memory": [0.95, 0.5, 0.7, 0.8, 0.9, 0.98, 0.99], "K": (5, 100, 5, 20)}),
    "cost": (cost, {"length": LENGTHS, "chunk": [25, 100]}),
    "lag": (lag_learned, {"K": [60, 30, 20, 15, 12, 11, 10, 8, 5, 2, 1]}),
    "hand": (by_hand, {"step": (0, LAST, 1, 0)}),
}


def results(name):
    return json.loads((EXPERIMENTS / f"{name}.json").read_text(encoding="utf-8"))["results"]


def test_within_the_budget(explorer):
    explorer.bake()  # raises beyond 35 KB


def test_readings_are_short_and_axes_stay(explorer):
    check_readings(explorer, distinct=1 / 3)


def test_every_control_changes_data_from_the_start(explorer):
    check_controls(explorer)


# -- The matrix of contributions --------------------------------------------------------------------------
@pytest.mark.parametrize("loss", ["every", "end"])
@pytest.mark.parametrize("truncation", ["chunks", "window", "full"])
def test_cells_are_cut_where_the_backward_pass_cuts(truncation, loss):
    z = np.array(contributions(0.9, truncation, 6, loss).data[0].z)
    mask = credit.reached(LENGTH, truncation, 6, loss)
    asked = credit.reached(LENGTH, "full", loss=loss)
    np.testing.assert_array_equal((z >= LOWEST) & (z <= HIGHEST), mask)
    np.testing.assert_allclose(z[asked & ~mask], CUT)
    np.testing.assert_allclose(z[~asked], NOTHING)
    t = np.arange(LENGTH)
    present = z[t, t] if loss == "every" else z[-1, -1]
    np.testing.assert_array_equal(present, 0, err_msg="each loss sends a gradient of norm 1")


def test_sizes_fall_at_least_as_fast_as_the_eigenvalue():
    z = np.array(contributions(0.8, "full", 1).data[0].z)
    t, k = np.tril_indices(LENGTH)
    assert (z[t, k] <= np.maximum((t - k) * np.log10(0.8), LOWEST) + 0.051).all()


def test_the_share_is_what_the_reading_says():
    assert "nothing cut: 100 % of all" in contributions(0.9, "full", 5).layout.meta["reading"]
    for truncation in ("window", "chunks"):
        for loss, where in (("every", "loss at every step"), ("end", "loss at step 20")):
            figure = contributions(0.7, truncation, 4, loss)
            z = np.array(contributions(0.7, "full", 4, loss).data[0].z)
            share = credit.reached(LENGTH, truncation, 4, loss)
            told = float(re.search(r"(\d+) % of all", figure.layout.meta["reading"]).group(1))
            rows = z[-1:] if loss == "end" else z
            mask = share[-1:] if loss == "end" else share
            sizes = np.where(rows > CUT, 10.0**rows, 0)
            assert told == pytest.approx(100 * (sizes * mask).sum() / sizes.sum(), abs=4), "z is rounded and clipped"
            assert where in figure.layout.meta["reading"]
            assert f"<b>{told:.0f} %</b> kept" in figure.layout.annotations[0].text
    assert "reaches back to state 17." in contributions(0.9, "window", 4).layout.meta["reading"]
    assert "reaches back to state 19." in contributions(0.9, "chunks", 6).layout.meta["reading"]


def test_percent():
    assert [percent(s) for s in (0, 0.004, 0.37, 0.999, 1.0)] == ["0 %", "under 1 %", "37 %", "over 99 %", "100 %"]


# -- Bias, price, lag --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("K", "window", "chunks"), [(5, 23, 14), (20, 65, 39), (50, 93, 65)])
def test_the_bias_of_the_text(K, window, chunks):
    figure = truncation_bias(0.95, K)
    kept = f"a window keeps {window} % of the gradient, chunks keep {chunks} %."
    assert figure.layout.meta["reading"].endswith(kept)
    assert [figure.data[i].y[0] for i in (1, 3)] == pytest.approx([window, chunks], abs=0.55)
    for i in (0, 2):
        assert figure.data[i].y[K - 1] == figure.data[i + 1].y[0]
    assert figure.data[0].y[-1] == 100


def test_the_price_is_that_of_the_experiment():
    committed = results("02_cost")["by length"]
    for way, row in committed.items():
        assert SECONDS[way] == [pytest.approx(row[str(T)]["seconds"], abs=1e-4) for T in LENGTHS]
        kind, chunk = ("chunks", int(way.split()[-1])) if "chunks" in way else (way, 25)
        assert [bytes_stored(kind, T, chunk) for T in LENGTHS] == [row[str(T)]["stored bytes"] for T in LENGTHS]
    heights = {trace.name: trace.y for trace in cost(800, 25).data}
    stored = heights["log10 of bytes, everything stored"]
    assert stored[-1] - stored[0] == pytest.approx(np.log10(32), abs=0.02), "what is stored grows with T"
    assert np.ptp(heights["log10 of bytes, chunks"]) == 0
    assert "6.6 MB of states if all are stored, 0.47 with checkpoints" in cost(800, 25).layout.meta["reading"]


def test_what_was_learned_is_that_of_the_experiment():
    committed = results("02_truncation")
    assert pytest.approx(committed["frozen"]["median"], abs=6e-4) == FROZEN
    for truncation, row in LEARNED.items():
        assert {str(K): pytest.approx(v, abs=6e-4) for K, v in row.items()} == {
            K: value["median"] for K, value in committed[truncation].items()
        }
    below, above = (lag_learned(K).layout.meta["reading"] for K in (10, 11))
    assert "short of the input that the answer needs: R² 0.01 with a window, 0.03 with chunks" in below
    assert "within reach: R² 1.00 with a window, 0.98 with chunks" in above
    assert above.endswith("0.83 if only the output layer is trained.")


@pytest.mark.parametrize("K", [60, 11, 10, 1])
def test_what_was_learned_is_drawn_from_the_largest_down_to_the_chosen_one(K):
    figure = lag_learned(K)
    measured = [int(text) for text in figure.layout.xaxis.ticktext]
    for trace, name, mark in zip(figure.data[:2], ("window", "chunks"), figure.data[2].y, strict=True):
        assert dict(zip((measured[at] for at in trace.x), trace.y, strict=True)) == {
            n: value for n, value in LEARNED[name].items() if n >= K
        }
        assert (trace.x[0], trace.y[0]) == (measured.index(K), mark)
    assert "only the output<br>layer trained" in [note.text for note in figure.layout.annotations]


# -- By hand ----------------------------------------------------------------------------------------------
def test_numbers_appear_when_they_are_known():
    e = credit.scalar_example()
    rows = {step: {t.name: list(t.text) for t in by_hand(step).data if t.text is not None} for step in range(LAST + 1)}
    assert rows[0]["states h"] == ["1", "", "", ""]
    assert rows[2]["states h"] == ["1", "1", "2.5", ""]
    assert rows[3]["h − target"] == ["", "", ""]
    assert rows[4]["h − target"] == ["1", "0.5", "−0.75"]
    notes = [[note.text for note in by_hand(step).layout.annotations[1:]] for step in (4, 5, 8)]
    assert notes[0] == ["", "·"] * 3
    assert notes[1] == ["", "·", "", "·", "−0.75", "−1.875"]
    assert notes[2] == ["1.0625", "1.0625", "0.125", "0.125", "−0.75", "−1.875"]
    assert len(STAGES) == len(TOLD) == LAST + 1
    assert f"{e.dw:.4f}".replace("-", "−") in TOLD[-1]
    assert "−0.6875" in STAGES[-1]


def test_a_red_line_is_as_wide_as_its_gradient_is_large():
    widths = {trace.name: trace.line.width for trace in by_hand(LAST).data if trace.line.width}
    assert widths["loss 1 to h1"] > widths["loss 3 to h3"] > widths["loss 2 to h2"]
    assert widths["h3 to h2"] > widths["h2 to h1"]
