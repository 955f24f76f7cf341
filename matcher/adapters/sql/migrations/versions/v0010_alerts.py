"""Alerts, saved searches, and who wants no alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
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
        "alerts",
        sa.Column("number", _SEQ, primary_key=True, autoincrement=True),
        *_ids("call_id", "organisation_id"),
        *_texts("version"),
        sa.Column("probability", sa.Float, nullable=False),
        *_texts("why_fr", "why_en"),
        sa.Column("search", sa.Integer),
        *_texts("state", "created_at"),
        sa.Column("told_at", sa.Text),
        *_texts("digest"),
    )
    op.create_index("alerts_once", "alerts", ["call_id", "organisation_id"], unique=True)
    op.create_index("alerts_by_organisation", "alerts", ["organisation_id"])
    op.create_index("alerts_by_state", "alerts", ["state"])
    op.create_table(
        "saved_searches",
        sa.Column("number", _SEQ, primary_key=True, autoincrement=True),
        *_ids("organisation_id"),
        *_texts("text", "created_at"),
    )
    op.create_index("saved_searches_by_organisation", "saved_searches", ["organisation_id"])
    op.create_table("alert_stops", sa.Column("person_id", _ID, primary_key=True), *_texts("at"))
