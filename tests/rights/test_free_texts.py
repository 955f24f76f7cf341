"""Every text of the store is sought for names of others, or is of a kind that can hold none."""

from sqlalchemy import Column, Text

from matcher.adapters.sql.rights.held import FREE_TEXTS
from matcher.adapters.sql.schema import metadata, names_item, names_person

INSTANTS = {"at", "since", "until", "pause_until", "month", "digest"}
KEYS = {"id", "code", "key", "pair", "batch", "number", "email_key", "answer_id", "asked_id", "need_id"}
HASHES = {"hash", "before", "token_hash", "password_hash", "address_hash", "sha256", "signature"}
SEALED = {"sealed", "sealed_reason"}
VERSIONS = {"version", "need_version", "notice_version", "skills_version", "model", "generation", "plan"}
LISTED = {
    *(
        "act",
        "acting",
        "action",
        "after",
        "apart",
        "decision",
        "event",
        "ground",
        "item_type",
        "kind",
        "lang",
    ),
    *("on_behalf_of", "op", "origin", "outcomes", "party", "purpose", "resumes", "role", "roles"),
    *("scopes", "state", "ended_by"),
    *("candidates.source", "feedback.reason", "store_facts.name", "worker_turns.name"),
}
"""Words of the product's own lists, and ids."""
OF_IDS = {
    "actor",
    "holder",
    "item_id",
    "meeting",
    "shown_to",
    "shortlist_id",
    "subject",
    "subjects",
    "store_facts.value",
}
OF_ERASURES = {"error", "found_in", "named_elsewhere", "rows_removed", "sought"}
"""What an erasure or a mail that failed keeps: settled, or emptied, by an erasure itself."""
KINDS = INSTANTS | KEYS | HASHES | SEALED | VERSIONS | LISTED | OF_IDS | OF_ERASURES


def test_every_column_of_text_is_sought_or_can_name_nobody() -> None:
    sought = {(table.name, name) for table, _, names in FREE_TEXTS for name in names}
    unknown = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, Text) and (table.name, column.name) not in sought and not _is_known(column)
    ]
    assert unknown == [], "add a new column to FREE_TEXTS, or to the kind it is of above"


def _is_known(column: Column[object]) -> bool:
    names = names_item(column) or names_person(column, kept=True) or names_person(column, kept=False)
    return names or column.name.endswith("_at") or not KINDS.isdisjoint((column.name, str(column)))
