"""The plan of introductions, for staff: who is seen and what it costs, and a new plan on request."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from matcher.build import Matcher
from matcher.domain.items import ItemType
from matcher.errors import NotFound
from matcher.people import Permission
from service.formats import PlanReport
from service.http.access import requires
from service.http.deps import EngineDep, PlanJobDep
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["plan"])

_REFUSED = problems(401, 403, 503)


class PlanStarted(BaseModel):
    """``started`` is false when a plan was being made already."""

    started: bool


@router.get(
    "/plan",
    responses=_REFUSED | problems(404),
    summary="Who is seen, and at what cost",
    dependencies=[requires(Permission.SEE_PLAN)],
)
async def report(engine: EngineDep) -> PlanReport:
    """Report the current plan."""
    return await engine.read(_report)


@router.post(
    "/plan",
    status_code=202,
    responses=problems(401, 403),
    summary="Plan introductions anew",
    dependencies=[requires(Permission.MAKE_PLAN)],
)
async def renew(job: PlanJobDep, response: Response) -> PlanStarted:
    """Begin a new plan in the background; the current one serves until it is done."""
    response.headers["Location"] = "/v1/plan"
    return PlanStarted(started=job.start())


def _report(matcher: Matcher) -> PlanReport:
    plan = matcher.store.plans.load()
    if plan is None:
        raise NotFound("There is no plan yet. Ask for one: POST /v1/plan, or run: matcher plan")
    return PlanReport.of(plan, list(matcher.store.items.all(ItemType.ORGANISATION)))
