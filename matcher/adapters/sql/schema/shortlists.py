"""The tables of shortlists: how each was made, and the profiles on it."""

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from matcher.adapters.sql.schema.columns import ID, metadata, person_id

shortlists = Table(
    "shortlists",
    metadata,
    Column("id", ID, primary_key=True),
    Column("need_id", ID, nullable=False),
    Column("need_version", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    person_id("made_by", kept=True),
    Column("seed", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("skills_version", Text, nullable=False),
    Index("shortlists_by_need", "need_id"),
)

shortlist_entries = Table(
    "shortlist_entries",
    metadata,
    Column("shortlist_id", ID, primary_key=True),
    person_id("candidate_id", primary_key=True),
    Column("code", ID, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("apart", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("match", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("sealed_reason", Text, nullable=False),
    person_id("decided_by", kept=True),
    Column("decided_at", Text),
    Index("shortlist_entries_by_candidate", "candidate_id"),
)
