"""Shortlists, for the HR factory: made for a need, read, decided on by a person."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from matcher.domain import Whole
from matcher.hiring.shortlists import (
    MOST_COUNTED,
    Decided,
    Decision,
    GroupFigure,
    NeedAudit,
    group_figure,
    quarter_of,
)
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.schemas import problems
from service.shortlists import ShortlistRecord, shortlist_record

router = APIRouter(prefix="/v1", tags=["hiring"])
_READ = problems(401, 403, 404, 409, 422, 503)
_DONE = _READ | problems(413, 415)
HrDep = Annotated[Caller, requires(Permission.SEE_CANDIDATES)]
ShortlistId = Annotated[str, Path(max_length=40, examples=["SL4c1d9a7be03f"])]


class ShortlistRequest(BaseModel):
    """The need to list profiles for; ``seed`` gives an earlier order of ties again."""

    model_config = ConfigDict(extra="forbid")

    need_id: str = Field(max_length=40, examples=["N4c1d9a7be03f"])
    seed: Whole | None = Field(None, ge=0, lt=2**31)


class DecisionRequest(BaseModel):
    """What a person decides on a profile, and why: the candidate is told, and can ask for the reason."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=20, examples=["7K3-M2"])
    decision: Decision
    reason: str = Field(min_length=10, max_length=500, examples=["Le poste commence par la base de données."])


class QuarterReport(BaseModel):
    """A quarter: needs by id; shares of profiles read first by department and antenna ("": none chosen)."""

    quarter: str
    needs: list[NeedAudit]
    exposure: dict[str, float]
    antennas: dict[str, float]


class GroupCounts(BaseModel):
    """Anonymous counts of people: listed, of a group among them, kept, of the group among those."""

    model_config = ConfigDict(extra="forbid")

    listed: Whole = Field(ge=0, le=MOST_COUNTED)
    of_group: Whole = Field(ge=0, le=MOST_COUNTED)
    kept: Whole = Field(ge=0, le=MOST_COUNTED)
    kept_of_group: Whole = Field(ge=0, le=MOST_COUNTED)


@router.post("/shortlists", status_code=201, responses=_DONE, summary="List everyone for a need")
async def make_shortlist(asked: ShortlistRequest, hr: HrDep, engine: EngineDep) -> ShortlistRecord:
    """List everyone whom the need may be shown; equal scores in an order drawn by the seed."""
    made = await engine.read(
        lambda matcher: matcher.hiring.shortlists.make(
            asked.need_id, hr.person_id, datetime.now(UTC), asked.seed
        )
    )
    return shortlist_record(made)


@router.get("/shortlists", responses=_READ, summary="Shortlists, latest first")
async def list_shortlists(
    _hr: HrDep, engine: EngineDep, need: Annotated[str, Query(max_length=40)] = ""
) -> list[ShortlistRecord]:
    """List shortlists of a need, or all."""
    found = await engine.read(lambda matcher: matcher.hiring.shortlists.all(need))
    return [shortlist_record(one) for one in found]


@router.get("/shortlists/audit", responses=_READ, summary="What HR checks of a quarter")
async def audit_quarter(
    _hr: HrDep, engine: EngineDep, quarter: Annotated[str, Query(max_length=20, examples=["2026-T4"])] = ""
) -> QuarterReport:
    """Say which requirement keeps people out, how stable the order is, and who is read first."""
    asked = quarter_of(quarter, datetime.now(UTC).date())
    found = await engine.read(lambda matcher: matcher.hiring.shortlists.audit(*asked))
    return QuarterReport(
        quarter=found.name,
        needs=list(found.needs),
        exposure=dict(found.exposure),
        antennas=dict(found.antennas),
    )


@router.post("/shortlists/audit/groups", responses=_DONE, summary="Compare a group with a draw by lot")
async def compare_group(given: GroupCounts, _hr: HrDep) -> GroupFigure:
    """Compare anonymous counts with a draw by lot; nothing is kept, and counts below five are refused."""
    return group_figure(given.listed, given.of_group, given.kept, given.kept_of_group)


@router.get("/shortlists/{shortlist_id}", responses=_READ, summary="One shortlist")
async def get_shortlist(shortlist_id: ShortlistId, _hr: HrDep, engine: EngineDep) -> ShortlistRecord:
    """Show everyone on a shortlist, requirement by requirement; who withdrew is not on it any more."""
    return shortlist_record(await engine.read(lambda matcher: matcher.hiring.shortlists.get(shortlist_id)))


@router.post("/shortlists/{shortlist_id}/decisions", responses=_DONE, summary="Decide on a profile")
async def decide_on_profile(
    shortlist_id: ShortlistId, asked: DecisionRequest, hr: HrDep, engine: EngineDep
) -> ShortlistRecord:
    """Keep what a signed-in person decided; the candidate is told by mail."""
    decided = Decided(asked.decision, asked.reason, hr.person_id, datetime.now(UTC))
    after = await engine.read(
        lambda matcher: matcher.hiring.shortlists.decide(shortlist_id, asked.code, decided)
    )
    return shortlist_record(after)
