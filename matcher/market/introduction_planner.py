"""Making the plan of introductions: who takes part, which pairs are settled, and keeping the plan."""

from collections.abc import Callable, Iterator, Mapping, Set
from datetime import datetime
from typing import Protocol

from matcher.domain.eligibility import has_text, open_to_all
from matcher.domain.events import Feedback
from matcher.domain.items import AnyItem, ItemType, Organisation
from matcher.domain.store import Items
from matcher.feedback import settled_pairs
from matcher.language import twin_pairs
from matcher.market.apart import plan_apart
from matcher.market.introduction_plan import IntroductionPlan

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is in all."""


class Plans(Protocol):
    """Where the current plan is kept."""

    def load(self) -> IntroductionPlan | None:
        """Read the current plan; None when there is none."""
        ...

    def save(self, plan: IntroductionPlan) -> IntroductionPlan:
        """Replace the current plan; return it without members who left while it was made."""
        ...


class Events(Protocol):
    """Where reactions are read."""

    def feedback(self) -> Iterator[Feedback]:
        """Yield every reaction, in the order it was logged."""
        ...


def may_be_planned(organisation: AnyItem) -> bool:
    """Return whether an organisation takes part in plans, unless it pauses: it has a text, nothing bars it.

    >>> from matcher.domain.items import Organisation
    >>> may_be_planned(Organisation(id="ORG1", name="Un", description="Conseil en numérique"))
    True
    >>> may_be_planned(Organisation(id="ORG1", name="Un", description="Conseil", legal_category="1000"))
    False
    """
    return open_to_all(organisation) and has_text(organisation)


class IntroductionPlanner:
    """Plans the introductions of all members and keeps the plan in the store.

    Parameters
    ----------
    items, events, plans
        The parts of the store that are read, and where the plan is kept.
    now
        The clock: a plan is named by the instant it was made.
    paused
        Gives the ids of the organisations that want no introduction for now.
    """

    def __init__(  # one part of the store each
        self,
        items: Items,
        events: Events,
        plans: Plans,
        now: Callable[[], datetime],
        paused: Callable[[], Set[str]] = frozenset,
    ) -> None:
        self._items, self._events, self._plans, self._now = items, events, plans, now
        self.paused = paused

    def members(self) -> list[AnyItem]:
        """Every organisation that may be introduced and has a text to be matched on, by ascending id."""
        organisations = self._items.all(ItemType.ORGANISATION)
        paused = self.paused()
        return [item for item in organisations if may_be_planned(item) and item.id not in paused]

    def plan(
        self,
        score: Callable[[AnyItem], Mapping[str, float]],
        generation: str,
        progress: Progress | None = None,
    ) -> IntroductionPlan:
        """Score every member, plan all introductions together and keep the plan.

        Parameters
        ----------
        score
            Gives a member's mutual scores, in [0, 1], by id of the other organisation.
        generation
            Name of the index generation the scores come from.
        progress
            Called after each member.
        """
        members = self.members()
        scores = {}
        for done, member in enumerate(members, start=1):
            scores[member.id] = score(member)
            if progress:
                progress(done, len(members))
        return self.adopt(self.arrange(scores, generation))

    def arrange(self, scores: Mapping[str, Mapping[str, float]], generation: str) -> IntroductionPlan:
        """Make a plan from the mutual scores of all members; the stored plan stays as it is."""
        now = self._now()
        return plan_apart(
            scores,
            version=f"{now:%Y%m%dT%H%M%S%f}",
            created_at=now,
            generation=generation,
            met=settled_pairs(self._events.feedback()) | self._twins(),
        )

    def _twins(self) -> set[tuple[str, str]]:
        """Pairs of records of one organisation: they are not introduced to each other."""
        organisations = (item for item in self.members() if isinstance(item, Organisation))
        return {(one.id, other.id) for one, other in twin_pairs(organisations)}

    def adopt(self, plan: IntroductionPlan) -> IntroductionPlan:
        """Keep a plan in the store; return it without members who left while it was made."""
        return self._plans.save(plan)
