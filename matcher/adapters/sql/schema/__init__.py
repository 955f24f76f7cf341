"""Tables of the store.

- ``columns``: metadata, kinds of columns, and the condition that an id is one of a list
- ``tables``: the catalogue, what was shown, plans, imports
- ``people``: people, their links, visits and keys
- ``mail``: messages on their way, and which process delivers them

A new family of tables gets its module here, imported below, so that migrations and erasure know of it.
"""

from matcher.adapters.sql.schema.columns import (
    id_in,
    ids_parameter,
    item_id,
    metadata,
    names_item,
    names_person,
    person_id,
)
from matcher.adapters.sql.schema.mail import messages, worker_turns
from matcher.adapters.sql.schema.people import api_keys, links, people, person_organisations, visits
from matcher.adapters.sql.schema.tables import (
    cursors,
    feedback,
    import_changes,
    imports,
    impression_counts,
    impressions,
    items,
    outbox,
    owed_erasures,
    participations,
    plan_lists,
    plan_members,
    plans,
)

__all__ = [
    "api_keys",
    "cursors",
    "feedback",
    "id_in",
    "ids_parameter",
    "import_changes",
    "imports",
    "impression_counts",
    "impressions",
    "item_id",
    "items",
    "links",
    "messages",
    "metadata",
    "names_item",
    "names_person",
    "outbox",
    "owed_erasures",
    "participations",
    "people",
    "person_id",
    "person_organisations",
    "plan_lists",
    "plan_members",
    "plans",
    "visits",
    "worker_turns",
]
