"""Baskets for staff: introductions that wait, since when, and what to do about them."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matcher.domain import Organisation
from matcher.introductions.introduction import BOTH_AGREED, OVER, Introduction, State
from matcher.introductions.ports import Past
from matcher.introductions.rules import Rules
from matcher.introductions.worker import standing_of


class Basket(StrEnum):
    """What staff look through; an introduction may lie in several."""

    TO_APPROVE = "to_approve"
    STALE_PLAN = "stale_plan"
    POSTPONED = "postponed"
    HELD = "held"
    WAITING = "waiting"
    TO_CHASE = "to_chase"
    LAST_CHANCE = "last_chance"
    WITHOUT_CONTACT = "without_contact"
    REFUSED_BY_ALL = "refused_by_all"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One introduction in a basket: which organisation it waits for, since when, and why.

    ``why`` is "paused", "capacity" or "spacing" for a request that is held, else "".
    """

    introduction: Introduction
    organisation_id: str
    since: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """What the baskets are worked out from, at one instant.

    ``planned`` holds the pairs of the current plan, None when there is no plan; ``contacts`` the people of
    each organisation.
    """

    now: datetime
    rules: Rules
    past: Past
    organisations: Mapping[str, Organisation]
    contacts: Mapping[str, Sequence[str]]
    planned: Set[frozenset[str]] | None = None


def baskets(introductions: Sequence[Introduction], present: Present) -> dict[Basket, list[Waiting]]:
    """Sort introductions into baskets, each by since when it waits, ties in the order given.

    Every basket is there, also an empty one. ``REFUSED_BY_ALL`` holds the last introduction of each
    organisation that two others or more turned down, and none accepted or still considers.
    """
    found: dict[Basket, list[Waiting]] = {basket: [] for basket in Basket}
    for one in introductions:
        for basket, waiting in _baskets_of(one, present):
            found[basket].append(waiting)
    found[Basket.REFUSED_BY_ALL] = _refused_by_all(introductions)
    return {basket: sorted(entries, key=lambda entry: entry.since) for basket, entries in found.items()}


def _baskets_of(one: Introduction, present: Present) -> list[tuple[Basket, Waiting]]:
    if one.state is State.PROPOSED:
        return _of_a_proposal(one, present)
    if one.to_be_asked is not None:
        return _of_a_held_request(one, present)
    if one.waits_for is not None and one.asked_at is not None:
        return _of_a_request(one, present)
    return []


def _of_a_proposal(one: Introduction, present: Present) -> list[tuple[Basket, Waiting]]:
    waiting = Waiting(one, "", one.changed_at)
    if one.until is not None and present.now < one.until:
        return [(Basket.POSTPONED, waiting)]
    found = [(Basket.TO_APPROVE, waiting)]
    pair = frozenset((one.first_id, one.second_id))
    if one.plan and present.planned is not None and pair not in present.planned:
        found.append((Basket.STALE_PLAN, waiting))
    return found


def _of_a_held_request(one: Introduction, present: Present) -> list[tuple[Basket, Waiting]]:
    assert one.to_be_asked is not None  # noqa: S101  # a fact of the state, not of the input
    asked = one.organisation(one.to_be_asked)
    if asked not in present.organisations:
        return []
    why = standing_of(present.organisations[asked], present.past).hindrance(present.now, present.rules)
    return [(Basket.HELD, Waiting(one, asked, one.changed_at, why))] if why else []


def _of_a_request(one: Introduction, present: Present) -> list[tuple[Basket, Waiting]]:
    assert one.waits_for is not None and one.asked_at is not None  # noqa: S101, PT018  # as above
    asked = one.organisation(one.waits_for)
    waiting = Waiting(one, asked, one.asked_at)
    found = [(Basket.WAITING, waiting)]
    left = present.rules.reminders_left(one)
    if left == 0:
        found.append((Basket.LAST_CHANCE, waiting))
    elif left == 1:
        found.append((Basket.TO_CHASE, waiting))
    if not present.contacts.get(asked):
        found.append((Basket.WITHOUT_CONTACT, waiting))
    return found


def _refused_by_all(introductions: Sequence[Introduction]) -> list[Waiting]:
    """Find the organisations that the others turned down: the second said no, or never answered."""
    least = 2
    turned_down: dict[str, list[Introduction]] = {}
    hopeful: set[str] = set()
    for one in introductions:
        if one.state in BOTH_AGREED or one.state not in OVER:
            hopeful |= {one.first_id, one.second_id}
        for name in _turned_down(one):
            turned_down.setdefault(name, []).append(one)
    return [
        Waiting(refusals[-1], name, refusals[-1].changed_at)
        for name, refusals in turned_down.items()
        if len(refusals) >= least and name not in hopeful
    ]


def _turned_down(one: Introduction) -> list[str]:
    """Return the organisation that the other side turned down or did not answer, if it is known which."""
    if one.state not in (State.DECLINED, State.EXPIRED) or one.ended_by is None:
        return []
    return [one.organisation(one.ended_by.other)]
