"""What the tables share: their metadata, columns, and the condition that an id is one of a list.

Instants are ISO 8601 texts in UTC: they sort, and both databases keep them alike. Ids compare byte by byte
in both (collation ``C`` on PostgreSQL), so that "in id order" means the same everywhere.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Text,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)

ID = Text().with_variant(Text(collation="C"), "postgresql")
"""An identifier, compared byte by byte."""
SEQ = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database gives."""

metadata = MetaData()

_NAMES_ITEM = "names_item"
_NAMES_PERSON = "names_person"


def item_id(name: str, **options: Any) -> Column[str]:
    """Return a column that holds the id of an item; a row goes when an item it names is erased."""
    return Column(name, ID, nullable=False, info={_NAMES_ITEM: True}, **options)


def names_item(column: Column[Any]) -> bool:
    """Whether the column was made by :func:`item_id`."""
    return bool(column.info.get(_NAMES_ITEM))


def person_id(name: str, *, kept: bool = False, **options: Any) -> Column[Any]:
    """Return a column that holds the id of a person; a row goes when a person it names is erased.

    With ``kept`` the row stays without the person (NULL): for records of what was done, of which only
    the hand that did it is personal.
    """
    return Column(name, ID, nullable=kept, info={_NAMES_PERSON: "kept" if kept else "goes"}, **options)


def names_person(column: Column[Any], *, kept: bool) -> bool:
    """Whether the column was made by :func:`person_id`, with this ``kept``."""
    return column.info.get(_NAMES_PERSON) == ("kept" if kept else "goes")


def id_in(dialect: str, column: Column[str]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of the parameter ``ids``, given by :func:`ids_parameter`.

    The list is one parameter whatever its length: no database limits it, and the statement is compiled once.
    """
    ids: BindParameter[Any] = bindparam("ids")
    if dialect == "postgresql":
        return column == func.any(ids)
    return column.in_(select(func.json_each(ids).table_valued("value").c.value))


def ids_parameter(dialect: str, ids: Sequence[str]) -> dict[str, Any]:
    """Return the parameter of :func:`id_in`: an array, or its JSON text on SQLite."""
    return {"ids": list(ids) if dialect == "postgresql" else json.dumps(list(ids))}


def json_text(dialect: str, column: Column[str], field: str) -> ColumnElement[str]:
    """Return the text of one field of ``column``, of JSON objects kept as text; NULL where it is left out."""
    # SQLite reads JSON from text and would cast to a number; PostgreSQL asks for the cast.
    body = cast(column, JSON) if dialect == "postgresql" else type_coerce(column, JSON)
    text: ColumnElement[str] = body[field].as_string()
    return text
