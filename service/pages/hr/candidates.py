"""The pages *Profils* of the HR factory: skills alone, a contact opened with a reason, an invitation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fastapi import APIRouter, Path, Request, Response

from matcher.build import Matcher
from matcher.errors import InvalidRequest
from matcher.hiring import UnlawfulWords
from matcher.hiring.candidates import LANGUAGES, Candidate, CandidatesClosed, Contact
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import once, typed
from service.pages.frame import Page, language_of, show

router = APIRouter(include_in_schema=False)
HrDep = Annotated[Caller, requires(Permission.SEE_CANDIDATES)]
Code = Annotated[str, Path(max_length=20)]
SECTION = "/recruter/candidats"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesPage(Page):
    """The profiles that may be shown; ``invitation`` is an address to hand to one person, "" for none."""

    template: ClassVar[str] = "hr/candidates.html"

    is_open: bool
    candidates: Sequence[Candidate]
    invitation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePage(Page):
    """One profile; ``contact`` is None until it was opened, ``wrong`` what the reason lacks.

    ``unlawful`` says which of its words the law forbids, in the reader's language.
    """

    template: ClassVar[str] = "hr/candidate.html"

    candidate: Candidate
    certifications: Mapping[str, str]
    departments: Mapping[str, str]
    languages: Mapping[str, str]
    contact: Contact | None = None
    reason: str = ""
    wrong: str = ""
    unlawful: str = ""


@router.get("/recruter/candidats", name="page_candidates")
async def candidates(request: Request, _hr: HrDep, engine: EngineDep) -> Response:
    """List profiles by code."""
    return show(request, await engine.read(_list), section=SECTION)


@router.post("/recruter/candidats/inviter", name="page_invite_candidate")
async def invite(request: Request, _hr: HrDep, engine: EngineDep) -> Response:
    """Make an invitation and show its address, once."""

    async def do() -> Response:

        def make(matcher: Matcher) -> CandidatesPage:
            return _list(matcher, matcher.addresses.candidate_entry(matcher.hiring.desk.invite(now())))

        return show(request, await engine.read(make), section=SECTION)

    return await once(request, do)


@router.get("/recruter/candidats/{code}", name="page_one_candidate")
async def candidate(request: Request, code: Code, _hr: HrDep, engine: EngineDep) -> Response:
    """Show one profile."""
    return show(request, await engine.read(lambda m: _page(m, request, code)), section=SECTION)


@router.post("/recruter/candidats/{code}/ouvrir", name="page_open_contact")
async def open_contact(request: Request, code: Code, hr: HrDep, engine: EngineDep) -> Response:
    """Open the contact of a candidate for the reason typed, and show it on this page alone."""

    async def do() -> Response:
        reason = (await typed(request)).get("reason", "")
        by = hr.person.id if hr.person else ""

        def act(matcher: Matcher) -> CandidatePage:
            try:
                contact = matcher.hiring.desk.open_contact(code, by, reason, now())
            except UnlawfulWords as error:
                said = error.french if language_of(request) == "fr" else str(error)
                return replace(_page(matcher, request, code, reason=reason, wrong=said), unlawful=said)
            except InvalidRequest as error:
                return _page(matcher, request, code, reason=reason, wrong=str(error))
            return _page(matcher, request, code, contact=contact)

        page = await engine.read(act)
        return show(request, page, section=SECTION, status=422 if page.wrong else 200)

    return await once(request, do)


def _list(matcher: Matcher, invitation: str = "") -> CandidatesPage:
    try:
        found = matcher.hiring.desk.listed()
    except CandidatesClosed:
        return CandidatesPage(is_open=False, candidates=())
    return CandidatesPage(is_open=True, candidates=found, invitation=invitation)


def _page(
    matcher: Matcher,
    request: Request,
    code: str,
    *,
    contact: Contact | None = None,
    reason: str = "",
    wrong: str = "",
) -> CandidatePage:
    found, which = matcher.hiring.desk.by_code(code), int(language_of(request) == "en")
    return CandidatePage(
        candidate=found,
        certifications=matcher.hiring.titles(found.profile.certifications),
        departments=matcher.knowledge.territory.departments,
        languages={code: names[which] for code, names in LANGUAGES.items()},
        contact=contact,
        reason=reason,
        wrong=wrong,
    )
