"""For the machines that watch the service."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from matcher.build import Matcher
from service.http.deps import DeskDep, MetricsDep
from service.http.engine import pending
from service.http.metrics import CONTENT_TYPE
from service.http.schemas import problems

router = APIRouter(tags=["operation"])


class Ready(BaseModel):
    """What a ready service answers with; ``pending`` counts changes of the store not indexed yet."""

    status: str = "ready"
    generation: str
    points: int
    pending: int


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Answer while the event loop turns; says nothing of store and index."""
    return {"status": "alive"}


@router.get("/readyz", summary="Can questions be answered?", responses=problems(503))
async def readyz(desk: DeskDep) -> Ready:
    """Ask the store and the index; a problem document says which of them fails and what to do."""
    return await desk.ask(_ready)


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
async def metrics(metrics: MetricsDep) -> Response:
    """Count requests by route and status, durations, points in the index, changes waiting to be indexed."""
    return Response(metrics.exposition(), media_type=CONTENT_TYPE)


def _ready(matcher: Matcher) -> Ready:
    matcher.store.ping()
    return Ready(generation=matcher.generation, points=matcher.index.count(), pending=pending(matcher))
