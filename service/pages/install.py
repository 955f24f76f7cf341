"""Adds the pages to the application, and drops the files that they have kept for long enough."""

from datetime import datetime
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import BaseRoute

from service.http.access.identify import identify
from service.pages import account, demonstration, errors, open_id, public
from service.pages.admin import backup, gate, journal, people, state
from service.pages.candidate import entry, own
from service.pages.forms import Sendings, leave_last_form
from service.pages.hr import audit, candidates, hiring, needs, shortlists
from service.pages.member import agenda, by_link, calls, erase_own, for_me, introductions, own_data, record
from service.pages.staff import alerts, deciding, directory, figures, from_plan, mail, plan, queue, twins
from service.pages.staff.events import routes as events
from service.pages.staff.events.kept import KeptEvents
from service.pages.staff.imports import routes as imports
from service.pages.staff.imports.waiting import WaitingFiles

STATIC = Path(__file__).with_name("static")
OF_PAGES = (Depends(identify), Depends(leave_last_form))  # in this order: the second asks who it is
ROUTERS = (
    public.router,
    account.router,
    open_id.router,
    by_link.router,
    for_me.router,
    introductions.router,
    record.router,
    queue.router,
    from_plan.router,
    deciding.router,
    directory.router,
    mail.router,
    imports.router,
    plan.router,
    alerts.router,
    events.router,
    twins.router,
    figures.router,
    agenda.router,
    calls.router,
    erase_own.router,
    own_data.router,
    hiring.router,
    candidates.router,
    entry.router,
    own.router,
    gate.router,
    needs.router,
    shortlists.router,
    audit.router,
    people.router,
    state.router,
    journal.router,
    backup.router,
)


def install(app: FastAPI) -> None:
    """Serve the pages and their files, and show errors to browsers as pages."""
    errors.install(app)
    app.state.sendings = Sendings()
    app.router.routes.extend(_routes())
    if app.state.settings.demonstration:
        app.include_router(demonstration.router, dependencies=OF_PAGES)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return the routes of the pages, analysed once a process as those of the API are."""
    routes = APIRouter()
    for router in ROUTERS:
        routes.include_router(router, dependencies=OF_PAGES)
    return tuple(routes.routes)


def sweep(home: Path, now: datetime) -> None:
    """Drop the lists of people, imports and backups that pages have kept long enough below a home folder."""
    KeptEvents(home).sweep(now)
    WaitingFiles(home).sweep(now)
    backup.kept_backups(home).sweep(now)
