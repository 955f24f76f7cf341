"""The tables of introductions: each one, what was done to it, and what members wish."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from matcher.adapters.sql.schema.columns import ID, SEQ, item_id, metadata, person_id

introductions = Table(
    "introductions",
    metadata,
    Column("number", SEQ, primary_key=True, autoincrement=True),
    item_id("first_id"),
    item_id("second_id"),
    Column("pair", ID, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("asked_at", Text),
    Column("reminders", Integer, nullable=False),
    Column("until", Text),
    Column("ground", Text),
    Column("resumes", Text),
    Column("ended_by", Text),
    Column("outcome_asked_at", Text),
    Column("outcomes", Text, nullable=False),
    Column("meeting", Text),
    Column("word_first", Text, nullable=False, server_default=""),
    Column("word_second", Text, nullable=False, server_default=""),
    Index("introductions_by_state", "state"),
    Index("introductions_by_first", "first_id"),
    Index("introductions_by_second", "second_id"),
    sqlite_autoincrement=True,  # a number that was written in a mail never names another introduction
)
"""``pair`` is both ids in ascending order: the database itself refuses a pair twice."""

introduction_records = Table(
    "introduction_records",
    metadata,
    Column("id", SEQ, primary_key=True, autoincrement=True),
    Column("number", SEQ, nullable=False),
    item_id("first_id"),
    item_id("second_id"),
    Column("version", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("party", Text, nullable=False),
    person_id("person_id", kept=True),
    Column("on_behalf_of", Text, nullable=False),
    Column("asked_id", Text, nullable=False),
    Column("ground", Text),
    Column("until", Text),
    Column("note", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("contacted", Boolean),
    Column("useful", Boolean),
    Column("meeting", Text),
    Index("introduction_records_in_order", "number", "version", unique=True),
    Index("introduction_records_by_request", "asked_id", "at"),
    Index("introduction_records_by_first", "first_id"),
    Index("introduction_records_by_second", "second_id"),
)

availabilities = Table(
    "availabilities",
    metadata,
    item_id("organisation_id", primary_key=True),
    Column("capacity", Integer),
    Column("pause_until", Text),
    Column("named_before", Boolean, nullable=False),
)

unwanted_pairs = Table(
    "unwanted_pairs",
    metadata,
    item_id("organisation_id", primary_key=True),
    item_id("other_id", primary_key=True),
    Index("unwanted_pairs_by_other", "other_id"),
)
"""The do-not-introduce lists: one row for each organisation and one it does not want to meet."""
