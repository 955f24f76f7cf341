"""Imports that can be undone, and who takes part in which factory."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("batch", _ID, primary_key=True),
        *_texts("file_name", "sha256", "who", "at"),
        *_counts("inserted", "updated", "unchanged"),
        sa.Column("undone_at", sa.Text),
    )
    op.create_table(
        "import_changes",
        sa.Column("batch", _ID, primary_key=True),
        sa.Column("item_id", _ID, primary_key=True),
        *_texts("item_type"),
        sa.Column("former_body", sa.Text),
        *_texts("version"),
    )
    op.create_index("import_changes_by_item", "import_changes", ["item_id"])
    op.create_table(
        "participations",
        sa.Column("organisation_id", _ID, primary_key=True),
        sa.Column("factory_id", _ID, primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("since", sa.Text),
        *_texts("source"),
        sa.Column("inferred", sa.Boolean, nullable=False),
    )
    op.create_index("participations_by_factory", "participations", ["factory_id"])
    op.create_table(
        "owed_erasures",
        sa.Column("id", sa.Integer, primary_key=True),
        *_texts("at"),
    )
