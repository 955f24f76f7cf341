"""The HTTP application."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from matcher import settings as configuration
from matcher.build import Matcher, open_matcher
from matcher.errors import MatcherError
from matcher.settings import Settings
from service.cli.plan import Planner
from service.http import errors, logging
from service.http.engine import Desk
from service.http.metrics import Metrics
from service.http.middleware import Envelope
from service.http.routes import health, items, plan, recommendations

DESCRIPTION = """\
Recommends, to the organisations of the cluster, factories to join, partners to meet, calls and missions
abroad that are open on the day asked, and leads for hiring; each with its reasons and the words they rest on.

`score` is in [0, 1]: the weighted share of what a perfect match of this kind would show. It orders the items
of one answer; it is not a probability and is not compared between kinds.

This service uses the ESCO classification of the European Commission.
"""


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Describe the API."""
        description = super().openapi()
        errors.relabel(description)
        _limit(description, self.state.settings)
        return description


def create_app(settings: Settings) -> FastAPI:
    """Build the application; the store and the index are opened when it starts and closed when it stops.

    A start that fails for a known reason leaves the error in ``app.state.trouble``.
    """
    app = _Api(
        title="Matcher",
        version=version("matcher"),
        description=DESCRIPTION,
        lifespan=_lifespan,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # /metrics and our log lines tell
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.trouble = None
    errors.install(app)
    app.add_middleware(Envelope, metrics=app.state.metrics, max_body_bytes=settings.max_body_bytes)
    app.include_router(recommendations.router)
    app.include_router(items.router)
    app.include_router(plan.router)
    app.include_router(health.router)
    return app


def served_app() -> FastAPI:
    """Build the application from the settings in force, with logs: what each worker of a server calls."""
    settings = configuration.load()
    logging.configure(settings.log_level)
    return create_app(settings)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with _opened(app) as matcher:
        gc.collect()
        gc.freeze()  # what was opened stays: the collector need not look through it at every turn
        app.state.desk = Desk(matcher, app.state.settings, app.state.metrics)
        app.state.planner = Planner(app.state.desk, matcher)
        app.state.metrics.points.set(matcher.index.count())
        async with app.state.desk.keeping_up():
            yield
            await app.state.planner.stop()


def _limit(description: dict[str, Any], settings: Settings) -> None:
    """Say how much may be asked for: the limits are the operator's."""
    for path in description["paths"].values():
        for parameter in path.get("get", {}).get("parameters", ()):
            if parameter["name"] == "k":
                parameter["schema"]["maximum"] = settings.max_k
            elif parameter["name"] == "limit":
                parameter["schema"]["maximum"] = settings.max_page
            elif parameter["name"] == "q":
                longest = min(parameter["schema"]["maxLength"], settings.max_text_chars)
                parameter["schema"]["maxLength"] = longest
    question = description["components"]["schemas"]["RecommendationRequest"]["properties"]
    question["k"]["maximum"] = settings.max_k
    question["text"]["anyOf"][0]["maxLength"] = settings.max_text_chars


@contextmanager
def _opened(app: FastAPI) -> Iterator[Matcher]:
    """Open everything before the first request, bring the index up to date and read first words."""
    with ExitStack() as stack:
        try:
            matcher = stack.enter_context(open_matcher(app.state.settings))
            matcher.index_now()
            matcher.recommender  # noqa: B018  # opened when first asked for
            matcher.encoder.encode_queries(["bonjour"])
            matcher.skills.find("bonjour")  # reads ESCO's names, which no first question should wait for
        except MatcherError as fault:
            app.state.trouble = fault
            raise
        yield matcher
