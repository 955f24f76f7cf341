"""The private folder of a Ray that is started here, gone with the run however this ends.

Ray lets everyone enter its own folder, and logs what its processes are given; so that lies inside a folder
that its owner alone may enter, beside the token that Ray's processes show each other.
"""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from matcher.errors import BackendUnavailable
from matcher.locks import FileLock

_PREFIX = "matcher-ray-"  # short: names of sockets may have 107 characters
_OWNER = "owner"
_BEING_MADE_S = 60.0
"""Seconds in which a folder may have no owner yet."""


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder that only this user may enter; its owner is this process, and it ends with the context.

    Folders of this user whose process was killed are removed first. SIGTERM ends the context as an exception.
    """
    _remove_ownerless(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with _ended_by_sigterm(), FileLock(folder / _OWNER):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_ownerless(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError, BackendUnavailable):  # another removed it, or it is in use
            found = folder.lstat()
            age_s = abs(time.time() - found.st_mtime)  # the clock may have been set back since
            is_new = age_s < _BEING_MADE_S and not (folder / _OWNER).exists()
            if found.st_uid == os.getuid() and not is_new:
                with FileLock(folder / _OWNER):  # until it is gone
                    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that what is open is closed."""
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
