"""Exercise 5.8: what it states was measured, and a short run of it shows the same."""

import json
import re
from pathlib import Path

from committed import experiment

ROOT = Path(__file__).parents[1]
NAME = "05_next_character"


def test_exercise_5_8_states_what_was_measured():
    cells = json.loads((ROOT / "notebooks" / "05_bidirectional.ipynb").read_text(encoding="utf-8"))["cells"]
    text = re.search(r"Exercise 5\.8 .*?(?=\n\n)", "\n\n".join("".join(cell["source"]) for cell in cells), re.DOTALL)[0]
    stated = re.search(r"needs (\d\.\d+) bits per character, the bidirectional one (\d\.\d+)", text)
    _, results = experiment(NAME)
    for bits, name in zip(stated.groups(), ("forward", "both"), strict=True):
        row = results[name]["all steps"]
        assert f"{row['median']:.2f}" == bits
        assert len(row["each"]) == 5
        assert row["worst"] < row["median"] + 0.03


def test_the_networks_of_exercise_5_8_run_again():
    """A tenth of the updates: far from done, and the order is there."""
    module, results = experiment(NAME)
    found = {name: module.one(both, 0, updates=150) for name, both in {"forward": False, "both": True}.items()}
    assert found["both"]["all steps"] < results["forward"]["all steps"]["median"] < found["forward"]["all steps"]
