"""Entering notes in the caller's transaction: an act and its entry are kept together, or neither is."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import stamp
from matcher.adapters.sql.facts import make_salt
from matcher.adapters.sql.schema import audit_entries, audit_head, person_organisations
from matcher.adapters.sql.schema import people as people_table
from matcher.audit import SERVICE, Acting, Entry, Head, Note, Of, hash_of_entry, reference
from matcher.people import AT_THE_CLUSTER, Role

_ONE = 1


def actor_of(salt: bytes, person_id: str) -> str:
    """Return how an entry names who acted; "" is the service."""
    return reference(salt, Of.PERSON, person_id) if person_id else SERVICE


def enter(connection: Connection, notes: Iterable[Note], now: datetime) -> None:
    """Append entries to the chain.

    Writers take turns (:meth:`Database.writing`) and lock the one row of the head, so the chain never forks.
    """
    given = list(notes)
    if not given:
        return
    salt = make_salt(connection)
    people = _people_acting(connection, {note.actor for note in given} - {""})
    found = _locked_head(connection)
    head = found or Head()
    rows = []
    for note in given:
        actor = actor_of(salt, note.actor)
        subject = reference(salt, note.of, note.subject_id)
        acting = _acting(note, people.get(note.actor))
        entry = Entry(head.seq + 1, now, actor, note.act, subject, note.version, head.hash, acting=acting)
        entry = replace(entry, hash=hash_of_entry(entry))
        rows.append(asdict(entry) | {"at": stamp(now)})
        head = Head(entry.seq, entry.hash)
    connection.execute(insert(audit_entries), rows)
    if found is None:
        connection.execute(insert(audit_head), {"id": _ONE, **asdict(head)})
    else:
        connection.execute(update(audit_head).where(audit_head.c.id == _ONE).values(asdict(head)))


@dataclass(frozen=True, slots=True)
class _Person:
    """Who acts, as the store knows them now."""

    is_of_the_cluster: bool
    organisations: frozenset[str]


def _people_acting(connection: Connection, ids: Collection[str]) -> dict[str, _Person]:
    """Return those of the ids that are people of the store."""
    if not ids:
        return {}
    one, spoken = people_table.c, person_organisations.c
    found = {}
    for row in connection.execute(select(one.id, one.roles).where(one.id.in_(ids))).all():
        theirs = select(spoken.organisation_id).where(spoken.person_id == row.id)
        roles = {Role(role) for role in row.roles.split()}
        organisations = frozenset(connection.execute(theirs).scalars())
        found[row.id] = _Person(bool(roles & AT_THE_CLUSTER), organisations)
    return found


def _acting(note: Note, person: _Person | None) -> str:
    if person is None:
        return ""
    if note.subject_id == note.actor or note.subject_id in person.organisations:
        return Acting.OWN.value
    return (Acting.STAFF if person.is_of_the_cluster else Acting.MEMBER).value


def enter_after(connection: Connection, note_of: Callable[[Head], Note], now: datetime) -> None:
    """Append the note that ``note_of`` returns for the head, which stays locked between the two."""
    enter(connection, [note_of(_locked_head(connection) or Head())], now)


def _locked_head(connection: Connection) -> Head | None:
    found = connection.execute(select(audit_head).with_for_update()).first()
    return Head(found.seq, found.hash) if found else None
