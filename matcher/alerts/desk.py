"""The use cases of alerts for people: see who would be told, send, withdraw, save a search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.alerts.alert import Alert, AlertRules, AlertState, Fit, Recipient, SavedSearch
from matcher.alerts.ports import AlertRows, ContactsOf, Finder
from matcher.domain import Items, ItemType, Opportunity, Organisation
from matcher.errors import IllegalStep, InvalidRequest, NotFound

MOST_SEARCHES = 10
LONGEST_SEARCH = 500


@dataclass(frozen=True, slots=True)
class AlertParts:
    """What the use cases work with."""

    items: Items
    rows: AlertRows
    finder: Finder
    contacts: ContactsOf
    rules: AlertRules


class AlertDesk:
    """What staff and members do with alerts; every call is given the present instant."""

    def __init__(self, parts: AlertParts) -> None:
        self._parts = parts

    def preview(self, call_id: str, now: datetime) -> list[Recipient]:
        """Return who would be told of a call, best first, with what hinders each; nothing is kept.

        Raises
        ------
        NotFound
            There is no such call.
        IllegalStep
            The call is not open: it was withdrawn, or closed, or its dates are not confirmed.
        """
        call = self._open_call(call_id, now)
        kept = [one for one in self._parts.rows.all(call_id=call_id) if one.state is not AlertState.WITHDRAWN]
        known = {one.fit.organisation_id: one.state.value for one in kept}
        fits = self._fitting(self._parts.finder.members_for(call, self._parts.rules.most_recipients, now))
        ids = [fit.organisation_id for fit in fits]
        contacts, stopped = self._parts.contacts(ids), self._parts.rows.stopped()
        names = {item.id: item.name for item in self._parts.items.get_many(ids).values()}
        found = []
        for fit in fits:
            if fit.organisation_id not in names:  # erased since it was found
                continue
            people = set(contacts.get(fit.organisation_id, ())) - stopped
            hindrance = known.get(fit.organisation_id) or ("" if people else "nobody")
            found.append(Recipient(fit, names[fit.organisation_id], len(people), hindrance))
        return found

    def send(
        self, call_id: str, now: datetime, *, by: str = "", only: Sequence[str] | None = None
    ) -> list[Recipient]:
        """Have a call told in the next weekly mails; return to whom.

        Everything is looked at anew: what changed since a preview counts. ``only`` names the organisations
        to tell, None for all.

        Raises
        ------
        NotFound, IllegalStep
            As :meth:`preview`.
        """
        call = self._open_call(call_id, now)
        chosen = [one for one in self.preview(call_id, now) if not one.hindrance]
        if only is not None:
            chosen = [one for one in chosen if one.fit.organisation_id in only]
        self._parts.rows.add([Alert(one.fit, call.version, now) for one in chosen], by)
        return chosen

    def withdraw(self, call_id: str, now: datetime, *, by: str = "") -> int:
        """Tell nobody any more of a call; return how many would still have been told.

        A mail that waits to go out tells it no more, and does not go out where it tells no other.
        """
        made = self._parts.rows.all(call_id=call_id)
        return self._parts.rows.withdraw([alert.number for alert in made], now, by)

    def untold(self, now: datetime) -> list[Opportunity]:
        """Return the open calls that no alert was made of in their present version, soonest end first."""
        made = {(one.fit.call_id, one.version) for one in self._parts.rows.all()}
        calls = [
            item for item in self._parts.items.all(ItemType.OPPORTUNITY) if isinstance(item, Opportunity)
        ]
        found = [call for call in calls if call.is_open(now) and (call.id, call.version) not in made]
        return sorted(found, key=lambda call: (call.open_between()[1], call.id))

    def save_search(self, organisation_id: str, text: str, now: datetime) -> SavedSearch:
        """Keep a search; the calls it finds come with the weekly mail.

        Raises
        ------
        InvalidRequest
            The text is empty or too long, or the organisation has :data:`MOST_SEARCHES` already.
        """
        bare = " ".join(text.split())
        if not any(sign.isalnum() for sign in bare) or len(bare) > LONGEST_SEARCH:
            raise InvalidRequest(f"A search is a text of 1 to {LONGEST_SEARCH} characters.")
        if len(self._parts.rows.searches(organisation_id)) >= MOST_SEARCHES:
            raise InvalidRequest(f"{MOST_SEARCHES} searches are kept at most: remove one first.")
        return self._parts.rows.add_search(SavedSearch(organisation_id, bare, now))

    def searches(self) -> Sequence[SavedSearch]:
        """Return every saved search, in the order they were saved."""
        return self._parts.rows.searches()

    def run_search(self, search: SavedSearch, now: datetime) -> int:
        """Ask with a saved search; return how many alerts are new, 0 where its organisation is gone."""
        asker = self._parts.items.get_many([search.organisation_id]).get(search.organisation_id)
        if not isinstance(asker, Organisation):
            return 0
        fits = self._fitting(self._parts.finder.calls_for(asker, search.text, now))
        calls = self._parts.items.get_many([fit.call_id for fit in fits])
        found = [
            Alert(fit, calls[fit.call_id].version, now, search.number)
            for fit in fits
            if fit.call_id in calls  # a call may be erased between the search and this look at it
        ]
        return self._parts.rows.add(found)

    def _fitting(self, fits: Sequence[Fit]) -> list[Fit]:
        return [fit for fit in fits if fit.probability >= self._parts.rules.least_probability]

    def _open_call(self, call_id: str, now: datetime) -> Opportunity:
        call = self._parts.items.get_many([call_id]).get(call_id)
        if not isinstance(call, Opportunity):
            raise NotFound(f"There is no call '{call_id}' in the store: it may have been withdrawn.")
        if not call.is_open(now):
            raise IllegalStep(f"'{call_id}' is not open: nobody is told of it.")
        return call
