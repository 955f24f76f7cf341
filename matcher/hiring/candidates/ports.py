"""What the use cases of candidates ask of the store, the mail and the rights."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from matcher.audit import Note
from matcher.domain import MessageRequest
from matcher.hiring.candidates.candidate import Candidate, SealedCandidate, SealedOpening
from matcher.hiring.candidates.gate import Gate
from matcher.people import Person
from matcher.rights import Erasure, Subject


class CandidateRows(Protocol):
    """The candidates of the store. Taking one in or changing one raises CandidatesClosed while it is off."""

    def gate(self) -> Gate:
        """Return the gate as the last act left it."""
        ...

    def set_gate(self, gate: Gate, actor: str) -> None:
        """Keep an act and enter it in the audit."""
        ...

    def add(
        self, sealed: SealedCandidate, invitation: str = "", mails: Sequence[MessageRequest] = ()
    ) -> None:
        """Keep a new candidate, in one transaction with audit entry, mails and the use of its invitation.

        ``invitation`` is the id of a link, "" without; LinkGone where it was used meanwhile.
        """
        ...

    def get(self, candidate_id: str) -> Candidate:
        """Return a candidate; NotFound for an unknown id."""
        ...

    def find(self, *, code: str = "", address_hash: str = "") -> Candidate | None:
        """Return the candidate of a code or of the keyed hash of an address; None if there is none."""
        ...

    def all(self) -> Sequence[Candidate]:
        """Return every candidate, by code."""
        ...

    def change(self, candidate_id: str, changed: Callable[[Candidate], Candidate]) -> Candidate:
        """Replace a candidate by what ``changed`` makes of it, and return that; NotFound where it is gone.

        It is read and written in one transaction: a pause made since a page was read is not undone.
        """
        ...

    def pause(self, candidate_id: str, now: datetime) -> None:
        """Hide a profile, whether or not the gate is open; NotFound where it is gone."""
        ...

    def sealed_contact(self, candidate_id: str) -> str:
        """Return the sealed contact; NotFound for an unknown id."""
        ...

    def add_opening(self, candidate_id: str, opening: SealedOpening, mail: MessageRequest) -> None:
        """Keep that a contact was opened, in one transaction with its mail and its entry in the audit."""
        ...

    def openings(self, candidate_id: str) -> Sequence[SealedOpening]:
        """Return who opened a contact, oldest first."""
        ...


class Erases(Protocol):
    """Erasure in the store, to be proven in the files afterwards."""

    def erase(self, subject: Subject, now: datetime, by: str = "") -> Erasure:
        """Erase a subject in the store at once."""
        ...


class Mailbox(Protocol):
    """Where mails wait."""

    def queue(self, requests: Iterable[MessageRequest], now: datetime) -> int:
        """Queue mails; return how many are new."""
        ...


class AuditEntries(Protocol):
    """Where acts are entered."""

    def append(self, notes: Iterable[Note], now: datetime) -> None:
        """Enter notes, in their order."""
        ...


class People(Protocol):
    """Who opened a contact."""

    def get(self, person_id: str) -> Person:
        """Return a person; NotFound for an unknown id."""
        ...
