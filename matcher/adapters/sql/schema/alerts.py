"""The tables of alerts: which call is told to whom, saved searches, and who wants no alerts."""

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from matcher.adapters.sql.schema.columns import SEQ, item_id, metadata, person_id

alerts = Table(
    "alerts",
    metadata,
    Column("number", SEQ, primary_key=True, autoincrement=True),
    item_id("call_id"),
    item_id("organisation_id"),
    Column("version", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("why_fr", Text, nullable=False),
    Column("why_en", Text, nullable=False),
    Column("search", Integer),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("told_at", Text),
    Column("digest", Text, nullable=False),
    Index("alerts_once", "call_id", "organisation_id", unique=True),
    Index("alerts_by_organisation", "organisation_id"),
    Index("alerts_by_state", "state"),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("number", SEQ, primary_key=True, autoincrement=True),
    item_id("organisation_id"),
    Column("text", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("saved_searches_by_organisation", "organisation_id"),
)

alert_stops = Table(
    "alert_stops",
    metadata,
    person_id("person_id", primary_key=True),
    Column("at", Text, nullable=False),
)
