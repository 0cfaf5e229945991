"""The files of a folder or a zip, and of the zips in it, listed and read without trusting any of them.

Nothing is unpacked by the name it has: a name is only read. Links are not followed, at most LARGEST bytes of a
file are read, and a student's zip counts no more than UNPACKED bytes and ENTRIES entries.
"""

import contextlib
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

LARGEST = 20 * 2**20
UNPACKED = 200 * 2**20
ENTRIES = 20_000
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError)
_JUNK = {"__macosx", "thumbs.db", "desktop.ini", "__pycache__"}


class File(NamedTuple):
    """A file, or a student's zip that cannot be opened: then `problem` says why."""

    name: str  # its path as a person reads it, unprintable characters escaped
    parts: tuple[str, ...]  # the same in parts, a zip being one
    modified: float  # of the file or of the zip it is in, seconds since 1970
    inner: float  # of the entry in a student's zip, which the student may choose
    read: Callable[[int], bytes]  # read(limit): the first bytes
    problem: str
    in_zip: bool  # in a student's zip

    @property
    def suffix(self) -> str:
        """Return the ending in small letters."""
        return PurePosixPath(self.parts[-1]).suffix.lower()


def display(name: str) -> str:
    """Return the name with everything escaped that does not print, such as a line break."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


def cell(text: str) -> str:
    """Return a text that a spreadsheet does not run as a formula, also where semicolons part its cells."""
    return re.sub(r"(\A|[;,|])(\s*)(?=[=+@-])", r"\1\2'", display(text))


@contextlib.contextmanager
def listed(source: Path, skip: Path) -> Iterator[list[File]]:
    """Give the files of a folder or a zip, in order of their names; they can be read inside the `with`.

    Parameters
    ----------
    source
        The folder or the .zip.
    skip
        A folder that is left out, should it lie in the source: where the copies go.

    Raises
    ------
    ValueError
        If the source is neither, or a zip that cannot be read.
    """
    with contextlib.ExitStack() as stack:
        if source.is_dir():
            found = list(_in_folder(source, skip.resolve()))
        elif source.is_file() and zipfile.is_zipfile(source):
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="intake-")))
            try:
                archive = stack.enter_context(zipfile.ZipFile(source))
            except UNREADABLE as error:
                raise ValueError(f"{source.name}: a zip that cannot be read: {error}") from None
            found = list(_in_zip(archive, scratch=scratch))
        else:
            what = "a file that is no zip" if source.exists() else "not there"
            raise ValueError(f"{source}: {what}; wanted a folder of submissions or a .zip")
        yield sorted(found, key=lambda file: file.name)


def _junk(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part.lower() in _JUNK for part in parts)


def _in_folder(source: Path, skip: Path) -> Iterator[File]:
    for folder, folders, names in os.walk(source, onerror=_fail):
        here = Path(folder)
        folders[:] = [name for name in folders if (here / name).resolve() != skip]
        for name in (*folders, *names):
            path = here / name
            parts = path.relative_to(source).parts
            if _junk(parts):
                continue
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                continue
            problem = ""
            if not stat.S_ISREG(status.st_mode):
                problem = "a link, which is not followed" if stat.S_ISLNK(status.st_mode) else "no ordinary file"
            times = (status.st_mtime, status.st_mtime)
            if not problem and path.suffix.lower() == ".zip":
                yield from _student_zip(path, parts, times[0])
                continue
            yield File(display("/".join(parts)), parts, *times, _reader(path), problem, False)


def _fail(error: OSError) -> None:
    raise error  # os.walk would leave out what it cannot open, and nobody would know


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        # not through a link that took the file's place meanwhile
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            return file.read(limit)

    return read


def _student_zip(path: Path, parts: tuple[str, ...], modified: float) -> Iterator[File]:
    name = display("/".join(parts))

    def broken(why: str) -> File:
        return File(name, parts, modified, modified, lambda limit: b"", why, False)

    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)  # no more than that is ever unpacked of an entry
            if len(entries) > ENTRIES:
                yield broken(f"a zip of {len(entries):,} files, more than {ENTRIES:,}")
                return
            if size > UNPACKED:
                yield broken(f"a zip of {size / 2**20:,.0f} MB unpacked, more than {UNPACKED // 2**20}")
                return
            found = list(_in_zip(archive, parts, student=path, modified=modified))
    except UNREADABLE as error:
        yield broken(f"a zip that cannot be read ({display(str(error))[:100] or type(error).__name__})")
        return
    yield from found if found else [broken("a zip without files")]


def _in_zip(
    archive: zipfile.ZipFile,
    above: tuple[str, ...] = (),
    scratch: Path | None = None,
    student: Path | None = None,
    modified: float = 0,
) -> Iterator[File]:
    """Yield the entries, of the instructor's zip with a scratch folder for the zips in it, or of a student's zip."""
    for number, entry in enumerate(archive.infolist()):
        own = tuple(part for part in _name(entry).replace("\\", "/").split("/") if part not in ("", ".", ".."))
        if entry.is_dir() or not own or _junk(own):
            continue
        parts = above + own
        inner = _time(entry)
        problem = "a link, which is not followed" if stat.S_ISLNK(entry.external_attr >> 16) else ""
        if scratch and not problem and own[-1].lower().endswith(".zip"):
            copy = scratch / f"{number}.zip"
            try:
                if entry.file_size <= UNPACKED:
                    with archive.open(entry) as packed, copy.open("wb") as unpacked:
                        shutil.copyfileobj(packed, unpacked)
                    yield from _student_zip(copy, parts, inner)
                    continue
                problem = f"a zip of {entry.file_size / 2**20:,.0f} MB, more than {UNPACKED // 2**20}"
            except UNREADABLE as error:
                problem = f"a zip that cannot be read ({display(str(error))[:100] or type(error).__name__})"
        read = _entry_reader(student or archive, entry)
        outer = modified if student else inner
        yield File(display("/".join(parts)), parts, outer, inner, read, problem, student is not None)


def _entry_reader(archive: zipfile.ZipFile | Path, entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        if isinstance(archive, Path):  # a student's zip, not kept open: there may be hundreds
            with zipfile.ZipFile(archive) as opened, opened.open(entry) as file:
                return file.read(limit)
        with archive.open(entry) as file:
            return file.read(limit)

    return read


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; many programs write UTF-8 and do not say so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _time(entry: zipfile.ZipInfo) -> float:
    try:
        return datetime(*entry.date_time).timestamp()  # a zip does not say the zone: taken as this computer's
    except (ValueError, OverflowError, OSError):
        return 0.0


def write_file(path: Path, data: bytes) -> bool:
    """Write a file so that a kill leaves the old one or the new one; if it is the same, touch nothing, return False."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
        return True
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
