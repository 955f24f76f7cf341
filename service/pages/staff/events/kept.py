"""Events as they are kept: the list, the form, the rounds; for a month after the last change."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from anyio import to_thread
from filelock import AsyncFileLock, Timeout

from matcher.errors import NotFound, StalePlan
from matcher.files import write_whole
from matcher.rights import EVENTS
from service.pages.keeping import Keeping, fit_name
from service.pages.staff.events.form import EventForm

FOLDER = EVENTS
KEPT = timedelta(days=30)
_STATE, _LOCK, _UNDER_WAY = ".state.json", ".lock", ".under-way"
PATIENCE_S = 2.0
"""Time that the change of somebody else is waited for."""
LONGEST_PLANNING_S = 30.0


@dataclass(slots=True)
class KeptEvent:
    """One event: its list of participants, its form, its rounds, who is absent.

    ``rows`` are as :class:`~matcher.meetings.EventPlan` has them; ``known`` people are of organisations of
    the directory; ``organisations`` has the organisation of each person. Rounds up to ``settled`` took
    place: no later change moves them.
    """

    list_name: str
    form: EventForm
    rows: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    known: int = 0
    organisations: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    settled: int = 0
    notices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def version(self) -> str:
        """A name of the rounds and of who is absent, so that a change of others is noticed."""
        return hashlib.sha256(json.dumps([self.rows, self.absent, self.settled]).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class LateChange:
    """Who is absent from a round on, asked for by who saw the version ``seen`` of the event."""

    seen: str
    absent: Sequence[str]
    from_round: int

    @property
    def mark(self) -> str:
        """A hash of the change, by which a second click on it is known; it holds no names."""
        said = json.dumps([self.seen, sorted(self.absent), self.from_round])
        return hashlib.sha256(said.encode()).hexdigest()

    def is_done(self, event: KeptEvent) -> bool:
        """Whether an event is as this change makes it."""
        return set(event.absent) == set(self.absent) and event.settled == self.from_round - 1


def _mark_in(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.is_file() else ""


class KeptEvents:
    """The events, below the home folder."""

    def __init__(self, home: Path) -> None:
        self._keeping = Keeping(home / FOLDER, KEPT)

    def add(self, name: str, content: bytes, form: EventForm, now: datetime) -> str:
        """Keep a list of participants and return what names the event in addresses."""
        token = self._keeping.make(now)
        event = KeptEvent(fit_name(name), form)
        (self._keeping.folder(token) / event.list_name).write_bytes(content)
        self.save(token, event)
        return token

    def get(self, token: str) -> KeptEvent:
        """Return an event; NotFound for one that was dropped."""
        try:
            kept: dict[str, Any] = json.loads((self.folder(token) / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise NotFound("This event is not kept any more: send its list again.") from None
        kept.pop("basis", None)  # events of an earlier version have it
        form: Mapping[str, str] = kept.pop("form")
        kept["notices"] = [(fr, en) for fr, en in kept["notices"]]
        return KeptEvent(form=EventForm(**form), **kept)

    def list_path(self, token: str) -> Path:
        """Return where the list of participants is."""
        return self.folder(token) / self.get(token).list_name

    def save(self, token: str, event: KeptEvent) -> None:
        """Keep an event."""
        # names as they are: what is to be erased is searched for in the bytes of files
        state = json.dumps(asdict(event), ensure_ascii=False)
        write_whole(self.folder(token) / _STATE, state.encode())

    @asynccontextmanager
    async def changing(self, token: str, change: LateChange) -> AsyncIterator[None]:
        """Let one change of an event at a time be made, whichever process makes it.

        It is waited for without holding anything else: :data:`PATIENCE_S`, and to its end where the change
        under way is this very one, which a double click sends twice. StalePlan where it takes too long.
        """
        folder = self.folder(token)
        lock = AsyncFileLock(folder / _LOCK)
        try:
            await self._wait_for(lock, folder / _UNDER_WAY, change)
        except Timeout:
            raise StalePlan(
                "The event is being changed by somebody else: look at its rounds again."
            ) from None
        try:
            await to_thread.run_sync(write_whole, folder / _UNDER_WAY, change.mark.encode())
            yield
        finally:
            await lock.release()

    async def _wait_for(self, lock: AsyncFileLock, under_way: Path, change: LateChange) -> None:
        try:
            await lock.acquire(timeout=PATIENCE_S)
        except Timeout:
            if await to_thread.run_sync(_mark_in, under_way) != change.mark:
                raise
            await lock.acquire(timeout=LONGEST_PLANNING_S)

    def folder(self, token: str) -> Path:
        """Return the folder of an event; NotFound for one that was dropped."""
        return self._keeping.folder(token)

    def drop(self, token: str) -> None:
        """Drop an event with everything of it."""
        self._keeping.drop(token)

    def sweep(self, now: datetime) -> None:
        """Drop the events that are too old."""
        self._keeping.sweep(now)

    def all(self, now: datetime) -> list[tuple[str, KeptEvent]]:
        """Return the events, the latest change first; those that are too old are dropped.

        One that is being kept just now, or whose keeping was cut short, is left out.
        """
        self.sweep(now)
        found = []
        for token in self._keeping.all():
            with suppress(NotFound):
                found.append((token, self.get(token)))
        return found
