"""Locks between processes, that of the index among them: a file that names its holder."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

import filelock

from matcher.errors import BackendUnavailable, IndexLocked


class FileLock:
    """A lock for one holder, across processes and within one; the system frees it when the holder dies.

    The file keeps the holder's process id for the message, where the disk has room for it: what fills a disk
    is removed under such a lock.

    Raises
    ------
    IndexLocked
        The lock is held; the message names the process.
    BackendUnavailable
        The file cannot be opened.

    Examples
    --------
    >>> path = getfixture("tmp_path") / "lock"
    >>> with FileLock(path):
    ...     is_held(path)
    True
    >>> is_held(path)
    False
    """

    def __init__(self, path: Path) -> None:
        self._lock = filelock.FileLock(path, blocking=False, thread_local=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except filelock.Timeout as error:
            raise IndexLocked(
                f"The index is held by process {_holder(path)}. Stop that process, or let it do the work: a"
                " running service takes in changes by itself.",
                place=path.parent,
            ) from error
        except OSError as error:
            self._lock.release()
            raise BackendUnavailable(
                "A lock file cannot be opened. Check the folder's permissions and free space.",
                place=path,
                cause=error.strerror,
            ) from error
        with suppress(OSError):
            path.write_text(f"{os.getpid()}\n", encoding="ascii")

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _holder(path: Path) -> str:
    """Return the process id in a lock file; "unknown" where the holder has not written it yet."""
    with suppress(OSError):
        return path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
    return "unknown"


def is_held(path: Path) -> bool:
    """Return whether some process holds the lock file; an absent file is free."""
    if not path.exists():
        return False
    try:
        FileLock(path).release()
    except IndexLocked:
        return True
    return False
