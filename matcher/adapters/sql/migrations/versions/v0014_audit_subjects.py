"""The audit by subject: who looked at a record is asked each time its own page is opened."""

from alembic import op

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("audit_entries_by_subject", "audit_entries", ["subject", "seq"])
