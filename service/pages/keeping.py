"""Files that pages keep for a while: one private folder a thing, named by what its address holds."""

import re
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path, PurePath, PureWindowsPath

from matcher.errors import NotFound

LONGEST_NAME = 100
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_UNFIT = re.compile(r"[^\w .()'&+-]")


class Keeping:
    """Private folders below one folder, dropped after a time.

    Parameters
    ----------
    folder
        Where they are; made when first needed, readable by this account alone.
    kept_for
        How long after its last change one is kept.
    """

    def __init__(self, folder: Path, kept_for: timedelta) -> None:
        self._folder = folder
        self._kept_for = kept_for

    def make(self, now: datetime) -> str:
        """Make a folder and return what names it; those that are too old are dropped."""
        self.sweep(now)
        token = secrets.token_urlsafe(16)
        (self._folder / token).mkdir(parents=True, mode=0o700)
        return token

    def folder(self, token: str) -> Path:
        """Return a folder; NotFound for one that was dropped or never made."""
        folder = self._folder / token
        if not _TOKEN.fullmatch(token) or not folder.is_dir():
            raise NotFound("This is not kept any more: send the file again.")
        return folder

    def drop(self, token: str) -> None:
        """Drop a folder; NotFound for one that is gone."""
        shutil.rmtree(self.folder(token), ignore_errors=True)

    def all(self) -> list[str]:
        """Return what names each folder, the latest change first."""
        if not self._folder.is_dir():
            return []
        folders = sorted(self._folder.iterdir(), key=lambda one: (-one.stat().st_mtime, one.name))
        return [folder.name for folder in folders if _TOKEN.fullmatch(folder.name)]

    def sweep(self, now: datetime) -> None:
        """Drop the folders that are too old."""
        for token in self.all():
            age = now.timestamp() - (self._folder / token).stat().st_mtime
            if age > self._kept_for.total_seconds():
                shutil.rmtree(self._folder / token, ignore_errors=True)


def fit_name(name: str) -> str:
    r"""Return the name of a file without folders and odd characters.

    >>> fit_name("C:\\temp\\Membres 2026.xlsx"), fit_name("../../etc/passwd"), fit_name("..")
    ('Membres 2026.xlsx', 'passwd', 'fichier')
    """
    bare = _UNFIT.sub("_", PurePath(PureWindowsPath(name).name).name).lstrip(". ")
    stem, dot, suffix = bare.rpartition(".")
    if dot and len(bare) > LONGEST_NAME:
        bare = f"{stem[: LONGEST_NAME - 10]}.{suffix[:9]}"
    return bare[:LONGEST_NAME] or "fichier"
