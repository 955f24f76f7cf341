"""How a change of a record would move what is recommended: shown before anything is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.items import Kind, Organisation
from service.pages.member.cards import KINDS, TITLES

COMPARED = 10
"""Items of each kind that are compared."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One item and its places before and after, from 1; None where it is not in the list."""

    name: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one list: new items first, then those that move up, down, and leave."""

    title: str
    moved: Sequence[Moved]
    same: int


def effects_of(matcher: Matcher, before: Organisation, after: Organisation, at: datetime) -> list[Effect]:
    """Return the effect of a change of a record on each kind, in the order members are shown."""
    return [_effect(kind, _ask(matcher, before, kind, at), _ask(matcher, after, kind, at)) for kind in KINDS]


def _ask(matcher: Matcher, organisation: Organisation, kind: Kind, at: datetime) -> Answer | None:
    if organisation.is_empty:
        return None
    return matcher.recommender.recommend(organisation, kind, COMPARED, at, signals=False)


def _effect(kind: Kind, before: Answer | None, after: Answer | None) -> Effect:
    old, new = _places(before), _places(after)
    names = {item.item_id: item.name for answer in (before, after) if answer for item in answer.items}
    moved = [
        Moved(name, old.get(item_id), new.get(item_id))
        for item_id, name in names.items()
        if old.get(item_id) != new.get(item_id)
    ]
    moved.sort(key=_order)
    return Effect(TITLES[kind], moved, same=len(names) - len(moved))


def _places(answer: Answer | None) -> dict[str, int]:
    return {item.item_id: item.rank for item in answer.items} if answer else {}


def _order(one: Moved) -> tuple[int, int]:
    """Sort new ones first, by place; then by how far they move up; those that leave last."""
    if one.before is None:
        return 0, one.after or 0
    if one.after is None:
        return 2, one.before
    return 1, one.after - one.before
