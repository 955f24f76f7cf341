"""Tables of the store, and the condition that an id is one of a list.

Instants are ISO 8601 texts in UTC: they sort, and both databases keep them alike. Ids compare byte by byte
in both (collation ``C`` on PostgreSQL), so that "in id order" means the same everywhere.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    select,
)

_Id = Text().with_variant(Text(collation="C"), "postgresql")
_Seq = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

items = Table(
    "items",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("item_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("items_by_type", "item_type", "id", "name"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("item_id", Text, nullable=False),
    Column("item_type", Text, nullable=False),
    Column("op", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("at", Text, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice, pruned or not
)

cursors = Table(
    "cursors",
    metadata,
    Column("generation", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

impressions = Table(
    "impressions",
    metadata,
    Column("id", _Seq, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("query_id", _Id, nullable=False),
    Column("item_id", _Id, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("generation", Text, nullable=False),
    Index("impressions_by_pair", "query_id", "item_id", "kind", "at"),
    Index("impressions_by_item", "item_id"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", _Seq, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("query_id", _Id, nullable=False),
    Column("item_id", _Id, nullable=False),
    Column("action", Text, nullable=False),
    Column("rank", Integer),
    Index("feedback_by_query", "query_id"),
    Index("feedback_by_item", "item_id"),
)


plans = Table(
    "plans",
    metadata,
    Column("version", Text, primary_key=True),
    Column("created_at", Text, nullable=False),
    Column("generation", Text, nullable=False),
)

plan_lists = Table(
    "plan_lists",
    metadata,
    Column("query_id", _Id, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("item_id", _Id, nullable=False),
    Column("gain", Float, nullable=False),
    Column("gain_of_other", Float, nullable=False),
    Index("plan_lists_by_item", "item_id"),
)

plan_members = Table(
    "plan_members",
    metadata,
    Column("query_id", _Id, primary_key=True),
    Column("views", Float, nullable=False),
    Column("share", Float, nullable=False),
    Column("under_floor", Boolean, nullable=False),
    Column("relevance", Float, nullable=False),
    Column("matches", Float, nullable=False),
    Column("matches_before", Float, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("batch", _Id, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("inserted", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("undone_at", Text),
)

import_changes = Table(
    "import_changes",
    metadata,
    Column("batch", _Id, primary_key=True),
    Column("item_id", _Id, primary_key=True),
    Column("item_type", Text, nullable=False),
    Column("former_body", Text),
    Column("version", Text, nullable=False),
    Index("import_changes_by_item", "item_id"),
)

participations = Table(
    "participations",
    metadata,
    Column("organisation_id", _Id, primary_key=True),
    Column("factory_id", _Id, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("since", Text),
    Column("source", Text, nullable=False),
    Column("inferred", Boolean, nullable=False),
    Index("participations_by_factory", "factory_id"),
)

owed_erasures = Table(
    "owed_erasures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
)
"""One row while texts erased since ``at`` may still be in SQLite's log."""


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
