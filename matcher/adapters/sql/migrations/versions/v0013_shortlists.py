"""Shortlists, the profiles on them, and what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "shortlists",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("need_id", _ID, nullable=False),
        *_texts("need_version", "made_at"),
        sa.Column("made_by", _ID, nullable=True),
        sa.Column("seed", sa.Integer, nullable=False),
        *_texts("model", "skills_version"),
    )
    op.create_index("shortlists_by_need", "shortlists", ["need_id"])
    op.create_table(
        "shortlist_entries",
        sa.Column("shortlist_id", _ID, primary_key=True),
        sa.Column("candidate_id", _ID, primary_key=True),
        sa.Column("code", _ID, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        *_texts("apart"),
        sa.Column("score", sa.Float, nullable=False),
        *_texts("match", "decision", "sealed_reason"),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("decided_at", sa.Text),
    )
    op.create_index("shortlist_entries_by_candidate", "shortlist_entries", ["candidate_id"])
