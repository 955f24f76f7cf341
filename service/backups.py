"""Backups as commands and pages make them: what of the home is in them, and when the last one was made."""

from datetime import datetime
from pathlib import Path

from matcher.adapters.sql import Store
from matcher.audit import KEY_FILE, Note, Of
from matcher.backup import Manifest, back_up
from matcher.hiring.candidates import KEY_FILE as CANDIDATE_KEY_FILE
from matcher.people.secret import SECRET_FILE
from matcher.recommend import WEIGHTS_FILE

MADE = "backup.make"
"""The act of the audit by which a backup is known; the file itself is kept elsewhere."""


def kept_files(home: Path) -> dict[str, Path]:
    """Return the files of a home folder that a backup keeps, by their name in it."""
    names = (WEIGHTS_FILE, SECRET_FILE, KEY_FILE, CANDIDATE_KEY_FILE)
    return {name: home / name for name in names}


def make_backup(store: Store, home: Path, to: Path, now: datetime, *, by: str = "") -> Manifest:
    """Write a backup and enter it in the audit, by the person ``by``; see :func:`matcher.backup.back_up`."""
    manifest = back_up(store.backup, kept_files(home), to, now)
    store.audit.append([Note(MADE, Of.BACKUP, f"{now:%Y-%m-%dT%H:%M:%SZ}", by)], now)
    return manifest


def last_made(store: Store) -> datetime | None:
    """Return when a backup was last made, by whatever way; None where none was."""
    found = store.audit.newest(1, act=MADE)
    return found[0].at if found else None
