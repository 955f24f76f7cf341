"""Free disk space, checked before Qdrant Edge writes.

The engine maps sparse files into memory. Where it fills a hole of one and the disk is full, the system ends
the process at once (SIGBUS): no exception is raised that could be reported.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from matcher.errors import BackendUnavailable
from matcher.index.ports import Point

LEAST_FREE_BYTES = 2_000_000
"""Bytes any call may take besides the vectors. Measured on ext4: opening a shard takes less than 0.1 MB."""
NEW_BYTES = 32_000_000
"""Bytes a new shard may take. Measured: 0.1 MB on ext4, which keeps holes; 19 MB on tmpfs, which does not."""
_BYTES_A_POINT = 8_000
_COPIES = 3
"""Times a vector's bytes that writing it takes: in the log, in its file, and to spare. Measured: 2.3."""


def require_free(folder: Path, needed: int) -> None:
    """Raise BackendUnavailable unless the disk of ``folder`` has ``needed`` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackendUnavailable(
            f"The disk of the index is full: {free / 1e6:.1f} MB are free,"
            f" {needed / 1e6:.1f} MB are needed. Free disk space and repeat the command.",
            place=folder,
        )


def bytes_to_write(points: Sequence[Point]) -> int:
    """Bytes that writing these points takes."""
    return LEAST_FREE_BYTES + sum(_BYTES_A_POINT + _COPIES * _size(point) for point in points)


def _size(point: Point) -> int:
    labels = 0 if point.labels is None else point.labels.nbytes
    return point.dense.nbytes + labels + 8 * len(point.sparse.indices)
