"""Introductions, for members: what their organisation was asked, its answers, and whom it asks to meet."""

from datetime import UTC, datetime
from enum import StrEnum

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from matcher.build import Matcher
from matcher.domain.items import ItemId
from matcher.introductions import Act, Actor, Introduction, Party
from service import member_view
from service.http.access import Caller, CallerDep, Own
from service.http.deps import EngineDep
from service.http.routes.introductions import IdInPath, MemberActDetails
from service.http.schemas import problems
from service.looking import open_contacts
from service.member_view import OwnIntroduction, own_introduction, own_introductions, require_visible

router = APIRouter(prefix="/v1", tags=["introductions"])

_READ = problems(401, 403, 404, 422, 503)
_DONE = _READ | problems(409, 413, 415)


class MemberAct(StrEnum):
    """What one of the two organisations can do to an introduction."""

    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"
    WITHDRAW = "withdraw"
    SCHEDULE = "schedule"
    CANCEL_MEETING = "cancel_meeting"
    MEET = "meet"
    OUTCOME = "outcome"


class Wanted(BaseModel):
    """The organisation that one asks to meet."""

    model_config = ConfigDict(extra="forbid")

    other_id: ItemId


@router.get(
    "/organisations/{item_id}/introductions",
    dependencies=[Own],
    responses=_READ,
    summary="A member's own introductions",
)
async def list_own(item_id: ItemId, engine: EngineDep, caller: CallerDep) -> list[OwnIntroduction]:
    """List what the organisation was asked or asked for, latest change first."""

    def read(matcher: Matcher) -> list[OwnIntroduction]:
        of_it = matcher.store.introductions.all(organisation_id=item_id)
        open_contacts(matcher, of_it, item_id, caller.person, _now())
        return own_introductions(matcher, item_id, _now())

    return await engine.read(read)


@router.post(
    "/organisations/{item_id}/introductions",
    status_code=201,
    dependencies=[Own],
    responses=_DONE,
    summary="Ask to meet an organisation",
)
async def ask_to_meet(
    item_id: ItemId, wanted: Wanted, engine: EngineDep, caller: CallerDep
) -> OwnIntroduction:
    """Ask staff for an introduction; once they approve it, the other organisation alone is asked."""

    def propose(matcher: Matcher) -> OwnIntroduction:
        actor = _actor(caller, item_id, Party.FIRST)
        made = member_view.ask_to_meet(matcher, (item_id, wanted.other_id), actor, _now())
        return own_introduction(matcher, made, item_id)

    return await engine.read(propose)


@router.post(
    "/organisations/{item_id}/introductions/{introduction_id}/{act}",
    dependencies=[Own],
    responses=_DONE,
    summary="Answer a request, or act on an introduction of one's own",
)
async def act_on_own(  # the organisation, the introduction, the act, what comes with it, and who asks
    item_id: ItemId,
    introduction_id: IdInPath,
    act: MemberAct,
    given: MemberActDetails,
    engine: EngineDep,
    caller: CallerDep,
) -> OwnIntroduction:
    """Answer, withdraw, set or cancel a meeting, say how it was; 409 where the state forbids it."""

    def do(matcher: Matcher) -> OwnIntroduction:
        known = require_visible(matcher, introduction_id, item_id)
        details = given.details(matcher.store.plans.version())
        actor = _actor(caller, item_id, _party(known, item_id))
        done = matcher.introductions.act(introduction_id, Act(act.value), actor, _now(), details)
        open_contacts(matcher, [done], item_id, caller.person, _now())
        return own_introduction(matcher, done, item_id)

    return await engine.read(do)


def _party(introduction: Introduction, item_id: str) -> Party:
    return Party.FIRST if introduction.first_id == item_id else Party.SECOND


def _actor(caller: Caller, item_id: str, party: Party) -> Actor:
    """Return the member itself, or staff on its behalf."""
    person_id = caller.person.id if caller.person else ""
    if caller.speaks_for(item_id):
        return Actor(party, person_id)
    return Actor(Party.STAFF, person_id, item_id)


def _now() -> datetime:
    return datetime.now(UTC)
