"""The pages of *Événement*."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.errors import InvalidRequest, StalePlan
from matcher.importing import FileRefused
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.looking import export
from service.pages.acting import now
from service.pages.environment import translate
from service.pages.forms import once, sent_file, ticked, typed
from service.pages.frame import Page, back_to, language_of, show
from service.pages.staff.events.form import NO_FILE, TABLE_SIZES, EventForm, form_of
from service.pages.staff.events.kept import KeptEvent, KeptEvents, LateChange
from service.pages.staff.events.planning import (
    Round,
    calendars,
    change_late,
    plan_anew,
    rounds_of,
    workbook,
)
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
StaffDep = Annotated[Caller, requires(Permission.MANAGE_INTRODUCTIONS)]
SECTION = "/evenement"
CHANGED_MEANWHILE = mark(
    "Quelqu'un d'autre a changé cet événement : voici ses tours, vos absents cochés avec les siens."
    " Refaites votre changement."
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class EventLink:
    """One event of the list."""

    token: str
    title: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage(Page):
    """The form of a new event, as typed where it was refused, and the events that are kept."""

    template: ClassVar[str] = "staff/events.html"

    form: EventForm
    error: str
    sizes: Sequence[int]
    events: Sequence[EventLink]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage(Page):
    """One event: its rounds, and the form of late changes, in which ``absent`` are ticked."""

    template: ClassVar[str] = "staff/event.html"

    token: str
    event: KeptEvent
    rounds: Sequence[Round]
    people: Sequence[str]
    absent: Sequence[str]
    notices: Sequence[str]
    error: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A late change that was not made: why, and who was ticked; ``with_others``: beside those of others."""

    sentence: str
    status: int
    absent: Sequence[str]
    with_others: bool = False


@router.get("/evenement", name="page_events")
async def events(request: Request, _staff: StaffDep, engine: EngineDep) -> Response:
    """Show the form of a new event, and the events that are kept."""
    return await _show_events(request, engine, EventForm())


@router.post("/evenement", name="page_plan_event")
async def plan(request: Request, _staff: StaffDep, engine: EngineDep) -> Response:
    """Plan an event, or show the form again with what cannot be."""

    async def do() -> Response:
        form = form_of(await typed(request))
        name, content = await sent_file(request, "participants")
        error = form.error or ("" if name else NO_FILE)
        if error:
            error = translate(error, language_of(request))
            return await _show_events(request, engine, form, error)
        kept = _kept(request)
        token = await engine.read(lambda _: kept.add(name, content, form, now()))
        try:
            await engine.ask(lambda matcher: plan_anew(matcher, kept, token), client_of(request))
        except InvalidRequest as fault:
            await engine.read(lambda _: kept.drop(token))
            return await _show_events(request, engine, form, _said(fault, request))
        except BaseException:  # an event without rounds is of no use
            await engine.read(lambda _: kept.drop(token))
            raise
        return back_to(f"/evenement/{token}")

    return await once(request, do)


@router.get("/evenement/{token}", name="page_event")
async def event(request: Request, token: str, _staff: StaffDep, engine: EngineDep) -> Response:
    """Show the rounds of an event."""
    return await _show(request, engine, token)


@router.post("/evenement/{token}", name="page_change_event")
async def change(request: Request, token: str, _staff: StaffDep, engine: EngineDep) -> Response:
    """Plan the rounds that are left again, without those who are absent."""
    form, absent, kept = await typed(request), await ticked(request, "absent"), _kept(request)
    given = form.get("from_round", "")
    from_round = int(given) if given.isdecimal() and 0 < int(given[:4]) <= 100 else 1
    wanted = LateChange(form.get("seen", ""), absent, from_round)
    try:
        # The event before the index's turn: whoever waits for it keeps no question from its answer.
        async with kept.changing(token, wanted):
            await engine.ask(lambda matcher: change_late(matcher, kept, token, wanted), client_of(request))
    except StalePlan:
        sentence = translate(CHANGED_MEANWHILE, language_of(request))
        return await _show(request, engine, token, Refused(sentence, 409, absent, with_others=True))
    except InvalidRequest as fault:
        return await _show(request, engine, token, Refused(_said(fault, request), 422, absent))
    return back_to(f"/evenement/{token}", said="event_changed")


@router.post("/evenement/{token}/supprimer", name="page_drop_event")
async def drop(request: Request, token: str, _staff: StaffDep, engine: EngineDep) -> Response:
    """Drop an event and its list of people."""

    async def do() -> Response:
        kept = _kept(request)
        await engine.read(lambda _: kept.drop(token))
        return back_to("/evenement", said="event_dropped")

    return await once(request, do)


@router.get("/evenement/{token}/tours.xlsx", name="page_event_workbook")
async def rounds_file(request: Request, token: str, staff: StaffDep, engine: EngineDep) -> Response:
    """Send the rounds as a workbook."""
    kept = _kept(request)
    content = await engine.read(lambda _: workbook(kept, token))
    await engine.read(lambda matcher: export(matcher, "rounds", staff.person, now()))
    return _download(content, XLSX, "tours.xlsx")


@router.get("/evenement/{token}/agendas.zip", name="page_event_calendars")
async def calendar_files(request: Request, token: str, staff: StaffDep, engine: EngineDep) -> Response:
    """Send one calendar a person."""
    kept, zone = _kept(request), request.app.state.settings.zone
    content = await engine.read(lambda _: calendars(kept.get(token), zone, now()))
    await engine.read(lambda matcher: export(matcher, "calendars", staff.person, now()))
    return _download(content, "application/zip", "agendas.zip")


def _kept(request: Request) -> KeptEvents:
    return KeptEvents(request.app.state.settings.home)


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def _said(fault: InvalidRequest, request: Request) -> str:
    if isinstance(fault, FileRefused):
        return fault.en if language_of(request) == "en" else fault.fr
    return str(fault)


async def _show_events(request: Request, engine: EngineDep, form: EventForm, error: str = "") -> Response:
    kept = _kept(request)
    found = await engine.read(lambda _: kept.all(now()))
    links = [
        EventLink(token, event.form.title or event.list_name, event.summary.get("participants", 0))
        for token, event in found
    ]
    page = EventsPage(form=form, error=error, sizes=TABLE_SIZES, events=links)
    return show(request, page, section=SECTION, status=422 if error else 200)


async def _show(request: Request, engine: EngineDep, token: str, refused: Refused | None = None) -> Response:
    found = await engine.read(lambda _: _kept(request).get(token))
    absent = found.absent
    if refused is not None:
        absent = [*refused.absent, *(found.absent if refused.with_others else ())]
    page = EventPage(
        token=token,
        event=found,
        rounds=rounds_of(found, request.app.state.settings.zone),
        people=list(dict.fromkeys([*(row["personne"] for row in found.rows), *found.absent])),
        absent=absent,
        notices=[en if language_of(request) == "en" else fr for fr, en in found.notices],
        error=refused.sentence if refused else "",
    )
    return show(request, page, section=SECTION, status=refused.status if refused else 200)
