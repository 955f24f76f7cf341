"""Introductions, for staff: proposed, approved, followed; and what organisations wish."""

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from matcher.build import Matcher
from matcher.domain import Flag, Instant, ItemId, Whole
from matcher.introductions import Act, Actor, Basket, Details, Ground, Introduction, Party, Side, State
from matcher.people import Permission
from service.http.access import Caller, Own, requires
from service.http.deps import EngineDep
from service.http.schemas import problems
from service.introductions import (
    GivenMeeting,
    IntroductionHistory,
    IntroductionReport,
    Proposed,
    WaitingReport,
    Wishes,
    baskets_of,
    from_plan,
    history_of,
    outcome_of,
    reports,
    wishes_report,
)

router = APIRouter(prefix="/v1", tags=["introductions"])

_READ = problems(401, 403, 404, 422, 503)
_DONE = _READ | problems(409, 413, 415)
Staff = Annotated[Caller, requires(Permission.MANAGE_INTRODUCTIONS)]
IdInPath = Annotated[str, Path(pattern=r"^IN[1-9]\d{0,17}$", examples=["IN12"])]


class HumanAct(StrEnum):
    """What a person can do to an introduction; the rest is the worker's."""

    APPROVE = "approve"
    REFUSE = "refuse"
    POSTPONE = "postpone"
    WRITE = "write"
    REOPEN = "reopen"
    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"
    WITHDRAW = "withdraw"
    SCHEDULE = "schedule"
    CANCEL_MEETING = "cancel_meeting"
    MEET = "meet"
    OUTCOME = "outcome"


class Proposal(BaseModel):
    """Two organisations to introduce; the first is asked first."""

    model_config = ConfigDict(extra="forbid")

    first_id: ItemId
    second_id: ItemId


class FromPlan(BaseModel):
    """How many pairs of the plan to propose, best first."""

    model_config = ConfigDict(extra="forbid")

    most: Whole = Field(10, ge=1, le=200)


class MemberActDetails(BaseModel):
    """What comes with an act.

    ``meeting``: when, how long and where, for ``schedule``, which also changes a date that was set.
    ``version``: the one that was seen; an act on an older one is refused.
    """

    model_config = ConfigDict(extra="forbid")

    ground: Ground | None = None
    until: Instant | None = None
    contacted: Flag | None = None
    useful: Flag | None = None
    version: Whole | None = Field(None, ge=1)
    meeting: GivenMeeting | None = None

    def details(self, plan: str | None) -> Details:
        """Return them as the use case takes them."""
        return Details(
            ground=self.ground,
            until=self.until,
            outcome=outcome_of(self.contacted, self.useful),
            plan=plan or "",
            seen_version=self.version,
            meeting=self.meeting.plan() if self.meeting else None,
        )


class ActDetails(MemberActDetails):
    """What comes with an act of staff: a note, words, and the organisation they answer for.

    ``words``: by side, the word that ``write`` adds to its request; "" removes one.
    """

    note: str = Field("", max_length=2_000)
    on_behalf_of: ItemId | None = None
    words: dict[Side, Annotated[str, Field(max_length=4_000)]] | None = None

    def details(self, plan: str | None) -> Details:
        """Return them as the use case takes them."""
        return replace(super().details(plan), note=self.note, words=self.words)


@router.get("/introductions", responses=_READ, summary="Introductions, oldest first")
async def list_introductions(
    engine: EngineDep,
    _: Staff,
    state: Annotated[list[State] | None, Query()] = None,
    organisation: Annotated[ItemId | None, Query()] = None,
) -> list[IntroductionReport]:
    """List introductions of some states, of one organisation, or all."""
    return reports(await engine.read(lambda m: m.store.introductions.all(state, organisation or "")))


@router.post("/introductions", status_code=201, responses=_DONE, summary="Propose an introduction")
async def propose(proposal: Proposal, engine: EngineDep, caller: Staff) -> IntroductionReport:
    """Propose two organisations to each other; staff approve it before anybody is asked."""
    pair = (proposal.first_id, proposal.second_id)
    return _report(await engine.read(lambda m: m.introductions.propose(pair, _staff(caller), _now())))


@router.post(
    "/introductions/from-plan", status_code=201, responses=_DONE, summary="Propose the best of the plan"
)
async def propose_from_plan(wanted: FromPlan, engine: EngineDep, caller: Staff) -> Proposed:
    """Propose the pairs of the current plan that were not proposed yet, most gain for both first."""
    return await engine.read(lambda m: from_plan(m, _staff(caller), wanted.most, _now()))


@router.get("/introductions/baskets", responses=_READ, summary="What waits for whom, since when")
async def list_baskets(engine: EngineDep, _: Staff) -> dict[Basket, list[WaitingReport]]:
    """Return the baskets of staff; one introduction may lie in several."""
    found = await engine.read(lambda m: baskets_of(m, _now()))
    return {basket: list(map(WaitingReport.of, entries)) for basket, entries in found.items()}


@router.get("/introductions/{introduction_id}", responses=_READ, summary="One introduction and its history")
async def get_introduction(introduction_id: IdInPath, engine: EngineDep, _: Staff) -> IntroductionHistory:
    """Return an introduction with everything that was done to it."""
    return await engine.read(lambda m: history_of(m, introduction_id))


@router.post("/introductions/{introduction_id}/{act}", responses=_DONE, summary="Act on an introduction")
async def act_on_introduction(
    introduction_id: IdInPath, act: HumanAct, given: ActDetails, engine: EngineDep, caller: Staff
) -> IntroductionReport:
    """Approve, refuse, put off, write a word, answer, withdraw; a meeting; its outcome; 409 if refused."""

    def do(matcher: Matcher) -> Introduction:
        actor = _staff(caller, given.on_behalf_of or "")
        details = given.details(matcher.store.plans.version())
        return matcher.introductions.act(introduction_id, Act(act.value), actor, _now(), details)

    return _report(await engine.read(do))


@router.get(
    "/organisations/{item_id}/availability",
    dependencies=[Own],
    responses=_READ,
    summary="What a member wishes",
)
async def get_availability(item_id: ItemId, engine: EngineDep) -> Wishes:
    """Return capacity, pause and the do-not-introduce list of an organisation."""
    return wishes_report(await engine.read(lambda m: m.introductions.wishes_of(item_id, _now())))


@router.put(
    "/organisations/{item_id}/availability",
    dependencies=[Own],
    responses=_DONE,
    summary="Say what an organisation wishes",
)
async def set_availability(item_id: ItemId, wishes: Wishes, engine: EngineDep) -> Wishes:
    """Replace what an organisation wishes."""
    return wishes_report(await engine.read(lambda m: m.introductions.wish(wishes.of(item_id), _now())))


def _staff(caller: Caller, on_behalf_of: str = "") -> Actor:
    """Return staff as an actor; a key is no person, so the record names none."""
    return Actor(Party.STAFF, caller.person.id if caller.person else "", on_behalf_of)


def _report(one: Introduction) -> IntroductionReport:
    return IntroductionReport.model_validate(one)


def _now() -> datetime:
    return datetime.now(UTC)
