"""The page *Recruter*: the wording of a job offer, and leads through which people can be hired for a need.

Nothing that is typed here is kept or logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.items import Kind, Profile
from matcher.hiring import Finding, Severity, read_job_ad
from matcher.people import Permission
from matcher.recommend import Features
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.pages.acting import now
from service.pages.forms import typed
from service.pages.frame import Page, show
from service.pages.member.cards import Group, group_of
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
AskerDep = Annotated[Caller, requires(Permission.ASK)]
SECTION = "/recruter"
SHOWN = 8
SEVERITIES: dict[Severity, tuple[str, str]] = {
    Severity.FIX: (mark("À corriger avant de publier"), "bad"),
    Severity.JUSTIFY: (mark("À justifier ou à retirer"), "warn"),
    Severity.ADVICE: (mark("Conseillé"), "info"),
}


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """What was found of one severity."""

    title: str
    look: str
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class HiringPage(Page):
    """Both forms as typed; ``groups`` is None before a check, ``leads`` before a question."""

    template: ClassVar[str] = "hr/hiring.html"

    offer: str
    need: str
    groups: Sequence[FindingGroup] | None
    leads: Group | None
    longest: int
    may_save: bool


@router.get("/recruter", name="page_hiring")
async def hiring(request: Request, _asker: AskerDep) -> Response:
    """Show both forms."""
    return _show(request)


@router.post("/recruter/annonce", name="page_check_offer")
async def check(request: Request, _asker: AskerDep, engine: EngineDep) -> Response:
    """Check the wording of a job offer."""
    offer = await _text(request, "offer")
    if not offer:
        return _show(request)
    found = await engine.read(lambda matcher: matcher.job_check.findings(read_job_ad(offer)))
    groups = [_grouped(severity, found) for severity in SEVERITIES]
    return _show(request, offer=offer, groups=[group for group in groups if group.findings])


@router.post("/recruter/pistes", name="page_leads")
async def leads(request: Request, _asker: AskerDep, engine: EngineDep) -> Response:
    """Find leads for a need in words."""
    need = await _text(request, "need")
    profile, at = Profile(description=need), now()
    if profile.is_empty:
        return _show(request)

    def ask(matcher: Matcher, features: Features) -> Answer:
        return matcher.recommender.recommend(profile, Kind.LEAD, SHOWN, at, signals=False, features=features)

    answer = await engine.ask_text(profile, Kind.LEAD, ask, client_of(request))
    return _show(request, need=need, leads=group_of(answer, {}))


def _grouped(severity: Severity, found: Sequence[Finding]) -> FindingGroup:
    title, look = SEVERITIES[severity]
    return FindingGroup(title, look, [one for one in found if one.severity is severity])


async def _text(request: Request, name: str) -> str:
    longest: int = request.app.state.settings.max_text_chars
    return (await typed(request)).get(name, "")[:longest]


def _show(
    request: Request,
    *,
    offer: str = "",
    need: str = "",
    groups: Sequence[FindingGroup] | None = None,
    leads: Group | None = None,
) -> Response:
    longest = request.app.state.settings.max_text_chars
    caller: Caller = request.state.caller
    may_save = caller.may(Permission.MANAGE_NEEDS)
    page = HiringPage(offer=offer, need=need, groups=groups, leads=leads, longest=longest, may_save=may_save)
    return show(request, page, section=SECTION)
