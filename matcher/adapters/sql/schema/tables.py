"""The tables of the catalogue, of what was shown, of plans and of imports."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from matcher.adapters.sql.schema.columns import ID, SEQ, item_id, metadata, person_id

items = Table(
    "items",
    metadata,
    Column("id", ID, primary_key=True),
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
    Column("seq", SEQ, primary_key=True, autoincrement=True),
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
    Column("id", SEQ, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    item_id("query_id"),
    item_id("item_id"),
    Column("rank", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("generation", Text, nullable=False),
    Column("answer_id", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default=""),
    Column("plan", Text, nullable=False, server_default=""),
    Index("impressions_by_pair", "query_id", "item_id", "kind", "at"),
    Index("impressions_by_item", "item_id"),
    Index("impressions_by_time", "at"),
)

impression_counts = Table(
    "impression_counts",
    metadata,
    Column("id", SEQ, primary_key=True, autoincrement=True),
    item_id("item_id"),
    Column("kind", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("shown", Integer, nullable=False),
    Index("impression_counts_by_item", "item_id", "kind", "month"),
)
"""How often items were shown, once the impressions are gone: several rows of an item and month add up."""

feedback = Table(
    "feedback",
    metadata,
    Column("id", SEQ, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    item_id("query_id"),
    item_id("item_id"),
    Column("action", Text, nullable=False),
    Column("rank", Integer),
    Column("score", Float),
    Column("reason", Text),
    person_id("by", kept=True),
    Column("answer_id", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False, server_default=""),
    Column("plan", Text, nullable=False, server_default=""),
    Column("undoes", SEQ),
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
    item_id("query_id", primary_key=True),
    Column("rank", Integer, primary_key=True),
    item_id("item_id"),
    Column("gain", Float, nullable=False),
    Column("gain_of_other", Float, nullable=False),
    Index("plan_lists_by_item", "item_id"),
)

plan_members = Table(
    "plan_members",
    metadata,
    item_id("query_id", primary_key=True),
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
    Column("batch", ID, primary_key=True),
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
    Column("batch", ID, primary_key=True),
    item_id("item_id", primary_key=True),
    Column("item_type", Text, nullable=False),
    Column("former_body", Text),
    Column("version", Text, nullable=False),
    Index("import_changes_by_item", "item_id"),
)

participations = Table(
    "participations",
    metadata,
    item_id("organisation_id", primary_key=True),
    item_id("factory_id", primary_key=True),
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
