"""The page *Chiffres*: what came of a period, by antenna, size and factory; small groups are withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import InvalidRequest
from matcher.figures import FIGURES, Period, Report, ReportRow, count
from matcher.people import Permission
from service.figures import facts_of
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.frame import Page, language_of, show
from service.pages.member.standing import STAFF_COUNTS
from service.pages.text import mark
from service.words import choose

router = APIRouter(include_in_schema=False)
StaffDep = Annotated[Caller, requires(Permission.MANAGE_INTRODUCTIONS)]
DAYS = 30
MOST_NAMES = 30
TITLES = {
    "antenna": mark("Par antenne"),
    "size": mark("Par taille"),
    "factory": mark("Par factory"),
}
UNKNOWN = mark("non dit")


@dataclass(frozen=True, slots=True)
class Named:
    """A member that the report names."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FiguresGroup:
    """The rows of one way of grouping."""

    title: str
    rows: Sequence[tuple[str, Mapping[str, float] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPage(Page):
    """The figures of a period; ``wrong``: the days that were typed are no period, so the usual one is shown.

    ``most`` is the highest of the figures of all, by which bars are drawn.
    """

    template: ClassVar[str] = "staff/figures.html"

    first: str
    last: str
    wrong: bool
    is_empty: bool
    labels: Sequence[tuple[str, str]]
    total: Mapping[str, float]
    most: float
    groups: Sequence[FiguresGroup]
    forgotten: Sequence[Named]
    forgotten_count: int
    overloaded: Sequence[Named]


@router.get("/chiffres", name="page_figures")
async def figures(request: Request, _staff: StaffDep, engine: EngineDep) -> Response:
    """Show what came of a period; the last thirty days where none is given."""
    query = request.query_params
    period, wrong = _period(request, query.get("du", ""), query.get("au", ""))
    lang = language_of(request)

    def make(matcher: Matcher) -> FiguresPage:
        report = count(facts_of(matcher, now()), period)
        total = report.rows[0].figures or {} if report.rows else {}
        shown = [name for name in FIGURES if name not in ("members", "days_to_answer")]
        return FiguresPage(
            first=period.first.isoformat(),
            last=period.last.isoformat(),
            wrong=wrong,
            is_empty=report.is_empty,
            labels=[(name, choose(FIGURES[name], lang)) for name in FIGURES],
            total=total,
            most=max([1.0, *(total.get(name, 0) for name in shown)]),
            groups=[_group(report, by) for by in TITLES],
            forgotten=_named(matcher, report.forgotten[:MOST_NAMES]),
            forgotten_count=len(report.forgotten),
            overloaded=_named(matcher, report.overloaded[:MOST_NAMES]),
        )

    return show(request, await engine.read(make), section="/chiffres")


def _period(request: Request, first: str, last: str) -> tuple[Period, bool]:
    """Return the period of two days as typed, and whether they are none."""
    zone = request.app.state.settings.zone
    today = now().astimezone(zone).date()
    usual = Period(today - timedelta(days=DAYS), today, zone)
    try:
        begins = date.fromisoformat(first) if first else usual.first
        ends = date.fromisoformat(last) if last else usual.last
        return Period(begins, ends, zone), False
    except (ValueError, InvalidRequest):
        return usual, True


def _group(report: Report, by: str) -> FiguresGroup:
    rows = [(_name(row), row.figures) for row in report.rows if row.by == by]
    return FiguresGroup(TITLES[by], rows)


def _name(row: ReportRow) -> str:
    return STAFF_COUNTS.get(row.group, row.group) or UNKNOWN


def _named(matcher: Matcher, ids: Sequence[str]) -> list[Named]:
    found = matcher.store.items.get_many(ids)
    return [Named(item.id, item.name) for item in found.values()]
