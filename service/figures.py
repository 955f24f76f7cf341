"""The facts of reports, gathered from the store, and a report as plain values; for commands and HTTP."""

from datetime import datetime
from typing import Any

from matcher.build import Matcher
from matcher.domain.eligibility import is_listed
from matcher.domain.items import ItemType, Organisation
from matcher.feedback import holding
from matcher.figures import Facts, MemberFacts, Report
from matcher.introductions import capacity_of, wishes
from matcher.knowledge import Territory


def facts_of(matcher: Matcher, now: datetime) -> Facts:
    """Gather what figures are counted from."""
    store = matcher.store
    kept = store.introductions.all()
    wished = store.introductions.past(now).wishes
    territory = matcher.knowledge.territory
    members = {}
    for item in store.items.all(ItemType.ORGANISATION):
        if isinstance(item, Organisation) and is_listed(item):
            capacity = capacity_of(item, wishes(wished, item.id))
            members[item.id] = MemberFacts(
                item.name, _antenna(item, territory), item.size_band or "", capacity
            )
    return Facts(
        members,
        store.introductions.records(),
        {one.id: (one.first_id, one.second_id) for one in kept},
        holding(store.events.feedback()),
        store.alerts.all(),
        dict(store.items.names(ItemType.FACTORY)),
    )


def report_record(report: Report) -> dict[str, Any]:
    """Return a report as plain values; the figures of a group that is withheld are null."""
    return {
        "first": report.period.first.isoformat(),
        "last": report.period.last.isoformat(),
        "empty": report.is_empty,
        "rows": [
            {"by": row.by, "group": row.group, "figures": None if row.figures is None else dict(row.figures)}
            for row in report.rows
        ],
        "forgotten": list(report.forgotten),
        "overloaded": list(report.overloaded),
    }


def _antenna(organisation: Organisation, territory: Territory) -> str:
    """Return the name of the nearest open antenna; "" where the place is not known."""
    place = territory.locate(organisation.city, organisation.department_code)
    found = territory.nearest_antenna(place) if place else None
    return found[0].name if found else ""
