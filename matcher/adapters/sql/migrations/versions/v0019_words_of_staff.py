"""The word that staff add to the request of each side of an introduction."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("word_first", "word_second"):
        op.add_column("introductions", sa.Column(name, sa.Text(), nullable=False, server_default=""))
