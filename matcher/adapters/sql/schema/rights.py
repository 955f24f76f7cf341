"""The tables of rights: erasures, suppressed subjects, facts of the store; and those of the audit."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from matcher.adapters.sql.schema.columns import ID, SEQ, metadata

erasures = Table(
    "erasures",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("rectification", Boolean, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("rows_removed", Text, nullable=False),
    Column("named_elsewhere", Text, nullable=False),
    Column("sought", Text, nullable=False),
    Column("found_in", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("searched_bytes", BigInteger, nullable=False),
    Column("done_at", Text),
    Index("erasures_by_end", "done_at"),
)
"""Erasures and rectifications. ``sought`` has keyed fingerprints, and is emptied when they are done."""

suppressions = Table(
    "suppressions",
    metadata,
    Column("hash", ID, primary_key=True),
    Column("at", Text, nullable=False),
)
"""Keyed hashes by which erased subjects are recognised and refused."""

store_facts = Table(
    "store_facts",
    metadata,
    Column("name", ID, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the store is by itself, such as the key of its hashes."""

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("before", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    Column("acting", Text, nullable=False, server_default=""),
    Index("audit_entries_by_time", "at"),
    Index("audit_entries_by_subject", "subject", "seq"),
)
"""Who saw or decided what; ``before`` is the hash of the entry before: unique, so the chain cannot fork.

``acting`` says for whom a person acted then, "" for the service.
"""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", SEQ, nullable=False),
    Column("hash", Text, nullable=False),
)
"""One row: the last entry of the audit. Writers lock it."""

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("signature", Text, nullable=False),
)
"""Signed states of the audit: what is cut off after one is seen."""
