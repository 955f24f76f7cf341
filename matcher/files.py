"""Files that survive a kill: writes that are whole or absent."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import get_ident

from matcher.errors import BackendUnavailable


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
    # one draft a writer: two threads write the same file in turn, never in each other's draft
    draft = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}.tmp")
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
        advice = (
            "Its folder does not exist: make it first."
            if absent
            else "Check the folder's permissions and free space."
        )
        raise BackendUnavailable(
            f"The file {path.name} cannot be written. {advice}", place=path, cause=error.strerror
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
