"""Giving a reaction: what is refused, and why."""

from collections.abc import Iterable
from typing import Protocol

from matcher.domain.events import Action, Feedback
from matcher.domain.items import AnyItem, ItemType, Kind
from matcher.errors import InvalidRequest, NotFound
from matcher.feedback.reactions import OPINIONS

_SIDES = {
    Kind.FACTORY: (ItemType.ORGANISATION, ItemType.FACTORY),
    Kind.PARTNER: (ItemType.ORGANISATION, ItemType.ORGANISATION),
    Kind.INTERNATIONAL: (ItemType.ORGANISATION, ItemType.OPPORTUNITY),
    Kind.LEAD: (ItemType.ORGANISATION, ItemType.LEAD),
    Kind.ALERT: (ItemType.OPPORTUNITY, ItemType.ORGANISATION),
}
"""Types of who reacts and of what it reacts to, by kind."""

_FITTING = {
    Action.JOINED: frozenset({Kind.FACTORY, Kind.INTERNATIONAL}),
    Action.ALREADY_MET: frozenset({Kind.PARTNER, Kind.LEAD}),
}
"""Kinds to which an action fits, where it does not fit all."""


class Catalogue(Protocol):
    """Where items are read."""

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        """Items by id; unknown ids are absent."""
        ...


class FeedbackLog(Protocol):
    """Where reactions are kept."""

    def log_feedback(self, row: Feedback) -> Feedback:
        """Keep one reaction; return it as kept, with its number and what the item was shown with."""
        ...


def react(items: Catalogue, log: FeedbackLog, row: Feedback) -> Feedback:
    """Keep a reaction once it is known to make sense; return it as kept.

    Raises
    ------
    NotFound
        The organisation or the item is not in the store.
    InvalidRequest
        The action does not fit the kind, or the items are not of its types; a reason is given of an action
        that has none.
    """
    known = items.get_many([row.query_id, row.item_id])
    for item_id in (row.query_id, row.item_id):
        if item_id not in known:
            raise NotFound(f"There is no item '{item_id}' in the store.")
    check(row, known[row.query_id].item_type, known[row.item_id].item_type)
    return log.log_feedback(row)


def kind_between(asker: ItemType, item: ItemType) -> Kind:
    """Return the kind of question that recommends an item of one type to an asker of another.

    InvalidRequest where there is none.

    >>> kind_between(ItemType.ORGANISATION, ItemType.LEAD).value
    'lead'
    """
    for kind, sides in _SIDES.items():
        if sides == (asker, item):
            return kind
    raise InvalidRequest(
        f"Nothing of type {item.value} is recommended to one of type {asker.value}: name an organisation"
        " first, then the item."
    )


def check(row: Feedback, asker: ItemType, item: ItemType) -> None:
    """Raise InvalidRequest, saying what to write instead, for a reaction that makes no sense."""
    if row.action not in OPINIONS:
        allowed = ", ".join(sorted(action.value for action in OPINIONS))
        raise InvalidRequest(f"'{row.action.value}' cannot be given as a reaction: give one of {allowed}.")
    if row.query_id == row.item_id:
        raise InvalidRequest(f"'{row.query_id}' cannot react to itself: name two items.")
    _check_types(row, asker, item)
    fitting = _FITTING.get(row.action, frozenset(Kind))
    if row.kind not in fitting:
        kinds = ", ".join(sorted(kind.value for kind in fitting))
        raise InvalidRequest(f"'{row.action.value}' fits these kinds only: {kinds}.")
    if row.reason is not None and row.action is not Action.NOT_FOR_ME:
        raise InvalidRequest(f"A reason belongs to '{Action.NOT_FOR_ME.value}' only: leave it out.")


def _check_types(row: Feedback, asker: ItemType, item: ItemType) -> None:
    asks, wanted = _SIDES[row.kind]
    for item_id, found, expected in ((row.query_id, asker, asks), (row.item_id, item, wanted)):
        if found is not expected:
            raise InvalidRequest(
                f"'{item_id}' is of type {found.value}; for kind '{row.kind.value}' it must be of type"
                f" {expected.value}."
            )
