"""Erasing items from every table, and telling those who were to meet one of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from matcher.adapters.sql.erasure import erase_traces
from matcher.adapters.sql.introductions import cancel_meetings


def erase_items(connection: Connection, ids: Sequence[str], at: str) -> None:
    """Delete every row that names one of ``ids``, once the meetings with them are cancelled by mail."""
    if ids:
        cancel_meetings(connection, ids, datetime.fromisoformat(at))
    erase_traces(connection, ids)
