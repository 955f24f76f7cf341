"""Reactions to what was recommended: given, listed, taken back. Each acts on the very next answer.

Members react for the organisations they speak for, staff for any.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from matcher.adapters.sql import utc_now
from matcher.build import Matcher
from matcher.domain.events import Action, Feedback, Refusal
from matcher.domain.items import AnyItem, ItemId
from matcher.feedback import holding, kind_between, react
from matcher.people import Permission
from service.formats import Reaction
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.schemas import problems

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])

CallerWhoAsks = Annotated[Caller, requires(Permission.ASK)]
"""Who may ask at all; for whom they may act depends on the organisation."""

_REFUSED = problems(401, 403, 404, 422, 503)


class ReactionRequest(BaseModel):
    """What an organisation says of an item it was shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "query_id": "ORG001",
                    "item_id": "FAC001",
                    "action": "not_for_me",
                    "reason": "no_time",
                    "answer_id": "18ead2f769a400e2",
                }
            ]
        },
    )

    query_id: ItemId = Field(description="Who says it: the query_id of the answer")
    item_id: ItemId
    action: Action = Field(description="joined, interested, not_for_me, already_met or dismissed")
    reason: Refusal | None = Field(None, description="Why it is not for them; with not_for_me only")
    answer_id: str = Field(
        "", max_length=40, description="The id of the answer that showed it; the latest if left out"
    )


class Reactions(BaseModel):
    """Reactions that hold, in the order they were given."""

    reactions: list[Reaction]


@router.post("", status_code=201, responses=_REFUSED, summary="React to an item")
async def give(body: ReactionRequest, engine: EngineDep, caller: CallerWhoAsks) -> Reaction:
    """Keep a reaction; the next answer obeys it. Another one on the same item replaces it."""
    await engine.write_shown()  # so that the reaction finds the place at which the item was shown
    return Reaction.model_validate(await engine.read(lambda matcher: _give(matcher, body, caller)))


@router.get("", responses=_REFUSED, summary="Reactions of an organisation that hold")
async def listed(
    query_id: Annotated[ItemId, Query(examples=["ORG001"], description="Whose reactions")],
    engine: EngineDep,
    caller: CallerWhoAsks,
) -> Reactions:
    """List what an organisation said of items, without what it took back or replaced."""
    rows = await engine.read(lambda matcher: _given_by(matcher, query_id, caller))
    return Reactions(reactions=[Reaction.model_validate(row) for row in rows])


@router.delete("/{reaction_id}", status_code=204, responses=_REFUSED, summary="Take a reaction back")
async def undo(
    reaction_id: Annotated[int, Path(ge=1, le=2**53)], engine: EngineDep, caller: CallerWhoAsks
) -> None:
    """Take a reaction back; the item may be recommended again. The log keeps both rows."""
    await engine.read(lambda matcher: _undo(matcher, reaction_id, caller))


def _give(matcher: Matcher, body: ReactionRequest, caller: Caller) -> Feedback:
    asker = _asker(matcher, body.query_id, caller)
    item = matcher.store.items.get(body.item_id)
    caller.require_seen(item)
    given = Feedback(
        utc_now(),
        kind_between(asker.item_type, item.item_type),
        asker.id,
        item.id,
        body.action,
        reason=body.reason,
        by=_person(caller),
        answer_id=body.answer_id,
    )
    return react(matcher.store.items, matcher.store.events, given)


def _given_by(matcher: Matcher, query_id: str, caller: Caller) -> list[Feedback]:
    asker = _asker(matcher, query_id, caller)
    rows = matcher.store.events.feedback_naming(asker.id)
    return [row for row in holding(rows) if row.query_id == asker.id]


def _undo(matcher: Matcher, number: int, caller: Caller) -> None:
    _asker(matcher, matcher.store.events.reaction(number).query_id, caller)
    matcher.store.events.undo_feedback(number, _person(caller), utc_now())


def _asker(matcher: Matcher, query_id: str, caller: Caller) -> AnyItem:
    """Return who reacts, once it is known that the caller may act for it."""
    asker = matcher.store.items.get(query_id)
    caller.require_own(asker, Permission.ACT_FOR_ANY)
    if not caller.may(Permission.ACT_FOR_ANY):
        caller.require(Permission.ACT_FOR_OWN)
    return asker


def _person(caller: Caller) -> str | None:
    return caller.person.id if caller.person else None
