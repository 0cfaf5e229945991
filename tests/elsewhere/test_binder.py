"""As on Binder: the repository with what binder/ asks for, and every notebook in JupyterLab."""

import os

import lab
import pytest

pytestmark = pytest.mark.elsewhere


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    return lab.copy_repository(tmp_path_factory.mktemp("binder") / "repository")


@pytest.fixture(scope="module")
def venv(repository, tmp_path_factory):
    version = (repository / "binder/runtime.txt").read_text().strip().removeprefix("python-")
    made = lab.make_venv(repository.parent / "venv", lab.python_like(version))
    made.pip("install", "-r", lab.requirements(repository / "binder/requirements.txt", made.folder / "r.txt"))
    made.run(repository / "binder/postBuild", cwd=repository)
    return made


@pytest.fixture(scope="module")
def address(venv, repository, tmp_path_factory):
    with lab.jupyterlab(venv.python, repository, tmp_path_factory.mktemp("state"), venv.environ()) as served:
        yield served


def test_post_build_is_executable():
    assert os.access(lab.ROOT / "binder/postBuild", os.X_OK)


def test_the_package_comes_from_the_environment(venv, repository, tmp_path):
    place = venv.run("python", "-c", "import helpers; print(helpers.__file__)", cwd=tmp_path).strip()
    assert str(venv.folder) in place
    assert venv.pip("check")


@pytest.mark.parametrize("name", lab.notebook_names())
def test_notebook_runs_and_its_figures_move(browser, address, name):
    assert lab.check_notebook(browser, address, f"notebooks/{name}") > 0, "no live figure in this notebook"
