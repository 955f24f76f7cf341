"""The report of a period, for staff."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from matcher.build import Matcher
from matcher.figures import Period, count
from matcher.people import Permission
from service.figures import facts_of, report_record
from service.http.access import requires
from service.http.deps import EngineDep
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["report"])

_DAYS = 30


class GroupFigures(BaseModel):
    """The figures of a group by name; null where they are withheld, since a person could be told."""

    by: str
    group: str
    figures: dict[str, float] | None


class ReportRecord(BaseModel):
    """The figures of a period; ``empty``: nothing happened in it."""

    first: str
    last: str
    empty: bool
    rows: list[GroupFigures]
    forgotten: list[str]
    overloaded: list[str]


@router.get(
    "/report",
    responses=problems(401, 403, 422, 503),
    summary="What came of a period",
    dependencies=[requires(Permission.MANAGE_INTRODUCTIONS)],
)
async def get_report(
    engine: EngineDep,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> ReportRecord:
    """Report on a period, by antenna, size and factory; the last 30 days if left out."""

    def make(matcher: Matcher) -> ReportRecord:
        zone = matcher.settings.zone
        end = last or datetime.now(UTC).astimezone(zone).date()
        period = Period(first or end - timedelta(days=_DAYS), end, zone)
        facts = facts_of(matcher, datetime.now(UTC))
        return ReportRecord.model_validate(report_record(count(facts, period)))

    return await engine.read(make)
