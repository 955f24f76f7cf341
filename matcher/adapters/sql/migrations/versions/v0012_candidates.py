"""Candidates: the gate, profiles, sealed contacts, and who opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _ids(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _ID, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "candidate_gates",
        sa.Column("number", _SEQ, primary_key=True, autoincrement=True),
        sa.Column("is_open", sa.Boolean, nullable=False),
        *_texts("at", "dpia", "made_by"),
    )
    op.create_table(
        "candidates",
        sa.Column("candidate_id", _ID, primary_key=True),
        *_ids("code"),
        *_texts("state", "source", "profile", "shown_to", "lang", "notice_version"),
        *_texts("consent_at", "created_at", "last_contact_at"),
    )
    op.create_index("candidates_by_code", "candidates", ["code"], unique=True)
    op.create_table(
        "candidate_contacts",
        sa.Column("candidate_id", _ID, primary_key=True),
        *_texts("sealed"),
        *_ids("address_hash"),
    )
    op.create_index("candidate_contacts_by_address", "candidate_contacts", ["address_hash"], unique=True)
    op.create_table(
        "candidate_openings",
        sa.Column("number", _SEQ, primary_key=True, autoincrement=True),
        *_ids("candidate_id"),
        sa.Column("opened_by", _ID, nullable=True),
        *_texts("at", "sealed"),
    )
    op.create_index("candidate_openings_by_candidate", "candidate_openings", ["candidate_id"])
