"""What the weekly mail says of each call."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from matcher.alerts import Alert, AlertState, of_digest
from matcher.domain import Items, Opportunity
from matcher.mail.rendering import Lang, written_day

_UNTIL = {"fr": "jusqu'au", "en": "until"}


class Alerts(Protocol):
    """The alerts that are kept."""

    def all(
        self, *, call_id: str = "", organisation_id: str = "", state: AlertState | None = None
    ) -> list[Alert]:
        """Return alerts by number."""
        ...

    def stopped(self) -> set[str]:
        """Return the ids of the people who want no alerts."""
        ...


def calls_of(
    alerts: Alerts, items: Items, organisation_id: str, week: str, now: datetime
) -> list[tuple[Alert, Opportunity]]:
    """Return what the mail of a week tells an organisation: the calls that are open now, best first.

    A call that was withdrawn or has closed since the alert is left out; none may be left.
    """
    told = alerts.all(organisation_id=organisation_id, state=AlertState.TOLD)
    return of_digest(told, items.get_many([alert.fit.call_id for alert in told]), week, now)


def facts_of_calls(found: Sequence[tuple[Alert, Opportunity]], lang: Lang, zone: ZoneInfo) -> dict[str, Any]:
    """Return the facts of the template: the calls, and a line on each."""
    lines = [_line(alert, call, lang, zone) for alert, call in found]
    return {"calls": [call for _, call in found], "lines": lines}


def _line(alert: Alert, call: Opportunity, lang: Lang, zone: ZoneInfo) -> str:
    line = call.name
    if call.closes_at is not None:
        line += f", {_UNTIL[lang]} {written_day(call.closes_at.astimezone(zone).date(), lang)}"
    why = alert.fit.why_fr if lang == "fr" else alert.fit.why_en
    return f"{line}. {why}" if why else f"{line}."
