"""What a program sees in the sandbox, and that grading refuses to run strangers' programs without one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.course import grade, sandbox
from tools.homework import ROOT

inside = pytest.mark.usefixtures("sandboxed")
LOOK = """
import json, os, socket, sys
from pathlib import Path
def can(action):
    try:
        action()
        return True
    except Exception:
        return False
def reads(path):
    return can(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read(1))
def writes(path):
    return can(lambda: Path(path, "planted").write_text("x"))
places = json.loads(sys.argv[1])
limits = Path("/proc/self/limits").read_text().splitlines()
print(json.dumps({
    "interfaces": [name for _, name in socket.if_nameindex()],
    "connects": can(lambda: socket.create_connection(("127.0.0.1", places["port"]), timeout=1)),
    "resolves": can(lambda: socket.getaddrinfo("example.org", 80)),
    "reads": [place for place in places["secret"] if reads(place)],
    "writes": [place for place in places["closed"] if writes(place)],
    "scratch": [place for place in [".", "/tmp", "/dev/shm", os.path.expanduser("~")] if writes(place)],
    "environment": dict(os.environ),
    "processes": [name for name in os.listdir("/proc") if name.isdigit()],
    "capabilities": [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapPrm"))],
    "limits": {line[:25].strip(): line[25:].split()[0] for line in limits[1:]},
    "allocates": can(lambda: bytearray(50 << 30)),
    "imports": can(lambda: __import__("helpers.exercise") and __import__("numpy")),
}))
"""


def run(session, script, *arguments, student="alice"):
    """Run a script where a kernel would run; return what it wrote."""
    command = sandbox.kernel_command(session, student, "key", 4)
    start = command.index(sys.executable)
    # the kernel's command throws its output away: what it prints as a kernel comes by the sockets
    command = [part.replace(">/dev/null 2>&1", "") for part in command[:start]]
    done = subprocess.run(
        [*command, sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def homework(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instructor")
    (folder / "03_gradients").mkdir()
    (folder / "gradebook.db").write_text("grades")
    return folder


@pytest.fixture(scope="module")
def seen(sandboxed, homework, tmp_path_factory):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        secret = [homework, homework / "gradebook.db", ROOT / "homework", ROOT / "tools", ROOT / "tests", ROOT / ".git"]
        secret += [ROOT / "pyproject.toml", Path.home() / ".bashrc", Path("/etc/passwd"), Path("/etc/shadow")]
        closed = [ROOT / "src", ROOT / "src" / "helpers", homework, sys.prefix, sys.base_prefix, "/usr", "/"]
        closed += ["/dev", "/proc", "/sandbox"]
        closed += [] if Path("/tmp") in ROOT.parents else [ROOT]  # there it is a folder of the scratch space
        places = {"secret": [str(path) for path in secret if path.exists()], "closed": [str(path) for path in closed]}
        places["port"] = server.getsockname()[1]
        return json.loads(run(tmp_path_factory.mktemp("session"), LOOK, json.dumps(places)))


@inside
@pytest.mark.xdist_group("sandbox")
class TestInside:
    def test_there_is_no_network(self, seen):
        assert seen["interfaces"] == ["lo"]
        assert not seen["connects"], "not even to a server on this machine"
        assert not seen["resolves"]

    def test_the_instructors_files_are_not_there(self, seen):
        assert seen["reads"] == []

    def test_nothing_outside_can_be_written(self, seen):
        assert seen["writes"] == []

    def test_there_is_room_for_scratch_files(self, seen):
        assert len(seen["scratch"]) == 4

    def test_the_environment_is_made_for_it(self, seen):
        environment = seen["environment"]
        assert environment["RNN_TEXTBOOK_STUDENT"] == "alice"
        assert environment["RNN_TEXTBOOK_GRADING"] == "1"
        for name in {"SSH_AUTH_SOCK", "RNN_TEXTBOOK_HOMEWORK", "JUPYTER_PATH", "MAIL"} | {
            name for name in os.environ if "TOKEN" in name or "KEY" in name
        } - {"RNN_TEXTBOOK_COURSE_KEY"}:
            assert name not in environment

    def test_other_processes_are_not_to_be_seen(self, seen):
        assert len(seen["processes"]) <= 3

    def test_root_has_no_rights_in_it(self, seen):
        assert {int(value, 16) for value in seen["capabilities"]} == {0}

    def test_memory_files_and_processes_have_limits(self, seen):
        assert seen["limits"]["Max address space"] == str(4 << 30)
        assert seen["limits"]["Max file size"] == str(sandbox.FILE_SIZE)
        assert seen["limits"]["Max processes"] == str(sandbox.PROCESSES)
        assert seen["limits"]["Max core file size"] == "0"
        assert not seen["allocates"]

    def test_the_book_can_be_imported(self, seen):
        assert seen["imports"]


@inside
@pytest.mark.xdist_group("sandbox")
def test_a_homework_folder_within_what_is_shown_is_covered(tmp_path, monkeypatch):
    inner = ROOT / "src" / "helpers"
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(inner))
    assert run(tmp_path, f"import os; print(os.listdir({str(inner)!r}))").strip() == "[]"


@inside
@pytest.mark.xdist_group("sandbox")
def test_only_the_folder_of_its_sockets_is_shared(tmp_path):
    session, other = tmp_path / "session", tmp_path / "other"
    session.mkdir(), other.mkdir()
    (other / "connection.json").write_text("another student's")
    script = f"import os; open({str(session / 'told')!r}, 'w').write('x'); print(os.listdir({str(tmp_path)!r}))"
    assert run(session, script).strip() == "['session']"
    assert (session / "told").read_text() == "x"


@inside
@pytest.mark.xdist_group("sandbox")
def test_it_is_found_to_work():
    assert sandbox.works()
    sandbox.ensure()


@inside
@pytest.mark.xdist_group("sandbox")
def test_it_works_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "tools.course.sandbox"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "The sandbox works.\n")


@pytest.mark.parametrize("found", ["", "broken"])
def test_without_bubblewrap_grading_refuses_and_says_why(tmp_path, monkeypatch, capsys, found):
    programs = tmp_path / "programs"
    programs.mkdir()
    if found:  # user namespaces are forbidden, as in many containers
        (programs / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
        (programs / "bwrap").chmod(0o755)
        (programs / "prlimit").write_text("#!/bin/sh\nexit 1\n")
        (programs / "prlimit").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    (tmp_path / "roster.csv").write_text("id,name\nalice,Alice Lee\n")
    (tmp_path / "in").mkdir()
    homework = tmp_path / "homework"
    (homework / "03_gradients").mkdir(parents=True)
    (homework / "03_gradients" / "solutions.py").write_text("")
    monkeypatch.setenv("RNN_TEXTBOOK_HOMEWORK", str(homework))
    sandbox._knows_size.cache_clear()

    status = grade.main(["03_gradients", str(tmp_path / "in"), "--roster", str(tmp_path / "roster.csv")])

    sandbox._knows_size.cache_clear()
    said = capsys.readouterr().err
    assert status == 1
    assert sandbox.MISSING in said
    assert "can read every file" in said
    assert "--without-sandbox" in said
    assert sorted(path.name for path in homework.iterdir()) == ["03_gradients"], "nothing was begun"


def test_a_kernel_without_a_sandbox_is_told_the_same(tmp_path):
    sandbox.write_kernel(tmp_path, sandbox.bare_command(), "alice", "key")
    (written,) = tmp_path.rglob("kernel.json")
    kernel = json.loads(written.read_text())
    assert kernel["argv"][0] == sys.executable
    assert kernel["env"]["RNN_TEXTBOOK_STUDENT"] == "alice"
    assert kernel["env"]["RNN_TEXTBOOK_COURSE_KEY"] == "key"
