"""Introductions, what was done to them, and what members wish."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _optional(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]


def _ids(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _ID, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "introductions",
        sa.Column("number", _SEQ, primary_key=True, autoincrement=True),
        *_ids("first_id", "second_id"),
        sa.Column("pair", _ID, nullable=False, unique=True),
        *_texts("state"),
        sa.Column("version", sa.Integer, nullable=False),
        *_texts("created_at", "changed_at", "origin", "plan"),
        *_optional("asked_at"),
        sa.Column("reminders", sa.Integer, nullable=False),
        *_optional("until", "ground", "resumes", "ended_by", "outcome_asked_at"),
        *_texts("outcomes"),
        sqlite_autoincrement=True,
    )
    op.create_index("introductions_by_state", "introductions", ["state"])
    op.create_index("introductions_by_first", "introductions", ["first_id"])
    op.create_index("introductions_by_second", "introductions", ["second_id"])
    _create_records()
    op.create_table(
        "availabilities",
        sa.Column("organisation_id", _ID, primary_key=True),
        sa.Column("capacity", sa.Integer),
        sa.Column("pause_until", sa.Text),
        sa.Column("named_before", sa.Boolean, nullable=False),
    )
    op.create_table(
        "unwanted_pairs",
        sa.Column("organisation_id", _ID, primary_key=True),
        sa.Column("other_id", _ID, primary_key=True),
    )
    op.create_index("unwanted_pairs_by_other", "unwanted_pairs", ["other_id"])


def _create_records() -> None:
    table = "introduction_records"
    op.create_table(
        table,
        sa.Column("id", _SEQ, primary_key=True, autoincrement=True),
        sa.Column("number", _SEQ, nullable=False),
        *_ids("first_id", "second_id"),
        sa.Column("version", sa.Integer, nullable=False),
        *_texts("at", "act"),
        *_optional("before"),
        *_texts("after", "party"),
        sa.Column("person_id", _ID),
        *_texts("on_behalf_of", "asked_id"),
        *_optional("ground", "until"),
        *_texts("note", "plan"),
        sa.Column("contacted", sa.Boolean),
        sa.Column("useful", sa.Boolean),
    )
    op.create_index("introduction_records_in_order", table, ["number", "version"], unique=True)
    op.create_index("introduction_records_by_request", table, ["asked_id", "at"])
    op.create_index("introduction_records_by_first", table, ["first_id"])
    op.create_index("introduction_records_by_second", table, ["second_id"])
