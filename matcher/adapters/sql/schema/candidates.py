"""The tables of candidates: the gate, profiles under neutral codes, sealed contacts, and who opened them."""

from sqlalchemy import Boolean, Column, Index, Table, Text

from matcher.adapters.sql.schema.columns import ID, SEQ, metadata, person_id

candidate_gates = Table(
    "candidate_gates",
    metadata,
    Column("number", SEQ, primary_key=True, autoincrement=True),
    Column("is_open", Boolean, nullable=False),
    Column("at", Text, nullable=False),
    Column("dpia", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    person_id("decided_by", kept=True),
)
"""Acts that opened or closed tier B; the last one holds.

``made_by`` is a name typed on the command line, "" where ``decided_by`` says who was signed in.
"""

candidates = Table(
    "candidates",
    metadata,
    person_id("candidate_id", primary_key=True),
    Column("code", ID, nullable=False),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("shown_to", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("notice_version", Text, nullable=False),
    Column("consent_at", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("last_contact_at", Text, nullable=False),
    Index("candidates_by_code", "code", unique=True),
)

candidate_contacts = Table(
    "candidate_contacts",
    metadata,
    person_id("candidate_id", primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("address_hash", ID, nullable=False),
    Index("candidate_contacts_by_address", "address_hash", unique=True),
)
"""Names and addresses, sealed with a key that is not in the database."""

candidate_openings = Table(
    "candidate_openings",
    metadata,
    Column("number", SEQ, primary_key=True, autoincrement=True),
    person_id("candidate_id"),
    person_id("opened_by", kept=True),
    Column("at", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Index("candidate_openings_by_candidate", "candidate_id"),
)
"""Contacts that a person opened, each with its reason, sealed."""
