"""Files that survive a kill: a lock that says who holds it, and writes that are whole or absent."""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from matcher.errors import BackendUnavailable, IndexLocked


class FileLock:
    """One holder at a time, across processes and within one; the system frees it when the holder dies.

    The file keeps the holder's process id for the message. Raises IndexLocked when it is held.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise BackendUnavailable(
                f"Cannot open {path}: {error.strerror}. Mend rights or disk.", withheld=[f"{path.parent}/"]
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            place = f" in {path.parent}"
            raise IndexLocked(
                f"The index{place} is held by process {holder}. Stop that process, or let it do the work: a"
                " running service takes in changes by itself.",
                withheld=[place],
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock file; an absent file is free."""
    if not path.exists():
        return False
    try:
        FileLock(path).release()
    except IndexLocked:
        return True
    return False


def write_whole(path: Path, content: bytes, check: Callable[[Path], None] | None = None) -> None:
    """Replace a file so that after a crash the old or the new content is there, never a mixture.

    ``check`` reads the draft before it takes the file's place; if it raises, or anything fails, the file is
    left as it was and no draft remains. BackendUnavailable when the disk refuses.

    >>> file = getfixture("tmp_path") / "list.txt"
    >>> write_whole(file, b"Albi", check=lambda draft: print(draft.read_bytes()))
    b'Albi'
    >>> [found.name for found in file.parent.iterdir()]
    ['list.txt']
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if check is not None:
            check(draft)
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        absent = not path.parent.is_dir()
        advice = "The folder does not exist: make it first." if absent else "Free space or mend rights."
        raise BackendUnavailable(
            f"Cannot write {path}: {error.strerror}. {advice}", withheld=[f" {path}"]
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names created, renamed or removed in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
