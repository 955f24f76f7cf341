"""What alerts ask of the store and of the recommender."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from matcher.alerts.alert import Alert, AlertState, Digest, Fit, SavedSearch
from matcher.domain import Opportunity, Organisation

ContactsOf = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
"""Gives the ids of the people who get the mail of organisations, by organisation."""


class Finder(Protocol):
    """Finds what fits; open calls and listed organisations only, best first, ties by id."""

    def members_for(self, call: Opportunity, most: int, now: datetime) -> Sequence[Fit]:
        """Return the organisations a call fits."""
        ...

    def calls_for(self, organisation: Organisation, text: str, now: datetime) -> Sequence[Fit]:
        """Return the calls that a text of an organisation asks for."""
        ...


class AlertRows(Protocol):
    """The alerts that are kept; every method is one transaction."""

    def add(self, alerts: Sequence[Alert], by: str = "") -> int:
        """Keep alerts, except where the call and the organisation have one; return how many are new."""
        ...

    def all(
        self, *, call_id: str = "", organisation_id: str = "", state: AlertState | None = None
    ) -> list[Alert]:
        """Return alerts by number: of a call, of an organisation, in a state, or all."""
        ...

    def told_in(self, week: str) -> set[str]:
        """Return the ids of the organisations that were told something in a week's mail."""
        ...

    def tell(self, digests: Sequence[Digest], now: datetime) -> int:
        """Note that alerts are told, and queue the mails of their digests; return how many digests those are.

        Alerts that are not due stay as they are.
        """
        ...

    def withdraw(self, numbers: Sequence[int], now: datetime, by: str = "") -> int:
        """Note that alerts are not to be told: due ones, and those whose mail has not begun to go out."""
        ...

    def stop(self, person_id: str, now: datetime) -> None:
        """Note that a person wants no alerts; other mails go on."""
        ...

    def stopped(self) -> set[str]:
        """Return the ids of the people who want no alerts."""
        ...

    def add_search(self, search: SavedSearch) -> SavedSearch:
        """Keep a search and return it with its number."""
        ...

    def searches(self, organisation_id: str = "") -> list[SavedSearch]:
        """Return saved searches by number: of an organisation, or all."""
        ...

    def remove_search(self, organisation_id: str, number: int) -> None:
        """Remove a search; NotFound where the organisation has none of this number."""
        ...
