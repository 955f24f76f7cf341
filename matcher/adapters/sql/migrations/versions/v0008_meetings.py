"""The meeting of an introduction, and what acts made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("introductions", "introduction_records"):
        op.add_column(table, sa.Column("meeting", sa.Text))
