"""The tables of people: who they are, the links they were sent, their visits, and API keys.

Of tokens and keys only hashes are kept: who reads the database can use none of them.
"""

from sqlalchemy import Column, Index, Table, Text

from matcher.adapters.sql.schema.columns import ID, item_id, metadata, person_id

people = Table(
    "people",
    metadata,
    person_id("id", primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("function", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("consent_at", Text),
    Column("objected_at", Text),
    Column("disabled_at", Text),
    Column("password_hash", Text),
    Column("created_at", Text, nullable=False),
    Index("people_by_email", "email_key", unique=True),
)

person_organisations = Table(
    "person_organisations",
    metadata,
    person_id("person_id", primary_key=True),
    item_id("organisation_id", primary_key=True),
    Index("people_by_organisation", "organisation_id"),
)

links = Table(
    "links",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_hash", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    person_id("person_id"),
    Column("subject", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("used_at", Text),
    Column("revoked_at", Text),
    Index("links_by_token", "token_hash", unique=True),
    Index("links_by_person", "person_id"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_hash", Text, nullable=False),
    person_id("person_id"),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index("visits_by_token", "token_hash", unique=True),
    Index("visits_by_person", "person_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("token_hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    person_id("made_by", kept=True),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text),
    Column("used_at", Text),
    Column("revoked_at", Text),
    Index("api_keys_by_token", "token_hash", unique=True),
)
