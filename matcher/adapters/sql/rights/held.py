"""Every row that a subject may take away, and every free text that may name one."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, or_, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.rights.sides import own_columns, own_rows, without_others
from matcher.adapters.sql.schema import (
    alerts,
    api_keys,
    candidate_gates,
    candidate_openings,
    candidates,
    employer_facts,
    import_changes,
    imports,
    introduction_records,
    introductions,
    items,
    job_needs,
    links,
    messages,
    metadata,
    names_person,
    outbox,
    participations,
    people,
    plans,
    saved_searches,
    shortlist_entries,
)
from matcher.rights import RawItem, Rows, Subject, SubjectKind

_SIREN = 9
"""Digits of a SIRET that name the company."""
_SECRET = {
    "token_hash": "a hash of the token",
    "password_hash": "a hash of the password",
    "address_hash": "a hash of the address",
    "sealed": "sealed: the candidate reads it on their own page",
    "sealed_reason": "sealed: the candidate reads it on their own page",
}
_ACTS_ON_CANDIDATES = {
    candidate_openings.name: ("opened_by", "at"),
    shortlist_entries.name: ("decided_by", "decided_at", "decision"),
}
"""What the person who acted gets of a row about a candidate: the act and its date."""
_JSON = frozenset({"body", "former_body", "subjects", "outcomes", "need", "overrides", "profile", "shown_to"})
FREE_TEXTS = (
    (items, "id", ("name", "body", "source")),
    (people, "id", ("email", "name", "function", "source")),
    (introductions, "number", ("word_first", "word_second")),
    (introduction_records, "id", ("note",)),
    (imports, "batch", ("file_name", "who")),
    (import_changes, "batch", ("former_body",)),
    (participations, "factory_id", ("source",)),
    (alerts, "number", ("why_fr", "why_en")),
    (saved_searches, "number", ("text",)),
    (job_needs, "id", ("need", "overrides")),
    # By year: a certificate is kept, and the SIREN would name the company that it says is erased.
    (employer_facts, "year", ("siren", "name", "department", "naf", "source_url")),
    (plans, "version", ("generation",)),
    (api_keys, "id", ("name",)),
    (candidates, "candidate_id", ("profile",)),
    (candidate_gates, "number", ("dpia", "made_by")),
    (shortlist_entries, "candidate_id", ("match",)),
)
"""Columns whose text may say what another subject's data says: what people write, and labels of skills.

Table, the column that names a row, columns of text. What is left out here is never taken as shared: an
erasure that seeks a label which a column holds too would find it in the database for ever.
"""


def rows_naming(connection: Connection, subject: Subject) -> dict[str, Rows]:
    """Return every row that a subject may take away, by table: JSON as values, of secrets only that they are.

    A copy of an organisation's data holds nothing that others said of it. Of a row that a person only made or
    decided, and that speaks of somebody else, they get the act and its date alone.
    """
    found: dict[str, Rows] = {}
    for table in metadata.sorted_tables:
        condition = _condition(table, subject)
        if condition is None:
            continue
        found_rows = connection.execute(select(table).where(condition).order_by(*table.primary_key))
        rows = [_own_part(table, dict(row), subject) for row in found_rows.mappings()]
        if subject.kind is SubjectKind.ORGANISATION:
            rows = without_others(connection, table, rows, subject.id)
        readable = [_readable(row) for row in rows]
        if readable:
            found[table.name] = readable
    published = _published(connection, subject)
    return found | ({employer_facts.name: published} if published else {})


def _published(connection: Connection, subject: Subject) -> list[dict[str, Any]]:
    """Return the published facts on an organisation as an employer: they name its SIREN, not its id."""
    if subject.kind is not SubjectKind.ORGANISATION:
        return []
    statement = select(items.c.item_type, items.c.name, items.c.body).where(items.c.id == subject.id)
    row = connection.execute(statement).one_or_none()
    siren = RawItem(row.item_type, row.name, row.body).siret[:_SIREN] if row else ""
    if not siren:
        return []
    facts = select(employer_facts).where(employer_facts.c.siren == siren).order_by(employer_facts.c.year)
    return [dict(fact) for fact in connection.execute(facts).mappings()]


def free_texts(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield ``(place, text)`` of every free text that is stored, such as ``("items.body FAC001", ...)``."""
    for table, key, columns in FREE_TEXTS:
        for row in connection.execute(select(table.c[key], *(table.c[name] for name in columns))):
            for name, text in zip(columns, row[1:], strict=True):
                if text:
                    yield f"{table.name}.{name} {row[0]}", str(text)


def _condition(table: Table, subject: Subject) -> ColumnElement[bool] | None:
    """Return the condition that a row names a subject; None for tables that name none."""
    if subject.kind is not SubjectKind.ORGANISATION:
        named = [column == subject.id for column in table.c if _names_person(column)]
        return or_(*named) if named else None
    conditions = [column == subject.id for column in own_columns(table)] + _within(table, subject.id)
    return and_(or_(*conditions), *own_rows(table, subject.id)) if conditions else None


def _own_part(table: Table, row: dict[str, Any], subject: Subject) -> dict[str, Any]:
    """Return what a subject may take away of a row; a candidate gets the whole of a row about themselves."""
    acts = _ACTS_ON_CANDIDATES.get(table.name)
    if acts is None or row["candidate_id"] == subject.id:
        return row
    return {name: row[name] for name in acts}


def _names_person(column: Column[Any]) -> bool:
    return names_person(column, kept=True) or names_person(column, kept=False)


def _within(table: Table, item_id: str) -> list[ColumnElement[bool]]:
    """Return the condition on tables that name an item otherwise than in a column of its own."""
    conditions = {
        items.name: items.c.id == item_id,
        outbox.name: outbox.c.item_id == item_id,
        messages.name: messages.c.subjects.contains(f': "{item_id}"', autoescape=True),
        links.name: links.c.subject.endswith(f"/{item_id}", autoescape=True),
    }
    return [conditions[table.name]] if table.name in conditions else []


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in row.items():
        if name in _SECRET:
            shown[name] = _SECRET[name] if value else None
        elif name in _JSON and value:
            shown[name] = _parsed(value)
        else:
            shown[name] = value
    return shown


def _parsed(text: str) -> Any:
    """Return the value of a JSON text; of a damaged one the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
