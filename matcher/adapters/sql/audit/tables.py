"""Entries of the audit and its checkpoints, as rows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, insert, or_, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.audit.writing import actor_of, enter, enter_after
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.facts import read_salt
from matcher.adapters.sql.schema import audit_checkpoints, audit_entries, audit_head, id_in, ids_parameter
from matcher.audit import Checkpoint, Entry, Head, Note, Of, reference

_BATCH = 5_000
_UNREADABLE = datetime.min.replace(tzinfo=UTC)
"""Stands for an instant that somebody edited into none: no hash and no signature agrees with it."""


class AuditTables:
    """The audit that is kept; see :class:`matcher.audit.ports.AuditRows`. Nothing here changes an entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, notes: Iterable[Note], now: datetime) -> None:
        """Enter notes, in their order, in one transaction."""
        with self._database.writing("writing the audit") as connection:
            enter(connection, notes, now)

    def append_to(self, note_of: Callable[[Head], Note], now: datetime) -> None:
        """Enter the note that ``note_of`` returns for the head; nothing is entered between the two."""
        with self._database.writing("writing the audit") as connection:
            enter_after(connection, note_of, now)

    def enter_once(self, notes: Sequence[Note], now: datetime, within: timedelta) -> int:
        """Enter notes, except those entered less than ``within`` ago; return how many are entered.

        An entry of an instant to come, from before the clock was set back, keeps none out.
        """
        # Looked up before the turn of writers is asked for: most pages are opened several times.
        with self._database.reading("reading the audit") as connection:
            new = _not_entered(connection, notes, now - within, now)
        if not new:
            return 0
        with self._database.writing("writing the audit") as connection:
            new = _not_entered(connection, new, now - within, now)
            enter(connection, new, now)
        return len(new)

    def about(self, of: Of, subject_id: str, most: int) -> list[Entry]:
        """Return the latest entries about a subject, the latest first, ``most`` at most."""
        with self._database.snapshot("reading the audit") as connection:
            salt = read_salt(connection)
            if salt is None:
                return []
            named = audit_entries.c.subject == reference(salt, of, subject_id)
            statement = select(audit_entries).where(named).order_by(audit_entries.c.seq.desc()).limit(most)
            return _read(connection, statement)

    def references(self, of: Of, ids: Iterable[str]) -> Mapping[str, str]:
        """Return, by the reference that entries have, those of the ids; none before the first entry."""
        with self._database.reading("reading the audit") as connection:
            salt = read_salt(connection)
        return {} if salt is None else {reference(salt, of, each): each for each in ids}

    def entries(self) -> Iterator[Entry]:
        """Yield every entry in ascending order; read a batch at a time, so that no writer is blocked."""
        after = -1
        while True:
            with self._database.reading("reading the audit") as connection:
                batch = _batch(connection, after)
            yield from batch
            if len(batch) < _BATCH:
                return
            after = batch[-1].seq

    def newest(
        self, most: int, *, before: int = 0, act: str = "", naming: Collection[str] | None = None
    ) -> list[Entry]:
        """Return ``most`` entries at most, the latest first; see :class:`matcher.audit.ports.AuditRows`."""
        one = audit_entries.c
        statement = select(audit_entries).order_by(one.seq.desc()).limit(most)
        if before:
            statement = statement.where(one.seq < before)
        if act:
            statement = statement.where(one.act == act)
        if naming is not None:
            statement = statement.where(or_(one.actor.in_(naming), one.subject.in_(naming)))
        with self._database.reading("reading the audit") as connection:
            return [Entry(seq, _instant(at), *rest) for seq, at, *rest in connection.execute(statement)]

    def acts(self) -> list[str]:
        """Return every act that was entered, once each, in alphabetical order."""
        statement = select(audit_entries.c.act).distinct().order_by(audit_entries.c.act)
        with self._database.reading("reading the audit") as connection:
            return list(connection.execute(statement).scalars())

    @contextmanager
    def state(self) -> Iterator[tuple[Head, Iterator[Entry]]]:
        """Open one state of the chain: its head, and every entry in ascending order."""
        with self._database.snapshot("reading the audit") as connection:
            row = connection.execute(select(audit_head)).first()
            head = Head(row.seq, row.hash) if row else Head()
            yield head, _entries(connection)

    def head(self) -> Head:
        """Return the last entry as writers know it; that of an empty chain where there is none."""
        with self._database.reading("reading the head of the audit") as connection:
            row = connection.execute(select(audit_head)).first()
        return Head(row.seq, row.hash) if row else Head()

    def hash_at(self, seq: int) -> str | None:
        """Return the hash of the entry of this number; None where there is no such entry."""
        statement = select(audit_entries.c.hash).where(audit_entries.c.seq == seq)
        with self._database.reading("reading an entry of the audit") as connection:
            return connection.execute(statement).scalar()

    def checkpoints(self) -> list[Checkpoint]:
        """Return the signed states, in ascending order."""
        statement = select(audit_checkpoints).order_by(audit_checkpoints.c.seq)
        with self._database.reading("reading checkpoints") as connection:
            return [
                Checkpoint(row.seq, row.hash, _instant(row.at), row.signature)
                for row in connection.execute(statement)
            ]

    def keep(self, checkpoint: Checkpoint) -> None:
        """Keep a signed state; one of the same number stays as it is."""
        same = select(audit_checkpoints.c.seq).where(audit_checkpoints.c.seq == checkpoint.seq)
        with self._database.writing("keeping a checkpoint") as connection:
            if connection.execute(same).first() is None:
                row = asdict(checkpoint) | {"at": stamp(checkpoint.at)}
                connection.execute(insert(audit_checkpoints), row)


def _entries(connection: Connection) -> Iterator[Entry]:
    batch = _batch(connection, -1)
    while batch:
        yield from batch
        batch = _batch(connection, batch[-1].seq)


def _batch(connection: Connection, after: int) -> list[Entry]:
    statement = select(audit_entries).where(audit_entries.c.seq > after)
    statement = statement.order_by(audit_entries.c.seq).limit(_BATCH)
    return _read(connection, statement)


def _read(connection: Connection, statement: Select[Any]) -> list[Entry]:
    return [Entry(seq, _instant(at), *rest) for seq, at, *rest in connection.execute(statement)]


def _not_entered(
    connection: Connection, notes: Sequence[Note], since: datetime, until: datetime
) -> list[Note]:
    """Return the notes of which no same one was entered after an instant and by another, each once."""
    unlike = list(dict.fromkeys(notes))
    salt = read_salt(connection)
    if salt is None or not unlike:
        return unlike
    named = {note: reference(salt, note.of, note.subject_id) for note in unlike}
    dialect, one = connection.dialect.name, audit_entries.c
    lately = select(one.subject, one.actor, one.act, one.version)
    lately = lately.where(id_in(dialect, one.subject), one.at > stamp(since), one.at <= stamp(until))
    rows = connection.execute(lately, ids_parameter(dialect, list(named.values())))
    known = {tuple(row) for row in rows}
    return [
        note
        for note, subject in named.items()
        if (subject, actor_of(salt, note.actor), note.act, note.version) not in known
    ]


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return _UNREADABLE
    return at if at.tzinfo else _UNREADABLE
