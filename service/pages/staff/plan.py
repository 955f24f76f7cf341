"""The page *Propositions*: the plan of introductions in plain words, and who is forgotten by it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.items import ItemType, Organisation
from matcher.market import IntroductionPlan, Member
from matcher.people import Permission
from service.figures import department_of
from service.formats import PlanReport, least_seen_first
from service.http.access import Caller, requires
from service.http.deps import EngineDep, PlanJobDep
from service.pages.frame import Page, back_to, show
from service.pages.staff.region import Region, department_name, region
from service.pages.text import STAFF_COUNTS, mark

router = APIRouter(include_in_schema=False)
SeeDep = Annotated[Caller, requires(Permission.SEE_PLAN)]
MakeDep = Annotated[Caller, requires(Permission.MAKE_PLAN)]
LEAST_SEEN = 10
NO_PLACE = mark("sans antenne connue")
NO_SIZE = mark("taille non dite")
BOUNDS = (50, 80, 110, 140)
"""Between the shades of the map, in views of a member where the mean of all members is 100."""
SHADES = (
    mark("moins de 50 : rarement proposés"),
    mark("de 50 à 79"),
    mark("de 80 à 109 : autant que les autres"),
    mark("de 110 à 139"),
    mark("140 et plus"),
)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The members of an antenna, a department or a size: how many, how often proposed, how many too rarely.

    ``share`` is the mean of their views over that of all members: 1 is as often as everybody.
    """

    name: str
    members: int
    share: float
    too_rarely: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member that is proposed rarely."""

    id: str
    name: str
    share: float
    matches: float


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What a plan does, in figures that a sentence holds."""

    made_at: datetime
    members: int
    matches: float
    matches_before: float
    kept: int
    left_out: int
    map: Region
    departments: Sequence[GroupRow]
    antennas: Sequence[GroupRow]
    sizes: Sequence[GroupRow]
    least_seen: Sequence[MemberRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage(Page):
    """The plan that is followed, None before the first one; ``busy``: a new one is being made.

    ``may_propose``: the reader may put pairs of the plan before staff.
    """

    template: ClassVar[str] = "staff/plan.html"

    plan: PlanWords | None
    busy: bool
    may_make: bool
    may_propose: bool


@router.get("/propositions", name="page_plan")
async def plan(request: Request, caller: SeeDep, engine: EngineDep, job: PlanJobDep) -> Response:
    """Show what the plan does."""
    found = await engine.read(_words)
    page = PlanPage(
        plan=found,
        busy=job.busy,
        may_make=caller.may(Permission.MAKE_PLAN),
        may_propose=caller.may(Permission.MANAGE_INTRODUCTIONS),
    )
    return show(request, page, section="/propositions")


@router.post("/propositions", name="page_make_plan")
async def make(_staff: MakeDep, job: PlanJobDep) -> Response:
    """Begin a new plan in the background; of two clicks one begins it."""
    job.start()
    return back_to("/propositions", said="plan_started")


def _words(matcher: Matcher) -> PlanWords | None:
    made = matcher.store.plans.load()
    if made is None:
        return None
    organisations = list(matcher.store.items.all(ItemType.ORGANISATION))
    known = {item.id: item for item in organisations if isinstance(item, Organisation)}
    report = PlanReport.of(made, organisations)
    territory = matcher.knowledge.territory
    by_code = _groups(made, known, lambda item: department_of(item, territory))
    return PlanWords(
        made_at=made.created_at,
        members=len(made.members),
        # An introduction is expected by both of its sides: half of what the members expect together.
        matches=report.summary["matches"] / 2,
        matches_before=report.summary["matches_before"] / 2,
        kept=sum(member.keeps for member in made.members),
        left_out=len(report.left_out),
        map=region(matcher, {row.name: row.share * 100 for row in by_code}, BOUNDS, SHADES),
        departments=_groups(
            made, known, lambda item: department_name(matcher, department_of(item, territory))
        ),
        antennas=_groups(made, known, lambda item: _antenna(matcher, item)),
        sizes=_groups(made, known, lambda item: STAFF_COUNTS.get(item.size_band or "", NO_SIZE)),
        least_seen=[_row(member, known) for member in least_seen_first(made)[:LEAST_SEEN]],
    )


def _antenna(matcher: Matcher, item: Organisation) -> str:
    territory = matcher.knowledge.territory
    place = territory.locate(item.city, item.department_code)
    return (territory.antenna_of(place) if place else "") or NO_PLACE


def _groups(
    made: IntroductionPlan, known: dict[str, Organisation], name_of: Callable[[Organisation], str]
) -> list[GroupRow]:
    """Return the members by group, the least proposed group first, ties by name."""
    grouped: dict[str, list[Member]] = defaultdict(list)
    for member in made.members:
        if member.organisation_id in known:
            grouped[name_of(known[member.organisation_id])].append(member)
    rows = [_group(name, members) for name, members in grouped.items()]
    return sorted(rows, key=lambda row: (row.share, row.name))


def _group(name: str, members: Sequence[Member]) -> GroupRow:
    share = sum(member.share for member in members) / len(members)
    return GroupRow(name, len(members), share, sum(member.under_floor for member in members))


def _row(member: Member, known: dict[str, Organisation]) -> MemberRow:
    item = known.get(member.organisation_id)
    name = item.name if item else member.organisation_id
    return MemberRow(member.organisation_id, name, member.share, member.matches)
