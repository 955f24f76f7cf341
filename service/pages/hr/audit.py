"""The page *Suivi*: what keeps people out of shortlists, and counts of a group; nothing typed is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import InvalidRequest, NotFound
from matcher.hiring.shortlists import GroupFigure, QuarterAudit, group_figure, quarter_of
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import typed
from service.pages.frame import Page, show

router = APIRouter(include_in_schema=False)
HrDep = Annotated[Caller, requires(Permission.SEE_CANDIDATES)]
SECTION, HOME = "/recruter", "/recruter/suivi"
QUARTERS_SHOWN = 8
COUNTS = ("listed", "of_group", "kept", "kept_of_group")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage(Page):
    """A quarter as far as it could be read; ``fault`` is "", "quarter", "whole" or "counts".

    ``quarters`` has the first day of each quarter to choose from.
    """

    template: ClassVar[str] = "hr/audit.html"

    audit: QuarterAudit
    quarters: Mapping[str, date]
    titles: Mapping[str, str]
    typed: Mapping[str, str]
    figure: GroupFigure | None
    fault: str


@router.get(HOME, name="page_audit")
async def audit(request: Request, _hr: HrDep, engine: EngineDep) -> Response:
    """Show the shortlists of a quarter."""
    return await _shown(request, engine, {})


@router.post(HOME, name="page_audit_counts")
async def compare(request: Request, _hr: HrDep, engine: EngineDep) -> Response:
    """Compare a group with a draw by lot, by counts alone."""
    given = await typed(request)
    counts = [given.get(name, "") for name in COUNTS]
    if not all(text.isdecimal() and len(text) <= 5 for text in counts):
        return await _shown(request, engine, given, fault="whole")
    try:
        figure = group_figure(*(int(text) for text in counts))
    except InvalidRequest:
        return await _shown(request, engine, given, fault="counts")
    return await _shown(request, engine, given, figure=figure)


async def _shown(
    request: Request,
    engine: EngineDep,
    given: Mapping[str, str],
    *,
    figure: GroupFigure | None = None,
    fault: str = "",
) -> Response:
    today = now().date()
    try:
        asked = quarter_of(request.query_params.get("trimestre", ""), today)
    except InvalidRequest:
        asked, fault = quarter_of("", today), "quarter"

    def read(matcher: Matcher) -> tuple[QuarterAudit, dict[str, str]]:
        found = matcher.hiring.shortlists.audit(*asked)
        return found, {one.need_id: _title(matcher, one.need_id) for one in found.needs}

    found, titles = await engine.read(read)
    quarters = dict(_quarter(today, back) for back in range(QUARTERS_SHOWN))
    quarters.setdefault(found.name, date(asked[0], 3 * asked[1] - 2, 1))
    page = AuditPage(audit=found, quarters=quarters, titles=titles, typed=given, figure=figure, fault=fault)
    return show(request, page, section=SECTION, status=422 if fault else 200)


def _quarter(today: date, back: int) -> tuple[str, date]:
    """Return code and first day of a quarter, so many quarters before that of today."""
    year, third = divmod(4 * today.year + (today.month - 1) // 3 - back, 4)
    return f"{year}-T{third + 1}", date(year, 3 * third + 1, 1)


def _title(matcher: Matcher, need_id: str) -> str:
    try:
        return matcher.hiring.needs.get(need_id).need.title
    except NotFound:
        return need_id
