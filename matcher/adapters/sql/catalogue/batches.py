"""What every import that can be undone keeps, and how a list of participations is undone.

A list of participations is kept by organisation: what it took part in before, and a hash of what it took
part in afterwards. So the rows go with an organisation that is erased, as those of items do.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.catalogue.rows import heads
from matcher.adapters.sql.engine import stamp
from matcher.adapters.sql.schema import import_changes, imports, participations
from matcher.audit import Note, Of
from matcher.domain.events import PutReport
from matcher.domain.imports import ImportFile, UndoReport

PARTICIPATIONS = "participations"
"""In the place of a type of item: the former body is what an organisation took part in."""


def record_batch(connection: Connection, file: ImportFile, report: PutReport, at: str) -> str:
    """Keep a batch, as later than every other even if the clock was set back; return its id."""
    at = max(at, _after_the_latest(connection))
    batch = _free_id(connection, at)
    counts = {"inserted": report.inserted, "updated": report.updated, "unchanged": report.unchanged}
    named = {"file_name": file.name, "sha256": file.sha256, "who": file.who}
    connection.execute(insert(imports), {"batch": batch, "at": at} | named | counts)
    return batch


def participations_of(connection: Connection, organisation_ids: Iterable[str]) -> dict[str, str]:
    """Return what each organisation takes part in, as JSON in the order of factory and role."""
    return {one: json.dumps(_rows(connection, one), sort_keys=True) for one in organisation_ids}


def record_participations(connection: Connection, batch: str, former: dict[str, str], by: str) -> list[Note]:
    """Keep what organisations took part in before a batch, and a hash of what they do now.

    Return what is to be entered in the audit, as done by ``by``.
    """
    now = participations_of(connection, former)
    changes = [
        {
            "batch": batch,
            "item_id": one,
            "item_type": PARTICIPATIONS,
            "former_body": former[one],
            "version": _hash(now[one]),
        }
        for one in sorted(former)
        if now[one] != former[one]
    ]
    if changes:
        connection.execute(insert(import_changes), changes)
    return participation_notes(connection, [change["item_id"] for change in changes], by)


def participation_notes(connection: Connection, organisation_ids: Sequence[str], by: str) -> list[Note]:
    """Return the notes of the audit on organisations whose participations change, with what they now are."""
    now = participations_of(connection, organisation_ids)
    return [
        Note("subject.change", Of.ORGANISATION, one, by, _hash(now[one])[:16]) for one in organisation_ids
    ]


def undo_participations(connection: Connection, batch: str) -> UndoReport:
    """Bring back what each organisation took part in, unless that was changed since.

    A factory that is gone stays gone.
    """
    mine = select(import_changes).where(import_changes.c.batch == batch)
    found = list(connection.execute(mine.where(import_changes.c.item_type == PARTICIPATIONS)))
    now = participations_of(connection, [change.item_id for change in found])
    restored, kept = [], []
    for change in found:
        if _hash(now[change.item_id]) != change.version:
            kept.append(change.item_id)
            continue
        _replace(connection, change.item_id, json.loads(change.former_body))
        restored.append(change.item_id)
    return UndoReport(restored=tuple(restored), kept=tuple(kept))


def _replace(connection: Connection, organisation_id: str, rows: Sequence[dict[str, Any]]) -> None:
    connection.execute(delete(participations).where(participations.c.organisation_id == organisation_id))
    known = heads(connection, [row["factory_id"] for row in rows])
    left = [row for row in rows if row["factory_id"] in known]
    if left:
        connection.execute(insert(participations), left)


def _rows(connection: Connection, organisation_id: str) -> list[dict[str, Any]]:
    order = participations.c.factory_id, participations.c.role
    mine = select(participations).where(participations.c.organisation_id == organisation_id).order_by(*order)
    return [dict(row) for row in connection.execute(mine).mappings()]


def _hash(body: str) -> str:
    return sha256(body.encode()).hexdigest()


def _after_the_latest(connection: Connection) -> str:
    latest = connection.execute(select(func.max(imports.c.at))).scalar()
    return stamp(datetime.fromisoformat(latest) + timedelta(microseconds=1)) if latest else ""


def _free_id(connection: Connection, at: str) -> str:
    """Return a batch id made of the instant, such as 20261122-120000, with a number if it is taken."""
    base = f"{datetime.fromisoformat(at):%Y%m%d-%H%M%S}"
    taken = set(connection.execute(select(imports.c.batch).where(imports.c.batch.like(f"{base}%"))).scalars())
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name
