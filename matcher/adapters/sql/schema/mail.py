"""The tables of mail: messages on their way, and which process delivers them."""

from sqlalchemy import Column, Index, Integer, Table, Text

from matcher.adapters.sql.schema.columns import ID, SEQ, metadata, person_id

messages = Table(
    "messages",
    metadata,
    Column("id", SEQ, primary_key=True, autoincrement=True),
    Column("key", ID, nullable=False, unique=True),
    person_id("person_id"),
    Column("event", Text, nullable=False),
    Column("subjects", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("next_at", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("sent_at", Text),
    Column("error", Text, nullable=False),
    Index("messages_by_turn", "state", "next_at"),
    Index("messages_by_person", "person_id"),
    sqlite_autoincrement=True,  # a number that was shown to staff never names another message
)

worker_turns = Table(
    "worker_turns",
    metadata,
    Column("name", ID, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Text, nullable=False),
)
"""Work that one process at a time does, who does it, and until when without a further word."""
