"""People, their links, visits and keys."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _optional(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", _ID, primary_key=True),
        *_texts("email", "email_key", "name", "function", "lang", "roles", "source"),
        *_optional("consent_at", "objected_at", "disabled_at", "password_hash"),
        *_texts("created_at"),
    )
    op.create_index("people_by_email", "people", ["email_key"], unique=True)
    op.create_table(
        "person_organisations",
        sa.Column("person_id", _ID, primary_key=True),
        sa.Column("organisation_id", _ID, primary_key=True),
    )
    op.create_index("people_by_organisation", "person_organisations", ["organisation_id"])
    op.create_table(
        "links",
        sa.Column("id", _ID, primary_key=True),
        *_texts("token_hash", "purpose"),
        sa.Column("person_id", _ID, nullable=False),
        *_texts("subject", "created_at"),
        *_optional("expires_at", "used_at", "revoked_at"),
    )
    op.create_index("links_by_token", "links", ["token_hash"], unique=True)
    op.create_index("links_by_person", "links", ["person_id"])
    op.create_table(
        "visits",
        sa.Column("id", _ID, primary_key=True),
        *_texts("token_hash"),
        sa.Column("person_id", _ID, nullable=False),
        *_texts("created_at", "seen_at", "expires_at"),
    )
    op.create_index("visits_by_token", "visits", ["token_hash"], unique=True)
    op.create_index("visits_by_person", "visits", ["person_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", _ID, primary_key=True),
        *_texts("token_hash", "name", "scopes"),
        sa.Column("made_by", _ID),
        *_texts("created_at"),
        *_optional("expires_at", "used_at", "revoked_at"),
    )
    op.create_index("api_keys_by_token", "api_keys", ["token_hash"], unique=True)
