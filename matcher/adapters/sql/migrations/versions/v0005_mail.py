"""Mails on their way, and which process delivers them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", _SEQ, primary_key=True, autoincrement=True),
        sa.Column("key", _ID, nullable=False, unique=True),
        sa.Column("person_id", _ID, nullable=False),
        *_texts("event", "subjects", "created_at", "next_at"),
        sa.Column("attempts", sa.Integer, nullable=False),
        *_texts("state"),
        sa.Column("sent_at", sa.Text),
        *_texts("error"),
        sqlite_autoincrement=True,
    )
    op.create_index("messages_by_turn", "messages", ["state", "next_at"])
    op.create_index("messages_by_person", "messages", ["person_id"])
    op.create_table(
        "worker_turns",
        sa.Column("name", _ID, primary_key=True),
        *_texts("holder", "until"),
    )
