"""The page *Chiffres*: what came of a period, by antenna, size and factory; small groups are withheld."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import InvalidRequest
from matcher.figures import FIGURES, Facts, Period, Report, ReportRow, count
from matcher.people import Permission
from service.figures import facts_of
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.frame import Page, language_of, show
from service.pages.staff.region import Region, department_name, region
from service.pages.text import STAFF_COUNTS, mark
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
BOUNDS = (20, 40, 60, 80)
"""Between the shades of the map, in percent of the members of a department."""
SHADES = (
    mark("moins de 20 sur 100"),
    mark("de 20 à 39 sur 100"),
    mark("de 40 à 59 sur 100"),
    mark("de 60 à 79 sur 100"),
    mark("80 sur 100 et plus"),
)


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


@dataclass(frozen=True, slots=True)
class Department:
    """The members of a department, and to how many of them nothing was told or asked."""

    name: str
    members: int
    forgotten: int


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
    map: Region
    departments: Sequence[Department]
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
        facts = facts_of(matcher, now())
        report = count(facts, period)
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
            map=_map(matcher, facts, report),
            departments=_departments(matcher, facts, report),
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
    found = [row for row in report.rows if row.by == by]
    if by == "size":
        found.sort(key=_size_order)
    return FiguresGroup(TITLES[by], [(_name(row), row.figures) for row in found])


def _size_order(row: ReportRow) -> int:
    """Return the place of a size, the smallest first and the unknown last."""
    sizes = list(STAFF_COUNTS)
    return sizes.index(row.group) if row.group in sizes else len(sizes)


def _map(matcher: Matcher, facts: Facts, report: Report) -> Region:
    members, forgotten = _tallies(facts, report)
    shares = {code: 100 * forgotten[code] / number for code, number in members.items()}
    return region(matcher, shares, BOUNDS, SHADES)


def _departments(matcher: Matcher, facts: Facts, report: Report) -> list[Department]:
    """Return a row a department, most forgotten members first, ties by name; all elsewhere are one row."""
    members, forgotten = _tallies(facts, report)
    rows: dict[str, Department] = {}
    for code, number in members.items():
        name = department_name(matcher, code)
        before = rows.get(name, Department(name, 0, 0))
        rows[name] = Department(name, before.members + number, before.forgotten + forgotten[code])
    return sorted(rows.values(), key=lambda row: (-row.forgotten, row.name))


def _tallies(facts: Facts, report: Report) -> tuple[Counter[str], Counter[str]]:
    """Return how many members each department has, and how many of them are forgotten, by its code."""
    members = Counter(member.department for member in facts.members.values())
    return members, Counter(facts.members[name].department for name in report.forgotten)


def _name(row: ReportRow) -> str:
    return STAFF_COUNTS.get(row.group, row.group) or UNKNOWN


def _named(matcher: Matcher, ids: Sequence[str]) -> list[Named]:
    found = matcher.store.items.get_many(ids)
    return [Named(item.id, item.name) for item in found.values()]
