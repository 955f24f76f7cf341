"""Who may be introduced to whom: checked when a pair is proposed, and again before each request."""

from collections.abc import Iterable, Mapping

from matcher.domain import AnyItem, Items, Organisation
from matcher.domain.eligibility import is_listed
from matcher.errors import InvalidRequest, NotFound
from matcher.introductions.rules import Availability, wishes
from matcher.language import are_twins


def organisations_of(items: Items, ids: Iterable[str]) -> dict[str, Organisation]:
    """Return the organisations among the stored items of these ids."""
    found = items.get_many(sorted(set(ids)))
    return {name: item for name, item in found.items() if isinstance(item, Organisation)}


def require_organisations(ids: Iterable[str], found: Mapping[str, AnyItem]) -> None:
    """Raise NotFound, naming the first id that is not that of a stored organisation."""
    for item_id in ids:
        if item_id not in found:
            raise NotFound(f"There is no organisation '{item_id}' in the store.")


def require_introducible(one: Organisation, other: Organisation, found: Mapping[str, Availability]) -> None:
    """Raise InvalidRequest, with the reason, where two organisations may not be introduced.

    Refused: an organisation that opted out, two records of one organisation, and a pair of which one side
    does not want to be introduced to the other.

    >>> here = Organisation(id="ORG1", name="Un")
    >>> there = Organisation(id="ORG2", name="Deux", opted_out=True)
    >>> require_introducible(here, there, {})
    Traceback (most recent call last):
    ...
    matcher.errors.InvalidRequest: ORG2 does not want to be introduced to anyone.
    """
    for side in (one, other):
        if not is_listed(side):
            raise InvalidRequest(f"{side.id} does not want to be introduced to anyone.")
    if are_twins(one, other):
        raise InvalidRequest(f"{one.id} and {other.id} are records of one organisation: merge them instead.")
    if excludes(one.id, other.id, found):
        raise InvalidRequest(f"{one.id} and {other.id} are on a do-not-introduce list.")


def excludes(one_id: str, other_id: str, found: Mapping[str, Availability]) -> bool:
    """Whether one of two organisations does not want to be introduced to the other."""
    return other_id in wishes(found, one_id).not_with or one_id in wishes(found, other_id).not_with
