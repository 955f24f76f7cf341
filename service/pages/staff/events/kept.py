"""Events as they are kept: the list, the form, the rounds; for a month after the last change."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from matcher.errors import NotFound, StalePlan
from matcher.files import write_whole
from matcher.rights import EVENTS
from service.pages.keeping import Keeping, fit_name
from service.pages.staff.events.form import EventForm

FOLDER = EVENTS
KEPT = timedelta(days=30)
_STATE, _LOCK = ".state.json", ".lock"
LONGEST_WAIT_S = 30


@dataclass(slots=True)
class KeptEvent:
    """One event: its list of participants, its form, its rounds, who is absent.

    ``rows`` are as :class:`~matcher.meetings.EventPlan` has them; ``basis`` says what scores rest on.
    Rounds up to ``settled`` took place: no later change moves them.
    """

    list_name: str
    form: EventForm
    rows: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    basis: str = ""
    absent: list[str] = field(default_factory=list)
    settled: int = 0
    notices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def version(self) -> str:
        """A name of the rounds and of who is absent, so that a change of others is noticed."""
        return hashlib.sha256(json.dumps([self.rows, self.absent, self.settled]).encode()).hexdigest()[:32]


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

    @contextmanager
    def changing(self, token: str) -> Iterator[KeptEvent]:
        """Give an event to one change at a time, whichever process makes it; save it within.

        StalePlan where another change takes too long to wait for.
        """
        try:
            with FileLock(self.folder(token) / _LOCK, timeout=LONGEST_WAIT_S):
                yield self.get(token)
        except Timeout:
            raise StalePlan(
                "The event is being changed by somebody else: look at its rounds again."
            ) from None

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
