"""Pages of job needs: written, understood and corrected, saved; leads; the map of needs without one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.hiring import Requirement, Weight
from matcher.hiring.needs import (
    NO_FIELDS,
    Draft,
    LeadGroup,
    NeedFields,
    NeedGap,
    NeedRefused,
    Override,
    SavedNeed,
    gaps,
)
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.needs import CONTRACTS, GROUP_TITLES, REMOTES, lead_line, notice_of, requirement_words
from service.pages.acting import now
from service.pages.forms import typed
from service.pages.frame import Page, back_to, language_of, show
from service.words import Language

router = APIRouter(include_in_schema=False)
ManagerDep = Annotated[Caller, requires(Permission.MANAGE_NEEDS)]
SECTION = "/recruter"
HOME = "/recruter/besoins"


@dataclass(frozen=True, slots=True)
class NeedWords:
    """Words of the pages of needs in the reader's language."""

    lang: Language

    def title(self, group: LeadGroup) -> str:
        """Return the title of a group of leads."""
        return GROUP_TITLES[group.kind][self.lang == "en"]

    def choices(self, kind: str) -> list[tuple[str, str]]:
        """Return the choices of a contract or of remote work, as read again and as shown."""
        named = CONTRACTS.values() if kind == "contract" else REMOTES.values()
        return [(words[0], words[self.lang == "en"]) for words in named]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsPage(Page):
    """The saved needs, and the map of those without a lead."""

    template: ClassVar[str] = "hr/needs.html"

    active: Sequence[SavedNeed]
    former: Sequence[SavedNeed]
    gaps: Sequence[NeedGap]
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPage(Page):
    """One need: a draft, or a saved one (``need_id``); ``fault`` says why it was not saved."""

    template: ClassVar[str] = "hr/need.html"

    need_id: str
    draft: Draft
    fields: Mapping[str, str]
    notices: Sequence[str]
    groups: Sequence[LeadGroup]
    lines: Mapping[str, str]
    overrides: Mapping[tuple[str, str], str]
    words: NeedWords
    fault: str
    is_open: bool
    may_list: bool


