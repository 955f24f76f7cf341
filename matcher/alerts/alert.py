"""What alerts are made of."""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from matcher.domain import MessageRequest


class AlertState(StrEnum):
    """Where an alert is: to be told, told, or not to be told any more."""

    DUE = "due"
    TOLD = "told"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a call and an organisation fit: a probability in [0, 1], and why in both languages."""

    call_id: str
    organisation_id: str
    probability: float
    why_fr: str = ""
    why_en: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One call for one organisation; there is never a second one of the same two.

    ``version`` is that of the call when the alert was made, ``search`` the number of the saved search that
    found it (None: staff sent it), ``digest`` the week in whose mail it was told (``2026-W49``), ``number``
    the store's, 0 before it is stored.
    """

    fit: Fit
    version: str
    created_at: datetime
    search: int | None = None
    state: AlertState = AlertState.DUE
    told_at: datetime | None = None
    digest: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """The mail of a week to one organisation: the alerts it tells, by number, and a mail for each person."""

    organisation_id: str
    week: str
    numbers: tuple[int, ...]
    mails: tuple[MessageRequest, ...]


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A text that an organisation looks for calls with, again and again."""

    organisation_id: str
    text: str
    created_at: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class Recipient:
    """An organisation that a call fits: how well, why, how many people get the mail.

    ``hindrance`` says why it is not told: ``told`` or ``due`` already, or ``nobody`` gets its alerts; ""
    where nothing stands in the way.
    """

    fit: Fit
    name: str
    people: int
    hindrance: str = ""


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Limits of alerts.

    Parameters
    ----------
    least_probability
        Below it, a call does not fit.
    most_a_week
        Calls that one organisation is told of in a week at most.
    weekday, hour
        When the week's mail is due, 1 being Monday; a worker that was stopped sends it later in the week.
    most_recipients
        Organisations that one call is for at most.
    zone
        Where weeks begin at midnight on Monday.
    """

    least_probability: float = 0.3
    most_a_week: int = 3
    weekday: int = 2
    hour: int = 8
    most_recipients: int = 100
    zone: ZoneInfo | timezone = field(default_factory=lambda: ZoneInfo("Europe/Paris"))

    def week(self, at: datetime) -> str:
        """Return the week of an instant.

        >>> from datetime import UTC
        >>> AlertRules().week(datetime(2026, 12, 1, 9, tzinfo=UTC))
        '2026-W49'
        """
        year, week, _ = at.astimezone(self.zone).isocalendar()
        return f"{year}-W{week:02d}"

    def is_due(self, at: datetime) -> bool:
        """Whether the mail of the week of an instant may be sent by then."""
        local = at.astimezone(self.zone)
        return (local.isoweekday(), local.hour) >= (self.weekday, self.hour)
