"""Who looked at what is held of a subject, changed it or took a copy: read from the audit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from matcher.audit import SERVICE, Entry, Note, Of
from matcher.people import AT_THE_CLUSTER, Person
from matcher.rights.subject import Subject, SubjectKind

VIEW = "subject.view"
CHANGE = "subject.change"
CONTACT = "contact.open"
"""The address of a contact person was shown to the organisation it was introduced to."""
ONCE_IN = timedelta(hours=1)
"""Who opens one record several times within this time is entered once."""
MOST = 200


class By(StrEnum):
    """Who did something, as the subject is told."""

    OWN = "own"
    """The person, or somebody who speaks for the organisation."""
    STAFF = "staff"
    """A person of the cluster's team; the one kind that is named."""
    MEMBER = "member"
    """Somebody of another organisation."""
    SERVICE = "service"
    """The service, the command line or a program with a key."""
    GONE = "gone"
    """A person who was erased since."""


@dataclass(frozen=True, slots=True)
class Access:
    """One act on what is held of a subject; ``name`` is that of a person of staff, else ""."""

    at: datetime
    act: str
    by: By
    name: str = ""


class AccessAudit(Protocol):
    """What is asked of the audit."""

    def enter_once(self, notes: Sequence[Note], now: datetime, within: timedelta) -> int:
        """Enter notes, except those entered less than ``within`` ago; return how many are entered."""
        ...

    def about(self, of: Of, subject_id: str, most: int) -> list[Entry]:
        """Return the latest entries about a subject, the latest first."""
        ...

    def references(self, of: Of, ids: Iterable[str]) -> Mapping[str, str]:
        """Return, by the reference that entries have, those of the ids."""
        ...


def look(audit: AccessAudit, subjects: Sequence[Subject], by: Person | None, now: datetime) -> None:
    """Enter that a person of staff looks at records; of others nothing is entered.

    Members read the directory, which is what it is for, and their own record.
    """
    if by is None or not by.roles & AT_THE_CLUSTER:
        return
    others = [subject for subject in subjects if not _is_own(subject, by)]
    audit.enter_once([Note(VIEW, Of(one.kind.value), one.id, by.id) for one in others], now, ONCE_IN)


def open_contacts(audit: AccessAudit, person_ids: Sequence[str], by: str, now: datetime) -> None:
    """Enter that the addresses of contact persons are shown to a person; "" for a program."""
    others = [person_id for person_id in person_ids if person_id != by]
    audit.enter_once([Note(CONTACT, Of.PERSON, person_id, by) for person_id in others], now, ONCE_IN)


def accesses_of(audit: AccessAudit, subject: Subject, people: Sequence[Person]) -> list[Access]:
    """Return who did what with the record of a subject, the latest first, :data:`MOST` at most.

    Parameters
    ----------
    people
        Everybody: an entry holds a reference, from which no name can be worked out.
    """
    known = {person.id: person for person in people}
    named = audit.references(Of.PERSON, known)
    found = []
    for entry in audit.about(Of(subject.kind.value), subject.id, MOST):
        by, name = _who(entry, subject, named, known)
        found.append(Access(entry.at, entry.act, by, name))
    return found


def _who(
    entry: Entry, subject: Subject, named: Mapping[str, str], known: Mapping[str, Person]
) -> tuple[By, str]:
    if entry.actor == SERVICE:
        return By.SERVICE, ""
    if entry.actor not in named:
        return By.GONE, ""
    person = known[named[entry.actor]]
    by = By(entry.acting) if entry.acting else _by_today(subject, person)
    return by, person.name if by is By.STAFF else ""


def _by_today(subject: Subject, person: Person) -> By:
    """Return how a person stands to a subject today, for entries that do not say how it was then."""
    if _is_own(subject, person):
        return By.OWN
    return By.STAFF if person.roles & AT_THE_CLUSTER else By.MEMBER


def _is_own(subject: Subject, person: Person) -> bool:
    own: Collection[str] = person.organisations
    if subject.kind is SubjectKind.PERSON:
        own = [person.id]
    return subject.id in own