@router.get("/recruter/besoins", name="page_needs")
async def needs(request: Request, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Show saved needs and the map of those without a training near by."""
    at = now()

    def read(matcher: Matcher) -> tuple[list[SavedNeed], list[SavedNeed], list[NeedGap]]:
        every = matcher.hiring.needs.all()
        active = [one for one in every if one.is_active(at)]
        former = [one for one in every if not one.is_active(at)]
        return active, former, gaps([one.need for one in active], matcher.hiring.leads)

    active, former, found = await engine.read(read)
    longest = request.app.state.settings.max_text_chars
    page = NeedsPage(active=active, former=former, gaps=found, longest=longest)
    return show(request, page, section=SECTION)


@router.post("/recruter/besoin", name="page_read_need")
async def read_need(request: Request, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Show what is understood of a need, its wording and its leads; nothing is kept."""
    form = await typed(request)
    if not form.get("text"):
        return back_to(HOME)
    return await _shown(request, engine, form)


@router.post("/recruter/besoins", name="page_save_need")
async def save_need(request: Request, caller: ManagerDep, engine: EngineDep) -> Response:
    """Save a need, new or corrected; what hinders it is said on the page, with what was typed."""
    form = await typed(request)
    need_id, by = form.get("need_id", ""), caller.person.id if caller.person else None

    def save(matcher: Matcher) -> SavedNeed:
        desk = matcher.hiring.needs
        draft = desk.draft(form.get("text", ""), now(), _known(form))
        if need_id:
            return desk.edit(need_id, draft, _overrides(form))
        return desk.save(draft, _overrides(form), by)

    try:
        saved = await engine.read(save)
    except NeedRefused as refused:
        said = refused.french if language_of(request) == "fr" else str(refused)
        return await _shown(request, engine, form, fault=said)
    return back_to(f"{HOME}/{saved.need.id}", "need_saved")


@router.get("/recruter/besoins/{need_id}", name="page_need")
async def need(request: Request, need_id: str, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Show a saved need with its leads."""
    saved = await engine.read(lambda matcher: matcher.hiring.needs.get(need_id))
    asked = saved.need
    listed = {weight: _listed(asked.requirements, weight) for weight in Weight}
    form = {
        "need_id": need_id,
        "text": asked.text,
        "title": asked.title,
        "rome": asked.occupation.rome if asked.occupation else "",
        "city": asked.city,
        "department": asked.department,
        "contract": CONTRACTS[asked.contract][0] if asked.contract else "",
        "remote": REMOTES[asked.remote][0] if asked.remote else "",
        "required": listed[Weight.REQUIRED],
        "appreciated": listed[Weight.APPRECIATED],
        "languages": " ".join(asked.languages),
        "organisation_id": asked.organisation_id,
    }
    return await _shown(request, engine, form, saved=saved)


@router.post("/recruter/besoins/{need_id}/fermer", name="page_close_need")
async def close_need(need_id: str, _caller: ManagerDep, engine: EngineDep) -> Response:
    """Close a need."""
    await engine.read(lambda matcher: matcher.hiring.needs.close(need_id, now()))
    return back_to(HOME, "need_closed")


async def _shown(
    request: Request,
    engine: EngineDep,
    form: Mapping[str, str],
    *,
    saved: SavedNeed | None = None,
    fault: str = "",
) -> Response:
    lang = language_of(request)

    def read(matcher: Matcher) -> tuple[Draft, list[LeadGroup]]:
        draft = matcher.hiring.needs.draft(form["text"], now(), _known(form))
        return draft, matcher.hiring.leads.groups(draft.need)

    draft, groups = await engine.read(read)
    notes = [*_overrides(form), *(saved.overrides if saved else ())]
    page = NeedPage(
        need_id=form.get("need_id", ""),
        draft=draft,
        fields=_fields(draft, form),
        notices=[notice_of(one, lang) for one in draft.notices],
        groups=groups,
        lines={lead.id: lead_line(lead, lang) for group in groups for lead in group.leads},
        overrides={(one.criterion, one.words): one.note for one in notes},
        words=NeedWords(lang),
        fault=fault,
        is_open=saved is None or saved.is_active(now()),
        may_list=saved is not None and saved.is_active(now()) and _may_see_candidates(request),
    )
    return show(request, page, section=SECTION, status=422 if fault else 200)


def _may_see_candidates(request: Request) -> bool:
    caller: Caller = request.state.caller
    return caller.may(Permission.SEE_CANDIDATES)


def _fields(draft: Draft, form: Mapping[str, str]) -> dict[str, str]:
    """Return what the form shows: what was understood, so that a person corrects it."""
    asked = draft.need
    return {
        "text": asked.text,
        "title": asked.title,
        "rome": asked.occupation.rome if asked.occupation else form.get("rome", ""),
        "city": asked.city,
        "department": asked.department,
        "contract": CONTRACTS[asked.contract][0] if asked.contract else "",
        "remote": REMOTES[asked.remote][0] if asked.remote else "",
        "required": _listed(asked.requirements, Weight.REQUIRED),
        "appreciated": _listed(asked.requirements, Weight.APPRECIATED),
        "languages": " ".join(asked.languages),
        "organisation_id": asked.organisation_id,
    }


def _listed(requirements: Sequence[Requirement], weight: Weight) -> str:
    lines = [
        requirement_words(Requirement(one.skill, years=one.years), "fr")
        for one in requirements
        if one.weight is weight
    ]
    return "\n".join(lines)


def _known(form: Mapping[str, str]) -> NeedFields:
    """Return what the form says beside the text; nothing when only the text was sent."""
    known = NeedFields(
        title=form.get("title", ""),
        rome=form.get("rome", ""),
        city=form.get("city", ""),
        department=form.get("department", ""),
        contract=form.get("contract", ""),
        remote=form.get("remote", ""),
        required=_lines(form.get("required", "")),
        appreciated=_lines(form.get("appreciated", "")),
        languages=tuple(form.get("languages", "").split()),
        organisation_id=form.get("organisation_id", ""),
    )
    return NO_FIELDS if known == NO_FIELDS else known


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _overrides(form: Mapping[str, str]) -> list[Override]:
    """Return the notes typed beside the findings, which the form numbers."""
    found: list[Override] = []
    for name, note in form.items():
        number = name.removeprefix("note-")
        if number != name and note:
            criterion, words = form.get(f"criterion-{number}", ""), form.get(f"words-{number}", "")
            found.append(Override(criterion, words, note))
    return found
