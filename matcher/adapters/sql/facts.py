"""The key of the store's hashes, made once, and the subjects that it refuses."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import id_in, ids_parameter, store_facts, suppressions
from matcher.domain.items import AnyItem
from matcher.people import Person
from matcher.rights.suppression import earliest, keys_of_item, keys_of_person, refuse, suppression_hash

_SALT = "salt"
_BYTES = 32


def read_salt(connection: Connection) -> bytes | None:
    """Return the key of hashes; None where none was made yet."""
    value = connection.execute(select(store_facts.c.value).where(store_facts.c.name == _SALT)).scalar()
    return None if value is None else bytes.fromhex(value)


def make_salt(connection: Connection) -> bytes:
    """Return the key of hashes, made in the caller's write transaction if there is none."""
    known = read_salt(connection)
    if known is not None:
        return known
    salt = secrets.token_bytes(_BYTES)
    connection.execute(insert(store_facts), {"name": _SALT, "value": salt.hex()})
    return salt


def suppressed(connection: Connection, hashes: Sequence[str]) -> dict[str, datetime]:
    """Return since when those of the hashes are suppressed that are."""
    dialect = connection.dialect.name
    statement = select(suppressions).where(id_in(dialect, suppressions.c.hash))
    rows = connection.execute(statement, ids_parameter(dialect, hashes))
    return {row.hash: datetime.fromisoformat(row.at) for row in rows}


def suppressed_items(connection: Connection, items: Iterable[AnyItem]) -> Mapping[str, datetime]:
    """Return, by id, since when those of the items are suppressed that are."""
    salt = read_salt(connection)
    if salt is None:
        return {}
    hashes = {item.id: _hashes(salt, item) for item in items}
    known = suppressed(connection, list(chain.from_iterable(hashes.values())))
    found: dict[str, datetime] = {}
    for item_id, some in hashes.items():
        since = earliest(known, some)
        if since is not None:
            found[item_id] = since
    return found


def refuse_suppressed_items(connection: Connection, items: Sequence[AnyItem]) -> None:
    """Raise Suppressed if one of the items was erased at its own request."""
    for item_id, since in suppressed_items(connection, items).items():
        raise refuse(f"'{item_id}'", since)


def refuse_suppressed_person(connection: Connection, person: Person) -> None:
    """Raise Suppressed if the person was erased at their own request; the message does not name them."""
    salt = read_salt(connection)
    if salt is None:
        return
    hashes = [suppression_hash(salt, key) for key in keys_of_person(person)]
    since = earliest(suppressed(connection, hashes), hashes)
    if since is not None:
        raise refuse("Cette personne / this person", since)


def _hashes(salt: bytes, item: AnyItem) -> list[str]:
    return [suppression_hash(salt, key) for key in keys_of_item(item)]
