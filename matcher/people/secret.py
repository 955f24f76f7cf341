"""The secret that tokens of links are derived from."""

import os
import secrets
from pathlib import Path

from matcher.errors import BackendUnavailable

SECRET_FILE = "secret"  # noqa: S105  # the name of a file
_BYTES = 32


def read_secret(home: Path, given: str = "", file: str = SECRET_FILE) -> bytes:
    """Return the secret: the one ``given``, else that of the ``file`` in ``home``, made at its first use.

    Links of one secret cannot be followed under another, so several machines share ``MATCHER_SECRET``.

    Raises
    ------
    BackendUnavailable
        The file can be neither read nor made.

    Examples
    --------
    >>> home = getfixture("tmp_path")
    >>> read_secret(home) == read_secret(home)
    True
    >>> (home / "secret").stat().st_mode & 0o777 == 0o600
    True
    """
    if given:
        return given.encode()
    path = home / file
    try:
        return _read(path) if path.exists() else _make(path)
    except OSError as error:
        raise BackendUnavailable(
            "The secret of links can be neither read nor made: give write permission, or set MATCHER_SECRET.",
            place=path,
            cause=error.strerror or error,
        ) from error


def _make(path: Path) -> bytes:
    """Write a new secret whole and link it into place: of two processes that begin together, one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first: its secret is read below
    finally:
        draft.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    text = path.read_text(encoding="ascii").strip()
    if len(text) < 2 * _BYTES:
        raise BackendUnavailable("The secret of links is damaged: restore it from a backup.", place=path)
    return text.encode()
