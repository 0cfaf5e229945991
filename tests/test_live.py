"""Every notebook of the working tree in a real JupyterLab: it runs, and its figures move."""

import os
import shutil
import sys

import lab
import pytest

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder, state = tmp_path_factory.mktemp("folder"), tmp_path_factory.mktemp("state")
    shutil.copytree(lab.ROOT / "notebooks", folder / "notebooks")  # nothing is written in the working tree
    environ = os.environ | {"PYTHONPATH": str(lab.ROOT / "src")}
    with lab.jupyterlab(sys.executable, folder, state, environ) as served:
        yield served


@pytest.mark.parametrize("name", lab.notebook_names())
def test_runs_and_its_figures_move(browser, address, name):
    assert lab.check_notebook(browser, address, f"notebooks/{name}") > 0, "no live figure in this notebook"
