"""Write the result of a long run beside its script: what was measured, with settings, seeds and versions."""

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

SEEDS = [0, 1, 2, 3, 4]


def save(script: str, settings: dict[str, Any], results: dict[str, Any]) -> None:
    """``experiments/03_copy_task.py`` -> ``experiments/03_copy_task.json``."""
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    content = {"settings": settings, "seeds": SEEDS, "versions": versions, "results": results}
    text = json.dumps(content, indent=1)
    Path(script).with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def summary(values: list[float], high_is_bad: bool = False) -> dict[str, Any]:
    """Each seed's value, the median, and the worst: the lowest, as for accuracies, or the highest, as for errors."""
    rounded = [round(float(v), 4) for v in values]
    worst = max(rounded) if high_is_bad else min(rounded)
    return {"median": round(float(np.median(values)), 4), "worst": worst, "each": rounded}


def middle(each: list[Any]) -> dict[str, Any]:
    """The same for a list of numbers from each seed, entry by entry."""
    values = np.round(np.array(each, dtype=float), 4)
    median = np.round(np.median(values, axis=0), 4)
    return {"median": median.tolist(), "worst": values.min(axis=0).tolist(), "each": values.tolist()}


def keep(name: str, record: dict[str, Any]) -> None:
    """Write a record for the figures, which travels with the package: ``src/helpers/records/<name>.json``."""
    folder = Path(__file__).parents[1] / "src" / "helpers" / "records"
    text = json.dumps(record, separators=(",", ":"))
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
