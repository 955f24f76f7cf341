"""What introductions do to answers and plans: each counts like something that was said of the pair."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind
from matcher.introductions.introduction import Introduction, State
from matcher.introductions.ports import Introductions
from matcher.introductions.rules import Availability

_COUNTS_AS = {
    State.ACCEPTED: Action.ACCEPTED,
    State.MET: Action.ALREADY_MET,
    State.CLOSED: Action.ALREADY_MET,
}
_UNDECIDED = frozenset({State.PROPOSED, State.APPROVED})
"""No side was asked yet: the pair may still be recommended and planned."""


class Reactions(Protocol):
    """What was said of items, as it is logged."""

    def reactions_of(self, asker: str, kind: Kind) -> Mapping[str, Feedback]:
        """Return, by item, the reaction that an answer to ``asker`` obeys."""
        ...

    def feedback(self) -> Iterator[Feedback]:
        """Yield every reaction, in the order it was logged."""
        ...


class IntroducedReactions:
    """Reactions together with what became of introductions.

    A pair that was asked, declined, met or put off is not recommended or planned again, nor is one of which a
    side is paused or does not want to meet the other. A pair that both accepted stays in the answer, marked.

    Parameters
    ----------
    reactions, kept
        Where reactions and introductions are kept.
    now
        The clock: pauses end.
    """

    def __init__(self, reactions: Reactions, kept: Introductions, now: Callable[[], datetime]) -> None:
        self._reactions, self._kept, self._now = reactions, kept, now

    def reactions_of(self, asker: str, kind: Kind) -> Mapping[str, Feedback]:
        """Return, by item, the reaction that an answer to ``asker`` obeys; a stated one counts first."""
        said = dict(self._reactions.reactions_of(asker, kind))
        if kind is not Kind.PARTNER:
            return said
        ties = self._kept.ties_of(asker, self._now())
        found = {name: self._row(asker, name, Action.DECLINED) for name in ties.unwanted}
        found |= {name: self._row(asker, name, Action.DISMISSED) for name in ties.paused}
        for one in ties.introductions:
            if one.state not in _UNDECIDED:
                other = one.second_id if one.first_id == asker else one.first_id
                found[other] = _reaction(one)
        found.pop(asker, None)
        return found | said

    def feedback(self) -> Iterator[Feedback]:
        """Yield every reaction, then one for each pair that is not to be planned again."""
        yield from self._reactions.feedback()
        yield from self._unwanted(self._kept.past(self._now()).wishes)
        for one in self._kept.all():
            if one.state not in _UNDECIDED:
                yield _reaction(one)

    def paused(self) -> frozenset[str]:
        """Return the ids of the organisations that take a pause now."""
        now = self._now()
        return _paused(self._kept.past(now).wishes, now)

    def _unwanted(self, wishes: Mapping[str, Availability]) -> Iterator[Feedback]:
        """Yield the pairs of which one side does not want to meet the other."""
        for name, wished in sorted(wishes.items()):
            for other in sorted(wished.not_with):
                yield self._row(name, other, Action.DECLINED)

    def _row(self, one: str, other: str, action: Action) -> Feedback:
        return Feedback(self._now(), Kind.PARTNER, one, other, action)


def _paused(wishes: Mapping[str, Availability], now: datetime) -> frozenset[str]:
    return frozenset(name for name, wished in wishes.items() if wished.is_paused(now))


def _reaction(one: Introduction) -> Feedback:
    action = _COUNTS_AS.get(one.state, Action.DECLINED)
    return Feedback(one.changed_at, Kind.PARTNER, one.first_id, one.second_id, action)
