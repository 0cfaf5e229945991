"""Speed of grading on one process: `python benchmarks/grading.py` generates 200 submissions and times the command.

Most are a mixture of right, wrong and missing answers, as a class hands them in; some went through Colab or VS Code,
and a few are hostile. The table says how long each sort took, and what a submission costs on average beyond the
chapter's own cells that it needs.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests")]

import submissions  # noqa: E402
from grading import copy_course, solutions  # noqa: E402

from tools.homework import read_cells  # noqa: E402

ON_THE_WAY = [
    "from_colab",
    "from_vs_code",
    "stripped",
    "duplicated_cells",
    "format_three",
    "edited_check",
    "deleted_tests",
]
HOSTILE = [
    "os_exit",
    "syntax_error",
    "patched_numpy",
    "fifty_gigabytes",
    "not_json",
    "long_line",
    "endless_loop",
    "connects",
]


def mixture(release: dict, right: dict[str, str], wrong: dict[str, list[str]], rng: random.Random) -> bytes:
    """Return a submission in which each answer is right, wrong or missing."""
    paper = submissions.Paper(release, right, Path("/nowhere"))
    for number in right:
        kind = rng.choices(["right", "wrong", "missing"], [6, 3, 1])[0]
        if kind == "wrong":
            paper.write(number, rng.choice(wrong[number]))
        elif kind == "missing":
            paper.cell(number)["source"] = paper.stubs[number]
    if rng.random() < 0.3:
        paper.insert(paper.index(next(iter(right))), "print('trying something')\nscratch = np.arange(10)")
    return paper.dump()


def generate(homework: Path, chapter: str, count: int, downloads: Path) -> dict[str, str]:
    """Write submissions and a roster as Canvas gives them; return the sort of each student's."""
    release = json.loads((homework / "release" / chapter / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    right = solutions(homework, chapter)
    wrong: dict[str, list[str]] = {}
    for cell in read_cells(homework / chapter / "wrong_answers.py"):
        wrong.setdefault(cell.number, []).append(cell.source)
    rng, sorts, rows = random.Random(0), {}, ["Student,ID,SIS User ID,SIS Login ID,Section"]
    for k in range(count):
        student = f"s{k:04d}"
        if k % 10 == 8:
            sorts[student] = ON_THE_WAY[k // 10 % len(ON_THE_WAY)]
        elif k % 20 == 19:
            sorts[student] = HOSTILE[k // 20 % len(HOSTILE)]
        else:
            sorts[student] = "mixture"
        if sorts[student] == "mixture":
            content = mixture(release, right, wrong, rng)
        else:
            content = submissions.make(sorts[student], release, right, homework)
        (downloads / f"lee{student}_{5000 + k}_{90000 + k}_{chapter}.ipynb").write_bytes(content)
        rows.append(f'"Lee, {student.title()}",{5000 + k},{k},{student},A')
    (downloads.parent / "roster.csv").write_text("\n".join(rows), encoding="utf-8")
    return sorts


def main() -> int:
    """Run the benchmark; return the exit status of the grading command."""
    parser = argparse.ArgumentParser(description="Time the grading of generated submissions on one process.")
    parser.add_argument("--chapter", default="03_gradients")
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        homework = copy_course(folder, options.chapter)
        downloads, first = folder / "downloads", folder / "first"
        downloads.mkdir(), first.mkdir()
        sorts = generate(homework, options.chapter, options.count, downloads)
        one = min(downloads.iterdir())
        command = [sys.executable, "-m", "tools.course.grade", options.chapter]
        roster = ["--roster", str(folder / "roster.csv")]
        environment = os.environ | {"RNN_TEXTBOOK_HOMEWORK": str(homework)}

        def run(source: Path) -> float:
            start = time.perf_counter()
            done = subprocess.run([*command, str(source), *roster], cwd=ROOT, env=environment, check=False)
            if done.returncode:
                sys.exit(done.returncode)
            return time.perf_counter() - start

        shutil.copy(one, first)
        print("the chapter itself and one submission, which the time below is without:")
        run(first)
        print(f"\n{options.count} submissions:")
        seconds = run(downloads)
        results = {path.stem: json.loads(path.read_text()) for path in homework.glob("grading/*/results/*.json")}
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    print(f"\n{'sort':<20} {'number':>6} {'seconds each':>14} {'of them chapter':>16}")
    for sort in dict.fromkeys(["mixture", *sorts.values()]):
        times = [results[student]["seconds"] for student, kind in sorts.items() if kind == sort]
        total, chapter = (statistics.mean(one.get(key, 0.0) for one in times) for key in ("total", "chapter"))
        print(f"{sort:<20} {len(times):>6} {total:>14.2f} {chapter:>16.2f}")
    graded = options.count - 1  # one was graded before
    chapter = sum(one["seconds"].get("chapter", 0.0) for one in results.values())
    print(f"\none command, one process: {seconds:.0f} s for {graded} submissions, report and feedback among them")
    each = (seconds - chapter) / graded
    print(f"{each:.2f} s per submission beyond the chapter's own cells ({seconds / graded:.2f} s with them)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
