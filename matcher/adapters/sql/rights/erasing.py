"""Erasures in SQL: the rows go in one transaction with the note of what is still sought."""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql import erasure as removing
from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.catalogue.rows import remove
from matcher.adapters.sql.catalogue.written import own_fields, record_own_fields
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.facts import make_salt, suppressed
from matcher.adapters.sql.introductions import cancel_meetings
from matcher.adapters.sql.people import read_person, require_another_admin, write_person
from matcher.adapters.sql.rights.correcting import change_organisation, drop_former
from matcher.adapters.sql.rights.held import free_texts, rows_naming
from matcher.adapters.sql.schema import (
    candidates,
    erasures,
    id_in,
    ids_parameter,
    items,
    outbox,
    people,
    person_organisations,
    suppressions,
)
from matcher.audit import Note, Of
from matcher.domain import Organisation
from matcher.errors import NotFound
from matcher.language import fold_words
from matcher.people import Person
from matcher.rights import Erasure, RawItem, Removal, Request, Rows, Subject, SubjectKind, Trace, Tracer

_BEGINNING = 16
GONE = "Nothing is held of this subject: it was erased already, or never was in the store."


class RightsTables:
    """What is held of subjects, and erasures; see :class:`matcher.rights.Tables`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def salt(self) -> bytes:
        """Return the key of traces and suppression hashes, made at its first use."""
        with self._database.writing("reading the key of hashes") as connection:
            return make_salt(connection)

    def held(self, subject: Subject) -> dict[str, Rows]:
        """Return every row that names a subject, by table; secrets are left out."""
        with self._database.snapshot("reading what is held of a subject") as connection:
            return rows_naming(connection, subject)

    def raw_item(self, item_id: str) -> RawItem | None:
        """Return the row of an item, not parsed, so that one that cannot be read is found; None without."""
        statement = select(items.c.item_type, items.c.name, items.c.body).where(items.c.id == item_id)
        with self._database.reading("reading an item") as connection:
            row = connection.execute(statement).first()
        return RawItem(row.item_type, row.name, row.body) if row else None

    def erase(self, request: Request, check: Callable[[], object] = lambda: None) -> Erasure:
        """Remove every row that names the subject, and note the erasure, in one transaction.

        People of an organisation go with it where they then speak for none; each has an erasure of their own.

        NotFound when the subject is not in the store any more: of two requests at once, one is refused.
        """
        with self._database.writing("erasing a subject") as connection:
            check()
            # Not when it was asked: an index that was begun while this waited for its turn has the subject.
            at = self._database.now()
            removed = _remove(connection, replace(request, at=at))
            leaving = [one for one in request.people if _speaks_for_none(connection, one.subject.id)]
            gone = [(replace(one, at=at), _remove(connection, one)) for one in leaving]
            if gone:
                removed["people"] = len(gone)
            # Once all rows are gone: what is left names others, and a text of one of them is no such place.
            for one, rows in gone:
                _keep(connection, one, rows)
            return _keep(connection, replace(request, at=at), removed)

    def correct_organisation(
        self,
        organisation_id: str,
        change: Callable[[Organisation], Organisation],
        request_of: Callable[[Organisation, Organisation], Request],
    ) -> Erasure | None:
        """Change a record, drop its former states and note what must disappear, in one transaction.

        Imports leave what was corrected as it is. ``change`` is called once no other process can write; None
        where it changes nothing.
        """
        with self._database.writing("correcting an organisation") as connection:
            at = self._database.now()
            before, after = change_organisation(connection, organisation_id, change, stamp(at))
            if after == before:
                return None
            own = own_fields(connection, before, after, stamp(at))
            removed = Counter({"import_changes": drop_former(connection, organisation_id)})
            record_own_fields(connection, after, own, stamp(at))
            return _note_correction(connection, replace(request_of(before, after), at=at), +removed)

    def correct_person(
        self,
        person_id: str,
        change: Callable[[Person], Person],
        request_of: Callable[[Person, Person], Request],
    ) -> Erasure | None:
        """Change a person and note what must disappear, in one transaction; None where nothing changes."""
        with self._database.writing("correcting a person") as connection:
            at = self._database.now()
            before = read_person(connection, person_id)
            after = change(before)
            if after == before:
                return None
            write_person(connection, after, stamp(at))
            return _note_correction(connection, replace(request_of(before, after), at=at), {})

    def outbox_ids(self) -> list[str]:
        """Return the ids of items that the outbox names, ascending."""
        statement = select(outbox.c.item_id).distinct().order_by(outbox.c.item_id)
        with self._database.reading("reading changes") as connection:
            return list(connection.execute(statement).scalars())

    def owed(self) -> list[Erasure]:
        """Return the erasures that are not done, oldest first."""
        statement = select(erasures).where(erasures.c.done_at.is_(None))
        with self._database.reading("reading owed erasures") as connection:
            rows = connection.execute(statement.order_by(erasures.c.asked_at, erasures.c.id))
            return [_erasure(row) for row in rows]

    def all(self) -> list[Erasure]:
        """Return every erasure, latest first."""
        statement = select(erasures).order_by(erasures.c.asked_at.desc(), erasures.c.id)
        with self._database.reading("reading erasures") as connection:
            return [_erasure(row) for row in connection.execute(statement)]

    def get(self, erasure_id: str) -> Erasure:
        """Return one erasure; NotFound for an unknown id."""
        with self._database.reading("reading an erasure") as connection:
            return _read(connection, erasure_id)

    def settle(self, erasure_id: str, found_in: Sequence[str], searched: int, now: datetime) -> Erasure:
        """Note a search: the erasure is done where nothing was found, and its traces are dropped."""
        mine = erasures.c.id == erasure_id
        with self._database.writing("settling an erasure") as connection:
            values: dict[str, Any] = {
                "found_in": json.dumps(list(found_in), ensure_ascii=False),
                "tries": erasures.c.tries + 1,
                "searched_bytes": searched,
            }
            if not found_in:
                values |= {"done_at": stamp(now), "sought": "[]"}
            connection.execute(update(erasures).where(mine, erasures.c.done_at.is_(None)).values(values))
            sought, tracer = _read(connection, erasure_id).sought, Tracer(make_salt(connection))
            _forget_places(connection, lambda place: tracer.is_found(sought, place.encode()))
            return _read(connection, erasure_id)

    def suppressed(self, hashes: Sequence[str]) -> Mapping[str, datetime]:
        """Return since when those of the hashes are suppressed that are."""
        with self._database.reading("reading suppressed subjects") as connection:
            return suppressed(connection, hashes)

    def lift(self, hashes: Sequence[str]) -> int:
        """Suppress no more; return how many hashes were. The audit names each by its beginning."""
        dialect = self._database.dialect
        statement = delete(suppressions).where(id_in(dialect, suppressions.c.hash))
        with self._database.writing("lifting a suppression") as connection:
            known = sorted(suppressed(connection, hashes))
            notes = [Note("suppression.lift", Of.ERASURE, each[:_BEGINNING]) for each in known]
            enter(connection, notes, self._database.now())
            return connection.execute(statement, ids_parameter(dialect, known)).rowcount


def _keep(connection: Connection, request: Request, removed: Mapping[str, int]) -> Erasure:
    """Keep an erasure whose rows are gone, and what it is recognised by."""
    place_of_it = f" {request.subject.id}"
    _forget_places(connection, lambda place: place.endswith(place_of_it))
    removing.owe_erasure(connection, stamp(request.at))
    for each in sorted(set(request.suppressed) - set(suppressed(connection, request.suppressed))):
        connection.execute(insert(suppressions), {"hash": each, "at": stamp(request.at)})
    return _note(connection, request, removed, rectification=False)


def _speaks_for_none(connection: Connection, person_id: str) -> bool:
    is_there = select(people.c.id).where(people.c.id == person_id)
    speaks = select(person_organisations.c.person_id).where(person_organisations.c.person_id == person_id)
    there, speaking = (connection.execute(each.limit(1)).first() is not None for each in (is_there, speaks))
    return there and not speaking


def _remove(connection: Connection, request: Request) -> Counter[str]:
    """Delete the rows of a subject; return how many, by table."""
    subject = request.subject
    if subject.kind is SubjectKind.CANDIDATE:
        if not connection.execute(
            select(candidates.c.code).where(candidates.c.candidate_id == subject.id)
        ).first():
            raise NotFound(GONE)
        return removing.erase_person_traces(connection, subject.id)
    if subject.kind is SubjectKind.PERSON:
        if not connection.execute(select(people.c.id).where(people.c.id == subject.id)).first():
            raise NotFound(GONE)
        require_another_admin(connection, subject.id)
        return removing.erase_person_traces(connection, subject.id)
    if not connection.execute(select(items.c.id).where(items.c.id == subject.id)).first():
        raise NotFound(GONE)
    cancel_meetings(connection, [subject.id], request.at)
    removed = removing.erase_traces(connection, [subject.id])
    removed["items"] = remove(connection, [subject.id], stamp(request.at))
    return removed


def _note_correction(connection: Connection, request: Request, removed: Mapping[str, int]) -> Erasure:
    removing.owe_erasure(connection, stamp(request.at))
    return _note(connection, request, removed, rectification=True)


def _forget_places(connection: Connection, is_gone: Callable[[str], bool]) -> None:
    """Take places that are gone out of what earlier erasures say on texts of others: a place holds an id."""
    for row in connection.execute(select(erasures.c.id, erasures.c.named_elsewhere)).all():
        places = json.loads(row.named_elsewhere)
        kept = [place for place in places if not is_gone(place)]
        if len(kept) < len(places):
            values = {"named_elsewhere": json.dumps(kept)}
            connection.execute(update(erasures).where(erasures.c.id == row.id).values(values))


def _note(
    connection: Connection, request: Request, removed: Mapping[str, int], *, rectification: bool
) -> Erasure:
    """Keep an erasure: what is sought is what nothing that stays in the store holds too."""
    sought = list(request.traces)
    named: list[str] = []
    content: list[str] = []
    for place, text in free_texts(connection):
        content.append(text)
        if _is_named(request.names, text):
            named.append(place)
    shared = Tracer(make_salt(connection)).found(sought, "\x00".join(content).encode())
    sought = [trace for trace in sought if trace not in shared]
    erasure_id = f"ER{secrets.token_hex(8)}"
    row = {
        "id": erasure_id,
        "kind": request.subject.kind.value,
        "rectification": rectification,
        "asked_at": stamp(request.at),
        "rows_removed": json.dumps(dict(removed)),
        "named_elsewhere": json.dumps(named),
        "sought": json.dumps([asdict(trace) for trace in sought]),
        "found_in": "[]",
        "tries": 0,
        "searched_bytes": 0,
    }
    connection.execute(insert(erasures), row)
    act = "subject.rectify" if rectification else "subject.erase"
    of = Of(request.subject.kind.value)
    notes = [Note(act, of, request.subject.id, request.by), Note(act, Of.ERASURE, erasure_id, request.by)]
    enter(connection, notes, request.at)
    return _read(connection, erasure_id)


def _is_named(names: Sequence[str], text: str) -> bool:
    """Whether a text has one of the names as it is written, or as whole words in other letters."""
    words = f" {fold_words(text)} "
    for name in names:
        folded = fold_words(name)
        if (name and name in text) or (folded and f" {folded} " in words):
            return True
    return False


def _read(connection: Connection, erasure_id: str) -> Erasure:
    row = connection.execute(select(erasures).where(erasures.c.id == erasure_id)).first()
    if row is None:
        raise NotFound(f"There is no erasure '{erasure_id}'. `matcher privacy list` names them.")
    return _erasure(row)


def _erasure(row: Row[Any]) -> Erasure:
    removal = Removal(json.loads(row.rows_removed), tuple(json.loads(row.named_elsewhere)))
    return Erasure(
        row.id,
        SubjectKind(row.kind),
        datetime.fromisoformat(row.asked_at),
        row.rectification,
        removal,
        tuple(Trace(**trace) for trace in json.loads(row.sought)),
        tuple(json.loads(row.found_in)),
        row.tries,
        row.searched_bytes,
        datetime.fromisoformat(row.done_at) if row.done_at else None,
    )
