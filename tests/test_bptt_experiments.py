"""One seed of the committed experiments of chapter 2 on truncation and cost, run again."""

import importlib.util
import json
from pathlib import Path

import pytest

EXPERIMENTS = Path(__file__).parents[1] / "experiments"


def experiment(name):
    spec = importlib.util.spec_from_file_location(name, EXPERIMENTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, json.loads((EXPERIMENTS / f"{name}.json").read_text(encoding="utf-8"))["results"]


@pytest.mark.parametrize(("truncation", "K"), [("window", 10), ("window", 11), ("chunks", 11)])
def test_the_committed_truncation_runs(truncation, K):
    module, results = experiment("02_truncation")
    assert module.one(truncation, K, 0) == pytest.approx(results[truncation][str(K)]["each"][0], abs=0.03)


def test_the_committed_frozen_and_chunkwise_runs():
    module, results = experiment("02_truncation")
    assert module.one("frozen", 1, 0) == pytest.approx(results["frozen"]["each"][0], abs=0.02)
    committed = results["update after each chunk"]["12"]["each"][0]
    assert module.update_after(12, 0) == pytest.approx(committed, abs=0.02)


def test_the_committed_costs_count_the_same():
    """Seconds are the machine's; bytes are everybody's."""
    module, results = experiment("02_cost")
    for way, (call, states) in module.ways(200).items():
        row = results["by length"][way]["200"]
        assert (states, states * module.B * module.H * 8) == (row["states"], row["stored bytes"])
        assert module.peak(call, module.network(200)) == pytest.approx(row["peak bytes"], rel=0.3)
    for units, row in results["by size"].items():
        assert row["rtrl"]["multiplications"] == module.rtrl_cost(50, module.D, int(units)).multiplications
    assert results["by size"]["64"]["rtrl"]["seconds"] > 10 * results["by size"]["64"]["bptt"]["seconds"]
