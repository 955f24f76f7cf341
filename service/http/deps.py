"""What routes are given by FastAPI: the parts of the application they work with."""

from typing import Annotated

from fastapi import Depends, Request

from matcher.settings import Settings
from service.http.engine import MatcherEngine
from service.http.jobs import PlanJob
from service.http.metrics import Metrics


async def _engine(request: Request) -> MatcherEngine:
    engine: MatcherEngine = request.app.state.engine
    return engine


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _plan_job(request: Request) -> PlanJob:
    job: PlanJob = request.app.state.plan_job
    return job


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


EngineDep = Annotated[MatcherEngine, Depends(_engine)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
PlanJobDep = Annotated[PlanJob, Depends(_plan_job)]
SettingsDep = Annotated[Settings, Depends(_settings)]
