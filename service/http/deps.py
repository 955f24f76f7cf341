"""What routes are given."""

from typing import Annotated

from fastapi import Depends, Request

from service.http.engine import Desk
from service.http.metrics import Metrics


def desk_of(request: Request) -> Desk:
    """Return the application's desk."""
    desk: Desk = request.app.state.desk
    return desk


async def _desk(request: Request) -> Desk:
    return desk_of(request)


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


DeskDep = Annotated[Desk, Depends(_desk)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
