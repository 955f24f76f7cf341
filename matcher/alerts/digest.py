"""The weekly mail: one an organisation, with the calls that fit it best."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from matcher.alerts.alert import Alert, AlertRules, AlertState, Digest
from matcher.alerts.ports import AlertRows, ContactsOf
from matcher.domain import AnyItem, Items, MessageRequest, Opportunity
from matcher.domain.eligibility import is_listed

EVENT = "alert_digest"


class DigestWorker:
    """Sends what is due; safe to run at any time and as often as one likes.

    Parameters
    ----------
    items, rows, contacts, rules
        As of :class:`~matcher.alerts.desk.AlertDesk`.
    """

    def __init__(self, items: Items, rows: AlertRows, contacts: ContactsOf, rules: AlertRules) -> None:
        self._items, self._rows, self._contacts, self._rules = items, rows, contacts, rules

    def due(self, now: datetime) -> int:
        """Queue the mails of this week that were not queued; return how many organisations are told.

        An alert whose call has closed, or is gone, is told to nobody. What passes the cap of a week waits for
        the next.
        """
        if not self._rules.is_due(now):
            return 0
        waiting, week = self._waiting(now), self._rules.week(now)
        for organisation_id in self._rows.told_in(week) if waiting else ():
            waiting.pop(organisation_id, None)
        contacts, stopped = self._contacts(sorted(waiting)), self._rows.stopped()
        digests = []
        for organisation_id, alerts in waiting.items():
            people = [name for name in contacts.get(organisation_id, ()) if name not in stopped]
            if people:
                digests.append(self._digest(organisation_id, alerts[: self._rules.most_a_week], people, now))
        return self._rows.tell(digests, now) if digests else 0

    def _waiting(self, now: datetime) -> dict[str, list[Alert]]:
        """Return due alerts of listed organisations; withdraw those whose call is not open any more."""
        due = self._rows.all(state=AlertState.DUE)
        calls = self._items.get_many({alert.fit.call_id for alert in due})
        members = self._items.get_many({alert.fit.organisation_id for alert in due})
        closed, waiting = [], []
        for alert in due:
            member = members.get(alert.fit.organisation_id)
            if not is_open(calls.get(alert.fit.call_id), now):
                closed.append(alert.number)
            elif member is not None and is_listed(member):
                waiting.append(alert)
        self._rows.withdraw(closed, now)
        return _by_organisation(waiting)

    def _digest(
        self, organisation_id: str, alerts: Sequence[Alert], people: Sequence[str], now: datetime
    ) -> Digest:
        week = self._rules.week(now)
        subjects = {"organisation": organisation_id, "digest": week}
        mails = tuple(
            MessageRequest(f"alert:{organisation_id}:{person_id}:{week}", person_id, EVENT, now, subjects)
            for person_id in people
        )
        return Digest(organisation_id, week, tuple(alert.number for alert in alerts), mails)


def of_digest(
    alerts: Iterable[Alert], items: Mapping[str, AnyItem], week: str, now: datetime
) -> list[tuple[Alert, Opportunity]]:
    """Return the alerts of a week's mail whose call is still open, best first, each with its call."""
    found = []
    for alert in alerts:
        call = items.get(alert.fit.call_id)
        if alert.digest == week and isinstance(call, Opportunity) and call.is_open(now):
            found.append((alert, call))
    return sorted(found, key=lambda pair: _order(pair[0]))


def is_open(call: AnyItem | None, now: datetime) -> bool:
    """Whether a call is there and open."""
    return isinstance(call, Opportunity) and call.is_open(now)


def _by_organisation(alerts: Iterable[Alert]) -> dict[str, list[Alert]]:
    """Return alerts by organisation, both in ascending order of id, the best alerts first."""
    found: dict[str, list[Alert]] = {}
    for alert in sorted(alerts, key=_order):
        found.setdefault(alert.fit.organisation_id, []).append(alert)
    return dict(sorted(found.items()))


def _order(alert: Alert) -> tuple[float, str]:
    return (-alert.fit.probability, alert.fit.call_id)
