"""Room for the files of Qdrant Edge, looked for before the engine needs it.

The engine maps its files into memory, holes and all. Where a hole is filled and the disk has no room left,
the system ends the process at once (SIGBUS): nothing can be caught and nobody is told.
"""

import os
import shutil
from collections.abc import Sequence
from mmap import ACCESS_READ, PAGESIZE, mmap
from pathlib import Path
from tempfile import TemporaryFile

from matcher.errors import BackendUnavailable
from matcher.index.ports import Point

LEAST = 2_000_000
"""Bytes any call may take besides the vectors. Measured: making a shard takes 0.1 MB, opening one less."""
_IN_MEMORY = 16_000_000
"""What opening fills where files are kept in memory, besides the vectors' files. Measured: 8 to 12 MB."""
_A_POINT = 8_000
_COPIES = 3
"""Times a vector's bytes that writing it takes: in the log, in its file, and to spare. Measured: 2.3."""


def require_room(folder: Path, needed: int) -> None:
    """Raise BackendUnavailable unless the disk of ``folder`` has ``needed`` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackendUnavailable(
            f"The disk of the index is full: {free / 1e6:.1f} MB are free,"
            f" {needed / 1e6:.1f} MB are needed. Free disk space and repeat the command.",
            place=folder,
        )


def to_open(folder: Path) -> int:
    """Bytes that opening the shard in ``folder`` takes, or making one there."""
    if not _reading_fills(folder):
        return LEAST
    files = (path.stat() for path in folder.rglob("*.mmap"))
    return _IN_MEMORY + sum(max(file.st_size - 512 * file.st_blocks, 0) for file in files)


def to_write(points: Sequence[Point]) -> int:
    """Bytes that writing these points takes."""
    return LEAST + sum(_A_POINT + _COPIES * _size(point) for point in points)


def _size(point: Point) -> int:
    labels = 0 if point.labels is None else point.labels.nbytes
    return point.dense.nbytes + labels + 8 * len(point.sparse.indices)


def _reading_fills(folder: Path) -> bool:
    """Whether reading a hole takes room, as in a folder kept in memory (tmpfs)."""
    with TemporaryFile(dir=folder) as file:
        file.truncate(PAGESIZE)
        with mmap(file.fileno(), PAGESIZE, access=ACCESS_READ) as view:
            view.read(1)
            return os.fstat(file.fileno()).st_blocks > 0
