"""The files of the home folder: searched for traces; rejected rows and files that wait cleaned of them."""

import csv
import io
import lzma
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO

from matcher.files import write_whole
from matcher.rights.traces import WINDOW, Trace, Tracer

_CHUNK = 1 << 18
"""Bytes searched at once: the arrays of a search fit in the cache of a processor."""
_LONGEST_ID = 130
_OVERLAP = max(WINDOW, _LONGEST_ID) + 1
REJECTS = "*.rejects.csv"
UPLOADS = "imports-waiting"
"""Folder of files that were sent and are not imported yet, one folder each."""
EVENTS = "events"
"""Folder of lists of participants of events, one folder each."""
MOST_UNPACKED = 1 << 29
"""Bytes unpacked of one archive at most: a small one may hold a thousand times its size."""
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_CLOSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c")
"""First bytes of gzip, bzip2, xz, zstd and 7z. A backup is one: it also holds sealed texts and their key, so
that a search of what is unpacked would not find all that it keeps of somebody."""
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What an archive raises that is damaged, encrypted or packed in an unknown way."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: traces by file, and how many bytes were read. Files are relative to the home.

    ``closed`` are archives of which not everything could be searched: damaged, encrypted, too large, or
    packed otherwise than a workbook, as a backup is.
    """

    files: dict[str, set[Trace]]
    searched: int
    closed: tuple[str, ...] = ()


class _ClosedError(Exception):
    """An archive cannot be searched to its end."""


def is_of_others(name: str) -> bool:
    """Whether a file of the home, by its name in it, was sent by others or has rows of many."""
    path = PurePath(name)
    return path.parts[0] in {UPLOADS, EVENTS} or path.match(REJECTS)


class Home:
    """The home folder of the product.

    Parameters
    ----------
    folder
        The home.
    without
        Folders in it that hold nothing of members, such as the prepared model.
    most_unpacked
        Bytes unpacked of one archive at most.
    """

    def __init__(
        self, folder: Path, without: Sequence[Path] = (), most_unpacked: int = MOST_UNPACKED
    ) -> None:
        self._folder, self._without = folder, [path.resolve() for path in without]
        self._most_unpacked = most_unpacked

    def search(self, tracer: Tracer, sought: Sequence[Trace]) -> Found:
        """Search every file for traces; a file that disappears meanwhile holds nothing."""
        found: dict[str, set[Trace]] = {}
        searched, closed = 0, []
        for path in self._files():
            name = str(path.relative_to(self._folder))
            try:
                for content in _contents(path, self._most_unpacked):
                    searched += len(content)
                    hits = tracer.found(sought, content)
                    if hits:
                        found.setdefault(name, set()).update(hits)
            except FileNotFoundError:
                continue
            except _ClosedError:
                closed.append(name)
        return Found(found, searched, tuple(closed))

    def drop_uploads(self, tracer: Tracer, sought: Sequence[Trace]) -> int:
        """Drop files that wait for their import and hold a trace or cannot be searched; return how many.

        Who sent one reads that it does not wait any more, and may send it again: the rows of the erased are
        then refused.
        """
        waiting = self._folder / UPLOADS
        held = [folder for folder in sorted(waiting.glob("*")) if self._holds(folder, tracer, sought)]
        for folder in held:
            shutil.rmtree(folder, ignore_errors=True)
        return len(held)

    def clean_rejects(self, tracer: Tracer, sought: Sequence[Trace]) -> int:
        """Take the rows that hold a trace out of lists of rejected rows; return how many there were.

        A list that cannot be read, such as one saved in another encoding, is left: the search tells of it.
        """
        removed = 0
        for path in sorted(self._folder.rglob(REJECTS)):
            with suppress(FileNotFoundError, UnicodeDecodeError, csv.Error):
                removed += _clean_list(path, tracer, sought)
        return removed

    def _holds(self, folder: Path, tracer: Tracer, sought: Sequence[Trace]) -> bool:
        """Whether a file of a folder holds a trace or cannot be searched: it imports nothing either.

        One that disappears meanwhile holds nothing.
        """
        for path in sorted(folder.glob("*")):
            try:
                if any(tracer.is_found(sought, part) for part in _contents(path, self._most_unpacked)):
                    return True
            except FileNotFoundError:
                continue
            except _ClosedError:
                return True
        return False

    def _files(self) -> Iterator[Path]:
        if not self._folder.is_dir():
            return
        for folder, names, files in os.walk(self._folder):
            here = Path(folder)
            names[:] = sorted(name for name in names if (here / name).resolve() not in self._without)
            for name in sorted(files):
                if (here / name).is_file():
                    yield here / name


def _contents(path: Path, most_unpacked: int) -> Iterator[bytes]:
    """Read a file in parts, then what is packed in it: a workbook is an archive of compressed texts."""
    yield from _chunks(path)
    with path.open("rb") as file:
        begins = file.read(8)
    if begins.startswith(_CLOSED):
        raise _ClosedError
    if not begins.startswith(_ARCHIVE):
        return
    unpacked = 0
    try:
        for content in _members(path):
            unpacked += len(content)
            if unpacked > most_unpacked:
                raise _ClosedError
            yield content
    except FileNotFoundError:
        raise
    except _UNREADABLE as error:
        raise _ClosedError from error


def _members(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as packed:
                yield from _unpacked(packed)


def _unpacked(packed: IO[bytes]) -> Iterator[bytes]:
    before = b""
    while content := packed.read(_CHUNK):
        yield before + content
        before = content[-_OVERLAP:]


def _clean_list(path: Path, tracer: Tracer, sought: Sequence[Trace]) -> int:
    text = path.read_bytes().decode("utf-8-sig")
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    kept = [row for row in rows if not tracer.is_found(sought, "\n".join(row).encode())]
    if len(kept) < len(rows):
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(kept)
        write_whole(path, out.getvalue().encode("utf-8-sig"))
    return len(rows) - len(kept)


def _chunks(path: Path) -> Iterator[bytes]:
    """Read a file in overlapping parts, without its holes: an index reserves far more than it fills."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        end = 0
        while end < size:
            try:
                start = os.lseek(file.fileno(), end, os.SEEK_DATA)
                end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            except OSError:  # only a hole is left, or the file shrank
                return
            yield from _parts(file.fileno(), start, end)


def _parts(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    at = start
    while at < end:
        yield os.pread(descriptor, min(_CHUNK, end - at), at)
        if at + _CHUNK >= end:
            return
        at += _CHUNK - _OVERLAP
