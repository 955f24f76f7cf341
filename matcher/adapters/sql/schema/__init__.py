"""Tables of the store.

- ``columns``: metadata, kinds of columns, and the condition that an id is one of a list
- ``alerts``: alerts, saved searches, and who wants no alerts
- ``candidates``: the gate of tier B, profiles, sealed contacts, and who opened them
- ``shortlists``: shortlists, and the profiles on them
- ``tables``: the catalogue, what was shown, plans, imports
- ``introductions``: introductions, what was done to them, what members wish
- ``people``: people, their links, visits and keys
- ``mail``: messages on their way, and which process delivers them
- ``needs``: job needs
- ``rights``: erasures, suppressed subjects, and the audit

A new family of tables gets its module here, imported below, so that migrations and erasure know of it.
"""

from matcher.adapters.sql.schema.alerts import alert_stops, alerts, saved_searches
from matcher.adapters.sql.schema.candidates import (
    candidate_contacts,
    candidate_gates,
    candidate_openings,
    candidates,
)
from matcher.adapters.sql.schema.columns import (
    id_in,
    ids_parameter,
    item_id,
    json_text,
    metadata,
    names_item,
    names_person,
    person_id,
)
from matcher.adapters.sql.schema.introductions import (
    availabilities,
    introduction_records,
    introductions,
    unwanted_pairs,
)
from matcher.adapters.sql.schema.mail import messages, worker_turns
from matcher.adapters.sql.schema.needs import employer_facts, job_needs
from matcher.adapters.sql.schema.people import api_keys, links, people, person_organisations, visits
from matcher.adapters.sql.schema.rights import (
    audit_checkpoints,
    audit_entries,
    audit_head,
    erasures,
    store_facts,
    suppressions,
)
from matcher.adapters.sql.schema.shortlists import shortlist_entries, shortlists
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
    "alert_stops",
    "alerts",
    "api_keys",
    "audit_checkpoints",
    "audit_entries",
    "audit_head",
    "availabilities",
    "candidate_contacts",
    "candidate_gates",
    "candidate_openings",
    "candidates",
    "cursors",
    "employer_facts",
    "erasures",
    "feedback",
    "id_in",
    "ids_parameter",
    "import_changes",
    "imports",
    "impression_counts",
    "impressions",
    "introduction_records",
    "introductions",
    "item_id",
    "items",
    "job_needs",
    "json_text",
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
    "saved_searches",
    "shortlist_entries",
    "shortlists",
    "store_facts",
    "suppressions",
    "unwanted_pairs",
    "visits",
    "worker_turns",
]
