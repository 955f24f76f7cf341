"""The facts of reports, gathered from the store, and a report as plain values; for commands and HTTP."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from matcher.build import Matcher
from matcher.domain.eligibility import is_listed
from matcher.domain.items import ItemType, Organisation
from matcher.feedback import holding
from matcher.figures import Facts, MemberFacts, Report
from matcher.introductions import Availability, capacity_of
from matcher.knowledge import Territory


def facts_of(matcher: Matcher, now: datetime) -> Facts:
    """Gather what figures are counted from."""
    store = matcher.store
    kept = store.introductions.all()
    return Facts(
        _members(matcher, now),
        store.introductions.records(),
        {one.id: (one.first_id, one.second_id) for one in kept},
        holding(store.events.feedback()),
        store.alerts.all(),
        dict(store.items.names(ItemType.FACTORY)),
    )


def department_of(item: Organisation, territory: Territory) -> str:
    """Return the code of an organisation's department: as its record says, else that of its town, else ""."""
    if item.department_code:
        return item.department_code
    place = territory.locate(item.city)
    return place.department_code if place else ""


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


def _members(matcher: Matcher, now: datetime) -> Mapping[str, MemberFacts]:
    """Return the members that may be recommended, by id, with the requests a month that they wish."""
    members = dict(matcher.store.derived.value("members", lambda: _by_records(matcher)))
    # The wishes are no items, so they are read each time: few members say what they wish.
    for item_id, wished in matcher.store.introductions.past(now).wishes.items():
        if item_id in members and wished.capacity is not None:
            members[item_id] = replace(members[item_id], capacity=wished.capacity)
    return members


def _by_records(matcher: Matcher) -> dict[str, MemberFacts]:
    """Return the members as their records describe them: each asked as often as its size lets expect."""
    territory = matcher.knowledge.territory
    members = {}
    for item in matcher.store.items.all(ItemType.ORGANISATION):
        if isinstance(item, Organisation) and is_listed(item):
            members[item.id] = _member(item, territory, capacity_of(item, Availability(item.id)))
    return members


def _member(item: Organisation, territory: Territory, capacity: int) -> MemberFacts:
    """Return what groups a member: the nearest open antenna and the department, where its place is known."""
    place = territory.locate(item.city, item.department_code)
    return MemberFacts(
        item.name,
        antenna=territory.antenna_of(place) if place else "",
        size=item.size_band or "",
        capacity=capacity,
        department=item.department_code or (place.department_code if place else ""),
    )
