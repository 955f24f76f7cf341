"""The plan of introductions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _floats(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("generation", sa.Text, nullable=False),
    )
    op.create_table(
        "plan_lists",
        sa.Column("query_id", _ID, primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True),
        sa.Column("item_id", _ID, nullable=False),
        *_floats("gain", "gain_of_other"),
    )
    op.create_index("plan_lists_by_item", "plan_lists", ["item_id"])
    op.create_table(
        "plan_members",
        sa.Column("query_id", _ID, primary_key=True),
        *_floats("views", "share"),
        sa.Column("under_floor", sa.Boolean, nullable=False),
        *_floats("relevance", "matches", "matches_before"),
    )
