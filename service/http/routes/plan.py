"""The plan of introductions: a staff view of who is seen and what it costs, and a new plan on request."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from matcher.build import Matcher
from matcher.domain.items import ItemType
from matcher.errors import NotFound
from service.cli.plan import Planner, described
from service.http.deps import DeskDep
from service.http.schemas import problems
from service.http.security import Admin

router = APIRouter(prefix="/v1", tags=["plan"], dependencies=[Admin])

_REFUSED = problems(403, 503)


class Seen(BaseModel):
    """What the plan does for one organisation."""

    organisation_id: str
    views: float
    share: float
    under_floor: bool
    relevance: float
    matches: float
    matches_before: float


class PlanReport(BaseModel):
    """The current plan: totals, and everybody's exposure, least seen first.

    ``left_out`` are the ids of organisations without a text to match on; ``illustrative`` of those planned on
    needs made up to show how it works.
    """

    version: str
    created_at: str
    generation: str
    summary: dict[str, float]
    members: list[Seen]
    left_out: list[str]
    illustrative: list[str]


class PlanStarted(BaseModel):
    """``started`` is false when a plan was being made already."""

    started: bool


@router.get("/plan", responses=_REFUSED | problems(404), summary="Who is seen, and at what cost")
async def report(desk: DeskDep) -> PlanReport:
    """Report the current plan."""
    return PlanReport.model_validate(await desk.ask(_told, slow=True))


@router.post("/plan", status_code=202, responses=problems(403), summary="Plan introductions anew")
async def renew(request: Request, response: Response) -> PlanStarted:
    """Begin a new plan in the background; the current one serves until it is done."""
    planner: Planner = request.app.state.planner
    response.headers["Location"] = "/v1/plan"
    return PlanStarted(started=planner.start())


def _told(matcher: Matcher) -> dict[str, object]:
    plan = matcher.store.plans.load()
    if plan is None:
        raise NotFound("There is no plan yet. Ask for one: POST /v1/plan, or run: matcher plan")
    return described(plan, list(matcher.store.items.all(ItemType.ORGANISATION)))
