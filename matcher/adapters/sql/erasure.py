"""Removing every row that names an item or a person, and what SQLite's log still holds of it.

An erasure is owed until the log is empty: the table ``owed_erasures`` says so across processes and restarts.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.schema import (
    candidates,
    id_in,
    ids_parameter,
    links,
    messages,
    metadata,
    names_item,
    names_person,
    owed_erasures,
    plan_lists,
    plan_members,
)
from matcher.errors import MatcherError
from matcher.hiring.candidates import ERASED_ORGANISATION

_PLAN = (plan_lists, plan_members)


def erase_traces(connection: Connection, ids: Sequence[str]) -> Counter[str]:
    """Delete every row, of whatever table, that names one of ``ids``; return how many, by table.

    A row names an item in a column made by :func:`item_id`, or within the subjects of a mail or a link.
    """
    tables = [table for table in metadata.sorted_tables if _naming(table)]
    removed = _delete_naming(connection, ids, tables)
    for item_id in ids:
        quoted = func.instr if connection.dialect.name == "sqlite" else func.strpos
        mails = delete(messages).where(quoted(messages.c.subjects, f': "{item_id}"') > 0)
        ends = links.c.subject.endswith(f"/{item_id}", autoescape=True)
        opening = delete(links).where(or_(links.c.subject == item_id, ends))
        for table, statement in ((messages, mails), (links, opening)):
            removed[table.name] += connection.execute(statement).rowcount
        rename_chosen(connection, item_id, ERASED_ORGANISATION)
    return +removed


def rename_chosen(connection: Connection, item_id: str, to: str) -> None:
    """Let the candidates who chose to be shown to an organisation name another id instead.

    The choice stays as narrow as it was: taken out of it, the last one would leave it open to all.
    """
    one = candidates.c
    quoted = one.shown_to.contains(json.dumps(item_id), autoescape=True)
    naming = select(one.candidate_id, one.shown_to).where(quoted)
    for row in connection.execute(naming).all():
        chosen = {to if each == item_id else each for each in json.loads(row.shown_to)}
        values = {"shown_to": json.dumps(sorted(chosen))}
        connection.execute(update(candidates).where(one.candidate_id == row.candidate_id).values(values))


def erase_person_traces(connection: Connection, person_id: str) -> Counter[str]:
    """Delete every row that names a person, or its name of them where the row is kept (see ``person_id``).

    Return how many rows were deleted or anonymised, by table.
    """
    removed: Counter[str] = Counter()
    for table in metadata.sorted_tables:
        for column in table.c:
            if names_person(column, kept=True):
                anonymised = update(table).where(column == person_id).values({column.name: None})
                removed[table.name] += connection.execute(anonymised).rowcount
            elif names_person(column, kept=False):
                removed[table.name] += connection.execute(delete(table).where(column == person_id)).rowcount
    return +removed


def leave_plan(connection: Connection, ids: Sequence[str]) -> None:
    """Delete every row of the plan of introductions that names one of ``ids``."""
    _delete_naming(connection, ids, _PLAN)


def owe_erasure(connection: Connection, at: str) -> None:
    """Note, in the transaction of an erasure, that the log has to be emptied after it."""
    if connection.dialect.name == "sqlite":
        connection.execute(insert(owed_erasures), {"at": at})


def owed_since(database: Database) -> datetime | None:
    """Return since when an erasure is owed; None when none is."""
    with database.reading("reading owed erasures") as connection:
        at = connection.execute(select(func.min(owed_erasures.c.at))).scalar()
    return datetime.fromisoformat(at) if at else None


def settle(database: Database) -> str:
    """Empty the log and strike out what was owed until now; return what stood in the way, if anything."""
    if database.log_is_empty():
        return ""
    try:
        with database.reading("reading owed erasures") as connection:
            latest = connection.execute(select(func.max(owed_erasures.c.at))).scalar()
        trouble = database.empty_log()
        if latest is not None and not trouble:
            with database.writing("settling an erasure") as connection:
                connection.execute(delete(owed_erasures).where(owed_erasures.c.at <= latest))
    except MatcherError as error:
        return str(error)
    return trouble


def _delete_naming(connection: Connection, ids: Sequence[str], tables: Iterable[Table]) -> Counter[str]:
    removed: Counter[str] = Counter()
    if not ids:
        return removed
    dialect = connection.dialect.name
    for table in tables:
        named = [id_in(dialect, column) for column in _naming(table)]
        done = connection.execute(delete(table).where(or_(*named)), ids_parameter(dialect, ids))
        removed[table.name] = done.rowcount
    return removed


def _naming(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if names_item(column)]
