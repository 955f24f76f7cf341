"""The page *Agenda*: dates of factories, as a page and as a calendar file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.calendars import write_calendar
from matcher.domain.items import Factory, ItemType
from matcher.mail import date_entry, day_or_instant
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.frame import Page, show

router = APIRouter(include_in_schema=False)
ReaderDep = Annotated[Caller, requires(Permission.READ_OFFERS)]


@dataclass(frozen=True, slots=True)
class FactoryDate:
    """A coming date of a factory; ``own``: the reader's organisation takes part in it.

    ``whole_day``: only the day is known.
    """

    factory: Factory
    at: datetime
    whole_day: bool
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaPage(Page):
    """Coming dates of factories, soonest first, and names of factories without one."""

    template: ClassVar[str] = "member/agenda.html"

    dates: Sequence[FactoryDate]
    undated: Sequence[str]


@router.get("/agenda", name="page_agenda")
async def agenda(request: Request, caller: ReaderDep, engine: EngineDep) -> Response:
    """Show coming dates of factories."""
    at = now()
    factories, own = await engine.read(lambda matcher: _factories(matcher, caller.organisations))
    page = AgendaPage(
        dates=_dates(factories, own, at, request.app.state.settings.zone),
        undated=[one.name for one in factories if not _comes(one, at)],
    )
    return show(request, page, section="/agenda")


@router.get("/agenda.ics", name="page_agenda_file")
async def agenda_file(request: Request, caller: ReaderDep, engine: EngineDep) -> Response:
    """Send the coming dates of factories as a calendar."""
    at = now()
    factories, own = await engine.read(lambda matcher: _factories(matcher, caller.organisations))
    zone: ZoneInfo = request.app.state.settings.zone
    entries = [date_entry(one.factory, one.at, zone) for one in _dates(factories, own, at, zone)]
    headers = {"Content-Disposition": 'attachment; filename="factories.ics"', "Cache-Control": "no-store"}
    return Response(write_calendar(entries, datetime.now(UTC)), media_type="text/calendar", headers=headers)


def _factories(matcher: Matcher, organisations: Iterable[str]) -> tuple[list[Factory], set[str]]:
    """Return the factories by name, and the ids of those in which the organisations take part."""
    items = matcher.store.items.all(ItemType.FACTORY)
    factories = sorted((item for item in items if isinstance(item, Factory)), key=lambda one: one.name)
    own: set[str] = set()
    for organisation_id in organisations:
        own.update(row.factory_id for row in matcher.store.participations.of(organisation_id))
    return factories, own


def _comes(factory: Factory, at: datetime) -> bool:
    return factory.next_meeting is not None and factory.next_meeting >= at


def _dates(factories: Iterable[Factory], own: set[str], at: datetime, zone: ZoneInfo) -> list[FactoryDate]:
    dates = [
        FactoryDate(one, one.next_meeting, _is_whole_day(one.next_meeting, zone), one.id in own)
        for one in factories
        if one.next_meeting is not None and _comes(one, at)
    ]
    return sorted(dates, key=lambda one: (one.at, one.factory.name))


def _is_whole_day(at: datetime, zone: ZoneInfo) -> bool:
    return not isinstance(day_or_instant(at.astimezone(zone)), datetime)
