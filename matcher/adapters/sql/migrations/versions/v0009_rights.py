"""Erasures, suppressed subjects, facts of the store, and the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", _ID, primary_key=True),
        *_texts("kind"),
        sa.Column("rectification", sa.Boolean, nullable=False),
        *_texts("asked_at", "rows_removed", "named_elsewhere", "sought", "found_in"),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("searched_bytes", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.Text),
    )
    op.create_index("erasures_by_end", "erasures", ["done_at"])
    op.create_table("suppressions", sa.Column("hash", _ID, primary_key=True), *_texts("at"))
    op.create_table("store_facts", sa.Column("name", _ID, primary_key=True), *_texts("value"))
    _create_audit()


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
        *_texts("at", "actor", "act", "subject", "version"),
        sa.Column("before", sa.Text, nullable=False, unique=True),
        *_texts("hash"),
    )
    op.create_index("audit_entries_by_time", "audit_entries", ["at"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", _SEQ, nullable=False),
        *_texts("hash"),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
        *_texts("hash", "at", "signature"),
    )
