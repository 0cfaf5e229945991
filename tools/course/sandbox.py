"""Run a student's kernel in a sandbox.

    python -m tools.course.sandbox     # make sure there is one; say so

Only the kernel runs inside, by bubblewrap (Debian, Ubuntu, Fedora: the package `bubblewrap`). nbgrader, the gradebook
and the instructor's files stay outside, and the two talk through sockets in a folder of their own. Inside there is no
network, no file of yours but Python and the book's package, both read-only, and an upper limit on memory, on the size
of files and on time. What it does not do stands on the instructor page.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tools.homework import ROOT, homework_folder

KERNEL = "rnn-textbook-student"
QUICKLY = ("--HistoryManager.hist_file=:memory:", "--InteractiveShell.xmode=Plain")  # rich tracebacks take 0.1 s each
FILE_SIZE = 64 << 20  # bytes, of any one file that a kernel writes
PROCESSES = 512
MISSING = """\
Grading runs programs that strangers wrote, and there is no sandbox here to run them in.

Install bubblewrap (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap) and run this again. In a
container or on a cluster, bubblewrap needs unprivileged user namespaces; the instructor page says how to allow them.
On Windows and macOS, grade in a Linux container or virtual machine.

Without a sandbox a submission can read every file that you can read, these solutions and the gradebook among them,
change or delete what you can, and use your network. If that is what you want, for instance in a virtual machine that
holds nothing else, add --without-sandbox."""


class SandboxMissingError(RuntimeError):
    """There is no sandbox that works here."""


def kernel_command(session: Path, student: str, course_key: str, gigabytes: float) -> list[str]:
    """Return the command of a kernel in a sandbox; `{connection_file}` in it is filled in by Jupyter.

    Parameters
    ----------
    session
        The folder of this one kernel's sockets and connection file, the only one that it may write to outside.
    student, course_key
        Whose numbers `personal` draws.
    gigabytes
        Of address space, for each process.
    """
    inside = Path("/sandbox")
    environment = _environment(student, course_key) | {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": f"{inside}/home",
        "USER": "student",  # or torch asks the password file, which is not there
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT / "src"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    return [
        *("sh", "-c", 'exec "$@" >/dev/null 2>&1', "sh"),  # what the student's code prints comes by the sockets
        *("prlimit", f"--as={int(gigabytes * 2**30)}", f"--fsize={FILE_SIZE}", "--core=0"),
        *("bwrap", "--die-with-parent", "--unshare-all", "--cap-drop", "ALL", "--new-session", "--clearenv"),
        *(part for name, value in environment.items() for part in ("--setenv", name, value)),
        *_system(),
        *("--proc", "/proc", "--dev", "/dev"),
        *_scratch("/tmp"),
        *_scratch("/dev/shm"),
        *_scratch(f"{inside}/home"),
        *_scratch(f"{inside}/work"),
        *_read_only(*dict.fromkeys([sys.base_prefix, sys.prefix, str(ROOT / "src")])),
        *_hidden(),
        *("--bind", str(session), str(session)),
        *("--remount-ro", "/dev"),
        *("--remount-ro", "/"),  # or it could be filled: only what is scratch has a limit
        *("--chdir", f"{inside}/work"),
        *("prlimit", f"--nproc={PROCESSES}"),  # in here: outside, all that you run would count
        *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
        *QUICKLY,
    ]


def bare_command() -> list[str]:
    """Return the command of a kernel without a sandbox."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return [*command, *QUICKLY]


def write_kernel(folder: Path, command: list[str], student: str, course_key: str) -> None:
    """Write the kernel's description where Jupyter finds it: below `folder`, a part of JUPYTER_PATH."""
    place = folder / "kernels" / KERNEL
    place.mkdir(parents=True, exist_ok=True)
    description = {
        "argv": command,
        "display_name": "A student's kernel",
        "language": "python",
        "interrupt_mode": "message",  # a signal would reach bubblewrap, not the kernel
        "env": _environment(student, course_key),
    }
    (place / "kernel.json").write_text(json.dumps(description), encoding="utf-8")


def _environment(student: str, course_key: str) -> dict[str, str]:
    return {
        "RNN_TEXTBOOK_GRADING": "1",
        "RNN_TEXTBOOK_STUDENT": student,
        "RNN_TEXTBOOK_COURSE_KEY": course_key,
        **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")},
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _system() -> list[str]:
    """Return what shows the system's programs and libraries, and nothing of /etc but how to find libraries."""
    parts = _read_only("/usr", "/etc/ld.so.cache", "/etc/alternatives")
    for path in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64")):
        if path.is_symlink():
            parts += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            parts += _read_only(str(path))
    return parts


def _read_only(*paths: str) -> list[str]:
    return [part for path in paths if Path(path).exists() for part in ("--ro-bind", path, path)]


def _hidden() -> list[str]:
    """Cover the instructor's folder, should it lie within a folder that is shown."""
    folder = homework_folder()
    shown = (Path(path).resolve() for path in ("/usr", sys.base_prefix, sys.prefix, ROOT / "src"))
    return ["--tmpfs", str(folder)] if any(folder.is_relative_to(path) for path in shown) else []


def _scratch(path: str) -> list[str]:
    size = ["--size", str(4 * FILE_SIZE)] if _knows_size() else []
    return [*size, "--tmpfs", path]


@cache
def _knows_size() -> bool:
    told = subprocess.run(["bwrap", "--help"], capture_output=True, text=True, check=False)
    return "--size" in told.stdout + told.stderr


def works() -> bool:
    """Whether a program runs in the sandbox here."""
    if not (shutil.which("bwrap") and shutil.which("prlimit")):
        return False
    with tempfile.TemporaryDirectory() as session:
        command = kernel_command(Path(session), "", "", 4)
        script = f"open({str(Path(session, 'ready'))!r}, 'w')"
        try:
            subprocess.run([*command[: command.index(sys.executable)], sys.executable, "-c", script], check=False)
        except OSError:
            return False
        return Path(session, "ready").exists()


def ensure(install: bool = False) -> None:
    """Raise SandboxMissingError where there is no sandbox; first try to install one if asked to."""
    if works():
        return
    if install and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "bubblewrap"]):
            subprocess.run(["apt-get", *command], stdout=sys.stderr, env=environ, check=False)
        if works():
            return
    raise SandboxMissingError(MISSING)


if __name__ == "__main__":
    try:
        ensure(install=True)
    except SandboxMissingError as error:
        sys.exit(str(error))
    print("The sandbox works.")
