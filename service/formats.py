"""JSON shared by HTTP and by ``--json`` on the command line; ``docs/api.md`` describes every field."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter

from matcher.domain.answers import Answer
from matcher.domain.eligibility import has_text, is_listed
from matcher.domain.events import Action, Refusal
from matcher.domain.items import AnyItem, Kind, Organisation
from matcher.market.introduction_plan import IntroductionPlan, Member

_ANSWER = TypeAdapter(Answer)


def answer_json(answer: Answer, *, explain: bool = False, indent: int | None = None) -> bytes:
    """Write an answer as JSON; the signals of each score only with ``explain``."""
    exclude: dict[str, Any] | None = None if explain else {"items": {"__all__": {"signals"}}}
    return _ANSWER.dump_json(answer, exclude=exclude, indent=indent)


def read_answer(text: bytes) -> Answer:
    """Read what :func:`answer_json` wrote."""
    return _ANSWER.validate_json(text)


def items_json(items: Iterable[AnyItem], *, indent: int | None = None) -> str:
    """Write items as a JSON list."""
    fields = [item.model_dump(mode="json") for item in items]
    return json.dumps(fields, ensure_ascii=False, indent=indent)


class Reaction(BaseModel):
    """One reaction of an organisation to an item, as it is kept.

    ``id`` is what takes it back. ``rank``, ``score``, ``answer_id``, ``model`` and ``plan`` are those with
    which the item was last shown; null and "" if it never was.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    kind: Kind
    query_id: str
    item_id: str
    action: Action
    reason: Refusal | None
    by: str | None
    rank: int | None
    score: float | None
    answer_id: str
    model: str
    plan: str


class PlannedMember(BaseModel):
    """What the plan does for one organisation."""

    model_config = ConfigDict(from_attributes=True)

    organisation_id: str
    views: float
    share: float
    under_floor: bool
    relevance: float
    matches: float
    matches_before: float

    @property
    def keeps(self) -> bool:
        """Whether it expects at least as many introductions as before."""
        return self.matches >= self.matches_before


class PlanReport(BaseModel):
    """A plan of introductions: totals, and the exposure of each organisation, least seen first.

    ``left_out`` are the ids of organisations without a text to match on; ``illustrative`` of those planned on
    needs written as examples.
    """

    version: str
    created_at: datetime
    generation: str
    summary: dict[str, float]
    members: list[PlannedMember]
    left_out: list[str]
    illustrative: list[str]

    @classmethod
    def of(cls, plan: IntroductionPlan, organisations: Sequence[AnyItem]) -> Self:
        """Report on ``plan``; ``organisations`` are those of the store, planned or not."""
        return cls(
            version=plan.version,
            created_at=plan.created_at,
            generation=plan.generation,
            summary={name: round(value, 4) for name, value in plan.summary().items()},
            members=[PlannedMember.model_validate(member) for member in least_seen_first(plan)],
            left_out=_without_text(organisations),
            illustrative=_planned_on_examples(plan, organisations),
        )


def least_seen_first(plan: IntroductionPlan) -> list[Member]:
    """Return the members of a plan by ascending views, ties by id."""
    return sorted(plan.members, key=lambda member: (member.views, member.organisation_id))


def is_illustrative(item: AnyItem) -> bool:
    """Whether an item is an organisation whose offers and needs were written as examples."""
    return isinstance(item, Organisation) and item.illustrative


def _without_text(organisations: Sequence[AnyItem]) -> list[str]:
    return [item.id for item in organisations if is_listed(item) and not has_text(item)]


def _planned_on_examples(plan: IntroductionPlan, organisations: Sequence[AnyItem]) -> list[str]:
    planned = {member.organisation_id for member in plan.members}
    return [item.id for item in organisations if is_illustrative(item) and item.id in planned]
