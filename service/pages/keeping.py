"""Files that pages keep for a while: one private folder a thing, named by what its address holds."""

import re
import secrets
import shutil
from contextlib import suppress
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
        changed = self._changed()
        return sorted(changed, key=lambda token: (-changed[token], token))

    def sweep(self, now: datetime) -> None:
        """Drop the folders that are too old."""
        for token, changed in self._changed().items():
            if now.timestamp() - changed > self._kept_for.total_seconds():
                shutil.rmtree(self._folder / token, ignore_errors=True)

    def _changed(self) -> dict[str, float]:
        """Return when each folder was last changed, in seconds; one that is dropped meanwhile is left out."""
        found = {}
        if self._folder.is_dir():
            for folder in self._folder.iterdir():
                with suppress(FileNotFoundError):
                    found[folder.name] = folder.stat().st_mtime
        return {token: changed for token, changed in found.items() if _TOKEN.fullmatch(token)}


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
