"""Addresses for monitoring: alive, ready, metrics."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from matcher.build import Matcher
from matcher.people import Permission
from service.http.access import requires
from service.http.deps import EngineDep, MetricsDep
from service.http.engine import count_pending
from service.http.metrics import CONTENT_TYPE
from service.http.schemas import problems

router = APIRouter(tags=["operation"])


class Ready(BaseModel):
    """State of a ready service: its index, and in ``pending`` the changes of the store not indexed yet."""

    status: str = "ready"
    generation: str
    points: int
    pending: int


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Answer while the process runs; neither store nor index is looked at."""
    return {"status": "alive"}


@router.get("/readyz", summary="Can questions be answered?", responses=problems(503))
async def readyz(engine: EngineDep) -> Ready:
    """Ask the store; a problem document says what fails and what to do. Waits for no question."""
    pending = await engine.read(_ping)
    state = engine.index_state
    return Ready(generation=state.generation, points=state.points, pending=pending)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses=problems(401, 403),
    dependencies=[requires(Permission.SEE_METRICS)],
)
async def metrics(metrics: MetricsDep) -> Response:
    """Count requests by route and status, durations, points in the index, changes waiting to be indexed."""
    return Response(metrics.exposition(), media_type=CONTENT_TYPE)


def _ping(matcher: Matcher) -> int:
    matcher.store.ping()
    return count_pending(matcher)
