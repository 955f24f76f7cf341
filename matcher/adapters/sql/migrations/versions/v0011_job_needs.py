"""Job needs."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job_needs",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("organisation_id", _ID, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("overrides", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("closed_at", sa.Text),
        sa.Column("created_by", _ID, nullable=True),
    )
    op.create_index("job_needs_by_organisation", "job_needs", ["organisation_id"])
