"""Files that were sent and are not imported yet: one private folder each, for a day at most."""

import json
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePath, PureWindowsPath

from matcher.domain.items import ItemType
from matcher.errors import NotFound
from matcher.files import write_whole
from matcher.importing import Choices

FOLDER = "imports-waiting"
KEPT = timedelta(days=1)
LONGEST_NAME = 100
_STATE = ".state.json"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_UNFIT = re.compile(r"[^\w .()'&+-]")


@dataclass(slots=True)
class Waiting:
    """A file that waits: what staff chose for it, and what became of it.

    ``batch`` names the import once it is done, "" where nothing changed; ``counts`` are then of its rows.
    """

    name: str
    kind: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    empty_clears: bool = False
    done: bool = False
    batch: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def choices(self) -> Choices:
        """What was chosen, as an import takes it."""
        kind = ItemType(self.kind) if self.kind else None
        return Choices(kind, self.columns, tuple(self.ignored), self.empty_clears)


class WaitingFiles:
    """The files that wait, below the home folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def add(self, name: str, content: bytes, now: datetime) -> str:
        """Keep a file and return what names it in addresses; files that have waited too long are dropped."""
        self._sweep(now)
        token = secrets.token_urlsafe(16)
        folder = self._folder / token
        folder.mkdir(parents=True, mode=0o700)
        waiting = Waiting(fit_name(name))
        (folder / waiting.name).write_bytes(content)
        self.save(token, waiting)
        return token

    def get(self, token: str) -> Waiting:
        """Return a file that waits; NotFound for one that was dropped."""
        try:
            kept = json.loads((self._folder_of(token) / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise NotFound("This file does not wait any more: send it again.") from None
        return Waiting(**kept)

    def path(self, token: str) -> Path:
        """Return where the content of a file is."""
        return self._folder_of(token) / self.get(token).name

    def save(self, token: str, waiting: Waiting) -> None:
        """Keep what was chosen for a file."""
        write_whole(self._folder_of(token) / _STATE, json.dumps(asdict(waiting)).encode())

    def finish(self, token: str, waiting: Waiting) -> None:
        """Drop the content of a file that was imported; what it did is kept for the page that says so."""
        self.path(token).unlink(missing_ok=True)
        self.save(token, waiting)

    def drop(self, token: str) -> None:
        """Drop a file."""
        shutil.rmtree(self._folder_of(token), ignore_errors=True)

    def _folder_of(self, token: str) -> Path:
        if not _TOKEN.fullmatch(token):
            raise NotFound("This address names no file.")
        return self._folder / token

    def _sweep(self, now: datetime) -> None:
        if not self._folder.is_dir():
            return
        for folder in self._folder.iterdir():
            if now.timestamp() - folder.stat().st_mtime > KEPT.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)


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
