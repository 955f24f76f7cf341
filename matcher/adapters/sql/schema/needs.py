"""The tables of job needs and of published facts on employers."""

from sqlalchemy import Column, Index, Integer, Table, Text

from matcher.adapters.sql.schema.columns import ID, item_id, metadata, person_id

job_needs = Table(
    "job_needs",
    metadata,
    Column("id", ID, primary_key=True),
    item_id("organisation_id"),
    Column("state", Text, nullable=False),
    Column("need", Text, nullable=False),
    Column("overrides", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("closed_at", Text),
    person_id("created_by", kept=True),
    Index("job_needs_by_organisation", "organisation_id"),
)
"""Needs as JSON; ``organisation_id`` is "" where a need is of no organisation of the catalogue."""

employer_facts = Table(
    "employer_facts",
    metadata,
    Column("siren", ID, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("naf", Text, nullable=False),
    Column("source_url", Text, nullable=False),
    Column("imported_at", Text, nullable=False),
)
"""The index of professional equality by company and year: companies of 50 employees or more, nobody else."""
