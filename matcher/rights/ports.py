"""What rights ask of the store and of the index."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from matcher.audit import Note
from matcher.domain import Organisation
from matcher.people import Person
from matcher.rights.accesses import AccessAudit
from matcher.rights.erasure import Erasure, Request
from matcher.rights.subject import Subject
from matcher.rights.unread import RawItem

Rows = list[dict[str, Any]]


class Tables(Protocol):
    """The rows of the store that name a subject."""

    def salt(self) -> bytes:
        """Return the key of traces and suppression hashes, made at its first use."""
        ...

    def held(self, subject: Subject) -> dict[str, Rows]:
        """Return every row that names a subject, by table; secrets are left out."""
        ...

    def raw_item(self, item_id: str) -> RawItem | None:
        """Return the row of an item, not parsed, so that one that cannot be read is found; None without."""
        ...

    def erase(self, request: Request, check: Callable[[], object] = lambda: None) -> Erasure:
        """Remove every row that names the subject, and note the erasure, in one transaction.

        ``check`` is called once no other process can write; what it raises ends the erasure.

        NotFound when the subject is not in the store any more.
        """
        ...

    def correct_organisation(
        self,
        organisation_id: str,
        change: Callable[[Organisation], Organisation],
        request_of: Callable[[Organisation, Organisation], Request],
    ) -> Erasure | None:
        """Change a record, drop its former states and note what must disappear, in one transaction.

        ``change`` is called once no other process can write; None where it changes nothing.
        """
        ...

    def correct_person(
        self,
        person_id: str,
        change: Callable[[Person], Person],
        request_of: Callable[[Person, Person], Request],
    ) -> Erasure | None:
        """Change a person and note what must disappear, in one transaction; None where nothing changes."""
        ...

    def outbox_ids(self) -> list[str]:
        """Return the ids of items that the outbox names, ascending."""
        ...

    def owed(self) -> list[Erasure]:
        """Return the erasures that are not done, oldest first."""
        ...

    def all(self) -> list[Erasure]:
        """Return every erasure, latest first."""
        ...

    def get(self, erasure_id: str) -> Erasure:
        """Return one erasure; NotFound for an unknown id."""
        ...

    def settle(self, erasure_id: str, found_in: Sequence[str], searched: int, now: datetime) -> Erasure:
        """Note a search: the erasure is done where nothing was found."""
        ...

    def suppressed(self, hashes: Sequence[str]) -> Mapping[str, datetime]:
        """Return since when those of the hashes are suppressed that are."""
        ...

    def lift(self, hashes: Sequence[str]) -> int:
        """Suppress no more; return how many hashes were."""
        ...


class Audit(AccessAudit, Protocol):
    """Where looks and exports are entered; erasures are by their own transaction."""

    def append(self, notes: Iterable[Note], now: datetime) -> None:
        """Enter notes, in their order."""
        ...


class Cleaning(Protocol):
    """The parts of the product that hold copies, each emptied of what the store no longer has."""

    def empty_log(self) -> str:
        """Empty the store's log; return what stood in the way, "" if nothing did."""
        ...

    def compact(self) -> str:
        """Write the store's file anew, without its free pages; return what stood in the way."""
        ...

    def rewrite_index(self, since: datetime, now: datetime) -> str:
        """Write the index anew unless it is younger than an instant; return what stood in the way."""
        ...

    def index_hindrance(self, since: datetime) -> str:
        """Return why parts of an index older than an instant are left; "" where none are."""
        ...
