"""Every row that names a subject, and every free text that may name one."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, or_, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import (
    alerts,
    api_keys,
    import_changes,
    imports,
    introduction_records,
    items,
    links,
    messages,
    metadata,
    names_item,
    names_person,
    outbox,
    participations,
    people,
    plans,
    saved_searches,
)
from matcher.rights import Rows, Subject, SubjectKind

_SECRET = {"token_hash": "a hash of the token", "password_hash": "a hash of the password"}
_JSON = frozenset({"body", "former_body", "subjects", "outcomes"})
FREE_TEXTS = (
    (items, "id", ("name", "body", "source")),
    (people, "id", ("email", "name", "function", "source")),
    (introduction_records, "id", ("note",)),
    (imports, "batch", ("file_name", "who")),
    (import_changes, "batch", ("former_body",)),
    (participations, "factory_id", ("source",)),
    (alerts, "number", ("why_fr", "why_en")),
    (saved_searches, "number", ("text",)),
    (plans, "version", ("generation",)),
    (api_keys, "id", ("name",)),
)
"""Columns in which people write what they like: table, the column that names a row, columns of text."""


def rows_naming(connection: Connection, subject: Subject) -> dict[str, Rows]:
    """Return every row that names a subject, by table; JSON is read, secrets are only said to be there."""
    found: dict[str, Rows] = {}
    for table in metadata.sorted_tables:
        condition = _condition(table, subject)
        if condition is None:
            continue
        rows = connection.execute(select(table).where(condition).order_by(*table.primary_key)).mappings()
        readable = [_readable(dict(row)) for row in rows]
        if readable:
            found[table.name] = readable
    return found


def free_texts(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield ``(place, text)`` of every free text that is stored, such as ``("items.body FAC001", ...)``."""
    for table, key, columns in FREE_TEXTS:
        for row in connection.execute(select(table.c[key], *(table.c[name] for name in columns))):
            for name, text in zip(columns, row[1:], strict=True):
                if text:
                    yield f"{table.name}.{name} {row[0]}", str(text)


def _condition(table: Table, subject: Subject) -> ColumnElement[bool] | None:
    """Return the condition that a row names a subject; None for tables that name none."""
    named = _names_person if subject.kind is SubjectKind.PERSON else names_item
    conditions = [column == subject.id for column in table.c if named(column)]
    if subject.kind is SubjectKind.ORGANISATION:
        conditions += _within(table, subject.id)
    return or_(*conditions) if conditions else None


def _names_person(column: Column[Any]) -> bool:
    return names_person(column, kept=True) or names_person(column, kept=False)


def _within(table: Table, item_id: str) -> list[ColumnElement[bool]]:
    """Return the condition on tables that name an item otherwise than in a column of its own."""
    conditions = {
        items.name: items.c.id == item_id,
        outbox.name: outbox.c.item_id == item_id,
        messages.name: messages.c.subjects.contains(f'"{item_id}"', autoescape=True),
        links.name: links.c.subject.endswith(f"/{item_id}", autoescape=True),
    }
    return [conditions[table.name]] if table.name in conditions else []


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in row.items():
        if name in _SECRET:
            shown[name] = _SECRET[name] if value else None
        elif name in _JSON and value:
            shown[name] = json.loads(value)
        else:
            shown[name] = value
    return shown
