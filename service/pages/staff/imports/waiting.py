"""Files that were sent and are not imported yet: one private folder each, for a day at most."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from matcher.domain.items import ItemType
from matcher.errors import NotFound
from matcher.files import write_whole
from matcher.importing import Choices
from matcher.rights import UPLOADS
from service.pages.keeping import Keeping, fit_name

KEPT = timedelta(days=1)
_STATE = ".state.json"


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
    file_wins: bool = False
    done: bool = False
    batch: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def choices(self) -> Choices:
        """What was chosen, as an import takes it."""
        kind = ItemType(self.kind) if self.kind else None
        return Choices(kind, self.columns, tuple(self.ignored), self.empty_clears, self.file_wins)


class WaitingFiles:
    """The files that wait, below the home folder."""

    def __init__(self, home: Path) -> None:
        self._keeping = Keeping(home / UPLOADS, KEPT)

    def add(self, name: str, content: bytes, now: datetime) -> str:
        """Keep a file and return what names it in addresses; files that have waited too long are dropped."""
        token = self._keeping.make(now)
        waiting = Waiting(fit_name(name))
        (self._keeping.folder(token) / waiting.name).write_bytes(content)
        self.save(token, waiting)
        return token

    def sweep(self, now: datetime) -> None:
        """Drop the files that have waited too long."""
        self._keeping.sweep(now)

    def get(self, token: str) -> Waiting:
        """Return a file that waits; NotFound for one that was dropped."""
        try:
            kept = json.loads((self._keeping.folder(token) / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise NotFound("This file does not wait any more: send it again.") from None
        return Waiting(**kept)

    def path(self, token: str) -> Path:
        """Return where the content of a file is."""
        return self._keeping.folder(token) / self.get(token).name

    def save(self, token: str, waiting: Waiting) -> None:
        """Keep what was chosen for a file."""
        # names as they are: what is to be erased is searched for in the bytes of files
        state = json.dumps(asdict(waiting), ensure_ascii=False)
        write_whole(self._keeping.folder(token) / _STATE, state.encode())

    def finish(self, token: str, waiting: Waiting) -> None:
        """Drop the content of a file that was imported; what it did is kept for the page that says so."""
        self.save(token, waiting)  # first: a file that is gone but not done could not even be shown
        self.path(token).unlink(missing_ok=True)

    def drop(self, token: str) -> None:
        """Drop a file."""
        self._keeping.drop(token)
