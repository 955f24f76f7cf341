"""What reactions name beside the item, and counts of impressions that are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _names(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def upgrade() -> None:
    for column in _names("answer_id", "model", "plan"):
        op.add_column("impressions", column)
    op.create_index("impressions_by_time", "impressions", ["at"])
    more = [
        sa.Column("score", sa.Float),
        sa.Column("reason", sa.Text),
        sa.Column("by", _ID),
        *_names("answer_id", "model", "plan"),
        sa.Column("undoes", _SEQ),
    ]
    for column in more:
        op.add_column("feedback", column)
    op.create_table(
        "impression_counts",
        sa.Column("id", _SEQ, primary_key=True, autoincrement=True),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
    )
    op.create_index("impression_counts_by_item", "impression_counts", ["item_id", "kind", "month"])
