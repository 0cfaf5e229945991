"""The committed experiments: the script as a module, without running it, and the results beside it."""

import importlib.util
import json
from pathlib import Path

EXPERIMENTS = Path(__file__).parents[1] / "experiments"


def script(name):
    """The module of an experiment, such as "02_truncation"."""
    spec = importlib.util.spec_from_file_location(name, EXPERIMENTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name):
    """All of the committed file: settings, seeds, versions, results."""
    return json.loads((EXPERIMENTS / f"{name}.json").read_text(encoding="utf-8"))


def experiment(name):
    """The module, and the results."""
    return script(name), run(name)["results"]
