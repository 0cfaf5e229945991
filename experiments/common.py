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


def summary(values: list[float]) -> dict[str, Any]:
    """Each seed's value, the median, and the lowest, which is the worst for accuracies and recalls."""
    rounded = [round(float(v), 4) for v in values]
    return {"median": round(float(np.median(values)), 4), "worst": min(rounded), "each": rounded}
