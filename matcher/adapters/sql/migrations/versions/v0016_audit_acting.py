"""The audit keeps for whom a person acted: who leaves the team is still told as of the team."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("acting", sa.Text(), nullable=False, server_default=""))
