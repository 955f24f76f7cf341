"""What people open of what is held of others, entered in the audit: records by staff, addresses."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from matcher.audit import Note, Of
from matcher.build import Matcher
from matcher.introductions import BOTH_AGREED, Introduction
from matcher.people import AT_THE_CLUSTER, Person
from matcher.rights import ONCE_IN, Subject, SubjectKind


def look_at_organisations(
    matcher: Matcher, ids: Iterable[str], by: Person | None, now: datetime, people: Sequence[Person] = ()
) -> None:
    """Enter that a person of staff opens organisations, with the people whose addresses are shown."""
    subjects = [Subject(SubjectKind.ORGANISATION, each) for each in ids]
    subjects += [Subject(SubjectKind.PERSON, person.id) for person in people]
    matcher.rights.look(subjects, by, now)


def look_at_person(matcher: Matcher, person_id: str, by: Person | None, now: datetime) -> None:
    """Enter that a person of staff opens what is held of a person."""
    matcher.rights.look([Subject(SubjectKind.PERSON, person_id)], by, now)


def list_people(matcher: Matcher, by: Person | None, now: datetime) -> None:
    """Enter that a person opens the list of everybody."""
    if by is not None:
        matcher.store.audit.enter_once([Note("people.list", Of.REPORT, "people", by.id)], now, ONCE_IN)


def list_organisations(matcher: Matcher, by: Person | None, now: datetime) -> None:
    """Enter once that a person of staff reads the list of organisations, page after page; of no record."""
    if by is not None and by.roles & AT_THE_CLUSTER:
        note = Note("organisations.list", Of.REPORT, "organisations", by.id)
        matcher.store.audit.enter_once([note], now, ONCE_IN)


def change_sample(matcher: Matcher, by: Person | None, now: datetime) -> None:
    """Enter that invented profiles are loaded or removed, by a person or at the command line."""
    matcher.audit.enter(Note("candidates.sample", Of.REPORT, "sample", by.id if by else ""), now)


def export(matcher: Matcher, what: str, by: Person | None, now: datetime) -> None:
    """Enter that a file is taken out; ``what`` names its kind, such as ``rounds``, and no person."""
    matcher.audit.enter(Note("report.export", Of.REPORT, what, by.id if by else ""), now)


def open_contacts(
    matcher: Matcher, shown: Iterable[Introduction], organisation_id: str, by: Person | None, now: datetime
) -> None:
    """Enter that the addresses of the other sides are shown, where both organisations agreed."""
    found: list[str] = []
    for one in shown:
        side = one.side_of(organisation_id)
        if side is not None and one.state in BOTH_AGREED:
            people = matcher.store.people.of_organisation(one.organisation(side.other))
            found += [person.id for person in people if person.may_be_written_to]
    matcher.rights.open_contacts(sorted(set(found)), by.id if by else "", now)
