"""The use cases of introductions for people: proposing, acting, and saying what a member wishes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.domain import Items
from matcher.errors import InvalidRequest, NotFound
from matcher.introductions.admission import organisations_of, require_introducible, require_organisations
from matcher.introductions.changes import Details, Situation
from matcher.introductions.introduction import Act, Actor, Introduction
from matcher.introductions.ports import Introductions, Past
from matcher.introductions.rules import HIGHEST_CAPACITY, Availability, Rules, wishes
from matcher.introductions.transitions import (
    Step,
    advance,
    proposed,
    require_near_future,
)

ContactsOf = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
"""Gives the ids of the people who get the mail of organisations, by organisation."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A pair that was not proposed, and why."""

    first_id: str
    second_id: str
    why: str


class IntroductionDesk:
    """What staff and members do; every call is given the present instant.

    Parameters
    ----------
    items
        The catalogue: organisations and their sizes.
    kept
        Where introductions are kept.
    rules
        Delays and limits.
    contacts
        Who gets the mail of an organisation.
    """

    def __init__(self, items: Items, kept: Introductions, rules: Rules, contacts: ContactsOf) -> None:
        self._items, self._kept, self._rules, self._contacts = items, kept, rules, contacts

    def propose(self, pair: tuple[str, str], actor: Actor, now: datetime, plan: str = "") -> Introduction:
        """Propose an introduction; the first of the pair is asked first.

        Raises
        ------
        NotFound
            An organisation is not in the store.
        InvalidRequest
            They may not be introduced: see :func:`require_introducible`.
        IllegalStep
            The pair was proposed already.
        """
        found = organisations_of(self._items, pair)
        require_organisations(pair, found)
        step = proposed("", pair, actor, now, plan)
        require_introducible(found[pair[0]], found[pair[1]], self._kept.past(now).wishes)
        return self._kept.propose(step)

    def propose_all(
        self, pairs: Iterable[tuple[str, str]], actor: Actor, now: datetime, *, plan: str, most: int
    ) -> tuple[list[Introduction], list[Skipped]]:
        """Propose at most ``most`` of the pairs, in their order, and say which ones may not be.

        Pairs that were proposed already, and members with a pause, are passed over.
        """
        done: list[Introduction] = []
        skipped: list[Skipped] = []
        known = {frozenset((one.first_id, one.second_id)) for one in self._kept.all()}
        found = self._kept.past(now).wishes
        paused = {name for name, wished in found.items() if wished.is_paused(now)}
        for first, second in pairs:
            if len(done) == most:
                break
            if frozenset((first, second)) in known or paused & {first, second}:
                continue
            try:
                done.append(self.propose((first, second), actor, now, plan))
            except (InvalidRequest, NotFound) as refused:
                skipped.append(Skipped(first, second, str(refused)))
        return done, skipped

    def act(
        self, introduction_id: str, act: Act, actor: Actor, now: datetime, details: Details | None = None
    ) -> Introduction:
        """Do something to an introduction and return it; see :func:`advance` for what is refused.

        Of two people who act at once, one is first; the other reads what the introduction has become. Words
        that are those it has already are no act: it stays what it is, so that nobody's form goes stale.
        """

        def decide(introduction: Introduction, _: Past) -> Step | None:
            pair = (introduction.first_id, introduction.second_id)
            situation = Situation(now, self._rules, self._contacts(pair))
            step = advance(introduction, act, actor, situation, details)
            is_same = act is Act.WRITE and step.introduction.words == introduction.words
            return None if is_same else step

        changed = self._kept.change(introduction_id, decide, now)
        return changed or self._kept.get(introduction_id)

    def wish(self, availability: Availability, now: datetime) -> Availability:
        """Keep what an organisation wishes: capacity, pause, who it is not introduced to.

        Raises
        ------
        NotFound
            The organisation, or one on its list, is not in the store.
        InvalidRequest
            The capacity is out of range, or the pause ends in the past or too late.
        """
        named = [availability.organisation_id, *sorted(availability.not_with)]
        require_organisations(named, organisations_of(self._items, named))
        if availability.organisation_id in availability.not_with:
            raise InvalidRequest("An organisation is never introduced to itself: leave it out of its list.")
        if availability.capacity is not None and not 0 <= availability.capacity <= HIGHEST_CAPACITY:
            raise InvalidRequest(f"The capacity is {availability.capacity}: 0 to {HIGHEST_CAPACITY} a month.")
        if availability.pause_until is not None:
            require_near_future(availability.pause_until, now, self._rules)
        self._kept.wish(availability)
        return availability

    def wishes_of(self, organisation_id: str, now: datetime) -> Availability:
        """Return what an organisation wishes; NotFound for one that is not in the store."""
        require_organisations([organisation_id], organisations_of(self._items, [organisation_id]))
        return wishes(self._kept.past(now).wishes, organisation_id)
