"""A person's calendar: its secret address made and ended by the person, and read by calendar programs."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.responses import Response

from matcher.build import Matcher
from matcher.errors import NotFound
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.schemas import problems

router = APIRouter(tags=["calendar"])

Account = Annotated[Caller, requires(Permission.MANAGE_OWN_ACCOUNT)]
Token = Annotated[str, Path(max_length=100)]
_MINE = problems(401, 403)


class OwnCalendar(BaseModel):
    """Where a calendar program reads one's calendar; None where there is none."""

    url: str | None


@router.get("/v1/me/calendar", responses=_MINE, summary="The address of one's calendar")
async def get_calendar(caller: Account, engine: EngineDep) -> OwnCalendar:
    """Return the secret address of one's calendar."""
    return await engine.read(lambda matcher: _own(matcher, matcher.calendars.token(caller.name)))


@router.post("/v1/me/calendar", status_code=201, responses=_MINE, summary="A new address for one's calendar")
async def open_calendar(caller: Account, engine: EngineDep) -> OwnCalendar:
    """Make a new secret address; the former one opens nothing any more."""
    return await engine.read(lambda matcher: _own(matcher, matcher.calendars.open(caller.name, _now())))


@router.delete(
    "/v1/me/calendar", status_code=204, responses=_MINE | problems(404), summary="End one's calendar"
)
async def close_calendar(caller: Account, engine: EngineDep) -> None:
    """End the calendar: its address opens nothing any more."""
    if not await engine.read(lambda matcher: matcher.calendars.close(caller.name, _now())):
        raise NotFound("You have no calendar here.")


@router.get(
    "/calendars/{token}.ics",
    responses=problems(404, 422),
    summary="A person's calendar, for calendar programs",
    response_class=Response,
)
async def read_calendar(token: Token, engine: EngineDep) -> Response:
    """Return agreed meetings and the next dates of one's factories; the address is the key."""
    text = await engine.read(lambda matcher: matcher.calendars.write(token, _now()))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="matcher.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


def _own(matcher: Matcher, token: str | None) -> OwnCalendar:
    return OwnCalendar(url=matcher.addresses.calendar(token) if token else None)


def _now() -> datetime:
    return datetime.now(UTC)
