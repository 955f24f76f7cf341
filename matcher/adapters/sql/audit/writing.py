"""Entering notes in the caller's transaction: an act and its entry are kept together, or neither is."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import stamp
from matcher.adapters.sql.facts import make_salt
from matcher.adapters.sql.schema import audit_entries, audit_head
from matcher.audit import SERVICE, Entry, Head, Note, Of, hash_of_entry, reference

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
    found = _locked_head(connection)
    head = found or Head()
    rows = []
    for note in given:
        actor = actor_of(salt, note.actor)
        subject = reference(salt, note.of, note.subject_id)
        entry = Entry(head.seq + 1, now, actor, note.act, subject, note.version, head.hash)
        entry = replace(entry, hash=hash_of_entry(entry))
        rows.append(asdict(entry) | {"at": stamp(now)})
        head = Head(entry.seq, entry.hash)
    connection.execute(insert(audit_entries), rows)
    if found is None:
        connection.execute(insert(audit_head), {"id": _ONE, **asdict(head)})
    else:
        connection.execute(update(audit_head).where(audit_head.c.id == _ONE).values(asdict(head)))


def enter_after(connection: Connection, note_of: Callable[[Head], Note], now: datetime) -> None:
    """Append the note that ``note_of`` returns for the head, which stays locked between the two."""
    enter(connection, [note_of(_locked_head(connection) or Head())], now)


def _locked_head(connection: Connection) -> Head | None:
    found = connection.execute(select(audit_head).with_for_update()).first()
    return Head(found.seq, found.hash) if found else None
