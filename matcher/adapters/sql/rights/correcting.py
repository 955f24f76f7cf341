"""Writing a correction, in the caller's transaction: the record as it is to be, without its former states."""

from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.catalogue.rows import compare, read_row, to_row, write
from matcher.adapters.sql.erasure import leave_plan
from matcher.adapters.sql.facts import refuse_suppressed_items
from matcher.adapters.sql.schema import import_changes, items
from matcher.domain import Organisation
from matcher.domain.eligibility import is_listed
from matcher.errors import NotFound

SOURCE = "rectification"


def change_organisation(
    connection: Connection, organisation_id: str, change: Callable[[Organisation], Organisation], at: str
) -> tuple[Organisation, Organisation]:
    """Write a record as ``change`` returns it; return it before and after, equal where nothing changed."""
    before = _read(connection, organisation_id)
    after = change(before)
    if after == before:
        return before, after
    refuse_suppressed_items(connection, [after])
    if not is_listed(after):
        leave_plan(connection, [after.id])
    write(connection, compare(connection, [to_row(after, SOURCE, at)]))
    return before, after


def drop_former(connection: Connection, organisation_id: str) -> int:
    """Drop the states of a record that imports keep for undoing them; return how many there were."""
    former = delete(import_changes).where(import_changes.c.item_id == organisation_id)
    return connection.execute(former).rowcount


def _read(connection: Connection, organisation_id: str) -> Organisation:
    statement = select(items.c.item_type, items.c.body).where(items.c.id == organisation_id)
    row = connection.execute(statement).first()
    item = read_row(organisation_id, row.item_type, row.body) if row else None
    if not isinstance(item, Organisation):
        raise NotFound(f"There is no organisation '{organisation_id}' in the store.")
    return item
