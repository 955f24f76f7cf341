"""The gate of candidates: who acted, by id, so that an erasure takes the name out."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("decided_by", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"))
    op.add_column("candidate_gates", column)
