"""Which fields of a record the organisation wrote last itself, as the changes that are kept tell.

A correction drops the former states of a record (:mod:`matcher.adapters.sql.rights.correcting`); which
fields are the organisation's own is kept across it, without what they said.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.catalogue.batches import record_batch
from matcher.adapters.sql.schema import id_in, ids_parameter, import_changes, imports, items
from matcher.domain.events import PutReport
from matcher.domain.imports import BY_PAGE, MEMBER, ImportFile
from matcher.domain.items import ItemType, Organisation

OWN_FIELDS = "own fields"
"""In the place of a type of item: the former body says when the organisation wrote which field."""

Written = dict[str, datetime]
_JOINED = import_changes.join(imports, import_changes.c.batch == imports.c.batch)


def written_by_members(connection: Connection, ids: Iterable[str]) -> dict[str, Written]:
    """Return, by id, the fields that members wrote last, each with when; ids without any are absent.

    What a program wrote between two changes that are kept counts to the first of them.
    """
    dialect, one = connection.dialect.name, import_changes.c
    mine = select(one.item_id).select_from(_JOINED).distinct()
    mine = mine.where(imports.c.file_name == BY_PAGE, imports.c.who == MEMBER, id_in(dialect, one.item_id))
    edited = list(connection.execute(mine, ids_parameter(dialect, list(ids))).scalars())
    if not edited:
        return {}
    asked = ids_parameter(dialect, edited)
    changes = select(import_changes, imports.c.at, imports.c.file_name, imports.c.who).select_from(_JOINED)
    changes = changes.where(id_in(dialect, one.item_id)).order_by(imports.c.at, imports.c.batch)
    by_item: dict[str, list[SqlRow[Any]]] = {item_id: [] for item_id in edited}
    for row in connection.execute(changes, asked):
        by_item[row.item_id].append(row)
    bodies = select(items.c.id, items.c.body).where(id_in(dialect, items.c.id))
    present = {row.id: row.body for row in connection.execute(bodies, asked)}
    found = {item_id: _written(rows, present.get(item_id)) for item_id, rows in by_item.items()}
    return {item_id: written for item_id, written in found.items() if written}


def own_fields(connection: Connection, before: Organisation, after: Organisation, at: str) -> Written:
    """Return what is the organisation's own once a correction is written, and what it changes with it."""
    own = written_by_members(connection, [after.id]).get(after.id, {})
    changed = [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]
    return own | dict.fromkeys(changed, datetime.fromisoformat(at))


def record_own_fields(connection: Connection, after: Organisation, own: Written, at: str) -> None:
    """Keep which fields are the organisation's own, its former states having been dropped."""
    batch = record_batch(connection, ImportFile(BY_PAGE, after.version, MEMBER), PutReport(), at)
    body = json.dumps({name: own[name].isoformat() for name in sorted(own)})
    row = {"batch": batch, "item_id": after.id, "item_type": OWN_FIELDS, "former_body": body}
    connection.execute(insert(import_changes), row | {"version": after.version})


def _written(rows: Sequence[SqlRow[Any]], present: str | None) -> Written:
    """Return the fields that a member wrote last, by the changes of one record, the oldest first."""
    written = _carried(rows)
    states = [row for row in rows if row.item_type == ItemType.ORGANISATION.value]
    bodies = [_fields(row.former_body) for row in states]
    bodies.append(_fields(present))
    for row, (before, after) in zip(states, pairwise(bodies), strict=True):
        changed = _differing(before, after)
        if row.file_name == BY_PAGE and row.who == MEMBER:
            written |= dict.fromkeys(changed, datetime.fromisoformat(row.at))
        else:
            written = {name: at for name, at in written.items() if name not in changed}
    return written


def _carried(rows: Sequence[SqlRow[Any]]) -> Written:
    """Return what was the organisation's own when its former states were dropped."""
    carried: Written = {}
    for row in rows:
        if row.item_type == OWN_FIELDS:
            carried |= {name: datetime.fromisoformat(at) for name, at in json.loads(row.former_body).items()}
    return carried


def _fields(body: str | None) -> dict[str, Any]:
    try:
        fields = json.loads(body or "{}")
    except ValueError:  # damage: what it said is not known
        return {}
    return fields if isinstance(fields, dict) else {}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
