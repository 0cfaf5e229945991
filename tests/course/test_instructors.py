"""The instructor page says what the programs do, and the files for clusters run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import objectives
from tools.course import grade, report, settings
from tools.homework import ROOT
from tools.notebooks import find_exercises, read

PAGE = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
CLUSTER = ROOT / "tools" / "course" / "cluster"


def test_the_settings_on_the_page_are_read(tmp_path):
    (written,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    (tmp_path / "course.toml").write_text(re.sub(r"^   ", "", written, flags=re.M), encoding="utf-8")
    course = settings.load(tmp_path)
    assert course.key == "spring-2027"
    assert course.late_days == 3
    assert course.due["03_gradients"].isoformat() == "2027-03-08T23:59:00+01:00"


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_one_exercise_in_words_and_one_with_numbers_of_their_own(notebook):
    assert "one in words, which you read" in PAGE
    assert "One exercise of each chapter draws its numbers from your course's key" in PAGE
    graded = [one for one in find_exercises(read(notebook)) if one.graded]
    assert sum(one.kind == "text" for one in graded) == 1
    assert sum("personal(" in one.stub for one in graded) == 1


def test_every_status_is_explained():
    table = PAGE.partition("| status |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| ([a-z .0-9]+?) \|", table, re.M)
    assert [name.removesuffix(" in exercise 3.2") for name in named] == list(report._STATES)


def test_every_option_on_the_page_is_one(capsys):
    with pytest.raises(SystemExit):
        grade.main(["--help"])
    known = capsys.readouterr().out
    for option in set(re.findall(r"(?<![-|])--[a-z][a-z-]+", PAGE)):
        assert option in known, option


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m (tools\.course\.\w+)", PAGE))))
def test_every_command_on_the_page_answers(module):
    told = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert module in told.stdout


def test_the_objectives_are_the_chapters():
    assert objectives.page() == PAGE
    assert PAGE.count("| you will be able to |") == len(list((ROOT / "notebooks").glob("*.ipynb")))


def chapter(told, numbers=("1.1", "1.2")):
    cells = [{"cell_type": "markdown", "source": f"**You will be able to**\n\n{told}\n\n**You need** nothing."}]
    for number in numbers:
        check = f'# Exercise {number}\nanswer = 1\nwith exercise("{number}"):\n    assert answer'
        cells.append({"cell_type": "code", "source": check})
    return {"cells": cells}


def test_an_objective_names_its_exercises():
    told = "- count (exercises 1.1, 1.2);\n- and again (1.1)."
    assert objectives.objectives(chapter(told)) == [("count", ["1.1", "1.2"]), ("and again", ["1.1"])]


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ("- count (1.1, 1.2);\n- hope.", "names no exercise: hope"),
        ("- count (1.1).", "exercises 1.2: named by"),
        ("- count (1.1, 1.2, 1.3).", "exercises 1.3: named by"),
    ],
)
def test_an_objective_without_its_exercise_is_an_error(told, complaint):
    with pytest.raises(ValueError, match=complaint):
        objectives.objectives(chapter(told))


# -- clusters ------------------------------------------------------------------------------------------------
def test_a_slurm_task_grades_its_part(tmp_path):
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    environ = os.environ | {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MAX": "40"}
    command = [CLUSTER / "slurm.sh", "03_gradients", "down loads", "roster.csv"]
    told = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    wanted = "-m tools.course.grade 03_gradients|down loads|--roster roster.csv --part 3/40"
    assert told.stdout.split("\n")[:-1] == [
        word for part in wanted.split("|") for word in ([part] if part == "down loads" else part.split())
    ]
    alone = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert alone.returncode != 0
    assert "sbatch --array" in alone.stderr


def test_the_job_for_kubernetes_grades_every_part_once():
    job = yaml.safe_load((CLUSTER / "kubernetes.yaml").read_text(encoding="utf-8"))
    spec = job["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    told = container["args"][0].replace("exec venv/bin/python", "echo")
    parts = []
    for index in range(spec["completions"]):
        environ = {"JOB_COMPLETION_INDEX": str(index), "PATH": os.environ["PATH"]}
        ran = subprocess.run([*container["command"], told], env=environ, capture_output=True, text=True, check=True)
        parts.append(re.search(r"--part (\S+)", ran.stdout)[1])
    assert parts == [f"{k}/40" for k in range(1, 41)]
    assert {mount["name"] for mount in container["volumeMounts"]} == {"course"}


def test_the_image_calls_the_grader():
    lines = (CLUSTER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    entry = yaml.safe_load(next(line for line in lines if line.startswith("ENTRYPOINT")).removeprefix("ENTRYPOINT "))
    assert entry == ["venv/bin/python", "-m", "tools.course.grade"]
    assert any("bubblewrap" in line for line in lines)
