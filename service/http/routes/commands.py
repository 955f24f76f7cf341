"""What the command line asks of a running service, which owns the index; not part of the public API.

Each answers what the same command works out by itself where no service runs.
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from matcher.adapters.sql import utc_now
from matcher.build import Matcher
from matcher.domain.items import ItemId, ItemType, Kind
from matcher.people import Permission
from service.doctor import examine_open
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.looking import look_at_organisations
from service.meetings import known_pairs

router = APIRouter(prefix="/v1/commands", include_in_schema=False)

StaffDep = Annotated[Caller, requires(Permission.SEE_PLAN)]
_STAFF = [requires(Permission.SEE_PLAN)]
_ADMIN = [requires(Permission.MANAGE_KEYS)]


class MeetingRequest(BaseModel):
    """For each participant of an event, under what names it may be in the catalogue."""

    model_config = ConfigDict(extra="forbid")

    labels: list[list[str]] = Field(max_length=2_000)


class HitsRequest(BaseModel):
    """A stored question, and what is looked for."""

    model_config = ConfigDict(extra="forbid")

    query_id: ItemId
    kind: Kind


@router.get("/item")
async def item(
    name: Annotated[str, Query(max_length=1_000)], item_type: ItemType, engine: EngineDep, staff: StaffDep
) -> Response:
    """Find the one item that a name or id means."""
    found = await engine.read(lambda matcher: matcher.resolve(name, item_type))
    if item_type is ItemType.ORGANISATION:
        await engine.read(lambda matcher: look_at_organisations(matcher, [found.id], staff.person, utc_now()))
    return Response(found.model_dump_json(), media_type="application/json")


@router.post("/meeting-pairs", dependencies=_STAFF)
async def meeting_pairs(body: MeetingRequest, request: Request, engine: EngineDep) -> dict[str, Any]:
    """Score the pairs of participants who are organisations of the catalogue."""

    def scored(matcher: Matcher) -> tuple[int, dict[tuple[int, int], float]]:
        return known_pairs(body.labels, matcher)

    count, pairs = await engine.ask(scored, client_of(request))
    return {"known": count, "pairs": [[i, j, value] for (i, j), value in pairs.items()]}


@router.post("/hits", dependencies=_STAFF)
async def hits(body: HitsRequest, request: Request, engine: EngineDep) -> list[tuple[str, list[float]]]:
    """Return the first hits of a stored question with their signals."""
    return await engine.ask(lambda matcher: matcher.hits(body.query_id, body.kind), client_of(request))


@router.get("/findings", dependencies=_ADMIN)
async def findings(request: Request, engine: EngineDep) -> list[dict[str, str]]:
    """Check every outside part, as `matcher doctor` does."""
    found = await engine.ask(lambda matcher: list(examine_open(matcher)), client_of(request))
    return [asdict(finding) for finding in found]
