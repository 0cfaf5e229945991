"""The committed experiments of chapter 4 on trained networks: one seed of each, run again, and what they show."""

import numpy as np
import pytest
from committed import experiment

from helpers.adding import SOLVED, train_adding
from helpers.data import adding_task
from helpers.networks import run_network

SEEDS = 5


# -- the adding problem -----------------------------------------------------------------------------------
def test_a_watched_run():
    """The errors are those of the answers kept, the sequences those of the seed, the last answers the network's."""
    run = train_adding("gru", 3, T=10, updates=60, H=8, every=25, fresh=40)
    x, targets = adding_task(10, 40, np.random.default_rng(1003))
    np.testing.assert_array_equal(run.sums, targets[-1, :, 0])
    assert run.updates.tolist() == [0, 25, 50, 60]
    np.testing.assert_allclose(run.errors, ((run.answers - run.sums) ** 2).mean(axis=1))
    np.testing.assert_allclose(run_network(run.network, x)[0][-1, :, 0], run.answers[-1])
    assert run.solved is None
    assert run.errors[-1] > SOLVED
    other = train_adding("gru", 3, T=10, updates=60, H=8, every=25, fresh=40, rate=1e-4)
    assert other.errors[0] == run.errors[0]
    assert other.errors[-1] != run.errors[-1]


def test_training_ends_when_it_is_solved():
    run = train_adding("gru", 0, T=4, updates=1000, H=16, fresh=100)
    assert run.solved == run.updates[-1] < 1000
    assert run.errors[-1] < SOLVED <= run.errors[:-1].min()


def test_adding_errors():
    for message, call in {
        "kind: got 'elman', wanted": lambda: train_adding("elman", 0),
        "every: got 0": lambda: train_adding("gru", 0, every=0),
        "fresh|batch: got 0": lambda: train_adding("gru", 0, fresh=0),
        "bias: got 1.0 for a tanh layer": lambda: train_adding("tanh", 0, bias=1.0),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("kind", ["gru", "relu"])
def test_the_committed_adding_runs(kind):
    """The first 25 updates are the same everywhere; later ones may part by rounding, in float32."""
    module, results = experiment("04_adding")
    row = results["cells"][kind]
    run = module.one(kind, 0, module.UPDATES[kind])
    assert run.errors[:2] == pytest.approx(row["error every 25 updates"][0][:2], abs=2e-3)
    assert run.solved == pytest.approx(row["each"][0], rel=0.35)


def test_the_cells_that_add():
    _, results = experiment("04_adding")
    cells = results["cells"]
    assert all(len(row["each"]) == SEEDS for row in cells.values())
    assert {kind: row["solved"] for kind, row in cells.items()} == {"gru": 5, "lstm": 5, "relu": 5, "tanh": 0}
    assert cells["gru"]["worst"] < min(cells["lstm"]["each"])
    assert all(abs(e - 1 / 6) < 0.02 for e in cells["tanh"]["last error"]), "no better than always saying 1"
    for row in cells.values():
        for solved, curve in zip(row["each"], row["error every 25 updates"], strict=True):
            assert (curve[-1] < SOLVED) == (solved is not None)
            if solved:
                assert solved == 25 * (len(curve) - 1)


def test_more_forget_bias_is_not_better():
    """A bias of 2 learns soonest; 5, with the longest memory, not at all."""
    _, results = experiment("04_adding")
    rows = results["forget bias of the LSTM"]
    assert {bias: row["solved"] for bias, row in rows.items()} == {"0": 4, "1": 5, "2": 5, "3": 5, "5": 0}
    assert min(row["median"] for bias, row in rows.items() if bias != "5") == rows["2"]["median"]
    assert all(row["solved"] == 0 for row in results["tanh otherwise"].values())


# -- LSTM against GRU -------------------------------------------------------------------------------------
def test_the_committed_comparison_runs():
    module, results = experiment("04_equal")
    committed = results["adding"]["gru, equal parameters"]["each"][0]
    assert module.adding("gru", 37, 0) == pytest.approx(committed, rel=0.35)
    for task in module.SIZES:
        rows = results[task]
        for kind, row in rows.items():
            assert row["parameters"] == module.parameters(task, kind.split(",")[0], row["H"])
            assert len(row["each"]) == SEEDS
        equal = rows["gru, equal parameters"]["parameters"] / rows["lstm"]["parameters"]
        assert equal == pytest.approx(1, abs=0.06)
        assert rows["gru, equal H"]["H"] == rows["lstm"]["H"]


def test_neither_cell_wins_everywhere():
    """At equal parameters: the GRU adds sooner and needs fewer bits on the fables, the LSTM counts further."""
    _, results = experiment("04_equal")
    tasks = ("adding", "fables", "counting")
    pairs = {task: (results[task]["lstm"], results[task]["gru, equal parameters"]) for task in tasks}
    assert max(pairs["adding"][1]["each"]) < min(pairs["adding"][0]["each"])
    assert max(pairs["fables"][1]["each"]) < min(pairs["fables"][0]["each"])
    assert pairs["counting"][0]["median"] > max(pairs["counting"][1]["each"])


# -- who came last ----------------------------------------------------------------------------------------
def test_the_committed_reading_runs():
    module, results = experiment("04_reading")
    row = results["lstm"]
    network = module.trained("lstm", 0)
    assert module.asked(network, 8, 0) == pytest.approx(row["accuracy, 8 sentences"]["each"][0], abs=0.02)
    found, committed = module.gates(network, 0), row["gates"][0]
    for part in ("i", "f", "o"):
        assert found["means"][part] == pytest.approx(committed["means"][part], abs=0.1)
    assert found["units that forget"] == pytest.approx(committed["units that forget"], abs=3)
    assert found["explained by the name"] == pytest.approx(committed["explained by the name"], abs=0.25)


def test_the_gate_that_tells_is_the_forget_gate():
    """It closes at "in" and "comes", before the name is there, in every seed; the input gate says less."""
    _, results = experiment("04_reading")
    closed = ("in", "comes")
    elsewhere = ("the", "thing", "deed", "we", "miss", "who", "came", "last", "?", ".")
    for bias, open_at in {"lstm": 0.82, "lstm, forget bias 1": 0.6}.items():
        seen = results[bias]["gates"]
        assert len(seen) == SEEDS
        for gates in seen:
            f, i = gates["means"]["f"], gates["means"]["i"]
            assert max(f[w] for w in closed) < 0.45
            assert min(f[w] for w in elsewhere) > open_at
            assert gates["units that forget"] >= 12
            assert i["name after comes"] - i["name after miss"] < 0.4
            assert gates["most explained by one name"] < 0.8, "no cell is one name's"
