"""First schema: items, outbox, cursors, impressions, feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "items",
        sa.Column("id", _ID, primary_key=True),
        *_texts("item_type", "name", "version", "body", "source", "updated_at"),
    )
    op.create_index("items_by_type", "items", ["item_type", "id", "name"])
    op.create_table(
        "outbox",
        sa.Column("seq", _SEQ, primary_key=True, autoincrement=True),
        *_texts("item_id", "item_type", "op", "version", "at"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "cursors",
        sa.Column("generation", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "impressions",
        sa.Column("id", _SEQ, primary_key=True, autoincrement=True),
        *_texts("at", "kind"),
        sa.Column("query_id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        *_texts("generation"),
    )
    op.create_index("impressions_by_pair", "impressions", ["query_id", "item_id", "kind", "at"])
    op.create_index("impressions_by_item", "impressions", ["item_id"])
    op.create_table(
        "feedback",
        sa.Column("id", _SEQ, primary_key=True, autoincrement=True),
        *_texts("at", "kind"),
        sa.Column("query_id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        *_texts("action"),
        sa.Column("rank", sa.Integer),
    )
    op.create_index("feedback_by_query", "feedback", ["query_id"])
    op.create_index("feedback_by_item", "feedback", ["item_id"])
