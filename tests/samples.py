"""Samples that tests of several rooms use: markets, new stores, and copies of a home."""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.adapters.sql import open_store


def crowded(
    proposers: int, receivers: int, share: float = 0.5, seed: int = 0
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the preferences of both sides of a market in which ``share`` of every taste is common to all."""
    rng = np.random.default_rng(seed)
    own_f, own_g = rng.random((proposers, receivers)), rng.random((receivers, proposers))
    f = (1 - share) * own_f + share * np.linspace(1, 0, receivers)
    g = (1 - share) * own_g + share * np.linspace(1, 0, proposers)
    return f, g


def migrated(file: Path) -> str:
    """Write a new SQLite store with all its tables and return its address.

    It is a copy of one that was migrated once: to run every migration takes an eighth of a second.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_migrated_store())
    return f"sqlite:///{file}"


@cache
def _migrated_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "matcher.db"
        with open_store(f"sqlite:///{file}") as store:
            store.migrate()
        return file.read_bytes()


def copy_home(home: Path, target: Path) -> Path:
    """Copy a home and return ``target``; the holes of an index's files stay holes.

    Qdrant Edge reserves some 250 MB a shard and fills a few kilobytes. A plain copy writes all of it.
    """
    return Path(shutil.copytree(home, target, copy_function=_copy_sparse))


def _copy_sparse(source: str, target: str) -> str:
    size = Path(source).stat().st_size
    with Path(source).open("rb") as reader, Path(target).open("wb") as writer:
        end = 0
        while end < size:
            try:
                start = os.lseek(reader.fileno(), end, os.SEEK_DATA)
            except OSError:  # only a hole is left
                break
            end = os.lseek(reader.fileno(), start, os.SEEK_HOLE)
            os.pwrite(writer.fileno(), os.pread(reader.fileno(), end - start, start), start)
        writer.truncate(size)
    return target
