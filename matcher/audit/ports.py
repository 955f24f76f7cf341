"""What the audit asks of the store."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from matcher.audit.chain import Checkpoint, Head
from matcher.audit.entry import Entry, Note, Of


class AuditRows(Protocol):
    """The entries that are kept, in a chain that only grows."""

    def append(self, notes: Iterable[Note], now: datetime) -> None:
        """Enter notes, in their order, in one transaction."""
        ...

    def append_to(self, note_of: Callable[[Head], Note], now: datetime) -> None:
        """Enter the note that ``note_of`` returns for the head; nothing is entered between the two."""
        ...

    def enter_once(self, notes: Sequence[Note], now: datetime, within: timedelta) -> int:
        """Enter notes, except those entered less than ``within`` ago; return how many are entered."""
        ...

    def about(self, of: Of, subject_id: str, most: int) -> list[Entry]:
        """Return the latest entries about a subject, the latest first, ``most`` at most."""
        ...

    def references(self, of: Of, ids: Iterable[str]) -> Mapping[str, str]:
        """Return, by the reference that entries have, those of the ids; none before the first entry."""
        ...

    def entries(self) -> Iterator[Entry]:
        """Yield every entry in ascending order."""
        ...

    def newest(
        self, most: int, *, before: int = 0, act: str = "", naming: Collection[str] | None = None
    ) -> list[Entry]:
        """Return ``most`` entries at most, the latest first.

        Only those numbered below ``before``, of the act ``act``, or in which one of the references ``naming``
        is who acted or what was concerned, where these are given.
        """
        ...

    def acts(self) -> list[str]:
        """Return every act that was entered, once each, in alphabetical order."""
        ...

    def state(self) -> AbstractContextManager[tuple[Head, Iterator[Entry]]]:
        """Open one state of the chain: its head, and every entry in ascending order."""
        ...

    def head(self) -> Head:
        """Return the last entry as writers know it."""
        ...

    def hash_at(self, seq: int) -> str | None:
        """Return the hash of the entry of this number; None where there is no such entry."""
        ...

    def checkpoints(self) -> list[Checkpoint]:
        """Return the signed states, in ascending order."""
        ...

    def keep(self, checkpoint: Checkpoint) -> None:
        """Keep a signed state."""
        ...
