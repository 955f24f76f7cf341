"""A row of the store that this release cannot read."""

import sqlite3

from matcher.adapters.sql import Store


def spoil(store: Store, item_id: str, body: str = '{"name": 1}') -> str:
    """Replace the body of a row behind the store's back; return what it was."""
    connection = sqlite3.connect(store.place)
    with connection:
        [was] = connection.execute("SELECT body FROM items WHERE id = ?", [item_id]).fetchone()
        connection.execute("UPDATE items SET body = ? WHERE id = ?", [body, item_id])
    connection.close()
    store.items.forget_cached()
    return str(was)


def spoil_type(store: Store, item_id: str) -> None:
    """Replace the type of a row behind the store's back by what is none."""
    connection = sqlite3.connect(store.place)
    with connection:
        connection.execute("UPDATE items SET item_type = 'organi' WHERE id = ?", [item_id])
    connection.close()
    store.items.forget_cached()
