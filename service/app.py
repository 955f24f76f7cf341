"""The HTTP application."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.metadata import version
from typing import Any

import anyio
import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher, sweep_old
from matcher.errors import BackendUnavailable, IndexLocked, ModelMissing
from matcher.settings import Settings, load
from service.http import documentation, errors, logging, middleware
from service.http.access.identify import identify
from service.http.access.limits import Attempts, Rates
from service.http.engine import MatcherEngine, run_to_end
from service.http.jobs import Chore, DailyJob, PlanJob, WarmUpJob, WorkJob, ask_saved_searches
from service.http.memory import bound_arenas
from service.http.metrics import Metrics
from service.http.routes import (
    calendar,
    commands,
    feedback,
    health,
    introductions,
    items,
    job_checks,
    links,
    own_introductions,
    people,
    plan,
    recommendations,
    sign_in,
)
from service.http.routes.hiring import candidates, needs, own_profile, shortlists
from service.http.routes.rights import alerts, data, report
from service.pages import install as install_pages
from service.pages import open_id, sweep

_log = structlog.get_logger("matcher.start")

ASKED = (
    recommendations,
    items,
    plan,
    feedback,
    introductions,
    own_introductions,
    job_checks,
    own_profile,  # before candidates: its /candidates/notice is no code of a profile
    candidates,
    needs,
    shortlists,
    sign_in,
    links,
    calendar,
    people,
    data,
    alerts,
    report,
    commands,
)
"""Modules of the routes that people and their programs ask; monitoring asks ``health``."""
DESCRIPTION = """\
Recommends, to the organisations of the cluster, factories to join, partners to meet, calls and missions
abroad that are open on the day asked, and leads for hiring; each with its reasons and the words they rest on.

`score` is in [0, 1]: the probability that staff would call the item clearly useful, where `calibration` names
the curves it was read from; otherwise the strength of the match, which only orders the items of one answer.

This service uses the ESCO classification of the European Commission.
"""


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Describe the API, problems under their own media type."""
        description = super().openapi()
        errors.relabel(description)
        return description


def create_app(settings: Settings, matcher: Matcher | None = None) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings
        What the operator chose.
    matcher
        An open matcher, which the caller closes after the application has stopped; where there is none, the
        application opens one when it starts and closes it when it stops.
    """
    app = _Api(
        title="Matcher",
        version=version("matcher"),
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,  # served from our own files instead
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # /metrics and the log cover these
        generate_unique_id_function=_id_of,
    )
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.matcher = matcher
    app.state.attempts = Attempts()
    app.state.rates = Rates(settings.requests_of_a_caller, settings.requests_of_an_address)
    errors.install(app)
    documentation.install(app)
    middleware.install(app, app.state.metrics, settings)
    app.router.routes.extend(_asked())
    install_pages(app)
    return app


def _id_of(route: APIRoute) -> str:
    return route.name


@cache
def _asked() -> tuple[BaseRoute, ...]:
    """Return the routes of the API, the same for all applications of a process.

    FastAPI analyses the parameters of every included route at the first request, which takes half a second.
    An application after the first, as tests make hundreds, finds it done.
    """
    routes = APIRouter(generate_unique_id_function=_id_of)
    for asked in ASKED:
        # identified here too: who asks is counted, if only by address
        routes.include_router(asked.router, dependencies=[Depends(identify)])
    routes.include_router(health.router)
    return tuple(routes.routes)


def create_worker_app() -> FastAPI:
    """Build the application of one of several worker processes: settings from the environment, with logs."""
    settings = load()
    logging.configure(settings.log_level)
    bound_arenas()
    return create_app(settings)


def warm_up(matcher: Matcher) -> None:
    """Bring the index up to date and load what the first questions would otherwise wait for.

    Where the encoder is away, stored questions are answered from the index; where a server of the index is,
    all are from the store. Both are tried again, or said, later. IndexLocked: another process has the index.
    """
    try:
        _load_encoder(matcher)
        _index_what_waits(matcher)
        matcher.recommender  # noqa: B018  # opened at the first use
    except IndexLocked:
        raise
    except BackendUnavailable as fault:
        if matcher.settings.index_backend == "edge":
            raise
        _log.warning("the index is away, questions are answered without it", **fault.log_fields)
    # What is loaded by now lives as long as the process. A full collection would go through it each time, for
    # .2 s in which every request waits.
    gc.collect()
    gc.freeze()


def _index_what_waits(matcher: Matcher) -> None:
    """Bring the index up to date; without the encoder's files the changes wait, and the service starts."""
    try:
        matcher.index_now()
    except ModelMissing as fault:
        _log.warning("the encoder is away, changes are indexed later", **fault.log_fields)


def _load_encoder(matcher: Matcher) -> None:
    """Load the encoder and keep what is needed while it is away; or, where it is, do without."""
    try:
        matcher.encoder.encode_queries(["bonjour"])
    except ModelMissing as fault:
        matcher.do_without_encoder()
        _log.warning("the encoder is away, texts are compared by their words", **fault.log_fields)
    else:
        matcher.keep_encoder()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if app.state.matcher is not None:
        async with _serving(app, app.state.matcher):
            yield
        return
    with open_matcher(app.state.settings) as matcher:
        warm_up(matcher)
        async with _serving(app, matcher):
            yield


@asynccontextmanager
async def _serving(app: FastAPI, matcher: Matcher) -> AsyncIterator[None]:
    settings = app.state.settings
    engine = MatcherEngine(
        matcher,
        settings.index_interval_s,
        app.state.metrics,
        settings.max_waiting_texts,
    )
    app.state.engine = engine
    app.state.plan_job = PlanJob(engine, matcher)
    work = WorkJob(matcher.worker, settings.work_interval_s)
    warming = WarmUpJob(engine, matcher, settings.index_interval_s)
    chores: dict[str, Chore] = {
        "files of pages": partial(run_to_end, sweep, settings.home),
        "old rows": lambda _: engine.read(lambda opened: sweep_old(opened.settings, opened.store)),
        "saved searches": partial(ask_saved_searches, engine),
    }
    daily = DailyJob(
        lambda: engine.follows,
        chores,
        app.state.metrics.count_daily_failure,
        utc_now,
        settings.index_interval_s,
    )
    warming.start()
    daily.start()
    if settings.work:
        work.start()
    app.state.outward = anyio.CapacityLimiter(open_id.MAX_CALLS)
    app.state.passwords = anyio.CapacityLimiter(sign_in.MAX_PASSWORDS)
    async with engine.following_store():
        yield
        await warming.stop()
        await daily.stop()
        await app.state.plan_job.stop()
        await work.stop()
